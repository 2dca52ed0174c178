"""Records of the Research Organization Registry (ROR, schema v2, CC0) become organisations."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import DEFAULT, is_language_tag

PREFIX: Final = "https://ror.org/"
_TYPES: Final = {
    "education": "university",
    "facility": "research-institute",
    "government": "government",
    "nonprofit": "ngo",
    "company": "company",
    "archive": "museum",
    "healthcare": "other",
    "other": "other",
}
"""Type of ROR to our kind of organisation; a funder is known by its other types."""
_REGISTRIES: Final = {"fundref": "Crossref Funder", "grid": "GRID", "isni": "ISNI", "wikidata": "Wikidata"}
_CLOSED: Final = {
    "inactive": {
        "en": "This organisation is no longer active.",
        "es": "Esta organización ya no está en activo.",
        "fr": "Cette organisation n’est plus en activité.",
        "ru": "Эта организация больше не действует.",
        "zh": "该组织已停止运作。",
        "ar": "لم تعد هذه المنظمة نشطة.",
    },
    "withdrawn": {
        "en": "The entry of this organisation was withdrawn from its registry.",
        "es": "La entrada de esta organización se retiró de su registro.",
        "fr": "La notice de cette organisation a été retirée de son registre.",
        "ru": "Запись об этой организации отозвана из реестра.",
        "zh": "该组织的条目已从其登记册中撤回。",
        "ar": "سُحب قيد هذه المنظمة من سجلها.",
    },
}
_TITLE: Final = 300
_ALIASES: Final = 60


def recognises(line: Mapping[str, Any]) -> bool:
    """Whether a line is a ROR v2 record."""
    identifier = line.get("id")
    return isinstance(identifier, str) and identifier.startswith(PREFIX) and isinstance(line.get("names"), list)


def record(line: Mapping[str, Any]) -> dict[str, Any]:
    """The line as one of ours: `{"format", "id", "language", "data"}`.

    An organisation that is closed or was withdrawn says so, and is out of date since the day of that entry, so that
    nobody is matched with it.

    Raises:
        KeyError, TypeError, AttributeError, IndexError: the line has not the shape of schema v2.
    """
    language, title, others = _names(line["names"])
    data: dict[str, Any] = {
        "title": title,
        **_closed(line),
        "acronym": _acronym(line["names"], language),
        "other_names": others,
        "organisation_types": _types(line.get("types") or []),
        **_place(line.get("locations") or []),
        "links": [{"url": link["value"], "title": link["type"]} for link in line.get("links") or [] if _is_web(link)],
        "identifiers": list(_identifiers(line)),
        "established": line.get("established"),
        "source": f"Research Organization Registry, {line['id']} (CC0 1.0)",
    }
    answered = {name: value for name, value in data.items() if value not in (None, [], {}, "")}
    key = line["id"].removeprefix(PREFIX)
    return {"format": "organisation", "id": f"ror-{key}", "language": language, "data": answered}


def _closed(line: Mapping[str, Any]) -> dict[str, Any]:
    words = _CLOSED.get(line.get("status", "active"))
    return {"summary": words, "expires_on": line["admin"]["last_modified"]["date"]} if words else {}


def _names(names: list[dict[str, Any]]) -> tuple[str, dict[str, str], list[str]]:
    """(language of the display name, title by language, other names); a name without language counts as English
    unless an English name stands there already."""
    display = next((name for name in names if "ror_display" in name["types"]), names[0])
    language = _tag(display)
    title = {language: display["value"][:_TITLE]}
    others: dict[str, None] = {}
    for name in names:
        value = name["value"][:_TITLE]
        if "label" in name["types"] and name.get("lang") and _tag(name) not in title:
            title[_tag(name)] = value
        elif "acronym" not in name["types"] and value not in title.values():
            others[value] = None
    return language, title, list(others)[:_ALIASES]


def _tag(name: Mapping[str, Any]) -> str:
    tag = name.get("lang") or DEFAULT
    return tag if is_language_tag(tag) else DEFAULT


def _acronym(names: list[dict[str, Any]], language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        if "acronym" in name["types"]:
            found.setdefault(_tag(name) if name.get("lang") else language, name["value"][:60])
    return found


@cache
def _kinds() -> frozenset[str]:
    return frozenset(vocabulary("organisation_types").terms)


def _types(types: list[str]) -> list[str]:
    return list(dict.fromkeys(_TYPES[kind] for kind in types if _TYPES.get(kind) in _kinds()))


@cache
def _country(code: str) -> str | None:
    term = vocabulary("countries").find(code)
    return term.id if term else None


def _place(locations: list[dict[str, Any]]) -> dict[str, Any]:
    """Every country it has a seat in; city and point of the first seat."""
    if not locations:
        return {}
    details = [location["geonames_details"] for location in locations]
    first = details[0]
    city = ", ".join(dict.fromkeys(filter(None, (first.get("name"), first.get("country_subdivision_name")))))
    seen = dict.fromkeys(_country(place["country_code"]) for place in details)
    has_point = first.get("lat") is not None and first.get("lng") is not None
    return {
        "places": [code for code in seen if code],
        "city": {"en": city[:200]} if city else None,
        "point": {"latitude": first["lat"], "longitude": first["lng"]} if has_point else None,
    }


def _is_web(link: Mapping[str, Any]) -> bool:
    address = link["value"]
    return address.startswith(("http://", "https://")) and not set(address) & set(" \t\n<>\"'") and len(address) <= 2000


def _identifiers(line: Mapping[str, Any]) -> Iterator[str]:
    yield line["id"]
    for identifier in line.get("external_ids") or []:
        name = _REGISTRIES.get(identifier["type"])
        value = identifier.get("preferred") or identifier["all"][0]
        if name:
            yield f"{name} {value}"
