"""The entity sets of InforMEA, what their things tell, and which of our records are such things."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from landbridge.formats.vocabulary import vocabulary

STRING, MOMENT, NUMBER, TEXTS, STRINGS, FILES = "string", "moment", "number", "texts", "strings", "files"
TREATIES: Final = {"CPB-FP1": "cartagena", "BCH-FP": "cartagena", "ABS-FP": "nagoya"}
"""Kind of focal point to its treaty; all others are of the Convention itself."""
CONVENTION: Final = "cbd"
_FRAME: Final = {"id": STRING, "treaty": STRING, "url": STRING, "title": TEXTS, "updated": MOMENT}
_FILED: Final = {**_FRAME, "country": STRING, "type": STRING, "submission": MOMENT, "files": FILES}


@dataclass(frozen=True)
class EntitySet:
    """A set: what one of its things is called, its properties with their kinds, and the formats it is made from."""

    name: str
    thing: str
    properties: Mapping[str, str]
    formats: Sequence[str] = field(default=())
    """None where this network keeps no such things; the set is then there and empty."""

    @property
    def label(self) -> str:
        return "name" if "name" in self.properties else "title"


SETS: Final[Mapping[str, EntitySet]] = {
    one.name: one
    for one in (
        EntitySet("Decisions", "Decision", {
            **_FRAME, "link": STRING, "summary": TEXTS, "type": STRING, "status": STRING, "number": STRING,
            "published": MOMENT, "meetingId": STRING, "files": FILES,
        }),
        EntitySet("Meetings", "Meeting", {
            **_FRAME, "description": TEXTS, "start": MOMENT, "end": MOMENT, "repetition": STRING, "kind": STRING,
            "type": STRING, "access": STRING, "status": STRING, "imageUrl": STRING, "imageCopyright": STRING,
            "location": STRING, "city": STRING, "country": STRING, "latitude": NUMBER, "longitude": NUMBER,
        }, ("event",)),
        EntitySet("Contacts", "Contact", {
            "id": STRING, "country": STRING, "treaties": STRINGS, "prefix": STRING, "firstName": STRING,
            "lastName": STRING, "position": STRING, "institution": STRING, "department": STRING, "address": STRING,
            "email": STRING, "phoneNumber": STRING, "fax": STRING, "type": STRING, "primary": NUMBER,
            "updated": MOMENT,
        }, ("focal_point",)),
        EntitySet("CountryReports", "CountryReport", _FILED, ("resource",)),
        EntitySet("NationalPlans", "NationalPlan", _FILED, ("resource",)),
        EntitySet("Sites", "Site", {
            "id": STRING, "type": STRING, "country": STRING, "treaty": STRING, "name": TEXTS, "latitude": NUMBER,
            "longitude": NUMBER, "url": STRING, "updated": MOMENT,
        }, ("clearing_house", "case_study")),
        EntitySet("Documents", "Document", {
            **_FRAME, "summary": TEXTS, "type": STRING, "country": STRING, "authors": STRINGS, "published": MOMENT,
            "number": STRING, "keywords": STRINGS, "files": FILES,
        }, ("resource",)),
    )
}  # fmt: skip


def set_of(format: str, data: Mapping[str, Any]) -> str:
    """The name of the set that a record with these public answers is a thing of; empty when of none."""
    if format == "event":
        return "Meetings"
    if format == "focal_point":
        return "Contacts" if data.get("party") and data.get("focal_point_kind") else ""
    if format == "clearing_house" or (format == "case_study" and data.get("point")):
        return "Sites"
    if format != "resource":
        return ""
    kinds, is_of_one = data.get("resource_types") or (), country(data) is not None
    if is_of_one and "strategy" in kinds:
        return "NationalPlans"
    return "CountryReports" if is_of_one and "report" in kinds else "Documents"


def country(data: Mapping[str, Any]) -> str | None:
    """The country (ISO 3166-1 alpha-3) where there is exactly one place, and that is a country."""
    places = [data["party"]] if data.get("party") else data.get("places") or []
    return places[0] if len(places) == 1 and len(places[0]) == 3 and places[0].isalpha() and _is(places[0]) else None


def _is(key: str) -> bool:
    return key in vocabulary("countries").terms
