"""Sitemaps of strangers (sitemaps.org 0.9): the pages that a site lists, map by map, with when they last changed."""

import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Final
from urllib.parse import urljoin, urlsplit

from landbridge.exchange.in_.door import Ask, BadSource
from landbridge.exchange.in_.sources.known import line, moment, shorter
from landbridge.exchange.in_.sources.opening import expect, unpacked
from landbridge.exchange.in_.sources.robots import LARGEST as LARGEST_ROBOTS
from landbridge.exchange.in_.sources.robots import Robots, robots
from landbridge.lib import xml
from landbridge.lib.doors.http import Failed, Unsafe

LARGEST: Final = 60_000_000
"""Bytes of a map once unpacked; the protocol allows 50 MB."""
MOST_PAGES: Final = 50_000
"""Pages of one map, as the protocol has it."""
MOST_MAPS: Final = 2_000
DEEPEST: Final = 3
"""Maps of maps of maps: the protocol knows one level, some sites use two."""
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A page, or another map."""

    address: str
    changed: datetime | None = None


@dataclass
class Map:
    """One map that was read, or why it could not be."""

    address: str
    pages: list[Entry] = field(default_factory=list)
    maps: list[Entry] = field(default_factory=list)
    problem: str = ""
    skipped: bool = False
    """Its index says that nothing in it changed."""


@dataclass
class Site:
    """The site that is read: its hosts, and what it asks of programs."""

    ask: Ask
    elsewhere: bool
    """Whether pages on other hosts are read as well."""
    rules: dict[str, Robots] = field(default_factory=dict)

    def is_ours(self, address: str) -> bool:
        """Whether it is on the host of the source."""
        return self.elsewhere or _host(address) == _host(self.ask.address)

    def robots(self, address: str) -> Robots:
        """What the host of an address asks; nothing where it does not say so."""
        parts = urlsplit(address)
        base = f"{parts.scheme}://{parts.netloc}"
        if base not in self.rules and len(self.rules) < 1_000:
            self.rules[base] = self._read(f"{base}/robots.txt")
        return self.rules.get(base) or Robots()

    def _read(self, address: str) -> Robots:
        try:
            with self.ask.get(address, most_bytes=LARGEST_ROBOTS * 4) as answer:
                if answer.status >= 500:
                    raise Failed(f"it answers with status {answer.status}")
                return robots(answer.read()) if answer.status == 200 else Robots()
        except (Failed, Unsafe) as error:
            if _host(address) != _host(self.ask.address):
                return Robots([("/", False)])
            raise BadSource(
                f"{address[:200]} cannot be read ({error}), so neither is the site; try again later."
            ) from None


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower().removeprefix("www.")
    except ValueError:
        return ""


def maps(site: Site, first: Map, since: datetime | None) -> Iterator[Map]:
    """A map and all that it leads to, each once; those that did not change since then are only named."""
    waiting: list[tuple[Entry, int]] = [(entry, 1) for entry in reversed(first.maps)]
    seen, count = {first.address}, 1
    yield first
    while waiting:
        entry, depth = waiting.pop()
        if entry.address in seen:
            continue
        seen.add(entry.address)
        count += 1
        if count > MOST_MAPS:
            yield Map(entry.address, problem=f"The site has more than {MOST_MAPS:,} sitemaps; the rest is not read.")
            return
        if since and entry.changed and entry.changed < since:
            yield Map(entry.address, skipped=True)
            continue
        found = _fetched(site, entry.address)
        if found.maps and depth >= DEEPEST:
            found = Map(entry.address, problem=f"This sitemap lies more than {DEEPEST} maps deep and is not read.")
        waiting += [(one, depth + 1) for one in reversed(found.maps)]
        yield found


def _fetched(site: Site, address: str) -> Map:
    """A map that another one names."""
    if not site.is_ours(address):
        return Map(address, problem="This sitemap is on another host, which the settings do not allow.")
    if not site.robots(address).allows(address):
        return Map(address, problem="The site's robots.txt asks not to read this sitemap.")
    try:
        with site.ask.get(address, most_bytes=LARGEST) as answer:
            polite(answer.status, answer.headers, address)
            expect(answer.status, address)
            if not site.is_ours(answer.url):
                return Map(address, problem="This sitemap leads to another host, which the settings do not allow.")
            return read(answer.body, address, site.ask.now)
    except Busy:
        raise
    except (Failed, Unsafe, BadSource, xml.BadXml) as error:
        return Map(address, problem=f"The sitemap cannot be read: {error}")


class Busy(BadSource):
    """The site asks to be left alone for a while."""


def polite(status: int, headers: Mapping[str, str], address: str) -> None:
    """Stop when the site says that it is too much.

    Raises:
        Busy: it does.
    """
    if status in (429, 503):
        after = line(headers.get("retry-after", ""), 40)
        when = f"; it asks to come back after {after}{' seconds' if after.isdigit() else ''}" if after else ""
        raise Busy(f"{shorter(address, 200)} answers with status {status}: the site is busy{when}. "
                   "The next run goes on from here; set a longer pause if this comes again.")  # fmt: skip


def read(stream: IO[bytes], address: str, now: datetime | None = None) -> Map:
    """A map in XML, or as a list of addresses.

    Raises:
        BadSource, BadXml: it is none.
    """
    raw = whole(stream)
    if not raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _listed(raw, address)
    root, _ = xml.outermost(io.BytesIO(raw))
    kind = root.rpartition("}")[2]
    if kind not in ("urlset", "sitemapindex"):
        raise BadSource(f"{shorter(address, 200)} is no sitemap; it begins with <{line(kind, 40)}>.")
    made = Map(address)
    entries = made.pages if kind == "urlset" else made.maps
    for element in xml.elements(io.BytesIO(raw), ["{*}url" if kind == "urlset" else "{*}sitemap"]):
        told = {
            str(one.tag).rpartition("}")[2]: (one.text or "").strip() for one in element if isinstance(one.tag, str)
        }
        _add(entries, told.get("loc", ""), address, moment(told.get("lastmod"), now))
        if len(entries) > MOST_PAGES:
            raise BadSource(f"{shorter(address, 200)} names more than {MOST_PAGES:,} addresses; a sitemap may not.")
    return made


def _add(entries: list[Entry], named: str, base: str, changed: datetime | None) -> None:
    try:
        full = urljoin(base, named).partition("#")[0]
        scheme = urlsplit(full).scheme
    except ValueError:
        return
    if named and scheme in ("http", "https") and len(full) <= _LONGEST and full.isprintable() and " " not in full:
        entries.append(Entry(full, changed))


def _listed(raw: bytes, address: str) -> Map:
    made = Map(address)
    for row in raw.decode("utf-8-sig", "replace").splitlines():
        if row.strip().lower().startswith(("http://", "https://")):
            _add(made.pages, row.strip(), address, None)
        if len(made.pages) > MOST_PAGES:
            raise BadSource(f"{shorter(address, 200)} names more than {MOST_PAGES:,} addresses; a sitemap may not.")
    if not made.pages:
        raise BadSource(f"{shorter(address, 200)} is no sitemap, and no list of addresses either.")
    return made


def whole(stream: IO[bytes], largest: int = LARGEST) -> bytes:
    """All of a stream, unpacked where it is packed.

    Raises:
        BadSource: it is larger, or damaged.
    """
    try:
        raw = unpacked(stream).read(largest + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise BadSource("The packed file is damaged.") from None
    if len(raw) > largest:
        raise BadSource(f"The file unpacks to more than {largest // 1_000_000} MB.")
    return raw
