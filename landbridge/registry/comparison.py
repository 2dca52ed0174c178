"""What differs between two revisions, answer by answer; in texts word by word, in Chinese sign by sign.

Python's `difflib` finds the words. Long texts are first laid beside each other line by line, and only lines that differ
are looked at closer, so that a description of 40,000 characters costs milliseconds, and hostile ones not much more.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Final, Literal

from landbridge.formats import tidy
from landbridge.formats.fields import Question, RichText, Text
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import primary

Kind = Literal["same", "gone", "new"]
_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")
_SIGNS: Final = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+|\s+|[^\w\s]"
)
"""Languages that are written without spaces are compared sign by sign; foreign words in them stay whole."""
_WITHOUT_SPACES: Final = frozenset({"zh", "ja", "yue"})
_CLOSE: Final = 1500
"""So many words or signs of a changed passage are compared one by one; a longer one counts as written anew."""
CONTEXT: Final = 160
"""So many characters are kept on each side of a change; what lies further away is left out with an ellipsis."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, went or came."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class TextChange:
    """How a text in one language changed. Without pieces only its formatting did."""

    language: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Difference:
    """How one answer changed: `texts` for texts, else the parts that went, came and stayed."""

    name: str
    texts: tuple[TextChange, ...] = ()
    gone: tuple[Any, ...] = ()
    new: tuple[Any, ...] = ()
    kept: tuple[Any, ...] = ()
    listed: bool = False
    """Whether the answer is a list, of which single parts went and came."""


@dataclass(frozen=True)
class Comparison:
    """All differences in the order of the format, and how many answers are the same."""

    differences: tuple[Difference, ...]
    same: int


def compare(format: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """What differs between two states of a record's answers."""
    asked = questions(FORMATS[format])
    found: list[Difference] = []
    same = 0
    for name, question in asked.items():
        old, new = before.get(name), after.get(name)
        if _nothing(old) and _nothing(new):
            continue
        if old == new:
            same += 1
        else:
            found.append(_difference(name, question, old, new))
    return Comparison(tuple(found), same)


def _nothing(answer: Any) -> bool:
    return answer in (None, "", [], {})


def _difference(name: str, question: Question, old: Any, new: Any) -> Difference:
    if isinstance(question, Text):
        return Difference(name, texts=tuple(_texts(old or {}, new or {}, rich=isinstance(question, RichText))))
    if isinstance(old, list) or isinstance(new, list):
        return _lists(name, old or [], new or [])
    return Difference(name, gone=() if _nothing(old) else (old,), new=() if _nothing(new) else (new,))


def _lists(name: str, old: Sequence[Any], new: Sequence[Any]) -> Difference:
    """Parts are the same when they say the same; a part in which a word changed went and came."""
    gone = tuple(part for part in old if part not in new)
    came = tuple(part for part in new if part not in old)
    kept = tuple(part for part in new if part in old)
    return Difference(name, gone=gone, new=came, kept=kept, listed=True)


def _texts(old: Mapping[str, str], new: Mapping[str, str], *, rich: bool) -> Iterator[TextChange]:
    for tag in (*old, *(tag for tag in new if tag not in old)):
        before, after = old.get(tag, ""), new.get(tag, "")
        if before != after:
            yield TextChange(tag, words(_plain(before), _plain(after), tag) if rich else words(before, after, tag))


_LINK: Final = re.compile(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def _plain(html: str) -> str:
    """The words of a formatted text; the address of a link is told behind its words, a new one must not hide."""
    told = _LINK.sub(r"\2 (\1)", html)
    return tidy.without_markup(told.replace("<li>", "<li>• "))


def words(before: str, after: str, language: str = "en") -> tuple[Piece, ...]:
    """The pieces of which two texts are made; none where they are the same."""
    if before == after:
        return ()
    old, new = before.split("\n"), after.split("\n")
    pieces: list[Piece] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        ends = "\n" if j < len(old) and i < j else "", "\n" if m < len(new) and k < m else ""
        if kind == "equal":
            pieces.append(Piece("same", "\n".join(old[i:j])))
            pieces.extend(_closer(*ends, language))
        else:
            pieces.extend(_closer("\n".join(old[i:j]) + ends[0], "\n".join(new[k:m]) + ends[1], language))
    return tuple(_joined(pieces))


def _closer(before: str, after: str, language: str) -> Iterator[Piece]:
    """A changed passage word by word."""
    cut = (_SIGNS if primary(language) in _WITHOUT_SPACES else _WORDS).findall
    old, new = cut(before), cut(after)
    ahead = _alike(old, new)
    behind = _alike(old[ahead:][::-1], new[ahead:][::-1])
    yield Piece("same", "".join(old[:ahead]))
    middle = old[ahead : len(old) - behind], new[ahead : len(new) - behind]
    yield from _matched(*middle) if max(map(len, middle)) <= _CLOSE else _replaced(*middle)
    yield Piece("same", "".join(old[len(old) - behind :]))


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words are the same from the beginning on."""
    for at, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return at
    return min(len(old), len(new))


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    yield Piece("gone", "".join(old))
    yield Piece("new", "".join(new))


def _matched(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for kind, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(old[i:j]))
        else:
            yield from _replaced(old[i:j], new[k:m])


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbours of one kind as one piece; a lone space between two changes is part of both, or they read as torn."""
    runs = _runs([piece for piece in pieces if piece.text])
    solid: list[Piece] = []
    for at, piece in enumerate(runs):
        if piece.kind == "same" and piece.text.isspace() and 0 < at < len(runs) - 1:
            solid += [Piece("gone", piece.text), Piece("new", piece.text)]
        else:
            solid.append(piece)
    return _runs(solid)


def _runs(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with what belongs together joined: what stayed, and of a change what went before what came."""
    found: list[Piece] = []
    for is_same, run in groupby(pieces, lambda piece: piece.kind == "same"):
        texts: dict[Kind, str] = {"same": ""} if is_same else {"gone": "", "new": ""}
        for piece in run:
            texts[piece.kind] += piece.text
        found += [Piece(kind, text) for kind, text in texts.items() if text]
    return found


def shortened(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces with what is far from any change left out."""
    found = []
    for at, piece in enumerate(pieces):
        text = piece.text
        if piece.kind == "same" and len(text) > 2 * CONTEXT + 40:
            start = "" if at == 0 else text[:CONTEXT].rsplit(" ", 1)[0] + " "
            end = "" if at == len(pieces) - 1 else " " + text[-CONTEXT:].split(" ", 1)[-1]
            text = f"{start}…{end}"
        found.append(Piece(piece.kind, text))
    return tuple(found)
