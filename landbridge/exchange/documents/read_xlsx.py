"""A workbook: our own forms box by box, all others row by row. Formulas count by the values that were stored."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, Final

import openpyxl

from landbridge.exchange.documents.draw_xlsx import FIRST, MARK, TERMS
from landbridge.exchange.documents.extract import Found
from landbridge.exchange.documents.unreadable import Unreadable

MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 60
MOST_SHEETS: Final = 20
_EMPTY_ROWS: Final = 200
"""After so many empty rows nothing more is expected."""


def read(given: bytes) -> Found:
    """The rows of the workbook, and the boxes where it is a form of ours."""
    found = Found("xlsx")
    try:
        book = openpyxl.load_workbook(io.BytesIO(given), read_only=True, data_only=True, keep_links=False)
    except (KeyError, ValueError, TypeError, AttributeError, SyntaxError, OSError) as error:
        raise Unreadable("damaged") from error
    if MARK in book.sheetnames:
        found.mark = _mark(book[MARK])
    for number, sheet in enumerate(book.worksheets):
        if number >= MOST_SHEETS:
            found.tell("sheets", str(len(book.worksheets) - MOST_SHEETS))
            break
        if sheet.title not in (MARK, TERMS):
            _sheet(sheet, found)
    if any(not hasattr(sheet, "iter_rows") for sheet in map(book.__getitem__, book.sheetnames)):
        found.tell("charts")
    return found


def _rows(sheet: Any, found: Found) -> Iterator[tuple[int, list[str]]]:
    """The filled rows with their numbers; the stated size of a sheet may be a lie in both directions."""
    sheet.reset_dimensions()
    empty = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), 1):
        texts = [_text(value) for value in row]
        while texts and not texts[-1]:
            texts.pop()
        empty = 0 if any(texts) else empty + 1
        if empty > _EMPTY_ROWS:
            return
        if number > MOST_ROWS:
            found.tell("rows", str(MOST_ROWS))
            return
        if any(texts):
            yield number, texts


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _mark(sheet: Any) -> dict[str, Any] | None:
    told = {row[0]: row[1] for _, row in _rows(sheet, Found("xlsx")) if len(row) >= 2}
    names = ("format", "language", "record")
    numbers = {name: told.get(name, "") for name in ("edition", "revision")}
    if not told.get("format") or not all(value.isdigit() and len(value) < 10 for value in numbers.values()):
        return None
    return {**{name: told.get(name, "") for name in names}, **{name: int(value) for name, value in numbers.items()}}


def _sheet(sheet: Any, found: Found) -> None:
    ours = found.mark is not None
    for _, texts in _rows(sheet, found):
        if ours and texts[0] and len(texts) >= FIRST - 1:
            answers = [text for text in texts[FIRST - 1 :] if text.strip()]
            found.boxes.append((texts[0], "\x1f".join(answers)))
        elif not ours and not found.add("row", *texts):
            return
