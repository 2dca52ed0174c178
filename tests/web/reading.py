"""Reading a page in a test: it must be sound before anything else is asked of it."""

import re
from collections import Counter
from typing import Any

import orjson
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
    assert all(is_harmless(script) for script in page.iter("script"))
    doubled = [name for name, times in Counter(page.xpath("//@id")).items() if times > 1]
    assert not doubled, doubled
    return page


def is_harmless(script: Any) -> bool:
    """Whether a script is a file of ours, or data that no browser runs: JSON that nothing in it can end."""
    if script.get("type") == "application/ld+json":
        return isinstance(orjson.loads(script.text), dict) and not set("<>&") & set(script.text)
    return bool(script.get("src")) and not script.text


def words(page: Any, path: str = "//main") -> str:
    """The words of a part of the page."""
    return " ".join(" ".join(part.text_content() for part in page.xpath(path)).split())
