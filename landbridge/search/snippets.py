"""The two lines under a result, with the found words marked, whatever language they are found in."""

import re
from functools import lru_cache
from html import escape
from typing import Final

from landbridge.search.analysis import fold, normalise
from landbridge.search.understand import label_of
from landbridge.search.wording import Wording

LENGTH: Final = 220
_MOST_LABELS: Final = 12


def folded_in_place(text: str) -> str:
    """The text folded letter by letter, so that places in it are places in the text."""
    if text.isascii():
        return text.lower()
    return "".join(_letter(letter) for letter in text)


@lru_cache(maxsize=4096)
def _letter(letter: str) -> str:
    folded = fold(normalise(letter)) or letter
    return folded if len(folded) == 1 else letter


class Highlighter:
    """Marks the words of one question in many texts."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self._patterns: dict[str, re.Pattern[str] | None] = {}

    def _pattern(self, language: str) -> re.Pattern[str] | None:
        if language not in self._patterns:
            self._patterns[language] = _compiled(self.wording, language)
        return self._patterns[language]

    def snippet(self, text: str, language: str) -> str:
        """At most about 220 characters of the text around the first found words, as HTML with <mark>."""
        pattern = self._pattern(language) if self.wording.stems else None
        if pattern is None:
            return escape(_cut(text, 0))
        folded = folded_in_place(text)
        first = pattern.search(folded)
        start = _start(text, first.start()) if first else 0
        shown, folded = _cut(text, start), folded[start : start + LENGTH]
        return ("…" if start else "") + _marked(shown, folded, pattern)


def _start(text: str, found: int) -> int:
    """Where to begin so that the found word is shown with what stands before it, at the start of a word."""
    if found < LENGTH * 2 // 3:
        return 0
    space = text.find(" ", found - LENGTH // 3)
    return space + 1 if 0 <= space < found else found


def _cut(text: str, start: int) -> str:
    if len(text) - start <= LENGTH:
        return text[start:]
    cut = text[start : start + LENGTH]
    return cut.rsplit(" ", 1)[0] if " " in cut[-40:] else cut


def _marked(shown: str, folded: str, pattern: re.Pattern[str]) -> str:
    parts: list[str] = []
    at = 0
    for match in pattern.finditer(folded[: len(shown)]):
        parts.append(escape(shown[at : match.start()]))
        parts.append(f"<mark>{escape(shown[match.start() : match.end()])}</mark>")
        at = match.end()
    parts.append(escape(shown[at:]))
    return "".join(parts) + ("" if shown.endswith((".", "!", "?", "。", "…")) else "…")


def _compiled(wording: Wording, language: str) -> re.Pattern[str] | None:
    """Stems as beginnings of words, Chinese as it stands, and the labels of the question's concepts."""
    beginnings = {fold(stem) for stem in wording.stems if len(stem) >= 3 and not "\u3400" <= stem[0] <= "\u9fff"}
    beginnings |= {word for word in wording.written if len(word) >= 2 and not "\u3400" <= word[0] <= "\u9fff"}
    exact = {stem for stem in wording.stems if "\u3400" <= stem[0] <= "\u9fff"}
    exact |= {word for word in wording.written if "\u3400" <= word[0] <= "\u9fff"}
    if language != wording.language:
        for key in wording.keys[:_MOST_LABELS]:
            label = folded_in_place(label_of(key, language))
            (exact if language == "zh" else beginnings).update({label} if len(label) > 2 or language == "zh" else ())
    parts = [rf"\b{re.escape(word)}\w*" for word in sorted(beginnings, key=len, reverse=True)]
    parts += [re.escape(run) for run in sorted(exact, key=len, reverse=True) if run]
    return re.compile("|".join(parts)) if parts else None
