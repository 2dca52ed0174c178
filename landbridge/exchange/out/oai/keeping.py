"""The table of what harvesters are told, kept in step with the registry.

Every step looks at the records as they are now, so it can be done twice, late, or by several hosts: what has not
changed for a harvester keeps its stamp.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, Max

from landbridge.exchange.models import OaiClock, OaiRecord
from landbridge.exchange.out.oai import dublin_core, provenance, stamps
from landbridge.formats.library import FORMATS
from landbridge.registry.queries import RecordView, states, titles
from landbridge.registry.rules import ANYONE, may_read
from landbridge.search.label_cache import shipped_digest

logger = logging.getLogger(__name__)
Written = TypeVar("Written")

CHUNK: Final = 200
"""Records of one transaction: a tenth of a second, well before the second that they are stamped with."""
LAYOUT: Final = "1"
"""Raise it when records are written out in another way: all are looked at again, and what changed is stamped."""
_LOCK: Final = 0x4F414900
"""The advisory lock of the table ("OAI")."""
_COLUMNS: Final = ("stamp", "record_id", "format", "deleted", "revision", "sha256", "dublin_core", "about")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A record written out: what the table keeps of it."""

    format: str
    revision: int
    sha256: bytes
    dublin_core: bytes
    about: bytes
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class _Standing:
    stamp: int
    record_id: str
    format: str
    deleted: bool
    revision: int
    sha256: bytes


def rendered(views: Sequence[RecordView]) -> dict[str, Rendered]:
    """Record id to what a harvester is told of it."""
    named = {key for view in views for key in dublin_core.named_by_record(view)}
    known = titles(named, ANYONE) if named else {}
    abouts = provenance.abouts(views)
    return each(views, lambda view: _render(view, known, abouts.get(view.id, b"")))


def each(views: Sequence[RecordView], write: Callable[[RecordView], Written]) -> dict[str, Written]:
    """Record id to what `write` makes of it. One record that cannot be written out must not keep the others back: it is
    told as gone, and the log names it."""
    found = {}
    for view in views:
        try:
            found[view.id] = write(view)
        except Exception:
            logger.exception("Record %s could not be written out for harvesters", view.id)
    return found


def _render(view: RecordView, known: dublin_core.Titles, about: bytes) -> Rendered:
    metadata = dublin_core.oai_dc(dublin_core.elements(view, known))
    # The digest also covers what only the other formats tell.
    told = f"{view.sha256} {view.language} {view.confirmed_on} {view.owner} {view.edition} {view.revision}"
    digest = hashlib.sha256(b"\0".join((metadata, about, told.encode()))).digest()
    return Rendered(view.format, view.revision, digest, metadata, about)


def public(record_ids: Iterable[str]) -> list[RecordView]:
    """Those of the records that anybody may read now, with what everybody may see of them."""
    return [view for view in states(record_ids).values() if may_read(ANYONE, view)]


def take(record_ids: Sequence[str], seen: Collection[str] = ()) -> int:
    """Bring the rows of these records in step, and stamp what changed: how many.

    Those `seen` are stamped also when they are again as the table has them: the door tells what is public at the
    moment, so somebody may have read what was published and taken back before the table knew of either.
    """
    settle()
    return sum(_take(record_ids[start : start + CHUNK], seen) for start in range(0, len(record_ids), CHUNK))


def _take(record_ids: Sequence[str], seen: Collection[str]) -> int:
    with transaction.atomic():
        _lock()
        now = rendered(public(record_ids))
        columns = [name for name in _COLUMNS if name not in ("dublin_core", "about")]
        rows = OaiRecord.objects.filter(record_id__in=record_ids).values_list(*columns)
        standing = {row[1]: _Standing(*row) for row in rows}
        changed = dict(_changes(record_ids, now, standing, seen))
        newest = _write(changed)
    if newest:
        _settle(newest)
    return len(changed)


def _lock() -> None:
    """One writer at a time; on SQLite the transaction is that already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _changes(
    record_ids: Sequence[str], now: Mapping[str, Rendered], standing: Mapping[str, _Standing], seen: Collection[str]
) -> Iterable[tuple[str, Rendered]]:
    for key in dict.fromkeys(record_ids):
        here, before = now.get(key), standing.get(key)
        if here is None:
            if before is not None and not before.deleted:
                yield key, Rendered(before.format, 0, b"", b"", b"", deleted=True)
        elif before is None or before.deleted or bytes(before.sha256) != here.sha256 or key in seen:
            yield key, here


def _write(changed: Mapping[str, Rendered]) -> int:
    """Give the rows new stamps: the newest of them, 0 for none."""
    if not changed:
        return 0
    newest = OaiRecord.objects.aggregate(newest=Max("stamp"))["newest"] or 0
    first = stamps.following(newest, time.time())
    OaiRecord.objects.filter(record_id__in=list(changed)).delete()
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, _COLUMNS))
    statement = f"INSERT INTO {quote(OaiRecord._meta.db_table)} ({names}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"  # noqa: S608
    rows = [
        (first + number, key, row.format, row.deleted, row.revision, row.sha256, row.dublin_core, row.about)
        for number, (key, row) in enumerate(changed.items())
    ]
    with connection.cursor() as cursor:
        # A third of the time of Django's own `bulk_create`, which matters when a whole network is taken in.
        cursor.executemany(statement, rows)
    return rows[-1][0]


def _clock() -> OaiClock:
    found = OaiClock.objects.filter(pk=1).first()
    if found is None:
        # What is written from now on is written with today's wording.
        words = "" if OaiRecord.objects.exists() else wording()
        found, _ = OaiClock.objects.get_or_create(pk=1, defaults={"wording": words})
    return found


def settle() -> None:
    """Stamp once more what nobody confirmed to have been there in time: the process was killed before it could."""
    newest = OaiRecord.objects.aggregate(newest=Max("stamp"))["newest"] or 0
    settled = _clock().settled
    if newest > settled:
        _settle(_restamp(settled))


def _settle(newest: int) -> None:
    """Look at the clock once what bears these stamps is there for all to see; what was late is stamped again."""
    first = newest
    while time.time() >= stamps.second(first):
        first = newest = _restamp(_clock().settled)
    OaiClock.objects.filter(pk=1, settled__lt=newest).update(settled=newest)


def _restamp(above: int) -> int:
    """Give all that is stamped above this new stamps, in the same order: the newest."""
    with transaction.atomic():
        _lock()
        late = list(OaiRecord.objects.filter(stamp__gt=above).order_by("stamp").values_list("stamp", flat=True))
        if not late:
            return above
        first = stamps.following(late[-1], time.time())
        quote = connection.ops.quote_name
        statement = f"UPDATE {quote(OaiRecord._meta.db_table)} SET stamp = %s WHERE stamp = %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.executemany(statement, [(first + number, old) for number, old in enumerate(late)])
        return first + len(late) - 1


@cache
def wording() -> str:
    """Changes whenever records would be written out differently: the way, the words, the node's own address."""
    told = f"{LAYOUT} {shipped_digest()} {settings.BASE_URL}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def reword(until: float) -> int:
    """Write all records out anew after the wording changed, as far as it goes until a time: how many were looked at."""
    current, clock = wording(), _clock()
    if clock.wording == current:
        return 0
    if clock.walking != current:
        clock.walking, clock.walked = current, 0
    looked = 0
    while True:
        page = list(OaiRecord.objects.filter(stamp__gt=clock.walked).order_by("stamp")[:CHUNK]
                    .values_list("stamp", "record_id"))  # fmt: skip
        if not page:
            clock.wording = current
        else:
            take([key for _, key in page])
            clock.walked = page[-1][0]
            looked += len(page)
        OaiClock.objects.filter(pk=1).update(walking=current, walked=clock.walked, wording=clock.wording)
        if not page or time.time() >= until:
            return looked


def inhabited() -> set[str]:
    """The formats of which anybody may read a record: one look into the index for each, however many there are."""
    living = {name: Exists(OaiRecord.objects.filter(format=name, deleted=False).order_by("stamp")) for name in FORMATS}
    found = OaiClock.objects.annotate(**living).values(*living).first() or {}
    return {name for name, is_there in found.items() if is_there}
