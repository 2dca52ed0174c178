"""Search: results with facets, filters that can be taken away, and the same results in other formats."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote_plus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from landbridge.exchange.out.linked import addresses
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import vocabulary
from landbridge.registry.rules import ANYONE
from landbridge.search.query import BadQuery, FacetValue, Query, Results, search
from landbridge.web.addresses import FILTERS, Address, query_of, search_address
from landbridge.web.hits import of_hits
from landbridge.web.labels import facet_label, facet_name, place_term, reader_language
from landbridge.web.outputs import OUTPUTS
from landbridge.web.people import reader_of
from landbridge.web.subscriptions import SHAPES, calendar_address, subscriptions
from landbridge.web.urls.lazily import lazily

FIRST: Final = 6
"""Values of a facet that are shown at once."""
MOST: Final = 40
ALSO: Final = 3
"""Records that are not public and that are shown beside a search of the public ones."""


@dataclass(frozen=True)
class Value:
    """A value of a facet: what choosing it leads to."""

    label: str
    count: int
    href: str


@dataclass(frozen=True)
class Facet:
    """A facet with its values, the first ones apart from the rest."""

    name: str
    title: str
    first: tuple[Value, ...]
    rest: tuple[Value, ...]
    open: bool


@dataclass(frozen=True)
class Chosen:
    """A filter that is set, and where the search is without it."""

    facet: str
    label: str
    href: str


_subscribed: Final = lazily("feeds", "of_search")


def results(request: HttpRequest) -> HttpResponse:
    """The search page, or its results in the format that is asked for."""
    if request.GET.get("format", "") in SHAPES:
        return _subscribed(request)
    address = search_address(request.GET)
    query = query_of(request.GET)
    try:
        found = search(query, reader_of(request), reader_language())
    except BadQuery as problem:
        return _refused(request, address, query, problem)
    output = OUTPUTS.get(request.GET.get("format", ""))
    if output is not None:
        return output(found, address)
    return render(request, "search.html", _page(address, query, found) | _also(request, address, query))


def _also(request: HttpRequest, address: Address, query: Query) -> dict[str, Any]:
    """What the same search finds among records that are not public, for somebody who may see some of them."""
    reader = reader_of(request)
    if query.kept or query.cursor or reader == ANYONE:
        return {}
    found = search(replace(query, kept=True, limit=ALSO), reader, reader_language(), with_facets=False)
    return {"also": of_hits(found.hits), "also_total": found.total, "also_address": address.setting("kept", "1")}


def _refused(request: HttpRequest, address: Address, query: Query, problem: BadQuery) -> HttpResponse:
    """What was typed stays; the filter that cannot be used is named."""
    page = {
        "query": query, "address": address, "chosen": _chosen(address), "problem": problem,
        "again": address.setting(problem.field, "") if problem.field in ("sort", "cursor") else None,
    }  # fmt: skip
    return render(request, "search.html", page, status=400)


def _page(address: Address, query: Query, found: Results) -> dict[str, Any]:
    return {
        "query": query,
        "found": found,
        "lines": (lines := of_hits(found.hits)),
        "linked_items": [(addresses.of_record(line.id), line.title) for line in lines],
        "linked_total": found.total,
        "facets": _facets(address, found),
        "chosen": _chosen(address),
        "address": address,
        "hidden": [pair for pair in address.pairs if pair[0] not in ("q", "cursor")],
        "sorts": _sorts(address, query),
        "suggested": address.setting("q", found.suggestion) if found.suggestion else None,
        "next": address.setting("cursor", found.next) if found.next else None,
        "previous": address.setting("cursor", found.previous) if found.previous else None,
        "formats": [(name.upper(), address.setting("format", name)) for name in OUTPUTS],
        "feeds": [] if query.kept else subscriptions(address),
        "calendar": "" if query.kept else calendar_address(address),
        "need_address": Address("/match", (("need", query.text),)) if query.text else None,
    }


def _sorts(address: Address, query: Query) -> list[tuple[str, Address, bool]]:
    names = {"relevance": gettext("Best match"), "newest": gettext("Newest"), "title": gettext("Title")}
    return [(label, address.setting("sort", name), query.sort == name) for name, label in names.items()]


def _chosen(address: Address) -> list[Chosen]:
    return [
        Chosen(facet_name(name), _chosen_label(name, value), str(address.without(name, value)))
        for name, value in address.pairs
        if name in FILTERS
    ] + [
        Chosen("kept", gettext("Not public"), str(address.setting("kept", "")))
        for name, _ in address.pairs
        if name == "kept"
    ]


def _chosen_label(facet: str, value: str) -> str:
    """Filters may be named by label or code as well as by id."""
    if facet == "place" and place_term(value) is None:
        for source in ("countries", "regions"):
            if term := vocabulary(source).find(value):
                return facet_label(facet, term.id)
    return facet_label(facet, value)


def _facets(address: Address, found: Results) -> list[Facet]:
    made: list[Facet] = []
    for name in FILTERS:
        counted = found.facets.get(name, ())
        if name == "place":
            countries = [value for value in counted if _is_country(value[0])]
            regions = [value for value in counted if not _is_country(value[0])]
            made += _facet(address, name, gettext("Countries"), countries, found.total)
            made += _facet(address, name, gettext("Regions and groups"), regions, found.total)
        else:
            made += _facet(address, name, facet_name(name), counted, found.total)
    return made


def _is_country(place: str) -> bool:
    return place in vocabulary("countries").terms


def _facet(address: Address, name: str, title: str, counted: Iterable[FacetValue], total: int) -> list[Facet]:
    """A facet, unless it has nothing to choose from."""
    start = address.going_on() + f"{name}="
    values = tuple(
        Value(facet_label(name, value), count, start + quote_plus(value))
        for value, count in counted
        if (name, value) not in address.pairs
    )[:MOST]
    useful = [value for value in values if value.count < total]
    if not useful:
        return []
    return [Facet(name, title, tuple(useful[:FIRST]), tuple(useful[FIRST:]), name in ("type", "support"))]


PLURALS: Final = {
    "technologies": "technology", "needs": "need", "offers": "offer", "organisations": "organisation",
    "experts": "expert", "programmes": "programme", "case-studies": "case_study", "measures": "measure",
    "resources": "resource", "events": "event", "focal-points": "focal_point",
    "clearing-houses": "clearing_house", "annotations": "annotation",
}  # fmt: skip
"""Paths of lists to their formats; a list is a search."""
assert set(PLURALS.values()) == set(FORMATS)  # noqa: S101 every format has its list


def listing(request: HttpRequest, plural: str) -> HttpResponse:
    """A list of one format: the search with that filter."""
    address = Address("/search", (("type", PLURALS[plural]), *search_address(request.GET).pairs))
    return HttpResponseRedirect(str(address))


def newest(request: HttpRequest) -> HttpResponse:
    """What is new, as a search."""
    return HttpResponseRedirect(str(search_address(request.GET).setting("sort", "newest")))
