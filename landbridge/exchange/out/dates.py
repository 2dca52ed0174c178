"""The dates of records that one wants in a calendar: events, openings and closings, deadlines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from landbridge.registry.models import Record
from landbridge.registry.queries import RecordView, states
from landbridge.registry.rules import ANYONE
from landbridge.registry.workflow import State, Visibility

SPAN, WINDOW, DEADLINE = "span", "window", "deadline"
_KINDS: Final = {
    ("event", "period"): SPAN, ("event", "registration_until"): DEADLINE,
    ("offer", "period"): SPAN, ("offer", "application_period"): WINDOW,
    ("programme", "period"): WINDOW,
    ("need", "period"): DEADLINE,
}  # fmt: skip
"""(format, question) to what its answer means: a stay from one day to the other, a door that opens and closes, or a
last day. What merely was (a case study's years, when a law was in force) stands in no calendar."""
DATED: Final = tuple(dict.fromkeys(format for format, _ in _KINDS))
"""The formats that have such dates."""
REMEMBERED: Final = timedelta(days=90)
"""So long a calendar says that what was retired does not take place; by then every subscriber has asked."""


@dataclass(frozen=True)
class Dated:
    """One date of a record: `first` to `last`, both included."""

    part: str
    """The name of the question, with `opens` or `closes` where one answer gives two dates."""
    word: str
    """What it is: `span`, `opens`, `closes` or `deadline`."""
    first: date
    last: date


def dates(view: RecordView) -> Iterator[Dated]:
    """The dates that the record tells."""
    for (format, name), kind in _KINDS.items():
        if format == view.format and view.data.get(name):
            yield from _of_answer(name, kind, view.data[name])


def _of_answer(name: str, kind: str, answer: Any) -> Iterator[Dated]:
    period: Mapping[str, Any] = answer if isinstance(answer, dict) else {"end": answer}
    start, end = (date.fromisoformat(period[key]) if period.get(key) else None for key in ("start", "end"))
    if kind == SPAN and (first := start or end):
        yield Dated(name, SPAN, first, end or first)
    if kind == WINDOW and start:
        yield Dated(f"{name}.opens", "opens", start, start)
    if kind == WINDOW and end:
        yield Dated(f"{name}.closes", "closes", end, end)
    if kind == DEADLINE and end:
        yield Dated(name, DEADLINE, end, end)


def is_off(view: RecordView) -> bool:
    """Whether the record itself says that it does not take place any more, or is closed."""
    return bool(view.data.get("cancelled") or view.data.get("closed"))


def retired(formats: Sequence[str], now: datetime, most: int = 200) -> list[RecordView]:
    """Records with dates that were public to the end and were retired of late: of them nothing goes out but that their
    dates are off. What is kept to fewer readers now is not among them: it was not taken out, it is hidden."""
    gone = Record.objects.filter(
        state=State.RETIRED, visibility=Visibility.PUBLIC, published__isnull=False, format__in=formats,
        updated_at__gte=now - REMEMBERED,
    )  # fmt: skip
    return list(states(gone.order_by("-updated_at").values_list("pk", flat=True)[:most], ANYONE).values())
