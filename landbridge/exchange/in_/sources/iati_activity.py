"""What an IATI activity says in the words of a programme, and what an IATI organisation says in those of an
organisation; what has no question stands in the facts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from landbridge.exchange.in_.sources.iati_structure import LANGUAGE_ATTRIBUTE
from landbridge.exchange.in_.sources.known import (
    answered,
    dac_places,
    day,
    language,
    language_term,
    line,
    link,
    links,
    main_language,
    money,
    number,
    one_of,
    organisations,
    place,
    purposes,
    record,
    table,
    texts,
)
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import DEFAULT

if TYPE_CHECKING:
    from lxml.etree import _Element

Told = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]
"""A record, facts, and what else is found with it."""
_GENERAL: Final = "1"
_DAC: Final = ("", "1")
_M49: Final = "2"
_PRINCIPAL: Final = {"0": 0, "1": 1, "2": 2}
"""Significance of the marker for biodiversity; 3 and 4 are for other markers."""
_BIODIVERSITY: Final = "5"
_SPENT: Final = ("3", "4")
"""Kinds of transaction: disbursement and expenditure."""
_ROLES: Final = {"1": "funders", "2": "partners", "3": "partners", "4": "implementing"}
_ROLE_WORDS: Final = {"2": "Accountable", "3": "Extending"}
_REVISED: Final = "2"


def programme(activity: "_Element", identifier: str) -> Told:
    """An activity as a programme."""
    said = [(one.get("type", _GENERAL), list(narratives(one))) for one in activity.findall("description")]
    general = [pair for kind, pairs in said if kind == _GENERAL for pair in pairs] or [p for _, ps in said for p in ps]
    title = texts(narratives(activity.find("title")), 300) or texts(general, 300) or texts([("", identifier)], 300)
    if not title:
        raise ValueError("The activity has neither identifier nor title nor description; it says nothing to keep.")
    sectors, markers = list(_sectors(activity)), list(_markers(activity))
    where, where_facts = _places(activity)
    amounts, amount_facts = _amounts(activity)
    data = {
        "title": title,
        "summary": texts(general, 3000, lines=True) or title,
        "description": _story(said, general),
        "status": _statuses().get(_code(activity, "activity-status")),
        "level": one_of("iati_scopes", _code(activity, "activity-scope")),
        "places": where,
        **_named_places(activity),
        **_people(activity),
        **amounts,
        "biodiversity_marker": _biodiversity(markers),
        "purpose_code": _main_purpose(sectors),
        "support_types": list(table("aid_types").get(_code(activity, "default-aid-type"), ())),
        **purposes(one.get("code", "") for one in sectors if one["vocabulary"] == "1"),
        **_identity(activity, identifier),
    }
    period, period_facts = _period(activity)
    told = {
        "biodiversity_marker": data["biodiversity_marker"],
        "policy_markers": markers, "sectors": sectors, **where_facts, **amount_facts, **period_facts,
        **_beside(activity), **_codes(activity),
    }  # fmt: skip
    tag = main_language(title, data["summary"])
    more = {"title": title.get(tag, ""), "address": activity.get("linked-data-uri") or ""}
    return record("programme", tag, {**data, "period": period}), told, more


def _identity(activity: "_Element", identifier: str) -> dict[str, Any]:
    return {
        "links": links(_links(activity)),
        "project_number": line(_other(activity, "A1"), 300),
        "iati_identifier": line(identifier, 300),
        "source": line(f"IATI, {identifier}, as told by {_first(activity.find('reporting-org'))}", 1000),
    }


def _beside(activity: "_Element") -> dict[str, Any]:
    """Organisations and activities by their identifiers."""
    return {
        "reporting_organisation": _organisation(activity.find("reporting-org")),
        "tags": [dict(one.attrib) for one in activity.findall("tag")],
        "related_activities": [dict(one.attrib) for one in activity.findall("related-activity")],
        "participating_organisations": [_organisation(one) for one in activity.findall("participating-org")],
    }


def organisation(element: "_Element", identifier: str) -> Told:
    """An IATI organisation as one of ours; its budgets are told beside it."""
    title = texts(narratives(element.find("name")), 300) or texts([("", identifier)], 300)
    if not title:
        raise ValueError("The organisation has neither a name nor an identifier; it says nothing to keep.")
    data = {
        "title": title,
        "identifiers": [line(f"IATI {identifier}", 300)],
        "links": links(_documents(element)),
        "source": line(f"IATI, {identifier}", 1000),
    }
    budgets = [
        {"kind": one.tag, **_span(one), **_value(one.find("value"), element)}
        for one in element
        if str(one.tag).endswith(("budget", "expenditure"))
    ]
    tag = main_language(title)
    return record("organisation", tag, data), {"budgets": budgets}, {"title": title[tag]}


def narratives(element: "_Element | None") -> Iterator[tuple[str, str | None]]:
    """The texts of an element, each with its language: its own, or that of the activity."""
    if element is None:
        return
    for one in element.findall("narrative"):
        above = next((top.get(LANGUAGE_ATTRIBUTE) for top in one.iterancestors() if top.get(LANGUAGE_ATTRIBUTE)), "")
        yield language(one.get(LANGUAGE_ATTRIBUTE) or above, DEFAULT), one.text


def _first(element: "_Element | None") -> str:
    said = texts(narratives(element), 300)
    named = said.get(DEFAULT) or next(iter(said.values()), "")
    return named or (line(element.get("ref"), 300) if element is not None else "")


def _story(said: list[tuple[str, list[tuple[str, str | None]]]], general: list[tuple[str, str | None]]) -> Any:
    """All descriptions under one another where the summary does not hold them."""
    every = [pair for _, pairs in said for pair in pairs]
    whole = texts(every, 30_000, lines=True)
    return whole if whole != texts(general, 3000, lines=True) else None


def _code(activity: "_Element", name: str) -> str:
    element = activity.find(name)
    return element.get("code", "").strip() if element is not None else ""


@cache
def _statuses() -> Mapping[str, str]:
    return {term.extra["iati"]: term.id for term in vocabulary("programme_status") if term.extra.get("iati")}


def _period(activity: "_Element") -> tuple[dict[str, str], dict[str, Any]]:
    """What happened before what was planned; an end before the start is told, not answered."""
    days = {one.get("type", ""): day(one.get("iso-date")) for one in activity.findall("activity-date")}
    start, end = days.get("2") or days.get("1"), days.get("4") or days.get("3")
    names = {"1": "planned_start", "2": "actual_start", "3": "planned_end", "4": "actual_end"}
    facts = {"dates": {names[kind]: found for kind, found in days.items() if kind in names}}
    return answered({"start": start, "end": None if start and end and end < start else end}), facts


def _places(activity: "_Element") -> tuple[list[str], dict[str, Any]]:
    """Countries and regions, also those of the transactions, with what could not be mapped."""
    ours: dict[str, None] = {}
    told: list[dict[str, Any]] = []
    unknown: list[str] = []
    for element in activity.iter("recipient-country", "recipient-region"):
        code = element.get("code", "").strip()
        known = _place_ids(element, code)
        ours.update(dict.fromkeys(known))
        if not known:
            unknown.append(f"{element.tag} {code} {_first(element)}".strip())
        one = answered({"code": code, "percentage": element.get("percentage"), "name": _first(element)})
        if one not in told:
            told.append(one)
    return list(ours), {"recipients": told, "places_not_known": list(dict.fromkeys(unknown))}


def _place_ids(element: "_Element", code: str) -> list[str]:
    if element.tag == "recipient-country":
        found = place(code.upper()) if code.isalpha() else None
        return [found] if found else []
    which = element.get("vocabulary", "").strip()
    if which in _DAC:
        return dac_places(code)
    found = place(code) if which == _M49 else None
    return [found] if found else []


def _named_places(activity: "_Element") -> dict[str, Any]:
    """Names within the country, and the point where there is exactly one place."""
    located = activity.findall("location")
    named = [pair for one in located[:20] for pair in narratives(one.find("name"))]
    point = _point(located[0].findtext("point/pos")) if len(located) == 1 else None
    return {"subnational": texts(named, 1000), "point": point}


def _point(said: str | None) -> dict[str, float] | None:
    parts = [number(part) for part in (said or "").split()]
    if len(parts) != 2 or parts[0] is None or parts[1] is None or abs(parts[0]) > 90 or abs(parts[1]) > 180:
        return None
    return {"latitude": float(parts[0]), "longitude": float(parts[1])}


def _people(activity: "_Element") -> dict[str, Any]:
    """Organisations by their part; nobody's name or mailbox is taken over."""
    by_part: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in activity.findall("participating-org"):
        role = one.get("role", "").strip()
        if role in _ROLES:
            by_part[_ROLES[role]].append((_first(one), _ROLE_WORDS.get(role, "")))
    return {part: organisations(names) for part, names in by_part.items()}


def _organisation(element: "_Element | None") -> dict[str, str]:
    if element is None:
        return {}
    told = {name: element.get(name, "") for name in ("ref", "role", "type", "activity-id", "crs-channel-code")}
    return answered({"name": _first(element), **told})


def _sectors(activity: "_Element") -> Iterator[dict[str, str]]:
    seen = set()
    for one in activity.iter("sector"):
        which, code = one.get("vocabulary", "").strip() or "1", one.get("code", "").strip()
        if (which, code) not in seen:
            seen.add((which, code))
            share = one.get("percentage") or ""
            yield answered({"vocabulary": which, "code": code, "percentage": share, "name": _first(one)})


def _main_purpose(sectors: list[dict[str, str]]) -> str | None:
    """The purpose code of five digits with the largest share, the first of several."""
    five = [
        one for one in sectors if one["vocabulary"] == "1" and len(one.get("code", "")) == 5 and one["code"].isdecimal()
    ]
    five.sort(key=lambda one: -(number(one.get("percentage", "0")) or Decimal(0)))
    return five[0]["code"] if five else None


def _markers(activity: "_Element") -> Iterator[dict[str, str]]:
    for one in activity.findall("policy-marker"):
        said = {name: one.get(name, "").strip() for name in ("vocabulary", "code", "significance")}
        yield answered({**said, "vocabulary": said["vocabulary"] or "1", "name": _first(one)})


def _biodiversity(markers: list[dict[str, str]]) -> int | None:
    """The marker for biodiversity; nothing where the activity was not looked at for it, which is not 0."""
    for one in markers:
        if one["vocabulary"] == "1" and one.get("code") == _BIODIVERSITY:
            return _PRINCIPAL.get(one.get("significance", ""))
    return None


def _amounts(activity: "_Element") -> tuple[dict[str, Any], dict[str, Any]]:
    """Budget and what was spent where they are in one currency; the sums of every kind and currency as facts."""
    budgets = _sums((one.find("value"), "") for one in _current_budgets(activity))
    moved = _sums((one.find("value"), _code(one, "transaction-type")) for one in activity.findall("transaction"))
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for (kind, currency), amount in moved.items():
        if kind in _SPENT:
            spent[currency] += amount
    total = {currency: amount for (_, currency), amount in budgets.items()}
    facts = {
        "budgets": [{"currency": currency, "amount": str(amount)} for currency, amount in total.items()],
        "transactions": [
            {"type": one_of("iati_transactions", kind) or kind, "currency": currency, "amount": str(amount)}
            for (kind, currency), amount in moved.items()
        ],
    }
    return {"budget": _single(total), "disbursed": _single(spent)}, facts


def _single(by_currency: Mapping[str, Decimal]) -> dict[str, Any] | None:
    if len(by_currency) != 1:
        return None
    currency, amount = next(iter(by_currency.items()))
    return money(amount, currency)


def _current_budgets(activity: "_Element") -> "list[_Element]":
    """A revised budget stands in the place of the original of the same period."""
    by_period: dict[tuple[str, str], _Element] = {}
    for one in activity.findall("budget"):
        span = _span(one)
        period = (span.get("start", ""), span.get("end", ""))
        if period not in by_period or one.get("type") == _REVISED:
            by_period[period] = one
    return list(by_period.values())


def _span(element: "_Element") -> dict[str, str]:
    starts, ends = element.find("period-start"), element.find("period-end")
    start = day(starts.get("iso-date")) if starts is not None else None
    return answered({"start": start, "end": day(ends.get("iso-date")) if ends is not None else None})


def _value(value: "_Element | None", top: "_Element") -> dict[str, str]:
    if value is None:
        return {}
    currency = (value.get("currency") or top.get("default-currency") or "").strip().upper()
    return answered({"amount": (value.text or "").strip(), "currency": currency})


def _sums(values: "Iterator[tuple[_Element | None, str]] | Any") -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for value, kind in values:
        if value is not None:
            said = _value(value, next(value.iterancestors("iati-activity")))
            amount = number(said.get("amount"))
            if amount is not None:
                sums[kind, said.get("currency", "")] += amount
    return dict(sums)


def _links(activity: "_Element") -> Iterator[dict[str, str] | None]:
    for name in ("activity-website", "contact-info/website"):
        for one in activity.findall(name):
            yield link(one.text)
    yield from _documents(activity)


def _documents(element: "_Element") -> Iterator[dict[str, str] | None]:
    for one in element.findall("document-link"):
        written = one.find("language")
        tag = language_term(written.get("code", "")) if written is not None else None
        yield link(one.get("url"), _first(one.find("title")), tag or "")


def _other(activity: "_Element", kind: str) -> str:
    return next((one.get("ref", "") for one in activity.findall("other-identifier") if one.get("type") == kind), "")


def _codes(activity: "_Element") -> dict[str, Any]:
    """Codes that no question asks for."""
    names = ("collaboration-type", "default-flow-type", "default-finance-type", "default-aid-type",
             "default-tied-status", "activity-scope")  # fmt: skip
    said: dict[str, Any] = {name.replace("-", "_"): _code(activity, name) for name in names}
    said["humanitarian"] = activity.get("humanitarian")
    said["hierarchy"] = activity.get("hierarchy")
    said["identifiers"] = [dict(one.attrib) for one in activity.findall("other-identifier")]
    return answered(said)
