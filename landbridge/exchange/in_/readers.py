"""Files in, lines out: JSON Lines, JSON arrays, CSV and XLSX, also compressed, told apart by what is in them.

A line that cannot be read comes out with its reason; only a file that is not what it says is refused as a whole.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Literal, cast

import orjson

from landbridge.exchange.columns import format_meant
from landbridge.exchange.in_ import tables
from landbridge.exchange.in_.sources import ror
from landbridge.exchange.in_.unreadable import Unreadable
from landbridge.registry.loading import Line

LONGEST_LINE: Final = 5_000_000
"""Bytes of one record."""
LARGEST_ARRAY: Final = 100_000_000
"""Bytes of a JSON array, which must be read as a whole."""
_OTHER_KINDS: Final = {
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file; save it as .xlsx or as CSV",
    b"BZh": "compressed with bzip2; use gzip",
    b"\xfd7zX": "compressed with xz; use gzip",
    b"SQLi": "an SQLite database",
    b"\xff\xfe": "in UTF-16; save it as UTF-8",
    b"\xfe\xff": "in UTF-16; save it as UTF-8",
}
Kind = Literal["json-lines", "json", "csv", "xlsx"]


@dataclass
class Source:
    """A file to load from. `format` is for rows that do not name theirs."""

    path: Path
    format: str | None = None
    _file: io.FileIO | None = None

    @property
    def size(self) -> int:
        """Bytes in the file, the measure of progress."""
        return self.path.stat().st_size

    @property
    def position(self) -> int:
        """How many bytes have been read."""
        if self._file is None or self._file.closed:
            return self.size
        return self._file.tell()

    def __iter__(self) -> Iterator[Line]:
        """The lines of the file.

        Raises:
            Unreadable: the file is not one of the kinds that can be loaded, or breaks off.
        """
        if self.path.is_dir():
            raise Unreadable(f"{self.path} is a folder; name the files in it.")
        with self.path.open("rb", buffering=0) as self._file, self._plain(self._file) as stream:
            try:
                yield from map(recognised, self._lines(stream))
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise Unreadable(f"{self.path.name} is compressed and breaks off or is damaged: {error}") from error

    def _plain(self, raw: io.FileIO) -> io.BufferedReader:
        """The bytes of the file, uncompressed where it is compressed."""
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        source = cast(io.RawIOBase, gzip.GzipFile(fileobj=raw)) if packed else raw
        return io.BufferedReader(source, 1 << 16)

    def _lines(self, stream: io.BufferedReader) -> Iterator[Line]:
        name = self.path.stem if self.path.suffix.lower() == ".gz" else self.path.name
        kind = kind_of(stream.peek(4096)[:4096], name)
        hint = self.format or format_meant(Path(name).stem)
        if kind == "xlsx":
            return tables.workbook(self.path, name, self.format)
        if kind == "csv":
            return tables.csv_rows(stream, name, hint)
        return json_array(stream, name) if kind == "json" else json_lines(stream, name)


def kind_of(start: bytes, name: str) -> Kind:
    """What a file is, by its first bytes and then by its name.

    Raises:
        Unreadable: it is nothing that can be loaded.
    """
    for magic, what in _OTHER_KINDS.items():
        if start.startswith(magic):
            raise Unreadable(f"{name} is {what}. Load JSON Lines, CSV or XLSX.")
    suffix = Path(name).suffix.lower()
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if suffix in (".xlsx", ".xlsm"):
        raise Unreadable(f"{name} ends in {suffix} but is no Excel workbook.")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        return "json"
    if text.startswith(b"{"):
        return "json" if suffix == ".json" else "json-lines"
    if suffix in (".csv", ".tsv", ".txt"):
        return "csv"
    if suffix in (".jsonl", ".ndjson", ".json") or not text:
        return "json-lines"
    raise Unreadable(f"{name} is not JSON Lines, CSV or XLSX; a name that ends in .csv makes it a table.")


def json_lines(stream: IO[bytes], name: str) -> Iterator[Line]:
    """One record a line; empty lines are passed over."""
    number = 0
    while raw := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            while raw and not raw.endswith(b"\n"):
                raw = stream.readline(LONGEST_LINE)
            yield Line(number, None, f"The line is longer than {LONGEST_LINE // 1_000_000} MB.", name)
        elif raw.strip():
            yield _parsed(raw.removeprefix(b"\xef\xbb\xbf"), number, name)


def _parsed(raw: bytes, number: int, name: str) -> Line:
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return Line(number, None, f"This is not valid JSON: {str(error)[:200]}", name)
    return _as_line(record, number, name)


def _as_line(record: Any, number: int, name: str) -> Line:
    if not isinstance(record, dict):
        return Line(number, None, 'A record is an object: {"format": …, "data": {…}}.', name)
    return Line(number, record, source=name)


def json_array(stream: IO[bytes], name: str) -> Iterator[Line]:
    """A JSON array of records, one record alone, or JSON Lines under a name that ends in .json."""
    raw = stream.read(LARGEST_ARRAY + 1)
    if len(raw) > LARGEST_ARRAY:
        raise Unreadable(f"{name} is a JSON file of more than {LARGEST_ARRAY // 1_000_000} MB; use JSON Lines.")
    try:
        parsed = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            yield from json_lines(io.BytesIO(raw), name)
            return
        raise Unreadable(f"{name} is not valid JSON: {str(error)[:200]}") from error
    for number, record in enumerate(parsed if isinstance(parsed, list) else [parsed], 1):
        yield _as_line(record, number, name)


def recognised(line: Line) -> Line:
    """The line as one of ours, when it is a record of a known registry."""
    if line.record is None or not ror.recognises(line.record):
        return line
    try:
        return Line(line.number, ror.record(line.record), source=line.source)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        return Line(line.number, None, f"This ROR record is not of schema v2: {error!r}", line.source)
