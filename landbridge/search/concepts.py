"""From text to concepts: the bridge between languages.

The labels of all vocabularies (`network`) are found in a text in its language; where several words share a stem, the
written one tells which is meant.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from landbridge.search.analysis import Word, normalise, words
from landbridge.search.label_cache import load_network
from landbridge.search.network import EMPTY, MOST_SENSES, Network, imported_folder
from landbridge.search.patterns import LONGEST, stream
from landbridge.search.stopwords import STOPWORDS
from landbridge.search.wordforms import meant

MOST_CHOSEN: Final = 4_000
LOOK_EVERY: Final = 0.2
"""Seconds between two looks at whether something was imported: a text asks for the annotator many times."""


@dataclass(frozen=True, slots=True)
class Found:
    """Concepts found in a text: from word `first` to word `last` (both included)."""

    first: int
    last: int
    keys: tuple[str, ...]


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
