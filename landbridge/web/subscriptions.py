"""What a search can be followed by: links for feed readers and calendars, without making either."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from landbridge.exchange.out.dates import DATED
from landbridge.web.addresses import Address
from landbridge.web.labels import reader_language

SHAPES: Final = {
    "atom": ("Atom", "application/atom+xml"), "rss": ("RSS", "application/rss+xml"),
    "jsonfeed": ("JSON Feed", "application/feed+json"), "ics": ("iCalendar", "text/calendar"),
}  # fmt: skip
"""Value of `&format=` to its name, which is the same in all languages, and its media type."""


@dataclass(frozen=True)
class Subscription:
    """One link: its address says the language, since a program for feeds brings none."""

    name: str
    media_type: str
    href: str


def subscriptions(address: Address) -> list[Subscription]:
    """The feeds and the calendar of a search."""
    plain = address.setting("cursor", "").setting("lang", reader_language())
    return [
        Subscription(name, media_type, str(plain.setting("format", shape)))
        for shape, (name, media_type) in SHAPES.items()
    ]


def calendar_address(address: Address) -> str:
    """Where a program for calendars subscribes to a list of events, calls or needs; empty for any other list."""
    types = [value for name, value in address.pairs if name == "type"]
    if not types or not set(types) <= set(DATED):
        return ""
    host = urlsplit(settings.BASE_URL)
    calendar = address.setting("sort", "").setting("lang", reader_language()).setting("format", "ics")
    return f"webcal://{host.netloc}{host.path}{calendar}"
