"""Organisation: a body that can be a provider, a support centre or a centre of excellence."""

from typing import Annotated, ClassVar, Literal

from landbridge.formats.fields import (
    Answer,
    Flag,
    Group,
    Line,
    Lines,
    Number,
    OrganisationAnswer,
    Places,
    Terms,
    Text,
    Texts,
)
from landbridge.formats.fields import Organisation as Organisations
from landbridge.formats.format import CommonFormat


class CentreRole(Answer):
    """The role of a (sub)regional technical and scientific cooperation support centre."""

    role: Annotated[
        Literal["regional", "subregional", "global", "partner", "excellence"] | None, Line(label="Role")
    ] = None
    serves: Annotated[list[str] | None, Places(label="Parties served")] = None
    hosts: Annotated[list[OrganisationAnswer] | None, Organisations(label="Hosts and partners")] = None
    fields: Annotated[Texts | None, Text(label="Fields of excellence", max_length=1000)] = None


class Facility(Answer):
    """A laboratory, collection, vessel or other equipment that others may use."""

    name: Annotated[Texts, Text(label="Facility", max_length=300)]
    bookable: Annotated[bool | None, Flag(label="Open to others")] = None
    conditions: Annotated[Texts | None, Text(label="Conditions", max_length=1000)] = None


class Organisation(CommonFormat):
    name: ClassVar = "organisation"
    label: ClassVar = "Organisation"
    plural: ClassVar = "Organisations and centres"
    about: ClassVar = "A ministry, university, company, community body or centre, and what it can do for others."
    side: ClassVar = "supply"
    first: ClassVar = (
        "title", "acronym", "summary", "organisation_types", "places", "themes", "support_types", "links",
    )  # fmt: skip
    cbd_schema: ClassVar = "organization"
    rdf_class: ClassVar = "schema:Organization"
    confirm_after_months: ClassVar = 24

    acronym: Annotated[Texts | None, Text(label="Acronym", max_length=60, role="alias", rdf="schema:alternateName",
                                          cbd={"organization": "acronym"})] = None  # fmt: skip
    other_names: Annotated[
        list[str] | None, Lines(label="Other names", rdf="schema:alternateName", max_length=300, role="alias")
    ] = None
    organisation_types: Annotated[
        list[str] | None, Terms(label="Kind of organisation", vocabularies=("organisation_types",), role="type",
                                dc="type", cbd={"organization": "organizationType"})
    ] = None  # fmt: skip
    support_types: Annotated[
        list[str] | None, Terms(label="Support it gives", vocabularies=("support_types",), section="services",
                                role="support", cbd={"bbiProfile": "services"})
    ] = None  # fmt: skip
    centre: Annotated[CentreRole | None, Group(label="Role as a centre", section="services")] = None
    free_services: Annotated[Texts | None, Text(label="Services free of charge", help="At most three.", lines=3,
                                                max_length=2000, section="services", role="body",
                                                cbd={"bbiProfile": "servicesFree"})] = None  # fmt: skip
    paid_services: Annotated[Texts | None, Text(label="Services at cost", help="At most three.", lines=3,
                                                max_length=2000, section="services", role="body",
                                                cbd={"bbiProfile": "servicesPaid"})] = None  # fmt: skip
    facilities: Annotated[list[Facility] | None, Group(label="Facilities and equipment",
                                                       section="services")] = None  # fmt: skip
    served_places: Annotated[list[str] | None, Places(label="Countries and regions served", rdf="schema:areaServed", section="where",
                                                      role="served",
                                                      cbd={"organization": "operationalRegions"})] = None  # fmt: skip
    city: Annotated[Texts | None, Text(label="City", section="where", max_length=200, role="body",
                                       cbd={"organization": "city"})] = None  # fmt: skip
    address: Annotated[Texts | None, Text(label="Address", rdf="schema:address", section="where", lines=3, max_length=500,
                                          cbd={"organization": "address"})] = None  # fmt: skip
    working_languages: Annotated[list[str] | None, Terms(label="Working languages", rdf="schema:knowsLanguage", vocabularies=("languages",),
                                                         section="people", role="language",
                                                         cbd={"organization": "operationalLanguages"})] = None  # fmt: skip
    parent: Annotated[list[OrganisationAnswer] | None, Organisations(label="Part of", section="people",
                                                                     rdf="schema:parentOrganization",
                                                                     cbd={"organization": "linkedOrganizations"})] = None  # fmt: skip
    identifiers: Annotated[list[str] | None, Lines(label="Identifiers", rdf="schema:identifier", help="ROR, registry number.",
                                                  section="more", dc="identifier")] = None  # fmt: skip
    established: Annotated[int | None, Number(label="Founded (year)", rdf="schema:foundingDate", least=500, most=2200, year=True,
                                                section="more")] = None  # fmt: skip
    staff: Annotated[int | None, Number(label="Staff", rdf="schema:numberOfEmployees", least=0, section="more")] = None
    track_record: Annotated[Texts | None, Text(label="Experience in cooperation", lines=3, max_length=5000,
                                               section="services", role="body",
                                               cbd={"bbiProfile": "pastExperience"})] = None  # fmt: skip
    due_diligence: Annotated[Texts | None, Text(label="Accreditation and due diligence", section="more",
                                                max_length=1000)] = None  # fmt: skip
