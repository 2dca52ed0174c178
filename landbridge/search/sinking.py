"""Lets what should have been confirmed sink below what is as good and fresh: never out of the results, nor out of the
counts."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final
from weakref import WeakKeyDictionary

from landbridge.search.document import day
from landbridge.search.footing import rarity
from landbridge.search.index import Index
from landbridge.search.plan import Clause, Group, Phrase, Plan, Range, Sinking

SHARE: Final = 0.2
"""What an overdue record loses, as a share of the score of one that has each word once."""
_KEPT: Final = 20.0
"""Seconds for which it is known that nothing is overdue: then no search pays for this."""
_known: "WeakKeyDictionary[Index, tuple[float, int, bool]]" = WeakKeyDictionary()


def today() -> date:
    """The day by which it is judged what is overdue, in UTC for everybody."""
    return datetime.now(UTC).date()


def sinking(groups: Sequence[Group], index: Index) -> Sinking | None:
    """How far overdue records sink for this question; None where there is none of them."""
    before = day(today())
    if not groups or not _any_overdue(index, before):
        return None
    total = max(1, index.count())
    worth = sum(max((_worth(one, index, total) for one in group.any_of), default=0.0) for group in groups)
    return Sinking(before, SHARE, SHARE * worth) if worth else None


def _any_overdue(index: Index, before: int) -> bool:
    at, asked, known = _known.get(index, (0.0, 0, False))
    if asked != before or time.monotonic() - at > _KEPT:
        known = index.search(Plan(ranges=(Range("confirm_by", most=before - 1),), sort="updated", limit=1)).total > 0
        _known[index] = (time.monotonic(), before, known)
    return known


def _worth(clause: Clause | Phrase, index: Index, total: int) -> float:
    if isinstance(clause, Phrase):
        return clause.weight * len(clause.terms)
    frequency = index.frequency(clause.field, clause.term)
    return clause.weight * rarity(frequency, total) if frequency else 0.0
