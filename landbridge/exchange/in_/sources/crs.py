"""OECD Creditor Reporting System: files of aid activities become one programme a project.

The rows of a project are scattered over a file of up to millions of rows, so they are gathered in a database of their
own that lies in a temporary file, and given project by project in the order of their keys.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby, islice
from pathlib import Path
from typing import Final

import orjson
from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources.crs_project import Cells, key, marker, programme
from landbridge.exchange.in_.sources.crs_rows import Row, Rows
from landbridge.exchange.in_.sources.known import found, opened, refused
from landbridge.lib.languages import DEFAULT

EVERY: Final = 500
MOST_ROWS: Final = 2_000
"""Rows of one project that are looked at."""
_BIODIVERSITY: Final = "41030"
_GATHERED: Final = 5_000


class Crs:
    name = "crs"
    label = gettext_noop("OECD aid activities (CRS)")
    about = gettext_noop(
        "Files of the Creditor Reporting System, as CSV or ZIP, become one programme for each project."
    )
    takes = "both"
    settings = (
        Setting(
            "every_project", gettext_noop("Also projects that are not marked for biodiversity"), kind="yes_no",
            default=False,
            help=gettext_noop("Otherwise only projects with the Rio marker 1 or 2, or purpose code 41030."),
        ),
        Setting("language", gettext_noop("Language of the texts"), kind="language", default=DEFAULT),
    )  # fmt: skip

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        with opened(ask) as source:
            if source is None:
                yield Checkpoint(dict(ask.state))
                return
            rows = Rows(source.stream, source.name)
            with tempfile.TemporaryDirectory() as folder, closing(_store(Path(folder))) as store:
                yield from _gather(rows, store, bool(ask.settings.get("every_project")))
                same = ask.state.get("etag", "") == source.state.get("etag", "")
                after = str(ask.state.get("after") or "") if same else ""
                yield from _projects(store, after, str(ask.settings.get("language") or DEFAULT), source.state)
            yield Checkpoint(source.state, done=True)


def _store(folder: Path) -> sqlite3.Connection:
    store = sqlite3.connect(folder / "rows.sqlite3")
    store.execute("PRAGMA journal_mode = OFF")
    store.execute("PRAGMA synchronous = OFF")
    store.execute("CREATE TABLE rows (key TEXT, number INTEGER, cells BLOB)")
    return store


def _gather(rows: Rows, store: sqlite3.Connection, every: bool) -> Iterator[Found]:
    """Put the rows of the projects that are wanted into the store; what cannot be read is given."""
    wanted = None if every else {key(row.cells) for row in rows if _for_biodiversity(row.cells)}
    waiting: list[tuple[str, int, bytes]] = []
    seen = sums = 0
    for row in rows:
        seen += 1
        if _is_sum(row.cells):
            sums += 1
            continue
        whose = key(row.cells)
        if row.problem or not whose:
            yield refused("", row.problem or "The row names no project: neither number nor title.", f"row {row.number}")
        elif wanted is None or whose in wanted:
            waiting.append((whose, row.number, _packed(row)))
        if len(waiting) >= _GATHERED:
            store.executemany("INSERT INTO rows VALUES (?, ?, ?)", waiting)
            waiting.clear()
    if seen and seen == sums:
        raise BadSource("The file holds sums only. Export the single activities (microdata) instead.")
    store.executemany("INSERT INTO rows VALUES (?, ?, ?)", waiting)
    store.execute("CREATE INDEX by_key ON rows (key, number)")


def _packed(row: Row) -> bytes:
    return orjson.dumps({name: cell for name, cell in row.cells.items() if cell})


def _is_sum(cells: Cells) -> bool:
    """Rows of the export of today that hold the sum of many projects."""
    return "value" in cells and (cells.get("dimension") == "_T" or cells.get("id") == "_T")


def _for_biodiversity(cells: Cells) -> bool:
    return cells.get("sector") == _BIODIVERSITY or marker(cells.get("biodiversity")) in (1, 2)


def _projects(store: sqlite3.Connection, after: str, tag: str, state: dict[str, str]) -> Iterator[Found | Checkpoint]:
    chosen = store.execute("SELECT key, number, cells FROM rows WHERE key > ? ORDER BY key, number", (after,))
    for count, (whose, rows) in enumerate(groupby(chosen, key=lambda row: str(row[0])), 1):
        yield _project(whose, [orjson.loads(cells) for _, _, cells in islice(rows, MOST_ROWS)], tag)
        if count % EVERY == 0:
            yield Checkpoint({**state, "after": whose})


def _project(whose: str, rows: list[Cells], tag: str) -> Found:
    try:
        said, facts, title = programme(rows, tag)
    except ValueError as error:
        return refused(whose, str(error))
    return found(whose, record=said, title=title, facts={"standard": "OECD CRS", **facts})
