"""From what stands in a text to what follows from it: mangroves lead to the theme of seas and coasts.

The table `inferences.tsv` is the whole of what is known; nothing is learnt in secret. Every conclusion keeps the words
that led to it. Several weak reasons make a strong one: 0.4 and 0.5 together are 0.7.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from landbridge.formats import vocabulary
from landbridge.search.signs import Sighting, rows

Span = tuple[int, int]
SUREST: Final = 0.97
_AGAIN: Final = 0.4
"""How much a word counts that stands in the text a second time."""
_OWN_WORD: Final = {"themes:": 0.5, "targets:": 0.35, "support_types:": 0.55}
"""A theme called by one of the words that mean it; many of them are short and common: "sea", "cities"."""


@dataclass(frozen=True)
class Rule:
    """Any of `of` leads to `gives` with `weight`; where there are companions, one must stand in the text as well."""

    gives: str
    weight: float
    of: frozenset[str]
    companions: frozenset[str]


@dataclass
class Inferred:
    """How sure a conclusion is, and the places of the words that led to it."""

    reasons: dict[Span, float] = field(default_factory=dict)
    doubt: float = 1.0

    @property
    def confidence(self) -> float:
        return min(SUREST, 1 - self.doubt)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, those for themes first: targets may follow from themes."""
    return tuple(
        Rule(row["gives"], float(row["weight"]), frozenset(row["of"].split()), frozenset(row["with"].split()))
        for row in rows("inferences.tsv")
    )


@cache
def _by_key() -> Mapping[str, tuple[Rule, ...]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules():
        for key in rule.of:
            found.setdefault(key, []).append(rule)
    return {key: tuple(some) for key, some in found.items()}


_NATURAL: Final = ("ecosystems:", "species:", "threats:", "technologies:", "actions:")
"""Vocabularies whose narrower concepts are of the same kind: a bog is a wetland. Of topics that is not so."""


@cache
def upward(key: str) -> tuple[str, ...]:
    """A concept and all broader ones of its own vocabulary."""
    term = vocabulary.find(key) if key.startswith(_NATURAL) else None
    above = vocabulary.ancestors(term) if term else ()
    return (key, *(one.key for one in above if one.vocabulary == key.split(":", 1)[0]))


def infer(sightings: Sequence[Sighting], text: str, also: Iterable[str] = ()) -> dict[str, Inferred]:
    """Themes, targets and kinds of support, by key. `also` tells what is known beside the words: `format:offer`."""
    present = {above for one in sightings for above in upward(one.key)} | set(also)
    told: dict[str, dict[Span, float]] = {}
    for one in sightings:
        _read(one, present, told)
    found = {key: _weighed(reasons, text) for key, reasons in told.items()}
    for theme in [key for key in found if key.startswith("themes:")]:
        for rule in _by_key().get(theme, ()):
            _follow(rule, found[theme], found.setdefault(rule.gives, Inferred()))
    return found


def _read(one: Sighting, present: set[str], told: dict[str, dict[Span, float]]) -> None:
    """Put down what a word leads to; of several reasons in the same word the strongest counts."""
    span = (one.start, one.end)
    for key in upward(one.key):
        # What follows from a theme follows from how sure the theme is, not from its bare name.
        for rule in () if key.startswith("themes:") else _by_key().get(key, ()):
            if not rule.companions or rule.companions & present:
                _note(told, rule.gives, span, rule.weight)
    own = _OWN_WORD.get(one.key.partition(":")[0] + ":")
    if own:
        _note(told, one.key, span, own)


def _note(told: dict[str, dict[Span, float]], gives: str, span: Span, weight: float) -> None:
    reasons = told.setdefault(gives, {})
    reasons[span] = max(weight, reasons.get(span, 0.0))


def _weighed(reasons: Mapping[Span, float], text: str) -> Inferred:
    inferred, said, reach = Inferred(), set[str](), -1
    for (start, end), weight in sorted(reasons.items(), key=lambda one: (one[0][0], -one[0][1])):
        if end <= reach:
            continue
        reach = end
        word = text[start:end][:6]
        inferred.doubt *= 1 - weight * (_AGAIN if word in said else 1.0)
        inferred.reasons[start, end] = weight
        said.add(word)
    return inferred


def _follow(rule: Rule, theme: Inferred, target: Inferred) -> None:
    """A target that follows from a theme: as sure as the theme is, at most as sure as the rule."""
    target.doubt *= 1 - rule.weight * theme.confidence
    for span, weight in theme.reasons.items():
        target.reasons.setdefault(span, weight)
