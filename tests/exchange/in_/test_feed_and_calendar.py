"""News and calendars in: RSS, Atom and iCalendar, and what hostile ones come to."""

from pathlib import Path
from typing import Any

import pytest

from landbridge.exchange.in_.door import BadSource, Checkpoint, Found
from landbridge.exchange.in_.sources.calendar import Calendar
from landbridge.exchange.in_.sources.feed import Feed
from tests.exchange.in_.asking import Server, asked, proved, things

RSS = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Reef News</title>
<language>fr-fr</language><item><title>Compter les coraux &amp; les poissons</title><link>https://news.example/1</link>
<guid isPermaLink="false">n-1</guid>
<description>&lt;p onclick="x()"&gt;Un guide.&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;</description>
<category>forests</category><pubDate>Tue, 03 Feb 2026 10:00:00 GMT</pubDate></item>
<item><link>https://news.example/2</link></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh"><title>珊瑚</title><entry><id>urn:x:1</id>
<title>种植红树林</title><link href="https://news.example/3"/><updated>2099-01-01T00:00:00Z</updated>
<content type="html">&lt;b&gt;怎样&lt;/b&gt;种植&amp;nbsp;树苗</content></entry></feed>"""
ICS = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//x//y//EN\r
BEGIN:VEVENT\r
UID:e-1@events.example\r
SUMMARY;LANGUAGE=es:Taller sobre\r
  manglares\r
DESCRIPTION:Tres días\\, con práctica.\r
DTSTART;VALUE=DATE:20260601\r
DTEND;VALUE=DATE:20260604\r
LOCATION:Suva\r
URL:https://events.example/1\r
GEO:-18.14;178.44\r
CATEGORIES:bosques,other\r
ORGANIZER;CN=Institute of Reefs:mailto:somebody@events.example\r
STATUS:CANCELLED\r
LAST-MODIFIED:20260203T100000Z\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:e-2@events.example\r
SUMMARY:A call\r
DTSTART:20260605T220000Z\r
DURATION:PT2H\r
RRULE:FREQ=WEEKLY;COUNT=3\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:e-3@events.example\r
SUMMARY:No day\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_a_feed_becomes_resources_without_its_scripts(tmp_path: Path) -> None:
    first, second = things(Feed(), RSS.encode(), folder=tmp_path, name="a.rss")
    data = proved(first)
    assert (first.key, data["title"]) == ("n-1", {"fr-FR": "Compter les coraux & les poissons"})
    assert data["summary"] == {"fr-FR": "Un guide."}
    assert (data["year"], data["publishers"][0]["name"], data["themes"]) == (2026, "Reef News", ["forest-biodiversity"])
    assert "no title" in second.problem


def test_dates_that_have_not_come_are_not_believed_and_entries_may_be_events(tmp_path: Path) -> None:
    (one,) = things(Feed(), ATOM.encode(), folder=tmp_path, name="a.atom", kind="event")
    data = proved(one)
    assert one.record and one.record["format"] == "event"
    assert data["title"] == {"zh": "种植红树林"} and data["summary"]["zh"].split() == ["怎样种植", "树苗"]
    assert one.stated_at is None


def test_events_keep_their_days_and_nobodys_mailbox(tmp_path: Path) -> None:
    first, second, third = things(Calendar(), ICS.encode(), folder=tmp_path, name="a.ics")
    data = proved(first)
    assert data["title"] == {"es": "Taller sobre manglares"}
    assert data["period"] == {"start": "2026-06-01", "end": "2026-06-03"}
    assert (data["organisers"][0]["name"], data["cancelled"], data["themes"]) == (
        "Institute of Reefs", True, ["forest-biodiversity"],
    )  # fmt: skip
    assert data["point"]["latitude"] == -18.14
    assert "somebody@" not in str(first)
    assert proved(second)["period"] == {"start": "2026-06-05", "end": "2026-06-05"}
    assert second.facts["repeats"] == "FREQ=WEEKLY;COUNT=3"
    assert "when it begins" in third.problem


def test_what_has_not_changed_is_not_read_again() -> None:
    server = Server({"news.example": lambda url: (200, RSS.encode(), {"etag": '"1"'})})
    state = asked(Feed(), server=server, address="https://news.example/feed")[-1]
    assert isinstance(state, Checkpoint) and state.state == {"etag": '"1"'} and not state.done
    unchanged = Server({"news.example": (304, b"", {})})
    said = asked(Feed(), server=unchanged, address="https://news.example/feed", state=state.state)
    assert said == [Checkpoint({"etag": '"1"'})]
    assert unchanged.headers[0]["If-None-Match"] == '"1"'


BOMB = b"""<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
<rss version="2.0"><channel><title>&b;</title></channel></rss>"""


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html><body>x</body></html>",
        BOMB,
        BOMB.decode().encode("utf-16"),
        b"\x00\xff" * 100,
        b"{}",
        b"<a>" * 5000,
    ],
)
def test_what_is_no_feed_is_one_clear_line(raw: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadSource) as error:
        asked(Feed(), raw, folder=tmp_path, name="a.rss")
    assert "\n" not in str(error.value)


BROKEN: list[Any] = [
    b"", b"hello", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", b"BEGIN:VEVENT\r\n" * 3000, b"\x00\xff",
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\nDTSTART:99999999\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\nDTSTART:20260101\r\nDTEND:19000101\r\nGEO:a;b\r\nEND:VEVENT\r\n"
    b"END:VCALENDAR\r\n",
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\nDTSTART:20260101\r\nDURATION:P99999999999D\r\nEND:VEVENT\r\n"
    b"END:VCALENDAR\r\n",
]  # fmt: skip


@pytest.mark.parametrize("raw", BROKEN)
def test_a_broken_calendar_is_told_and_stops_nothing_else(raw: bytes, tmp_path: Path) -> None:
    try:
        said = asked(Calendar(), raw, folder=tmp_path, name="a.ics")
    except BadSource as error:
        assert "\n" not in str(error)
    else:
        for one in said:
            if isinstance(one, Found):
                proved(one)
