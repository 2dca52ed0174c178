"""How much speaks for two records telling of one thing, from their traits, with the reasons in the open."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from landbridge.exchange.likeness.traits import pieces

ENOUGH: Final = 0.6
"""What a pair must reach to be shown to a person; see `benchmarks/likeness.py`."""
_CLOSE: Final = 0.6
"""Titles that share less of their letters say nothing."""
_TITLE: Final = 0.6
_NUMBER: Final = re.compile(r"\d+|\b[ivx]{1,4}\b")
Reason = tuple[str, str]


def score(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[float, list[Reason]]:
    """From 0 to 1, and what speaks for it as (criterion, words)."""
    reasons: list[Reason] = []
    told = _identifiers(one, other, reasons)
    told += _title(one, other, reasons)
    if told <= 0:
        return 0.0, []
    told += _shared(one, other, "urls", reasons, (0.3, 0.0))
    told += _shared(one, other, "places", reasons, (0.1, -0.3))
    told += _shared(one, other, "years", reasons, (0.1, -0.25))
    told += _shared(one, other, "bodies", reasons, (0.12, -0.05))
    return max(0.0, min(1.0, round(told, 3))), reasons


def _identifiers(one: Mapping[str, Any], other: Mapping[str, Any], reasons: list[Reason]) -> float:
    """A number that the world has agreed on says more than all else; two different ones of a kind speak against it."""
    mine, theirs = set(one["ids"]), set(other["ids"])
    both = sorted(mine & theirs)
    reasons += [tuple(each.split(":", 1)) for each in both[:3]]
    if both:
        return 0.75
    kinds = {each.split(":", 1)[0] for each in mine} & {each.split(":", 1)[0] for each in theirs}
    return -0.4 if kinds else 0.0


def _title(one: Mapping[str, Any], other: Mapping[str, Any], reasons: list[Reason]) -> float:
    best = 0.0
    for mine, language in one["titles"].items():
        for theirs, its in other["titles"].items():
            if language in ("", its) or its == "" or mine == theirs:
                best = max(best, alike(mine, theirs))
    if best < _CLOSE:
        return 0.0
    reasons.append(("title", "same" if best == 1 else f"{round(best * 100)}"))
    return _TITLE * best if best == 1 else _TITLE * (best - 0.25) / 0.75


def alike(mine: str, theirs: str) -> float:
    """How alike two folded names are: 1 for the same words in any order, and nothing when their numbers differ."""
    first, second = set(mine.split()), set(theirs.split())
    if first == second:
        return 1.0 if len(mine) > 5 or mine > "\u2e80" else 0.9
    shared = _overlap(mine, theirs)
    if shared < _CLOSE or _numbers(first) != _numbers(second):
        return 0.0  # Phase 1 and phase 2, 2021 and 2022: a series, and not one thing.
    return 0.0 if _other_words(first, second) else shared


def _overlap(mine: str, theirs: str) -> float:
    a, b = pieces(mine), pieces(theirs)
    return 2 * len(a & b) / ((len(a) + len(b)) or 1)


def _numbers(words: set[str]) -> set[str]:
    return {found for word in words for found in _NUMBER.findall(word)}


def _other_words(first: set[str], second: set[str]) -> bool:
    """Whether each says something that the other does not: a word that is no misspelling of one over there."""
    mine, theirs = first - second, second - first
    if any(word > "\u2e80" for word in mine | theirs):
        return False  # Chinese is written without spaces: there are no words to lay beside each other.
    return any(not _has_like(word, theirs) for word in mine) and any(not _has_like(word, mine) for word in theirs)


def _has_like(word: str, among: set[str]) -> bool:
    return any(_overlap(word, each) >= 0.25 for each in among)


def _shared(
    one: Mapping[str, Any], other: Mapping[str, Any], name: str, reasons: list[Reason], weights: Sequence[float]
) -> float:
    """What both tell of something adds; what they tell differently takes away; what one leaves out says nothing."""
    mine, theirs = set(one[name]), set(other[name])
    if not mine or not theirs:
        return 0.0
    if both := mine & theirs:
        reasons.append((name, ", ".join(sorted(map(str, both))[:3])[:200]))
        return weights[0]
    return weights[1]


def drifted(then: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a record says something else than when somebody decided about it: another name and other numbers."""
    return set(then["ids"]) != set(now["ids"]) or not any(
        alike(old, new) >= _CLOSE for old in then["titles"] for new in now["titles"]
    )


def told(reasons: Sequence[Sequence[str]]) -> Iterator[Reason]:
    """Reasons as they come out of the database."""
    for each in reasons:
        yield str(each[0]), str(each[1])
