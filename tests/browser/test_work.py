"""Review and desk in a real browser: for everybody's eyes and fingers, and without JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def at_work(address: str, browse: Any) -> Callable[..., Any]:
    """Open a page as the focal point of Fiji, with a record that waits, one to confirm and one in two revisions."""
    # Inner imports: the settings are made ready after this file is read.
    from datetime import UTC, datetime, timedelta

    from landbridge.registry import actions, comments
    from landbridge.registry.models import Record, Tally
    from tests.cast import assemble
    from tests.web.working import NEED, draft, published, signed_in, submitted

    cast = assemble()
    draft(cast.losa, record_id="rewa-draft")
    told = {**NEED, "places": ["FJI", "TON"], "title": {"en": "Mangroves", "ar": "المانغروف", "zh": "红树林"}}
    published(cast.losa, record_id="rewa", data=told)
    later = {**told, "summary": "Seedlings and tools.", "places": ["FJI"], "title": {"en": "Rewa", "zh": "红树海岸"}}
    actions.revise(actor=cast.losa.actor, record_id="rewa", data=later, language="en")
    actions.submit(actor=cast.losa.actor, record_id="rewa")
    for field in ("", "title"):
        comments.add(actor=cast.henri.actor, reader=cast.henri.reader, record_id="rewa", text="Why?", field=field)
    submitted(cast.henri, record_id="waits")
    published(cast.losa, record_id="due")
    actions.endorse(actor=cast.losa.actor, record_id="due", party="FJI")
    now = datetime.now(UTC)
    a_year_ago = now - timedelta(days=370)
    Record.objects.filter(pk="due").update(confirm_by=now.date() - timedelta(days=3), published_at=a_year_ago)
    Tally.objects.create(record_id="due", kind="viewed", day=now.date(), count=7)
    cookie = signed_in(cast.losa).cookies["sessionid"].value

    def open_page(path: str, **how: Any) -> Any:
        page = browse("/help", **how)
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        page.goto(path)
        return page

    return open_page


PAGES = (
    "/desk", "/review", "/review?queue=comments", "/review?queue=overdue&all=1", "/records/rewa/work",
    "/records/due/work", "/records/rewa/compare", "/account/trail",
)  # fmt: skip


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("ar", True)])
def test_pages_of_work_are_accessible(at_work: Callable[..., Any], language: str, dark: bool) -> None:
    page = at_work("/desk", language=language, dark=dark)
    for path in PAGES:
        page.goto(path)
        for details in page.locator("main details summary").all():
            details.click()
        violations = Axe().run(page, options=RULES).response["violations"]
        assert not [(path, one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in violations]
    assert not page.complaints


@pytest.mark.parametrize("language", ["en", "ar", "ru"])
def test_pages_of_work_reflow_on_the_smallest_screens(at_work: Callable[..., Any], language: str) -> None:
    page = at_work("/desk", language=language, width=320)
    for path in PAGES:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path


def test_a_record_is_returned_with_a_remark_without_javascript(at_work: Callable[..., Any]) -> None:
    page = at_work("/review", scripts=False)
    page.locator("ul.work a[href='/records/waits/work']").click()
    page.locator("#a-summary summary", has_text="Remark").click()
    page.fill("textarea[name='on:summary']", "Which seedlings?")
    page.fill("#note", "Nearly there.")
    page.locator("button[value=return]").first.click()
    assert page.locator(".state-tag").first.inner_text() == "Returned for changes"
    assert page.locator("#a-summary .words").inner_text() == "Which seedlings?"
    assert "Nearly there." in page.locator("#trail").inner_text()


def test_many_are_published_and_it_is_undone_without_javascript(at_work: Callable[..., Any]) -> None:
    page = at_work("/review", scripts=False)
    page.locator("a", has_text="Tick all on this page").click()
    page.locator("button[value=publish]").click()
    assert page.locator("h1").inner_text() == "Published: 2 records"
    page.locator("button", has_text="Undo").click()
    assert page.locator("h1").inner_text() == "Publication undone: 2 records"
    page.goto("/review")
    assert page.locator("input[name=tick]").count() == 2


def test_a_press_confirms_and_another_takes_it_back(at_work: Callable[..., Any]) -> None:
    page = at_work("/desk", scripts=False)
    page.locator("#due button").first.click()
    assert page.locator("form.flash").is_visible()
    assert page.locator("#due").count() == 0
    page.locator("form.flash button").click()
    page.goto("/desk")
    assert page.locator("#due").is_visible()


def test_a_printed_comparison_holds_what_counts(at_work: Callable[..., Any]) -> None:
    page = at_work("/records/rewa/compare")
    page.emulate_media(media="print")
    assert page.locator("table.compare ins").first.is_visible()
    assert not page.locator("form.revisions").is_visible()
