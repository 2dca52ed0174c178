"""From text to concepts: the bridge between languages.

Every label of the thesaurus, of the lexicon and of imported vocabularies is a pattern over analysed tokens (over
characters in Chinese); one Aho-Corasick automaton per language finds them all in one pass. Labels that several
concepts share are found as all of them, up to a limit.
"""

import hashlib
import logging
import os
import pickle
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeVar

import ahocorasick
from django.conf import settings

from landbridge.formats import vocabulary
from landbridge.formats.vocabulary import Term, Vocabulary
from landbridge.lib.languages import LANGUAGES
from landbridge.search import analysis, stopwords, wordforms
from landbridge.search import turned as turning
from landbridge.search.analysis import Word, fold, normalise, words
from landbridge.search.compact import Homonyms, Numbers
from landbridge.search.stopwords import STOPWORDS
from landbridge.search.turned import TURNED, turned
from landbridge.search.wordforms import is_risky, meant

logger = logging.getLogger(__name__)

NO_TOPIC: Final = frozenset({
    "capacity_levels", "currencies", "languages", "language_levels", "licences", "urgency", "levels", "scales",
    "programme_status", "tk_labels", "trl", "stages", "expertise_kinds", "event_types", "market_types", "ip_status",
    "offer_kinds", "decline_reasons", "aichi", "focal_point_kinds", "clearing_house_status",
    "clearing_house_contents", "clearing_house_uses", "clearing_house_obstacles",
})  # fmt: skip
"""Vocabularies whose labels are no topic of a free text: "high", "2 days", "English", "draft"."""
_EMPTY: Final = """need need-n want request look-for seek wish help use can must with without because-of thanks-to
in-order-to despite instead-of against about-topic according-to except also only especially for-example very too-much
enough more less almost completely partly mainly possibly impossible everywhere nowhere somewhere here there near far
inside outside-of above below between along around across toward from-origin before after during until since now soon
already still always never often sometimes rarely again once how what which where when why who how-much put take
concern-apply aim consider-matter thank ask how-many in-accordance-with with-a-view-to without-prejudice as-appropriate
timely-manner on-behalf-of bearing-in-mind recalling take-note keep-under-review"""
EMPTY: Final = frozenset(f"lexicon:{word}" for word in _EMPTY.split())
"""Words of the lexicon that say that something is asked or how words hang together, and nothing of a subject."""
MOST_SENSES: Final = 5
MOST_CHOSEN: Final = 4_000
LONGEST: Final = 256
"""No label is longer, in tokens or in Chinese characters."""
_LEXICON: Final = "lexicon:"
_ALIKE: Final = 3
"""Everyday words have homonyms: "must" and "duty" agree in two languages, and are two."""
CACHE_VERSION: Final = 18
LOOK_EVERY: Final = 0.2
"""Seconds between two looks at whether something was imported: a text asks for the annotator many times."""
Made = TypeVar("Made")
Labelled = dict["Pattern", dict[str, list[str]]]
"""Pattern to the words that have it, each with the concepts that it names."""
Pattern = str | tuple[str, ...]
"""What is sought: a tuple of tokens, or characters where a script has no spaces."""


@dataclass(frozen=True, slots=True)
class Found:
    """Concepts found in a text: from word `first` to word `last` (both included)."""

    first: int
    last: int
    keys: tuple[str, ...]


@dataclass
class Network:
    """All labels of one node, ready to be found, and the relations of their concepts."""

    automata: dict[str, Any] = field(default_factory=dict)
    """Language to the automaton over its labels: over numbers of tokens, in Chinese over characters."""
    exact: dict[str, Any] = field(default_factory=dict)
    """The same for labels that mean what they mean by their small words: "on site", "off-grid", "sin coste"."""
    empty: dict[str, set[str]] = field(default_factory=dict)
    """Language to the tokens that say only that something is asked: need, нужен, busco."""
    senses: list[tuple[str, ...]] = field(default_factory=list)
    """The concepts that labels name, by the numbers that the automata keep."""
    homonyms: Homonyms = field(default_factory=Homonyms)
    numbers: Numbers = field(default_factory=Numbers)
    broader: dict[str, tuple[str, ...]] = field(default_factory=dict)
    related: dict[str, tuple[str, ...]] = field(default_factory=dict)
    canonical: dict[str, str] = field(default_factory=dict)
    """Concepts of several vocabularies that mean the same, to the one key they are indexed under."""
    joined: dict[str, list[str]] = field(default_factory=dict)
    """The same the other way round: a kept key to those that were joined with it."""
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    """Preferred labels of imported concepts, which no shipped vocabulary knows."""

    def key(self, key: str) -> str:
        """The key under which a concept is indexed."""
        return self.canonical.get(key, key)

    def above(self, key: str) -> tuple[str, ...]:
        """The broader concepts of a concept, two steps up at most."""
        parents = self.broader.get(key, ())
        grand = [grand for parent in parents for grand in self.broader.get(parent, ())]
        return tuple(dict.fromkeys((*parents, *grand)))


BREAK: Final = "\n"
"""The token between two things that are told one after the other: what begins before it does not go on after it."""
_BREAKS: Final = re.compile(r"[^\s\w'-]")
_AND: Final = frozenset(["and", "or", "nor", "y", "e", "o", "u", "ni", "et", "ou", "и", "или", "либо", "أو"])


def stream(found: Iterable[Word], stop: frozenset[str], text: str, choice: int = 0) -> tuple[list[str], list[int]]:
    """The tokens among which patterns are sought, and for each of them the place of its word.

    Small words are left out; "and", commas and full stops stay as a break: "plants and trees" are no tree planting.
    `choice` 1 takes the second token of words that have one (unaccented, without a prefix).
    """
    tokens: list[str] = []
    places: list[int] = []
    end, broken = 0, False
    for place, word in enumerate(found):
        if word.start > end + 1 and _BREAKS.search(text, end, word.start):
            broken = True
        end = word.end
        if word.script == "zh":
            continue
        if word.folded in stop:
            broken = broken or word.folded in _AND
            continue
        if broken and tokens:
            tokens.append(BREAK)
            places.append(place)
        broken = False
        tokens.append(word.tokens[min(choice, len(word.tokens) - 1)])
        places.append(place)
    return tokens, places


_ARTICLES: Final = {
    "en": frozenset(["the", "a", "an"]),
    "es": frozenset(["el", "la", "los", "las", "lo", "un", "una"]),
    "fr": frozenset(["le", "la", "les", "l", "un", "une"]),
}
"""Small words that a label can lose without becoming another word. A preposition is none: "à distance" is no
distance, and "a mano" no hand."""


def _pattern(label: str, language: str) -> tuple[Pattern, bool]:
    """A label as it is sought: its tokens, in Chinese its characters; empty when nothing of it carries meaning.

    And whether its small words belong to it: "off-grid" is not "grid", and "no tóxico" is the contrary of "tóxico".
    """
    text = normalise(label)
    if language == "zh":
        return (text if len(text) > 1 else ""), False
    found = list(words(text, language))
    stop = STOPWORDS.get(language, frozenset())
    tokens, _ = stream(found, stop, text)
    small = stop - _ARTICLES.get(language, frozenset())
    if len(tokens) == 1 and any(word.folded in small for word in found):
        return tuple(word.tokens[0] for word in found), True
    return (tuple(tokens) if sum(map(len, tokens)) > 1 else ()), False


def _only_word(label: str, language: str) -> str:
    """The one word of a label that carries its meaning, folded; an acronym keeps its capitals."""
    if label.isupper():
        return label
    stop = STOPWORDS.get(language, frozenset())
    return next((word.folded for word in words(normalise(label), language) if word.folded not in stop), "")


class Annotator:
    """Finds concepts in texts."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._chosen: dict[tuple[int, str], tuple[str, ...]] = {}

    def find(self, text: str, language: str) -> tuple[list[Word], list[Found]]:
        """The words of a text and the concepts over them, in order; embedded concepts are found as well."""
        text = normalise(text)
        found_words = list(words(text, language))
        return found_words, list(self._over(text, found_words, language))

    def _over(self, text: str, found: list[Word], language: str) -> Iterator[Found]:
        automaton = self.network.automata.get(language)
        if automaton is None:
            return
        if language == "zh":
            yield from self._over_characters(text, found, automaton)
            return
        yield from self._exactly(found, language)
        stop = STOPWORDS.get(language, frozenset())
        seen: set[tuple[int, int]] = set()
        numbers = self.network.numbers
        # A second reading pays only where the other form of a word is known to any label.
        again = any(len(word.tokens) > 1 and word.tokens[1] in numbers for word in found)
        for choice in (0, 1) if again else (0,):
            tokens, places = stream(found, stop, text, choice)
            for end, value in automaton.iter(tuple([numbers.of(token) for token in tokens])):
                span = (places[end - value % LONGEST + 1], places[end])
                if span not in seen:
                    seen.add(span)
                    if keys := self._meant(value // LONGEST, found[span[1]].folded, language):
                        yield Found(*span, keys)

    def _meant(self, place: int, written: str, language: str) -> tuple[str, ...]:
        """The concepts of a label; where several words share the stem, those of the one that is written."""
        homonyms = self.network.homonyms
        if place >= len(homonyms.at) or homonyms.at[place] < 0:
            return self.network.senses[place]
        known = self._chosen.get((place, written))
        if known is None:
            if len(self._chosen) > MOST_CHOSEN:
                self._chosen.clear()
            labels = [one for one in homonyms.words(place) if one[0] == written or not EMPTY.issuperset(one[1])]
            nearest = meant(written, labels, language, MOST_SENSES)
            known = self._chosen[place, written] = tuple([key for key in nearest if key not in EMPTY])
        return known

    def _told(self, hits: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """What an automaton finds: from where to where (both included), and the concepts."""
        senses = self.network.senses
        for end, value in hits:
            yield end - value % LONGEST + 1, end, senses[value // LONGEST]

    def _exactly(self, found: list[Word], language: str) -> Iterator[Found]:
        automaton = self.network.exact.get(language)
        if automaton is not None:
            numbers = self.network.numbers
            tokens = tuple([numbers.of(word.tokens[0]) for word in found])
            for first, last, keys in self._told(automaton.iter(tokens)):
                if keys:
                    yield Found(first, last, keys)

    def _over_characters(self, text: str, found: list[Word], automaton: Any) -> Iterator[Found]:
        places: list[int] = [-1] * len(text)
        for place, word in enumerate(found):
            places[word.start : word.end] = [place] * (word.end - word.start)
        for start, end, keys in self._told(automaton.iter(text)):
            first, last = places[start], places[end]
            if first >= 0 and last >= 0 and keys:
                yield Found(first, last, keys)

    def longest(self, run: str) -> list[tuple[int, int, tuple[str, ...]]]:
        """The longest known terms in a run of Chinese characters, left to right: (first, last, keys)."""
        automaton = self.network.automata.get("zh")
        if automaton is None:
            return []
        return list(self._told(automaton.iter_long(run)))

    def within(self, run: str) -> list[tuple[int, int, tuple[str, ...]]]:
        """All known terms in a run of Chinese characters, embedded ones as well."""
        automaton = self.network.automata.get("zh")
        if automaton is None:
            return []
        return list(self._told(automaton.iter(run)))

    def counts(self, text: str, language: str) -> Counter[str]:
        """How often each concept stands in a text."""
        _, found = self.find(text, language)
        return Counter(key for one in found for key in one.keys)


def _name(labelled: dict[str, list[str]], word: str, key: str) -> None:
    """Let a word name one more concept, up to a limit."""
    keys = labelled.setdefault(word, [])
    if key not in keys and len(keys) < MOST_SENSES:
        keys.append(key)


class _Builder:
    """Gathers labels, joins concepts that mean the same, and builds the automata."""

    def __init__(self) -> None:
        self.senses: dict[str, Labelled] = {tag: {} for tag in LANGUAGES}
        self.exact: dict[str, Labelled] = {tag: {} for tag in LANGUAGES}
        self.owners: dict[tuple[bool, str, str], str] = {}
        """Whether it is an everyday word, language and preferred label, to the concept."""
        self.places: dict[tuple[str, ...], int] = {}
        self.homonyms: dict[int, dict[str, list[str]]] = {}
        self.turned: list[tuple[str, Pattern, str]] = []
        self.network = Network()

    def join(self, terms: Iterable[Term]) -> None:
        """Give one key to concepts whose preferred labels agree in two languages or more.

        An everyday word is never joined with a subject of the field: its other senses would come along, and "a part"
        speak of a Party, "a piece of meat" of wildlife.
        """
        for term in terms:
            everyday = term.key.startswith(_LEXICON)
            least = _ALIKE if everyday else 2
            labels = [
                (everyday, tag, fold(normalise(labels[0]))) for tag, labels in term.labels.items() if labels
            ]  # fmt: skip
            self._join(term, Counter(self.owners[label] for label in labels if label in self.owners), least)
            for label in labels:
                self.owners.setdefault(label, self.network.key(term.key))

    def join_imported(self, terms: Iterable[Term]) -> None:
        """Join an imported concept with the one of ours whose preferred label it has in two languages or more.

        A synset has no preferred label of its own, so any of its labels counts; ours are never joined through it.
        """
        for term in terms:
            known: Counter[str] = Counter()
            for tag, labels in term.labels.items():
                folded = [fold(normalise(label)) for label in labels]
                owners = {self.owners.get((kind, tag, label)) for label in folded for kind in (False, True)}
                known.update(owner for owner in owners if owner)
            self._join(term, known)

    def _join(self, term: Term, known: Counter[str], least: int = 2) -> None:
        best = known.most_common(1)
        if best and best[0][1] >= least:
            self.network.canonical[term.key] = best[0][0]

    def add(self, term: Term) -> None:
        key = self.network.key(term.key)
        for tag, labels in term.labels.items():
            for label in labels:
                pattern, exact = _pattern(label, tag)
                if pattern:
                    labelled = (self.exact if exact else self.senses)[tag].setdefault(pattern, {})
                    _name(labelled, _only_word(label, tag) if len(pattern) == 1 else "", key)
                if tag in TURNED and not exact and BREAK not in pattern and (other := turned(label, pattern, tag)):
                    self.turned.append((tag, other, key))
        above = [self.network.key(parent) for parent in term.broader if parent != key]
        if above:
            self.network.broader[key] = tuple(dict.fromkeys((*self.network.broader.get(key, ()), *above)))
        near = [self.network.key(other) for other in term.related]
        if near:
            self.network.related[key] = tuple(dict.fromkeys((*self.network.related.get(key, ()), *near)))

    def _add_turned(self) -> None:
        """Take in labels that were turned round, where they are no labels of another subject of the field."""
        new = [one for one in self.turned if self._is_free(*one[:2])]
        for tag, pattern, key in new:
            _name(self.senses[tag].setdefault(pattern, {}), "", key)

    def _is_free(self, tag: str, pattern: Pattern) -> bool:
        known = self.senses[tag].get(pattern, {})
        return all(key.startswith(_LEXICON) for keys in known.values() for key in keys)

    def add_empty(self, term: Term) -> None:
        for tag, labels in term.labels.items():
            patterns = [_pattern(label, tag)[0] for label in labels]
            alone = {pattern[0] for pattern in patterns if isinstance(pattern, tuple) and len(pattern) == 1}
            self.network.empty.setdefault(tag, set()).update(alone)

    def build(self) -> Network:
        self._add_turned()
        patterns = chain.from_iterable((*self.senses.values(), *self.exact.values()))
        self.network.numbers.take(chain.from_iterable(one for one in patterns if isinstance(one, tuple)))
        for tag, senses in self.senses.items():
            self._automaton(tag, senses, self.network.automata)
        for tag, senses in self.exact.items():
            self._automaton(tag, senses, self.network.exact)
        self.network.homonyms.keep(self.homonyms, len(self.network.senses))
        for other, kept in self.network.canonical.items():
            self.network.joined.setdefault(kept, []).append(other)
        return self.network

    def _automaton(self, tag: str, senses: Labelled, into: dict[str, Any]) -> None:
        kind = ahocorasick.KEY_STRING if tag == "zh" else ahocorasick.KEY_SEQUENCE
        automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS, kind)
        for pattern, labelled in senses.items():
            automaton.add_word(self._key_of(pattern), self._value(len(pattern), labelled))
        if len(automaton):
            automaton.make_automaton()
            into[tag] = automaton

    def _value(self, length: int, labelled: dict[str, list[str]]) -> int:
        """What an automaton keeps of a label: its length and the place of its concepts in `senses`, as one number.

        Many labels name the same concepts, and a number takes no memory beside the node that holds it.
        """
        every = dict.fromkeys(key for some in labelled.values() for key in some)
        keys = tuple([key for key in every if key not in EMPTY])
        written = len(labelled) > 1 or any(map(is_risky, labelled))
        place = len(self.network.senses) if written else self.places.setdefault(keys, len(self.network.senses))
        if place == len(self.network.senses):
            self.network.senses.append(keys[:MOST_SENSES])
        if written:
            self.homonyms[place] = labelled
        return place * LONGEST + length

    def _key_of(self, pattern: Pattern) -> str | tuple[int, ...]:
        if isinstance(pattern, str):
            return pattern
        return tuple([self.network.numbers.of(token) for token in pattern])


def sources() -> list[Vocabulary]:
    """The vocabularies whose labels are sought in texts: shipped, lexicon, then what the operator imported."""
    shipped = [vocabulary.vocabulary(name) for name in vocabulary.names() if name not in NO_TOPIC]
    return [*shipped, *vocabulary.lexicon(), *imported()]


def imported_folder() -> Path:
    return Path(settings.DATA) / "vocabularies"


def imported() -> list[Vocabulary]:
    """Vocabularies that the operator imported, one file each in the data folder."""
    return [vocabulary.read(path) for path in sorted(imported_folder().glob("*.tsv"))]


def _code_digest() -> "hashlib._Hash":
    """Changes with the programs that make tokens of texts: labels and records must be read in the same way."""
    digest = hashlib.sha256(str(CACHE_VERSION).encode())
    for program in (analysis, stopwords, turning, wordforms):
        digest.update(Path(str(program.__file__)).read_bytes())
    return digest


def fingerprint() -> str:
    """Changes whenever a label file changes: then texts are understood anew."""
    digest = _code_digest()
    files = [*vocabulary.FOLDER.rglob("*.tsv"), *imported_folder().glob("*.tsv")]
    for path in sorted(files):
        state = path.stat()
        digest.update(f"{path.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


@cache
def shipped_digest() -> str:
    """Changes whenever a shipped label does: then what the index holds of every record was read with other words."""
    digest = _code_digest()
    for path in sorted(vocabulary.FOLDER.rglob("*.tsv")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def build_network() -> Network:
    """Read all label files and build the automata: a second or two for what is shipped."""
    builder = _Builder()
    all_sources = sources()
    shipped = {*vocabulary.names(), vocabulary.LEXICON}
    builder.join(term for source in all_sources if source.name in shipped for term in source)
    builder.join_imported(term for source in all_sources if source.name not in shipped for term in source)
    for source in all_sources:
        for term in source:
            if term.key in EMPTY:
                builder.add_empty(term)
            builder.add(term)  # An empty word takes the place of a subject that only shares its stem.
    network = builder.build()
    for source in all_sources:
        if source.name not in shipped:
            for term in source:
                if term.key not in network.canonical:
                    network.labels[term.key] = {tag: names[0] for tag, names in term.labels.items()}
    return network


def load_network() -> Network:
    """The network from its cache in the data folder, or built and cached."""
    return from_cache("labels", build_network)


def from_cache(name: str, build: Callable[[], Made]) -> Made:
    """What is made of all label files, read from the data folder, or made now and kept there until a label changes.

    Reading takes a tenth of the time and leaves no litter in memory. The file is this node's own, as trusted as its
    database.
    """
    path = Path(settings.DATA) / "index" / f"{name}-{fingerprint()}.pickle"
    if path.is_file():
        try:
            with path.open("rb") as file:
                kept: Made = pickle.load(file)  # noqa: S301 - our own file, see above
                return kept
        except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, ValueError) as error:
            logger.warning("The cache %s cannot be read (%s) and is made anew", path.name, error)
    made = build()
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(f"{name}-*.pickle"):
        old.unlink(missing_ok=True)
    # Several processes may make it at once: each writes a file of its own, and the last one stays.
    partial = path.with_suffix(f".{os.getpid()}.partial")
    with partial.open("wb") as file:
        pickle.dump(made, file, protocol=pickle.HIGHEST_PROTOCOL)
    partial.replace(path)
    return made


class _Kept:
    """The annotator of this process, and the state of the imported vocabularies that it knows."""

    annotator: Annotator | None = None
    state: int = -1
    looked_at: float = 0.0


def _imported_state() -> int:
    try:
        return imported_folder().stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def annotator() -> Annotator:
    """The annotator of this process; made anew when a vocabulary was imported or taken out meanwhile."""
    now = time.monotonic()
    if _Kept.annotator is not None and now - _Kept.looked_at < LOOK_EVERY:
        return _Kept.annotator
    _Kept.looked_at = now
    state = _imported_state()
    if _Kept.annotator is None or state != _Kept.state:
        _Kept.annotator, _Kept.state = Annotator(load_network()), state
    return _Kept.annotator


def forget() -> None:
    """Let the next call make the annotator anew."""
    _Kept.annotator = None
