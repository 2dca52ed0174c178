"""Case study: what was done and what came of it - good practice, and what failed."""

from typing import Annotated, ClassVar, Literal

from landbridge.formats.fields import (
    Group,
    Line,
    Organisation,
    OrganisationAnswer,
    Period,
    PeriodAnswer,
    Quantity,
    QuantityAnswer,
    Reference,
    ReferenceAnswer,
    Text,
    Texts,
)
from landbridge.formats.format import ToldFormat
from landbridge.formats.library.shared import CostLine


class CaseStudy(ToldFormat):
    name: ClassVar = "case_study"
    label: ClassVar = "Case study"
    plural: ClassVar = "Case studies"
    about: ClassVar = "What was done somewhere and what came of it, also when it failed."
    side: ClassVar = "supply"
    first: ClassVar = ("title", "summary", "outcome", "places", "ecosystems", "what_was_done", "results", "lessons")
    cbd_schema: ClassVar = "caseStudy"
    rdf_class: ClassVar = "schema:Article"
    confirm_after_months: ClassVar = 60

    outcome: Annotated[
        Literal["lasting", "promising", "mixed", "failed"] | None,
        Line(label="What came of it", help="Lasting, promising, mixed or failed.", role="outcome"),
    ] = None
    what_was_done: Annotated[Texts | None, Text(label="What was done", lines=4, max_length=5000, section="story",
                                                role="body")] = None  # fmt: skip
    results: Annotated[Texts | None, Text(label="Results", lines=4, max_length=5000, section="story",
                                          role="body")] = None  # fmt: skip
    what_failed: Annotated[Texts | None, Text(label="What failed, and why", lines=4, max_length=5000,
                                              section="story", role="body")] = None  # fmt: skip
    lessons: Annotated[Texts | None, Text(label="Lessons", lines=4, max_length=5000, section="story",
                                          role="body")] = None  # fmt: skip
    conditions: Annotated[Texts | None, Text(label="What made it possible", lines=3, max_length=3000,
                                             section="adoption", role="body")] = None  # fmt: skip
    period: Annotated[PeriodAnswer | None, Period(label="When", section="where")] = None
    scale: Annotated[QuantityAnswer | None, Quantity(label="Scale", section="where")] = None
    organisations: Annotated[
        list[OrganisationAnswer] | None, Organisation(label="Organisations", section="people", role="provider",
                                                      dc="contributor")
    ] = None  # fmt: skip
    technologies_used: Annotated[list[ReferenceAnswer] | None, Reference(label="Technologies used",
                                                                         formats=("technology",),
                                                                         section="subject")] = None  # fmt: skip
    cost_lines: Annotated[list[CostLine] | None, Group(label="Cost lines", section="cost")] = None
    evidence: Annotated[Texts | None, Text(label="Evidence", lines=3, max_length=3000, section="maturity",
                                           role="body")] = None  # fmt: skip
