"""Datestamps in the order in which things become visible.

A harvester asks for what changed since its last visit. A change that became visible after that visit but carries an
earlier datestamp is lost to it for ever, so three rules hold:

1. Stamps only grow, in the order in which they are given (one writer at a time, under a lock).
2. A stamp lies ahead: it names the second after the next one. What is committed is thus there before anybody can ask
   for that second, and before any answer is dated as late.
3. After the commit the clock is looked at again. What was committed too late for its own datestamp, because the machine
   stood still or the process was killed in between, is stamped once more (`settled` tells up to where this was done).

An answer is dated before its rows are read. So whoever comes back with the date of the last answer, or with the newest
datestamp of it, misses nothing; `until` needs no care, since nothing is ever added at or before a second that has come.
"""

import re
from datetime import UTC, datetime
from typing import Final

BITS: Final = 20
"""A stamp is the second of the datestamp, and a number within it of so many bits."""
AHEAD: Final = 2
"""Seconds: the next stamp is at least a whole second in the future."""
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECOND: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_A_DAY: Final = 24 * 3600
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class BadDate(ValueError):
    """Not a date as the protocol has it."""


def second(stamp: int) -> int:
    """The second of a stamp, since 1970."""
    return stamp >> BITS


def first_of(moment: int) -> int:
    """The lowest stamp of a second."""
    return moment << BITS


def following(newest: int, now: float) -> int:
    """The stamp after the newest one, at the time `now`."""
    return max(newest + 1, first_of(int(now) + AHEAD))


def written(moment: float) -> str:
    """A second as the protocol writes it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_day(text: str) -> bool:
    """Whether a date has the granularity of days."""
    return _DAY.fullmatch(text) is not None


def read(text: str, *, until: bool = False) -> int:
    """The second that a date names, of a day the first or, for `until`, the last.

    Raises:
        BadDate: there is no such date, or it is written in another way.
    """
    if not is_day(text) and not _SECOND.fullmatch(text):
        raise BadDate(text)
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:
        raise BadDate(text) from None
    seconds = int((moment - _EPOCH).total_seconds()) + (_A_DAY - 1 if until and is_day(text) else 0)
    return max(seconds, -1)  # No stamp is older.
