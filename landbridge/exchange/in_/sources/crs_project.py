"""The rows of one project of the Creditor Reporting System in the words of a programme.

A project has a row for every year, and for every flow and base of prices in the export of today. Amounts there are
millions of US dollars. A marker that is empty says that nobody looked; it never becomes 0.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from landbridge.exchange.in_.sources.known import (
    answered,
    dac_places,
    day,
    line,
    money,
    number,
    organisations,
    place,
    purposes,
    record,
    table,
    texts,
)

Cells = Mapping[str, str]
MARKERS: Final = (
    "biodiversity", "climate_mitigation", "climate_adaptation", "desertification", "environment", "gender",
    "governance", "rmnch", "drr", "nutrition", "disability",
)  # fmt: skip
_CODES: Final = ("id", "project", "donor", "agency", "finance", "income_group", "sdg", "flow_name", "aid_type")
_MILLIONS: Final = 6
_COMMITTED: Final = {"C": "commitment", "D": "disbursement"}
_COLUMNS: Final = ("commitment", "commitment_constant", "disbursement", "disbursement_constant")


def key(cells: Cells) -> str:
    """The same for all rows of a project, in every year and in both forms."""
    donor = cells.get("donor") or cells.get("donor_name", "")
    own = cells.get("id") or cells.get("project") or ""
    if not donor or not (own or cells.get("title")):
        return ""
    return f"{donor}/{own or line(cells['title'], 200)}"


def marker(said: str | None) -> int | None:
    """A marker as a number; nothing where it is empty or no marker at all."""
    found = number(said) if said else None
    return int(found) if found is not None and found == int(found) and 0 <= found <= 4 else None


def programme(rows: Sequence[Cells], tag: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """(record, facts, title) of a project.

    Raises:
        ValueError: none of its rows says what it is.
    """
    latest = sorted(rows, key=lambda cells: cells.get("year", ""), reverse=True)
    title = _title(latest)
    where, unknown = _places(rows)
    markers = {name: value for name in MARKERS if (value := _latest_marker(latest, name)) is not None}
    totals, by_year = _amounts(rows)
    data = {
        "title": texts([(tag, title)], 300),
        "summary": texts([(tag, _longest(rows))], 3000, lines=True) or {tag: title},
        "places": where,
        "period": _period(rows),
        "funders": organisations([(_said(latest, "donor_name"), ""), (_said(latest, "agency_name"), "Agency")]),
        "implementing": organisations(_channels(latest)),
        "budget": money(totals.get("commitment"), "USD"),
        "disbursed": money(totals.get("disbursement"), "USD"),
        "cooperation": ["bilateral"] if _said(latest, "both") == "1" else None,
        "support_types": _support(rows),
        "project_number": line(_said(latest, "project"), 300),
        "purpose_code": _purpose(rows),
        "biodiversity_marker": found if (found := markers.get("biodiversity")) in (0, 1, 2) else None,
        **purposes(dict.fromkeys(cells.get("sector", "") for cells in rows)),
        "source": line(f"OECD, Creditor Reporting System, {key(rows[0])}", 1000),
    }
    facts = {
        **{name: _said(latest, name) for name in _CODES},
        "markers": markers, "markers_not_screened": [name for name in MARKERS if name not in markers],
        "years": sorted({cells["year"] for cells in rows if cells.get("year")}),
        "amounts_usd": by_year, "sectors": _sectors(rows), "places_not_known": unknown, "rows": len(rows),
    }  # fmt: skip
    return record("programme", tag, data), facts, title


def _title(rows: Iterable[Cells]) -> str:
    title = next((clean for name in ("title", "short", "long") if (clean := line(_said(rows, name), 300))), "")
    if not title:
        raise ValueError("None of the rows of this project has a title or a description.")
    return title


def _said(rows: Iterable[Cells], name: str) -> str:
    return next((cells[name] for cells in rows if cells.get(name)), "")


def _longest(rows: Sequence[Cells]) -> str:
    return max((cells.get(name, "") for cells in rows for name in ("long", "short")), key=len, default="")


def _channels(rows: Sequence[Cells]) -> list[tuple[str, str]]:
    return [(cells.get("channel_name") or cells.get("channel_label", ""), "") for cells in rows]


def _latest_marker(latest: Sequence[Cells], name: str) -> int | None:
    return next((found for cells in latest if (found := marker(cells.get(name))) is not None), None)


def _places(rows: Sequence[Cells]) -> tuple[list[str], list[str]]:
    ours: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for code, name in dict.fromkeys((cells.get("recipient", ""), cells.get("recipient_name", "")) for cells in rows):
        known = place(code) if code.isalpha() and len(code) == 3 else None
        ids = [known] if known else dac_places(code) if code.isdecimal() else []
        named = place(name.removesuffix(", regional")) if name else None
        ids = ids or ([named] if named else [])
        ours.update(dict.fromkeys(ids))
        if not ids:
            unknown[f"{code} {name}".strip()] = None
    return list(ours), list(unknown)


def _period(rows: Sequence[Cells]) -> dict[str, str]:
    starts = sorted(found for cells in rows if (found := day(cells.get("start"))))
    ends = sorted(found for cells in rows if (found := day(cells.get("end"))))
    start, end = starts[0] if starts else None, ends[-1] if ends else None
    return answered({"start": start, "end": None if start and end and end < start else end})


def _support(rows: Sequence[Cells]) -> list[str]:
    known = table("aid_types")
    return list(dict.fromkeys(kind for cells in rows for kind in known.get(cells.get("aid_type", ""), ())))


def _sectors(rows: Sequence[Cells]) -> list[dict[str, str]]:
    seen = dict.fromkeys((cells.get("sector", ""), cells.get("sector_name", "")) for cells in rows)
    return [answered({"code": code, "name": name}) for code, name in seen if code]


def _purpose(rows: Sequence[Cells]) -> str | None:
    """The purpose of five digits that most rows name, the first of several."""
    times: dict[str, int] = defaultdict(int)
    for cells in rows:
        code = cells.get("sector", "")
        if len(code) == 5 and code.isascii() and code.isdecimal():
            times[code] += 1
    return max(times, key=lambda code: times[code], default=None)


def _amounts(rows: Sequence[Cells]) -> tuple[dict[str, Decimal], dict[str, dict[str, str]]]:
    """(sums in dollars at current prices, amounts by year in dollars)."""
    by_year: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for cells in rows:
        for name, amount in _values(cells):
            by_year[cells.get("year", "")][name] += amount
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for amounts in by_year.values():
        for name, amount in amounts.items():
            sums[name] += amount
    told = {year: {name: _plain(one) for name, one in by_year[year].items()} for year in sorted(by_year)}
    return sums, told


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}" if amount else "0"


def _values(cells: Cells) -> list[tuple[str, Decimal]]:
    """What a row says of money: the name of the amount, with `_constant` at constant prices, and dollars."""
    if "value" not in cells:
        said = [(name, number(cells.get(name))) for name in _COLUMNS]
        return [(name, amount.scaleb(_MILLIONS)) for name, amount in said if amount is not None]
    amount, kind = number(cells["value"]), _COMMITTED.get(cells.get("flow", ""))
    if amount is None or kind is None or cells.get("unit", "USD") != "USD":
        return []
    power = number(cells.get("multiplier") or _MILLIONS)
    if power is None or not 0 <= power <= 12:
        return []
    return [(f"{kind}_constant" if cells.get("prices") == "Q" else kind, amount.scaleb(int(power)))]
