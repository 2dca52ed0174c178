"""Notices: what a person is told, once, and how they wish to hear of it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from landbridge.parties.models import Account, Notice, OneTimeLink

AT_ONCE: Final = "at_once"
DAILY: Final = "daily"
WEEKLY: Final = "weekly"
NONE: Final = "none"
WAYS: Final = (AT_ONCE, DAILY, WEEKLY, NONE)
KINDS: Final = MappingProxyType(
    {
        "submitted": AT_ONCE, "waiting": WEEKLY, "returned": AT_ONCE, "commented": AT_ONCE, "published": AT_ONCE,
        "retired": AT_ONCE, "endorsed": AT_ONCE, "confirm": DAILY, "overdue": WEEKLY, "expert_expiry": AT_ONCE,
        "nominated": AT_ONCE,
        "match": AT_ONCE, "watch": DAILY, "role": AT_ONCE, "invited": NONE, "webhook_off": AT_ONCE,
        "source_failing": DAILY, "notified": DAILY,
    }
)  # fmt: skip
"""Kind of notice to how it is mailed where a person says nothing, in the order of the page of choices."""
LONGEST_KEY: Final = 200
KEPT: Final = timedelta(days=730)
"""A notice is kept so long; what makes its key must not come again after that."""
KEPT_READ: Final = timedelta(days=365)
_MOST_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Telling:
    """Something to tell to some people. The same key is told to the same person once, however often this is asked."""

    account_ids: Collection[int]
    kind: str
    key: str
    record_id: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)


def tell(
    account_ids: Collection[int], kind: str, key: str, record_id: str = "", told: Mapping[str, Any] | None = None
) -> None:
    """Tell people something, each once: one query."""
    tell_all([Telling(account_ids, kind, key, record_id, told or {})])


def tell_all(tellings: Iterable[Telling]) -> None:
    """Tell several things: one query for every few hundred notices."""
    rows = [
        Notice(account_id=account_id, kind=one.kind, key=one.key[:LONGEST_KEY], record_id=one.record_id,
               told=dict(one.told))
        for one in tellings
        for account_id in sorted(set(one.account_ids))
    ]  # fmt: skip
    if rows:
        Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_MOST_AT_ONCE)


def way(account: Account, kind: str) -> str:
    """How a person hears of a kind by mail: their own choice, else the default of the kind."""
    chosen = account.notify.get(kind) if isinstance(account.notify, dict) else None
    return chosen if chosen in WAYS else KINDS.get(kind, AT_ONCE)


def choose(account: Account, ways: Mapping[str, str]) -> None:
    """Keep a person's choices. What is neither a kind nor a way is passed over."""
    kept = {kind: chosen for kind, chosen in ways.items() if kind in KINDS and chosen in WAYS}
    account.notify = {**(account.notify if isinstance(account.notify, dict) else {}), **kept}
    account.save(update_fields=["notify"])


def unread(account_id: int) -> int:
    """How many notices a person has not read: one query."""
    return Notice.objects.filter(account_id=account_id, read_at=None).count()


def listed(account_id: int, limit: int, after: tuple[bool, int] | None = None) -> list[Notice]:
    """A page of a person's notices, the unread ones first, each part from the newest: at most two queries.

    `after` is the last notice of the page before: whether it was read, and its id.
    """
    was_read, last = after or (False, 0)
    own = Notice.objects.filter(account_id=account_id).order_by("-pk")
    found: list[Notice] = []
    if not was_read:
        found = list(own.filter(Q(pk__lt=last) if last else Q(), read_at=None)[:limit])
    if len(found) < limit:
        below = Q(pk__lt=last) if was_read and last else Q()
        found += own.filter(below, read_at__isnull=False)[: limit - len(found)]
    return found


def newest(account_id: int, limit: int) -> list[Notice]:
    """A person's newest notices, read or not."""
    return list(Notice.objects.filter(account_id=account_id).order_by("-at", "-pk")[:limit])


def mark_read(account_id: int, ids: Collection[int] | None = None, up_to: int | None = None) -> int:
    """Mark notices of a person as read, these or all up to an id: how many there were.

    What came in after the page was made is not marked with "all": nobody has seen it.
    """
    waiting = Notice.objects.filter(account_id=account_id, read_at=None)
    if ids is not None:
        waiting = waiting.filter(pk__in=ids)
    if up_to is not None:
        waiting = waiting.filter(pk__lte=up_to)
    return waiting.update(read_at=timezone.now())


def settle(account_id: int, key: str) -> None:
    """Mark a notice as read that asks for nothing any more."""
    Notice.objects.filter(account_id=account_id, key=key, read_at=None).update(read_at=timezone.now())


def settle_for(email: str, keys: Collection[str]) -> None:
    """Mark notices as read that ask for nothing any more, of whoever has an address."""
    Notice.objects.filter(account__email=email, key__in=keys, read_at=None).update(read_at=timezone.now())


def tidy(now: datetime) -> int:
    """Drop what is long past: old notices, and links that nobody can use any more. How many notices went."""
    old = Q(at__lt=now - KEPT) | Q(read_at__lt=now - KEPT_READ)
    OneTimeLink.objects.filter(expires_at__lt=now - timedelta(days=30)).delete()
    gone, _ = Notice.objects.filter(old).delete()
    return gone
