"""My desk: what waits for somebody, what they are writing, what they must confirm, and what readers did with it."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from landbridge.parties.permissions import Permission
from landbridge.registry import bulk, comments, review, tallies
from landbridge.registry.readers import Standing
from landbridge.registry.review import SOON, Asked, Queue
from landbridge.registry.workflow import Verb
from landbridge.search.models import Watch
from landbridge.web.forms.held import keeping
from landbridge.web.labels import number
from landbridge.web.people import actor_of, signed_in, standing
from landbridge.web.sparkline import sparkline
from landbridge.web.views.review import ticked_record, why_not

_FEW: Final = 5
_MORE: Final = 10


@signed_in
def desk(request: HttpRequest) -> HttpResponse:
    """The page: twelve questions to the database, however much there is."""
    me, now = standing(request), datetime.now(UTC)
    decides = any(me.has_everywhere(one) or me.parties_with(one) for one in (Permission.PUBLISH, Permission.RETURN))
    own_due = review.to_confirm(me, now.date() + SOON) & review.own(me)
    due = review.lines(own_due, "confirm_by", _MORE + 1)
    decide, more_to_decide = review.page(Queue.DECIDE, me, Asked(), now, _FEW) if decides else ([], "")
    page: dict[str, Any] = {
        "decide": decide, "more_to_decide": bool(more_to_decide),
        "threads": comments.for_person(me, Asked(), _FEW)[0],
        "copies": review.copies_of(me.account_id, _MORE),
        "unfinished": review.lines(review.unfinished(me), "-updated_at", _MORE),
        "due": due[:_MORE], "more_due": len(due) > _MORE, "today": now.date(), "watches": _watches(me, now),
        "done": request.GET.get("done", "") if bulk.is_batch(request.GET.get("done", "")) else "",
        "undoing": uuid.uuid4().hex,
    } | _readership(me, now)  # fmt: skip
    page["empty"] = not any(page[name] for name in ("decide", "threads", "copies", "unfinished", "due"))
    page["new_here"] = page["empty"] and not me.roles and not page["seen"]
    return render(request, "desk/desk.html", page)


def _watches(me: Standing, now: datetime) -> dict[str, int]:
    """How many things somebody watches, and how much was told under them in the last thirty days."""
    recent = Q(told__at__gte=now - timedelta(days=tallies.DAYS))
    mine = Watch.objects.filter(account_id=me.account_id or 0, dropped_at__isnull=True)
    return mine.aggregate(watches=Count("pk", distinct=True), told=Count("told", filter=recent))


def _readership(me: Standing, now: datetime) -> dict[str, Any]:
    """How often the person's records were viewed and matched, with a line of the last thirty days."""
    own = review.own(me)
    seen = tallies.of_records(own, now.date(), _MORE)
    days = tallies.by_day(own, now.date())
    total = sum(count for _, count in days)
    label = ngettext(
        "%(number)s view in the last 30 days", "%(number)s views in the last 30 days", total
    ) % {"number": number(total)}  # fmt: skip
    return {"seen": seen, "spark": sparkline([count for _, count in days], label) if seen else "", "views": label}


@keeping
@signed_in
def confirm(request: HttpRequest) -> HttpResponse:
    """One press: the record is still true. One more press takes it back."""
    ticked = ticked_record(request.POST.get("tick", ""))
    if ticked is None:
        return HttpResponseRedirect("/desk")
    batch = uuid.uuid4().hex
    outcome = bulk.perform(
        actor=actor_of(request), standing=standing(request), verb=Verb.CONFIRM, ticked=[ticked], batch=batch
    )
    if outcome.refused:
        messages.error(request, f"{gettext('It was not confirmed.')} {why_not(outcome.refused[0].why)}")
        return HttpResponseRedirect("/desk#due")
    return HttpResponseRedirect(f"/desk?done={batch}")
