"""What another site can do with a person's browser: send nothing, show nothing in a frame, lead nobody away, and keep
nothing of what only that person may see."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client
from django.test.client import encode_multipart

from tests.cast import Company
from tests.hostile import addresses, others
from tests.hostile.looking import ask
from tests.hostile.others import Others, ways

pytestmark = pytest.mark.once  # Headers and tokens have nothing to do with the database.
EXEMPT: Final = (
    "confirm/%(secret)s", "notices/stop/%(key)s", "oai", "exchange/keys", "exchange/statements",
    "exchange/files/%(sha256)s", "inbox",
)  # fmt: skip
"""Addresses that take a POST without a token: the secret in the address is the key, harvesters only read, nodes sign
what they send, and what comes to the inbox is believed of nobody who did not. The API is the other exception:
it never asks for a session."""
TOKEN_INSIDE: Final = ("network/bundles/read",)
"""What looks for its token itself, once it has chosen where a large file goes."""
SAME_FOR_ALL: Final = (
    "/assets/", "/favicon", "/robots.txt", "/healthz", "/static/", "/write/terms/", "/forms/", "/feed", "/embed/",
    "/ogc", "/opensearch.xml", "/informea", "/cbd/", "/iati/",
)  # fmt: skip
LEADS: Final = ("next", "back", "return", "return_to", "to", "url", "redirect", "redirect_to", "here", "from", "after")
"""Names that a parameter with an address could have."""
AWAY: Final = (
    "//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "https:evil.example",
    "javascript:alert(7)", "\t//evil.example", "///evil.example", "http://localhost@evil.example/", "/%09/evil.example",
    "https://localhost.evil.example/", "/ /evil.example", "data:text/html,x", "//evil.example/roster",
    "/roster/..//evil.example",
)  # fmt: skip


def malia(company: Company, **more: Any) -> Client:
    """Somebody who may do something, in her browser."""
    client = Client(headers={"host": "localhost", "accept-language": "en"}, raise_request_exception=False, **more)
    client.force_login(company.malia.account)
    return client


def every_page(theirs: Others) -> Iterator[str]:
    for one in addresses.every():
        if not one.api:
            yield from ways(one, theirs)


def test_the_addresses_that_take_no_token_are_these() -> None:
    exempt = {one.template for one in addresses.every() if not one.api and addresses.is_exempt(one.view)}
    assert exempt == {*EXEMPT, *TOKEN_INSIDE}
    assert all(addresses.is_exempt(one.view) for one in addresses.every() if one.api)


def test_no_form_is_taken_without_its_token(company: Company, theirs: Others) -> None:
    browser = malia(company, enforce_csrf_checks=True)
    before, asked = others.rows(), 0
    for one in addresses.every():
        if one.api or one.template in EXEMPT:
            continue
        for address in ways(one, theirs):
            for method in ("POST", "PUT", "DELETE"):
                status = ask(browser, address, method, data=b"do=publish&sure=1&yes=1",
                             content_type="application/x-www-form-urlencoded")[0]  # fmt: skip
                assert status == 403, (method, address, status)
                asked += 1
    assert asked > 150
    assert others.touched(before, others.rows(), company.sven.account) == []


def test_a_token_counts_only_from_our_own_pages(company: Company, theirs: Others) -> None:
    browser = malia(company, enforce_csrf_checks=True)
    browser.get("/account")
    token = browser.cookies["csrftoken"].value
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}):
        sent = {**headers, "x-csrftoken": token}
        assert ask(browser, f"/write/{others.COPY}/discard", "POST", headers=sent)[0] == 403
    secret = "s" * 32
    browser.cookies["csrftoken"] = secret
    assert ask(browser, f"/write/{others.COPY}/discard", "POST", data=f"csrfmiddlewaretoken={token}".encode(),
               content_type="application/x-www-form-urlencoded")[0] == 403  # fmt: skip


def test_no_page_is_shown_in_a_frame_guessed_at_or_kept(company: Company, theirs: Others) -> None:
    browser, seen = malia(company), 0
    for address in every_page(theirs):
        status, _, headers = ask(browser, address)
        assert headers["X-Frame-Options"] == "DENY", address
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer", "strict-origin"), address
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy, address
        assert "default-src 'none'" in policy, address
        kept = headers.get("Cache-Control", "")
        if not address.startswith(SAME_FOR_ALL):
            assert "private" in kept or "no-store" in kept, (address, status, kept)
            assert "public" not in kept, (address, kept)
            assert "max-age" not in kept.replace("max-age=0", ""), (address, kept)
        seen += status == 200
    assert seen > 40


def test_what_a_person_reads_is_kept_for_nobody_else(company: Company, theirs: Others) -> None:
    """The same address, with the session and without: a cache between them must not mix the two up."""
    browser = malia(company)
    for address in ("/records/hidden-private", "/records/hidden-private.json", "/records/hidden-private/history"):
        status, _, headers = ask(browser, address)
        assert status == 200
        assert "Cookie" in headers["Vary"]
        assert "private" in headers["Cache-Control"]
        stranger = Client(headers={"host": "localhost", "if-none-match": headers.get("ETag", '"x"')})
        assert ask(stranger, address)[0] == 404


def led_away(location: str) -> bool:
    """Whether a browser would leave the node for this."""
    plain = location.replace("\\", "/").replace("\t", "").replace("\n", "").strip()
    parts = urlsplit(plain)
    return plain.startswith("//") or parts.scheme not in ("", "http", "https") or (
        bool(parts.scheme) and parts.hostname not in ("localhost", "127.0.0.1")
    )  # fmt: skip


def test_led_away_knows_the_way() -> None:
    assert all(led_away(one) for one in AWAY[:6])
    assert not any(map(led_away, ("/desk", "?next=//evil.example", "http://localhost/desk", "/a//b")))


def test_no_parameter_leads_away(company: Company, theirs: Others) -> None:
    browser = malia(company)
    stranger = Client(headers={"host": "localhost"}, raise_request_exception=False)
    for number, address in enumerate(every_page(theirs)):
        for value in AWAY[number % 3 :: 3]:
            query = "&".join(f"{name}={quote(value)}" for name in LEADS)
            for who in (browser, stranger):
                status, text, headers = ask(who, address, QUERY_STRING=query)
                assert status < 500, (address, value)
                assert not led_away(headers.get("Location", "")), (address, value, headers["Location"])
                for around in ("href", "action", "src"):
                    for sign in "\"'":
                        assert f"{around}={sign}{value}{sign}" not in text, (address, value)


@pytest.mark.parametrize("away", AWAY)
def test_no_form_leads_away(company: Company, theirs: Others, away: str) -> None:
    from django.db import transaction

    session = malia(company).cookies
    for number, address in enumerate(every_page(theirs)):
        if number % len(AWAY) % 5 != AWAY.index(away) % 5:
            continue
        browser = Client(headers={"host": "localhost"}, raise_request_exception=False)
        browser.cookies = session.copy()
        with transaction.atomic():
            sent = {**others.guess(theirs), **dict.fromkeys(LEADS, away), "do": "submit"}
            status, _, headers = ask(
                browser,
                address,
                "POST",
                data=encode_multipart("x", sent),
                content_type="multipart/form-data; boundary=x",
            )
            transaction.set_rollback(True)
        assert status < 500, address
        assert not led_away(headers.get("Location", "")), (address, headers["Location"])


def test_signing_in_leads_back_here_only(company: Company, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    from tests.hostile.test_sessions import PHRASE, with_phrase

    with_phrase(company.sven.account)
    for away in AWAY:
        client = Client(headers={"host": "localhost"}, raise_request_exception=False)
        answer = client.post("/account/login/", {"login": "sven@example.org", "password": PHRASE, "next": away})
        assert answer.status_code in (200, 302), away
        assert not led_away(answer.headers.get("Location", "")), (away, answer.headers["Location"])
        assert not led_away(client.post("/account/logout/", {"next": away}).headers.get("Location", "")), away
