"""A record as a document of the CBD's own formats (Bio-Bridge requests, organisations, initiatives, resources …).

Each question names its field there; for what it does not name, the names are those that the door in looks for. What
such a document has no field for, and everybody's contacts, stay in our record.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from landbridge.exchange.in_.sources.known import table
from landbridge.exchange.out.cbd.answers import said
from landbridge.exchange.out.linked import addresses
from landbridge.exchange.out.linked.addresses import Titles
from landbridge.formats.fields import Person, Reference
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.registry.queries import RecordView

FORMATS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "bbiRequest": ("need",),
    "bbiOpportunity": ("offer",),
    "bbiProfile": ("organisation", "expert"),
    "organization": ("organisation",),
    "capacityBuildingInitiative": ("programme",),
    "resource": ("resource",),
    "caseStudy": ("case_study",),
}
"""Schema to the formats whose records it can hold."""
_SERVICES: Final = ("support_types", "free_services", "paid_services", "track_record")
"""An organisation that answers one of these has a profile: it tells what it can do for others."""


def schemas_of(format: str) -> tuple[str, ...]:
    """The schemas that can hold records of a format, the format's own first."""
    found = [schema for schema, formats in FORMATS_OF.items() if format in formats]
    return tuple(sorted(found, key=lambda schema: schema != FORMATS[format].cbd_schema))


def holds(schema: str, view: RecordView) -> bool:
    """Whether the record can be a document of the schema."""
    if view.format not in FORMATS_OF[schema]:
        return False
    is_provider = view.format == "expert" or any(view.data.get(name) for name in _SERVICES)
    return schema != "bbiProfile" or is_provider


@cache
def fields(schema: str, format: str) -> Mapping[str, str]:
    """Question to the name of its field in documents of a schema. Two questions never share a field."""
    found: dict[str, str] = {}
    for name, question in questions(FORMATS[format]).items():
        if not question.public or isinstance(question, Person | Reference):
            continue
        told = (question.cbd.get(schema, ""), question.cbd.get("*", ""))
        theirs = next((one for one in (*told, *_further(format, name)) if one), "")
        if theirs and theirs not in found.values():
            found[name] = theirs
    return found


def _further(format: str, name: str) -> tuple[str, ...]:
    names = table("cbd_fields")
    return (*names.get(f"{format}.{name}", ()), *names.get(f"*.{name}", ()))


def document(view: RecordView, schema: str, titles: Titles) -> dict[str, Any]:
    """The document, with what everybody may see of the record."""
    data, asked = addresses.told(view), questions(FORMATS[view.format])
    body: dict[str, Any] = {
        "header": {"identifier": view.id, "schema": schema, "languages": sorted(data["title"])},
    }  # fmt: skip
    if government := _government(view):
        body["government"] = government
    for name, field in fields(schema, view.format).items():
        answer = data.get(name)
        if answer not in (None, "", [], {}):
            made = said(asked[name], answer, field, addresses.of_record(view.id), titles)
            if made not in (None, "", [], {}):
                body[field] = made
    return body


def _government(view: RecordView) -> dict[str, str] | None:
    """The Party whose record it is."""
    codes = addresses.country_codes(view.owner or "")
    return {"identifier": codes["ISO 3166-1 alpha-2"].lower()} if "ISO 3166-1 alpha-2" in codes else None


def documents(views: list[RecordView], schema: str) -> Iterator[dict[str, Any]]:
    """Those of the records that the schema can hold."""
    held = [view for view in views if holds(schema, view)]
    titles = addresses.titles_for(held)
    return (document(view, schema, titles) for view in held)
