"""The kinds of question that a common format may ask.

A question stands in `Annotated[...]` beside the type of its answer and says everything about it: label, help,
section, vocabulary, facet, and the terms of RDF, Dublin Core and the CBD's own formats. Each kind checks and
tidies its answer; every projection (form, page, schema, index, columns) has one function per kind.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from landbridge.formats import tidy
from landbridge.formats.vocabulary import Term as VocabularyTerm
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import DEFAULT, TAG_PATTERN, is_language_tag

Texts = dict[str, str]
"""Text in languages: language tag to text."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, and what each projection needs to know about the answer."""

    label: str
    help: str = ""
    section: str = "more"
    role: str = ""
    """The part the answer plays in search and matching: topic, place, served, excluded, support, ip, trl …"""
    rdf: str = ""
    dc: str = ""
    cbd: Mapping[str, str] = field(default_factory=dict)
    """Where the answer goes in the CBD's own formats: schema name to field name."""
    public: bool = True
    kind: ClassVar[str] = "question"

    def prepare(self, value: Any, language: str) -> Any:
        """Tidy an answer before its type is checked; raise PydanticCustomError to refuse it."""
        return value

    def describe(self) -> dict[str, Any]:
        """What the JSON Schema says of this question beside the type of its answer."""
        return {}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def tidied(value: Any, info: core_schema.ValidationInfo) -> Any:
            if value is None or value == "":
                return None
            return self.prepare(value, (info.context or {}).get("language") or DEFAULT)

        return core_schema.with_info_before_validator_function(tidied, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        described = {"title": self.label, "description": self.help, "x-kind": self.kind, "x-role": self.role}
        terms = {"x-rdf": self.rdf, "x-dc": self.dc, "x-cbd": dict(self.cbd)}
        all_of = {**handler(schema), **described, **terms, **self.describe()}
        return {name: value for name, value in all_of.items() if value not in ("", {})}


def refuse(kind: str, message: str, **context: Any) -> PydanticCustomError:
    """An error with a stable kind and a message that says what to do; `{name}` takes its value from context."""
    return PydanticCustomError(kind, message, context)


@dataclass(frozen=True, kw_only=True)
class Text(Question):
    """Plain text in several languages; a bare string counts as text in the record's language."""

    max_length: int = 1000
    lines: int = 1
    kind: ClassVar[str] = "text"

    def prepare(self, value: Any, language: str) -> Any:
        if isinstance(value, str):
            value = {language: value}
        if not isinstance(value, dict):
            raise refuse("text_type", 'Write text, or text by language such as {"en": "…", "fr": "…"}.')
        texts = {tag: self.clean(tag, text) for tag, text in value.items() if text not in (None, "")}
        return {tag: text for tag, text in texts.items() if text} or None

    def clean(self, tag: Any, text: Any) -> str:
        if not isinstance(tag, str) or not is_language_tag(tag):
            raise refuse("language_tag", "“{tag}” is not a language tag; use en, fr, zh, sw …", tag=str(tag)[:40])
        if not isinstance(text, str):
            raise refuse("text_type", "The text in “{tag}” must be a string.", tag=tag)
        tidied = self.tidy(text)
        if len(tidied) > self.max_length:
            raise refuse(
                "text_too_long",
                "The text in “{tag}” has {length} characters; at most {limit} are allowed.",
                tag=tag, length=len(tidied), limit=self.max_length,
            )  # fmt: skip
        return tidied

    def tidy(self, text: str) -> str:
        return tidy.lines(text) if self.lines > 1 else tidy.line(text)

    def describe(self) -> dict[str, Any]:
        return {"x-max-length": self.max_length, "x-lines": self.lines, "propertyNames": {"pattern": TAG_PATTERN}}


@dataclass(frozen=True, kw_only=True)
class RichText(Text):
    """Text with paragraphs, lists, emphasis and links, kept as clean HTML."""

    max_length: int = 40_000
    lines: int = 12
    kind: ClassVar[str] = "rich_text"

    def tidy(self, text: str) -> str:
        return tidy.rich(text)


@dataclass(frozen=True, kw_only=True)
class Line(Question):
    """A short string that is the same in every language, or several: an identifier, a code, a name of a person."""

    max_length: int = 300
    pattern: str = ""
    remedy: str = ""
    kind: ClassVar[str] = "line"

    def prepare(self, value: Any, language: str) -> Any:
        if isinstance(value, list | tuple):
            return [text for text in map(self._one, value) if text] or None
        return self._one(value)

    def _one(self, value: Any) -> str | None:
        if not isinstance(value, str | int | float):
            raise refuse("line_type", "Write one line of text.")
        text = tidy.line(str(value))
        if len(text) > self.max_length:
            raise refuse("line_too_long", "At most {limit} characters are allowed.", limit=self.max_length)
        if text and self.pattern and not re.fullmatch(self.pattern, text):
            raise refuse("line_form", self.remedy or "This does not have the expected form.")
        return text or None


@dataclass(frozen=True, kw_only=True)
class Lines(Line):
    """Several short strings: other names, authors, identifiers. A bare string counts as one."""

    kind: ClassVar[str] = "lines"

    def prepare(self, value: Any, language: str) -> Any:
        parts = value if isinstance(value, list | tuple) else [value]
        return [line for part in parts if part and (line := super(Lines, self).prepare(part, language))] or None


@dataclass(frozen=True, kw_only=True)
class QuestionNames(Lines):
    """Names of other questions of the same format; the format checks that it has them."""

    kind: ClassVar[str] = "question_names"


_SHORT_LIST: Final = 60
"""Vocabularies of so many terms at most are listed in the schema itself."""


@dataclass(frozen=True, kw_only=True)
class Terms(Question):
    """One or more terms of the named vocabularies; kept as ids, or as `vocabulary:id` where there are several."""

    vocabularies: tuple[str, ...]
    many: bool = True
    kind: ClassVar[str] = "terms"

    def prepare(self, value: Any, language: str) -> Any:
        names = value if isinstance(value, list | tuple) else [value]
        if not self.many and len(names) > 1:
            raise refuse("one_term", "Choose one term.")
        keys = list(dict.fromkeys(self.resolve(name) for name in names if name))
        return (keys or None) if self.many else (keys[0] if keys else None)

    def resolve(self, name: Any) -> str:
        if not isinstance(name, str):
            raise refuse("term_type", "Name a term by its id or its label.")
        term = self.find(name)
        if term is None:
            raise refuse(
                "unknown_term",
                "“{name}” is not in the vocabulary {vocabulary}; look it up under /vocabularies/{first}.",
                name=name[:80], vocabulary=", ".join(self.vocabularies), first=self.vocabularies[0],
            )  # fmt: skip
        return self.keep(term)

    def find(self, name: str) -> VocabularyTerm | None:
        for vocabulary_name in self.vocabularies:
            term = vocabulary(vocabulary_name).find(name)
            if term is not None:
                return term
        return None

    def keep(self, term: VocabularyTerm) -> str:
        return term.key if len(self.vocabularies) > 1 else term.id

    def term_of(self, kept: str) -> VocabularyTerm | None:
        """The term behind a kept id or key, or None when the vocabulary no longer has it."""
        for name in self.vocabularies:
            term = vocabulary(name).terms.get(kept.split(":", 1)[1] if kept.startswith(f"{name}:") else kept)
            if term is not None:
                return term
        return None

    def describe(self) -> dict[str, Any]:
        said: dict[str, Any] = {"x-vocabularies": list(self.vocabularies)}
        ids = [term.id for name in self.vocabularies for term in vocabulary(name)]
        if len(self.vocabularies) == 1 and len(ids) <= _SHORT_LIST:
            said |= {"items": {"type": "string", "enum": ids}} if self.many else {"enum": [*ids, None]}
        return said


@dataclass(frozen=True, kw_only=True)
class Places(Terms):
    """Countries and regions. Country ids (ISO 3166-1 alpha-3) and region ids (M49, names) never collide."""

    vocabularies: tuple[str, ...] = ("countries", "regions")
    kind: ClassVar[str] = "places"

    def keep(self, term: VocabularyTerm) -> str:
        return term.id


@dataclass(frozen=True, kw_only=True)
class Number(Question):
    """A whole or decimal number within limits."""

    least: float | None = None
    most: float | None = None
    year: bool = False
    """A year is written without separators."""
    kind: ClassVar[str] = "number"

    def prepare(self, value: Any, language: str) -> Any:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise refuse("number_type", "Write a number.") from None
        low, high = self.least, self.most
        if not isfinite(number) or (low is not None and number < low) or (high is not None and number > high):
            raise refuse("number_range", "Write a number from {least} to {most}.", least=str(low), most=str(high))
        return int(number) if number.is_integer() and abs(number) < 2**53 else number

    def describe(self) -> dict[str, Any]:
        limits = {"minimum": self.least, "maximum": self.most}
        return {name: value for name, value in limits.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Flag(Question):
    """Yes or no; unanswered is a third state."""

    kind: ClassVar[str] = "flag"


@dataclass(frozen=True, kw_only=True)
class Day(Question):
    """A calendar date, ISO 8601."""

    kind: ClassVar[str] = "day"


class Answer(BaseModel):
    """An answer of several parts. Unknown parts are refused, so that a misspelt name is not lost silently."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _printable(cls, parts: Any) -> Any:
        if not isinstance(parts, dict):
            return parts
        return {name: tidy.printable(part) if isinstance(part, str) else part for name, part in parts.items()}


class PeriodAnswer(Answer):
    """From `start` to `end`, both days included; either may be open."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, kw_only=True)
class Period(Question):
    """A period of days; either end may be open."""

    kind: ClassVar[str] = "period"

    def prepare(self, value: Any, language: str) -> Any:
        if isinstance(value, dict) and value.get("start") and value.get("end"):
            start, end = str(value["start"]), str(value["end"])
            if start > end:
                raise refuse("period_order", "The period ends before it starts; exchange the two dates.")
        return value


def _code_of(name: str) -> Any:
    def known(code: Any) -> Any:
        if isinstance(code, str) and vocabulary(name).terms.get(code.strip().upper()) is None:
            raise refuse("unknown_code", "“{code}” is not a code of {name}.", code=code[:20], name=name)
        return code.strip().upper() if isinstance(code, str) else code

    return BeforeValidator(known)


class MoneyAnswer(Answer):
    """An amount in a currency (ISO 4217); `most` makes it a range. Decimals travel as strings in signed records."""

    amount: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2)]
    most: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2)] | None = None
    currency: Annotated[str, _code_of("currencies")]
    year: Annotated[int, Field(ge=1900, le=2200)] | None = None


@dataclass(frozen=True, kw_only=True)
class Money(Question):
    """An amount or a range of money with its currency."""

    kind: ClassVar[str] = "money"


class QuantityAnswer(Answer):
    """A value with its unit, spelled as the International System of Units or as people count (ha, km, sites)."""

    value: float
    most: float | None = None
    unit: Annotated[str, Field(min_length=1, max_length=40)]


@dataclass(frozen=True, kw_only=True)
class Quantity(Question):
    """A measured quantity or range with its unit."""

    unit: str = ""
    kind: ClassVar[str] = "quantity"

    def prepare(self, value: Any, language: str) -> Any:
        if isinstance(value, int | float | str) and self.unit:
            return {"value": value, "unit": self.unit}
        return value

    def describe(self) -> dict[str, Any]:
        return {"x-unit": self.unit} if self.unit else {}


class PersonAnswer(Answer):
    """A contact: a role rather than a private person wherever possible."""

    name: Annotated[str, Field(max_length=200)] = ""
    role: Annotated[str, Field(max_length=200)] = ""
    organisation: Annotated[str, Field(max_length=300)] = ""
    email: Annotated[str, Field(max_length=254, pattern=r"^$|^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")] = ""
    phone: Annotated[str, Field(max_length=60)] = ""
    country: Annotated[str, BeforeValidator(lambda code: _country(code))] = ""


def _country(code: Any) -> Any:
    term = vocabulary("countries").find(code) if isinstance(code, str) and code else None
    if code and term is None:
        raise refuse("unknown_country", "“{code}” is not a country.", code=str(code)[:60])
    return term.id if term else ""


@dataclass(frozen=True, kw_only=True)
class Person(Question):
    """One or more contacts."""

    kind: ClassVar[str] = "person"


RecordId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$")]
"""A record's id: letters, digits and . _ ~ -, so that it stands in an address as it is."""


class OrganisationAnswer(Answer):
    """An organisation: the id of its record on the network, or its name, or both."""

    record: RecordId | None = None
    name: Annotated[str, Field(max_length=300)] = ""
    role: Annotated[str, Field(max_length=200)] = ""


def _organisations(value: Any) -> Any:
    parts = value if isinstance(value, list) else [value]
    return [{"name": part} if isinstance(part, str) else part for part in parts]


@dataclass(frozen=True, kw_only=True)
class Organisation(Question):
    """Organisations by record or by name."""

    kind: ClassVar[str] = "organisation"

    def prepare(self, value: Any, language: str) -> Any:
        return _organisations(value)


class ReferenceAnswer(Answer):
    """A typed link to another record."""

    record: RecordId
    relation: Literal["related", "part-of", "uses", "answers", "follows", "replaces", "evidence", "translation"] = (
        "related"
    )


@dataclass(frozen=True, kw_only=True)
class Reference(Question):
    """Links to other records of the named formats (any when empty)."""

    formats: tuple[str, ...] = ()
    kind: ClassVar[str] = "reference"

    def prepare(self, value: Any, language: str) -> Any:
        parts = value if isinstance(value, list) else [value]
        return [{"record": part} if isinstance(part, str) else part for part in parts]

    def describe(self) -> dict[str, Any]:
        return {"x-formats": list(self.formats)} if self.formats else {}


class LinkAnswer(Answer):
    """A web address with what it leads to."""

    url: Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s<>\"']+$")]
    title: Annotated[str, Field(max_length=300)] = ""
    language: Annotated[str, Field(max_length=12)] = ""


@dataclass(frozen=True, kw_only=True)
class Link(Question):
    """Web addresses; only http and https."""

    kind: ClassVar[str] = "link"

    def prepare(self, value: Any, language: str) -> Any:
        parts = value if isinstance(value, list) else [value]
        return [{"url": part} if isinstance(part, str) else part for part in parts]


class FileAnswer(Answer):
    """An attached file: its bytes lie beside the records under their hash."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^/\\\x00-\x1f]+$")]
    media_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$")]
    size: Annotated[int, Field(ge=0, le=200_000_000)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    alt: Annotated[str, Field(max_length=500)] = ""
    caption: Annotated[str, Field(max_length=500)] = ""


@dataclass(frozen=True, kw_only=True)
class File(Question):
    """Attached files, each with a text for those who cannot see it."""

    kind: ClassVar[str] = "file"


class PointAnswer(Answer):
    """A point in WGS 84 degrees; `blurred` says that the true place is withheld."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    blurred: bool = False


@dataclass(frozen=True, kw_only=True)
class Point(Question):
    """A place on the map."""

    kind: ClassVar[str] = "point"


@dataclass(frozen=True, kw_only=True)
class Group(Question):
    """A group of questions; repeatable when its answer is a list of models derived from Answer."""

    kind: ClassVar[str] = "group"
