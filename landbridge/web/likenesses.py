"""Two records beside each other in the reader's language: what only one of them says, and why they may be the same."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext

from landbridge.exchange.likeness.showing import Beside
from landbridge.exchange.models import Source
from landbridge.formats.format import referred
from landbridge.registry import review
from landbridge.registry.comparison import compare
from landbridge.registry.queries import RecordView
from landbridge.registry.readers import Standing
from landbridge.web.answers import told
from landbridge.web.labels import listed, place_name
from landbridge.web.views.compare import Row, rows
from landbridge.web.work import reading_of

_FIRST: Final = (
    "title", "acronym", "other_names", "year", "period", "places", "city", "identifier", "identifiers",
    "iati_identifier", "orcid", "publishers", "providers", "implementing", "organisers", "links",
)  # fmt: skip
"""What tells most quickly whether two records are about one thing."""
_SOURCE: Final = "source:"


@dataclass(frozen=True)
class Side:
    """One of the two records."""

    view: RecordView
    title: str
    language: str
    origin: str


@dataclass(frozen=True)
class Shown:
    """A pair as a page shows it."""

    id: int
    first: Side
    second: Side
    reasons: list[str]
    rows: list[Row]
    same: int
    pair: Any

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.first, self.second


def shown(pairs: Iterable[Beside], standing: Standing, *, whole: bool = False) -> list[Shown]:
    """Pairs for a page; `whole` with all that differs, else what matters most: three queries at most."""
    every = list(pairs)
    named = {key for one in every for view in (one.first, one.second) for key in referred(_part(view, whole))}
    titles = review.titles_of(named, standing) if named else {}
    origins = origin_names({view.origin for one in every for view in (one.first, one.second)})
    return [_shown(one, titles, origins, whole=whole) for one in every]


def _part(view: RecordView, whole: bool) -> dict[str, Any]:
    return view.data if whole else {name: view.data[name] for name in _FIRST if name in view.data}


def _shown(one: Beside, titles: Mapping[str, Any], origins: Mapping[str, str], *, whole: bool) -> Shown:
    found = compare(one.first.format, _part(one.first, whole), _part(one.second, whole))
    reading = reading_of(one.second, "", titles)
    return Shown(
        id=one.pair.pk, first=side(one.first, origins), second=side(one.second, origins), pair=one.pair,
        reasons=list(reasons(one.pair.reasons)), rows=list(rows(one.first.format, found.differences, reading)),
        same=found.same,
    )  # fmt: skip


def side(view: RecordView, origins: Mapping[str, str]) -> Side:
    """One of the two, with its title and where it comes from."""
    language, title = told(view.data["title"], reading_of(view, ""))
    return Side(view, title, language, origins.get(view.origin, view.origin))


def origin_names(origins: Iterable[str]) -> dict[str, str]:
    """What this node, a source and another node are called: one query, none where all is ours."""
    every = set(origins)
    sources = {origin.removeprefix(_SOURCE) for origin in every if origin.startswith(_SOURCE)}
    titles = dict(Source.objects.filter(pk__in=sources).values_list("pk", "title")) if sources else {}
    return {origin: _origin_name(origin, titles) for origin in every}


def _origin_name(origin: str, titles: Mapping[str, str]) -> str:
    if not origin:
        return settings.NODE_NAME
    if origin.startswith(_SOURCE):
        key = origin.removeprefix(_SOURCE)
        return titles.get(key, key)
    return urlsplit(origin).netloc or origin


def reasons(found: Iterable[Any]) -> Iterator[str]:
    """What speaks for it, in words."""
    for criterion, what in found:
        if criterion == "title":
            yield gettext("Same title") if what == "same" else gettext("Titles alike: %(number)s%%") % {"number": what}
        elif criterion == "places":
            places = listed(place_name(place) for place in what.split(", "))
            yield gettext("Same place: %(what)s") % {"what": places}
        elif criterion == "years":
            yield gettext("Same year: %(what)s") % {"what": what}
        elif criterion == "urls":
            yield gettext("Same web address: %(what)s") % {"what": what}
        elif criterion == "bodies":
            yield gettext("Same organisation")
        else:
            yield f"{criterion.upper()} {what}"
