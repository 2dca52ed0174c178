"""A need or an offer in free text, or a need's record, and what fits."""

from collections.abc import Callable
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from landbridge.cooperation.matching import Matching, match_record, match_text
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import choose
from landbridge.registry.queries import get
from landbridge.registry.rules import ANYONE, Reader
from landbridge.search.understand import Understood
from landbridge.web import counting
from landbridge.web.addresses import link, values, words_of
from landbridge.web.examples import examples
from landbridge.web.hits import groups
from landbridge.web.labels import place_name, reader_language
from landbridge.web.people import reader_of
from landbridge.web.views.errors import telling
from landbridge.web.views.records import readable_id

PER_TYPE: Final = 3
OF_ONE_TYPE: Final = 20
NEAREST: Final = 5
ALSO: Final = 5
"""Matches that are not public, for those who may see them."""
LONGEST: Final = 20_000
_FILED: Final = 500
"""A text up to this length goes along in the address to where it is filed."""
_SHORT: Final = 1500
"""A text up to this length stays in the address, so that the matches can be sent to somebody."""


@telling
def need(request: HttpRequest) -> HttpResponse:
    """What can help with a need."""
    given = request.POST if request.method == "POST" else request.GET
    if given.get("record"):
        return _of_record(request, given)
    return _answered(request, given, "need", "match.html")


def offer(request: HttpRequest) -> HttpResponse:
    """The open needs that an offer fits."""
    given = request.POST if request.method == "POST" else request.GET
    return _answered(request, given, "offer", "match.html")


def _answered(request: HttpRequest, given: QueryDict, name: str, template: str) -> HttpResponse:
    text = words_of(given, name, LONGEST)
    without, places = values(given, "without"), values(given, "place")
    page: dict[str, Any] = {
        "without": without, "places": places, "mode": name, "text": text, "examples": examples(name),
        "path": "/match" if name == "need" else "/offer", "method": "get" if len(text) <= _SHORT else "post",
    }  # fmt: skip
    if not text:
        return render(request, template, page)
    types = ("need",) if name == "offer" else tuple(one for one in values(given, "type") if one in FORMATS)
    matching = match_text(
        text, places=places, types=types, without=frozenset(without), reader=reader_of(request),
        reader_language=reader_language(), limit=OF_ONE_TYPE, per_type=0 if types else PER_TYPE,
    )  # fmt: skip
    also = _not_public(
        request, lambda reader: match_text(
            text, places=places, types=types, without=frozenset(without), reader=reader,
            reader_language=reader_language(), limit=ALSO, kept=True,
        )
    )  # fmt: skip
    page |= _shown(request, matching) | also | {
        "types": types, "tags": tags(matching.understood),
        "search_href": link("/search", [("q", text[:300])]),
        "file_href": _filing(name, text),
    }  # fmt: skip
    return render(request, template, page)


def _filing(name: str, text: str) -> str:
    """Where the text becomes a draft. A long one would not survive the way through the sign-in page in an address."""
    pairs = [("format", name), *([("text", text)] if len(text) <= _FILED else [])]
    return link("/write/guided", pairs)


def _of_record(request: HttpRequest, given: QueryDict) -> HttpResponse:
    """The matches of a record of the registry."""
    record_id = given.get("record", "")
    if not readable_id(record_id):
        raise Http404("record")
    view = get(record_id, reader_of(request))
    types = tuple(one for one in values(given, "type") if one in FORMATS)
    matching = match_record(
        view, types=types, reader=reader_of(request), reader_language=reader_language(), limit=OF_ONE_TYPE,
        per_type=0 if types else PER_TYPE,
    )  # fmt: skip
    also = _not_public(
        request, lambda reader: match_record(
            view, types=types, reader=reader, reader_language=reader_language(), limit=ALSO, kept=True,
        )
    )  # fmt: skip
    tag, title = choose(view.data["title"], reader_language(), view.language)
    page = also | {
        "mode": "record", "view": view, "title": title, "title_language": tag, "path": "/match", "types": types,
        "tags": tags(matching.understood),
    }  # fmt: skip
    return render(request, "match.html", page | _shown(request, matching))


def _shown(request: HttpRequest, matching: Matching) -> dict[str, Any]:
    """The matches that fit; when none does, the nearest few, said plainly."""
    fitting = groups(matching)
    counting.matched(request, [fit.line.id for group in fitting for fit in group.fits])
    nearest = [] if fitting else [fit for group in groups(matching, fitting=False) for fit in group.fits]
    return {
        "matching": matching,
        "groups": fitting,
        "nearest": nearest[:NEAREST],
        "count": sum(len(group.fits) for group in fitting),
    }


def _not_public(request: HttpRequest, matches: Callable[[Reader], Matching]) -> dict[str, Any]:
    """For whoever may see more than everybody: what fits among that. Nobody else's page asks for it."""
    reader = reader_of(request)
    if reader == ANYONE:
        return {}
    return {"also": [fit for group in groups(matches(reader)) for fit in group.fits]}


def tags(understood: Understood) -> list[dict[str, str]]:
    """What was understood, each with the key that takes it away."""
    kinds = vocabulary("support_types").terms
    found = [{"kind": "place", "key": place, "label": place_name(place)} for place in understood.places]
    found += [
        {"kind": "support", "key": kind, "label": kinds[kind].label(reader_language())}
        for kind in understood.support_types
        if kind in kinds
    ]
    found += [{"kind": "concept", "key": concept.key, "label": concept.label} for concept in understood.concepts]
    return found
