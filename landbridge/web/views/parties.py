"""Countries and Parties: what each needs, offers and does, and who serves it."""

from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from landbridge.exchange.out.linked import addresses
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import Term, vocabulary
from landbridge.registry.queries import states
from landbridge.registry.rules import Reader, may_read
from landbridge.search.places import with_regions
from landbridge.search.query import Query, Results, search
from landbridge.web import figures, numbers
from landbridge.web.addresses import link
from landbridge.web.answers import Reading, show
from landbridge.web.hits import Line, of_hits, of_row
from landbridge.web.labels import format_plural, place_name, reader_language, side
from landbridge.web.people import reader_of

_GROUPS: Final = ("AFR", "APAC", "CEE", "GRULAC", "WEOG")
_LISTS: Final = (
    ("focal_point", 6), ("clearing_house", 2),
    ("need", 6), ("offer", 4), ("technology", 4), ("organisation", 5), ("programme", 4), ("expert", 3),
    ("case_study", 3), ("measure", 3), ("resource", 3), ("event", 3),
)  # fmt: skip
CENTRES: Final = 8
CONTACTS: Final = 4


@dataclass(frozen=True)
class Listed:
    """Some records of one format at a place, and the way to all of them."""

    type: str
    name: str
    side: str
    total: int
    lines: list[Line]
    href: str


@dataclass(frozen=True)
class PartyGroup:
    """A regional group with its countries."""

    name: str
    members: list[figures.CountryLine]


def parties(request: HttpRequest) -> HttpResponse:
    """All Parties by regional group, with what each has here."""
    counted = numbers.numbers()
    asked = request.GET.get("q", "").strip()[:80].casefold()
    shown = [term for term in vocabulary("countries") if _is_party(term) and _named(term, asked)]
    groups: dict[str, list[figures.CountryLine]] = {}
    for term in shown:
        line = figures.CountryLine(
            term.id, place_name(term.id), counted.needs.get(term.id, 0), counted.supply.get(term.id, 0)
        )
        groups.setdefault(_group(term), []).append(line)
    page = {
        "groups": [
            PartyGroup(place_name(name) if name else gettext("Others"), sorted(groups[name], key=lambda one: one.name))
            for name in sorted(groups, key=lambda name: (not name, name))
        ],
        "count": len(shown),
        "asked": request.GET.get("q", "").strip()[:80],
        "map": figures.world(counted.needs, counted.supply),
        "linked_items": [(f"{settings.BASE_URL}/parties/{term.id}", place_name(term.id)) for term in shown],
        "linked_total": len(shown),
    }
    return render(request, "parties.html", page)


def _is_party(term: Term) -> bool:
    return term.extra.get("cbd") == "party"


def _named(term: Term, asked: str) -> bool:
    return not asked or any(asked in label.casefold() for labels in term.labels.values() for label in labels)


def _group(term: Term) -> str:
    """The regional group of the United Nations that a country belongs to."""
    own = term.extra.get("groups", "").split()
    return next((name for name in own if name in _GROUPS), "")


def party(request: HttpRequest, country: str) -> HttpResponse:
    """One country or Party."""
    term = vocabulary("countries").terms.get(country)
    if term is None:
        other = vocabulary("countries").terms.get(country.upper()) or vocabulary("countries").find(country)
        if other is None:
            raise Http404(country)
        return HttpResponsePermanentRedirect(f"/parties/{other.id}")
    reader = reader_of(request)
    lists = [listed for name, most in _LISTS if (listed := _list(country, name, most, reader)).total]
    centres = [of_row(row) for row in numbers.serving(with_regions(country), CENTRES)]
    page: dict[str, Any] = {
        "country": term,
        "name": place_name(country),
        "is_party": _is_party(term),
        "iso2": term.extra.get("iso2", "").lower(),
        "regions": [place_name(place) for place in with_regions(country)[1:]],
        "lists": lists,
        "centres": centres,
        "contacts": _contacts([line.id for listed in lists if listed.type in ("organisation", "need")
                               for line in listed.lines], reader),
        "map": figures.marked({country: "n"}, place_name(country)),
        "linked_items": [(addresses.of_record(line.id), line.title) for listed in lists for line in listed.lines],
        "linked_total": sum(listed.total for listed in lists),
    }  # fmt: skip
    return render(request, "party.html", page)


def _found(country: str, name: str, most: int, reader: Reader) -> Results:
    query = Query(types=(name,), places=(country,), sort="newest", limit=most)
    return search(query, reader, reader_language(), with_facets=False)


def _list(country: str, name: str, most: int, reader: Reader) -> Listed:
    found = _found(country, name, most, reader)
    href = link("/search", [("type", name), ("place", country)])
    return Listed(name, format_plural(name), side(name), found.total, of_hits(found.hits), href)


def _contacts(records: list[str], reader: Reader) -> list[tuple[str, str, Any]]:
    """Contacts that stand in the public records of this place: (record, title, contacts as HTML)."""
    views = [view for view in states(records).values() if view.data.get("contacts") and may_read(reader, view)]
    found = []
    for view in islice(views, CONTACTS):
        reading = Reading(reader_language(), view.language)
        model = FORMATS[view.format]
        title = view.data["title"].get(reader_language()) or view.data["title"].get(view.language, "")
        shown = show(questions(model)["contacts"], view.data["contacts"], model, "contacts", reading)
        found.append((view.id, title, shown))
    return found
