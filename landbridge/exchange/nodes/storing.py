"""Writing down what was taken in: records, the statements that are passed on, where they came from, and what waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db.models import F

from landbridge.exchange.models import Quarantined, Received, Statement
from landbridge.exchange.nodes import erasure, files, moments
from landbridge.exchange.nodes.judging import Held, Judged
from landbridge.exchange.nodes.statements import put
from landbridge.exchange.signing import KEY
from landbridge.registry.models import Record
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.workflow import State, Visibility, Workflow
from landbridge.registry.writing import NODE

if TYPE_CHECKING:
    from landbridge.exchange.nodes.taking import Taken

MOST_OPEN: Final = 10_000
"""Statements of one carrier that wait at once: nobody fills the disk with what is wrong."""


@dataclass
class Batch:
    """What is to be written."""

    via: str
    now: datetime
    taken: dict[str, Judged] = field(default_factory=dict)
    farewells: dict[str, bytes] = field(default_factory=dict)
    """Record id to the tombstone that came just before a statement for fewer readers."""
    replaced: dict[str, Held | None] = field(default_factory=dict)
    """What was held of each record before."""
    same: list[str] = field(default_factory=list)
    refused: list[Judged] = field(default_factory=list)
    erased: list[Judged] = field(default_factory=list)
    """Proven words that a record was erased, also on records that we hold from somebody else."""

    def take(self, judged: Judged, held: Held | None) -> None:
        """The newest statement of a record is kept."""
        before = self.taken.pop(judged.record, None)
        if before is not None and before.gone and judged.said.get("visibility") != Visibility.PUBLIC:
            self.farewells[judged.record] = before.body
        self.replaced.setdefault(judged.record, held)
        self.taken[judged.record] = judged


def store(batch: Batch, taken: "Taken") -> None:
    """Write a batch, inside the caller's transaction and under the lock of the journal."""
    _note_conflicts(batch)
    rows = Record.objects.filter(pk__in=list(batch.taken)).values_list("pk", "format", "visibility")
    there = {pk: (format, visibility) for pk, format, visibility in rows}
    for node in dict.fromkeys(one.node for one in batch.taken.values()):
        _receive(batch, node, there, taken)
    _put(batch)
    for one in batch.taken.values():
        if one.said.get("files"):
            files.want(one.record, batch.via, files.named(one.said))
    _note_received(batch)
    _note_refused(batch)


def _receive(batch: Batch, node: str, there: dict[str, tuple[str, str]], taken: "Taken") -> None:
    """The records of one node. A tombstone of what never came here makes no record."""
    erasure.erase(node, [one.record for one in batch.taken.values() if one.node == node and one.erased])
    judged = [one for one in batch.taken.values() if one.node == node and (not one.gone or one.record in there)]
    judged = [one for one in judged if not one.erased]
    arrivals = [_arrival(one, there) for one in judged]
    outcome = receive_many(arrivals, actor=NODE, workflow=Workflow.RECEIVED, origin=node)
    for position, problem in outcome.refused:
        one = judged[position]
        one.reason, one.problem = "invalid", problem
        batch.refused.append(one)
        del batch.taken[one.record]
        taken.problem(one.record, one.reason, one.problem)
    kept = [one for one in batch.taken.values() if one.node == node]
    new = sum(not one.gone and one.record not in there for one in kept)
    gone = sum(one.gone for one in kept)
    taken.new, taken.gone, taken.changed = taken.new + new, taken.gone + gone, taken.changed + len(kept) - new - gone


def _arrival(judged: Judged, there: dict[str, tuple[str, str]]) -> Arrival:
    said = judged.said
    if judged.gone:
        format, visibility = there[judged.record]  # Whoever could not read it is not told that it is gone.
        return Arrival(judged.record, format, {}, visibility=visibility, state=State.RETIRED)
    return Arrival(judged.record, said["format"], judged.data, said["language"], said["visibility"])


def _visibility(judged: Judged, old: Mapping[str, str]) -> str:
    """For whom the statement is; a tombstone is for those who heard of the record before."""
    if not judged.gone:
        return str(judged.said["visibility"])
    before = old.get(judged.record, Visibility.PUBLIC.value)
    return erasure.reach(judged.record, before) if judged.erased else before


def _put(batch: Batch) -> None:
    old = dict(Statement.objects.filter(record_id__in=list(batch.taken)).values_list("record_id", "visibility"))
    put(
        [
            Statement(
                record_id=one.record, origin=one.node, format=str(one.said.get("format"))[:40], gone=one.gone,
                visibility=_visibility(one, old), erased=one.erased or None,
                sequence=one.sequence, sha256=one.sha256, body=one.body, farewell=batch.farewells.get(one.record),
                published_at=one.moment if one.gone else moments.read(one.said["published"]), said_at=one.moment,
            )
            for one in batch.taken.values()
        ]
    )  # fmt: skip


def _note_received(batch: Batch) -> None:
    there = set(Record.objects.filter(pk__in=list(batch.taken)).values_list("pk", flat=True))
    Received.objects.bulk_create(
        [
            Received(
                record_id=one.record, origin=one.node, via=batch.via, key=str(one.said.get(KEY))[:64],
                sequence=one.sequence, sha256=one.sha256, first_at=batch.now, seen_at=batch.now,
                gone_at=batch.now if one.gone else None,
            )
            for one in batch.taken.values() if one.record in there
        ],
        update_conflicts=True, unique_fields=["record_id"],
        update_fields=["origin", "via", "key", "sequence", "sha256", "seen_at", "gone_at"],
    )  # fmt: skip
    if batch.same:
        Received.objects.filter(record_id__in=batch.same).update(seen_at=batch.now)
    gone = [one.record for one in batch.taken.values() if one.gone]
    if gone:  # What its node has taken back is kept nowhere, nor what was wrong with it.
        Quarantined.objects.filter(record_id__in=gone).exclude(reason="claim").update(
            body=b"", settled_at=batch.now, settled="gone"
        )
    for word in batch.erased:
        erasure.forget_waiting(word.node, [word.record])
    open_ones = Quarantined.objects.filter(record_id__in=list(batch.taken), settled_at=None)
    for one in open_ones.exclude(reason__in=("claim", "conflict")):
        better = batch.taken[one.record_id]
        if better.node == one.origin and better.sequence >= one.sequence:
            Quarantined.objects.filter(pk=one.pk).update(settled_at=batch.now, settled="better")


def _note_conflicts(batch: Batch) -> None:
    """Of two statements under one number the one that lost is kept for people to see."""
    losers = [one.record for one in batch.taken.values() if one.wins]
    for row in Statement.objects.filter(record_id__in=losers):
        winner = batch.taken[row.record_id]
        quarantine(batch.via, row.origin, row.record_id, row.sequence, "conflict", winner.problem, bytes(row.body))


def _note_refused(batch: Batch) -> None:
    full = Quarantined.objects.filter(via=batch.via, settled_at=None).count() >= MOST_OPEN
    for one in batch.refused if not full else ():
        quarantine(batch.via, one.node, one.record, one.sequence, one.reason, one.problem, one.body)
        if one.reason == "file":
            files.want(one.record, batch.via, files.named(one.said), also_here=True)


def quarantine(
    via: str, origin: str, record_id: str, sequence: int, reason: str, problem: str, body: bytes
) -> Quarantined:
    """Keep a statement that was not taken in; a later one of the same carrier takes its place."""
    there = Quarantined.objects.filter(origin=origin, record_id=record_id, via=via, settled_at=None)
    changed = {"sequence": sequence, "reason": reason, "problem": problem[:1000], "body": body, "at": moments.now()}
    if there.update(**changed, tries=F("tries") + 1):
        return there.get()
    return Quarantined.objects.create(origin=origin, record_id=record_id, via=via, **changed)
