"""People and roles as pages: who is invited, accepts, changes, hands over and ends; and who sees none of it."""

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from landbridge.parties.accounts import open_account, vouch
from landbridge.parties.models import Account, Invitation, Membership, Notice, Party
from landbridge.parties.permissions import Role
from landbridge.registry.readers import standing_of
from tests.cast import Cast, Person, assemble
from tests.web.reading import read_page, words

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
        vouch(account=person.account)
    return cast


@pytest.fixture
def ada(db: None) -> Account:
    """The administrator of the node."""
    account = open_account(email="ada@example.org")
    Membership.objects.create(account=account, party=None, role=Role.ADMINISTRATOR)
    return account


def browser(person: Person | Account | None = None) -> Client:
    client = Client(headers={"host": "localhost", "accept-language": "en"})
    if person is not None:
        client.force_login(person.account if isinstance(person, Person) else person)
    return client


def _link(body: str) -> str:
    found = re.search(r"(/people/invitations/[\w-]{40,})", body)
    assert found is not None, body
    return found[1]


INVITED = {"email": "Sven@example.org", "role": "contributor", "focal_point_kind": "", "until": "", "language": "fr"}


def test_a_focal_point_invites_and_the_person_joins(cast: Cast) -> None:
    losa, sven = browser(cast.losa), browser(cast.sven)
    assert losa.post("/people/of/FJI/invite", INVITED)["Location"] == "/people/of/FJI"
    letter = mail.outbox[0]
    assert letter.to == ["sven@example.org"]
    link = _link(letter.body)
    assert link.split("/")[-1] not in losa.get("/people/of/FJI").content.decode(), "the secret is only in the letter"
    opened = sven.get(link)
    assert (opened.status_code, opened["Location"]) == (302, "/people/join"), "the secret leaves the address at once"
    page = read_page(sven.get("/people/join"))
    assert "Contributor" in words(page)
    assert sven.post("/people/join")["Location"] == "/people"
    assert standing_of(cast.sven.account.pk).roles == ((Role.CONTRIBUTOR, "FJI"),)
    assert sven.get(link).status_code == 410, "it opens once"


def test_somebody_without_an_account_comes_by_the_link_alone(cast: Cast) -> None:
    browser(cast.losa).post("/people/of/FJI/invite", {**INVITED, "email": "new@example.org"})
    new = browser()
    new.get(_link(mail.outbox[0].body))
    page = read_page(new.get("/people/join"))
    assert page.xpath("//main//a[contains(@href, '/account/signup/')]")
    answer = new.post("/account/signup/", {"email": "new@example.org", "password1": PHRASE, "next": "/people/join"})
    assert answer["Location"] == "/people/join", "the letter has confirmed the address already"
    assert new.post("/people/join").status_code == 302
    assert Membership.objects.get(account__email="new@example.org").role == Role.CONTRIBUTOR


def test_an_invitation_waits_on_the_page_of_whoever_has_the_address(cast: Cast) -> None:
    browser(cast.losa).post("/people/of/FJI/invite", INVITED)
    sven = browser(cast.sven)
    page = read_page(sven.get("/people"))
    number = page.xpath("//form[@action='/people/join']/input[@name='invitation']/@value")[0]
    assert browser(cast.priya).post("/people/join", {"invitation": number}).status_code == 410
    assert sven.post("/people/join", {"invitation": number}).status_code == 302


def test_what_is_wrong_is_named_and_nothing_that_was_typed_is_lost(cast: Cast) -> None:
    losa = browser(cast.losa)
    answer = losa.post("/people/of/FJI/invite", {**INVITED, "email": "nobody@", "until": "2020-01-01"})
    page = read_page(answer, 400)
    assert page.xpath("//input[@name='email']/@value") == ["nobody@"]
    answer = losa.post("/people/of/FJI/invite", {**INVITED, "until": "2020-01-01"})
    assert "past already" in words(read_page(answer, 400))
    assert not Invitation.objects.exists()
    assert mail.outbox == []


def test_an_invitation_is_mailed_again_with_another_link_and_withdrawn(cast: Cast) -> None:
    losa = browser(cast.losa)
    losa.post("/people/of/FJI/invite", INVITED)
    number = Invitation.objects.get().pk
    answer = losa.post(f"/people/invitations/{number}/again", follow=True)
    assert "on its way already" in answer.content.decode()
    Invitation.objects.update(mailed_at="2026-01-01T00:00Z")
    losa.post(f"/people/invitations/{number}/again")
    first, second = (_link(letter.body) for letter in mail.outbox)
    assert first != second
    assert browser(cast.sven).get(first).status_code == 410
    losa.post(f"/people/invitations/{number}/withdraw")
    assert browser(cast.sven).get(second).status_code == 410


def test_delegated_publishing_ends_by_itself(cast: Cast) -> None:
    losa = browser(cast.losa)
    losa.post("/people/of/FJI/invite", {**INVITED, "role": "publishing_authority", "until": "2099-01-31"})
    browser(cast.sven).post("/people/join", {"invitation": Invitation.objects.get().pk})
    member = Membership.objects.get(account=cast.sven.account)
    assert (member.role, str(member.until), member.granted_by_id) == (
        "publishing_authority", "2099-01-31", cast.losa.account.pk,
    )  # fmt: skip
    assert "31 January 2099" in words(read_page(losa.get("/people/of/FJI")))


def _member(cast: Cast, party: str = "FJI", role: str = "contributor") -> Membership:
    return Membership.objects.create(account=cast.sven.account, party_id=party, role=role)


def test_a_role_is_changed_and_ended(cast: Cast) -> None:
    losa, number = browser(cast.losa), _member(cast).pk
    posted = {"role": "national_authorised_user", "focal_point_kind": "CHM-FP", "until": ""}
    assert losa.post(f"/people/memberships/{number}", posted)["Location"] == "/people/of/FJI"
    assert standing_of(cast.sven.account.pk).roles == ((Role.AUTHORISED_USER, "FJI"),)
    new = Membership.objects.get(account=cast.sven.account, role="national_authorised_user")
    assert losa.post(f"/people/memberships/{new.pk}/end").status_code == 302
    assert standing_of(cast.sven.account.pk).roles == ()
    told = Notice.objects.filter(account=cast.sven.account, kind="role").values_list("told__what", flat=True)
    assert set(told) == {"given", "ended"}


def test_the_last_one_is_warned_and_the_administrators_are_told(cast: Cast, ada: Account) -> None:
    losa, number = browser(cast.losa), Membership.objects.get(account=cast.losa.account).pk
    assert "Nobody else answers" in words(read_page(losa.get(f"/people/memberships/{number}")))
    answer = losa.post(f"/people/memberships/{number}/end", follow=True)
    assert "administrators of the node are told" in answer.content.decode()
    assert Notice.objects.get(account=ada).told == {"what": "alone", "party": "FJI"}


def test_a_leaver_hands_over_to_a_colleague(cast: Cast) -> None:
    losa, number = browser(cast.losa), Membership.objects.get(account=cast.losa.account).pk
    assert losa.post(f"/people/memberships/{number}/hand-over", {"email": "sven@example.org"}).status_code == 302
    assert standing_of(cast.sven.account.pk).roles == ((Role.FOCAL_POINT, "FJI"),)
    assert standing_of(cast.losa.account.pk).roles == ()
    assert losa.get("/people/of/FJI").status_code == 404


def test_a_leaver_hands_over_to_somebody_who_must_come_first(cast: Cast) -> None:
    losa, number = browser(cast.losa), Membership.objects.get(account=cast.losa.account).pk
    losa.post(f"/people/memberships/{number}/hand-over", {"email": "new@example.org"})
    assert standing_of(cast.losa.account.pk).roles == ((Role.FOCAL_POINT, "FJI"),), "until the successor is there"
    new = browser(open_account(email="new@example.org"))
    new.get(_link(mail.outbox[0].body))
    assert new.post("/people/join").status_code == 302
    assert standing_of(cast.losa.account.pk).roles == ()


def test_a_contributor_leaves_and_is_offered_nothing_else(cast: Cast) -> None:
    priya, number = browser(cast.priya), Membership.objects.get(account=cast.priya.account).pk
    page = read_page(priya.get(f"/people/memberships/{number}"))
    actions = page.xpath("//main//form/@action")
    assert actions == [f"/people/memberships/{number}/end"]
    assert priya.post(f"/people/memberships/{number}/hand-over", {"email": "sven@example.org"}).status_code == 404
    assert priya.post(f"/people/memberships/{number}/end")["Location"] == "/people"
    assert standing_of(cast.priya.account.pk).roles == ()


def test_an_administrator_makes_parties_of_each_kind(cast: Cast, ada: Account) -> None:
    client = browser(ada)
    made = client.post("/people/parties", {"kind": "party", "country": "WSM", "name": ""})
    assert made["Location"] == "/people/of/WSM"
    assert Party.objects.get(pk="WSM").names["fr"] == "Samoa"
    made = client.post("/people/parties", {"kind": "community", "country": "FJI", "name": "Vanua Navakavu"})
    assert made["Location"] == "/people/of/vanua-navakavu"
    made = client.post("/people/parties", {"kind": "organisation", "country": "", "name": "红树林研究所"})
    assert re.fullmatch(r"/people/of/p-[\w-]+", made["Location"])
    for wrong in ({"kind": "party", "country": ""}, {"kind": "organisation", "name": " "}, {"kind": "king"},
                  {"kind": "party", "country": "WSM"}, {"kind": "community", "name": "vanua navakavu"}):  # fmt: skip
        assert read_page(client.post("/people/parties", wrong), 400).xpath("//*[@role='alert']"), wrong
    assert browser(cast.losa).post("/people/parties", {"kind": "community", "name": "Mine"}).status_code == 404
    assert Party.objects.count() == 6


def test_an_administrator_finds_a_party_and_gives_roles_of_the_node(cast: Cast, ada: Account) -> None:
    client = browser(ada)
    for at in range(70):
        Party.objects.create(id=f"org-{at}", kind="organisation", names={"en": f"Institute {at}", "zh": f"研究所{at}"})
    assert "There are more" in words(read_page(client.get("/people")))
    page = read_page(client.get("/people?q=institute 69"))
    assert page.xpath("//ul[@class='work']//a[starts-with(@href, '/people/of/')]/@href") == ["/people/of/org-69"]
    posted = {"email": "sven@example.org", "role": "helpdesk_officer", "language": "en"}
    assert client.post("/people/node/invite", posted).status_code == 302
    assert Invitation.objects.get().party is None


@pytest.mark.parametrize(
    ("who", "addresses"),
    [
        ("sven", ["/people/of/FJI", "/people/node", "/people/of/reef-institute"]),
        ("priya", ["/people/of/reef-institute", "/people/of/FJI", "/people/node"]),
        ("malia", ["/people/of/navakavu", "/people/node"]),
        ("henri", ["/people/of/FJI", "/people/node"]),
        ("losa", ["/people/of/reef-institute", "/people/node", "/people/of/nowhere"]),
    ],
)
def test_who_may_not_invite_sees_no_people(cast: Cast, who: str, addresses: list[str]) -> None:
    client = browser(getattr(cast, who))
    for address in addresses:
        assert client.get(address).status_code == 404, address
        assert client.post(f"{address}/invite", INVITED).status_code == 404, address
    assert not Invitation.objects.exists()
    assert browser().get("/people/of/FJI").status_code == 302


def test_nobody_touches_the_roles_of_another_party(cast: Cast) -> None:
    theirs = Membership.objects.get(account=cast.priya.account).pk
    for who in (cast.losa, cast.malia, cast.sven, cast.henri):
        client = browser(who)
        assert client.get(f"/people/memberships/{theirs}").status_code == 404
        for verb in ("", "/end", "/hand-over"):
            posted = {"role": "administrator", "email": "sven@example.org"}
            assert client.post(f"/people/memberships/{theirs}{verb}", posted).status_code == 404
    assert standing_of(cast.priya.account.pk).roles == ((Role.CONTRIBUTOR, "reef-institute"),)


COUNTS = {"/people": 9, "/people/of/FJI": 7, "/account": 8}


@pytest.mark.parametrize("address", COUNTS)
@pytest.mark.parametrize("people", [1, 30])
def test_pages_cost_the_same_with_one_and_with_thirty_people(
    cast: Cast, address: str, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fiji = Party.objects.get(pk="FJI")
    for at in range(people - 1):
        account = Account.objects.create(email=f"member-{at}@example.org")
        Membership.objects.create(account=account, party=fiji, role=Role.CONTRIBUTOR)
        Invitation.objects.create(email=f"guest-{at}@example.org", party=fiji, role="contributor", digest=f"d{at}",
                                  expires_at="2099-01-01T00:00Z")  # fmt: skip
        account.sign_ins.create(succeeded=True)
        cast.losa.account.sign_ins.create(succeeded=True)
    losa = browser(cast.losa)
    losa.get(address)
    with django_assert_num_queries(COUNTS[address]):
        answer = losa.get(address)
    assert len(answer.content) < 80_000


def _answer(client: Client, address: str) -> Any:
    return client.get(address, headers={"accept-encoding": "gzip"})


def test_signed_in_pages_are_light_over_the_wire(cast: Cast) -> None:
    losa = browser(cast.losa)
    for address in (*COUNTS, "/account/2fa/", "/account/erase"):
        assert len(_answer(losa, address).content) < 20_000, address
