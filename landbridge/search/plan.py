"""A question to the index, free of any engine: what must match, what filters, how to sort and count.

Fields of the index:

- `text`: tokens of all texts of a record, in all its languages; `title`: those of its titles;
- `concept`: keys of concepts found in the texts or named in the answers; `subject`: those of the titles;
  `broader`: the concepts above them;
- `cognate`: keys of international words; `word`: whole words as written, for spelling help;
- filters, each with a count per value: see FACETS, and ROSTER for those of experts; further filters without counts: see
  FILTERS;
- numbers: `updated`, `confirmed`, `confirm_by`, `opens`, `closes` (days since 1970), `trl_level`, `title_order`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from landbridge.registry.rules import NOT_PUBLIC, Reader, audiences

TEXT_FIELDS: Final = ("text", "title", "concept", "subject", "broader", "cognate")
FACETS: Final = (
    "type", "place", "ecosystem", "target", "theme", "support", "ip", "trl", "language", "freshness",
)  # fmt: skip
ROSTER: Final = ("expertise", "speaks", "vetting")
"""Facets of experts alone; counted only where the roster asks."""
FILTERS: Final = ("id", "audience", "state", "excluded", "served", "technology", "owner")
NUMBERS: Final = ("updated", "confirmed", "confirm_by", "opens", "closes", "trl_level", "title_order")
NEVER: Final = 10_000_000
"""A day that does not come: what does not expire, closes then."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One term of one field, with its weight."""

    field: str
    term: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand side by side."""

    field: str
    terms: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """Alternatives of which one must match (`needed`) or may (then it only adds to the score).

    `all_of` counts as one alternative that matches when each of its clauses does.
    """

    any_of: tuple[Clause | Phrase, ...]
    all_of: tuple[Clause, ...] = ()
    needed: bool = True
    others: float = 0.2
    """What the alternatives beside the best one add, as a share."""


@dataclass(frozen=True, slots=True)
class Range:
    """Records whose number lies from `least` to `most`, both included."""

    field: str
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Sinking:
    """What should have been confirmed before this day comes later: its score is less by so much, as a share where an
    engine can multiply, else as a figure."""

    before: int
    share: float
    by: float


@dataclass(frozen=True)
class Plan:
    """A whole question. An empty list of groups matches every record that passes the filters."""

    groups: tuple[Group, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field to values of which a record must have one."""
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: tuple[Range, ...] = ()
    least_groups: int = 1
    """How many of the groups that are not needed must match when none is needed."""
    sort: str = ""
    """A number field, largest first; `-field` for smallest first; empty for the best first."""
    sinking: Sinking | None = None
    """Only where the best come first."""
    limit: int = 20
    offset: int = 0
    facets: tuple[str, ...] = ()
    facet_size: int = 300


def readable_by(reader: Reader) -> dict[str, dict[str, tuple[str, ...]]]:
    """The part of a plan (`filters` or `without`) that keeps to what the reader may see.

    For everybody it takes out what is not public, which costs the engine half of what naming the public does.
    """
    tokens = audiences(reader)
    if tokens == ("public",):
        return {"filters": {}, "without": {"audience": (NOT_PUBLIC,)}}
    return {"filters": {"audience": tokens}, "without": {}}


@dataclass(frozen=True, slots=True)
class Row:
    """One record that was found: its score and what the index keeps of it for display."""

    score: float
    stored: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the index answers: the exact total, the rows of the page, and counts per facet, largest first."""

    total: int
    rows: tuple[Row, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class IndexDocument:
    """What the index takes in of one record."""

    id: str
    terms: Mapping[str, list[str]]
    facets: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, int]
    stored: dict[str, Any]
