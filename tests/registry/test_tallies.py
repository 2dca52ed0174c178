"""Counts of views: added up by several processes, lost by none, and never in anybody's way."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from landbridge.registry import tallies
from landbridge.registry.models import Record, Tally

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    tallies._counted.clear()


def test_counting_asks_the_database_nothing_and_writing_asks_once(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        for _ in range(1000):
            tallies.count("viewed", ["a"])
        tallies.count("matched", ["a", "b"])
    with django_assert_num_queries(1):
        assert tallies.flush() == 3
    assert tallies.flush() == 0
    found = Tally.objects.order_by("record_id", "kind").values_list("record_id", "kind", "count")
    assert list(found) == [("a", "matched", 1), ("a", "viewed", 1000), ("b", "matched", 1)]


def test_what_two_processes_counted_is_added_up() -> None:
    for _ in range(2):
        tallies.count("viewed", ["a"])
        tallies.flush()
    assert Tally.objects.get().count == 2


def test_what_cannot_be_written_stays_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(lines: Any) -> None:
        raise DatabaseError("locked")

    tallies.count("viewed", ["a"])
    with monkeypatch.context() as patch:
        patch.setattr(tallies, "_write", broken)
        with pytest.raises(DatabaseError):
            tallies.flush()
        tallies.count("viewed", ["a"])
    tallies.flush()
    assert Tally.objects.get().count == 2


def test_more_records_than_fit_one_statement_are_written() -> None:
    tallies.count("matched", [f"r{at}" for at in range(1201)])
    assert tallies.flush() == 1201
    assert Tally.objects.count() == 1201


@pytest.mark.django_db(transaction=True)
def test_a_process_that_serves_writes_by_itself_and_once_more_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "EVERY", 0.05)
    stop = tallies.begin()
    try:
        tallies.count("viewed", ["a"])
        until = time.monotonic() + 20
        while not Tally.objects.exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert Tally.objects.get().count == 1
        monkeypatch.setattr(tallies, "EVERY", 3600)
    finally:
        tallies._last(stop)
    assert stop.is_set()


def test_a_flood_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "_MOST", 10)
    tallies.count("viewed", [f"r{at}" for at in range(50)])
    tallies.count("viewed", ["r1"])
    assert len(tallies._counted) == 10
    assert sum(tallies._counted.values()) == 11


@pytest.mark.parametrize(
    ("agent", "machine"),
    [
        ("", True), ("Googlebot/2.1 (+http://www.google.com/bot.html)", True), ("curl/8.5.0", True),
        ("Mozilla/5.0 (compatible; bingbot/2.0)", True), ("Mozilla/5.0 HeadlessChrome/140.0", True),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", False),
        ("Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10", False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1", False),
        ("Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36", False),
    ],
)  # fmt: skip
def test_programs_are_told_from_people_as_far_as_they_say_so(agent: str, machine: bool) -> None:
    assert tallies.is_machine(agent) is machine


def test_days_without_a_view_are_days_as_well() -> None:
    today = datetime.now(UTC).date()
    Tally.objects.create(record_id="a", kind="viewed", day=today - timedelta(days=29), count=4)
    Tally.objects.create(record_id="a", kind="viewed", day=today - timedelta(days=30), count=9)
    now = datetime.now(UTC)
    Record.objects.create(
        id="a", format="need", workflow="reference", state="published", language="en", created_at=now, updated_at=now
    )
    days = tallies.by_day(Record.objects.filter(pk="a"), today)
    assert [count for _, count in days] == [4, *[0] * 29]
    line = tallies.of_records(Record.objects.filter(pk="a"), today)[0]
    assert line.counts["viewed"] == (4, 13)
