"""Taking in many whole records at once, as loading from files and exchange between nodes do.

A batch is one transaction: after a power cut there are whole batches or nothing. Answers that are already there
make no new revision, so the same batch can be taken in again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from landbridge.lib.languages import DEFAULT
from landbridge.registry import journal
from landbridge.registry.models import Record, Revision
from landbridge.registry.rows import ChangeRow, RecordRow, RevisionRow, insert
from landbridge.registry.safeguards import Unsafe, require_safe
from landbridge.registry.workflow import NotPossible, State, Verb, Visibility, Workflow, step
from landbridge.registry.writing import (
    NODE,
    Actor,
    Conflict,
    digest,
    mirror,
    new_change,
    new_revision,
    renew,
    require,
    shown_to,
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A whole record as it comes in; its answers are checked and clean."""

    id: str
    format: str
    data: dict[str, Any]
    language: str = DEFAULT
    visibility: str = Visibility.PUBLIC
    state: str = State.PUBLISHED
    """What it shall be: published, draft or retired."""
    owner: str | None = None
    note: str = ""


@dataclass
class Taken:
    """What became of a batch: how many were new, changed, the same; and (position, reason) of the refused."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class _Rows:
    records: list[RecordRow] = field(default_factory=list)
    updated: list[Record] = field(default_factory=list)
    revisions: list[RevisionRow] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)

    def save(self) -> None:
        """Write all rows, inside the caller's transaction."""
        insert(Record, self.records)
        for record in self.updated:
            record.save()
        insert(Revision, self.revisions)
        journal.append(self.changes)


def receive_many(arrivals: Sequence[Arrival], *, actor: Actor, workflow: Workflow, origin: str = "") -> Taken:
    """Take in a batch of whole records with different ids, in one transaction.

    Raises:
        Forbidden: the actor may not receive for one of the owners; nothing is taken in.
    """
    taken = Taken()
    with transaction.atomic():
        journal.lock()
        standing = Record.objects.in_bulk([arrival.id for arrival in arrivals])
        known = _latest_digests(standing)
        intake = _Intake(actor, workflow, origin, datetime.now(UTC), taken)
        for position, arrival in enumerate(arrivals):
            record = standing.get(arrival.id)
            try:
                if record is None:
                    intake.add(arrival)
                else:
                    intake.change(record, arrival, known[record.id])
            except (Conflict, NotPossible, Unsafe) as refusal:
                taken.refused.append((position, str(refusal)))
        intake.rows.save()
    return taken


def _latest_digests(standing: dict[str, Record]) -> dict[str, tuple[str, str]]:
    """Record id to (SHA-256, language) of its latest revision."""
    wanted = {(record.id, record.latest) for record in standing.values()}
    rows = Revision.objects.filter(record_id__in=standing).values_list("record_id", "number", "sha256", "language")
    return {key: (sha256, language) for key, number, sha256, language in rows if (key, number) in wanted}


class _Intake:
    """One batch on its way into the tables."""

    def __init__(self, actor: Actor, workflow: Workflow, origin: str, now: datetime, taken: Taken) -> None:
        self.actor, self.workflow, self.origin, self.now = actor, workflow, origin, now
        self.taken = taken
        self.rows = _Rows()
        self._allowed: set[tuple[str, str | None]] = set()

    def add(self, arrival: Arrival) -> None:
        self._safe(arrival)
        verb = Verb.DRAFT if arrival.state == State.DRAFT else Verb.RECEIVE
        if arrival.state == State.RETIRED:
            raise Conflict(f"There is no record {arrival.id} to retire.")
        record = RecordRow(
            id=arrival.id, format=arrival.format, workflow=self.workflow, state=self._step(None, verb, arrival.owner),
            visibility=arrival.visibility, owner_id=arrival.owner, origin=self.origin,
            created_at=self.now, updated_at=self.now, author_id=self.actor.account_id,
        )  # fmt: skip
        self._fill(record, arrival)
        self.rows.records.append(record)
        self.rows.changes.append(new_change(record, verb, self.actor, self.now))
        self.taken.new += 1

    def change(self, record: Record, arrival: Arrival, known: tuple[str, str]) -> None:
        self._check(record, arrival)
        same_answers = known == (digest(arrival.data), arrival.language)
        as_wanted = record.state == arrival.state and record.visibility == arrival.visibility
        if as_wanted and (same_answers or arrival.state == State.RETIRED):
            self.taken.same += 1
            return
        self._safe(arrival)
        verb = {State.DRAFT: Verb.REVISE, State.RETIRED: Verb.RETIRE}.get(State(arrival.state), Verb.RECEIVE)
        before = shown_to(record)
        record.state = self._step(State(record.state), verb, record.owner_id)
        record.visibility, record.updated_at = arrival.visibility, self.now
        if verb != Verb.RETIRE:
            record.erased_at = None  # Another node says something of it again, which is its own word.
            record.latest += 0 if same_answers else 1
            self._fill(record, arrival, with_revision=not same_answers)
        self.rows.updated.append(record)
        self.rows.changes.append(new_change(record, verb, self.actor, self.now, shown_to=before))
        self.taken.changed += 1

    def _safe(self, arrival: Arrival) -> None:
        """What this node shows as its own must be safe to show; another node answers for what it shows itself."""
        if not self.origin and arrival.state == State.PUBLISHED:
            require_safe(arrival.format, arrival.data)

    def _check(self, record: Record, arrival: Arrival) -> None:
        if (record.workflow, record.origin) != (self.workflow, self.origin):
            whose = record.origin or f"this node's {record.workflow} records"
            raise Conflict(f"The id {record.id} belongs to {whose}.")
        if record.format != arrival.format:
            raise Conflict(f"The record {record.id} is of the format {record.format}; a record keeps its format.")
        if record.erased_at is not None and not record.origin:
            raise Conflict(f"The record {record.id} was erased, and does not come back.")
        if arrival.owner is not None and record.owner_id != arrival.owner:
            raise Conflict(f"The record {record.id} belongs to {record.owner_id or 'nobody'}, not to {arrival.owner}.")

    def _step(self, state: State | None, verb: Verb, owner: str | None) -> State:
        permission, leads_to = step(self.workflow, state, verb)
        if (permission, owner) not in self._allowed:
            require(self.actor, permission, owner)
            self._allowed.add((permission, owner))
        return leads_to

    def _fill(self, record: Record | RecordRow, arrival: Arrival, *, with_revision: bool = True) -> None:
        mirror(record, arrival.data, arrival.language)
        if record.state == State.PUBLISHED:
            record.published, record.published_at = record.latest, self.now
            renew(record)
        if with_revision:
            revision = new_revision(record, arrival.data, arrival.language, arrival.note, self.actor, self.now)
            self.rows.revisions.append(revision)


def move_origin(before: str, now: str) -> int:
    """Records of a node that has another address now, inside the caller's transaction: how many.

    Those who follow the journal hear of each that is shown, since its address leads to another place.
    """
    moment = datetime.now(UTC)
    shown = Record.objects.filter(origin=before, state=State.PUBLISHED).order_by("pk")
    changes = [new_change(one, Verb.RECEIVE, NODE, moment, shown_to=shown_to(one)) for one in shown.iterator(500)]
    moved = Record.objects.filter(origin=before).update(origin=now)
    journal.append(changes)
    return moved
