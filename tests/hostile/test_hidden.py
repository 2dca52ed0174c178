"""What is not public shows in no answer to a stranger, not even as a number that changes with it.

Everything a stranger can ask is asked twice: of a node with public records only, and of the same node with records
beside them that are private, for the network, for Parties, in draft, submitted, returned or retired. The two must give
the same answers.
"""

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from django.test import Client

from tests.hostile.looking import ask, look

WORD = "zyxwombat"
NEAR = "zyxwombax"
"""A misspelling of it: help with spelling must not know the word."""
TITLE = f"Peatland {WORD} rewetting"
PLACE, TERM, TARGET, THEME = "MDG", "peatland", "target-02", "restoration"
DATA: dict[str, Any] = {
    "title": {"en": TITLE, "fr": f"Tourbière {WORD}"}, "summary": {"en": f"Peatlands of {WORD} and biodiversitty."},
    "places": [PLACE], "ecosystems": [TERM], "targets": [TARGET], "support_types": ["finance"],
}  # fmt: skip
NAMES = (
    "hidden-private", "hidden-network", "hidden-parties", "hidden-draft", "hidden-submitted", "hidden-returned",
    "hidden-need", "hidden-organisation", "hidden-offer",
)  # fmt: skip
ADDRESSES = (
    "/", "/search", f"/search?q={WORD}", f"/search?q={NEAR}", f"/search?q={quote(TITLE)}", "/search?q=peatland",
    f"/search?place={PLACE}", f"/search?ecosystem={TERM}", f"/search?target={TARGET}", "/search?support=finance",
    "/search?q=mangrove", "/search?sort=newest", "/search?sort=title", "/search?type=organisation", "/search?type=need",
    "/search?language=fr", "/search?format=json", "/search?format=csv", "/search?format=atom", "/feed",
    "/search?format=rss", "/search?format=ics", "/embed/list.json?limit=20", f"/embed/list.json?q={WORD}",
    f"/embed/match.json?need={quote(TITLE)}", "/ogc/collections/records/items?limit=1000",
    f"/ogc/collections/records/items?q={WORD},peatland", "/informea/Documents?$top=1000",
    "/informea/Meetings?$format=atom",
    "/cbd/bbiRequest.json", "/cbd/organization.json", "/iati/activities.xml",
    f"/feed?q={WORD}", f"/feed?place={PLACE}", f"/match?need={quote(TITLE)}", "/match?need=peatland+finance+madagascar",
    f"/match?need=x&place={PLACE}", f"/offer?offer={quote(TITLE)}", "/match?record=mangrove-need",
    "/records/mangrove-nursery", "/records/mangrove-need", "/records/drone-survey", "/records/mangrove-nursery/history",
    "/parties", f"/parties/{PLACE}", "/parties/KEN", f"/vocabularies/countries/{PLACE}",
    f"/vocabularies/ecosystems/{TERM}", f"/vocabularies/targets/{TARGET}", "/vocabularies/support_types/finance",
    "/about", "/healthz", "/api/v1/search", f"/api/v1/search?q={WORD}", f"/api/v1/search?q={NEAR}",
    f"/api/v1/search?place={PLACE}", "/api/v1/search?q=peatland", "/api/v1/records", f"/api/v1/records?place={PLACE}",
    "/api/v1/dump", f"/api/v1/vocabularies/ecosystems/{TERM}",
)  # fmt: skip
MISSPELT = "biodiversitty"
"""Stands so in a hidden text; help with spelling must offer the right word all the same."""
COUNTS = (
    f"/vocabularies/countries/{PLACE}", f"/vocabularies/ecosystems/{TERM}", f"/vocabularies/targets/{TARGET}",
    "/vocabularies/support_types/finance", "/healthz",
)  # fmt: skip
WEIGHTS = (
    f"/match?need={quote(TITLE)}", "/match?need=peatland+finance+madagascar", "/match?record=mangrove-need",
    "/records/mangrove-need",
)  # fmt: skip
SPELLING = (f"/search?q={MISSPELT}", f"/api/v1/search?q={MISSPELT}")
SAME = tuple(address for address in ADDRESSES if address not in COUNTS + WEIGHTS)


def _bring_public() -> None:
    from tests.api.small import PUBLIC, publish

    publish(PUBLIC)


def _bring_hidden() -> None:
    from landbridge.registry import journal
    from landbridge.registry.actions import NODE, draft, return_, submit
    from landbridge.registry.workflow import Workflow
    from tests.api.small import publish

    kinds = {"need": "need", "organisation": "organisation", "offer": "offer"}
    publish([
        {"id": name, "format": kinds.get(name.removeprefix("hidden-"), "technology"), "language": "en",
         "visibility": name.removeprefix("hidden-") if name in NAMES[:3] else "private", "data": _for(name)}
        for name in NAMES if name not in NAMES[3:6]
    ])  # fmt: skip
    for name in NAMES[3:6]:
        draft(actor=NODE, format="technology", data=DATA, record_id=name, workflow=Workflow.NATIONAL)
    for name in NAMES[4:6]:
        submit(actor=NODE, record_id=name)
    return_(actor=NODE, record_id="hidden-returned")
    journal.follow_to_end()


def _for(name: str) -> dict[str, Any]:
    if name == "hidden-organisation":
        return {**DATA, "served_places": [PLACE, "KEN"], "contacts": [{"name": WORD, "email": "x@example.org"}]}
    return DATA


def _seen(stranger: Client, addresses: tuple[str, ...]) -> dict[str, str]:
    from landbridge.search.index import index
    from landbridge.web import numbers

    numbers.forget()
    getattr(index(), "_counts", {}).clear()
    return {address: re.sub(r'"(took_ms|score)":[0-9.e-]+', "", look(stranger, address)) for address in addresses}


def _told_apart(stranger: Client, addresses: tuple[str, ...]) -> list[str]:
    """The addresses of which the answer tells that there is something hidden."""
    _bring_public()
    before = _seen(stranger, addresses)
    _bring_hidden()
    after = _seen(stranger, addresses)
    for address, text in after.items():
        assert WORD not in (text.replace(WORD, "") if WORD in address else text), address
        assert "hidden-" not in text, address
    return [address for address in addresses if before[address] != after[address]]


def test_nobody_can_tell_that_there_is_something_hidden(
    db: None, folder: Path, translations: None, stranger: Client
) -> None:
    assert _told_apart(stranger, SAME) == []


@pytest.mark.parametrize("addresses", [COUNTS, WEIGHTS, SPELLING], ids=["counts", "weights", "spelling"])
def test_numbers_do_not_tell_that_there_is_something_hidden(
    db: None, folder: Path, translations: None, stranger: Client, addresses: tuple[str, ...]
) -> None:
    assert _told_apart(stranger, addresses) == []


@pytest.fixture
def something_hidden(db: None, folder: Path, translations: None, no_figures: None) -> None:
    _bring_public()
    _bring_hidden()


@pytest.mark.parametrize("rest", ["", ".json", "/history", "/revisions/1", "/revisions/2"])
def test_a_hidden_record_answers_as_one_that_is_not_there(something_hidden: None, stranger: Client, rest: str) -> None:
    for way in ("/records/{}", "/api/v1/records/{}"):
        nothing = ask(stranger, way.format("hidden-nothing") + rest)
        for name in NAMES:
            status, text, headers = ask(stranger, way.format(name) + rest)
            assert status == 404
            assert text.replace(name, "").replace(name.replace("-", " "), "").replace(name.replace("-", "+"), "") == (
                nothing[1].replace("hidden-nothing", "").replace("hidden nothing", "").replace("hidden+nothing", "")
            )
            assert set(headers) == set(nothing[2])


def test_matching_names_nothing_hidden(something_hidden: None, stranger: Client) -> None:
    whole = {"title": {"en": TITLE}, "summary": {"en": "Peatlands"}, "places": [PLACE], "ecosystems": [TERM]}
    bodies: tuple[Any, ...] = (
        {"text": TITLE, "place": [PLACE], "limit": 100}, {"data": whole}, whole, {"record": "mangrove-need"},
    )  # fmt: skip
    for body in bodies:
        status, text, _ = ask(
            stranger, "/api/v1/match", "POST", data=orjson.dumps(body), content_type="application/json"
        )
        assert status == 200
        assert "hidden-" not in text
        assert {one["id"] for one in orjson.loads(text)["matches"]}.isdisjoint(NAMES)
    for name in NAMES:
        sent = orjson.dumps({"record": name})
        assert ask(stranger, "/api/v1/match", "POST", data=sent, content_type="application/json")[0] == 404
        assert ask(stranger, f"/match?record={name}")[0] == 404


def test_the_journal_tells_nothing_of_what_was_never_public(something_hidden: None, stranger: Client) -> None:
    text = look(stranger, "/api/v1/changes")
    assert "mangrove-nursery" in text
    assert "hidden-" not in text
    assert WORD not in text


def test_what_was_public_and_is_hidden_leaves_nothing_behind(
    db: None, folder: Path, translations: None, no_figures: None, stranger: Client
) -> None:
    from landbridge.registry import journal
    from landbridge.registry.actions import NODE, retire
    from tests.api.small import publish

    _bring_public()
    shown = [{"id": name, "format": "technology", "language": "en", "data": DATA} for name in ("was-a", "was-b")]
    publish(shown)
    assert WORD in look(stranger, "/search?q=peatland")
    publish([{**shown[0], "visibility": "private"}])
    retire(actor=NODE, record_id="was-b")
    journal.follow_to_end()
    from landbridge.web import numbers

    numbers.forget()
    for address in (*ADDRESSES, "/records/was-a", "/records/was-b", "/records/was-a/revisions/1",
                    "/records/was-b/revisions/1", "/records/was-a/history", "/records/was-b/history",
                    "/api/v1/changes", "/records/was-b.json", "/match?record=was-b"):  # fmt: skip
        text = look(stranger, address)
        assert WORD not in (text.replace(WORD, "") if WORD in address else text), address
