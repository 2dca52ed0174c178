"""Filling a form in a real browser: by keyboard, with and without a script, on a line that drops, in two windows."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_browser import RULES
from tests.browser.writing import EIGHT, begin, desk, people, stored, told

__all__ = ["desk", "people"]


def violations(page: Any) -> list[Any]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found]


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("ar", True)])
def test_forms_are_accessible(desk: Any, language: str, dark: bool) -> None:
    page = desk("/write", language=language, dark=dark)
    assert not violations(page)
    address = begin(page)
    for path in ("?all=1", "?all=1&check=1", "?language=fr", "/finish", "/preview"):
        page.goto(address + path)
        assert not violations(page), path
    assert not page.complaints


def test_a_combobox_is_accessible_while_it_is_open(desk: Any) -> None:
    page = desk("/write")
    begin(page)
    page.fill("[id='f-technologies.find']", "drone")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")
    assert not violations(page)
    box = page.locator("[id='f-technologies.find']")
    assert box.get_attribute("aria-expanded") == "true"
    assert page.locator(f"#{box.get_attribute('aria-activedescendant')}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"


@pytest.mark.parametrize("language", ["en", "ar", "zh", "ru"])
def test_forms_reflow_on_small_screens(desk: Any, language: str) -> None:
    page = desk("/write", language=language, width=320)
    address = begin(page)
    for path in ("?all=1", "?all=1&check=1", "?language=ar", "/finish"):
        page.goto(address + path)
        for width in (320, 768):
            page.set_viewport_size({"width": width, "height": 640})
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, (path, width)


def tab_to(page: Any, selector: str, most: int = 120) -> None:
    """Press Tab until the control has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by keyboard")


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_eight_questions_by_keyboard_alone(desk: Any, scripts: bool) -> None:
    from landbridge.registry.models import Record, Revision

    page = desk("/write", scripts=scripts)
    tab_to(page, "button[formaction='/write/new/need']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#write")
    for name in ("title", "summary", "objective"):
        tab_to(page, f"[id='f-{name}']")
        page.keyboard.type(EIGHT[name])
    tab_to(page, "input[name=support_types][value=training]")
    page.keyboard.press("Space")
    tab_to(page, "[id='f-places.find']")
    page.keyboard.type("Fidj" if scripts else "Fidji")
    if scripts:
        page.wait_for_selector("[role=option]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert page.locator("input[name=places][value=FJI]").is_checked()
    tab_to(page, "input[name=targets][value=target-02]")
    page.keyboard.press("Space")
    tab_to(page, "[id='f-urgency']")
    page.keyboard.press("ArrowDown")
    tab_to(page, "button[value=finish]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/finish")
    tab_to(page, "button[value=publish]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/records/"))
    record = Record.objects.get(owner_id="FJI", state="published", author__isnull=False)
    data = Revision.objects.get(record=record).data
    assert data["places"] == ["FJI"] and data["support_types"] == ["training"] and data["urgency"]
    assert data["title"] == {"en": EIGHT["title"]}


def test_enter_in_a_field_saves_and_does_not_discard(desk: Any) -> None:
    page = desk("/write", scripts=False)
    address = begin(page)
    page.fill("#f-title", "Reef")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.startswith(address) and stored(address).title == "Reef"


def test_what_is_typed_is_saved_by_itself(desk: Any) -> None:
    page = desk("/write")
    address = begin(page)
    page.fill("#f-title", "Reef monitoring")
    told(page, "Saved at")
    assert stored(address).title == "Reef monitoring"
    page.fill("#f-title", "Reef monitoring in bays")
    page.check("input[name=support_types][value=training]")
    page.wait_for_timeout(2500)
    assert stored(address).answers["support_types"] == ["training"]
    assert stored(address).title == "Reef monitoring in bays"


def test_what_is_typed_without_a_connection_arrives_later(desk: Any) -> None:
    page = desk("/write")
    address = begin(page)
    page.context.set_offline(True)
    page.fill("#f-title", "Typed on the boat")
    told(page, "no connection")
    page.fill("#f-summary", "And more")
    page.context.set_offline(False)
    told(page, "Saved at")
    assert stored(address).answers == {"title": {"en": "Typed on the boat"}, "summary": {"en": "And more"}}


def test_what_never_arrived_is_offered_on_return(desk: Any) -> None:
    page = desk("/write")
    address = begin(page)
    page.fill("[id='f-places.find']", "Fiji")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    page.fill("#f-title", "Typed before the battery died")
    context = page.context
    page.close()
    assert stored(address).answers == {}
    context.set_offline(False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("[data-kept]").is_visible()
    page.click("[data-use]")
    assert page.input_value("#f-title") == "Typed before the battery died"
    told(page, "Saved at")
    assert stored(address).answers["places"] == ["FJI"]
    page.goto(address)
    assert not page.locator("[data-kept]").is_visible()


def test_what_arrived_is_not_offered_again(desk: Any) -> None:
    from landbridge.registry.models import WorkingCopy

    page = desk("/write")
    address = begin(page)
    page.fill("#f-title", "Typed here")
    with page.expect_navigation():
        page.click("button[value=next]")
    copy = stored(address)
    WorkingCopy.objects.filter(pk=copy.pk).update(
        answers={"title": {"en": "Changed on the phone"}}, saved=copy.saved + 1
    )
    page.goto(address)
    assert page.input_value("#f-title") == "Changed on the phone"
    assert not page.locator("[data-kept]").is_visible()


def test_two_windows_are_put_together(desk: Any) -> None:
    one = desk("/write")
    address = begin(one)
    two = one.context.new_page()
    two.goto(address)
    one.fill("#f-title", "From the first window")
    told(one, "Saved at")
    two.fill("#f-summary", "From the second window")
    told(two, "Saved at")
    assert stored(address).answers == {
        "title": {"en": "From the first window"}, "summary": {"en": "From the second window"},
    }  # fmt: skip
    two.fill("#f-title", "Two")
    told(two, "another window")
    assert stored(address).title == "From the first window"
    two.click("button[value=save]:not(.default)")
    two.wait_for_selector("fieldset.versus")
    assert not violations(two)
    two.check("input[value=mine]")
    two.click("main form .button")
    two.wait_for_selector("#write")
    assert stored(address).answers["title"] == {"en": "Two"}


def test_a_title_that_is_there_is_told_of_while_one_types(desk: Any) -> None:
    page = desk("/write")
    begin(page)
    page.locator("#f-title").press_sequentially("Reef monitoring with fishing villages")
    page.wait_for_selector("[data-alike-list] a[href='/records/reef-need']")
    assert not violations(page)


def test_one_more_row_without_a_new_page(desk: Any) -> None:
    page = desk("/write")
    address = begin(page)
    page.goto(f"{address}?section=people")
    page.fill("[id='f-contacts.0.name']", "One")
    page.click("button[value='add:contacts']")
    assert page.evaluate("document.activeElement.name") == "contacts.1.name"
    page.keyboard.type("Two")
    page.wait_for_timeout(2500)
    assert [one["name"] for one in stored(address).answers["contacts"]] == ["One", "Two"]
    assert not violations(page)


def test_a_session_that_ended_is_told_and_nothing_is_lost(desk: Any) -> None:
    from django.contrib.sessions.models import Session

    page = desk("/write")
    address = begin(page)
    Session.objects.all().delete()
    page.fill("#f-title", "Typed too late")
    told(page, "session has ended")
    page.click("button[value=save]:not(.default)")
    assert page.locator("main form input[name='title.en']").get_attribute("value") == "Typed too late"
    assert page.locator("a[target=_blank]").get_attribute("href").startswith("/account/login/")
    assert not violations(page)
    assert stored(address).title == ""


def test_nothing_is_refused_by_the_policy(desk: Any) -> None:
    page = desk("/write")
    address = begin(page)
    for path in ("", "?all=1", "?language=ar", "/finish", "/preview"):
        page.goto(address + path)
    assert not page.complaints
