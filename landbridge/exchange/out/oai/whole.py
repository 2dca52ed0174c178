"""The whole public record in our own XML: every answer as it is kept, with labels beside the terms.

The schema stands in `landbridge.xsd`, which the node publishes. A program that knows the JSON of a record finds the
same names here; nothing is lost on the way.
"""

from collections.abc import Iterable, Iterator
from functools import singledispatch
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from pydantic import BaseModel

from landbridge.exchange.out.linked.addresses import told
from landbridge.exchange.out.oai import dublin_core, marking
from landbridge.formats.fields import Group, Question, Terms, Text
from landbridge.formats.format import parts, questions
from landbridge.formats.library import FORMATS
from landbridge.registry.queries import RecordView

NAMESPACE: Final = "urn:landbridge:record:1"
_SCHEMA_FILE: Final = Path(__file__).with_name("landbridge.xsd")


def schema() -> str:
    """Where the schema is to be had."""
    return f"{settings.BASE_URL}/oai/landbridge.xsd"


def schema_text() -> bytes:
    """The schema."""
    return _SCHEMA_FILE.read_bytes()


def metadata(view: RecordView) -> bytes:
    """The record as the metadata of `landbridge`."""
    around = {
        "id": view.id, "format": view.format, "language": view.language, "edition": str(view.edition),
        "revision": str(view.revision), "published": _moment(view.published_at), "revised": _moment(view.revised_at),
        "confirmed": view.confirmed_on.isoformat() if view.confirmed_on else "", "origin": view.origin,
        "owner": view.owner or "", "sha256": view.sha256,
    }  # fmt: skip
    attributes = "".join(f' {name}="{marking.attribute(value)}"' for name, value in around.items() if value)
    opening = (
        f'<record xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{NAMESPACE} {marking.attribute(schema())}"{attributes}>'
    )
    where = marking.element("address", dublin_core.address(view.id))
    return marking.joined([opening, where, *_answers(FORMATS[view.format], told(view), "answer"), "</record>"])


def _moment(value: Any) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value is not None else ""


def _answers(model: type[BaseModel], data: dict[str, Any], tag: str) -> Iterator[str]:
    asked = questions(model)
    for name, answer in data.items():
        if answer is None:
            continue
        question = asked.get(name)
        if question is not None and not question.public:
            continue
        kind = f' kind="{question.kind}"' if question is not None else ""
        inner = _plain(answer) if question is None else write(question, answer, model, name)
        yield f'<{tag} name="{marking.attribute(name)}"{kind}{_type(answer)}>{"".join(inner)}</{tag}>'


def _type(answer: Any) -> str:
    if isinstance(answer, bool):
        return ' type="boolean"'
    return ' type="number"' if isinstance(answer, int | float) else ""


def _plain(answer: Any) -> Iterator[str]:
    if isinstance(answer, dict):
        for name, value in answer.items():
            if value is not None:
                yield f'<part name="{marking.attribute(str(name))}"{_type(value)}>{"".join(_plain(value))}</part>'
    elif isinstance(answer, list):
        for value in answer:
            yield f"<item{_type(value)}>{''.join(_plain(value))}</item>"
    else:
        yield marking.text(str(answer).lower() if isinstance(answer, bool) else str(answer))


@singledispatch
def write(question: Question, answer: Any, model: type[BaseModel], name: str) -> Iterable[str]:
    """What stands between the tags of an answer."""
    return _plain(answer)


@write.register
def _(question: Text, answer: Any, model: type[BaseModel], name: str) -> Iterable[str]:
    return [marking.element("text", text, tag) for tag, text in answer.items()]


@write.register
def _(question: Terms, answer: Any, model: type[BaseModel], name: str) -> Iterable[str]:
    return [_term(question, kept) for kept in (answer if isinstance(answer, list) else [answer])]


def _term(question: Terms, kept: str) -> str:
    term = question.term_of(kept)
    if term is None:
        return marking.element("term", kept, key=kept)
    return marking.element("term", term.label("en"), key=kept, uri=term.uri)


@write.register
def _(question: Group, answer: Any, model: type[BaseModel], name: str) -> Iterable[str]:
    inner = parts(model, name)
    if inner is None:
        return _plain(answer)
    if not isinstance(answer, list):
        return _answers(inner, answer, "part")
    return [f"<item>{''.join(_answers(inner, one, 'part'))}</item>" for one in answer]
