"""Erasing what records say: the one exception to the rule that a revision never changes.

Retiring takes a record out of sight and keeps its history. Erasing is for a person who asks that what tells of them be
gone: every revision is blanked, and with it whatever else was written down of it. What stays is the address, which says
that it is gone, and one line in the journal, which says that it was erased and when.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial, reduce
from operator import or_
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from landbridge.parties.models import Account, Notice, StoredAnswer
from landbridge.registry import journal
from landbridge.registry.bringing import named_in
from landbridge.registry.files import place_of
from landbridge.registry.models import (
    Bringer,
    Change,
    Comment,
    Endorsement,
    Nomination,
    Record,
    Revision,
    StoredFile,
    WorkingCopy,
)
from landbridge.registry.workflow import State, Verb
from landbridge.registry.writing import NODE, Said, digest, new_change, shown_to

logger = logging.getLogger(__name__)

ERASED: Final = "The author's account was erased"
ERASED_AT_ORIGIN: Final = "Its node erased it"
_AT_ONCE: Final = 200
_LATELY: Final = timedelta(hours=3)
_COMING: Final = 3600
"""Seconds for which a file may lie there before its row does: it is being brought in."""
_FILES: Final = 40
"""Digests that are looked for in one reading of all revisions."""


def erase(record_ids: Collection[str], *, note: str = ERASED) -> int:
    """Blank all that is written down of records, inside the caller's transaction: how many that were.

    The caller has seen to the right: a person who goes (`leaving`), or the node that a record comes from. Tables of the
    rooms above follow by the journal.
    """
    journal.lock()
    waiting, count = sorted(record_ids), 0
    for start in range(0, len(waiting), _AT_ONCE):
        found = Record.objects.select_for_update().filter(pk__in=waiting[start : start + _AT_ONCE], erased_at=None)
        records = list(found.order_by("pk"))
        files = _named_by(record.pk for record in records)
        _blank(records, note, datetime.now(UTC))
        forget_files(files)
        count += len(records)
    if count:
        transaction.on_commit(wipe)
    return count


def _blank(records: Sequence[Record], note: str, now: datetime) -> None:
    ids = [record.pk for record in records]
    Change.objects.filter(record_id__in=ids).update(note="")
    changes = []
    for record in records:
        before = shown_to(record)
        record.state, record.published, record.erased_at, record.updated_at = State.RETIRED, None, now, now
        record.confirmed_on = record.expires_on = record.confirm_by = None
        changes.append(new_change(record, Verb.RETIRE, NODE, now, shown_to=before, said=Said(note)))
        record.save()
    Revision.objects.filter(record_id__in=ids).update(data={}, note="", sha256=digest({}), erased_at=now)
    _forget_what_was_said_of(ids)
    journal.append(changes)


def _forget_what_was_said_of(ids: Sequence[str]) -> None:
    """Remarks quote answers, notices and copies hold titles, and the API keeps its last answers for a day."""
    Comment.objects.filter(record_id__in=ids).delete()
    WorkingCopy.objects.filter(record_id__in=ids).delete()
    Notice.objects.filter(record_id__in=ids).delete()
    for said in (Endorsement, Nomination):
        said._base_manager.filter(record_id__in=ids).update(note="")
    marks = [f'"{record_id}"'.encode() for record_id in ids]
    answers = StoredAnswer.objects.filter(status__isnull=False).values_list("pk", "body")
    spoken = [pk for pk, body in answers.iterator(chunk_size=200) if any(mark in bytes(body) for mark in marks)]
    StoredAnswer.objects.filter(pk__in=spoken).delete()


def _named_by(record_ids: Iterable[str]) -> set[str]:
    """The files that any revision of the records names."""
    said = Revision.objects.filter(record_id__in=list(record_ids)).values_list("data", flat=True)
    return {str(one["sha256"]) for data in said.iterator(chunk_size=200) for one in named_in(data)}


def brought_by(account_id: int) -> set[str]:
    """The files that nobody but this account brought."""
    mine = Q(brought_by_id=account_id) | Q(bringers__account_id=account_id)
    others = Bringer.objects.exclude(account_id=account_id).values("file_id")
    return set(StoredFile.objects.filter(mine).exclude(pk__in=others).values_list("pk", flat=True))


def forget_files(digests: Collection[str]) -> None:
    """Let go of those files that no answer of anybody names any more."""
    wanted = sorted(StoredFile.objects.filter(pk__in=digests).values_list("pk", flat=True))
    for start in range(0, len(wanted), _FILES):
        some = wanted[start : start + _FILES]
        told, typed = _named(Revision.objects.all(), "data", some), _named(WorkingCopy.objects.all(), "answers", some)
        gone = set(some) - told - typed
        StoredFile.objects.filter(pk__in=gone).delete()
        for sha256 in gone:  # The row first: what is named again meanwhile is only brought in again.
            transaction.on_commit(partial(place_of(sha256).unlink, missing_ok=True))


def _named(rows: "QuerySet[Any]", column: str, digests: Sequence[str]) -> set[str]:
    """Those of the digests that stand anywhere in a column of answers: one reading for all of them."""
    any_of_them = reduce(or_, (Q(said__contains=one) for one in digests), Q(pk__in=()))
    texts = rows.annotate(said=Cast(column, TextField())).filter(any_of_them).values_list("said", flat=True)
    return {one for text in texts.iterator(chunk_size=200) for one in digests if one in text}


def wipe() -> None:
    """Empty the log of SQLite, which still holds the pages as they were. What is deleted in the database itself is
    written over with zeros at once (`secure_delete` in the settings). PostgreSQL frees old rows by its own VACUUM.

    Where somebody reads just now it is left to the next turn of `WipeLog`.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        patience = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        try:
            cursor.execute("PRAGMA busy_timeout = 500")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except OperationalError:
            logger.info("The log of the database is in use; it is emptied within the hour")
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(patience)}")


def sweep(now: datetime) -> int:
    """Bytes of files whose rows went with an erasure of late, and that were left because the process was killed in
    between: how many."""
    lately = now - _LATELY
    erased = (Account.objects.filter(erased_at__gte=lately), Record.objects.filter(erased_at__gte=lately))
    if not any(rows.exists() for rows in erased):
        return 0
    still = now.timestamp() - _COMING
    old = [path for path in Path(settings.MEDIA_ROOT).glob(f"??/{'?' * 64}") if path.stat().st_mtime < still]
    left = 0
    for start in range(0, len(old), 500):
        some = {path.name: path for path in old[start : start + 500]}
        for name in some.keys() - set(StoredFile.objects.filter(pk__in=some).values_list("pk", flat=True)):
            some[name].unlink(missing_ok=True)
            left += 1
    return left


class WipeLog:
    """A task of the clock: what was erased stands in no log of the database and in no file for longer than an hour; and
    what was retired with a person before this node knew how to erase is erased now."""

    name = "wipe-log"
    every = 3600.0

    def run(self, now: datetime) -> None:
        """Look for what was left, and empty the log."""
        left = Change.objects.filter(verb=Verb.RETIRE, note=ERASED).values("record_id")
        ids = Record.objects.filter(pk__in=left, state=State.RETIRED, erased_at=None).values_list("pk", flat=True)
        with transaction.atomic():
            erase(list(ids))
        wipe()
        sweep(now)
