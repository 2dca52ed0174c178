"""What `search` and `match` share: their options, and text for a screen."""

import re
from html import unescape
from typing import Any

import click
import orjson
from click.decorators import FC

from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import LANGUAGES


def asking_options(command: FC) -> FC:
    """The options that narrow and shape an answer."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="The answer as the API gives it."),
        click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True),
        click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True,
                     help="Of titles and reasons."),
        click.option("--type", "types", multiple=True, type=click.Choice(list(FORMATS)), help="Only these formats."),
        click.option("--place", "places", multiple=True, help="A country or region: a code or a name."),
    ):  # fmt: skip
        command = option(command)
    return command


def place_ids(names: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of places given by code or by name in any of the six languages."""
    found = []
    for name in names:
        term = vocabulary("countries").find(name) or vocabulary("regions").find(name)
        if term is None:
            raise click.UsageError(f"“{name}” is neither a country nor a region.")
        found.append(term.id)
    return tuple(found)


def place_names(ids: tuple[str, ...], language: str, most: int = 3) -> str:
    """The places of a record for a narrow column."""
    terms = [vocabulary("countries").find(key) or vocabulary("regions").find(key) for key in ids[:most]]
    names = [term.label(language) for term in terms if term is not None]
    return ", ".join(names) + (f" +{len(ids) - most}" if len(ids) > most else "")


def plain(snippet: str) -> str:
    """A highlighted snippet as plain text."""
    return unescape(re.sub(r"<[^>]+>", "", snippet))


def print_json(answer: Any) -> None:
    """Print an answer as indented JSON."""
    click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
