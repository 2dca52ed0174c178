"""Sources by the clock: runs that somebody asked for, runs that are due, and undoing, each in a thread of its own.

A source that fails is asked again after growing pauses; when it fails again and again, the administrators hear of it.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from landbridge.exchange.in_ import claims, held
from landbridge.exchange.in_.running import STOPPED, carry_out
from landbridge.exchange.in_.undoing import undo
from landbridge.exchange.models import Source, SourceRun
from landbridge.lib import background
from landbridge.parties.notices import tell
from landbridge.parties.permissions import Permission
from landbridge.registry.readers import who_may

logger = logging.getLogger(__name__)

AT_ONCE: Final = 2
"""Runs of one process: they share its memory and the database with those who read pages."""
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (10, 60, 4 * 60, 12 * 60, 24 * 60))
TOLD_AFTER: Final = 3
"""Failures in a row after which the administrators are told; again after each ten."""
KEPT: Final = timedelta(days=30)
"""How long a file waits that no host of this node takes up."""

DAY: Final = timedelta(days=1)

_busy: set[str] = set()
"""The sources that a thread of this process is at work on."""
_resting: dict[str, datetime] = {}
"""The sources that failed in a way that nobody had thought of, until when they are left alone."""


def settle(run: SourceRun) -> None:
    """When the source is due next, after a run of it has ended."""
    if run.preview:
        return
    now = timezone.now()
    source = Source.objects.get(pk=run.source_id)
    failed = bool(run.error) and run.error != STOPPED
    source.failures = source.failures + 1 if failed else 0
    pause = timedelta(hours=source.every)
    if failed:
        pause = PAUSES[min(source.failures, len(PAUSES)) - 1]
    source.due_at = now + pause if source.every else None
    source.save(update_fields=["failures", "due_at"])
    if failed and source.every and (source.failures - TOLD_AFTER) % 10 == 0:
        told = {"source": source.pk, "title": source.title, "error": run.error[:200]}
        tell(who_may(Permission.RECEIVE, None), "source_failing", f"source-{source.pk}-{run.pk}", told=told)


def carry_out_now(run_id: int) -> None:
    """Run, or undo, what was written down."""
    run = SourceRun.objects.select_related("source").get(pk=run_id)
    try:
        if run.ended_at is not None:
            undo(run)
        else:
            settle(carry_out(run, careful=run.by_id is None))
    except claims.Busy:
        logger.info("The source %s is at work elsewhere; it is tried again", run.source_id)


def _in_background(run: SourceRun) -> None:
    """In a thread of its own: a source that takes its time must not hold up those who follow the journal."""
    source_id, run_id = run.source_id, run.pk

    def rest() -> None:
        _resting[source_id] = timezone.now() + PAUSES[0]

    _busy.add(source_id)
    background.begin(
        lambda: carry_out_now(run_id), name=f"source-{source_id}", doing=f"The run {run_id} of the source {source_id}",
        failed=rest, after=lambda: _busy.discard(source_id),
    )  # fmt: skip


class RunSources:
    """A task of the clock: begins what was asked for and what is due, a few sources at a time."""

    name = "sources"
    every = 2.0

    def __init__(self, start: Callable[[SourceRun], object] = _in_background) -> None:
        self.start = start

    def run(self, now: datetime) -> None:
        """Begin with what people asked for."""
        if len(_busy) >= AT_ONCE:
            return
        _go_on_with_broken(now)
        _write_down_due(now)
        open_ = SourceRun.objects.filter(ended_at=None, started_at=None)
        undoing = SourceRun.objects.filter(undone_by__isnull=False, undone_at=None, ended_at__isnull=False)
        for one in [*open_.order_by("pk")[:50], *undoing.order_by("-pk")[:50]]:
            if len(_busy) >= AT_ONCE:
                return
            rests = _resting.get(one.source_id, now) > now
            if one.source_id not in _busy and not rests and _can_begin(one, now):
                self.start(one)


def _can_begin(run: SourceRun, now: datetime) -> bool:
    """Whether this host can do it: its file lies here, and no other run of the source is in the way."""
    if run.ended_at is None and run.held and held.held(run.held) is None:
        if run.began_at < now - KEPT:
            SourceRun.objects.filter(pk=run.pk, started_at=None).update(
                ended_at=now, error="The file that was brought is on no host of this node any more; bring it again."
            )
        return False
    return run.preview or not claims.running(run.source_id, now).exists()


def _go_on_with_broken(now: datetime) -> None:
    """A run whose process ended is written down once more; not when the one before it ended like that as well."""
    broken = SourceRun.objects.filter(preview=False, ended_at=None, beat_at__lt=now - claims.STILL)
    for run in broken.filter(started_at__isnull=False)[:10]:
        before = SourceRun.objects.filter(source_id=run.source_id, preview=False, pk__lt=run.pk).order_by("-pk").first()
        again = before is None or before.error != claims.BROKEN_OFF
        if claims.end_broken(run.source_id, now) and again and not claims.waiting(run.source_id).exists():
            SourceRun.objects.create(source_id=run.source_id, by_id=run.by_id, file=run.file, held=run.held)


def _write_down_due(now: datetime) -> None:
    due = Source.objects.filter(enabled=True, removed_at=None, every__gt=0, due_at__lte=now).exclude(address="")
    for source in due.order_by("due_at")[:10]:
        if claims.running(source.pk, now).exists() or claims.waiting(source.pk).filter(preview=False).exists():
            continue
        claims.ask(source, by=None)


class ForgetSourceRuns:
    """A task of the clock: previews are forgotten after a day, and files that no run waits for any more."""

    name = "forget-source-runs"
    every = 3600.0

    def run(self, now: datetime) -> None:
        """Forget them."""
        SourceRun.objects.filter(preview=True, began_at__lt=now - DAY).delete()
        wanted = set(SourceRun.objects.filter(ended_at=None).exclude(held="").values_list("held", flat=True))
        held.forget(now - DAY, but=wanted)
