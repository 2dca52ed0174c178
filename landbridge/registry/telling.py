"""Tells people what others did with their records: who is told what, as data, and only those who may read it.

Nobody is told what they did themselves. Every notice has a key made from the journal's serial, so that a batch that is
read twice, because the process was killed between the notices and the cursor, tells nothing twice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from django.db.models import F, Q
from django.utils import timezone

from landbridge.formats.library import FORMATS
from landbridge.parties.models import Account, Membership, Notice
from landbridge.parties.notices import Telling, tell_all
from landbridge.parties.permissions import Permission, Role, allows
from landbridge.parties.standing import current
from landbridge.registry.journal import Messenger
from landbridge.registry.models import Change, Comment, Cursor, Record, Revision
from landbridge.registry.queries import RecordView
from landbridge.registry.readers import Standing, who_may
from landbridge.registry.rules import ANYONE, Reader, is_own, reads_drafts, sees
from landbridge.registry.workflow import State, Verb

NOTE: Final = 500
"""How much of a remark is kept with a notice; the whole stands with the record."""
NEWS: Final = timedelta(days=30)
"""What was done longer ago is no news: a node may take this follower on when its journal is long."""
_OVERLAP: Final = timedelta(minutes=2)
"""Comments are looked at again for so long: their ids are drawn before they are committed, so that a lower one may come
later."""
SETTLES: Final[Mapping[str, tuple[str, ...]]] = {
    Verb.PUBLISH: ("submitted", "confirm", "overdue", "expert_expiry"), Verb.RETURN: ("submitted",),
    Verb.WITHDRAW: ("submitted",), Verb.CONFIRM: ("confirm", "overdue", "expert_expiry"),
    Verb.RETIRE: ("submitted", "confirm", "overdue", "expert_expiry"),
}  # fmt: skip
"""What was done to the kinds of notice that have nothing to ask any more: they count as read."""
UNDOES: Final[Mapping[str, str]] = {Verb.TAKE_BACK: "published", Verb.RESTORE: "retired"}
"""What was undone to the kind of notice that told of it: it goes, where nobody has heard it yet."""


def readers(account_ids: Iterable[int]) -> dict[int, Reader]:
    """What each of several accounts may read today, without those that are closed: two queries."""
    open_ones = Account.objects.filter(pk__in=set(account_ids), is_active=True, erased_at=None)
    wanted = set(open_ones.values_list("pk", flat=True))
    roles: dict[int, list[tuple[Role, str | None]]] = {account_id: [] for account_id in wanted}
    held = Membership.objects.filter(current(), account_id__in=wanted).order_by("pk")
    for account_id, role, party in held.values_list("account_id", "role", "party_id"):
        roles[account_id].append((Role(role), party))
    return {account_id: Standing(account_id, tuple(own)).reader() for account_id, own in roles.items()}


def can_read(reader: Reader, record: Record) -> bool:
    """Whether the reader may see the record at all, as `rules.may_read` has it; nobody sees what was erased."""
    if record.erased_at is not None:
        return False
    if reads_drafts(reader, record.owner_id, record.author_id, record.state, record.visibility):
        return True
    return record.published is not None and record.state != State.RETIRED and sees(reader, record.visibility)


@dataclass(frozen=True)
class Named:
    """A record by its title, as far as a reader may know it."""

    id: str
    format: str
    language: str
    titles: Mapping[str, str]
    state: str
    works: bool
    """Whether the reader works on it, so that they have more than its public page."""
    whole: bool
    """Whether they see all of it, and what was said about it."""


def names(record_ids: Iterable[str], reader: Reader) -> dict[str, Named]:
    """The titles of those records that the reader may see now: the latest for those who work on them. One query."""
    shown = Q(number=F("record__latest")) | Q(number=F("record__published"))
    there = Q(record_id__in=set(record_ids), record__format__in=FORMATS, record__erased_at__isnull=True)
    rows = Revision.objects.filter(shown, there).values_list(
        "record_id", "number", "language", "data__title", "record__format", "record__state", "record__visibility",
        "record__owner_id", "record__author_id", "record__published", "record__latest",
    )  # fmt: skip
    found: dict[str, Named] = {}
    for record_id, number, language, titles, format, state, visibility, owner, author, published, latest in rows:
        works = reads_drafts(reader, owner, author, state, visibility)
        whole = reader.sees_all or is_own(reader, owner, author)
        is_shown = number == published and state != State.RETIRED and sees(reader, visibility)
        if (number == latest) if works else is_shown:
            found[record_id] = Named(record_id, format, language, titles or {}, state, works, whole)
    return found


class Batch:
    """What several changes need to know, asked for once."""

    def __init__(self, changes: Sequence[Change]) -> None:
        long_ago = timezone.now() - NEWS
        told = [change for change in changes if change.verb in TOLD and change.at > long_ago]
        self.changes = told
        self.records: Mapping[str, Record] = Record.objects.in_bulk({change.record_id for change in told})
        self._people: dict[str | None, tuple[frozenset[int], frozenset[int]]] = {}

    @cached_property
    def _submitters(self) -> Mapping[str, tuple[int, ...]]:
        handed_in = Change.objects.filter(record_id__in=self.records, verb=Verb.SUBMIT, actor_id__isnull=False)
        found: dict[str, tuple[int, ...]] = {}
        for record_id, actor_id in handed_in.order_by("serial").values_list("record_id", "actor_id"):
            found[record_id] = (*found.get(record_id, ()), actor_id)
        return found

    def authors(self, record: Record) -> set[int]:
        """Who began the record, and who handed it in last."""
        began = {record.author_id} if record.author_id else set()
        return began | set(self._submitters.get(record.pk, ())[-1:])

    def reviewers(self, record: Record) -> set[int]:
        """Who may publish it: the owner's own people, and those of the node where there is nobody else."""
        owner = record.owner_id
        if owner not in self._people:
            self._people[owner] = (frozenset(members(Permission.PUBLISH, [owner]).get(owner, ())),
                                   frozenset(who_may(Permission.PUBLISH, owner)))  # fmt: skip
        own, every = self._people[owner]
        return set(own if own - set(self._submitters.get(record.pk, ())[-1:]) else every)

    def keepers(self, record: Record) -> set[int]:
        """Who began it, handed it in, or may publish for its owner; not those of the whole node."""
        return self.authors(record) | members(Permission.PUBLISH, [record.owner_id]).get(record.owner_id, set())


def members(permission: Permission, owners: Iterable[str | None]) -> dict[str | None, set[int]]:
    """Owner to the accounts that hold a permission by a role for that very owner: one query."""
    roles = [role.value for role in Role if allows(role, permission)]
    found: dict[str | None, set[int]] = {}
    wanted = {owner for owner in owners if owner}
    held = Membership.objects.filter(current(), party_id__in=wanted, role__in=roles) if wanted else ()
    for one in held:
        found.setdefault(one.party_id, set()).add(one.account_id)
    return found


@dataclass(frozen=True)
class Rule:
    """Who is told of a change, and as what."""

    kind: str
    whom: Callable[[Batch, Record], set[int]]
    in_state: State | None = None
    """Told only while the record is still in this state."""


TOLD: Final[Mapping[str, Rule | None]] = {
    Verb.SUBMIT: Rule("submitted", Batch.reviewers, State.SUBMITTED),
    Verb.RETURN: Rule("returned", Batch.authors, State.RETURNED),
    Verb.PUBLISH: Rule("published", Batch.authors, State.PUBLISHED),
    Verb.RETIRE: Rule("retired", Batch.keepers, State.RETIRED),
    Verb.ENDORSE: Rule("endorsed", Batch.keepers, State.PUBLISHED),
    Verb.WITHDRAW: None, Verb.CONFIRM: None, Verb.TAKE_BACK: None, Verb.RESTORE: None,
}  # fmt: skip
"""Verb to the rule by which it is told; None for what only settles or undoes what was told before."""


class NoticeFollower(Messenger):
    """A messenger: tells the people concerned what was done."""

    name = "notices"

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        """Tell what these changes bring, after what they settle."""
        batch = Batch(changes)
        if batch.changes:
            _settle(batch.changes)
            tell_all(_for_readers(batch, list(_tellings(batch))))


def _settle(changes: Sequence[Change]) -> None:
    for verb, kinds in SETTLES.items():
        if settled := {change.record_id for change in changes if change.verb == verb}:
            waiting = Notice.objects.filter(record_id__in=settled, kind__in=kinds, read_at=None)
            waiting.filter(at__lte=max(change.at for change in changes)).update(read_at=timezone.now())
    for verb, kind in UNDOES.items():
        if undone := {change.record_id for change in changes if change.verb == verb}:
            Notice.objects.filter(record_id__in=undone, kind=kind, read_at=None, claimed_at=None).delete()


def _tellings(batch: Batch) -> Iterator[Telling]:
    last = {(change.record_id, change.verb): change.serial for change in batch.changes}
    for change in batch.changes:
        rule, record = TOLD[change.verb], batch.records.get(change.record_id)
        if rule is None or record is None or record.state != rule.in_state:
            continue
        if last[change.record_id, change.verb] != change.serial and change.verb != Verb.ENDORSE:
            continue  # Handed in, withdrawn and handed in again: it waits once.
        whom = rule.whom(batch, record) - {change.actor_id}
        yield Telling(whom, rule.kind, f"{rule.kind}:{change.serial}", record.pk, _told(change))


def _told(change: Change) -> dict[str, Any]:
    """What somebody said to it; what the node itself says with a change is in no language of theirs."""
    return {"note": change.note[:NOTE]} if change.note and change.actor_id else {}


def _for_readers(batch: Batch, tellings: Sequence[Telling]) -> Iterator[Telling]:
    """The same, for those who may read the record."""
    known = readers({account_id for one in tellings for account_id in one.account_ids})
    for one in tellings:
        record = batch.records[one.record_id]
        whom = [one_id for one_id in one.account_ids if one_id in known and can_read(known[one_id], record)]
        yield Telling(whom, one.kind, one.key, one.record_id, one.told)


class CommentNotices:
    """A task: tells of new comments, which stand in no journal. Those who work on the record hear of them."""

    name = "comments"
    every = 5.0

    def run(self, now: datetime) -> None:
        """Tell of the comments since the last time."""
        cursor, _ = Cursor.objects.get_or_create(follower="comments")
        fresh = Q(pk__gt=cursor.serial) | Q(at__gt=now - _OVERLAP)
        comments = list(Comment.objects.filter(fresh).select_related("record").order_by("pk"))
        if comments:
            tell_all(_of_comments(comments))
            cursor.serial = max(cursor.serial, comments[-1].pk)
            cursor.save()


def _of_comments(comments: Sequence[Comment]) -> Iterator[Telling]:
    about = {one.record_id for one in comments}
    authors = _taking_part(about)
    known = readers({account_id for own in authors.values() for account_id in own})
    for one in comments:
        record = one.record
        whom = {
            account_id
            for account_id in authors.get(one.record_id, set()) - {one.author_id}
            if reads_drafts(
                known.get(account_id, ANYONE), record.owner_id, record.author_id, record.state, record.visibility
            )
        }
        yield Telling(whom, "commented", f"comment:{one.pk}", one.record_id, {"note": one.text[:NOTE]})


def _taking_part(record_ids: set[str]) -> dict[str, set[int]]:
    """Record to those who began it, handed it in or spoke about it."""
    found: dict[str, set[int]] = {}
    began = Record.objects.filter(pk__in=record_ids, author__isnull=False).values_list("pk", "author_id")
    did = Change.objects.filter(record_id__in=record_ids, verb__in=(Verb.SUBMIT, Verb.RETURN), actor__isnull=False)
    spoke = Comment.objects.filter(record_id__in=record_ids, author__isnull=False).values_list("record_id", "author_id")
    for record_id, account_id in (*began, *did.values_list("record_id", "actor_id"), *spoke):
        if account_id is not None:
            found.setdefault(record_id, set()).add(account_id)
    return found
