"""A programme as an IATI activity, with what everybody may see of it. The order of the elements counts.

Nothing is made up: shares of countries, purposes and markers that nobody told are not there. What has several places
and no shares of them names the smallest region that holds them all, and the countries as locations.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from landbridge.exchange.in_.sources.known import table
from landbridge.exchange.out.feeds.entries import moment
from landbridge.exchange.out.iati.places import common_region, recipient
from landbridge.exchange.out.linked import addresses
from landbridge.exchange.out.linked.addresses import Titles
from landbridge.formats.tidy import lines, without_markup
from landbridge.formats.vocabulary import vocabulary
from landbridge.registry.queries import RecordView

if TYPE_CHECKING:
    from lxml.etree import _Element

LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_UNFIT: Final = re.compile(r"[/&|?\s]")
"""What may not stand in an identifier."""
_FUNDING, _ACCOUNTABLE, _EXTENDING, _IMPLEMENTING = "1", "2", "3", "4"
_GENERAL, _OTHER = "1", "4"
_OWN: Final = "99"
_WEB_PAGE: Final = "A12"
_PARENT: Final = "1"
_A_YEAR: Final = timedelta(days=366)
_MULTINATIONAL: Final = "3"


class Lacking(ValueError):
    """The record does not tell what IATI demands."""


@dataclass(frozen=True)
class Telling:
    """By what an activity is made: today, the titles of records that it names, the identifiers of other programmes."""

    today: date
    titles: Titles
    identifiers: Mapping[str, str]


def identifier(view: RecordView) -> str:
    """The activity's own identifier, else ours under the prefix of this node."""
    own = str(view.data.get("iati_identifier") or "")
    return own if own and not _UNFIT.search(own) else f"{settings.IATI['ref']}-{view.id}"


def activity(view: RecordView, telling: Telling) -> "_Element":
    """The activity.

    Raises:
        Lacking: its status, its start, who takes part, where it is or what it is about is not told.
    """
    data = addresses.told(view)
    made = _element("iati-activity", {
        LANGUAGE: view.language, "last-updated-datetime": moment(view.published_at or view.revised_at),
        "linked-data-uri": addresses.of_record(view.id),
    })  # fmt: skip
    made.append(_text("iati-identifier", identifier(view)))
    made.append(_reporting(view))
    for part in (_texts(data), _taking_part(data, telling), _numbers(data), _when(data, telling.today), _where(data),
                 _about(data), _money(data), _links(data), _related(data, telling)):  # fmt: skip
        made.extend(part)
    return made


def _element(name: str, attributes: Mapping[str, str] | None = None) -> "_Element":
    # Inner import: a node that serves pages needs no XML.
    from lxml import etree

    return etree.Element(name, dict(attributes or {}))


def _text(name: str, text: str, attributes: Mapping[str, str] | None = None) -> "_Element":
    made = _element(name, attributes)
    made.text = lines(text)
    return made


def _told(name: str, texts: Mapping[str, str], attributes: Mapping[str, str] | None = None) -> "_Element":
    """An element with a narrative in each language."""
    made = _element(name, attributes)
    made.extend(_text("narrative", text, {LANGUAGE: tag} if tag else {}) for tag, text in texts.items())
    return made


def _reporting(view: RecordView) -> "_Element":
    own = settings.IATI
    attributes = {"ref": own["ref"], "type": own["type"]}
    if not identifier(view).startswith(f"{own['ref']}-"):
        attributes["secondary-reporter"] = "1"
    return _told("reporting-org", {"": settings.NODE_NAME}, attributes)


def _texts(data: Mapping[str, Any]) -> "Iterator[_Element]":
    yield _told("title", data["title"])
    yield _told("description", data.get("summary") or data["title"], {"type": _GENERAL})
    story = {tag: plain for tag, text in (data.get("description") or {}).items() if (plain := without_markup(text))}
    if story:
        yield _told("description", story, {"type": _OTHER})


def _taking_part(data: Mapping[str, Any], telling: Telling) -> "Iterator[_Element]":
    several = [
        (names, role if one.get("role") != "Accountable" else _ACCOUNTABLE)
        for question, role in (("funders", _FUNDING), ("partners", _EXTENDING), ("implementing", _IMPLEMENTING))
        for one in data.get(question) or ()
        if (names := _names(one, telling.titles))
    ]
    if not several:
        raise Lacking("who takes part")
    for names, role in several:
        yield _told("participating-org", names, {"role": role})


def _names(one: Mapping[str, Any], titles: Titles) -> dict[str, str]:
    """What an organisation is called; nothing where only a record names it that not everybody may see."""
    known = titles.get(one.get("record") or "")
    return known[1] if known else {"": one["name"]} if one.get("name") else {}


def _numbers(data: Mapping[str, Any]) -> "Iterator[_Element]":
    if data.get("project_number"):
        yield _element("other-identifier", {"ref": data["project_number"], "type": "A1"})


def _when(data: Mapping[str, Any], today: date) -> "Iterator[_Element]":
    """Status and days: actual where they have come, planned before."""
    status = vocabulary("programme_status").terms.get(data.get("status") or "")
    period = data.get("period") or {}
    if status is None or not status.extra.get("iati"):
        raise Lacking("its status")
    if not period.get("start"):
        raise Lacking("its start")
    yield _element("activity-status", {"code": status.extra["iati"]})
    has_begun = date.fromisoformat(period["start"]) <= today and status.id != "planned"
    yield _element("activity-date", {"type": "2" if has_begun else "1", "iso-date": period["start"]})
    if period.get("end"):
        has_ended = has_begun and date.fromisoformat(period["end"]) <= today and status.id in ("completed", "cancelled")
        yield _element("activity-date", {"type": "4" if has_ended else "3", "iso-date": period["end"]})


def _where(data: Mapping[str, Any]) -> "Iterator[_Element]":
    scopes = {ours[0]: code for code, ours in reversed(list(table("iati_scopes").items()))}
    level = data.get("level")
    scope = scopes.get(level or "") or (_MULTINATIONAL if level in ("transboundary", "subregional") else "")
    if scope:
        yield _element("activity-scope", {"code": scope})
    places = data.get("places") or []
    if not places:
        raise Lacking("where it is")
    name, attributes = recipient(places[0] if len(places) == 1 else common_region(places))
    yield _told(name, _labels(attributes.pop("label", "")), attributes)
    yield from _locations(data, places)


def _labels(key: str) -> dict[str, str]:
    """The names of a place that has no code in anybody's list."""
    term = addresses.place(key) if key else None
    return {tag: names[0] for tag, names in term.labels.items() if names} if term else {}


def _locations(data: Mapping[str, Any], places: Iterable[str]) -> "Iterator[_Element]":
    """The place within the country, and the countries where there are several."""
    codes = [addresses.country_codes(one).get("ISO 3166-1 alpha-2", "") for one in places]
    for code in codes if len(codes) > 1 else ():
        if code:
            made = _element("location")
            made.append(_element("location-id", {"vocabulary": "A4", "code": code}))
            yield made
    point = data.get("point")
    if data.get("subnational") or point:
        made = _element("location")
        if data.get("subnational"):
            made.append(_told("name", data["subnational"]))
        if point:
            made.extend(_point(point))
        yield made


def _point(point: Mapping[str, Any]) -> "Iterator[_Element]":
    made = _element("point", {"srsName": "http://www.opengis.net/def/crs/EPSG/0/4326"})
    made.append(_text("pos", f"{point['latitude']} {point['longitude']}"))
    yield made
    yield _element("exactness", {"code": "2" if point.get("blurred") else "1"})


def _about(data: Mapping[str, Any]) -> "Iterator[_Element]":
    """The purpose of the OECD where it is told, else the first theme; all themes and targets as tags."""
    themes = [vocabulary("themes").terms[one] for one in data.get("themes") or () if one in vocabulary("themes").terms]
    targets = [one for key in data.get("targets") or () if (one := vocabulary("targets").terms.get(key))]
    if data.get("purpose_code"):
        yield _element("sector", {"vocabulary": "1", "code": data["purpose_code"]})
    elif first := next(iter((*themes, *targets)), None):
        yield _term("sector", first)
    else:
        raise Lacking("what it is about")
    yield from (_term("tag", one) for one in (*themes, *targets))
    marker = data.get("biodiversity_marker")
    if marker is not None:  # 0 says that it was looked at; nothing says that it was not.
        yield _element("policy-marker", {"vocabulary": "1", "code": "5", "significance": str(int(marker))})


def _term(name: str, term: Any) -> "_Element":
    address = addresses.of_vocabulary(term.vocabulary)
    labels = {tag: names[0] for tag, names in term.labels.items() if names}
    return _told(name, labels, {"vocabulary": _OWN, "vocabulary-uri": address, "code": term.id})


def _money(data: Mapping[str, Any]) -> "Iterator[_Element]":
    """The budget of what lasts a year at most: IATI wants longer ones divided, and nobody told how."""
    budget, period = data.get("budget"), data.get("period") or {}
    if not budget or not period.get("start") or not period.get("end") or budget.get("most"):
        return
    if date.fromisoformat(period["end"]) - date.fromisoformat(period["start"]) >= _A_YEAR:
        return
    made = _element("budget", {"type": "1", "status": "1"})
    made.append(_element("period-start", {"iso-date": period["start"]}))
    made.append(_element("period-end", {"iso-date": period["end"]}))
    amount = {"currency": budget["currency"], "value-date": period["start"]}
    made.append(_text("value", str(budget["amount"]), amount))
    yield made


def _links(data: Mapping[str, Any]) -> "Iterator[_Element]":
    for one in (data.get("links") or ())[:50]:
        made = _element("document-link", {"url": one["url"], "format": "text/html"})
        made.append(_told("title", {"": one.get("title") or one["url"]}))
        made.append(_element("category", {"code": _WEB_PAGE}))
        if one.get("language"):
            made.append(_element("language", {"code": one["language"].partition("-")[0]}))
        yield made


def _related(data: Mapping[str, Any], telling: Telling) -> "Iterator[_Element]":
    """Only what it is a part of: our other relations are none of those that IATI knows."""
    for one in data.get("related") or ():
        if one.get("relation") == "part-of" and one["record"] in telling.identifiers:
            yield _element("related-activity", {"ref": telling.identifiers[one["record"]], "type": _PARENT})
