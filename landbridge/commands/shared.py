"""What several commands need: a database that is up to date, lines that align, a bar that moves."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unicodedata import combining, east_asian_width

import click
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from landbridge.registry import journal


def say(label: str, text: str) -> None:
    """One line of a report: what it is about, and what is so."""
    click.echo(f"  {label:<12} {text}")


def pending_migrations() -> int:
    """How many steps the database is behind this version."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def up_to_date() -> int:
    """Bring the tables to this version: how many steps that took."""
    steps = pending_migrations()
    if steps:
        call_command("migrate", verbosity=0, interactive=False)
    return steps


@contextmanager
def bar(label: str, length: int) -> Iterator["click._termui_impl.ProgressBar[int]"]:
    """A progress bar on the error stream, so that the output can be piped; silent where nobody watches."""
    with click.progressbar(
        length=max(length, 1), label=f"  {label:<12}", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as shown:
        yield shown


def follow_with_bar(*, here: bool = True, all_of_them: bool = False) -> None:
    """Let the index, or all followers, take in the whole journal, here or in a second process, showing how far they
    are. What others are told of the records (other nodes, harvesters) a running node does meanwhile."""
    left = journal.behind(projections_only=not all_of_them)
    if not left:
        return
    with bar("index", left) as shown:
        caught_up = journal.catch_up(
            lambda now: shown.update(max(0, left - now - shown.pos)), here=here, projections_only=not all_of_them
        )
    if not caught_up:
        raise click.ClickException(
            "The records are in, but the process that follows the journal does not get on with them. "
            "Look at its log, or stop it and run `landbridge follow --once`."
        )


def width(text: str) -> int:
    """How many columns the text takes on a screen: Chinese signs take two, combining marks none."""
    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def shorten(text: str, columns: int) -> str:
    """The text cut to so many columns, with an ellipsis where something is missing."""
    if width(text) <= columns:
        return text
    while text and width(text) > columns - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"


def table(rows: Sequence[Sequence[str]], head: Sequence[str]) -> None:
    """Print rows under a head, each column as wide as it must be."""
    columns = [max(width(row[at]) for row in (head, *rows)) for at in range(len(head))]
    for row in (head, ["-" * size for size in columns], *rows):
        cells = [cell + " " * (size - width(cell)) for cell, size in zip(row, columns, strict=True)]
        click.echo("  ".join(cells).rstrip())
