"""What all writing to the registry shares: who acts, whether they may, and how a row of each kind is made."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson

from landbridge.formats.editions import current
from landbridge.formats.library import FORMATS
from landbridge.parties.models import Membership
from landbridge.parties.permissions import Permission, Role, allows
from landbridge.registry.models import Record
from landbridge.registry.rows import ChangeRow, RecordRow, RevisionRow
from landbridge.registry.workflow import State, Verb


class Forbidden(PermissionError):
    """The actor's roles do not allow this."""


class Conflict(ValueError):
    """Somebody else changed the record first, or the record belongs to another node."""


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


def require(actor: Actor, permission: Permission, owner: str | None) -> None:
    """Go on only when the actor has the right, for records of this owner.

    Raises:
        Forbidden: otherwise.
    """
    if not _allowed(actor, permission, owner):
        raise Forbidden(f"This takes the right to {permission}; ask your focal point or administrator for it.")


def digest(data: dict[str, Any]) -> str:
    """SHA-256 over the answers as JSON with sorted names and no spaces, hexadecimal."""
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None


def mirror(record: Record | RecordRow, data: dict[str, Any], language: str) -> None:
    """Copy what lists need from the answers to the row of the record."""
    record.language = language
    stated = _day(data.get("confirmed_on"))
    record.confirmed_on = max(filter(None, (stated, record.confirmed_on)), default=None)
    record.expires_on = _day(data.get("expires_on"))


def new_revision(
    record: Record | RecordRow, data: dict[str, Any], language: str, note: str, actor: Actor, now: datetime
) -> RevisionRow:
    """The row of the record's latest revision; the caller inserts it."""
    return RevisionRow(
        record_id=record.id, number=record.latest, edition=current(FORMATS[record.format].editions), language=language,
        data=data, note=note, author_id=actor.account_id, created_at=now, sha256=digest(data),
    )  # fmt: skip


def new_change(record: Record | RecordRow, verb: Verb, actor: Actor, now: datetime, *, shown_to: str = "") -> ChangeRow:
    """The line of the journal for what was just done; `shown_to` from before it."""
    published = record.published if record.state in (State.PUBLISHED, State.RETIRED) else record.latest
    return ChangeRow(
        record_id=record.id, format=record.format, verb=verb, revision=published, state=record.state,
        visibility=record.visibility, shown_to=shown_to, at=now, actor_id=actor.account_id,
    )  # fmt: skip


def shown_to(record: Record) -> str:
    """The visibility with which readers see the record now, empty when none do."""
    return record.visibility if record.published is not None and record.state != State.RETIRED else ""
