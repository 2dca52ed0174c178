"""Who runs a source: one run at a time, over all hosts. A run that does not move for long counts as broken off."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from landbridge.exchange.models import Source, SourceRun

STILL: Final = timedelta(minutes=10)
"""A run that has not moved for so long was broken off; a single answer may take two minutes."""
BROKEN_OFF: Final = (
    "It was broken off: the process ended, or its host was switched off. The next run goes on from there."
)


class Busy(ValueError):
    """Another run of this source is under way."""


class Lost(RuntimeError):
    """This run was taken for broken off and another one has begun, or somebody asked it to stop."""


def running(source_id: str, now: datetime | None = None) -> "QuerySet[SourceRun]":
    """The run of a source that is under way, if there is one."""
    since = (now or timezone.now()) - STILL
    return SourceRun.objects.filter(
        source_id=source_id, preview=False, ended_at=None, started_at__isnull=False, beat_at__gte=since
    )


def waiting(source_id: str) -> "QuerySet[SourceRun]":
    """Runs and previews of a source that the clock will take up."""
    return SourceRun.objects.filter(source_id=source_id, ended_at=None, started_at=None)


def ask(source: Source, *, by: int | None, preview: bool = False, file: str = "", held: str = "") -> SourceRun:
    """Write down a run that is to begin when the clock comes by.

    Raises:
        Busy: one waits already.
    """
    with transaction.atomic():
        Source.objects.select_for_update().get(pk=source.pk)
        if waiting(source.pk).filter(preview=preview).exists():
            raise Busy("A run of this source waits already.")
        return SourceRun.objects.create(source=source, by_id=by, preview=preview, file=file, held=held)


def take_up(run: SourceRun) -> SourceRun:
    """Begin a run that was written down.

    Raises:
        Busy: another run of the source is under way, or this one was taken up elsewhere.
    """
    with transaction.atomic():
        now = timezone.now()
        source = Source.objects.select_for_update().get(pk=run.source_id)
        if not run.preview:
            if running(source.pk, now).exclude(pk=run.pk).exists():
                minutes = int(STILL.total_seconds() // 60)
                raise Busy(
                    "Another run of this source is under way. "
                    f"If its process has died, another one may begin {minutes} minutes after it last moved."
                )
            end_broken(source.pk, now)
        begun = begins(source, now, run)
        if not SourceRun.objects.filter(pk=run.pk, started_at=None, ended_at=None).update(**begun):
            raise Busy("This run was taken up elsewhere.")
    return SourceRun.objects.select_related("source").get(pk=run.pk)


def begins(source: Source, now: datetime, run: SourceRun) -> Mapping[str, Any]:
    """Where a run begins: at the state of the source, or where the one before it broke off."""
    told = {"started_at": now, "beat_at": now, "cycle_at": now, "since": source.state, "cursor": source.state}
    if run.preview:
        return {**told, "since": {}, "cursor": {}}
    # A file that was brought is a reading of its own, and says nothing of how far the address was read.
    alike = SourceRun.objects.filter(source=source, preview=False, ended_at__isnull=False, held=run.held)
    before = alike.order_by("-pk").first()
    if before is not None and before.error and before.cursor and before.undone_at is None:
        return {**told, "cycle_at": before.cycle_at, "cursor": before.cursor}
    return {**told, "cursor": {}} if run.held else told


def end_broken(source_id: str, now: datetime) -> int:
    """End the runs of a source that were broken off: how many."""
    broken = SourceRun.objects.filter(source_id=source_id, ended_at=None, started_at__isnull=False)
    return broken.filter(beat_at__lt=now - STILL).update(ended_at=now, error=BROKEN_OFF)


def beat(run: SourceRun, **told: Any) -> None:
    """Say that the run moves on, and what it has done so far.

    Raises:
        Lost: it is not ours any more.
    """
    alive = SourceRun.objects.filter(Q(stop=False), pk=run.pk, ended_at=None)
    if not alive.update(beat_at=timezone.now(), **told):
        raise Lost("It was stopped, or taken for broken off.")
