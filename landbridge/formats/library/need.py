"""Need: what a Party, a community or an organisation lacks and asks for. Maps to the Bio-Bridge request."""

from typing import Annotated, ClassVar

from landbridge.formats.fields import (
    Answer,
    Flag,
    Group,
    Line,
    Money,
    MoneyAnswer,
    Number,
    Organisation,
    OrganisationAnswer,
    Period,
    PeriodAnswer,
    Places,
    Quantity,
    QuantityAnswer,
    Terms,
    Text,
    Texts,
)
from landbridge.formats.format import ToldFormat
from landbridge.formats.library.shared import CapacityAvailable


class ExpectedResult(Answer):
    """An output or outcome that would show that the need is met."""

    result: Annotated[Texts, Text(label="Result", max_length=500)]
    indicator: Annotated[Texts | None, Text(label="Indicator", max_length=300)] = None
    baseline: Annotated[str | None, Line(label="Baseline", max_length=100)] = None
    aim: Annotated[str | None, Line(label="Aim", max_length=100)] = None


class Need(ToldFormat, CapacityAvailable):
    name: ClassVar = "need"
    label: ClassVar = "Need"
    plural: ClassVar = "Needs"
    about: ClassVar = "What somebody lacks: the problem, the place, and the kind of support that would help."
    side: ClassVar = "need"
    first: ClassVar = (
        "title", "summary", "objective", "support_types", "places", "targets", "technologies", "urgency",
    )  # fmt: skip
    cbd_schema: ClassVar = "bbiRequest"
    rdf_class: ClassVar = "schema:Demand"
    confirm_after_months: ClassVar = 12

    objective: Annotated[
        Texts | None, Text(label="What should be reached", lines=3, max_length=3000, section="story", role="body",
                           cbd={"bbiRequest": "objectives"})
    ] = None  # fmt: skip
    support_types: Annotated[
        list[str] | None, Terms(label="Kinds of support wanted", vocabularies=("support_types",), role="support",
                                cbd={"bbiRequest": "assistanceTypes"})
    ] = None  # fmt: skip
    urgency: Annotated[str | None, Terms(label="Urgency", vocabularies=("urgency",), many=False, role="urgency")] = None
    closed: Annotated[bool | None, Flag(label="Closed", help="Met or withdrawn.", section="keeping",
                                        role="closed")] = None  # fmt: skip
    causes: Annotated[Texts | None, Text(label="Causes", lines=3, max_length=3000, section="story",
                                         role="body")] = None  # fmt: skip
    situation: Annotated[
        Texts | None, Text(label="Situation and efforts so far", lines=3, max_length=5000, section="story",
                           role="body", cbd={"bbiRequest": "existingInitiatives"})
    ] = None  # fmt: skip
    level: Annotated[str | None, Terms(label="Level", vocabularies=("levels",), many=False, section="where",
                                       cbd={"bbiRequest": "levelOfApplication"})] = None  # fmt: skip
    scale: Annotated[QuantityAnswer | None, Quantity(label="Scale", help="Hectares, sites, people.",
                                                     section="where")] = None  # fmt: skip

    must_have: Annotated[Texts | None, Text(label="Must have", lines=3, max_length=3000, section="constraints",
                                            role="body")] = None  # fmt: skip
    nice_to_have: Annotated[Texts | None, Text(label="Would be good to have", lines=3, max_length=3000,
                                               section="constraints", role="body")] = None  # fmt: skip
    ip_accepted: Annotated[
        list[str] | None, Terms(label="Intellectual property that can be accepted",
                                help="Leave open when any will do.", vocabularies=("ip_status",),
                                section="constraints", role="ip")
    ] = None  # fmt: skip
    least_trl: Annotated[str | None, Terms(label="Lowest readiness level that helps", vocabularies=("trl",),
                                           many=False, section="constraints", role="trl")] = None  # fmt: skip
    period: Annotated[PeriodAnswer | None, Period(label="When", section="constraints",
                                                  cbd={"bbiRequest": "dates"})] = None  # fmt: skip
    working_languages: Annotated[list[str] | None, Terms(label="Languages of work", vocabularies=("languages",),
                                                         section="constraints", role="language")] = None  # fmt: skip

    budget: Annotated[MoneyAnswer | None, Money(label="Budget", section="money", role="cost")] = None
    cofinancing: Annotated[MoneyAnswer | None, Money(label="Co-financing available", section="money",
                                                     cbd={"bbiRequest": "coFinancing"})] = None  # fmt: skip
    in_kind: Annotated[Texts | None, Text(label="Contribution in kind", section="money", role="body")] = None

    requester: Annotated[
        list[OrganisationAnswer] | None, Organisation(label="Who asks", section="people", role="provider",
                                                      rdf="schema:seeks", dc="creator",
                                                      cbd={"bbiRequest": "organization"})
    ] = None  # fmt: skip
    other_places: Annotated[list[str] | None, Places(label="Other governments involved", section="people",
                                                     cbd={"bbiRequest": "otherCountries"})] = None  # fmt: skip
    beneficiaries: Annotated[list[str] | None, Terms(label="Who benefits", vocabularies=("target_groups",),
                                                     section="people", role="group",
                                                     cbd={"bbiRequest": "beneficiaries"})] = None  # fmt: skip
    beneficiary_count: Annotated[int | None, Number(label="How many people", least=0, section="people")] = None
    endorsement: Annotated[str | None, Line(label="Endorsement by the national focal point", section="people",
                                            cbd={"bbiRequest": "endorsement"})] = None  # fmt: skip
    anonymous: Annotated[bool | None, Flag(label="Do not show who asks", section="people")] = None

    results: Annotated[list[ExpectedResult] | None, Group(label="Expected results", section="process",
                                                          cbd={"bbiRequest": "outcomes"})] = None  # fmt: skip
    priority_source: Annotated[
        Texts | None, Text(label="Where the priority is written", help="NBSAP target, national report, assessment.",
                           section="process", role="body", cbd={"bbiRequest": "nationalPriorities"})
    ] = None  # fmt: skip
    asked_elsewhere: Annotated[Texts | None, Text(label="Asked elsewhere", section="process",
                                                  cbd={"bbiRequest": "otherProgrammes"})] = None  # fmt: skip
