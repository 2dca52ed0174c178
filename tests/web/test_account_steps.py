"""The second step: authenticator apps and recovery codes, asked for after the pass phrase; seeds kept under a key."""

import base64
import hmac
import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from landbridge.parties.accounts import open_account
from landbridge.parties.models import Account, SignIn
from landbridge.web.accounts import SecondStepAdapter
from tests.web.reading import read_page

PHRASE = "seven mangroves by the reef"


@pytest.fixture(autouse=True)
def letters(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def losa(db: None) -> Account:
    account = open_account(email="losa@example.org", name="Losa")
    account.set_password(PHRASE)
    account.save()
    return account


def _code(seed: str) -> str:
    """The code of this half minute, as RFC 6238 has it."""
    moment = int(time.time() // 30).to_bytes(8, "big")
    mac = hmac.digest(base64.b32decode(seed), moment, "sha1")
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def _sign_in(client: Client) -> Any:
    return client.post("/account/login/", {"login": "losa@example.org", "password": PHRASE})


def _turn_on(client: Client) -> str:
    _sign_in(client)
    client.post("/account/reauthenticate/", {"password": PHRASE})
    page = read_page(client.get("/account/2fa/totp/activate/"))
    seed = page.xpath("//code[contains(@class, 'seed')]/text()")[0]
    assert client.post("/account/2fa/totp/activate/", {"code": "000000"}).status_code == 200, "a wrong one is none"
    assert client.post("/account/2fa/totp/activate/", {"code": _code(seed)}).status_code == 302
    return str(seed)


def test_a_second_step_is_asked_for_and_its_seed_lies_under_a_key(
    losa: Account, visitor: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        seed = _turn_on(visitor)
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert seed not in kept
    assert SecondStepAdapter().decrypt(kept) == seed
    assert "authenticator" in mail.outbox[-1].subject.lower(), "they are told"
    fresh = Client(headers={"host": "localhost"})
    assert _sign_in(fresh)["Location"] == "/account/2fa/authenticate/"
    assert fresh.get("/account").status_code == 302, "the pass phrase alone does not let in"
    page = read_page(fresh.get("/account/2fa/authenticate/"))
    assert page.xpath("//form[@data-passkey='use']//button[@hidden]"), "nothing to press where there is no script"
    assert fresh.post("/account/2fa/authenticate/", {"code": "123456"}).status_code == 200


def test_a_recovery_code_works_once(losa: Account, visitor: Client) -> None:
    _turn_on(visitor)
    page = read_page(visitor.get("/account/2fa/recovery-codes/"))
    codes = [one.text_content() for one in page.xpath("//ul[@class='codes']//code")]
    assert len(codes) == 10
    assert visitor.get("/account/2fa/recovery-codes/download/").content.decode().split() == codes
    for expected in (302, 200):
        fresh = Client(headers={"host": "localhost"})
        _sign_in(fresh)
        assert fresh.post("/account/2fa/authenticate/", {"code": codes[0]}).status_code == expected
    assert SignIn.objects.filter(succeeded=True).order_by("-pk")[0].method == "mfa:recovery_codes"


def test_guessing_the_second_step_is_stopped(losa: Account, visitor: Client) -> None:
    seed = _turn_on(visitor)
    fresh = Client(headers={"host": "localhost"})
    _sign_in(fresh)
    fresh.post("/account/2fa/authenticate/", {"code": "nonsense"})
    last = SignIn.objects.order_by("-pk")[0]
    assert (last.succeeded, last.method) == (False, "mfa:totp"), "she must hear that somebody has her password"
    for at in range(12):
        fresh.post("/account/2fa/authenticate/", {"code": f"{at:06}"})
    fresh.post("/account/2fa/authenticate/", {"code": _code(seed)})
    assert fresh.get("/account").status_code == 302


def test_a_node_with_another_key_lets_nobody_in_by_an_old_seed(losa: Account, settings: LazySettings) -> None:
    kept = SecondStepAdapter().encrypt("SEED")
    settings.SECRET_KEY = "another key of this node, which is long enough"
    first, second = (SecondStepAdapter().decrypt(kept) for _ in range(2))
    assert first != "SEED" and first != second, "neither the old seed, nor one that could be known"


def test_what_guards_an_account_is_changed_only_after_showing_who_one_is(losa: Account, visitor: Client) -> None:
    visitor.force_login(losa)
    for address in ("totp/activate/", "webauthn/add/", "recovery-codes/generate/"):
        answer = visitor.get(f"/account/2fa/{address}")
        assert answer.status_code == 302
        assert re.match(r"/account/(reauthenticate|2fa)/", answer["Location"]), address
    page = read_page(visitor.get("/account/reauthenticate/?next=/account/2fa/webauthn/add/"))
    assert page.xpath("//input[@type='password']")
    visitor.post("/account/reauthenticate/?next=/account/2fa/webauthn/add/", {"password": PHRASE})
    page = read_page(visitor.get("/account/2fa/webauthn/add/"))
    assert "challenge" in page.xpath("//form[@data-passkey='add']/@data-options")[0]


def test_every_page_that_guards_an_account_is_sound(losa: Account, visitor: Client) -> None:
    _turn_on(visitor)
    for address in (
        "", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "webauthn/", "webauthn/add/",
        "reauthenticate/",
    ):  # fmt: skip
        for language in ("en", "zh", "ar"):
            page = read_page(visitor.get(f"/account/2fa/{address}?lang={language}"))
            assert page.xpath("//link[contains(@href, 'desk.css')]"), address
            assert page.xpath("//main//a | //main//button"), address
    for address, status in (("3rdparty/login/cancelled/", 200), ("3rdparty/login/error/", 401), ("inactive/", 200)):
        read_page(visitor.get(f"/account/{address}"), status)


def test_another_persons_passkey_is_not_there(losa: Account, visitor: Client) -> None:
    other = open_account(email="sven@example.org")
    key = Authenticator.objects.create(user=other, type="webauthn", data={"name": "His", "credential": {}})
    _sign_in(visitor)
    visitor.post("/account/reauthenticate/", {"password": PHRASE})
    for verb in ("edit", "remove"):
        assert visitor.get(f"/account/2fa/webauthn/keys/{key.pk}/{verb}/").status_code == 404
        assert visitor.post(f"/account/2fa/webauthn/keys/{key.pk}/{verb}/", {"name": "x"}).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_a_password_must_be_one_that_cannot_be_guessed(visitor: Client, db: None) -> None:
    for weak in ("short", "password1234", "123456789012", "losa@example.org"):
        answer = visitor.post("/account/signup/", {"email": "losa@example.org", "password1": weak})
        page = read_page(answer)
        assert page.xpath("//*[@role='alert']//a[@href='#id_password1']"), weak
        assert page.xpath("//input[@name='email']/@value") == ["losa@example.org"], "what was typed stays"
        assert page.xpath("//input[@name='password1']/@value") == []
    assert not Account.objects.exists()
