"""What may be asked of a set, in the words of OData's first version, and the page that answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import F, Q

from landbridge.exchange.out import stamps
from landbridge.exchange.out.informea.sets import EntitySet, set_of
from landbridge.exchange.out.informea.things import Thing, is_current, thing
from landbridge.exchange.out.linked import addresses
from landbridge.registry.models import Record, Revision
from landbridge.registry.queries import RecordView
from landbridge.registry.rules import ANYONE, readable

USUAL: Final = 100
MOST: Final = 1000
LOOKED_AT: Final = 20_000
"""So many records of a kind are looked at, the longest unchanged first."""
_OPTIONS: Final = ("$top", "$skip", "$orderby", "$filter", "$inlinecount", "$format", "$count", "lang")
_CLAUSE: Final = re.compile(r"updated\s+(ge|gt|le|lt|eq)\s+datetime'([0-9T:.+Z-]{10,40})'")
_LOOKUPS: Final = {"ge": "gte", "gt": "gt", "le": "lte", "lt": "lt", "eq": "exact"}
_ORDERS: Final = {"updated": "record__published_at", "id": "record_id"}
_DECIDING: Final = ("resource_types", "places", "party", "focal_point_kind", "point", "serves_until", "withheld")
"""The answers that decide of which set a record is."""


class Wrong(ValueError):
    """What is asked for cannot be read; the sentence says what to change."""


@dataclass(frozen=True)
class Asked:
    top: int = USUAL
    skip: int = 0
    order: tuple[tuple[str, bool], ...] = (("updated", False),)
    """Property, and whether the greatest comes first."""
    limits: tuple[tuple[str, datetime], ...] = ()
    """Lookup and moment, all of which `updated` must hold to."""
    counted: bool = False


@dataclass(frozen=True)
class Answer:
    things: list[Thing]
    count: int
    updated: datetime | None
    """When the latest of the page changed."""


def asked(given: Mapping[str, str]) -> Asked:
    """The question of an address.

    Raises:
        Wrong: something in it is unknown or cannot be read.
    """
    for name in given:
        if name not in _OPTIONS:
            raise Wrong(f"There is no option “{name[:40]}” here; there are {', '.join(_OPTIONS[:6])}.")
    if (count := given.get("$inlinecount", "none")) not in ("none", "allpages"):
        raise Wrong("$inlinecount must be allpages or none.")
    return Asked(
        min(_number(given, "$top", USUAL), MOST), _number(given, "$skip", 0), _order(given.get("$orderby", "updated")),
        tuple(_limits(given.get("$filter", ""))), count == "allpages",
    )  # fmt: skip


def _number(given: Mapping[str, str], name: str, usual: int) -> int:
    text = given.get(name) or str(usual)
    if not re.fullmatch("[0-9]{1,9}", text):
        raise Wrong(f"{name} must be a whole number.")
    return int(text)


def _order(text: str) -> tuple[tuple[str, bool], ...]:
    found = []
    for part in text.split(",")[:3]:
        words = part.split()
        if not words or words[0] not in _ORDERS or words[1:] not in ([], ["asc"], ["desc"]):
            raise Wrong("$orderby takes updated and id, each with asc or desc.")
        found.append((words[0], words[1:] == ["desc"]))
    return tuple(found)


def _limits(text: str) -> Any:
    for clause in re.split(r"\s+and\s+", text.strip()) if text.strip() else ():
        match = _CLAUSE.fullmatch(clause.strip("() "))
        if match is None:
            raise Wrong("$filter takes updated only, such as updated ge datetime'2026-01-01T00:00:00'.")
        try:
            at = datetime.fromisoformat(match[2])
            yield _LOOKUPS[match[1]], at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            raise Wrong(f"{match[2]} is no moment.") from None


def answer(of: EntitySet, asked: Asked) -> Answer:
    """The page of a set."""
    ids = _ids(of, asked)
    views = stamps.shown(ids[asked.skip : asked.skip + asked.top])
    changed = max((stamps.changed(view) for view in views), default=None)
    titles = addresses.titles_for(views)
    return Answer([thing(of.name, view, titles) for view in views], len(ids), changed)


def single(of: EntitySet, view: RecordView) -> Thing | None:
    """The thing of a record, where it is one of the set."""
    is_one = set_of(view.format, addresses.told(view)) == of.name and is_current(view, datetime.now(UTC).date())
    return thing(of.name, view, addresses.titles_for([view])) if is_one else None


def _ids(of: EntitySet, asked: Asked) -> list[str]:
    """The records of the set in their order: one query, which reads only what decides of which set a record is."""
    wanted = Q()
    for lookup, at in asked.limits:
        wanted &= Q(**{f"published_at__{lookup}": at})
    shown = Record.objects.filter(wanted, readable(ANYONE), format__in=of.formats)
    rows = Revision.objects.filter(record__in=shown, number=F("record__published"))
    keys = [f"{'-' if down else ''}{_ORDERS[name]}" for name, down in (*asked.order, ("id", False))]
    columns = [f"data__{name}" for name in _DECIDING]
    today = datetime.now(UTC).date().isoformat()
    found = []
    for key, format, *answers in rows.order_by(*keys).values_list("record_id", "record__format", *columns)[:LOOKED_AT]:
        data = dict(zip(_DECIDING, answers, strict=True))
        told = {name: one for name, one in data.items() if name not in (data["withheld"] or ())}
        if set_of(format, told) == of.name and (told["serves_until"] or today) >= today:
            found.append(key)
    return found
