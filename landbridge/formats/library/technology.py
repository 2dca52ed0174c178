"""Technology: anything that works - hardware, software, a process, a practice, a service, biological material."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from landbridge.formats.fields import (
    Answer,
    Day,
    Flag,
    Group,
    Line,
    Money,
    MoneyAnswer,
    Number,
    Organisation,
    OrganisationAnswer,
    Places,
    Quantity,
    QuantityAnswer,
    Terms,
    Text,
    Texts,
)
from landbridge.formats.format import ToldFormat
from landbridge.formats.library.shared import CapacityNeeded, CostLine


class PatentFamily(Answer):
    """A patent or plant-variety right as its office recorded it; never a statement about what is in force."""

    office: Annotated[str, Line(label="Office", max_length=40)]
    number: Annotated[str, Line(label="Number", max_length=60)]
    family: Annotated[str | None, Line(label="Patent family", max_length=60)] = None
    event: Annotated[str | None, Line(label="Last legal event", help="With its date and source.")] = None
    event_on: Annotated[date | None, Day(label="Date of the event")] = None


class Indicator(Answer):
    """One measured effect."""

    name: Annotated[Texts, Text(label="Indicator", max_length=300)]
    unit: Annotated[str | None, Line(label="Unit", max_length=40)] = None
    before: Annotated[float | None, Number(label="Before")] = None
    after: Annotated[float | None, Number(label="After")] = None
    sites: Annotated[float | None, Number(label="Number of sites", least=0)] = None
    method: Annotated[Texts | None, Text(label="How it was measured", max_length=1000)] = None


class Technology(ToldFormat, CapacityNeeded):
    name: ClassVar = "technology"
    label: ClassVar = "Technology"
    plural: ClassVar = "Technologies and practices"
    about: ClassVar = "Anything that works and can be shared: a tool, a method, a practice, a service, seed or breed."
    side: ClassVar = "supply"
    first: ClassVar = (
        "title", "summary", "technology_types", "technologies", "places", "support_types", "trl", "ip_status",
    )  # fmt: skip
    rdf_class: ClassVar = "schema:Product"
    confirm_after_months: ClassVar = 24

    technology_types: Annotated[
        list[str] | None, Terms(label="What kind of thing is it?", rdf="schema:category", vocabularies=("technology_types",), role="type",
                                dc="type")
    ] = None  # fmt: skip
    support_types: Annotated[
        list[str] | None, Terms(label="Support that the provider gives", vocabularies=("support_types",),
                                section="transfer", role="support")
    ] = None  # fmt: skip
    providers: Annotated[
        list[OrganisationAnswer] | None, Organisation(label="Providers", help="Who can transfer it.",
                                                      section="origin", role="provider", rdf="schema:provider",
                                                      dc="publisher")
    ] = None  # fmt: skip
    developers: Annotated[
        list[OrganisationAnswer] | None, Organisation(label="Developers", section="origin", role="provider",
                                                      rdf="schema:creator", dc="creator")
    ] = None  # fmt: skip
    local_names: Annotated[Texts | None, Text(label="Local names", section="origin", role="body")] = None
    developed_in: Annotated[list[str] | None, Places(label="Developed in", section="origin", role="place_other")] = None
    deployed_in: Annotated[
        list[str] | None, Places(label="In use in", help="Countries where it works today.", section="origin",
                                 role="place")
    ] = None  # fmt: skip
    in_use_since: Annotated[int | None, Number(label="In use since (year)", least=-4000, most=2200, year=True,
                                                 section="origin")] = None  # fmt: skip
    introduced_by: Annotated[
        Literal["users", "tradition", "research", "project", "company"] | None,
        Line(label="How it came about", section="origin"),
    ] = None

    trl: Annotated[
        str | None, Terms(label="Technology readiness level", vocabularies=("trl",), many=False, section="maturity",
                          role="trl")
    ] = None  # fmt: skip
    stage: Annotated[
        str | None, Terms(label="Stage of development", vocabularies=("stages",), many=False, section="maturity",
                          role="stage")
    ] = None  # fmt: skip
    evidence: Annotated[
        Texts | None, Text(label="Evidence", help="Trials, sites, publications.", lines=4, max_length=5000,
                           section="maturity", role="body")
    ] = None  # fmt: skip
    adoption: Annotated[Texts | None, Text(label="How far it has spread", lines=3, max_length=3000,
                                           section="maturity", role="body")] = None  # fmt: skip
    verified_on: Annotated[date | None, Day(label="Last verified in the field", section="maturity")] = None

    ip_status: Annotated[
        list[str] | None, Terms(label="Intellectual property", vocabularies=("ip_status",), section="rights",
                                role="ip", dc="rights")
    ] = None  # fmt: skip
    patents: Annotated[list[PatentFamily] | None, Group(label="Patents and plant-variety rights",
                                                        section="rights")] = None  # fmt: skip
    licence_terms: Annotated[Texts | None, Text(label="Terms offered", lines=3, max_length=3000, section="rights",
                                                role="body")] = None  # fmt: skip
    material_transfer: Annotated[Texts | None, Text(label="Material transfer needed", section="rights")] = None
    living_modified: Annotated[bool | None, Flag(label="Contains living modified organisms",
                                                 section="risks", role="caution")] = None  # fmt: skip

    transfer_modes: Annotated[
        list[str] | None, Terms(label="Ways of transfer", vocabularies=("transfer_modes",), section="transfer",
                                role="transfer")
    ] = None  # fmt: skip
    concessional: Annotated[bool | None, Flag(label="Fair and most favourable terms offered",
                                              help="Article 16: concessional or preferential terms.",
                                              section="transfer", role="concessional")] = None  # fmt: skip
    price_basis: Annotated[Texts | None, Text(label="Price basis", section="transfer", role="body")] = None
    provider_support: Annotated[Texts | None, Text(label="Training, installation, spare parts, warranty", lines=3,
                                                   max_length=3000, section="transfer",
                                                   role="body")] = None  # fmt: skip
    served_places: Annotated[list[str] | None, Places(label="Countries served", section="transfer",
                                                      role="served")] = None  # fmt: skip
    excluded_places: Annotated[list[str] | None, Places(label="Countries excluded", section="transfer",
                                                        role="excluded")] = None  # fmt: skip
    manual_languages: Annotated[list[str] | None, Terms(label="Languages of the manuals",
                                                        vocabularies=("languages",), section="transfer",
                                                        role="language")] = None  # fmt: skip

    cost_lines: Annotated[list[CostLine] | None, Group(label="Cost lines", section="cost")] = None
    total_cost: Annotated[MoneyAnswer | None, Money(label="Typical total cost", section="cost",
                                                    role="cost")] = None  # fmt: skip
    cost_note: Annotated[Texts | None, Text(label="What drives the cost", lines=3, max_length=3000, section="cost",
                                            role="body")] = None  # fmt: skip
    operating_life: Annotated[QuantityAnswer | None, Quantity(label="Operating life", unit="years",
                                                              section="cost")] = None  # fmt: skip

    indicators: Annotated[list[Indicator] | None, Group(label="Measured effects", section="performance")] = None
    benefits: Annotated[Texts | None, Text(label="Benefits", lines=4, max_length=5000, section="performance",
                                           role="body")] = None  # fmt: skip
    alternatives: Annotated[Texts | None, Text(label="Compared with alternatives", lines=3, max_length=3000,
                                               section="performance", role="body")] = None  # fmt: skip
    adverse_effects: Annotated[Texts | None, Text(label="Risks and adverse effects",
                                                  help="On other species, people, water, soil.", lines=4,
                                                  max_length=5000, section="risks", role="risk")] = None  # fmt: skip
    safeguards: Annotated[Texts | None, Text(label="Safeguards and monitoring duties", lines=3, max_length=3000,
                                             section="risks", role="body")] = None  # fmt: skip
    enabling: Annotated[Texts | None, Text(label="What helps adoption", lines=3, max_length=3000,
                                           section="adoption", role="body")] = None  # fmt: skip
    hindering: Annotated[Texts | None, Text(label="What hinders adoption, and what failed", lines=3,
                                            max_length=3000, section="adoption", role="body")] = None  # fmt: skip
    lessons: Annotated[Texts | None, Text(label="Lessons", lines=3, max_length=3000, section="adoption",
                                          role="body")] = None  # fmt: skip
