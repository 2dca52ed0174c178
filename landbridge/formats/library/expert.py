"""Expert: a person on the roster. Personal details are few, and each says whether it may be shown."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from landbridge.formats.fields import (
    Answer,
    Day,
    Flag,
    Group,
    Line,
    Number,
    Organisation,
    OrganisationAnswer,
    Period,
    PeriodAnswer,
    Places,
    Terms,
    Text,
    Texts,
)
from landbridge.formats.format import ToldFormat


class LanguageSkill(Answer):
    """A language and how well it is spoken."""

    language: Annotated[str, Terms(label="Language", vocabularies=("languages",), many=False)]
    level: Annotated[str | None, Terms(label="Level", vocabularies=("language_levels",), many=False)] = None


class Expertise(Answer):
    """A field of expertise with its evidence."""

    field: Annotated[Texts, Text(label="Field", max_length=300, role="body")]
    years: Annotated[float | None, Number(label="Years", least=0, most=80)] = None
    evidence: Annotated[str | None, Line(label="Evidence", help="A publication or a reference.")] = None


class Expert(ToldFormat):
    name: ClassVar = "expert"
    label: ClassVar = "Expert"
    plural: ClassVar = "Experts"
    about: ClassVar = "A person who can advise, train or join a team, with what they know and where they worked."
    side: ClassVar = "supply"
    first: ClassVar = (
        "title", "summary", "kinds", "technologies", "subjects", "places", "languages", "support_types",
    )  # fmt: skip
    rdf_class: ClassVar = "schema:Person"
    confirm_after_months: ClassVar = 24
    retire_after_months: ClassVar = 48

    kinds: Annotated[list[str] | None, Terms(label="Kind of expertise", vocabularies=("expertise_kinds",),
                                             role="type")] = None  # fmt: skip
    languages: Annotated[list[LanguageSkill] | None, Group(label="Languages", rdf="schema:knowsLanguage", section="people",
                                                           role="language")] = None  # fmt: skip
    support_types: Annotated[list[str] | None, Terms(label="Support offered", vocabularies=("support_types",),
                                                     role="support")] = None  # fmt: skip
    expertise: Annotated[
        list[Expertise] | None, Group(label="Expertise with evidence", rdf="schema:knowsAbout", section="subject")
    ] = None
    countries_worked: Annotated[list[str] | None, Places(label="Has worked in", section="where",
                                                         role="place")] = None  # fmt: skip
    served_places: Annotated[list[str] | None, Places(label="Can work in", section="where",
                                                      role="served")] = None  # fmt: skip
    employer: Annotated[list[OrganisationAnswer] | None, Organisation(label="Employer", section="people",
                                                                      role="provider",
                                                                      rdf="schema:worksFor")] = None  # fmt: skip
    orcid: Annotated[str | None, Line(label="ORCID", rdf="schema:identifier", section="people", pattern=r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]",
                                      remedy="An ORCID has the form 0000-0000-0000-0000.")] = None  # fmt: skip
    gender: Annotated[str | None, Line(label="Gender", help="Only if you wish; counted in statistics only.",
                                       section="people", max_length=40, public=False)] = None  # fmt: skip
    knowledge_holder: Annotated[bool | None, Flag(label="Holder of indigenous or local knowledge",
                                                  section="indigenous")] = None  # fmt: skip
    nominated_by: Annotated[list[str] | None, Places(label="Nominated by", section="process",
                                                     role="place_other")] = None  # fmt: skip
    vetting: Annotated[
        Literal["self_declared", "nominated", "approved", "referenced"] | None,
        Line(label="State of vetting", section="process"),
    ] = None
    conflict_statement: Annotated[Texts | None, Text(label="Statement on conflicts of interest", section="process",
                                                     max_length=1000)] = None  # fmt: skip
    degrees: Annotated[Texts | None, Text(label="Degrees", help="At most three.", section="people", lines=3,
                                          max_length=1000, role="body")] = None  # fmt: skip
    publications: Annotated[Texts | None, Text(label="Key publications", help="At most three.", section="people",
                                               lines=3, max_length=2000, role="body")] = None  # fmt: skip
    fee_basis: Annotated[Literal["pro_bono", "expenses", "paid"] | None, Line(label="Fee basis",
                                                                              section="money",
                                                                              role="cost_basis")] = None  # fmt: skip
    available: Annotated[Texts | None, Text(label="Availability", section="process", max_length=500)] = None
    available_period: Annotated[PeriodAnswer | None, Period(label="Available from and until", section="process",
                                                            role="open")] = None  # fmt: skip
    consent_to_list: Annotated[
        bool | None, Flag(label="Agrees to be listed",
                          help="The expert has read what the roster shows, to whom and how long, and agrees to it.",
                          section="process")
    ] = None  # fmt: skip
    consent_on: Annotated[date | None, Day(label="Day of this consent", section="process")] = None
    travels: Annotated[bool | None, Flag(label="Can travel", section="process")] = None
    works_remotely: Annotated[bool | None, Flag(label="Can work remotely", section="process")] = None
