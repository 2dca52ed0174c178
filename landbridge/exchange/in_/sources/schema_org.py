"""Sites that describe their pages in schema.org and list them in a sitemap, as ODIS has it (https://book.odis.org).

A run goes on from the last page that was taken in. The next one asks only for pages whose sitemap says that they
changed; every thirty days all are read again, so that what a site took down is noticed.
"""

import io
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources import schema_pages, schema_things, sitemaps
from landbridge.exchange.in_.sources.known import found, language, line, moment, refused
from landbridge.exchange.in_.sources.opening import expect
from landbridge.exchange.in_.sources.robots import robots
from landbridge.exchange.in_.sources.schema_kinds import format_of
from landbridge.exchange.in_.sources.schema_things import Spoken
from landbridge.exchange.in_.sources.sitemaps import Entry, Map, Site
from landbridge.lib.doors.fetch import TooMuch
from landbridge.lib.doors.http import Failed, Unsafe
from landbridge.lib.languages import DEFAULT

LARGEST_PAGE: Final = 8_000_000
EVERY: Final = 50
"""Pages after which a run says how far it came."""
WHOLE: Final = timedelta(days=30)
MOST_FAILURES: Final = 10
"""Pages in a row that do not answer: the site is down."""
MOST_SEEN: Final = 500_000
_ACCEPT: Final = {"Accept": "application/ld+json, text/html;q=0.9, application/xhtml+xml;q=0.9"}
_LONGEST_PAUSE: Final = 60.0


class SchemaOrg:
    name = "schema_org"
    label = gettext_noop("Site with schema.org (sitemap)")
    about = gettext_noop("Sites that describe their pages in schema.org: a sitemap, robots.txt or a single page.")
    takes = "address"
    settings = (
        Setting("only", gettext_noop("Only addresses that contain"), help=gettext_noop("Such as /records/.")),
        Setting("elsewhere", gettext_noop("Also pages on other hosts"), kind="yes_no", default=False),
        Setting("pause", gettext_noop("Seconds between two pages"), kind="number", default=1),
        Setting("language", gettext_noop("Language of texts that name none"), kind="language", default=DEFAULT),
    )

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        reading = _Reading(ask, Site(ask, ask.settings.get("elsewhere") is True))
        with ask.get(ask.address, headers=_ACCEPT, most_bytes=sitemaps.LARGEST) as answer:
            sitemaps.polite(answer.status, answer.headers, ask.address)
            expect(answer.status, ask.address)
            raw, told = sitemaps.whole(answer.body), answer.headers.get("content-type", "")
            at = answer.url
        if not reading.site.is_ours(at):
            raise BadSource(f"The address leads to another host ({urlsplit(at).netloc[:100]}); use that address.")
        if not (first := _start(ask, raw, told, at)):
            if not reading.site.robots(at).allows(at):
                raise BadSource("The site's robots.txt asks programs not to read this page.")
            yield from reading.things(Entry(at), raw, told)
            if not reading.count:
                raise BadSource("The page holds no schema.org data of a kind that is kept here, and is no sitemap.")
            yield Checkpoint({}, done=not reading.missed)
            return
        yield from reading.all(first)


def _start(ask: Ask, raw: bytes, told: str, at: str) -> Map | None:
    """What the address of the source is, as a map; None where it is a page."""
    if urlsplit(at).path.endswith("/robots.txt"):
        named = robots(raw).sitemaps
        if not named:
            raise BadSource("This robots.txt names no sitemap; write the address of the sitemap itself.")
        made = Map(at)
        made.maps = [Entry(one) for one in dict.fromkeys(named)][: sitemaps.MOST_MAPS]
        return made
    kind, start = told.partition(";")[0].strip().lower(), raw[:2_000].replace(b"\0", b"").lower()
    is_list = kind == "text/plain" and start.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"http")
    if is_list or b"<urlset" in start or b"<sitemapindex" in start or kind in ("text/xml", "application/xml"):
        return sitemaps.read(io.BytesIO(raw), at, ask.now)
    return None


@dataclass
class _Passed:
    """Pages that were not asked for, and why: one line for all of them, however many they are."""

    why: str
    count: int = 0
    first: str = ""

    def add(self, address: str) -> None:
        self.first = self.first or address
        self.count += 1


@dataclass
class _Reading:
    """A site that is being read."""

    ask: Ask
    site: Site
    count: int = 0
    pages: int = 0
    missed: int = 0
    """Pages and maps that could not be read: what they told may still be there."""
    failures: int = 0
    barred: "_Passed" = field(default_factory=lambda: _Passed("robots.txt of the site asks not to read them"))
    strange: "_Passed" = field(
        default_factory=lambda: _Passed("they are on other hosts, which the settings do not allow")
    )
    seen: set[int] = field(default_factory=set)
    asked_at: float = 0.0

    def all(self, first: Map) -> Iterator[Found | Checkpoint]:
        """Every page of every map, from where the last run stopped."""
        state = self.ask.state
        now = self.ask.now or datetime.now(UTC)
        began = str(state.get("began") or now.isoformat())
        since, whole_at = moment(state.get("since")), moment(state.get("whole_at"))
        if "began" not in state and (whole_at is None or now - whole_at > WHOLE):
            since = None
        if "began" in state:
            since = moment(state.get("changed_since"))
        self.missed = int(state.get("missed") or 0)
        limit = since - timedelta(days=1) if since else None  # A day of a map is one somewhere on Earth.
        on_the_way = {"since": state.get("since"), "whole_at": state.get("whole_at"), "began": began,
                      "changed_since": since.isoformat() if since else None}  # fmt: skip
        if not (yield from self._maps(first, limit, on_the_way, str(state.get("map") or ""))):
            yield from self._maps(first, limit, on_the_way, "")  # The map where we stopped is gone: from the start.
        yield from self._left_out()
        if not self.count and not since and "map" not in state:
            raise BadSource(f"None of {self.pages:,} pages holds schema.org data of a kind that is kept here.")
        is_whole = since is None and not self.missed
        ended = {"since": began, "whole_at": began if is_whole else state.get("whole_at")}
        yield Checkpoint({name: value for name, value in ended.items() if value}, done=is_whole)

    def _maps(
        self, first: Map, since: datetime | None, state: Mapping[str, Any], reached: str
    ) -> Generator[Found | Checkpoint, None, bool]:
        """Maps one after the other; those before the one where the last run stopped are passed over. Whether that one
        was among them."""
        offset = int(self.ask.state.get("page") or 0) if reached else 0
        for one in sitemaps.maps(self.site, first, since):
            if reached and one.address != reached:
                continue
            if one.problem:
                self.missed += 1
                yield refused(one.address, one.problem, "sitemap")
            for number, entry in enumerate(one.pages, 1):
                if reached and number <= offset:
                    continue
                if self._wanted(entry, since):
                    yield from self._page(entry, one, number, state)
            reached = ""
            if one.pages:
                yield Checkpoint({**state, "map": one.address, "page": len(one.pages), "missed": self.missed})
        return not reached

    def _wanted(self, entry: Entry, since: datetime | None) -> bool:
        only = str(self.ask.settings.get("only") or "")
        if only and only not in entry.address:
            return False
        if not self.site.is_ours(entry.address):
            self.strange.add(entry.address)
            return False
        if since and entry.changed and entry.changed < since:
            return False
        if not self.site.robots(entry.address).allows(entry.address):
            self.barred.add(entry.address)
            return False
        return True

    def _left_out(self) -> Iterator[Found]:
        """One line each for what was not asked for, however much it is."""
        for passed in (self.barred, self.strange):
            if passed.count:
                told = f"{passed.count:,} pages were not read: {passed.why}. The first is {passed.first[:200]}."
                yield refused(passed.first, told, "sitemap")

    def _page(self, entry: Entry, map_: Map, number: int, state: Mapping[str, Any]) -> Iterator[Found | Checkpoint]:
        self.pages += 1
        self._rest(entry.address)
        so_far = {**state, "map": map_.address, "page": number - 1}
        try:
            with self.ask.get(entry.address, headers=_ACCEPT, most_bytes=LARGEST_PAGE) as answer:
                sitemaps.polite(answer.status, answer.headers, entry.address)
                status, told, at = answer.status, answer.headers.get("content-type", ""), answer.url
                raw = sitemaps.whole(answer.body, LARGEST_PAGE) if status == 200 else b""
        except sitemaps.Busy:
            yield Checkpoint({**so_far, "missed": self.missed})
            raise
        except TooMuch as error:  # It will be no shorter the next time: nothing that it told may count as there.
            yield refused(entry.address, str(error), entry.address)
            return
        except (Failed, Unsafe) as error:
            yield self._failed(entry, str(error))
            if self.failures >= MOST_FAILURES:
                yield Checkpoint({**so_far, "missed": self.missed})
                raise BadSource(f"{self.failures} pages in a row could not be read; the last says: {error}") from None
            return
        self.failures = 0
        yield from self._answered(entry, status, at, raw, told)
        if number % EVERY == 0:
            yield Checkpoint({**so_far, "page": number, "missed": self.missed})

    def _answered(self, entry: Entry, status: int, at: str, raw: bytes, told: str) -> Iterator[Found]:
        if status in (404, 410):
            yield found(entry.address, gone=True, place=entry.address)
        elif status != 200:
            yield self._failed(entry, f"The page answers with status {status}.")
            self.failures = 0
        elif not self.site.is_ours(at):
            self.strange.add(entry.address)
        else:
            yield from self.things(entry, raw, told)

    def _failed(self, entry: Entry, why: str) -> Found:
        self.missed += 1
        self.failures += 1
        return refused(entry.address, why, entry.address)

    def _rest(self, address: str) -> None:
        """Wait until so many seconds went by since the last page: the longer of what we and the site want."""
        told = self.ask.settings.get("pause", 1)
        pause = min(
            max(float(told if isinstance(told, int | float) else 1), self.site.robots(address).delay), _LONGEST_PAUSE
        )
        left = self.asked_at + pause - time.monotonic()
        if self.asked_at and left > 0:
            time.sleep(left)
        self.asked_at = time.monotonic()

    def things(self, entry: Entry, raw: bytes, content_type: str) -> Iterator[Found]:
        """What a page tells of."""
        page = schema_pages.page(raw, content_type)
        for problem in page.problems:
            yield refused(entry.address, problem, entry.address)
        default = page.language or language(str(self.ask.settings.get("language") or ""), DEFAULT)
        parts = schema_pages.parts(page)
        kept = [one for one in page.things if format_of(one.get("@type") or ())[0] and str(one.get("@id")) not in parts]
        for number, thing in enumerate(kept, 1):
            spoken = Spoken(thing, page.known, str(thing.get("@tag") or "") or default, entry.address)
            if (said := self._found(spoken, number, entry)) is not None:
                yield said

    def _found(self, spoken: Spoken, number: int, entry: Entry) -> Found | None:
        """One thing; None where another page told of it already."""
        key = schema_things.key_of(spoken, number)
        if hash(key) in self.seen:
            return None
        if len(self.seen) < MOST_SEEN:
            self.seen.add(hash(key))
        try:
            record = schema_things.record_of(spoken)
        except LookupError:
            return refused(key, "It has no name.", entry.address)
        except (TypeError, ValueError, AttributeError) as error:
            return refused(key, f"It is not made as schema.org has it: {line(str(error), 200)}", entry.address)
        self.count += 1
        if record is None:
            return None
        changed = moment(spoken.first("dateModified"), self.ask.now) or entry.changed
        return found(
            key, record=record, title=record["data"]["title"][record["language"]], address=entry.address,
            place=entry.address, stated_at=changed, facts=schema_things.facts(spoken),
        )  # fmt: skip
