"""A search in other forms: Atom feed, JSON, CSV."""

import csv
import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from lxml import etree

from landbridge.formats import tidy
from landbridge.search.query import BadQuery, Query, Results, search
from landbridge.web import asked
from landbridge.web.templatetags.landbridge import place_name, reader_language

_ATOM: Final = "http://www.w3.org/2005/Atom"
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def _absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def _self(request: HttpRequest) -> str:
    return _absolute(request.get_full_path())


def as_json(request: HttpRequest, query: Query, found: Results) -> HttpResponse:
    """The same shape as the API's search."""
    hits = [
        {
            "id": hit.id, "type": hit.type, "title": hit.title, "language": hit.language, "score": hit.score,
            "snippet": hit.snippet, "url": _absolute(hit.url),
        }
        for hit in found.hits
    ]  # fmt: skip
    facets = {name: [value._asdict() for value in values] for name, values in found.facets.items()}
    body = {"total": found.total, "hits": hits, "facets": facets, "next": found.next}
    return HttpResponse(orjson.dumps(body), content_type="application/json")


_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def _cell(text: str) -> str:
    """Spreadsheets run cells that begin like a formula: a quote before it keeps it text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(request: HttpRequest, query: Query, found: Results) -> HttpResponse:
    """One line a result, in UTF-8 with the mark that spreadsheets look for."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["id", "type", "title", "language", "places", "provider", "confirmed_on", "url"])
    for hit in found.hits:
        places = "; ".join(place_name(place) for place in hit.places)
        row = [hit.id, hit.type, hit.title, hit.language, places, hit.provider, hit.confirmed_on, _absolute(hit.url)]
        writer.writerow([_cell(value) for value in row])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="landbridge.csv"'
    return response


def as_atom(request: HttpRequest, query: Query, found: Results) -> HttpResponse:
    """An Atom feed (RFC 4287); entries keep their id whatever the node's address."""
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    feed.set(_XML_LANG, reader_language())
    title = gettext("New on %(node)s") % {"node": settings.NODE_NAME}
    _add(feed, "title", f"{title}: {query.text}" if query.text else title)
    _add(feed, "id", _self(request))
    _add(feed, "link", rel="self", href=_self(request))
    _add(feed, "updated", _stamp(max((hit.confirmed_on for hit in found.hits), default="")))
    _add(_add(feed, "author"), "name", settings.NODE_NAME)
    for hit in found.hits:
        entry = _add(feed, "entry")
        entry.set(_XML_LANG, hit.language)
        _add(entry, "title", hit.title)
        _add(entry, "id", f"urn:landbridge:record:{hit.id}")
        _add(entry, "link", href=_absolute(hit.url))
        _add(entry, "updated", _stamp(hit.confirmed_on))
        _add(entry, "summary", tidy.without_markup(hit.snippet))
        _add(entry, "category", term=hit.type)
    body = etree.tostring(feed, xml_declaration=True, encoding="UTF-8")
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    if text:
        element.text = tidy.lines(text)
    return element


def _stamp(day: str) -> str:
    return f"{day[:10]}T00:00:00Z" if day else datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


FORMS: Final[Mapping[str, Callable[[HttpRequest, Query, Results], HttpResponse]]] = {
    "json": as_json,
    "csv": as_csv,
    "atom": as_atom,
}


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The feed of a search, newest first."""
    query = asked.query_of(request, limit=50)
    query = Query(**{**query.__dict__, "sort": "newest"})
    try:
        return as_atom(request, query, search(query, language=reader_language(), with_facets=False))
    except BadQuery as problem:
        return HttpResponseBadRequest(str(problem), content_type="text/plain; charset=utf-8")
