"""Bundles that are asked for on a page: a row is the queue, the progress and the report. The work is done in a process
of its own, so that no server waits, and none grows."""

import logging
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from landbridge.exchange.bundles.contents import Asked, asked
from landbridge.exchange.bundles.making import Extra, Made, base_name, make
from landbridge.exchange.bundles.reading import preview, take_in
from landbridge.exchange.bundles.troubles import BadBundle
from landbridge.exchange.bundles.work_out import make_work
from landbridge.exchange.models import BundleJob
from landbridge.exchange.nodes import moments
from landbridge.parties.permissions import Permission
from landbridge.registry.writing import NODE, Actor, require

logger = logging.getLogger(__name__)
KEPT: Final = 20
"""Bundles whose files are kept; of older ones the report stays."""
PATIENCE: Final = timedelta(minutes=10)
"""A running job that did not move for so long was broken off."""
_PACE: Final = 0.5
"""Seconds between two notes of progress."""
Extras = Callable[[Asked, Callable[[int], None]], Extra | None]
"""Pages and forms for a wish; the room of pages knows how."""


def folder() -> Path:
    """Where the files of bundles lie."""
    place = Path(settings.DATA) / "bundles" / "kept"
    place.mkdir(parents=True, exist_ok=True)
    return place


def file_of(job: BundleJob, number: int = 0) -> Path | None:
    """The file of a job, or one of its volumes; none when it is gone."""
    names = job.report.get("names") or [f"{job.pk}.zip"]
    path = folder() / names[number] if 0 <= number < len(names) else None
    return path if path is not None and path.is_file() else None


def want(*, actor: Actor, wish: Mapping[str, Any], kind: str = "make") -> BundleJob:
    """Ask for a bundle; `kind` is make or work.

    Raises:
        Forbidden: the actor does not administer the node.
        ValueError: the wish cannot be met.
    """
    require(actor, Permission.RECEIVE, None)
    kept = asked(wish).as_json() if kind == "make" else dict(wish)
    name = f"{base_name(moments.now(), 'work' if kind == 'work' else 'bundle')}.zip"
    return BundleJob.objects.create(id=uuid.uuid4().hex, kind=kind, name=name, asked=kept, by_id=actor.account_id)


def bring(*, actor: Actor, name: str, chunks: Iterable[bytes]) -> BundleJob:
    """Take a file that somebody brings, to be looked at.

    Raises:
        Forbidden: the actor does not administer the node.
    """
    require(actor, Permission.RECEIVE, None)
    job = BundleJob(id=uuid.uuid4().hex, kind="read", name=Path(name).name[:200] or "bundle", by_id=actor.account_id)
    with (folder() / f"{job.pk}.zip").open("wb") as target:
        for chunk in chunks:
            target.write(chunk)
    job.save(force_insert=True)
    return job


def approve(*, actor: Actor, job: BundleJob) -> bool:
    """Take in what was looked at: whether it begins now; pressed twice it begins once.

    Raises:
        Forbidden: the actor does not administer the node.
    """
    require(actor, Permission.RECEIVE, None)
    found = BundleJob.objects.filter(pk=job.pk, kind="read", state="checked")
    return bool(found.update(state="waiting", asked={"take": True}, by_id=actor.account_id, done=0, total=0))


def start(job: BundleJob) -> None:
    """Begin in a process of its own, which goes on when this one ends."""
    command = [sys.executable, "-m", "landbridge.cli", "bundle", "job", job.pk]
    subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=None, start_new_session=True,
    )  # fmt: skip


def is_broken_off(job: BundleJob) -> bool:
    """Whether its process is gone: the power went, or the node was stopped."""
    return job.state in ("waiting", "running") and job.moved_at < timezone.now() - PATIENCE


class _Progress:
    """Notes of progress in the row, now and then."""

    def __init__(self, job: BundleJob) -> None:
        self._job, self._told = job, 0.0

    def __call__(self, done: int, of: int = 0) -> None:
        if time.monotonic() - self._told >= _PACE:
            self._told = time.monotonic()
            BundleJob.objects.filter(pk=self._job.pk).update(done=done, total=of, moved_at=timezone.now())


def run(job_id: str, extras: Extras, target: Path | None = None) -> BundleJob:
    """Do what a row asks for, once; what goes wrong stands in it as one line.

    Raises:
        LookupError: there is no such row that waits.
    """
    if not BundleJob.objects.filter(pk=job_id, state="waiting").update(state="running", moved_at=timezone.now()):
        raise LookupError(f"No bundle {job_id[:40]} waits to be done.")
    job = BundleJob.objects.get(pk=job_id)
    try:
        job.report = _done(job, extras, target)
        job.state = "checked" if job.kind == "read" and not job.asked.get("take") else "done"
    except (BadBundle, ValueError, OSError, PermissionError) as error:
        job.state, job.error = "failed", " ".join(str(error).split())[:1000]
    except Exception as error:
        logger.exception("The bundle %s failed", job.pk)
        job.state, job.error = "failed", f"{type(error).__name__}: {error}"[:1000]
    job.save()
    _forget_old()
    return job


def _done(job: BundleJob, extras: Extras, target: Path | None) -> dict[str, Any]:
    actor = Actor(account_id=job.by_id) if job.by_id else NODE
    progress = _Progress(job)
    if job.kind == "read":
        path = target or folder() / f"{job.pk}.zip"
        read = take_in if job.asked.get("take") else preview
        told = {"name": job.name} if read is take_in else {}
        return read(actor=actor, path=path, watch=progress, **told).as_json()
    path = target or folder() / f"{job.pk}.zip"
    if job.kind == "work":
        return make_work(
            actor=actor, place=str(job.asked.get("peer")), drafts=bool(job.asked.get("drafts")), target=path,
            watch=progress,
        ).report()  # fmt: skip
    wish = asked(job.asked)
    made: Made = make(actor=actor, wish=wish, target=path, extra=extras(wish, progress), watch=progress)
    return made.report()


def _forget_old() -> None:
    """Let go of the files of old bundles."""
    newest = set(BundleJob.objects.order_by("-at").values_list("pk", flat=True)[:KEPT])
    for path in folder().glob("*.zip"):
        if path.name[:32] not in newest:
            path.unlink(missing_ok=True)
