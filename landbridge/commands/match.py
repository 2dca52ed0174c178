"""`landbridge match`: a need in, whatever may help out, with what speaks for and against each."""

import sys
from pathlib import Path
from typing import Any

import click
import orjson

from landbridge.commands.asking import asking_options, place_ids, place_names, print_json
from landbridge.commands.shared import up_to_date
from landbridge.cooperation.matching import Matching, match_need, match_record, match_text
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import InvalidRecord, validate
from landbridge.formats.vocabulary import vocabulary
from landbridge.registry.queries import Unknown, get
from landbridge.registry.rules import ANYONE, OPERATOR

LONGEST = 1_000_000


@click.command()
@click.argument("what", metavar="RECORD|FILE|-")
@asking_options
def match(what: str, types: tuple[str, ...], places: tuple[str, ...], language: str, limit: int, as_json: bool) -> None:
    """Match with all public records: the record of an id, a FILE with a need (a text, or one line of JSON Lines), or
    the standard input with "-".
    """
    up_to_date()
    shape: dict[str, Any] = {"types": types, "limit": limit, "reader": ANYONE, "reader_language": language}
    text = _text(what)
    need = _need(text) if text is not None else None
    if text is None:
        matching = match_record(get(what, OPERATOR), **shape)
    elif need is not None:
        matching = match_need(need[0], language=need[1], **shape)
    else:
        matching = match_text(text, places=place_ids(places), **shape)
    if as_json:
        print_json(as_api(matching))
    else:
        _print(matching, language)


def _text(what: str) -> str | None:
    """The text to match, or None when `what` is the id of a record."""
    path = Path(what)
    if what == "-":
        return sys.stdin.read(LONGEST)
    if path.is_file():
        with path.open(encoding="utf-8") as file:
            return file.read(LONGEST)
    try:
        get(what, OPERATOR)
    except Unknown:
        raise click.UsageError(f"“{what}” is neither a record nor a file; give a text with: echo … | match -") from None
    return None


def _need(text: str) -> tuple[dict[str, object], str] | None:
    """The checked answers and the language of a whole need, or None for plain text."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        line = orjson.loads(text)
        answers = line.get("data", line)
        language = line.get("language") or "en"
        return validate(line.get("format", "need"), answers, language), language
    except orjson.JSONDecodeError as error:
        raise click.UsageError(f"This is not one need as JSON: {error}") from error
    except InvalidRecord as error:
        raise click.UsageError(str(error)) from error


def _print_understood(matching: Matching, language: str) -> None:
    understood = matching.understood
    kinds = vocabulary("support_types").terms
    told = {
        "about": [concept.label for concept in understood.concepts],
        "where": [place_names(understood.places, language, most=20)] if understood.places else [],
        "support": [kinds[kind].label(language) for kind in understood.support_types if kind in kinds],
    }
    click.echo(f"Understood ({understood.language})")
    for name, words in told.items():
        if words:
            click.echo(f"  {name:<8} {', '.join(words)}")
    if matching.matches and not matching.fits_well:
        click.echo("\nNothing fits well. What comes nearest:")


def _print(matching: Matching, language: str) -> None:
    _print_understood(matching, language)
    for kind in dict.fromkeys(match.type for match in matching.matches):
        click.secho(f"\n{FORMATS[kind].plural}", bold=True)
        for found in (found for found in matching.matches if found.type == kind):
            click.echo(f"  {found.score:4.2f}  {found.title}  [{found.id}]")
            for reason in found.for_:
                click.echo(f"          + {reason.share:4.0%} {reason.criterion}: {reason.text}")
            for caveat in found.against:
                click.echo(f"          - {caveat.criterion}: {caveat.text}")
    for left_out in matching.excluded:
        click.echo(f"\n  left out: {left_out.title} [{left_out.id}]: {left_out.text}")
    if not matching.matches:
        click.echo("Nothing matches.")


def as_api(matching: Matching) -> dict[str, object]:
    """The answer in the shape of `POST /api/v1/match`."""
    understood = matching.understood
    return {
        "understood": {
            "language": understood.language,
            "concepts": [{"key": concept.key, "label": concept.label} for concept in understood.concepts],
            "places": list(understood.places),
            "support_types": list(understood.support_types),
        },
        "matches": [
            {
                "id": found.id, "type": found.type, "title": found.title, "score": found.score,
                "for": [{"criterion": one.criterion, "share": one.share, "text": one.text} for one in found.for_],
                "against": [{"criterion": one.criterion, "text": one.text} for one in found.against],
            }
            for found in matching.matches
        ],
    }  # fmt: skip
