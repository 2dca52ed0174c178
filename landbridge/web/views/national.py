"""The register of national clearing-houses: what is told beside what is measured, for everybody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from landbridge.exchange.national import GROUPS, NOT_TOLD, Line, Register, parties, register
from landbridge.formats.vocabulary import vocabulary
from landbridge.parties.permissions import Permission
from landbridge.web import shortlist
from landbridge.web.labels import capital, language_name, listed, number, place_name, reader_language, term_label
from landbridge.web.people import account_of, reader_of, standing
from landbridge.web.states import ago
from landbridge.web.views.network import state_name

_LONGEST: Final = 40


@dataclass(frozen=True)
class Shown:
    """A Party as the register shows it."""

    line: Line
    name: str
    title: str
    language: str
    status: str
    look: str
    site: str
    obstacles: str
    help_wanted: str
    help_offered: str
    uses: str
    languages: str
    contents: str
    by: str
    """Whose word it is, where it is not the Party's own."""
    node: str
    contact: str


@dataclass(frozen=True)
class Bar:
    """One line of a table with bars."""

    label: str
    count: int
    width: int


@require_safe
def national(request: HttpRequest) -> HttpResponse:
    """All Parties, or those of a region or with a status; as a page or as CSV."""
    region, status = _chosen(request, "region", GROUPS), _chosen(request, "status", _statuses())
    found = register(reader_of(request), region, status)
    shown = sorted((_shown(line) for line in found.lines), key=lambda one: one.name)
    if request.GET.get("format") == "csv":
        return _csv(shown)
    told = [one for one in shown if one.line.told]
    return render(request, "network/national.html", {
        "told": told, "silent": [one for one in shown if not one.line.told], "found": found,
        "regions": [(one, place_name(one), one == region) for one in GROUPS],
        "statuses": [(one, _status(one), one == status) for one in _statuses()],
        "tables": list(_tables(found)), "region": region, "status": status, "mine": _mine(request),
        "csv": _csv_address(region, status), "total": len(shown), "not_told": gettext("Not told"),
    })  # fmt: skip


def _chosen(request: HttpRequest, name: str, known: tuple[str, ...]) -> str:
    given = request.GET.get(name, "")[:_LONGEST]
    return given if given in known else ""


def _statuses() -> tuple[str, ...]:
    return (*vocabulary("clearing_house_status").terms, NOT_TOLD)


def _csv_address(region: str, status: str) -> str:
    pairs = [("region", region), ("status", status), ("format", "csv")]
    return "/network/national?" + "&".join(f"{name}={value}" for name, value in pairs if value)


def _mine(request: HttpRequest) -> list[tuple[str, str]]:
    """The Parties for which this person could tell of the clearing-house."""
    if account_of(request) is None:
        return []
    own = standing(request).parties_with(Permission.DRAFT) & set(parties())
    return sorted(((one, place_name(one)) for one in own), key=lambda one: one[1])


def _status(status: str) -> str:
    return gettext("Not told") if status == NOT_TOLD else term_label("clearing_house_status", status)


_LOOKS: Final = {"working": "shown", "not-maintained": "waits", "closed": "waits"}


def _terms(name: str, kept: Any) -> str:
    return listed(term_label(name, one) for one in kept or ())


def _shown(line: Line) -> Shown:
    data: Mapping[str, Any] = line.told.data if line.told else {}
    titles = data.get("title") or {}
    tag = next((one for one in (reader_language(), line.told.view.language if line.told else "") if one in titles), "")
    sites = data.get("sites") or [{}]
    return Shown(
        line=line, name=place_name(line.party), title=titles.get(tag) or next(iter(titles.values()), ""),
        language=tag, status=_status(line.status), look=_LOOKS.get(line.status, ""), site=sites[0].get("url", ""),
        obstacles=_terms("clearing_house_obstacles", data.get("obstacles")),
        help_wanted=_terms("support_types", data.get("help_wanted")),
        help_offered=_terms("support_types", data.get("help_offered")),
        uses=_terms("clearing_house_uses", data.get("uses")),
        languages=listed(capital(language_name(one)) for one in data.get("site_languages") or ()),
        contents=_contents(data), by=_by(line), node=_node(line), contact=_contact(line),
    )  # fmt: skip


def _contents(data: Mapping[str, Any]) -> str:
    told = []
    for one in data.get("contents") or ():
        kind = term_label("clearing_house_contents", one["kind"])
        told.append(f"{kind} ({number(one['count'])})" if one.get("count") is not None else kind)
    return listed(told)


def _by(line: Line) -> str:
    if line.told is None or line.told.is_own_word:
        return ""
    if line.told.view.origin:
        return gettext("As another node tells; its focal point has told nothing here.")
    return gettext("Told by others; its focal point has told nothing here.")


def _node(line: Line) -> str:
    """The state of the exchange with its node, in words; empty where it tells of none."""
    if not line.measured.node:
        return ""
    if line.measured.node == settings.BASE_URL:
        return state_name("this")
    known = {"active": "", "paused": state_name("paused"), "known": state_name("known")}
    return known.get(line.measured.node_state, gettext("No exchange with its node"))


def _contact(line: Line) -> str:
    return ago(line.measured.last_contact) if line.measured.last_contact else ""


def _tables(found: Register) -> Iterator[tuple[str, list[Bar]]]:
    """Status, obstacles, and help wanted and offered, counted over what is told."""
    counted = (
        (gettext("Status"), {_status(one): n for one, n in found.statuses.items() if one != NOT_TOLD}),
        (gettext("Obstacles"), _labelled("clearing_house_obstacles", found.obstacles)),
        (gettext("Help wanted"), _labelled("support_types", found.help_wanted)),
        (gettext("Help that they offer each other"), _labelled("support_types", found.help_offered)),
    )
    for title, rows in counted:
        most = max(rows.values(), default=0)
        if most:
            yield title, [Bar(label, n, round(100 * n / most)) for label, n in rows.items()]


def _labelled(name: str, counts: Mapping[str, int]) -> dict[str, int]:
    return {term_label(name, one): n for one, n in counts.items()}


_COLUMNS: Final = (
    "party", "name", "group", "told", "own_word", "sample", "record", "status", "site", "software", "languages",
    "contents", "updated_on", "confirmed_on", "obstacles", "help_wanted", "uses", "requests_answered",
    "records_about_it", "confirmed_in_time", "needs", "needs_closed", "offers_and_technologies", "published_here",
    "last_published", "node", "node_state", "last_contact", "received_from_node",
)  # fmt: skip


def _csv(shown: list[Shown]) -> HttpResponse:
    """Every Party in a line, with ids for programs. What is not told or cannot be measured is empty, and never 0."""
    body = shortlist.as_csv([list(_COLUMNS), *(list(map(_harmless, _row(one))) for one in shown)])
    headers = {"Content-Disposition": 'attachment; filename="clearing-houses.csv"'}
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


def _row(one: Shown) -> Iterator[Any]:
    line, seen = one.line, one.line.measured
    told, data = line.told, line.told.data if line.told else {}
    yield from (line.party, one.name, line.group, _yes(told is not None))
    yield from (_yes(told.is_own_word), _yes(told.sample), told.view.id) if told else ("", "", "")
    yield from ("" if line.status == NOT_TOLD else line.status, one.site, data.get("software", ""))
    yield from (" ".join(data.get("site_languages") or ()), one.contents, data.get("updated_on", ""))
    yield (_day(told.view.confirmed_on) if told else "")
    yield from (" ".join(data.get(name) or ()) for name in ("obstacles", "help_wanted", "uses"))
    yield data.get("requests_answered", "")
    yield from (seen.about, seen.fresh if seen.about else "", seen.needs, seen.needs_closed if seen.needs else "")
    yield from (seen.offers, seen.published, _day(seen.last_published), seen.node, seen.node_state)
    yield from (_day(seen.last_contact), seen.received if seen.node else "")


def _harmless(cell: Any) -> Any:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _day(at: date | datetime | None) -> str:
    return at.isoformat()[:10] if at else ""
