"""What the tables of this room keep of a record beside its revisions, and what goes of it when the record is erased.

A messenger of the journal: the registry blanks its own tables with the erasure, this one all others within seconds. It
may be told twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from landbridge.exchange.bundles.jobs import folder
from landbridge.exchange.models import (
    BundleJob,
    Exchange,
    Likeness,
    Notification,
    SourceItem,
    Trait,
    TraitKey,
    Word,
    WorkTaken,
)
from landbridge.exchange.nodes import erasure
from landbridge.exchange.nodes.keys import me
from landbridge.exchange.out.oai import keeping
from landbridge.registry import erasing
from landbridge.registry.journal import Messenger
from landbridge.registry.models import Change, Record, Revision
from landbridge.registry.queries import RecordView
from landbridge.search import scrubbing

_ORGANISATION: Final = "organisation"
"""The format whose titles stand in what harvesters are told of other records."""
_BUSY: Final = ("waiting", "running", "checked")


class ErasureFollower(Messenger):
    """A messenger; see above."""

    name = "erasures"

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        """Forget what was erased by these changes."""
        changed = {change.record_id for change in changes if change.verb == "retire"}
        records = list(Record.objects.filter(pk__in=changed, erased_at__isnull=False)) if changed else []
        if records:
            forget(records)


def forget(records: Sequence[Record]) -> None:
    """Let go of all that this room keeps of records that were erased."""
    ids = [record.pk for record in records]
    with transaction.atomic():
        for origin in {record.origin for record in records}:
            erasure.forget_waiting(origin or me(), [record.pk for record in records if record.origin == origin])
        Likeness.objects.filter(Q(first__in=ids) | Q(second__in=ids)).delete()
        Trait.objects.filter(pk__in=ids).delete()
        TraitKey.objects.filter(record_id__in=ids).delete()
        Word.objects.filter(Q(record_id__in=ids) | Q(draft__in=ids)).delete()
        WorkTaken.objects.filter(record_id__in=ids).update(data=None)
        _close(ids)
        SourceItem.objects.filter(record_id__in=ids).update(title="", said=None, facts={})
    keeping.take([*ids, *_naming([record.pk for record in records if record.format == _ORGANISATION])])
    scrubbing.want()
    _forget_bundles()
    _forget_reports(ids)
    erasing.wipe()


def _close(ids: Sequence[str]) -> None:
    """The rows stay, so that no notification is taken twice; what is open is closed: there is nothing to answer."""
    about = Notification.objects.filter(record_id__in=ids)
    about.exclude(state__in=("accepted", "rejected")).update(state="undone")
    about.update(body={}, next_at=None)


def _naming(organisations: Sequence[str]) -> list[str]:
    """The records that name one of these organisations: harvesters were told its title with them."""
    found: dict[str, None] = {}
    for record_id in organisations:
        said = Revision.objects.annotate(said=Cast("data", TextField())).filter(said__contains=record_id)
        found.update(dict.fromkeys(said.filter(record__published__isnull=False).values_list("record_id", flat=True)))
    return list(found)


def _forget_bundles() -> None:
    """Bundles that were made or read before lie about with what they held; what is still to be read is left."""
    busy = set(BundleJob.objects.filter(state__in=_BUSY).values_list("pk", flat=True))
    for path in folder().glob("*.zip"):
        if path.name[:32] not in busy:
            path.unlink(missing_ok=True)


def _forget_reports(ids: Sequence[str]) -> None:
    """What was told of single records when they came in, or did not: reasons quote what was wrong."""
    for record_id in ids:
        Exchange.objects.filter(error__contains=record_id).update(error="")
        told = BundleJob.objects.annotate(said=Cast("report", TextField())).filter(said__contains=record_id)
        for job in told.exclude(state__in=_BUSY):
            job.report = {**job.report, "problems": [], "items": []}
            job.save(update_fields=["report"])


class MakeUp:
    """A task of the clock: does what other nodes asked for while this one did not know how to erase yet."""

    name = "make-up-erasures"
    every = 24 * 3600.0

    def run(self, now: datetime) -> None:
        """Look once a day."""
        with transaction.atomic():
            erasure.make_up()
