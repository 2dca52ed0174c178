"""Which column of somebody's table answers which question of a format, and how a row becomes answers by it.

A mapping is kept as JSON with its source: `{"format", "language", "key", "address", "stated", "sheet", "dates",
"columns": {column: {"to", "language", "values": {cell: answer}}}, "fixed": {question: answer}}`.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final

from landbridge.formats.fields import (
    Day,
    Flag,
    Line,
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
    Terms,
    Text,
)
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import fold
from landbridge.lib.languages import DEFAULT, is_language_tag

PARTS: Final[Mapping[type[Question], tuple[str, ...]]] = {
    Period: ("start", "end"), Money: ("amount", "most", "currency", "year"), Point: ("latitude", "longitude"),
    Quantity: ("value", "unit"),
}  # fmt: skip
"""Answers of several parts whose parts stand in columns of their own."""
NEVER: Final = frozenset({"files", "withheld", "disclosed_to", "sample", "related"})
"""What no table of strangers answers."""
_YES: Final = frozenset({"yes", "y", "true", "1", "x", "oui", "vrai", "sí", "si", "да", "是", "نعم"})
_NO: Final = frozenset({"no", "n", "false", "0", "non", "faux", "нет", "否", "لا"})
_BETWEEN: Final = re.compile(r"\s*[;|\n؛；]\s*")
_COMMA: Final = re.compile(r"\s*[,،、，]\s*")
_DAY: Final = re.compile(r"(\d{1,4})[./\-\s](\d{1,2})[./\-\s](\d{1,4})")
_MOST_COLUMNS: Final = 500
_LONGEST: Final = 500


@dataclass(frozen=True)
class Column:
    """What a column is for."""

    to: str
    part: str = ""
    language: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """A cell, folded, to what it means."""


@dataclass(frozen=True)
class TableMapping:
    """A mapping that was read and fits its format."""

    format: str
    language: str = DEFAULT
    key: str = ""
    address: str = ""
    stated: str = ""
    sheet: str = ""
    month_first: bool = False
    columns: Mapping[str, Column] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)


class BadMapping(ValueError):
    """A mapping that fits no format; the message tells what to change."""


def targets(format_name: str) -> dict[str, Question]:
    """What a column may answer, by name, a part as `period.start`."""
    found: dict[str, Question] = {}
    for name, question in questions(FORMATS[format_name]).items():
        if name in NEVER or question.kind in ("group", "file", "question_names"):
            continue
        parts = PARTS.get(type(question), ())
        found |= {f"{name}.{part}": question for part in parts} if parts else {name: question}
    return found


def read(given: object) -> TableMapping:
    """A mapping as it was kept.

    Raises:
        BadMapping: it names what is not there.
    """
    if not isinstance(given, dict) or given.get("format") not in FORMATS:
        raise BadMapping("Say first which kind of record the rows are, and which column answers which question.")
    known = targets(given["format"])
    columns = {name: _column(name, one, known) for name, one in _pairs(given.get("columns"))}
    used = {name: column for name, column in columns.items() if column is not None}
    fixed = {name: _text(value) for name, value in _pairs(given.get("fixed")) if _text(value)}
    for name in fixed:
        if name not in known:
            raise BadMapping(f"The format {given['format']} has no question {name[:60]} that can be fixed.")
    if not any(column.to == "title" for column in used.values()) and "title" not in fixed:
        raise BadMapping("No column answers the title; every record needs one.")
    language = given.get("language") or DEFAULT
    if not isinstance(language, str) or not is_language_tag(language):
        raise BadMapping(f"“{_text(language)[:40]}” is not a language tag; use en, fr, zh …")
    said = {name: _text(given.get(name)) for name in ("key", "address", "stated", "sheet")}
    return TableMapping(
        format=given["format"], language=language, **said, month_first=given.get("dates") == "mdy",
        columns=used, fixed=fixed,
    )  # fmt: skip


def _pairs(given: object) -> list[tuple[str, Any]]:
    pairs = list(given.items()) if isinstance(given, dict) else []
    if len(pairs) > _MOST_COLUMNS:
        raise BadMapping(f"A mapping names at most {_MOST_COLUMNS} columns.")
    return [(name, value) for name, value in pairs if isinstance(name, str)]


def _column(name: str, given: object, known: Mapping[str, Question]) -> Column | None:
    if not isinstance(given, dict) or not given.get("to"):
        return None
    to = _text(given["to"])
    if to not in known:
        raise BadMapping(f"The column “{name[:60]}” cannot answer “{to[:60]}”.")
    language = _text(given.get("language"))
    if language and not is_language_tag(language):
        raise BadMapping(f"“{language[:40]}” is not a language tag; use en, fr, zh …")
    question, _, part = to.partition(".")
    values = {fold(cell): _text(value) for cell, value in _pairs(given.get("values")) if _text(value)}
    return Column(question, part, language, values)


def _text(value: object) -> str:
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""


def record(mapping: TableMapping, cells: Mapping[str, Any]) -> dict[str, Any]:
    """A row as a record to take in; its answers are checked by the run."""
    data: dict[str, Any] = {}
    for name, text in mapping.fixed.items():
        question, _, part = name.partition(".")
        _put(data, Column(question, part), text, mapping)
    for name, column in mapping.columns.items():
        value = cells.get(name)
        if value not in (None, "") and not (isinstance(value, str) and not value.strip()):
            _put(data, column, value, mapping)
    return {"format": mapping.format, "language": mapping.language, "data": data}


def key(mapping: TableMapping, cells: Mapping[str, Any]) -> str:
    """The identifier of a row: its own, or one made from its title in the first language that it has."""
    if mapping.key:
        return " ".join(str(_plain(cells.get(mapping.key))).split()) if cells.get(mapping.key) is not None else ""
    titles = [str(cells[name]) for name, column in mapping.columns.items() if column.to == "title" and cells.get(name)]
    return f"title:{hashlib.sha256(fold(titles[0]).encode()).hexdigest()[:24]}" if titles else ""


def moment(mapping: TableMapping, cells: Mapping[str, Any]) -> datetime | None:
    """When the row last changed, where a column tells."""
    value = cells.get(mapping.stated) if mapping.stated else None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        return datetime.fromisoformat(str(_day(value, month_first=mapping.month_first))).replace(tzinfo=UTC)
    except ValueError:
        return None


@cache
def _question(format_name: str, name: str) -> Question:
    return questions(FORMATS[format_name])[name]


@cache
def _several(format_name: str, name: str) -> bool:
    return "list[" in str(FORMATS[format_name].model_fields[name].annotation)


def _put(data: dict[str, Any], column: Column, value: Any, mapping: TableMapping) -> None:
    """Add what a cell says to the answers; several columns may answer one question."""
    question = _question(mapping.format, column.to)
    if isinstance(question, Text):
        tag, texts = column.language or mapping.language, data.setdefault(column.to, {})
        text = column.values.get(fold(str(value)), str(_plain(value)))
        texts[tag] = f"{texts[tag]}\n\n{text}" if tag in texts else text
    elif column.part:
        part = _number(value) if isinstance(question, Point | Money | Quantity) else _plain(value)
        if isinstance(question, Period):
            part = _day(value, month_first=mapping.month_first)
        data.setdefault(column.to, {})[column.part] = part
    elif _several(mapping.format, column.to):
        data.setdefault(column.to, []).extend(_values(value, column, question))
    else:
        data[column.to] = _one(value, column, question, mapping)


def _values(value: Any, column: Column, question: Question) -> Iterable[Any]:
    whole = column.values.get(fold(str(value)))
    parts = [whole] if whole is not None else _BETWEEN.split(str(_plain(value)))
    for part in filter(None, parts):
        meant = column.values.get(fold(part), part)
        if isinstance(question, Terms):
            yield from terms(meant, question)
        elif isinstance(question, Person):
            yield {"name": meant} if "@" not in meant else {"email": meant}
        elif isinstance(question, Line | Link | Organisation | Reference):
            yield meant
        else:
            yield _number(meant) if isinstance(question, Number) else meant


def terms(said: str, question: Terms) -> list[str]:
    """The terms of a cell. A comma stands between terms or within one: it parts them where every part is a term."""
    if question.find(said) is None:
        for sign in (_BETWEEN, _COMMA):
            parts = [part for part in sign.split(said) if part]
            if len(parts) > 1 and all(question.find(part) for part in parts):
                return parts
    return [said]


def _one(value: Any, column: Column, question: Question, mapping: TableMapping) -> Any:
    meant = column.values.get(fold(str(value)), value)
    if isinstance(question, Flag):
        said = fold(str(meant))
        return True if said in _YES else False if said in _NO else meant
    if isinstance(question, Number):
        return _number(meant)
    if isinstance(question, Day):
        return _day(meant, month_first=mapping.month_first)
    return str(_plain(meant))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return (value.date() if isinstance(value, datetime) else value).isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)  # A spreadsheet has no whole numbers: 7 is 7.0 to it.
    return value.strip() if isinstance(value, str) else value


def _number(value: Any) -> Any:
    """1 234,5 and 1,234.5 are both numbers; what is none is left for the check to refuse."""
    if not isinstance(value, str):
        return value
    text = re.sub(r"[\s\u00a0\u202f'’]", "", value)
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text):
        return text.replace(",", "")
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})*,\d+|-?\d+,\d+", text):
        return text.replace(".", "").replace(",", ".")
    return text if re.fullmatch(r"-?\d+(\.\d+)?", text) else value


def _day(value: Any, *, month_first: bool) -> Any:
    """A day as ISO writes it; 3/4/2024 is the third of April unless the mapping says that months come first."""
    value = _plain(value)
    found = _DAY.match(value) if isinstance(value, str) else None
    if found is None:
        return value
    first, second, third = (int(number) for number in found.groups())
    if first > 31:
        year, month, day = first, second, third
    else:
        year, (month, day) = third, (first, second) if month_first else (second, first)
    return f"{year:04}-{month:02}-{day:02}"
