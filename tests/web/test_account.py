"""Accounts: sign-up with confirmation, sign-in in several ways, and what a person sees and does with their own."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from landbridge.parties.accounts import open_account
from landbridge.parties.models import Account, SignIn
from tests.web.reading import read_page

PHRASE = "seven mangroves by the reef"
HOST = "localhost"


@pytest.fixture(autouse=True)
def letters(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    # The real one takes a third of a second.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def losa(db: None) -> Account:
    account = open_account(email="losa@example.org", name="Losa")
    account.set_password(PHRASE)
    account.save()
    return account


@pytest.fixture
def at_home(losa: Account, visitor: Client) -> Client:
    visitor.force_login(losa)
    return visitor


def _link(text: str) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", text)
    assert found is not None, text
    return found[1]


def _sign_up(client: Client, email: str, **more: str) -> Any:
    return client.post("/account/signup/", {"email": email, "password1": PHRASE, **more})


def _sign_in(client: Client, email: str, phrase: str = PHRASE, **more: str) -> Any:
    return client.post("/account/login/", {"login": email, "password": phrase, **more})


@pytest.mark.django_db
def test_an_account_is_there_when_its_address_is_confirmed(visitor: Client) -> None:
    answer = _sign_up(visitor, "Sven@Example.org")
    assert (answer.status_code, answer["Location"]) == (302, "/account/confirm-email/")
    account = Account.objects.get()
    assert (account.email, account.language) == ("sven@example.org", "en")
    assert _sign_in(visitor, "sven@example.org")["Location"] == "/account/confirm-email/", "not before"
    letter = mail.outbox[0]
    assert (letter.to, letter.subject) == (["sven@example.org"], "[Landbridge] Confirm your address")
    assert letter.alternatives == [], "plain text"
    page = read_page(visitor.get(_link(letter.body)))
    assert "sven@example.org" in page.text_content()
    assert visitor.post(_link(letter.body)).status_code == 302
    answer = _sign_in(visitor, "SVEN@example.org")
    assert (answer.status_code, answer["Location"]) == (302, "/desk")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ar", "es", "fr", "ru", "zh"])
def test_letters_are_in_the_language_of_the_person(language: str, visitor: Client) -> None:
    visitor.post(f"/account/signup/?lang={language}", {"email": "sven@example.org", "password1": PHRASE})
    assert Account.objects.get().language == language
    visitor.cookies.clear()
    visitor.post("/account/password/reset/?lang=en", {"email": "sven@example.org"})
    first, second = mail.outbox
    assert first.subject.startswith("[Landbridge] ")
    assert second.to == ["sven@example.org"]


@pytest.mark.django_db
def test_the_words_of_the_libraries_come_in_chinese(visitor: Client) -> None:
    page = read_page(visitor.get("/account/login/?lang=zh"))
    labels = [label.text_content() for label in page.xpath("//main//label")]
    assert any("密码" in label for label in labels), labels
    answer = visitor.post("/account/login/?lang=zh", {"login": "nobody@example.org", "password": "x"})
    assert "不正确" in answer.content.decode() or "错误" in answer.content.decode()


@pytest.mark.django_db
def test_a_code_by_mail_signs_in(losa: Account, visitor: Client) -> None:
    answer = visitor.post("/account/login/code/", {"email": "LOSA@example.org", "next": "/people"})
    assert answer["Location"].startswith("/account/login/code/confirm/")
    code = next(line for line in mail.outbox[0].body.splitlines() if re.fullmatch(r"[A-Z0-9-]{6,9}", line))
    assert "losa@example.org" in read_page(visitor.get(answer["Location"])).text_content()
    answer = visitor.post("/account/login/code/confirm/?next=/people", {"code": code})
    assert (answer.status_code, answer["Location"]) == (302, "/people")
    assert SignIn.objects.get().method == "code"


@pytest.mark.django_db
def test_a_new_pass_phrase_by_mail_works_once_and_ends_other_sessions(losa: Account, visitor: Client) -> None:
    elsewhere = Client(headers={"host": HOST})
    elsewhere.force_login(losa)
    visitor.post("/account/password/reset/", {"email": "losa@example.org"})
    link = _link(mail.outbox[0].body)
    form = visitor.get(link, follow=True)
    page = read_page(form)
    address = form.request["PATH_INFO"]
    assert link.split("-")[-1] not in page.text_content()
    visitor.post(address, {"password1": "another phrase of mine", "password2": "another phrase of mine"})
    assert _sign_in(visitor, "losa@example.org", "another phrase of mine")["Location"] == "/desk"
    assert elsewhere.get("/account").status_code == 302, "signed out there"
    again = Client(headers={"host": HOST}).get(link, follow=True)
    assert "not valid any more" in again.content.decode()
    assert "pass" in mail.outbox[1].subject.lower(), "they are told"


def test_my_account_shows_how_and_from_where_one_signed_in(losa: Account, visitor: Client) -> None:
    _sign_in(visitor, "losa@example.org", "a wrong one at first")
    visitor.post("/account/login/", {"login": "losa@example.org", "password": PHRASE},
                 headers={"user-agent": "An old\x07 phone"})  # fmt: skip
    rows = [row.text_content() for row in read_page(visitor.get("/account")).xpath("//tbody/tr")]
    assert len(rows) == 2
    assert "Signed in" in rows[0] and "An old phone" in rows[0] and "127.0.0.1" in rows[0]
    assert "Refused" in rows[1]


def test_name_and_language_are_kept_and_nothing_else_is_taken(losa: Account, at_home: Client) -> None:
    posted = {
        "name": " Losa\nof  Rewa ",
        "language": "fr",
        "email": "x@example.org",
        "is_active": "",
        "kind": "service",
    }
    assert at_home.post("/account", posted).status_code == 302
    losa.refresh_from_db()
    assert (losa.name, losa.language, losa.email, losa.kind) == ("Losa of Rewa", "fr", "losa@example.org", "person")
    answer = at_home.post("/account", {"name": "x" * 300, "language": "xx"})
    assert answer.status_code == 400
    assert "x" * 300 in answer.content.decode(), "what was typed stays"


def test_all_other_sessions_end_at_a_press(losa: Account, at_home: Client) -> None:
    elsewhere = Client(headers={"host": HOST})
    elsewhere.force_login(losa)
    assert elsewhere.get("/account").status_code == 200
    at_home.post("/account/sessions/end")
    assert at_home.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


def _archive(answer: Any) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_everything_that_the_node_keeps_of_one_is_given_and_no_secret(losa: Account, at_home: Client) -> None:
    from landbridge.registry.actions import Actor, draft
    from landbridge.registry.models import WorkingCopy

    draft(actor=Actor(losa.pk), format="need", data={"title": "Restore Rewa", "summary": "Seedlings."})
    WorkingCopy.objects.create(id="copy", account=losa, format="need", language="en", answers={"title": "half a th"})
    parts = _archive(at_home.post("/account/export"))
    assert "losa@example.org" in parts["account.jsonl"]
    assert "Restore Rewa" in parts["revisions_written.jsonl"]
    assert "half a th" in parts["workingcopy.jsonl"]
    assert {"membership.jsonl", "notice.jsonl", "signin.jsonl", "watch.jsonl", "comments.jsonl"} <= set(parts)
    losa.refresh_from_db()
    assert losa.password not in "".join(parts.values())


def _pages(client: Client) -> Iterator[str]:
    for address in ("/account", "/account/erase", "/people", "/account/2fa/", "/account/email/",
                    "/account/password/change/", "/account/logout/", "/account/3rdparty/"):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code in (200, 302), address
        if answer.status_code == 200:
            read_page(answer)
            assert "no-store" in answer["Cache-Control"], address
            yield address


def test_the_pages_of_an_account_are_whole_and_kept_by_nobody(at_home: Client) -> None:
    assert len(list(_pages(at_home))) == 8


@pytest.mark.django_db
def test_the_pages_before_the_door_are_whole(visitor: Client) -> None:
    for address in ("/account/login/", "/account/signup/", "/account/password/reset/", "/account/login/code/",
                    "/account/confirm-email/", "/account/inactive/", "/account/password/reset/done/"):  # fmt: skip
        page = read_page(visitor.get(address))
        assert len(page.xpath("//h1")) == 1, address
        assert page.xpath("//main//input/@placeholder") == [], address


@pytest.mark.django_db
def test_without_a_mail_server_a_person_is_told_so(visitor: Client, settings: LazySettings) -> None:
    settings.MAIL_LEAVES = False
    assert "no mail server" in visitor.get("/account/signup/").content.decode()
    settings.MAIL_LEAVES = True
    assert "no mail server" not in visitor.get("/account/signup/").content.decode()


@pytest.mark.django_db
def test_a_mail_server_that_is_away_is_no_error(visitor: Client, settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    answer = _sign_up(visitor, "sven@example.org")
    assert answer.status_code == 302
    assert "could not be sent" in visitor.get(answer["Location"]).content.decode()
