"""What a need asks for, in the terms of the index: made from a record, from answers or from free text."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from landbridge.formats.library import FORMATS
from landbridge.registry.queries import RecordView
from landbridge.search.analysis import cognate
from landbridge.search.concepts import annotator
from landbridge.search.document import gathered, reading_language
from landbridge.search.index import Index
from landbridge.search.plan import Clause
from landbridge.search.stopwords import STOPWORDS
from landbridge.search.understand import Reading, read, summarise, with_joined

FEATURES: Final = 56
"""How many terms a question to the index has at most: the most telling ones."""
TOKEN: Final = 0.5
"""A word itself weighs less than what it means: else records in the language of the need come first whatever they
are about (nDCG@10 over the judged needs and the whole sample network: 0.64 with 1.0, 0.75 with 0.5)."""
CONCEPT: Final = 1.0
LEXICON: Final = 0.65
CODED: Final = 1.3
ABOVE: Final = 0.3
BELOW: Final = 0.4
COGNATE: Final = 0.3
TOO_COMMON: Final = 0.35
"""A term in more than this share of all records tells nothing."""


SAID_ELSEWHERE: Final = 0.25
"""What names a kind of support counts by that criterion; as a subject it weighs little."""
_PLACES: Final = ("countries:", "regions:")
_SUPPORT: Final = ("support_types:",)


EVERYDAY: Final = ("lexicon:", "wordnet:")
_WORDNET: Final = 0.3
"""An imported wordnet knows many rare senses: it helps where nothing else is known, and must not outweigh the rest."""


def _kind_weight(key: str) -> float:
    """What a concept weighs by the vocabulary it comes from."""
    if key.startswith("wordnet:"):
        return _WORDNET
    return LEXICON if key.startswith("lexicon:") else CONCEPT


def _covered(reading: Reading, kinds: tuple[str, ...]) -> frozenset[int]:
    """The words that name a concept of these kinds."""
    places: set[int] = set()
    for one in reading.longest():
        if any(key.startswith(kinds) for key in with_joined(one.keys)):
            places.update(range(one.first, one.last + 1))
    # A run of Chinese characters is one word: it is not put aside for a country or a kind of support inside it.
    return frozenset(at for at in places if reading.words[at].script != "zh")


@dataclass
class Profile:
    """A need as the matcher sees it."""

    language: str = "en"
    tokens: dict[str, float] = field(default_factory=dict)
    concepts: dict[str, float] = field(default_factory=dict)
    cognates: dict[str, float] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    support: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    ip_accepted: frozenset[str] = frozenset()
    least_trl: int = 0
    languages: frozenset[str] = frozenset()
    capacity: Mapping[str, str] = field(default_factory=dict)
    spans: dict[str, int] = field(default_factory=dict)
    """Concept to the place in the text (or the coded term) that named it: one reason is named for each."""
    itself: str = ""
    """The id of the record that asks, which is no answer to itself."""

    def add(self, reading: Reading, weight: float, without: frozenset[str] = frozenset()) -> None:
        """Take in a text that was read."""
        stop = STOPWORDS.get(reading.language, frozenset())
        places, support = _covered(reading, _PLACES), _covered(reading, _SUPPORT)
        for at, word in enumerate(reading.words):
            if word.folded in stop or at in places:
                continue
            said = weight * SAID_ELSEWHERE if at in support else weight
            share = said / len(word.tokens) ** 0.5 if word.script == "zh" else said
            for place, token in enumerate(word.tokens):
                own = share if place == 0 or word.script == "zh" else share * 0.5
                self.tokens[token] = self.tokens.get(token, 0.0) + own
            key = cognate(word.folded)
            if key:
                self.cognates[key] = self.cognates.get(key, 0.0) + said
        longest = {(one.first, one.last) for one in reading.longest()}
        for one in reading.found:
            senses = [key for key in one.keys if key not in without and not key.startswith(_PLACES)]
            said = weight * SAID_ELSEWHERE if one.first in support else weight
            named = len(self.spans)
            for key in senses:
                if (one.first, one.last) in longest:
                    self.spans.setdefault(key, named)
                kind = _kind_weight(key)
                own = said * kind / len(senses) ** 0.5
                self.concepts[key] = self.concepts.get(key, 0.0) + own

    def add_coded(self, keys: Iterable[str]) -> None:
        """Take in terms that a person chose."""
        for key in keys:
            kept = annotator().network.key(key)
            self.concepts[kept] = self.concepts.get(kept, 0.0) + CODED
            self.spans.setdefault(kept, len(self.spans))


def of_text(
    text: str, language: str | None, hint: str | None, places: Iterable[str], without: frozenset[str] = frozenset()
) -> tuple[Profile, Reading]:
    """The profile of a free text; `without` holds concepts, places and kinds of support that the reader took away."""
    reading = read(text, language, hint)
    profile = Profile(language=reading.language)
    understood = summarise(reading, reading.language, without)
    profile.places = tuple(dict.fromkeys((*places, *(place for place in understood.places if place not in without))))
    profile.support = frozenset(kind for kind in understood.support_types if kind not in without)
    profile.targets = frozenset(understood.targets)
    profile.languages = frozenset({reading.language})
    profile.add(reading, 1.0, without)
    return profile, reading


_CONCEPT_ROLES: Final = ("ecosystem", "theme", "target", "technology", "subject", "support", "type", "group", "barrier")
_CAPACITY: Final = ("power", "water", "skills", "connectivity")


def of_record(view: RecordView) -> Profile:
    """The profile of a record: a need, or any record for which similar ones are sought."""
    profile = of_data(view.format, view.data, view.language)
    profile.itself = view.id
    return profile


def of_data(format_name: str, data: Mapping[str, Any], language: str) -> Profile:
    """The profile of the answers of a format."""
    found = gathered(FORMATS[format_name], dict(data))
    tag = reading_language(language)
    profile = Profile(language=tag)
    for text_language, text, role in found.texts:
        weight = {"title": 2.0, "summary": 1.0}.get(role, 0.35)
        own = weight if text_language == language else weight * 0.5
        profile.add(read(text[:4000], text_language), own)
    keys = {role: [key for _, key in kept] for role, kept in found.keys.items()}
    short = {role: [name for name, _ in kept] for role, kept in found.keys.items()}
    for role in _CONCEPT_ROLES:
        profile.add_coded(keys.get(role, ()))
    profile.places = tuple(short.get("place", ()))
    profile.support = frozenset(short.get("support", ()))
    profile.targets = frozenset(short.get("target", ()))
    if format_name == "need":
        profile.ip_accepted = frozenset(short.get("ip", ()))
        level = (short.get("trl") or ["trl-0"])[0].removeprefix("trl-")
        profile.least_trl = int(level) if level.isdigit() else 0
        profile.capacity = {name: short[name][0] for name in _CAPACITY if name in short}
    profile.languages = frozenset(short.get("language", ())) | {tag}
    return profile


@dataclass(frozen=True)
class Features:
    """The terms put to the index, with the score of a record that held each of them once."""

    clauses: tuple[Clause, ...]
    ideal: float
    importance: Mapping[str, float]
    """Concept to its weight times its rarity: what to name first among reasons."""


def _rarity(frequency: int, total: int) -> float:
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def features(profile: Profile, index: Index) -> Features:
    """The most telling terms of a profile: those that are rare in the index and weigh much in the need."""
    total = max(1, index.count())
    in_language = max(1, index.frequency("language", profile.language))
    network = annotator().network
    wanted: list[tuple[Clause, bool]] = [
        (Clause("text", token, TOKEN * _damped(weight)), True) for token, weight in profile.tokens.items()
    ]
    for key, weight in profile.concepts.items():
        own = _damped(weight)
        wanted.append((Clause("concept", key, own), True))
        if not key.startswith(EVERYDAY):
            wanted.append((Clause("broader", key, BELOW * own), False))
            wanted.extend((Clause("concept", above, ABOVE * own), False) for above in network.broader.get(key, ()))
    wanted.extend(
        (Clause("cognate", key, COGNATE * _damped(weight)), False) for key, weight in profile.cognates.items()
    )
    weighed: dict[tuple[str, str], tuple[float, Clause, bool]] = {}
    for clause, counts in wanted:
        frequency = index.frequency(clause.field, clause.term)
        if not frequency or (frequency > 20 and frequency > TOO_COMMON * total):
            continue
        if clause.field == "text":
            # A word is rare in the whole because few records are in its language: only its rarity there tells.
            share = _rarity(min(frequency, in_language), in_language) / _rarity(frequency, total)
            clause = replace(clause, weight=clause.weight * min(1.0, share))
        worth = clause.weight * _rarity(frequency, total)
        known = weighed.get((clause.field, clause.term))
        if known is None or known[0] < worth:
            weighed[clause.field, clause.term] = (worth, clause, counts)
    best = sorted(weighed.values(), key=lambda entry: -entry[0])[:FEATURES]
    return Features(
        clauses=tuple(clause for _, clause, _ in best),
        ideal=sum(worth for worth, _, counts in best if counts) or 1.0,
        importance={clause.term: worth for worth, clause, _ in best if clause.field == "concept"},
    )


def _damped(weight: float) -> float:
    """A word that is said thrice weighs more than once, but not three times as much."""
    return 1 + math.log(weight) if weight > 1 else weight
