"""What people say when they need, offer, describe or tell: words that are no subject, found with where they stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from landbridge.search.analysis import Word, normalise, words

TABLES: Final = Path(__file__).parent / "tables"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A concept or a sign (`sign:need`), and from where to where it stands in the normalised text."""

    key: str
    start: int
    end: int


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table of this room, column to cell; lines that begin with # tell what it is about."""
    columns: list[str] = []
    for line in (TABLES / name).read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if line.startswith("#") or not line:
            continue
        if columns:
            yield dict(zip(columns, cells, strict=True))
        else:
            columns = cells


_Phrases = dict[str, list[tuple[tuple[str, ...], str]]]
"""First token to the phrases that begin with it, each with its sign."""


@cache
def _phrases(language: str) -> _Phrases:
    found: _Phrases = {}
    for row in rows("signs.tsv"):
        for phrase in filter(None, row[language].split("|")):
            tokens = tuple(word.tokens[0] for word in words(normalise(phrase), language))
            found.setdefault(tokens[0], []).append((tokens, f"sign:{row['sign']}"))
    return found


@cache
def _runs() -> tuple[tuple[str, str], ...]:
    """Chinese phrases, each with its sign."""
    return tuple(
        (normalise(phrase), f"sign:{row['sign']}")
        for row in rows("signs.tsv")
        for phrase in filter(None, row["zh"].split("|"))
    )


def signs(text: str, found: Sequence[Word], language: str) -> Iterator[Sighting]:
    """The signs in a normalised text whose words were found."""
    if language == "zh":
        yield from _in_characters(text)
        return
    phrases = _phrases(language)
    for place, word in enumerate(found):
        for token in dict.fromkeys(word.tokens):
            for tokens, sign in phrases.get(token, ()):
                following = found[place + 1 : place + len(tokens)]
                if len(following) == len(tokens) - 1 and all(
                    wanted in one.tokens for wanted, one in zip(tokens[1:], following, strict=True)
                ):
                    yield Sighting(sign, word.start, (following[-1] if following else word).end)


def _in_characters(text: str) -> Iterator[Sighting]:
    for phrase, sign in _runs():
        start = text.find(phrase)
        while start >= 0:
            yield Sighting(sign, start, start + len(phrase))
            start = text.find(phrase, start + len(phrase))
