"""What all writing to the registry shares: who acts, whether they may, and how a row of each kind is made."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from landbridge.formats import tidy
from landbridge.formats.editions import current
from landbridge.formats.library import FORMATS
from landbridge.parties.permissions import Permission, Role, allows
from landbridge.parties.standing import NODE as NODE
from landbridge.parties.standing import Actor as Actor
from landbridge.parties.standing import Forbidden as Forbidden
from landbridge.registry.freshness import confirm_by
from landbridge.registry.models import Record
from landbridge.registry.readers import standing_of
from landbridge.registry.rows import ChangeRow, RecordRow, RevisionRow
from landbridge.registry.rules import OPERATOR, Reader
from landbridge.registry.workflow import State, Verb


class Conflict(ValueError):
    """Somebody else changed the record first, or the record belongs to another node."""


@dataclass(frozen=True)
class Said:
    """What goes into the journal beside an action: a remark of at most 2,000 characters, and its bulk action."""

    note: str = ""
    batch: str = ""
    after: int | None = None
    """The serial of the record's newest change that the actor knew of: a newer one stops the action."""


def reader_for(actor: Actor) -> Reader:
    """What somebody who acts may read."""
    return OPERATOR if actor.node else standing_of(actor.account_id).reader()


@dataclass(frozen=True)
class Row:
    """What the rules of reading need to know, from the table of records."""

    state: str
    visibility: str
    owner: str | None
    author: int | None
    is_published: bool


def row_of(record: Record) -> Row:
    """A record as the rules of reading take it."""
    return Row(record.state, record.visibility, record.owner_id, record.author_id, record.published is not None)


def may(actor: Actor, permission: Permission, owner: str | None, author: int | None = None) -> bool:
    """Whether the actor has the right, for records of this owner (and, without one, of this author)."""
    if actor.node:
        return allows(Role.NODE, permission)
    return standing_of(actor.account_id).may(permission, owner, author)


def require(actor: Actor, permission: Permission, owner: str | None, author: int | None = None) -> None:
    """Go on only when the actor has the right.

    Raises:
        Forbidden: otherwise.
    """
    if not may(actor, permission, owner, author):
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
    renew(record)


def renew(record: Record | RecordRow) -> None:
    """Bring the day by which it must be confirmed in step with the days that it follows from."""
    told = record.published_at.date() if record.published_at else None
    record.confirm_by = confirm_by(record.format, record.confirmed_on, told)


def new_revision(
    record: Record | RecordRow, data: dict[str, Any], language: str, note: str, actor: Actor, now: datetime
) -> RevisionRow:
    """The row of the record's latest revision; the caller inserts it."""
    return RevisionRow(
        record_id=record.id, number=record.latest, edition=current(FORMATS[record.format].editions), language=language,
        data=data, note=tidy.printable(note)[:500], author_id=actor.account_id, created_at=now, sha256=digest(data),
    )  # fmt: skip


def new_change(
    record: Record | RecordRow, verb: Verb, actor: Actor, now: datetime, *, shown_to: str = "", said: Said | None = None
) -> ChangeRow:
    """The line of the journal for what was just done; `shown_to` from before it."""
    is_of_readers = record.state in (State.PUBLISHED, State.RETIRED) or verb == Verb.TAKE_BACK
    published = record.published if is_of_readers else record.latest
    return ChangeRow(
        record_id=record.id, format=record.format, verb=verb, revision=published, state=record.state,
        visibility=record.visibility, shown_to=shown_to, at=now, actor_id=actor.account_id,
        note=tidy.printable(said.note)[:2000] if said else "", batch=said.batch[:32] if said else "",
    )  # fmt: skip


def shown_to(record: Record) -> str:
    """The visibility with which readers see the record now, empty when none do."""
    return record.visibility if record.published is not None and record.state != State.RETIRED else ""
