"""Offer: an opportunity that is open - training, expertise, equipment, money, a fellowship, joint research."""

from typing import Annotated, ClassVar, Literal

from landbridge.formats.fields import (
    Flag,
    Line,
    Money,
    MoneyAnswer,
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


class Offer(ToldFormat):
    name: ClassVar = "offer"
    label: ClassVar = "Offer"
    plural: ClassVar = "Offers and opportunities"
    about: ClassVar = "An open opportunity: training, expertise, equipment, data, money, a place on a team."
    side: ClassVar = "supply"
    first: ClassVar = (
        "title", "summary", "kinds", "support_types", "places", "providers", "application_period", "cost_basis",
    )  # fmt: skip
    cbd_schema: ClassVar = "bbiOpportunity"
    rdf_class: ClassVar = "schema:Offer"
    confirm_after_months: ClassVar = 6

    kinds: Annotated[
        list[str] | None, Terms(label="Kind of offer", rdf="schema:category", vocabularies=("offer_kinds",), role="type", dc="type",
                                cbd={"bbiOpportunity": "types"})
    ] = None  # fmt: skip
    support_types: Annotated[
        list[str] | None, Terms(label="Kinds of support", vocabularies=("support_types",), role="support")
    ] = None
    providers: Annotated[
        list[OrganisationAnswer] | None, Organisation(label="Who offers it", section="people", role="provider",
                                                      rdf="schema:offeredBy", dc="publisher",
                                                      cbd={"bbiOpportunity": "organization"})
    ] = None  # fmt: skip
    application_period: Annotated[
        PeriodAnswer | None, Period(label="Open for applications", rdf="schema:availabilityStarts", section="process", role="open",
                                    cbd={"bbiOpportunity": "applicationDeadline"})
    ] = None  # fmt: skip
    cost_basis: Annotated[
        Literal["free", "at_cost", "matched", "grant", "loan"] | None,
        Line(label="Free, at cost or matched", section="money", role="cost_basis"),
    ] = None
    closed: Annotated[bool | None, Flag(label="Closed", help="Full or withdrawn.", section="keeping",
                                        role="closed")] = None  # fmt: skip
    served_places: Annotated[list[str] | None, Places(label="Who may come from where", rdf="schema:eligibleRegion", section="process",
                                                      role="served")] = None  # fmt: skip
    excluded_places: Annotated[list[str] | None, Places(label="Countries excluded", rdf="schema:ineligibleRegion", section="process",
                                                        role="excluded")] = None  # fmt: skip
    eligibility: Annotated[Texts | None, Text(label="Who is eligible", lines=3, max_length=3000, section="process",
                                              role="body", cbd={"bbiOpportunity": "eligibility"})] = None  # fmt: skip
    selection: Annotated[Texts | None, Text(label="How the choice is made", lines=3, max_length=3000,
                                            section="process", role="body")] = None  # fmt: skip
    how_to_apply: Annotated[
        Texts | None, Text(label="How to apply", lines=3, max_length=3000, section="process", role="body",
                           cbd={"bbiOpportunity": "applicationProcess"})
    ] = None  # fmt: skip
    target_groups: Annotated[list[str] | None, Terms(label="For whom", vocabularies=("target_groups",),
                                                     section="process", role="group",
                                                     cbd={"bbiOpportunity": "beneficiaries"})] = None  # fmt: skip
    period: Annotated[PeriodAnswer | None, Period(label="Takes place", section="process",
                                                  cbd={"bbiOpportunity": "dates"})] = None  # fmt: skip
    modality: Annotated[
        Literal["on_site", "online", "hybrid"] | None, Line(label="On site, online or both", section="process")
    ] = None
    capacity_left: Annotated[Texts | None, Text(label="Places left", section="process")] = None
    offer_languages: Annotated[list[str] | None, Terms(label="Languages", vocabularies=("languages",),
                                                       section="process", role="language")] = None  # fmt: skip
    value: Annotated[MoneyAnswer | None, Money(label="Value", section="money", role="cost")] = None
    outcomes: Annotated[Texts | None, Text(label="What comes of it", lines=3, max_length=3000, section="story",
                                           role="body", cbd={"bbiOpportunity": "outcomes"})] = None  # fmt: skip
    conditions: Annotated[Texts | None, Text(label="Conditions", help="Intellectual property, publication.",
                                             lines=3, max_length=3000, section="constraints",
                                             role="body")] = None  # fmt: skip
    ip_status: Annotated[list[str] | None, Terms(label="Intellectual property", vocabularies=("ip_status",),
                                                 section="constraints", role="ip")] = None  # fmt: skip
    transfer_modes: Annotated[list[str] | None, Terms(label="Ways of transfer", vocabularies=("transfer_modes",),
                                                      section="process", role="transfer")] = None  # fmt: skip
    accessibility: Annotated[Texts | None, Text(label="Accessibility", section="process", role="body")] = None
