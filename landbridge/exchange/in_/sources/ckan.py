"""CKAN portals, read through their interface for programs (API version 3): their datasets become resources.

Pages come in the order of their last change, so that what changes meanwhile comes again at the end. The next run asks
only for what changed since; every thirty days all is read again, so that what a portal took down is noticed.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources import known
from landbridge.exchange.in_.sources.known import answered, found, language, line, link, organisations, refused, texts
from landbridge.exchange.in_.sources.opening import expect
from landbridge.exchange.in_.sources.sitemaps import polite
from landbridge.exchange.in_.sources.subjects import doi_of, first_year, licence_of, places_of, subjects_of
from landbridge.formats import tidy
from landbridge.lib.languages import DEFAULT

ROWS: Final = 100
MOST: Final = 1_000_000
LARGEST_PAGE: Final = 60_000_000
WHOLE: Final = timedelta(days=30)
_MOMENT: Final = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?")
_END: Final = re.compile(r"/(?:api(?:/.*)?|dataset/?)$")
_LICENCES: Final = {
    "cc-zero": "cc0", "odc-by": "odc-by-1.0", "odc-odbl": "odbl-1.0", "odc-pddl": "public-domain",
    "other-pd": "public-domain", "notspecified": "unknown", "other-closed": "all-rights-reserved",
    "cc-by": "cc-by-4.0", "cc-by-sa": "cc-by-sa-4.0", "cc-nc": "cc-by-nc-4.0",
}  # fmt: skip
"""What CKAN calls licences by itself, where that is not their own name."""
_KINDS: Final = {"software": "software", "application": "software", "tool": "software", "map": "map",
                 "geospatial": "map", "document": "report", "report": "report", "video": "video"}  # fmt: skip
_FACTS: Final = (
    "version",
    "license_id",
    "license_title",
    "metadata_created",
    "metadata_modified",
    "num_resources",
    "type",
)


class Ckan:
    name = "ckan"
    label = gettext_noop("CKAN portal")
    about = gettext_noop("The datasets of an open data portal that runs CKAN become resources.")
    takes = "address"
    settings = (
        Setting(
            "only", gettext_noop("Only what this filter finds"), help=gettext_noop("Such as organization:fisheries.")
        ),
        Setting("language", gettext_noop("Language of texts that name none"), kind="language", default=DEFAULT),
    )

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        state = _State(ask)
        while True:
            packages, count = _page(ask, state.since, state.start)
            for number, one in enumerate(packages, state.start + 1):
                yield _read(ask, one, f"dataset {number}")
                state.saw(one)
            state.start += len(packages)
            if state.start >= count or not packages:
                break
            if state.start >= MOST:
                raise BadSource(f"The portal has more than {MOST:,} datasets; set a filter.")
            yield Checkpoint(state.on_the_way())
        if state.start < count:
            yield refused("package_search", f"The portal told of {count:,} datasets and gave {state.start:,}.", "end")
        yield Checkpoint(state.ended(), done=not state.since and state.start >= count)


class _State:
    """How far the reading is, by the portal's own clock."""

    def __init__(self, ask: Ask) -> None:
        told, self.now = ask.state, ask.now or datetime.now(UTC)
        self.start = int(told.get("start") or 0)
        self.whole_at, self.newest = str(told.get("whole_at") or ""), str(told.get("newest") or "")
        read = known.moment(self.whole_at)
        is_late = "start" not in told and (read is None or self.now - read > WHOLE)
        self.since = "" if is_late else str(told.get("since") or "")
        self.began = str(told.get("began") or self.now.isoformat())

    def saw(self, one: Any) -> None:
        """Remember the latest change that the portal told of."""
        changed = _changed(one)
        if changed and known.moment(changed, self.now) is not None:
            self.newest = max(self.newest, changed)

    def on_the_way(self) -> dict[str, Any]:
        return {"start": self.start, "since": self.since, "began": self.began, "newest": self.newest,
                "whole_at": self.whole_at}  # fmt: skip

    def ended(self) -> dict[str, Any]:
        whole_at = self.whole_at if self.since else self.began
        return {"since": self.newest or self.since, "whole_at": whole_at, "newest": self.newest}


def _changed(one: Any) -> str:
    """When the portal says that it was changed, as it may be asked for it again."""
    said = str(one.get("metadata_modified") or "") if isinstance(one, Mapping) else ""
    match = _MOMENT.match(said)
    return match.group() if match else ""


def _base(ask: Ask) -> str:
    return _END.sub("", ask.address.partition("?")[0].rstrip("/"))


def _page(ask: Ask, since: str, start: int) -> tuple[list[Any], int]:
    """(datasets, how many there are in all)."""
    asked: dict[str, Any] = {"rows": ROWS, "start": start, "sort": "metadata_modified asc, id asc"}
    filters = [str(ask.settings.get("only") or "").strip(), f"metadata_modified:[{since}Z TO *]" if since else ""]
    if any(filters):
        asked["fq"] = " AND ".join(f"({one})" if len([f for f in filters if f]) > 1 else one for one in filters if one)
    address = f"{_base(ask)}/api/3/action/package_search?{urlencode(asked)}"
    with ask.get(address, headers={"Accept": "application/json"}, most_bytes=LARGEST_PAGE) as answer:
        polite(answer.status, answer.headers, address)
        if answer.status not in (400, 409):  # These come with a word of the portal.
            expect(answer.status, address)
        try:
            said = orjson.loads(answer.read())
        except orjson.JSONDecodeError:
            raise BadSource("There is no CKAN portal at this address: it does not answer with JSON.") from None
    result = said.get("result") if isinstance(said, Mapping) else None
    if not isinstance(said, Mapping) or said.get("success") is not True or not isinstance(result, Mapping):
        why = said.get("error") if isinstance(said, Mapping) else ""
        told = line(str(why.get("message") or why) if isinstance(why, Mapping) else str(why or "no result"), 200)
        raise BadSource(f"The portal refuses: {told}. Look at the address and the filter.")
    packages, count = result.get("results"), result.get("count")
    if not isinstance(packages, list) or not isinstance(count, int):
        raise BadSource("There is no CKAN portal at this address: its answer holds no datasets.")
    return packages, count


def _read(ask: Ask, one: Any, where: str) -> Found:
    if not isinstance(one, Mapping) or not isinstance(one.get("id") or one.get("name"), str):
        return refused(where, "The dataset has no id.", where)
    key = str(one.get("id") or one["name"])
    if one.get("state") == "deleted":
        return found(key, gone=True, place=where)
    default = language(str(one.get("language") or "") if isinstance(one.get("language"), str) else "")
    default = default or language(str(ask.settings.get("language") or ""), DEFAULT)
    title = _texts(one, "title", default, 300)
    if not title:
        return refused(key, "The dataset has no title.", where)
    try:
        data = _data(one, title, default)
    except (TypeError, ValueError, AttributeError) as error:
        return refused(key, f"It is not made like one of CKAN: {line(str(error), 200)}", where)
    main = default if default in title else known.main_language(title)
    page = f"{_base(ask)}/dataset/{one.get('name') or key}"
    data["links"] = known.links([link(page), *data["links"]], 40)
    return found(
        key, record=known.record("resource", main, answered(data)), title=title[main], address=page, place=where,
        stated_at=known.moment(_changed(one), ask.now), facts=_facts(one),
    )  # fmt: skip


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    return tidy.without_markup(text) if "<" in text else text


def _texts(one: Mapping[str, Any], name: str, default: str, limit: int, lines: bool = False) -> dict[str, str]:
    """A text in one language, or in several as portals of such countries write it."""
    for value in (one.get(f"{name}_translated"), one.get(name)):
        said = value.items() if isinstance(value, Mapping) else [("", value)]
        found_ = texts([(language(str(tag)) or default, _text(text)) for tag, text in said], limit, lines)
        if found_:
            return found_
    return {}


def _things(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _extras(one: Mapping[str, Any]) -> dict[str, Any]:
    return {str(extra.get("key")): extra.get("value") for extra in _things(one.get("extras"))}


def _data(one: Mapping[str, Any], title: dict[str, str], default: str) -> dict[str, Any]:
    extras, resources = _extras(one), _things(one.get("resources"))
    body = one.get("organization") if isinstance(one.get("organization"), Mapping) else {}
    named = [_text(part.get(name)) for part in _things(one.get("tags")) + _things(one.get("groups"))
             for name in ("display_name", "title", "name")]  # fmt: skip
    spatial = [one.get("spatial"), extras.get("spatial"), extras.get("spatial-text"), extras.get("country")]
    authors = [line(name, 300) for name in (_text(one.get("author")),) if name and "@" not in name]
    issued = next((str(extras[name]) for name in ("issued", "dcat_issued", "date_released") if extras.get(name)), "")
    links = [link(resource.get("url"), _text(resource.get("name"))) for resource in resources]
    return {
        "title": title, "summary": _texts(one, "notes", default, 3000, lines=True) or title,
        "resource_types": [_KINDS.get(str(one.get("type") or "").lower(), "dataset")],
        "publishers": organisations([(_text((body or {}).get("title")), "")]), "authors": authors,
        "year": first_year(issued or str(one.get("metadata_created") or "")),
        "identifier": doi_of([one.get("doi"), extras.get("doi"), extras.get("identifier"), one.get("url")]),
        "links": [link(one.get("url")), *links], "work_licence": _licence(one),
        "places": places_of(text for text in spatial if isinstance(text, str))[0], "point": _point(spatial),
        **subjects_of(dict.fromkeys(name for name in named if name)),
    }  # fmt: skip


def _licence(one: Mapping[str, Any]) -> str | None:
    named = [text for name in ("license_url", "license_title") if isinstance(text := one.get(name), str)]
    own = str(one.get("license_id") or "")
    return licence_of(named) or _LICENCES.get(own.lower()) or licence_of([own])


def _point(spatial: list[Any]) -> dict[str, float] | None:
    """A place that is a point; areas stay among the facts."""
    for one in spatial:
        try:
            shape = orjson.loads(one) if isinstance(one, str) and len(one) < 10_000 else one
        except orjson.JSONDecodeError:
            continue
        at = shape.get("coordinates") if isinstance(shape, Mapping) and shape.get("type") == "Point" else None
        if isinstance(at, list) and len(at) > 1:
            _, point = places_of([{"geo": {"latitude": at[1], "longitude": at[0]}}])
            return point
    return None


def _facts(one: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: one.get(name) for name in _FACTS}
    tags = [_text(tag.get("display_name") or tag.get("name")) for tag in _things(one.get("tags"))]
    groups = [_text(group.get("title") or group.get("name")) for group in _things(one.get("groups"))]
    kinds = sorted({_text(resource.get("format")) for resource in _things(one.get("resources"))} - {""})
    private = re.compile(r"mail|phone|contact|author|maintainer", re.IGNORECASE)
    extras = {name: value for name, value in _extras(one).items() if not private.search(name)}
    return {**told, "tags": tags, "groups": groups, "formats": kinds, "extras": extras}
