"""Calendars of any search, read by somebody else's reader of calendars."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.test import Client

from landbridge.exchange.out.calendar import Calendar, Occasion, in_order
from landbridge.exchange.out.calendar import icalendar as write
from landbridge.exchange.out.dates import DATED, Dated, dates
from landbridge.exchange.out.feeds.entries import Said
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES
from tests.support import record
from tests.web.open.test_feeds import EVIL, SCRIPTS

pytestmark = pytest.mark.once  # Its queries are those of feeds, which run on both databases.
AT = datetime(2026, 3, 3, 12, tzinfo=UTC)


def read(body: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(body).walk("VEVENT"))


def test_every_script_comes_back_as_it_went() -> None:
    long = "监测湿地中的入侵植物，" * 40
    occasions = [
        Occasion(f"uid-{tag}", Dated("period", "span", date(2027, 1, 1), date(2027, 1, 3)), 4, AT,
                 title=Said(tag, f"{title}, {long}; \\ end"), summary=Said(tag, f"{title}\n\n{EVIL}"),
                 place=Said(tag, title), address="https://node.example/records/x", point=(-17.7, 178.1),
                 categories=("Event, special", title), created=AT)
        for tag, title in zip(LANGUAGES, SCRIPTS, strict=True)
    ]  # fmt: skip
    body = write(Calendar("https://node.example/search?format=ics", "https://node.example/search", "u", "Node",
                          "en", in_order(occasions)))  # fmt: skip
    assert all(len(row) <= 75 for row in body.split(b"\r\n"))
    assert [row.decode() for row in body.split(b"\r\n")], "no character is cut in two"
    back = {str(event["UID"]): event for event in read(body)}
    for tag, title in zip(LANGUAGES, SCRIPTS, strict=True):
        event = back[f"uid-{tag}"]
        assert str(event["SUMMARY"]) == f"{title}, {long}; \\ end"
        assert event["SUMMARY"].params["LANGUAGE"] == tag
        assert str(event["DESCRIPTION"]).startswith(f"{title}\n\nx")
        assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2027, 1, 1), date(2027, 1, 4))
        assert event.decoded("SEQUENCE") == 4
        assert event["GEO"].to_ical() == "-17.7;178.1"
        assert [str(one) for one in event["CATEGORIES"].cats] == ["Event, special", title]
    calendar: Any = icalendar.Calendar.from_ical(body)
    assert calendar["VERSION"] == "2.0"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=6)
    assert str(calendar["NAME"]) == "Node"


def test_the_questions_with_dates_are_there() -> None:
    from landbridge.exchange.out.dates import _KINDS

    assert all(name in questions(FORMATS[format]) for format, name in _KINDS)
    assert set(DATED) <= set(FORMATS)


@pytest.mark.parametrize(
    ("format", "answers", "told"),
    [
        ("event", {"period": {"start": "2027-05-01", "end": "2027-05-03"}}, [("span", 1, 3)]),
        ("event", {"period": {"start": "2027-05-01"}, "registration_until": "2027-05-20"},
         [("span", 1, 1), ("deadline", 20, 20)]),
        ("offer", {"application_period": {"start": "2027-05-02", "end": "2027-05-09"}},
         [("opens", 2, 2), ("closes", 9, 9)]),
        ("offer", {"application_period": {"end": "2027-05-09"}}, [("closes", 9, 9)]),
        ("need", {"period": {"start": "2027-05-02", "end": "2027-05-09"}}, [("deadline", 9, 9)]),
        ("need", {"period": {"start": "2027-05-02"}}, []),
        ("case_study", {"period": {"start": "2027-05-02", "end": "2027-05-09"}}, []),
    ],
)  # fmt: skip
def test_dates_of_records(format: str, answers: dict[str, Any], told: list[tuple[str, int, int]]) -> None:
    found = dates(record("x", format, **answers))
    assert [(one.word, one.first.day, one.last.day) for one in found] == told


def _event(record_id: str, **data: Any) -> dict[str, Any]:
    period = {"start": "2099-05-01", "end": "2099-05-03"}
    return {"id": record_id, "format": "event", "language": "fr",
            "data": {"title": {"fr": "Atelier"}, "places": ["KEN"], "period": period, **data}}  # fmt: skip


@pytest.fixture
def events(db: None, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Events in a registry and an index of their own."""
    from landbridge.search import index as index_module
    from tests.api.small import publish

    monkeypatch.setattr(index_module, "folder", lambda: tmp_path / "index")
    index_module.index.cache_clear()
    publish([
        _event("plain", city={"fr": "Nairobi"}, point={"latitude": -1.3, "longitude": 36.8}),
        _event("called-off", cancelled=True), _event("old", period={"start": "2001-01-01"}), _event("gone"),
        _event("withheld", withheld=["period"]), {**_event("kept"), "visibility": "parties"},
        {**_event("hidden-and-gone"), "visibility": "network"}, _event("withheld-and-gone", withheld=["period"]),
    ])  # fmt: skip
    yield
    index_module.index().release()
    index_module.index.cache_clear()


def test_what_is_off_says_so_and_what_was_not_public_nothing(events: None, visitor: Client) -> None:
    from landbridge.exchange.out.stamps import uid
    from landbridge.registry.actions import NODE, retire
    from landbridge.registry.journal import follow_to_end

    before = {str(event["UID"]): event for event in read(visitor.get("/search?type=event&format=ics").content)}
    assert set(before) == {uid(name, "period") for name in ("plain", "called-off", "gone")}
    for name in ("gone", "hidden-and-gone", "withheld-and-gone"):
        retire(actor=NODE, record_id=name)
    follow_to_end()
    after = {str(event["UID"]): event for event in read(visitor.get("/search?type=event&format=ics&lang=fr").content)}
    assert set(after) == set(before)
    gone, plain = after[uid("gone", "period")], after[uid("plain", "period")]
    assert (gone["STATUS"], "SUMMARY" in gone, "URL" in gone) == ("CANCELLED", False, False)
    assert gone.decoded("SEQUENCE") > before[uid("gone", "period")].decoded("SEQUENCE")
    assert gone.decoded("DTSTART") == date(2099, 5, 1)
    assert after[uid("called-off", "period")]["STATUS"] == "CANCELLED"
    assert (plain["STATUS"], plain["LOCATION"]) == ("CONFIRMED", "Nairobi, Kenya")
    assert plain["GEO"].latitude == -1.3
    narrow = read(visitor.get("/search?type=event&place=KEN&format=ics").content)
    assert {str(event["UID"]) for event in narrow} == {uid("plain", "period"), uid("called-off", "period")}
    assert not read(visitor.get("/search?type=technology&format=ics").content)


def test_the_same_event_keeps_its_name_and_counts_its_changes(events: None, visitor: Client) -> None:
    from tests.api.small import publish

    def plain() -> Any:
        return next(
            event for event in read(visitor.get("/search?type=event&format=ics").content) if "LOCATION" in event
            and "Nairobi" in event["LOCATION"]
        )  # fmt: skip

    first = plain()
    publish([_event("plain", city={"fr": "Nairobi, Gigiri"}, period={"start": "2099-06-01"})])
    second = plain()
    assert first["UID"] == second["UID"]
    assert second.decoded("SEQUENCE") == first.decoded("SEQUENCE") + 1
    assert second.decoded("DTSTAMP") >= first.decoded("DTSTAMP")
    assert second.decoded("DTSTART") == date(2099, 6, 1)
