"""A line that breaks in the middle of the page that answers a save: half a form is no form."""

from typing import Any
from urllib.parse import urlsplit

from tests.browser.line import bad_line
from tests.browser.writing import begin, desk, people, stored, told

__all__ = ["desk", "people"]
FIRST = 7_000
"""So many bytes come, of about twice as many: the first questions, and the terms of the last of them not."""


def test_half_a_form_is_not_sent_and_comes_again(desk: Any, address: str) -> None:
    node = urlsplit(address)
    with bad_line(str(node.hostname), int(node.port or 0), bits=1e8, delay=0.0, lost=1e-9) as line:
        page = desk("/healthz")
        form = begin(page, line.address)
        page.fill("#f-title", "Typed before the line broke")
        page.check("input[name=support_types][value=training]")
        line.left = FIRST
        page.click("button[value=save]:not(.default)", no_wait_after=True)
        page.wait_for_selector("html:not(:has([name=_end])) #f-summary")
        page.fill("#f-summary", "Typed into the half")
        told(page, "no connection")
        assert page.locator("#write[inert] #f-title").count() == 1, "the page was to be cut within the form"
        assert page.locator("[name=_end]").count() == 0
        saved = stored(form).answers
        line.mend()
        page.wait_for_selector("#write [name=_end]", state="attached")
        assert page.input_value("#f-title") == "Typed before the line broke"
        page.click("[data-use]")
        assert page.input_value("#f-summary") == "Typed into the half"
    assert saved == stored(form).answers
    assert (saved["title"], saved["support_types"]) == ({"en": "Typed before the line broke"}, ["training"])
