"""Rows of the OECD's Creditor Reporting System, whatever the year and the form of the file: the export of today (codes,
or codes with labels) and the files of earlier years (text with bars or commas, names in many spellings)."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import IO, Final

from landbridge.exchange.in_.door import BadSource
from landbridge.exchange.in_.sources.known import TABLES, shorter

LONGEST_CELL: Final = 1_000_000
LARGEST: Final = 20_000_000_000
"""Bytes of a file once unpacked; all years together have some 8 GB."""
MOST_EMPTY: Final = 100_000
"""After so many empty rows one after the other nothing more is expected."""
_DEFLATE64: Final = 9
_LABELLED: Final = re.compile(r"([A-Z][A-Z_]+): .+")
_START: Final = 1 << 20


@cache
def columns() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Our word for a column to its name today and its names in earlier files."""
    rows = (TABLES / "crs_columns.tsv").read_text(encoding="utf-8").splitlines()
    cells = (row.split("\t") for row in rows if row and not row.startswith("#"))
    return {ours: (today, tuple(earlier.split())) for ours, today, earlier in cells}


@dataclass(frozen=True)
class Row:
    """One row: its number in the file and its cells by our words; `problem` says why it cannot be read."""

    number: int
    cells: Mapping[str, str]
    problem: str = ""


@dataclass(frozen=True)
class Head:
    """Which cell holds what; `today` tells the two forms apart."""

    at: Mapping[str, int]
    today: bool
    labelled: frozenset[str]
    """Columns whose cells hold the code and the label, as `AUS: Australia`."""
    width: int


class Rows:
    """The rows of a file; it can be read more than once."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.stream, self.name = stream, shorter(name, 100)
        stream.seek(0)
        self.start = stream.read(4)

    def read(self, only: Collection[str] = ()) -> Iterator[Row]:
        """All rows, with these of their cells, or with all.

        Raises:
            BadSource: the file is none of the CRS, or packed in a way that is not read.
        """
        csv.field_size_limit(LONGEST_CELL)
        for name, stream in self._texts():
            with stream as text:
                yield from _rows(text, name, only)

    def _texts(self) -> Iterator[tuple[str, io.TextIOWrapper]]:
        self.stream.seek(0)
        if self.start == b"PAR1":
            raise BadSource(f"{self.name} is a Parquet file; export it as CSV.")
        if self.start != b"PK\x03\x04":
            yield self.name, _text(self.stream)
            return
        try:
            with zipfile.ZipFile(self.stream) as archive:
                for part in _parts(archive, self.name):
                    with archive.open(part) as stream:
                        yield part.filename, _text(stream)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
            if isinstance(error, BadSource | UnicodeError):
                raise
            raise BadSource(f"{self.name} is damaged or locked: {shorter(str(error), 200)}.") from None


def _parts(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    parts = [part for part in archive.infolist() if part.filename.lower().endswith((".csv", ".txt", ".tsv"))]
    if not parts:
        raise BadSource(f"{name} holds no text file of the CRS (.csv or .txt).")
    if any(part.compress_type == _DEFLATE64 for part in parts):
        raise BadSource(
            f"{name} is packed with Deflate64, which is not read here. Unpack it and bring the text, or pack it anew."
        )
    if sum(part.file_size for part in parts) > LARGEST:
        raise BadSource(f"{name} unpacks to more than {LARGEST // 1_000_000_000} GB.")
    return parts


def _text(stream: IO[bytes]) -> io.TextIOWrapper:
    """The text of a file; what is not UTF-8 in it is kept apart until its cell is looked at."""
    buffered = io.BufferedReader(_Unclosed(stream), _START)
    start = buffered.peek(4)[:4]
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    return io.TextIOWrapper(buffered, "utf-16" if wide else "utf-8-sig", "surrogateescape", newline="")


class _Unclosed(io.RawIOBase):
    """A stream that stays open when its text is done with: it is read twice."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.read_so_far = stream, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        got = self.stream.read(len(buffer))
        self.read_so_far += len(got)
        if self.read_so_far > LARGEST:
            raise BadSource(f"The file unpacks to more than {LARGEST // 1_000_000_000} GB.")
        buffer[: len(got)] = got
        return len(got)


@contextmanager
def _as_source(name: str) -> Iterator[None]:
    try:
        yield
    except (csv.Error, UnicodeError) as error:
        raise BadSource(f"{name} cannot be read as a table: {shorter(str(error), 200)}.") from None


def _rows(text: io.TextIOWrapper, name: str, only: Collection[str]) -> Iterator[Row]:
    with _as_source(name):
        first = text.readline(LONGEST_CELL)
        mark = max("|,;\t", key=first.count)
        head = _head(next(csv.reader([first], delimiter=mark), []), name)
        if only:
            head = replace(head, at={ours: at for ours, at in head.at.items() if ours in only})
        reader = csv.reader(text, delimiter=mark)
        empty = 0
        for cells in reader:
            empty = 0 if any(cells) else empty + 1
            if not empty:
                yield _row(head, cells, reader.line_num + 1)
            elif empty > MOST_EMPTY:
                raise BadSource(f"{name} has more than {MOST_EMPTY} empty rows one after the other.")


def _row(head: Head, cells: Sequence[str], number: int) -> Row:
    if any(cells[head.width :]) or len(cells) <= head.width // 2:
        return Row(number, {}, f"The row has {len(cells)} cells where the head has {head.width}.")
    said = {ours: _clean(cells[at]) for ours, at in head.at.items() if at < len(cells)}
    for ours in head.labelled & said.keys():
        code, _, label = said.get(ours, "").partition(": ")
        said[ours] = code
        said.setdefault(f"{ours}_name", label)
    return Row(number, said)


def _clean(cell: str) -> str:
    """A cell; bytes that are no UTF-8 are taken for what Windows wrote in Western Europe."""
    if not cell.isascii() and any("\udc80" <= letter <= "\udcff" for letter in cell):
        cell = cell.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return cell.strip()


def _head(names: Sequence[str], name: str) -> Head:
    """Which cell holds what.

    Raises:
        BadSource: the file is none of the CRS.
    """
    plain = [_clean(one) for one in names]
    codes = [match.group(1) if (match := _LABELLED.fullmatch(one)) else one for one in plain]
    today = "OBS_VALUE" in codes
    at: dict[str, int] = {}
    for ours, (now, earlier) in columns().items():
        found = _first(codes, [now]) if today else _first([_folded(one) for one in plain], earlier)
        if found is not None:
            at[ours] = found
    must = ("donor", "recipient", "value", "id") if today else ("recipient_name", "year", "title")
    missing = [columns()[ours][0] if today else columns()[ours][1][0] for ours in must if ours not in at]
    if missing:
        raise BadSource(f"{name} is no file of the Creditor Reporting System: there is no column {', '.join(missing)}.")
    labelled = frozenset(ours for ours, index in at.items() if codes[index] != plain[index])
    return Head(at, today, labelled, len(plain))


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _first(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(one) for one in wanted if one and one in names), None)
