"""The way in: the list of addresses, the OpenAPI document, and a page to read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import Router

from landbridge.web.api.answers import AN_HOUR, JSON, json_answer, tagged, vary
from landbridge.web.api.lines import api_url

router = Router(tags=["home"])


@router.get("/", operation_id="home", summary="Where everything is")
def home(request: HttpRequest) -> HttpResponse:
    """The addresses of this API; a browser gets the page to read instead."""
    if request.get_preferred_type([JSON, "text/html"]) == "text/html":
        return vary(docs(request), ("Accept",))
    return vary(json_answer(_addresses()), ("Accept",))


def _addresses() -> dict[str, str]:
    base = api_url()
    return {
        "name": settings.NODE_NAME, "version": settings.VERSION, "api": "1", "url": f"{base}/",
        "documentation": f"{base}/docs", "openapi": f"{base}/openapi.json", "records": f"{base}/records",
        "search": f"{base}/search", "match": f"{base}/match", "vocabularies": f"{base}/vocabularies",
        "schemas": f"{base}/schemas", "changes": f"{base}/changes", "dump": f"{base}/dump",
    }  # fmt: skip


@cache
def _document() -> bytes:
    # An inner import: the document describes the whole API, of which this page is a part.
    from landbridge.web.api.documents import openapi

    return orjson.dumps(openapi())


@router.get("/openapi.json", operation_id="openapi", summary="This API as OpenAPI 3.1")
def openapi_document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return tagged(request, _document(), caching=AN_HOUR)


@dataclass(frozen=True)
class Operation:
    """An operation as the page shows it."""

    method: str
    path: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]
    bodies: dict[str, str]
    id: str

    @property
    def paragraphs(self) -> list[str]:
        return paragraphs(self.description)


def paragraphs(text: str) -> list[str]:
    """A text of the document as paragraphs."""
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            yield Operation(
                method=method.upper(), path=path, summary=told["summary"], description=told.get("description", ""),
                parameters=[_parameter(one) for one in told.get("parameters", [])],
                bodies=_examples(told), id=told["operationId"],
            )  # fmt: skip


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    schema = one["schema"]
    kind = schema.get("type") or " | ".join(option.get("type", "") for option in schema.get("anyOf", []))
    return {
        "name": one["name"], "where": one["in"], "required": one["required"], "kind": kind,
        "default": schema.get("default"), "about": one.get("description", ""), "choices": schema.get("enum", ()),
    }  # fmt: skip


def _examples(told: dict[str, Any]) -> dict[str, str]:
    content = told.get("requestBody", {}).get("content", {})
    examples = content.get("application/json", {}).get("examples", {})
    pretty = orjson.OPT_INDENT_2
    return {name: orjson.dumps(one["value"], option=pretty).decode() for name, one in examples.items()}


@router.get("/docs", include_in_schema=False)
def docs(request: HttpRequest) -> HttpResponse:
    """A page to read, made here: no script of its own, nothing from elsewhere."""
    document = orjson.loads(_document())
    about = paragraphs(document["info"]["description"])
    page = {"document": document, "about": about, "operations": list(_operations(document))}
    return render(request, "api/docs.html", page)
