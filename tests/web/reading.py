"""Reading a page in a test: it must be sound before anything else is asked of it."""

import re
from collections import Counter
from typing import Any

from django.http.response import HttpResponseBase
from lxml import html

_INLINE = re.compile(r"^on[a-z]+$|^style$")


def body_of(response: HttpResponseBase) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


def read_page(response: HttpResponseBase, status: int = 200) -> Any:
    """The page as a tree. It must have its status, a strict policy, one title, and nothing inline."""
    text = body_of(response)
    assert response.status_code == status, text[:500]
    assert "'unsafe" not in response.headers["Content-Security-Policy"]
    page = html.fromstring(text)
    assert len(page.findall(".//h1")) == 1
    assert page.findtext(".//title")
    for element in page.iter():
        assert not [name for name in element.attrib if _INLINE.match(name)], html.tostring(element)[:200]
    assert all(script.get("src") and not script.text for script in page.findall(".//script"))
    doubled = [name for name, times in Counter(page.xpath("//@id")).items() if times > 1]
    assert not doubled, doubled
    return page


def words(page: Any, path: str = "//main") -> str:
    """The words of a part of the page."""
    return " ".join(" ".join(part.text_content() for part in page.xpath(path)).split())
