"""A shortlist of experts for a call: kept in the session of whoever made it, and gone when they sign out."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext

from landbridge.lib.languages import choose
from landbridge.registry.queries import RecordView, every_id, states
from landbridge.registry.rules import Reader
from landbridge.web.labels import choice_name, listed, place_name, reader_language, said, term_label
from landbridge.web.roster import available, spoken

MOST: Final = 60
"""Experts on one list: more than any call invites."""
_KEY: Final = "shortlist"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def kept(session: SessionBase) -> list[str]:
    """The ids on the list, in the order in which they were ticked."""
    found = session.get(_KEY) or []
    return [one for one in found if isinstance(one, str)][:MOST]


def add(session: SessionBase, ids: Iterable[str]) -> int:
    """Put experts on the list: how many did not fit."""
    wanted = list(dict.fromkeys([*kept(session), *ids]))
    session[_KEY] = wanted[:MOST]
    return max(0, len(wanted) - MOST)


def remove(session: SessionBase, ids: Iterable[str]) -> None:
    """Take experts off the list."""
    gone = set(ids)
    session[_KEY] = [one for one in kept(session) if one not in gone]


def experts(ids: Sequence[str], reader: Reader) -> list[RecordView]:
    """Those of the list that the reader may see today, in its order, with what they may see of each: two queries."""
    readable = list(every_id(reader, ("expert",)).filter(pk__in=ids))
    found = states(readable, reader)
    return [found[one] for one in ids if one in found]


def columns() -> tuple[str, ...]:
    """The titles of the columns of an export."""
    return (
        gettext("Name"), said("Summary"), said("Kind of expertise"), said("Languages"), said("Countries and regions"),
        said("Has worked in"), said("State of vetting"), said("Nominated by"), said("Available from and until"),
        said("Contacts"), said("Last confirmed"), gettext("Address"),
    )  # fmt: skip


def row(view: RecordView) -> tuple[str, ...]:
    """An expert as the cells of an export, in the reader's language; what they may not see is an empty cell."""
    data: Mapping[str, Any] = view.data
    languages = (spoken(one["language"], one.get("level") or "") for one in data.get("languages") or ())
    return (
        _text(data["title"], view), _text(data.get("summary"), view),
        listed(term_label("expertise_kinds", one) for one in data.get("kinds") or ()), listed(languages),
        listed(map(place_name, data.get("places") or ())), listed(map(place_name, data.get("countries_worked") or ())),
        choice_name(data["vetting"]) if data.get("vetting") else "",
        listed(map(place_name, data.get("nominated_by") or ())), available(data.get("available_period") or {}),
        listed(filter(None, (one.get("email") or one.get("name") for one in data.get("contacts") or ()))),
        view.confirmed_on.isoformat() if view.confirmed_on else "", f"{settings.BASE_URL}/records/{view.id}",
    )  # fmt: skip


def _text(texts: Mapping[str, str] | None, view: RecordView) -> str:
    return choose(dict(texts), reader_language(), view.language)[1] if texts else ""


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) or cell.startswith(_FORMULA) else cell


def table(views: Iterable[RecordView]) -> list[list[str]]:
    """The whole table, its titles first."""
    return [list(columns()), *([_harmless(cell) for cell in row(view)] for view in views)]


def as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV, with the byte order mark without which spreadsheets misread every script but Latin."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def as_xlsx(rows: Iterable[Sequence[str]], right_to_left: bool) -> bytes:
    """Rows as a workbook of one sheet; every cell is text."""
    from openpyxl import Workbook  # A node that only serves pages does not hold it in memory.

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.sheet_view.rightToLeft = right_to_left
    for cells in rows:
        sheet.append([_printable(cell) for cell in cells])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _printable(cell: str) -> str:
    """What a workbook can hold: no control signs, and not more than a cell takes."""
    return "".join(sign for sign in cell if sign >= " " or sign in "\n\t")[:32_000]
