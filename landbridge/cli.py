"""The command line of a node. Each command is one file in `commands/`, read only when it is called."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

import click
import django
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError

from landbridge import __version__

COMMANDS: Final = {
    "run": ("run:run", "Start the node: migrate, load the sample network into an empty database, serve, follow."),
    "follow": ("follow:follow", "Keep the search index in step with the journal, without a server."),
    "load": ("load:load", "Load records from JSON Lines, CSV or XLSX files."),
    "source": ("source:source", "Sources of records from elsewhere: preview, run, undo, report."),
    "export": ("export:export", "Write published records as JSON Lines, CSV or XLSX."),
    "search": ("search:search", "Search the records in any of the six languages."),
    "match": ("match:match", "Match a record, a file or a text from the standard input with all records."),
    "vocabulary": ("vocabulary:vocabulary", "List, show, export and import vocabularies."),
    "account": ("account:account", "People with accounts: add, list, let in by a link, disable."),
    "node": ("node:node", "The network of nodes: keys, peers, exchanges, quarantine."),
    "check": ("check:check", "Is this node healthy and safe to expose?"),
    "bundle": ("bundle:bundle", "Signed bundles for a memory stick: make, read, check, work, pages, allow."),
    "backup": ("backup:backup", "Write database, files, vocabularies and key to one archive."),
    "restore": ("backup:restore", "Bring a backup back."),
    "replay": ("replay:replay", "Drop a projection, such as the search index, and build it anew from the journal."),
    "translations": ("translations:translations", "Compile the translations of the interface."),
}
"""Command to (module:function in `commands/`, what it does)."""


@contextmanager
def clear_errors() -> Iterator[None]:
    """What goes wrong is told in one line; LANDBRIDGE_DEBUG=1 shows the rest."""
    try:
        yield
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except Exception as error:
        if os.environ.get("LANDBRIDGE_DEBUG") == "1" or isinstance(error, BrokenPipeError):
            raise
        raise click.ClickException(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, DatabaseError):
        return f"The database answers: {text}"
    expected = (ImproperlyConfigured, OSError, ValueError, LookupError, PermissionError)
    return text if isinstance(error, expected) else f"{type(error).__name__}: {text} (LANDBRIDGE_DEBUG=1 tells more)"


class Commands(click.Group):
    """The commands by name; settings are read and Django is started when one is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        with clear_errors():
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "landbridge.settings")
            django.setup()
            command: click.Command = getattr(import_module(f"landbridge.commands.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        with clear_errors():
            return super().invoke(ctx)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="landbridge")
def main() -> None:
    """Landbridge: an open clearing-house for technology transfer and scientific cooperation.

    The environment decides: LANDBRIDGE_DATA (folder of database, index and files), LANDBRIDGE_PORT,
    LANDBRIDGE_SAMPLE (full or none), DATABASE_URL (sqlite:///… or postgres://…).
    """


if __name__ == "__main__":
    sys.exit(main())
