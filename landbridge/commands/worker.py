"""The follower beside a server or a load, as a process of its own: indexing must not slow them down.

On Linux it is a fork of this process, as the workers of the server are, so that all of them share the memory of the
labels in six languages instead of holding a copy each.
"""

import fcntl
import gc
import logging
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import Any, Final

import django
from django.conf import settings
from django.db import connections
from django.urls import get_resolver

from landbridge.lib import background

logger = logging.getLogger(__name__)

START_METHOD: Final = "fork" if sys.platform == "linux" else "spawn"
"""Forking is not safe on macOS."""
LOOK_EVERY: Final = 1.0
"""Seconds for which the end of the follower is waited for, between two looks at whether all are to stop."""
SHORT: Final = 5.0
"""One that is killed before so many seconds is followed by the next one only after as many."""
GROWN: Final = 16 * 1024
"""Kilobytes that a follower may take beyond what it has at its start before it makes room for a fresh one."""


@contextmanager
def at_home() -> Iterator[bool]:
    """Mark this data folder as served while the node runs: whether nobody else serves it."""
    with (settings.DATA / "server.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def leave_together() -> None:
    """Let every process that is forked from now on end with this one, also when this one is killed.

    Otherwise a worker whose parent is gone keeps the port, and the next start fails.
    """
    parent = os.getpid()

    def watch() -> None:
        if os.getppid() == parent:
            Thread(target=_leave_with, args=(parent,), daemon=True).start()

    os.register_at_fork(after_in_child=watch)


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(5)
    os._exit(1)


def share_labels() -> None:
    """Load what every process needs before the first one is forked, and keep the collector from touching it."""
    if START_METHOD != "fork":
        return
    # The first start makes them of all label files. A process of its own does that and leaves: the litter goes with it.
    context: Any = multiprocessing.get_context(START_METHOD)
    maker = context.Process(target=_warm, name="landbridge-labels", daemon=True)
    maker.start()
    maker.join()
    _warm()
    _ = get_resolver().url_patterns  # The pages as well: the first visitor should not wait for them.
    gc.collect()
    gc.freeze()


def _warm() -> None:
    # Inner import: only the process that forks needs the labels this early.
    from landbridge.search import spelling, understand

    understand.warm()
    spelling.warm()


@contextmanager
def follower_process(*, lean: bool = False) -> Iterator[None]:
    """Follow the journal in a second process meanwhile. It ends with this one, even when this one is killed.

    One that ends by itself or is killed is followed by a new one. A `lean` one ends when it has taken much memory for
    its work and has nothing more to do: what Python has once taken in small pieces it hardly ever gives back.
    """
    connections.close_all()
    keeper = _Keeper(lean)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


class _Keeper:
    """Sees to it that a follower is there."""

    def __init__(self, lean: bool) -> None:
        self._lean = lean
        self._stopped = Event()
        self._turn = Lock()
        self._process: Any = None

    def start(self) -> None:
        """Start the first one, and a thread that starts the next ones."""
        self._begin()
        Thread(target=self._keep, name="landbridge-keeper", daemon=True).start()

    def stop(self) -> None:
        """End the one that is there, and start no other."""
        self._stopped.set()
        with self._turn:
            self._process.terminate()
            self._process.join(10)
            self._process.kill()

    def _begin(self) -> None:
        context: Any = multiprocessing.get_context(START_METHOD)
        self._process = context.Process(
            target=_follow, args=(os.getpid(), self._lean), name="landbridge-follower", daemon=True
        )
        self._process.start()

    def _keep(self) -> None:
        began = time.monotonic()
        while not self._stopped.is_set():
            self._process.join(LOOK_EVERY)  # It ends at once when the process does: new records must not wait.
            if self._process.is_alive():
                continue
            if code := self._process.exitcode:
                logger.warning("The follower has ended with %s; a new one is started", code)
                if time.monotonic() - began < SHORT:
                    self._stopped.wait(SHORT)
            with self._turn:
                if not self._stopped.is_set():
                    self._begin()
            began = time.monotonic()


def _follow(parent: int, lean: bool) -> None:
    django.setup()
    # Inner import: a spawned process has no models before the line above.
    from landbridge.registry import journal

    stop = stop_on_signals()
    Thread(target=_stop_with, args=(parent, stop), daemon=True).start()
    journal.follow_forever(stop, _grown() if lean and START_METHOD == "fork" else lambda: False)


def _grown() -> Callable[[], bool]:
    """Whether this process has taken much memory since now, and nothing is going on that would be broken off."""
    at_first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - at_first > GROWN and not background.busy()


def stop_on_signals() -> Event:
    """An event that Ctrl-C and SIGTERM set."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _stop_with(parent: int, stop: Event) -> None:
    while not stop.wait(1):
        if os.getppid() != parent:
            stop.set()
