"""Undoing a run as a whole: what it brought is taken out of sight, what it changed says again what it said before.

What somebody changed meanwhile, a later run or a person, is left and told. It goes record by record, the newest first,
in batches of one transaction; an undoing that was broken off is completed by doing it once more.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Count, F, Min
from django.utils import timezone

from landbridge.exchange.in_ import claims
from landbridge.exchange.in_.taking import origin
from landbridge.exchange.models import Source, SourceItem, SourceRun, Step
from landbridge.formats.editions import upgrade
from landbridge.formats.library import FORMATS
from landbridge.registry import journal
from landbridge.registry.models import Record, Revision
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.workflow import State, Workflow
from landbridge.registry.writing import NODE

BATCH: Final = 300
DONE: Final = "undone"
LATER: Final = "later-run"
PERSON: Final = "person"
TAKEN: Final = "not-taken"
"""What becomes of a step: undone, or left because a later run or a person did something, or the registry refused."""


@dataclass(frozen=True)
class Undone:
    """What undoing did, or would do: counts of records."""

    retired: int = 0
    brought_back: int = 0
    restored: int = 0
    left: int = 0


@dataclass
class _Plan:
    """What is done with the records of one batch."""

    arrivals: list[Arrival] = field(default_factory=list)
    outcome: dict[str, str] = field(default_factory=dict)


def undo(run: SourceRun, *, by: int | None = None, tell: Callable[[int], None] = lambda done: None) -> Undone:
    """Undo a run; the rights of whom it is done for were checked by the caller. A second time does nothing more.

    Raises:
        Busy: a run of this source is under way.
    """
    if run.undone_at is None and not run.preview:
        _require_rest(run)
        done, below = 0, None
        while below != 0:
            taken, below = _undo_batch(run, below)
            done += taken
            tell(done)
        _settle(run, by)
    return what_was_done(run)


def _require_rest(run: SourceRun) -> None:
    if claims.running(run.source_id).exists():
        raise claims.Busy("A run of this source is under way; stop it first.")
    claims.end_broken(run.source_id, timezone.now())


def _undo_batch(run: SourceRun, below: int | None) -> tuple[int, int]:
    """The newest records that are left to undo: how many there were, and the step below which the next ones are."""
    with transaction.atomic():
        journal.lock()
        Source.objects.select_for_update().get(pk=run.source_id)
        open_ = Step.objects.filter(run=run, undone="").order_by("-pk")
        newest = open_.filter(pk__lt=below) if below else open_
        rows = list(newest.values_list("record_id", "pk")[:BATCH])
        ids = list(dict.fromkeys(name for name, _ in rows))
        if not ids:
            return 0, 0
        steps: dict[str, list[Step]] = {name: [] for name in ids}
        for step in open_.filter(record_id__in=ids):
            steps[step.record_id].append(step)
        plan = _plan(run, steps)
        taken = receive_many(plan.arrivals, actor=NODE, workflow=Workflow.RECEIVED, origin=origin(run.source_id))
        plan.outcome.update({plan.arrivals[position].id: TAKEN for position, _ in taken.refused})
        _note(plan, steps, timezone.now())
        return len(ids), rows[-1][1]


def _plan(run: SourceRun, steps: dict[str, list[Step]]) -> _Plan:
    records = Record.objects.in_bulk(steps)
    later = set(
        Step.objects.filter(record_id__in=steps, run__source_id=run.source_id, run_id__gt=run.pk)
        .exclude(undone=DONE)
        .values_list("record_id", flat=True)
    )
    by_hand = set(
        Revision.objects.filter(record_id__in=steps, author__isnull=False, number=F("record__latest"))
        .values_list("record_id", flat=True)
    )  # fmt: skip
    revisions = _Revisions(steps, records)
    plan = _Plan()
    for name, own in steps.items():
        record = records.get(name)
        if name in later:
            plan.outcome[name] = LATER
        elif record is None or name in by_hand or not revisions.as_left(record, own[0]):
            plan.outcome[name] = PERSON
        elif record.format not in FORMATS:
            plan.outcome[name] = TAKEN
        else:
            plan.arrivals.append(_as_before(record, own[-1], revisions.before(own)))
            plan.outcome[name] = DONE
    return plan


class _Revisions:
    """The revisions that matter to the records of a batch, asked for once."""

    def __init__(self, steps: dict[str, list[Step]], records: dict[str, Record]) -> None:
        numbers = {number for own in steps.values() for number in (own[0].after, own[-1].before) if number}
        numbers |= {record.latest for record in records.values()}
        found = Revision.objects.filter(record_id__in=steps, number__in=numbers)
        self.found = {(one.record_id, one.number): one for one in found}

    def before(self, own: list[Step]) -> Revision | None:
        """What readers saw before the run; the steps of a record are given newest first."""
        first = own[-1]
        return self.found.get((first.record_id, first.before or 0))

    def as_left(self, record: Record, last: Step) -> bool:
        """Whether the record is as the run left it, or says that again because a later run was undone."""
        if record.state != (State.RETIRED if last.verb == "gone" else State.PUBLISHED):
            return False
        now, then = self.found.get((record.pk, record.latest)), self.found.get((record.pk, last.after or 0))
        return now is not None and then is not None and (now.sha256, now.language) == (then.sha256, then.language)


def _as_before(record: Record, first: Step, before: Revision | None) -> Arrival:
    """The record as it stood before the first thing that the run did with it."""
    if first.verb in ("new", "back") or before is None:
        return Arrival(
            id=record.id, format=record.format, data={}, language=record.language, visibility=record.visibility,
            state=State.RETIRED,
        )  # fmt: skip
    data, _ = upgrade(before.data, before.edition, FORMATS[record.format].editions)
    return Arrival(
        id=record.id, format=record.format, data=data, language=before.language, visibility=record.visibility,
        note=f"As in revision {before.number}",
    )  # fmt: skip


def _note(plan: _Plan, steps: dict[str, list[Step]], now: datetime) -> None:
    """Write down what became of each step, and let the next run look at these things anew."""
    for outcome in set(plan.outcome.values()):
        names = [name for name, became in plan.outcome.items() if became == outcome]
        Step.objects.filter(pk__in=[one.pk for name in names for one in steps[name]]).update(undone=outcome)
    done = {name for name, became in plan.outcome.items() if became == DONE}
    firsts = [(steps[name][-1].verb, steps[name][-1].item_id) for name in done]
    SourceItem.objects.filter(pk__in=[item for _, item in firsts]).update(sha256="", gone_at=None)
    came = [item for verb, item in firsts if verb in ("new", "back")]
    SourceItem.objects.filter(pk__in=came).update(gone_at=now)


def _settle(run: SourceRun, by: int | None) -> None:
    """The source stands where it stood before the run, so that the next one passes over nothing."""
    now = timezone.now()
    with transaction.atomic():
        put_by = SourceItem.objects.filter(source_id=run.source_id, record_id="", said__isnull=False)
        put_by.filter(first_at__gte=run.started_at or run.began_at, first_at__lte=run.ended_at or now).delete()
        Source.objects.filter(pk=run.source_id).update(state=run.since)
        run.undone_at, run.undone_by_id = now, by if by is not None else run.undone_by_id
        run.save(update_fields=["undone_at", "undone_by"])


def what_was_done(run: SourceRun) -> Undone:
    """What undoing did, from the steps of the run."""
    return _counted(run, undone=DONE)


def would_do(run: SourceRun) -> Undone:
    """What undoing would do, before anybody looks at what happened meanwhile."""
    return _counted(run, undone="")


def _counted(run: SourceRun, undone: str) -> Undone:
    """Records by the first thing that the run did with each: one query."""
    firsts = Step.objects.filter(run=run).values("record_id").annotate(first=Min("pk")).values("first")
    rows = Step.objects.filter(pk__in=firsts).values_list("verb", "undone").annotate(count=Count("pk"))
    counts = {(verb, became): count for verb, became, count in rows}
    done = {verb: counts.get((verb, undone), 0) for verb in ("new", "back", "changed", "gone")}
    return Undone(
        retired=done["new"] + done["back"], brought_back=done["changed"], restored=done["gone"],
        left=sum(count for (_, became), count in counts.items() if became not in ("", DONE)),
    )  # fmt: skip
