"""The two lines under a result, with the found words marked, whatever language they are found in."""

import re
from html import escape
from typing import Final

from landbridge.search.analysis import fold, normalise
from landbridge.search.understand import label_of
from landbridge.search.wording import Wording

LENGTH: Final = 220
_MOST_LABELS: Final = 8
_WORD: Final = re.compile(r"[^\W_\u3400-\u9fff]+")


class _Folding(dict[int, str]):
    """Letter to its folded form of the same length, filled as letters are met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        folded = fold(normalise(letter)) or letter
        self[code] = folded if len(folded) == 1 else letter
        return self[code]


_FOLDING: Final = _Folding()


def folded_in_place(text: str) -> str:
    """The text folded letter by letter, so that places in it are places in the text."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


class Highlighter:
    """Marks the words of one question in many texts: words that begin like a stem, and runs of Chinese."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self._sought: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def _what(self, language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if language not in self._sought:
            self._sought[language] = _sought(self.wording, language)
        return self._sought[language]

    def snippet(self, text: str, language: str) -> str:
        """At most about 220 characters of the text around the first found words, as HTML with <mark>."""
        if not self.wording.stems:
            return escape(_cut(text, 0))
        beginnings, runs = self._what(language)
        # What is found stands at the beginning as a rule; only otherwise is the rest read.
        spans = _spans(folded_in_place(text[: LENGTH + 20]), beginnings, runs)
        if not spans and len(text) > LENGTH:
            spans = _spans(folded_in_place(text), beginnings, runs)
        start = _start(text, spans[0][0]) if spans else 0
        shown = _cut(text, start)
        end = start + len(shown)
        inside = [(first - start, last - start) for first, last in spans if first >= start and last <= end]
        return ("…" if start else "") + _marked(shown, inside) + ("…" if end < len(text) else "")


def _spans(folded: str, beginnings: tuple[str, ...], runs: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where the question's words stand, in order, not overlapping."""
    spans = []
    if beginnings:
        spans = [match.span() for match in _WORD.finditer(folded) if folded.startswith(beginnings, match.start())]
    for run in runs:
        at = folded.find(run)
        while at >= 0:
            spans.append((at, at + len(run)))
            at = folded.find(run, at + len(run))
    spans.sort(key=lambda span: (span[0], -span[1]))
    apart: list[tuple[int, int]] = []
    for span in spans:
        if not apart or span[0] >= apart[-1][1]:
            apart.append(span)
    return apart


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


def _marked(shown: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    at = 0
    for first, last in spans:
        parts.extend((escape(shown[at:first]), "<mark>", escape(shown[first:last]), "</mark>"))
        at = last
    parts.append(escape(shown[at:]))
    return "".join(parts)


def _is_chinese(text: str) -> bool:
    return bool(text) and "\u3400" <= text[0] <= "\u9fff"


def _sought(wording: Wording, language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Beginnings of words, and runs of Chinese: the question's own, and labels of its concepts."""
    stems = {fold(stem) for stem in wording.stems if len(stem) >= 3}
    stems |= {word for word in wording.written if len(word) >= 3}
    labels = (folded_in_place(label_of(key, language)) for key in wording.keys[:_MOST_LABELS])
    stems |= {label for label in labels if len(label) > 2 or (language == "zh" and len(label) > 1)}
    runs = {stem for stem in {*stems, *wording.parts} if _is_chinese(stem)}
    words = {stem.split(" ")[0] if " " in stem else stem for stem in stems - runs}
    return tuple(word for word in words if len(word) >= 3), tuple(sorted(runs, key=len, reverse=True))
