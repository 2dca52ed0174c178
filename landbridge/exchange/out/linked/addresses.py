"""The permanent addresses of what this node describes, and what everybody may see of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from landbridge.formats.format import referred
from landbridge.formats.vocabulary import Term, vocabulary
from landbridge.registry.disclosure import public_part
from landbridge.registry.queries import RecordView, titles
from landbridge.registry.rules import ANYONE
from landbridge.registry.workflow import State, Visibility

Titles = Mapping[str, tuple[str, dict[str, str]]]
"""Record id to its format and its title in languages, as `queries.titles` gives them."""


def of_record(record_id: str, rest: str = "") -> str:
    """The address of a record, or of what lies below it."""
    return f"{settings.BASE_URL}/records/{record_id}{rest}"


def of_revision(view: RecordView) -> str:
    """The address of a revision: the description of the thing, which always says the same."""
    return of_record(view.id, f"/revisions/{view.revision}")


def of_vocabulary(name: str) -> str:
    return f"{settings.BASE_URL}/vocabularies/{name}"


def of_term(term: Term) -> str:
    return f"{of_vocabulary(term.vocabulary)}/{term.id}"


def official(term: Term) -> str:
    """The address that somebody else gave the term, as the Convention did for its targets; empty where nobody did."""
    return term.uri if term.uri.startswith(("http://", "https://")) else ""


def of_origin(view: RecordView) -> str:
    """Where a received record has its home; empty for our own, and for what came from something without an address."""
    return f"{view.origin}/records/{view.id}" if view.origin.startswith(("http://", "https://")) else ""


def is_public(view: RecordView) -> bool:
    """Whether everybody may see the record as it is now."""
    return view.is_published and view.visibility == Visibility.PUBLIC and view.state != State.RETIRED


def told(view: RecordView) -> dict[str, Any]:
    """The answers that everybody may see, whoever read the record."""
    return public_part(view.format, view.data)


def titles_for(views: Iterable[RecordView]) -> Titles:
    """The titles of all public records that these records name: two queries for a whole page of them."""
    wanted = {one for view in views for one in referred(told(view))}
    return titles(wanted, ANYONE) if wanted else {}


def country_codes(identifier: str) -> dict[str, str]:
    """The codes of a country or region: name of the code list to code."""
    term = place(identifier)
    if term is None:
        return {}
    if term.vocabulary == "regions":
        return {"M49": term.id} if term.id.isdigit() else {}
    codes = {"ISO 3166-1 alpha-3": term.id, "ISO 3166-1 alpha-2": term.extra.get("iso2", "")}
    return {name: code for name, code in {**codes, "M49": term.extra.get("m49", "")}.items() if code}


def place(identifier: str) -> Term | None:
    """The country or region of this id."""
    for name in ("countries", "regions"):
        if identifier in vocabulary(name).terms:
            return vocabulary(name).terms[identifier]
    return None
