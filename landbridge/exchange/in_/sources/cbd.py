"""CBD: records of the Convention's clearing-houses through their API (v2013), those that changed since the last run."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

import orjson
from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources import cbd_documents, cbd_index
from landbridge.exchange.in_.sources.cbd_terms import Names
from landbridge.exchange.in_.sources.known import found, line, listed, moment, refused
from landbridge.exchange.in_.sources.opening import expect
from landbridge.lib.doors.http import Failed

ADDRESS: Final = "https://api.cbd.int/api/v2013"
PAGE: Final = 100
SCHEMAS: Final = (*cbd_documents.SCHEMAS, *cbd_index.SCHEMAS)
_LABELS: Final = {
    "bbiRequest": gettext_noop("Bio-Bridge requests"),
    "bbiOpportunity": gettext_noop("Bio-Bridge opportunities"),
    "bbiProfile": gettext_noop("Bio-Bridge providers"),
    "organization": gettext_noop("Organisations"),
    "capacityBuildingInitiative": gettext_noop("Capacity-building initiatives"),
    "resource": gettext_noop("Resources"),
    "capacityBuildingResource": gettext_noop("Capacity-building resources"),
    "event": gettext_noop("Events"),
    "meeting": gettext_noop("Official meetings"),
    "notification": gettext_noop("Notifications"),
    "decision": gettext_noop("Decisions"),
    "focalPoint": gettext_noop("Focal points"),
}


class Cbd:
    name = "cbd"
    label = gettext_noop("Clearing-houses of the Convention (CBD API)")
    about = gettext_noop(
        "Requests, opportunities, organisations, meetings and more from https://api.cbd.int/api/v2013."
    )
    takes = "address"
    settings = (
        Setting("schemas", gettext_noop("What to read"), kind="choices", choices=tuple(_LABELS.items()),
                default=list(cbd_documents.SCHEMAS)),
        Setting("realm", gettext_noop("Realm"), help=gettext_noop("Such as CHM, ABS or BCH.")),
    )  # fmt: skip

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        base = (ask.address or ADDRESS).rstrip("/")
        names = Names(lambda where: _looked_up(ask, f"{base}/{where}"))
        since = str(ask.state.get("since") or "")
        whole = bool(ask.state.get("whole", not since))
        start, seen = 0, frozenset[str]()
        while True:
            page, total = _page(ask, base, since, start)
            fresh = [doc for doc in page if _key(doc) not in seen]
            for doc in fresh:
                yield from _read(ask, base, doc, names)
            if start + len(page) >= total or not page:
                break
            # What changes meanwhile moves to the end: by numbers alone, others would slip through between two pages.
            latest = max([since, *map(_changed, page)])
            same = frozenset(_key(doc) for doc in page if _changed(doc) == latest)
            if not fresh and latest == since:
                raise BadSource(f"{base} gives the same page again and again.")
            start, seen = (0, same) if latest > since else (start + len(page), seen | same)
            since = latest
            yield Checkpoint({"since": since, "whole": whole})
        yield Checkpoint({"since": max([since, *map(_changed, page)])}, done=whole)


def _wanted(ask: Ask) -> list[str]:
    chosen = ask.settings.get("schemas") or list(cbd_documents.SCHEMAS)
    return [schema for schema in listed(chosen) if schema in SCHEMAS]


def _page(ask: Ask, base: str, since: str, start: int) -> tuple[list[Mapping[str, Any]], int]:
    """(entries, how many there are in all), the longest unchanged first."""
    query = [f"schema_s:({' OR '.join(_wanted(ask))})"]
    realm = str(ask.settings.get("realm") or "").strip()
    if realm.isalnum():
        query.append(f"realm_ss:{realm.lower()}")
    if since:
        query.append(f"updatedDate_dt:[{since} TO *]")
    asked = {"q": " AND ".join(query), "start": start, "rows": PAGE, "sort": "updatedDate_dt asc, id asc", "wt": "json"}
    address = f"{base}/index/select?{urlencode(asked)}"
    answer = _json(ask, address)
    response = answer.get("response") if isinstance(answer, Mapping) else None
    docs = response.get("docs") if isinstance(response, Mapping) else None
    if not isinstance(docs, list) or not isinstance(response, Mapping):
        raise BadSource(f"{base} does not answer like the index of the CBD (no response.docs).")
    count = response.get("numFound")
    return [doc for doc in docs if isinstance(doc, Mapping)], count if isinstance(count, int) else 0


def _json(ask: Ask, address: str, one_of_many: bool = False) -> Any:
    """The JSON at an address.

    Raises:
        BadSource: there is none, and so nothing goes on.
        ValueError: there is none, but it is one of many.
    """
    with ask.get(address, headers={"Accept": "application/json"}, most_bytes=50_000_000) as answer:
        if one_of_many and answer.status not in (200, 429, 503):
            raise ValueError(f"{address[:200]} answers with status {answer.status}.")
        expect(answer.status, address)
        try:
            return orjson.loads(answer.read())
        except orjson.JSONDecodeError as error:
            kind = ValueError if one_of_many else BadSource
            raise kind(f"{address[:200]} does not answer with JSON: {str(error)[:100]}") from None


def _looked_up(ask: Ask, address: str) -> Any:
    """What stands there, or None: a name that is not found costs nothing but the name."""
    try:
        return _json(ask, quote(address, safe=":/-._~"), one_of_many=True)
    except BadSource:
        raise
    except (ValueError, Failed):
        return None


def _key(doc: Mapping[str, Any]) -> str:
    return line(str(doc.get("identifier_s") or doc.get("id") or ""), 400)


def _changed(doc: Mapping[str, Any]) -> str:
    """When an entry changed, in the words of the index; a time that has not come must not hide all others."""
    text = str(doc.get("updatedDate_dt") or "")
    return text if isinstance(moment(text), datetime) else ""


def _read(ask: Ask, base: str, doc: Mapping[str, Any], names: Names) -> Iterator[Found]:
    schema, key = str(doc.get("schema_s") or ""), _key(doc)
    if schema not in SCHEMAS or not key:
        yield refused(key, f"“{schema[:60]}” is no schema that is read.", "index")
        return
    address = next((url for url in listed(doc.get("url_ss")) if isinstance(url, str)), "")
    facts = {"schema": schema, "realm": listed(doc.get("realm_ss")), "government": doc.get("government_s")}
    common = {"address": address, "stated_at": moment(_changed(doc)), "facts": facts}
    try:
        if schema in cbd_index.SCHEMAS:
            yield from cbd_index.entries(schema, key, doc, names, common)
        else:
            yield _document(ask, base, schema, key, names, common)
    except BadSource:
        raise
    except (ValueError, Failed) as error:
        yield refused(key, str(error), f"{schema} {key}")


def _document(ask: Ask, base: str, schema: str, key: str, names: Names, common: Mapping[str, Any]) -> Found:
    body = _json(ask, f"{base}/documents/{quote(key, safe='')}", one_of_many=True)
    if not isinstance(body, Mapping):
        raise ValueError("The document is no JSON object.")
    said, facts = cbd_documents.document(schema, body, names, f"CBD clearing-house, {schema} {key}")
    rest = {name: value for name, value in common.items() if name != "facts"}
    title = said["data"]["title"]
    facts = {**common["facts"], **facts}
    return found(key, record=said, title=title.get(said["language"], ""), facts=facts, **rest)
