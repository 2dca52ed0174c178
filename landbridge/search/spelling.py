"""Help with typing errors: the nearest known word, from labels of the vocabularies and titles of public records."""

import difflib
from functools import cache
from typing import Final

from landbridge.search.analysis import fold, normalise, stems, words
from landbridge.search.concepts import sources
from landbridge.search.index import index
from landbridge.search.wording import Wording

SHORTEST: Final = 4
_NEAR: Final = 0.78
_FAR: Final = 2
"""Letters that may differ before two words are compared at all."""


@cache
def _known() -> dict[str, dict[str, str]]:
    """Words of all labels by their first letter: folded form to the written one."""
    known: dict[str, dict[str, str]] = {}
    for source in sources():
        for term in source:
            for tag, labels in term.labels.items():
                for label in labels if tag != "zh" else ():
                    for word in words(normalise(label), tag):
                        if len(word.folded) >= SHORTEST:
                            written = normalise(label)[word.start : word.end]
                            known.setdefault(word.folded[0], {}).setdefault(word.folded, written)
    return known


def _is_found(folded: str, language: str) -> bool:
    return any(index().frequency("text", token) for token in stems(folded, language))


def _letters(word: str) -> int:
    """The letters of a word as bits: two words that differ in one letter differ in two bits at most."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits


@cache
def _by_length() -> dict[tuple[str, int], list[tuple[str, int]]]:
    """First letter and length to the known words with their letters."""
    grouped: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for first, words_of_letter in _known().items():
        for word in words_of_letter:
            grouped.setdefault((first, len(word)), []).append((word, _letters(word)))
    return grouped


def _nearest(folded: str) -> str | None:
    """The known word that is nearest in spelling, of those that start alike."""
    letters = _letters(folded)
    candidates = [
        word
        for length in range(len(folded) - 1, len(folded) + 2)
        for word, its_letters in _by_length().get((folded[0], length), ())
        if (letters ^ its_letters).bit_count() <= _FAR
    ]
    near = difflib.get_close_matches(folded, candidates, n=1, cutoff=_NEAR)
    return _known()[folded[0]][near[0]] if near else None


def warm() -> None:
    """Load the known words; see `understand.warm`."""
    _by_length()


def suggest(text: str, wording: Wording) -> str | None:
    """The question with its unknown words replaced by their nearest known ones, or None when nothing is better."""
    plain = normalise(text[:300])
    parts: list[str] = []
    at, changed = 0, False
    for word in words(plain, wording.language):
        if word.script == "zh" or len(word.folded) < SHORTEST or _is_found(word.folded, wording.language):
            continue
        better = _nearest(word.folded)
        if better and fold(better) != word.folded:
            parts.extend([plain[at : word.start], better])
            at, changed = word.end, True
    return "".join([*parts, plain[at:]]).strip() if changed else None
