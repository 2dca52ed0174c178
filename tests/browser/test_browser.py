"""What visitors do, in a real browser: with and without JavaScript, by keyboard, on a phone, with a screen reader."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = (
    "/", "/search?q=reef", "/match?need=We+need+training+to+monitor+reefs+in+Fiji", "/match?need=zeppelin",
    "/records/reef-need", "/records/reef-institute", "/parties", "/parties/FJI", "/vocabularies",
    "/vocabularies/ecosystems", "/vocabularies/ecosystems/coral-reef", "/about", "/about/permissions", "/help",
    "/offer", "/search?place=Atlantis", "/nowhere",
)  # fmt: skip
MAIN = (
    "/", "/search?q=reef", "/match?need=We+need+training+to+monitor+reefs+in+Fiji", "/records/reef-need",
    "/parties/FJI", "/vocabularies/ecosystems/coral-reef",
)  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("ar", True), ("zh", False)])
def test_pages_are_accessible(browse: Any, language: str, dark: bool) -> None:
    """All pages once; in the other scripts and in the dark those on which the parts differ."""
    page = browse("/", language=language, dark=dark)
    for path in PAGES if (language, dark) == ("en", False) else MAIN:
        page.goto(path)
        violations = Axe().run(page, options=RULES).response["violations"]
        assert not [(path, one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in violations]


@pytest.mark.parametrize("language", ["en", "ar", "zh", "ru"])
def test_pages_reflow_on_the_smallest_screens(browse: Any, language: str) -> None:
    page = browse("/", language=language, width=320)
    for path in PAGES:
        page.goto(path)
        for width in (320, 360, 768):
            page.set_viewport_size({"width": width, "height": 640})
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, (path, width)


def test_nothing_is_refused_by_the_policy(browse: Any) -> None:
    page = browse("/")
    for path in PAGES[:-2]:
        page.goto(path)
    assert not page.complaints


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_visitor_states_a_need_without_javascript(browse: Any, language: str) -> None:
    page = browse("/", language=language, scripts=False)
    page.fill("#need", "We need training to monitor reefs in Fiji")
    page.click("form.ask button")
    assert "/match?need=" in page.url
    assert page.locator("article.fit a[href='/records/reef-course']").count()
    page.locator("section.understood button", has_text="Fiji" if language == "en" else "فيجي").click()
    assert "without=FJI" in page.url
    page.locator("article.fit h3 a").first.click()
    assert "/records/" in page.url


def test_a_visitor_follows_an_example(browse: Any) -> None:
    page = browse("/", scripts=False)
    page.locator(".examples a").first.click()
    assert page.locator("h2", has_text="What we understood").is_visible()


def test_everything_by_keyboard(browse: Any) -> None:
    page = browse("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "need"
    page.keyboard.type("monitor reefs in Fiji")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/match**")
    summary = page.locator("article.fit summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("article.fit details[open] dl").first.is_visible()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"


def test_the_slash_brings_to_the_field(browse: Any) -> None:
    page = browse("/search")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    assert page.input_value("#q") == ""


def test_a_tree_narrows_while_one_types_in_any_language(browse: Any) -> None:
    page = browse("/vocabularies/ecosystems")
    reef = page.locator("#tree a[href='/vocabularies/ecosystems/coral-reef']")
    page.fill("#q", "珊瑚礁")
    assert reef.is_visible()
    assert not page.locator("#tree a[href='/vocabularies/ecosystems/steppe']").is_visible()
    page.fill("#q", "")
    assert page.locator("#tree > li").first.is_visible()


def test_a_vocabulary_is_searched_without_javascript(browse: Any) -> None:
    page = browse("/vocabularies/ecosystems", scripts=False)
    page.fill("#q", "récif")
    page.keyboard.press("Enter")
    page.wait_for_url("**?q=*")
    assert page.locator("ul.rows a[href='/vocabularies/ecosystems/coral-reef']").is_visible()


def test_the_map_leads_to_parties(browse: Any) -> None:
    page = browse("/")
    page.locator("svg.world a[href='/parties/FJI']").click()
    assert page.locator("h1").inner_text() == "Fiji"


def test_dark_is_a_switch(browse: Any) -> None:
    page = browse("/help", scripts=False)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("button", has_text="Dark").click()
    assert page.url.endswith("/help")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_a_language_is_one_press_away(browse: Any) -> None:
    page = browse("/search?q=reef", scripts=False)
    page.locator("nav.languages a", has_text="العربية").click()
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.input_value("#q") == "reef"
    page.locator("a.sign").click()
    assert page.locator("html").get_attribute("lang") == "ar"


def test_a_printed_record_holds_what_counts(browse: Any) -> None:
    page = browse("/records/reef-need")
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    assert page.locator("footer.about-record").is_visible()
    assert not page.locator("nav.main").is_visible()
    assert not page.locator("form.theme").is_visible()
