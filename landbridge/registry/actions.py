"""What can be done with records. Each action checks the right, changes the state and writes the journal, in one
transaction; pages, API and commands all call these."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction

from landbridge.formats import tidy
from landbridge.formats.validate import validate
from landbridge.lib.languages import DEFAULT
from landbridge.parties.models import Party
from landbridge.registry import journal
from landbridge.registry.bringing import require_brought
from landbridge.registry.disclosure import kept, sees_whole
from landbridge.registry.guards import as_vetted
from landbridge.registry.models import Change, Endorsement, Record, Revision
from landbridge.registry.publications import publications
from landbridge.registry.queries import RecordView, Unknown, latest
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.rows import insert
from landbridge.registry.rules import OPERATOR, may_read
from landbridge.registry.safeguards import require_consent_to_list, require_safe
from landbridge.registry.workflow import State, Verb, Visibility, Workflow, permission_for, step
from landbridge.registry.writing import (
    NODE,
    Actor,
    Conflict,
    Forbidden,
    Said,
    digest,
    mirror,
    new_change,
    new_revision,
    reader_for,
    renew,
    require,
    row_of,
    shown_to,
)

__all__ = [
    "NODE", "Actor", "Conflict", "Forbidden", "Said", "confirm", "digest", "draft", "endorse", "publish", "receive",
    "receive_many", "restore", "retire", "return_", "revise", "submit", "take_back", "unconfirm", "unendorse",
    "withdraw",
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
    require(actor, permission, owner, actor.account_id)
    require_brought(actor, clean, {})
    now = datetime.now(UTC)
    record = Record(
        id=record_id or uuid.uuid4().hex, format=format, workflow=workflow, state=state,
        visibility=Visibility(visibility), owner_id=owner, created_at=now, updated_at=now, language=language,
        author_id=actor.account_id,
    )  # fmt: skip
    clean = as_vetted(actor, record, clean)
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
    actor: Actor,
    record_id: str,
    verb: Verb,
    change: Callable[[Record, datetime], None] | None = None,
    said: Said | None = None,
    owner: str | None = None,
) -> Record:
    """One step of the workflow on an existing record; `owner` for whom the actor speaks, when not for the record's.

    The order matters: who may not read it learns nothing of it, and who may not do this learns nothing of its state.
    """
    with transaction.atomic():
        journal.lock()
        record = _seen(actor, record_id)
        permission = permission_for(Workflow(record.workflow), verb)
        require(actor, permission, owner or record.owner_id, None if owner else record.author_id)
        _require_unchanged(record_id, said)
        _, state = step(Workflow(record.workflow), State(record.state), verb)
        now = datetime.now(UTC)
        before = shown_to(record)
        if record.state == State.RETIRED and verb != Verb.RESTORE:
            record.published = None  # What was taken out of sight comes back only when it is published anew.
        record.state, record.updated_at = state, now
        if change is not None:
            change(record, now)
        record.save()
        journal.append([new_change(record, verb, actor, now, shown_to=before, said=said)])
    return record


def _seen(actor: Actor, record_id: str) -> Record:
    """The record, locked; whoever may not read it may do nothing with it either, nor anybody with what was erased.

    Raises:
        Unknown: there is none, or not for this actor.
    """
    readable_id = "\0" not in record_id  # PostgreSQL does not take a NUL even to look for it.
    record = Record.objects.select_for_update().filter(pk=record_id).first() if readable_id else None
    if record is None or record.erased_at is not None or not may_read(reader_for(actor), row_of(record)):
        raise Unknown(record_id)
    return record


def _require_unchanged(record_id: str, said: Said | None) -> None:
    """Stop when somebody did something with the record after the actor had looked at it."""
    if said is None or said.after is None:
        return
    if Change.objects.filter(record_id=record_id, serial__gt=said.after).exists():
        raise Conflict(f"Somebody changed the record {record_id} meanwhile; look at it again.")


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
        whole = latest(record.id, OPERATOR)
        clean = validate(record.format, _with_what_is_hidden(actor, whole, data), language)
        require_brought(actor, clean, whole.data)
        clean = as_vetted(actor, record, clean)
        record.latest += 1
        insert(Revision, [new_revision(record, clean, language, note, actor, now)])

    return _perform(actor, record_id, Verb.REVISE, add_revision)


def _with_what_is_hidden(actor: Actor, whole: RecordView, data: dict[str, Any]) -> dict[str, Any]:
    """What somebody wrote who was not shown every answer: what they could not see stays as it is."""
    return data if sees_whole(reader_for(actor), whole) else kept(whole.format, whole.data, data)


def submit(*, actor: Actor, record_id: str, said: Said | None = None) -> Record:
    """Hand a draft in for publication."""
    return _perform(actor, record_id, Verb.SUBMIT, said=said)


def withdraw(*, actor: Actor, record_id: str, said: Said | None = None) -> Record:
    """Take a submitted record back to go on writing."""
    return _perform(actor, record_id, Verb.WITHDRAW, said=said)


def return_(*, actor: Actor, record_id: str, said: Said | None = None) -> Record:
    """Give a submitted record back to its author."""
    return _perform(actor, record_id, Verb.RETURN, said=said)


def publish(*, actor: Actor, record_id: str, visibility: str | None = None, said: Said | None = None) -> Record:
    """Show the latest revision to its readers.

    Raises:
        Unsafe: it speaks of traditional knowledge without a consent that covers it; see `safeguards`.
    """

    def show(record: Record, now: datetime) -> None:
        revision = Revision.objects.get(record=record, number=record.latest)
        require_safe(record.format, revision.data)
        require_consent_to_list(record.format, revision.data)
        mirror(record, revision.data, revision.language)
        record.published, record.published_at = record.latest, now
        record.visibility = Visibility(visibility) if visibility else record.visibility
        renew(record)

    return _perform(actor, record_id, Verb.PUBLISH, show, said)


def take_back(*, actor: Actor, record_id: str, said: Said | None = None) -> Record:
    """Undo the last publication: what readers saw before it, which may be nothing, is shown again to whom it was."""

    def as_before(record: Record, now: datetime) -> None:
        before = publications(record.id)[-2:-1]
        record.published = before[0].revision if before else None
        record.visibility = before[0].visibility if before else record.visibility
        record.published_at = record.published_at if before else None
        shown = Revision.objects.get(record=record, number=record.published or record.latest)
        mirror(record, shown.data, shown.language)

    return _perform(actor, record_id, Verb.TAKE_BACK, as_before, said)


def retire(*, actor: Actor, record_id: str, said: Said | None = None) -> Record:
    """Take a record out of sight; its address and its history stay."""
    return _perform(actor, record_id, Verb.RETIRE, said=said)


def restore(*, actor: Actor, record_id: str, said: Said | None = None) -> Record:
    """Undo a retirement: the revision that was shown is shown again.

    Raises:
        Conflict: it was retired before it was ever published; revise it instead.
        Unsafe: it was shown without a consent that it needs today.
    """

    def as_it_was(record: Record, now: datetime) -> None:
        if record.published is None:
            raise Conflict("It was never published; revise it instead.")
        require_safe(record.format, Revision.objects.get(record=record, number=record.published).data)

    return _perform(actor, record_id, Verb.RESTORE, as_it_was, said)


def confirm(*, actor: Actor, record_id: str, on: date | None = None, said: Said | None = None) -> Record:
    """Say that a published record is still true, today or `on` an earlier day."""

    def still_true(record: Record, now: datetime) -> None:
        record.confirmed_on = min(on or now.date(), now.date())
        renew(record)

    return _perform(actor, record_id, Verb.CONFIRM, still_true, said)


def unconfirm(*, actor: Actor, record_id: str, said: Said | None = None) -> Record:
    """Take the last confirmation back: the record counts as confirmed on the day on which it was before.

    Raises:
        Conflict: nobody has confirmed it.
    """

    def as_before(record: Record, now: datetime) -> None:
        done = Change.objects.filter(record_id=record.id, verb__in=(Verb.CONFIRM, Verb.UNCONFIRM)).order_by("serial")
        days: list[date] = []
        for verb, at in done.values_list("verb", "at"):
            if verb == Verb.CONFIRM:
                days.append(at.date())
            elif days:
                days.pop()
        if not days:
            raise Conflict(f"Nobody has confirmed the record {record.id}.")
        record.confirmed_on = days[-2] if len(days) > 1 else None
        shown = Revision.objects.get(record=record, number=record.published or record.latest)
        mirror(record, shown.data, shown.language)

    return _perform(actor, record_id, Verb.UNCONFIRM, as_before, said)


def endorse(*, actor: Actor, record_id: str, party: str, said: Said | None = None) -> Record:
    """Say for a party that it stands behind a published record, whoever owns it.

    Raises:
        Conflict: the party stands behind it already.
        Forbidden: it is not a Party to the Convention, or the actor is not its focal point.
    """

    def stand_behind(record: Record, now: datetime) -> None:
        if not Party.objects.filter(pk=party, kind="party").exists():
            raise Forbidden("Only a Party to the Convention endorses.")
        if Endorsement.objects.filter(record=record, party_id=party, withdrawn_at=None).exists():
            raise Conflict(f"{party} has endorsed the record {record.id} already.")
        Endorsement.objects.create(
            record=record, party_id=party, by_id=actor.account_id, revision=record.published or record.latest,
            at=now, note=tidy.printable(said.note)[:500] if said else "",
        )  # fmt: skip

    return _perform(actor, record_id, Verb.ENDORSE, stand_behind, said, owner=party)


def unendorse(*, actor: Actor, record_id: str, party: str, said: Said | None = None) -> Record:
    """Take a party's endorsement back.

    Raises:
        Conflict: there is none.
    """

    def step_back(record: Record, now: datetime) -> None:
        standing = Endorsement.objects.filter(record=record, party_id=party, withdrawn_at=None)
        if not standing.update(withdrawn_at=now):
            raise Conflict(f"{party} has not endorsed the record {record.id}.")

    return _perform(actor, record_id, Verb.UNENDORSE, step_back, said, owner=party)


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
