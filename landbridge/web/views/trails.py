"""Who did what: the trails of a record and of a person, as pages and as CSV."""

import csv
import io
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from landbridge.registry import audit
from landbridge.registry.audit import Trail
from landbridge.web.people import account_of, signed_in, standing
from landbridge.web.states import party_name, verb_done
from landbridge.web.views.errors import telling
from landbridge.web.views.records import readable_id
from landbridge.web.views.work import whole_number

_HEAD: Final = (
    "serial", "at_utc", "person", "what", "verb", "record", "format", "revision", "state", "note", "batch",
    "on_behalf_of", "until",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@signed_in
@telling
def own(request: HttpRequest) -> HttpResponse:
    """What the person did themselves."""
    account = account_of(request)
    return _of_person(request, account.pk if account else 0, own=True)


@signed_in
@telling
def person(request: HttpRequest, account_id: int) -> HttpResponse:
    """What somebody did, for those who answer for the party's records."""
    return _of_person(request, account_id, own=False)


def _of_person(request: HttpRequest, account_id: int, *, own: bool) -> HttpResponse:
    if not 0 < account_id < 2**63:
        raise Http404("person")
    before = whole_number(request.GET.get("before", ""))
    trail = audit.of_person(standing(request), account_id, before)
    name = "" if own else audit.name_of(account_id)
    where = "/account/trail" if own else f"/people/{account_id}/trail"
    page = {"trail": trail, "name": name, "person": True, "own": own, "csv": f"{where}.csv"}
    return render(request, "review/trail.html", page)


@signed_in
@telling
def own_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table for a spreadsheet."""
    account = account_of(request)
    return as_csv(audit.of_person(standing(request), account.pk if account else 0, limit=audit.ALL), "my-trail")


@signed_in
@telling
def person_csv(request: HttpRequest, account_id: int) -> HttpResponse:
    """The same as a table for a spreadsheet."""
    if not 0 < account_id < 2**63:
        raise Http404("person")
    return as_csv(audit.of_person(standing(request), account_id, limit=audit.ALL), f"trail-{account_id}")


@signed_in
@telling
def record_csv(request: HttpRequest, record_id: str) -> HttpResponse:
    """The whole trail of a record as a table for a spreadsheet."""
    if not readable_id(record_id):
        raise Http404(record_id)
    return as_csv(audit.of_record(standing(request), record_id, limit=audit.ALL), f"trail-{record_id}")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, also behind spaces or in full-width signs."""
    return f"'{cell}" if cell.lstrip(" ")[:1] in _FORMULA and cell.strip(" ") else cell


def as_csv(trail: Trail, name: str) -> HttpResponse:
    """One line a change, with a byte order mark, without which spreadsheets misread every script but Latin."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_HEAD)
    for line in trail.lines:
        role = line.delegation
        cells = (
            str(line.serial), line.at.isoformat(timespec="seconds"), line.actor, verb_done(line.verb), line.verb,
            line.record, line.format, str(line.revision or ""), line.state, line.note, line.batch,
            party_name(role.party, role.names) if role else "", role.until.isoformat() if role else "",
        )  # fmt: skip
        writer.writerow([harmless(cell) for cell in cells])
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "private, no-store"}
    return HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
