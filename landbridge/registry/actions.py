"""What can be done with records. Each action checks the right, changes the state and writes the journal, in one
transaction; pages, API and commands all call these."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction

from landbridge.formats.validate import validate
from landbridge.lib.languages import DEFAULT
from landbridge.registry import journal
from landbridge.registry.models import Record, Revision
from landbridge.registry.queries import Unknown
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.rows import insert
from landbridge.registry.workflow import State, Verb, Visibility, Workflow, step
from landbridge.registry.writing import (
    NODE,
    Actor,
    Conflict,
    Forbidden,
    digest,
    mirror,
    new_change,
    new_revision,
    require,
    shown_to,
)

__all__ = [
    "NODE", "Actor", "Conflict", "Forbidden", "confirm", "digest", "draft", "publish", "receive", "receive_many",
    "retire", "return_", "revise", "submit",
]  # fmt: skip


def draft(
    *,
    actor: Actor,
    format: str,
    data: dict[str, Any],
    language: str = DEFAULT,
    record_id: str | None = None,
    owner: str | None = None,
    visibility: str = Visibility.PUBLIC,
    workflow: str = Workflow.REFERENCE,
    note: str = "",
) -> Record:
    """Make a new record in draft.

    Raises:
        InvalidRecord: the answers do not fit the format.
        Forbidden: the actor may not draft for this owner.
        Conflict: the id is taken.
    """
    clean = validate(format, data, language)
    permission, state = step(Workflow(workflow), None, Verb.DRAFT)
    require(actor, permission, owner)
    now = datetime.now(UTC)
    record = Record(
        id=record_id or uuid.uuid4().hex, format=format, workflow=workflow, state=state,
        visibility=Visibility(visibility), owner_id=owner, created_at=now, updated_at=now, language=language,
    )  # fmt: skip
    mirror(record, clean, language)
    with transaction.atomic():
        journal.lock()
        if Record.objects.filter(pk=record.id).exists():
            raise Conflict(f"There is a record {record.id} already; revise it instead.")
        record.save(force_insert=True)
        insert(Revision, [new_revision(record, clean, language, note, actor, now)])
        journal.append([new_change(record, Verb.DRAFT, actor, now)])
    return record


def _perform(
    actor: Actor, record_id: str, verb: Verb, change: Callable[[Record, datetime], None] | None = None
) -> Record:
    """One step of the workflow on an existing record."""
    with transaction.atomic():
        journal.lock()
        record = Record.objects.select_for_update().filter(pk=record_id).first()
        if record is None:
            raise Unknown(record_id)
        permission, state = step(Workflow(record.workflow), State(record.state), verb)
        require(actor, permission, record.owner_id)
        now = datetime.now(UTC)
        before = shown_to(record)
        if record.state == State.RETIRED:
            record.published = None  # What was taken out of sight comes back only when it is published anew.
        record.state, record.updated_at = state, now
        if change is not None:
            change(record, now)
        record.save()
        journal.append([new_change(record, verb, actor, now, shown_to=before)])
    return record


def revise(
    *, actor: Actor, record_id: str, data: dict[str, Any], language: str, note: str = "", seen: int | None = None
) -> Record:
    """Write a new revision; readers go on seeing the published one until the new one is published.

    Raises:
        Conflict: `seen`, the revision that the author started from, is not the latest any more.
    """

    def add_revision(record: Record, now: datetime) -> None:
        if seen is not None and seen != record.latest:
            raise Conflict(f"Revision {record.latest} was saved after revision {seen} that you started from.")
        clean = validate(record.format, data, language)
        record.latest += 1
        insert(Revision, [new_revision(record, clean, language, note, actor, now)])

    return _perform(actor, record_id, Verb.REVISE, add_revision)


def submit(*, actor: Actor, record_id: str) -> Record:
    """Hand a draft in for publication."""
    return _perform(actor, record_id, Verb.SUBMIT)


def return_(*, actor: Actor, record_id: str) -> Record:
    """Give a submitted record back to its author."""
    return _perform(actor, record_id, Verb.RETURN)


def publish(*, actor: Actor, record_id: str, visibility: str | None = None) -> Record:
    """Show the latest revision to its readers."""

    def show(record: Record, now: datetime) -> None:
        revision = Revision.objects.get(record=record, number=record.latest)
        mirror(record, revision.data, revision.language)
        record.published, record.published_at = record.latest, now
        record.visibility = Visibility(visibility) if visibility else record.visibility

    return _perform(actor, record_id, Verb.PUBLISH, show)


def retire(*, actor: Actor, record_id: str) -> Record:
    """Take a record out of sight; its address and its history stay."""
    return _perform(actor, record_id, Verb.RETIRE)


def confirm(*, actor: Actor, record_id: str, on: date | None = None) -> Record:
    """Say that a published record is still true."""

    def still_true(record: Record, now: datetime) -> None:
        record.confirmed_on = on or now.date()

    return _perform(actor, record_id, Verb.CONFIRM, still_true)


def receive(*, actor: Actor, origin: str, arrival: Arrival) -> Record:
    """Take in one record from another node; only that node may change it afterwards.

    Raises:
        InvalidRecord: the answers do not fit the format.
        Conflict: the id belongs to a record of this node or of another one.
        Forbidden: the actor may not receive.
    """
    clean = validate(arrival.format, arrival.data, arrival.language)
    taken = receive_many([replace(arrival, data=clean)], actor=actor, workflow=Workflow.RECEIVED, origin=origin)
    if taken.refused:
        raise Conflict(taken.refused[0][1])
    return Record.objects.get(pk=arrival.id)
