"""From a search to what subscribers read: feeds, the newest change first, and calendars."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext

from landbridge.exchange.out import calendar as calendars
from landbridge.exchange.out import stamps
from landbridge.exchange.out.calendar import Calendar, Occasion, icalendar
from landbridge.exchange.out.dates import DATED, Dated, dates, is_off, retired
from landbridge.exchange.out.feeds import atom, jsonfeed, rss
from landbridge.exchange.out.feeds.entries import Author, Category, Entry, Feed, Said
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import choose
from landbridge.registry.queries import RecordView, titles
from landbridge.registry.rules import ANYONE
from landbridge.search.query import FILTER_OF, MOST, BadQuery, Query, search
from landbridge.web.addresses import Address, query_of, search_address, values
from landbridge.web.communities import labels_named
from landbridge.web.labels import format_name, format_plural, listed, place_name, place_term, reader_language

USUAL: Final = 50
"""Entries of a feed where the address does not say how many."""
WINDOW: Final = 200
"""So many records, those that were touched last, are put in the order of their changes at a time. A confirmation
touches a record as well; but whatever changed after the oldest touch of a window stands in that window."""
IN_CALENDAR: Final = 1000
_PAST: Final = timedelta(days=366)

WRITERS: Final[Mapping[str, tuple[Callable[[Feed], str], str]]] = {
    "atom": (atom.atom, atom.MEDIA_TYPE),
    "rss": (rss.rss, rss.MEDIA_TYPE),
    "jsonfeed": (jsonfeed.json_feed, jsonfeed.MEDIA_TYPE),
}
"""Value of `&format=` to what writes the feed, and its media type."""
CALENDAR: Final = "ics"


@dataclass(frozen=True)
class Found:
    """The records of one page of a feed, and the cursor of the next one."""

    ids: Sequence[str]
    next: str


def found(given: QueryDict) -> Found:
    """What a search finds for subscribers: what everybody may read.

    Raises:
        BadQuery: the search cannot be made.
    """
    query = replace(query_of(given), kept=False)
    query = query if given.get("limit") else replace(query, limit=USUAL)
    if given.get("sort"):
        page = search(query, ANYONE, reader_language(), with_facets=False)
        return Found([hit.id for hit in page.hits], page.next or "")
    return _by_change(query)


def _by_change(query: Query) -> Found:
    """The cursor names the window and how far one is in it."""
    at, _, skipped = query.cursor.partition("~")
    if query.cursor and not (skipped.isascii() and skipped.isdigit() and int(skipped[:9]) < WINDOW):
        raise BadQuery("cursor", "This cursor is none of ours; start again without it.")
    skip, limit = int(skipped or 0), max(1, min(query.limit, MOST))
    touched, following = _window(query, at)
    ids = stamps.newest_first(touched)
    if skip + limit < len(ids):
        return Found(ids[skip : skip + limit], f"{at}~{skip + limit}")
    return Found(ids[skip:], f"{following}~0" if following else "")


def _window(query: Query, cursor: str) -> tuple[list[str], str]:
    ids: list[str] = []
    following: str | None = cursor
    while following is not None and len(ids) < WINDOW:
        step = replace(query, sort="newest", limit=min(MOST, WINDOW), cursor=following)
        page = search(step, ANYONE, with_facets=False)
        ids, following = ids + [hit.id for hit in page.hits], page.next
    return ids, following or ""


def address_of(given: QueryDict, path: str, shape: str) -> Address:
    """The address of a feed, tidied: it says its shape and its language, since a program brings neither."""
    address = search_address(given, path)
    pairs = tuple(pair for pair in address.pairs if pair[0] != "kept")
    if path != "/feed" or shape != "atom":
        pairs = (*pairs, ("format", shape))
    return Address(path, (*pairs, ("lang", reader_language())))


def feed(given: QueryDict, path: str, shape: str) -> Feed:
    """A search as a feed.

    Raises:
        BadQuery: the search cannot be made.
    """
    page = found(given)
    own = address_of(given, path, shape)
    following = str(Address(own.path, (*_without(own, "cursor").pairs, ("cursor", page.next)))) if page.next else ""
    plain = _without(search_address(given, path), "cursor", "kept")
    return Feed(
        id=settings.BASE_URL + str(plain), own=settings.BASE_URL + str(own),
        home=settings.BASE_URL + str(Address("/search", plain.pairs)), title=_title(given),
        language=reader_language(), author=settings.NODE_NAME, entries=tuple(entries(page.ids)),
        next=settings.BASE_URL + following if following else "",
    )  # fmt: skip


def _without(address: Address, *names: str) -> Address:
    return Address(address.path, tuple(pair for pair in address.pairs if pair[0] not in names))


def _title(given: QueryDict) -> str:
    """What the feed is of: the words, else the kinds of records, else that it is what is new."""
    words = given.get("q", "").strip()[:80] or listed(map(format_plural, values(given, "type")[:3]))
    return f"{settings.NODE_NAME}: {words or gettext('What is new')}"


def entries(record_ids: Sequence[str]) -> Iterator[Entry]:
    """The records as entries, in the order of their ids: four queries."""
    views = stamps.shown(record_ids)
    since = stamps.first_shown(record_ids)
    named = _names(views)
    for view in views:
        yield _entry(view, since.get(view.id) or view.published_at or view.created_at, named)


def _names(views: Sequence[RecordView]) -> Mapping[str, str]:
    """The names of organisations that records name by their own record."""
    wanted = {one.record for view in views for one in stamps.providers(view) if one.record}
    found = titles(wanted, ANYONE) if wanted else {}
    return {key: choose(title, reader_language())[1] for key, (_, title) in found.items()}


def _entry(view: RecordView, published: datetime, named: Mapping[str, str]) -> Entry:
    title, summary = (Said(*choose(view.data.get(name) or {}, reader_language(), view.language))
                      for name in ("title", "summary"))  # fmt: skip
    changed = max(stamps.changed(view), published)
    return Entry(
        id=stamps.urn(view.id), address=f"{settings.BASE_URL}/records/{view.id}", title=title, summary=summary,
        published=published, changed=changed, authors=tuple(_authors(view, named)),
        categories=tuple(_categories(view)), labels=tuple(_labels(view)), licence=_licence(view),
    )  # fmt: skip


def _authors(view: RecordView, named: Mapping[str, str]) -> Iterator[Author]:
    for one in stamps.providers(view):
        shown = one.record in named
        yield Author(named.get(one.record) or one.name, f"{settings.BASE_URL}/records/{one.record}" if shown else "")


def _categories(view: RecordView) -> Iterator[Category]:
    yield Category(view.format, format_name(view.format), f"{settings.BASE_URL}/search")
    for place in view.data.get("places") or ():
        if term := place_term(place):
            yield Category(place, place_name(place), f"{settings.BASE_URL}/vocabularies/{term.vocabulary}")


def _labels(view: RecordView) -> Iterator[Category]:
    for label in labels_named(view.data.get("tk_labels") or ()):
        yield Category(label.name, scheme=label.address)


def _licence(view: RecordView) -> str:
    term = vocabulary("licences").terms.get(view.data.get("licence") or "")
    return term.extra.get("uri", "") if term else ""


def calendar(given: QueryDict, now: datetime | None = None) -> bytes:
    """The dates of a search as a calendar.

    Raises:
        BadQuery: the search cannot be made.
    """
    now = now or datetime.now(UTC)
    query = replace(query_of(given), kept=False, limit=MOST, sort="newest", cursor="")
    types = tuple(one for one in query.types if one in DATED) if query.types else DATED
    own = _without(address_of(given, "/search", CALENDAR), "cursor", "limit", "sort")
    plain = _without(own, "format", "lang")
    made = Calendar(
        own=settings.BASE_URL + str(own), home=settings.BASE_URL + str(plain),
        uid=stamps.uid(f"calendar {plain}", settings.BASE_URL), name=_title(given), language=reader_language(),
        occasions=calendars.in_order(_occasions(replace(query, types=types), now)),
    )  # fmt: skip
    return icalendar(made)


def _occasions(query: Query, now: datetime) -> Iterator[Occasion]:
    ids: list[str] = []
    following: str | None = ""
    while query.types and following is not None and len(ids) < IN_CALENDAR:
        page = search(replace(query, cursor=following), ANYONE, with_facets=False)
        ids, following = ids + [hit.id for hit in page.hits], page.next
    since = stamps.first_shown(ids)
    oldest = (now - _PAST).date()
    for view in stamps.shown(ids):
        for dated in dates(view):
            if dated.last >= oldest:
                yield _occasion(view, dated, since.get(view.id))
    if _is_whole(query):
        for view in retired(query.types, now):
            for dated in dates(view):
                uid = stamps.uid(view.id, dated.part)
                yield Occasion(uid, dated, view.latest + 1, view.updated_at, off=True)


def _is_whole(query: Query) -> bool:
    """Whether the search is all records of some kinds. What is retired stands in no index any more, so whether a
    narrower search would have found it, nobody can say."""
    return not query.text and not query.freshness and not any(
        getattr(query, name) for name in FILTER_OF if name != "types"
    )  # fmt: skip


def _occasion(view: RecordView, dated: Dated, created: datetime | None) -> Occasion:
    language, title = choose(view.data["title"], reader_language(), view.language)
    words = {
        "opens": gettext("Opens: %(title)s"), "closes": gettext("Closes: %(title)s"),
        "deadline": gettext("Last day: %(title)s"),
    }  # fmt: skip
    point = view.data.get("point") if dated.word == "span" and view.data.get("modality") != "online" else None
    labels = labels_named(view.data.get("tk_labels") or ())
    return Occasion(
        uid=stamps.uid(view.id, dated.part), dated=dated, sequence=view.revision, changed=stamps.changed(view),
        off=is_off(view), title=Said(language, words.get(dated.word, "%(title)s") % {"title": title}),
        summary=_told(view, [f"{label.name} {label.address}" for label in labels]), place=_place(view),
        address=f"{settings.BASE_URL}/records/{view.id}", created=created,
        point=(point["latitude"], point["longitude"]) if point else None,
        categories=(format_name(view.format), *(label.name for label in labels)),
    )  # fmt: skip


def _told(view: RecordView, labels: Sequence[str]) -> Said:
    language, summary = choose(view.data.get("summary") or {}, reader_language(), view.language)
    return Said(language or reader_language(), "\n\n".join([part for part in (summary, "\n".join(labels)) if part]))


def _place(view: RecordView) -> Said:
    language, city = choose(view.data.get("city") or {}, reader_language(), view.language)
    countries = [place_name(place) for place in (view.data.get("places") or ())[:3]]
    return Said(language or reader_language(), ", ".join(part for part in (city, *countries) if part))
