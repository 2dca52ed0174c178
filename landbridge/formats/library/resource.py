"""Resource: a guide, course, dataset, map, software, report or film that helps to act."""

from typing import Annotated, ClassVar

from landbridge.formats.fields import Line, Lines, Number, Organisation, OrganisationAnswer, Terms, Text, Texts
from landbridge.formats.format import ToldFormat


class Resource(ToldFormat):
    name: ClassVar = "resource"
    label: ClassVar = "Resource"
    plural: ClassVar = "Guides, courses and data"
    about: ClassVar = "A guide, course, dataset, map, software, report or film that helps to act."
    side: ClassVar = "supply"
    first: ClassVar = (
        "title", "summary", "resource_types", "resource_languages", "links", "publishers", "year", "themes",
    )  # fmt: skip
    cbd_schema: ClassVar = "resource"
    rdf_class: ClassVar = "schema:LearningResource"
    confirm_after_months: ClassVar = 36

    resource_types: Annotated[
        list[str] | None, Terms(label="Kind of resource", rdf="schema:learningResourceType", vocabularies=("resource_types",), role="type", dc="type",
                                cbd={"resource": "resourceTypes"})
    ] = None  # fmt: skip
    resource_languages: Annotated[list[str] | None, Terms(label="Languages", rdf="schema:inLanguage", vocabularies=("languages",),
                                                          role="language", dc="language",
                                                          cbd={"resource": "languages"})] = None  # fmt: skip
    publishers: Annotated[list[OrganisationAnswer] | None, Organisation(label="Publishers", section="people",
                                                                        role="provider", rdf="schema:publisher",
                                                                        dc="publisher")] = None  # fmt: skip
    authors: Annotated[
        list[str] | None, Lines(label="Authors", rdf="schema:author", section="people", dc="creator")
    ] = None
    year: Annotated[int | None, Number(label="Year", least=1000, most=2200, year=True, dc="date",
                                         rdf="schema:datePublished")] = None  # fmt: skip
    identifier: Annotated[str | None, Line(label="Identifier", rdf="schema:identifier", help="DOI, ISBN, handle.", section="more",
                                           dc="identifier")] = None  # fmt: skip
    support_types: Annotated[list[str] | None, Terms(label="Support it gives", vocabularies=("support_types",),
                                                     section="subject", role="support")] = None  # fmt: skip
    audience: Annotated[list[str] | None, Terms(label="For whom", vocabularies=("target_groups",),
                                                section="subject", role="group",
                                                rdf="schema:audience")] = None  # fmt: skip
    level: Annotated[Texts | None, Text(label="What one should know before", section="subject",
                                        max_length=500)] = None  # fmt: skip
    work_licence: Annotated[str | None, Terms(label="Licence of the work", rdf="schema:license", vocabularies=("licences",), many=False,
                                              section="rights", dc="rights")] = None  # fmt: skip
    access: Annotated[Texts | None, Text(label="How to get it", section="rights", max_length=500,
                                         role="body")] = None  # fmt: skip
