"""OECD Creditor Reporting System: files of aid activities become one programme a project.

The rows of a project are scattered over a file of up to millions of rows, so they are gathered in a database of their
own that lies in a temporary file, and given project by project in the order of their keys.
"""

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources.crs_project import Cells, key, marker, programme
from landbridge.exchange.in_.sources.crs_rows import Rows
from landbridge.exchange.in_.sources.gathered import Gathered, gathered
from landbridge.exchange.in_.sources.known import found, refused
from landbridge.exchange.in_.sources.opening import opened
from landbridge.lib.languages import DEFAULT

EVERY: Final = 500
_BIODIVERSITY: Final = "41030"
_LOOKED_AT: Final = frozenset({"donor", "donor_name", "id", "project", "title", "sector", "biodiversity"})
"""What tells whether a project is one for biodiversity, and which it is."""


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
            with gathered() as store:
                yield from _gather(rows, store, bool(ask.settings.get("every_project")))
                same = ask.state.get("etag", "") == source.state.get("etag", "")
                after = str(ask.state.get("after") or "") if same else ""
                yield from _projects(store, after, str(ask.settings.get("language") or DEFAULT), source.state)
            # A file that was brought may hold one year only: what it does not name is not gone.
            yield Checkpoint(source.state, done=ask.file is None)


def _gather(rows: Rows, store: Gathered, every: bool) -> Iterator[Found]:
    """Put the rows of the projects that are wanted into the store; what cannot be read is given."""
    wanted = None if every else {key(row.cells) for row in rows.read(_LOOKED_AT) if _for_biodiversity(row.cells)}
    seen = sums = 0
    for row in rows.read():
        seen += 1
        if _is_sum(row.cells):
            sums += 1
            continue
        whose = key(row.cells)
        if row.problem or not whose:
            yield refused("", row.problem or "The row names no project: neither number nor title.", f"row {row.number}")
        elif wanted is None or whose in wanted:
            store.put(whose, {name: cell for name, cell in row.cells.items() if cell})
    if seen and seen == sums:
        raise BadSource("The file holds sums only. Export the single activities (microdata) instead.")


def _is_sum(cells: Cells) -> bool:
    """Rows of the export of today that hold the sum of many projects."""
    return "value" in cells and (cells.get("dimension") == "_T" or cells.get("id") == "_T")


def _for_biodiversity(cells: Cells) -> bool:
    return cells.get("sector") == _BIODIVERSITY or marker(cells.get("biodiversity")) in (1, 2)


def _projects(store: Gathered, after: str, tag: str, state: dict[str, str]) -> Iterator[Found | Checkpoint]:
    for count, (whose, rows) in enumerate(store.groups(after), 1):
        yield _project(whose, rows, tag)
        if count % EVERY == 0:
            yield Checkpoint({**state, "after": whose})


def _project(whose: str, rows: list[Cells], tag: str) -> Found:
    try:
        said, facts, title = programme(rows, tag)
    except ValueError as error:
        return refused(whose, str(error))
    return found(whose, record=said, title=title, facts={"standard": "OECD CRS", **facts})
