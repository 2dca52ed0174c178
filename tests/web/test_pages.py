"""Every page in every language, and what it costs."""

from typing import Any

import pytest
from django.test import Client

from landbridge.lib.languages import LANGUAGES, direction
from tests.web.reading import read_page, words

PAGES = (
    "/", "/search", "/search?q=mangrove", "/search?q=reef&place=FJI&type=need", "/match", "/offer",
    "/match?need=training+to+restore+mangroves+in+Kenya", "/offer?offer=we+train+people+to+grow+mangroves",
    "/match?record=reef-need", "/records/mangrove-nursery", "/records/reef-need", "/records/reef-institute",
    "/records/oasis-ar", "/records/satellite-zh", "/records/reef-need/history", "/records/reef-need/revisions/1",
    "/parties", "/parties?q=fiji", "/parties/FJI", "/parties/LIE", "/vocabularies", "/vocabularies?q=forest",
    "/vocabularies/ecosystems", "/vocabularies/ecosystems?q=reef", "/vocabularies/ecosystems/coral-reef",
    "/about", "/about/permissions", "/help",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_in_every_language(node: None, visitor: Client, language: str) -> None:
    for address in PAGES:
        page = read_page(visitor.get(address, headers={"accept-language": language}))
        assert page.get("lang") == language, address
        assert page.get("dir") == direction(language)
        assert "%(" not in words(page), address


def test_other_languages_are_one_press_away_and_named_in_their_own_script(see: Any, node: None) -> None:
    page = see("/search?q=mangrove")
    links = page.xpath("//nav[@class='languages']//a")
    assert [link.text_content() for link in links] == ["العربية", "Español", "Français", "Русский", "中文"]
    assert links[2].get("href") == "/search?q=mangrove&lang=fr"
    assert len(page.xpath("//link[@rel='alternate'][@hreflang]")) == 6


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/", 0), ("/search?q=mangrove", 0), ("/match?need=restore+mangroves", 0), ("/offer?offer=training", 0),
        ("/parties", 0), ("/vocabularies/ecosystems", 0), ("/parties/FJI", 1), ("/parties/LIE", 0),
        ("/records/mangrove-nursery", 6), ("/records/reef-need", 8), ("/records/reef-need/history", 9),
        ("/match?record=reef-need", 3),
    ],
)  # fmt: skip
def test_a_page_asks_the_database_this_often(
    node: None, visitor: Client, django_assert_num_queries: Any, address: str, queries: int
) -> None:
    with django_assert_num_queries(queries):
        read_page(visitor.get(address))


def test_a_visitor_gets_no_cookie_and_no_session(node: None, visitor: Client) -> None:
    for address in ("/", "/search?q=reef", "/match?need=reef", "/records/reef-need"):
        assert not visitor.get(address).cookies


def test_the_home_page_shows_the_network_alive(node: None, see: Any) -> None:
    page = see("/")
    assert page.xpath("//form[@action='/match']//textarea[@name='need']")
    assert len(page.xpath("//div[@class='examples']//a")) == 3
    assert page.xpath("//a[@href='/parties/FJI']//*[local-name()='circle'][@class='n']")
    assert "Reef monitoring with fishing villages" in words(page, "//section[@aria-labelledby='h-waiting']")
    assert page.xpath("//table//a[@href='/parties/KEN']")
    assert "do not imply the expression of any opinion" in words(page)


def test_a_party_page_tells_needs_offers_centres_and_contacts(node: None, see: Any) -> None:
    page = see("/parties/FJI")
    assert "Reef monitoring with fishing villages" in words(page, "//section[@aria-labelledby='l-need']")
    assert "Reef monitoring course" in words(page, "//section[@aria-labelledby='l-offer']")
    assert "Reef Institute of Suva" in words(page, "//section[@aria-labelledby='h-centres']")
    assert "desk@example.org" in words(page, "//section[@aria-labelledby='h-contacts']")
    assert page.xpath("//*[local-name()='rect'][@class='t n']")


def test_a_party_is_found_by_code_and_name(node: None, visitor: Client) -> None:
    for name in ("FJ", "fji", "Fiji", "斐济"):
        answer = visitor.get(f"/parties/{name}")
        assert (answer.status_code, answer.headers["Location"]) == (301, "/parties/FJI"), name
    assert visitor.get("/parties/Atlantis").status_code == 404


def test_a_vocabulary_is_browsed_and_searched_in_any_language(node: None, see: Any) -> None:
    assert see("/vocabularies/ecosystems").xpath("//ul[@id='tree']//a[@href='/vocabularies/ecosystems/coral-reef']")
    found = see("/vocabularies/ecosystems?q=珊瑚")
    assert found.xpath("//ul[@class='rows']//a[@href='/vocabularies/ecosystems/coral-reef']")
    term = see("/vocabularies/ecosystems/coral-reef")
    assert term.xpath("//a[@href='/search?ecosystem=coral-reef']")
    assert {"ar", "zh"} <= set(term.xpath("//dl[@class='labels']//dd/@lang"))
    assert "/coral-reef.ttl" in "".join(term.xpath("//p[contains(@class, 'formats')]//@href"))
