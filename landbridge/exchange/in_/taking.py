"""One batch of what a source tells, taken in as one transaction: records, items, steps, refusals and the run itself.

After a power cut there is the whole batch or nothing of it, so that a run goes on from its last checkpoint and meets
what it took in already as the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from landbridge.exchange.in_ import claims
from landbridge.exchange.in_.found import Refused, Thing, answers
from landbridge.exchange.models import Refusal, Source, SourceItem, SourceRun, Step
from landbridge.registry import journal
from landbridge.registry.models import Record, Revision
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.workflow import State, Workflow
from landbridge.registry.writing import NODE

DETAILED: Final = 1_000
"""So many places of a run that were refused are told one by one; the rest is counted."""
_LEFT: Final = "Somebody here took this record out of sight or changed it; it is left as it is."
_CHANGED: Final = ("record_id", "title", "address", "sha256", "facts", "said", "stated_at", "seen_at", "gone_at")
SHOWN: Final = 20
"""Records of a preview."""
COUNTS: Final = ("read", "new", "changed", "same", "gone", "kept", "refused", "octets")


@dataclass
class Batch:
    """What one transaction will do."""

    arrivals: list[tuple[Thing, Arrival]] = field(default_factory=list)
    items: list[SourceItem] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    gone: int = 0
    kept: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class Before:
    """What a record was before the batch."""

    state: str
    published: int | None
    latest: int


def origin(source_id: str) -> str:
    """The origin of the records of a source."""
    return f"source:{source_id}"


def made_id(source_id: str, key: str, format_name: str) -> str:
    """The id of a record by the source's identifier: the same in every run."""
    told = sha256(f"{source_id}\0{key}".encode(errors="replace")).hexdigest()[:24]
    return f"{format_name}-{told}"


def sort_out(source: Source, things: Sequence[Thing], refused: Sequence[Refused]) -> Batch:
    """Decide what is to be done with things of different keys; nothing is written."""
    batch = Batch(refused=list(refused))
    keys = [one.key for one in things] + [one.key for one in refused if one.key]
    items = {item.key: item for item in SourceItem.objects.filter(source=source, key__in=keys)}
    fresh: list[tuple[Thing, SourceItem | None, dict[str, Any]]] = []
    for one in things:
        item = items.get(one.key)
        if item is not None and item.gone_at is None and item.sha256 == one.sha256 and not one.gone:
            batch.same.append(item.pk)
            batch.unchanged += 1
            continue
        try:
            fresh.append((one, item, {} if one.gone else answers(one)))
        except Refused as refusal:
            batch.refused.append(refusal)
    # What was refused this time is still there at the source.
    batch.same += [items[one.key].pk for one in batch.refused if one.key in items]
    _Sorting(source, batch).sort(fresh)
    return batch


class _Sorting:
    """New and changed things of a batch, by what is to be done with each."""

    def __init__(self, source: Source, batch: Batch) -> None:
        self.source, self.batch = source, batch
        self.now = timezone.now()
        self.taken: set[str] = set()
        self.standing: dict[str, Record] = {}
        self.keys: dict[str, str] = {}
        self.touched: set[str] = set()

    def sort(self, fresh: Sequence[tuple[Thing, SourceItem | None, dict[str, Any]]]) -> None:
        """Put each thing where it belongs."""
        self._look(fresh)
        for one, item, data in fresh:
            try:
                self._place(one, item or SourceItem(source=self.source, key=one.key, first_at=self.now), data)
            except Refused as refusal:
                self.batch.refused.append(refusal)
                if item is not None:
                    self.batch.same.append(item.pk)

    def _look(self, fresh: Sequence[tuple[Thing, SourceItem | None, dict[str, Any]]]) -> None:
        """Ask the registry once for all records that may be meant."""
        ids = {name for one, item, _ in fresh for name in self._possible(one, item)}
        self.standing = Record.objects.in_bulk(ids)
        mine = SourceItem.objects.filter(source=self.source, record_id__in=ids)
        self.keys = dict(mine.values_list("record_id", "key"))
        by_hand = Revision.objects.filter(record_id__in=ids, author__isnull=False, number=F("record__latest"))
        self.touched = set(by_hand.values_list("record_id", flat=True))

    def _possible(self, one: Thing, item: SourceItem | None) -> Iterator[str]:
        yield from filter(None, (one.wished_id, item.record_id if item else ""))
        if one.said is not None:
            yield made_id(self.source.pk, one.key, str(one.said.get("format")))

    def _place(self, one: Thing, item: SourceItem, data: dict[str, Any]) -> None:
        if one.gone:
            self._gone(item)
            return
        if one.kept:
            item.said = one.said
            self.batch.kept += 1
        else:
            self._arrival(one, item, data)
        item.title, item.address, item.facts = one.title, one.address, one.facts
        item.sha256, item.stated_at, item.seen_at, item.gone_at = one.sha256, one.stated_at, self.now, None
        self.batch.items.append(item)

    def _gone(self, item: SourceItem) -> None:
        """The source deleted it: what it never told us of, or told of as gone before, is nothing new."""
        if item.pk is None or item.gone_at is not None:
            self.batch.unchanged += 1
            return
        item.gone_at, item.seen_at, item.sha256 = self.now, self.now, ""
        self.batch.items.append(item)
        record = self.standing.get(item.record_id)
        self.batch.gone += 1
        if record is None or record.origin != origin(self.source.pk) or record.state != State.PUBLISHED:
            return
        self.batch.arrivals.append((_no_thing(item), _retirement(record)))

    def _arrival(self, one: Thing, item: SourceItem, data: dict[str, Any]) -> None:
        said = one.said or {}
        name = self._id(one, item, said["format"])
        record = self.standing.get(name)
        is_out = record is not None and record.state != State.PUBLISHED and item.pk is not None and item.gone_at is None
        if (is_out and item.record_id == name) or name in self.touched:
            self.batch.refused.append(Refused([("", _LEFT)], one.key, one.place))
            return
        item.record_id = name
        self.taken.add(name)
        arrival = Arrival(
            id=name, format=said["format"], data=data, language=said["language"], visibility=self.source.visibility
        )
        self.batch.arrivals.append((one, arrival))

    def _id(self, one: Thing, item: SourceItem, format_name: str) -> str:
        """The id that the record has, the one that the world has agreed on when that is free or ours, or a made one."""
        for name in (item.record_id, one.wished_id):
            if name and self._is_ours(name, one.key, format_name, standing=name == item.record_id):
                return name
        made = made_id(self.source.pk, one.key, format_name)
        if made in self.taken:
            raise Refused([("key", "Two things of the source have this identifier.")], one.key, one.place)
        return made

    def _is_ours(self, name: str, key: str, format_name: str, *, standing: bool) -> bool:
        if name in self.taken or self.keys.get(name, key) != key:
            return False
        record = self.standing.get(name)
        if record is None:
            return True
        if record.origin != origin(self.source.pk) or record.workflow != Workflow.RECEIVED:
            return False
        # A record keeps its format. Where it was of another one and is out of sight, another record takes its place.
        return record.format == format_name or (standing and record.state == State.PUBLISHED)


def _no_thing(item: SourceItem) -> Thing:
    return Thing(item.key, "", None, "", True, False, "", "", None, {}, "", 0)


def _retirement(record: Record) -> Arrival:
    return Arrival(
        id=record.id, format=record.format, data={}, language=record.language, visibility=record.visibility,
        state=State.RETIRED,
    )  # fmt: skip


def write(run: SourceRun, batch: Batch, read: int, octets: int, cursor: dict[str, Any] | None) -> None:
    """Do it, in one transaction; the counts of the run go along.

    Raises:
        Lost: the run is not ours any more; nothing is written.
    """
    with transaction.atomic():
        journal.lock()
        claims.beat(run)
        now = timezone.now()
        before = _before(batch)
        arrivals = [arrival for _, arrival in batch.arrivals]
        taken = receive_many(arrivals, actor=NODE, workflow=Workflow.RECEIVED, origin=origin(run.source_id))
        out = _take_back(batch, taken.refused)
        items = _save_items(batch, out)
        SourceItem.objects.filter(pk__in=batch.same).update(seen_at=now)
        steps = list(_steps(run, batch, before, items, out))
        Step.objects.bulk_create(steps, batch_size=500)
        _count(run, batch, steps, out)
        save_refusals(run, batch.refused)
        run.read, run.octets = run.read + read, octets
        run.cursor = run.cursor if cursor is None else cursor
        told: dict[str, Any] = {name: getattr(run, name) for name in COUNTS}
        claims.beat(run, cursor=run.cursor, **told)


def _before(batch: Batch) -> dict[str, Before]:
    ids = [arrival.id for _, arrival in batch.arrivals]
    rows = Record.objects.filter(pk__in=ids).values_list("pk", "state", "published", "latest")
    return {name: Before(state, published, latest) for name, state, published, latest in rows}


def _take_back(batch: Batch, refused: Sequence[tuple[int, str]]) -> set[str]:
    """What the registry did not take is a refusal like any other: the keys."""
    out: set[str] = set()
    for position, reason in refused:
        one = batch.arrivals[position][0]
        out.add(one.key)
        batch.refused.append(Refused([("", reason)], one.key, one.place))
    return out


def _save_items(batch: Batch, out: set[str]) -> dict[str, SourceItem]:
    items = [item for item in batch.items if item.key not in out]
    batch.same += [item.pk for item in batch.items if item.key in out and item.pk is not None]
    for item in items:
        item.pk = None  # It is known by its key; the database tells the number.
    if items:
        SourceItem.objects.bulk_create(
            items, batch_size=500, update_conflicts=True, unique_fields=["source", "key"], update_fields=_CHANGED
        )
    return {item.key: item for item in items}


def _steps(
    run: SourceRun, batch: Batch, before: dict[str, Before], items: dict[str, SourceItem], out: set[str]
) -> Iterator[Step]:
    """What was done with each record; one with the answers that it had is no step."""
    ids = [arrival.id for _, arrival in batch.arrivals]
    after = {name: (state, latest) for name, state, latest in
             Record.objects.filter(pk__in=ids).values_list("pk", "state", "latest")}  # fmt: skip
    for one, arrival in batch.arrivals:
        if one.key in out:
            continue
        was = before.get(arrival.id)
        state, latest = after[arrival.id]
        verb = _verb(was, state, latest)
        if verb:
            yield Step(run=run, item_id=items[one.key].pk, record_id=arrival.id, verb=verb,
                       before=was.published if was else None, after=latest)  # fmt: skip


def _verb(was: Before | None, state: str, latest: int) -> str:
    if was is None:
        return "new"
    if state == State.RETIRED:
        return "gone"
    if was.state == State.RETIRED:
        return "back"
    return "changed" if latest != was.latest else ""


def _count(run: SourceRun, batch: Batch, steps: Sequence[Step], out: set[str]) -> None:
    verbs = [step.verb for step in steps]
    new, changed = verbs.count("new") + verbs.count("back"), verbs.count("changed")
    arrived = sum(arrival.state != State.RETIRED and one.key not in out for one, arrival in batch.arrivals)
    run.new, run.changed, run.same = run.new + new, run.changed + changed, run.same + batch.unchanged
    run.same += arrived - new - changed
    run.gone, run.kept = run.gone + batch.gone, run.kept + batch.kept


def save_refusals(run: SourceRun, refused: Sequence[Refused]) -> None:
    """Tell of what was refused, the first places one by one."""
    room = DETAILED - run.refused
    rows = [
        Refusal(run=run, key=one.key, place=one.place, field=where[:200], reason=reason[:1000])
        for one in refused[: max(room, 0)]
        for where, reason in one.problems[:10]
    ]
    Refusal.objects.bulk_create(rows, batch_size=500)
    run.refused += len(refused)


def now_gone(run: SourceRun, at: datetime, most: int) -> list[SourceItem]:
    """Things that the source did not name in this reading of the whole, a part at a time."""
    unseen = SourceItem.objects.filter(source_id=run.source_id, gone_at=None, seen_at__lt=at)
    return list(unseen.order_by("pk")[:most])
