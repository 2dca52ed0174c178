"""A feed and its entries, free of any format of feeds."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from landbridge.formats.tidy import lines

NEVER: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed without entries changed: a fixed day, so that asking again brings nothing."""


@dataclass(frozen=True)
class Said:
    """A text and its language."""

    language: str
    text: str


@dataclass(frozen=True)
class Category:
    """What an entry is filed under; `scheme` is the address of the scheme, or of what the term stands for."""

    term: str
    label: str = ""
    scheme: str = ""


@dataclass(frozen=True)
class Author:
    """An organisation that stands behind an entry."""

    name: str
    address: str = ""


@dataclass(frozen=True)
class Entry:
    """One record as a feed tells of it. Addresses are absolute."""

    id: str
    address: str
    title: Said
    summary: Said
    published: datetime
    changed: datetime
    authors: tuple[Author, ...] = ()
    categories: tuple[Category, ...] = ()
    labels: tuple[Category, ...] = ()
    """Labels of communities: name and address, which go wherever the record goes."""
    licence: str = ""


@dataclass(frozen=True)
class Feed:
    """A list of entries: `own` is the address that it was asked under, `home` the page that shows the same."""

    id: str
    own: str
    home: str
    title: str
    language: str
    author: str
    entries: tuple[Entry, ...]
    next: str = ""

    @property
    def changed(self) -> datetime:
        return max((entry.changed for entry in self.entries), default=NEVER)


def text(value: str) -> str:
    """A text as XML holds it: escaped, and without the characters that XML cannot hold."""
    return escape(lines(value))


def attribute(value: str) -> str:
    """The same as a quoted attribute, on one line."""
    return quoteattr(" ".join(lines(value).split()))


def moment(at: datetime) -> str:
    """A moment as RFC 3339 writes it."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
