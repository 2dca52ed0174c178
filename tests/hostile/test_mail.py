"""What is written into records reaches mails as text and nothing else: no header, no recipient, no hidden turn."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landbridge.parties.models import Notice
from landbridge.parties.notices import tell
from landbridge.registry import actions
from landbridge.registry.models import Revision
from landbridge.registry.writing import NODE
from landbridge.search.models import Watch
from landbridge.web.mailing import Mailing
from tests.cast import Cast, assemble
from tests.web.postoffice import PostOffice, text_of

LATER = datetime.now(UTC) + timedelta(hours=12)
TITLES = (
    "Reef\r\nBcc: everyone@example.org\r\n\r\nBuy now", "Reef\nX-Evil: 1", "Reef\x0bBcc: a@b.c", "Reef\u2028Bcc: a@b.c",
    "=?utf-8?q?Reef=0ABcc:_everyone=40example.org?=", "Reef\u202eevil\u2066", "x" * 300, "\u202a" * 200 + "Reef",
    "Reef\x00\x1b[31m", ".\r\nQUIT\r\n", "رصد\nالشعاب", "😀\n😀",
)  # fmt: skip


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


def with_title(title: str) -> None:
    """A record with this very title, whatever the format would have made of it."""
    data = {"title": "x", "summary": "x"}
    actions.draft(actor=NODE, format="need", record_id="rewa", data=data, owner="FJI")
    actions.publish(actor=NODE, record_id="rewa")
    Revision.objects.update(data={"title": {"en": title.replace("\x00", "")}, "summary": {"en": "x"}})


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_title_is_no_header(cast: Cast, post: PostOffice, title: str, language: str) -> None:
    with_title(title)
    cast.losa.account.language = language
    cast.losa.account.save()
    tell([cast.losa.account.pk], "published", "published:1", "rewa")
    Mailing().run(LATER)
    (mail,) = post.taken
    assert mail.get_all("To") == ["losa@example.org"]
    assert "Bcc" not in mail
    assert "X-Evil" not in mail
    assert len(mail.get_all("Subject") or ()) == 1
    assert "\n" not in mail["Subject"]
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068") & set(mail["Subject"])
    assert len(mail["Subject"]) < 200
    assert "\u202e" not in text_of(mail)


def test_remarks_and_names_stay_in_the_body(cast: Cast, post: PostOffice) -> None:
    with_title("Reef")
    note = "First\r\n.\r\nBcc: everyone@example.org\r\n-- \r\nYour bank"
    watch = Watch.objects.create(account=cast.losa.account, kind="search", subject="q=a", name="Reef\nBcc: x@y.z")
    tell([cast.losa.account.pk], "returned", "returned:1", "rewa", {"note": note})
    tell([cast.losa.account.pk], "watch", "watch:1", "", {"watch": watch.pk, "records": ["rewa"], "count": 1})
    cast.losa.account.notify = {"watch": "at_once"}
    cast.losa.account.save()
    Mailing().run(LATER)
    (mail,) = post.taken
    assert "Bcc" not in mail
    lines = text_of(mail).splitlines()
    assert "> Bcc: everyone@example.org" in lines
    assert "Bcc: everyone@example.org" not in lines, "a remark is quoted, so that it cannot pass for our own words"
    assert not Notice.objects.filter(mailed_at=None)


@pytest.mark.parametrize(
    "told",
    [
        {"records": "rewa"}, {"records": [None, 5, {"a": 1}]}, {"count": "x"}, {"watch": "x"}, {"day": 5},
        {"day": "2026-99-99"}, {"note": {"a": 1}}, {"party": ["x"]}, {"records": ["rewa"], "count": -5}, {},
    ],
)  # fmt: skip
def test_a_notice_that_is_broken_breaks_nothing(cast: Cast, post: PostOffice, told: dict[str, Any]) -> None:
    with_title("Reef")
    for kind in ("published", "watch", "match", "confirm", "role", "waiting", "overdue", "nonsense"):
        for record_id in ("rewa", "", "nothing"):
            tell([cast.losa.account.pk], kind, f"{kind}:{record_id}", record_id, told)
    cast.losa.account.notify = {"watch": "at_once", "confirm": "at_once", "waiting": "at_once", "overdue": "at_once"}
    cast.losa.account.save()
    Mailing().run(LATER)
    assert len(post.taken) == 1
    assert not Notice.objects.filter(claimed_at=None)


def test_links_in_mails_lead_to_this_node_only(cast: Cast, post: PostOffice, settings: Any) -> None:
    import re

    with_title("Reef http://evil.example/login")
    tell([cast.losa.account.pk], "confirm", "confirm:1", "rewa", {"day": "2026-12-01"})
    cast.losa.account.notify = {"confirm": "at_once"}
    cast.losa.account.save()
    Mailing().run(LATER)
    own = [line for line in text_of(post.taken[0]).splitlines() if line.startswith("http")]
    assert len(own) >= 4
    assert all(line.startswith(settings.BASE_URL + "/") for line in own)
    secret = re.search(r"/confirm/(\S+)", text_of(post.taken[0]))
    assert secret is not None
    assert secret[1] not in str(list(Notice.objects.values()))
