"""Letting peers know that there is something new: those that are pushed to get it, the others a word that they may ask.

A word costs less than asking every few seconds, and a change is seen everywhere in seconds.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from landbridge.exchange.models import Peer
from landbridge.exchange.nodes.keys import this_node
from landbridge.lib import background
from landbridge.lib.doors.http import Failed, Unsafe

REST: Final = 600.0
"""Seconds for which a peer is left alone that could not be reached."""

_told: dict[int, int] = {}
"""How far each peer was told, by this process."""
_resting: dict[int, float] = {}
_going = threading.Lock()


def in_background(work: Callable[[], object]) -> None:
    """Do it in a thread of its own: a peer that takes its time must not hold up those who follow the journal."""
    background.begin(work, name="exchange-nudge", doing="Telling the peers")


def soon(start: Callable[[Callable[[], object]], None] | None = None) -> None:
    """Tell the peers in a moment, where there are any."""
    if not _going.locked() and _waiting():
        (start or in_background)(nudge)


def _waiting() -> list[Peer]:
    """The peers that were not told how far the order goes now."""
    high, now = this_node().high, time.monotonic()
    peers = Peer.objects.filter(state="active", failures__lt=3)
    return [one for one in peers if _told.get(one.pk, -1) < high and _resting.get(one.pk, 0.0) < now]


def nudge() -> int:
    """Tell those that wait: how many heard it."""
    # Inner import: the exchange itself is loaded where it is done.
    from landbridge.exchange.nodes import sync

    heard = 0
    if not _going.acquire(blocking=False):
        return heard
    try:
        for peer in _waiting():
            high = this_node().high
            try:
                sync.push(peer) if peer.direction in ("push", "both") else sync.beckon(peer)
                heard += 1
            except (Failed, Unsafe):
                _resting[peer.pk] = time.monotonic() + REST
            _told[peer.pk] = high
    finally:
        _going.release()
    return heard
