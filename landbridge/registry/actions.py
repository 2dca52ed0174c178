"""What can be done with records. Each action checks the right, changes the state and writes the journal, in one
transaction; pages, API and commands all call these."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
from django.db import transaction

from landbridge.formats.editions import current
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import validate
from landbridge.lib.languages import DEFAULT
from landbridge.parties.models import Membership
from landbridge.parties.permissions import Permission, Role, allows
from landbridge.registry import journal
from landbridge.registry.models import Change, Record, Revision
from landbridge.registry.queries import Unknown
from landbridge.registry.workflow import State, Verb, Visibility, Workflow, step


class Forbidden(PermissionError):
    """The actor's roles do not allow this."""


class Conflict(ValueError):
    """Somebody else changed the record first."""


@dataclass(frozen=True)
class Actor:
    """Who acts: an account, or the node itself (its operator on the command line)."""

    account_id: int | None = None
    node: bool = False


NODE = Actor(node=True)


def _allowed(actor: Actor, permission: Permission, owner: str | None) -> bool:
    if actor.node:
        return allows(Role.NODE, permission)
    if actor.account_id is None:
        return False
    today = datetime.now(UTC).date()
    memberships = Membership.objects.filter(account_id=actor.account_id, account__is_active=True, since__lte=today)
    memberships = memberships.exclude(until__lt=today)
    mine = [membership for membership in memberships if membership.party_id in (owner, None)]
    return any(allows(Role(membership.role), permission) for membership in mine)


def _require(actor: Actor, permission: Permission, owner: str | None) -> None:
    if not _allowed(actor, permission, owner):
        raise Forbidden(f"This takes the right to {permission}; ask your focal point or administrator for it.")


def digest(data: dict[str, Any]) -> str:
    """SHA-256 over the answers as JSON with sorted names and no spaces, hexadecimal."""
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None


def _mirror(record: Record, data: dict[str, Any], language: str) -> None:
    """Copy what lists need from the answers to the row of the record."""
    record.language = language
    stated = _day(data.get("confirmed_on"))
    record.confirmed_on = max(filter(None, (stated, record.confirmed_on)), default=None)
    record.expires_on = _day(data.get("expires_on"))


def _revision(record: Record, data: dict[str, Any], language: str, note: str, actor: Actor, now: datetime) -> Revision:
    return Revision(
        record=record, number=record.latest, edition=current(FORMATS[record.format].editions), language=language,
        data=data, note=note, author_id=actor.account_id, created_at=now, sha256=digest(data),
    )  # fmt: skip


def _change(record: Record, verb: Verb, actor: Actor, now: datetime, *, shown_to: str = "") -> Change:
    published = record.published if record.state in (State.PUBLISHED, State.RETIRED) else record.latest
    return Change(
        record_id=record.id, format=record.format, verb=verb, revision=published, state=record.state,
        visibility=record.visibility, shown_to=shown_to, at=now, actor_id=actor.account_id,
    )  # fmt: skip


def _shown_to(record: Record) -> str:
    """The visibility with which readers see the record now, empty when none do."""
    return record.visibility if record.published is not None and record.state != State.RETIRED else ""


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
    _require(actor, permission, owner)
    now = datetime.now(UTC)
    record = Record(
        id=record_id or uuid.uuid4().hex, format=format, workflow=workflow, state=state,
        visibility=Visibility(visibility), owner_id=owner, created_at=now, updated_at=now, language=language,
    )  # fmt: skip
    _mirror(record, clean, language)
    with transaction.atomic():
        journal.lock()
        if Record.objects.filter(pk=record.id).exists():
            raise Conflict(f"There is a record {record.id} already; revise it instead.")
        record.save(force_insert=True)
        _revision(record, clean, language, note, actor, now).save()
        journal.append([_change(record, Verb.DRAFT, actor, now)])
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
        _require(actor, permission, record.owner_id)
        now = datetime.now(UTC)
        shown_to = _shown_to(record)
        if record.state == State.RETIRED:
            record.published = None  # What was taken out of sight comes back only when it is published anew.
        record.state, record.updated_at = state, now
        if change is not None:
            change(record, now)
        record.save()
        journal.append([_change(record, verb, actor, now, shown_to=shown_to)])
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
        _revision(record, clean, language, note, actor, now).save()

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
        _mirror(record, revision.data, revision.language)
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
