"""Notices in the page, in the feed and by mail: in the person's language, once, and nothing that they may not read."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from lxml import etree

from landbridge.lib.languages import LANGUAGES
from landbridge.parties import links
from landbridge.parties.models import Account, Membership, Notice, OneTimeLink
from landbridge.parties.notices import KINDS, choose, tell
from landbridge.registry import actions
from landbridge.registry.models import Record
from landbridge.registry.writing import NODE
from landbridge.web.letters import stop_key
from landbridge.web.mailing import GRACE, Mailing, due_at
from landbridge.web.notices import kind_name
from tests.cast import Cast, Person, assemble
from tests.node import Nodes
from tests.registry.conftest import NEED
from tests.web.postoffice import PostOffice, text_of
from tests.web.reading import body_of, read_page, words

NOW = datetime.now(UTC)
LATER = NOW + GRACE * 3


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def post(settings: Any) -> Iterator[PostOffice]:
    office = PostOffice()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
    office.open()
    yield office
    office.close()


def signed_in(person: Person) -> Client:
    client = Client(headers={"host": "localhost", "accept-language": "en"})
    client.force_login(person.account)
    return client


def publish(record_id: str = "rewa", owner: str | None = "FJI", title: str = NEED["title"], **more: Any) -> None:
    actions.draft(actor=NODE, format="need", record_id=record_id, data={**NEED, "title": title}, owner=owner, **more)
    actions.publish(actor=NODE, record_id=record_id)


def notice(person: Person, kind: str = "published", key: str = "1", record_id: str = "rewa", **told: Any) -> Notice:
    tell([person.account.pk], kind, f"{kind}:{key}", record_id, told)
    made = Notice.objects.get(account=person.account, key=f"{kind}:{key}")
    made.at = NOW
    made.save()
    return made


# In the page


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_however_long(cast: Cast, count: int, django_assert_max_num_queries: Any) -> None:
    client = signed_in(cast.losa)
    for number in range(count):
        publish(f"rewa-{number}")
        kind = ("published", "match", "watch", "role", "confirm")[number % 5]
        notice(cast.losa, kind, str(number), f"rewa-{number}", records=[f"rewa-{number}"], count=3, day="2026-12-01",
               party="navakavu", watch=1)  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/desk/notices")
    assert len(read_page(answer).xpath("//li[starts-with(@id, 'n')]")) == count
    assert len(asked) <= 10
    assert len(answer.content) < 80_000


def test_notices_are_read_one_by_one_and_all_that_were_seen(cast: Cast) -> None:
    publish()
    client = signed_in(cast.losa)
    first, second = notice(cast.losa, key="1"), notice(cast.losa, key="2")
    page = read_page(client.get("/desk/notices"))
    assert words(page, "//*[@class='unread']") == "2"
    newest = page.xpath("//input[@name='up_to']/@value")[0]
    client.post("/desk/notices/read", {"id": first.pk})
    assert Notice.objects.filter(read_at=None).get() == second
    third = notice(cast.losa, key="3")
    client.post("/desk/notices/read", {"up_to": newest})
    assert Notice.objects.filter(read_at=None).get() == third
    other = notice(cast.priya, key="1")
    client.post("/desk/notices/read", {"id": other.pk})
    other.refresh_from_db()
    assert other.read_at is None


def test_pages_of_notices_follow_each_other(cast: Cast) -> None:
    for number in range(65):
        notice(cast.losa, "role", str(number), "", party="FJI")
    client, seen, address = signed_in(cast.losa), [], "/desk/notices"
    while address:
        page = read_page(client.get(address))
        seen += page.xpath("//li/@id")
        address = next(iter(page.xpath("//a[@rel='next']/@href")), "")
    assert len(seen) == len(set(seen)) == 65
    for odd in ("x", "u", "u-1", "r99999999999999999999", "ü5", "u²"):
        assert client.get("/desk/notices", {"after": odd}).status_code == 200


def test_a_record_that_one_lost_sight_of_is_not_named_any_more(cast: Cast) -> None:
    publish("secret", "navakavu", title="Sacred grove", visibility="private")
    notice(cast.malia, "returned", "1", "secret", note="Name the grove")
    secret = links.renew_standing("feed", cast.malia.account.pk)
    client = signed_in(cast.malia)
    assert "Sacred grove" in words(read_page(client.get("/desk/notices")))
    assert "Sacred grove" in body_of(client.get(f"/desk/feed/{secret}"))
    Membership.objects.filter(account=cast.malia.account).delete()
    page = words(read_page(client.get("/desk/notices")))
    assert "Sacred grove" not in page
    assert "Name the grove" not in page
    assert "Sacred" not in body_of(client.get(f"/desk/feed/{secret}"))


def test_what_was_said_among_those_who_work_on_it_stays_with_them(cast: Cast) -> None:
    publish("open", "navakavu")
    notice(cast.malia, "returned", "1", "open", note="The chief does not agree")
    client = signed_in(cast.malia)
    assert "chief" in words(read_page(client.get("/desk/notices")))
    Membership.objects.filter(account=cast.malia.account).delete()
    page = words(read_page(client.get("/desk/notices")))
    assert NEED["title"] in page
    assert "chief" not in page


def test_choices_are_kept_and_nonsense_is_passed_over(cast: Cast) -> None:
    client = signed_in(cast.losa)
    page = read_page(client.get("/desk/notices/mails"))
    assert len(page.xpath("//select")) == len(KINDS)
    client.post("/desk/notices/mails", {"way-watch": "weekly", "way-match": "never", "way-x": "none", "email": "x"})
    account = Account.objects.get(pk=cast.losa.account.pk)
    assert account.notify == {"watch": "weekly"}
    page = read_page(client.get("/desk/notices/mails"))
    assert page.xpath("//select[@id='way-watch']/option[@selected]/@value") == ["weekly"]


def test_who_is_not_signed_in_sees_none_of_it(db: None) -> None:
    visitor = Client(headers={"host": "localhost"})
    for address in ("/desk/notices", "/desk/notices/mails", "/desk/watches"):
        assert visitor.get(address).headers["Location"].startswith("/account/login/")
    for address in ("/desk/notices/read", "/desk/notices/confirm", "/desk/notices/feed", "/desk/watches/add"):
        assert visitor.post(address).status_code == 302
        assert visitor.get(address).status_code == 405


# The feed


def test_the_feed_is_for_whoever_has_its_address_until_it_is_changed(cast: Cast) -> None:
    publish(title="Reef & <script>")
    cast.losa.account.language = "fr"
    cast.losa.account.save()
    notice(cast.losa)
    client, reader = signed_in(cast.losa), Client(headers={"host": "localhost"})
    client.post("/desk/notices/feed")
    (address,) = read_page(client.get("/desk/notices/mails")).xpath("//input[@id='feed-address']/@value")
    answer = reader.get(urlsplit(address).path)
    feed = etree.fromstring(answer.content)
    titles = feed.xpath("//a:entry/a:title/text()", namespaces={"a": "http://www.w3.org/2005/Atom"})
    assert "Reef & <script>" in titles[0]
    assert answer.headers["Content-Language"] == "fr"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    client.post("/desk/notices/feed", {"what": "renew"})
    assert reader.get(urlsplit(address).path).status_code == 404
    client.post("/desk/notices/feed", {"what": "revoke"})
    assert not OneTimeLink.objects.exists()
    assert reader.get("/desk/feed/x").status_code == 404


# Confirming


def _link(person: Person, record_id: str = "rewa", days: int = 5) -> str:
    expires = NOW + timedelta(days=days)
    return f"/confirm/{links.new_link('confirm', person.account.pk, record_id, expires)}"


def test_a_link_confirms_by_a_button_and_once(cast: Cast) -> None:
    publish()
    Record.objects.update(confirmed_on="2020-01-01", confirm_by="2021-01-01")
    address = _link(cast.losa)
    mail_program = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    for _ in range(3):
        answer = mail_program.get(address)
        page = read_page(answer)
        assert Record.objects.get().confirmed_on.year == 2020, "programs that look at mails open every link"
    assert page.xpath("//main//form[@method='post']/@action") == [address]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    page = read_page(mail_program.post(address))
    assert page.xpath("//a[@href='/write/record/rewa']")
    record = Record.objects.get()
    assert record.confirmed_on == datetime.now(UTC).date()
    record.confirmed_on = "2020-01-01"
    record.save()
    for again in (mail_program.post(address), mail_program.get(address)):
        assert "works once" in words(read_page(again, 410))
    assert str(Record.objects.get().confirmed_on) == "2020-01-01"


def test_a_link_does_no_more_than_its_owner_may_do_today(cast: Cast) -> None:
    publish("secret", "navakavu", title="Sacred grove", visibility="private")
    address = _link(cast.malia, "secret")
    visitor = Client(headers={"host": "localhost"})
    Membership.objects.filter(account=cast.malia.account).delete()
    assert "Sacred grove" not in words(read_page(visitor.get(address)))
    read_page(visitor.post(address), 403)
    assert Record.objects.get().confirmed_on is None
    assert OneTimeLink.objects.get().used_at is None


def test_links_that_are_over_or_never_were(cast: Cast) -> None:
    publish()
    visitor = Client(headers={"host": "localhost"})
    assert "time is over" in words(read_page(visitor.post(_link(cast.losa, days=-1)), 410))
    address = _link(cast.losa)
    Account.objects.filter(pk=cast.losa.account.pk).update(is_active=False)
    read_page(visitor.post(address), 410)
    for odd in ("x", "%00", "x" * 3000, "%F0%9F%98%80", "..%2f"):
        assert visitor.get(f"/confirm/{odd}").status_code == 404
    feed = links.renew_standing("feed", cast.priya.account.pk)
    assert visitor.post(f"/confirm/{feed}").status_code == 404
    assert Record.objects.get().confirmed_on is None


def test_a_record_is_confirmed_from_the_list(cast: Cast) -> None:
    publish()
    notice(cast.losa, "confirm", "1", day="2026-12-01")
    client = signed_in(cast.losa)
    page = read_page(client.get("/desk/notices"))
    assert page.xpath("//form[@action='/desk/notices/confirm']//input[@name='record']/@value") == ["rewa"]
    client.post("/desk/notices/confirm", {"record": "rewa"})
    assert Record.objects.get().confirmed_on is not None
    assert not Notice.objects.filter(read_at=None)
    for odd in ("", "x", "\x00", "nothing"):
        assert signed_in(cast.sven).post("/desk/notices/confirm", {"record": odd}).status_code == 302


# Mails


def test_a_mail_is_sent_once_in_the_persons_language(cast: Cast, post: PostOffice) -> None:
    publish()
    cast.losa.account.language = "ar"
    cast.losa.account.save()
    notice(cast.losa)
    task = Mailing()
    task.run(NOW)
    assert post.taken == [], "what is undone at once is not mailed"
    for _ in range(3):
        task.run(LATER)
        Mailing().run(LATER)
    (mail,) = post.taken
    assert mail["To"] == "losa@example.org"
    assert NEED["title"] in mail["Subject"]
    assert mail["Content-Language"] == "ar"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "/records/rewa" in text_of(mail)
    assert Notice.objects.get().mailed_at is not None


def test_what_comes_together_goes_in_one_mail(cast: Cast, post: PostOffice) -> None:
    for number in range(60):
        publish(f"rewa-{number}")
        notice(cast.losa, key=str(number), record_id=f"rewa-{number}")
    Mailing().run(LATER)
    (mail,) = post.taken
    assert mail["Subject"].endswith(f"“{NEED['title']}” is published (+59)")
    assert text_of(mail).count("/records/rewa-") == 50
    assert not Notice.objects.filter(mailed_at=None)


def test_days_and_weeks_are_gathered(cast: Cast, post: PostOffice) -> None:
    publish()
    choose(cast.losa.account, {"published": "daily", "endorsed": "weekly", "retired": "none"})
    monday = NOW - timedelta(days=NOW.weekday())
    monday = monday.replace(hour=9, minute=0)
    for kind in ("published", "endorsed", "retired"):
        notice(cast.losa, kind)
    Notice.objects.update(at=monday)
    Mailing().run(monday + timedelta(hours=10))
    assert post.taken == []
    Mailing().run(monday + timedelta(hours=22))
    assert [text_of(mail).count("/records/rewa") for mail in post.taken] == [1]
    Mailing().run(monday + timedelta(days=6, hours=23))
    assert len(post.taken) == 2
    Mailing().run(monday + timedelta(days=30))
    assert len(post.taken) == 2


@pytest.mark.parametrize("chosen", ["daily", "weekly"])
def test_the_hour_is_kept_from_any_moment(chosen: str) -> None:
    start = datetime(2026, 11, 23, tzinfo=UTC)
    for hours in range(0, 24 * 9, 5):
        at = start + timedelta(hours=hours)
        due = due_at(chosen, at)
        assert due > at
        assert (due.hour, due.minute) == (6, 0)
        assert due - at <= timedelta(days=7 if chosen == "weekly" else 1)
        assert chosen == "daily" or due.weekday() == 0


def test_who_read_it_or_left_has_no_mail(cast: Cast, post: PostOffice) -> None:
    publish()
    for person in (cast.losa, cast.priya, cast.malia, cast.sven):
        notice(person)
    Notice.objects.filter(account=cast.losa.account).update(read_at=NOW)
    Account.objects.filter(pk=cast.priya.account.pk).update(is_active=False)
    Account.objects.filter(pk=cast.malia.account.pk).update(erased_at=NOW)
    Account.objects.filter(pk=cast.sven.account.pk).update(kind="service")
    Mailing().run(LATER)
    assert post.taken == []
    assert not Notice.objects.filter(claimed_at=None)
    assert not Notice.objects.filter(mailed_at__isnull=False)


def test_rights_are_asked_for_again_when_it_is_sent(cast: Cast, post: PostOffice) -> None:
    publish("secret", "navakavu", title="Sacred grove", visibility="private")
    publish("open", "navakavu")
    notice(cast.malia, "published", "1", "secret")
    notice(cast.malia, "match", "2", "open", records=["secret", "open"], count=2, watch=1)
    Membership.objects.filter(account=cast.malia.account).delete()
    Mailing().run(LATER)
    (mail,) = post.taken
    assert "Sacred grove" not in mail.as_string() + text_of(mail) + mail["Subject"]
    assert "secret" not in text_of(mail)
    assert not Notice.objects.filter(claimed_at=None)


def test_a_server_that_is_away_is_tried_again_with_pauses(cast: Cast, post: PostOffice) -> None:
    publish()
    notice(cast.losa)
    post.close()
    task = Mailing()
    tries = 0
    for seconds in range(60, 3600, 5):
        before = task._server
        task.run(NOW + timedelta(seconds=seconds))
        tries += task._server is not before
    assert 3 <= tries <= 6, "at once, after a minute, five, fifteen, then an hour"
    assert Notice.objects.filter(claimed_at=None).count() == 1
    post.open()
    task.run(NOW + timedelta(hours=9))
    assert len(post.taken) == 1


@pytest.mark.parametrize("answer", ["450 come back later", "421 too many"])
def test_a_mail_that_was_surely_not_taken_is_tried_again(cast: Cast, post: PostOffice, answer: str) -> None:
    publish()
    notice(cast.losa)
    task = Mailing()
    post.office.refuse_recipient = answer
    task.run(LATER)
    assert post.taken == []
    post.office.refuse_recipient = ""
    task.run(LATER + timedelta(seconds=5))
    assert post.taken == []
    task.run(LATER + timedelta(minutes=2))
    assert len(post.taken) == 1


def test_an_address_that_is_not_there_is_given_up(cast: Cast, post: PostOffice) -> None:
    publish()
    notice(cast.losa)
    post.office.refuse_recipient = "550 nobody here"
    task = Mailing()
    for minutes in range(0, 600, 30):
        task.run(LATER + timedelta(minutes=minutes))
    told = Notice.objects.get()
    assert told.claimed_at is not None
    assert told.mailed_at is None


def test_a_line_that_breaks_after_the_text_was_sent_sends_no_second_one(cast: Cast, post: PostOffice) -> None:
    publish()
    notice(cast.losa)
    post.office.on_data = lambda: "break"
    task = Mailing()
    task.run(LATER)
    post.office.on_data = None
    for hours in range(1, 200, 8):
        task.run(LATER + timedelta(hours=hours))
    assert len(post.taken) == 1


def test_one_that_fails_does_not_keep_the_others(
    cast: Cast, post: PostOffice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from landbridge.web import mailing

    publish()
    notice(cast.losa)
    notice(cast.priya)
    real = mailing.letter

    def broken(account: Account, *rest: Any) -> Any:
        if account == cast.losa.account:
            raise ValueError("a text that cannot be made")
        return real(account, *rest)

    monkeypatch.setattr(mailing, "letter", broken)
    task = Mailing()
    task.run(LATER)
    assert [mail["To"] for mail in post.taken] == ["priya@example.org"]
    monkeypatch.setattr(mailing, "letter", real)
    task.run(LATER + timedelta(minutes=2))
    assert len(post.to("losa@example.org")) == 1


def test_what_waits_for_two_weeks_is_given_up(cast: Cast, post: PostOffice) -> None:
    publish()
    notice(cast.losa)
    Mailing().run(NOW + timedelta(days=15))
    assert post.taken == []
    assert Notice.objects.get().claimed_at is not None


def test_the_mail_that_asks_to_confirm_has_a_link_that_does(cast: Cast, post: PostOffice) -> None:
    publish()
    notice(cast.losa, "expert_expiry", "1", day="2026-12-01")
    Mailing().run(LATER)
    (found,) = re.findall(r"http://\S+(/confirm/\S+)", text_of(post.taken[0]))
    visitor = Client(headers={"host": "localhost"})
    read_page(visitor.post(found))
    assert Record.objects.get().confirmed_on is not None


def test_one_click_of_the_mail_program_stops_the_mails(cast: Cast, post: PostOffice) -> None:
    publish()
    notice(cast.losa)
    Mailing().run(LATER)
    (mail,) = post.taken
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = urlsplit(mail["List-Unsubscribe"].strip(" <>")).path
    program = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    read_page(program.get(address))
    account = Account.objects.get(pk=cast.losa.account.pk)
    assert account.notify == {}, "opening it changes nothing"
    assert program.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    account.refresh_from_db()
    assert account.notify == {"published": "none"}
    notice(cast.losa, key="2")
    Mailing().run(LATER)
    assert len(post.taken) == 1
    key = address.rpartition("/")[2]
    for odd in ("x", "%00", f"9{key}", key.replace("published", "match"), stop_key(0, {"match"})):
        assert program.post(f"/notices/stop/{odd}").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_told_in_every_language(cast: Cast, post: PostOffice, language: str) -> None:
    cast.losa.account.language = language
    cast.losa.account.notify = dict.fromkeys(KINDS, "at_once")
    cast.losa.account.save()
    publish()
    for kind in KINDS:
        record_id = "" if kind in ("waiting", "role", "invited") else "rewa"
        notice(cast.losa, kind, "1", record_id, day="2026-12-01", count=2, records=["rewa"], party="FJI", watch=1,
               note="First line\nSecond line")  # fmt: skip
    Mailing().run(LATER)
    text = text_of(post.taken[0])
    assert text.count("/records/rewa") >= 9
    with override(language):
        assert not [kind for kind in KINDS if kind_name(kind) == kind]
    assert "%(" not in text + post.taken[0]["Subject"]
    assert "None" not in text


_SENT = """
import os, signal, sys
import django
django.setup()
from datetime import UTC, datetime, timedelta
from django.conf import settings
from landbridge.commands.shared import up_to_date
from landbridge.parties.models import Account, Notice
from landbridge.parties.notices import tell
from landbridge.web import mailing

settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[2])
up_to_date()
if not Account.objects.exists():
    account = Account.objects.create_user("losa@example.org")
    tell([account.pk], "role", "role:1", "", {"party": "FJI"})
    real = mailing._hand_over
    def killed(connection, message):
        if sys.argv[1] == "after":
            real(connection, message)
        os.kill(os.getpid(), signal.SIGKILL)
    mailing._hand_over = killed
for hours in range(0, 100, 7):
    mailing.Mailing().run(datetime.now(UTC) + timedelta(hours=hours, minutes=5))
print(Notice.objects.filter(claimed_at__isnull=False).count())
"""


@pytest.mark.parametrize(("where", "mails"), [("before", 0), ("after", 1)])
def test_a_process_that_is_killed_while_it_mails_never_mails_twice(
    nodes: Nodes, post: PostOffice, where: str, mails: int
) -> None:
    node = nodes.new()
    environment = {**os.environ, "LANDBRIDGE_DATA": str(node.folder), **node.environment,
                   "DJANGO_SETTINGS_MODULE": "landbridge.settings"}  # fmt: skip
    command = [sys.executable, "-c", _SENT, where, str(post.port)]
    killed = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    again = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert again.stdout.strip().splitlines()[-1] == "1", again.stderr
    assert len(post.taken) == mails


def test_a_slow_server_does_not_keep_the_followers(
    cast: Cast, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from landbridge.web import mailing

    publish()
    for person in (cast.losa, cast.priya, cast.malia):
        notice(person)
    monkeypatch.setattr(mailing, "AT_A_TIME", 0.0)
    task = Mailing()
    for sent in (1, 2, 3):
        task.run(LATER)
        assert len(post.taken) == sent


def test_a_server_whose_line_breaks_costs_one_mail_and_not_all(cast: Cast, post: PostOffice) -> None:
    publish()
    for person in (cast.losa, cast.priya, cast.malia):
        notice(person)
    post.office.on_data = lambda: "break"
    task = Mailing()
    for seconds in range(0, 50, 5):
        task.run(LATER + timedelta(seconds=seconds))
    assert len(post.taken) == 1
    assert Notice.objects.filter(claimed_at=None).count() == 2
    post.office.on_data = None
    task.run(LATER + timedelta(hours=1))
    assert len({mail["To"] for mail in post.taken}) == 3


@pytest.mark.django_db(transaction=True)
def test_two_hosts_that_mail_at_once_mail_once(transactional_db: None, post: PostOffice) -> None:
    people = [Account.objects.create_user(f"p{number}@example.org") for number in range(12)]
    tell([one.pk for one in people], "role", "role:1", "", {"party": "FJI"})
    Notice.objects.update(at=NOW)
    together, problems = Barrier(4), []

    def host() -> None:
        try:
            together.wait()
            Mailing().run(LATER)
        except Exception as error:  # noqa: BLE001 a thread's error is told to the test
            problems.append(error)
        finally:
            connection.close()

    hosts = [Thread(target=host) for _ in range(4)]
    for one in hosts:
        one.start()
    for one in hosts:
        one.join()
    Mailing().run(LATER)
    assert problems == []
    assert sorted(mail["To"] for mail in post.taken) == sorted(one.email for one in people)
