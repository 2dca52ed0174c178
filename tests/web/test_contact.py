"""Writing to those who keep a record: the letter goes out, is counted, and shows nobody's mailbox."""

from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from landbridge.parties.models import Account
from landbridge.registry import contacting, tallies
from tests.cast import Cast, assemble
from tests.web.reading import words
from tests.web.working import NEED, draft, published, see, signed_in

pytestmark = pytest.mark.django_db
TEXT = "Our institute grows mangrove seedlings. May we know which species you need?"
CONTACTS = [{"role": "Secretary", "email": "mangroves@example.org"}, {"role": "Second", "email": "two@example.org"}]


@pytest.fixture
def cast(db: None, searchable: None) -> Cast:
    cache.clear()
    tallies._counted.clear()
    return assemble()


def with_contacts(cast: Cast, **more: Any) -> str:
    return published(cast.losa, data={**NEED, "contacts": CONTACTS, **more})


def send(person: Any, record: str, text: str = TEXT, **more: Any) -> Any:
    return signed_in(person).post(f"/records/{record}/contact", {"text": text}, **more)


def test_a_letter_goes_to_each_contact_and_is_counted(cast: Cast) -> None:
    record = with_contacts(cast)
    page = see(signed_in(cast.priya), f"/records/{record}")
    assert f"/records/{record}/contact" in page.xpath("//a/@href")
    assert send(cast.priya, record).headers["Location"] == f"/records/{record}"
    assert [letter.to for letter in mail.outbox] == [["mangroves@example.org"], ["two@example.org"]]
    letter = mail.outbox[0]
    assert letter.reply_to == [cast.priya.account.email]
    assert TEXT in letter.body
    assert f"/records/{record}" in letter.body
    assert [key[:2] for key in tallies._counted] == [(record, "contacted")]
    tallies.flush()
    row = see(signed_in(cast.losa), "/desk").xpath("//table[contains(@class, 'seen')]//tr[th/a]")[0]
    assert words(row, "td[@data-label='Letters, ever']") == "1"


def test_without_a_contact_it_goes_to_those_who_publish_for_the_owner_and_their_mailbox_is_not_shown(
    cast: Cast,
) -> None:
    record = published(cast.losa)
    form = signed_in(cast.priya).get(f"/records/{record}/contact").content.decode()
    assert cast.losa.account.email not in form
    answer = send(cast.priya, record, follow=True)
    assert [letter.to for letter in mail.outbox] == [[cast.losa.account.email]]
    assert cast.losa.account.email not in answer.content.decode()


def test_a_withheld_contact_is_not_written_to(cast: Cast) -> None:
    record = with_contacts(cast, withheld=["contacts"])
    send(cast.priya, record)
    assert [letter.to for letter in mail.outbox] == [[cast.losa.account.email]]


def test_what_one_may_not_read_one_cannot_write_about(cast: Cast) -> None:
    hidden = draft(cast.losa)
    kept = published(cast.losa, visibility="private")
    for record in (hidden, kept, "no-such-record"):
        assert send(cast.sven, record).status_code == 404
    assert not mail.outbox


def test_samples_and_ones_own_records_are_told_apart_and_the_text_stays(cast: Cast) -> None:
    sample = with_contacts(cast, sample=True)
    own = published(cast.losa)
    for person, record in ((cast.priya, sample), (cast.losa, own)):
        page = send(person, record)
        assert page.status_code == 404
        assert TEXT in page.content.decode()
    assert not mail.outbox


@pytest.mark.parametrize(("text", "told"), [("hi", "who you are"), ("x" * 4001, "4,001")])
def test_what_is_too_short_or_too_long_comes_back(cast: Cast, text: str, told: str) -> None:
    page = send(cast.priya, with_contacts(cast), text)
    assert page.status_code == 422
    assert text in page.content.decode()
    assert told in page.content.decode()
    assert not mail.outbox


def test_an_account_writes_only_so_many_letters_a_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacting, "MOST_A_DAY", 1)
    record = with_contacts(cast)
    assert send(cast.priya, record).status_code == 302
    page = send(cast.priya, record)
    assert page.status_code == 429
    assert TEXT in page.content.decode()
    assert len(mail.outbox) == 2


def test_a_letter_that_cannot_be_sent_is_not_lost_and_not_counted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Any, *arguments: Any, **named: Any) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", broken)
    page = send(cast.priya, with_contacts(cast))
    assert page.status_code == 503
    assert TEXT in page.content.decode()
    assert not tallies._counted


def test_what_is_typed_after_the_session_has_ended_is_held(cast: Cast) -> None:
    record = with_contacts(cast)
    assert signed_in(cast.priya).get(f"/records/{record}/contact").status_code == 200
    page = Client(headers={"host": "localhost"}).post(f"/records/{record}/contact", {"text": TEXT})
    assert TEXT in page.content.decode()
    assert not mail.outbox


def test_nothing_in_a_letter_becomes_a_header(cast: Cast) -> None:
    Account.objects.filter(pk=cast.priya.account.pk).update(name="Priya\nBcc: all@example.org")
    send(cast.priya, with_contacts(cast, title="Mangroves\nBcc: x@example.org"), TEXT + "\nBcc: y@example.org")
    for letter in mail.outbox:
        assert "Bcc" not in letter.message().as_string().split("\n\n")[0]


def test_what_nobody_answers_for_goes_to_the_help_desk_and_what_leads_nowhere_is_not_offered(cast: Cast) -> None:
    from landbridge.registry.models import Record

    record = with_owner_gone(cast)
    send(cast.priya, record)
    assert [letter.to for letter in mail.outbox] == [[cast.henri.account.email]]
    Record.objects.filter(pk=record).update(origin="https://node.example", workflow="received")
    page = see(signed_in(cast.priya), f"/records/{record}")
    assert f"/records/{record}/contact" not in page.xpath("//a/@href")


def with_owner_gone(cast: Cast) -> str:
    """A record that came from a file: no owner, nobody who began it."""
    from landbridge.registry.models import Record

    record = published(cast.losa)
    Record.objects.filter(pk=record).update(owner=None, author=None)
    return record
