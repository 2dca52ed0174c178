"""Finding records that may tell of one thing: by the journal, a batch at a time, in bounded memory.

Only what is published is looked at, and of its answers only those that everybody may see. A pair that somebody decided
stays decided, unless one of its records says something else by now.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, Q

from landbridge.exchange.likeness import scoring, traits
from landbridge.exchange.models import Likeness, Trait, TraitKey
from landbridge.registry.models import Change, Cursor
from landbridge.registry.queries import RecordView, states
from landbridge.registry.workflow import State

CURSOR: Final = "likeness"
BATCH: Final = 100
"""Changes of one transaction: others who write wait for it, well under a second."""
COMMON: Final = 30
"""A key that more records share says nothing of any two of them."""
PER_RECORD: Final = 10
"""So many pairs of one record are kept, the likeliest."""
_SECONDS: Final = 0.8
"""A turn by the clock begins no batch after so long: letters and the search wait meanwhile."""
_AT_ONCE: Final = 400
Pair = tuple[str, str]


class FindLikenesses:
    """By the clock: looks at what was written since the last time."""

    name = "find-likenesses"
    every: float = 5

    def run(self, now: datetime) -> None:
        """As many batches as fit into a moment; what is left waits for the next turn."""
        until = time.monotonic() + _SECONDS
        while find_once() and time.monotonic() < until:
            pass


def find_all() -> int:
    """Look at all that is left: how many changes that were."""
    total = 0
    while took := find_once():
        total += took
    return total


def find_once(limit: int = BATCH) -> int:
    """Take in the next batch of the journal, in one transaction: how many changes it had."""
    with transaction.atomic():
        Cursor.objects.get_or_create(follower=CURSOR)
        cursor = Cursor.objects.select_for_update().get(follower=CURSOR)
        rows = Change.objects.filter(serial__gt=cursor.serial).order_by("serial").values_list("serial", "record_id")
        changes = list(rows[:limit])
        if not changes:
            return 0
        look_at({record for _, record in changes})
        cursor.serial = changes[-1][0]
        cursor.save()
    return len(changes)


def look_at(record_ids: set[str]) -> None:
    """Compare these records with all others, and write down the pairs that a person should look at."""
    now = {key: view for key, view in states(record_ids).items() if _counts(view)}
    before = dict(Trait.objects.filter(pk__in=record_ids).values_list("pk", "facts"))
    told = {key: traits.facts(view.format, view.data) for key, view in now.items()}
    gone = [key for key in before if key not in told]
    fresh = {key: facts for key, facts in told.items() if before.get(key) != facts}
    _forget([*gone, *fresh])
    keys = {key: traits.keys(now[key].format, facts) for key, facts in fresh.items()}
    Trait.objects.bulk_create([Trait(record_id=key, format=now[key].format, facts=fresh[key]) for key in fresh])
    _keep(keys)
    _write(_pairs(keys), fresh)


def _keep(keys: Mapping[str, set[int]]) -> None:
    """Many small rows: an instance of a model for each would cost several times what the database needs."""
    rows = [(record, number) for record, numbers in keys.items() for number in sorted(numbers)]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO exchange_traitkey (record_id, key) VALUES (%s, %s)", rows)


def _counts(view: RecordView) -> bool:
    return view.state != State.RETIRED and view.format not in traits.NEVER


def _forget(record_ids: Sequence[str]) -> None:
    Trait.objects.filter(pk__in=record_ids).delete()
    TraitKey.objects.filter(record_id__in=record_ids).delete()
    either = Q(first__in=record_ids) | Q(second__in=record_ids)
    Likeness.objects.filter(either, decision="").delete()


def _pairs(keys: Mapping[str, set[int]]) -> set[Pair]:
    """All pairs of which one record is new or changed and that share a key that is not common."""
    holders: dict[int, list[str]] = defaultdict(list)
    wanted = sorted({number for numbers in keys.values() for number in numbers})
    for start in range(0, len(wanted), _AT_ONCE):
        some = TraitKey.objects.filter(key__in=wanted[start : start + _AT_ONCE])
        shared = some.values("key").annotate(count=Count("pk")).filter(count__gt=1, count__lte=COMMON)
        telling = list(shared.values_list("key", flat=True))
        for number, record in TraitKey.objects.filter(key__in=telling).values_list("key", "record_id"):
            holders[number].append(record)
    return {
        (min(one, other), max(one, other))
        for one, numbers in keys.items() for number in numbers for other in holders.get(number, ()) if other != one
    }  # fmt: skip


def _write(pairs: set[Pair], fresh: Mapping[str, Any]) -> None:
    facts = dict(fresh) | facts_of({key for pair in pairs for key in pair} - set(fresh))
    scored = [(*scoring.score(facts[one], facts[other]), one, other) for one, other in pairs
              if one in facts and other in facts]  # fmt: skip
    likely = sorted((one for one in scored if one[0] >= scoring.ENOUGH), key=lambda one: (-one[0], one[2], one[3]))
    taken: dict[str, int] = defaultdict(int)
    rows: list[Likeness] = []
    for number, reasons, one, other in likely:
        if max(taken[one], taken[other]) < PER_RECORD:
            taken[one] += 1
            taken[other] += 1
            rows.append(Likeness(first=one, second=other, score=number, reasons=reasons))
    _reopen({(row.first, row.second) for row in rows}, facts)
    Likeness.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def facts_of(record_ids: Iterable[str]) -> dict[str, Any]:
    """The traits of records as they are now."""
    ids = sorted(record_ids)
    found: dict[str, Any] = {}
    for start in range(0, len(ids), _AT_ONCE):
        found.update(Trait.objects.filter(pk__in=ids[start : start + _AT_ONCE]).values_list("pk", "facts"))
    return found


def _reopen(pairs: set[Pair], facts: Mapping[str, Any]) -> None:
    """Pairs that were held to be different, and of which one says something else by now, are asked about again."""
    firsts = sorted({first for first, _ in pairs})
    for start in range(0, len(firsts), _AT_ONCE):
        for row in Likeness.objects.filter(first__in=firsts[start : start + _AT_ONCE], decision="apart"):
            then = row.done.get("facts") or {}
            known = ((key, then.get(key)) for key in (row.first, row.second))
            if (row.first, row.second) in pairs and any(was and scoring.drifted(was, facts[key]) for key, was in known):
                row.delete()
