"""My account: what one is called, how one signs in, what the node keeps, and how one goes."""

import tempfile
import zipfile
from datetime import UTC, datetime

import orjson
from allauth.core.ratelimit import consume
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from landbridge.parties.accounts import change_account, sign_out_everywhere
from landbridge.parties.models import Account
from landbridge.parties.queries import memberships_of, sign_ins
from landbridge.registry.leaving import erase as erase_account
from landbridge.registry.leaving import farewell
from landbridge.registry.own_data import parts
from landbridge.web.people import account_of, signed_in
from landbridge.web.people_forms import AccountForm, EraseForm
from landbridge.web.role_names import party_name


def _me(request: HttpRequest) -> Account:
    account = account_of(request)
    assert account is not None  # noqa: S101 signed_in saw to it
    return account


@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """My account."""
    account = _me(request)
    initial = {"name": account.name, "language": account.language}
    form = AccountForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        change_account(account=account, name=form.cleaned_data["name"], language=form.cleaned_data["language"])
        messages.success(request, gettext("The change is saved."))
        return HttpResponseRedirect("/account")
    page = {
        "me": account, "form": form, "roles": memberships_of(account.pk), "sign_ins": sign_ins(account.pk),
        "keys": _keys(account), "identities": _identities(account), "providers": settings.IDENTITY_PROVIDERS,
        "has_password": account.has_usable_password(),
    }  # fmt: skip
    return render(request, "account/overview.html", page, status=400 if form.errors else 200)


def _keys(account: Account) -> list[str]:
    """What guards the account beside the password."""
    return list(Authenticator.objects.filter(user=account).values_list("type", flat=True))


def _identities(account: Account) -> int:
    return int(SocialAccount.objects.filter(user=account).count())


@require_POST
@signed_in
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    account = _me(request)
    sign_out_everywhere(account=account)
    update_session_auth_hash(request, account)
    messages.success(request, gettext("All other sessions have ended."))
    return HttpResponseRedirect("/account")


@require_POST
@signed_in  # type: ignore[arg-type] # a file is sent as it lies, whatever its length
def export(request: HttpRequest) -> HttpResponseBase:
    """What the node keeps of me: one JSON Lines file a part, in one archive."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 the answer closes it when it is sent
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in parts(_me(request)):
            with archive.open(f"{name}.jsonl", "w") as part:
                for row in rows:
                    part.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE, default=str))
    file.seek(0)
    name = f"landbridge-{datetime.now(UTC):%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@signed_in
def erase(request: HttpRequest) -> HttpResponse:
    """Erase my account, when it is shown to be meant."""
    account = _me(request)
    has_password = account.has_usable_password()
    form = EraseForm(has_password, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if _proves(request, account, form.cleaned_data["proof"]):
            erase_account(account=account)
            logout(request)
            messages.success(request, gettext("Your account is erased."))
            return HttpResponseRedirect("/")
        form.add_error("proof", gettext("This is not right."))
    told = farewell(account)
    page = {"form": form, "told": told, "alone": [party_name(party) for party in told.alone]}
    return render(request, "account/erase.html", page, status=400 if form.errors else 200)


def _proves(request: HttpRequest, account: Account, proof: str) -> bool:
    """Whether it is meant. Whoever holds a stolen session must not find the password out here."""
    if not account.has_usable_password():
        return proof.strip().lower() == account.email
    return bool(consume(request, action="reauthenticate", user=account)) and account.check_password(proof)
