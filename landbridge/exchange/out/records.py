"""Records out, in the shapes in which they can be loaded again: JSON Lines, CSV and XLSX."""

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Final, cast

import orjson

from landbridge.exchange.columns import Cell, columns, text_languages, to_row
from landbridge.formats.library import FORMATS
from landbridge.registry.queries import RecordView, every
from landbridge.registry.rules import Reader
from landbridge.registry.workflow import Visibility

LONGEST_CELL: Final = 32_767
"""Characters that a cell of XLSX can hold."""
SHAPES: Final = ("jsonl", "csv", "xlsx")


class TooLong(ValueError):
    """A text that a spreadsheet cannot hold; the message names the record."""


def line(view: RecordView) -> dict[str, Any]:
    """A record as a line that `load` takes in: its published answers, and what differs from the usual."""
    said: dict[str, Any] = {"format": view.format, "id": view.id, "language": view.language, "data": view.data}
    if view.visibility != Visibility.PUBLIC:
        said["visibility"] = view.visibility
    if view.owner:
        said["owner"] = view.owner
    return said


def lines(reader: Reader, formats: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """All published records that the reader may see, in the order of their ids."""
    return (line(view) for view in every(reader, formats))


def write_json_lines(out: IO[bytes], reader: Reader, formats: Sequence[str] = ()) -> int:
    """Write JSON Lines: how many records."""
    count = 0
    for one in lines(reader, formats):
        out.write(orjson.dumps(one) + b"\n")
        count += 1
    return count


def write_csv(out: IO[bytes], reader: Reader, formats: Sequence[str] = ()) -> int:
    """Write one table for all formats: how many records. Columns are those of all formats together."""
    names: dict[str, None] = {}
    for name in formats or FORMATS:
        names.update(dict.fromkeys(_columns(reader, name)))
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    table = csv.DictWriter(text, list(names), restval="")
    table.writeheader()
    count = 0
    for name in formats or FORMATS:
        for one in lines(reader, [name]):
            table.writerow(to_row(one))
            count += 1
    text.flush()
    text.detach()
    return count


def write_xlsx(out: IO[bytes], reader: Reader, formats: Sequence[str] = ()) -> int:
    """Write a workbook with a sheet for each format that has records: how many records.

    Raises:
        TooLong: a text is longer than a cell may be.
    """
    # Inner import: 22 MB, which only who writes a workbook needs.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    count = 0
    for name in formats or FORMATS:
        names = _columns(reader, name)
        if not names:
            continue
        sheet = book.create_sheet(name)
        sheet.append(names)
        for one in lines(reader, [name]):
            row = to_row(one)
            sheet.append([_cell(row.get(column), one["id"], column) for column in names])
            count += 1
    if not book.worksheets:
        book.create_sheet("empty")
    book.save(out)
    return count


def _cell(value: Cell, record: str, column: str) -> Cell:
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        raise TooLong(f"{record}: {column} is longer than a cell of XLSX may be; export CSV or JSON Lines instead.")
    return value


def _columns(reader: Reader, format_name: str) -> list[str]:
    """The columns of a format that are used; none when it has no records."""
    used: dict[str, None] = {}
    languages: set[str] = set()
    for one in lines(reader, [format_name]):
        used.update(dict.fromkeys(to_row(one)))
        languages.update(text_languages([one], format_name))
    return [name for name in columns(format_name, tuple(sorted(languages))) if name in used]


WRITERS: Final[Mapping[str, Callable[[IO[bytes], Reader, Sequence[str]], int]]] = {
    "jsonl": write_json_lines,
    "csv": write_csv,
    "xlsx": write_xlsx,
}


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name only when it is complete; compressed when the name ends in .gz."""
    passing = path.with_name(f".{path.name}.part")
    try:
        with ExitStack() as stack:
            out: IO[bytes] = stack.enter_context(passing.open("wb"))
            if path.suffix == ".gz":
                out = cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=out, mode="wb", mtime=0)))
            yield out
        passing.replace(path)
    finally:
        passing.unlink(missing_ok=True)
