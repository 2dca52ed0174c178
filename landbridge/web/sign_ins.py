"""Sign-ins and failed tries, as Django and allauth tell of them, kept for the person whose account it is."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest

from landbridge.parties.accounts import note_sign_in
from landbridge.parties.models import Account


def connect() -> None:
    """Listen from now on."""
    user_logged_in.connect(_succeeded, dispatch_uid="landbridge.sign_in")
    user_login_failed.connect(_failed, dispatch_uid="landbridge.failed_sign_in")
    authentication_failed.connect(_failed_second_step, dispatch_uid="landbridge.failed_second_step")


def _succeeded(sender: Any, request: HttpRequest | None, user: Account, **told: Any) -> None:
    if request is not None:
        _note(request, user.pk, succeeded=True, method=_method(request, user))


def _failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **told: Any) -> None:
    email = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    account_id = Account.objects.filter(email=email, is_active=True).values_list("pk", flat=True).first()
    if request is not None and account_id is not None:
        _note(request, account_id, succeeded=False, method="password")


def _failed_second_step(sender: Any, request: HttpRequest | None, user: Account, **told: Any) -> None:
    """Of all tries the one to know of: somebody had the password."""
    if request is not None:
        _note(request, user.pk, succeeded=False, method=f"mfa:{told['authenticator'].type}")


def _method(request: HttpRequest, user: Account) -> str:
    """The last step of the sign-in: password, code, mfa:totp, mfa:webauthn, mfa:recovery_codes, socialaccount."""
    records = get_authentication_records(request, user)
    last = records[-1] if records else {}
    return ":".join(filter(None, (last.get("method", ""), last.get("type", ""))))


def _note(request: HttpRequest, account_id: int, *, succeeded: bool, method: str) -> None:
    address = get_adapter().get_client_ip(request) if request.META.get("REMOTE_ADDR") else ""
    note_sign_in(
        account_id=account_id, succeeded=succeeded, method=method, address=address or "",
        agent=request.headers.get("User-Agent", ""),
    )  # fmt: skip
