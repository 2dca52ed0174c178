"""Focal point: who speaks for a Party in one matter of the Convention, as the Party itself has told."""

from datetime import date
from typing import Annotated, ClassVar

from landbridge.formats.fields import Day, Line, Organisation, OrganisationAnswer, Terms, Text, Texts
from landbridge.formats.format import CommonFormat


class FocalPoint(CommonFormat):
    name: ClassVar = "focal_point"
    label: ClassVar = "Focal point"
    plural: ClassVar = "Focal points"
    about: ClassVar = "A notice of a Party that names who speaks for it in one matter of the Convention."
    side: ClassVar = "context"
    first: ClassVar = (
        "title", "party", "focal_point_kind", "person", "position", "institution", "serves_from", "serves_until",
    )  # fmt: skip
    rdf_class: ClassVar = "schema:Role"
    confirm_after_months: ClassVar = 24

    party: Annotated[str | None, Terms(label="Party", vocabularies=("countries",), many=False, role="place",
                                       dc="coverage", rdf="schema:spatialCoverage")] = None  # fmt: skip
    focal_point_kind: Annotated[str | None, Terms(label="Kind of focal point", vocabularies=("focal_point_kinds",),
                                                  many=False, role="type", dc="type")] = None  # fmt: skip
    # Before the person: the first name in the index is shown as the provider.
    institution: Annotated[list[OrganisationAnswer] | None, Organisation(label="Institution", role="provider",
                                                                         rdf="schema:worksFor")] = None  # fmt: skip
    person: Annotated[str | None, Line(label="Name", max_length=200, role="alias", rdf="schema:name")] = None
    position: Annotated[Texts | None, Text(label="Position", max_length=300, role="body",
                                           rdf="schema:roleName")] = None  # fmt: skip
    email: Annotated[str | None, Line(label="E-mail for signing in",
                                      help="Never shown. An invitation goes there when the notice is published.",
                                      section="people", max_length=254, pattern=r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+",
                                      remedy="Write one e-mail address.", public=False)] = None  # fmt: skip
    serves_from: Annotated[date | None, Day(label="From", rdf="schema:startDate")] = None
    serves_until: Annotated[date | None, Day(label="Until", help="The role ends by itself after this day.",
                                             rdf="schema:endDate")] = None  # fmt: skip
