"""All labels of a node as one network: read from the vocabularies, joined where they mean the same, and laid out so
that they are found in a text in one pass.

Every label of the thesaurus, of the lexicon and of imported vocabularies is a pattern over analysed tokens (over
characters in Chinese); one Aho-Corasick automaton per language finds them all. Labels that several concepts share are
found as all of them, up to a limit.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final

import ahocorasick
from django.conf import settings

from landbridge.formats import vocabulary
from landbridge.formats.vocabulary import Term, Vocabulary
from landbridge.lib.languages import LANGUAGES
from landbridge.search.analysis import fold, normalise
from landbridge.search.compact import Homonyms, Numbers
from landbridge.search.patterns import BREAK, LONGEST, Pattern, pattern_of
from landbridge.search.turned import TURNED, turned
from landbridge.search.wordforms import is_risky

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
_LEXICON: Final = "lexicon:"
_ALIKE: Final = 3
"""Everyday words have homonyms: "must" and "duty" agree in two languages, and are two."""
Labelled = dict[Pattern, dict[str, list[str]]]
"""Pattern to the words that have it, each with the concepts that it names."""


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
        self.told: dict[tuple[str, ...], tuple[str, ...]] = {}
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
                pattern, exact, word = pattern_of(label, tag)
                if pattern:
                    _name((self.exact if exact else self.senses)[tag].setdefault(pattern, {}), word, key)
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
            patterns = [pattern_of(label, tag)[0] for label in labels]
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
            told = keys[:MOST_SENSES]
            self.network.senses.append(self.told.setdefault(told, told))  # Half of them are told twice: kept once.
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
