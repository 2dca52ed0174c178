"""Calendars of others: the events of iCalendar files (RFC 5545) become events."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources.known import (
    answered,
    found,
    language,
    line,
    link,
    links,
    organisations,
    record,
    refused,
    texts,
    themes,
)
from landbridge.exchange.in_.sources.opening import whole
from landbridge.formats import tidy
from landbridge.lib.languages import DEFAULT

if TYPE_CHECKING:
    from icalendar import Component

LARGEST: Final = 20_000_000


class Calendar:
    name = "calendar"
    label = gettext_noop("Calendar (iCalendar)")
    about = gettext_noop("The events of a calendar that a site offers for subscription.")
    takes = "both"
    settings = (
        Setting("language", gettext_noop("Language of texts that name none"), kind="language", default=DEFAULT),
    )

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        with whole(ask, "calendar", LARGEST) as read:
            if read is None:
                yield Checkpoint(dict(ask.state))
                return
            raw, state = read
            default = language(str(ask.settings.get("language") or ""), DEFAULT)
            number = 0
            for calendar in _calendars(raw):
                for event in calendar.walk("VEVENT"):
                    number += 1
                    yield _read(event, default, ask.now, f"event {number}")
            yield Checkpoint(state)


def _calendars(raw: bytes) -> "list[Component]":
    # Inner import: only who reads a calendar needs its library.
    from icalendar import Calendar as Library

    try:
        read = Library.from_ical(raw.removeprefix(b"\xef\xbb\xbf"), multiple=True)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise BadSource(f"This is no iCalendar file: {line(str(error), 200)}") from None
    if not read:
        raise BadSource("There is no calendar in this file.")
    return list(read)


def _read(event: "Component", default: str, now: datetime | None, where: str) -> Found:
    try:
        return _found(event, default, now, where)
    except (ValueError, TypeError, AttributeError, OverflowError, KeyError) as error:
        return refused(_text(event, "UID") or where, f"The event cannot be read: {line(str(error), 200)}", where)


def _found(event: "Component", default: str, now: datetime | None, where: str) -> Found:
    title = line(_text(event, "SUMMARY"), 300)
    key = _text(event, "UID") or f"{_text(event, 'DTSTART')} {title}"
    begins = _value(event, "DTSTART")
    if event.get("RECURRENCE-ID") is not None:
        key = f"{key} {_day(_value(event, 'RECURRENCE-ID'))}"
    if not title or begins is None:
        return refused(key or where, "The event has no title, or does not say when it begins.", where)
    tag = language(str(event["SUMMARY"].params.get("LANGUAGE", ""))) or default
    address = _text(event, "URL")
    summary = texts([(tag, tidy.without_markup(_text(event, "DESCRIPTION")))], 3000, lines=True)
    categories = _categories(event)
    data = answered({
        "title": {tag: title}, "summary": summary or {tag: title},
        "period": {"start": _day(begins), "end": _last_day(event, begins)},
        "city": texts([(tag, _text(event, "LOCATION"))], 300), "links": links([link(address)], 5),
        "organisers": organisations([(_organiser(event), "")]), "themes": themes(categories),
        "cancelled": True if _text(event, "STATUS").upper() == "CANCELLED" else None, "point": _point(event),
    })  # fmt: skip
    return found(
        key, record=record("event", tag, data), title=title, address=address, place=where,
        stated_at=_stated(event, now), facts={"categories": categories, "repeats": _rule(event)},
    )  # fmt: skip


def _text(event: "Component", name: str) -> str:
    value = event.get(name)
    first = value[0] if isinstance(value, list) and value else value
    return str(first) if first is not None and not hasattr(first, "dt") else ""


def _value(event: "Component", name: str) -> Any:
    return getattr(event.get(name), "dt", None)


def _day(moment: Any) -> str:
    if isinstance(moment, datetime):
        return moment.date().isoformat()
    if isinstance(moment, date):
        return moment.isoformat()
    raise ValueError("a date is none")


def _last_day(event: "Component", begins: Any) -> str:
    """The last day: an end that is a day, or midnight, is the first moment after it."""
    ends = _value(event, "DTEND")
    length = _value(event, "DURATION")
    if ends is None and isinstance(length, timedelta):
        ends = begins + length
    if ends is None:
        return _day(begins)
    at_midnight = not isinstance(ends, datetime) or (ends.hour, ends.minute, ends.second) == (0, 0, 0)
    last = ends - timedelta(days=1) if at_midnight and _day(ends) > _day(begins) else ends
    return max(_day(last), _day(begins))


def _organiser(event: "Component") -> str:
    """The name of the organiser; a mailbox alone is a person's own and is left out."""
    value = event.get("ORGANIZER")
    return str(value.params.get("CN", "")) if hasattr(value, "params") else ""


def _categories(event: "Component") -> list[str]:
    found_in = event.get("CATEGORIES") or ()
    parts = found_in if isinstance(found_in, list) else [found_in]
    return [line(str(one), 100) for part in parts for one in getattr(part, "cats", [part])][:50]


def _point(event: "Component") -> dict[str, float] | None:
    place = event.get("GEO")
    if place is None or not hasattr(place, "latitude"):
        return None
    latitude, longitude = float(place.latitude), float(place.longitude)
    return {"latitude": latitude, "longitude": longitude} if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _rule(event: "Component") -> str:
    rule = event.get("RRULE")
    return rule.to_ical().decode() if hasattr(rule, "to_ical") else ""


def _stated(event: "Component", now: datetime | None) -> datetime | None:
    moment = _value(event, "LAST-MODIFIED") or _value(event, "DTSTAMP")
    if not isinstance(moment, datetime):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if moment <= (now or datetime.now(UTC)) + timedelta(days=1) else None
