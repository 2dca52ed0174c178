"""The roster of experts: search, balance, application, and a shortlist for a call."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from landbridge.lib.languages import direction
from landbridge.parties.permissions import Permission
from landbridge.parties.standing import today
from landbridge.registry import copies
from landbridge.registry.writing import Forbidden
from landbridge.search.balance import LEAST, balance
from landbridge.search.query import BadQuery
from landbridge.search.roster import Asked, Found, find
from landbridge.web import roster, shortlist
from landbridge.web.forms.held import keeping
from landbridge.web.labels import reader_language
from landbridge.web.people import account_of, actor_of, reader_of, signed_in, standing

_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Experts by expertise, language, place, vetting and day; every state of the page is an address."""
    asked = roster.asked_of(request.GET)
    try:
        found = find(asked, reader_of(request), reader_language(), roster.PAGE)
    except BadQuery as problem:
        return render(request, "roster/search.html", _asked(request, asked, None, problem), status=400)
    return render(request, "roster/search.html", _asked(request, asked, found))


def _asked(request: HttpRequest, asked: Asked, found: Found | None, problem: BadQuery | None = None) -> dict[str, Any]:
    base, here = roster.address_of(asked), roster.address_of(asked)
    page: dict[str, Any] = {
        "asked": asked, "choices": roster.choices(asked, found), "problem": problem,
        "place_text": ", ".join(asked.places), "chosen": [] if problem else roster.chosen(asked), "here": str(here),
        "listed": shortlist.kept(request.session) if account_of(request) else [],
        "vets": standing(request).has_everywhere(Permission.VET),
    }  # fmt: skip
    if found is not None:
        has_more = asked.page * roster.PAGE < found.total
        page |= {
            "found": found, "experts": [roster.of_expert(row) for row in found.rows],
            "places": roster.places_found(asked, found),
            "next": str(base.setting("page", str(asked.page + 1))) if has_more else "",
            "previous": str(base.setting("page", str(asked.page - 1))) if asked.page > 1 else "",
        }  # fmt: skip
    return page


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """How balanced the roster is, as tables with a bar beside each line."""
    counted = balance(reader_of(request))
    page = {"total": counted.total, "tables": roster.tables(counted), "least": LEAST}
    return render(request, "roster/statistics.html", page)


@require_safe
def statistics_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table."""
    tables = roster.tables(balance(reader_of(request)))
    rows = [[table.title, bar.label, bar.count] for table in tables for bar in table.rows]
    body = shortlist.as_csv([[gettext("Table"), gettext("Value"), gettext("Experts")], *rows])
    return _file(body, "text/csv; charset=utf-8", "roster.csv")


def _file(body: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@keeping
@signed_in
def apply(request: HttpRequest) -> HttpResponse:
    """What the roster is and what it asks for; whoever agrees begins their form."""
    if request.method != "POST":
        return render(request, "roster/apply.html", {})
    if request.POST.get("agree") != "yes":
        return render(request, "roster/apply.html", {"problem": True}, status=422)
    account = account_of(request)
    title = account.name if account else ""
    answers: dict[str, Any] = {"consent_to_list": True, "consent_on": today().isoformat()}
    if title:
        answers["title"] = {reader_language(): title}
    try:
        copy = copies.begin(
            actor=actor_of(request), format="expert", language=reader_language(), owner=None, answers=answers,
            title=title,
        )  # fmt: skip
    except Forbidden as refused:
        return render(request, "roster/apply.html", {"refused": str(refused)}, status=403)
    return HttpResponseRedirect(f"/write/{copy.id}")


@signed_in
@require_safe
def shortlisted(request: HttpRequest) -> HttpResponse:
    """The experts on the list, as a page that can be printed."""
    ids = shortlist.kept(request.session)
    views = shortlist.experts(ids, reader_of(request))
    rows = [(view.id, dict(zip(_CELLS, shortlist.row(view), strict=True))) for view in views]
    return render(request, "roster/shortlist.html", {"experts": rows, "gone": len(ids) - len(views)})


_CELLS: Final = (
    "name", "summary", "kinds", "languages", "places", "worked", "vetting", "nominated", "available", "contacts",
    "confirmed", "address",
)  # fmt: skip


@keeping
@signed_in
@require_POST
def change_shortlist(request: HttpRequest) -> HttpResponse:
    """Put the ticked experts on the list, or take them off it, and go back."""
    ids = [one[:100] for one in request.POST.getlist("expert") if one][: 2 * shortlist.MOST]
    if request.POST.get("do") == "remove":
        shortlist.remove(request.session, ids)
    elif request.POST.get("do") == "clear":
        shortlist.remove(request.session, shortlist.kept(request.session))
    elif shortlist.add(request.session, ids):
        messages.warning(request, gettext("A shortlist holds %(most)s experts.") % {"most": shortlist.MOST})
    back = request.POST.get("back", "")
    is_safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith(roster.PATH)
    return HttpResponseRedirect(back if is_safe else f"{roster.PATH}/shortlist")


@signed_in
@require_safe
def shortlist_file(request: HttpRequest, shape: str) -> HttpResponse:
    """The list as XLSX or CSV, with what the reader may see."""
    rows = shortlist.table(shortlist.experts(shortlist.kept(request.session), reader_of(request)))
    if shape == "csv":
        return _file(shortlist.as_csv(rows), "text/csv; charset=utf-8", "shortlist.csv")
    body = shortlist.as_xlsx(rows, direction(reader_language()) == "rtl")
    return _file(body, _SHEET, "shortlist.xlsx")
