"""Addresses of accounts, people and their roles.

The pages of allauth are named one by one: each is read when somebody first asks for it, because passkeys and identity
providers bring libraries along that a process which only serves readers never needs.
"""

from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path

from landbridge.web.views import account, identity, invitations, people

_MFA: Final = "allauth.mfa"
_PAGES: Final = (
    ("login/", "allauth.account.views", "login", "account_login"),
    ("logout/", "allauth.account.views", "logout", "account_logout"),
    ("inactive/", "allauth.account.views", "account_inactive", "account_inactive"),
    ("signup/", "allauth.account.views", "signup", "account_signup"),
    ("reauthenticate/", "allauth.account.views", "reauthenticate", "account_reauthenticate"),
    ("email/", "allauth.account.views", "email", "account_email"),
    ("confirm-email/", "allauth.account.views", "email_verification_sent", "account_email_verification_sent"),
    ("password/change/", "allauth.account.views", "password_change", "account_change_password"),
    ("password/set/", "allauth.account.views", "password_set", "account_set_password"),
    ("password/reset/", "allauth.account.views", "password_reset", "account_reset_password"),
    ("password/reset/done/", "allauth.account.views", "password_reset_done", "account_reset_password_done"),
    ("password/reset/key/done/", "allauth.account.views", "password_reset_from_key_done",
     "account_reset_password_from_key_done"),
    ("login/code/", "allauth.account.views", "request_login_code", "account_request_login_code"),
    ("login/code/confirm/", "allauth.account.views", "confirm_login_code", "account_confirm_login_code"),
    ("2fa/", f"{_MFA}.base.views", "index", "mfa_index"),
    ("2fa/authenticate/", f"{_MFA}.base.views", "authenticate", "mfa_authenticate"),
    ("2fa/reauthenticate/", f"{_MFA}.base.views", "reauthenticate", "mfa_reauthenticate"),
    ("2fa/totp/activate/", f"{_MFA}.totp.views", "activate_totp", "mfa_activate_totp"),
    ("2fa/totp/deactivate/", f"{_MFA}.totp.views", "deactivate_totp", "mfa_deactivate_totp"),
    ("2fa/recovery-codes/", f"{_MFA}.recovery_codes.views", "view_recovery_codes", "mfa_view_recovery_codes"),
    ("2fa/recovery-codes/generate/", f"{_MFA}.recovery_codes.views", "generate_recovery_codes",
     "mfa_generate_recovery_codes"),
    ("2fa/recovery-codes/download/", f"{_MFA}.recovery_codes.views", "download_recovery_codes",
     "mfa_download_recovery_codes"),
    ("2fa/webauthn/", f"{_MFA}.webauthn.views", "list_webauthn", "mfa_list_webauthn"),
    ("2fa/webauthn/add/", f"{_MFA}.webauthn.views", "add_webauthn", "mfa_add_webauthn"),
    ("2fa/webauthn/reauthenticate/", f"{_MFA}.webauthn.views", "reauthenticate_webauthn",
     "mfa_reauthenticate_webauthn"),
    ("2fa/webauthn/keys/<int:pk>/remove/", f"{_MFA}.webauthn.views", "remove_webauthn", "mfa_remove_webauthn"),
    ("2fa/webauthn/keys/<int:pk>/edit/", f"{_MFA}.webauthn.views", "edit_webauthn", "mfa_edit_webauthn"),
    ("2fa/webauthn/login/", f"{_MFA}.webauthn.views", "login_webauthn", "mfa_login_webauthn"),
    ("3rdparty/", "allauth.socialaccount.views", "connections", "socialaccount_connections"),
    ("3rdparty/login/cancelled/", "allauth.socialaccount.views", "login_cancelled", "socialaccount_login_cancelled"),
    ("3rdparty/login/error/", "allauth.socialaccount.views", "login_error", "socialaccount_login_error"),
    ("3rdparty/signup/", "allauth.socialaccount.views", "signup", "socialaccount_signup"),
)  # fmt: skip
"""(address below /account/, module, view, name)."""


def later(module: str, name: str) -> Any:
    """A view that is read when it is first asked for."""

    def view(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        found: HttpResponse = getattr(import_module(module), name)(request, *args, **named)
        found.headers.setdefault("Cache-Control", "private, no-store")
        return found

    return view


urlpatterns: list[URLPattern | URLResolver] = [
    *(path(f"account/{address}", later(module, view), name=name) for address, module, view, name in _PAGES),
    re_path(r"^account/confirm-email/(?P<key>[-:\w]+)/$", later("allauth.account.views", "confirm_email"),
            name="account_confirm_email"),
    re_path(r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
            later("allauth.account.views", "password_reset_from_key"), name="account_reset_password_from_key"),
    path("account", account.overview),
    path("account/sessions/end", account.end_sessions),
    path("account/export", account.export),
    path("account/erase", account.erase),
    path("people", people.overview),
    path("people/parties", people.create_party),
    path("people/invitations/<str:secret>", invitations.open_link),
    path("people/join", invitations.join),
    path("people/node", people.of_party),
    path("people/node/invite", people.invite),
    path("people/of/<str:party>", people.of_party),
    path("people/of/<str:party>/invite", people.invite),
    path("people/invitations/<int:invitation>/again", people.mail_again),
    path("people/invitations/<int:invitation>/withdraw", people.withdraw),
    path("people/memberships/<int:membership>", people.membership),
    path("people/memberships/<int:membership>/end", people.end),
    path("people/memberships/<int:membership>/hand-over", people.hand_over),
]  # fmt: skip
if settings.IDENTITY_PROVIDERS:
    urlpatterns += [
        path("account/oidc/<str:provider_id>/login/", identity.leave, name="openid_connect_login"),
        path("account/oidc/<str:provider_id>/login/callback/", identity.back, name="openid_connect_callback"),
    ]
