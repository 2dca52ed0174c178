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


def _nearest(folded: str) -> str | None:
    """The known word that is nearest in spelling, of those that start alike or with the next letter."""
    known = _known()
    for first in dict.fromkeys((folded[0], folded[1])):
        candidates = [word for word in known.get(first, {}) if abs(len(word) - len(folded)) <= 2]
        near = difflib.get_close_matches(folded, candidates, n=1, cutoff=_NEAR)
        if near:
            return known[first][near[0]]
    return None


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
