"""Sending what waits: signed with the key of this node, one after the other, again with growing pauses.

A row is claimed by an UPDATE before it is sent, so that of several hosts one sends it; a process that dies in between
leaves the claim to run out, and the same notification is sent again under the same id.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from landbridge.exchange.models import Notification
from landbridge.exchange.nodes.keys import me
from landbridge.exchange.nodes.signatures import Asked, sign
from landbridge.exchange.nodes.statements import signer
from landbridge.exchange.out.notify.patterns import MEDIA_TYPE
from landbridge.lib import background
from landbridge.lib.doors.http import Failed, Unsafe, post, target

PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (30, 300, 1800, 7200, 5 * 3600, 14 * 3600, 24 * 3600))
"""Between the tries: two days in all."""
TRIES: Final = len(PAUSES) + 1
LEASE: Final = timedelta(minutes=2)
AT_ONCE: Final = 50
_AGAIN: Final = frozenset({401, 408, 425, 429})
"""Refusals that may pass; every other one of the 400s is the last word."""
_busy = threading.Event()


def serve() -> int:
    """Send what is due: how many notifications were taken up."""
    for number in range(AT_ONCE):
        one = _claim(timezone.now())
        if one is None:
            return number
        attempt(one)
    return AT_ONCE


def _claim(now: datetime) -> Notification | None:
    due = Notification.objects.filter(direction="out", next_at__lte=now)
    for one in due.order_by("next_at")[:5]:
        if Notification.objects.filter(pk=one.pk, next_at=one.next_at).update(next_at=now + LEASE):
            return one
    return None


def attempt(one: Notification) -> None:
    """Send one, and note what came of it."""
    try:
        status, error = _post(one), ""
    except Unsafe as unsafe:
        status, error = 400, str(unsafe)
    except Failed as failed:
        status, error = 0, str(failed)
    waiting = Notification.objects.filter(pk=one.pk)
    # Meanwhile it may have been answered or withdrawn: only what is still new changes its state.
    if 200 <= status < 300:
        waiting.filter(state="new").update(state="sent")
        waiting.update(tries=F("tries") + 1, next_at=None, error="")
        return
    error = error or f"The answer was {status}."
    if one.tries + 1 >= TRIES or (400 <= status < 500 and status not in _AGAIN):
        waiting.filter(state="new").update(state="failed")
        waiting.update(tries=F("tries") + 1, next_at=None, error=error[:500])
        return
    waiting.update(tries=F("tries") + 1, next_at=timezone.now() + PAUSES[one.tries], error=error[:500])


def _post(one: Notification) -> int:
    body = orjson.dumps(one.body)
    headers = {
        "Content-Type": MEDIA_TYPE, "User-Agent": f"Landbridge/{settings.VERSION}", "Connection": "close",
        **_proof(one.other, body),
    }  # fmt: skip
    return post(one.other, body, headers, local=settings.WEBHOOKS_LOCAL).status


def _proof(inbox: str, body: bytes) -> dict[str, str]:
    """The signature by which another node knows us; to everybody else it is a header like any other."""
    to, parts, by = target(inbox, local=True), urlsplit(inbox), signer()
    authority = to.host if to.port == {"https": 443, "http": 80}[to.scheme] else f"{to.host}:{to.port}"
    asked = Asked("POST", authority, parts.path, parts.query, {}, body)
    return sign(asked, me(), by.key, by.private, time.time())


def _in_background() -> None:
    """Send in a thread of its own: an inbox that takes its time must not hold up the clock."""
    _busy.set()
    background.begin(serve, name="notifications", doing="Sending notifications", after=_busy.clear)


class SendNotifications:
    """A task of the clock: begins to send what is due."""

    name = "notifications"
    every = 5.0

    def __init__(self, start: Callable[[], object] = _in_background) -> None:
        self.start = start

    def run(self, now: datetime) -> None:
        """Begin, unless it goes on."""
        is_due = Notification.objects.filter(direction="out", next_at__lte=now).exists()
        if is_due and not _busy.is_set():
            self.start()
