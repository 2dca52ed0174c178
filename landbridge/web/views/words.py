"""What somebody says on a record of another node, to be carried there: still true, a remark, interest, or a change."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from landbridge.exchange.bundles import words
from landbridge.exchange.models import Word
from landbridge.registry.writing import Conflict, Forbidden
from landbridge.web.forms import keeping
from landbridge.web.pages import page
from landbridge.web.people import actor_of, reader_of, signed_in
from landbridge.web.views.errors import telling
from landbridge.web.views.records import readable_id
from landbridge.web.views.writing import owners

SHOWN: Final = 50


@require_http_methods(["GET", "HEAD", "POST"])
@keeping
@signed_in
@telling
def words_on(request: HttpRequest, record_id: str) -> HttpResponse:
    """Say something on a received record."""
    if not readable_id(record_id):
        raise Http404(record_id)
    try:
        view = words.received(record_id, reader_of(request))
    except Conflict:
        return HttpResponseRedirect(f"/records/{record_id}")
    problem = _said(request, record_id) if request.method == "POST" else ""
    if isinstance(problem, HttpResponse):
        return problem
    actor = actor_of(request)
    told = {
        "view": view, "page": page(view, {}), "owners": owners(request), "problem": problem,
        "may_confirm": words.may_confirm(actor, record_id), "typed": request.POST.get("text", ""),
        "words": Word.objects.filter(record_id=record_id, account_id=actor.account_id or 0).order_by("-at")[:SHOWN],
    }  # fmt: skip
    return render(request, "bundles/words.html", told, status=400 if problem else 200)


def _said(request: HttpRequest, record_id: str) -> HttpResponse | str:
    """Where to go on after something was said, or what was wrong with it."""
    actor, reader, kind = actor_of(request), reader_of(request), request.POST.get("kind", "")
    try:
        if kind == "change":
            made = words.propose(
                actor=actor, reader=reader, record_id=record_id, owner=request.POST.get("owner", "")[:100] or None
            )
            return HttpResponseRedirect(f"/write/record/{made.pk}")
        words.say(actor=actor, reader=reader, record_id=record_id, kind=kind, text=request.POST.get("text", ""))
    except words.NothingSaid:
        return gettext("Write something, with at most 4,000 characters.")
    except Forbidden:
        return gettext("Only those who work for the owner of the record confirm it.")
    messages.success(request, gettext("It is kept, and travels with the next bundle of work."))
    return HttpResponseRedirect(f"/network/words/{record_id}")
