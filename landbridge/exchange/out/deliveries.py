"""Sending what webhooks wait for: signed, one after the other to each address, again with growing pauses.

A row of `Delivery` is the queue. It is claimed by an UPDATE before it is sent, so that of several hosts one sends it;
a process that dies in between leaves the claim to run out, and the message is sent again under the same id.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import orjson
from django.conf import settings
from django.db.models import F, Min, Q
from django.utils import timezone

from landbridge.exchange.models import Delivery, Webhook
from landbridge.exchange.out.webhooks import SECRET_MARK, TEST, told
from landbridge.lib import background
from landbridge.lib.doors.http import Failed, Unsafe, post
from landbridge.parties.notices import tell
from landbridge.registry.models import Change, Record
from landbridge.registry.readers import reader_of

PAUSES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""Between the tries, as the Standard Webhooks scheme proposes: three days and three hours in all."""
TRIES: Final = len(PAUSES) + 1
LEASE: Final = timedelta(minutes=2)
"""How long a claim holds: longer than a name, a connection and an answer may take together."""
KEPT: Final = timedelta(days=30)
ADDRESSES_AT_ONCE: Final = 8
IN_A_ROW: Final = 100
_SECONDS_IN_A_ROW: Final = 30.0
_GONE: Final = 410
"""The receiver says so: it wants no more."""

_busy: set[int] = set()
"""The webhooks that a thread of this process is sending to."""


def _due(now: datetime) -> Q:
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return free & Q(done_at=None, next_at__lte=now)


def claim(webhook_id: int, now: datetime) -> Delivery | None:
    """The next message to an address, for the caller alone. What was never tried goes before what failed."""
    waiting = Delivery.objects.filter(_due(now), webhook_id=webhook_id, webhook__disabled_at=None)
    for delivery in waiting.select_related("webhook__account").order_by("attempts", "next_at", "pk")[:5]:
        if Delivery.objects.filter(_due(now), pk=delivery.pk).update(claimed_until=now + LEASE):
            return delivery
    return None


def serve(webhook_id: int) -> int:
    """Send what is due to one address until something fails: how many messages were taken up."""
    began = time.monotonic()
    for number in range(IN_A_ROW):
        delivery = claim(webhook_id, timezone.now())
        if delivery is None:
            return number
        if not attempt(delivery) or time.monotonic() - began > _SECONDS_IN_A_ROW:
            return number + 1
    return IN_A_ROW


def attempt(delivery: Delivery) -> bool:
    """Send one message: whether the next one may follow at once."""
    if not _may_still_be_told(delivery):
        _end(delivery, None, "Not sent: the account may not read the record any more.")
        return True
    try:
        status, error = _send(delivery), ""
    except (Unsafe, Failed) as problem:
        status, error = None, str(problem)
    if status is not None and 200 <= status < 300:
        _end(delivery, status, "")
        Webhook.objects.filter(pk=delivery.webhook_id, failures__gt=0).update(failures=0)
        return True
    _failed(delivery, status, error or f"The answer was {status}.")
    return False


def _may_still_be_told(delivery: Delivery) -> bool:
    """Days may have passed since it was written down, and the account may have lost its role."""
    if not delivery.webhook.account.is_active:
        return False
    if delivery.body.get("verb") == TEST:
        return True
    change = Change.objects.filter(pk=delivery.change_serial).first()
    record = Record.objects.filter(pk=change.record_id).first() if change else None
    return change is not None and told(change, record, reader_of(delivery.webhook.account)) is not None


def _send(delivery: Delivery) -> int:
    body = orjson.dumps(delivery.body)
    webhook, local = delivery.webhook, settings.WEBHOOKS_LOCAL
    message, moment = f"msg_{webhook.pk}_{delivery.change_serial}", int(time.time())
    headers = {
        "Content-Type": "application/json", "User-Agent": f"Landbridge/{settings.VERSION}", "webhook-id": message,
        "webhook-timestamp": str(moment), "webhook-signature": signature(webhook.secret, message, moment, body),
        "Connection": "close",
    }  # fmt: skip
    return post(webhook.url, body, headers, local=local).status


def signature(secret: str, message: str, moment: int, body: bytes) -> str:
    """The signature of a message by the Standard Webhooks scheme, version 1."""
    key = base64.b64decode(secret.removeprefix(SECRET_MARK))
    signed = hmac.new(key, f"{message}.{moment}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def _end(delivery: Delivery, status: int | None, error: str) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts=F("attempts") + 1, done_at=timezone.now(), claimed_until=None, status=status, error=error
    )


def _failed(delivery: Delivery, status: int | None, error: str) -> None:
    """Try again later, and let what waits behind it wait as long as the address has been failing."""
    now, tries = timezone.now(), delivery.attempts + 1
    again = now + PAUSES[min(tries, len(PAUSES)) - 1]
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts=tries, claimed_until=None, status=status, error=error[:300], next_at=again,
        done_at=now if tries >= TRIES else None,
    )  # fmt: skip
    Webhook.objects.filter(pk=delivery.webhook_id).update(failures=F("failures") + 1)
    failures = delivery.webhook.failures + 1
    if failures >= TRIES or status == _GONE:
        _give_up(delivery.webhook, now, error)
        return
    pause = now + PAUSES[failures - 1]
    behind = Delivery.objects.filter(webhook_id=delivery.webhook_id, done_at=None, next_at__lt=pause)
    behind.exclude(pk=delivery.pk).update(next_at=pause)


def _give_up(webhook: Webhook, now: datetime, error: str) -> None:
    """Turn a webhook off and tell its owner, once."""
    if Webhook.objects.filter(pk=webhook.pk, disabled_at=None).update(disabled_at=now):
        key = f"webhook-{webhook.pk}-{now:%Y%m%d%H%M%S}"
        tell([webhook.account_id], "webhook_off", key, told={"url": webhook.url, "error": error[:200]})


def _in_background(webhook_id: int) -> None:
    """Send in a thread of its own: an address that takes its time must not hold up those who follow the journal."""
    _busy.add(webhook_id)
    background.begin(
        lambda: serve(webhook_id), name=f"webhook-{webhook_id}", doing=f"Sending to the webhook {webhook_id}",
        after=lambda: _busy.discard(webhook_id),
    )  # fmt: skip


class DeliverWebhooks:
    """A task of the clock: begins to send what is due, a few addresses at a time."""

    name = "webhooks"
    every = 5.0

    def __init__(self, start: Callable[[int], object] = _in_background) -> None:
        self.start = start

    def run(self, now: datetime) -> None:
        """Begin with the addresses that have waited longest."""
        free = ADDRESSES_AT_ONCE - len(_busy)
        waiting = Delivery.objects.filter(_due(now), webhook__disabled_at=None).exclude(webhook_id__in=list(_busy))
        longest = waiting.values("webhook_id").annotate(first=Min("next_at")).order_by("first")
        for row in longest[: max(free, 0)]:
            self.start(row["webhook_id"])


class ForgetDeliveries:
    """A task of the clock: what was sent, or given up, a month ago is forgotten."""

    name = "forget-deliveries"
    every = 3600.0

    def run(self, now: datetime) -> None:
        """Forget it."""
        Delivery.objects.filter(Q(done_at__lt=now - KEPT) | Q(done_at=None, next_at__lt=now - KEPT)).delete()
