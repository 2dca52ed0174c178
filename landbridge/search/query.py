"""Search over all record types: words, filters, facets, snippets, help with spelling, in any language."""

import base64
import binascii
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import choose
from landbridge.registry.queries import readable_ids
from landbridge.registry.rules import ANYONE, Reader
from landbridge.search.footing import on_one_footing
from landbridge.search.index import Index, index, kept_index
from landbridge.search.places import resolve
from landbridge.search.plan import FACETS, Answer, Group, Plan, Row, readable_by
from landbridge.search.sinking import sinking
from landbridge.search.snippets import Highlighter
from landbridge.search.spelling import suggest
from landbridge.search.understand import Understood, read, summarise
from landbridge.search.wording import Wording, word_groups

MOST: Final = 100
"""Results on one page at most."""
DEEPEST: Final = 10_000
"""How far a search can be paged; the full dump and the list of records go further."""
SORTS: Final = {"relevance": "", "newest": "updated", "title": "-title_order"}
FILTER_OF: Final = {
    "types": "type", "languages": "language", "places": "place", "ecosystems": "ecosystem", "targets": "target",
    "themes": "theme", "support": "support", "ip": "ip", "trl": "trl",
}  # fmt: skip
UNLISTED: Final = tuple(name for name, model in FORMATS.items() if not model.listed)
"""Formats that are found only where they are asked for by name."""
_VOCABULARY_OF: Final = {
    "ecosystems": "ecosystems", "targets": "targets", "themes": "themes", "support": "support_types",
    "ip": "ip_status", "trl": "trl",
}  # fmt: skip


class BadQuery(ValueError):
    """A question that cannot be answered; the message says what to change. `field` names the parameter."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Query:
    """A question to the search, as it stands in an address."""

    text: str = ""
    types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    ecosystems: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    ip: tuple[str, ...] = ()
    trl: tuple[str, ...] = ()
    freshness: tuple[str, ...] = ()
    """Years of the last confirmation."""
    sort: str = "relevance"
    limit: int = 20
    cursor: str = ""
    kept: bool = False
    """Among what is kept from the public, as far as the reader may see it, instead of among the public records."""


FacetValue = tuple[str, int]
"""A value of a facet (a term id, a language tag, a year) and how many results have it."""


@dataclass(frozen=True)
class Hit:
    """One result. `snippet` is HTML: escaped, with the found words in <mark>."""

    id: str
    type: str
    title: str
    language: str
    original_language: str
    score: float
    snippet: str
    places: tuple[str, ...]
    confirmed_on: str
    confirmed_by_hand: bool
    confirm_by: str
    provider: str
    sample: bool
    labels: tuple[str, ...] = ()
    """Labels of communities: ids of `tk_labels`."""

    @property
    def url(self) -> str:
        return f"/records/{self.id}"


@dataclass(frozen=True)
class Results:
    """What was found: the exact total, one page of hits, the facets of the whole result, and how to go on."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    next: str | None
    previous: str | None
    suggestion: str | None
    understood: Understood
    loosened: bool
    """No record had all the words; these have some."""
    took_ms: float


def search(
    query: Query, reader: Reader = ANYONE, language: str = "en", with_facets: bool = True, facet_size: int = 300
) -> Results:
    """Find records that the reader may see.

    `language` is the reader's: titles and snippets come in it where the record has it.

    Raises:
        BadQuery: an unknown filter value, sort or cursor.
    """
    started = time.perf_counter()
    offset = _offset(query.cursor)
    wording = word_groups(query.text[:2000], language)
    rights = readable_by(reader)
    plan = Plan(
        filters={**_filters(query), **rights["filters"]}, without=_without(query, rights["without"]), sort=_sort(query),
        limit=max(1, min(query.limit, MOST)), offset=offset, facets=FACETS if with_facets else (),
        facet_size=facet_size,
    )  # fmt: skip
    source = _source(query.kept)
    answer, loosened = answered(plan, wording, source)
    highlighter = Highlighter(wording)
    rows = _still_readable(answer.rows, reader) if query.kept else answer.rows
    return Results(
        total=answer.total,
        hits=tuple(_hit(row, language, highlighter) for row in rows),
        facets=answer.facets,
        next=_cursor(offset + plan.limit) if offset + plan.limit < min(answer.total, DEEPEST) else None,
        previous=_cursor(max(0, offset - plan.limit)) if offset else None,
        suggestion=suggest(query.text, wording) if query.text and (loosened or answer.total < 3) else None,
        understood=summarise(read(query.text[:2000], wording.language), language),
        loosened=loosened and answer.total > 0,
        took_ms=(time.perf_counter() - started) * 1000,
    )


def answered(plan: Plan, wording: Wording, source: Index) -> tuple[Answer, bool]:
    """What the index answers to these words: with all of them, or else with some, and whether that was needed."""
    answer = source.search(_worded(plan, wording.strict, source))
    loosened = not answer.total and len(wording.loose) > 1
    if loosened:
        answer = source.search(replace(_worded(plan, wording.loose, source), least_groups=wording.least))
    return answer, loosened


def _source(kept: bool) -> Index:
    return kept_index() if kept else index()


def _still_readable(rows: Sequence[Row], reader: Reader) -> list[Row]:
    """The database has the last word on what is kept from the public: rights may have changed since it was indexed."""
    allowed = readable_ids([row.stored["id"] for row in rows], reader)
    return [row for row in rows if row.stored["id"] in allowed]


def _worded(plan: Plan, groups: tuple[Group, ...], source: Index) -> Plan:
    """The plan with the words of the question, on one footing, and with what is overdue further down."""
    level = on_one_footing(groups, source)
    return replace(plan, groups=level, sinking=None if plan.sort else sinking(level, source))


def fitting(query: Query, ids: Sequence[str], reader: Reader = ANYONE, language: str = "en") -> list[str]:
    """Which of these records a search finds, strictly: with all its words, or for a description with enough of them.

    Raises:
        BadQuery: a filter value that is not known any more.
    """
    plan = _strictly(query, reader, language)
    plan = replace(plan, filters={**plan.filters, "id": tuple(ids)}, limit=len(ids))
    return [row.stored["id"] for row in index().search(plan).rows]


def first_fitting(query: Query, most: int, reader: Reader = ANYONE, language: str = "en") -> list[str]:
    """The records that a search finds, strictly, the newest first: so many at most.

    Raises:
        BadQuery: an unknown filter value.
    """
    plan = replace(_strictly(query, reader, language), limit=most)
    return [row.stored["id"] for row in index().search(plan).rows]


def _strictly(query: Query, reader: Reader, language: str) -> Plan:
    wording = word_groups(query.text[:2000], language)
    rights = readable_by(reader)
    return Plan(
        groups=wording.strict, least_groups=wording.least, sort="updated",
        filters={**_filters(query), **rights["filters"]}, without=_without(query, rights["without"]),
    )  # fmt: skip


def _hit(row: Row, language: str, highlighter: Highlighter) -> Hit:
    stored = row.stored
    original = stored["language"]
    shown_in, title = choose(stored["title"], language, original)
    _, summary = choose(stored.get("summary", {}), language, original)
    return Hit(
        id=stored["id"], type=stored["type"], title=title, language=shown_in, original_language=original,
        score=round(row.score, 4), snippet=highlighter.snippet(summary, shown_in),
        places=tuple(stored.get("places", ())), confirmed_on=stored["confirmed"],
        confirmed_by_hand=stored.get("confirmed_by_hand", False), confirm_by=stored.get("confirm_by", ""),
        provider=stored.get("provider", ""), sample=stored.get("sample", False),
        labels=tuple(stored.get("labels", ())),
    )  # fmt: skip


def check(query: Query) -> None:
    """Go on only when the question can be asked.

    Raises:
        BadQuery: otherwise.
    """
    _sort(query)
    _filters(query)


def _sort(query: Query) -> str:
    if query.sort not in SORTS:
        raise BadQuery("sort", f"“{query.sort[:40]}” is no way to sort; use {', '.join(SORTS)}.")
    return SORTS[query.sort] or ("" if query.text.strip() else "updated")


def _filters(query: Query) -> dict[str, tuple[str, ...]]:
    """Each filter's values as the index knows them; several values of one filter are alternatives."""
    filters: dict[str, tuple[str, ...]] = {}
    for name, facet in FILTER_OF.items():
        values: tuple[str, ...] = getattr(query, name)
        if values:
            filters[facet] = tuple(_value(name, value) for value in values[:50])
    if query.freshness:
        filters["freshness"] = query.freshness[:50]
    return filters


def _without(query: Query, rights: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """What is left out: what the reader may not see, and what nobody looks for without naming it."""
    return rights if query.types else {**rights, "type": UNLISTED}


def _value(name: str, value: str) -> str:
    if name == "places":
        place = resolve(value)
        if place is None:
            raise BadQuery("place", f"“{value[:60]}” is not a country or region; use ISO 3166, M49 or its name.")
        return place
    if name in _VOCABULARY_OF:
        term = vocabulary(_VOCABULARY_OF[name]).find(value)
        if term is None:
            raise BadQuery(name, f"“{value[:60]}” is not a term of the vocabulary {_VOCABULARY_OF[name]}.")
        return term.id
    return value[:60]


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(b"o%d" % offset).decode().rstrip("=")


def _offset(cursor: str) -> int:
    """The place that a cursor names.

    Raises:
        BadQuery: it is none of ours.
    """
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor[:40] + "=" * (-len(cursor[:40]) % 4)).decode("ascii")
        offset = int(text.removeprefix("o"))
    except (ValueError, binascii.Error):
        raise BadQuery("cursor", "This cursor is none of ours; start again without it.") from None
    if not 0 <= offset <= DEEPEST:
        raise BadQuery("cursor", f"A search can be paged to {DEEPEST} results; use filters, or the full dump.")
    return offset


__all__ = ["ANYONE", "BadQuery", "FacetValue", "Hit", "Query", "Results", "Wording", "search"]
