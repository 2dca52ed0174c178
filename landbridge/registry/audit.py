"""Who did what and when: the trail of a record and of a person, from the journal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from landbridge.parties.models import Account, Membership
from landbridge.parties.permissions import Permission, Role, allows
from landbridge.registry.models import Change, Record
from landbridge.registry.queries import RecordView, Unknown
from landbridge.registry.readers import Standing
from landbridge.registry.review import person, seen_by, title_shown

PAGE: Final = 50
ALL: Final = 10_000
"""How many lines one download holds."""


@dataclass(frozen=True)
class Delegation:
    """A role for a party that ends by itself, under which something was done."""

    party: str
    names: Mapping[str, str]
    until: date


@dataclass(frozen=True)
class Line:
    """One line of a trail."""

    serial: int
    record: str
    format: str
    verb: str
    revision: int | None
    state: str
    at: datetime
    actor_id: int | None
    actor: str
    note: str
    batch: str
    title: Mapping[str, str]
    """Of the record, where the reader sees it."""
    delegation: Delegation | None = None


@dataclass(frozen=True)
class Trail:
    """A page of a trail, the newest line first, and the serial to go on from, 0 at the end."""

    lines: list[Line]
    next: int


def may_audit(standing: Standing, owner: str | None, author: int | None) -> bool:
    """Whether the person reads the trail of a record: by their role, or because they began it and still write for its
    owner."""
    began = author is not None and author == standing.account_id
    is_author = began and standing.may(Permission.DRAFT, owner, author)
    return is_author or standing.may(Permission.AUDIT, owner, author)


def of_record(standing: Standing, record_id: str, before: int = 0, limit: int = PAGE) -> Trail:
    """The trail of a record.

    Raises:
        Unknown: there is none for this person.
    """
    there = seen_by(standing) | Q(erased_at__isnull=False)  # That it was erased is told, and nothing of what it said.
    row = Record.objects.filter(there, pk=record_id).values_list("owner_id", "author_id").first()
    if row is None or not may_audit(standing, *row):
        raise Unknown(record_id)
    return page(Change.objects.filter(record_id=record_id), standing, before, limit, owners={record_id: row[0]})


def of_view(standing: Standing, view: RecordView, held: Iterable[Membership], before: int = 0) -> Trail | None:
    """The trail of a record that is open already, with the roles of those who publish for its owner; None for those
    who do not read trails."""
    if not may_audit(standing, view.owner, view.author):
        return None
    done = Change.objects.filter(record_id=view.id)
    return page(done, standing, before, PAGE, {view.id: view.owner}, held)


def of_person(standing: Standing, account_id: int, before: int = 0, limit: int = PAGE) -> Trail:
    """What somebody did: all of it for themselves; for others, what they did with the records of their own party.

    Raises:
        Unknown: there is no such person for this one.
    """
    done = Change.objects.filter(actor_id=account_id)
    if account_id != standing.account_id and not standing.has_everywhere(Permission.AUDIT):
        parties = standing.parties_with(Permission.AUDIT)
        done = done.filter(record_id__in=Record.objects.filter(owner_id__in=parties).values("pk"))
        if not Membership.objects.filter(account_id=account_id, party_id__in=parties).exists() and not done.exists():
            raise Unknown(str(account_id))
    return page(done, standing, before, limit)


def name_of(account_id: int) -> str:
    """What colleagues call a person.

    Raises:
        Unknown: there is no such account.
    """
    row = Account.objects.filter(pk=account_id).values_list("name", "email").first()
    if row is None:
        raise Unknown(str(account_id))
    return person(*row)


_FIELDS: Final = (
    "serial", "record_id", "format", "verb", "revision", "state", "at", "actor_id", "actor__name", "actor__email",
    "note", "batch",
)  # fmt: skip


def page(
    changes: "QuerySet[Change]",
    standing: Standing,
    before: int,
    limit: int,
    owners: Mapping[str, str | None] | None = None,
    held: Iterable[Membership] | None = None,
) -> Trail:
    """A page of changes, with titles of the records that the reader sees and the delegations they were done under."""
    older = changes.filter(serial__lt=before) if before else changes
    rows: list[Any] = list(older.order_by("-serial").values_list(*_FIELDS)[: limit + 1])
    shown = rows[:limit]
    titles: Mapping[str, Mapping[str, str]] = {}
    known = owners or {}
    if owners is None:
        titles, known = _seen({row[1] for row in shown}, standing)
    if held is None:
        held = _held({row[7] for row in shown if row[7]}, {owner for owner in known.values() if owner})
    roles = _by_person(held)
    lines = [_line(row, titles, roles.get((row[7], known.get(row[1]) or ""), ())) for row in shown]
    return Trail(lines, lines[-1].serial if len(rows) > limit else 0)


def _line(row: Any, titles: Mapping[str, Mapping[str, str]], roles: Iterable[Membership]) -> Line:
    delegation = _delegation(roles, row[6].date())
    return Line(*[*row[:8], person(row[8], row[9]), row[10], row[11], titles.get(row[1], {}), delegation])


def _seen(ids: Iterable[str], standing: Standing) -> tuple[dict[str, Mapping[str, str]], dict[str, str | None]]:
    """Titles and owners of the records that the person sees: what they did with others is told without them."""
    rows = Record.objects.filter(seen_by(standing), pk__in=set(ids)).annotate(title=title_shown())
    found = list(rows.values_list("pk", "owner_id", "title"))
    return {key: title or {} for key, _, title in found}, {key: owner for key, owner, _ in found}


def _held(actors: set[int], parties: set[str]) -> Iterable[Membership]:
    """The roles with which these people publish, or did, for these parties."""
    publishing = [role.value for role in Role if allows(role, Permission.PUBLISH)]
    held = Q(account_id__in=actors, party_id__in=parties, role__in=publishing)
    return Membership.objects.filter(held).select_related("party") if actors and parties else ()


def _by_person(held: Iterable[Membership]) -> dict[tuple[int, str], list[Membership]]:
    found: dict[tuple[int, str], list[Membership]] = {}
    for role in held:
        found.setdefault((role.account_id, role.party_id or ""), []).append(role)
    return found


def _delegation(roles: Iterable[Membership], day: date) -> Delegation | None:
    """The role that ended by itself, where the person had no lasting one on that day."""
    then = [role for role in roles if role.since <= day and (role.until is None or day <= role.until)]
    ending = [role for role in then if role.until is not None and role.party is not None]
    if not ending or len(ending) < len(then):
        return None
    last = max(ending, key=lambda role: role.until or day)
    return Delegation(last.party_id or "", last.party.names if last.party else {}, last.until or day)
