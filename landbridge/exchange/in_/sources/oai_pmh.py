"""Repositories that speak OAI-PMH 2.0: their records in Dublin Core become resources.

A harvest goes on from the last page that was taken in whole; the next one asks only for what changed since the first
answer of the last, by the repository's own clock. What it says is deleted is gone here as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources import dublin_core
from landbridge.exchange.in_.sources.known import found, language, moment, refused
from landbridge.exchange.in_.sources.opening import expect
from landbridge.lib import xml
from landbridge.lib.languages import DEFAULT

if TYPE_CHECKING:
    from lxml.etree import _Element

OAI: Final = "{http://www.openarchives.org/OAI/2.0/}"
PREFIX: Final = "oai_dc"
MOST_EMPTY: Final = 5
"""So many pages without a record, one after the other, are no repository."""
LARGEST_PAGE: Final = 50_000_000


class Told(BadSource):
    """An error of the protocol; `code` is the repository's word for it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"The repository answers {code[:40]}: {text[:300]}")
        self.code = code


@dataclass
class _Page:
    """One answer: its records, the token that leads on, and the clock of the repository."""

    records: list["_Element"]
    token: str
    at: str


class OaiPmh:
    name = "oai_pmh"
    label = gettext_noop("OAI-PMH repository")
    about = gettext_noop("Repositories of universities, libraries and data centres; their records become resources.")
    takes = "address"
    settings = (
        Setting("set", gettext_noop("Only this set"), help=gettext_noop("The setSpec; empty for all.")),
        Setting("language", gettext_noop("Language of texts that name none"), kind="language", default=DEFAULT),
    )

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        since, token = str(ask.state.get("since") or ""), str(ask.state.get("token") or "")
        began, empty, seen = str(ask.state.get("began") or ""), 0, {token}
        number, resumed = int(ask.state.get("page") or 0), bool(token)
        if not since and not token:
            _identify(ask)
        while True:
            try:
                page = _next(ask, since, token)
            except Told as error:
                if not (resumed and error.code == "badResumptionToken"):
                    raise
                token, began, number, resumed = "", "", 0, False  # It has forgotten how far we were: from the start.
                continue
            if page is None:
                break
            resumed, number, began = False, number + 1, began or page.at
            for place, element in enumerate(page.records, 1):
                yield _found(element, ask, f"page {number}, record {place}")
            token = page.token
            if not token:
                break
            empty = 0 if page.records else empty + 1
            if token in seen or empty >= MOST_EMPTY:
                raise BadSource("The repository leads on in a circle; tell its operator.")
            seen.add(token)
            yield Checkpoint({"since": since, "token": token, "began": began, "page": number})
        yield Checkpoint({"since": began or since}, done=not since)


def _identify(ask: Ask) -> None:
    """Make sure that a repository answers at all, before anything else is made of what it says."""
    root = _asked(ask, {"verb": "Identify"})
    if root.find(f"{OAI}Identify") is None:
        raise BadSource("There is no OAI-PMH repository at this address; its base URL is needed, without arguments.")


def _next(ask: Ask, since: str, token: str) -> _Page | None:
    """The next page; None when there is nothing."""
    asked = {"verb": "ListRecords", "resumptionToken": token}
    if not token:
        chosen = str(ask.settings.get("set") or "").strip()
        asked = {"verb": "ListRecords", "metadataPrefix": PREFIX, **({"from": since} if since else {}),
                 **({"set": chosen} if chosen else {})}  # fmt: skip
    try:
        root = _asked(ask, asked)
    except Told as error:
        if error.code == "noRecordsMatch":
            return None
        raise
    listed = root.find(f"{OAI}ListRecords")
    if listed is None:
        raise BadSource("The repository does not answer with records.")
    onward = listed.findtext(f"{OAI}resumptionToken") or ""
    return _Page(listed.findall(f"{OAI}record"), onward.strip(), _second(root.findtext(f"{OAI}responseDate")))


def _second(text: str | None) -> str:
    """The moment of an answer as the repository may be asked for it later."""
    found_at = moment((text or "").strip())
    return found_at.strftime("%Y-%m-%d") if found_at else ""


def _asked(ask: Ask, arguments: Mapping[str, str]) -> "_Element":
    address = _address(ask.address, arguments)
    with ask.get(address, headers={"Accept": "text/xml"}, most_bytes=LARGEST_PAGE) as answer:
        if answer.status == 503 and answer.headers.get("retry-after"):
            raise BadSource(f"The repository asks to come back in {answer.headers['retry-after'][:20]} seconds.")
        expect(answer.status, address)
        root = xml.parse(answer.read())
    if root.tag != f"{OAI}OAI-PMH":
        raise BadSource("There is no OAI-PMH repository at this address; its base URL is needed, without arguments.")
    error = root.find(f"{OAI}error")
    if error is not None:
        raise Told(error.get("code") or "an error", " ".join((error.text or "").split()))
    return root


def _address(base: str, arguments: Mapping[str, str]) -> str:
    parts = urlsplit(base)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(arguments), ""))


def _found(element: "_Element", ask: Ask, where: str) -> Found:
    header = element.find(f"{OAI}header")
    key = (header.findtext(f"{OAI}identifier") or "").strip() if header is not None else ""
    if header is None or not key:
        return refused(where, "The record has no identifier.", where)
    stated = _stated(header, ask.now)
    if header.get("status") == "deleted":
        return found(key, gone=True, place=where, stated_at=stated)
    body = element.find(f"{OAI}metadata")
    if body is None or not len(body):
        return refused(key, "The record has no metadata.", where)
    default = language(str(ask.settings.get("language") or ""), DEFAULT)
    said = dublin_core.resource(body[0], default)
    if said is None:
        return refused(key, "The record has no title.", where)
    title = said["data"]["title"][said["language"]]
    address = next((one["url"] for one in said["data"].get("links", ())), "")
    facts: dict[str, Any] = {"sets": [one.text for one in header.findall(f"{OAI}setSpec") if one.text],
                             **dublin_core.facts(body[0])}  # fmt: skip
    return found(key, record=said, place=where, title=title, address=address, stated_at=stated, facts=facts)


def _stated(header: "_Element", now: datetime | None) -> datetime | None:
    return moment((header.findtext(f"{OAI}datestamp") or "").strip(), now)
