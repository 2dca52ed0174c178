"""Secrets stay where they belong: none in a line of the log, in what another site is told, or in an error page."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any, Final

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.utils import timezone

from landbridge.lib.discreet import Discreet, is_secret, without_secrets
from tests.cast import Company
from tests.hostile import addresses
from tests.hostile.looking import ask
from tests.hostile.test_sessions import HOST, PHRASE, with_phrase

IN_ADDRESS: Final = ("secret", "key", "uidb36")
"""What a part of an address is called that opens something by itself."""


@pytest.fixture
def log(settings: LazySettings) -> Iterator[StringIO]:
    """Everything that any logger would write, of every level, in the node's own form."""
    given = settings.LOGGING["formatters"]["line"]
    assert given["()"] == "landbridge.lib.discreet.Discreet"
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Discreet(given["format"], style="{"))
    root = logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in ("django", "django.request", "landbridge", "allauth"))]
    levels = [one.level for one in loggers]
    root.addHandler(handler)
    for one in loggers:
        one.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    for one, level in zip(loggers, levels, strict=True):
        one.setLevel(level)


@pytest.fixture(autouse=True)
def letters(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def visitor() -> Client:
    return Client(headers=HOST, raise_request_exception=False)


def test_every_address_with_a_secret_is_known_as_one() -> None:
    for one in addresses.every():
        if any(name in IN_ADDRESS for name in one.names):
            filled = one.filled(dict.fromkeys(one.names, "x"))
            assert is_secret(filled), f"{one.template}: add it to lib/discreet.py"


def test_no_secret_stands_in_a_log(company: Company, log: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    from landbridge.parties import links, tokens
    from landbridge.web import people

    account = company.losa.account
    with_phrase(account)
    key = tokens.make(actor=company.losa.actor, account=account, name="x", scopes=["read"], days=1).secret
    link = links.new_link("confirm", account.pk, "no-such-record", timezone.now() + timedelta(days=1))
    feed = links.renew_standing("feed", account.pk)
    person = visitor()
    person.post("/account/login/", {"login": account.email, "password": PHRASE + " no"})
    person.post("/account/login/", {"login": account.email, "password": PHRASE})
    secrets = {PHRASE, key, link, feed, person.cookies["sessionid"].value}
    person.get("/account")
    secrets.add(person.cookies["csrftoken"].value)
    stranger = visitor()
    for address in (f"/confirm/{link}", f"/desk/feed/{feed}", f"/desk/feed/{feed}x", f"/notices/stop/{link}",
                    f"/people/invitations/{link}", f"/account/confirm-email/{link}/", f"/confirm/{link}/nothing",
                    f"/account/password/reset/key/1-{link}/", f"/nothing?token={key}",
                    f"/search?key={link}&lang=xx"):  # fmt: skip
        for method in ("GET", "POST", "PUT"):
            ask(stranger, address, method)
    for sent in (f"Bearer {key}", f"Bearer {key}x", f"Basic {key}"):
        ask(stranger, "/api/v1/records", headers={"authorization": sent})
        ask(stranger, "/api/v1/records", "POST", data=b"{", content_type="application/json",
            headers={"authorization": sent})  # fmt: skip

    def breaks(*args: Any, **named: Any) -> Any:
        raise RuntimeError(f"broken at /confirm/{link} with {key}")

    with monkeypatch.context() as patch:
        patch.setattr(people, "standing_of", breaks)
        status, text, _ = ask(person, "/desk")
        assert status == 500
        assert not [one for one in secrets if one in text]
        assert "Traceback" not in text
        assert "RuntimeError" not in text
    enforcing = Client(headers=HOST, enforce_csrf_checks=True)
    enforcing.post(f"/people/invitations/{link}", {"csrfmiddlewaretoken": "y" * 64})
    written = log.getvalue()
    assert "/confirm/…" in written
    assert "RuntimeError" in written
    assert not [one for one in secrets if one in written]


def test_letters_with_secrets_are_not_logged(company: Company, log: StringIO) -> None:
    with_phrase(company.losa.account)
    visitor().post("/account/password/reset/", {"email": company.losa.account.email})
    visitor().post("/account/login/code/", {"email": company.losa.account.email})
    assert len(mail.outbox) == 2
    for letter in mail.outbox:
        for word in letter.body.split():
            if len(word) > 30 and "/" in word:
                assert word.rstrip("/").rsplit("/", 1)[-1] not in log.getvalue()


def test_a_page_whose_address_is_a_secret_tells_no_site_of_it(company: Company) -> None:
    from landbridge.parties import links

    real = links.renew_standing("feed", company.losa.account.pk)
    seen = 0
    for one in addresses.every():
        if any(name in IN_ADDRESS for name in one.names):
            for secret in (real, "x" * 43):
                address = one.filled({**dict.fromkeys(one.names, secret), "uidb36": "1"})
                status, _, headers = ask(visitor(), address)
                assert headers["Referrer-Policy"] in ("no-referrer", "strict-origin"), address
                assert status < 500, address
                assert {"private", "no-store"} & set(headers.get("Cache-Control", "").split(", ")), address
                for name, value in headers.items():
                    assert name == "Location" or secret not in value, (address, name)
                seen += 1
    assert seen >= 12


def test_what_the_program_for_logs_takes_out() -> None:
    secret = "Zm9vYmFyYmF6-_0123456789"
    for line in (
        f"Not Found: /confirm/{secret}", f"GET /desk/feed/{secret} HTTP/1.1", f"'/people/invitations/{secret}'",
        f"Gone: /account/password/reset/key/4-{secret}/", f"Bearer lb_{secret}", f"/x?token={secret}&a=1",
        f"Forbidden (CSRF): /notices/stop/{secret}", f"https://x.example/account/confirm-email/{secret}/",
    ):  # fmt: skip
        assert secret not in without_secrets(line), line
    assert without_secrets("Not Found: /records/x?q=1") == "Not Found: /records/x?q=1"
