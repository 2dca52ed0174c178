"""News of others: RSS and Atom feeds become resources, or events where the feed tells of nothing else."""

import io
from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

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

LARGEST: Final = 20_000_000
KINDS: Final = (("resource", gettext_noop("Guides, courses and data")), ("event", gettext_noop("Events")))


class Feed:
    name = "feed"
    label = gettext_noop("Feed (RSS or Atom)")
    about = gettext_noop("What a site tells in its feed. Entries that leave the feed stay here.")
    takes = "both"
    settings = (
        Setting("kind", gettext_noop("What the entries are"), kind="choice", choices=KINDS, default="resource"),
        Setting("language", gettext_noop("Language of texts that name none"), kind="language", default=DEFAULT),
    )

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        with whole(ask, "feed", LARGEST) as read:
            if read is None:
                yield Checkpoint(dict(ask.state))
                return
            raw, state = read
            parsed = _parsed(raw)
            for number, entry in enumerate(parsed["entries"], 1):
                yield _found(entry, parsed["feed"], ask, f"entry {number}")
            yield Checkpoint(state)


def _parsed(raw: bytes) -> Mapping[str, Any]:
    if b"<!entity" in raw.replace(b"\0", b"").lower():  # Also in UTF-16.
        raise BadSource("The feed declares entities of its own, which are not read.")
    # Inner import: only who reads a feed needs its parser.
    import feedparser

    try:
        read: Mapping[str, Any] = feedparser.parse(io.BytesIO(raw), sanitize_html=True, resolve_relative_uris=False)
    except (ValueError, TypeError, AttributeError, RecursionError, LookupError) as error:
        raise BadSource(f"The feed cannot be read: {line(str(error), 200)}") from None
    if not read.get("version"):
        raise BadSource("This is no RSS and no Atom feed; look for the address that the page names as its feed.")
    return read


def _found(entry: Mapping[str, Any], feed: Mapping[str, Any], ask: Ask, where: str) -> Found:
    key = str(entry.get("id") or entry.get("link") or entry.get("title") or "")
    title = line(tidy.without_markup(str(entry.get("title") or "")), 300)
    if not title:
        return refused(key or where, "The entry has no title.", where)
    told = (entry.get("title_detail") or {}).get("language") or feed.get("language")
    tag = language(told) or language(str(ask.settings.get("language") or ""), DEFAULT)
    address = str(entry.get("link") or "")
    body = next((str(one.get("value") or "") for one in entry.get("content") or ()), "") or str(
        entry.get("summary") or ""
    )
    summary = texts([(tag, tidy.without_markup(body))], 3000, lines=True)
    is_event = ask.settings.get("kind") == "event"
    source = str((entry.get("source") or {}).get("title") or feed.get("title") or "")
    stated = _moment(entry, ask.now)
    data = {"title": {tag: title}, "summary": summary or {tag: title}, "links": links([link(address)], 5),
            "themes": themes(str(one.get("term") or "") for one in entry.get("tags") or ())}  # fmt: skip
    more: dict[str, Any] = {"organisers": organisations([(source, "")])} if is_event else _of_resource(source, stated)
    return found(
        key, record=record("event" if is_event else "resource", tag, answered({**data, **more})), title=title,
        address=address, place=where, stated_at=stated,
        facts={"feed": feed.get("title"), "tags": [one.get("term") for one in entry.get("tags") or ()]},
    )  # fmt: skip


def _of_resource(source: str, stated: datetime | None) -> dict[str, Any]:
    return {"publishers": organisations([(source, "")]), "year": stated.year if stated else None}


def _moment(entry: Mapping[str, Any], now: datetime | None) -> datetime | None:
    """When the entry says that it changed; what has not come yet is not believed."""
    told = next((entry[name] for name in ("updated_parsed", "published_parsed") if name in entry), None)
    try:
        moment = datetime.fromtimestamp(timegm(told), UTC) if told else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    return moment if moment and moment.year >= 1900 and moment <= (now or datetime.now(UTC)) else None
