"""People and roles: who belongs to a party, who is invited, who comes after whom."""

import re
import unicodedata
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.secret import new_secret
from landbridge.parties import actions, queries
from landbridge.parties.models import Invitation, Membership, Party
from landbridge.parties.permissions import Role
from landbridge.parties.standing import Forbidden, Held
from landbridge.registry import leaving
from landbridge.web import invitations
from landbridge.web.forms import keeping
from landbridge.web.labels import reader_language
from landbridge.web.people import account_of, actor_of, signed_in, standing
from landbridge.web.people_forms import HandOverForm, InviteForm, PartyForm, RoleForm
from landbridge.web.role_names import party_name

View = Callable[..., HttpResponse]
PAGE: Final = 60
"""Parties that are listed at a time; more are found by their name."""


def _mine_only(view: View) -> View:
    """What is not there, and what is not yours, are told apart by nobody."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            return view(request, *args, **named)
        except Forbidden as problem:
            raise Http404(str(problem)) from None

    return guarded


@signed_in
def overview(request: HttpRequest, party_form: PartyForm | None = None) -> HttpResponse:
    """One's own roles, the invitations that wait for one, and the parties for whose people one answers."""
    account = account_of(request)
    assert account is not None  # noqa: S101 signed_in saw to it
    held = standing(request)
    asked = request.GET.get("q", "").strip()[:80]
    every = [(one, party_name(one.party)) for one in queries.fellowships(held)]
    shown = [(one, name) for one, name in every if asked.casefold() in f"{name} {one.party or ''}".casefold()]
    page = {
        "own": queries.memberships_of(account.pk), "waiting": queries.invitations_to(account.email),
        "fellowships": shown[:PAGE], "more": len(shown) > PAGE, "asked": asked, "many": len(every) > 10,
        "party_form": party_form or (PartyForm() if _administers(held) else None),
    }  # fmt: skip
    return render(request, "people/overview.html", page, status=400 if party_form else 200)


def _administers(held: Held) -> bool:
    return (Role.ADMINISTRATOR, None) in held.roles


@keeping
@require_POST
@signed_in
@_mine_only
def create_party(request: HttpRequest) -> HttpResponse:
    """Make a party."""
    form = PartyForm(request.POST)
    if not form.is_valid():
        return overview(request, form)
    told = form.cleaned_data
    is_country = told["kind"] == "party"
    names = _names_of_country(told["country"]) if is_country else {reader_language(): told["name"]}
    key = told["country"] if is_country else _key(told["name"])
    try:
        party = actions.create_party(
            actor=actor_of(request), kind=told["kind"], id=key, country=told["country"], names=names
        )
    except actions.Refused:
        form.add_error("country" if is_country else "name", gettext("There is one already."))
        return overview(request, form)
    return HttpResponseRedirect(f"/people/of/{party.pk}")


def _names_of_country(country: str) -> dict[str, str]:
    return {tag: labels[0] for tag, labels in vocabulary("countries").terms[country].labels.items()}


def _key(name: str) -> str:
    """A name as a part of an address; one without Latin letters gets a key by chance."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or f"p-{new_secret()[:8].lower().strip('-_')}"


def _party(request: HttpRequest, key: str) -> tuple[Party | None, tuple[Role, ...]]:
    """A party whose people one may invite, and the roles that one may give there. The empty key is the node."""
    party = Party.objects.filter(pk=key).first() if key.isprintable() and key else None
    roles = queries.grantable(standing(request), party) if party or not key else ()
    if not roles:
        raise Http404(key)
    return party, roles


@signed_in
def of_party(request: HttpRequest, party: str = "") -> HttpResponse:
    """The members of a party and those who are invited."""
    found, roles = _party(request, party)
    return _of_party(request, found, roles, InviteForm(roles))


def _of_party(request: HttpRequest, party: Party | None, roles: tuple[Role, ...], form: InviteForm) -> HttpResponse:
    account = account_of(request)
    page = {
        "party": party, "name": party_name(party), "members": queries.members(party), "roles": roles,
        "invited": queries.invitations(party), "form": form, "here_of": _address(party),
        "me": account.pk if account else None,
    }  # fmt: skip
    return render(request, "people/party.html", page, status=400 if form.errors else 200)


def _address(party: Party | None) -> str:
    return f"/people/of/{party.pk}" if party else "/people/node"


@keeping
@require_POST
@signed_in
@_mine_only
def invite(request: HttpRequest, party: str = "") -> HttpResponse:
    """Invite somebody by mail."""
    found, roles = _party(request, party)
    form = InviteForm(roles, request.POST)
    if not form.is_valid():
        return _of_party(request, found, roles, form)
    told = form.cleaned_data
    wanted = actions.Appointment(Role(told["role"]), found, told["focal_point_kind"], told["until"])
    try:
        invitation = actions.invite(
            actor=actor_of(request), email=told["email"], wanted=wanted, language=told["language"]
        )
    except actions.Refused as problem:
        form.add_error(problem.field if problem.field in form.fields else None, _said(problem))
        return _of_party(request, found, roles, form)
    _mail(request, invitation)
    return HttpResponseRedirect(_address(found))


def _said(problem: actions.Refused) -> str:
    return {
        "until": gettext("This day is past already."), "email": gettext("No invitation can go to this address now."),
    }.get(problem.field, gettext("This role cannot be given here."))  # fmt: skip


def _mail(request: HttpRequest, invitation: Invitation) -> None:
    if invitations.mail(invitation.pk):
        messages.success(request, gettext("The invitation is on its way to %(email)s.") % {"email": invitation.email})
    else:
        messages.error(request, gettext("The mail could not be sent. Try again later."))


@keeping
@require_POST
@signed_in
@_mine_only
def mail_again(request: HttpRequest, invitation: int) -> HttpResponse:
    """Mail an invitation once more, with a new link."""
    try:
        found = actions.mail_again(actor=actor_of(request), invitation_id=invitation)
    except actions.Refused:
        messages.error(request, gettext("A letter is on its way already. Wait a few minutes."))
        return HttpResponseRedirect(_address(Invitation.objects.select_related("party").get(pk=invitation).party))
    _mail(request, found)
    return HttpResponseRedirect(_address(found.party))


@keeping
@require_POST
@signed_in
@_mine_only
def withdraw(request: HttpRequest, invitation: int) -> HttpResponse:
    """Take an invitation back."""
    found = actions.withdraw_invitation(actor=actor_of(request), invitation_id=invitation)
    messages.success(request, gettext("The invitation is withdrawn."))
    return HttpResponseRedirect(_address(found.party))


@keeping
@signed_in
@_mine_only
def membership(request: HttpRequest, membership: int) -> HttpResponse:
    """One membership: change it, hand it over, end it."""
    found = actions.own_membership(actor_of(request), membership)
    roles = queries.grantable(standing(request), found.party)
    form = _role_form(roles, found, request) if Role(found.role) in roles else None
    if request.method == "POST" and form is not None and form.is_valid():
        told = form.cleaned_data
        try:
            actions.change_membership(
                actor=actor_of(request), membership_id=found.pk, role=Role(told["role"]),
                kind=told["focal_point_kind"], until=told["until"],
            )  # fmt: skip
        except actions.Refused as problem:
            form.add_error(problem.field if problem.field in form.fields else None, _said(problem))
        else:
            messages.success(request, gettext("The change is saved."))
            return HttpResponseRedirect(_back(request, found))
    return _membership(request, found, form, HandOverForm())


def _role_form(roles: tuple[Role, ...], found: Membership, request: HttpRequest) -> RoleForm:
    initial = {"role": found.role, "focal_point_kind": found.focal_point_kind, "until": found.until}
    return RoleForm(roles, request.POST if request.method == "POST" else None, initial=initial)


def _membership(
    request: HttpRequest, found: Membership, form: RoleForm | None, hand_over_form: HandOverForm
) -> HttpResponse:
    account = account_of(request)
    is_own = account is not None and found.account_id == account.pk
    may_give = Role(found.role) in queries.grantable(standing(request), found.party)
    page = {
        "one": found, "name": party_name(found.party), "form": form, "hand_over_form": hand_over_form,
        "is_own": is_own,
        "may_hand_over": may_give or (is_own and leaving.names_successor(found)),
        "is_last": bool(queries.left_alone([found])), "back": _back(request, found),
    }  # fmt: skip
    wrong = bool((form and form.errors) or hand_over_form.errors)
    return render(request, "people/membership.html", page, status=400 if wrong else 200)


def _back(request: HttpRequest, found: Membership) -> str:
    """Where one sees the change: the party's people for those who answer for them, else one's own roles."""
    return _address(found.party) if queries.grantable(standing(request), found.party) else "/people"


@keeping
@require_POST
@signed_in
@_mine_only
def end(request: HttpRequest, membership: int) -> HttpResponse:
    """End a role."""
    found = actions.own_membership(actor_of(request), membership)
    back = _back(request, found)
    alone = actions.end_membership(actor=actor_of(request), membership_id=membership)
    messages.success(request, gettext("The role has ended."))
    if alone:
        messages.warning(request, gettext("Nobody answers for it now. The administrators of the node are told."))
    account = account_of(request)
    is_own = account is not None and found.account_id == account.pk
    return HttpResponseRedirect("/people" if is_own else back)


@keeping
@require_POST
@signed_in
@_mine_only
def hand_over(request: HttpRequest, membership: int) -> HttpResponse:
    """Pass a role on to a successor."""
    found = actions.own_membership(actor_of(request), membership)
    form = HandOverForm(request.POST)
    if form.is_valid():
        try:
            outcome = leaving.hand_over(
                actor=actor_of(request), membership_id=found.pk, email=form.cleaned_data["email"],
                language=found.account.language,
            )  # fmt: skip
        except actions.Refused as problem:
            form.add_error("email", _said(problem))
        else:
            if isinstance(outcome, Invitation):
                _mail(request, outcome)
            else:
                messages.success(request, gettext("It is handed over."))
            return HttpResponseRedirect("/people")
    return _membership(request, found, None, form)
