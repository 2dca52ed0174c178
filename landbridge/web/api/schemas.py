"""The common formats as JSON Schema 2020-12."""

from functools import cache
from typing import Annotated, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Path, Router
from pydantic import Field

from landbridge.formats.editions import current
from landbridge.formats.library import FORMATS
from landbridge.formats.schema import json_schema
from landbridge.web.api import shapes
from landbridge.web.api.answers import AN_HOUR, tagged
from landbridge.web.api.lines import api_url
from landbridge.web.api.problems import ProblemError

router = Router(tags=["schemas"])
MEDIA_TYPE: Final = "application/schema+json"
_SCHEMA: Final = {
    "responses": {200: {"content": {MEDIA_TYPE: {"schema": {"type": "object", "required": ["$schema", "properties"]}}}}}
}


@router.get("/schemas", response=shapes.SchemaList, operation_id="schemas", summary="List formats")
def schema_list(request: HttpRequest) -> HttpResponse:
    """All common formats."""
    lines = [
        {
            "format": name, "label": gettext(model.label), "about": gettext(model.about),
            "edition": current(model.editions), "url": f"{api_url()}/schemas/{name}",
        }
        for name, model in FORMATS.items()
    ]  # fmt: skip
    return tagged(request, orjson.dumps({"schemas": lines}), caching=AN_HOUR)


@cache
def _body(name: str) -> bytes:
    return orjson.dumps(json_schema(FORMATS[name]))


@router.get("/schemas/{format}", operation_id="schema", summary="Schema of a format", openapi_extra=_SCHEMA)
def schema(request: HttpRequest, format: Path[Annotated[str, Field(max_length=60)]]) -> HttpResponse:
    """The JSON Schema of the answers (`data`) of a format."""
    if format not in FORMATS:
        message = gettext("“%(value)s” is not a format; there are %(formats)s.")
        raise ProblemError(404, message % {"value": format[:40], "formats": ", ".join(FORMATS)})
    return tagged(request, _body(format), MEDIA_TYPE, AN_HOUR)
