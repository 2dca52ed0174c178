"""What waits for whom: the queues of those who decide, write, confirm and vet. It only reads; `actions` do."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from landbridge.formats.library import FORMATS
from landbridge.parties.models import Account, Membership
from landbridge.parties.permissions import Permission, Role, allows
from landbridge.registry.models import Change, Record, Revision, WorkingCopy
from landbridge.registry.readers import Standing, who_may
from landbridge.registry.rules import readable, workable
from landbridge.registry.workflow import State, Workflow

PAGE: Final = 30
MANY: Final = 100
"""A queue is counted so far; beyond it there are simply many."""
SOON: Final = timedelta(days=30)
"""How long before its day a record asks to be confirmed."""
_VETTED: Final = ("approved", "referenced")


class Queue(StrEnum):
    """What can wait for somebody."""

    DECIDE = "decide"
    RETURNED = "returned"
    COMMENTS = "comments"
    OVERDUE = "overdue"
    EXPERTS = "experts"


RECORDS: Final = (Queue.DECIDE, Queue.RETURNED, Queue.OVERDUE, Queue.EXPERTS)
"""The queues of records; the queue of comments is in `comments`."""


@dataclass(frozen=True)
class Asked:
    """What of a queue is asked for: of one format, party and language, after a key."""

    format: str = ""
    party: str = ""
    language: str = ""
    after: str = ""


@dataclass(frozen=True)
class Line:
    """A record in a list of work."""

    id: str
    format: str
    state: str
    visibility: str
    owner: str | None
    owner_names: Mapping[str, str]
    language: str
    latest: int
    published: int | None
    updated_at: datetime
    confirm_by: date | None
    title: Mapping[str, str]
    serial: int
    """The record's newest change; an action that names it stops when there is a newer one."""

    def since(self, queue: str) -> datetime | date:
        """From when on it waits."""
        return self.confirm_by if queue == Queue.OVERDUE and self.confirm_by else self.updated_at


def held(standing: Standing, *permissions: Permission) -> Q:
    """The records for which the person holds any of the permissions, as a condition."""
    if any(standing.has_everywhere(permission) for permission in permissions):
        return Q()
    parties = frozenset[str]().union(*(standing.parties_with(permission) for permission in permissions))
    found = Q(owner_id__in=parties)
    if standing.account_id is not None and any(allows(Role.AUTHOR, permission) for permission in permissions):
        found |= Q(owner_id__isnull=True, author_id=standing.account_id)
    return found


def written_by(account_id: int | None) -> Q:
    """The records that somebody began, or wrote a revision of."""
    wrote = Revision.objects.filter(record=OuterRef("pk"), author_id=account_id)
    return Q(author_id=account_id) | Q(Exists(wrote))


def seen_by(standing: Standing) -> Q:
    """The records that somebody reads, as a condition: nothing else is ever listed for them."""
    reader = standing.reader()
    return readable(reader) | workable(reader)


def waiting_in(queue: Queue, standing: Standing, now: datetime) -> "QuerySet[Record]":
    """The records of a queue, in no order."""
    records = Record.objects.filter(seen_by(standing), format__in=FORMATS)
    if queue == Queue.DECIDE:
        return records.filter(held(standing, Permission.PUBLISH, Permission.RETURN), state=State.SUBMITTED)
    if queue == Queue.RETURNED:
        mine = written_by(standing.account_id)
        works = workable(standing.reader())
        return records.filter(works, held(standing, Permission.DRAFT), mine, state=State.RETURNED)
    if queue == Queue.EXPERTS:
        return _to_vet(records, standing)
    return to_confirm(standing, now.date() - timedelta(days=1))


def to_confirm(standing: Standing, until: date) -> "QuerySet[Record]":
    """Published records that the person may confirm, and whose day comes until then."""
    own = Record.objects.filter(held(standing, Permission.CONFIRM), seen_by(standing), format__in=FORMATS)
    return own.filter(state=State.PUBLISHED, confirm_by__lte=until).exclude(workflow=Workflow.RECEIVED)


def _to_vet(records: "QuerySet[Record]", standing: Standing) -> "QuerySet[Record]":
    """Experts whom nobody has vetted yet, in the revision that would be looked at."""
    if not standing.has_everywhere(Permission.VET):
        return records.none()
    vetted = Revision.objects.filter(record=OuterRef("pk"), number=OuterRef("latest"), data__vetting__in=_VETTED)
    waiting = records.filter(format="expert", state__in=(State.SUBMITTED, State.PUBLISHED))
    return waiting.filter(~Exists(vetted)).exclude(workflow=Workflow.RECEIVED)


def title_of(record: str = "pk", number: str = "latest") -> Subquery:
    """The title in languages of a revision of the record that a row names; a title is never withheld."""
    revision = Revision.objects.filter(record_id=OuterRef(record), number=OuterRef(number))
    return Subquery(revision.values("data__title")[:1])


def title_shown() -> Subquery:
    """The title as readers see it, for lists of people who need not work on all that is listed: only where nothing is
    published, which nobody else sees, it is that of the draft."""
    shown = Coalesce(OuterRef("published"), OuterRef("latest"))
    return Subquery(Revision.objects.filter(record_id=OuterRef("pk"), number=shown).values("data__title")[:1])


_FIELDS: Final = (
    "id", "format", "state", "visibility", "owner_id", "owner__names", "language", "latest", "published",
    "updated_at", "confirm_by", "title", "newest",
)  # fmt: skip


def lines(records: "QuerySet[Record]", order: str, limit: int) -> list[Line]:
    """The first rows of a list of work, each with its title and its newest change: one query.

    The rows are chosen first: with 60,000 records that wait, their titles alone would take a second.
    """
    chosen = Record.objects.filter(pk__in=Subquery(records.order_by(order, "id").values("pk")[:limit]))
    newest = Change.objects.filter(record_id=OuterRef("pk")).order_by("-serial").values("serial")[:1]
    listed = chosen.annotate(title=title_of(), newest=Subquery(newest)).order_by(order, "id")
    rows: Iterable[Any] = listed.values_list(*_FIELDS)
    return [Line(*[*row[:5], row[5] or {}, *row[6:11], row[11] or {}, row[12] or 0]) for row in rows]


def page(queue: Queue, standing: Standing, asked: Asked, now: datetime, limit: int = PAGE) -> tuple[list[Line], str]:
    """A page of a queue, what came last first, and the key to go on from, empty at the end."""
    order = "confirm_by" if queue == Queue.OVERDUE else "updated_at"
    records = _narrowed(waiting_in(queue, standing, now), asked)
    if key := read_key(asked.after):
        moment: Any = key[0].date() if queue == Queue.OVERDUE else key[0]
        records = records.filter(Q(**{f"{order}__lt": moment}) | Q(**{order: moment}, id__gt=key[1]))
    found = lines(records, f"-{order}", limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], write_key(last.since(queue), last.id) if last else ""


def _narrowed(records: "QuerySet[Record]", asked: Asked) -> "QuerySet[Record]":
    wanted = {"format": asked.format, "owner_id": asked.party, "language": asked.language}
    return records.filter(**{name: value for name, value in wanted.items() if value})


def write_key(when: datetime | date, identifier: str | int) -> str:
    """The place in a list after which its next page begins."""
    return f"{when.isoformat()}~{identifier}"


def read_key(key: str) -> tuple[datetime, str] | None:
    """The moment and the id of a key; None for one that is none."""
    moment, _, identifier = key.partition("~")
    try:
        when = datetime.fromisoformat(moment)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    try:
        return when.astimezone(UTC), identifier[:100].replace("\x00", "")
    except OverflowError:
        return None


def count(queue: Queue, standing: Standing, now: datetime) -> int:
    """How many records wait in a queue, as far as `MANY`."""
    return waiting_in(queue, standing, now)[:MANY].count()


def owners(queue: Queue, standing: Standing, now: datetime) -> list[tuple[str, Mapping[str, str]]]:
    """The parties of whose records some wait in the queue: (id, names)."""
    found = waiting_in(queue, standing, now).filter(owner__isnull=False).order_by("owner_id")
    return [(owner, names or {}) for owner, names in found.values_list("owner_id", "owner__names").distinct()[:300]]


def unfinished(standing: Standing) -> "QuerySet[Record]":
    """The person's own records in draft, and those that came back to them."""
    mine = Record.objects.filter(held(standing, Permission.DRAFT), written_by(standing.account_id))
    states = (State.DRAFT, State.RETURNED)
    return mine.filter(workable(standing.reader()), state__in=states, format__in=FORMATS)


@dataclass(frozen=True)
class Copy:
    """Something that somebody is writing and has not finished."""

    id: str
    title: str
    format: str
    language: str
    record_id: str
    updated_at: datetime


def copies_of(account_id: int | None, limit: int) -> list[Copy]:
    """What somebody is writing, what they touched last first."""
    mine = WorkingCopy.objects.filter(account_id=account_id or 0, format__in=FORMATS).order_by("-updated_at", "id")
    rows = mine.values_list("id", "title", "format", "language", "record_id", "updated_at")[:limit]
    return [Copy(*row) for row in rows]


def own(standing: Standing) -> "QuerySet[Record]":
    """The records of the parties for which the person writes, and those that they began themselves."""
    parties = standing.parties_with(Permission.DRAFT)
    mine = Q(owner_id__in=parties) | Q(author_id=standing.account_id)
    return Record.objects.filter(seen_by(standing), mine, format__in=FORMATS)


@dataclass(frozen=True)
class News:
    """What somebody did with a record last."""

    serial: int
    verb: str
    state: str
    at: datetime
    actor_id: int | None
    name: str
    note: str


def last_change(record_id: str) -> News | None:
    """The record's newest change; nothing for one that came in before there was a journal."""
    rows = Change.objects.filter(record_id=record_id).order_by("-serial")
    fields = ("serial", "verb", "state", "at", "actor_id", "actor__name", "actor__email", "note")
    row: Any = rows.values_list(*fields).first()
    return News(*[*row[:5], person(row[5], row[6]), row[7]]) if row else None


def person(name: str | None, email: str | None) -> str:
    """What colleagues call somebody: their name, else the first part of their address; empty for nobody."""
    return name or (email or "").partition("@")[0]


def publishers(owner: str | None) -> list[Membership]:
    """The roles with which somebody publishes, or did, for an owner; its own people before those of the node."""
    roles = [role.value for role in Role if allows(role, Permission.PUBLISH)]
    where = Q(party_id=owner) | Q(party__isnull=True) if owner else Q(party__isnull=True)
    found = Membership.objects.filter(where, role__in=roles).select_related("account", "party")
    return list(found.order_by(F("party").desc(nulls_last=True), "pk")[:200])


def deciders(roles: Iterable[Membership], day: date) -> list[str]:
    """The names of those of them who may publish on a day."""
    then = [role for role in roles if role.since <= day <= (role.until or day) and role.account.is_active]
    return list(dict.fromkeys(person(role.account.name, role.account.email) for role in then))


def titles_of(record_ids: Iterable[str], standing: Standing) -> dict[str, tuple[str, dict[str, str]]]:
    """Record id to (format, title in languages) of those that somebody reads: one query."""
    rows = Record.objects.filter(seen_by(standing), pk__in=set(record_ids)).annotate(title=title_shown())
    return {key: (format, title or {}) for key, format, title in rows.values_list("pk", "format", "title")}


def authors(ids: Iterable[int]) -> dict[int, str]:
    """Account to what colleagues call them."""
    rows = Account.objects.filter(pk__in=set(ids)).values_list("pk", "name", "email")
    return {key: person(name, email) for key, name, email in rows}


def waiting(now: datetime) -> Iterator[tuple[str, list[int], int]]:
    """Every record that waits for a decision: (record id, the accounts that may publish it, full days it waits)."""
    may_publish = cache(lambda owner: who_may(Permission.PUBLISH, owner))
    rows = Record.objects.filter(state=State.SUBMITTED, format__in=FORMATS).order_by("updated_at", "id")
    for record_id, owner, since in rows.values_list("id", "owner_id", "updated_at").iterator():
        yield record_id, list(may_publish(owner)), max(0, (now - since).days)
