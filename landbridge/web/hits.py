"""Rows of results as the templates show them, from search and from matching."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from django.utils.safestring import SafeString, mark_safe

from landbridge.cooperation.matching import Match, Matching, Reason
from landbridge.lib.languages import choose, direction
from landbridge.search.plan import Row
from landbridge.search.query import Hit
from landbridge.web.communities import Label, labels_named
from landbridge.web.freshness import badge
from landbridge.web.labels import format_name, format_plural, month, places_named, reader_language, side

REASONS: Final = 3
STRONG: Final = 0.56
GOOD: Final = 0.42
"""Scores from which on a match is said to fit very well, or well. Of what reaches 0.42 for the judged needs 95 in a
hundred have a grade; of 18 questions that have nothing to do with nature two reached it."""
_CUT: Final = 150
BAR: Final = 1000
"""Width of a match's bar in its own units."""


@dataclass(frozen=True)
class Line:
    """One row: a record with what makes a reader open it."""

    id: str
    type: str
    title: str
    language: str
    original_language: str
    snippet: SafeString | str
    """Safe HTML when it comes from the search, plain text otherwise."""
    places: str
    provider: str
    confirmed: str
    sample: bool
    overdue: str = ""
    """Since when nobody has confirmed it, in words; empty where it was confirmed in time."""
    labels: tuple[Label, ...] = ()
    """Labels of communities, as they are."""

    @property
    def href(self) -> str:
        return f"/records/{self.id}"

    @property
    def side(self) -> str:
        return side(self.type)

    @property
    def type_name(self) -> str:
        return format_name(self.type)

    @property
    def direction(self) -> str:
        return direction(self.language)

    @property
    def other_language(self) -> bool:
        """Whether it is shown in another language than the page's."""
        return self.language != reader_language()

    @property
    def translated(self) -> bool:
        return self.language != self.original_language


def _ended(snippet: str) -> str:
    """A text that was cut says so."""
    return f"{snippet}…" if len(snippet) > _CUT and snippet[-1].isalnum() else snippet


def of_hit(hit: Hit) -> Line:
    """A row of the search. Its snippet was escaped there, so it is safe here."""
    return Line(
        hit.id, hit.type, hit.title, hit.language, hit.original_language, mark_safe(_ended(hit.snippet)),  # noqa: S308
        places_named(hit.places), hit.provider, month(hit.confirmed_on), hit.sample,
        badge(hit.confirm_by, hit.confirmed_on), labels_named(hit.labels),
    )  # fmt: skip


def of_row(row: Row) -> Line:
    """A row of the index itself."""
    stored: dict[str, Any] = row.stored
    original = stored["language"]
    shown_in, title = choose(stored["title"], reader_language(), original)
    _, summary = choose(stored.get("summary", {}), shown_in, original)
    return Line(
        stored["id"], stored["type"], title, shown_in, original, summary, places_named(stored.get("places", ())),
        stored.get("provider", ""), month(stored["confirmed"]), bool(stored.get("sample")),
        badge(stored.get("confirm_by"), stored["confirmed"]), labels_named(stored.get("labels", ())),
    )  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One criterion's part of the bar, and its sentence."""

    criterion: str
    start: int
    width: int
    text: str


@dataclass(frozen=True)
class Fit:
    """A match as a row: the record, its bar, at most three reasons, what is open or against it."""

    line: Line
    parts: tuple[Part, ...]
    reasons: tuple[Reason, ...]
    against: tuple[Any, ...]
    strength: str


@dataclass(frozen=True)
class FitGroup:
    """The matches of one format."""

    type: str
    name: str
    side: str
    fits: tuple[Fit, ...]


def _parts(match: Match) -> tuple[Part, ...]:
    """The bar is as long as the match is good, and each criterion has its share of it."""
    widths = [round(reason.share * match.score * BAR) for reason in match.for_]
    starts = [0, *accumulate(widths)]
    return tuple(
        Part(reason.criterion, start, width, reason.text)
        for reason, start, width in zip(match.for_, starts, widths, strict=False)
        if width > 0
    )


def _strength(score: float) -> str:
    return "strong" if score >= STRONG else "good" if score >= GOOD else "possible"


def _is_news(criterion: str, match: Match) -> bool:
    """That it is in the language of the page, the reader sees."""
    return criterion != "language" or match.language != reader_language()


def of_match(match: Match) -> Fit:
    """A match as a row."""
    line = Line(
        match.id, match.type, match.title, match.language, match.language, match.snippet, places_named(match.places),
        match.provider, month(match.confirmed_on), match.sample, badge(match.confirm_by, match.confirmed_on),
        labels_named(match.labels),
    )  # fmt: skip
    told = [reason for reason in match.for_ if reason.text and _is_news(reason.criterion, match)]
    caveats = [caveat for caveat in match.against if caveat.criterion != "sample"]
    return Fit(line, _parts(match), tuple(told[:REASONS]), tuple(caveats[:4]), _strength(match.score))


def groups(matching: Matching, *, fitting: bool = True) -> list[FitGroup]:
    """Matches by format, the best group first; only those that fit, unless nothing does."""
    grouped: dict[str, list[Match]] = {}
    for match in matching.matches:
        if match.fits or not fitting:
            grouped.setdefault(match.type, []).append(match)
    return [
        FitGroup(name, format_plural(name), side(name), tuple(map(of_match, found))) for name, found in grouped.items()
    ]


def of_hits(hits: Iterable[Hit]) -> list[Line]:
    """Rows of the search."""
    return [of_hit(hit) for hit in hits]
