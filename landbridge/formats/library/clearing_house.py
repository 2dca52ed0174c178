"""National clearing-house: what a Party runs to share information, what it holds and lacks, and what would help it."""

from datetime import date
from typing import Annotated, ClassVar

from landbridge.formats.fields import (
    Answer,
    Day,
    Group,
    Line,
    Link,
    LinkAnswer,
    Number,
    Organisation,
    OrganisationAnswer,
    Reference,
    ReferenceAnswer,
    Terms,
    Text,
    Texts,
)
from landbridge.formats.format import CommonFormat


class Holding(Answer):
    """One kind of information that a clearing-house holds, and how much of it."""

    kind: Annotated[str, Terms(label="What", vocabularies=("clearing_house_contents",), many=False)]
    count: Annotated[int | None, Number(label="How many", least=0, most=1_000_000_000)] = None
    newest_on: Annotated[date | None, Day(label="Newest entry")] = None


class ClearingHouse(CommonFormat):
    name: ClassVar = "clearing_house"
    label: ClassVar = "National clearing-house"
    plural: ClassVar = "National clearing-houses"
    about: ClassVar = "What a Party runs to share information under the Convention: its state, contents and obstacles."
    side: ClassVar = "context"
    first: ClassVar = (
        "title", "summary", "party", "clearing_house_status", "sites", "contents", "obstacles", "help_wanted",
    )  # fmt: skip
    rdf_class: ClassVar = "schema:DataCatalog"
    confirm_after_months: ClassVar = 12

    party: Annotated[str | None, Terms(label="Party", vocabularies=("countries",), many=False, role="place",
                                       dc="coverage", rdf="schema:spatialCoverage")] = None  # fmt: skip
    clearing_house_status: Annotated[
        str | None, Terms(label="Status", vocabularies=("clearing_house_status",), many=False, role="status",
                          rdf="schema:creativeWorkStatus")
    ] = None  # fmt: skip
    sites: Annotated[list[LinkAnswer] | None, Link(label="Web address of the clearing-house", dc="identifier",
                                                   rdf="schema:url")] = None  # fmt: skip
    contents: Annotated[
        list[Holding] | None, Group(label="Contents", help="What kinds of information it holds, and how many of each.")
    ] = None
    obstacles: Annotated[
        list[str] | None, Terms(label="Obstacles", help="What keeps it from doing more.",
                                vocabularies=("clearing_house_obstacles",), role="barrier")
    ] = None  # fmt: skip
    help_wanted: Annotated[
        list[str] | None, Terms(label="Help wanted", help="Kinds of support that would bring it forward.",
                                vocabularies=("support_types",), role="support")
    ] = None  # fmt: skip
    obstacles_told: Annotated[
        Texts | None, Text(label="Obstacles in your own words", lines=3, max_length=3000, section="constraints",
                           role="body")
    ] = None  # fmt: skip
    needs: Annotated[
        list[ReferenceAnswer] | None, Reference(label="Needs that were filed for it", formats=("need",),
                                                section="constraints", dc="relation", rdf="schema:seeks")
    ] = None  # fmt: skip
    help_offered: Annotated[
        list[str] | None, Terms(label="Can help other clearing-houses with", vocabularies=("support_types",),
                                section="services")
    ] = None  # fmt: skip

    operators: Annotated[
        list[OrganisationAnswer] | None, Organisation(label="Who runs it", section="people", role="provider",
                                                      rdf="schema:provider", dc="publisher")
    ] = None  # fmt: skip
    staff_count: Annotated[
        float | None, Number(label="Staff", help="In full-time positions; 0.5 is half a position.", section="people",
                             least=0, most=10_000)
    ] = None  # fmt: skip
    software: Annotated[str | None, Line(label="Software", help="Name and version.", section="process")] = None
    site_languages: Annotated[
        list[str] | None, Terms(label="Languages of the clearing-house", vocabularies=("languages",),
                                section="process", role="language", dc="language", rdf="schema:inLanguage")
    ] = None  # fmt: skip
    since_year: Annotated[int | None, Number(label="Online since (year)", least=1992, most=2200, year=True,
                                             section="process")] = None  # fmt: skip
    updated_on: Annotated[
        date | None, Day(label="Contents last updated on", section="process", rdf="schema:dateModified")
    ] = None
    node_address: Annotated[
        str | None, Line(label="Address of its node", help="Where it exchanges records with other nodes, if it does.",
                         section="process", pattern=r"https?://[^\s<>\"']+",
                         remedy="Write a web address that begins with https://.")
    ] = None  # fmt: skip
    node_fingerprint: Annotated[
        str | None, Line(label="Fingerprint of its key", section="process", pattern="[0-9a-f]{64}",
                         remedy="A fingerprint has 64 of the characters 0-9 and a-f.")
    ] = None  # fmt: skip

    uses: Annotated[
        list[str] | None, Terms(label="What it was used for", vocabularies=("clearing_house_uses",),
                                section="performance")
    ] = None  # fmt: skip
    nbsap_contribution: Annotated[
        Texts | None, Text(label="Contribution to the national strategy and action plan", lines=3, max_length=3000,
                           section="performance", role="body")
    ] = None  # fmt: skip
    report_contribution: Annotated[
        Texts | None, Text(label="Contribution to national reports", lines=3, max_length=3000, section="performance",
                           role="body")
    ] = None  # fmt: skip
    requests_answered: Annotated[
        int | None, Number(label="Requests answered in the last year", least=0, most=1_000_000_000,
                           section="performance")
    ] = None  # fmt: skip
