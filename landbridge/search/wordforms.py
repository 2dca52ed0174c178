"""Which of several words with one stem is meant: stemmers join strangers (`solo` and `sol`).

A written word is held against the labels that share its stem. What is written alike is meant, and its plural; where
nothing is written alike, what differs only in its ending; a stranger counts only where nothing else is known.
"""

from typing import Final

from landbridge.search.analysis import PREFIXES

_NUMBER: Final = {"en": ("ies", "es", "s"), "es": ("es", "s"), "fr": ("s", "x")}
_ENDING: Final = 3
"""How many letters an ending has at most: restored and restore, лесов and лес."""


def closeness(written: str, label: str, language: str) -> int:
    """0 when the label is written so, 1 when it is its singular or plural, 2 with another ending, 3 for a stranger.

    Both words are folded and have one stem. A label in capitals is an acronym, the last thing to be meant: EAU are the
    Emirates in French, and eau is water.
    """
    if label.isupper():
        return 4
    if language == "ar":
        written, label = _without_article(written), _without_article(label)
    if written == label:
        return 0
    if _singular(written, language) == _singular(label, language):
        return 1
    shared = 0
    for one, other in zip(written, label, strict=False):
        if one != other:
            break
        shared += 1
    return 2 if max(len(written), len(label)) - shared <= _ENDING else 3


def _singular(word: str, language: str) -> str:
    for ending in _NUMBER.get(language, ()):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def _without_article(word: str) -> str:
    for article in PREFIXES:
        if word.startswith(article) and len(word) - len(article) >= 3:
            return word[len(article) :]
    return word


def meant(written: str, labels: tuple[tuple[str, tuple[str, ...]], ...], language: str, most: int) -> tuple[str, ...]:
    """The concepts of the labels that come nearest to the written word, `most` at most.

    `labels` has each label with the concepts that it names.
    """
    by_closeness: dict[int, list[str]] = {}
    for label, keys in labels:
        by_closeness.setdefault(closeness(written, label, language), []).extend(keys)
    nearest = min(by_closeness)
    kept = by_closeness[nearest] + (by_closeness.get(1, []) if nearest == 0 else [])
    return tuple(dict.fromkeys(kept))[:most]
