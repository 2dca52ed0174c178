"""The rules of the IATI standard that no schema can hold: dates in order, parts that make a whole, what must be told
once and only once.

`tables/iati_rules.tsv` holds them after the standard ruleset of IATI 2.03 (only those of the severity "error"): number,
kind, where it applies (XPath from the activity or organisation), arguments, and what to do, in words of ours.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import orjson

from landbridge.exchange.in_.sources.iati_structure import LANGUAGE_ATTRIBUTE
from landbridge.exchange.in_.sources.known import TABLES, number

if TYPE_CHECKING:
    from lxml.etree import XPath, _Element

MONEY: Final = ("value", "forecast", "loan-status")
"""Elements that tell an amount of money."""
Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    number: str
    kind: str
    where: str
    arguments: Arguments
    words: str


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of activities and organisations; each applies where its place is found."""
    rows = (TABLES / "iati_rules.tsv").read_text(encoding="utf-8").splitlines()
    cells = [row.split("\t") for row in rows if row and not row.startswith("#")][1:]
    return tuple(Rule(number, kind, where, orjson.loads(given), words) for number, kind, where, given, words in cells)


def broken(element: "_Element", today: date | None = None, those: Sequence[Rule] | None = None) -> list[Rule]:
    """The rules that an activity or an organisation breaks, each once."""
    now = today or datetime.now(UTC).date()
    found: dict[str, Rule] = {}
    for rule in rules() if those is None else those:
        if rule.number not in found and any(_breaks(node, rule, now) for node in _nodes(element, rule.where)):
            found[rule.number] = rule
    return list(found.values())


def _breaks(node: "_Element", rule: Rule, today: date) -> bool:
    given = rule.arguments
    if rule.kind == "loop":
        inner = Rule(rule.number, given["kind"], "", given["arguments"], rule.words)
        values = dict.fromkeys(str(value) for value in _values(node, given["foreach"]))
        return any(_broken_here(_Place(node, today, value), inner) for value in values)
    return _broken_here(_Place(node, today), rule)


def _broken_here(place: "_Place", rule: Rule) -> bool:
    condition = rule.arguments.get("condition")
    return (not condition or place.true(condition)) and not _KINDS[rule.kind](place, rule.arguments)


@cache
def _compiled(path: str) -> "XPath":
    # Inner import: a node that serves needs no XML.
    from lxml import etree

    return etree.XPath(path)


def _nodes(element: "_Element", path: str) -> list[Any]:
    found = _compiled(path)(element)
    return found if isinstance(found, list) else [found]


def _values(element: "_Element", path: str, it: str = "") -> list[Any]:
    found = _compiled(path)(element, it=it)
    return found if isinstance(found, list) else [found]


@dataclass(frozen=True)
class _Place:
    """Where a rule is looked at: a node, today, and the value of a loop."""

    node: "_Element"
    today: date
    it: str = ""

    def true(self, condition: str) -> bool:
        return bool(_compiled(condition)(self.node, it=self.it))

    def all(self, given: Arguments) -> list[Any]:
        return [value for path in given.get("paths", ()) for value in _values(self.node, path, self.it)]

    def texts(self, given: Arguments) -> list[str]:
        return [_text(value) for value in self.all(given)]

    def days(self, path: str) -> list[date]:
        if path == "NOW":
            return [self.today]
        return [found for value in _values(self.node, path) if (found := _day(_text(value)))]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "".join(value.itertext())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def _one_or_all(place: _Place, given: Arguments) -> bool:
    if _values(place.node, given["one"]):
        return True
    if given["all"] == "lang":
        return all(one.get(LANGUAGE_ATTRIBUTE) for one in place.node.iter("narrative"))
    if given["all"] == "currency":
        return all(one.get("currency") for one in place.node.iter(*MONEY))
    return all(one.find("sector") is not None for one in place.node.iter("transaction"))


def _only_one_of(place: _Place, given: Arguments) -> bool:
    excluded = any(_values(place.node, path) for path in given["excluded"])
    there = sum(bool(_values(place.node, path)) for path in given["paths"])
    return there <= (0 if excluded else 1)


def _dependent(place: _Place, given: Arguments) -> bool:
    there = [bool(_values(place.node, path)) for path in given["paths"]]
    return all(there) or not any(there)


def _sum(place: _Place, given: Arguments) -> bool:
    said = place.texts(given)
    numbers = [number(text) for text in said]
    if not said:
        return True
    return None not in numbers and sum(one or 0 for one in numbers) == Decimal(str(given["sum"]))


def _date_order(place: _Place, given: Arguments) -> bool:
    more = place.days(given["more"])
    return not more or all(less <= max(more) for less in place.days(given["less"]))


def _date_now(place: _Place, given: Arguments) -> bool:
    return all(day <= place.today for day in place.days(given["date"]))


def _time_limit(place: _Place, given: Arguments) -> bool:
    pairs = zip(place.days(given["start"]), place.days(given["end"]), strict=False)
    return all(end <= _a_year_after(start) for start, end in pairs)


def _a_year_after(day: date) -> date:
    return day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else date(day.year + 1, 3, 1)


def _between(place: _Place, given: Arguments) -> bool:
    start, end = place.days(given["start"]), place.days(given["end"])
    days = place.days(given["date"])
    return all((not start or day >= min(start)) and (not end or day <= max(end)) for day in days)


def _starts_with(place: _Place, given: Arguments) -> bool:
    starts = tuple(_text(value) for value in _values(place.node, given["start"]))
    return not starts or all(text.startswith(starts) for text in place.texts(given))


def _range(place: _Place, given: Arguments) -> bool:
    least, most = Decimal(str(given["min"])), Decimal(str(given["max"]))
    return all((one := number(text)) is not None and least <= one <= most for text in place.texts(given))


def _unique(place: _Place, given: Arguments) -> bool:
    said = place.texts(given)
    return len(said) == len(set(said))


def _if_then(place: _Place, given: Arguments) -> bool:
    return not place.true(given["if"]) or place.true(given["then"])


def _matches(place: _Place, given: Arguments) -> Iterator[bool]:
    return (re.search(given["regex"], text) is not None for text in place.texts(given))


_KINDS: Final[Mapping[str, Callable[[_Place, Arguments], bool]]] = {
    "no_more_than_one": lambda place, given: len(place.all(given)) <= 1,
    "atleast_one": lambda place, given: not given["paths"] or bool(place.all(given)),
    "one_or_all": _one_or_all,
    "only_one_of": _only_one_of,
    "dependent": _dependent,
    "sum": _sum,
    "strict_sum": _sum,
    "date_order": _date_order,
    "date_now": _date_now,
    "time_limit": _time_limit,
    "between_dates": _between,
    "startswith": _starts_with,
    "range": _range,
    "unique": _unique,
    "if_then": _if_then,
    "regex_matches": lambda place, given: all(_matches(place, given)),
    "regex_no_matches": lambda place, given: not any(_matches(place, given)),
}
