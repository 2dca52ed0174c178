"""Help with typing errors: the nearest known word, from labels of the vocabularies and titles of public records."""

import difflib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from landbridge.search.analysis import fold, normalise, stems, words
from landbridge.search.index import index
from landbridge.search.label_cache import from_cache
from landbridge.search.network import sources
from landbridge.search.wording import Wording

SHORTEST: Final = 4
_NEAR: Final = 0.78
_FAR: Final = 2
"""Letters that may differ before two words are compared at all."""


def _words() -> Iterator[tuple[str, str]]:
    """Words of all labels: folded, and as they are written."""
    for source in sources():
        for term in source:
            for tag, labels in term.labels.items():
                for label in labels if tag != "zh" else ():
                    text = normalise(label)
                    for word in words(text, tag):
                        if len(word.folded) >= SHORTEST:
                            yield word.folded, text[word.start : word.end]


def _is_found(folded: str, language: str) -> bool:
    return any(index().frequency("text", token) for token in stems(folded, language))


def _letters(word: str) -> int:
    """The letters of a word as bits: two words that differ in one letter differ in two bits at most."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits


class _Alike:
    """The known words of one length that begin with one letter: side by side in one string, and the letters of each
    as bits. A hundred thousand words take two megabytes so, and not twenty."""

    __slots__ = ("length", "letters", "text")

    def __init__(self, found: Sequence[str]) -> None:
        self.length = len(found[0])
        self.text = "".join(found)
        self.letters = array("Q", map(_letters, found))

    def near(self, letters: int) -> Iterator[str]:
        """The words that differ from these letters in few."""
        for place, own in enumerate(self.letters):
            if (letters ^ own).bit_count() <= _FAR:
                yield self.text[place * self.length : (place + 1) * self.length]


@dataclass(frozen=True, slots=True)
class _Known:
    """The known words by first letter and length, and how those with accents are written."""

    alike: dict[tuple[str, int], _Alike]
    accents: bytes
    """One line a word: folded, tabulator, written. Looked through for the one word that is proposed."""

    def written(self, folded: str) -> str:
        """The word as it is written."""
        start = f"\n{folded}\t".encode()
        at = self.accents.find(start)
        if at < 0:
            return folded
        return self.accents[at + len(start) : self.accents.index(b"\n", at + len(start))].decode()


@cache
def _known() -> _Known:
    return from_cache("spelling", _gather)


def _gather() -> _Known:
    accented: dict[str, str] = {}
    grouped: dict[tuple[str, int], set[str]] = {}
    for folded, written in _words():
        group = grouped.setdefault((folded[0], len(folded)), set())
        if folded not in group:
            group.add(folded)
            if written != folded:
                accented[folded] = written
    lines = "\n".join(f"{folded}\t{written}" for folded, written in accented.items())
    return _Known({key: _Alike(sorted(group)) for key, group in grouped.items()}, f"\n{lines}\n".encode())


def _nearest(folded: str) -> str | None:
    """The known word that is nearest in spelling, of those that start alike."""
    known = _known()
    letters = _letters(folded)
    candidates = [
        word
        for length in range(len(folded) - 1, len(folded) + 2)
        if (alike := known.alike.get((folded[0], length)))
        for word in alike.near(letters)
    ]
    near = difflib.get_close_matches(folded, candidates, n=1, cutoff=_NEAR)
    return known.written(near[0]) if near else None


def warm() -> None:
    """Load the known words; see `understand.warm`."""
    _known()


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
