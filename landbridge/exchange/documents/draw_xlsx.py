"""A form as a workbook: a sheet to fill in, a hidden one of the terms, a hidden one by which it is known again."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

FORM: Final = "Landbridge"
MARK: Final = "landbridge-form"
TERMS: Final = "landbridge-terms"
FIRST: Final = 4
"""The first column of answers; before it stand the hidden path, the label and the help."""
ANSWERS: Final = 5
"""Columns for the terms of one question; more where more are filled in."""
LONGEST: Final = 32_000
"""A cell holds 32,767 characters; longer texts go on in the next column."""
_INK: Final = Font(bold=True, size=14)
_BAND: Final = PatternFill("solid", fgColor="E4EFEC")
_FIELD: Final = PatternFill("solid", fgColor="FBF8F1")
_SOFT: Final = Font(color="5A5F5B", size=9)


def draw(paper: Mapping[str, Any]) -> bytes:
    """The bytes of the workbook."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new workbook has one
    sheet.title = FORM
    sheet.sheet_view.rightToLeft = paper["direction"] == "rtl"
    places = _lists(book, paper["lists"])
    _head(sheet, paper)
    row = 5
    validations: dict[str, DataValidation] = {}
    for section in paper["sections"]:
        _put(sheet.cell(row, 2), section["title"]).font = Font(bold=True, size=12)
        for column in range(2, FIRST + ANSWERS):
            sheet.cell(row, column).fill = _BAND
        row += 1
        for box in section["boxes"]:
            _box(sheet, row, box, places, validations)
            row += 1
    for validation in validations.values():
        sheet.add_data_validation(validation)
    _mark(book, paper["mark"])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _put(cell: Any, text: str) -> Cell:
    """A text that no spreadsheet takes for a formula, whatever it begins with."""
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"
    if text.startswith(("=", "+", "-", "@", "\t", "\r")):
        cell.quotePrefix = True
    return cell  # type: ignore[no-any-return]


def _head(sheet: Worksheet, paper: Mapping[str, Any]) -> None:
    _put(sheet.cell(1, 2), paper["title"]).font = _INK
    _put(sheet.cell(2, 2), f"{paper['about']} {paper['how']}").alignment = Alignment(wrap_text=True, vertical="top")
    sheet.merge_cells(start_row=2, start_column=2, end_row=2, end_column=FIRST)
    sheet.row_dimensions[2].height = 48
    for column, head in zip((2, 3, FIRST), paper["heads"], strict=True):
        _put(sheet.cell(4, column), head).font = Font(bold=True)
    sheet.column_dimensions["A"].hidden = True
    for letter, width in (("B", 38), ("C", 44), ("D", 56)):
        sheet.column_dimensions[letter].width = width
    for column in range(FIRST + 1, FIRST + ANSWERS):
        sheet.column_dimensions[get_column_letter(column)].width = 24
    sheet.freeze_panes = "C5"


def _box(
    sheet: Worksheet, row: int, box: Mapping[str, Any], places: Mapping[str, str], known: dict[str, DataValidation]
) -> None:
    _put(sheet.cell(row, 1), box["path"])
    for column, text in ((2, box["label"]), (3, box["help"])):
        _put(sheet.cell(row, column), text).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(row, 3).font = _SOFT
    values = _values(box)
    width = max(len(values), ANSWERS if box["many"] else 1)
    for number in range(width):
        cell = sheet.cell(row, FIRST + number)
        cell.fill = _FIELD
        cell.number_format = "@"
        if number < len(values):
            _put(cell, values[number])
        order = 2 if box["direction"] == "rtl" else 1
        cell.alignment = Alignment(wrap_text=True, vertical="top", readingOrder=order)
    if box["lines"] > 1:
        sheet.row_dimensions[row].height = min(15 * box["lines"], 180)
    if box["choices"]:
        last = get_column_letter(FIRST + width - 1)
        _validation(box["choices"], places, known).add(f"{get_column_letter(FIRST)}{row}:{last}{row}")


def _values(box: Mapping[str, Any]) -> Sequence[str]:
    text: str = box["value"]
    if box["many"]:
        return text.split("\n") if text else []
    return [text[start : start + LONGEST] for start in range(0, len(text), LONGEST)]


def _validation(name: str, places: Mapping[str, str], known: dict[str, DataValidation]) -> DataValidation:
    """The drop-down of a list. What is not in it may be typed as well: it is asked about when the form comes back."""
    if name not in known:
        known[name] = DataValidation(type="list", formula1=f"={places[name]}", allow_blank=True, showErrorMessage=False)
    return known[name]


def _lists(book: Workbook, lists: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """All choices on a hidden sheet, one list a column; list to the name of its place."""
    sheet = book.create_sheet(TERMS)
    sheet.sheet_state = "hidden"
    places = {}
    for column, (name, options) in enumerate(lists.items(), 1):
        for row, option in enumerate(options, 1):
            _put(sheet.cell(row, column), option)
        letter = get_column_letter(column)
        place = f"list_{column}"
        book.defined_names[place] = DefinedName(place, attr_text=f"'{TERMS}'!${letter}$1:${letter}${len(options)}")
        places[name] = place
    return places


def _mark(book: Workbook, mark: Mapping[str, Any]) -> None:
    sheet = book.create_sheet(MARK)
    sheet.sheet_state = "hidden"
    for row, (name, value) in enumerate(mark.items(), 1):
        _put(sheet.cell(row, 1), name)
        _put(sheet.cell(row, 2), str(value))
