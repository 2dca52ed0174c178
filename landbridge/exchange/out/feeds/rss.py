"""A feed as RSS 2.0. What RSS has no word for comes from Atom and Dublin Core: its own `author` wants a mailbox."""

from collections.abc import Iterator
from email.utils import format_datetime
from typing import Final

from landbridge.exchange.out.feeds.entries import Entry, Feed, attribute, moment, text

MEDIA_TYPE: Final = "application/rss+xml"
_SPACES: Final = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:cc="http://backend.userland.com/creativeCommonsRssModule"'
)
_MINUTES: Final = 60


def rss(feed: Feed) -> str:
    """The whole document."""
    return "".join(_feed(feed))


def _feed(feed: Feed) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" {_SPACES}><channel>'
    yield f"<title>{text(feed.title)}</title><link>{text(feed.home)}</link>"
    yield f"<description>{text(feed.title)}</description><language>{text(feed.language)}</language>"
    yield f"<lastBuildDate>{format_datetime(feed.changed)}</lastBuildDate><ttl>{_MINUTES}</ttl>"
    yield f'<atom:link rel="self" type="{MEDIA_TYPE}" href={attribute(feed.own)}/>'
    if feed.next:
        yield f'<atom:link rel="next" type="{MEDIA_TYPE}" href={attribute(feed.next)}/>'
    for entry in feed.entries:
        yield from _item(entry)
    yield "</channel></rss>\n"


def _item(entry: Entry) -> Iterator[str]:
    yield f"\n<item><title>{text(entry.title.text)}</title><link>{text(entry.address)}</link>"
    yield f'<guid isPermaLink="false">{text(entry.id)}</guid><pubDate>{format_datetime(entry.published)}</pubDate>'
    yield f"<atom:updated>{moment(entry.changed)}</atom:updated>"
    yield f"<dc:language>{text(entry.title.language)}</dc:language>"
    yield from (f"<dc:creator>{text(author.name)}</dc:creator>" for author in entry.authors)
    for category in (*entry.categories, *entry.labels):
        domain = f" domain={attribute(category.scheme)}" if category.scheme else ""
        yield f"<category{domain}>{text(category.label or category.term)}</category>"
    if entry.licence:
        yield f"<cc:license>{text(entry.licence)}</cc:license>"
    if entry.summary.text:
        # Readers of RSS take a description for HTML: escaped once for them, and once more for XML.
        yield f"<description>{text(text(entry.summary.text))}</description>"
    yield "</item>"
