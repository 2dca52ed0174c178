"""How often records are viewed, matched and written about: counted in memory, written every ten seconds by a thread.

No page waits for the database: a count is one addition to a dictionary. Who looked is not kept, not even in memory.
What a process has counted and not written yet is written when it ends; after a hard kill ten seconds are lost, which a
count of interest can bear. A letter counts when it is written through the node; a mail that somebody writes in a
program of their own is not seen here.
"""

import atexit
import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing.util import Finalize
from threading import Event, Lock, Thread
from typing import Any, Final, Literal

from django.db import Error, connection, models
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from landbridge.registry.models import Record, Tally
from landbridge.registry.review import title_shown

logger = logging.getLogger(__name__)

Kind = Literal["viewed", "matched", "contacted"]
EVERY: Final = 10.0
"""Seconds between two writes of a process."""
DAYS: Final = 30
_KINDS: Final = ("viewed", "matched", "contacted")
_AT_ONCE: Final = 500
_MOST: Final = 100_000
"""So many different records between two writes are counted; more would be a machine, whatever it says it is."""
_MACHINES: Final = re.compile(
    r"(?<!cu)bot\b|bots\b|crawl|spider|slurp|scrap|curl|wget|python|java/|okhttp|httpx|go-http|libwww|perl|ruby|headless|"
    r"preview|monitor|uptime|lighthouse|feed|archiv|fetch|scan|node|axios|facebookexternal|whatsapp|validator",
    re.IGNORECASE,
)

_lock = Lock()
_counted: Counter[tuple[str, str, date]] = Counter()


def is_machine(agent: str) -> bool:
    """Whether a program rather than a person reads, as far as it says so."""
    return not agent or _MACHINES.search(agent) is not None


def count(kind: Kind, record_ids: Iterable[str]) -> None:
    """Count once for each of the records, today."""
    day = datetime.now(UTC).date()
    with _lock:
        for record_id in record_ids:
            if len(_counted) < _MOST or (record_id, kind, day) in _counted:
                _counted[record_id, kind, day] += 1


def flush() -> int:
    """Write what was counted, added to what others wrote: how many lines. What cannot be written stays counted."""
    with _lock:
        taken = dict(_counted)
        _counted.clear()
    lines = sorted(taken.items())
    for start in range(0, len(lines), _AT_ONCE):
        try:
            _write(lines[start : start + _AT_ONCE])
        except Error:
            with _lock:
                _counted.update(dict(lines[start:]))
            raise
    return len(lines)


def _write(lines: list[tuple[tuple[str, str, date], int]]) -> None:
    """One statement: both databases add to the line of the day where there is one."""
    table = connection.ops.quote_name(Tally._meta.db_table)
    rows = ", ".join(["(%s, %s, %s, %s)"] * len(lines))
    statement = (
        f"INSERT INTO {table} (record_id, kind, day, count) VALUES {rows} "  # noqa: S608 a name of our own
        f"ON CONFLICT (record_id, kind, day) DO UPDATE SET count = {table}.count + excluded.count"
    )
    values = [value for (record_id, kind, day), number in lines for value in (record_id, kind, day.isoformat(), number)]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def begin() -> Event:
    """Write every ten seconds from now on, and at the end, until the event is set: once in each process that serves."""
    stop = Event()
    Thread(target=_go_on, args=(stop,), name="landbridge-tallies", daemon=True).start()
    atexit.register(_last, stop)
    Finalize(None, _last, args=(stop,), exitpriority=1)  # Forked workers do not come to `atexit`.
    return stop


def _go_on(stop: Event) -> None:
    while not stop.wait(EVERY):
        _quietly()


def _last(stop: Event) -> None:
    if not stop.is_set():
        stop.set()
        _quietly()


def _quietly() -> None:
    """Write, and never take the process down over it."""
    if not _counted:
        return
    try:
        flush()
    except Error:
        logger.warning("The counts of views could not be written; they are tried again in %s seconds", EVERY)
    finally:
        connection.close()


@dataclass(frozen=True)
class Line:
    """How often a record was viewed, matched and contacted: (in the last 30 days, ever) each."""

    record_id: str
    format: str
    title: Mapping[str, str]
    counts: Mapping[str, tuple[int, int]]


def of_records(records: "QuerySet[Record]", today: date, limit: int = 10) -> list[Line]:
    """Of these records those that were noticed most, what was viewed most of late first: one query."""
    recent = Q(day__gt=today - timedelta(days=DAYS))
    sums: dict[str, Any] = {}
    for kind in _KINDS:
        sums[f"{kind}_recent"] = _sum(recent & Q(kind=kind))
        sums[f"{kind}_ever"] = _sum(Q(kind=kind))
    counted = Tally.objects.filter(record_id__in=records.order_by().values("pk"))
    most = counted.values("record_id").annotate(n=Sum("count")).order_by("-n", "record_id").values("record_id")[:limit]
    about = Record.objects.filter(pk=OuterRef("record_id")).annotate(title=title_shown())
    told = {name: Subquery(about.values(name)[:1]) for name in ("format", "title")}
    rows: QuerySet[Any, Any] = Tally.objects.filter(record_id__in=Subquery(most)).values("record_id")
    ordered: Iterable[Any] = rows.annotate(**sums, **told).order_by("-viewed_recent", "-viewed_ever", "record_id")
    return [Line(row["record_id"], row["format"], row["title"] or {}, _counts(row)) for row in ordered]


def _counts(row: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    return {kind: (row[f"{kind}_recent"], row[f"{kind}_ever"]) for kind in _KINDS}


def _sum(condition: Q) -> Coalesce:
    return Coalesce(Sum("count", filter=condition), 0, output_field=models.IntegerField())


def by_day(records: "QuerySet[Record]", today: date, kind: str = "viewed") -> list[tuple[date, int]]:
    """How often these records were viewed together on each of the last 30 days: one query."""
    first = today - timedelta(days=DAYS - 1)
    found = Tally.objects.filter(record_id__in=records.order_by().values("pk"), kind=kind, day__gte=first)
    sums: dict[date, int] = dict(found.values_list("day").annotate(n=Sum("count")))
    days = [first + timedelta(days=at) for at in range(DAYS)]
    return [(day, sums.get(day, 0)) for day in days]
