"""What a person decides about two records that may tell of one thing, and undoing it.

Each decision is one transaction with all that follows from it. A record of our own that was merged is retired where the
person may retire it; one of a source is taken out of sight, and the next run leaves it there; one of another node stays
as its node says it, and its page leads to the one that was kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from django.db import transaction

from landbridge.exchange.in_.sources_actions import may_run
from landbridge.exchange.likeness.finding import facts_of
from landbridge.exchange.likeness.rights import may_put_away, shown, the_pair
from landbridge.exchange.models import Likeness, SourceItem
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.parties.permissions import Permission
from landbridge.registry import actions, journal
from landbridge.registry.models import Record
from landbridge.registry.queries import RecordView, get, states
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.workflow import State, Visibility, Workflow
from landbridge.registry.writing import NODE, Actor, Conflict, Forbidden, Said, may, reader_for

SOURCE: Final = "source:"
_NEVER_TAKEN: Final = frozenset(
    {"title", "related", "files", "withheld", "disclosed_to", "translations", "sample", "confirmed_on", "expires_on",
     "consent_reference", "tk_labels", "label_texts", "care_statement", "licence", "source", "contacts"}
)  # fmt: skip
"""Answers that belong to the record that gives them: its files, its licence, what its people allowed."""
MERGED: Final = "From the record that was merged: %s"
RELATED: Final = "Related to the record %s"


@dataclass(frozen=True)
class Outcome:
    """What became of a decision, beside being written down."""

    pair: Likeness
    other: Literal["", "retired", "taken", "linked"] = ""
    """What became of the record that did not stay: retired, taken out of sight, or only linked."""
    left: tuple[str, ...] = ()
    """Records that undoing left as they are, because somebody changed them meanwhile."""


def may_be_taken(
    actor: Actor, kept: Record, other: Record, mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> list[str]:
    """The answers that the other one has and the kept one lacks, where the actor may write them into it."""
    if not (_is_writable(actor, kept) and _may_be_told_of(other, kept)):
        return []
    asked = questions(FORMATS[kept.format])
    empty: tuple[Any, ...] = (None, "", [], {})
    never = _NEVER_TAKEN | set(theirs.get("withheld") or ()) | set(mine.get("withheld") or ())
    return [
        name for name, question in asked.items()
        if question.public and name not in never and mine.get(name) in empty and theirs.get(name) not in empty
    ]  # fmt: skip


def _is_writable(actor: Actor, record: Record) -> bool:
    """Whether the actor may revise it now: it is our own, and nobody has a newer draft of it."""
    return (
        record.workflow != Workflow.RECEIVED
        and record.state == State.PUBLISHED
        and record.latest == record.published
        and may(actor, Permission.DRAFT, record.owner_id, record.author_id)
    )


def _may_be_told_of(one: Record, within: Record) -> bool:
    """Whether a record may show what stands in another one: nothing private gets into what more people read."""
    is_alike = (one.visibility, one.owner_id) == (within.visibility, within.owner_id)
    return one.visibility == Visibility.PUBLIC or is_alike


def may_refer(actor: Actor, first: Record, second: Record) -> list[str]:
    """Those of the two into which the actor may write that the other is related."""
    both = ((first, second), (second, first))
    return [one.pk for one, other in both if _is_writable(actor, one) and _may_be_told_of(other, one)]


def link(*, actor: Actor, likeness_id: int, refer: Sequence[str] = ()) -> Outcome:
    """Both stay, and the page of each leads to the other; the records in `refer` name the other one as well.

    Raises:
        Unknown, Forbidden: see `the_pair`.
        Conflict: somebody decided already, or the record cannot be written in now.
    """
    with transaction.atomic():
        journal.lock()
        pair, first, second = _open(actor, likeness_id)
        if not set(refer) <= set(may_refer(actor, first, second)):
            raise Conflict("The two have changed meanwhile; look at them again.")
        written = []
        for record, other in ((first, second), (second, first)):
            if record.pk in refer:
                view = _own(actor, record)
                related = [*(view.data.get("related") or ()), {"record": other.pk, "relation": "related"}]
                written.append(_rewrite(actor, record, {**view.data, "related": related}, RELATED % other.pk))
        return _decided(pair, actor, "linked", {"written": written})


def apart(*, actor: Actor, likeness_id: int) -> Outcome:
    """They tell of different things, and are not asked about again unless one of them changes much.

    Raises:
        Unknown, Forbidden, Conflict: as with `link`.
    """
    with transaction.atomic():
        journal.lock()
        pair, first, second = _open(actor, likeness_id)
        return _decided(pair, actor, "apart", {"facts": facts_of([first.pk, second.pk])})


def merge(*, actor: Actor, likeness_id: int, keep: str, take: Sequence[str] = ()) -> Outcome:
    """One stays, with the answers of the other that are named in `take`; the other leads to it.

    Raises:
        Unknown, Forbidden, Conflict: as with `link`; also when an answer cannot be taken.
        InvalidRecord: an answer does not fit.
    """
    with transaction.atomic():
        journal.lock()
        pair, first, second = _open(actor, likeness_id)
        if keep not in (first.pk, second.pk):
            raise Conflict("Say which of the two stays.")
        kept, other = (first, second) if keep == first.pk else (second, first)
        if not may_put_away(actor, other):
            raise Forbidden("This takes the right to retire the record that does not stay.")
        done: dict[str, Any] = {}
        if take:
            done["written"] = [_take(actor, kept, other, take)]
        done["how"] = _put_away(actor, other)
        done["other"] = {"id": other.pk, "published": other.published}
        pair.kept = kept.pk
        return _decided(pair, actor, "merged", done)


def _open(actor: Actor, likeness_id: int) -> tuple[Likeness, Record, Record]:
    pair, first, second = the_pair(actor, likeness_id, lock=True)
    if pair.decision:
        raise Conflict("Somebody decided about these two meanwhile.")
    if not (shown(first) and shown(second)):
        raise Conflict("One of the two is not shown any more.")
    return pair, first, second


def _decided(pair: Likeness, actor: Actor, decision: str, done: dict[str, Any]) -> Outcome:
    pair.decision, pair.done, pair.by_id, pair.at = decision, done, actor.account_id, datetime.now(UTC)
    pair.save()
    return Outcome(pair, done.get("how", ""))


def _own(actor: Actor, record: Record) -> RecordView:
    if not _is_writable(actor, record):
        raise Conflict(f"The record {record.pk} cannot be written in now.")
    return get(record.pk, reader_for(actor))


def _take(actor: Actor, kept: Record, other: Record, take: Sequence[str]) -> dict[str, Any]:
    """Write the answers into a new revision, which is published where the actor may."""
    mine, theirs = _own(actor, kept), get(other.pk, reader_for(actor))
    possible = may_be_taken(actor, kept, other, mine.data, theirs.data)
    if not set(take) <= set(possible):
        raise Conflict("The two have changed meanwhile; look at them again.")
    return _rewrite(actor, kept, {**mine.data, **{name: theirs.data[name] for name in take}}, MERGED % other.pk)


def _rewrite(actor: Actor, record: Record, data: dict[str, Any], note: str) -> dict[str, Any]:
    """A new revision, published where the actor may: what is needed to undo it."""
    before = record.latest
    after = actions.revise(
        actor=actor, record_id=record.pk, data=data, language=record.language, note=note, seen=before
    )
    is_shown = may(actor, Permission.PUBLISH, record.owner_id, record.author_id)
    if is_shown:
        actions.publish(actor=actor, record_id=record.pk)
    return {"id": record.pk, "before": before, "after": after.latest, "published": is_shown}


def _put_away(actor: Actor, other: Record) -> Literal["retired", "taken", "linked"]:
    """Take the record out of sight as far as it is ours to do that."""
    if other.workflow != Workflow.RECEIVED:
        if other.state != State.PUBLISHED:
            return "linked"  # Somebody is at work on it: it is left to them.
        actions.retire(actor=actor, record_id=other.pk, said=Said(note="Merged"))
        return "retired"
    if not other.origin.startswith(SOURCE) or not may_run(actor):
        return "linked"
    _receive(other, State.RETIRED, {}, other.language)
    return "taken"


def _receive(record: Record, state: State, data: dict[str, Any], language: str) -> None:
    arrival = Arrival(
        id=record.pk, format=record.format, data=data, language=language, visibility=record.visibility, state=state
    )
    taken = receive_many([arrival], actor=NODE, workflow=Workflow.RECEIVED, origin=record.origin)
    if taken.refused:
        raise Conflict(taken.refused[0][1])


def undo(*, actor: Actor, likeness_id: int) -> Outcome:
    """Take a decision back: the pair waits again, and the records stand as they stood before it.

    What somebody changed meanwhile is left, and told.

    Raises:
        Unknown, Forbidden: see `the_pair`.
        Conflict: nothing is decided, or a record cannot be brought back.
    """
    with transaction.atomic():
        journal.lock()
        pair, first, second = the_pair(actor, likeness_id, lock=True)
        if not pair.decision:
            raise Conflict("Nothing is decided about these two.")
        records = {first.pk: first, second.pk: second}
        written = [_write_back(actor, told, records) for told in pair.done.get("written") or ()]
        left = [key for key in (_bring_back(actor, pair, records), *written) if key]
        pair.decision, pair.kept, pair.done, pair.by, pair.at = "", "", {}, None, None
        pair.save()
        return Outcome(pair, left=tuple(left))


def _bring_back(actor: Actor, pair: Likeness, records: Mapping[str, Record]) -> str:
    """The merged record is shown again: its id where it is left as it is."""
    told, how = pair.done.get("other") or {}, pair.done.get("how")
    record = records.get(told.get("id", ""))
    if record is None or how not in ("retired", "taken"):
        return ""
    if record.state != State.RETIRED or record.published != told.get("published"):
        return record.pk
    if how == "retired":
        actions.restore(actor=actor, record_id=record.pk)
        return ""
    if not may_run(actor):
        raise Conflict("What came from a source is brought back by editors of the node.")
    view = states([record.pk], reader_for(NODE))[record.pk]
    _receive(record, State.PUBLISHED, view.data, view.language)
    # What its source said meanwhile was refused; the next run looks at it anew.
    SourceItem.objects.filter(record_id=record.pk, source_id=record.origin.removeprefix(SOURCE)).update(sha256="")
    return ""


def _write_back(actor: Actor, told: Mapping[str, Any], records: Mapping[str, Record]) -> str:
    """A record that was written in says again what it said: its id where somebody went on writing."""
    record = records.get(told.get("id", ""))
    if record is None:
        return ""
    if record.latest != told["after"] or record.state == State.RETIRED:
        return record.pk
    was = get(record.pk, reader_for(NODE), told["before"])
    actions.revise(
        actor=actor, record_id=record.pk, data=was.data, language=was.language, note=f"As in revision {told['before']}",
        seen=record.latest,
    )  # fmt: skip
    # It stood published, and says nothing that was not: who may not publish puts back what was there all the same.
    is_shown = may(actor, Permission.PUBLISH, record.owner_id, record.author_id)
    actions.publish(actor=actor if is_shown else NODE, record_id=record.pk)
    return ""
