"""The frame around every page: language, appearance, policy, weight, small addresses."""

import gzip
from http.cookies import SimpleCookie
from typing import Any

import brotli
import pytest
from django.test import Client

from tests.web.reading import body_of, read_page

BUDGET = 60_000
"""Bytes over the wire on a first visit, with style and script."""
STYLE_BUDGET = 25_000


@pytest.mark.parametrize(
    ("address", "cookie", "accepted", "expected"),
    [
        ("/about", "", "", "en"), ("/about", "", "fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("/about", "", "de, zh-CN;q=0.5", "zh"),
        ("/about", "", "ru;q=0.2, ar;q=0.7", "ar"), ("/about", "es", "fr", "es"), ("/about?lang=ru", "es", "fr", "ru"),
        ("/about?lang=de", "", "fr", "fr"), ("/about", "xx", "", "en"), ("/about", "", "fr;q=broken, ,;q=0", "en"),
        ("/about", "", "fr;q=0, es", "es"),
    ],
)  # fmt: skip
def test_the_language_of_the_page(address: str, cookie: str, accepted: str, expected: str) -> None:
    client = Client(headers={"host": "localhost", "accept-language": accepted})
    if cookie:
        client.cookies = SimpleCookie({"language": cookie})
    answer = client.get(address)
    assert read_page(answer).get("lang") == expected
    assert answer.headers["Content-Language"] == expected
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))


def test_a_chosen_language_is_kept(visitor: Client) -> None:
    assert visitor.get("/about?lang=ar").cookies["language"].value == "ar"
    assert read_page(visitor.get("/help")).get("dir") == "rtl"


def test_dark_is_chosen_without_javascript(visitor: Client) -> None:
    answer = visitor.get("/appearance?theme=dark&back=/help")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/help")
    assert read_page(visitor.get("/help")).get("data-theme") == "dark"
    visitor.get("/appearance?theme=")
    assert read_page(visitor.get("/help")).get("data-theme") is None


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_the_way_back_stays_on_this_site(visitor: Client, back: str) -> None:
    assert visitor.get("/appearance", {"theme": "dark", "back": back}).headers["Location"] == "/"


def test_nothing_may_come_from_elsewhere(visitor: Client) -> None:
    headers = visitor.get("/about").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def _weight(client: Client, address: str) -> int:
    return len(client.get(address, headers={"accept-encoding": "gzip, br"}).content)


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize(
    "address",
    ["/", "/search?q=reef", "/match?need=monitor+reefs+in+Fiji", "/records/reef-need", "/parties", "/parties/FJI",
     "/vocabularies/technologies", "/vocabularies/countries", "/help"],
)  # fmt: skip
def test_a_first_visit_is_light(visitor: Client, see: Any, address: str) -> None:
    page = see(address)
    links = [*page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href"), *page.xpath("//script/@src")]
    assert sum(_weight(visitor, one) for one in (address, *links)) <= BUDGET


def test_style_and_script_are_small_compressed_and_kept(visitor: Client, see: Any) -> None:
    from landbridge.web.assets import FOLDER

    assert len((FOLDER / "landbridge.css").read_bytes()) <= STYLE_BUDGET
    assert len((FOLDER / "landbridge.js").read_bytes()) <= 6_000
    address = see("/about").xpath("//link[@rel='stylesheet']/@href")[0]
    plain = visitor.get(address)
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    packed = visitor.get(address, headers={"accept-encoding": "br"})
    assert (packed.headers["Content-Encoding"], brotli.decompress(packed.content)) == ("br", plain.content)
    zipped = visitor.get(address, headers={"accept-encoding": "gzip"})
    assert gzip.decompress(zipped.content) == plain.content
    assert visitor.get(address.replace("/assets/", "/assets/0")).headers["Cache-Control"] == "no-cache"
    assert visitor.get("/assets/0/settings.py").status_code == 404


def test_the_style_knows_no_left_and_right() -> None:
    from landbridge.web.assets import FOLDER

    style = (FOLDER / "landbridge.css").read_text(encoding="utf-8")
    for physical in ("margin-left", "margin-right", "padding-left", "padding-right", "text-align: left", "float:"):
        assert physical not in style


@pytest.mark.usefixtures("node")
def test_small_addresses(visitor: Client) -> None:
    assert body_of(visitor.get("/healthz")).startswith("ok")
    assert "Disallow: /search?" in body_of(visitor.get("/robots.txt"))
    assert visitor.get("/favicon.svg").headers["Content-Type"] == "image/svg+xml"


@pytest.mark.usefixtures("node")
def test_a_node_that_is_not_well_says_so(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from landbridge.web.views import small

    def broken() -> None:
        raise OSError

    monkeypatch.setattr(small, "index", broken)
    answer = visitor.get("/healthz")
    assert answer.status_code == 503


def test_our_own_failure_has_a_page_that_needs_nothing(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from landbridge.web import numbers

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(numbers, "kept", broken)
    visitor.raise_request_exception = False
    page = read_page(visitor.get("/"), 500)
    assert "It is our fault" in page.text_content()


def test_a_program_gets_a_problem_not_a_page(visitor: Client) -> None:
    answer = visitor.get("/api/v1/nothing-here")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
