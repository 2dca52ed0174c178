"""From the parameters of an address to a question for the search, and back to something a reader can change."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext, pgettext

from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import vocabulary
from landbridge.search.places import resolve
from landbridge.search.query import FacetValue, Query, Results
from landbridge.web.templatetags.landbridge import language_name, place_name, reader_language

PARAMETERS: Final = {
    "type": "types", "language": "languages", "place": "places", "ecosystem": "ecosystems", "target": "targets",
    "theme": "themes", "support": "support", "ip": "ip", "trl": "trl", "freshness": "freshness",
}  # fmt: skip
"""Parameter of an address to the field of a query; each may stand several times."""
VOCABULARIES: Final = {
    "ecosystem": "ecosystems", "target": "targets", "theme": "themes", "support": "support_types", "ip": "ip_status",
    "trl": "trl",
}  # fmt: skip
SHOWN: Final = 8
"""Values of a facet that are shown before "show all"."""


def values_of(parameters: QueryDict, name: str) -> tuple[str, ...]:
    """The values of a parameter, repeated or separated by commas, without the empty ones."""
    given = [part.strip() for value in parameters.getlist(name) for part in value.split(",")]
    return tuple(dict.fromkeys(part[:80] for part in given if part))[:50]


def query_of(request: HttpRequest, limit: int = 20) -> Query:
    """The question that an address asks."""
    parameters = request.GET
    filters = {field: values_of(parameters, name) for name, field in PARAMETERS.items()}
    return Query(
        text=parameters.get("q", "")[:2000].replace("\x00", ""),
        sort=parameters.get("sort", "") or "relevance",
        limit=limit,
        cursor=parameters.get("cursor", ""),
        **filters,
    )


@dataclass(frozen=True)
class Choice:
    """A value of a filter as it is shown: its label, how many results have it, whether it is chosen."""

    value: str
    label: str
    count: int
    chosen: bool = False


@dataclass(frozen=True)
class Facet:
    """A filter with its values, the chosen ones first."""

    name: str
    label: str
    choices: tuple[Choice, ...]

    @property
    def first(self) -> tuple[Choice, ...]:
        return self.choices[:SHOWN]

    @property
    def rest(self) -> tuple[Choice, ...]:
        return self.choices[SHOWN:]

    @property
    def is_open(self) -> bool:
        return self.name in ("type", "place") or any(choice.chosen for choice in self.choices)


def facet_labels() -> dict[str, str]:
    """Facet to its heading, in the order in which facets are shown."""
    return {
        "type": pgettext("facet", "Kind"), "place": gettext("Place"), "support": gettext("Kind of support"),
        "theme": gettext("Theme"), "target": gettext("Target"), "ecosystem": gettext("Ecosystem"),
        "ip": gettext("Rights"), "trl": gettext("Readiness"), "language": gettext("Language"),
        "freshness": gettext("Last confirmed"),
    }  # fmt: skip


def label_of(facet: str, value: str) -> str:
    """The label of a facet's value in the reader's language."""
    if facet == "type":
        return gettext(FORMATS[value].plural) if value in FORMATS else value
    if facet == "place":
        return place_name(value)
    if facet == "language":
        return language_name(value)
    if facet in VOCABULARIES:
        term = vocabulary(VOCABULARIES[facet]).find(value)
        label = term.label(reader_language()) if term else value
        return label[:1].upper() + label[1:]
    return value


def _chosen(request: HttpRequest, facet: str) -> frozenset[str]:
    given = values_of(request.GET, facet)
    if facet == "place":
        return frozenset(resolve(value) or value for value in given)
    return frozenset(given)


def facets_of(request: HttpRequest, results: Results) -> list[Facet]:
    """The filters of a result, chosen values first, then the most frequent; a filter without values is left out."""
    shown = []
    for name, heading in facet_labels().items():
        chosen = _chosen(request, name)
        choices = _choices(name, results.facets.get(name, ()), chosen)
        if choices:
            shown.append(Facet(name, heading, choices))
    return shown


def _choices(facet: str, values: Iterable[FacetValue], chosen: frozenset[str]) -> tuple[Choice, ...]:
    counted = {value: count for value, count in values}
    for value in chosen:
        counted.setdefault(value, 0)
    choices = [Choice(value, label_of(facet, value), count, value in chosen) for value, count in counted.items()]
    if facet in ("freshness", "trl"):
        choices.sort(key=lambda choice: choice.value, reverse=True)
    else:
        choices.sort(key=lambda choice: (not choice.chosen, -choice.count, choice.label))
    return tuple(choices)


@dataclass(frozen=True)
class Removable:
    """A filter that is on, with what to press to take it off."""

    name: str
    value: str
    heading: str
    label: str


def active_filters(request: HttpRequest) -> list[Removable]:
    """The filters that are on."""
    headings = facet_labels()
    return [
        Removable(name, value, headings[name], label_of(name, resolve(value) or value if name == "place" else value))
        for name in PARAMETERS
        for value in values_of(request.GET, name)
    ]
