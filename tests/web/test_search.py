"""Search pages: every state an address, every address a page."""

import csv
import io
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.reading import body_of, read_page, words

pytestmark = pytest.mark.usefixtures("searchable")


def test_results_carry_what_makes_one_open_them(see: Any) -> None:
    page = see("/search?q=mangrove")
    hit = page.xpath("//article[@class='hit'][.//a[@href='/records/mangrove-nursery']]")[0]
    text = " ".join(hit.text_content().split())
    assert "Technology" in text
    assert "Kenya" in text
    assert "Confirmed June 2026" in text
    assert hit.xpath(".//mark")


def test_filters_are_counted_chosen_and_taken_away(see: Any) -> None:
    page = see("/search?q=mangrove")
    link = page.xpath("//div[@class='facets']//a[contains(@href, 'type=technology')]")[0]
    narrowed = see(link.get("href"))
    assert words(narrowed, "//p[@role='status']").startswith(link.xpath(".//span[@class='n']")[0].text_content())
    (chosen,) = narrowed.xpath("//div[@class='chosen']//a")
    assert chosen.get("href") == "/search?q=mangrove"


def test_a_region_finds_its_countries(see: Any) -> None:
    assert see("/search?place=002").xpath("//a[@href='/records/mangrove-nursery']")
    assert see("/search?place=Kenya").xpath("//a[@href='/records/mangrove-nursery']")


def test_a_translation_names_its_original(see: Any) -> None:
    page = see("/search?q=récif", accept_language="fr")
    assert "Langue d’origine : anglais" in words(page)


def test_nothing_found_says_what_to_do(see: Any) -> None:
    page = see("/search?q=qqqqxxxx&type=event")
    assert page.xpath("//div[@class='empty']//a[@href='/match?need=qqqqxxxx']")
    assert page.xpath("//input[@name='q']/@value") == ["qqqqxxxx"]


def test_a_misspelt_word_is_mended(see: Any) -> None:
    page = see("/search?q=mangroev")
    assert page.xpath("//p[@class='suggestion']/a/text()") == ["mangrove"]


@pytest.mark.parametrize("refused", ["place=Atlantis", "ecosystem=nowhere", "sort=random", "cursor=x", "trl=99"])
def test_what_cannot_be_searched_is_named_and_kept(see: Any, refused: str) -> None:
    page = see(f"/search?q=mangrove&{refused}", 400)
    assert page.xpath("//input[@name='q']/@value") == ["mangrove"]
    assert page.xpath("//div[@role='alert']//a[starts-with(@href, '/search?q=mangrove')]")


def test_pages_follow_each_other(see: Any) -> None:
    first = see("/search?limit=3")
    second = see(first.xpath("//a[@rel='next']/@href")[0])
    ids = [page.xpath("//article//h2/a/@href") for page in (first, second)]
    assert len(ids[0]) == 3
    assert not set(ids[0]) & set(ids[1])
    assert second.xpath("//a[@rel='prev']")


def test_results_as_data(visitor: Client) -> None:
    told = orjson.loads(visitor.get("/search?q=mangrove&format=json").content)
    assert set(told) == {"total", "hits", "facets", "next"}
    assert told["total"] == len(told["hits"])
    table = visitor.get("/search?format=csv&limit=100")
    rows = list(csv.DictReader(io.StringIO(body_of(table).removeprefix("\ufeff"))))
    assert {"mangrove-nursery", "reef-need"} <= {row["id"] for row in rows}
    assert all(not cell.startswith("=") for row in rows for cell in row.values())


def test_lists_are_searches(visitor: Client) -> None:
    assert visitor.get("/technologies?q=reef").headers["Location"] == "/search?type=technology&q=reef"
    assert visitor.get("/new").headers["Location"] == "/search?sort=newest"


_NAMES = (
    "q",
    "type",
    "place",
    "support",
    "theme",
    "trl",
    "language",
    "freshness",
    "sort",
    "limit",
    "cursor",
    "format",
    "lang",
)
_HOSTILE = st.text(max_size=40) | st.sampled_from(
    [
        "\x00",
        "'",
        '"',
        "\ud7ff",
        "%",
        "<b>",
        "../..",
        "9" * 30,
        "-1",
        "{{ 1 }}",
        "النباتات",
        "入侵",
        "*",
        "AND OR NOT",
        "(" * 20,
    ]
)


@pytest.mark.django_db
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(st.sampled_from(_NAMES), _HOSTILE), max_size=5))
def test_no_parameter_breaks_the_search(visitor: Client, pairs: list[tuple[str, str]]) -> None:
    for path in ("/search", "/feed", "/search?format=ics"):
        assert visitor.get(f"{path}{'&' if '?' in path else '?'}{urlencode(pairs)}").status_code in (200, 400)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_HOSTILE, without=_HOSTILE, place=_HOSTILE, kind=_HOSTILE)
def test_no_parameter_breaks_the_matches(visitor: Client, text: str, without: str, place: str, kind: str) -> None:
    given_to = {"need": text, "offer": text, "without": without, "place": place, "type": kind}
    for path in ("/match", "/offer"):
        read_page(visitor.get(path, given_to))
        read_page(visitor.post(path, given_to))


@pytest.mark.parametrize(
    "path", ["/parties", "/vocabularies", "/vocabularies/technologies", "/appearance", "/records/%00"]
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_HOSTILE)
def test_no_parameter_breaks_a_page(visitor: Client, path: str, text: str) -> None:
    given_to = {"q": text, "theme": text, "back": text, "in": text, "lang": text}
    assert visitor.get(path, given_to).status_code < 500


@pytest.mark.django_db
def test_what_is_not_public_stands_beside_a_search_for_those_who_may_read_it(engine: Any, translations: None) -> None:
    from landbridge.registry.actions import draft, publish
    from landbridge.registry.models import Change
    from landbridge.registry.queries import states
    from landbridge.search.follower import SearchFollower
    from tests.cast import assemble

    cast = assemble()
    for number in range(4):
        data = {"title": f"Quokka survey {number}", "summary": "Counting them at night."}
        record = draft(actor=cast.losa.actor, format="need", owner="FJI", visibility="private", data=data)
        publish(actor=cast.losa.actor, record_id=record.id)
    changes = list(Change.objects.order_by("serial"))
    SearchFollower().apply(changes, states({change.record_id for change in changes}))
    losa, sven = Client(headers={"host": "localhost"}), Client(headers={"host": "localhost"})
    losa.force_login(cast.losa.account)
    sven.force_login(cast.sven.account)
    beside = losa.get("/search?q=quokka").content.decode()
    assert "4 records that are not public" in beside
    assert beside.count("Quokka survey") == 3, "the first of them, with the way to the others"
    assert losa.get("/search?q=quokka&kept=1").content.decode().count('class="hit') >= 4
    for visitor in (sven, Client(headers={"host": "localhost"})):
        for address in ("/search?q=quokka", "/search?q=quokka&kept=1", "/search?q=quokka&kept=1&format=json"):
            assert "Quokka survey" not in visitor.get(address).content.decode()


@pytest.mark.django_db
def test_matches_that_are_not_public_stand_apart_for_those_who_may_read_them(engine: Any, translations: None) -> None:
    from landbridge.registry.actions import draft, publish
    from landbridge.registry.models import Change, Record
    from landbridge.registry.queries import states
    from landbridge.search.follower import SearchFollower
    from tests.cast import assemble

    cast = assemble()
    said = {"title": "Camera traps for snow leopards", "summary": "Cameras that count snow leopards in the mountains."}
    for visibility, format in (("public", "offer"), ("private", "offer"), ("private", "need")):
        record = draft(actor=cast.losa.actor, format=format, owner="FJI", visibility=visibility,
                       data={**said, "title": f"{said['title']} {visibility}"})  # fmt: skip
        publish(actor=cast.losa.actor, record_id=record.id)
    changes = list(Change.objects.order_by("serial"))
    SearchFollower().apply(changes, states({change.record_id for change in changes}))
    losa, sven = Client(headers={"host": "localhost"}), Client(headers={"host": "localhost"})
    losa.force_login(cast.losa.account)
    sven.force_login(cast.sven.account)
    private = Record.objects.get(format="need").id
    asked = "/match?need=count+snow+leopards+with+camera+traps"
    for address in (asked, f"/match?record={private}"):
        page = losa.get(address).content.decode()
        assert "1 record that is not public" in page
        assert page.count("Camera traps for snow leopards private</a>") == 1 + (address != asked)
    assert "1 record that is not public" in losa.get("/offer?offer=camera+traps+for+snow+leopards").content.decode()
    for visitor in (sven, Client(headers={"host": "localhost"})):
        page = visitor.get(asked).content.decode()
        assert "Camera traps for snow leopards public" in page
        assert "private" not in page
        assert visitor.get(f"/match?record={private}").status_code in (403, 404)
    Record.objects.filter(format="offer", visibility="private").update(owner=None, author=None)
    assert "not public" not in losa.get(asked).content.decode(), "the database has the last word"
