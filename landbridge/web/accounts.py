"""How allauth behaves on this node: whose language its letters are in, where it may lead, how it keeps secrets."""

import base64
import hashlib
import logging
from smtplib import SMTPException
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context as request_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from landbridge.lib.languages import DEFAULT, LANGUAGES
from landbridge.lib.mail import one_line
from landbridge.parties.models import Account
from landbridge.web.labels import reader_language

logger = logging.getLogger(__name__)
ACCOUNT_PAGE: Final = "/account"
STASHED: Final = "account_verified_email"
"""Where allauth looks in the session for an address that was confirmed already, by the link of an invitation."""


def display_name(account: Account) -> str:
    """What a person is called on our pages."""
    return account.name or account.email


def set_password_path(account: Account) -> str:
    """Where a person chooses a pass phrase: void when they have, and after three days."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(account)
    return reverse("account_reset_password_from_key", args=(user_pk_to_url_str(account), token))


def send(letter: EmailMessage) -> bool:
    """Send a letter: whether it went. A mail server that fails is the operator's to mend, and told in the log without
    a word of the letter."""
    try:
        letter.send()
    except (OSError, SMTPException) as error:
        logger.error("A letter could not be sent: %s", type(error).__name__)
        return False
    return True


def _at_home(context: dict[str, Any]) -> dict[str, Any]:
    """Links in letters lead to the node's own address, whatever host the request has named."""
    return {
        name: settings.BASE_URL + urlsplit(told)._replace(scheme="", netloc="").geturl()
        if name.endswith("_url") and isinstance(told, str)
        else told
        for name, told in context.items()
    }


def _drop_others_stash(request: HttpRequest, account: Account) -> None:
    """allauth would add the stashed address to a new account and let it in, whatever address it was made for."""
    if request.session.get(STASHED) != account.email:
        request.session.pop(STASHED, None)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up, sign-in and their letters."""

    def save_user(self, request: HttpRequest, user: Account, form: Any, commit: bool = True) -> Account:
        user.language = reader_language()
        saved: Account = super().save_user(request, user, form, commit)
        _drop_others_stash(request, saved)
        return saved

    def pre_login(self, request: HttpRequest, user: Account, **told: Any) -> HttpResponse | None:
        """A service acts with its keys only: nobody signs in as one."""
        if user.kind != "person":
            return HttpResponseRedirect(reverse("account_inactive"))
        answer: HttpResponse | None = super().pre_login(request, user, **told)
        return answer

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of the person, where it is known, else of the page."""
        user = context.get("user")
        language = user.language if isinstance(user, Account) else reader_language()
        told = {"node_name": settings.NODE_NAME, "base_url": settings.BASE_URL, "email": email, **_at_home(context)}
        with translation.override(language if language in LANGUAGES else DEFAULT):
            letter = self.render_mail(template_prefix, email, told)
        request = request_context.request
        if not send(letter) and request is not None:
            messages.error(request, gettext("The mail could not be sent. Try again later."))

    def send_notification_mail(
        self, template_prefix: str, user: Account, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)

    def format_email_subject(self, subject: str) -> str:
        return one_line(super().format_email_subject(subject))

    def is_safe_url(self, url: str | None) -> bool:
        """Only a path of this node: whatever could be read as another host is none."""
        is_path = bool(url) and str(url).startswith("/")
        return is_path and url_has_allowed_host_and_scheme(str(url), allowed_hosts=None)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return ACCOUNT_PAGE


class IdentityAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """People who come from a provider that knows them."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Account:
        user: Account = super().populate_user(request, sociallogin, data)
        user.email = (user.email or "").lower()
        user.name = one_line(str(data.get("name") or ""))[:200]
        user.language = reader_language()
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Account:
        _drop_others_stash(request, sociallogin.user)
        saved: Account = super().save_user(request, sociallogin, form)
        return saved


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Authenticator apps, recovery codes and passkeys. Their seeds are kept under the key of the node."""

    def _get_site_name(self) -> str:
        return settings.NODE_NAME

    def encrypt(self, text: str) -> str:
        return str(_safe().encrypt(text.encode()).decode())

    def decrypt(self, encrypted_text: str) -> str:
        # Inner import: see `_safe`.
        from cryptography.fernet import InvalidToken

        try:
            return str(_safe().decrypt(encrypted_text.encode()).decode())
        except InvalidToken:
            # The node has another key than it had: no code may fit any more, and an empty seed would be a known one.
            logger.error("A seed was kept under another key of this node: its person must set it up anew")
            return get_random_string(32, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def _safe() -> Any:
    # Inner import: the library takes 7 MB, and most processes never need it.
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"landbridge.seed" + settings.SECRET_KEY.encode()).digest()))
