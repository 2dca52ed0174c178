"""Event: a workshop, course, fair or meeting where people who need and people who know can meet."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from landbridge.formats.fields import (
    Day,
    Flag,
    Line,
    Organisation,
    OrganisationAnswer,
    Period,
    PeriodAnswer,
    Places,
    Terms,
    Text,
    Texts,
)
from landbridge.formats.format import CommonFormat


class Event(CommonFormat):
    name: ClassVar = "event"
    label: ClassVar = "Event"
    plural: ClassVar = "Events"
    about: ClassVar = "A workshop, course, fair or meeting where those who need and those who know can meet."
    side: ClassVar = "supply"
    first: ClassVar = (
        "title", "summary", "event_types", "period", "places", "city", "organisers", "registration_until",
    )  # fmt: skip
    rdf_class: ClassVar = "schema:Event"
    confirm_after_months: ClassVar = 12

    event_types: Annotated[list[str] | None, Terms(label="Kind of event", vocabularies=("event_types",),
                                                   role="type", dc="type")] = None  # fmt: skip
    period: Annotated[PeriodAnswer | None, Period(label="When", role="open", dc="date",
                                                  rdf="schema:startDate")] = None  # fmt: skip
    city: Annotated[Texts | None, Text(label="City and venue", section="where", max_length=300, role="body",
                                       rdf="schema:location")] = None  # fmt: skip
    modality: Annotated[Literal["on_site", "online", "hybrid"] | None, Line(label="On site, online or both", rdf="schema:eventAttendanceMode",
                                                                            section="where")] = None  # fmt: skip
    organisers: Annotated[list[OrganisationAnswer] | None, Organisation(label="Organisers", section="people",
                                                                        role="provider", rdf="schema:organizer",
                                                                        dc="publisher")] = None  # fmt: skip
    registration_until: Annotated[date | None, Day(label="Register until", section="process",
                                                   role="deadline")] = None  # fmt: skip
    support_types: Annotated[list[str] | None, Terms(label="Support it gives", vocabularies=("support_types",),
                                                     section="subject", role="support")] = None  # fmt: skip
    served_places: Annotated[list[str] | None, Places(label="For participants from", section="process",
                                                      role="served")] = None  # fmt: skip
    event_languages: Annotated[list[str] | None, Terms(label="Languages", rdf="schema:inLanguage", vocabularies=("languages",),
                                                       section="process", role="language")] = None  # fmt: skip
    target_groups: Annotated[list[str] | None, Terms(label="For whom", rdf="schema:audience", vocabularies=("target_groups",),
                                                     section="process", role="group")] = None  # fmt: skip
    fee: Annotated[Texts | None, Text(label="Fee and support for travel", section="money", max_length=500)] = None
    cancelled: Annotated[
        bool | None, Flag(label="Cancelled", rdf="schema:eventStatus", section="keeping", role="closed")
    ] = None
