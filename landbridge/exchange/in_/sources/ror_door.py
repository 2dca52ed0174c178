"""ROR: research organisations from a dump of the registry, or from its API; the mapping stands in `ror.py`.

Identifiers are looked at anew in every run: one that was withdrawn, or is no longer active, says so and names who came
after it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import IO, Any, Final
from urllib.parse import urlencode

import orjson
from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources import ror
from landbridge.exchange.in_.sources.json_objects import objects
from landbridge.exchange.in_.sources.known import found, listed, moment, refused
from landbridge.exchange.in_.sources.opening import archive, expect, opened

ADDRESS: Final = "https://api.ror.org/v2/organizations"
EVERY: Final = 1_000
PAGE: Final = 20
MOST_RESULTS: Final = 10_000
"""The API gives no more of a search."""
_OVERLAP: Final = timedelta(days=2)


class Ror:
    name = "ror"
    label = gettext_noop("Research organisations (ROR)")
    about = gettext_noop("Organisations from https://api.ror.org/v2/organizations, or from a dump of the registry.")
    takes = "both"
    settings = (
        Setting("countries", gettext_noop("Only these countries"),
                help=gettext_noop("Two letters each, such as FJ, WS.")),
        Setting("client_id", gettext_noop("Client id"), kind="secret",
                help=gettext_noop("Free, from ror.org; without it few requests are allowed.")),
    )  # fmt: skip

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        packed = ask.address.partition("?")[0].lower().endswith((".zip", ".json", ".jsonl", ".gz"))
        yield from _dump(ask) if ask.file is not None or packed else _asked(ask)


def _dump(ask: Ask) -> Iterator[Found | Checkpoint]:
    with opened(ask) as source:
        if source is None:
            yield Checkpoint(dict(ask.state))
            return
        same = ask.state.get("etag", "") == source.state.get("etag", "")
        skip = int(ask.state.get("at") or 0) if same else 0
        countries, count = _countries(ask), 0
        with _unzipped(source.stream, source.name) as stream:
            for count, one in enumerate(objects(stream, source.name), 1):
                if count > skip and (said := _organisation(one, f"entry {count}", countries)):
                    yield said
                if count > skip and count % EVERY == 0:
                    yield Checkpoint({**source.state, "at": count})
        # A brought file may be any part of the registry.
        yield Checkpoint(source.state, done=ask.file is None)


@contextmanager
def _unzipped(stream: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """The dump of schema v2 inside a ZIP archive."""
    with archive(stream, name) as packed:
        if packed is None:
            yield stream
            return
        parts = [part for part in packed.infolist() if part.filename.lower().endswith((".json", ".jsonl"))]
        parts.sort(key=lambda part: ("v2" not in part.filename, part.filename))
        if not parts:
            raise BadSource(f"{name[:100]} holds no JSON.")
        with packed.open(parts[0]) as inside:
            yield inside


def _asked(ask: Ask) -> Iterator[Found | Checkpoint]:
    """What the API tells, country by country, that changed since the last run."""
    now = ask.now or datetime.now(UTC)
    since, until = str(ask.state.get("since") or ""), (now - _OVERLAP).date().isoformat()
    for country in sorted(_countries(ask)) or [""]:
        if country < str(ask.state.get("country") or ""):
            continue
        page = 1
        while True:
            items, total = _page(ask, country, since, page)
            for number, one in enumerate(items, 1):
                if said := _organisation(one, f"{country} page {page}, entry {number}".strip(), frozenset()):
                    yield said
            if page == 1 and total > MOST_RESULTS:
                why = f"There are {total} of them, and the API gives {MOST_RESULTS}. Name countries, or take the dump."
                yield refused(f"too many {country}".strip(), why, country)
            page += 1
            if not items or (page - 1) * PAGE >= min(total, MOST_RESULTS):
                break
        yield Checkpoint({"since": since, "country": f"{country}~"})
    yield Checkpoint({"since": until}, done=not since and not ask.state)


def _page(ask: Ask, country: str, since: str, page: int) -> tuple[list[Any], int]:
    asked: dict[str, Any] = {"page": page, "all_status": ""}
    if country:
        asked["filter"] = f"locations.geonames_details.country_code:{country}"
    if since:
        asked["query.advanced"] = f"admin.last_modified.date:[{since} TO *]"
    address = f"{(ask.address or ADDRESS).rstrip('/')}?{urlencode(asked)}"
    client = str(ask.settings.get("client_id") or "")
    with ask.get(address, headers={"Client-Id": client} if client else {}) as answer:
        expect(answer.status, address)
        try:
            said = orjson.loads(answer.read())
        except orjson.JSONDecodeError:
            said = None
    if not isinstance(said, Mapping) or not isinstance(said.get("items"), list):
        raise BadSource(f"{address[:200]} does not answer like the registry (no items).")
    total = said.get("number_of_results")
    return said["items"], total if isinstance(total, int) else 0


def _countries(ask: Ask) -> frozenset[str]:
    said = str(ask.settings.get("countries") or "").upper().replace(";", ",").split(",")
    return frozenset(code.strip() for code in said if len(code.strip()) == 2 and code.strip().isalpha())


def _organisation(one: Any, place: str, countries: frozenset[str]) -> Found | None:
    if not isinstance(one, Mapping):
        return refused(place, str(one)[:200], place)
    key = str(one.get("id") or "")
    if not ror.recognises(one):
        why = (
            "This is an entry of schema v1; take the dump of schema v2."
            if one.get("name")
            else "This is no entry of ROR."
        )
        return refused(key or place, why, place)
    if countries and not countries & set(_seats(one)):
        return None
    try:
        return _told(one, key, place)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        return refused(key, f"This entry is not of schema v2: {error!r}", place)


def _told(one: Mapping[str, Any], key: str, place: str) -> Found:
    said = ror.record(one)
    facts = _facts(one)
    after = [f"ror-{successor.removeprefix(ror.PREFIX)}" for successor in facts["successors"]]
    if after:
        said["data"]["related"] = [{"record": one_after} for one_after in after]
    changed = moment(one["admin"]["last_modified"]["date"])
    return found(
        key, record={name: said[name] for name in ("format", "language", "data")}, record_id=said["id"], address=key,
        title=said["data"]["title"][said["language"]], facts=facts, stated_at=changed, place=place,
    )  # fmt: skip


def _seats(one: Mapping[str, Any]) -> Iterator[str]:
    for location in listed(one.get("locations")):
        details = location.get("geonames_details") if isinstance(location, Mapping) else None
        if isinstance(details, Mapping):
            yield str(details.get("country_code") or "").upper()


def _facts(one: Mapping[str, Any]) -> dict[str, Any]:
    relations = [relation for relation in one.get("relationships") or [] if relation["id"].startswith(ror.PREFIX)]
    return {
        "licence": "CC0 1.0", "status": one.get("status"), "domains": one.get("domains"),
        "successors": [relation["id"] for relation in relations if relation["type"] == "successor"],
        "relations": [f"{relation['type']}: {relation['label']} {relation['id']}" for relation in relations],
    }  # fmt: skip
