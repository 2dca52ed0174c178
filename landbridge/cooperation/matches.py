"""What matching answers: matches with their reasons and caveats, and what hard limits left out."""

from dataclasses import dataclass
from typing import Final

from landbridge.cooperation.criteria import Caveat
from landbridge.search.understand import Understood

FITS: Final = 0.33
"""Below this score nothing fits well, and the reader is told so."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What speaks for a match: the criterion, its share of the score (all shares add up to 1), and a sentence."""

    criterion: str
    share: float
    text: str


@dataclass(frozen=True)
class Match:
    """A record that may help, with what speaks for it and what is open or against it."""

    id: str
    type: str
    title: str
    language: str
    score: float
    for_: tuple[Reason, ...]
    against: tuple[Caveat, ...]
    snippet: str
    places: tuple[str, ...]
    provider: str
    confirmed_on: str
    sample: bool
    confirm_by: str = ""
    labels: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        return self.score >= FITS


@dataclass(frozen=True)
class Excluded:
    """A record that would have matched but for a hard limit."""

    id: str
    type: str
    title: str
    criterion: str
    text: str


@dataclass(frozen=True)
class Matching:
    """The answer to a need."""

    understood: Understood
    matches: tuple[Match, ...]
    excluded: tuple[Excluded, ...] = ()

    @property
    def by_type(self) -> dict[str, list[Match]]:
        """Matches grouped by format, the group with the best match first."""
        groups: dict[str, list[Match]] = {}
        for match in self.matches:
            groups.setdefault(match.type, []).append(match)
        return groups

    @property
    def fits_well(self) -> bool:
        return any(match.fits for match in self.matches)
