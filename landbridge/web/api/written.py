"""The shapes of what is written and of the answers to it. What is sent is checked strictly: nothing else is taken."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

NO_NUL = r"^[^\x00]*$"
"""What no text of a PostgreSQL database can hold."""
Note = Annotated[str, Field(max_length=2000, pattern=NO_NUL, description="A remark for the journal.")]
Language = Annotated[str, Field(max_length=12, description="Of the text as it was first written.")]
PartyId = Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]


class _Sent(Schema):
    """What nobody asked for is refused: a misspelt name must not be taken for an answer that was left out."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewRecord(_Sent):
    """A record to begin: a line of JSON Lines, for whom it is, and who may read it once it is published."""

    format: Annotated[str, Field(max_length=40)]
    language: Language = "en"
    data: Annotated[dict[str, Any], Field(description="Answers by field name; see /api/v1/schemas/{format}.")]
    owner: Annotated[
        PartyId | None,
        Field(description="The Party, organisation or community; none: one's own, or for a service that of its party."),
    ] = None
    visibility: Literal["public", "network", "parties", "private"] = "public"
    note: Annotated[str, Field(max_length=500, pattern=NO_NUL, description="What is to be said of it.")] = ""
    id: Annotated[Literal[""], Field(description="The node gives the id; leave it out or empty.")] = ""


class NewRevision(_Sent):
    """A whole new state of a record; an answer that is left out is gone from it."""

    language: Language | None = None
    data: Annotated[dict[str, Any], Field(description="All answers by field name.")]
    note: Annotated[str, Field(max_length=500, pattern=NO_NUL, description="What has changed.")] = ""
    format: Annotated[str | None, Field(max_length=40, description="May be sent, cannot be changed.")] = None
    id: Annotated[str | None, Field(max_length=100, description="May be sent, cannot be changed.")] = None


class Remark(_Sent):
    """What is said to a step; the body may also be left out."""

    note: Note = ""


class Publication(Remark):
    """What is said to a publication, and for whom it is; as it was when nothing is said of it."""

    visibility: Literal["public", "network", "parties", "private"] | None = None


class Word(Remark):
    """The word of a Party; its name may be left out by who speaks for one only."""

    party: PartyId | None = None


class NewComment(_Sent):
    """A remark on one answer, on the whole record, or to another remark."""

    text: Annotated[str, Field(min_length=1, max_length=4000, pattern=NO_NUL)]
    field: Annotated[str, Field(max_length=200, pattern=NO_NUL, description="The path, such as `cost_lines.0`.")] = ""
    answers: Annotated[int | None, Field(ge=1, le=2**62, description="The remark that it replies to.")] = None


class NewWebhook(_Sent):
    """An address to be told of changes."""

    url: Annotated[str, Field(min_length=1, max_length=500)]
    formats: Annotated[list[str], Field(max_length=50, description="Only these formats; none: all.")] = []
    verbs: Annotated[list[str], Field(max_length=50, description="Only these verbs of the journal; none: all.")] = []


class Work(Schema):
    """Where a record stands, for those who work on it."""

    id: str
    format: str
    language: str
    url: str
    owner: str | None
    visibility: str
    state: str
    revision: Annotated[int | None, Field(description="The latest; null when its drafts are not yours to see.")]
    published: Annotated[int | None, Field(description="The revision that readers see.")]
    updated_at: datetime
    published_at: datetime | None
    confirmed_on: date | None
    confirm_by: date | None
    possible: Annotated[list[str], Field(description="What this key can do with it next.")]


class WholeWork(Work):
    """Where a record stands, with its latest answers."""

    edition: int
    sha256: str
    note: str
    data: dict[str, Any]


class CommentLine(Schema):
    """A remark as it was kept."""

    id: int
    record: str
    revision: int
    field: str
    text: str
    answers: int | None
    at: datetime


class RemarkLine(CommentLine):
    """A remark with who made it, and since when its thread is settled."""

    author: str
    settled_at: datetime | None


class Remarks(Schema):
    """What those who work on a record said on it."""

    comments: list[RemarkLine]


class WebhookLine(Schema):
    """A webhook; its secret is told once, when it is made."""

    id: int
    url: str
    formats: list[str]
    verbs: list[str]
    created_at: datetime
    failures: int
    disabled_at: datetime | None
    secret: str | None = None


class WebhookList(Schema):
    webhooks: list[WebhookLine]
