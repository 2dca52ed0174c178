"""Records that mean harm, taken in by the loader: nothing they say acts on a page, in a feed or in a table."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.test import Client
from lxml import etree, html

from landbridge.formats.fields import Group, Line, Link, Organisation, Person, RichText, Text
from landbridge.formats.format import parts, questions
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES
from tests.hostile.looking import ask, look
from tests.web.reading import is_harmless

PAYLOADS = (
    "<script>alert(7)</script>", "\"'><img src=x onerror=alert(7)>", "<svg/onload=alert(7)>", "{{7*7}}{%debug%}",
    "<a href='javascript:alert(7)'>x</a><iframe srcdoc='<script>alert(7)</script>'>", "%(x)s %s {0} {x}",
    "]]><script>alert(7)</script><!--", "=HYPERLINK(\"http://evil.example\")", "&lt;script&gt;alert(7)&lt;/script&gt;",
    "<mark>peat</mark> <math><mtext><style><img src=x onerror=alert(7)></style>", "\u202eevil\u202c \u2066\u200f\u200b",
    "<p style='background:url(javascript:alert(7))' onclick=alert(7) id=q name=body>peat</p>",
)  # fmt: skip
LINKS = ("javascript:alert(7)", 'http://ok.example/?a="><script>', "data:text/html,<script>", "https://ok.example/%22")


def _answers(model: Any, payload: str, depth: int = 0) -> dict[str, Any]:
    """The payload in every question that takes words."""
    data: dict[str, Any] = {}
    for name, question in questions(model).items():
        is_list = "list[" in str(model.model_fields[name].annotation)
        value: Any = None
        if isinstance(question, Text):
            value = dict.fromkeys(LANGUAGES, f"Peat {payload}" if not isinstance(question, RichText) else payload * 2)
        elif isinstance(question, Line) and not question.pattern:
            value = [payload] if is_list else payload
        elif isinstance(question, Organisation):
            value = [{"name": payload, "role": payload}]
        elif isinstance(question, Person):
            value = [{"name": payload, "role": payload, "organisation": payload, "phone": payload[:60]}]
        elif isinstance(question, Link):
            value = [{"url": "https://ok.example/?a=1&b='x", "title": payload, "language": "en"}]
        elif isinstance(question, Group) and depth == 0:
            part = parts(model, name)
            value = _answers(part, payload, 1) if part is not None else None
            value = [value] if is_list and value else value
        if value:
            data[name] = value
    return data


def _lines() -> Iterator[dict[str, Any]]:
    for number, payload in enumerate(PAYLOADS):
        for name, model in FORMATS.items():
            data = {**_answers(model, payload), "places": ["FJI"]}
            yield {"format": name, "id": f"evil-{name}-{number}".replace("_", "."), "language": "en", "data": data}


def _loaded() -> list[str]:
    """Load every hostile record; where a question refuses its answer, load it without. The ids that got in."""
    from landbridge.registry import journal
    from landbridge.registry.loading import Line as Found
    from landbridge.registry.loading import Loader, Refused

    wanted = {line["id"]: line for line in _lines()}
    for _ in range(4):
        refused: list[Refused] = []
        Loader(on_refused=refused.append).load(Found(1, line) for line in wanted.values())
        for one in refused:
            assert one.record is not None
            for problem in one.problems:
                wanted[one.record]["data"].pop(problem.field.split(".")[0], None)
    journal.follow_to_end()
    assert not refused, refused[:3]
    return list(wanted)


@pytest.fixture
def evil(db: None, folder: Path, translations: None, no_figures: None) -> list[str]:
    return _loaded()


def harmless(text: str, where: str) -> Any:
    """The page as a tree in which nothing acts."""
    page = html.fromstring(text)
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag not in ("iframe", "object", "embed", "math", "style", "base", "img", "form[srcdoc]"), where
        for name, value in element.attrib.items():
            assert not name.startswith("on"), f"{where} {name}"
            assert name not in ("srcdoc", "style"), f"{where} {name}"
            plain = re.sub(r"[\s\x00-\x20]", "", value).lower()
            assert name != "formaction" or plain.startswith("/"), f"{where} {value}"
            if name in ("href", "src", "action", "formaction"):
                assert not plain.startswith(("javascript:", "data:", "vbscript:")), f"{where} {value}"
    assert all(is_harmless(script) for script in page.iter("script")), where
    assert not page.xpath("//svg[@onload]"), where
    assert "49" not in page.xpath("string(//h1)"), where
    doubled = [one for one in page.xpath("//@id") if page.xpath("count(//*[@id=$one])", one=one) > 1]
    assert not doubled, f"{where} {doubled}"
    return page


@pytest.mark.once  # What a page shows of a record does not depend on the database.
def test_no_page_of_a_hostile_record_acts(evil: list[str], stranger: Client) -> None:
    for number, name in enumerate(evil):
        rests = ("", "/history", "/revisions/1") if number % 7 == 0 else ("",)
        tag = LANGUAGES[number % 6]
        for rest in rests:
            status, text, headers = ask(stranger, f"/records/{name}{rest}?lang={tag}")
            assert status == 200
            assert "'unsafe" not in headers["Content-Security-Policy"]
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            harmless(text, name + rest)


PLACES = (
    "/", "/search", "/search?q=peat", "/search?q=peat&limit=100", "/search?sort=title&limit=100", "/match?need=peat",
    "/offer?offer=peat", "/match?record=evil-need-0", "/match?record=evil-need-8", "/parties/FJI", "/parties",
    "/new", "/vocabularies/countries/FJI", "/search?q=script+alert",
)  # fmt: skip


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_no_list_of_hostile_records_acts(evil: list[str], stranger: Client, tag: str) -> None:
    for place in PLACES:
        address = f"{place}{'&' if '?' in place else '?'}lang={tag}"
        status, text, headers = ask(stranger, address)
        assert status in (200, 302), address
        if status == 200:
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            harmless(text, address)


def test_other_outputs_hold_it_as_text(evil: list[str], stranger: Client) -> None:
    for address in ("/feed", "/search?q=peat&format=atom&limit=100"):
        feed = etree.fromstring(look(stranger, address).encode())
        assert len(feed.findall("{*}entry")) > 10
        assert not feed.findall(".//{*}script")
    table = list(csv.reader(io.StringIO(look(stranger, "/search?q=peat&format=csv&limit=100"))))
    assert len(table) > 50
    assert not [cell for row in table for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    for address in ("/search?q=peat&format=json", "/api/v1/search?q=peat&limit=100", "/api/v1/records?limit=100",
                    "/api/v1/records/evil-technology-0", "/records/evil-technology-0.json"):  # fmt: skip
        status, text, headers = ask(stranger, address)
        assert (status, headers["X-Content-Type-Options"]) == (200, "nosniff")
        assert headers["Content-Type"].startswith("application/json")
        assert orjson.loads(text)
    for hit in orjson.loads(look(stranger, "/api/v1/search?q=peat&limit=100"))["hits"]:
        bare = hit["snippet"].replace("<mark>", "").replace("</mark>", "")
        assert "<" not in bare
        assert ">" not in bare


def test_links_that_act_are_refused(db: None, folder: Path) -> None:
    from landbridge.formats.validate import InvalidRecord, validate

    for link in (
        LINKS[0],
        LINKS[1],
        LINKS[2],
        "JaVaScRiPt:alert(7)",
        "\x01javascript:alert(7)",
        "//evil.example",
        "/x",
    ):
        data = {"title": "x", "summary": "x", "links": [{"url": link}]}
        with pytest.raises(InvalidRecord):
            validate("technology", data, "en")


def test_words_without_end_do_not_stop_the_node(
    db: None, folder: Path, translations: None, no_figures: None, stranger: Client
) -> None:
    from tests.api.small import publish

    word = "peat" * 9_000
    texts = dict.fromkeys(LANGUAGES, word[:250])
    signs = {"zh": "湿" * 250, "ar": "\u0640" * 250, "ru": "Щ\u0301" * 100, "en": "\u0301" * 200 + "peat"}
    publish([
        {"id": "long", "format": "technology", "language": "en",
         "data": {"title": texts, "summary": word[:900], "description": word, "places": ["FJI"]}},
        {"id": "signs", "format": "technology", "language": "zh",
         "data": {"title": signs, "summary": signs, "description": {"zh": "湿" * 30_000, "en": "a" * 3_000 + " peat"}}},
    ])  # fmt: skip
    for address in ("/records/long", "/records/signs", "/search", f"/search?q={word[:1500]}", "/match?need=peat"):
        assert ask(stranger, address)[0] == 200
