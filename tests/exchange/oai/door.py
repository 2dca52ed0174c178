"""What the tests of the door for harvesters share: records to change, a clock to move, and a plain harvester."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from lxml import etree

from landbridge.exchange.out.oai import answers
from landbridge.exchange.out.oai.follower import OaiFollower
from landbridge.registry import actions
from landbridge.registry.actions import NODE
from landbridge.registry.models import Change
from landbridge.registry.workflow import Visibility

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
NEED: dict[str, Any] = {
    "title": {"en": "Restore the mangroves of Rewa", "fr": "Restaurer les mangroves de Rewa"},
    "summary": {"en": "Seedlings, & people who can plant <now>."}, "places": ["FJI"], "targets": ["target-02"],
    "licence": "cc-by-4.0", "requester": [{"name": "Rewa Provincial Council"}],
}  # fmt: skip


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def time(self) -> float:
        return self.now

    def tick(self, seconds: float = 5) -> None:
        self.now += seconds


def publish(record_id: str, visibility: str = Visibility.PUBLIC, **data: Any) -> None:
    """A need that is shown."""
    actions.draft(actor=NODE, format="need", record_id=record_id, data={**NEED, **data})
    actions.publish(actor=NODE, record_id=record_id, visibility=visibility)


def revise(record_id: str, **data: Any) -> None:
    """A new revision that is shown."""
    actions.revise(actor=NODE, record_id=record_id, data={**NEED, **data}, language="en")
    actions.publish(actor=NODE, record_id=record_id)


_told = [0]
"""Up to which serial the follower was told in this test."""


def follow(after: int | None = None) -> int:
    """Let the follower read on, from where it was: up to which serial."""
    since = _told[0] if after is None else after
    changes = list(Change.objects.filter(serial__gt=since).order_by("serial"))
    if changes:
        OaiFollower().apply(changes, {})
    _told[0] = changes[-1].serial if changes else since
    return _told[0]


def begin() -> None:
    """The follower was told nothing yet."""
    _told[0] = 0


def ask(query: str) -> bytes:
    """The answer to a query, as it stands in an address."""
    return answers.answer(parse_qsl(query, keep_blank_values=True))


def root(query: str) -> "etree._Element":
    """The answer to a query, parsed."""
    return etree.fromstring(ask(query))


def error(query: str) -> str:
    """The code of the error that a query is answered with, empty when it is none."""
    found = root(query).find(f"{OAI}error")
    return "" if found is None else found.get("code")


def identifier(record_id: str) -> str:
    """The identifier of a record on this node."""
    return f"oai:127.0.0.1:{record_id}"


def token_of(page: "etree._Element") -> str:
    """The token of a page, empty on the last one."""
    return page.findtext(f".//{OAI}resumptionToken") or ""


def pages(query: str) -> Iterator["etree._Element"]:
    """All pages of a list, each with its token."""
    verb = dict(parse_qsl(query))["verb"]
    while query:
        page = root(query)
        yield page
        token = token_of(page)
        query = f"verb={verb}&resumptionToken={token}" if token else ""


def named(page: "etree._Element") -> dict[str, bool]:
    """Record id to whether it is gone, in the order of the page."""
    return {
        re.sub(r"^oai:[^:]+:", "", head.findtext(f"{OAI}identifier")): head.get("status") == "deleted"
        for head in page.iter(f"{OAI}header")
    }


def datestamp(record_id: str) -> str:
    """The datestamp of a record, empty when it never appeared."""
    page = root(f"verb=GetRecord&metadataPrefix=oai_dc&identifier={identifier(record_id)}")
    return page.findtext(f".//{OAI}datestamp") or ""


@dataclass
class Harvester:
    """Somebody who harvests again and again, from the date of the first answer of the time before."""

    prefix: str = "oai_dc"
    since: str = ""
    holds: dict[str, str] = field(default_factory=dict)
    """Record id to its title in English."""

    def harvest(self) -> None:
        query = f"verb=ListRecords&metadataPrefix={self.prefix}" + (f"&from={self.since}" if self.since else "")
        began = ""
        for page in pages(query):
            began = began or page.findtext(f"{OAI}responseDate")
            for record in page.iter(f"{OAI}record"):
                self._take(record)
        self.since = began

    def _take(self, record: "etree._Element") -> None:
        [(record_id, gone)] = named(record).items()
        if gone:
            assert record.find(f"{OAI}metadata") is None
            self.holds.pop(record_id, None)
        else:
            self.holds[record_id] = record.findtext(f".//{DC}title[@{{http://www.w3.org/XML/1998/namespace}}lang='en']")
