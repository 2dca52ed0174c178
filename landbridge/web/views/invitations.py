"""The link of an invitation: opened by whoever got the letter, accepted by nobody else."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from landbridge.parties.actions import invitation_of
from landbridge.parties.models import Account, Invitation
from landbridge.parties.queries import is_confirmed, open_invitations
from landbridge.parties.standing import Forbidden
from landbridge.registry import leaving
from landbridge.web.accounts import STASHED
from landbridge.web.people import account_of
from landbridge.web.role_names import party_name

_KEY: Final = "invitation"


def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Take the secret out of the address at once: it must not stand in a history, a title or another page's header."""
    invitation = invitation_of(secret)
    if invitation is None:
        return _closed(request)
    request.session[_KEY] = invitation.pk
    if account_of(request) is None:
        request.session[STASHED] = invitation.email
    response = HttpResponseRedirect("/people/join")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _closed(request: HttpRequest) -> HttpResponse:
    return render(request, "people/closed.html", status=410)


def join(request: HttpRequest) -> HttpResponse:
    """See what one is invited to, and accept."""
    account = account_of(request)
    invitation = _invitation(request, account)
    if invitation is None:
        return _closed(request)
    is_theirs = account is not None and account.email == invitation.email
    if request.method == "POST" and account is not None and is_theirs:
        return _accept(request, account, invitation)
    has_account = Account.objects.filter(email=invitation.email, is_active=True).exists()
    page = {
        "one": invitation, "name": party_name(invitation.party), "is_theirs": is_theirs, "has_account": has_account,
        "is_confirmed": account is not None and is_theirs and is_confirmed(account),
    }  # fmt: skip
    response = render(request, "people/join.html", page)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _invitation(request: HttpRequest, account: Account | None) -> Invitation | None:
    """The invitation whose link was opened in this session; or one of those that wait for the person, by its number."""
    asked = request.POST.get("invitation") or request.GET.get("invitation") or ""
    waiting = open_invitations().select_related("party", "invited_by")
    if account is not None and asked.isascii() and asked.isdigit() and len(asked) < 16:
        return waiting.filter(pk=int(asked), email=account.email).first()
    return waiting.filter(pk=request.session.get(_KEY) or 0).first()


def _accept(request: HttpRequest, account: Account, invitation: Invitation) -> HttpResponse:
    try:
        leaving.join(account=account, invitation_id=invitation.pk)
    except Forbidden:
        return _closed(request)
    request.session.pop(_KEY, None)
    messages.success(request, gettext("Welcome to %(party)s.") % {"party": party_name(invitation.party)})
    return HttpResponseRedirect("/people")
