"""From a record to simple Dublin Core, by the `dc` term of each question: one short function per kind of question."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, Final

from django.conf import settings

from landbridge.exchange.out.linked.addresses import told
from landbridge.exchange.out.oai import marking
from landbridge.formats import tidy
from landbridge.formats.fields import (
    Link,
    Organisation,
    Period,
    Places,
    Question,
    Reference,
    RichText,
    Terms,
    Text,
)
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import Term
from landbridge.lib.languages import choose
from landbridge.registry.queries import RecordView

NAMESPACE: Final = "http://www.openarchives.org/OAI/2.0/oai_dc/"
SCHEMA: Final = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
OPENING: Final = (
    f'<oai_dc:dc xmlns:oai_dc="{NAMESPACE}" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    f'xsi:schemaLocation="{NAMESPACE} {SCHEMA}">'
)
CLOSING: Final = "</oai_dc:dc>"
Titles = Mapping[str, tuple[str, dict[str, str]]]
"""Record id to (format, title in languages), for organisations that are named by their record."""


@dataclass(frozen=True, slots=True)
class Said:
    """One element: its name without prefix, its text, and the language of the text."""

    name: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an answer is written out with."""

    language: str
    titles: Titles


def address(record_id: str) -> str:
    """Where a person reads the record."""
    return f"{settings.BASE_URL}/records/{record_id}"


def elements(view: RecordView, titles: Titles) -> Iterator[Said]:
    """What simple Dublin Core says of the record, its address first."""
    yield Said("identifier", address(view.id))
    asked, setting = questions(FORMATS[view.format]), Setting(view.language, titles)
    for name, answer in told(view).items():
        question = asked.get(name)
        if question is not None and question.dc and question.public and answer not in (None, "", [], {}):
            for language, said in say(question, answer, setting):
                yield Said(question.dc, said, language)
    yield Said("type", FORMATS[view.format].label, "en")
    for tag in view.data["title"]:
        yield Said("language", tag)
    if view.published_at is not None:
        yield Said("date", view.published_at.date().isoformat())


def _labels(term: Term, language: str) -> tuple[tuple[str, str], ...]:
    """The preferred label in the language of the record and in English, which every harvester's users search."""
    found = ((tag, term.labels[tag][0]) for tag in dict.fromkeys((language, "en")) if term.labels.get(tag))
    return tuple(found) or (("", term.id),)


@singledispatch
def say(question: Question, answer: Any, setting: Setting) -> Iterable[tuple[str, str]]:
    """The texts of an answer, each with its language (empty: of none)."""
    return [("", str(one)) for one in (answer if isinstance(answer, list) else [answer])]


@say.register
def _(question: Text, answer: Any, setting: Setting) -> Iterable[tuple[str, str]]:
    rich = isinstance(question, RichText)
    return [(tag, tidy.without_markup(one) if rich else one) for tag, one in answer.items()]


@say.register
def _(question: Terms, answer: Any, setting: Setting) -> Iterable[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    for kept in answer if isinstance(answer, list) else [answer]:
        said += _term(question, kept, setting.language)
    return said


def _term(question: Terms, kept: str, language: str) -> Iterable[tuple[str, str]]:
    term = question.term_of(kept)
    if term is None:
        return (("", kept),)
    if question.dc == "language":
        return (("", term.id),)
    code = term.id if isinstance(question, Places) else term.uri if term.uri.startswith("http") else ""
    return (*_labels(term, language), *([("", code)] if code else ()))


@say.register
def _(question: Organisation, answer: Any, setting: Setting) -> Iterable[tuple[str, str]]:
    said = []
    for one in answer:
        language, title = "", one.get("name") or ""
        if not title and one.get("record"):
            _, texts = setting.titles.get(one["record"], ("", {}))
            language, title = choose(texts, setting.language)
        if title:
            said.append((language, title))
    return said


@say.register
def _(question: Link, answer: Any, setting: Setting) -> Iterable[tuple[str, str]]:
    return [("", one["url"]) for one in answer]


@say.register
def _(question: Reference, answer: Any, setting: Setting) -> Iterable[tuple[str, str]]:
    return [("", address(one["record"])) for one in answer]


@say.register
def _(question: Period, answer: Any, setting: Setting) -> Iterable[tuple[str, str]]:
    start, end = answer.get("start") or "", answer.get("end") or ""
    return [("", start if start == end else f"{start}/{end}")]


def named_by_record(view: RecordView) -> Iterator[str]:
    """The ids of the organisations that the record names by their record only."""
    for name, question in questions(FORMATS[view.format]).items():
        if isinstance(question, Organisation):
            for one in view.data.get(name) or ():
                if one.get("record") and not one.get("name"):
                    yield one["record"]


def oai_dc(said: Iterable[Said]) -> bytes:
    """The elements as the metadata of `oai_dc`."""
    return marking.joined(
        [OPENING, *(marking.element(f"dc:{one.name}", one.text, one.language) for one in said), CLOSING]
    )
