"""How surely a theme or a target is what a text is about: what the rules say of it, held against the whole text.

A rule takes every mention at its word. Here a conclusion counts for more when a second word bears it out, when the
first sentence has it, and when few others stand above it; and every concept of the text speaks for or against it. How
much, `tables/weights.tsv` tells. It was learnt from paragraphs written for that, and from the sample network, by
`benchmarks/proposals_learning.py`; what comes out is a probability.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import exp, log
from typing import Final

from landbridge.search.inference import Inferred, Span, upward
from landbridge.search.signs import Sighting, rows

KINDS: Final = ("themes:", "targets:")
MEASURES: Final = ("always", "rules", "second", "opening", "rank", "unsaid", "target")
"""What counts of every theme and target alike. In the table they are called `measure:…`, and stand under `every`."""
STEP: Final = 0.05
"""The weights of the table are multiples of this, so that one is kept in one byte."""
SHOWN: Final = 0.25
"""From here on a word is told as a reason, after those of the rules; less is a nuance that nobody would understand."""
_MIDDLE: Final = 128
_FLOOR: Final = 0.03
"""Keeps the odds finite where the rules say nothing."""
_LOWEST_RANK: Final = 6
_STEM: Final = 5
_FIRST_SENTENCE: Final = re.compile(r"[.!?؟。！？]\s*|\n")


@dataclass(frozen=True)
class Weights:
    """The table: what each measure counts, what each conclusion has beforehand, and what each concept tells."""

    measures: Mapping[str, float]
    labels: tuple[str, ...]
    beforehand: Mapping[str, float]
    concepts: Mapping[str, bytes]
    """Concept to pairs of bytes: the place in `labels`, and the weight in steps from the middle."""

    def of(self, concept: str) -> Iterable[tuple[str, float]]:
        pairs = self.concepts.get(concept, b"")
        for place, steps in zip(pairs[::2], pairs[1::2], strict=True):
            yield self.labels[place], (steps - _MIDDLE) * STEP


@dataclass
class _Learnt:
    """What the concepts of a text tell of one conclusion, and where those stand that speak for it."""

    total: float = 0.0
    reasons: dict[Span, float] = field(default_factory=dict)


@cache
def weights() -> Weights:
    measures: dict[str, float] = {}
    beforehand: dict[str, float] = {}
    places: dict[str, int] = {}
    concepts: dict[str, bytearray] = {}
    for row in rows("weights.tsv"):
        gives, weight = row["gives"], float(row["weight"])
        for key in row["of"].split():
            if gives == "every":
                measures[key.removeprefix("measure:")] = weight
            elif key == "measure:always":
                beforehand[gives] = weight
            else:
                told = (places.setdefault(gives, len(places)), round(weight / STEP) + _MIDDLE)
                concepts.setdefault(key, bytearray()).extend(told)
    return Weights(measures, tuple(places), beforehand, {key: bytes(pairs) for key, pairs in concepts.items()})


def weigh(
    found: Mapping[str, Inferred], sightings: Sequence[Sighting], text: str, also: Iterable[str] = ()
) -> dict[str, Inferred]:
    """What was inferred, with themes and targets weighed anew, and those that only the weights speak for."""
    learnt = _learn(concepts_of(sightings, also))
    measured = measure(found, text)
    weighed = {key: one for key, one in found.items() if not key.startswith(KINDS)}
    for key in dict.fromkeys((*measured, *learnt)):
        told = learnt.get(key, _Learnt())
        rules = found.get(key, Inferred())
        if key in measured or told.total > 0:
            sure = _surely(key, measured.get(key) or _unmeasured(key, found), told.total)
            weighed[key] = Inferred({**told.reasons, **rules.reasons}, 1 - sure)
    return weighed


def concepts_of(sightings: Iterable[Sighting], also: Iterable[str]) -> dict[str, list[Span]]:
    """Every concept of a text and all broader ones, with where they stand; what is known beside the words, nowhere."""
    found: dict[str, list[Span]] = {key: [] for key in also}
    for one in sightings:
        for key in upward(one.key):
            found.setdefault(key, []).append((one.start, one.end))
    return found


def measure(found: Mapping[str, Inferred], text: str) -> dict[str, dict[str, float]]:
    """The measures of each theme and target that the rules speak for."""
    first = _FIRST_SENTENCE.search(text)
    opening = first.end() if first else len(text)
    return {
        key: {
            **_unmeasured(key, found),
            "rules": _odds(one.confidence),
            "second": _second(one, text),
            "opening": float(any(start < opening for start, _ in one.reasons)),
            "unsaid": 0.0,
        }
        for key, one in found.items()
        if key.startswith(KINDS) and one.confidence > 0
    }


def _unmeasured(key: str, found: Mapping[str, Inferred]) -> dict[str, float]:
    """The measures of a conclusion that no rule speaks for."""
    kind, sure = key.partition(":")[0], found[key].confidence if key in found else 0.0
    above = sum(1 for other, one in found.items() if other.startswith(f"{kind}:") and one.confidence > sure)
    return {
        "always": 1.0, "rules": _odds(0.0), "second": 0.0, "opening": 0.0,
        "rank": min(above, _LOWEST_RANK) / _LOWEST_RANK, "unsaid": 1.0, "target": float(kind == "targets"),
    }  # fmt: skip


def _odds(sure: float) -> float:
    return log((sure + _FLOOR) / (1 - sure + _FLOOR))


def _second(one: Inferred, text: str) -> float:
    """The weight of the second of the words that led to it; two forms of one word are one."""
    by_word: dict[str, float] = {}
    for (start, end), weight in one.reasons.items():
        word = text[start:end][:_STEM]
        by_word[word] = max(weight, by_word.get(word, 0.0))
    return sorted((0.0, 0.0, *by_word.values()))[-2]


def _learn(concepts: Mapping[str, Sequence[Span]]) -> dict[str, _Learnt]:
    learnt: dict[str, _Learnt] = {}
    table = weights()
    for concept, spans in concepts.items():
        for key, weight in table.of(concept):
            told = learnt.setdefault(key, _Learnt())
            told.total += weight
            for span in spans if weight >= SHOWN else ():
                told.reasons[span] = max(weight / 2, told.reasons.get(span, 0.0))
    return learnt


def _surely(key: str, measured: Mapping[str, float], told: float) -> float:
    table = weights()
    total = sum(table.measures.get(name, 0.0) * value for name, value in measured.items())
    return 1 / (1 + exp(-total - table.beforehand.get(key, 0.0) - told))
