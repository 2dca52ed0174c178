"""What was not confirmed in time says so, everywhere it is shown, and comes after what was."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from landbridge.cooperation.matching import match_text
from landbridge.registry.models import Record
from landbridge.registry.queries import RecordView
from landbridge.search.index import Index
from landbridge.search.query import Query, search
from landbridge.web import freshness
from landbridge.web.hits import of_hits
from tests.support import fill, record
from tests.web.reading import read_page, words

TODAY = datetime.now(UTC).date()
PAST = TODAY - timedelta(days=1)


def aged(view: RecordView, confirm_by: date | None) -> RecordView:
    return replace(view, confirm_by=confirm_by)


@pytest.fixture
def twins(engine: Index) -> Index:
    """Two records that say the same, one of them overdue, and one that hardly speaks of it."""
    told = {"title": "Mangrove nursery", "summary": "Growing mangrove seedlings with villages.", "places": ["KEN"]}
    slight = {"title": "Coastal roads", "summary": "Roads and harbours; in one place a mangrove stands beside them."}
    fill(engine, [
        aged(record("a-overdue", **told), PAST), aged(record("b-fresh", **told), TODAY),
        aged(record("c-never-due", **told), None), record("d-slight", **slight),
    ])  # fmt: skip
    return engine


@pytest.mark.parametrize("text", ["mangrove", "mangrove nursery", "growing mangrove seedlings with villages in Kenya",
                                  "红树林", "“growing mangrove”"])  # fmt: skip
def test_overdue_records_sink_and_stay_in_the_results(twins: Index, text: str) -> None:
    found = search(Query(text=text))
    order = [hit.id for hit in found.hits]
    assert order.index("a-overdue") > order.index("b-fresh")
    assert order.index("a-overdue") > order.index("c-never-due")
    assert found.total == len(order)
    assert dict(found.facets["type"]) == {"technology": len(order)}


def test_what_is_about_it_stays_above_what_hardly_is(twins: Index) -> None:
    order = [hit.id for hit in search(Query(text="mangrove")).hits]
    assert order[-1] == "d-slight"


def test_an_order_that_the_reader_chose_is_kept(twins: Index) -> None:
    assert search(Query(text="nursery", sort="title")).hits[0].id == "a-overdue"


def test_fresh_records_score_as_they_would(engine: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    from landbridge.search import query

    others = [record(f"o{number}", title="Seeds of the steppe") for number in range(9)]
    told = {"title": "Mangrove nursery", "summary": "Seedlings for villages."}
    fill(engine, [*others, aged(record("fresh", **told), TODAY), aged(record("overdue", **told), PAST)])
    sunk = {hit.id: hit.score for hit in search(Query(text="mangrove seedlings")).hits}
    monkeypatch.setattr(query, "sinking", lambda groups, index: None)
    level = {hit.id: hit.score for hit in search(Query(text="mangrove seedlings")).hits}
    assert sunk["fresh"] == level["fresh"] == level["overdue"]
    assert 0.5 * level["overdue"] < sunk["overdue"] < 0.95 * level["overdue"]


def test_matches_sink_and_say_why(twins: Index) -> None:
    matching = match_text("We need mangrove seedlings for our villages in Kenya")
    by_id = {match.id: match for match in matching.matches}
    assert by_id["a-overdue"].score == pytest.approx(by_id["c-never-due"].score * 0.85, rel=0.01)
    assert "freshness" in {caveat.criterion for caveat in by_id["a-overdue"].against}
    assert "freshness" not in {caveat.criterion for caveat in by_id["b-fresh"].against}


def test_rows_say_since_when(twins: Index) -> None:
    lines = {line.id: line for line in of_hits(search(Query(text="mangrove")).hits)}
    assert lines["a-overdue"].overdue == "Not confirmed since 1 June 2026"
    assert lines["b-fresh"].overdue == lines["c-never-due"].overdue == ""


def test_a_record_that_was_replaced_often_does_not_count_more_than_once(engine: Index) -> None:
    """Engines count replaced records for a while: more records than there are then seem to hold a word."""
    for _ in range(6):
        fill(engine, [record("a", title="Mangrove nursery", summary="Seedlings.")])
    assert [hit.id for hit in search(Query(text="mangrove nursery")).hits] == ["a"]


def test_the_page_of_a_record_says_it(node: None, see: Any) -> None:
    assert not see("/records/mangrove-nursery").xpath("//*[contains(@class, 'overdue')]")
    with CaptureQueriesContext(connection) as fresh:
        see("/records/mangrove-nursery")
    Record.objects.filter(pk="mangrove-nursery").update(confirm_by=PAST, confirmed_on="2024-02-01")
    with CaptureQueriesContext(connection) as overdue:
        page = see("/records/mangrove-nursery")
    assert words(page, "//*[contains(@class, 'badge overdue')]") == "Not confirmed since 1 February 2024"
    assert len(overdue) == len(fresh)


def test_the_last_day_is_not_late() -> None:
    assert not freshness.is_overdue(TODAY)
    assert freshness.is_overdue(PAST)
    assert freshness.is_overdue(PAST.isoformat())
    assert not freshness.is_overdue(None)
    assert not freshness.is_overdue("")


def test_a_confirmation_reaches_the_index(db: None, engine: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    from landbridge.registry import actions, journal
    from landbridge.registry.writing import NODE
    from landbridge.search.follower import SearchFollower

    follower = SearchFollower()
    monkeypatch.setattr(journal, "followers", lambda: (follower,))
    data = {"title": "Mangrove nursery", "summary": "Seedlings.", "confirmed_on": "2020-01-01"}
    actions.draft(actor=NODE, format="offer", record_id="old", data=data)
    actions.publish(actor=NODE, record_id="old")
    Record.objects.update(confirm_by="2020-07-01")
    actions.revise(actor=NODE, record_id="old", data=data, language="en")
    journal.follow_to_end()
    Record.objects.update(state="published", confirm_by="2020-07-01")
    actions.confirm(actor=NODE, record_id="old")
    journal.follow_to_end()
    (hit,) = search(Query(text="mangrove")).hits
    assert not freshness.is_overdue(hit.confirm_by)


def test_pages_of_lists_show_it(node: None, visitor: Client) -> None:
    """The row of the results has room for it beside the title."""
    page = read_page(visitor.get("/search?q=mangrove"))
    assert "Confirmed" in words(page)
