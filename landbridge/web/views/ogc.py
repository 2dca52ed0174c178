"""OGC API Records: each document as JSON for programs, open to all, and as a simple page for people."""

from collections.abc import Callable
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from landbridge.exchange.out.ogc import documents, openapi
from landbridge.exchange.out.ogc.asking import Problem, require_known
from landbridge.exchange.out.ogc.documents import GEOJSON, JSON, OPENAPI, SCHEMA, Given
from landbridge.lib.languages import direction
from landbridge.web.openly import openly

Document = Callable[..., dict[str, Any]]
_PAGE: Final = "ogc.html"


def _wants_page(request: HttpRequest) -> bool:
    """Whether it is a person who asks: by `f`, else by what the program would rather have."""
    if request.GET.get("f"):
        return request.GET["f"] == "html"
    accepted = request.headers.get("Accept", "")
    at = accepted.find("text/html")
    return at >= 0 and not 0 <= accepted.find("json") < at


def _given(request: HttpRequest) -> Given:
    return {name: request.GET.getlist(name) for name in request.GET}


def _made(document: Document, request: HttpRequest, named: dict[str, str]) -> tuple[dict[str, Any], int]:
    """The document, or the problem in the standard's own form."""
    try:
        if request.GET.get("f", "") not in ("", "json", "html"):
            raise Problem(400, "InvalidParameterValue", "The parameter f must be json or html.")
        return document(_given(request), **named), 200
    except Problem as problem:
        return {"code": problem.code, "description": problem.description}, problem.status


def _answering(document: Document, media_type: str = JSON) -> Callable[..., HttpResponse]:
    @openly
    def program(request: HttpRequest, **named: str) -> HttpResponse:
        body, status = _made(document, request, named)
        return HttpResponse(orjson.dumps(body), status=status, content_type=media_type if status == 200 else JSON)

    def page(request: HttpRequest, **named: str) -> HttpResponse:
        body, status = _made(document, request, named)
        return render(request, _PAGE, {"document": body, **_lines(body)}, status=status)

    @require_safe
    def view(request: HttpRequest, **named: str) -> HttpResponse:
        response = page(request, **named) if _wants_page(request) else program(request, **named)
        patch_vary_headers(response, ("Accept",))
        return response

    return view


def _lines(body: dict[str, Any]) -> dict[str, Any]:
    """What the page lists: the collections or the records of the document, and where it leads."""
    links = {one["rel"]: one["href"] for one in body.get("links") or ()}
    parts = body.get("features") or body.get("collections") or ()
    return {
        "title": _title(body), "parts": [_line(part) for part in parts],
        "following": links.get("next", "").replace("f=json", "f=html"),
        "links": [one for one in body.get("links") or () if one["rel"] not in ("self", "next", "alternate")],
        "raw": links.get("self"), "classes": body.get("conformsTo") if "id" not in body else None,
        "properties": body.get("properties") if body.get("type") == "Feature" else None,
    }  # fmt: skip


def _title(body: dict[str, Any]) -> str:
    told = body.get("properties") if body.get("type") == "Feature" else body
    return str((told or {}).get("title") or body.get("code") or "OGC API Records")


def _line(part: dict[str, Any]) -> dict[str, str]:
    told = part.get("properties") or part
    links = {one["rel"]: one["href"] for one in part["links"]}
    language = told["language"]["code"]
    return {"title": told["title"], "text": told.get("description", ""), "language": language,
            "direction": direction(language), "href": links.get("items") or links["alternate"]}  # fmt: skip


def _openapi(given: Given) -> dict[str, Any]:
    require_known(given)
    return openapi.openapi()


landing = _answering(documents.landing)
conformance = _answering(documents.conformance)
api = _answering(_openapi, OPENAPI)
collections = _answering(documents.collections)
collection = _answering(documents.collection)
sortables = _answering(documents.sortables, SCHEMA)
items = _answering(documents.items, GEOJSON)
item = _answering(documents.item, GEOJSON)
