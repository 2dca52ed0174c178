"""The sitemap of the node, and ResourceSync (ANSI/NISO Z39.99) in the same form: what is there, and what changed.

Everything is written a line at a time. A part holds fewer than the 50,000 addresses that the protocol allows, because
each comes with its six languages and a part has to stay below 50 MB.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from django.conf import settings
from django.db.models import QuerySet

from landbridge.exchange.out.linked import addresses
from landbridge.formats.vocabulary import names, vocabulary
from landbridge.lib.languages import LANGUAGES
from landbridge.registry import queries
from landbridge.registry.rules import ANYONE

PART: Final = 5_000
SERIALS: Final = 10_000
"""Lines of the journal in a part of the list of changes: a part that is full stays as it is for ever."""
PAGES: Final = ("", "about", "help", "roster", "parties", "vocabularies", "network")
_PROLOGUE: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_RS: Final = "http://www.openarchives.org/rs/terms/"
_SPACES: Final = f'xmlns="{_SITEMAP}" xmlns:xhtml="http://www.w3.org/1999/xhtml" xmlns:rs="{_RS}"'


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _now() -> str:
    return _moment(datetime.now(UTC))


def _records() -> "QuerySet[Any, tuple[str, datetime]]":
    return queries.every_id(ANYONE).order_by("id").values_list("id", "updated_at")


def parts() -> Iterator[tuple[int, datetime]]:
    """(number, latest change) of each part with records."""
    newest, count = None, 0
    for _, at in _records().iterator(chunk_size=2000):
        newest = max(newest or at, at)
        count += 1
        if count % PART == 0:
            yield count // PART, newest
            newest = None
    if newest is not None:
        yield ceil(count / PART), newest


def _tagged(name: str, lines: Iterable[str], before: str = "") -> Iterator[str]:
    yield f"{_PROLOGUE}<{name} {_SPACES}>{before}\n"
    yield from lines
    yield f"</{name}>\n"


def index() -> Iterator[str]:
    """The index: the pages, the vocabularies, and the parts with records."""
    base = settings.BASE_URL
    lines = [f"<sitemap><loc>{base}/sitemap-pages.xml</loc></sitemap>\n"]
    lines += [
        f"<sitemap><loc>{base}/sitemap-{number}.xml</loc><lastmod>{_moment(at)}</lastmod></sitemap>\n"
        for number, at in parts()
    ]
    return _tagged("sitemapindex", lines)


def pages() -> Iterator[str]:
    """The pages that do not change with the records, and the terms of the vocabularies."""
    paths = [*PAGES, *(f"vocabularies/{name}" for name in names())]
    lines = [_line(f"{settings.BASE_URL}/{path}") for path in paths]
    lines += [_line(addresses.of_term(term)) for name in names() for term in vocabulary(name)]
    return _tagged("urlset", lines)


def part(number: int) -> Iterator[str] | None:
    """One part with records; None when there is none of this number."""
    rows = _records()[(number - 1) * PART : number * PART]
    if not rows[:1]:
        return None
    lines = (_line(addresses.of_record(one), at) for one, at in rows.iterator(chunk_size=2000))
    return _tagged("urlset", lines)


def _line(address: str, at: datetime | None = None) -> str:
    """An address with its languages; without one a reader gets that of their browser."""
    languages = "".join(
        f'<xhtml:link rel="alternate" hreflang="{tag}" href={quoteattr(f"{address}?lang={tag}")}/>' for tag in LANGUAGES
    )
    default = f'<xhtml:link rel="alternate" hreflang="x-default" href={quoteattr(address)}/>'
    changed = f"<lastmod>{_moment(at)}</lastmod>" if at else ""
    return f"<url><loc>{address}</loc>{changed}{languages}{default}</url>\n"


def _meta(capability: str, **attributes: str) -> str:
    told = "".join(f'{name}="{value}" ' for name, value in attributes.items())
    return f'<rs:md {told}capability="{capability}"/>'


def _up(path: str) -> str:
    return f'<rs:ln rel="up" href="{settings.BASE_URL}/{path}"/>'


def description() -> Iterator[str]:
    """The source description: where the capabilities of this node are listed."""
    base = settings.BASE_URL
    told = f'<rs:ln rel="describedby" href="{base}/catalogue.ttl" type="text/turtle"/>'
    line = f"<url><loc>{base}/resourcesync/capabilitylist.xml</loc>{_meta('capabilitylist')}</url>\n"
    return _tagged("urlset", [line], told + _meta("description"))


def capabilities() -> Iterator[str]:
    """What can be had: the list of records, and the list of changes."""
    base = settings.BASE_URL
    lines = [
        f"<url><loc>{base}/resourcesync/{name}.xml</loc>{_meta(name)}</url>\n"
        for name in ("resourcelist", "changelist")
    ]
    return _tagged("urlset", lines, _up(".well-known/resourcesync") + _meta("capabilitylist"))


def resources() -> Iterator[str]:
    """The index of the lists of records."""
    lines = (
        f"<sitemap><loc>{settings.BASE_URL}/resourcesync/resourcelist-{number}.xml</loc>"
        f"<lastmod>{_moment(at)}</lastmod></sitemap>\n"
        for number, at in parts()
    )
    return _tagged("sitemapindex", lines, _up("resourcesync/capabilitylist.xml") + _meta("resourcelist", at=_now()))


def resource_part(number: int) -> Iterator[str] | None:
    """One list of records, as the data that `.json` gives of each."""
    rows = _records()[(number - 1) * PART : number * PART]
    if not rows[:1]:
        return None
    lines = (
        f"<url><loc>{addresses.of_record(one, '.json')}</loc><lastmod>{_moment(at)}</lastmod>"
        f'<rs:md type="application/json"/>{_about(one)}</url>\n'
        for one, at in rows.iterator(chunk_size=2000)
    )
    before = _up("resourcesync/capabilitylist.xml") + _meta("resourcelist", at=_now())
    return _tagged("urlset", lines, before)


def _about(record_id: str) -> str:
    return f'<rs:ln rel="describes" href={quoteattr(addresses.of_record(record_id))} type="text/html"/>'


def changes() -> Iterator[str]:
    """The index of the lists of changes."""
    count = ceil(queries.newest_serial() / SERIALS)
    lines = (
        f"<sitemap><loc>{settings.BASE_URL}/resourcesync/changelist-{number}.xml</loc></sitemap>\n"
        for number in range(1, count + 1)
    )
    return _tagged("sitemapindex", lines, _up("resourcesync/capabilitylist.xml") + _changed(1))


def _changed(number: int) -> str:
    """The head of a list of changes: since when, and until when if no more will come."""
    first = next(iter(queries.changes(ANYONE, (number - 1) * SERIALS, 200)[0]), None)
    until = {"until": _now()} if queries.newest_serial() > number * SERIALS else {}
    return _meta("changelist", **{"from": _moment(first.at) if first else "1970-01-01T00:00:00Z"}, **until)


_STEP: Final = 1_000


def change_part(number: int) -> Iterator[str] | None:
    """The changes of one stretch of the journal, in the order in which they were made."""
    if (number - 1) * SERIALS >= max(queries.newest_serial(), 1):
        return None
    before = _up("resourcesync/capabilitylist.xml") + _changed(number)
    return _tagged("urlset", _change_lines(number), before)


def _change_lines(number: int) -> Iterator[str]:
    after, end = (number - 1) * SERIALS, number * SERIALS
    while after < end:
        lines, after = queries.changes(ANYONE, after, min(_STEP, end - after))
        for one in lines:
            if one.serial <= end:
                yield _change(one)
        if not lines and after >= queries.newest_serial():
            return


def _change(one: queries.ChangeLine) -> str:
    """A change is a creation when it published the first revision; an address that was gone may come again."""
    kind = "deleted" if one.gone else "created" if one.revision == 1 else "updated"
    said: Mapping[str, str] = {"change": kind, "datetime": _moment(one.at)}
    told = " ".join(f'{name}="{value}"' for name, value in said.items())
    address = addresses.of_record(one.record, ".json")
    return f"<url><loc>{address}</loc><lastmod>{_moment(one.at)}</lastmod><rs:md {told}/>{_about(one.record)}</url>\n"
