"""Accounts in a real browser: a passkey is added and signs in under the strict policy; pages fit a phone."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.core import mail

from landbridge.parties.accounts import open_account
from landbridge.parties.models import Account, SignIn

PHRASE = "seven mangroves by the reef"


@pytest.fixture
def losa(address: str, settings: LazySettings) -> Account:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    account = open_account(email="losa@example.org", name="Losa")
    account.set_password(PHRASE)
    account.save()
    return account


def _key(page: Any) -> None:
    """A key as a telephone has one, which answers by itself."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip


def _sign_in(page: Any) -> None:
    page.goto("/account/login/?next=/account")
    page.fill("[name=login]", "losa@example.org")
    page.fill("[name=password]", PHRASE)
    page.click("main form button.supply")


def test_a_passkey_is_added_and_signs_in(browse: Any, losa: Account) -> None:
    page = browse("/")
    _key(page)
    _sign_in(page)
    page.goto("/account/2fa/webauthn/add/")
    page.fill("[name=password]", PHRASE)
    page.click("main form button.supply")
    page.fill("[name=name]", "My telephone")
    page.check("[name=passwordless]")
    page.click("[data-passkey=add] button")
    page.wait_for_url("**/account/2fa/recovery-codes/**")
    page.goto("/account/2fa/webauthn/")
    assert "My telephone" in page.inner_text("main")
    page.click("main ul.work a.quiet")
    page.fill("[name=name]", "The old telephone")
    page.click("main form button.supply")
    assert "The old telephone" in page.inner_text("main")
    page.click("main ul.work a.danger")
    assert page.locator("main form button.danger").is_visible()
    page.goto("/account/logout/")
    page.click("main form button.supply")
    page.goto("/account/login/?next=/people")
    page.click("[data-passkey=login] button")
    page.wait_for_url(lambda url: "login" not in url)
    assert page.url.endswith("/people")
    assert SignIn.objects.order_by("-pk")[0].method == "mfa:webauthn"
    assert page.complaints == []


def test_a_passkey_is_the_second_step(browse: Any, losa: Account) -> None:
    page = browse("/")
    _key(page)
    _sign_in(page)
    page.goto("/account/2fa/webauthn/add/")
    page.fill("[name=password]", PHRASE)
    page.click("main form button.supply")
    page.click("[data-passkey=add] button")
    page.wait_for_url("**/account/2fa/recovery-codes/**")
    page.goto("/account/logout/")
    page.click("main form button.supply")
    _sign_in(page)
    page.wait_for_url("**/account/2fa/authenticate/")
    page.click("[data-passkey=use] button")
    page.wait_for_url("**/account")
    assert page.complaints == []


def test_an_address_is_confirmed_from_the_page_that_its_link_opens(
    browse: Any, address: str, settings: LazySettings
) -> None:
    """A browser tells with a form where it comes from, and must be able to from this page as well."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    page = browse("/account/signup/")
    page.fill("[name=email]", "new@example.org")
    page.fill("[name=password1]", PHRASE)
    page.click("main form button.supply")
    link = re.search(r"(/account/confirm-email/\S+)", mail.outbox[0].body)
    assert link is not None
    page.goto(link[1])
    page.click("main form button.supply")
    page.wait_for_url("**/account/login/")
    assert EmailAddress.objects.get(email="new@example.org").verified
    page.goto("/account/password/reset/")
    page.fill("[name=email]", "new@example.org")
    page.click("main form button.supply")
    link = re.search(r"(/account/password/reset/key/\S+)", mail.outbox[-1].body)
    assert link is not None
    page.goto(link[1])
    page.fill("[name=password1]", "another phrase of mine")
    page.fill("[name=password2]", "another phrase of mine")
    page.click("main form button.supply")
    page.wait_for_url("**/key/done/")


def test_where_there_is_no_script_there_is_no_dead_button(browse: Any, losa: Account) -> None:
    page = browse("/account/login/", scripts=False)
    assert page.locator("[data-passkey=login] button").is_hidden()
    page.fill("[name=login]", "losa@example.org")
    page.fill("[name=password]", PHRASE)
    page.click("main form button.supply")
    assert page.url.endswith("/desk")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_the_screen(browse: Any, losa: Account, language: str, width: int) -> None:
    page = browse("/", language=language, width=width)
    _sign_in(page)
    for path in ("/account", "/account/erase", "/people", "/account/2fa/", "/account/email/", "/account/3rdparty/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert page.complaints == []
