"""What is due by the clock rather than by a change: reminders, digests, mails to send.

Tasks are named in `settings.TASKS`. They run in the one worker loop, whoever follows the journal; a task is claimed in
the database before it runs, so that of several hosts one does it.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from landbridge.registry.models import TaskRun

logger = logging.getLogger(__name__)


class Task(Protocol):
    """Something to do every so many seconds. It must be able to run twice without harm."""

    name: str
    every: float

    def run(self, now: datetime) -> None:
        """Do what is due at `now`."""


@cache
def tasks() -> tuple[Task, ...]:
    """The tasks that the settings name, one instance a process."""
    return tuple(import_string(path)() for path in settings.TASKS)


def run_due(now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    """Run every task whose time has come: how many ran. One that fails is logged and tried again when next due."""
    ran = 0
    for task in tasks():
        moment = now()
        if _claim(task, moment):
            ran += 1
            try:
                task.run(moment)
            except Exception:
                logger.exception("The task %s failed; it is tried again in %s seconds", task.name, task.every)
    return ran


def _claim(task: Task, now: datetime) -> bool:
    due = now - timedelta(seconds=task.every)
    if TaskRun.objects.filter(pk=task.name, at__lte=due).update(at=now):
        return True
    if TaskRun.objects.filter(pk=task.name).exists():
        return False
    _, is_new = TaskRun.objects.get_or_create(pk=task.name, defaults={"at": now})
    return is_new
