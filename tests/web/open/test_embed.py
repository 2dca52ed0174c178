"""What other sites embed: without cookies, in the language that the site asks for, texts as texts."""

from typing import Any
from urllib.parse import quote

import orjson
import pytest
from django.test import Client
from lxml import html

from landbridge.lib.languages import LANGUAGES
from landbridge.web.assets import FOLDER
from tests.api.small import HIDDEN
from tests.web.reading import words

pytestmark = pytest.mark.once  # Its queries are those of feeds, which run on both databases.
OPEN = (
    "/embed/list.js", "/embed/match.js", "/embed/list.json?type=need", "/embed/match.json?need=reef+monitoring",
    "/embed/list.html", "/feed", "/search?format=ics", "/opensearch.xml", "/ogc/", "/ogc/collections/records/items",
)  # fmt: skip


def test_nothing_that_other_sites_read_looks_at_a_cookie_or_sets_one(node: None) -> None:
    for address in OPEN:
        joint = "&" if "?" in address else "?"
        plain = Client(headers={"host": "localhost"})
        known = Client(headers={"host": "localhost"})
        known.cookies["language"] = "ar"
        known.cookies["theme"] = "dark"
        for query in ("", f"{joint}lang=fr"):
            answer, again = plain.get(address + query), known.get(address + query)
            assert answer.status_code == 200, address
            assert answer.content == again.content, address
            assert not answer.cookies, address
            assert "Cookie" not in answer.headers.get("Vary", ""), address
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert "Access-Control-Allow-Credentials" not in answer.headers
            assert answer.headers["Cache-Control"].startswith("public, max-age=")
            assert "X-Content-Type-Options" in answer.headers


def test_the_script_is_small() -> None:
    body = (FOLDER / "embed.js").read_bytes()
    assert len(body) <= 6000
    for never in (b"innerHTML", b"outerHTML", b"insertAdjacentHTML", b"document.write", b"eval(", b"cookie=",
                  b"localStorage"):  # fmt: skip
        assert never not in body


def test_a_list_is_what_everybody_may_read_in_the_language_of_the_site(node: None, visitor: Client) -> None:
    told = orjson.loads(visitor.get("/embed/list.json?type=need&place=FJI&lang=ar&limit=3").content)
    assert (told["language"], told["direction"]) == ("ar", "rtl")
    (item,) = told["items"]
    assert (item["title"], item["language"], item["direction"]) == ("رصد الشعاب", "ar", "rtl")
    assert item["url"].endswith("/records/reef-need")
    assert told["more"].endswith("/search?type=need&place=FJI&lang=ar")
    everything = visitor.get("/embed/list.json?limit=20&kept=1").content.decode()
    assert HIDDEN not in everything
    assert "retired-one" not in everything
    hostile = orjson.loads(visitor.get("/embed/list.json?type=technology&q=attack").content)["items"][0]
    assert hostile["title"].startswith('Attack <script>alert("x")</script>'), "it is a text, and goes out as one"
    assert len(orjson.loads(visitor.get("/embed/list.json?limit=999").content)["items"]) <= 20
    assert visitor.get("/embed/list.json?place=Atlantis").status_code == 400
    assert visitor.get("/embed/list.html?sort=x").status_code == 400


def test_a_box_asks_first_and_then_gives_reasons(node: None, visitor: Client) -> None:
    box = orjson.loads(visitor.get("/embed/match.json?lang=en").content)
    assert box["title"] == "What do you need?"
    assert "items" not in box
    need = quote("We need training to monitor reefs in Fiji")
    told = orjson.loads(visitor.get(f"/embed/match.json?need={need}&lang=en").content)
    course = next(item for item in told["items"] if item["url"].endswith("/reef-course"))
    assert course["reasons"]
    assert HIDDEN not in str(told)
    assert not orjson.loads(visitor.get("/embed/match.json?need=zeppelin").content)["items"]


def test_a_fragment_is_plain_and_harmless(node: None, visitor: Client) -> None:
    piece = html.fragment_fromstring(visitor.get("/embed/list.html?limit=20&lang=fr").content.decode())
    assert (piece.tag, piece.get("lang")) == ("section", "fr")
    assert not piece.xpath(".//script|.//img|.//style")
    assert all(link.get("href").startswith("http") for link in piece.xpath(".//a"))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_lines_are_built_without_javascript(node: None, see: Any, tag: str) -> None:
    page = see(f"/embed?kind=list&type=need&place=FJI&tongue=fr&limit=10&q=%3Cb%3E&lang={tag}")
    assert page.get("lang") == tag
    (lines,) = page.xpath("//textarea[@id='lines']/text()")
    made = html.fromstring(f"<div>{lines}</div>")
    (element,) = made.xpath(".//div[@data-landbridge='list']")
    assert element.get("data-landbridge-type") == "need"
    assert element.get("data-landbridge-place") == "FJI"
    assert element.get("data-landbridge-q") == "<b>"
    assert element.get("data-landbridge-lang") == "fr"
    assert element.findtext("a").startswith("Besoins")
    assert element.find("a").get("href").endswith("&lang=fr")
    assert made.xpath(".//script/@src")[0].endswith("/embed/list.js")
    (preview,) = page.xpath("//main//div[@data-landbridge]")
    assert dict(element.attrib).items() <= dict(preview.attrib).items()
    box = see(f"/embed?kind=match&type=unicorn&place=x&limit=7&tongue=xx&lang={tag}")
    assert 'data-landbridge="match"' in words(box, "//textarea[@id='lines']")
    assert "unicorn" not in words(box, "//textarea[@id='lines']")
