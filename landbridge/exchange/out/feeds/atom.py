"""A feed as Atom (RFC 4287), with paging (RFC 5005) and licences (RFC 4946)."""

from collections.abc import Iterator
from typing import Final

from landbridge.exchange.out.feeds.entries import Author, Category, Entry, Feed, attribute, moment, text

MEDIA_TYPE: Final = "application/atom+xml"


def atom(feed: Feed) -> str:
    """The whole document."""
    return "".join(_feed(feed))


def _feed(feed: Feed) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={attribute(feed.language)}>'
    yield f"<title>{text(feed.title)}</title><id>{text(feed.id)}</id><updated>{moment(feed.changed)}</updated>"
    yield f"<author><name>{text(feed.author)}</name></author>"
    yield _link("self", feed.own, MEDIA_TYPE) + _link("alternate", feed.home, "text/html")
    if feed.next:
        yield _link("next", feed.next, MEDIA_TYPE)
    for entry in feed.entries:
        yield from _entry(entry)
    yield "</feed>\n"


def _entry(entry: Entry) -> Iterator[str]:
    yield f"\n<entry xml:lang={attribute(entry.title.language)}><id>{text(entry.id)}</id>"
    yield f"<title>{text(entry.title.text)}</title>"
    yield _link("alternate", entry.address, "text/html")
    yield f"<published>{moment(entry.published)}</published><updated>{moment(entry.changed)}</updated>"
    yield from map(_author, entry.authors)
    yield from map(_category, (*entry.categories, *entry.labels))
    if entry.licence:
        yield _link("license", entry.licence)
    if entry.summary.text:
        yield f"<summary xml:lang={attribute(entry.summary.language)}>{text(entry.summary.text)}</summary>"
    yield "</entry>"


def _link(relation: str, address: str, media_type: str = "") -> str:
    kind = f' type="{media_type}"' if media_type else ""
    return f'<link rel="{relation}"{kind} href={attribute(address)}/>'


def _author(author: Author) -> str:
    uri = f"<uri>{text(author.address)}</uri>" if author.address else ""
    return f"<author><name>{text(author.name)}</name>{uri}</author>"


def _category(category: Category) -> str:
    scheme = f" scheme={attribute(category.scheme)}" if category.scheme else ""
    label = f" label={attribute(category.label)}" if category.label else ""
    return f"<category term={attribute(category.term)}{scheme}{label}/>"
