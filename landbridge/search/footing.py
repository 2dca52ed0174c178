"""Puts words and meanings on one footing, so that no language comes first because few records are written in it.

A word of a language with few records is rare in the whole index, and by its rarity alone it would outweigh what it
means: a search for 红树林 would give every Chinese record that names mangroves in passing before the records about
mangroves in five other languages.
"""

import math
from collections.abc import Iterable
from dataclasses import replace

from landbridge.search.index import Index
from landbridge.search.plan import Clause, Group, Phrase

_MEANINGS = ("concept", "subject")


def rarity(frequency: int, total: int) -> float:
    """How much a term tells that so many of all records hold (the idf of BM25).

    An engine may count records that were replaced or dropped a moment ago: more than all cannot hold it.
    """
    frequency = min(frequency, total)
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def on_one_footing(groups: Iterable[Group], index: Index) -> tuple[Group, ...]:
    """The groups with words weighed down to what they mean, where a meaning is known to the index."""
    total = max(1, index.count())
    return tuple(_levelled(group, index, total) for group in groups)


def _levelled(group: Group, index: Index, total: int) -> Group:
    meaning = max((_rarity(one, index, total) for one in group.any_of if _is_concept(one)), default=0.0)
    if not meaning:
        return group
    any_of = tuple(_down(clause, meaning, _rarity(clause, index, total)) for clause in group.any_of)
    together = sum(_rarity(clause, index, total) for clause in group.all_of)
    all_of = tuple(
        replace(clause, weight=clause.weight * min(1.0, meaning / (together or 1))) for clause in group.all_of
    )
    return replace(group, any_of=any_of, all_of=all_of)


def _is_concept(clause: Clause | Phrase) -> bool:
    return isinstance(clause, Clause) and clause.field == "concept"


def _rarity(clause: Clause | Phrase, index: Index, total: int) -> float:
    if isinstance(clause, Phrase):
        return 0.0
    frequency = index.frequency(clause.field, clause.term)
    return rarity(frequency, total) if frequency else 0.0


def _down(clause: Clause | Phrase, meaning: float, own: float) -> Clause | Phrase:
    if isinstance(clause, Phrase) or own <= meaning or clause.field in _MEANINGS:
        return clause
    return replace(clause, weight=clause.weight * meaning / own)
