"""Programme: a project, initiative or fund. Maps to the CBD's capacity-building initiative."""

from typing import Annotated, ClassVar

from landbridge.formats.fields import (
    Line,
    Money,
    MoneyAnswer,
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


class Programme(ToldFormat):
    name: ClassVar = "programme"
    label: ClassVar = "Programme"
    plural: ClassVar = "Programmes and funds"
    about: ClassVar = "A project, initiative, network or fund: what it supports, where, with whose money."
    side: ClassVar = "supply"
    first: ClassVar = (
        "title", "summary", "status", "support_types", "places", "period", "themes", "implementing",
    )  # fmt: skip
    cbd_schema: ClassVar = "capacityBuildingInitiative"
    rdf_class: ClassVar = "schema:Project"
    confirm_after_months: ClassVar = 18

    acronym: Annotated[Texts | None, Text(label="Acronym", rdf="schema:alternateName", max_length=60, role="alias")] = (
        None
    )
    status: Annotated[
        str | None, Terms(label="Status", vocabularies=("programme_status",), many=False, role="status",
                          cbd={"capacityBuildingInitiative": "status"})
    ] = None  # fmt: skip
    support_types: Annotated[
        list[str] | None, Terms(label="Kinds of support", vocabularies=("support_types",), role="support",
                                cbd={"capacityBuildingInitiative": "categories"})
    ] = None  # fmt: skip
    period: Annotated[
        PeriodAnswer | None, Period(label="Runs", role="open", cbd={"capacityBuildingInitiative": "startEnd"})
    ] = None
    level: Annotated[str | None, Terms(label="Scope", vocabularies=("levels",), many=False, section="where",
                                       cbd={"capacityBuildingInitiative": "geographicScope"})] = None  # fmt: skip
    cooperation: Annotated[list[str] | None, Terms(label="Type of cooperation", vocabularies=("cooperation_types",),
                                                   section="people")] = None  # fmt: skip
    implementing: Annotated[
        list[OrganisationAnswer] | None, Organisation(label="Implementing bodies", section="people",
                                                      role="provider", rdf="schema:parentOrganization",
                                                      dc="publisher",
                                                      cbd={"capacityBuildingInitiative": "implementingAgencies"})
    ] = None  # fmt: skip
    partners: Annotated[
        list[OrganisationAnswer] | None, Organisation(label="Executing bodies and partners", rdf="schema:member", section="people",
                                                      role="provider", dc="contributor",
                                                      cbd={"capacityBuildingInitiative": "partners"})
    ] = None  # fmt: skip
    funders: Annotated[
        list[OrganisationAnswer] | None, Organisation(label="Funders", section="money", rdf="schema:funder",
                                                      cbd={"capacityBuildingInitiative": "fundingSources"})
    ] = None  # fmt: skip
    budget: Annotated[MoneyAnswer | None, Money(label="Total budget", section="money", role="cost",
                                                cbd={"capacityBuildingInitiative": "totalBudget"})] = None  # fmt: skip
    disbursed: Annotated[MoneyAnswer | None, Money(label="Disbursed", section="money")] = None
    grant_size: Annotated[MoneyAnswer | None, Money(label="Size of a grant", section="money")] = None
    served_places: Annotated[list[str] | None, Places(label="Countries eligible", section="process",
                                                      role="served")] = None  # fmt: skip
    excluded_places: Annotated[list[str] | None, Places(label="Countries excluded", section="process",
                                                        role="excluded")] = None  # fmt: skip
    target_groups: Annotated[list[str] | None, Terms(label="For whom", vocabularies=("target_groups",),
                                                     section="process", role="group",
                                                     cbd={"capacityBuildingInitiative": "targetGroups"})] = None  # fmt: skip
    how_to_apply: Annotated[Texts | None, Text(label="How to take part", lines=3, max_length=3000,
                                               section="process", role="body")] = None  # fmt: skip
    achievements: Annotated[
        Texts | None, Text(label="Achievements", lines=4, max_length=5000, section="performance", role="body",
                           cbd={"capacityBuildingInitiative": "resultsAchievements"})
    ] = None  # fmt: skip
    lessons: Annotated[Texts | None, Text(label="Lessons", lines=3, max_length=3000, section="performance",
                                          role="body",
                                          cbd={"capacityBuildingInitiative": "bestPractices"})] = None  # fmt: skip
    project_number: Annotated[str | None, Line(label="Project number", rdf="schema:identifier", section="more", dc="identifier",
                                               cbd={"capacityBuildingInitiative": "projectNumber"})] = None  # fmt: skip
    iati_identifier: Annotated[str | None, Line(label="IATI identifier", rdf="schema:identifier", section="more",
                                                dc="identifier")] = None  # fmt: skip
    purpose_code: Annotated[str | None, Line(label="OECD DAC purpose code", section="more", pattern=r"\d{5}",
                                             remedy="A purpose code has five digits, such as 41030.")] = None  # fmt: skip
    biodiversity_marker: Annotated[
        float | None, Number(label="Rio marker for biodiversity",
                             help="2 principal, 1 significant, 0 screened and not targeted; empty: not screened.",
                             section="more", least=0, most=2)
    ] = None  # fmt: skip
