"""Strangers at the door: guessing, fixing sessions, replaying links, leading away, asking for more than is given."""

import logging
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.urls import URLPattern, get_resolver

from landbridge.lib.mail import one_line
from landbridge.parties import actions
from landbridge.parties.accounts import open_account, vouch
from landbridge.parties.models import Account, Invitation, Membership, Party
from landbridge.parties.permissions import Role
from landbridge.registry.readers import standing_of
from tests.cast import Cast, Person, assemble
from tests.web.reading import read_page

PHRASE = "seven mangroves by the reef"


@pytest.fixture(autouse=True)
def letters(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    # The real one takes a third of a second.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cast(db: None) -> Cast:
    cast = assemble()
    for person in (cast.losa, cast.henri, cast.priya, cast.malia, cast.sven):
        person.account.set_password(PHRASE)
        person.account.save()
        vouch(account=person.account)
    return cast


def browser(person: Person | Account | None = None, **more: Any) -> Client:
    client = Client(headers={"host": "localhost", "accept-language": "en"}, raise_request_exception=False, **more)
    if person is not None:
        client.force_login(person.account if isinstance(person, Person) else person)
    return client


def _sign_in(client: Client, email: str, phrase: str = PHRASE, **more: str) -> Any:
    return client.post("/account/login/", {"login": email, "password": phrase, **more})


def test_a_session_that_was_planted_is_not_the_one_that_is_signed_in(cast: Cast) -> None:
    client = browser()
    client.get("/people/invitations/x")
    planted = client.session
    planted["mark"] = "planted"
    planted.save()
    before = client.session.session_key
    _sign_in(client, "losa@example.org")
    assert client.session.session_key != before
    thief = browser()
    thief.cookies["sessionid"] = str(before)
    assert thief.get("/account").status_code == 302


def test_guessing_is_stopped_also_for_whoever_knows_the_phrase(cast: Cast) -> None:
    client = browser()
    for _ in range(5):
        assert _sign_in(client, "losa@example.org", "a guess of a stranger").status_code == 200
    answer = _sign_in(browser(), "losa@example.org")
    assert "Too many failed login attempts" in answer.content.decode()
    assert standing_of(cast.losa.account.pk).roles, "and nothing else is taken from her"
    assert _sign_in(browser(), "sven@example.org").status_code == 302, "others get in"


def test_guessing_many_accounts_from_one_place_is_stopped_too(cast: Cast) -> None:
    client = browser()
    for at in range(10):
        _sign_in(client, f"nobody-{at}@example.org", "a guess of a stranger")
    assert "Too many failed" in _sign_in(client, "sven@example.org").content.decode()


def test_nobody_chooses_from_where_they_come(cast: Cast, settings: LazySettings) -> None:
    """Without a web server in front, what a request says of its origin counts for nothing; behind one, the last hop."""
    for at in range(10):
        client = Client(headers={"host": "localhost", "x-forwarded-for": f"192.0.2.{at}"})
        _sign_in(client, f"nobody-{at}@example.org", "a guess of a stranger")
    assert "Too many failed" in _sign_in(browser(), "sven@example.org").content.decode()
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    others = Client(headers={"host": "localhost", "x-forwarded-for": "192.0.2.1, 198.51.100.7"})
    assert _sign_in(others, "sven@example.org").status_code == 302
    assert cast.sven.account.sign_ins.get().address == "198.51.100.7"


def test_codes_cannot_be_guessed(cast: Cast) -> None:
    client = browser()
    client.post("/account/login/code/", {"email": "losa@example.org"})
    answers = [client.post("/account/login/code/confirm/", {"code": f"AAAAA{at}"}) for at in range(6)]
    assert answers[-1].status_code == 302, "after a few wrong ones it must be asked for anew"
    assert client.get("/account").status_code == 302


def _without_chance(answer: Any) -> str:
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return re.sub(r"\w+@example\.org", "SOMEBODY", text)


@pytest.mark.parametrize(
    ("address", "posted"),
    [
        ("/account/login/", {"login": "{email}", "password": "a guess of a stranger"}),
        ("/account/signup/", {"email": "{email}", "password1": PHRASE}),
        ("/account/password/reset/", {"email": "{email}"}),
        ("/account/login/code/", {"email": "{email}"}),
    ],
)
def test_nobody_finds_out_who_has_an_account(cast: Cast, address: str, posted: dict[str, str]) -> None:
    told = []
    for email in ("losa@example.org", "nobody@example.org"):
        client = browser()
        answer = client.post(address, {name: value.format(email=email) for name, value in posted.items()})
        after = client.get(answer["Location"]) if answer.status_code == 302 else answer
        told.append((answer.status_code, answer.get("Location"), _without_chance(after)))
    assert told[0] == told[1]


AWAY = [
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "http:evil.example", "/\t/evil.example", "\x00//evil.example", "https:evil.example", " https://evil.example",
    "javascript:alert(1)", "//localhost@evil.example", "/%5cevil.example/../..//evil.example",
    "https://localhost.evil.example/", "\u2028//evil.example",
]  # fmt: skip


@pytest.mark.parametrize("away", AWAY)
def test_next_never_leaves_the_node(cast: Cast, away: str) -> None:
    client = browser()
    for place in (_sign_in(client, "losa@example.org", next=away),
                  client.post("/account/logout/", {"next": away}),
                  _sign_in(browser(), "losa@example.org"),
                  browser(cast.losa).get(f"/account/login/?next={quote(away)}"),
                  browser().post(f"/account/login/?next={quote(away)}",
                                 {"login": "sven@example.org", "password": PHRASE})):  # fmt: skip
        where = place.get("Location", "/")
        assert where.startswith("/") and not where.startswith("//") and "\\" not in where[:2], where
        assert place.status_code in (200, 302)


def _addresses(patterns: Any, before: str = "") -> list[str]:
    found = []
    for one in patterns:
        here = before + str(one.pattern)
        found += [here] if isinstance(one, URLPattern) else _addresses(one.url_patterns, here)
    return found


def test_no_form_of_accounts_or_people_is_taken_from_another_site(cast: Cast) -> None:
    keys = ("account/tokens", "account/webhooks", "account/services")  # See test_csrf, which asks every address.
    every = [one.lstrip("^") for one in _addresses(get_resolver().url_patterns)]
    asked = [one for one in every if one.startswith(("account", "people")) and not one.startswith(keys)]
    assert len(asked) > 50
    client = browser(cast.losa, enforce_csrf_checks=True)
    stranger = browser(enforce_csrf_checks=True)
    for pattern in asked:
        path = "/" + re.sub(r"\(\?P<key>[^)]*\)|<str:\w+>", "x", pattern.replace("(?P<uidb36>[0-9A-Za-z]+)", "1"))
        path = re.sub(r"<int:\w+>", "1", path).replace("^", "").replace("$", "")
        for one in (client, stranger):
            answer = one.post(path, {"email": "x@example.org", "name": "taken", "proof": PHRASE})
            assert answer.status_code == 403, (path, answer.status_code)
    cast.losa.account.refresh_from_db()
    assert cast.losa.account.name == ""


def _invitation(cast: Cast, email: str = "sven@example.org") -> tuple[Invitation, str]:
    wanted = actions.Appointment(Role.CONTRIBUTOR, Party.objects.get(pk="FJI"))
    invitation = actions.invite(actor=cast.losa.actor, email=email, wanted=wanted)
    return invitation, actions.begin_mail(invitation_id=invitation.pk)


def test_an_invitation_is_for_one_person_and_for_once(cast: Cast) -> None:
    invitation, secret = _invitation(cast)
    thief = browser(cast.priya)
    thief.get(f"/people/invitations/{secret}")
    assert thief.post("/people/join").status_code == 200
    assert thief.post("/people/join", {"invitation": invitation.pk}).status_code == 410
    assert not Membership.objects.filter(account=cast.priya.account, party_id="FJI").exists()
    sven = browser(cast.sven)
    sven.get(f"/people/invitations/{secret}")
    assert sven.post("/people/join").status_code == 302
    Membership.objects.filter(account=cast.sven.account).delete()
    for again in ({}, {"invitation": str(invitation.pk)}):
        assert sven.post("/people/join", again).status_code == 410
    assert standing_of(cast.sven.account.pk).roles == ()


def test_an_address_that_nobody_confirmed_takes_no_role(cast: Cast) -> None:
    cast.sven.account.emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
    invitation, _ = _invitation(cast)
    with pytest.raises(actions.Forbidden):
        actions.accept(account=cast.sven.account, invitation_id=invitation.pk)
    sven = browser(cast.sven)
    sven.post("/people/join", {"invitation": invitation.pk})
    assert standing_of(cast.sven.account.pk).roles == ()


@pytest.mark.parametrize("number", ["", "0", "-1", "9" * 15, "9" * 40, "x", "1 or 1=1", "\x00", "١"])
def test_numbers_of_invitations_that_are_none(cast: Cast, number: str) -> None:
    assert browser(cast.sven).post("/people/join", {"invitation": number}).status_code in (400, 410)


def test_a_link_that_was_opened_by_another_leads_to_no_sign_up_in_their_name(cast: Cast) -> None:
    """Whoever holds the letter has the address; but the stash must not vouch for any other one."""
    _, secret = _invitation(cast, "new@example.org")
    thief = browser()
    thief.get(f"/people/invitations/{secret}")
    answer = thief.post("/account/signup/", {"email": "boss@example.org", "password1": PHRASE})
    assert answer["Location"] == "/account/confirm-email/"
    assert thief.get("/account").status_code == 302


INJECTED = ["x@example.org\nBcc: all@example.org", "x@example.org\r\nSubject: yes", "x@example.org%0aBcc: a@b.org",
            "\"x\nBcc: a\"@example.org", "x@example.org,all@example.org",
            "x@example.org\u2028Bcc: a@b.org"]  # fmt: skip


@pytest.mark.parametrize("address", INJECTED)
def test_no_field_writes_a_header_of_a_letter(cast: Cast, address: str) -> None:
    losa = browser(cast.losa)
    posted = {"email": address, "role": "contributor", "language": "en"}
    answers = [
        losa.post("/people/of/FJI/invite", posted),
        browser().post("/account/signup/", {"email": address, "password1": PHRASE}),
        browser().post("/account/password/reset/", {"email": address}),
        browser().post("/account/login/code/", {"email": address}),
        losa.post("/account/email/", {"email": address, "action_add": "1"}),
        _sign_in(browser(), address),
    ]
    assert all(answer.status_code < 500 for answer in answers)
    for letter in mail.outbox:
        assert all("Bcc" not in name and "\n" not in str(value) for name, value in letter.message().items()
                   if name != "Subject" and "Bcc" not in address.replace("%0aBcc", ""))  # fmt: skip
        assert [one for one in letter.recipients() if one != "x@example.org" and "%" not in one] in ([], letter.to)
        assert "all@example.org" not in letter.recipients()


def test_names_that_stand_in_letters_are_one_line(cast: Cast) -> None:
    fiji = Party.objects.get(pk="navakavu")
    fiji.names = {"en": "Navakavu\r\nBcc: all@example.org"}
    fiji.save()
    cast.malia.account.name = "Malia\nBcc: all@example.org"
    cast.malia.account.save()
    Membership.objects.filter(account=cast.malia.account).update(role=Role.ADMINISTRATOR)
    posted = {"email": "sven@example.org", "role": "contributor", "language": "en"}
    assert browser(cast.malia).post("/people/of/navakavu/invite", posted).status_code == 302
    letter = mail.outbox[0]
    assert letter.recipients() == ["sven@example.org"]
    assert "\n" not in letter.subject
    assert letter.message()["Bcc"] is None
    assert one_line("a\u202eb\x1b[0m\n\tc") == "a b [0m c"


def test_nobody_gives_more_than_they_have(cast: Cast) -> None:
    """What is posted beside the form, and roles that are not offered, give nothing."""
    Membership.objects.filter(account=cast.malia.account).update(role=Role.ADMINISTRATOR)
    losa, malia = browser(cast.losa), browser(cast.malia)
    for client, address, role in (
        (losa, "/people/of/FJI/invite", "administrator"), (losa, "/people/of/FJI/invite", "helpdesk_officer"),
        (losa, "/people/of/FJI/invite", "node"), (losa, "/people/of/FJI/invite", "author"),
        (losa, "/people/of/FJI/invite", "expert"), (malia, "/people/of/navakavu/invite", "focal_point"),
        (malia, "/people/of/navakavu/invite", "node"), (losa, "/people/node/invite", "administrator"),
        (losa, "/people/of/navakavu/invite", "contributor"),
    ):  # fmt: skip
        posted = {"email": "sven@example.org", "role": role, "language": "en", "party": "", "granted_by": "1",
                  "source_record": "x", "accepted_at": "2020-01-01"}  # fmt: skip
        assert client.post(address, posted).status_code in (400, 404), role
    assert not Invitation.objects.exists()
    sven = browser(cast.sven)
    more = {"is_staff": "on", "kind": "service", "roles": "administrator", "session_salt": "", "email": "x@example.org"}
    sven.post("/account", {"name": "Sven", "language": "en", **more})
    browser().post("/account/signup/", {"email": "new@example.org", "password1": PHRASE, "is_active": "", **more})
    assert standing_of(cast.sven.account.pk).roles == ()
    assert Account.objects.get(pk=cast.sven.account.pk).kind == "person"


def test_an_editor_who_becomes_administrator_of_a_community_gains_nothing_elsewhere(cast: Cast) -> None:
    wanted = actions.Appointment(Role.ADMINISTRATOR, None)
    for person in (cast.losa, cast.malia, cast.priya, cast.henri, cast.sven):
        with pytest.raises(actions.Forbidden):
            actions.grant(actor=person.actor, account=cast.sven.account, wanted=wanted)


def test_secrets_stand_in_no_log_and_in_no_page(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _, secret = _invitation(cast)
    client = browser()
    _sign_in(client, "losa@example.org", "a guess of a stranger")
    _sign_in(client, "losa@example.org")
    client.post("/account/password/reset/", {"email": "losa@example.org"})
    link = re.search(r"(/account/password/reset/key/\S+)", mail.outbox[-1].body)
    assert link is not None
    answers = [client.get(f"/people/invitations/{secret}", follow=True), browser().get(link[1], follow=True)]
    for answer in answers:
        assert secret not in answer.content.decode()
        assert answer["Referrer-Policy"] in ("same-origin", "strict-origin"), "and to nobody else's page"
    told = caplog.text
    assert not [one for one in (PHRASE, "a guess of a stranger", secret, link[1]) if one in told]


def test_a_closed_account_is_shut_at_once(cast: Cast) -> None:
    from landbridge.parties.accounts import disable

    losa = browser(cast.losa)
    assert losa.get("/account").status_code == 200
    disable(account=cast.losa.account)
    assert losa.get("/account").status_code == 302
    assert _sign_in(browser(), "losa@example.org")["Location"] == "/account/inactive/"


def test_nobody_signs_in_as_a_service(cast: Cast) -> None:
    Account.objects.filter(pk=cast.sven.account.pk).update(kind="service")
    client = browser()
    assert _sign_in(client, "sven@example.org")["Location"] == "/account/inactive/"
    client.post("/account/login/code/", {"email": "sven@example.org"})
    code = next(line for line in mail.outbox[0].body.splitlines() if re.fullmatch(r"[A-Z0-9-]{6,9}", line))
    client.post("/account/login/code/confirm/", {"code": code})
    assert client.get("/account").status_code == 302


def test_erasing_takes_more_than_a_session(cast: Cast) -> None:
    losa = browser(cast.losa)
    for proof in ("", "a guess of a stranger", "losa@example.org"):
        assert losa.post("/account/erase", {"proof": proof}).status_code == 400
    for _ in range(10):
        losa.post("/account/erase", {"proof": "a guess of a stranger"})
    assert losa.post("/account/erase", {"proof": PHRASE}).status_code == 400, "too many guesses"
    assert Account.objects.filter(email="losa@example.org", is_active=True).exists()
    without = open_account(email="coded@example.org")
    assert browser(without).post("/account/erase", {"proof": "losa@example.org"}).status_code == 400
    assert browser(without).post("/account/erase", {"proof": "Coded@example.org"}).status_code == 302
    without.refresh_from_db()
    assert (without.is_active, without.name) == (False, "")


@pytest.mark.parametrize("long", ["x" * 5_000, "\x00", "é\u202e" * 300])
def test_no_answer_of_the_forms_is_an_error_of_ours(cast: Cast, long: str) -> None:
    losa = browser(cast.losa)
    number = Membership.objects.get(account=cast.losa.account).pk
    names = ("login", "password", "email", "password1", "code", "name", "language", "role", "focal_point_kind", "until",
             "proof", "kind", "country", "invitation", "next", "credential", "q")  # fmt: skip
    posted = dict.fromkeys(names, long)
    for address in ("/account", "/account/login/", "/account/signup/", "/account/erase", "/account/login/code/",
                    "/account/email/", "/account/password/reset/", "/account/password/change/", "/people/join",
                    "/people/of/FJI/invite", "/people/parties", f"/people/memberships/{number}",
                    f"/people/memberships/{number}/hand-over", "/account/2fa/webauthn/login/",
                    "/account/reauthenticate/", "/account/2fa/totp/activate/"):  # fmt: skip
        for client in (losa, browser()):
            assert client.post(address, posted).status_code < 500, address
            asked = client.get(address, dict.fromkeys(("next", "q", "email", "invitation"), long))
            assert asked.status_code < 500
    assert losa.get(f"/people/of/{quote(long)[:300]}").status_code in (400, 404)
    assert losa.get(f"/people/invitations/{quote(long)[:300]}").status_code in (400, 404, 410)
    assert losa.get(f"/people/memberships/{'9' * 30}").status_code in (400, 404)


def test_who_tries_too_often_is_told_so_on_a_page_of_ours(cast: Cast) -> None:
    client = browser()
    answers = [client.post("/account/password/reset/", {"email": f"nobody-{at}@example.org"}) for at in range(21)]
    assert {answer.status_code for answer in answers[:20]} == {302}
    page = read_page(answers[-1], 429)
    assert "Too many tries" in page.text_content()
