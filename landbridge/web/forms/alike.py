"""Records that may tell the same already: what somebody is warned of while they type a title."""

from dataclasses import dataclass
from typing import Final

from landbridge.registry.rules import Reader
from landbridge.search.query import BadQuery, Hit, Query, search
from landbridge.web.forms.choices import plain
from landbridge.web.labels import reader_language

MOST: Final = 3
_SHORTEST: Final = 6
_SHARED: Final = 0.5
"""Of the words of the shorter title, so many must stand in the other one when not all were found."""


@dataclass(frozen=True)
class Alike:
    """A record that may be the same: where it is and what it is called."""

    id: str
    title: str
    language: str


def alike(title: str, format: str, reader: Reader, but: str = "") -> list[Alike]:
    """Up to three records of the format, in any language, whose titles say much the same."""
    text = " ".join(title.split())[:300]
    if len(plain(text)) < _SHORTEST and not _is_dense(text):
        return []
    try:
        found = search(Query(text=text, types=(format,), limit=8), reader, reader_language(), with_facets=False)
    except BadQuery:
        return []
    likely = [hit for hit in found.hits if hit.id != but and (not found.loosened or _shares(text, hit))]
    return [Alike(hit.id, hit.title, hit.language) for hit in likely[:MOST]]


def _is_dense(text: str) -> bool:
    """Whether the script says much in few signs, as Chinese does."""
    return sum(one > "\u2e80" for one in text) >= 3


def _shares(title: str, hit: Hit) -> bool:
    mine, theirs = set(plain(title).split()), set(plain(hit.title).split())
    shorter = min(len(mine), len(theirs))
    return shorter > 1 and len(mine & theirs) >= max(2, _SHARED * shorter)
