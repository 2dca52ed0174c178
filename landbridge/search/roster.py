"""Search over the roster of experts: words, kind of expertise, language and level, place, vetting, day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from landbridge.formats.vocabulary import vocabulary
from landbridge.registry.rules import ANYONE, Reader
from landbridge.search.experts import LEVELS, VETTING
from landbridge.search.index import index
from landbridge.search.places import resolve
from landbridge.search.plan import NEVER, Plan, Range, Row, readable_by
from landbridge.search.query import BadQuery, answered
from landbridge.search.wording import word_groups

FACETS: Final = ("expertise", "place", "speaks", "vetting", "support")
MOST: Final = 50
_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Asked:
    """What somebody looks for in the roster."""

    text: str = ""
    kinds: tuple[str, ...] = ()
    language: str = ""
    level: str = ""
    places: tuple[str, ...] = ()
    vetting: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    on: str = ""
    """A day on which the expert must be available."""
    page: int = 1


@dataclass(frozen=True)
class Found:
    """How many experts there are, one page of them, and the counts of every facet."""

    total: int
    rows: tuple[Row, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)


def find(asked: Asked, reader: Reader = ANYONE, language: str = "en", limit: int = 20) -> Found:
    """The experts that the reader may see, the best first, or the last confirmed first where no words are given.

    Raises:
        BadQuery: a filter that is not known.
    """
    rights = readable_by(reader)
    plan = Plan(
        filters={"type": ("expert",), **_filters(asked), **rights["filters"]}, without=rights["without"],
        ranges=_available(asked.on), sort="" if asked.text.strip() else "confirmed", limit=min(limit, MOST),
        offset=(max(1, min(asked.page, 500)) - 1) * limit, facets=FACETS, facet_size=400,
    )  # fmt: skip
    answer, _ = answered(plan, word_groups(asked.text[:2000], language), index())
    return Found(answer.total, answer.rows, answer.facets)


def rows(ids: tuple[str, ...], reader: Reader = ANYONE) -> dict[str, Row]:
    """Experts by their ids, as far as the reader may see them."""
    if not ids:
        return {}
    rights = readable_by(reader)
    plan = Plan(filters={"id": ids, "type": ("expert",), **rights["filters"]}, without=rights["without"],
                sort="updated", limit=len(ids))  # fmt: skip
    return {row.stored["id"]: row for row in index().search(plan).rows}


def _filters(asked: Asked) -> dict[str, tuple[str, ...]]:
    given = {
        "expertise": tuple(_term("expertise_kinds", "kind", kind) for kind in asked.kinds),
        "place": tuple(map(_place, asked.places)),
        "speaks": (_spoken(asked.language, asked.level),) if asked.language else (),
        "vetting": tuple(_one_of(VETTING, "vetting", state) for state in asked.vetting),
        "support": tuple(_term("support_types", "support", kind) for kind in asked.support),
    }
    return {name: values for name, values in given.items() if values}


def _place(name: str) -> str:
    place = resolve(name)
    if place is None:
        raise BadQuery("place", f"“{name[:60]}” is not a country or region; use ISO 3166, M49 or its name.")
    return place


def _term(source: str, parameter: str, name: str) -> str:
    term = vocabulary(source).find(name)
    if term is None:
        raise BadQuery(parameter, f"“{name[:60]}” is not a term of the vocabulary {source}.")
    return term.id


def _one_of(known: tuple[str, ...], parameter: str, value: str) -> str:
    if value not in known:
        raise BadQuery(parameter, f"“{value[:60]}” is none of {', '.join(known)}.")
    return value


def _spoken(language: str, level: str) -> str:
    known = _term("languages", "speaks", language)
    return f"{known}:{_one_of(LEVELS, 'level', level)}" if level else known


def _available(on: str) -> tuple[Range, ...]:
    """Whoever names no period can be asked at any time."""
    if not on:
        return ()
    try:
        day = date.fromisoformat(on).toordinal() - _EPOCH
    except ValueError:
        raise BadQuery("on", f"“{on[:20]}” is not a day; write it as {datetime.now(UTC).date()}.") from None
    return Range("opens", most=day), Range("closes", least=day, most=NEVER)
