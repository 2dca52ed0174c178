"""The inbox for other systems (Linked Data Notifications), and the page of those who handle what comes in."""

import base64
import binascii
import re
from typing import Any, Final

import orjson
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_http_methods

from landbridge.exchange.models import Notification, NotifyOrigin
from landbridge.exchange.nodes import serving
from landbridge.exchange.nodes.signatures import Asked, Unproven
from landbridge.exchange.out.notify import actions
from landbridge.exchange.out.notify.patterns import MEDIA_TYPE, inbox
from landbridge.exchange.out.notify.reading import LARGEST, BadNotification, origin_of, read
from landbridge.exchange.out.notify.taking import HANDLES, Different, Full, is_allowed, take
from landbridge.lib.doors.http import Failed, Unsafe
from landbridge.parties.permissions import Permission
from landbridge.registry.queries import Unknown
from landbridge.registry.writing import Conflict, Forbidden
from landbridge.web.api import limits
from landbridge.web.forms import keeping
from landbridge.web.people import account_of, actor_of, signed_in, standing
from landbridge.web.views.writing import refused_page

ADDRESS: Final = "/notifications"
SHOWN: Final = 25
_KINDS: Final = ("application/ld+json", "application/json")
_TOLD: Final = re.compile("[0-9]{1,9}")


def _json(value: Any, status: int = 200, kind: str = "application/json") -> HttpResponse:
    response = HttpResponse(orjson.dumps(value), status=status, content_type=kind)
    response["Cache-Control"] = "private, no-store"
    return response


def _error(status: int, sentence: str) -> HttpResponse:
    return _json({"error": sentence}, status)


def handles(request: HttpRequest) -> bool:
    """Whether the person handles notifications."""
    return account_of(request) is not None and standing(request).has_everywhere(HANDLES)


@require_http_methods(["GET", "HEAD", "OPTIONS", "POST"])
def inbox_of_node(request: HttpRequest) -> HttpResponse:
    """Take a notification in; its ids are listed for those who handle them."""
    if request.method == "POST":
        response = _received(request)
    elif request.method == "OPTIONS":
        response = HttpResponse(status=204)
    elif handles(request):
        response = _listed()
    else:
        response = _error(405, "This inbox takes notifications (POST); what is in it is for the people of this node.")
    if response.status_code in (204, 405):
        response["Allow"] = "GET, HEAD, OPTIONS, POST"
    response["Accept-Post"] = ", ".join(_KINDS)
    return response


def _listed() -> HttpResponse:
    newest = Notification.objects.filter(direction="in").order_by("-at").values_list("pk", flat=True)[:1000]
    body = {"@context": "http://www.w3.org/ns/ldp", "@id": inbox(), "contains": [_where(one) for one in newest]}
    return _json(body, kind=MEDIA_TYPE)


def _where(notification_id: str) -> str:
    return f"{inbox()}/{base64.urlsafe_b64encode(notification_id.encode()).decode().rstrip('=')}"


def _received(request: HttpRequest) -> HttpResponse:
    allowance = limits.count(request, None)
    if allowance.is_used_up:
        response = _error(429, "Too many requests; wait a moment.")
        allowance.tell(response)
        return response
    if (request.content_type or "").lower() not in _KINDS:
        return _error(415, f"Send {_KINDS[0]}.")
    length = request.headers.get("content-length") or "0"
    if not _TOLD.fullmatch(length) or int(length) > LARGEST:
        return _error(413, f"A notification has at most {LARGEST} bytes.")
    return _taken(request, request.body)


def _taken(request: HttpRequest, raw: bytes) -> HttpResponse:
    headers = {name.lower(): value for name, value in request.headers.items()}
    query = request.META.get("QUERY_STRING", "")
    try:
        told = read(raw)
        peer = serving.who(Asked("POST", request.get_host(), request.path, query, headers, raw))
        proven = is_allowed(told.origin, peer)
        kept, is_new = take(told, proven=proven)
    except BadNotification as bad:
        return _error(400, str(bad))
    except Unproven as unproven:
        return _error(401, str(unproven))
    except Different as different:
        return _error(409, str(different))
    except Full as full:
        return _error(429, str(full))
    # 202: it is kept until somebody has looked whether it is from who it says.
    response = _json({"id": kept.pk, "state": kept.state}, 201 if is_new and proven else 200 if proven else 202)
    response["Location"] = _where(kept.pk)
    return response


def item(request: HttpRequest, item: str) -> HttpResponse:
    """One notification, for those who handle them."""
    try:
        wanted = base64.urlsafe_b64decode(item + "=" * (-len(item) % 4)).decode()
    except (binascii.Error, ValueError):
        raise Http404 from None
    found = Notification.objects.filter(pk=wanted).first() if handles(request) and "\0" not in wanted else None
    if found is None:
        raise Http404
    return _json(found.body, kind=MEDIA_TYPE)


@keeping
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """What came in and what went out, and what can be done with it."""
    if not handles(request):
        return refused_page(request, "/desk")
    if request.method != "POST":
        return _page(request)
    try:
        messages.success(request, _done(request))
    except Forbidden:
        return refused_page(request, ADDRESS)
    except Unknown:
        return _page(request, "There is no such record that everybody may see, or no such offer.")
    except (Conflict, Unsafe, Failed) as problem:
        return _page(request, str(problem))
    return HttpResponseRedirect(ADDRESS)


def _done(request: HttpRequest) -> str:
    actor, do = actor_of(request), request.POST.get("do", "")[:30]
    one = request.POST.get("id", "")[:300]
    if do in ("Offer", "Announce"):
        record_id, to = request.POST.get("record", "").strip()[:100], request.POST.get("inbox", "").strip()[:600]
        actions.send(actor=actor, pattern=do, record_id=record_id, inbox=to)
    elif do == "undo":
        actions.undo(actor=actor, notification_id=one)
    elif do == "allow":
        actions.allow(actor=actor, origin=one)
        return gettext("What this sender says is believed from now on.")
    elif do == "refuse":
        actions.refuse(actor=actor, origin=one)
        return gettext("This sender has to prove what it sends from now on.")
    else:
        actions.answer(actor=actor, notification_id=one, how=do)
    return gettext("It is on its way.")


def _page(request: HttpRequest, problem: str = "") -> HttpResponse:
    administers = standing(request).has_everywhere(Permission.RECEIVE)
    said = request.GET.get("before", "")
    before = int(said) if _TOLD.fullmatch(said) else 0
    rows = {way: list(_rows(way, before)) for way in ("in", "out")}
    page = {
        "came": [_line(one) for one in rows["in"][:SHOWN]], "went": [_line(one) for one in rows["out"][:SHOWN]],
        "older": before + SHOWN if any(len(one) > SHOWN for one in rows.values()) else 0,
        "administers": administers, "problem": problem, "inbox": inbox(),
        "believed": list(NotifyOrigin.objects.order_by("pk")[:200]) if administers else [],
        "typed": {name: request.POST.get(name, "")[:300] for name in ("record", "inbox")} if problem else {},
    }  # fmt: skip
    return render(request, "notifications.html", page, status=422 if problem else 200)


def _rows(way: str, skip: int) -> Any:
    return Notification.objects.filter(direction=way).order_by("-at", "pk")[skip : skip + SHOWN + 1]


def _line(one: Notification) -> dict[str, Any]:
    said = one.body.get("object")
    name = said.get("name") if isinstance(said, dict) else None
    is_open = one.pattern == "Offer" and one.state in ("new", "sent", "failed")
    return {
        "one": one, "state": _state(one), "sender": origin_of(one.other),
        "name": name[:200] if isinstance(name, str) else one.record_id or one.object,
        "answers": one.direction == "in" and one.pattern == "Offer" and one.state == "new",
        "undoes": one.direction == "out" and is_open,
        "where": _where(one.pk) if one.direction == "in" else "",
    }  # fmt: skip


def _state(one: Notification) -> str:
    """The state in words; what came in and asks for nothing has none."""
    words = {
        "unproven": pgettext("a notification", "Sender not proven"), "sent": pgettext("a notification", "Sent"),
        "failed": pgettext("a notification", "Not delivered"), "accepted": pgettext("a notification", "Accepted"),
        "rejected": pgettext("a notification", "Rejected"), "undone": pgettext("a notification", "Withdrawn"),
    }  # fmt: skip
    waits = pgettext("a notification", "Waits") if one.direction == "out" or one.pattern == "Offer" else ""
    return words.get(one.state, waits)
