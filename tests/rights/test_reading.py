"""Every person x visibility x state x owner, in every channel: what is read is exactly what the written table says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from landbridge.registry import journal, queries
from landbridge.registry.queries import Gone, Unknown
from landbridge.registry.rules import ANYONE, Reader
from landbridge.search.index import Index
from landbridge.search.query import Query, search
from tests.cast import Company
from tests.hostile import addresses
from tests.rights import table, world
from tests.rights.world import EVERY, WORDS, Known, public_words, reads, words_for, works_on

pytestmark = pytest.mark.django_db
PEOPLE = tuple(table.READS)


@pytest.fixture
def built(company: Company) -> Company:
    world.build(company)
    return company


def reader(company: Company, person: str) -> Reader:
    return company.everybody()[person].reader if person != "nobody" else ANYONE


def came(ask: Callable[[], queries.RecordView]) -> str:
    """The word in the title, or how it was refused."""
    try:
        return str(ask().data["title"]["en"]).removeprefix("Reed beds ")
    except Gone:
        return "gone"
    except Unknown:
        return "unknown"


def page_of(person: str, one: Known) -> str:
    """What the record's own address must give."""
    if reads(person, one):
        return one.word
    is_gone = one.state == "retired" and one.visibility in table.READS[person].split()
    return "gone" if is_gone else "unknown"


@pytest.mark.parametrize("person", PEOPLE)
def test_each_record_is_there_for_those_only_who_may_read_it(built: Company, person: str) -> None:
    eyes = reader(built, person)
    for one in EVERY:
        assert came(lambda one=one: queries.get(one.id, eyes)) == page_of(person, one), one  # type: ignore[misc]
        must = one.unfinished if works_on(person, one) else "unknown"
        assert came(lambda one=one: queries.latest(one.id, eyes)) == must, one  # type: ignore[misc]
        if one.state == "reopened":
            second = came(lambda one=one: queries.get(one.id, eyes, 2))  # type: ignore[misc]
            assert second == must, one
        if reads(person, one):
            numbers = [2, 1] if one.state == "reopened" and works_on(person, one) else [1]
            assert [line.number for line in queries.revisions(one.id, eyes)] == numbers, one
            told = queries.get(one.id, eyes).data.get("description") is not None
            assert told == world.owns(person, one), one
        else:
            with pytest.raises(Unknown):
                queries.revisions(one.id, eyes)


@pytest.mark.parametrize("person", PEOPLE)
def test_lists_titles_dumps_and_changes_hold_what_is_read_and_nothing_else(built: Company, person: str) -> None:
    eyes = reader(built, person)
    listed = {one.id for one in EVERY if one.is_shown and reads(person, one)}
    assert {view.id for view in queries.published(eyes, limit=1000)} == listed
    assert {view.id for view in queries.every(eyes)} == listed
    assert set(queries.every_id(eyes)) == listed
    assert set(queries.titles([one.id for one in EVERY], eyes)) == listed
    words = {word for view in queries.every(eyes) for word in WORDS.findall(str(view.data))}
    assert words <= words_for(person)
    meant = {one.id for one in EVERY if one.visibility in table.READS[person].split()}
    lines, _ = queries.changes(eyes)
    # What somebody reads because it is theirs is not in the journal that harvesters follow.
    assert {line.record for line in lines if not line.gone} == {key for key in listed if key in meant}
    assert {line.record for line in lines if line.gone} == {
        one.id for one in EVERY if one.id in meant and one.state == "retired"
    }


def test_search_gives_counts_and_facets_of_what_is_public_to_everybody(built: Company, engine: Index) -> None:
    journal.follow_to_end()
    shown = {one.id for one in EVERY if one.is_shown and one.visibility == "public"}
    for person in PEOPLE:
        eyes = reader(built, person)
        for asked in (Query(limit=100), Query(text="reed beds", limit=100), Query(places=("FJI",), limit=100)):
            found = search(asked, eyes)
            assert {hit.id for hit in found.hits} == shown, person
            assert found.total == len(shown), person
            assert dict(found.facets["type"]) == {"technology": len(shown)}, person
            assert dict(found.facets["place"])["FJI"] == len(shown), person
            assert set(WORDS.findall(str(found))) <= public_words(), person
        for one in EVERY:
            for word in {one.word, one.unfinished, one.withheld} - public_words():
                hit = search(Query(text=f'"{word}"', limit=100), eyes)
                assert hit.total == 0, (person, word)
                assert hit.suggestion is None or hit.suggestion in public_words(), (person, word)


@pytest.mark.skipif("kept" not in Query.__dataclass_fields__, reason="there is one index only")
def test_what_is_kept_from_the_public_is_found_by_those_who_may_read_it(built: Company, engine: Index) -> None:
    journal.follow_to_end()
    for person in PEOPLE:
        eyes = reader(built, person)
        must = {one.id for one in EVERY if one.is_shown and one.visibility != "public" and reads(person, one)}
        for asked in ({}, {"text": "reed beds"}, {"places": ("FJI",)}):
            found = search(Query(limit=100, kept=True, **asked), eyes)  # type: ignore[arg-type]
            assert {hit.id for hit in found.hits} == must, person
            assert found.total == len(must), person
            assert sum(count for _, count in found.facets.get("type", ())) == len(must), person
            assert set(WORDS.findall(str(found))) <= words_for(person), person
        for one in EVERY:
            if not reads(person, one) or not one.is_shown:
                nothing = search(Query(text=f'"{one.word}"', kept=True), eyes)
                assert (nothing.total, nothing.hits) == (0, ()), (person, one)
            if one.unfinished != one.word:
                assert not search(Query(text=f'"{one.unfinished}"', kept=True), eyes).hits, (person, one)


def signed_in(company: Company, person: str) -> Client:
    client = Client(headers={"host": "localhost", "accept-language": "en"}, raise_request_exception=False)
    if person not in table.CLOSED:
        client.force_login(company.everybody()[person].account)
    return client


def body(response: Any) -> str:
    return b"".join(response.streaming_content if response.streaming else [response.content]).decode(errors="replace")


QUESTIONS = (
    "/search?q=reed", "/search?place=FJI&limit=100", "/search?q=reed&format=json&limit=100", "/feed?q=reed",
    "/search?q=reed&format=csv&limit=100", "/search?q=reed&format=atom", "/match?need=reed+beds",
    "/search?q=reed&format=jsonfeed", "/embed/list.json?q=reed&limit=20", "/ogc/collections/records/items?limit=1000",
    "/offer?offer=reed+beds", "/parties/FJI", "/technologies", "/vocabularies/countries/FJI", "/search?sort=newest",
    "/api/v1/search?q=reed&limit=100", "/api/v1/records?limit=100", "/api/v1/records?place=FJI",
)  # fmt: skip


@pytest.mark.parametrize("person", PEOPLE)
def test_no_page_feed_or_answer_holds_a_word_too_many(
    built: Company, person: str, folder: Path, translations: None
) -> None:
    journal.follow_to_end()
    client, may = signed_in(built, person), words_for(person)
    plain = [one.filled({}) for one in addresses.every() if not one.names]
    assert len(plain) > 20
    for address in (*plain, *QUESTIONS):
        response = client.get(address)
        assert response.status_code < 500, address
        words = set(WORDS.findall(body(response)))
        # The API without a key, and what is asked of matching, are the same for everybody.
        public = address.startswith(("/api/", "/match", "/offer", "/vocabularies"))
        assert words <= (public_words() if public else may), (address, words - may)


@pytest.mark.parametrize("person", PEOPLE)
def test_the_address_of_a_record_answers_as_the_record_does(
    built: Company, person: str, folder: Path, translations: None
) -> None:
    journal.follow_to_end()
    client, may = signed_in(built, person), words_for(person)
    statuses = {"gone": 410, "unknown": 404}
    for number, one in enumerate(EVERY):
        must = page_of(person, one)
        for rest in (".json", "/revisions/1", "/history", "")[: 4 if number % 9 == PEOPLE.index(person) % 9 else 1]:
            response = client.get(f"/records/{one.id}{rest}")
            assert response.status_code == statuses.get(must, 200), (one, rest)
            words = set(WORDS.findall(body(response)))
            assert words <= may, (one, rest, words - may)
            if must == one.word and rest == ".json":
                assert one.word in words, (one, rest)
                if response.headers.get("Cache-Control") is not None:
                    assert "public" not in response.headers["Cache-Control"] or one.visibility == "public"


@pytest.mark.parametrize("person", [person for person in PEOPLE if person != "nobody"])
def test_a_key_reads_what_its_account_reads(built: Company, person: str, folder: Path) -> None:
    from landbridge.parties import tokens

    account = built.everybody()[person].account
    if person in table.CLOSED:
        with pytest.raises(tokens.Forbidden):
            tokens.make(actor=built.olga.actor, account=account, name="x", scopes=["read"], days=1)
        return
    key = tokens.make(actor=built.everybody()[person].actor, account=account, name="x", scopes=["read"], days=1).secret
    client = Client(headers={"host": "localhost", "authorization": f"Bearer {key}"})
    listed, after = [], ""
    while True:
        page = orjson.loads(client.get("/api/v1/records", {"limit": 100, "cursor": after}).content)
        listed += [one["id"] for one in page["records"]]
        after = page["next"]
        if not after:
            break
    dumped = [orjson.loads(line)["id"] for line in body(client.get("/api/v1/dump")).splitlines()]
    must = {one.id for one in EVERY if one.is_shown and reads(person, one)}
    public = {one.id for one in EVERY if one.is_shown and one.visibility == "public"}
    assert public <= set(listed) <= must
    assert public <= set(dumped) <= must
    for one in EVERY[::5]:
        for rest, may in (
            ("", reads(person, one)),
            ("/latest", works_on(person, one)),
            ("/revisions", reads(person, one)),
        ):
            response = client.get(f"/api/v1/records/{one.id}{rest}")
            assert response.status_code in ((200,) if may else (404, 410)), (one, rest)
            assert set(WORDS.findall(body(response))) <= words_for(person), (one, rest)


def test_who_is_signed_in_costs_a_page_four_questions_at_most(
    built: Company, folder: Path, translations: None, django_assert_max_num_queries: Any
) -> None:
    journal.follow_to_end()
    page = "/records/fji-published-public"
    counts = {}
    for person in ("nobody", "sven", "losa", "henri", "ada"):
        client = signed_in(built, person)
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        counts[person] = len(asked)
    assert max(counts.values()) <= counts["nobody"] + 4, counts
    assert max(counts.values()) <= 12, counts
