"""The shapes of what is asked and answered, for the OpenAPI document. Answers are built as they are, unchecked."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

Limit = Annotated[int, Field(ge=1, le=500, description="How many at most.")]


class FieldError(Schema):
    """One thing that is wrong: where, what, and in which language of the text if in one."""

    field: str
    message: str
    code: str
    language: str | None


class Problem(Schema):
    """An error, as RFC 9457 has it."""

    type: Annotated[str, Field(description="`urn:landbridge:problem:…`, the same in every language.")]
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] = []


class Line(Schema):
    """A record as it stands in a line of JSON Lines."""

    format: str
    id: str
    language: str
    data: Annotated[dict[str, Any], Field(description="Answers by field name; see /api/v1/schemas/{format}.")]


class FullLine(Line):
    """A record with what surrounds it."""

    url: Annotated[str, Field(description="The permanent address of the record's page.")]
    revision: int
    edition: Annotated[int, Field(description="The edition of the format that `data` is in.")]
    sha256: Annotated[str, Field(description="Of the answers as they were written.")]
    owner: str | None
    origin: Annotated[str, Field(description="The node it comes from; empty for this node's own.")]
    note: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    revised_at: datetime
    confirmed_on: date | None
    expires_on: date | None
    edition_notes: Annotated[list[str], Field(description="What was done to bring old answers up to date.")]


class RecordPage(Schema):
    """One page of records."""

    records: list[FullLine]
    next: Annotated[str | None, Field(description="The cursor of the next page; null on the last one.")]


class RevisionLine(Schema):
    """One line of a record's history."""

    number: int
    created_at: datetime
    note: str
    language: str
    sha256: str
    url: str


class History(Schema):
    """The published revisions of a record, newest first."""

    id: str
    revisions: list[RevisionLine]


class Hit(Schema):
    """One result of a search."""

    id: str
    type: str
    title: str
    language: Annotated[str, Field(description="Of title and snippet.")]
    score: float
    snippet: Annotated[str, Field(description="HTML: escaped, the found words in <mark>.")]
    url: str
    places: list[str]
    provider: str
    confirmed_on: str
    sample: bool
    labels: Annotated[list[str], Field(description="Of communities, to be shown as they are: see tk_labels.")]


class FacetValue(Schema):
    """A value of a filter, its label in the reader's language, and how many results have it."""

    value: str
    label: str
    count: int


class Concept(Schema):
    """A concept that was understood, with its label in the reader's language."""

    key: str
    label: str


class Understood(Schema):
    """What was made of a text."""

    language: str
    concepts: list[Concept]
    places: list[str]
    support_types: list[str]


class SearchAnswer(Schema):
    """What was found."""

    total: Annotated[int, Field(description="Exact.")]
    hits: list[Hit]
    facets: dict[str, list[FacetValue]]
    next: Annotated[str | None, Field(description="The cursor of the next page; null on the last one.")]
    suggestion: Annotated[str | None, Field(description="Another spelling that finds more.")]
    loosened: Annotated[bool, Field(description="No record has all the words; these have some.")]
    understood: Understood


class Reason(Schema):
    """What speaks for a match; the shares of all reasons add up to 1."""

    criterion: str
    share: float
    text: str


class Caveat(Schema):
    """What is open or against a match."""

    criterion: str
    text: str


class Match(Schema):
    """A record that may help."""

    id: str
    type: str
    title: str
    language: str
    score: Annotated[float, Field(ge=0, le=1)]
    url: str
    for_: Annotated[list[Reason], Field(alias="for")]
    against: list[Caveat]
    places: list[str]
    provider: str
    confirmed_on: str
    sample: bool
    labels: Annotated[list[str], Field(description="Of communities, to be shown as they are: see tk_labels.")]


class Excluded(Schema):
    """A record that would have matched but for a hard limit."""

    id: str
    type: str
    title: str
    criterion: str
    text: str


class MatchAnswer(Schema):
    """What may help with a need."""

    understood: Understood
    matches: list[Match]
    excluded: list[Excluded]


class _Asked(Schema):
    model_config = ConfigDict(extra="forbid", str_max_length=50_000)

    types: Annotated[list[str], Field(max_length=20, description="Only these formats.")] = []
    limit: Annotated[int, Field(ge=1, le=100)] = 10


class TextNeed(_Asked):
    """A need in free text, in any of the six languages."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    language: Annotated[str | None, Field(max_length=12, description="null: it is recognised.")] = None
    place: Annotated[list[str], Field(max_length=50, description="ISO 3166, M49 or names.")] = []


class RecordNeed(_Asked):
    """A record of this node."""

    record: Annotated[str, Field(min_length=1, max_length=100)]


class WholeNeed(_Asked):
    """A whole need that stands in no registry yet."""

    format: Literal["need"] = "need"
    id: Annotated[str, Field(max_length=100)] = ""
    language: Annotated[str, Field(max_length=12)] = "en"
    data: dict[str, Any]


class VocabularyLine(Schema):
    """A vocabulary in the list."""

    name: str
    title: str
    about: str
    version: str
    count: int
    url: str


class VocabularyList(Schema):
    vocabularies: list[VocabularyLine]


class Term(Schema):
    """One concept."""

    id: str
    key: str
    uri: str
    label: Annotated[str, Field(description="In the reader's language.")]
    labels: Annotated[dict[str, list[str]], Field(description="Language to labels, the preferred one first.")]
    broader: list[str]
    narrower: list[str]
    related: list[str]
    match: Annotated[list[str], Field(description="Addresses of the same concept elsewhere.")]
    extra: dict[str, str]


class TermAnswer(Term):
    vocabulary: str
    version: str


class VocabularyAnswer(VocabularyLine):
    """A vocabulary with all its terms."""

    titles: dict[str, str]
    terms: list[Term]


class SchemaLine(Schema):
    """A format in the list."""

    format: str
    label: str
    about: str
    edition: int
    url: str


class SchemaList(Schema):
    schemas: list[SchemaLine]


class ChangeLine(Schema):
    """One change; a gone record has no `record`."""

    serial: int
    id: str
    format: str
    verb: str
    revision: int | None
    gone: bool
    at: datetime
    record: FullLine | None = None
