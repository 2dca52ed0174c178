"""What catalogues and sites of others say of subjects, places, identifiers and licences, in our own terms."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from landbridge.exchange.in_.sources.known import licence, line, number, place
from landbridge.formats.vocabulary import vocabulary

_DOI: Final = re.compile(r"^(?:doi:\s?|info:doi/|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)$", re.IGNORECASE)
_YEAR: Final = re.compile(r"^\s*(\d{4})(?!\d)")
_ADDRESS: Final = re.compile(r"^https?://[^\s?#]{1,200}/vocabularies/([a-z_]{1,40})/([\w.-]{1,80})$")
_SETS: Final = ("themes", "targets", "technologies", "ecosystems")
_MOST: Final = 12
_LONGEST: Final = 300


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _texts(value: Any) -> Iterator[str]:
    """All short texts that may name something."""
    for one in _listed(value):
        if isinstance(one, dict):
            for name in ("@value", "@id", "termCode", "identifier", "value", "name"):
                yield from _texts(one.get(name))
        elif isinstance(one, str | int) and not isinstance(one, bool) and len(str(one)) <= _LONGEST:
            yield str(one).strip()


def subjects_of(said: Iterable[Any]) -> dict[str, list[str]]:
    """Answers to the questions of subjects that others name: by our own address or that of the Convention, by a term
    of one of our vocabularies, or a theme by its label. Other words stay among the facts."""
    found: dict[str, dict[str, None]] = {name: {} for name in _SETS}
    for one in said:
        if isinstance(one, dict) and one.get("termCode"):
            _defined(one, found)
            continue
        for text in _texts(one):
            parts = [text, *text.split(",")] if "," in text else [text]
            for part in parts[:200]:
                _ours(part, found)
                for name in ("themes", "targets") if part.startswith("http") else ("themes",):
                    term = vocabulary(name).find(part.strip()) if part.strip() else None
                    if term:
                        found[name][term.id] = None
    return {name: list(ids)[:_MOST] for name, ids in found.items() if ids}


def _ours(text: str, found: dict[str, dict[str, None]]) -> None:
    """A term by the address that a node like this one gave it."""
    match = _ADDRESS.match(text)
    if match and match[1] in found and match[2] in vocabulary(match[1]).terms:
        found[match[1]][match[2]] = None


def _defined(one: dict[str, Any], found: dict[str, dict[str, None]]) -> None:
    """A term that names its vocabulary."""
    of = next(_texts(one.get("inDefinedTermSet")), "").rstrip("/").rpartition("/")[2]
    code = next(_texts(one.get("termCode")), "")
    if of in found and code in vocabulary(of).terms:
        found[of][code] = None


def places_of(said: Iterable[Any]) -> tuple[list[str], dict[str, float] | None]:
    """(countries and regions, a point) that are told of places in any form."""
    ids: dict[str, None] = {}
    point: dict[str, float] | None = None
    for one in said:
        named, exact = _place(one, 0)
        ids.update(dict.fromkeys(named))
        point = point or exact
    return list(ids)[:250], point


def _place(one: Any, depth: int) -> tuple[list[str], dict[str, float] | None]:
    point: dict[str, float] | None = None
    if isinstance(one, dict):
        point = next((exact for geo in _listed(one.get("geo")) if (exact := _point(geo))), None)
    names = (text.rpartition("/")[2] if "://" in text else text for text in _texts(one))
    found = next((term for name in names if (term := place(name))), None)
    if found or not isinstance(one, dict) or depth > 2:
        return [found] if found else [], point
    for name in ("addressCountry", "address", "containedInPlace", "geo"):
        for inner in _listed(one.get(name)):
            ids, _ = _place(inner, depth + 1)
            if ids:
                return ids, point
    return [], point


def _point(geo: Any) -> dict[str, float] | None:
    if not isinstance(geo, dict):
        return None
    latitude, longitude = (number(next(_texts_of_number(geo.get(name)), "")) for name in ("latitude", "longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return {"latitude": float(latitude), "longitude": float(longitude)}


def _texts_of_number(value: Any) -> Iterator[str]:
    for one in _listed(value):
        inner = one.get("@value") if isinstance(one, dict) else one
        if isinstance(inner, str | int | float) and not isinstance(inner, bool):
            yield str(inner)[:40]


def doi_of(said: Iterable[Any]) -> str | None:
    """The DOI among identifiers."""
    for one in said:
        for text in _texts(one):
            if match := _DOI.match(text):
                return line(match.group(1), 300)
    return None


def licence_of(said: Iterable[Any]) -> str | None:
    """Our licence, by its address or its name."""
    for one in said:
        for text in (*_texts(one), *_texts(one.get("url") if isinstance(one, dict) else None)):
            if text and (found := licence(text)):
                return found
    return None


def first_year(text: str, least: int = 1000) -> int | None:
    """The year that a date begins with."""
    match = _YEAR.match(text)
    return int(match.group(1)) if match and least <= int(match.group(1)) <= 2200 else None
