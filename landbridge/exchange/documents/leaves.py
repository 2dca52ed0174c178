"""The single boxes of a form: `budget.currency`, `results.0.result.en`. Each holds one text that a person can type.

A form on paper is a list of boxes, and an answer is what its boxes say together.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, get_args

from pydantic import BaseModel

from landbridge.formats.fields import Day as DayQuestion
from landbridge.formats.fields import (
    File,
    Flag,
    Group,
    Line,
    Lines,
    Link,
    Money,
    Number,
    Organisation,
    Period,
    Person,
    Point,
    Quantity,
    Question,
    Reference,
    RichText,
    Terms,
    Text,
)
from landbridge.formats.format import CommonFormat, parts, questions
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import is_language_tag

Model = type[BaseModel]
_NUMBER_PART: Final = re.compile(r"\d{1,3}")


@dataclass(frozen=True)
class Leaf:
    """One box: of what kind its text is, and the question that it belongs to.

    `kind`: text, rich, line, lines, terms, choice, flag, day, number, amount, code.
    """

    kind: str
    question: Question
    part: str = ""
    """The English name of a part that has no question of its own: Amount, Role."""
    choices: tuple[str, ...] = ()
    vocabularies: tuple[str, ...] = ()


_PARTS: Final[Mapping[type[Question], Sequence[tuple[str, str, str]]]] = {
    Period: (("start", "day", "From"), ("end", "day", "Until")),
    Money: (
        ("amount", "amount", "Amount"), ("most", "amount", "At most, for a range"), ("currency", "code", "Currency"),
        ("year", "number", "Year of the prices"),
    ),
    Quantity: (("value", "number", "Value"), ("most", "number", "At most, for a range"), ("unit", "line", "Unit")),
    Point: (
        ("latitude", "number", "Latitude"), ("longitude", "number", "Longitude"),
        ("blurred", "flag", "Blur the exact place: readers see it to about 11 km"),
    ),
    Person: (
        ("name", "line", "Name"), ("role", "line", "Role"), ("organisation", "line", "Organisation"),
        ("email", "line", "E-mail"), ("phone", "line", "Telephone"), ("country", "code", "Country"),
    ),
    Organisation: (("name", "line", "Name"), ("role", "line", "Role"), ("record", "line", "Its record on the network")),
    Reference: (("record", "line", "Related records"), ("relation", "choice", "How it is related")),
    Link: (
        ("url", "line", "Address"), ("title", "line", "What it leads to"),
        ("language", "line", "Its language, such as fr"),
    ),
}  # fmt: skip
"""The parts of answers of several parts: name, kind of box, and what the part is called."""
_CODES: Final = {"currency": "currencies", "country": "countries"}
_SIMPLE: Final[Sequence[tuple[type[Question], str]]] = (
    (RichText, "rich"), (Text, "text"), (Terms, "terms"), (Lines, "lines"), (Line, "line"), (Number, "number"),
    (Flag, "flag"), (DayQuestion, "day"),
)  # fmt: skip
RELATIONS: Final = ("related", "part-of", "uses", "answers", "follows", "replaces", "evidence", "translation")


@cache
def several(model: Model, name: str) -> bool:
    """Whether the answer is a list of parts: its boxes stand in numbered blocks."""
    annotation: Any = model.model_fields[name].annotation
    lists = any(getattr(kind, "__origin__", None) is list for kind in (annotation, *get_args(annotation)))
    return lists and isinstance(questions(model)[name], Person | Organisation | Reference | Link | Group | File)


@cache
def fixed(model: Model, name: str, pattern: str) -> tuple[str, ...]:
    """The few answers that a line may have; none where any line will do."""
    inner = get_args(model.model_fields[name].annotation)
    literal = tuple(one for kind in inner for one in (kind, *get_args(kind)) if isinstance(one, str))
    words = tuple(pattern.split("|")) if "|" in pattern else ()
    return literal or (words if all(word.isidentifier() for word in words) else ())


def leaf_of(model: Model, path: str) -> Leaf | None:
    """The box at a path, None when the format has none there: an older edition, or a stranger's file."""
    name, *rest = path.split(".")
    question = questions(model).get(name)
    if question is None or isinstance(question, File) or not question.public:
        return None
    if several(model, name):
        if not rest or not _NUMBER_PART.fullmatch(rest[0]):
            return None
        rest = rest[1:]
    if isinstance(question, Group):
        inner = parts(model, name)
        return leaf_of(inner, ".".join(rest)) if inner is not None and rest else None
    for kind, boxes in _PARTS.items():
        if isinstance(question, kind):
            return next((_part(question, *box) for box in boxes if rest == [box[0]]), None)
    return _simple(model, name, question, rest)


def _part(question: Question, name: str, kind: str, label: str) -> Leaf:
    vocabularies = (_CODES[name],) if kind == "code" else ()
    return Leaf(kind, question, label, RELATIONS if kind == "choice" else (), vocabularies)


def _simple(model: Model, name: str, question: Question, rest: list[str]) -> Leaf | None:
    kind = next((kind for type_, kind in _SIMPLE if isinstance(question, type_)), "")
    if isinstance(question, Text):
        return Leaf(kind, question) if len(rest) == 1 and is_language_tag(rest[0]) else None
    if rest or not kind:
        return None
    if isinstance(question, Terms):
        return Leaf(kind, question, vocabularies=question.vocabularies)
    if kind == "line" and isinstance(question, Line):
        choices = fixed(model, name, question.pattern)
        return Leaf("choice" if choices else "line", question, choices=choices)
    return Leaf(kind, question)


def boxes(model: Model, name: str, answer: Any, language: str, blocks: int) -> Iterator[tuple[str, Any]]:
    """The paths of the boxes of a question with what they hold; of a list, at least so many blocks."""
    question = questions(model)[name]
    if isinstance(question, File) or not question.public:
        return
    if several(model, name):
        given = answer if isinstance(answer, list) else []
        for number in range(max(blocks, len(given) + 1 if given else blocks)):
            one = given[number] if number < len(given) else {}
            for path, value in _of_one(model, name, question, one, language):
                yield f"{name}.{number}{path.removeprefix(name)}", value
        return
    yield from _of_one(model, name, question, answer, language)


def _of_one(model: Model, name: str, question: Question, answer: Any, language: str) -> Iterator[tuple[str, Any]]:
    inner = parts(model, name) if isinstance(question, Group) else None
    if inner is not None:
        given = answer if isinstance(answer, dict) else {}
        for part in questions(inner):
            for path, value in boxes(inner, part, given.get(part), language, 1):
                yield f"{name}.{path}", value
        return
    for kind, found in _PARTS.items():
        if isinstance(question, kind):
            given = answer if isinstance(answer, dict) else {}
            yield from ((f"{name}.{part}", given.get(part)) for part, _, _ in found)
            return
    if isinstance(question, Text):
        texts = answer if isinstance(answer, dict) else {}
        yield from ((f"{name}.{tag}", texts.get(tag)) for tag in dict.fromkeys((language, *sorted(texts))))
        return
    yield name, answer


def joined(found: Mapping[str, Any]) -> dict[str, Any]:
    """Boxes by path as answers: `results.0.aim` becomes a part of the first result. Empty blocks are left out."""
    answers: dict[str, Any] = {}
    for path, value in found.items():
        place = answers
        *way, last = path.split(".")
        for step in way:
            place = place.setdefault(step, {})
        place[last] = value
    return {name: _lists(value) for name, value in answers.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inside = {name: _lists(part) for name, part in value.items()}
    if inside and all(_NUMBER_PART.fullmatch(name) for name in inside):
        return [inside[name] for name in sorted(inside, key=int)]
    return inside


def model_named(name: str) -> type[CommonFormat] | None:
    """The format of this name, None when there is none."""
    return FORMATS.get(name)
