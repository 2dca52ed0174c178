"""Notices, watches and the links in mails in a real browser: without JavaScript, on a phone, for everybody's eyes."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
MAILS = "/desk/notices/mails"


@pytest.fixture
def person(address: str, browse: Any) -> Callable[..., Any]:
    """Open a page as Sven, who has notices of several kinds and two watches."""
    # Inner imports: the settings are made ready after this file is read.
    from landbridge.parties.notices import tell
    from landbridge.search import watching
    from tests.cast import assemble
    from tests.web.working import signed_in

    sven = assemble().sven
    made, _ = watching.watch(sven.account, "search", "q=reef&type=offer")
    watching.watch(sven.account, "party", "FJI")
    told = {"watch": made.pk, "records": ["reef-course", "oasis-ar", "satellite-zh"], "count": 9}
    tell([sven.account.pk], "watch", "watch:1", "", told)
    tell([sven.account.pk], "confirm", "confirm:1", "reef-need", {"day": "2026-12-01"})
    tell([sven.account.pk], "endorsed", "endorsed:1", "drone-survey")
    cookie = signed_in(sven).cookies["sessionid"].value

    def open_page(path: str, **how: Any) -> Any:
        page = browse("/help", **how)
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        page.goto(path)
        return page

    return open_page


@pytest.fixture
def link(address: str) -> str:
    """The address of a link in a mail to the author of a record."""
    from datetime import timedelta

    from django.utils import timezone

    from landbridge.parties.links import new_link
    from landbridge.parties.models import Account
    from landbridge.registry.models import Record

    author = Account.objects.create_user("author@example.org")
    Record.objects.filter(pk="reef-need").update(author=author, confirm_by="2026-01-01")
    return f"/confirm/{new_link('confirm', author.pk, 'reef-need', timezone.now() + timedelta(days=9))}"


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("ar", True)])
def test_pages_are_accessible_and_fit_a_phone(person: Callable[..., Any], link: str, language: str, dark: bool) -> None:
    page = person("/desk/notices", language=language, dark=dark, width=360)
    for path in ("/desk/notices", MAILS, "/desk/watches", link, "/records/reef-need"):
        page.goto(path)
        found = Axe().run(page, options=RULES).response["violations"]
        assert not found, (path, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found])
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        small = page.evaluate(
            "[...document.querySelectorAll('main button, main select')].filter(one => one.offsetParent && "
            "one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"
        )
        assert small == [], path
    assert page.complaints == []


def test_everything_works_without_javascript(person: Callable[..., Any]) -> None:
    page = person("/search?q=mangrove", scripts=False)
    page.get_by_role("button", name="Watch this search").click()
    assert page.url.endswith("/desk/watches")
    first = page.locator("li", has_text="mangrove").first
    first.locator("summary").click()
    first.get_by_role("button", name="Take away").click()
    assert page.locator("li", has_text="mangrove").count() == 0
    page.get_by_role("button", name="Bring it back").click()
    assert page.locator("li", has_text="mangrove").count() == 1
    page.goto("/desk/notices")
    page.locator("li", has_text="drone").get_by_role("button").click()
    assert page.locator("li.new").count() == 2
    page.get_by_role("button", name="Mark all as read").click()
    assert page.locator("li.new").count() == 0
    page.goto(MAILS)
    page.select_option("#way-match", "weekly")
    page.get_by_role("button", name="Keep these choices").click()
    assert page.locator("#way-match").input_value() == "weekly"


def test_a_link_in_a_mail_takes_one_press_of_a_button_and_no_account(browse: Any, link: str) -> None:
    page = browse("/records/reef-need", scripts=False, width=360)
    assert page.locator(".badge.overdue").count() == 1
    page.goto(link)
    page.get_by_role("button", name="Yes, it is still true").click()
    assert page.locator("h1").inner_text() == "Thank you"
    page.get_by_role("link", name="See the record").click()
    assert page.locator(".badge.overdue").count() == 0
    page.goto(link)
    assert page.locator("h1").inner_text() == "This link does nothing any more"
