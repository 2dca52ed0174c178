"""Annotation: what somebody else says of a record, as a record of its own. The record itself stays as it is."""

from typing import Annotated, ClassVar, Literal

from landbridge.formats.fields import (
    Line,
    Organisation,
    OrganisationAnswer,
    Reference,
    ReferenceAnswer,
    RichText,
    Text,
    Texts,
)
from landbridge.formats.format import CommonFormat


class Annotation(CommonFormat):
    name: ClassVar = "annotation"
    label: ClassVar = "Annotation"
    plural: ClassVar = "Annotations"
    about: ClassVar = "What you say of somebody else's record: an endorsement, a translation, a comment, a correction."
    side: ClassVar = "context"
    listed: ClassVar = False
    first: ClassVar = (
        "title", "kind", "subject_records", "said", "translated_title", "translated_summary", "by",
    )  # fmt: skip
    rdf_class: ClassVar = "oa:Annotation"
    confirm_after_months: ClassVar = 120

    kind: Annotated[
        Literal["endorsement", "translation", "comment", "correction"] | None,
        Line(label="What is it?", role="outcome", rdf="oa:motivatedBy", dc="type"),
    ] = None
    subject_records: Annotated[
        list[ReferenceAnswer] | None, Reference(label="Of which record", rdf="oa:hasTarget", dc="relation")
    ] = None  # fmt: skip
    said: Annotated[
        Texts | None, Text(label="What you say", help="Why you stand behind it, what you add, or what is wrong.",
                           lines=4, max_length=5000, role="body", rdf="oa:bodyValue", dc="description")
    ] = None  # fmt: skip
    translated_title: Annotated[
        Texts | None, Text(label="Translated title", help="For a translation.", max_length=300)
    ] = None
    translated_summary: Annotated[Texts | None, Text(label="Translated summary", lines=4, max_length=3000)] = None
    translated_description: Annotated[Texts | None, RichText(label="Translated description", section="story")] = None
    by: Annotated[
        list[OrganisationAnswer] | None, Organisation(label="In whose name", role="provider", rdf="dct:creator",
                                                      dc="creator")
    ] = None  # fmt: skip
    subject_digest: Annotated[
        str | None, Line(label="Version that it speaks of", help="Filled in by itself: the digest of the version.",
                         section="more", pattern="[0-9a-f]{64}", remedy="Leave it as it is.")
    ] = None  # fmt: skip
