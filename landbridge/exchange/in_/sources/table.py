"""Tables as people keep them: CSV and Excel workbooks, by file or by address, read by a mapping that is kept."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_noop

from landbridge.exchange.in_ import guessing, mapping, tables
from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.readers import kind_of
from landbridge.exchange.in_.unreadable import Unreadable

LOOKED_AT: Final = 5_000
"""Rows from which the columns are told."""
_OK: Final = 200
_SAME: Final = 304


class Table:
    """CSV and XLSX."""

    name = "table"
    label = gettext_noop("Table (CSV or Excel)")
    about = gettext_noop("A spreadsheet that you bring or that lies at an address. You say once which column is what.")
    takes: Literal["address", "file", "both"] = "both"
    settings = (
        Setting(
            "encoding", gettext_noop("Writing of the file"), kind="choice", default="utf-8-sig",
            choices=(
                ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("windows-1252", "Windows-1252 (Western)"),
                ("windows-1251", "Windows-1251 (Cyrillic)"), ("windows-1256", "Windows-1256 (Arabic)"),
                ("gb18030", "GB 18030 (Chinese)"),
            ),
        ),
        Setting(
            "whole", gettext_noop("The table is the whole list"), kind="yes_no",
            help=gettext_noop("Then records whose row is not there any more are taken out of sight."),
        ),
    )  # fmt: skip

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        """Each row as a record, by the mapping; the columns are told in the state."""
        with _table(ask) as (path, name, etag):
            if path is None:
                return
            try:
                yield from self._rows(ask, path, name, etag)
            except Unreadable as error:
                raise BadSource(str(error)) from error

    def _rows(self, ask: Ask, path: Path, name: str, etag: str) -> Iterator[Found | Checkpoint]:
        encoding = str(ask.settings.get("encoding") or tables.UTF8)
        seen = guessing.Sampler()
        for number, row in enumerate(_cells(path, name, encoding)):
            if number == LOOKED_AT:
                break
            seen.see(row.cells, row.sheet)
        told = seen.told()
        # Without its ETag: a run that breaks off now must read the table again.
        yield Checkpoint(state=told)
        try:
            chosen = mapping.read(ask.settings.get("mapping"))
        except mapping.BadMapping as error:
            raise BadSource(str(error)) from error
        _require_columns(chosen, seen)
        yield from _found(chosen, _cells(path, name, encoding))
        yield Checkpoint(state={**told, "etag": etag}, done=bool(ask.settings.get("whole")))


def _require_columns(chosen: mapping.TableMapping, seen: guessing.Sampler) -> None:
    """A table whose head has changed must not come in with half of its answers."""
    named = [*chosen.columns, *filter(None, (chosen.key, chosen.address, chosen.stated))]
    missing = [name for name in named if name not in seen.cells]
    if missing:
        raise BadSource(f"The table has no column “{missing[0][:60]}” any more; look at the mapping.")


def _found(chosen: mapping.TableMapping, rows: Iterator[tables.Row]) -> Iterator[Found]:
    seen: set[int] = set()
    for row in rows:
        if chosen.sheet and row.sheet and row.sheet != chosen.sheet:
            continue
        place = f"{row.source}, row {row.number}"
        key = mapping.key(chosen, row.cells)
        if row.problem or not key:
            problem = row.problem or f"The row has no “{chosen.key or 'title'}”, which it is known by."
            yield Found(key=key, problem=problem, place=place)
        elif hash(key) in seen:
            yield Found(key=key, problem="An earlier row has the same identifier.", place=place)
        else:
            seen.add(hash(key))
            address = row.cells.get(chosen.address) if chosen.address else ""
            yield Found(
                key=key, record=mapping.record(chosen, row.cells), place=place, address=str(address or ""),
                stated_at=mapping.moment(chosen, row.cells),
            )  # fmt: skip


def _cells(path: Path, name: str, encoding: str) -> Iterator[tables.Row]:
    with path.open("rb") as file:
        start = file.read(4096)
        is_utf16 = encoding == "utf-16"
        if not is_utf16 and kind_of(start, name) not in ("csv", "xlsx"):
            raise Unreadable(f"{name} is no table; save it as CSV or .xlsx.")
        file.seek(0)
        if start.startswith(b"PK\x03\x04"):
            yield from tables.workbook_cells(path, name)
        else:
            yield from tables.csv_cells(file, name, encoding)


@contextmanager
def _table(ask: Ask) -> Iterator[tuple[Path | None, str, str]]:
    """The table as a file, its name, and its ETag; no file when it has not changed since the last run."""
    if ask.file is not None:
        yield ask.file, ask.file_name or "table.csv", ""
        return
    headers = {"If-None-Match": str(ask.state["etag"])} if ask.state.get("etag") else {}
    with ask.get(ask.address, headers=headers) as answer:
        if answer.status == _SAME:
            yield None, "", ""
            return
        if answer.status != _OK:
            raise BadSource(f"{ask.address} answers {answer.status}.")
        with tempfile.NamedTemporaryFile(suffix=".table") as file:
            while chunk := answer.body.read(1 << 16):
                file.write(chunk)
            file.flush()
            yield Path(file.name), _name(ask.address, answer.headers), answer.headers.get("etag", "")


def _name(address: str, headers: dict[str, str]) -> str:
    """What the table is called: by its address, and by its type where the address has no ending."""
    name = unquote(urlsplit(address).path).rpartition("/")[2] or "table"
    kind = headers.get("content-type", "")
    if name.lower().endswith((".csv", ".tsv", ".txt", ".xlsx")):
        return name
    return f"{name}.xlsx" if "spreadsheetml" in kind else f"{name}.csv"
