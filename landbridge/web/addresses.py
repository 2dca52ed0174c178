"""Addresses of searches and matches: every state of a page is an address, and every address a state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict

from landbridge.search.query import Query

FILTERS: Final = {
    "type": "types", "place": "places", "support": "support", "theme": "themes", "ecosystem": "ecosystems",
    "target": "targets", "ip": "ip", "trl": "trl", "language": "languages", "freshness": "freshness",
}  # fmt: skip
"""Parameter (and facet) to the field of `Query`, in the order in which facets are shown."""
_MOST_VALUES: Final = 20
_LONGEST: Final = 200
PAGE: Final = 20


_ONCE: Final = ("sort", "limit", "cursor", "kept")
"""Parameters that have one value."""


@dataclass(frozen=True)
class Address:
    """A path with its parameters; each change gives a new address."""

    path: str
    pairs: tuple[tuple[str, str], ...] = ()

    def going_on(self) -> str:
        """The beginning of the address to which a page with many links appends one more parameter each."""
        start = str(Address(self.path, tuple(pair for pair in self.pairs if pair[0] != "cursor")))
        return start + ("&" if "?" in start else "?")

    def setting(self, name: str, value: str) -> "Address":
        """With this value alone for the parameter, or without it when the value is empty."""
        kept = tuple(pair for pair in self.pairs if pair[0] not in (name, "cursor"))
        return Address(self.path, (*kept, *(((name, value),) if value else ())))

    def without(self, name: str, value: str) -> "Address":
        """Without one value."""
        return Address(self.path, tuple(pair for pair in self.pairs if pair != (name, value) and pair[0] != "cursor"))

    def __str__(self) -> str:
        return f"{self.path}?{urlencode(self.pairs)}" if self.pairs else self.path


def values(parameters: QueryDict, name: str) -> tuple[str, ...]:
    """The values of a parameter: each once, none empty, not too many, none too long."""
    given = (value.strip()[:_LONGEST] for value in parameters.getlist(name))
    return tuple(dict.fromkeys(value for value in given if value))[:_MOST_VALUES]


def words_of(parameters: QueryDict, name: str = "q", most: int = 2000) -> str:
    """What was typed, without what no text can hold."""
    return parameters.get(name, "").replace("\x00", "").strip()[:most]


def search_address(parameters: QueryDict, path: str = "/search") -> Address:
    """The address of the search that was asked for, tidied."""
    text = words_of(parameters)
    pairs = [("q", text)] if text else []
    pairs += [(name, value) for name in FILTERS for value in values(parameters, name)]
    pairs += [(name, given[:_LONGEST]) for name in _ONCE if (given := parameters.get(name, ""))]
    return Address(path, tuple(pairs))


def query_of(parameters: QueryDict) -> Query:
    """The question to the search that an address asks."""
    limit = parameters.get("limit", "")
    chosen: Mapping[str, tuple[str, ...]] = {field: values(parameters, name) for name, field in FILTERS.items()}
    return Query(
        text=words_of(parameters),
        sort=parameters.get("sort", "") or "relevance",
        limit=int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 4 else PAGE,
        cursor=parameters.get("cursor", ""),
        kept=parameters.get("kept", "") == "1",
        **chosen,
    )  # fmt: skip


def link(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """An address from a path and its parameters."""
    return str(Address(path, tuple(pairs)))
