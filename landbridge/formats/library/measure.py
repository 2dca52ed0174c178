"""Enabling measure: a law, policy or incentive that eases transfer, or a barrier that hinders it."""

from typing import Annotated, ClassVar, Literal

from landbridge.formats.fields import (
    Line,
    Organisation,
    OrganisationAnswer,
    Period,
    PeriodAnswer,
    Terms,
    Text,
    Texts,
)
from landbridge.formats.format import ToldFormat


class Measure(ToldFormat):
    name: ClassVar = "measure"
    label: ClassVar = "Measure or barrier"
    plural: ClassVar = "Measures and barriers"
    about: ClassVar = "A law, policy, incentive or arrangement that eases transfer, or a barrier that hinders it."
    side: ClassVar = "context"
    first: ClassVar = (
        "title", "summary", "kind", "measure_types", "barriers", "places", "how_it_works", "results",
    )  # fmt: skip
    rdf_class: ClassVar = "schema:Legislation"
    confirm_after_months: ClassVar = 36

    kind: Annotated[Literal["measure", "barrier"] | None, Line(label="Measure or barrier", role="outcome")] = None
    measure_types: Annotated[list[str] | None, Terms(label="Type of measure", vocabularies=("measure_types",),
                                                     role="type", dc="type")] = None  # fmt: skip
    barriers: Annotated[list[str] | None, Terms(label="Class of barrier", vocabularies=("barriers",),
                                                role="barrier")] = None  # fmt: skip
    how_it_works: Annotated[Texts | None, Text(label="How it works", lines=4, max_length=5000, section="story",
                                               role="body")] = None  # fmt: skip
    results: Annotated[Texts | None, Text(label="What came of it", lines=4, max_length=5000, section="story",
                                          role="body")] = None  # fmt: skip
    overcome: Annotated[Texts | None, Text(label="How the barrier can be overcome", lines=3, max_length=3000,
                                           section="story", role="body")] = None  # fmt: skip
    actor_side: Annotated[
        Literal["developing", "developed", "both"] | None,
        Line(label="On whose side", help="Measures of developing or of developed countries.", section="process"),
    ] = None
    rights_side: Annotated[Literal["public_domain", "proprietary", "both"] | None,
                           Line(label="Public-domain or proprietary technology", section="process")] = None  # fmt: skip
    information_area: Annotated[
        Literal["enabling", "barriers", "incentives", "priority_access", "innovative"] | None,
        Line(label="Area of information", help="The five areas of the programme of work.", section="process"),
    ] = None
    importance: Annotated[Literal["killer", "crucial", "important", "less", "insignificant"] | None,
                          Line(label="Importance", section="process")] = None  # fmt: skip
    support_types: Annotated[list[str] | None, Terms(label="Kinds of support", vocabularies=("support_types",),
                                                     section="process", role="support")] = None  # fmt: skip
    responsible: Annotated[
        list[OrganisationAnswer] | None, Organisation(label="Responsible bodies", section="people",
                                                      role="provider", dc="publisher")
    ] = None  # fmt: skip
    legal_reference: Annotated[str | None, Line(label="Legal reference", section="process",
                                                dc="identifier")] = None  # fmt: skip
    in_force: Annotated[PeriodAnswer | None, Period(label="In force", section="process")] = None
