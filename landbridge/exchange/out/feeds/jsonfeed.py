"""A feed as JSON Feed 1.1. Our own words stand under `_landbridge`, as it asks of extensions."""

from typing import Any, Final

import orjson

from landbridge.exchange.out.feeds.entries import Author, Entry, Feed, moment
from landbridge.formats.tidy import lines

MEDIA_TYPE: Final = "application/feed+json"
_VERSION: Final = "https://jsonfeed.org/version/1.1"


def json_feed(feed: Feed) -> str:
    """The whole document."""
    body = {
        "version": _VERSION, "title": lines(feed.title), "home_page_url": feed.home, "feed_url": feed.own,
        "language": feed.language, "authors": [{"name": lines(feed.author)}],
        "items": [_item(entry) for entry in feed.entries],
    }  # fmt: skip
    return orjson.dumps(body | ({"next_url": feed.next} if feed.next else {})).decode()


def _item(entry: Entry) -> dict[str, Any]:
    item = {
        "id": entry.id, "url": entry.address, "title": lines(entry.title.text), "language": entry.title.language,
        "content_text": lines(entry.summary.text), "date_published": moment(entry.published),
        "date_modified": moment(entry.changed), "authors": [_author(one) for one in entry.authors],
        "tags": [lines(category.label or category.term) for category in (*entry.categories, *entry.labels)],
        "_landbridge": _own(entry),
    }  # fmt: skip
    return {name: value for name, value in item.items() if value or name == "content_text"}


def _own(entry: Entry) -> dict[str, Any]:
    labels = [{"name": one.term, "url": one.scheme} for one in entry.labels]
    said = {"labels": labels, "license": entry.licence, "summary_language": entry.summary.language}
    return {name: value for name, value in said.items() if value}


def _author(author: Author) -> dict[str, str]:
    return {"name": lines(author.name), **({"url": author.address} if author.address else {})}
