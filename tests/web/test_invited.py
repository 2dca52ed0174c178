"""Who has an account and is invited hears of it on the desk, once, in their language, while it can be accepted."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.utils import timezone

from landbridge.parties.actions import begin_mail
from landbridge.parties.models import Invitation, Notice
from landbridge.web.invitations import InvitationMails
from landbridge.web.mailing import GRACE, Mailing
from tests.cast import Cast, Person, assemble
from tests.web.reading import read_page, words

INVITED = {"email": "Sven@example.org", "role": "contributor", "focal_point_kind": "", "until": "", "language": "fr"}


@pytest.fixture(autouse=True)
def letters(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def cast(db: None) -> Cast:
    made = assemble()
    EmailAddress.objects.create(user=made.sven.account, email=made.sven.account.email, verified=True, primary=True)
    return made


def browser(person: Person, language: str = "en") -> Client:
    client = Client(headers={"host": "localhost", "accept-language": language})
    client.force_login(person.account)
    return client


def invite(cast: Cast, **more: str) -> Invitation:
    assert browser(cast.losa).post("/people/of/FJI/invite", INVITED | more).status_code == 302
    return Invitation.objects.latest("pk")


def listed(person: Person, language: str = "en") -> Any:
    return read_page(browser(person, language).get("/desk/notices"))


def test_the_notice_leads_to_where_it_is_accepted(cast: Cast) -> None:
    number = invite(cast).pk
    page = listed(cast.sven)
    (link,) = page.xpath("//main//a[contains(@href, '/people/join')]")
    assert "".join(link.itertext()).replace("\u2068", "").replace("\u2069", "") == "Invitation: Fiji · Contributor"
    assert link.get("href") == f"/people/join?invitation={number}"
    sven = browser(cast.sven)
    assert read_page(sven.get(link.get("href"))).xpath("//input[@name='invitation']/@value") == [str(number)]
    assert browser(cast.priya).get(link.get("href")).status_code == 410, "the number opens it to nobody else"
    assert Notice.objects.filter(read_at=None).count() == 1
    assert sven.post("/people/join", {"invitation": number}).status_code == 302
    assert not Notice.objects.filter(kind="invited", read_at=None).exists(), "there is nothing to answer any more"
    assert "/people/join" not in sven.get("/desk/notices").content.decode()


@pytest.mark.once
@pytest.mark.parametrize(("language", "country"), [("fr", "Fidji"), ("ar", "فيجي"), ("zh", "斐济")])
def test_it_is_told_in_the_language_of_the_reader(cast: Cast, language: str, country: str) -> None:
    """Whatever language was chosen for the letter."""
    invite(cast, language="es")
    assert country in words(listed(cast.sven, language))


def test_it_is_told_once_however_often_the_letter_goes(cast: Cast) -> None:
    number = invite(cast).pk
    Notice.objects.update(read_at=timezone.now())
    Invitation.objects.update(mailed_at=timezone.now() - timedelta(days=1))
    browser(cast.losa).post(f"/people/invitations/{number}/again")
    InvitationMails().run(timezone.now())
    assert (len(mail.outbox), Notice.objects.count()) == (2, 1)
    assert not Notice.objects.filter(read_at=None).exists()
    Mailing().run(timezone.now() + GRACE * 3)
    assert len(mail.outbox) == 2, "the letter is the mail of it"


def test_one_that_is_renewed_or_taken_back_waits_no_more(cast: Cast) -> None:
    first, second = invite(cast).pk, invite(cast).pk
    waiting = Notice.objects.filter(read_at=None).values_list("key", flat=True)
    assert list(waiting) == [f"invited:{second}"] != [f"invited:{first}"]
    browser(cast.losa).post(f"/people/invitations/{second}/withdraw")
    assert not waiting.all()
    page = listed(cast.sven)
    assert words(page).count("An invitation that is not open any more") == 2
    assert "Fiji" not in words(page), "to what is nobody's business then"


def test_one_that_has_run_out_leads_nowhere(cast: Cast) -> None:
    invite(cast)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert not listed(cast.sven).xpath("//main//a[contains(@href, '/people/join')]")


def test_an_invitation_of_a_notice_is_told_when_its_letter_goes(cast: Cast) -> None:
    """Those that the follower of focal-point notices makes are mailed by the clock."""
    invite(cast)
    Invitation.objects.update(mailed_at=None)
    Notice.objects.all().delete()
    InvitationMails().run(timezone.now())
    assert Notice.objects.get().account_id == cast.sven.account.pk


@pytest.mark.parametrize("why", ["unconfirmed", "closed", "nobody"])
def test_nobody_is_told_who_has_not_shown_that_the_address_is_theirs(cast: Cast, why: str) -> None:
    if why == "unconfirmed":
        EmailAddress.objects.update(verified=False)
    if why == "closed":
        type(cast.sven.account).objects.filter(pk=cast.sven.account.pk).update(is_active=False)
    invite(cast, email="new@example.org" if why == "nobody" else "Sven@example.org")
    assert len(mail.outbox) == 1
    assert not Notice.objects.exists()


@pytest.mark.parametrize("count", [1, 30])
def test_many_cost_as_much_as_one(cast: Cast, count: int, django_assert_max_num_queries: Any) -> None:
    until = timezone.now() + timedelta(days=1)
    for number in range(count):
        one = Invitation.objects.create(
            email="sven@example.org", party_id="FJI", role="editor", digest=str(number), expires_at=until
        )
        assert begin_mail(invitation_id=one.pk)
    sven = browser(cast.sven)
    with django_assert_max_num_queries(10):
        page = read_page(sven.get("/desk/notices"))
    assert len(page.xpath("//main//a[contains(@href, '/people/join')]")) == count
