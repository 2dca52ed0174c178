"""Feeds of any search, read by somebody else's reader of feeds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import orjson
import pytest
from django.test import Client
from lxml import etree

from landbridge.exchange.out.feeds import atom, jsonfeed, rss
from landbridge.exchange.out.feeds.entries import Author, Category, Entry, Feed, Said
from landbridge.lib.languages import LANGUAGES
from tests.api.small import HIDDEN

SHAPES = ("atom", "rss", "jsonfeed")
EVIL = "x\x0b\x00\ufffe\uffff]]>&<b title='\"'>\ud800 y"
SCRIPTS = ("رصد الشعاب", "Monitoring", "Vigilancia ñandú", "Suivi du récif", "Степи", "监测入侵植物")


def made(**more: Any) -> Feed:
    """A feed with an entry in each script, and one that means harm."""
    at = datetime(2026, 3, 3, 12, tzinfo=UTC)
    entries = [
        Entry(f"urn:landbridge:record:{tag}", f"https://node.example/records/{tag}?a=1&b=2", Said(tag, title),
              Said("en", "A < B"), at, at + timedelta(days=1), (Author("A & B", "https://node.example/records/org"),),
              (Category("need", "Need", "https://node.example/search"),),
              (Category("TK Attribution", scheme="https://localcontexts.org/label/tk-attribution/"),),
              "https://creativecommons.org/licenses/by/4.0/")
        for tag, title in zip(LANGUAGES, SCRIPTS, strict=True)
    ]  # fmt: skip
    evil = Entry("urn:landbridge:record:evil", "https://node.example/records/evil", Said("en", EVIL), Said("en", EVIL),
                 at, at, (Author(EVIL),), (Category(EVIL, EVIL, "https://x.example/"),))  # fmt: skip
    return Feed("https://node.example/feed", "https://node.example/feed?lang=en", "https://node.example/search",
                f"Node {EVIL}", "en", "Node", (*entries, evil), **more)  # fmt: skip


@pytest.mark.parametrize("write", [atom.atom, rss.rss])
def test_an_independent_reader_reads_every_script_and_no_harm(write: Any) -> None:
    document = write(made(next="https://node.example/feed?cursor=~2&lang=en"))
    read = feedparser.parse(document.encode())
    assert not read.bozo, read.get("bozo_exception")
    assert [entry.title for entry in read.entries[:6]] == list(SCRIPTS)
    assert {entry.id for entry in read.entries} >= {"urn:landbridge:record:zh", "urn:landbridge:record:evil"}
    first = read.entries[0]
    assert first.link == "https://node.example/records/ar?a=1&b=2"
    assert (first.published_parsed[:4], first.updated_parsed[:4]) == ((2026, 3, 3, 12), (2026, 3, 4, 12))
    assert first.author == "A & B"
    schemes = {tag["scheme"] for tag in first.tags}
    assert "https://localcontexts.org/label/tk-attribution/" in schemes
    assert "TK Attribution" in {tag["term"] for tag in first.tags}
    relations = {link["rel"]: link["href"] for link in read.feed.links}
    assert relations["self"] == "https://node.example/feed?lang=en"
    assert relations["next"].endswith("cursor=~2&lang=en")
    assert "<b" not in etree.fromstring(document.encode()).tag
    assert not etree.fromstring(document.encode()).findall(".//{*}b")


def test_the_languages_of_entries_stand_in_atom_and_rss() -> None:
    document = etree.fromstring(atom.atom(made()).encode())
    named = "{http://www.w3.org/XML/1998/namespace}lang"
    assert [one.get(named) for one in document.findall("{*}entry")[:6]] == list(LANGUAGES)
    assert {one.get(named) for one in document.findall("{*}entry/{*}summary")} == {"en"}
    channel = etree.fromstring(rss.rss(made()).encode()).find("channel")
    assert channel is not None
    assert channel.findtext("item/{http://purl.org/dc/elements/1.1/}language") == "ar"
    assert {guid.get("isPermaLink") for guid in channel.findall("item/guid")} == {"false"}


def test_json_feed_has_what_it_demands() -> None:
    feed = orjson.loads(jsonfeed.json_feed(made(next="https://node.example/2")))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["next_url"] == "https://node.example/2"
    for item in feed["items"][:6]:
        assert {"id", "url", "title", "content_text", "date_published", "date_modified", "language"} <= set(item)
        assert item["_landbridge"]["labels"][0]["url"].startswith("https://localcontexts.org/")


def test_all_shapes_tell_of_the_same_records_and_of_no_others(node: None, visitor: Client) -> None:
    told = {shape: visitor.get(f"/search?format={shape}&limit=100&lang=en") for shape in SHAPES}
    ids = {
        "atom": {entry.id for entry in feedparser.parse(told["atom"].content).entries},
        "rss": {entry.id for entry in feedparser.parse(told["rss"].content).entries},
        "jsonfeed": {item["id"] for item in orjson.loads(told["jsonfeed"].content)["items"]},
    }
    assert ids["atom"] == ids["rss"] == ids["jsonfeed"]
    assert {"urn:landbridge:record:reef-need", "urn:landbridge:record:satellite-zh"} <= ids["atom"]
    for answer in told.values():
        assert HIDDEN not in answer.content.decode()
        assert "retired-one" not in answer.content.decode()
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert not answer.cookies
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_what_is_kept_from_the_public_is_in_no_feed_of_those_who_may_read_it(node: None) -> None:
    """A feed is the same for everybody: its address may be passed on and its answer kept by any cache."""
    from tests.cast import assemble

    browser = Client(headers={"host": "localhost"})
    browser.force_login(assemble().henri.account)
    for address in ("/feed", "/search?format=rss&kept=1", "/search?format=ics&kept=1"):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert HIDDEN not in answer.content.decode()
        assert answer.headers["Cache-Control"] == "public, max-age=300"


def _items(visitor: Client, address: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while address:
        page = orjson.loads(visitor.get(address.removeprefix("http://127.0.0.1:8000")).content)
        items += page["items"]
        address = page.get("next_url", "")
    return items


def test_the_newest_change_comes_first_and_a_confirmation_is_none(
    node: None, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from landbridge.registry.actions import NODE, confirm
    from landbridge.registry.models import Record

    whole = _items(visitor, "/feed?format=jsonfeed")
    long_ago = datetime(2025, 1, 1, tzinfo=UTC)
    Record.objects.filter(pk="reef-need").update(published_at=long_ago)
    Record.objects.filter(pk="oasis-ar").update(published_at=datetime(2099, 1, 1, tzinfo=UTC))
    confirm(actor=NODE, record_id="reef-need")
    in_order = _items(visitor, "/feed?format=jsonfeed")
    assert in_order[0]["id"].endswith(":oasis-ar")
    assert in_order[-1]["id"].endswith(":reef-need")
    monkeypatch.setattr("landbridge.web.feeds.WINDOW", 4)
    paged = _items(visitor, "/feed?format=jsonfeed&limit=3")
    assert len(paged) == len(whole)
    assert {item["id"] for item in paged} == {item["id"] for item in whole}


def test_an_entry_is_as_new_as_its_publication(node: None, visitor: Client) -> None:
    from landbridge.registry.models import Change, Record

    at = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    Record.objects.filter(pk="reef-need").update(published_at=at, updated_at=at + timedelta(days=9))
    Change.objects.filter(record_id="reef-need").update(at=datetime(2026, 1, 1, tzinfo=UTC))
    (entry,) = feedparser.parse(visitor.get("/feed?q=reef&type=need").content).entries
    assert (entry.published, entry.updated) == ("2026-01-01T00:00:00Z", "2030-01-02T03:04:05Z")


def test_asking_again_costs_nothing(node: None, visitor: Client) -> None:
    for shape in ("atom", "rss", "jsonfeed", "ics"):
        first = visitor.get(f"/search?format={shape}&lang=fr")
        assert first.headers["Content-Language"] == "fr"
        again = visitor.get(f"/search?format={shape}&lang=fr", headers={"if-none-match": first.headers["ETag"]})
        assert again.status_code == 304
        if shape != "ics":
            since = {"if-modified-since": first.headers["Last-Modified"]}
            assert visitor.get(f"/search?format={shape}&lang=fr", headers=since).status_code == 304


def test_a_feed_asks_the_database_the_same_few_questions_for_any_length(
    node: None, visitor: Client, django_assert_max_num_queries: Any
) -> None:
    for limit in (1, 100):
        with django_assert_max_num_queries(6):
            visitor.get(f"/feed?limit={limit}")


def test_whoever_asks_for_no_name_is_not_named(node: None, visitor: Client) -> None:
    from landbridge.registry.models import Revision

    assert "Village council" in visitor.get("/feed?type=need").content.decode()
    revision = Revision.objects.get(record_id="reef-need")
    revision.data["anonymous"] = True
    revision.save()
    assert "Village council" not in visitor.get("/feed?type=need").content.decode()


def test_pages_lead_to_their_feeds(node: None, visitor: Client, see: Any) -> None:
    for page in ("/", "/search?q=reef", "/search?type=event"):
        links = see(page, accept_language="es").xpath("//head/link[@rel='alternate'][@type!='text/html']")
        assert links
        for link in links:
            answer = visitor.get(link.get("href"))
            assert answer.status_code == 200
            assert answer.headers["Content-Type"].startswith(link.get("type"))
            assert answer.headers["Content-Language"] == "es"
    assert see("/search?type=event").xpath("//a[starts-with(@href, 'webcal://')]")
    assert not see("/search?type=technology").xpath("//a[starts-with(@href, 'webcal://')]")


@pytest.mark.django_db
@pytest.mark.usefixtures("searchable")
def test_what_cannot_be_searched_is_no_feed(visitor: Client) -> None:
    for wrong in ("place=Atlantis", "sort=random", "cursor=x", "cursor=~x", "cursor=~999999", "cursor=%00~0", "trl=99"):
        for address in (f"/feed?{wrong}", f"/search?format=rss&{wrong}", f"/search?format=ics&{wrong}"):
            assert visitor.get(address).status_code in (200, 400), address
        assert visitor.get(f"/feed?{wrong}").status_code == 400, wrong


@pytest.mark.parametrize("tag", LANGUAGES)
def test_opensearch_leads_to_the_search(visitor: Client, tag: str) -> None:
    answer = visitor.get(f"/opensearch.xml?lang={tag}")
    assert answer.headers["Content-Type"].startswith("application/opensearchdescription+xml")
    spaces = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
    document = etree.fromstring(answer.content)
    templates = {url.get("type"): url.get("template") for url in document.findall("o:Url", spaces)}
    assert {"text/html", "application/atom+xml", "application/rss+xml"} <= set(templates)
    assert f"q={{searchTerms}}&lang={tag}" in templates["text/html"]
    for name, longest in (("ShortName", 16), ("LongName", 48), ("Description", 1024)):
        assert 0 < len(document.findtext(f"o:{name}", "", spaces)) <= longest
