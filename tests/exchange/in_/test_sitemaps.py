"""Sitemaps and robots.txt of strangers: walked, obeyed, gone on with, and never followed without an end."""

import gzip
import time
from typing import Any

import pytest

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint
from landbridge.exchange.in_.sources import schema_org, sitemaps
from landbridge.exchange.in_.sources.robots import robots
from landbridge.exchange.in_.sources.schema_org import SchemaOrg
from landbridge.lib.doors.fetch import TooMuch
from landbridge.lib.doors.http import Failed
from landbridge.lib.xml import BadXml
from tests.exchange.in_.asking import NOW, Answer, Server
from tests.exchange.in_.sites import DATASET, SITE, XML, dated, found, html, index, last, read, urlset


def test_an_index_of_indexes_gzip_and_lists() -> None:
    packed = gzip.compress(urlset("/d/1")[1])
    pages = {
        "/sitemap.xml": index("/second.xml", "/sitemap.xml", "/gone.xml"),
        "/second.xml": index("/a.xml.gz", "/list.txt"),
        "/a.xml.gz": (200, packed, {"content-type": "application/gzip"}),
        "/list.txt": (200, f"{SITE}/d/2\n".encode(), {"content-type": "text/plain"}),
        "/d/1": html(DATASET),
        "/d/2": html({**DATASET, "@id": f"{SITE}/d/2"}),
    }
    said = read(pages)
    keys = [one.key for one in found(said) if one.record]
    assert sorted(keys) == [f"{SITE}/d/1", f"{SITE}/d/2"]
    assert [one.key for one in found(said) if one.problem] == [f"{SITE}/gone.xml"]
    assert not last(said).done, "a map that did not answer may have named things that are still there"
    assert last(read({**pages, "/sitemap.xml": index("/second.xml")})).done


def test_robots_name_the_sitemap_and_are_obeyed() -> None:
    rules = (
        b"User-agent: *\nDisallow: /secret\n\nUser-agent: Landbridge\nDisallow: /d/2*\nSitemap: "
        + SITE.encode()
        + b"/s.xml"
    )
    pages = {
        "/robots.txt": (200, rules, {"content-type": "text/plain"}),
        "/s.xml": urlset("/d/1", "/d/22", "/secret"),
        "/d/1": html(DATASET),
        "/secret": html(),
    }
    server = Server({f"{SITE}{path}": answer for path, answer in pages.items()})
    said = found(read({}, "/robots.txt", server=server))
    assert [one.key for one in said if one.record] == [f"{SITE}/d/1"]
    assert "1 pages were not read: robots.txt" in said[-1].problem and f"{SITE}/d/22" not in server.asked
    with pytest.raises(BadSource, match="names no sitemap"):
        read({"/robots.txt": (200, b"User-agent: *", {})}, "/robots.txt")
    with pytest.raises(BadSource, match="cannot be read"):
        read({"/robots.txt": (503, b"", {}), "/sitemap.xml": urlset("/d/1")})


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("Disallow: /a\nAllow: /a/b", "/a/c", False),
        ("Disallow:", "/a", True),
        ("Disallow: /*.pdf$", "/x/y.pdf", False),
        ("Disallow: /*.pdf$", "/x/y.pdf?a", True),
        ("Disallow: /", "/", False),
        ("Disallow: /f%6Fo", "/foo", False),
        ("Disallow: /a$", "/a", False),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /a*b*c", "/axxbxxd", True),
        ("Disallow: /a*b*c", "/axxbxxc", False),
        ("Disallow: *", "/x", False),
    ],
)
def test_rules_of_robots(rules: str, path: str, allowed: bool) -> None:
    assert robots(f"User-agent: *\n{rules}".encode()).allows(SITE + path) is allowed


def test_hostile_robots_cost_no_time() -> None:
    began = time.monotonic()
    made = robots(
        b"User-agent: *\nCrawl-delay: 99999\nDisallow: /" + b"*a" * 200_000 + b"\n" + b"Disallow: /x*y\n" * 20_000
    )
    assert made.allows(f"{SITE}/{'a' * 5000}b") and made.delay == 60
    assert time.monotonic() - began < 3


def test_the_next_run_asks_only_for_what_changed() -> None:
    pages = {
        "/sitemap.xml": index(dated("/new.xml", "2026-05-20", "sitemap"), dated("/old.xml", "2026-01-01", "sitemap")),
        "/new.xml": urlset(dated("/d/1", "2026-05-20T10:00:00Z"), dated("/d/2", "2026-03-01"), "/d/3"),
        "/old.xml": urlset("/d/4"),
        **{f"/d/{n}": html({**DATASET, "@id": f"{SITE}/d/{n}"}) for n in range(1, 5)},
    }
    first = read(pages)
    assert len(found(first)) == 4 and last(first).done and last(first).state["since"].startswith("2026-06-01")
    since = {"since": "2026-05-15T00:00:00+00:00", "whole_at": "2026-05-15T00:00:00+00:00"}
    second = read(pages, state=since)
    assert [one.key for one in found(second)] == [f"{SITE}/d/1", f"{SITE}/d/3"]
    assert not last(second).done and last(second).state["whole_at"] == since["whole_at"]
    again = read(pages, state={**since, "whole_at": "2026-01-01T00:00:00+00:00"})
    assert len(found(again)) == 4 and last(again).done, "after thirty days all is read, so that what is gone is noticed"


def test_a_busy_site_is_left_alone_and_gone_on_with() -> None:
    answers = {f"{SITE}/d/{n}": html({**DATASET, "@id": f"{SITE}/d/{n}"}) for n in range(1, 4)}
    server = Server(
        {
            f"{SITE}/sitemap.xml": urlset("/d/1", "/d/2", "/d/3"),
            **answers,
            f"{SITE}/d/2": (429, b"", {"retry-after": "120"}),
        }
    )
    said: list[Any] = []
    with pytest.raises(BadSource, match="come back after 120 seconds"):
        said.extend(SchemaOrg().read(Ask(f"{SITE}/sitemap.xml", {"pause": 0}, {}, server.get, now=NOW)))
    for one in SchemaOrg().read(Ask(f"{SITE}/sitemap.xml", {"pause": 0}, {}, server.get, now=NOW)):
        said.append(one)
        if isinstance(one, Checkpoint):
            break
    assert said[-1].state["page"] == 1 and not said[-1].done
    server.pages = {**server.pages, f"{SITE}/d/2": answers[f"{SITE}/d/2"]}
    onward = read({}, server=server, state=said[-1].state)
    assert [one.key for one in found(onward)] == [f"{SITE}/d/2", f"{SITE}/d/3"] and last(onward).done
    vanished = read({}, server=server, state={**said[-1].state, "map": f"{SITE}/other.xml"})
    assert len(found(vanished)) == 3, "the map where it stopped is gone: from the start"


def test_pages_elsewhere_gone_and_broken() -> None:
    pages: dict[str, Any] = {
        "/sitemap.xml": urlset("/d/1", "/gone", "/broken", "<url><loc>https://other.example/x</loc></url>"),
        "/d/1": html(DATASET),
        "/gone": (410, b"", {}),
        "/broken": (500, b"", {}),
    }
    said = read(pages)
    one, gone, broken, elsewhere = found(said)
    assert one.record and gone.gone and "status 500" in broken.problem and "other hosts" in elsewhere.problem
    assert not last(said).done
    allowed = Server(
        {
            **{f"{SITE}{path}": answer for path, answer in pages.items()},
            "https://other.example/x": html({**DATASET, "@id": "https://other.example/x"}),
        }
    )
    assert len([one for one in found(read({}, server=allowed, elsewhere=True)) if one.record]) == 2
    assert [one.key for one in found(read(pages, only="/d/"))] == [f"{SITE}/d/1"]


def test_a_page_that_is_too_long_does_not_keep_the_rest_from_being_whole() -> None:
    def long(url: str) -> Answer:
        raise TooMuch("The answer is longer than 8 MB.")

    said = read({"/sitemap.xml": urlset("/long", "/d/1"), "/long": long, "/d/1": html(DATASET)})
    assert [one.problem for one in found(said)] == ["The answer is longer than 8 MB.", ""] and last(said).done


def test_a_site_that_is_down_ends_the_run() -> None:
    def down(url: str) -> Answer:
        raise Failed("No answer in time.")

    pages = {"/sitemap.xml": urlset(*(f"/d/{n}" for n in range(30))), "/d/": down}
    with pytest.raises(BadSource, match="10 pages in a row"):
        read(pages)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'<!DOCTYPE urlset [<!ENTITY a "b">]><urlset><url><loc>&a;</loc></url></urlset>', "entities"),
        (b"<urlset>" + b"<url><loc>https://reef.example/x</loc></url>" * 50_001 + b"</urlset>", "50,000"),
        (b"<rss/>", "no sitemap"),
        (b"<urlset><url>", "well-formed"),
        (b"\x1f\x8b broken", "damaged"),
        (gzip.compress(b"<urlset>" + b" " * 61_000_000), "60 MB"),
        (b"<urlset/>", "None of 0 pages"),
        (b"", "no list|empty"),
    ],
    ids=["entities", "many", "rss", "cut", "damaged", "bomb", "none", "empty"],
)
def test_bad_sitemaps_end_in_one_line(body: bytes, problem: str) -> None:
    with pytest.raises((BadSource, BadXml), match=problem):
        read({"/sitemap.xml": (200, body, XML)})


def test_endless_sitemaps_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MOST_MAPS", 20)
    names = iter(range(10_000))
    wide = index(*(f"/m/{n}.xml" for n in range(50)))
    said = found(read({"/sitemap.xml": wide, "/m/": urlset("/d/1"), "/d/1": html(DATASET)}))
    assert "more than 20 sitemaps" in said[-1].problem
    deep = found(
        read(
            {
                "/sitemap.xml": index("/m/x.xml", "/s.xml"),
                "/m/": lambda url: index(f"/m/{next(names)}.xml"),
                "/s.xml": urlset("/d/1"),
                "/d/1": html(DATASET),
            }
        )
    )
    assert any("maps deep" in one.problem for one in deep) and len(deep) == 2


def test_the_pause_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(schema_org.time, "sleep", slept.append)
    rules = (200, b"User-agent: *\nCrawl-delay: 7", {})
    read({"/sitemap.xml": urlset("/d/1", "/d/2"), "/robots.txt": rules, "/d/1": html(DATASET), "/d/2": html()}, pause=2)
    assert len(slept) == 1 and 6 < slept[0] <= 7
