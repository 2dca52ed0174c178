"""Nonsense at every address: whatever is asked, a page or a problem answers, and nothing that was sent can act."""

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from tests.hostile.looking import ask
from tests.web.reading import is_harmless

PAGES = (
    "/", "/search", "/match", "/offer", "/new", "/feed", "/technologies", "/records/mangrove-nursery",
    "/records/mangrove-nursery/history", "/records/mangrove-nursery/revisions/1", "/organisations/reef-institute",
    "/parties", "/parties/FJI", "/vocabularies", "/vocabularies/ecosystems", "/vocabularies/ecosystems/coral-reef",
    "/about", "/about/permissions", "/help", "/appearance", "/healthz", "/robots.txt", "/favicon.svg", "/nothing",
    "/api/v1/", "/api/v1/search", "/api/v1/records", "/api/v1/match", "/api/v1/vocabularies/ecosystems",
    "/api/v1/docs", "/api/v1/schemas", "/api/v1/records/mangrove-nursery",
)  # fmt: skip
NAMES = (
    "q", "type", "place", "support", "theme", "ecosystem", "target", "ip", "trl", "language", "freshness", "sort",
    "limit", "cursor", "format", "lang", "in", "need", "offer", "record", "without", "theme", "back",
)  # fmt: skip
SCRIPT = "\"'><script>alert(7)</script><img src=x onerror=alert(7)>"
SOME = (
    "/", "/search", "/match", "/records/mangrove-nursery", "/appearance", "/favicon.svg", "/nothing", "/api/v1/match",
    "/api/v1/records/mangrove-nursery",
)  # fmt: skip
"""One for each way in which pages are made."""
VALUES = (
    "%00", "a%00b", "%ed%a0%80", "%ff%fe", "%E5" * 700, "-1", "%C2%B2", "9" * 400, "1e999", "..%2F..%2Fetc%2Fpasswd",
    "..%5C..%5C", "%0d%0aSet-Cookie:%20a=b", "%2F%2Fevil.example", "javascript:alert(7)", "%E2%80%AE%E2%81%A6",
    "((((((((((", "%22%22%22", "AND%20OR%20NOT", "b" + "A" * 60, "bzE", "bzk5OTk", "json", "atom", "csv", "x" * 9000,
    quote(SCRIPT), "mangrove-need", "%F0%9F%98%80",
)  # fmt: skip
HEADERS: tuple[dict[str, str], ...] = (
    {"host": "evil.example"}, {"host": "localhost:99999999"}, {"host": "[::"}, {"host": ""},
    {"host": "localhost/<script>"}, {"cookie": "language=" + "x" * 4000 + "; theme=<script>"},
    {"cookie": 'language="\\377"; =; ;'}, {"accept-language": "nan;q=nan, en;q=inf, fr;q=1e999, *;q=-1"},
    {"accept-language": "zh-" + "x-" * 2000}, {"accept": "\xff/x;q=x"}, {"accept": "text/turtle;q=,"},
    {"if-none-match": '"\xff", W/'}, {"if-modified-since": "Thu, 99 Foo 9999999 00:00:00 GMT"},
    {"accept-encoding": "br;q=0,\xff"}, {"range": "bytes=9-1"}, {"x-forwarded-host": "evil.example"},
    {"x-forwarded-proto": "https"}, {"referer": "javascript:alert(7)"}, {"user-agent": SCRIPT},
    {"content-type": "text/plain; charset=hex"}, {"content-type": "text/plain; charset=idna"},
    {"content-type": "text/plain; charset=utf-7"}, {"content-length": "nonsense"}, {"content-length": "-5"},
)  # fmt: skip
BODIES = (
    ("application/x-www-form-urlencoded", b"need=%00&record=\xff"),
    ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
    ("multipart/form-data", b""), ("application/json", b"[" * 100_000), ("application/json", b'"\\ud800"'),
    ("application/x-www-form-urlencoded; charset=hex", b"need=x"), ("text/html", b"<script>alert(7)</script>"),
    ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(2_500))),
    ("application/x-www-form-urlencoded", b"need=" + b"x" * 3_000_000),
)  # fmt: skip
METHODS = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "NONSENSE")


@pytest.fixture(autouse=True)
def quiet(visited: None) -> Iterator[None]:
    """Refusals are logged by the thousand; a failure shows as a status."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def sound(answer: tuple[int, str, Any], asked: str) -> None:
    """An answer that is none of our failures, protects its reader, and does nothing that was sent."""
    status, text, headers = answer
    assert status < 500, asked
    assert "Content-Security-Policy" in headers, asked
    assert "\n" not in headers.get("Location", ""), asked
    assert not headers.get("Location", "/").startswith(("//", "http", "javascript")), asked
    if not headers.get("Content-Type", "").startswith("text/html") or not text:
        return
    page = html.fromstring(text)
    assert not page.xpath("//img[@onerror] | //@onerror"), asked
    assert all(map(is_harmless, page.xpath("//script"))), asked
    assert not [link for link in page.xpath("//@href | //@src | //@action") if link.strip().startswith("javascript")]
    assert "alert(7)" not in "".join(page.xpath("//script/text()")), asked


@pytest.mark.parametrize("path", PAGES)
def test_no_parameter_is_too_odd(stranger: Client, path: str) -> None:
    for number, value in enumerate(VALUES if path in SOME else VALUES[PAGES.index(path) % 3 :: 3]):
        query = "&".join(f"{name}={value}" for name in NAMES[number % 3 :: 3])
        sound(ask(stranger, path, QUERY_STRING=query), f"{path}?{query[:80]}")
    sound(ask(stranger, path, QUERY_STRING="q=a&q=b&q=%00&limit=&limit=2&sort=&sort=x"), path)


@pytest.mark.parametrize("path", SOME)
def test_no_header_and_no_method_is_too_odd(stranger: Client, path: str) -> None:
    for headers in HEADERS:
        sound(ask(stranger, path, headers=headers), f"{path} {headers}")
    for method in METHODS:
        for kind, body in BODIES if path.endswith("/match") else BODIES[:2]:
            sound(ask(stranger, path, method, data=body, content_type=kind), f"{method} {path} {kind} {body[:9]!r}")


@pytest.mark.parametrize("path", ["/", "/search", "/nothing", "/healthz"])
def test_too_many_parameters_are_refused(stranger: Client, path: str) -> None:
    query = "&".join(f"type=a{number}" for number in range(2_500))
    sound(ask(stranger, path, QUERY_STRING=query), path)


@pytest.mark.parametrize("path", ["/api/v1/search", "/api/v1/records"])
def test_too_many_parameters_are_refused_by_the_api(stranger: Client, path: str) -> None:
    query = "&".join(f"type=a{number}" for number in range(2_500))
    sound(ask(stranger, path, QUERY_STRING=query), path)


PLACES = (
    "/records/{}", "/records/{}.json", "/records/{}/history", "/records/{}/revisions/1", "/records/x/revisions/{}",
    "/organisations/{}", "/parties/{}", "/vocabularies/{}", "/vocabularies/ecosystems/{}", "/assets/{}/landbridge.css",
    "/assets/x/{}", "/{}", "/static/{}", "/api/v1/{}", "/api/v1/records/{}", "/api/v1/vocabularies/{}",
    "/api/v1/vocabularies/ecosystems/{}", "/api/v1/schemas/{}",
)  # fmt: skip
STEPS = (
    "..%2F..%2Fsettings.py", "..", "%2e%2e", "..%5C..%5Csettings.py", "%00", "a%00b", "%0d%0aX:%20y", "%ed%a0%80",
    "%ff", "x" * 8_000, "%E2%80%AE", quote(SCRIPT, safe=""), "-1", "9" * 5_000, "lexicon", "lexicon%2Fgeneral",
    "countries.tsv", ".", "~", "con", "%F0%9F%98%80", "%252e%252e%252f", "{{7*7}}", "%25s%25(x)s",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_name_leads_anywhere_else(stranger: Client, place: str) -> None:
    for step in STEPS[PLACES.index(place) % 2 :: 2]:
        answer = ask(stranger, place.format(step).replace("{{", "{").replace("}}", "}"))
        sound(answer, place.format(step[:60]))
        assert "SECRET_KEY" not in answer[1]
        assert "Traceback" not in answer[1]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(PAGES),
    st.lists(st.tuples(st.sampled_from(NAMES), st.one_of(st.text(max_size=30), st.sampled_from(VALUES))), max_size=6),
)
def test_whatever_is_asked_is_answered(stranger: Client, path: str, pairs: list[tuple[str, str]]) -> None:
    query = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in pairs)
    sound(ask(stranger, path, QUERY_STRING=query), f"{path}?{query}")
