"""What InforMEA's entity sets tell, in the words of our formats. Of people only official focal points are taken over,
with name and position as their Party published them, and without mailbox and telephone."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from landbridge.exchange.in_.sources.informea_answers import localized
from landbridge.exchange.in_.sources.known import (
    answered,
    day,
    language,
    language_term,
    line,
    link,
    links,
    listed,
    main_language,
    number,
    organisations,
    place,
    record,
    texts,
)
from landbridge.formats import tidy
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import DEFAULT

Thing = Mapping[str, Any]
Told = tuple[str, dict[str, Any]]
"""A format and its answers."""
TREATIES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "cbd": ("Convention on Biological Diversity", ()),
    "cartagena": ("Cartagena Protocol on Biosafety", ("biosafety",)),
    "nagoya": ("Nagoya Protocol on Access and Benefit-sharing", ("access-benefit-sharing",)),
    "cites": ("CITES", ("species-conservation",)),
    "cms": ("Convention on Migratory Species", ("migratory-species",)),
    "ramsar": ("Convention on Wetlands", ("inland-waters",)),
    "plant-treaty": (
        "International Treaty on Plant Genetic Resources",
        ("genetic-resources",),
    ),
    "whc": ("World Heritage Convention", ("protected-areas",)),
    "unfccc": ("United Nations Framework Convention on Climate Change", ("climate-change",)),
    "unccd": ("United Nations Convention to Combat Desertification", ("dry-sub-humid-lands",)),
}
_PRIMARY: Final = {"cbd": "CBD-FP1", "cartagena": "CPB-FP1", "nagoya": "ABS-FP"}
_TICKS: Final = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")
_CANCELLED: Final = ("cancelled", "canceled")


def changed(said: Any) -> str:
    """A time as ISO 8601 in whichever way it is written: a date, or milliseconds in the words of OData."""
    text = str(said or "").strip()
    ticks = _TICKS.fullmatch(text)
    if ticks:
        try:
            return datetime.fromtimestamp(int(ticks.group(1)) / 1000, UTC).isoformat()
        except (OverflowError, ValueError, OSError):
            return ""
    return text if day(text) else ""


def told(name: str, thing: Thing) -> list[tuple[str, dict[str, Any], str]]:
    """(what its key ends on, the record, its title) of each record that a thing becomes.

    Raises:
        ValueError: it cannot become one.
    """
    if name == "Contacts":
        return list(_focal_points(thing))
    title = texts(((language(tag, DEFAULT), _plain(text)) for tag, text in _title(thing)), 300)
    if not title:
        raise ValueError("It has no title.")
    format_name, data = _MAKERS[name](thing)
    tag = main_language(title)
    data = {"title": title, "source": _source(name, thing), **data}
    if format_name == "resource":
        data["summary"] = data.get("summary") or title
    return [("", record(format_name, tag, data), title[tag])]


def facts(thing: Thing) -> dict[str, Any]:
    """What no question asks for."""
    names = ("treaty", "treaties", "type", "status", "number", "country", "submission", "published", "meetingId",
             "meetingTitle", "meetingUrl", "kind", "access", "repetition", "keywords")  # fmt: skip
    return {name: thing.get(name) for name in names if thing.get(name) not in (None, "", [])}


def _title(thing: Thing) -> list[tuple[str, str]]:
    return localized(thing.get("title") or thing.get("name") or thing.get("longTitle"))


def _plain(text: str) -> str:
    return tidy.without_markup(text) if "<" in text else text


def _said(thing: Thing, *names: str) -> dict[str, str]:
    pairs = next((found for name in names if (found := localized(thing.get(name)))), [])
    return texts(((language(tag, DEFAULT), _plain(text)) for tag, text in pairs), 3000, lines=True)


def _treaties(thing: Thing) -> list[str]:
    return [str(one).strip().lower() for one in (*listed(thing.get("treaty")), *listed(thing.get("treaties")))]


def _source(name: str, thing: Thing) -> str:
    treaties = [TREATIES[one][0] if one in TREATIES else one for one in _treaties(thing)]
    return line(f"InforMEA, {', '.join(treaties)}, {name} {thing.get('id', '')}", 1000)


def _common(thing: Thing) -> dict[str, Any]:
    known = [TREATIES[one] for one in _treaties(thing) if one in TREATIES]
    country = place(str(thing.get("country") or ""))
    return {
        "themes": list(dict.fromkeys(theme for _, themes in known for theme in themes)),
        "places": [country] if country else [], "links": links(_links(thing)),
    }  # fmt: skip


def _links(thing: Thing) -> Iterator[dict[str, str] | None]:
    for name in ("link", "url"):
        yield link(thing.get(name))
    for one in _files(thing):
        yield link(one.get("url"), str(one.get("filename") or ""), language_term(str(one.get("language") or "")) or "")


def _files(thing: Thing) -> list[Thing]:
    said = thing.get("files")
    parts = said.get("results") if isinstance(said, Mapping) and "results" in said else said
    return [one for one in listed(parts) if isinstance(one, Mapping)][:50]


def _resource(kind: str, date: str) -> Callable[[Thing], Told]:
    def made(thing: Thing) -> Told:
        when = day(changed(thing.get(date)))
        tags = [language_term(str(one.get("language") or "")) for one in _files(thing)]
        names = [TREATIES[one][0] for one in _treaties(thing) if one in TREATIES]
        country = place(str(thing.get("country") or ""))
        party = vocabulary("countries").terms.get(country or "")
        data = {
            **_common(thing), "summary": _said(thing, "summary", "description", "longTitle", "content"),
            "resource_types": [kind], "year": int(when[:4]) if when else None,
            "resource_languages": list(dict.fromkeys(tag for tag in tags if tag)),
            "publishers": organisations((name, "") for name in ([party.label("en")] if party else names)),
            "identifier": line(str(thing.get("number") or ""), 300),
        }  # fmt: skip
        return "resource", data

    return made


def _meeting(thing: Thing) -> Told:
    start, end = day(changed(thing.get("start"))), day(changed(thing.get("end")))
    where = [str(thing.get(name) or "") for name in ("location", "city")]
    official = str(thing.get("kind") or "official").lower() == "official"
    data = {
        **_common(thing), "summary": _said(thing, "description"), "point": _point(thing),
        "period": answered({"start": start, "end": None if start and end and end < start else end}),
        "event_types": ["official-meeting" if official else "conference"],
        "city": texts([("en", ", ".join(dict.fromkeys(part for part in where if part)))], 300),
        "modality": "online" if thing.get("virtual") in (True, "true", 1) else None,
        "cancelled": True if str(thing.get("status") or "").lower() in _CANCELLED else None,
        "organisers": organisations((TREATIES[one][0], "") for one in _treaties(thing) if one in TREATIES),
    }  # fmt: skip
    return "event", data


def _point(thing: Thing) -> dict[str, float] | None:
    latitude, longitude = number(thing.get("latitude")), number(thing.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return {"latitude": float(latitude), "longitude": float(longitude)}


def _site(thing: Thing) -> Told:
    format_name, data = _resource("website", "updated")(thing)
    return format_name, {**data, "point": _point(thing), "year": None}


def _focal_points(thing: Thing) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The official focal points in a contact: one for each of its kinds that the Convention has."""
    party = place(str(thing.get("country") or ""))
    kinds = vocabulary("focal_point_kinds").terms
    said = [str(one) for name in ("type", "roles", "treaties") for one in listed(thing.get(name))]
    ours = [kind for kind in dict.fromkeys(said) if kind in kinds]
    if not ours and str(thing.get("primary")).lower() in ("1", "true"):
        ours = [_PRIMARY[one] for one in _treaties(thing) if one in _PRIMARY]
    country = vocabulary("countries").terms.get(party or "")
    if country is None:
        raise ValueError(f"“{str(thing.get('country') or '')[:60]}” is no country.")
    if not ours:
        raise ValueError("This contact is no official focal point of the Convention or its Protocols.")
    person = " ".join(str(thing.get(name) or "") for name in ("firstName", "lastName"))
    institution = ", ".join(str(thing[name]) for name in ("department", "institution") if thing.get(name))
    for kind in ours:
        title = line(f"{kinds[kind].label('en')}: {country.label('en')}", 300)
        data = {
            "title": {"en": title}, "party": country.id, "focal_point_kind": kind, "person": line(person, 200),
            "position": texts([("en", str(thing.get("position") or ""))], 300),
            "institution": organisations([(institution, "")]), "source": _source("Contacts", thing),
        }  # fmt: skip
        yield f"/{kind}", record("focal_point", "en", data), title


_MAKERS: Final[Mapping[str, Callable[[Thing], Told]]] = {
    "Decisions": _resource("policy-document", "published"),
    "Meetings": _meeting,
    "CountryReports": _resource("report", "submission"),
    "NationalPlans": _resource("strategy", "submission"),
    "Documents": _resource("report", "published"),
    "Sites": _site,
}
