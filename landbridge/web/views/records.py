"""A record: its page, its earlier revisions, its history, and the same as JSON."""

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext

from landbridge.cooperation.matching import match_record
from landbridge.exchange.out.cbd.documents import schemas_of
from landbridge.exchange.out.linked import addresses, jsonld, signposts
from landbridge.exchange.out.linked.minting import dois
from landbridge.formats.format import referred
from landbridge.lib.languages import is_language_tag
from landbridge.registry.contacting import may_be_reached
from landbridge.registry.endorsements import endorsements
from landbridge.registry.queries import RecordView, get, revisions, titles
from landbridge.registry.rules import Reader
from landbridge.search.query import BadQuery, Query, search
from landbridge.web import counting
from landbridge.web.figures import marked
from landbridge.web.hits import Fit, Line, groups, of_hits, of_match
from landbridge.web.labels import reader_language, spelled
from landbridge.web.negotiation import shape
from landbridge.web.pages import Page, countries, page
from landbridge.web.people import account_of, reader_of, standing
from landbridge.web.said import SHOWN, offered, origin_as_json, origin_of, said_of
from landbridge.web.views import linked
from landbridge.web.views.errors import telling
from landbridge.web.work import has_use

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")
SIMILAR: Final = 4
NAMED_IN: Final = 8


def readable_id(record_id: str) -> bool:
    """Whether this can be the id of a record at all."""
    return _ID.fullmatch(record_id) is not None


def _wants_json(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept


def _found(request: HttpRequest, record_id: str, revision: int | None = None) -> RecordView:
    if not readable_id(record_id):
        raise Http404(record_id)
    return get(record_id, reader_of(request), revision)


@telling
def record(request: HttpRequest, record_id: str) -> HttpResponse:
    """The page of a record; `.json` behind its id, or the Accept header, gives its data, `.ttl` and others the linked
    data of it."""
    bare, ending = shape(request, record_id)
    if ending:
        response = linked.record(bare, ending)
    elif (bare := record_id.removesuffix(".json")) != record_id or _wants_json(request):
        response = as_json(_found(request, bare))
    else:
        view = _found(request, record_id)
        told = _page(request, view)
        response = render(request, "record.html", told)
        if addresses.is_public(view):
            response["Link"] = signposts.of_page(view, told["doi"])
        counting.viewed(request, view)
    patch_vary_headers(response, ("Accept",))
    return response


@telling
def revision(request: HttpRequest, record_id: str, number: int) -> HttpResponse:
    """One revision, at an address that will always show the same."""
    if not 0 < number < 2**31:
        raise Http404(record_id)
    view = _found(request, record_id, number)
    if _wants_json(request):
        return as_json(view)
    return render(request, "record.html", _page(request, view) | {"old": view.published != number})


@telling
def history(request: HttpRequest, record_id: str) -> HttpResponse:
    """All published revisions of a record, newest first."""
    view = _found(request, record_id)
    shown = page(view, {}, request.GET.get("in", ""))
    return render(
        request, "history.html", {"page": shown, "view": view, "lines": revisions(record_id, reader_of(request))}
    )


def organisation(request: HttpRequest, record_id: str) -> HttpResponse:
    """Organisations are records: one permanent address each."""
    return HttpResponsePermanentRedirect(f"/records/{record_id}")


def _page(request: HttpRequest, view: RecordView) -> dict[str, Any]:
    wanted = request.GET.get("in", "")
    referred_to = set(referred(view.data))
    reader = reader_of(request)
    known = titles(referred_to, reader) if referred_to else {}
    shown = page(view, known, wanted if is_language_tag(wanted) else "")
    places = countries(view)
    doi = dois([view.id]).get(view.id, "")
    is_need = view.format == "need"
    said = said_of(view, reader)
    shown_said = said if request.GET.get("said") == "all" else said[:SHOWN]
    return {
        "page": shown,
        "view": view,
        "map": marked(places, gettext("Where this is or applies")) if places else "",
        "fits": list(_fits(view, reader)) if is_need else [],
        "similar": [] if is_need else _similar(view, reader),
        "named_in": _named_in(shown, reader) if view.format == "organisation" else [],
        "citation": _citation(shown),
        "endorsed": endorsements(view.id),
        "linked": _linked(view, shown, known, doi) if addresses.is_public(view) else "",
        "doi": doi,
        "in_cbd": bool(schemas_of(view.format)),
        "in_iati": view.format == "programme" and bool(settings.IATI),
        "works": account_of(request) is not None and has_use(view, standing(request)),
        "address": f"{settings.BASE_URL}/records/{view.id}",
        "reachable": may_be_reached(view),
        "said": shown_said,
        "said_more": len(said) - len(shown_said),
        "offered": offered(shown_said, view.data["title"]),
        "origin": origin_of(view),
        "may_say": account_of(request) is not None and view.is_published and view.format != "annotation",
    }


def _linked(view: RecordView, shown: Page, known: addresses.Titles, doi: str) -> str:
    """The record as search engines read it, in the languages that the page shows."""
    return jsonld.in_page(jsonld.thing(view, known, languages=(shown.language, view.language), doi=doi))


def _fits(view: RecordView, reader: Reader) -> Iterator[Fit]:
    matching = match_record(view, limit=6, reader=reader, reader_language=reader_language())
    return (fit for group in groups(matching) for fit in group.fits)


def _similar(view: RecordView, reader: Reader) -> list[Line]:
    matching = match_record(view, types=(view.format,), limit=SIMILAR, reader=reader, reader_language=reader_language())
    return [of_match(match).line for match in matching.matches if match.fits]


def _named_in(shown: Page, reader: Reader) -> list[Line]:
    """Records that name the organisation: what it provides, runs and took part in."""
    name = shown.view.data["title"].get(shown.view.language, shown.title).replace('"', " ")
    try:
        found = search(Query(text=f'"{name[:150]}"', limit=NAMED_IN), reader, reader_language(), with_facets=False)
    except BadQuery:
        return []
    exact = [] if found.loosened else [hit for hit in found.hits if hit.id != shown.view.id]
    return of_hits(exact)


def _citation(shown: Page) -> str:
    """How to cite: title, node, date of this revision, permanent address."""
    view = shown.view
    return gettext("%(title)s. %(node)s, revision %(number)s of %(day)s. %(address)s") % {
        "title": shown.title, "node": settings.NODE_NAME, "number": view.revision, "day": spelled(view.revised_at),
        "address": f"{settings.BASE_URL}/records/{view.id}/revisions/{view.revision}",
    }  # fmt: skip


def as_json(view: RecordView) -> HttpResponse:
    """The record as data; its shape is that of a line of JSON Lines, with what the registry knows beside it."""
    body = {
        "format": view.format, "id": view.id, "language": view.language, "data": view.data,
        "revision": view.revision, "edition": view.edition, "state": view.state, "updated_at": view.updated_at,
        "published_at": view.published_at, "confirmed_on": view.confirmed_on, "expires_on": view.expires_on,
        "sha256": view.sha256, "url": f"{settings.BASE_URL}/records/{view.id}",
        "endorsements": [
            {"party": one.party, "on": one.at.date(), "revision": one.revision} for one in endorsements(view.id)
        ],
        "origin": origin_as_json(origin_of(view)),
    }  # fmt: skip
    return HttpResponse(orjson.dumps(body), content_type="application/json")
