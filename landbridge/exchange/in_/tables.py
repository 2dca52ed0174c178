"""Tables in: CSV in whatever spreadsheets write, and XLSX from strangers."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from landbridge.exchange.columns import format_meant, from_row
from landbridge.exchange.in_.unreadable import Unreadable
from landbridge.lib.archives import LARGEST_UNPACKED, Trouble, safe_zip
from landbridge.registry.loading import Line

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_COLUMNS: Final = 1_000
MOST_EMPTY_ROWS: Final = 1_000
"""After so many empty rows in a row nothing more is expected."""
LONGEST_CELL: Final = 1_000_000
UTF8: Final = "utf-8-sig"


@dataclass(frozen=True, slots=True)
class Row:
    """A row under its head, or the reason why it could not be read."""

    number: int
    cells: dict[str, Any]
    source: str
    """The file, and the sheet."""
    sheet: str = ""
    problem: str = ""


def csv_rows(stream: IO[bytes], name: str, format_name: str | None) -> Iterator[Line]:
    """The rows of a CSV file as lines to load."""
    for row in csv_cells(stream, name):
        yield _line(row, format_name)


def csv_cells(stream: IO[bytes], name: str, encoding: str = UTF8) -> Iterator[Row]:
    """The rows of a CSV file under its head; comma, semicolon and tab are told apart by the head.

    Raises:
        Unreadable: it is not in this encoding, has no head, or breaks the rules of CSV.
    """
    csv.field_size_limit(LONGEST_CELL)
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        start = text.readline(LONGEST_CELL)
        delimiter = max(",;\t", key=start.count)
        head = _head(next(csv.reader([start], delimiter=delimiter), []), name)
        reader = csv.reader(text, delimiter=delimiter)
        for row in reader:
            if any(cell.strip() for cell in row):
                yield _row(head, row, reader.line_num + 1, name)
    except UnicodeError as error:
        spelled = "UTF-8" if encoding == UTF8 else encoding
        why = getattr(error, "reason", str(error))
        raise Unreadable(f"{name} is not in {spelled} ({why}); save it as “CSV UTF-8”.") from error
    except csv.Error as error:
        raise Unreadable(f"{name} cannot be read as CSV: {error}.") from error
    finally:
        text.detach()  # The file belongs to the caller.


def _head(cells: Sequence[Any], name: str) -> list[str]:
    head = [str(cell).strip() if cell is not None else "" for cell in cells]
    while head and not head[-1]:
        head.pop()
    if len(head) > MOST_COLUMNS:
        raise Unreadable(f"{name} has {len(head)} columns; at most {MOST_COLUMNS} are read.")
    doubled = {column for column, times in Counter(head).items() if column and times > 1}
    if doubled:
        raise Unreadable(f"{name}: the column “{min(doubled)[:60]}” stands twice in the head.")
    if not any(head):
        raise Unreadable(f"{name} has no head: its first row must name the columns.")
    return head


def _row(head: Sequence[str], row: Sequence[Any], number: int, source: str, sheet: str = "") -> Row:
    if any(cell not in (None, "") for cell in row[len(head) :]):
        problem = f"The row has more cells than the {len(head)} columns of the head."
        return Row(number, {}, source, sheet, problem)
    return Row(number, dict(zip(head, row, strict=False)), source, sheet)


def _line(row: Row, format_name: str | None) -> Line:
    if row.problem:
        return Line(row.number, None, row.problem, row.source)
    return Line(row.number, from_row(row.cells, format_name), source=row.source)


def workbook(path: Path, name: str, format_name: str | None) -> Iterator[Line]:
    """The rows of all sheets of a workbook; a sheet is named by its format, or its rows name theirs.

    Raises:
        Unreadable: it is no workbook, holds macros or document types, or unpacks to more than is sensible.
    """
    for row in workbook_cells(path, name):
        yield _line(row, format_meant(row.sheet) or format_name or format_meant(Path(name).stem))


def workbook_cells(path: Path, name: str) -> Iterator[Row]:
    """The rows of all sheets of a workbook, each under the head of its sheet.

    Raises:
        Unreadable: see `workbook`.
    """
    check_package(path, name)
    with path.open("rb") as file:
        book = _book(file, name)
        if not book.worksheets:
            raise Unreadable(f"{name} is a workbook without a sheet.")
        for sheet in book.worksheets:
            yield from _sheet(sheet, f"{name}, {sheet.title}")


def _book(file: IO[bytes], name: str) -> "Workbook":
    # Inner import: 22 MB, which a node that serves does not need.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        return openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, SyntaxError, OSError) as error:
        raise Unreadable(f"{name} cannot be read as a workbook: {str(error)[:200]}") from error


def _sheet(sheet: Any, source: str) -> Iterator[Row]:
    sheet.reset_dimensions()  # The stated size of a sheet may be a lie in both directions.
    rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)
    head: list[str] = []
    empty = 0
    try:
        for number, row in enumerate(rows, 1):
            filled = any(cell not in (None, "") for cell in row)
            empty = 0 if filled else empty + 1
            if empty > MOST_EMPTY_ROWS:
                return
            if filled and not head:
                head = _head(row, source)
            elif filled:
                yield _row(head, row, number, source, sheet.title)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, SyntaxError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"{source} is damaged: {str(error)[:200]}") from error


def check_package(path: Path, name: str) -> None:
    """Look into the package before anything is parsed.

    Raises:
        Unreadable: see `workbook`.
    """
    troubles = safe_zip(path, LARGEST_UNPACKED)
    if troubles:
        raise Unreadable(_refusal(troubles[0], name))
    with zipfile.ZipFile(path) as package:
        if "xl/workbook.xml" not in package.namelist():
            raise Unreadable(f"{name} is an archive, but no Excel workbook.")


def _refusal(trouble: Trouble, name: str) -> str:
    """Why the workbook is not opened, and what to do."""
    return {
        "too-large": f"{name} unpacks to more than is safe to open; use CSV or JSON Lines.",
        "macros": f"{name} holds macros or embedded programs; save it without them, as plain .xlsx.",
        "encoding": f"{name}: {trouble.part} is not in UTF-8.",
        "doctype": f"{name}: {trouble.part} declares a document type, which no workbook needs.",
    }.get(trouble.code, f"{name} is damaged or locked with a password; save it anew as plain .xlsx.")
