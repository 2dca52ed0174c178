"""The journal and those who follow it.

An action appends its change inside its own transaction. Serials follow commit order: SQLite has one writer,
and on PostgreSQL an advisory lock is held from before the serial is drawn until the commit.
"""

import fcntl
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, cached_property
from threading import Event
from typing import Final, Literal, Protocol

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils.module_loading import import_string

from landbridge.lib.marks import mark
from landbridge.registry import clock
from landbridge.registry.models import Change, Cursor
from landbridge.registry.queries import RecordView, newest_serial, states
from landbridge.registry.rows import ChangeRow, insert

logger = logging.getLogger(__name__)

BATCH: Final = 2_000
FEW: Final = 250
"""What a messenger takes at once: it writes rows and not an index, and must not hold thousands of records in memory."""
PAUSE: Final = 0.3
"""Seconds between two looks at the journal: new records must be found within two seconds."""
CLOCK_PAUSE: Final = 2.0
"""Seconds between two looks at the clock: each costs a query a task, and a mail may wait so long."""
_LOCK: Final = 0x4C414E44
"""The advisory lock of the journal ("LAND")."""


class Follower(Protocol):
    """Whoever reads the journal. A projection may be reset and replayed; a messenger acts once per change.

    One that has the name of another in its attribute `after` never reads further than that one has read.
    """

    name: str
    kind: Literal["projection", "messenger"]

    def built_as(self) -> str:
        """A short name of all that decides what a projection makes of the journal, and where it lies: its layout,
        the vocabularies that it reads with. When it changes, the projection is dropped and built anew."""

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        """Take in changes in order. `states` has the published revision of each changed record that has one."""

    def reset(self) -> None:
        """Forget everything (projections only)."""

    def release(self) -> None:
        """Let go of what is held open, so that another process can take over."""


class Messenger:
    """What all messengers have in common: none is ever built anew, forgets anything or holds anything open."""

    kind: Literal["messenger"] = "messenger"

    def built_as(self) -> str:
        """Nothing decides what it makes of the journal but itself."""
        return ""

    def reset(self) -> None:
        """It forgets nothing."""

    def release(self) -> None:
        """It holds nothing."""


def lock() -> None:
    """Hold the journal until the transaction ends; call it before the first change is written."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def append(changes: Sequence[ChangeRow]) -> None:
    """Write changes at the end of the journal, inside the caller's transaction."""
    lock()
    insert(Change, changes)


@cache
def followers() -> tuple[Follower, ...]:
    """The followers that the settings name, one instance a process."""
    return tuple(import_string(path)() for path in settings.FOLLOWERS)


@contextmanager
def following() -> Iterator[bool]:
    """The turn to follow on this host, for one process at a time: whether it is ours."""
    with (settings.DATA / "follower.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        try:
            yield True
        finally:
            for follower in followers():
                follower.release()


@cache
def _host() -> str:
    """The name of this data folder among the hosts that share a database."""
    return mark(settings.DATA / "host")


def cursor_name(follower: Follower) -> str:
    """Projections lie in the data folder, so each host has read its own way, and what is built in another way begins
    again; a messenger acts once for all hosts."""
    if follower.kind == "messenger":
        return follower.name
    return f"{follower.name}@{_host()}/{follower.built_as()}"


def follow_once(limit: int = BATCH) -> int:
    """Let every follower take its next batch: how many changes were taken in.

    As long as a projection has more than a batch before it, the messengers wait: what is loaded shall be found first,
    and whoever harvests or exchanges it hears of it afterwards.
    """
    projecting = [follower for follower in followers() if follower.kind == "projection"]
    taken = [_advance(follower, limit) for follower in projecting]
    if any(count == limit for count in taken):
        return sum(taken)
    for follower, count in zip(projecting, taken, strict=True):
        if not count:
            follower.release()  # What a writer of an index holds is not needed while messengers go on.
    few = min(limit, FEW)
    return sum(taken) + sum(_advance(follower, few) for follower in followers() if follower.kind == "messenger")


def _advance(follower: Follower, limit: int) -> int:
    cursor, is_new = Cursor.objects.get_or_create(follower=cursor_name(follower))
    if is_new and follower.kind == "projection":
        follower.reset()  # What lies in the folder was built in another way, or from another journal.
        Cursor.objects.filter(follower__startswith=f"{follower.name}@{_host()}").exclude(pk=cursor.pk).delete()
    unread = Change.objects.filter(serial__gt=cursor.serial)
    if (ahead := _ahead(follower)) is not None:
        unread = unread.filter(serial__lte=ahead)
    changes = list(unread.order_by("serial")[:limit])
    if not changes:
        return 0
    follower.apply(changes, _States({change.record_id for change in changes}))
    # A cursor that was dropped meanwhile stays dropped: somebody wants the projection built anew.
    Cursor.objects.filter(pk=cursor.pk).update(serial=changes[-1].serial, updated_at=datetime.now(UTC))
    return len(changes)


def _ahead(follower: Follower) -> int | None:
    """How far the follower may read: as far as the one that it comes `after` has on this host; None for no limit."""
    first = next((one for one in followers() if one.name == getattr(follower, "after", "")), None)
    if first is None:
        return None
    return Cursor.objects.filter(pk=cursor_name(first)).values_list("serial", flat=True).first() or 0


class _States(Mapping[str, RecordView]):
    """What `states` gives, asked for when somebody looks: most messengers have no need of the answers of a record."""

    def __init__(self, record_ids: set[str]) -> None:
        self._record_ids = record_ids

    @cached_property
    def _found(self) -> Mapping[str, RecordView]:
        return states(self._record_ids)

    def __getitem__(self, record_id: str) -> RecordView:
        return self._found[record_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def follow_to_end(tell: Callable[[int], None] | None = None) -> int:
    """Follow until nothing is left: how many changes were taken in. `tell` hears the number so far."""
    total = 0
    while taken := follow_once():
        total += taken
        if tell is not None:
            tell(total)
    return total


def follow_forever(stop: Event, has_enough: Callable[[], bool] = lambda: False) -> None:
    """Follow until `stop` is set, giving way to other processes of this host whenever nothing is left to do.

    When nothing is left to do, `has_enough` is asked whether to return as well. An error of one round is logged and
    tried again, never passed over.
    """
    clock_at = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() >= clock_at:  # First: letters must not wait for a follower that fails.
                clock.run_due()
                clock_at = time.monotonic() + CLOCK_PAUSE
            if behind():
                with following() as ours:
                    while ours and not stop.is_set() and follow_once():
                        pass
            elif has_enough():
                return
            stop.wait(PAUSE)
        except Exception:
            logger.exception("A follower failed; the same changes are tried again in a moment")
            close_old_connections()
            stop.wait(5)


def projections() -> list[str]:
    """The names of the followers that can be dropped and built anew."""
    return [follower.name for follower in followers() if follower.kind == "projection"]


def forget(name: str) -> None:
    """Let a projection begin again: whoever follows next drops it and builds it from the whole journal.

    Raises:
        ValueError: there is no projection of this name.
    """
    chosen = [follower for follower in followers() if follower.name == name and follower.kind == "projection"]
    if not chosen:
        raise ValueError(f"{name!r} is not a projection; there are {', '.join(projections())}.")
    Cursor.objects.filter(follower=cursor_name(chosen[0])).delete()


def replay(name: str) -> int:
    """Drop a projection and build it anew, here and now: how many changes were taken in. Take the turn first.

    Raises:
        ValueError: there is no projection of this name.
    """
    forget(name)
    return follow_to_end()


def behind(*, projections_only: bool = False) -> int:
    """How many changes the slowest follower has not taken in yet, or the slowest projection."""
    cursors = dict(Cursor.objects.values_list("follower", "serial"))
    asked = [one for one in followers() if one.kind == "projection" or not projections_only]
    read = min((cursors.get(cursor_name(follower), 0) for follower in asked), default=newest_serial())
    return Change.objects.filter(serial__gt=read).count()


def _follow_in_turn(left: Callable[[], int], tell: Callable[[int], None]) -> bool:
    with following() as ours:
        while ours and left() and follow_once():
            tell(left())
    return ours


def catch_up(
    tell: Callable[[int], None] | None = None, *, here: bool = True, patience: float = 60,
    projections_only: bool = False,
) -> bool:  # fmt: skip
    """Bring all followers, or the projections, up to date, here unless it is another process's turn: whether all is
    taken in.

    `tell` hears how many changes are left. Another process that makes no progress for `patience` seconds is
    not waited for any longer.
    """
    tell = tell or (lambda left: None)

    def still() -> int:
        return behind(projections_only=projections_only)

    left, moved = still(), time.monotonic()
    while left and time.monotonic() - moved < patience:
        took = _follow_in_turn(still, tell) if here else False
        if not took:
            time.sleep(PAUSE)
        now = still()
        moved = time.monotonic() if now < left else moved
        left = now
        tell(left)
    return not left
