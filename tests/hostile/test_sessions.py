"""Sessions: a new one at the door, cookies that scripts and other sites do not get, and an end that is one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from landbridge.parties.models import Account, Membership
from tests.cast import Company
from tests.hostile.looking import ask

PHRASE = "seven mangroves by the reef"
HOST = {"host": "localhost", "accept-language": "en"}


@pytest.fixture(autouse=True)
def quick(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def with_phrase(account: Account) -> None:
    """An account that signs in with a pass phrase; its address is confirmed."""
    from allauth.account.models import EmailAddress

    account.set_password(PHRASE)
    account.save()
    EmailAddress.objects.get_or_create(user=account, email=account.email, defaults={"verified": True, "primary": True})


def sign_in(client: Client, email: str) -> Any:
    return client.post("/account/login/", {"login": email, "password": PHRASE})


def is_in(client: Client) -> bool:
    return ask(client, "/desk")[0] == 200


@pytest.fixture
def losa(company: Company) -> Account:
    with_phrase(company.losa.account)
    return company.losa.account


def browser(**more: Any) -> Client:
    return Client(headers=HOST, **more)


def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(losa: Account) -> None:
    planted = browser()
    planted.get("/account/login/")
    made = planted.session
    made["planted"] = "yes"
    made.save()
    key = made.session_key
    victim = browser()
    victim.cookies["sessionid"] = str(key)
    assert sign_in(victim, losa.email).status_code == 302
    assert victim.cookies["sessionid"].value != key
    assert is_in(victim)
    assert not is_in(planted)
    assert not Session.objects.filter(pk=key).exists()


def test_a_session_that_nobody_made_is_not_taken(losa: Account) -> None:
    victim = browser()
    victim.cookies["sessionid"] = "a" * 32
    sign_in(victim, losa.email)
    assert victim.cookies["sessionid"].value != "a" * 32
    assert not Session.objects.filter(pk="a" * 32).exists()


@pytest.mark.parametrize("https", [False, True])
def test_cookies_are_kept_from_scripts_and_other_sites(losa: Account, settings: LazySettings, https: bool) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = https
    person = browser()
    person.get("/account/login/?lang=fr")
    sign_in(person, losa.email)
    person.get("/appearance?theme=dark")
    assert {"sessionid", "csrftoken", "language", "theme"} <= set(person.cookies)
    for name, cookie in person.cookies.items():
        if cookie.value:
            assert cookie["samesite"] in ("Lax", "Strict"), name
            assert bool(cookie["secure"]) == https, name
            assert not cookie["domain"], name
    assert person.cookies["sessionid"]["httponly"]


def test_whoever_signs_out_is_out(losa: Account) -> None:
    person = browser()
    sign_in(person, losa.email)
    copied = browser()
    copied.cookies["sessionid"] = person.cookies["sessionid"].value
    assert is_in(copied)
    person.get("/account/logout/")
    assert is_in(person), "a picture on another site must not sign people out"
    person.post("/account/logout/")
    assert not is_in(person)
    assert not is_in(copied)


def test_a_closed_account_is_out_at_once(losa: Account) -> None:
    person = browser()
    sign_in(person, losa.email)
    assert is_in(person)
    Account.objects.filter(pk=losa.pk).update(is_active=False)
    assert not is_in(person)
    assert not is_in_after(sign_in(browser(), losa.email))


def is_in_after(answer: Any) -> bool:
    return bool(answer.status_code == 302 and answer.headers["Location"] == "/desk")


def test_a_role_that_ended_gives_no_page_any_more(losa: Account, company: Company) -> None:
    from landbridge.registry import actions
    from tests.registry.conftest import NEED

    made = actions.draft(actor=company.mere.actor, format="need", data=NEED, owner="FJI").id
    person = browser()
    sign_in(person, losa.email)
    assert ask(person, f"/records/{made}")[0] == 200
    Membership.objects.filter(account=losa).update(until=datetime.now(UTC).date() - timedelta(days=1))
    for address in (f"/records/{made}", f"/records/{made}.json", f"/records/{made}/work", f"/write/record/{made}"):
        assert ask(person, address)[0] == 404, address
    assert made not in ask(person, "/review")[1]


def test_a_new_pass_phrase_and_a_press_end_the_other_sessions(losa: Account) -> None:
    here, there = browser(), browser()
    sign_in(here, losa.email)
    sign_in(there, losa.email)
    changed = here.post(
        "/account/password/change/",
        {"oldpassword": PHRASE, "password1": "eight mangroves by the reef", "password2": "eight mangroves by the reef"},
    )
    assert changed.status_code == 302
    assert is_in(here)
    assert not is_in(there)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "localhost.evil.example"},
        {"host": "localhost", "x-forwarded-host": "evil.example"},
        {"host": "localhost", "x-forwarded-server": "evil.example", "forwarded": "host=evil.example"},
        {"host": "localhost:99999"},
        {"host": "localhost@evil.example"},
    ],
)
def test_the_name_by_which_the_node_is_called_decides_nothing(losa: Account, headers: dict[str, str]) -> None:
    """A link in a letter that leads to another host hands over the secret in it."""
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    status, text, _ = ask(client, "/account/password/reset/", "POST", data=b"email=losa@example.org",
                          content_type="application/x-www-form-urlencoded", headers=headers)  # fmt: skip
    assert status in (302, 400)
    for letter in mail.outbox:
        assert "evil.example" not in str(letter.message())
        assert "99999" not in letter.body
    for address in ("/", "/account/login/", "/records/x", "/feed", "/search"):
        status, text, answered = ask(client, address, headers=headers)
        assert status < 500
        assert "evil.example" not in text + str(dict(answered)), address


def test_the_session_says_nothing_in_an_address(losa: Account) -> None:
    person = browser()
    sign_in(person, losa.email)
    key = person.cookies["sessionid"].value
    for address in ("/desk", "/account", "/people", "/write", "/review", "/desk/notices"):
        assert key not in ask(person, address)[1], address
    stranger = browser()
    for query in (f"?sessionid={key}", f"?session={key}"):
        assert ask(stranger, f"/desk{query}")[0] == 302
