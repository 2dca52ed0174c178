"""A record as a thing of InforMEA, with what everybody may see of it. What nobody told is null."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from landbridge.exchange.out import stamps
from landbridge.exchange.out.informea.sets import CONVENTION, FILES, SETS, TREATIES, country
from landbridge.exchange.out.linked import addresses
from landbridge.exchange.out.linked.addresses import Titles
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import choose
from landbridge.registry.queries import RecordView

Thing = dict[str, Any]
_MOST_FILES: Final = 50


def thing(name: str, view: RecordView, titles: Titles) -> Thing:
    """The thing, with all properties of its set in their order."""
    data = addresses.told(view)
    known = {
        "id": view.id, "treaty": CONVENTION, "url": addresses.of_record(view.id), "title": data["title"],
        "name": data["title"], "updated": moment(stamps.changed(view)), "country": country(data),
        "latitude": (data.get("point") or {}).get("latitude"), "longitude": (data.get("point") or {}).get("longitude"),
        "files": _files(view, data),
    }  # fmt: skip
    known |= _MAKERS[name](view, data, titles)
    return {key: known.get(key, [] if kind == FILES else None) for key, kind in SETS[name].properties.items()}


def moment(at: datetime) -> str:
    """A moment as OData's first version has it: UTC, without saying so. The fraction counts: one reads on after it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def is_current(view: RecordView, today: date) -> bool:
    """Whether it still holds: a focal point whose term is over is none any more."""
    until = view.data.get("serves_until")
    return not until or date.fromisoformat(str(until)) >= today


def _day(text: Any) -> str | None:
    return f"{text}T00:00:00" if text else None


def _one(texts: Mapping[str, str] | None, view: RecordView) -> str | None:
    """A text where InforMEA has one language only: English, else the record's own."""
    return choose(dict(texts), "en", view.language)[1] if texts else None


def _meeting(view: RecordView, data: Mapping[str, Any], titles: Titles) -> Thing:
    period, kinds = data.get("period") or {}, data.get("event_types") or []
    start, end = period.get("start") or period.get("end"), period.get("end") or period.get("start")
    return {
        "description": data.get("summary"), "start": _day(start), "end": _day(end),
        "kind": "official" if "official-meeting" in kinds else "partner", "type": next(iter(kinds), None),
        "status": "cancelled" if data.get("cancelled") else None, "city": _one(data.get("city"), view),
    }  # fmt: skip


def _contact(view: RecordView, data: Mapping[str, Any], titles: Titles) -> Thing:
    """The name stands in one piece: which part of it is the family name nobody told."""
    kind = data["focal_point_kind"]
    names = [name for one in data.get("institution") or () if (name := _called(one, view, titles))]
    return {
        "treaties": [TREATIES.get(kind, CONVENTION)], "lastName": data.get("person"), "type": kind,
        "position": _one(data.get("position"), view), "institution": ", ".join(names) or None,
        "primary": 1 if kind.endswith("FP1") or kind == "ABS-FP" else 0,
    }  # fmt: skip


def _called(one: Mapping[str, Any], view: RecordView, titles: Titles) -> str | None:
    known = titles.get(one.get("record") or "")
    return _one(known[1], view) if known else one.get("name")


def _filed(view: RecordView, data: Mapping[str, Any], titles: Titles) -> Thing:
    return {"type": next(iter(data.get("resource_types") or ()), None), "submission": _year(data)}


def _year(data: Mapping[str, Any]) -> str | None:
    """The first day of the year: InforMEA wants a day, and the year is all that is told."""
    return f"{data['year']:04}-01-01T00:00:00" if data.get("year") else None


def _document(view: RecordView, data: Mapping[str, Any], titles: Titles) -> Thing:
    themes = [vocabulary("themes").terms[one] for one in data.get("themes") or () if one in vocabulary("themes").terms]
    return {
        "summary": data.get("summary"), "type": next(iter(data.get("resource_types") or ()), None),
        "authors": data.get("authors"), "published": _year(data), "number": data.get("identifier"),
        "keywords": [term.label("en") for term in themes] or None,
    }  # fmt: skip


def _site(view: RecordView, data: Mapping[str, Any], titles: Titles) -> Thing:
    link = next(iter(data.get("sites") or ()), None) if view.format == "clearing_house" else None
    return {"type": view.format.replace("_", "-"), **({"url": link["url"]} if link else {})}


def _files(view: RecordView, data: Mapping[str, Any]) -> list[Thing]:
    files = [
        {"id": one["sha256"][:16], "url": addresses.of_record(view.id, f"/files/{one['sha256']}"), "content": None,
         "mimeType": one["media_type"], "language": view.language, "filename": one["name"]}
        for one in data.get("files") or ()
    ]  # fmt: skip
    links = [
        {"id": f"{view.id}-{number}", "url": one["url"], "content": None, "mimeType": None,
         "language": one.get("language") or view.language, "filename": one.get("title") or None}
        for number, one in enumerate(data.get("links") or (), 1)
    ]  # fmt: skip
    return [*files, *links][:_MOST_FILES]


_MAKERS: Final[Mapping[str, Callable[[RecordView, Mapping[str, Any], Titles], Thing]]] = {
    "Meetings": _meeting, "Contacts": _contact, "CountryReports": _filed, "NationalPlans": _filed,
    "Documents": _document, "Sites": _site,
}  # fmt: skip
