"""Programmes as IATI activities: one, and all in a file."""

import re
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from landbridge.exchange.out.iati.activity import Lacking
from landbridge.exchange.out.iati.file import FORMAT, file, pages, single
from landbridge.exchange.out.linked import addresses
from landbridge.registry.queries import Gone, Unknown, get, newest_serial
from landbridge.registry.rules import ANYONE
from landbridge.web.openly import openly

XML: Final = "application/xml; charset=utf-8"
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")
_NO_IDENTITY: Final = (
    "This node publishes no IATI activities: its operator has not said under which identifier of an organisation "
    "(LANDBRIDGE_IATI)."
)


def _plain(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")


@openly
def activities(request: HttpRequest) -> HttpResponse:
    """All activities. Nothing is written for somebody who has the file as it was after the last change."""
    if not settings.IATI:
        return _plain(404, _NO_IDENTITY)
    response = StreamingHttpResponse(file(pages()), content_type=XML)
    response["ETag"] = f'W/"{newest_serial()}-{settings.VERSION}-iati"'
    return response  # type: ignore[return-value]  # A stream answers as well as a response.


@openly
def record(request: HttpRequest, record_id: str) -> HttpResponse:
    """The activity of one programme."""
    response = _record(record_id)
    # It lies below the address of a record, which may be withdrawn at any minute.
    response["Cache-Control"] = "private, no-cache"
    return response


def _record(record_id: str) -> HttpResponse:
    try:
        view = get(record_id, ANYONE) if _ID.fullmatch(record_id) else None
    except Gone:
        return _plain(410, "This record was withdrawn.")
    except Unknown:
        view = None
    if view is None or not addresses.is_public(view):
        return _plain(404, "There is no record of this id that everybody may see.")
    if not settings.IATI:
        return _plain(404, _NO_IDENTITY)
    if view.format != FORMAT:
        return _plain(404, f"IATI has no place for records of the kind {view.format}, only for programmes.")
    try:
        return HttpResponse(single(view), content_type=XML)
    except Lacking as lacking:
        return _plain(404, f"IATI demands what this record does not tell: {lacking}.")
