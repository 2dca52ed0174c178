"""Records in the CBD's own formats: one at a time, and all of a schema page by page."""

import re
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from landbridge.exchange.out.cbd.documents import FORMATS_OF, document, documents, holds, schemas_of
from landbridge.exchange.out.linked import addresses
from landbridge.registry.queries import Gone, Unknown, get, published
from landbridge.registry.rules import ANYONE
from landbridge.web.openly import openly

USUAL: Final = 100
MOST: Final = 500
_KNOWN: Final = frozenset({"limit", "after", "updated-since", "lang"})
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")


def _json(value: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(value), status=status, content_type="application/json")


def _error(status: int, sentence: str) -> HttpResponse:
    return _json({"error": sentence}, status)


@openly
def record(request: HttpRequest, record_id: str) -> HttpResponse:
    """One record; `?schema=` chooses where a format has two, as an organisation has a profile as well."""
    response = _record(request, record_id)
    # It lies below the address of a record, which may be withdrawn at any minute.
    response["Cache-Control"] = "private, no-cache"
    return response


def _record(request: HttpRequest, record_id: str) -> HttpResponse:
    try:
        view = get(record_id, ANYONE) if _ID.fullmatch(record_id) else None
    except Gone:
        return _error(410, "This record was withdrawn.")
    except Unknown:
        view = None
    if view is None or not addresses.is_public(view):
        return _error(404, "There is no record of this id that everybody may see.")
    schemas = schemas_of(view.format)
    wanted = request.GET.get("schema") or next(iter(schemas), "")
    if not schemas:
        return _error(404, f"The CBD has no format for records of the kind {view.format}.")
    if wanted not in schemas or not holds(wanted, view):
        return _error(404, f"This record has no document of that schema; it has {', '.join(schemas)}.")
    response = _json(document(view, wanted, addresses.titles_for([view])))
    response["Link"] = f'<{addresses.of_record(view.id)}>; rel="canonical"'
    return response


@openly
def collection(request: HttpRequest, schema: str) -> HttpResponse:
    """A page of all documents of a schema, in the order of their identifiers."""
    if schema not in FORMATS_OF:
        return _error(404, f"There is no such schema here; there are {', '.join(FORMATS_OF)}.")
    try:
        limit, after, since = _asked(request)
    except ValueError as error:
        return _error(400, str(error))
    views = published(ANYONE, FORMATS_OF[schema], after, limit, since)
    body: dict[str, Any] = {"schema": schema, "documents": list(documents(views, schema))}
    if len(views) == limit:
        kept = {name: request.GET[name] for name in ("limit", "updated-since") if request.GET.get(name)}
        query = urlencode({**kept, "after": views[-1].id})
        body["next"] = f"{settings.BASE_URL}/cbd/{schema}.json?{query}"
    return _json(body)


def _asked(request: HttpRequest) -> tuple[int, str, datetime | None]:
    """(limit, after which id, changed since when).

    Raises:
        ValueError: with a sentence for who asks.
    """
    for name in request.GET:
        if name not in _KNOWN:
            raise ValueError(f"There is no parameter “{name[:60]}” here; there are limit, after, updated-since.")
    limit, after = request.GET.get("limit") or str(USUAL), request.GET.get("after", "")
    if not re.fullmatch("[0-9]{1,9}", limit) or not int(limit):
        raise ValueError(f"limit must be a number from 1 to {MOST}.")
    if after and not _ID.fullmatch(after):
        raise ValueError("after must be the identifier of a document.")
    return min(int(limit), MOST), after, _moment(request.GET.get("updated-since", ""))


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
        return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at.astimezone(UTC) if at else None
    except (ValueError, OverflowError):
        raise ValueError("updated-since must be a day or a moment such as 2026-05-01T00:00:00Z.") from None
