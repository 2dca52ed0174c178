"""Dates as a calendar that anybody can subscribe to: iCalendar (RFC 5545) with the properties of RFC 7986."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from landbridge.exchange.out.dates import Dated
from landbridge.exchange.out.feeds.entries import NEVER, Said
from landbridge.formats.tidy import line, lines

if TYPE_CHECKING:  # The library is read only by who makes a calendar.
    from icalendar import Event

MEDIA_TYPE: Final = "text/calendar"
_REFRESH: Final = timedelta(hours=6)
_MAKER: Final = "-//Landbridge//Clearing-house//EN"


@dataclass(frozen=True)
class Occasion:
    """One line of a calendar. Without a title only its identifier and its days go out, and that it is off."""

    uid: str
    dated: Dated
    sequence: int
    changed: datetime
    off: bool = False
    title: Said | None = None
    summary: Said | None = None
    place: Said | None = None
    address: str = ""
    created: datetime | None = None
    point: tuple[float, float] | None = None
    """Latitude and longitude."""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """A calendar: its own address, the page that shows the same, its name and its language."""

    own: str
    home: str
    uid: str
    name: str
    language: str
    occasions: tuple[Occasion, ...]


def icalendar(calendar: Calendar) -> bytes:
    """The whole document, its lines folded at 75 octets."""
    # Inner import: what only a subscriber to a calendar needs.
    from icalendar import Calendar as Document

    document: Any = Document()
    document.add("prodid", _MAKER)
    document.add("version", "2.0")
    document.add("calscale", "GREGORIAN")
    document.add("uid", calendar.uid)
    for name in ("name", "x-wr-calname"):
        document.add(name, line(calendar.name), parameters={"LANGUAGE": calendar.language})
    document.add("source", calendar.own, parameters={"VALUE": "URI"})
    document.add("url", calendar.home)
    document.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    document.add("x-published-ttl", "PT6H")
    document.add("last-modified", _stamp(max((one.changed for one in calendar.occasions), default=NEVER)))
    for component in map(_event, calendar.occasions):
        document.add_component(component)
    written: bytes = document.to_ical()
    return written


def _stamp(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _event(occasion: Occasion) -> "Event":
    from icalendar import Event

    event: Any = Event()
    event.add("uid", occasion.uid)
    event.add("sequence", occasion.sequence)
    event.add("dtstamp", _stamp(occasion.changed))
    event.add("last-modified", _stamp(occasion.changed))
    event.add("dtstart", occasion.dated.first)
    event.add("dtend", occasion.dated.last + timedelta(days=1))  # The day after the last one.
    event.add("status", "CANCELLED" if occasion.off else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if occasion.title is not None:
        _tell(event, occasion)
    return event  # type: ignore[no-any-return]


def _tell(event: Any, occasion: Occasion) -> None:
    """What it is, where, and where to read more."""
    for name, said in (("summary", occasion.title), ("description", occasion.summary), ("location", occasion.place)):
        if said is not None and said.text:
            words = lines(said.text) if name == "description" else line(said.text)
            event.add(name, words, parameters={"LANGUAGE": said.language})
    if occasion.created is not None:
        event.add("created", _stamp(occasion.created))
    if occasion.address:
        event.add("url", occasion.address)
    if occasion.point is not None:
        event.add("geo", occasion.point)
    if occasion.categories:
        event.add("categories", [line(one) for one in occasion.categories])


def in_order(occasions: Iterable[Occasion]) -> tuple[Occasion, ...]:
    """By day, and always in the same order, so that an unchanged calendar is the same document."""
    return tuple(sorted(occasions, key=lambda one: (one.dated.first, one.uid)))
