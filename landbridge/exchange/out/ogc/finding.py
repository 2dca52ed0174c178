"""Finding the records that a question to OGC API Records is about, a page at a time, in an order that holds.

The database narrows down what it can; whether a record really answers is asked of what everybody may see of it. So a
place that is blurred, or a day that is withheld, cannot be tried out by narrowing a box around it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from landbridge.exchange.out import stamps
from landbridge.exchange.out.ogc.asking import SORTABLES, Asked, Box, Days, cursor, wrong
from landbridge.exchange.out.ogc.record import OWN_SCHEME, PERIODS, external_ids, period
from landbridge.formats.fields import RichText, Text
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.tidy import line, without_markup
from landbridge.registry.models import Record, Revision
from landbridge.registry.queries import RecordView
from landbridge.registry.rules import ANYONE, readable
from landbridge.search.index import index
from landbridge.search.plan import Plan, readable_by
from landbridge.search.wording import word_groups

AT_ONCE: Final = 200
LOOKED_AT: Final = 4000
"""So many records are looked at for one page at most; a page may then hold fewer than it could, and leads on."""
RANKED: Final = 2000
"""So many of the best records are looked at for each term of `q`."""
_BLUR: Final = 0.06
"""Degrees by which a blurred point may lie beside the true one."""

Test = Callable[[RecordView], bool]


@dataclass(frozen=True)
class Page:
    """The records of one page, what `after` says on the next one, and how many there are where that is known."""

    views: list[RecordView]
    after: str
    matched: int | None


def page(asked: Asked, formats: Sequence[str], language: str) -> Page:
    """The records that answer.

    Raises:
        Problem: `after` does not go with the question.
    """
    chosen = [name for name in formats if not asked.types or name in asked.types]
    tests = list(_tests(asked))
    rows = _narrowed(asked, chosen)
    ranked: list[str] = []
    if asked.words:
        ranked = _ranked(asked.words, chosen, language)
        rows = rows.filter(pk__in=ranked)
    if asked.words and not asked.sort:
        return _in_rank(asked, rows, ranked, tests)
    return _in_order(asked, rows, tests)


def _in_order(asked: Asked, rows: "QuerySet[Record]", tests: Sequence[Test]) -> Page:
    matched = None if tests else rows.count()
    keys = [(SORTABLES[name], down) for name, down in asked.sort]
    if "pk" not in dict(keys):
        keys.append(("pk", False))
    columns = [name for name, _ in keys]
    rows = rows.order_by(*(f"-{name}" if down else name for name, down in keys))
    views: list[RecordView] = []
    last, looked_at = _place(asked.after, columns), 0
    while looked_at < LOOKED_AT:
        step = min(AT_ONCE, asked.limit + 1) if not tests else AT_ONCE
        batch = list((rows.filter(_beyond(keys, last)) if last else rows).values_list("pk", *columns)[:step])
        found = {view.id: view for view in stamps.shown([row[0] for row in batch])}
        for row in batch:
            view = found.get(row[0])
            if view is not None and all(test(view) for test in tests):
                if len(views) == asked.limit:
                    return Page(views, cursor(last), matched)
                views.append(view)
            last = list(row[1:])
        looked_at += len(batch)
        if len(batch) < step:
            return Page(views, "", matched)
    return Page(views, cursor(last), matched)


def _in_rank(asked: Asked, rows: "QuerySet[Record]", ranked: Sequence[str], tests: Sequence[Test]) -> Page:
    """The best first; `after` is how far down one is."""
    start = _offset(asked.after)
    standing = set(rows.values_list("pk", flat=True))
    views: list[RecordView] = []
    for place in range(start, len(ranked), AT_ONCE):
        batch = [key for key in ranked[place : place + AT_ONCE] if key in standing]
        found = {view.id: view for view in stamps.shown(batch)}
        for at, key in enumerate(ranked[place : place + AT_ONCE], place):
            if key in found and all(test(found[key]) for test in tests):
                if len(views) == asked.limit:
                    return Page(views, cursor(["rank", at]), None)
                views.append(found[key])
    return Page(views, "", None)


def _offset(after: tuple[Any, ...]) -> int:
    match after:
        case ():
            return 0
        case ("rank", int(at)) if 0 <= at <= 100 * RANKED:
            return at
    raise wrong("after", "does not go with this question; start again without it.")


def _place(after: tuple[Any, ...], columns: Sequence[str]) -> list[Any]:
    """The values of the sort columns after which to go on."""
    if not after:
        return []
    try:
        if len(after) == len(columns) and all(isinstance(one, str) for one in after):
            return [one.replace("\0", "") if name == "pk" else datetime.fromisoformat(one)
                    for name, one in zip(columns, after, strict=True)]  # fmt: skip
    except ValueError:
        pass
    raise wrong("after", "does not go with this question; start again without it.")


def _beyond(keys: Sequence[tuple[str, bool]], values: Sequence[Any]) -> Q:
    """Rows that come after these values in the order of the keys."""
    beyond, same = Q(pk__in=()), Q()
    for (name, down), value in zip(keys, values, strict=True):
        beyond |= same & Q(**{f"{name}__{'lt' if down else 'gt'}": value})
        same &= Q(**{name: value})
    return beyond


def _narrowed(asked: Asked, formats: Sequence[str]) -> "QuerySet[Record]":
    """Records that everybody may read, as far as columns and JSON can tell whether they answer."""
    rows = Record.objects.filter(readable(ANYONE), format__in=formats)
    if asked.ids:
        rows = rows.filter(pk__in=asked.ids)
    told = Q()
    if asked.box:
        told &= _near(asked.box)
    if asked.days:
        told &= _within(asked.days)
    if asked.external:
        own = [one.split(":")[-1] for one in asked.external if one.startswith(OWN_SCHEME)]
        if OWN_SCHEME not in {one.rstrip(":") for one in asked.external}:
            told &= Q(data__has_key="identifiers") | Q(record_id__in=own)
    if told:
        revisions = Revision.objects.filter(told, record_id=OuterRef("pk"), number=OuterRef("published"))
        rows = rows.filter(Exists(revisions))
    return rows


def _near(box: Box) -> Q:
    west, south, east, north = box
    at = "data__point__longitude"
    least, most = Q(**{f"{at}__gte": west - _BLUR}), Q(**{f"{at}__lte": east + _BLUR})
    across = west - _BLUR < -180 or east + _BLUR > 180
    level = Q(data__point__latitude__gte=south - _BLUR, data__point__latitude__lte=north + _BLUR)
    return level if across else level & ((least & most) if west <= east else (least | most))


def _within(days: Days) -> Q:
    first, last = days
    told = Q()
    for name in PERIODS:
        period = Q(data__has_key=name)
        if first:
            period &= Q(**{f"data__{name}__end__gte": first.isoformat()}) | ~Q(**{f"data__{name}__has_key": "end"})
        if last:
            period &= Q(**{f"data__{name}__start__lte": last.isoformat()}) | ~Q(**{f"data__{name}__has_key": "start"})
        told |= period
    return told


def _tests(asked: Asked) -> Iterator[Test]:
    if box := asked.box:
        yield lambda view: _is_in(view.data.get("point"), box)
    if days := asked.days:
        yield lambda view: _is_at(period(view), days)
    if asked.external:
        yield lambda view: any(_is_named(one, asked.external) for one in external_ids(view))
    if asked.words:
        terms = [line(words).casefold() for words in asked.words]
        yield lambda view: any(term in text for text in _texts(view) for term in terms)


def _is_in(point: Any, box: Box) -> bool:
    if not point:
        return False
    west, south, east, north = box
    at: float = point["longitude"]
    level: float = point["latitude"]
    return south <= level <= north and (
        west <= at <= east if west <= east else at >= west or at <= east
    )  # fmt: skip


def _is_at(told: Any, days: Days) -> bool:
    if not told:
        return False
    start, end = (date.fromisoformat(told[name]) if told.get(name) else None for name in ("start", "end"))
    first, last = days
    return not (first and end and end < first) and not (last and start and start > last)


def _is_named(one: dict[str, str], wanted: Sequence[str]) -> bool:
    scheme, value = one.get("scheme", ""), one["value"]
    told = {value, f"{scheme}:{value}"} | ({scheme, f"{scheme}:"} if scheme else set())
    return not told.isdisjoint(wanted)


def _texts(view: RecordView) -> Iterator[str]:
    """What the record says, language by language, as `q` looks for it: a term stands in it as it is written."""
    for name, question in questions(FORMATS[view.format]).items():
        if isinstance(question, Text) and question.role and view.data.get(name):
            for text in view.data[name].values():
                plain = without_markup(text) if isinstance(question, RichText) else text
                yield line(plain).casefold()


def _ranked(words: Sequence[str], formats: Sequence[str], language: str) -> list[str]:
    """The ids of the records that speak of a term, the best first; those of several terms, one after the other."""
    found: dict[str, None] = {}
    rights = readable_by(ANYONE)
    for term in words:
        plan = Plan(
            groups=word_groups(term, language).strict, filters={"type": tuple(formats), **rights["filters"]},
            without=rights["without"], limit=RANKED,
        )  # fmt: skip
        found.update((row.stored["id"], None) for row in index().search(plan).rows if formats)
    return list(found)
