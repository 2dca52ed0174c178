"""A visitor states a need, or an offer, and sees what fits, with reasons."""

from typing import Any

import pytest
from django.test import Client

from tests.web.reading import read_page, words

pytestmark = pytest.mark.usefixtures("searchable")
NEED = "/match?need=We+need+training+to+monitor+reefs+in+Fiji"


def test_a_need_gets_matches_with_reasons(see: Any) -> None:
    page = see(NEED)
    fit = page.xpath("//article[contains(@class, 'fit')][.//a[@href='/records/reef-course']]")[0]
    assert 1 <= len(fit.xpath(".//ul[@class='reasons']/li")) <= 3
    assert "At work in Fiji" in fit.text_content()
    shares = [
        int(rect.get("width")) for rect in fit.xpath("(.//*[local-name()='svg'])[1]/*[starts-with(@class, 'c-')]")
    ]
    assert 0 < sum(shares) <= 1010
    assert "%" not in " ".join(fit.xpath(".//text()"))


def test_the_text_that_was_typed_stays(see: Any) -> None:
    assert see(NEED).xpath("//textarea")[0].text.strip() == "We need training to monitor reefs in Fiji"


def test_what_was_understood_can_be_taken_away(see: Any) -> None:
    tags = see(NEED).xpath("//section[@class='understood']//button")
    place = next(tag for tag in tags if "Fiji" in tag.text_content())
    page = see(f"{NEED}&without={place.get('value')}")
    assert "Fiji" not in words(page, "//section[@class='understood']")
    assert page.xpath("//input[@name='without']/@value") == ["FJI"]
    assert "At work in Fiji" not in words(page)


def test_more_of_one_kind(see: Any) -> None:
    page = see(f"{NEED}&type=offer")
    assert {section.get("aria-labelledby") for section in page.xpath("//section[@class='group']")} == {"g-offer"}
    assert page.xpath("//p[@class='back']//button")


def test_what_hard_limits_leave_out_is_named(see: Any) -> None:
    left_out = words(see(NEED), "//details[@class='left-out']")
    assert "Closed reef monitoring course" in left_out
    assert "It is closed" in left_out


def test_nothing_fits_is_said_honestly(see: Any) -> None:
    page = see("/match?need=zeppelin+quartz")
    assert "Nothing fits well" in words(page)
    assert page.xpath("//a[starts-with(@href, '/write/guided?format=need&text=')]")


def test_an_offer_finds_open_needs(see: Any) -> None:
    page = see("/offer?offer=We+give+training+to+grow+mangrove+seedlings")
    assert page.xpath("//section[@class='group']//a[@href='/records/mangrove-need']")
    assert {section.get("aria-labelledby") for section in page.xpath("//section[@class='group']")} == {"g-need"}


def test_a_long_text_is_posted(visitor: Client) -> None:
    page = read_page(visitor.post("/match", {"need": "mangrove seedlings " * 200}))
    assert page.xpath("//form[@id='ask']/@method") == ["post"]
    assert page.xpath("//section[@class='group']")


def test_a_country_comes_with_its_page(see: Any) -> None:
    assert see("/match?place=KEN").xpath("//form//input[@name='place']/@value") == ["KEN"]


@pytest.mark.usefixtures("node")
def test_a_need_of_the_registry_shows_all_its_matches(see: Any) -> None:
    page = see("/match?record=reef-need")
    assert page.xpath("//p[@class='lead']/a[@href='/records/reef-need']")
    assert page.xpath("//section[@class='group']//a[@href='/records/reef-course']")
