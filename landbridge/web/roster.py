"""The roster of experts as pages show it: what was asked, rows, choices with their counts, and the words of vetting."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext, pgettext

from landbridge.formats.vocabulary import vocabulary
from landbridge.search import balance
from landbridge.search.experts import LEVELS, VETTING
from landbridge.search.plan import Row
from landbridge.search.roster import Asked, Found
from landbridge.web.addresses import Address, values, words_of
from landbridge.web.hits import Line, of_row
from landbridge.web.labels import capital, choice_name, language_name, listed, place_name, spelled, term_label

PATH: Final = "/roster"
PAGE: Final = 20
_SEVERAL: Final = {"kind": "kinds", "place": "places", "vetting": "vetting", "support": "support"}
_ONE: Final = {"speaks": "language", "level": "level", "on": "on"}
_SHOWN: Final = 12
"""Values of a facet that are offered as links at once."""


def forget() -> None:
    """Drop the counts that are kept."""
    balance.forget()


def asked_of(parameters: QueryDict) -> Asked:
    """What an address of the roster asks for."""
    page = parameters.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1
    language, level, on = (words_of(parameters, name, 100) for name in _ONE)
    kinds, places, vetting, support = (values(parameters, name) for name in _SEVERAL)
    return Asked(words_of(parameters), kinds, language, level, places, vetting, support, on, max(1, number))


def address_of(asked: Asked) -> Address:
    """The address that asks for it, without the page."""
    pairs = [("q", asked.text)] if asked.text else []
    pairs += [(name, value) for name, field in _SEVERAL.items() for value in getattr(asked, field)]
    pairs += [(name, value) for name, field in _ONE.items() if (value := getattr(asked, field))]
    return Address(PATH, tuple(pairs))


@dataclass(frozen=True)
class ExpertLine:
    """An expert as a row."""

    line: Line
    kinds: str
    languages: str
    vetting: str
    available: str

    @property
    def is_vouched_for(self) -> bool:
        """Whether somebody beside the expert stands behind what they tell."""
        return self.vetting in ("approved", "referenced")


def of_expert(row: Row) -> ExpertLine:
    """A row of the index as a row of the page."""
    stored: Mapping[str, Any] = row.stored
    kinds = listed(term_label("expertise_kinds", kind) for kind in stored.get("kinds", ()))
    languages = listed(spoken(language, level) for language, level in stored.get("skills", ()))
    return ExpertLine(of_row(row), kinds, languages, stored.get("vetting", ""), available(stored.get("period") or {}))


def spoken(language: str, level: str) -> str:
    """A language, with its level where one is told."""
    name = capital(language_name(language))
    if not level:
        return name
    return pgettext("language and level", "%(language)s (%(level)s)") % {"language": name, "level": level_name(level)}


def level_name(level: str) -> str:
    """A level of a language, as it stands within a sentence."""
    label = term_label("language_levels", level)
    return label[:1].lower() + label[1:]


def available(period: Mapping[str, str]) -> str:
    """From when until when somebody is available."""
    start, end = spelled(period.get("start")), spelled(period.get("end"))
    if start and end:
        return gettext("%(start)s to %(end)s") % {"start": start, "end": end}
    template = gettext("From %(day)s") if start else gettext("Until %(day)s")
    return template % {"day": start or end} if start or end else ""


@dataclass(frozen=True)
class Choice:
    """One answer of a list to choose from, and how many of those found have it."""

    value: str
    label: str
    count: int
    chosen: bool
    href: str = ""


@dataclass(frozen=True)
class Choices:
    """What the form and the lists beside the results offer."""

    kinds: tuple[Choice, ...]
    languages: tuple[Choice, ...]
    levels: tuple[Choice, ...]
    vetting: tuple[Choice, ...]


def choices(asked: Asked, found: Found | None) -> Choices:
    """Everything that can be chosen, with the counts of what was found."""
    counts = {name: dict(pairs) for name, pairs in (found.facets if found else {}).items()}
    speaks, kinds, vetting = (counts.get(name, {}) for name in ("speaks", "expertise", "vetting"))
    languages = sorted({*(one for one in speaks if ":" not in one), *filter(None, (asked.language,))})
    named = sorted(((capital(language_name(tag)), tag) for tag in languages), key=lambda pair: pair[0])
    return Choices(
        tuple(
            Choice(term.id, term_label("expertise_kinds", term.id), kinds.get(term.id, 0), term.id in asked.kinds)
            for term in vocabulary("expertise_kinds")
        ),
        tuple(Choice(tag, name, speaks.get(tag, 0), tag == asked.language) for name, tag in named),
        tuple(Choice(level, level_name(level), 0, level == asked.level) for level in LEVELS),
        tuple(Choice(one, choice_name(one), vetting.get(one, 0), one in asked.vetting) for one in VETTING),
    )


def places_found(asked: Asked, found: Found) -> tuple[Choice, ...]:
    """The countries and regions of those found, most first, each with the address that keeps to it."""
    base = address_of(asked)
    counted = [(place, count) for place, count in found.facets.get("place", ()) if place not in asked.places]
    return tuple(
        Choice(place, place_name(place), count, False, str(base.setting("place", place)))
        for place, count in counted[:_SHOWN]
    )


def chosen(asked: Asked) -> list[tuple[str, str]]:
    """The filters that are set: what they say, and the address without them."""
    base = address_of(asked)
    told = [(term_label("expertise_kinds", kind), ("kind", kind)) for kind in asked.kinds]
    told += [(place_name(place), ("place", place)) for place in asked.places]
    told += [(choice_name(one), ("vetting", one)) for one in asked.vetting]
    told += [(term_label("support_types", kind), ("support", kind)) for kind in asked.support]
    links = [(label, str(base.without(*pair))) for label, pair in told]
    if asked.language:
        without = base.setting("speaks", "").setting("level", "")
        links.append((spoken(asked.language, asked.level), str(without)))
    if asked.on:
        links.append((gettext("Available on %(day)s") % {"day": spelled(asked.on)}, str(base.setting("on", ""))))
    return links


@dataclass(frozen=True)
class Bar:
    """A line of a table of statistics; the bar beside it is as long as its share of the largest."""

    label: str
    count: int
    width: int


@dataclass(frozen=True)
class Table:
    """One table of statistics."""

    id: str
    title: str
    rows: tuple[Bar, ...]


def _table(name: str, title: str, counts: Iterable[tuple[str, int]]) -> Table:
    pairs = list(counts)
    most = max((count for _, count in pairs), default=0) or 1
    return Table(name, title, tuple(Bar(label, count, round(count * 100 / most)) for label, count in pairs))


def tables(counted: balance.Balance) -> list[Table]:
    """The statistics in the reader's language."""
    gender = {
        "women": gettext("Women"), "men": gettext("Men"), "others": gettext("Others"),
        "rest": gettext("Not told, or fewer than %(least)s") % {"least": balance.LEAST},
    }  # fmt: skip
    return [
        _table("groups", gettext("Regional group of the Convention"), _named(counted.groups, place_name)),
        _table("continents", gettext("Region of the United Nations"), _named(counted.continents, place_name)),
        _table("kinds", gettext("Kind of expertise"),
               ((term_label("expertise_kinds", one), count) for one, count in counted.kinds.items())),
        _table("vetting", gettext("State of vetting"),
               ((choice_name(one), counted.vetting.get(one, 0)) for one in VETTING)),
        _table("languages", gettext("Languages spoken"),
               ((capital(language_name(one)), count) for one, count in counted.languages.items())),
        _table("gender", gettext("Gender, where it was told"),
               ((gender[one], count) for one, count in counted.gender.items())),
    ]  # fmt: skip


def _named(counts: Mapping[str, int], name: Any) -> Iterable[tuple[str, int]]:
    return ((name(one), count) for one, count in counts.items())
