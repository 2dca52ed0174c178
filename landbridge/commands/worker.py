"""The follower beside a server or a load, as a process of its own: indexing must not slow them down.

On Linux it is a fork of this process, as the workers of the server are, so that all of them share the memory of the
labels in six languages instead of holding a copy each.
"""

import fcntl
import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any, Final

import django
from django.conf import settings
from django.db import connections
from django.urls import get_resolver

START_METHOD: Final = "fork" if sys.platform == "linux" else "spawn"
"""Forking is not safe on macOS."""


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
def follower_process() -> Iterator[None]:
    """Follow the journal in a second process meanwhile. It ends with this one, even when this one is killed."""
    connections.close_all()
    context: Any = multiprocessing.get_context(START_METHOD)
    process = context.Process(target=_follow, args=(os.getpid(),), name="landbridge-follower", daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join(10)
        process.kill()


def _follow(parent: int) -> None:
    django.setup()
    # Inner import: a spawned process has no models before the line above.
    from landbridge.registry import journal

    stop = stop_on_signals()
    Thread(target=_stop_with, args=(parent, stop), daemon=True).start()
    journal.follow_forever(stop)


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
