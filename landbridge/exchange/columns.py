"""Records as rows of a table and back: columns are named by field, `title.fr` holds the French text.

Lists stand in one cell with `;` between their values, answers of several parts as JSON. What `to_row` writes,
`from_row` reads.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Final

import orjson

from landbridge.formats.fields import Flag, Line, Link, Organisation, Question, Reference, Terms, Text
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import fold
from landbridge.lib.languages import DEFAULT, is_language_tag

HEAD: Final = ("format", "id", "language", "visibility", "state", "owner")
"""Columns that say of the record what its answers do not."""
_BETWEEN_VALUES: Final = re.compile(r"\s*[;|\n]\s*")
_BETWEEN_LINKS: Final = re.compile(r"\s*[|\n]\s*|;\s+")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that starts so for a formula."""
Cell = str | int | float | bool | None


def format_meant(title: str) -> str | None:
    """The format that a file or a sheet of this name holds: `need`, `Needs`, `technologies`; None when it is none."""
    said = fold(title).replace(" ", "_").replace("-", "_")
    for name, model in FORMATS.items():
        if said in (
            name,
            f"{name}s",
            f"{name.removesuffix('y')}ies",
            fold(model.plural).replace(" ", "_").replace("-", "_"),
        ):
            return name
    return None


def from_row(row: Mapping[str, Any], format_name: str | None) -> dict[str, Any]:
    """A row of a table as a line to load; `format_name` is used where the row does not name its format.

    A column that is no question of the format is kept, so that checking the record names it.
    """
    cells = {name.strip(): _plain(value) for name, value in row.items() if name and _plain(value) not in (None, "")}
    line: dict[str, Any] = {name: str(cells.pop(name)) for name in HEAD if name in cells}
    line.setdefault("format", format_name)
    asked = questions(FORMATS[line["format"]]) if line["format"] in FORMATS else {}
    data: dict[str, Any] = {}
    for column, value in cells.items():
        name, _, part = _column(line["format"], column).partition(".")
        if isinstance(asked.get(name), Text):
            _put_text(data, name, part or line.get("language") or DEFAULT, value, whole=not part)
        elif part:
            _put_part(data, name, part, value)
        else:
            data[name] = _answer(value, asked.get(name), several=_is_list(line["format"], name))
    return {**line, "data": data}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        value = value.strip()
        return value[1:] if value[:1] == "'" and value[1:2] in _FORMULA and value[1:2] else value
    return value


@cache
def _labels(format_name: str) -> dict[str, str]:
    return {fold(question.label): name for name, question in questions(FORMATS[format_name]).items()}


def _column(format_name: Any, column: str) -> str:
    """A field may also be named by its English label, and written with capitals and spaces."""
    if format_name not in FORMATS:
        return column
    name, dot, part = column.partition(".")
    label = _labels(format_name).get(fold(name))
    return (label or name.strip().lower().replace(" ", "_")) + dot + part.strip()


def _put_text(data: dict[str, Any], name: str, tag: str, value: Any, *, whole: bool) -> None:
    texts = data.setdefault(name, {})
    by_language = _json(value, dict) if whole and isinstance(value, str) and value.startswith("{") else None
    texts.update(by_language or {tag: value if isinstance(value, str) else str(value)})


def _put_part(data: dict[str, Any], name: str, part: str, value: Any) -> None:
    """`point.latitude`: one part of an answer of several parts."""
    inside = data.setdefault(name, {})
    if isinstance(inside, dict):
        inside[part] = value


@cache
def _is_list(format_name: str, name: str) -> bool:
    """Whether a field takes several values."""
    field = FORMATS[format_name].model_fields.get(name) if format_name in FORMATS else None
    return field is not None and "list[" in str(field.annotation)


def _answer(value: Any, question: Question | None, *, several: bool) -> Any:
    if not isinstance(value, str):
        return value
    if value[:1] in "[{":
        parsed = _json(value, (dict, list))
        if parsed is not None:
            return parsed
    if (isinstance(question, Terms) and question.many) or (isinstance(question, Line) and several):
        return [part for part in _BETWEEN_VALUES.split(value) if part]
    if several and isinstance(question, Link | Organisation | Reference):
        return [part for part in _BETWEEN_LINKS.split(value) if part]
    if isinstance(question, Flag):
        return value.lower()
    return value


def _json(text: str, kind: type | tuple[type, ...]) -> Any:
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return parsed if isinstance(parsed, kind) else None


def columns(format_name: str, languages: tuple[str, ...]) -> list[str]:
    """The columns of a format's table: the head, then every field, text once per language."""
    names = list(HEAD)
    for name, question in questions(FORMATS[format_name]).items():
        names.extend([f"{name}.{tag}" for tag in languages] if isinstance(question, Text) else [name])
    return [*names, "translations"]


def to_row(line: Mapping[str, Any]) -> dict[str, Cell]:
    """A line of an export as a row, column to cell; unanswered questions have no cell."""
    row: dict[str, Cell] = {name: line[name] for name in HEAD if line.get(name)}
    asked = questions(FORMATS[line["format"]])
    for name, answer in line["data"].items():
        question = asked.get(name)
        if isinstance(question, Text) and isinstance(answer, dict):
            row.update({f"{name}.{tag}": _safe(text) for tag, text in answer.items()})
        else:
            row[name] = _cell(answer, question)
    return row


def _cell(answer: Any, question: Question | None) -> Cell:
    if isinstance(answer, bool | int | float):
        return answer
    if isinstance(answer, str):
        return _safe(answer)
    plain = isinstance(question, Terms) and isinstance(answer, list)
    return "; ".join(answer) if plain else orjson.dumps(answer).decode()


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def text_languages(lines: list[Mapping[str, Any]], format_name: str) -> tuple[str, ...]:
    """The languages of all texts of these lines, sorted: a table has a column for each."""
    asked = questions(FORMATS[format_name])
    found = {
        tag
        for line in lines
        for name, answer in line["data"].items()
        if isinstance(asked.get(name), Text) and isinstance(answer, dict)
        for tag in answer
        if is_language_tag(tag)
    }
    return tuple(sorted(found))
