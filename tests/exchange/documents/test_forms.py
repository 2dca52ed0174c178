"""Forms on paper: every record of every format goes out as workbook and text document, and comes back the same."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from landbridge.exchange.documents.filling import Filled, fill, laid_over
from landbridge.exchange.documents.leaves import boxes, joined, leaf_of
from landbridge.exchange.documents.marks import bookmark, line_of, mark_in, path_of
from landbridge.exchange.documents.paper import paper
from landbridge.exchange.documents.texts import Refused, understood, written
from landbridge.exchange.documents.workshop import drawn, read
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import validate
from landbridge.lib.languages import LANGUAGES
from landbridge.search.understand import detect
from landbridge.web.papers import words_of

GOLDEN = Path(__file__).parent.parent.parent / "formats" / "golden"
NOT_ON_PAPER = ("sample", "files", "translations")
"""What a form has no box for: marks of the node, and files, which are brought in on the page."""


def golden(format: str) -> tuple[dict[str, Any], str]:
    told = json.loads((GOLDEN / f"{format}.json").read_text(encoding="utf-8"))
    return told["api"]["data"], told["language"]


def back(format: str, kind: str, language: str, answers: Mapping[str, Any] | None = None) -> Filled:
    """A form after it went out and came back."""
    sheet = paper(format, words_of(language), answers, "golden-record", 7)
    return fill(read(drawn(sheet, kind)), words_of, detect)


@pytest.mark.requirement("EXP-5")
@pytest.mark.parametrize("kind", ["xlsx", "docx"])
@pytest.mark.parametrize("format", list(FORMATS))
def test_every_record_comes_back_the_same(format: str, kind: str) -> None:
    answers, language = golden(format)
    turn = LANGUAGES[list(FORMATS).index(format) % len(LANGUAGES)]
    filled = back(format, kind, turn, answers)
    assert (filled.ours, filled.format, filled.language) == (True, format, turn)
    assert (filled.record, filled.revision, filled.unread) == ("golden-record", 7, [])
    public = {name for name, question in questions(FORMATS[format]).items() if question.public}
    want = {name: value for name, value in answers.items() if name in public and name not in NOT_ON_PAPER}
    together = laid_over(filled, want, words_of(turn))
    assert validate(format, together, language) == want


@pytest.mark.parametrize("format", list(FORMATS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_of_every_form_is_understood_as_itself(format: str, language: str) -> None:
    """A label that is read as another term would change an answer in silence."""
    words = words_of(language)
    model = FORMATS[format]
    for name in questions(model):
        for path, _ in boxes(model, name, None, language, 1):
            leaf = leaf_of(model, path)
            if leaf is None:
                continue
            assert path_of(bookmark(path)) == path
            if leaf.kind == "choice":
                kept: list[Any] = list(leaf.choices)
            elif leaf.kind == "flag":
                kept = [True, False]
            elif leaf.kind == "terms":
                kept = [[term] if leaf.question.many else term for term in _ids(leaf.question)]  # type: ignore[attr-defined]
            else:
                continue
            for one in kept:
                assert understood(leaf, written(leaf, one, words), words) == one


def _ids(question: Any) -> list[str]:
    from landbridge.formats.vocabulary import vocabulary

    return [question.keep(term) for name in question.vocabularies for term in vocabulary(name)]


def test_an_arabic_form_runs_from_right_to_left() -> None:
    import openpyxl

    answers, _ = golden("need")
    book = openpyxl.load_workbook(io.BytesIO(drawn(paper("need", words_of("ar"), answers), "xlsx")))
    sheet = book.worksheets[0]
    assert sheet.sheet_view.rightToLeft
    assert sheet.column_dimensions["A"].hidden
    assert [book[name].sheet_state for name in ("landbridge-form", "landbridge-terms")] == ["hidden", "hidden"]
    assert sheet.data_validations.dataValidation
    document = drawn(paper("need", words_of("ar"), answers), "docx")
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        xml = archive.read("word/document.xml")
    assert b"<w:bidiVisual/>" in xml
    assert b"<w:bidi/>" in xml


def test_what_begins_like_a_formula_is_a_text_in_the_workbook_and_comes_back() -> None:
    import openpyxl

    evil = ['=HYPERLINK("http://example.org","x")', "+1+1", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0"]
    answers = {"title": {"en": evil[0]}, "summary": {"en": evil[1]}, "objective": {"en": evil[2]},
               "causes": {"en": evil[3]}, "situation": {"en": evil[4]}}  # fmt: skip
    body = drawn(paper("need", words_of("en"), answers), "xlsx")
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(body)) for row in sheet for cell in row]
    assert {cell.value for cell in cells} >= set(evil)
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert fill(read(body), words_of, detect).answers == answers


def test_a_long_text_is_whole_in_a_workbook() -> None:
    text = "word " * 7_900
    answers = {"title": {"en": "Long"}, "description": {"en": f"<p>{text.strip()}</p>"}}
    assert back("need", "xlsx", "en", answers).answers["description"] == answers["description"]


def test_people_write_as_they_do() -> None:
    """Terms in any language, dates and numbers as they are written there."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(drawn(paper("need", words_of("fr")), "xlsx")))
    sheet = book.worksheets[0]
    row = {cell.value: cell.row for cell in sheet["A"] if cell.value}

    def put(path: str, *values: Any) -> None:
        for column, value in enumerate(values, 4):
            sheet.cell(row[path], column).value = value

    put("places", "Sénégal", "KEN", "斐济")
    put("support_types", "training; seed funding")
    put("budget.amount", "12 500,50")
    put("budget.currency", "euro")
    put("beneficiary_count", 1200)
    put("period.start", "3.12.2026")
    put("anonymous", "oui")
    put("urgency", "no such thing")
    put("title.fr", "Récifs")
    kept = io.BytesIO()
    book.save(kept)
    filled = fill(read(kept.getvalue()), words_of, detect)
    assert filled.answers == {
        "places": ["SEN", "KEN", "FJI"], "support_types": ["training", "seed-funding"], "anonymous": True,
        "budget": {"amount": "12500.50", "currency": "EUR"}, "beneficiary_count": 1200, "title": {"fr": "Récifs"},
        "period": {"start": "2026-12-03"},
    }  # fmt: skip
    assert [(one.code, one.text) for one in filled.unread] == [("unknown-term", "no such thing")]
    before = {"urgency": "urgent", "level": "national", "sample": True}
    assert laid_over(filled, before, words_of("fr")) == {**filled.answers, "urgency": "urgent", "sample": True}


def test_what_was_written_beside_the_boxes_is_kept_and_told() -> None:
    from docx import Document

    document = Document(io.BytesIO(drawn(paper("need", words_of("en")), "docx")))
    document.add_paragraph("We forgot to say that the road is closed in winter.")
    kept = io.BytesIO()
    document.save(kept)
    filled = fill(read(kept.getvalue()), words_of, detect)
    assert filled.text == "We forgot to say that the road is closed in winter."
    assert [one.code for one in filled.unread] == ["outside"]


def test_a_box_that_no_edition_knows_is_told() -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(drawn(paper("need", words_of("en")), "xlsx")))
    sheet = book.worksheets[0]
    paths = ("gone", "title.not a tag", "results.x.aim", "__class__", "files.0.sha256")
    for row, path in enumerate(paths, sheet.max_row + 1):
        sheet.cell(row, 1).value, sheet.cell(row, 2).value, sheet.cell(row, 4).value = path, "label", "something"
    kept = io.BytesIO()
    book.save(kept)
    filled = fill(read(kept.getvalue()), words_of, detect)
    assert filled.answers == {}
    assert [one.code for one in filled.unread] == ["unknown-box"] * 5


def test_an_emptied_box_takes_an_answer_away_and_others_stay() -> None:
    filled = Filled("need", "en", asked=frozenset({"title", "urgency"}), answers={"title": {"en": "New"}})
    before = {"title": {"en": "Old"}, "urgency": "urgent", "files": [1], "sample": True}
    assert laid_over(filled, before, words_of("en")) == {"title": {"en": "New"}, "files": [1], "sample": True}


@pytest.mark.parametrize(
    ("text", "number"),
    [("1234.5", 1234.5), ("1,234.5", 1234.5), ("1.234,5", 1234.5), ("1 234,5", 1234.5), ("١٢٣٤٫٥", 1234.5),
     ("1,234", 1234), ("0,5", 0.5), ("-17.7", -17.7)],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, number: float) -> None:
    leaf = leaf_of(FORMATS["need"], "beneficiary_count")
    assert leaf is not None
    assert understood(leaf, text, words_of("en")) == number


@pytest.mark.parametrize("text", ["many", "1e999", "nan", "--", "12abc"])
def test_what_is_no_number_is_refused(text: str) -> None:
    leaf = leaf_of(FORMATS["need"], "beneficiary_count")
    assert leaf is not None
    with pytest.raises(Refused):
        understood(leaf, text, words_of("en"))


def test_marks_are_read_as_they_are_written() -> None:
    mark = {"format": "case_study", "edition": 2, "language": "zh", "record": "a.b_c~d-1", "revision": 12}
    assert mark_in(f"Please leave this line: {line_of(mark)} .") == mark
    assert mark_in("no mark") is None
    assert joined({"a.1.b": 2, "a.0.b": 1, "c": 3}) == {"a": [{"b": 1}, {"b": 2}], "c": 3}
