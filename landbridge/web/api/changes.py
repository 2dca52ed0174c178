"""Taking over everything: the changes since a place in the journal, and the whole as a stream."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from landbridge.registry import queries
from landbridge.registry.queries import ChangeLine, RecordView
from landbridge.registry.rules import Reader, may_read
from landbridge.web.api.answers import JSON_LINES, REVALIDATE, prepared
from landbridge.web.api.caller import reader_of
from landbridge.web.api.lines import api_url, full_line, line
from landbridge.web.api.parameters import Many, known_formats

router = Router(tags=["harvest"])
_CHUNK: Final = 100
"""Lines that travel together: each piece of a stream costs as much as writing several lines."""


def _lines_of(shape: str) -> dict[str, Any]:
    schema = {"type": "string", "description": f"JSON Lines; each line is a {shape}."}
    headers = {"Link": {"description": '`rel="next"`: where to go on.', "schema": {"type": "string"}}}
    return {"responses": {200: {"content": {JSON_LINES: {"schema": schema}}, "headers": headers}}}


class ChangesParameters(Schema):
    """From where in the journal, and how far."""

    since: Annotated[int, Field(ge=0, le=2**63 - 1, description="The last serial that you have; 0 for all.")] = 0
    limit: Annotated[int, Field(ge=1, le=5000, description="Lines of the journal looked at.")] = 1000


@router.get("/changes", operation_id="changes", summary="Changes since a serial", openapi_extra=_lines_of("ChangeLine"))
def changes(request: HttpRequest, asked: Query[ChangesParameters]) -> HttpResponse:
    """What was published, changed or retired after a serial, in the order in which it happened.

    A line has the record as it is now; a gone record has none. `Link: rel="next"` tells where to go on, also after
    the last line: ask there again later.
    """
    reader = reader_of(request)
    lines, last = queries.changes(reader, asked.since, asked.limit)
    views = queries.states({one.record for one in lines if not one.gone}, reader)
    body = b"".join(orjson.dumps(_change(one, views, reader)) + b"\n" for one in lines)
    response = prepared(body, JSON_LINES, REVALIDATE)
    response["Link"] = _next(last, asked.limit)
    return response


def _next(since: int, limit: int = 1000) -> str:
    return f'<{api_url()}/changes?since={since}&limit={limit}>; rel="next"'


def _change(one: ChangeLine, views: Mapping[str, RecordView], reader: Reader) -> dict[str, Any]:
    told: dict[str, Any] = {
        "serial": one.serial, "id": one.record, "format": one.format, "verb": one.verb, "revision": one.revision,
        "gone": one.gone, "at": one.at,
    }  # fmt: skip
    view = None if one.gone else views.get(one.record)
    if view is not None and may_read(reader, view):  # It may have been hidden since the journal was read.
        told["record"] = full_line(view, reader)
    return told


class DumpParameters(Schema):
    """What to leave out of a dump."""

    type: Annotated[Many, Field(description="Only these formats.")] = []


@router.get("/dump", operation_id="dump", summary="Everything", openapi_extra=_lines_of("Line"))
def dump(request: HttpRequest, asked: Query[DumpParameters]) -> StreamingHttpResponse:
    """All that is public, a record a line, in the shape that `landbridge load` takes in.

    `Link: rel="next"` leads to the changes after the moment at which the dump began.
    """
    formats = known_formats("type", asked.type)
    response = StreamingHttpResponse(_dumped(formats, reader_of(request)), content_type=JSON_LINES)
    response["Link"] = _next(queries.newest_serial())
    response["Content-Disposition"] = 'attachment; filename="landbridge.jsonl"'
    response["Cache-Control"] = "no-store"
    return response


def _dumped(formats: tuple[str, ...], reader: Reader) -> Iterator[bytes]:
    chunk: list[bytes] = []
    for view in queries.every(reader, formats):
        chunk.append(orjson.dumps(line(view, reader)) + b"\n")
        if len(chunk) == _CHUNK:
            yield b"".join(chunk)
            chunk = []
    if chunk:
        yield b"".join(chunk)
