"""GBIF: publishing organisations, nodes and datasets of its registry become organisations and resources."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources.known import (
    answered,
    found,
    language,
    language_term,
    licence,
    line,
    link,
    links,
    listed,
    moment,
    number,
    one_of,
    organisations,
    place,
    record,
    refused,
    texts,
)
from landbridge.exchange.in_.sources.opening import expect
from landbridge.formats import tidy
from landbridge.lib.doors.http import Failed

ADDRESS: Final = "https://api.gbif.org/v1"
SITE: Final = "https://www.gbif.org"
PAGE: Final = 100
MOST_OFFSET: Final = 1_000_000
KINDS: Final = {
    "organization": gettext_noop("Publishing organisations"),
    "node": gettext_noop("Participant nodes"),
    "dataset": gettext_noop("Datasets"),
}
_PAGES: Final = {"organization": "publisher", "node": "node", "dataset": "dataset"}
Thing = Mapping[str, Any]


class Gbif:
    name = "gbif"
    label = gettext_noop("GBIF registry")
    about = gettext_noop("Organisations, nodes and datasets of the registry at https://api.gbif.org/v1.")
    takes = "address"
    settings = (
        Setting("kinds", gettext_noop("What to read"), kind="choices", choices=tuple(KINDS.items()),
                default=["organization"]),
        Setting("country", gettext_noop("Only this country"), help=gettext_noop("Two letters, such as FJ.")),
    )  # fmt: skip

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        read = list(listed(ask.state.get("read")))
        left = [kind for kind in listed(ask.settings.get("kinds") or ["organization"]) if kind in KINDS]
        names: dict[str, str] = {}
        for kind in left:
            if kind in read:
                continue
            offset = int(ask.state.get("offset") or 0) if ask.state.get("kind") == kind else 0
            while offset <= MOST_OFFSET:
                things, ended = _page(ask, kind, offset)
                for position, one in enumerate(things, offset + 1):
                    if said := _read(ask, kind, one, f"{kind} {position}", names):
                        yield said
                offset += len(things)
                if ended or not things:
                    break
                yield Checkpoint({"read": list(read), "kind": kind, "offset": offset})
            read.append(kind)
        # The registry tells no changes since a day: every run reads it whole.
        yield Checkpoint({}, done=True)


def _base(ask: Ask) -> str:
    return (ask.address or ADDRESS).rstrip("/")


def _json(ask: Ask, address: str) -> Any:
    with ask.get(address, headers={"Accept": "application/json"}) as answer:
        expect(answer.status, address)
        try:
            return orjson.loads(answer.read())
        except orjson.JSONDecodeError:
            raise BadSource(f"{address[:200]} does not answer with JSON.") from None


def _page(ask: Ask, kind: str, offset: int) -> tuple[list[Any], bool]:
    """(things, whether they are the last)."""
    asked: dict[str, Any] = {"limit": PAGE, "offset": offset}
    country = _country(ask)
    if country and kind != "node":
        asked["country"] = country
    address = f"{_base(ask)}/{kind}?{urlencode(asked)}"
    said = _json(ask, address)
    if not isinstance(said, Mapping) or not isinstance(said.get("results"), list):
        raise BadSource(f"{address[:200]} does not answer like the registry (no results).")
    return said["results"], said.get("endOfRecords") is not False


def _country(ask: Ask) -> str:
    code = str(ask.settings.get("country") or "").strip().upper()
    return code if len(code) == 2 and code.isalpha() else ""


def _read(ask: Ask, kind: str, one: Any, where: str, names: dict[str, str]) -> Found | None:
    if not isinstance(one, Mapping) or not one.get("key"):
        return refused(where, "The entry has no key.", where)
    key = str(one["key"])
    if one.get("deleted"):
        return found(key, gone=True, place=where)
    if kind == "node" and _country(ask) and str(one.get("country") or "").upper() != _country(ask):
        return None
    title = texts([(_tag(one), _text(one.get("title")))], 300)
    if not title:
        return refused(key, "The entry has no title.", where)
    try:
        format_name, data = _MAKERS[kind](one, lambda own: _name(ask, own, names))
    except (TypeError, AttributeError, ValueError) as error:
        return refused(key, f"The entry is not made like one of the registry: {error}", where)
    tag = next(iter(title))
    page = f"{SITE}/{_PAGES[kind]}/{key}"
    data = {"title": title, **data, "source": line(f"GBIF registry, {page}", 1000)}
    if format_name == "resource":
        data["summary"] = data.get("summary") or title
    facts = {"kind": kind, **{name: one.get(name) for name in _FACTS if one.get(name) not in (None, "", [])}}
    return found(
        key, record=record(format_name, tag, data), title=title[tag], address=page, place=where, facts=facts,
        stated_at=moment(one.get("modified"), ask.now),
    )  # fmt: skip


_FACTS: Final = (
    "type", "subtype", "license", "doi", "participationStatus", "participantSince", "gbifRegion", "endorsingNodeKey",
    "endorsementApproved", "publishingOrganizationKey", "numPublishedDatasets", "pubDate", "created",
)  # fmt: skip


def _text(said: Any) -> str:
    text = said if isinstance(said, str) else ""
    return tidy.without_markup(text) if "<" in text else text


def _tag(one: Thing) -> str:
    """The language of its texts: the registry writes codes of three letters, which ours are not."""
    return language(language_term(str(one.get("language") or "")) or "", "en")


def _place(one: Thing) -> list[str]:
    found_place = place(str(one.get("country") or one.get("publishingCountry") or ""))
    return [found_place] if found_place else []


def _links(one: Thing) -> list[dict[str, str]]:
    return links(link(url) for url in listed(one.get("homepage")))


def _organisation(one: Thing, name: Callable[[str], str]) -> tuple[str, dict[str, Any]]:
    latitude, longitude = number(one.get("latitude")), number(one.get("longitude"))
    on_earth = latitude is not None and longitude is not None and abs(latitude) <= 90 and abs(longitude) <= 180
    data = {
        "summary": texts([(_tag(one), _text(one.get("description")))], 3000, lines=True),
        "acronym": texts([(_tag(one), _text(one.get("abbreviation")))], 60),
        "places": _place(one), "city": texts([("en", _text(one.get("city")))], 200), "links": _links(one),
        "identifiers": [line(f"GBIF {one['key']}", 300)],
        "point": {"latitude": float(latitude), "longitude": float(longitude)} if on_earth else None,  # type: ignore[arg-type]
    }  # fmt: skip
    return "organisation", answered(data)


def _node(one: Thing, name: Callable[[str], str]) -> tuple[str, dict[str, Any]]:
    format_name, data = _organisation(one, name)
    return format_name, {**data, "organisation_types": ["clearing-house"], "themes": ["clearing-house"]}


def _dataset(one: Thing, name: Callable[[str], str]) -> tuple[str, dict[str, Any]]:
    published = str(one.get("pubDate") or one.get("created") or "")[:4]
    publisher = name(str(one.get("publishingOrganizationKey") or ""))
    terms = licence(str(one.get("license") or ""))
    data = {
        "summary": texts([(_tag(one), _text(one.get("description")))], 3000, lines=True),
        "resource_types": [one_of("gbif_types", str(one.get("type") or "")) or "dataset"],
        "publishers": organisations([(publisher, "")]), "identifier": line(str(one.get("doi") or ""), 300),
        "year": int(published) if published.isdecimal() and 1000 <= int(published) <= 2200 else None,
        "places": _place(one), "links": _links(one), "work_licence": terms,
        "resource_languages": [tag] if (tag := language_term(str(one.get("language") or ""))) else [],
    }  # fmt: skip
    return "resource", data


def _name(ask: Ask, key: str, names: dict[str, str]) -> str:
    """What the organisation of a key is called; asked once each, and not at all where there are very many."""
    if key and key not in names and len(names) < 2_000 and all(part.isalnum() for part in key.split("-")):
        try:
            said = _json(ask, f"{_base(ask)}/organization/{key}")
        except (Failed, BadSource):
            said = None
        names[key] = line(_text(said.get("title")), 300) if isinstance(said, Mapping) else ""
    return names.get(key, "")


_MAKERS: Final[Mapping[str, Callable[[Thing, Callable[[str], str]], tuple[str, dict[str, Any]]]]] = {
    "organization": _organisation,
    "node": _node,
    "dataset": _dataset,
}
