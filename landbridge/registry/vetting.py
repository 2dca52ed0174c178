"""The roster of experts: who nominates, who vets, and what must be told before that. The steps are a table.

The precedent is the Convention's roster of biosafety experts: nominated by governments, forms checked for completeness
and returned when they are not, kept for four years.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from landbridge.formats.validate import InvalidRecord, Problem
from landbridge.parties.models import Party
from landbridge.parties.notices import Telling, settle, tell_all
from landbridge.parties.permissions import Permission
from landbridge.registry import journal
from landbridge.registry.models import Nomination, Record, Revision
from landbridge.registry.queries import Unknown
from landbridge.registry.rows import insert
from landbridge.registry.rules import Reader, may_read, readable, workable
from landbridge.registry.safeguards import require_consent_to_list, require_safe
from landbridge.registry.workflow import NotPossible, State, Verb
from landbridge.registry.writing import (
    Actor,
    Conflict,
    Forbidden,
    Said,
    mirror,
    new_change,
    new_revision,
    reader_for,
    renew,
    require,
    row_of,
    shown_to,
)

MOST_PER_PARTY: Final = 50
MOST_PER_SPECIALIZATION: Final = 5
"""The biosafety roster takes so many experts of one Party, and so many of them for one specialization. Here a Party
that goes beyond is told, and the expert is taken all the same: a cap would lose people whom somebody needs."""
RESTING: Final = (State.SUBMITTED, State.PUBLISHED)
"""States in which nobody is writing, so that what is vetted is what will be shown."""


class Step(StrEnum):
    """What the help desk can do with an expert."""

    LIST = "list"
    APPROVE = "approve"
    REFERENCE = "reference"
    SET_BACK = "set_back"


STEPS: Final[Mapping[tuple[str, Step], str]] = {
    ("self_declared", Step.LIST): "self_declared",
    ("nominated", Step.LIST): "nominated",
    ("nominated", Step.APPROVE): "approved",
    ("approved", Step.LIST): "approved",
    ("approved", Step.REFERENCE): "referenced",
    ("approved", Step.SET_BACK): "nominated",
    ("referenced", Step.LIST): "referenced",
    ("referenced", Step.SET_BACK): "approved",
}
"""(vetting, step) to the next vetting. Listing shows a submitted record as it is vetted already."""
_DEMANDED: Final = (
    "summary", "kinds", "places", "languages", "expertise", "contacts", "degrees", "conflict_statement",
    "consent_to_list",
)  # fmt: skip


class Incomplete(InvalidRecord):
    """The application does not tell yet what it must before a step; the problems name the questions."""


def missing(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the questions that an application still must answer, in the order of the form.

    A holder of indigenous or local knowledge is asked for no degrees.
    """
    demanded = [name for name in _DEMANDED if not (name == "degrees" and data.get("knowledge_holder"))]
    return tuple(name for name in demanded if not _is_told(name, data.get(name)))


def _is_told(name: str, answer: Any) -> bool:
    if name == "languages":
        return any(one.get("level") for one in answer or ())
    if name == "expertise":
        return any(one.get("evidence") or one.get("years") for one in answer or ())
    return bool(answer)


def vetting_of(data: Mapping[str, Any]) -> str:
    """How far others vouch for an expert."""
    return str(data.get("vetting") or "self_declared")


def steps(data: Mapping[str, Any], state: str) -> tuple[Step, ...]:
    """The steps that are possible with an expert; only a submitted record can be listed."""
    if state not in RESTING:
        return ()
    here = [step for (at, step) in STEPS if at == vetting_of(data)]
    return tuple(step for step in here if step != Step.LIST or state == State.SUBMITTED)


def vet(*, actor: Actor, record_id: str, step: Step, said: Said | None = None) -> Record:
    """Take a step with an expert, and show the record as it is then.

    Raises:
        Unknown: there is no such expert for the actor.
        Forbidden: the actor does not vet, or is the expert.
        NotPossible: the step has no place there.
        Incomplete, Unsafe: something must be told first.
    """
    with transaction.atomic():
        record, data = _expert(actor, record_id)
        require(actor, Permission.VET, None)
        if record.author_id is not None and record.author_id == actor.account_id:
            raise Forbidden("Nobody vets the record that they began; ask a colleague of the help desk.")
        if step not in steps(data, record.state):
            raise NotPossible(f"An expert who is {vetting_of(data)} in a record in state {record.state} cannot {step}.")
        after = {**data, "vetting": STEPS[vetting_of(data), step]}
        _require_complete(step, after)
        _show(record, after, actor, said)
    return record


def _require_complete(step: Step, data: Mapping[str, Any]) -> None:
    require_safe("expert", data)
    require_consent_to_list("expert", data)
    lacking = missing(data) if step in (Step.APPROVE, Step.REFERENCE) else ()
    if lacking:
        raise Incomplete(
            [Problem(name, "This must be told before an expert is approved.", "missing") for name in lacking]
        )


def _expert(actor: Actor, record_id: str) -> tuple[Record, dict[str, Any]]:
    """The record of an expert, locked, and its latest answers in full."""
    journal.lock()
    known = "\0" not in record_id
    record = Record.objects.select_for_update().filter(pk=record_id, format="expert").first() if known else None
    if record is None or record.erased_at is not None or not may_read(reader_for(actor), row_of(record)):
        raise Unknown(record_id)
    if record.origin:
        raise Conflict(f"The record {record_id} is vetted where it comes from, at {record.origin}.")
    return record, Revision.objects.get(record=record, number=record.latest).data


def _show(record: Record, data: dict[str, Any], actor: Actor, said: Said | None) -> None:
    """Write the answers as the published revision of a record."""
    now, before = datetime.now(UTC), shown_to(record)
    _revise(record, data, actor, now)
    mirror(record, data, record.language)
    record.state, record.published, record.published_at = State.PUBLISHED, record.latest, now
    renew(record)
    record.save()
    journal.append([new_change(record, Verb.PUBLISH, actor, now, shown_to=before, said=said)])


def _revise(record: Record, data: dict[str, Any], actor: Actor, now: datetime) -> None:
    record.latest, record.updated_at = record.latest + 1, now
    insert(Revision, [new_revision(record, data, record.language, "", actor, now)])


def nominate(*, actor: Actor, record_id: str, party: str, said: Said | None = None) -> Nomination:
    """Nominate an expert for a Party. Somebody who began their record themself is asked first; see `answer`.

    Raises:
        Unknown: there is no such expert for the actor, or no such Party.
        Forbidden: the actor does not nominate for it.
        Conflict: it has nominated them already.
        Unsafe: nobody has told that the expert agrees to be listed.
    """
    with transaction.atomic():
        record, data = _expert(actor, record_id)
        if not Party.objects.filter(pk=party, kind="party").exists():
            raise Unknown(party)
        require(actor, Permission.NOMINATE, party)
        require_consent_to_list("expert", data)
        _require_resting(record)
        standing = Nomination.objects.filter(record=record, party_id=party).exclude(accepted=False)
        if standing.exists() or party in (data.get("nominated_by") or ()):
            raise Conflict(f"{party} has nominated the expert {record_id} already.")
        now = datetime.now(UTC)
        nomination = Nomination(record=record, party_id=party, by_id=actor.account_id, at=now,
                                note=said.note[:500] if said else "")  # fmt: skip
        asked = record.author_id if record.owner_id is None and record.author_id != actor.account_id else None
        if asked is None:
            nomination.answered_at, nomination.accepted = now, True
            _count_in(record, data, party, actor, said)
        nomination.save()
        if asked is not None:
            _ask(asked, nomination, data)
    return nomination


def _require_resting(record: Record) -> None:
    if record.state not in RESTING:
        raise Conflict("The record is being written; nominate the expert when it is handed in.")


def _ask(expert: int, nomination: Nomination, data: Mapping[str, Any]) -> None:
    party = nomination.party
    told = {"title": data["title"], "party": party.pk, "party_names": party.names, "note": nomination.note}
    tell_all([Telling([expert], "nominated", _key(nomination), nomination.record_id, told)])


def answer(*, actor: Actor, nomination_id: int, accept: bool) -> Nomination:
    """Say as the expert whether one is content with a nomination.

    Raises:
        Unknown: there is none that waits for this person.
        Conflict: the record is being written.
    """
    with transaction.atomic():
        journal.lock()
        waiting = Nomination.objects.select_related("record").filter(pk=nomination_id, accepted=None)
        nomination = waiting.first()
        if nomination is None or actor.account_id is None or nomination.record.author_id != actor.account_id:
            raise Unknown(str(nomination_id))
        if accept:
            record, data = _expert(actor, nomination.record_id)
            _require_resting(record)
            _count_in(record, data, nomination.party_id, actor, Said(note=nomination.note))
        nomination.accepted, nomination.answered_at = accept, datetime.now(UTC)
        nomination.save()
        settle(actor.account_id, _key(nomination))
    return nomination


def take_back(*, actor: Actor, nomination_id: int, said: Said | None = None) -> Nomination:
    """Withdraw a nomination for the Party that made it, whether the expert has answered or not.

    Raises:
        Unknown: there is none that stands.
        Forbidden: the actor does not nominate for that Party.
        Conflict: the record is being written.
    """
    with transaction.atomic():
        journal.lock()
        standing = Nomination.objects.filter(pk=nomination_id).exclude(accepted=False)
        nomination = standing.select_related("record").first()
        if nomination is None:
            raise Unknown(str(nomination_id))
        record, data = _expert(actor, nomination.record_id)
        require(actor, Permission.NOMINATE, nomination.party_id)
        if nomination.accepted:
            _require_resting(record)
            _write_nominated(record, data, _without(data, _place(nomination.party_id)), actor, said)
        elif record.author_id is not None:
            settle(record.author_id, _key(nomination))
        nomination.accepted, nomination.answered_at = False, datetime.now(UTC)
        nomination.save()
    return nomination


def _without(data: Mapping[str, Any], place: str) -> list[str]:
    return [one for one in data.get("nominated_by") or () if one != place]


def _key(nomination: Nomination) -> str:
    return f"nominated:{nomination.pk}"


def _count_in(record: Record, data: dict[str, Any], party: str, actor: Actor, said: Said | None) -> None:
    """Write a nomination that counts into the record: shown at once where the record is shown."""
    named = list(dict.fromkeys([*(data.get("nominated_by") or ()), _place(party)]))
    _write_nominated(record, data, named, actor, said)


def _place(party: str) -> str:
    """The country by which a Party stands in a record."""
    return Party.objects.values_list("country", flat=True).get(pk=party) or party


def _write_nominated(record: Record, data: dict[str, Any], named: list[str], actor: Actor, said: Said | None) -> None:
    """Write by whom an expert is nominated. Whoever is nominated by nobody any more has only declared it themself,
    unless the help desk has approved them since."""
    early = vetting_of(data) in ("self_declared", "nominated")
    vetting = ("nominated" if named else "self_declared") if early else vetting_of(data)
    after = {**data, "nominated_by": named or None, "vetting": vetting}
    after = {name: told for name, told in after.items() if told is not None}
    if record.state == State.PUBLISHED:
        _show(record, after, actor, said)
        return
    now, before = datetime.now(UTC), shown_to(record)
    _revise(record, after, actor, now)
    record.save()
    journal.append([new_change(record, Verb.REVISE, actor, now, shown_to=before, said=said)])


def nominations(record_id: str) -> "QuerySet[Nomination]":
    """All nominations of an expert, the newest first."""
    return Nomination.objects.filter(record_id=record_id).select_related("party").order_by("-at", "-pk")


def waiting_for(account_id: int) -> "QuerySet[Nomination]":
    """The nominations that wait for a person's own word."""
    own = Nomination.objects.filter(accepted=None, record__author_id=account_id, record__owner=None)
    return own.select_related("party", "record").order_by("at", "pk")


@dataclass(frozen=True)
class Waiting:
    """An expert who waits for a step of the help desk."""

    id: str
    title: Mapping[str, str]
    language: str
    state: str
    vetting: str
    missing: tuple[str, ...]
    since: datetime


def waiting(reader: Reader, after: str = "", limit: int = 30) -> tuple[list[Waiting], str]:
    """Experts whom nobody has approved yet and those handed in anew, by their ids after one, and where to go on: for
    those who vet. One query."""
    seen = readable(reader) | workable(reader)
    latest = Revision.objects.filter(number=F("record__latest"), record__format="expert", record__origin="")
    here = latest.filter(record__in=Record.objects.filter(seen, state__in=RESTING)).filter(record_id__gt=after)
    early = Q(data__vetting__in=("self_declared", "nominated")) | Q(data__vetting__isnull=True)
    fields = ("record_id", "data", "language", "record__state", "record__updated_at")
    rows = list(
        here.filter(early | Q(record__state=State.SUBMITTED)).order_by("record_id").values_list(*fields)[: limit + 1]
    )
    found = [
        Waiting(key, data["title"], language, state, vetting_of(data), missing(data), since)
        for key, data, language, state, since in rows[:limit]
    ]
    return found, found[-1].id if len(rows) > limit else ""


def beyond(party: str) -> tuple[int, dict[str, int]]:
    """How many experts a Party has nominated, and for which specializations more than the precedent takes."""
    rows = Nomination.objects.filter(party_id=party, accepted=True).exclude(record__state=State.RETIRED)
    latest = Revision.objects.filter(record__in=rows.values("record"), number=F("record__latest"))
    kinds = Counter(kind for data in latest.values_list("data", flat=True) for kind in data.get("kinds") or ())
    return rows.count(), {kind: count for kind, count in kinds.items() if count > MOST_PER_SPECIALIZATION}
