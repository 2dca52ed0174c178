"""InforMEA: decisions, meetings, reports, plans, sites and official focal points of environmental treaties, in plain
JSON or as an Atom feed, page by page, those that changed since the last run."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources.informea_answers import things
from landbridge.exchange.in_.sources.informea_records import changed, facts, told
from landbridge.exchange.in_.sources.known import found, line, listed, moment, refused
from landbridge.exchange.in_.sources.opening import expect

PAGE: Final = 100
SETS: Final = {
    "Decisions": gettext_noop("Decisions"),
    "Meetings": gettext_noop("Meetings"),
    "CountryReports": gettext_noop("Country reports"),
    "NationalPlans": gettext_noop("National plans"),
    "Documents": gettext_noop("Documents"),
    "Sites": gettext_noop("Sites"),
    "Contacts": gettext_noop("Focal points"),
}
DEFAULT_SETS: Final = ("Decisions", "Meetings")
_ACCEPT: Final = "application/json, application/atom+xml;q=0.9"


class Informea:
    name = "informea"
    label = gettext_noop("InforMEA")
    about = gettext_noop("Decisions, meetings, reports and focal points of treaties from a service of InforMEA.")
    takes = "address"
    settings = (
        Setting("sets", gettext_noop("What to read"), kind="choices", choices=tuple(SETS.items()),
                default=list(DEFAULT_SETS)),
        Setting("treaties", gettext_noop("Only these treaties"), help=gettext_noop("Such as cbd, nagoya.")),
    )  # fmt: skip

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        since: dict[str, str] = dict(ask.state.get("since") or {})
        latest: dict[str, str] = dict(ask.state.get("latest") or {})
        read = list(listed(ask.state.get("read")))
        here: dict[str, Any] = {"since": since, "whole": bool(ask.state.get("whole", not since)), "read": read}
        left = [one for one in listed(ask.settings.get("sets") or DEFAULT_SETS) if one in SETS and one not in read]
        for name in left:
            skip = int(ask.state.get("skip") or 0) if name == left[0] else 0
            for one in _set(ask, name, since.get(name, ""), skip, latest):
                yield Checkpoint({**here, "skip": one, "latest": dict(latest)}) if isinstance(one, int) else one
            here["read"] = [*here["read"], name]
            yield Checkpoint({**here, "latest": dict(latest)})
        yield Checkpoint({"since": {**since, **latest}}, done=here["whole"])


def _set(ask: Ask, name: str, since: str, skip: int, latest: dict[str, str]) -> Iterator[Found | int]:
    """The things of a set, and after each page how far it has come; `latest` keeps when the last one changed."""
    seen: set[str] = set()
    while True:
        page = _page(ask, name, since, skip)
        fresh = [one for one in page if _key(name, one) not in seen]
        for one in fresh:
            yield from _read(ask, name, one, since)
            latest[name] = max(latest.get(name, since), _changed(one))
        seen.update(_key(name, one) for one in page)
        skip += len(page)
        # A service that knows nothing of pages gives everything at once, or the same again.
        if len(page) != PAGE or not fresh:
            return
        yield skip


def _page(ask: Ask, name: str, since: str, skip: int) -> list[Mapping[str, Any]]:
    asked = {"$top": PAGE, "$skip": skip, "$orderby": "updated", "$format": "json"}
    if since:
        asked["$filter"] = f"updated ge datetime'{since[:19]}'"
    address = f"{ask.address.rstrip('/')}/{name}?{urlencode(asked, safe='$', quote_via=quote)}"
    with ask.get(address, headers={"Accept": _ACCEPT}) as answer:
        expect(answer.status, address)
        return things(answer.read(), address)


def _key(name: str, one: Mapping[str, Any]) -> str:
    own = one.get("id") or "/".join(str(one.get(part) or "") for part in ("treaty", "country", "url", "name"))
    return line(f"{name}/{own}", 400)


def _changed(one: Mapping[str, Any]) -> str:
    """When a thing changed; a time that has not come must not hide all others in the next run."""
    text = changed(one.get("updated"))
    when = moment(text)
    return when.isoformat()[:19] if when else ""


def _read(ask: Ask, name: str, one: Mapping[str, Any], since: str) -> Iterator[Found]:
    treaties = {part.strip().lower() for part in str(ask.settings.get("treaties") or "").split(",") if part.strip()}
    own = {str(part).lower() for part in (*listed(one.get("treaty")), *listed(one.get("treaties")))}
    key, when = _key(name, one), _changed(one)
    if (treaties and not treaties & own) or (since and when and when < since):
        return
    try:
        records = told(name, one)
    except ValueError as error:
        yield refused(key, str(error), name)
        return
    address = one.get("url") or one.get("link")
    for ending, said, title in records:
        yield found(
            f"{key}{ending}", record=said, facts={"set": name, **facts(one)}, title=title,
            address=address if isinstance(address, str) else "", stated_at=moment(when),
        )  # fmt: skip
