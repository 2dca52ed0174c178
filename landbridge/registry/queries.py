"""Reading the registry. Every query takes the reader, and gives only what that reader may see."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.db.models import F, Max, QuerySet

from landbridge.formats.editions import current, upgrade
from landbridge.formats.library import FORMATS
from landbridge.registry.disclosure import disclosed, public_part, sees_whole
from landbridge.registry.models import Change, Record, Revision
from landbridge.registry.publications import publications
from landbridge.registry.rules import ANYONE, Readable, Reader, is_own, may_read, readable, reads_drafts, sees, workable
from landbridge.registry.workflow import State, Verb
from landbridge.registry.writing import digest, row_of

PAGE: Final = 100


class Unknown(LookupError):
    """There is no such record for this reader; hidden and missing records are told apart by nobody."""


class Gone(Unknown):
    """The record was public and is retired: the address stays and says so."""


@dataclass(frozen=True)
class RecordView:
    """A record with one of its revisions, its answers brought up to the current edition."""

    id: str
    format: str
    workflow: str
    state: str
    visibility: str
    language: str
    origin: str
    owner: str | None
    revision: int
    published: int | None
    edition: int
    data: dict[str, Any]
    note: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    revised_at: datetime
    confirmed_on: date | None
    expires_on: date | None
    sha256: str
    author: int | None = None
    latest: int = 1
    confirm_by: date | None = None
    edition_notes: tuple[str, ...] = ()

    @property
    def is_published(self) -> bool:
        return self.published is not None


@dataclass(frozen=True)
class RevisionLine:
    """One line of a record's history."""

    number: int
    created_at: datetime
    note: str
    language: str
    sha256: str


_COLUMNS: Final = (
    "record_id", "record__format", "record__workflow", "record__state", "record__visibility", "language",
    "record__origin", "record__owner_id", "number", "record__published", "edition", "data", "note",
    "record__created_at", "record__updated_at", "record__published_at", "created_at", "record__confirmed_on",
    "record__expires_on", "sha256", "record__author_id", "record__latest", "record__confirm_by",
)  # fmt: skip
"""What a view is made of, in the order of its fields: one join, without an instance of a model per row."""


def _views(revisions: "QuerySet[Revision]") -> Iterator[RecordView]:
    for row in revisions.values_list(*_COLUMNS):
        yield _up_to_date(RecordView(*row))


def _up_to_date(view: RecordView) -> RecordView:
    editions = FORMATS[view.format].editions
    if view.edition == current(editions):
        return view
    data, notes = upgrade(view.data, view.edition, editions)
    return replace(view, data=data, edition=current(editions), edition_notes=tuple(notes))


def get(record_id: str, reader: Reader, revision: int | None = None) -> RecordView:
    """A record as the reader may see it: its published revision, or the given one.

    Raises:
        Gone: it was public once and is retired.
        Unknown: there is none, or not for this reader.
    """
    readable_id = "\0" not in record_id  # PostgreSQL does not take a NUL even to look for it.
    record = Record.objects.filter(pk=record_id, format__in=FORMATS).first() if readable_id else None
    if record is None:
        raise Unknown(record_id)
    if record.erased_at is not None:
        raise _erased(record, reader)
    number = revision or record.published or record.latest
    view = next(_views(Revision.objects.filter(record_id=record_id, number=number)), None)
    if view is None:
        raise Unknown(f"{record_id}@{number}")
    shown = _shown(record_id, view.latest, view, reader)
    if not may_read(reader, view):
        was_shown = record.state == State.RETIRED and number in shown and sees(reader, record.visibility)
        raise Gone(record_id) if was_shown else Unknown(record_id)
    if number not in shown:
        raise Unknown(f"{record_id}@{number}")
    return disclosed(view, reader, _in_force(view))


def _erased(record: Record, reader: Reader) -> Unknown:
    """Nobody reads what was erased. Whoever could read it once is told that it is gone, and nobody else."""
    told = Change.objects.filter(record_id=record.pk).exclude(shown_to="").values_list("shown_to", flat=True)
    knew = is_own(reader, record.owner_id, record.author_id) or any(sees(reader, one) for one in told.distinct())
    return Gone(record.pk) if reader.sees_all or knew else Unknown(record.pk)


def _in_force(view: RecordView) -> dict[str, Any] | None:
    """The answers of the published revision, where the view shows another one."""
    if view.published in (None, view.revision):
        return None
    return next((now.data for now in _published([view.id])), None)


def latest(record_id: str, reader: Reader) -> RecordView:
    """The latest revision of a record, published or not, for those who work on it.

    Raises:
        Unknown: there is none, or the reader does not see its drafts.
    """
    found = Record.objects.filter(workable(reader), pk=record_id, format__in=FORMATS)
    record = found.first() if "\0" not in record_id else None
    view = record and next(_views(Revision.objects.filter(record_id=record_id, number=record.latest)), None)
    if not view:
        raise Unknown(record_id)
    return disclosed(view, reader)


@dataclass(frozen=True)
class Pair:
    """Two revisions of a record, and all those that this reader may lay beside each other: (number, day, note)."""

    before: RecordView
    after: RecordView
    lines: list[tuple[int, datetime, str]]


def pair(record_id: str, reader: Reader, before: int = 0, after: int = 0) -> Pair:
    """Two revisions to compare; without numbers the newest that the reader sees, and the one before it.

    Raises:
        Unknown: there is no such record or revision for this reader.
    """
    record = Record.objects.filter(pk=record_id, format__in=FORMATS).first() if "\0" not in record_id else None
    if record is None:
        raise Unknown(record_id)
    if record.erased_at is not None:
        raise _erased(record, reader)
    shown = _shown(record_id, record.latest, row_of(record), reader)
    every = Revision.objects.filter(record_id=record_id).order_by("-number").values_list("number", "created_at", "note")
    lines = [line for line in every if line[0] in shown]
    last = after or max((line[0] for line in lines), default=0)
    first = before or max((line[0] for line in lines if line[0] < last), default=last)
    now = record.published or record.latest
    wanted = Revision.objects.filter(record_id=record_id, number__in={first, last, now})
    found = {view.revision: view for view in _views(wanted)}
    if now not in found or not may_read(reader, found[now]) or not {first, last} <= {line[0] for line in lines}:
        raise Unknown(record_id)
    told = [disclosed(found[number], reader, found[now].data if record.published else None) for number in (first, last)]
    return Pair(told[0], told[1], lines)


def _shown(record_id: str, latest: int, record: Readable, reader: Reader) -> Container[int]:
    """The revisions that the reader may see: drafts, and what was published for fewer readers, stay with authors.

    Whoever reads it only because it waits for review sees what waits, and not every draft before it.
    """
    if reader.sees_all or is_own(reader, record.owner, record.author):
        return range(1, latest + 1)
    shown_to = {one.revision: one.visibility for one in publications(record_id)}
    shown = {number for number, visibility in shown_to.items() if sees(reader, visibility)}
    waits = reads_drafts(reader, record.owner, record.author, record.state, record.visibility)
    return shown | {latest} if waits else shown


def revisions(record_id: str, reader: Reader) -> list[RevisionLine]:
    """The published revisions of a record, newest first.

    Raises:
        Unknown: there is no such record for this reader.
    """
    now = get(record_id, reader)
    shown = _shown(record_id, now.latest, now, reader)
    fields = ("number", "created_at", "note", "language", "sha256")
    lines = Revision.objects.filter(record_id=record_id).order_by("-number").values(*fields)
    # Where something is held back, the digest of the whole would let anybody try what it might be.
    told = {} if sees_whole(reader, now) else _told_digests(record_id, now)
    here = (line for line in lines if line["number"] in shown)
    return [RevisionLine(**{**line, "sha256": told.get(line["number"], line["sha256"])}) for line in here]


def _told_digests(record_id: str, now: RecordView) -> dict[int, str]:
    """Revision number to the digest of what everybody may see of it, where that is not the whole."""
    views = _views(Revision.objects.filter(record_id=record_id))
    parts = ((view, public_part(view.format, view.data, now.data)) for view in views)
    return {view.revision: digest(part) for view, part in parts if part is not view.data}


def published(
    reader: Reader,
    formats: Sequence[str] = (),
    after: str = "",
    limit: int = PAGE,
    changed_since: datetime | None = None,
) -> list[RecordView]:
    """Published records in the order of their ids, after the id `after`: a page that later writes do not shift."""
    ids = every_id(reader, formats).filter(id__gt=after)
    if changed_since is not None:
        ids = ids.filter(updated_at__gte=changed_since)
    ordered = list(ids.order_by("id")[:limit])
    found = {view.id: disclosed(view, reader) for view in _published(ordered)}
    return [found[key] for key in ordered if key in found]


def every_id(reader: Reader, formats: Sequence[str] = ()) -> "QuerySet[Record, str]":
    """The ids of all published records that the reader may see."""
    records = Record.objects.filter(readable(reader), format__in=formats or list(FORMATS))
    return records.values_list("id", flat=True)


def _published(record_ids: Sequence[str]) -> Iterator[RecordView]:
    """The published revisions of those of the records that have one, in no order."""
    found = Revision.objects.filter(record_id__in=record_ids, number=F("record__published"))
    return _views(found.filter(record__format__in=FORMATS))


def every(reader: Reader, formats: Sequence[str] = ()) -> Iterator[RecordView]:
    """All published records, a page at a time, so that memory does not grow with the registry."""
    after = ""
    while page := published(reader, formats, after, limit=500):
        yield from page
        after = page[-1].id


def states(record_ids: Iterable[str], reader: Reader = ANYONE) -> Mapping[str, RecordView]:
    """What followers need: the published revision of each record that has one, whoever may read it.

    Only the answers that everybody may see are in it, so that no projection can tell what is withheld; with a reader,
    those that the reader may see.
    """
    wanted = list(record_ids)
    found: dict[str, RecordView] = {}
    for start in range(0, len(wanted), 500):
        views = _published(wanted[start : start + 500])
        found.update({view.id: disclosed(view, reader) for view in views})
    return found


def titles(record_ids: Iterable[str], reader: Reader) -> dict[str, tuple[str, dict[str, str]]]:
    """Record id to (format, title in languages) of those that the reader may see."""
    readable_ids = Record.objects.filter(readable(reader), pk__in=list(record_ids)).values_list("pk", flat=True)
    return {view.id: (view.format, view.data["title"]) for view in _published(list(readable_ids))}


def readable_ids(record_ids: Iterable[str], reader: Reader) -> set[str]:
    """Those of the published records that the reader may see: one query."""
    return set(Record.objects.filter(readable(reader), pk__in=list(record_ids)).values_list("pk", flat=True))


@dataclass(frozen=True)
class ChangeLine:
    """One line of the journal as a harvester sees it: the record is there, or it is gone."""

    serial: int
    record: str
    format: str
    verb: str
    revision: int | None
    gone: bool
    at: datetime


def changes(reader: Reader, after: int = 0, limit: int = 1000) -> tuple[list[ChangeLine], int]:
    """The journal after a serial as far as the reader may see it: (lines, serial to go on from).

    A record that the reader could read and that is hidden now appears as gone, without its content.
    """
    rows = list(Change.objects.filter(serial__gt=after).order_by("serial")[:limit])
    visible = set(
        Record.objects.filter(readable(reader), pk__in={row.record_id for row in rows}).values_list("pk", flat=True)
    )
    lines = []
    for row in rows:
        if _shows(reader, row) and row.record_id in visible:
            lines.append(_line(row, gone=False))
        elif row.shown_to and sees(reader, row.shown_to) and _hides(reader, row):
            lines.append(_line(row, gone=True))
    return lines, rows[-1].serial if rows else after


def _shows(reader: Reader, row: Change) -> bool:
    is_shown = row.state == State.PUBLISHED or (row.verb == Verb.TAKE_BACK and row.revision is not None)
    return is_shown and sees(reader, row.visibility)


def _hides(reader: Reader, row: Change) -> bool:
    is_gone = row.state == State.RETIRED or (row.verb == Verb.TAKE_BACK and row.revision is None)
    return is_gone or not sees(reader, row.visibility)


def _line(row: Change, *, gone: bool) -> ChangeLine:
    return ChangeLine(
        serial=row.serial, record=row.record_id, format=row.format, verb=row.verb,
        revision=None if gone else row.revision, gone=gone, at=row.at,
    )  # fmt: skip


def newest_serial() -> int:
    """The serial of the last committed change, 0 for an empty journal."""
    return Change.objects.aggregate(newest=Max("serial"))["newest"] or 0


def count() -> int:
    """How many records the registry holds, whatever their state."""
    return Record.objects.count()
