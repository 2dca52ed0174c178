"""The figures of the whole node: counts by kind and by country. Kept for a few seconds, since every visitor asks."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from landbridge.cooperation.matching import SUPPLY
from landbridge.registry.rules import ANYONE, audiences
from landbridge.search.index import index
from landbridge.search.plan import Clause, Group, Plan, Row
from landbridge.search.query import UNLISTED

KEPT_SECONDS: Final = 5.0
_MANY: Final = 400
_kept: dict[str, tuple[float, Any]] = {}

T = TypeVar("T")


def kept(name: str, make: Callable[[], T], seconds: float = KEPT_SECONDS) -> T:
    """What `make` gives, at most so many seconds old. Two visitors at once may both make it: that costs little."""
    now = time.monotonic()
    found = _kept.get(name)
    if found is None or now - found[0] > seconds:
        found = _kept[name] = (now, make())
    result: T = found[1]
    return result


def forget() -> None:
    """Drop what is kept."""
    _kept.clear()


@dataclass(frozen=True)
class Numbers:
    """How much there is: by format, needs and what can help by place, languages."""

    total: int
    by_type: Mapping[str, int]
    needs: Mapping[str, int]
    supply: Mapping[str, int]
    by_language: Mapping[str, int]


def _counted(types: tuple[str, ...], *facets: str) -> dict[str, dict[str, int]]:
    filters = {"audience": audiences(ANYONE), **({"type": types} if types else {})}
    answer = index().search(Plan(filters=filters, limit=1, facets=facets, facet_size=_MANY))
    return {"": {"": answer.total}} | {name: dict(answer.facets[name]) for name in facets}


def _numbers() -> Numbers:
    every = _counted((), "type", "language")
    return Numbers(
        every[""][""], every["type"], _counted(("need",), "place")["place"], _counted(SUPPLY, "place")["place"],
        every["language"],
    )  # fmt: skip


def numbers() -> Numbers:
    """The figures of the node."""
    return kept("numbers", _numbers)


def waiting(limit: int) -> tuple[Row, ...]:
    """Open needs, those that were confirmed longest ago first."""
    filters = {"audience": audiences(ANYONE), "type": ("need",)}
    return index().search(Plan(filters=filters, without={"state": ("closed",)}, sort="-confirmed", limit=limit)).rows


def newest(limit: int) -> tuple[Row, ...]:
    """Records that were confirmed or changed last."""
    plan = Plan(filters={"audience": audiences(ANYONE)}, without={"type": UNLISTED}, sort="confirmed", limit=limit)
    return index().search(plan).rows


def serving(places: tuple[str, ...], limit: int) -> tuple[Row, ...]:
    """Organisations that say that they serve one of these places."""
    filters = {"audience": audiences(ANYONE), "type": ("organisation",), "served": places}
    return index().search(Plan(filters=filters, sort="title_order", limit=limit)).rows


def using(concept: str) -> int:
    """How many records speak of a concept."""
    group = Group((Clause("concept", concept),))
    return index().search(Plan(groups=(group,), filters={"audience": audiences(ANYONE)}, limit=1)).total
