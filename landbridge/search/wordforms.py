"""Which of several words with one stem is meant: stemmers join strangers (`solo` and `sol`).

A written word is held against the labels that share its stem. What is written alike is meant, and its plural; where
nothing is written alike, what differs only in its ending. A stranger counts only where nothing else is known, and where
much of it is alike: `mejorando` and `mejoramiento`, but not `sara` and `sarampión`.
"""

from collections.abc import Iterable
from typing import Final

from landbridge.search.analysis import PREFIXES, fold, normalise

_NUMBER: Final = {"en": ("ies", "es", "s"), "es": ("es", "s"), "fr": ("s", "x")}
_ENDING: Final = 3
"""How many letters an ending has at most: restored and restore, лесов and лес."""
_MUCH: Final = 5
"""How many letters a stranger must have in common with the label."""
_SHORT: Final = 5
_NEVER: Final = 9
_ONE_LETTER: Final = frozenset("وفلبك")
"""Arabic words of one letter that are written together with the next: and, so, for, by, as."""


def is_risky(label: str) -> bool:
    """Whether other words may be taken for the only word of this label, if they are not held against it: a short one,
    or an acronym."""
    return bool(label) and (label.isupper() or len(label) <= _SHORT)


def closeness(written: str, label: str, language: str) -> int:
    """0 when the label is written so, 1 when it is its singular or plural, 2 with another ending, 3 for a stranger, 9
    when it cannot be meant.

    Both words are folded and have one stem. A label in capitals is an acronym, the last thing to be meant: EAU are the
    Emirates in French, and eau is water; and no other form of a word is one.
    """
    if label.isupper():
        return 4 if fold(normalise(label)) == written else _NEVER
    if language == "ar":
        # Folded, the alif of "games" (ألعاب) is the one of an article: with and without, one of them is right.
        labels = {label, _without_article(label)}
        return min(_closeness(form, one, language) for form in _bare(written) for one in labels)
    return _closeness(written, label, language)


def _closeness(written: str, label: str, language: str) -> int:
    if written == label:
        return 0
    if _singular(written, language) == _singular(label, language):
        return 1
    shared = 0
    for one, other in zip(written, label, strict=False):
        if one != other:
            break
        shared += 1
    if max(len(written), len(label)) - shared <= _ENDING:
        return 2
    return 3 if shared >= _MUCH else _NEVER


def _singular(word: str, language: str) -> str:
    for ending in _NUMBER.get(language, ()):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def _bare(word: str) -> set[str]:
    """An Arabic word as it is, without its article, and without a word of one letter before it."""
    forms = {word, _without_article(word)}
    if word[:1] in _ONE_LETTER and len(word) >= 4:
        forms |= {word[1:], _without_article(word[1:])}
    return forms


def _without_article(word: str) -> str:
    for article in PREFIXES:
        if word.startswith(article) and len(word) - len(article) >= (2 if article == "ال" else 3):
            return word[len(article) :]
    return word


def meant(written: str, labels: Iterable[tuple[str, tuple[str, ...]]], language: str, most: int) -> tuple[str, ...]:
    """The concepts of the labels that come nearest to the written word, `most` at most; none where all are strangers.

    `labels` has each label with the concepts that it names.
    """
    by_closeness: dict[int, list[str]] = {}
    for label, keys in labels:
        by_closeness.setdefault(closeness(written, label, language), []).extend(keys)
    nearest = min(by_closeness, default=_NEVER)
    if nearest == _NEVER:
        return ()
    kept = by_closeness[nearest] + (by_closeness.get(1, []) if nearest == 0 else [])
    return tuple(dict.fromkeys(kept))[:most]
