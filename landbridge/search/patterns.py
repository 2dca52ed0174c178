"""Labels and texts as what is sought and where: tokens in a row, in Chinese characters."""

import re
from collections.abc import Iterable
from typing import Final

from landbridge.search.analysis import Word, normalise, words
from landbridge.search.stopwords import STOPWORDS

LONGEST: Final = 256
"""No label is longer, in tokens or in Chinese characters."""
Pattern = str | tuple[str, ...]
"""What is sought: a tuple of tokens, or characters where a script has no spaces."""
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
_SMALL: Final = {tag: words - _ARTICLES.get(tag, frozenset()) for tag, words in STOPWORDS.items()}


def pattern_of(label: str, language: str) -> tuple[Pattern, bool, str]:
    """A label as it is sought: its tokens, in Chinese its characters; empty when nothing of it carries meaning.

    And whether its small words belong to it: "off-grid" is not "grid", and "no tóxico" is the contrary of "tóxico". And
    the one word of a label that has no more, folded; an acronym keeps its capitals.
    """
    text = normalise(label)
    if language == "zh":
        return (text if len(text) > 1 else ""), False, ""
    found = list(words(text, language))
    stop = STOPWORDS.get(language, frozenset())
    tokens, places = stream(found, stop, text)
    if len(tokens) != 1:
        return (tuple(tokens) if sum(map(len, tokens)) > 1 else ()), False, ""
    word = label if label.isupper() else found[places[0]].folded
    small = _SMALL.get(language, frozenset())
    if len(found) > 1 and any(one.folded in small for one in found):
        whole = tuple([one.tokens[0] for one in found])
        return whole, True, word if len(whole) == 1 else ""
    return (tuple(tokens) if len(tokens[0]) > 1 else ()), False, word
