"""What a need asks for, in the terms of the index: made from a record, from answers or from free text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from landbridge.formats.library import FORMATS
from landbridge.registry.queries import RecordView
from landbridge.search.analysis import Word, cognate
from landbridge.search.concepts import annotator
from landbridge.search.document import gathered, reading_language
from landbridge.search.stopwords import LITTLE_WORDS, STOPWORDS
from landbridge.search.understand import Reading, read, summarise, with_joined

TOKEN: Final = 0.5
"""A word itself weighs less than what it means: else records in the language of the need come first whatever they
are about."""
CONCEPT: Final = 1.0
LEXICON: Final = 0.75
"""An everyday word weighs less than a subject of the field."""
WORDNET: Final = 0.3
"""An imported wordnet knows many rare senses: it helps where nothing else is known, and must not outweigh the rest."""
CODED: Final = 1.3
"""A term that a person chose."""
EMBEDDED: Final = 0.8
"""A concept inside the words of a longer one: "seed" in "seed bank"."""
BETWEEN: Final = 0.6
"""Chinese characters between known terms, which may be a word or not."""
ABOVE: Final = 0.3
BELOW: Final = 0.4
"""A record that names the broader concept answers a little; one that names a narrower one, a little more."""
COGNATE: Final = 0.3
SAID_ELSEWHERE: Final = 0.25
"""What names a kind of support counts by that criterion; as a subject it weighs little."""
EVERYDAY: Final = ("lexicon:", "wordnet:")
_PLACES: Final = ("countries:", "regions:")
_SUPPORT: Final = ("support_types:",)


def _kind_weight(key: str) -> float:
    """What a concept weighs by the vocabulary it comes from."""
    if key.startswith("wordnet:"):
        return WORDNET
    return LEXICON if key.startswith("lexicon:") else CONCEPT


def _subjects(keys: Sequence[str], without: frozenset[str]) -> list[str]:
    """The concepts that words name, without places. A global target is meant only where nothing else is: words such
    as "pollinators" stand among its labels as well, and most records serve some target."""
    senses = [key for key in keys if key not in without and not key.startswith(_PLACES)]
    return [key for key in senses if not key.startswith("targets:")] or senses


def _is_taken(keys: Sequence[str], without: frozenset[str]) -> bool:
    """Whether the reader took away what these concepts name; places and kinds of support go by their ids alone."""
    every = with_joined(keys)
    named = {key.partition(":")[2] for key in every if key.startswith((*_PLACES, *_SUPPORT))}
    return not without.isdisjoint({*every, *named})


def _taken_away(reading: Reading, without: frozenset[str]) -> frozenset[int]:
    """The words under a concept that the reader took away: they count no longer, under whatever other concept."""
    gone: set[int] = set()
    for one in reading.longest() if without else ():
        if reading.words[one.first].script != "zh" and _is_taken(one.keys, without):
            gone.update(range(one.first, one.last + 1))
    return frozenset(gone)


def _covered(reading: Reading, kinds: tuple[str, ...]) -> frozenset[int]:
    """The words that name a concept of these kinds."""
    places: set[int] = set()
    for one in reading.longest():
        if any(key.startswith(kinds) for key in with_joined(one.keys)):
            places.update(range(one.first, one.last + 1))
    # A run of Chinese characters is one word: it is not put aside for a country or a kind of support inside it.
    return frozenset(at for at in places if reading.words[at].script != "zh")


@dataclass(slots=True)
class Aspect:
    """One thing that is asked for: how much it was said, and the terms of the index that would answer it."""

    weight: float = 0.0
    options: dict[tuple[str, str], float] = field(default_factory=dict)
    """(field, term) to its weight; the best of them counts, so that a word and its meaning are not counted twice."""

    def offer(self, field_name: str, term: str, weight: float) -> None:
        """Let a term answer this aspect as well."""
        key = (field_name, term)
        if weight > self.options.get(key, 0.0):
            self.options[key] = weight

    @property
    def concepts(self) -> dict[str, float]:
        """The concepts that answer it, with their weights."""
        return {term: weight for (name, term), weight in self.options.items() if name == "concept"}

    @property
    def is_everyday(self) -> bool:
        """Whether only everyday words name it, and no subject of the field."""
        keys = [term for name, term in self.options if name == "concept"]
        return bool(keys) and all(key.startswith(EVERYDAY) for key in keys)

    def offer_concept(self, key: str, weight: float) -> None:
        """Let a concept answer it, and less so what is narrower or broader."""
        self.offer("concept", key, weight)
        if not key.startswith(EVERYDAY):
            self.offer("broader", key, BELOW * weight)
            for above in annotator().network.broader.get(key, ()):
                self.offer("concept", above, ABOVE * weight)


@dataclass
class Profile:
    """A need as the matcher sees it."""

    language: str = "en"
    aspects: dict[str, Aspect] = field(default_factory=dict)
    """By the word, the run of Chinese characters or the coded term that names it."""
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
    said: set[str] = field(default_factory=set)
    """All its words, folded: of two records that answer alike, the one whose title says just this comes first."""

    def add(self, reading: Reading, weight: float, without: frozenset[str] = frozenset()) -> None:
        """Take in a text that was read."""
        places, support = _covered(reading, _PLACES), _covered(reading, _SUPPORT)
        stop = STOPWORDS.get(reading.language, frozenset())
        empty = annotator().network.empty.get(reading.language, set())
        named = {at for one in reading.found for at in range(one.first, one.last + 1)}
        taken = _taken_away(reading, without)
        self.said.update(word.folded for word in reading.words)
        for at, word in enumerate(reading.words):
            if word.folded in stop or at in places or at in taken or (word.tokens[0] in empty and at not in named):
                continue
            if word.script == "zh":
                self._add_run(word.folded, weight, without)
            else:
                self._add_word(word, weight * SAID_ELSEWHERE if at in support else weight)
        self._add_concepts(reading, without)

    def _aspect(self, name: str, said: float) -> Aspect:
        aspect = self.aspects.setdefault(name, Aspect())
        aspect.weight += said
        return aspect

    def _add_word(self, word: Word, said: float) -> None:
        aspect = self._aspect(word.tokens[0], said)
        for place, token in enumerate(word.tokens):
            aspect.offer("text", token, TOKEN if place == 0 else TOKEN / 2)
        key = cognate(word.folded)
        if key:
            aspect.offer("cognate", key, COGNATE)

    def _add_run(self, run: str, weight: float, without: frozenset[str]) -> None:
        """A run of Chinese characters: the known terms in it, and what stands between them."""
        at = 0
        for first, last, keys in [*annotator().longest(run), (len(run), len(run), ())]:
            for part in LITTLE_WORDS.split(run[at:first]):
                if len(part) > 1:
                    self._offer_pairs(self._aspect(part, weight * BETWEEN), part)
            at = last + 1
            senses = [] if without and _is_taken(keys, without) else _subjects(keys, without)
            if senses:
                helps = any(key.startswith(_SUPPORT) for key in with_joined(senses))
                term = run[first : last + 1]
                aspect = self._aspect(term, weight * SAID_ELSEWHERE if helps else weight)
                self._offer_senses(aspect, senses, whole=True)
                inner = {key for _, _, keys in annotator().within(term) for key in keys} - {*senses, *without}
                self._offer_senses(aspect, sorted(inner), whole=False)
                self._offer_pairs(aspect, term)

    @staticmethod
    def _offer_pairs(aspect: Aspect, part: str) -> None:
        for place in range(len(part) - 1):
            aspect.offer("text", part[place : place + 2], TOKEN)

    def _offer_senses(self, aspect: Aspect, senses: Sequence[str], *, whole: bool) -> None:
        named = len(self.spans)
        for key in senses:
            aspect.offer_concept(key, _kind_weight(key) / len(senses) ** 0.5 * (1.0 if whole else EMBEDDED))
            if whole:
                self.spans.setdefault(key, named)

    def _add_concepts(self, reading: Reading, without: frozenset[str]) -> None:
        """Put each concept beside the words that name it."""
        longest = {(one.first, one.last) for one in reading.longest()}
        for one in reading.found:
            if reading.words[one.first].script == "zh":
                continue
            senses = _subjects(one.keys, without)
            for word in reading.words[one.first : one.last + 1]:
                aspect = self.aspects.get(word.tokens[0])
                if aspect is not None:
                    self._offer_senses(aspect, senses, whole=(one.first, one.last) in longest)

    def add_coded(self, keys: Iterable[str]) -> None:
        """Take in terms that a person chose."""
        for key in keys:
            kept = annotator().network.key(key)
            self._aspect(kept, CODED).offer_concept(kept, 1.0)
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
