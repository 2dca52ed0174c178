"""A person's notices, and how they wish to hear of each kind."""

from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from landbridge.parties import links, notices
from landbridge.parties.models import Account
from landbridge.registry import actions
from landbridge.registry.queries import Unknown
from landbridge.registry.workflow import NotPossible
from landbridge.registry.writing import Conflict, Forbidden
from landbridge.web.mailing import HOUR
from landbridge.web.notices import CONFIRMED, in_words, kind_name, way_name
from landbridge.web.people import account_of, actor_of, reader_of, signed_in
from landbridge.web.views.noticelinks import FEED
from landbridge.web.views.records import readable_id

PAGE: Final = 30
_HERE: Final = "/desk/notices"


def own_account(request: HttpRequest) -> Account:
    """The account of somebody who is signed in; `signed_in` has seen to it that there is one."""
    account = account_of(request)
    if account is None:
        raise Http404(request.path)
    return account


def number_of(text: str) -> int | None:
    """A positive number as the database can hold it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


@require_GET
@signed_in
def every(request: HttpRequest) -> HttpResponse:
    """My notices, the unread ones first."""
    account = own_account(request)
    after = _after(request.GET.get("after", ""))
    found = notices.listed(account.pk, PAGE + 1, after)
    shown = found[:PAGE]
    last = shown[-1] if len(found) > PAGE else None
    return render(request, "notices/every.html", {
        "lines": in_words(shown, reader_of(request)),
        "unread": any(notice.read_at is None for notice in shown),
        "newest": max((notice.pk for notice in shown), default=0),
        "next": f"{_HERE}?after={'r' if last.read_at else 'u'}{last.pk}" if last else "",
        "first": f"{_HERE}" if after else "",
    })  # fmt: skip


def _after(cursor: str) -> tuple[bool, int] | None:
    """The place that a cursor names; one that is none of ours begins at the beginning."""
    number = number_of(cursor[1:])
    return (cursor[0] == "r", number) if number is not None and cursor[0] in "ru" else None


@require_POST
@signed_in
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notice as read, or all that this page knew of."""
    account = own_account(request)
    one, up_to = number_of(request.POST.get("id", "")), number_of(request.POST.get("up_to", ""))
    if one is not None:
        notices.mark_read(account.pk, [one])
    elif up_to is not None:
        notices.mark_read(account.pk, up_to=up_to)
    return HttpResponseRedirect(_HERE)


@require_POST
@signed_in
def confirm(request: HttpRequest) -> HttpResponse:
    """Say that a record is still true."""
    record_id = request.POST.get("record", "")
    try:
        if not readable_id(record_id):
            raise Unknown(record_id)
        actions.confirm(actor=actor_of(request), record_id=record_id)
    except (Forbidden, Unknown, NotPossible, Conflict):
        messages.error(request, gettext("You cannot confirm this record, or it is not published any more."))
    else:
        messages.success(request, gettext("Thank you. It is confirmed from today."))
        account = own_account(request)
        asked = account.notices.filter(record_id=record_id, kind__in=CONFIRMED)
        notices.mark_read(account.pk, list(asked.values_list("pk", flat=True)))
    return HttpResponseRedirect(_HERE)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def mails(request: HttpRequest) -> HttpResponse:
    """Choose for each kind whether, and when, a mail is sent; and the address of the feed."""
    account = own_account(request)
    if request.method == "POST":
        notices.choose(account, {kind: request.POST.get(f"way-{kind}", "") for kind in notices.KINDS})
        messages.success(request, gettext("Your choices are kept."))
        return HttpResponseRedirect(request.path)
    secret = links.standing_secret(FEED, account.pk)
    return render(request, "notices/mails.html", {
        "kinds": [(kind, kind_name(kind), notices.way(account, kind)) for kind in notices.KINDS],
        "ways": [(one, way_name(one)) for one in notices.WAYS],
        "hour": f"{HOUR:02}:00 UTC",
        "email": account.email,
        "feed": f"{settings.BASE_URL}/desk/feed/{secret}" if secret else "",
    })  # fmt: skip


@require_POST
@signed_in
def feed_address(request: HttpRequest) -> HttpResponse:
    """Make an address of one's own feed, or take it back; the old one leads nowhere from then on."""
    account = own_account(request)
    if request.POST.get("what") == "revoke":
        links.revoke_standing(FEED, account.pk)
        messages.success(request, gettext("The address of your feed leads nowhere any more."))
    else:
        links.renew_standing(FEED, account.pk)
        messages.success(request, gettext("Your feed has a new address."))
    return HttpResponseRedirect("/desk/notices/mails#feed")
