"""The OpenAPI 3.0 document of OGC API Records here. (The API of the node itself has its own, in OpenAPI 3.1.)"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings

from landbridge.exchange.out.ogc.asking import MOST, SORTABLES, USUAL
from landbridge.exchange.out.ogc.documents import EVERYTHING, GEOJSON, JSON, OPENAPI, SCHEMA, base
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES

Json = dict[str, Any]
_STRING: Final = {"type": "string"}


def _list(**more: Any) -> Json:
    return {"type": "array", "items": {**_STRING, **more}}


def _schemas() -> Mapping[str, Json]:
    link = {
        "type": "object", "required": ["href"],
        "properties": dict.fromkeys(("href", "rel", "type", "title", "hreflang"), _STRING),
    }  # fmt: skip
    links = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}
    record = {
        "type": "object", "required": ["id", "type", "geometry", "properties"],
        "properties": {
            "id": _STRING, "type": {"type": "string", "enum": ["Feature"]},
            "time": {"type": "object", "nullable": True}, "geometry": {"type": "object", "nullable": True},
            "properties": {
                "type": "object", "required": ["type", "title"], "properties": {"type": _STRING, "title": _STRING}
            },
            "links": links,
        },
    }  # fmt: skip
    items = {
        "type": "object", "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/record"}},
            "links": links, "numberMatched": {"type": "integer"}, "numberReturned": {"type": "integer"},
        },
    }  # fmt: skip
    return {
        "link": link, "record": record, "items": items,
        "links": {"type": "object", "required": ["links"], "properties": {"links": links}},
        "exception": {
            "type": "object", "required": ["code"], "properties": {"code": _STRING, "description": _STRING}
        },
    }  # fmt: skip


def _parameters() -> Mapping[str, Json]:
    number = {"type": "number"}
    queried: dict[str, tuple[Json, bool]] = {
        "bbox": ({"oneOf": [{"type": "array", "minItems": size, "maxItems": size, "items": number}
                            for size in (4, 6)]}, False),
        "datetime": (_STRING, True),
        "limit": ({"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, True),
        "q": (_list(), False), "type": (_list(maxLength=64), False), "ids": (_list(), False),
        "externalIds": (_list(pattern="([^:]+:)?[^:]+"), False),
        "sortby": (_list(pattern="[+|-]?(" + "|".join(SORTABLES) + ")"), False), "after": (_STRING, True),
        "f": ({"type": "string", "enum": ["json", "html"]}, True),
        "lang": ({"type": "string", "enum": list(LANGUAGES)}, True),
    }  # fmt: skip
    made: dict[str, Json] = {}
    for name, (schema, single) in queried.items():
        made[name] = {"name": name, "in": "query", "required": False, "schema": schema}
        made[name] |= {"style": "form", "explode": single}
    collections = {"type": "string", "enum": [EVERYTHING, *FORMATS]}
    for name, schema in (("collectionId", collections), ("recordId", _STRING)):
        made[name] = {"name": name, "in": "path", "required": True, "schema": schema}
    return made


def _get(about: str, schema: str, parameters: Sequence[str] = (), media_type: str = JSON) -> Json:
    answer: Json = {"$ref": f"#/components/schemas/{schema}"} if schema else {"type": "object"}
    problem = {"description": "It cannot be answered.",
               "content": {JSON: {"schema": {"$ref": "#/components/schemas/exception"}}}}  # fmt: skip
    content = {media_type: {"schema": answer}, "text/html": {"schema": _STRING}}
    return {"get": {
        "summary": about, "operationId": about.title().replace(" ", ""),
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in (*parameters, "f", "lang")],
        "responses": {"200": {"description": about, "content": content}, "400": problem, "404": problem},
    }}  # fmt: skip


def openapi() -> Json:
    """The whole document."""
    query = ("bbox", "datetime", "limit", "q", "type", "ids", "externalIds", "sortby", "after")
    one = "/collections/{collectionId}"
    return {
        "openapi": "3.0.3",
        "info": {"title": f"{settings.NODE_NAME}: OGC API Records", "version": settings.VERSION,
                 "description": "The public records of this node. Nothing here needs a key."},
        "servers": [{"url": base()}],
        "paths": {
            "/": _get("Landing page", "links"), "/conformance": _get("Conformance classes", ""),
            "/api": _get("This document", "", media_type=OPENAPI), "/collections": _get("All collections", "links"),
            one: _get("One collection", "links", ["collectionId"]),
            f"{one}/sortables": _get("What records can be sorted by", "", ["collectionId"], SCHEMA),
            f"{one}/items": _get("Records", "items", ["collectionId", *query], GEOJSON),
            f"{one}/items/{{recordId}}": _get("One record", "record", ["collectionId", "recordId"], GEOJSON),
        },
        "components": {"schemas": _schemas(), "parameters": _parameters()},
    }  # fmt: skip
