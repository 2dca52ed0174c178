"""Keys of the API and services: made, seen and ended."""

import time
from typing import Final

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from landbridge.parties import tokens
from landbridge.parties.models import Account, Party, Token
from landbridge.parties.permissions import Permission, Role
from landbridge.parties.standing import Forbidden, Held
from landbridge.parties.tokens import Made
from landbridge.web.forms import keeping
from landbridge.web.key_forms import KeyForm, ServiceForm, scope_name
from landbridge.web.people import account_of, actor_of, signed_in, standing

ADDRESS: Final = "/account/tokens"
RECENT: Final = 15 * 60
"""Seconds for which the form is offered after somebody has shown who they are."""
PATIENCE: Final = 60 * 60
"""Seconds for which it is taken: whoever has begun to fill it in may finish."""


def _me(request: HttpRequest) -> Account:
    account = account_of(request)
    if account is None:
        raise Http404
    return account


def _showed_who_they_are(request: HttpRequest, within: int) -> bool:
    """Whether somebody signed in, or confirmed who they are, a moment ago. Whoever signs in elsewhere, at an identity
    provider or by a code in a mail, has nothing here to confirm it with."""
    account = _me(request)
    if not account.has_usable_password() and not is_mfa_enabled(account):
        return True
    records = get_authentication_records(request, account)
    return any(time.time() - float(record.get("at", 0)) < within for record in records)


@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """One's keys, and those of the services that one looks after."""
    return _page(request)


def keys(request: HttpRequest) -> HttpResponse:
    """The page of keys, which also takes its form."""
    return make(request) if request.method == "POST" else overview(request)


def _page(
    request: HttpRequest, form: KeyForm | None = None, service_form: ServiceForm | None = None, made: Made | None = None
) -> HttpResponse:
    account, held = _me(request), standing(request)
    services = list(tokens.services(held).prefetch_related("memberships__party").order_by("name", "pk")[:200])
    kept = Token.objects.filter(account__in=[account, *services], revoked_at=None, expires_at__gt=timezone.now())
    parties = _parties(held)
    page = {
        "keys": [(key, [scope_name(scope) for scope in key.scopes]) for key in _newest_first(kept)], "made": made,
        "services": services, "form": form or KeyForm(services), "me": account.pk,
        "service_form": service_form or (ServiceForm(parties, _roles(held, parties)) if parties else None),
        "confirmed": _showed_who_they_are(request, RECENT if form is None else PATIENCE),
    }  # fmt: skip
    failed = any(one is not None and one.errors for one in (form, service_form))
    return render(request, "tokens/overview.html", page, status=400 if failed else 200)


def _newest_first(kept: "QuerySet[Token]") -> list[Token]:
    return list(kept.select_related("account").order_by("-pk")[:500])


def _parties(held: Held) -> list[Party | None]:
    """The parties for which somebody may make a service; None is the node."""
    if held.has_everywhere(Permission.INVITE):
        return [None, *Party.objects.order_by("pk")[:500]]
    return list(Party.objects.filter(pk__in=held.parties_with(Permission.INVITE)).order_by("pk"))


def _roles(held: Held, parties: list[Party | None]) -> list[Role]:
    of_each_kind = {party.kind if party else "": party for party in parties}
    roles = {role for party in of_each_kind.values() for role in tokens.service_roles(held, party)}
    return [role for role in Role if role in roles]


@keeping
@require_POST
@signed_in
@sensitive_variables("made")
def make(request: HttpRequest) -> HttpResponse:
    """Make a key, and show it this once. The answer is no redirect: the key must not be kept on the way."""
    held = standing(request)
    services = {str(service.pk): service for service in tokens.services(held).order_by("name", "pk")[:200]}
    form = KeyForm(list(services.values()), request.POST)
    if not form.is_valid() or not _showed_who_they_are(request, PATIENCE):
        return _page(request, form)
    told = form.cleaned_data
    account = services.get(told.get("account", ""), _me(request))
    try:
        made = tokens.make(
            actor=actor_of(request), account=account, name=told["name"], scopes=told["scopes"], days=int(told["days"])
        )
    except ValueError:
        form.add_error(None, gettext("There are too many keys already. Revoke one first."))
        return _page(request, form)
    response = _page(request, made=made)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@signed_in
def revoke(request: HttpRequest, token: str) -> HttpResponse:
    """End a key."""
    try:
        tokens.revoke(actor=actor_of(request), token_id=int(token))
    except Forbidden:
        raise Http404 from None
    messages.success(request, gettext("The key is revoked."))
    return HttpResponseRedirect(ADDRESS)


@keeping
@require_POST
@signed_in
def make_service(request: HttpRequest) -> HttpResponse:
    """Make a service."""
    held = standing(request)
    parties = _parties(held)
    if not parties:
        raise Http404
    form = ServiceForm(parties, _roles(held, parties), request.POST)
    if form.is_valid() and _showed_who_they_are(request, PATIENCE):
        told = form.cleaned_data
        party = next((one for one in parties if one is not None and one.pk == told["party"]), None)
        try:
            tokens.make_service(actor=actor_of(request), party=party, name=told["service"], role=told["role"])
        except (Forbidden, ValueError):
            form.add_error("role", gettext("This role cannot be given there."))
        else:
            messages.success(request, gettext("The service is made. Give it a key."))
            return HttpResponseRedirect(ADDRESS)
    return _page(request, service_form=form)


@require_POST
@signed_in
def close_service(request: HttpRequest, service: str) -> HttpResponse:
    """End a service with all its keys."""
    found = tokens.services(standing(request)).filter(pk=int(service)).first()
    if found is None:
        raise Http404
    tokens.close_service(actor=actor_of(request), service=found)
    messages.success(request, gettext("The service is closed, and its keys open nothing."))
    return HttpResponseRedirect(ADDRESS)
