"""The base of every common format: what all records share, and how a format is described.

A format is one class in one file of `library/`. Its questions are Pydantic fields annotated with a
`Question`; `first` names the (at most eight) questions of the first section, the rest follow by section.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from landbridge.formats.editions import Edition
from landbridge.formats.fields import (
    Answer,
    Day,
    File,
    FileAnswer,
    Flag,
    Line,
    Lines,
    Link,
    LinkAnswer,
    Person,
    PersonAnswer,
    Places,
    Point,
    PointAnswer,
    Question,
    QuestionNames,
    Reference,
    ReferenceAnswer,
    RichText,
    Terms,
    Text,
    Texts,
    refuse,
)
from landbridge.lib.languages import is_language_tag

SECTIONS: Final = {
    "first": "In short",
    "story": "The whole story",
    "where": "Where",
    "subject": "Subjects and targets",
    "origin": "Origin",
    "maturity": "Maturity and evidence",
    "rights": "Rights",
    "transfer": "Transfer",
    "fit": "What it takes",
    "cost": "Costs",
    "performance": "Performance",
    "risks": "Risks and safeguards",
    "adoption": "Adoption",
    "capacity": "What is there already",
    "constraints": "Conditions",
    "money": "Money",
    "people": "People and organisations",
    "process": "How it works",
    "services": "Services",
    "indigenous": "Indigenous and local origin",
    "more": "More",
    "keeping": "Keeping this record true",
}
"""Sections in the order in which they are shown, with their English titles."""


def _known_tags(states: dict[str, str]) -> dict[str, str]:
    for tag in states:
        if not is_language_tag(tag):
            raise refuse("language_tag", "“{tag}” is not a language tag; use en, fr, zh, sw …", tag=tag[:40])
    return states


ALWAYS_TOLD: Final = frozenset(
    {"title", "summary", "withheld", "tk_labels", "label_texts", "consent_reference", "care_statement", "confirmed_on",
     "expires_on", "sample"}
)  # fmt: skip
"""What no record can withhold: the public abstract, the word of its communities, and how far it is to be believed."""
SUMMARY: Final = Text(
    label="Summary", help="Two to five sentences that a stranger understands.", lines=4, max_length=3000,
    role="summary", rdf="schema:abstract", dc="description", cbd={"*": "description"},
)  # fmt: skip


class CommonFormat(BaseModel):
    """What every record may tell. Unknown fields are refused: a misspelt name must not lose an answer."""

    model_config = ConfigDict(extra="forbid", validate_default=False, ser_json_inf_nan="null")

    name: ClassVar[str]
    label: ClassVar[str]
    plural: ClassVar[str]
    about: ClassVar[str]
    side: ClassVar[Literal["need", "supply", "context"]] = "context"
    """Which half of a match the format can be."""
    listed: ClassVar[bool] = True
    """Whether a search that names no kind of record finds it; what only speaks of other records would be in the way."""
    first: ClassVar[tuple[str, ...]]
    cbd_schema: ClassVar[str] = ""
    """The CBD's own format that this one maps to; each question names its field there."""
    rdf_class: ClassVar[str] = "schema:CreativeWork"
    confirm_after_months: ClassVar[int] = 24
    retire_after_months: ClassVar[int | None] = None
    """After so many months without confirmation the record is taken out of sight, after warnings."""
    editions: ClassVar[tuple[Edition, ...]] = ()

    title: Annotated[
        Texts, Text(label="Title", help="What one would look for.", max_length=300, role="title",
                    rdf="schema:name", dc="title", cbd={"*": "title"})
    ]  # fmt: skip
    summary: Annotated[Texts | None, SUMMARY] = None
    description: Annotated[
        Texts | None, RichText(label="Description", help="The whole story, with paragraphs and lists.",
                               section="story", role="body", rdf="schema:description")
    ] = None  # fmt: skip

    places: Annotated[
        list[str] | None, Places(label="Countries and regions", help="Where this is or applies.", section="where",
                                 role="place", rdf="schema:spatialCoverage", dc="coverage",
                                 cbd={"bbiRequest": "geographicTargets", "bbiOpportunity": "coverage",
                                      "bbiProfile": "coverage", "organization": "country",
                                      "capacityBuildingInitiative": "countryRegions"})
    ] = None  # fmt: skip
    subnational: Annotated[
        Texts | None, Text(label="Place within the country",
                           help="Province, island, river basin, site. Where the place must be protected, name no more "
                                "than the province.",
                           section="where", role="body", rdf="schema:location")
    ] = None  # fmt: skip
    point: Annotated[
        PointAnswer | None, Point(label="Point on the map", help="Leave it out where the place must be protected.",
                                  section="where", rdf="schema:geo")
    ] = None  # fmt: skip
    ecosystems: Annotated[
        list[str] | None, Terms(label="Ecosystems", vocabularies=("ecosystems",), section="where", role="ecosystem",
                                rdf="schema:about", dc="subject")
    ] = None  # fmt: skip

    targets: Annotated[
        list[str] | None, Terms(label="Global biodiversity targets",
                                help="Goals and targets of the Kunming-Montreal Framework that this serves.",
                                vocabularies=("targets",), section="subject", role="target", rdf="schema:about",
                                dc="subject", cbd={"*": "gbfTargets"})
    ] = None  # fmt: skip
    themes: Annotated[
        list[str] | None, Terms(label="Themes of the Convention", vocabularies=("themes",), section="subject",
                                role="theme", rdf="schema:about", dc="subject",
                                cbd={"bbiRequest": "cbdSubjects", "bbiOpportunity": "cbdSubjects",
                                     "organization": "thematicAreas", "capacityBuildingInitiative": "cbdSubjects"})
    ] = None  # fmt: skip
    technologies: Annotated[
        list[str] | None, Terms(label="Classes of technology", vocabularies=("technologies",), section="subject",
                                role="technology", rdf="schema:about", dc="subject")
    ] = None  # fmt: skip
    subjects: Annotated[
        list[str] | None, Terms(label="Further subjects", help="Species, threats, actions and other topics.",
                                vocabularies=("topics", "actions", "threats", "species"), section="subject",
                                role="subject", rdf="schema:about", dc="subject")
    ] = None  # fmt: skip

    traditional_knowledge: Annotated[
        bool | None, Flag(label="Traditional knowledge is involved", section="indigenous")
    ] = None
    communities: Annotated[
        Texts | None, Text(label="Indigenous peoples and local communities involved", section="indigenous",
                           role="body")
    ] = None  # fmt: skip
    consent_reference: Annotated[
        str | None, Line(label="Reference of free, prior and informed consent",
                         help="Number, protocol or address of the consent that covers this text.",
                         section="indigenous")
    ] = None  # fmt: skip
    abs_reference: Annotated[
        str | None, Line(label="Access and benefit-sharing reference (PIC, MAT, IRCC)", section="indigenous")
    ] = None
    tk_labels: Annotated[
        list[str] | None, Terms(label="TK and BC labels", help="Given by communities; shown as they are.",
                                vocabularies=("tk_labels",), section="indigenous")
    ] = None  # fmt: skip
    label_texts: Annotated[
        Texts | None, Text(label="Text of the labels", help="Word for word as the community wrote it.", lines=6,
                           max_length=4000, section="indigenous")
    ] = None  # fmt: skip

    withheld: Annotated[
        list[str] | None, QuestionNames(label="Answers kept for those whom we allow",
                                        help="Title and summary stay public. Everything named here is shown only to "
                                             "you and to those named below.",
                                        section="indigenous")
    ] = None  # fmt: skip
    disclosed_to: Annotated[
        list[str] | None, Lines(label="Who may read what is withheld",
                                help="Ids of the Parties, organisations and communities, such as FJI.",
                                section="indigenous", public=False, max_length=100)
    ] = None  # fmt: skip
    care_statement: Annotated[
        Texts | None, Text(label="CARE statement",
                           help="Collective benefit, authority to control, responsibility, ethics: how this text "
                                "honours them.",
                           lines=3, max_length=2000, section="indigenous")
    ] = None  # fmt: skip

    contacts: Annotated[
        list[PersonAnswer] | None, Person(label="Contacts", help="A role and a shared mailbox outlive a person.",
                                          section="people", rdf="schema:contactPoint", cbd={"*": "contacts"})
    ] = None  # fmt: skip
    links: Annotated[
        list[LinkAnswer] | None, Link(label="Web addresses", section="more", rdf="schema:url", dc="relation",
                                      cbd={"*": "relevantInformation"})
    ] = None  # fmt: skip
    related: Annotated[
        list[ReferenceAnswer] | None, Reference(label="Related records", section="more", rdf="dct:relation",
                                                dc="relation")
    ] = None  # fmt: skip
    files: Annotated[
        list[FileAnswer] | None, File(label="Files", section="more", rdf="schema:encoding",
                                      cbd={"*": "relevantDocuments"})
    ] = None  # fmt: skip

    licence: Annotated[
        str | None, Terms(label="Licence of this text", vocabularies=("licences",), many=False, section="keeping",
                          rdf="schema:license", dc="rights")
    ] = None  # fmt: skip
    source: Annotated[
        str | None, Line(label="Source", help="Where the facts come from.", section="keeping", dc="source",
                         max_length=1000)
    ] = None  # fmt: skip
    confirmed_on: Annotated[date | None, Day(label="Last confirmed", section="keeping", role="confirmed")] = None
    expires_on: Annotated[date | None, Day(label="Valid until", section="keeping", role="expires")] = None
    sample: Annotated[
        bool | None, Flag(label="Sample record", help="Invented to show how the network works.", section="keeping")
    ] = None
    translations: Annotated[
        dict[str, Literal["human", "machine"]] | None, AfterValidator(lambda value: value and _known_tags(value)),
        Field(title="State of each translation", description="Language tag to human or machine."),
    ] = None  # fmt: skip

    @field_validator("withheld")
    @classmethod
    def _known_questions(cls, names: list[str] | None) -> list[str] | None:
        asked = set(questions(cls)) - ALWAYS_TOLD
        for name in names or ():
            if name not in asked:
                raise refuse("unknown_question", "“{name}” is not a question that can be withheld.", name=name[:60])
        return names


class ToldFormat(CommonFormat):
    """A format whose records mean little without a summary."""

    summary: Annotated[Texts, SUMMARY]


@cache
def questions(model: type[BaseModel]) -> Mapping[str, Question]:
    """The questions of a format or of an answer of several parts, by field name, in order of declaration."""
    found = {}
    for name, info in model.model_fields.items():
        for extra in info.metadata:
            if isinstance(extra, Question):
                found[name] = extra
    return found


@cache
def sections(model: type[CommonFormat]) -> Mapping[str, tuple[str, ...]]:
    """Section to the names of its questions, in the order in which they are shown; empty sections are left out."""
    asked = questions(model)
    grouped: dict[str, list[str]] = {name: [] for name in SECTIONS}
    grouped["first"].extend(model.first)
    for name, question in asked.items():
        if name not in model.first:
            grouped[question.section].append(name)
    return {section: tuple(names) for section, names in grouped.items() if names}


def parts(model: type[BaseModel], name: str) -> type[Answer] | None:
    """The model behind a group or an answer of several parts, or None for a simple answer."""
    return next(_models(model.model_fields[name].annotation), None)


def _models(annotation: Any) -> Iterator[type[Answer]]:
    if isinstance(annotation, type) and issubclass(annotation, Answer):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models(inner)


def required(model: type[BaseModel]) -> tuple[str, ...]:
    """The names of the questions that must be answered before a record can be published."""
    return tuple(name for name, info in model.model_fields.items() if info.is_required())


def referred(data: Any) -> Iterator[str]:
    """The ids of all records that answers refer to, valid or as typed."""
    if isinstance(data, dict):
        if isinstance(data.get("record"), str):
            yield data["record"]
        for inner in data.values():
            yield from referred(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from referred(inner)
