"""One record of each format through all projections, compared with what is committed.

A projection that changes shows in review as a changed file of `golden/`. `GOLDEN=write pytest
tests/formats/test_golden.py` writes the files anew from what is `given` in each. What an index document holds of the
vocabularies' own words (terms and keys) is left out: they change with every label.
"""

import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from landbridge.exchange.columns import from_row, to_row
from landbridge.formats import fields
from landbridge.formats.fields import Question
from landbridge.formats.format import CommonFormat, parts, questions
from landbridge.formats.library import FORMATS
from landbridge.formats.schema import json_schema
from landbridge.formats.validate import validate
from landbridge.registry.queries import RecordView
from landbridge.search.document import document, gather
from landbridge.web.answers import show
from landbridge.web.api.lines import line
from landbridge.web.pages import page
from tests.support import record

FOLDER = Path(__file__).parent / "golden"
ALL = pytest.mark.parametrize("name", FORMATS)
WRITE = os.environ.get("GOLDEN") == "write"

SILENT_IN_SEARCH = {
    "Number": "figures are read, not searched",
    "Money": "amounts are read, not searched",
    "Quantity": "quantities are read, not searched",
    "Person": "who is a contact is not for a search engine",
    "Reference": "the other record is found by itself",
    "Link": "addresses are no words",
    "File": "files are not read",
    "Point": "places are searched by name",
}
"""Kinds that give nothing to the index, and why."""
ROLES_WITHOUT_SEARCH = {
    ("Money", "cost"): "shown on the page only",
}
"""Roles of answers that the index does not get, and why."""


def _golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _view(name: str) -> RecordView:
    golden = _golden(name)
    return record(f"golden-{name}", name, golden["language"], **golden["given"])


def _projections(view: RecordView) -> dict[str, Any]:
    """The record in every shape, as plain JSON."""
    entry, shown = document(view), page(view, {})
    projections = {
        "api": line(view),
        "index": {
            "facets": entry.facets,
            "numbers": {name: value for name, value in entry.numbers.items() if name != "title_order"},
            "stored": {name: value for name, value in entry.stored.items() if name != "keys"},
        },
        "page": {
            "facts": {fact.label: str(fact.html) for fact in shown.facts},
            "who": [str(one.html) for one in shown.who],
            "sections": {
                section.title: {answer.label: str(answer.html) for answer in section.answers}
                for section in shown.sections
            },
        },
        "row": to_row(line(view)),
    }
    plain: dict[str, Any] = json.loads(json.dumps(projections, default=_plain))
    return plain


def _plain(value: Any) -> str:
    assert isinstance(value, date | datetime)
    return value.isoformat()


@ALL
def test_projections_are_what_is_committed(name: str) -> None:
    golden, projections = _golden(name), _projections(_view(name))
    if WRITE:
        kept = {part: golden[part] for part in ("language", "given")}
        text = json.dumps(kept | projections, ensure_ascii=False, indent=1)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        pytest.skip("written anew")
    for part, projection in projections.items():
        assert projection == golden[part], f"{part}; GOLDEN=write writes it anew"


@ALL
def test_a_tidied_record_fits_its_schema(name: str) -> None:
    schema = Draft202012Validator(json_schema(FORMATS[name]))
    view = _view(name)
    assert [error.message for error in schema.iter_errors(view.data)] == []
    assert validate(name, view.data, view.language) == view.data


@ALL
def test_a_row_of_a_table_is_the_same_record_again(name: str) -> None:
    view = _view(name)
    again = from_row(to_row(line(view)), None)
    shown = {field: answer for field, answer in view.data.items() if _leaves(FORMATS[name], field)}
    assert validate(again["format"], again["data"], again["language"]) == shown


def _leaves(model: type[CommonFormat], field: str) -> bool:
    """Whether the answer leaves the node; `translations` is no question and does."""
    return field not in questions(model) or questions(model)[field].public


def _kinds(module: ModuleType = fields) -> Iterator[type[Question]]:
    for kind in vars(module).values():
        if isinstance(kind, type) and issubclass(kind, Question) and kind is not Question:
            yield kind


def _asked(model: Any, answers: dict[str, Any]) -> Iterator[Question]:
    for name, question in questions(model).items():
        if name not in answers:
            continue
        yield question
        part = parts(model, name)
        for inner in answers[name] if isinstance(answers[name], list) else [answers[name]]:
            if part is not None and isinstance(inner, dict):
                yield from _asked(part, inner)


def test_the_golden_records_answer_every_kind_of_question() -> None:
    answered = {type(question) for name in FORMATS for question in _asked(FORMATS[name], _view(name).data)}
    assert set(_kinds()) - answered == set()


def test_every_golden_file_is_of_a_format() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(FORMATS)


@pytest.mark.parametrize("kind", list(_kinds()), ids=lambda kind: kind.__name__)
def test_every_kind_of_question_is_shown_by_a_function_of_its_own(kind: type[Question]) -> None:
    assert show.dispatch(kind) is not show.dispatch(Question)


@pytest.mark.parametrize("kind", list(_kinds()), ids=lambda kind: kind.__name__)
def test_every_kind_of_question_is_searched_or_exempt(kind: type[Question]) -> None:
    gathered = gather.dispatch(kind) is not gather.dispatch(Question)
    assert gathered != (kind.__name__ in SILENT_IN_SEARCH), "gather it, or name it; and take away what is not needed"


def test_no_exemption_names_a_kind_that_is_not_there() -> None:
    assert set(SILENT_IN_SEARCH) - {kind.__name__ for kind in _kinds()} == set()


def test_every_role_reaches_the_index_or_is_exempt() -> None:
    lost = {
        (type(question).__name__, question.role)
        for model in FORMATS.values()
        for question in questions(model).values()
        if question.role and gather.dispatch(type(question)) is gather.dispatch(Question)
    }
    assert lost == set(ROLES_WITHOUT_SEARCH)


def test_a_new_kind_would_not_pass_unseen() -> None:
    class Sound(Question):
        """A kind that nobody has thought of."""

    assert show.dispatch(Sound) is show.dispatch(Question)
    assert gather.dispatch(Sound) is gather.dispatch(Question)
