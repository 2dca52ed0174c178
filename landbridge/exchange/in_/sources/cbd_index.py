"""Entries of the CBD's index in the words of our formats: meetings, notifications, decisions and focal points are not
kept as documents, all that is told of them stands in the index.

Names of fields end on their type (`title_EN_t`, `themes_ss`, `startDate_dt`).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from landbridge.exchange.in_.door import Found
from landbridge.exchange.in_.sources.cbd_terms import Names, terms
from landbridge.exchange.in_.sources.known import (
    answered,
    day,
    found,
    line,
    link,
    links,
    listed,
    main_language,
    organisations,
    place,
    record,
    refused,
    texts,
)
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import LANGUAGES

SCHEMAS: Final = ("meeting", "notification", "decision", "focalPoint")
SECRETARIAT: Final = "Secretariat of the Convention on Biological Diversity"
Doc = Mapping[str, Any]


def said(doc: Doc, name: str) -> str:
    """A field by its name without its type; the first of several."""
    for ending in ("_t", "_s", "_EN_t", "_EN_s", "_dt", "_ss", "_i"):
        value = next(iter(listed(doc.get(f"{name}{ending}"))), None)
        if isinstance(value, str | int):
            return str(value)
    return ""


def by_language(doc: Doc, name: str, limit: int, lines: bool = False) -> dict[str, str]:
    """A text in the languages in which the index has it; a copy of the English one is none."""
    plain = said(doc, name)
    pairs = [(tag, doc.get(f"{name}_{tag.upper()}_{kind}")) for tag in LANGUAGES for kind in ("t", "s")]
    own = [(tag, text) for tag, text in pairs if isinstance(text, str) and (tag == "en" or text != plain)]
    tags = {tag for tag, _ in own}
    return texts([*([] if "en" in tags else [("en", plain)]), *own], limit, lines)


def entries(schema: str, key: str, doc: Doc, names: Names, common: Mapping[str, Any]) -> Iterator[Found]:
    """What an entry of the index becomes; a focal point of several kinds is one for each."""
    if schema == "focalPoint":
        yield from _focal_points(key, doc, common)
        return
    title = by_language(doc, "title", 300)
    if not title:
        yield refused(key, "The entry has no title.")
        return
    data, strange = (_meeting if schema == "meeting" else _paper)(schema, doc, names)
    tag = main_language(title)
    whole = record("event" if schema == "meeting" else "resource", tag, {"title": title, **data})
    facts = {"symbol": said(doc, "symbol") or said(doc, "code"), "not_mapped": strange, **common["facts"]}
    rest = {name: value for name, value in common.items() if name != "facts"}
    yield found(key, record=whole, title=title[tag], facts=facts, **rest)


def _themes(format_name: str, doc: Doc, names: Names) -> tuple[list[str], dict[str, list[str]]]:
    question = questions(FORMATS[format_name])["themes"]
    ours, others = terms(question, list(listed(doc.get("themes_ss"))), names)  # type: ignore[arg-type]
    return ours, {"themes": others} if others else {}


def _web(doc: Doc) -> list[dict[str, str]]:
    files = [(doc.get(f"file_{tag}_s"), tag) for tag in LANGUAGES]
    return links(
        [*(link(url) for url in listed(doc.get("url_ss"))), *(link(url, tag=tag) for url, tag in files if url)]
    )


def _meeting(schema: str, doc: Doc, names: Names) -> tuple[dict[str, Any], dict[str, list[str]]]:
    themes, strange = _themes("event", doc, names)
    country = place(said(doc, "eventCountry"))
    where = ", ".join(dict.fromkeys(filter(None, (said(doc, "eventVenue"), said(doc, "eventCity")))))
    start, end = day(said(doc, "startDate")), day(said(doc, "endDate"))
    summary = by_language(doc, "description", 3000, lines=True)
    data = {
        "summary": summary, "event_types": ["official-meeting"], "themes": themes,
        "period": answered({"start": start, "end": None if start and end and end < start else end}),
        "places": [country] if country else [], "city": {"en": line(where, 300)} if where else {},
        "organisers": organisations([(SECRETARIAT, "")]), "links": _web(doc), "source": _source(doc),
        "cancelled": True if said(doc, "status").lower() in ("cancelled", "cancel") else None,
    }  # fmt: skip
    return data, strange


def _paper(schema: str, doc: Doc, names: Names) -> tuple[dict[str, Any], dict[str, list[str]]]:
    themes, strange = _themes("resource", doc, names)
    published = day(said(doc, "date")) or day(said(doc, "createdDate"))
    summary = by_language(doc, "description", 3000, lines=True) or by_language(doc, "title", 3000)
    data = {
        "summary": summary, "resource_types": ["policy-document" if schema == "decision" else "newsletter"],
        "themes": themes, "year": int(published[:4]) if published else None,
        "publishers": organisations([(SECRETARIAT, "")]), "links": _web(doc), "source": _source(doc),
        "identifier": line(said(doc, "symbol") or said(doc, "code"), 300),
        "resource_languages": [tag for tag in LANGUAGES if doc.get(f"file_{tag}_s")],
    }  # fmt: skip
    return data, strange


def _source(doc: Doc) -> str:
    return line(f"Convention on Biological Diversity, {said(doc, 'symbol') or doc.get('id', '')}", 1000)


def _focal_points(key: str, doc: Doc, common: Mapping[str, Any]) -> Iterator[Found]:
    """A focal point for each of its kinds that we know; no mailbox, no telephone."""
    party = place(said(doc, "government"))
    kinds = [str(kind) for kind in listed(doc.get("ctgList_ss"))]
    known = vocabulary("focal_point_kinds").terms
    ours = [kind for kind in kinds if kind in known]
    if party is None or not ours:
        unknown = f"{', '.join(kinds)[:200]} is none of our kinds"
        why = unknown if party else f"“{said(doc, 'government')[:60]}” is no country"
        yield refused(key, f"The focal point cannot be placed: {why}.")
        return
    person = " ".join(filter(None, (said(doc, "firstName"), said(doc, "lastName")))) or said(doc, "title")
    institution = ", ".join(filter(None, (said(doc, "department"), said(doc, "organization"))))
    country = vocabulary("countries").terms.get(party)
    for kind in ours:
        title = f"{known[kind].label('en')}: {country.label('en') if country else party}"
        data = {
            "title": {"en": line(title, 300)}, "party": party if country else None, "focal_point_kind": kind,
            "person": line(person, 200), "position": texts([("en", said(doc, "function"))], 300),
            "institution": organisations([(institution, "")]), "source": _source(doc),
        }  # fmt: skip
        facts = {"kinds": kinds, **common["facts"]}
        rest = {name: value for name, value in common.items() if name != "facts"}
        yield found(f"{key}/{kind}", record=record("focal_point", "en", data), title=title, facts=facts, **rest)
