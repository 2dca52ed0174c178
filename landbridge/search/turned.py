"""Labels turned round: whoever asks says "restore mangroves" and 收集雨水, the label says "mangrove restoration" and
雨水收集.

The other languages name the deed first in both cases, and their articles and prepositions are no part of a pattern.
"""

from collections.abc import Set
from functools import cache
from typing import Final

from landbridge.formats import vocabulary
from landbridge.search.analysis import fold, normalise, stems, words

TURNED: Final = frozenset({"en", "zh"})
"""The languages that name the thing first in a label and the deed first in a sentence."""
_LONGEST: Final = 4
"""English labels of more words are hardly ever said otherwise."""
_FILE: Final = vocabulary.FOLDER / vocabulary.LEXICON / "verbs.tsv"
_AS_NOUNS: Final = frozenset({"control", "count", "harvest", "monitor", "repair", "survey", "trade", "transport"})
"""Deeds whose noun looks like the verb. Others that do so are mostly things: a plant, a farm, a house."""


@cache
def _deeds(language: str) -> Set[str]:
    """The words for doing something: in English their stems, in Chinese as they are written."""
    labels = [label for term in vocabulary.read(_FILE) for label in term.labels.get(language, ())]
    if language == "zh":
        return frozenset(label for label in labels if len(label) == 2)
    single = (fold(normalise(label)) for label in labels if " " not in label)
    return frozenset(stems(word, language)[0] for word in single)


def turned(label: str, pattern: str | tuple[str, ...], language: str) -> str | tuple[str, ...]:
    """The pattern of a label with the deed and the thing in the other order; empty where there is no such thing.

    `pattern` is that of the label as it stands: tokens, in Chinese characters.
    """
    if language == "zh" and isinstance(pattern, str):
        return _turned_characters(pattern)
    if language == "en" and isinstance(pattern, tuple) and 2 <= len(pattern) <= _LONGEST:
        last = [word.folded for word in words(normalise(label), language)][-1:]
        if last and _is_deed(last[0]) and stems(last[0], language)[0] == pattern[-1]:
            return (pattern[-1], *pattern[:-1])
    return ()


def _is_deed(word: str) -> bool:
    """Whether an English noun names something that is done: "restoration", "monitoring", "control"."""
    stem = stems(word, "en")[0]
    return stem in _deeds("en") and (word in _AS_NOUNS or word.endswith(("ing", "ion", "ment", "age", "al", "ance")))


def _turned_characters(text: str) -> str:
    if not 4 <= len(text) <= 8:
        return ""
    deeds = _deeds("zh")
    if text[-2:] in deeds and text[:2] not in deeds:
        return text[-2:] + text[:-2]
    if text[:2] in deeds and text[-2:] not in deeds:
        return text[2:] + text[:2]
    return ""
