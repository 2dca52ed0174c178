"""Watches: what people do with them, and how what is new under them is told, once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from django.db import transaction
from django.utils import timezone

from landbridge.formats.vocabulary import find, vocabulary
from landbridge.parties.models import Account
from landbridge.parties.notices import Telling, tell_all
from landbridge.registry.queries import newest_serial
from landbridge.search.models import Told, Watch
from landbridge.search.query import FILTER_OF, BadQuery, Query, check

KINDS: Final = ("search", "need", "party", "term")
MOST: Final = 200
"""Watches that one person can have."""
LONGEST: Final = 2_000
NAMED: Final = 20
"""Records that a notice names; of the others it tells how many there are."""
KEPT_DROPPED: Final = timedelta(days=30)
_PARAMETERS: Final = {facet: field for field, facet in FILTER_OF.items()} | {"freshness": "freshness"}
_VALUES: Final = 20


class CannotWatch(ValueError):
    """What was asked to be watched cannot be."""


class TooMany(ValueError):
    """The person has as many watches as one can have."""


def query_of(subject: str) -> Query:
    """The search that a watch keeps, from the query string of its address. Order and page do not matter."""
    given = parse_qs(subject, max_num_fields=200)
    chosen: dict[str, Any] = {field: tuple(given.get(name, ())[:_VALUES]) for name, field in _PARAMETERS.items()}
    return Query(text=" ".join(given.get("q", ())), **chosen)


def _tidy(kind: str, subject: str) -> str:
    """The subject as it is kept.

    Raises:
        CannotWatch: it is none.
    """
    if kind == "search":
        return _tidy_search(subject)
    if kind == "party" and subject in vocabulary("countries").terms:
        return subject
    if kind == "term" and len(subject) <= 200 and find(subject) is not None:
        return subject
    if kind == "need" and 0 < len(subject) <= 100 and "\x00" not in subject:
        return subject  # Whether it is there, and for whom, is asked whenever something is told.
    raise CannotWatch(f"{kind} {subject[:60]!r}")


def _tidy_search(subject: str) -> str:
    try:
        given = parse_qs(subject, max_num_fields=200)
        query = query_of(subject)
        check(query)
    except (BadQuery, ValueError) as error:
        raise CannotWatch(str(error)) from error
    kept = [("q", text)] if (text := query.text.replace("\x00", "").strip()) else []
    kept += [(name, value) for name in _PARAMETERS for value in given.get(name, ())[:_VALUES]]
    tidied = urlencode(kept)
    if not kept or len(tidied) > LONGEST:
        raise CannotWatch("A search that is watched has words or filters, and not too many of them.")
    return tidied


def watch(account: Account, kind: str, subject: str, name: str = "") -> tuple[Watch, bool]:
    """Begin to watch something: the watch, and whether it is new. What was watched before goes on.

    Raises:
        CannotWatch: the subject is none that can be watched.
        TooMany: the person has too many watches.
    """
    tidied = _tidy(kind, subject)
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)  # Pressed twice, it is there once.
        own = Watch.objects.filter(account=account)
        known = own.filter(kind=kind, subject=tidied).order_by("-pk").first()
        if known is not None:
            is_new = known.dropped_at is not None
            Watch.objects.filter(pk=known.pk).update(dropped_at=None, paused_at=None)
            return known, is_new
        if own.filter(dropped_at=None).count() >= MOST:
            raise TooMany(str(MOST))
        made = Watch(account=account, kind=kind, subject=tidied, name=clean_name(name), since=newest_serial())
        made.save(force_insert=True)
    return made, True


def clean_name(name: str) -> str:
    """A name on one line."""
    return " ".join("".join(sign for sign in name if sign.isprintable() or sign.isspace()).split())[:200]


def rename(account_id: int, watch_id: int, name: str) -> bool:
    """Give one's own watch a name; an empty one takes it away. Whether there is such a watch."""
    return bool(Watch.objects.filter(pk=watch_id, account_id=account_id).update(name=clean_name(name)))


def pause(account_id: int, watch_id: int, *, paused: bool) -> bool:
    """Pause one's own watch, or go on with it from now."""
    at = timezone.now() if paused else None
    own = Watch.objects.filter(pk=watch_id, account_id=account_id, dropped_at=None)
    return bool(own.update(paused_at=at) if paused else own.update(paused_at=None, since=newest_serial()))


def drop(account_id: int, watch_id: int, *, dropped: bool = True) -> bool:
    """Drop one's own watch, or take that back."""
    at = timezone.now() if dropped else None
    return bool(Watch.objects.filter(pk=watch_id, account_id=account_id).update(dropped_at=at))


def listed(account_id: int, limit: int, before: int | None = None) -> list[Watch]:
    """A page of one's watches, the newest first."""
    own = Watch.objects.filter(account_id=account_id, dropped_at=None)
    if before is not None:
        own = own.filter(pk__lt=before)
    return list(own.order_by("-pk")[:limit])


def active(kinds: Sequence[str], serial: int) -> list[Watch]:
    """All watches of these kinds that want to hear of changes after `serial`, of people who are still there."""
    going_on = Watch.objects.filter(
        kind__in=kinds, paused_at=None, dropped_at=None, account__is_active=True, account__erased_at=None
    )
    return list(going_on.filter(since__lt=serial).select_related("account").order_by("pk"))


@dataclass(frozen=True)
class Found:
    """What fits a watch: its records, the best or newest first."""

    watch: Watch
    record_ids: tuple[str, ...]
    record_id: str = ""
    """The record that the notice is about, where it is about one: a need."""


def tell(kind: str, found: Sequence[Found]) -> int:
    """Tell what fits, each record once a watch, whatever happens in between: how many records are told.

    Which record was told and the notice that tells it are kept in one transaction. Another host that tells the same at
    the same time fails here, before anything is kept, and finds it told when it tries again.
    """
    with transaction.atomic():
        known = _told([one.watch.pk for one in found], {record for one in found for record in one.record_ids})
        news = [
            replace(one, record_ids=tuple(record for record in one.record_ids if (one.watch.pk, record) not in known))
            for one in found
        ]
        news = [one for one in news if one.record_ids]
        rows = [Told(watch_id=one.watch.pk, record_id=record) for one in news for record in one.record_ids]
        Told.objects.bulk_create(rows, batch_size=1_000)
        tell_all(_telling(kind, one) for one in news)
    return len(rows)


def _told(watch_ids: Sequence[int], record_ids: Iterable[str]) -> set[tuple[int, str]]:
    """(watch, record) that was told before."""
    records = sorted(record_ids)
    known: set[tuple[int, str]] = set()
    for start in range(0, len(watch_ids), 500):
        told = Told.objects.filter(watch_id__in=watch_ids[start : start + 500])
        for first in range(0, len(records), 500):
            some = told.filter(record_id__in=records[first : first + 500])
            known.update(some.values_list("watch_id", "record_id"))
    return known


def _telling(kind: str, one: Found) -> Telling:
    told: Mapping[str, object] = {
        "watch": one.watch.pk, "records": list(one.record_ids[:NAMED]), "count": len(one.record_ids),
    }  # fmt: skip
    key = f"{kind}:{one.watch.pk}:{one.record_ids[0]}"
    return Telling([one.watch.account_id], kind, key, one.record_id, told)


def take_as_known(watch: Watch, record_ids: Iterable[str]) -> None:
    """Keep as told what was there when the watch began."""
    rows = [Told(watch=watch, record_id=record, known=True) for record in record_ids]
    Told.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)


def tidy(now: datetime) -> None:
    """Drop for good what was dropped long ago."""
    Watch.objects.filter(dropped_at__lt=now - KEPT_DROPPED).delete()
