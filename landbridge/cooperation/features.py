"""The question that a profile puts to the index, and what a single record is held against."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from landbridge.cooperation.profile import TOKEN, Aspect, Profile
from landbridge.search.footing import rarity
from landbridge.search.index import Index
from landbridge.search.plan import Clause, Group

FEATURES: Final = 72
"""How many terms a question to the index has at most: the most telling ones."""
OPTIONS: Final = 6
NEGLIGIBLE: Final = 0.1
"""An aspect has so many options at most, and none that is worth less than this share of its best one."""
OTHERS: Final = 0.3
"""What the other options of an aspect add when several of them answer, as a share."""
ALONE: Final = 1.6
"""A word without a known meaning is often a name, and only itself can answer it: it weighs so much more."""
UNKNOWN: Final = 1.5
"""What no record speaks of counts among what is asked, so that a need of another world is not said to be met."""
DAILY: Final = 0.4
"""How much everyday words count among what is asked."""
TOO_COMMON: Final = 0.35
"""A term in more than this share of all records tells nothing."""


Options = list[tuple[float, Clause]]
"""The terms that answer one aspect, each with its worth: its weight times its rarity; the most telling first."""


@dataclass(frozen=True)
class Features:
    """What is put to the index, with the score of a record that answers each aspect once."""

    groups: tuple[Group, ...]
    ideal: float
    answered_by: Mapping[str, Sequence[tuple[int, float]]]
    """Concept to the aspects that a record which holds it answers, each with its worth."""
    keys: frozenset[str]
    """The concepts of `answered_by`."""
    words: Sequence[tuple[int, float, str]]
    """Words without a concept, each with its aspect and its worth."""
    whole: float
    """The worth of all aspects, whether the index knows them or not."""
    importance: Mapping[str, float]
    """Concept to its weight times its rarity: what to name first among reasons."""


def features(profile: Profile, index: Index) -> Features:
    """The most telling aspects of a profile: those that are rare in the index and weigh much in the need."""
    total = max(1, index.count())
    in_language = max(1, index.frequency("language", profile.language))
    known: list[Options] = []
    asked: list[tuple[Aspect, float]] = []
    unknown = 0.0
    for aspect in profile.aspects.values():
        options, common = _known(aspect, index, total, in_language)
        if options:
            known.append(options)
            worth = options[0][0]
        elif common:
            continue
        else:
            worth = UNKNOWN * damped(aspect.weight) * TOKEN * rarity(0, total)
            unknown += worth
        asked.append((aspect, worth * (DAILY if aspect.is_everyday else 1.0)))
    chosen = _most_telling(known)
    answered = _answered_by(asked)
    return Features(
        groups=tuple(_group(options) for options in chosen),
        ideal=sum(options[0][0] for options in chosen) + unknown or 1.0,
        answered_by=answered,
        keys=frozenset(answered),
        words=_nameless(asked),
        whole=sum(worth for _, worth in asked),
        importance=_importance(chosen),
    )


def _most_telling(known: list[Options]) -> list[Options]:
    """The aspects that are worth most, each with its best options, within the size of a question."""
    chosen: list[Options] = []
    left = FEATURES
    for options in sorted(known, key=lambda options: -options[0][0]):
        if left <= 0:
            break
        least = NEGLIGIBLE * options[0][0]
        chosen.append([option for option in options[:OPTIONS] if option[0] >= least])
        left -= len(chosen[-1])
    return chosen


def _group(options: Options) -> Group:
    return Group(tuple(clause for _, clause in options), needed=False, others=OTHERS)


def _importance(chosen: Sequence[Options]) -> dict[str, float]:
    importance: dict[str, float] = {}
    for worth, clause in (option for options in chosen for option in options):
        if clause.field == "concept":
            importance[clause.term] = max(worth, importance.get(clause.term, 0.0))
    return importance


def _nameless(asked: Sequence[tuple[Aspect, float]]) -> list[tuple[int, float, str]]:
    """The words of aspects that no concept names."""
    return [
        (place, worth, term)
        for place, (aspect, worth) in enumerate(asked)
        if not aspect.concepts
        for name, term in aspect.options
        if name == "text"
    ]


def _answered_by(asked: Sequence[tuple[Aspect, float]]) -> dict[str, list[tuple[int, float]]]:
    answered: dict[str, list[tuple[int, float]]] = {}
    for place, (aspect, worth) in enumerate(asked):
        concepts = aspect.concepts
        best = max(concepts.values(), default=1.0)
        for key, weight in concepts.items():
            answered.setdefault(key, []).append((place, worth * min(1.0, weight / best)))
    return answered


def _known(aspect: Aspect, index: Index, total: int, in_language: int) -> tuple[Options, bool]:
    """The options that some records have, the most telling first, and whether one is too common to tell anything."""
    options, common = [], False
    said = damped(aspect.weight)
    concepts = aspect.concepts
    told = any(not key.startswith("wordnet:") for key in concepts)
    for (name, term), own in aspect.options.items():
        if told and term.startswith("wordnet:"):
            continue
        frequency = index.frequency(name, term)
        if not frequency:
            continue
        if frequency > 20 and frequency > TOO_COMMON * total:
            common = True
            continue
        weight, rare = said * own, rarity(frequency, total)
        if name == "text":
            # A word is rare in the whole because few records are in its language: only its rarity there tells.
            weight *= min(1.0, rarity(min(frequency, in_language), in_language) / rare) * (1.0 if concepts else ALONE)
        options.append((weight * rare, Clause(name, term, weight)))
    options.sort(key=lambda option: -option[0])
    return options, common


def damped(weight: float) -> float:
    """A word that is said thrice weighs more than once, but not three times as much."""
    return 1 + math.log(weight) if weight > 1 else weight
