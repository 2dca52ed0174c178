"""Records: one after the other, each, its history, each of its revisions."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Path, Query, Router, Schema
from pydantic import Field

from landbridge.registry import queries
from landbridge.registry.queries import Gone, RecordView, Unknown
from landbridge.registry.rules import Reader
from landbridge.search.places import countries_in, resolve, with_regions
from landbridge.web.api import cursors, shapes
from landbridge.web.api.answers import JSON, json_answer, not_modified, prepared, tag_of
from landbridge.web.api.caller import reader_of
from landbridge.web.api.lines import api_url, full_line
from landbridge.web.api.parameters import Cursor, Many, PageSize, RecordId, known_formats, not_a_place
from landbridge.web.api.problems import ProblemError, invalid

router = Router(tags=["records"])
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")
MOST_SCANNED: Final = 2_000
"""Records looked at for one page when a place is asked for; a shorter page still names the next one."""


class ListParameters(Schema):
    """What the list of records may be narrowed to."""

    type: Annotated[Many, Field(description="Formats.")] = []
    place: Annotated[Many, Field(description="ISO 3166, M49 or names; a region finds its countries.")] = []
    changed_since: Annotated[
        datetime | None, Field(description="Changed then or later; UTC when no zone is given.")
    ] = None
    limit: PageSize = 100
    cursor: Cursor = ""


@router.get("/records", response=shapes.RecordPage, operation_id="records", summary="List records")
def records(request: HttpRequest, asked: Query[ListParameters]) -> HttpResponse:
    """Published records in the order of their ids. A page is not shifted by what is written meanwhile."""
    formats = known_formats("type", asked.type)
    places = frozenset(_places(asked.place))
    since = _moment(asked.changed_since)
    reader = reader_of(request)
    after = _after(asked.cursor)
    found, last = _page(reader, formats, places, since, after, asked.limit)
    return json_answer({
        "records": [full_line(view, reader) for view in found],
        "next": cursors.encode("records", last) if last else None,
    })  # fmt: skip


def _page(
    reader: Reader, formats: tuple[str, ...], places: frozenset[str], since: datetime | None, after: str, limit: int
) -> tuple[list[RecordView], str]:
    """A page, and the id after which the next one begins; empty when there is none."""
    if not places:
        views = queries.published(reader, formats, after, limit + 1, since)
        return views[:limit], views[limit - 1].id if len(views) > limit else ""
    found: list[RecordView] = []
    for scanned, view in enumerate(_from(reader, formats, since, after), 1):
        if len(found) == limit or scanned > MOST_SCANNED:
            return found, after
        after = view.id
        if places & _lies_in(view):
            found.append(view)
    return found, ""


def _from(reader: Reader, formats: tuple[str, ...], since: datetime | None, after: str) -> Iterator[RecordView]:
    while page := queries.published(reader, formats, after, 200, since):
        yield from page
        after = page[-1].id


def _lies_in(view: RecordView) -> frozenset[str]:
    """The places of a record with the regions that they lie in."""
    named = view.data.get("places") or ()
    return frozenset(place for name in named for place in with_regions(name))


def _places(names: list[str]) -> Iterator[str]:
    for name in names:
        place = resolve(name)
        if place is None:
            raise not_a_place(name)
        yield from (place, *countries_in(place))


def _moment(given: datetime | None) -> datetime | None:
    if given is None:
        return None
    try:
        return (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise invalid("changed_since", gettext("This moment is out of all calendars.")) from None


def _after(cursor: str) -> str:
    try:
        last = cursors.decode("records", cursor) if cursor else ""
        if last and not _ID.fullmatch(last):
            raise cursors.BadCursor(cursor[:40])
        return last
    except cursors.BadCursor:
        raise invalid("cursor", gettext("This cursor is none of ours; start again without it."), "cursor") from None


def view_of(record_id: str, reader: Reader, revision: int | None = None) -> RecordView:
    """The record as the reader may see it.

    Raises:
        ProblemError: 404 when there is none for them, 410 when it is retired.
    """
    try:
        if not _ID.fullmatch(record_id):  # PostgreSQL does not take a NUL even to look for it.
            raise Unknown(record_id)
        return queries.get(record_id, reader, revision)
    except Gone:
        raise ProblemError(410, gettext("The record %(id)s was retired.") % {"id": record_id}) from None
    except Unknown:
        raise ProblemError(404, gettext("There is no record %(id)s here.") % {"id": record_id[:100]}) from None


def _record_answer(request: HttpRequest, view: RecordView, reader: Reader) -> HttpResponse:
    tag = tag_of(view.id, view.revision, view.edition, view.sha256, view.updated_at, view.state)
    known = not_modified(request, tag)
    if known is not None:
        return known
    response = prepared(orjson.dumps(full_line(view, reader)), JSON)
    response["ETag"] = tag
    return response


@router.get("/records/{record_id}", response=shapes.FullLine, operation_id="record", summary="One record")
def record(request: HttpRequest, record_id: Path[RecordId]) -> HttpResponse:
    """The published revision of a record, in all its languages."""
    reader = reader_of(request)
    return _record_answer(request, view_of(record_id, reader), reader)


@router.get(
    "/records/{record_id}/revisions", response=shapes.History, operation_id="revisions", summary="History of a record"
)
def revisions(request: HttpRequest, record_id: Path[RecordId]) -> HttpResponse:
    """The published revisions, newest first."""
    reader = reader_of(request)
    view_of(record_id, reader)
    lines = queries.revisions(record_id, reader)
    tag = tag_of(record_id, *(line.number for line in lines), *(line.sha256 for line in lines))
    known = not_modified(request, tag)
    if known is not None:
        return known
    response = json_answer({"id": record_id, "revisions": [_revision_line(record_id, line) for line in lines]})
    response["ETag"] = tag
    return response


def _revision_line(record_id: str, line: queries.RevisionLine) -> dict[str, Any]:
    return {
        "number": line.number, "created_at": line.created_at, "note": line.note, "language": line.language,
        "sha256": line.sha256, "url": f"{api_url()}/records/{record_id}/revisions/{line.number}",
    }  # fmt: skip


@router.get(
    "/records/{record_id}/revisions/{number}", response=shapes.FullLine, operation_id="revision",
    summary="One revision of a record",
)  # fmt: skip
def revision(
    request: HttpRequest, record_id: Path[RecordId], number: Annotated[int, Path(ge=1, le=2**31 - 1)]
) -> HttpResponse:
    """A revision as it was published; it never changes, save that old answers are brought to the current edition."""
    reader = reader_of(request)
    return _record_answer(request, view_of(record_id, reader, number), reader)
