"""Records: readable, escaped, permanent, in the reader's language, and hidden where they must be."""

from typing import Any

import orjson
import pytest
from django.test import Client

from tests.web.reading import body_of, read_page, words
from tests.web.small import HIDDEN, HOSTILE

pytestmark = pytest.mark.usefixtures("node")


def test_a_record_shows_every_kind_of_answer(see: Any) -> None:
    page = see("/records/reef-need")
    text = words(page)
    for shown in (
        "Village council (lead)", "US$15,000 (2026)", "2 ha", "1 January 2027 to 31 December 2027", "1,200",
        "Ten people trained", "losa@example.org", "map.pdf", "-17.7000, 178.1000", "Last confirmed on 3 March 2026",
        "Valid until 3 March 2031", "No",
    ):  # fmt: skip
        assert shown in text, shown
    assert page.xpath("//dd//strong[text()='paragraph']")
    assert page.xpath("//a[@href='https://example.org/reef'][@rel='nofollow noopener']")
    assert page.xpath("//a[@class='tag'][@href='/vocabularies/ecosystems/coral-reef']")
    assert page.xpath("//a[@href='/records/mangrove-nursery']")
    assert not page.xpath("//a[@href='/records/secret-private']")


def test_a_section_says_whether_it_is_complete(see: Any) -> None:
    page = see("/records/reef-need")
    assert "Not told yet: What should be reached · Classes of technology" in words(page, "//section[@id='first']")
    assert "What is there already" in words(page, "//p[contains(@class, 'untold')]")


def test_a_sample_is_plainly_marked(see: Any) -> None:
    assert "This is a sample record" in words(see("/records/reef-need"))
    assert "This is a sample record" not in words(see("/records/mangrove-nursery"))


def test_the_original_is_one_press_away(see: Any) -> None:
    page = see("/records/reef-need", accept_language="fr")
    assert page.xpath("//h1")[0].text_content() == "Suivi du récif avec les pêcheurs"
    assert page.xpath("//p[@class='versions']//a[@href='?in=en']")
    assert see("/records/reef-need?in=en", accept_language="fr").xpath("//h1[@lang='en'][@dir='ltr']")
    assert "machine" in words(see("/records/reef-need?in=ar"), "//p[@class='versions']")


def test_a_need_shows_what_can_help(see: Any) -> None:
    page = see("/records/reef-need")
    assert page.xpath("//section[@id='matches']//a[@href='/records/reef-course']")
    assert page.xpath("//a[@href='/match?record=reef-need']")


def test_an_organisation_shows_where_it_is_named(see: Any) -> None:
    page = see("/records/reef-institute")
    assert page.xpath("//section[@aria-labelledby='h-named']//a[@href='/records/reef-course']")


def test_nothing_that_people_wrote_can_act(visitor: Client) -> None:
    for address in (
        "/records/attack",
        "/search?q=mangrove",
        "/parties/FJI",
        f"/search?q={HOSTILE}",
        f"/match?need={HOSTILE}",
    ):
        text = body_of(visitor.get(address))
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "javascript:" not in text
        read_page(visitor.get(address))


def test_a_record_as_data(visitor: Client) -> None:
    by_name = visitor.get("/records/reef-need.json")
    by_accept = visitor.get("/records/reef-need", headers={"accept": "application/json"})
    assert by_name.content == by_accept.content
    told = orjson.loads(by_name.content)
    assert (told["id"], told["format"], told["revision"]) == ("reef-need", "need", 1)
    assert told["data"]["title"]["fr"] == "Suivi du récif avec les pêcheurs"


def test_addresses_are_permanent(visitor: Client) -> None:
    from landbridge.registry.actions import NODE, receive_many
    from landbridge.registry.workflow import Workflow
    from tests.api.small import arrival
    from tests.web.small import FULL

    changed = {**FULL, "data": {**FULL["data"], "title": {"en": "Reef monitoring, second edition"}}}
    receive_many([arrival(changed)], actor=NODE, workflow=Workflow.REFERENCE)
    first = read_page(visitor.get("/records/reef-need/revisions/1"))
    assert "Reef monitoring with fishing villages" in words(first, "//h1")
    assert "There is a newer one" in words(first)
    assert "second edition" in words(read_page(visitor.get("/records/reef-need")), "//h1")
    lines = read_page(visitor.get("/records/reef-need/history")).xpath("//ol[@class='timeline']//a/@href")
    assert lines == ["/records/reef-need/revisions/2", "/records/reef-need/revisions/1"]
    assert visitor.get("/records/reef-need/revisions/3").status_code == 404
    moved = visitor.get("/organisations/reef-institute")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/records/reef-institute")


def test_what_is_withdrawn_says_so(see: Any) -> None:
    assert "This record has been withdrawn" in words(see("/records/retired-one", 410))
    see("/records/retired-one/history", 410)


@pytest.mark.parametrize(
    "name", ["secret-private", "secret-network", "secret-parties", "secret-draft", "nobody", "%00", "a b"]
)
def test_what_is_hidden_is_as_if_it_were_not(see: Any, visitor: Client, name: str) -> None:
    assert "There is nothing at this address" in words(see(f"/records/{name}", 404))
    for rest in (".json", "/history", "/revisions/1"):
        assert visitor.get(f"/records/{name}{rest}").status_code == 404
    assert visitor.get("/match", {"record": name}).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/", "/search", "/search?q=mangrove+nursery", f"/search?q={HIDDEN}", "/search?format=json",
        "/search?format=csv",
        "/feed", "/match?need=mangrove+nursery+seedlings", "/offer?offer=mangrove", "/parties/KEN", "/parties/MDG",
        "/records/mangrove-nursery", "/records/mangrove-need", "/parties", "/vocabularies/countries/MDG",
    ],
)  # fmt: skip
def test_a_hidden_record_shows_nowhere(visitor: Client, address: str) -> None:
    text = body_of(visitor.get(address))
    assert "secret-" not in text
    in_titles = (f"<title>{HIDDEN}", f'"name":"{HIDDEN}')
    for typed in (f'value="{HIDDEN}"', f"q={HIDDEN}", f"q%3D{HIDDEN}", f"need={HIDDEN}", *in_titles):
        text = text.replace(typed, "")
    assert HIDDEN not in text


def test_a_hidden_record_is_in_no_count(see: Any) -> None:
    page = see("/search?place=MDG")
    assert "0 records" in words(page, "//p[@role='status']")
    assert "Nothing was found" in words(page)


def test_the_words_of_a_wrong_address_become_a_search(see: Any) -> None:
    page = see("/coral-reefs/fiji", 404)
    assert page.xpath("//input[@name='q']/@value") == ["coral reefs fiji"]
