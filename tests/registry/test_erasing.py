"""A person who is erased leaves no word behind: not in old versions, not beside them, and in no table."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from landbridge.exchange import forgetting
from landbridge.exchange.likeness.finding import find_all
from landbridge.exchange.models import Likeness, Notification, OaiRecord, Quarantined, Statement
from landbridge.exchange.nodes.keys import me
from landbridge.exchange.nodes.statements import StatementFollower, says
from landbridge.exchange.out.oai.follower import OaiFollower
from landbridge.parties import actions as people
from landbridge.parties.models import Account, Notice, StoredAnswer
from landbridge.parties.permissions import Role
from landbridge.parties.standing import NODE, Actor
from landbridge.registry import actions, audit, comments, copies, erasing, files, leaving
from landbridge.registry.models import Change, Endorsement, Record, Revision, StoredFile, WorkingCopy
from landbridge.registry.queries import Gone, Unknown, changes, every_id, get, latest, pair, revisions, states
from landbridge.registry.readers import standing_of
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.rules import ANYONE, OPERATOR
from landbridge.registry.telling import NoticeFollower, names
from landbridge.registry.workflow import Workflow
from landbridge.registry.writing import Said
from tests.cast import Cast, assemble
from tests.hostile.test_scripts import evil_answers
from tests.registry.conftest import NEED
from tests.traces import traces

pytestmark = pytest.mark.django_db

MARK = "Quetzalwort"
NAME, ADDRESS = "Yusuf Marker", "yusuf.marker@example.org"


@pytest.fixture(autouse=True)
def _no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is looked at in `test_scrubbing`."""
    monkeypatch.setattr(forgetting.scrubbing, "want", lambda: None)


@pytest.fixture
def yusuf(cast: Cast) -> Account:
    """An expert who works for himself, and may publish."""
    account = Account.objects.create_user(ADDRESS, name=NAME)
    people.grant(actor=NODE, account=account, wanted=people.Appointment(Role.EDITOR, None))
    return account


@pytest.fixture
def ada(cast: Cast) -> Account:
    account = Account.objects.create_user("ada@example.org")
    people.grant(actor=NODE, account=account, wanted=people.Appointment(Role.ADMINISTRATOR, None))
    return account


def follow() -> None:
    """The messengers that keep something of a record, each told of every change."""
    rows = list(Change.objects.order_by("serial"))
    now = states({row.record_id for row in rows})
    for follower in (NoticeFollower(), OaiFollower(), StatementFollower(), forgetting.ErasureFollower()):
        follower.apply(rows, now)
    find_all()


def _as(account: Account) -> Actor:
    return Actor(account.pk)


def told(**more: Any) -> dict[str, Any]:
    """The mark in every text that an expert can give."""
    contacts = [{"name": f"{NAME} {MARK}", "email": ADDRESS}]
    return {**evil_answers("expert", MARK), "contacts": contacts, "consent_to_list": True, **more}


def profile(account: Account, owner: str | None = None, **more: Any) -> str:
    """An expert's record in three revisions, of which two were shown."""
    actor = _as(account)
    key = actions.draft(actor=actor, format="expert", data=told(**more), owner=owner, note=MARK).pk
    actions.publish(actor=actor, record_id=key, said=Said(f"{MARK} is shown"))
    for number in (2, 3):
        again = told(title={"en": f"{MARK} {number}"}, **more)
        actions.revise(actor=actor, record_id=key, data=again, language="en", note=f"{MARK} {number}")
        if number == 2:
            actions.publish(actor=actor, record_id=key)
    return key


def attach(account: Account, text: str) -> dict[str, Any]:
    kept = files.keep(actor=_as(account), name=f"{MARK}.txt", chunks=[text.encode()])
    return kept.answer(MARK, MARK)


def surround(cast: Cast, account: Account, ada: Account, key: str) -> None:
    """All that others write down of a record."""
    losa = cast.losa.account
    comments.add(actor=_as(ada), reader=OPERATOR, record_id=key, text=f"You say {MARK}", field="summary")
    copies.begin(actor=_as(account), format="need", language="en", owner=None, title=MARK, answers={"a": MARK})
    copies.revising(actor=_as(ada), reader=standing_of(ada.pk).reader(), record_id=key)
    Notice.objects.create(account=losa, kind="nominated", key="k", record_id=key, told={"title": {"en": MARK}})
    Endorsement.objects.create(record_id=key, party_id="FJI", revision=1, at=datetime.now(UTC), note=MARK)
    for name, said in (("k", f'{{"id":"{key}","title":"{MARK}"}}'), ("other", '{"id":"another"}')):
        StoredAnswer.objects.create(account=losa, key=name, request_sha256="x", status=200, body=said.encode())
    sent = {"direction": "out", "pattern": "Announce", "other": "x", "record_id": key, "body": {"name": MARK}}
    Notification.objects.create(id="urn:x", **sent)
    Quarantined.objects.create(record_id=key, origin=me(), via="x", reason="ahead", problem=MARK, body=MARK.encode())
    session = SessionStore()
    session.update({SESSION_KEY: str(account.pk), "address": ADDRESS})
    session.save()


def test_no_table_holds_a_word_of_who_was_erased(cast: Cast, yusuf: Account, ada: Account) -> None:
    key = profile(yusuf)
    of_fiji = profile(yusuf, "FJI")  # His entry, which a party keeps.
    hidden = actions.draft(actor=_as(yusuf), format="need", data={**NEED, "title": MARK}).pk
    actions.retire(actor=_as(yusuf), record_id=hidden)
    surround(cast, yusuf, ada, key)
    follow()
    Likeness.objects.update(decision="apart", done={"facts": {key: {"titles": {"en": MARK}}}})
    before = traces(MARK, NAME, ADDRESS)
    assert {"registry_revision.data", "registry_change.note", "exchange_statement.body", "exchange_trait.facts",
            "exchange_oairecord.dublin_core", "exchange_likeness.done", "registry_workingcopy.answers",
            "parties_account.email", "parties_notice.told", "parties_storedanswer.body"} <= before  # fmt: skip

    leaving.erase(account=yusuf)
    follow()

    assert traces(MARK, NAME, ADDRESS) == set()
    erased = Record.objects.filter(erased_at__isnull=False)
    assert set(erased.values_list("pk", flat=True)) == {key, of_fiji, hidden}
    assert not Revision.objects.filter(erased_at=None).exists()
    assert not Session.objects.exists()
    assert list(StoredAnswer.objects.values_list("key", flat=True)) == ["other"]
    assert OaiRecord.objects.get(record_id=key).deleted
    assert (Notification.objects.get().state, Notification.objects.get().body) == ("undone", {})
    assert says(Statement.objects.get(record_id=key).body)["erased"] is True


def test_its_address_says_that_it_is_gone_and_nothing_brings_it_back(cast: Cast, yusuf: Account, ada: Account) -> None:
    key = profile(yusuf)
    begun = actions.draft(actor=_as(yusuf), format="need", data=NEED).pk
    line = changes(ANYONE)[1]
    leaving.erase(account=yusuf)
    administrator = standing_of(ada.pk)
    assert [(one.record, one.gone) for one in changes(ANYONE, line)[0]] == [(key, True)]
    for reader in (ANYONE, administrator.reader(), OPERATOR):
        for ask in (lambda who: get(key, who), lambda who: get(key, who, 1), lambda who: revisions(key, who),
                    lambda who: pair(key, who, 1, 2)):  # fmt: skip
            with pytest.raises(Gone):
                ask(reader)
        with pytest.raises(Unknown):
            latest(key, reader)
        assert key not in every_id(reader)
        assert not names([key], reader)
    with pytest.raises(Unknown) as hidden:
        get(begun, ANYONE)
    assert not isinstance(hidden.value, Gone), "nobody ever saw it"
    with pytest.raises(Unknown):
        actions.restore(actor=_as(ada), record_id=key)
    back = Arrival(begun, "need", {"title": {"en": MARK}, "summary": {"en": MARK}})
    assert receive_many([back], actor=NODE, workflow=Workflow.REFERENCE).refused
    assert Revision.objects.get(record_id=begun).data == {}


def test_the_trail_tells_that_it_was_erased_and_no_word_of_it(cast: Cast, yusuf: Account, ada: Account) -> None:
    key = profile(yusuf)
    leaving.erase(account=yusuf)
    trail = audit.of_record(standing_of(ada.pk), key).lines
    assert (trail[0].verb, trail[0].actor_id, trail[0].note) == ("retire", None, erasing.ERASED)
    assert [one.note for one in trail[1:]] == [""] * 5
    assert {str(one.title) for one in trail} == {"{}"}
    with pytest.raises(Unknown):
        audit.of_record(standing_of(cast.losa.account.pk), key)


def test_what_others_answer_for_and_what_was_only_retired_stays(cast: Cast, yusuf: Account) -> None:
    kept = actions.draft(actor=_as(yusuf), format="need", data={**NEED, "title": MARK}, owner="FJI").pk
    chosen = actions.draft(actor=cast.sven.actor, format="need", data=NEED).pk
    actions.retire(actor=cast.sven.actor, record_id=chosen)
    leaving.erase(account=yusuf)
    assert get(kept, OPERATOR).data["title"] == {"en": MARK}
    assert get(chosen, OPERATOR).data["title"] == {"en": NEED["title"]}
    assert not Record.objects.filter(erased_at__isnull=False).exists()


def test_files_go_that_nothing_else_names_and_letters_on_the_disk(
    cast: Cast, yusuf: Account, django_capture_on_commit_callbacks: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    own, shared = attach(yusuf, f"Only {MARK}"), attach(yusuf, "Of both")
    loose = attach(yusuf, "Never named")
    again = files.keep(actor=cast.losa.actor, name="plan.txt", chunks=[b"Brought by two"])
    files.keep(actor=_as(yusuf), name="plan.txt", chunks=[b"Brought by two"])
    profile(yusuf, files=[own, shared])
    actions.draft(actor=_as(yusuf), format="need", data={**NEED, "files": [shared]}, owner="FJI")
    assert files.place_of(own["sha256"]).is_file()
    letters = tmp_path / "mail"
    monkeypatch.setattr(settings, "EMAIL_FILE_PATH", letters)
    letters.mkdir()
    (letters / "his.eml").write_text(f"To: {ADDRESS.title()}\n\nDear")
    (letters / "hers.eml").write_text("To: losa@example.org\n\nDear")
    with django_capture_on_commit_callbacks(execute=True):
        leaving.erase(account=yusuf)
    assert set(StoredFile.objects.values_list("pk", flat=True)) == {shared["sha256"], again.sha256}
    there = {one for one in (own["sha256"], shared["sha256"], loose["sha256"]) if files.place_of(one).is_file()}
    assert there == {shared["sha256"]}
    assert [path.name for path in letters.iterdir()] == ["hers.eml"]


def test_no_page_breaks_over_what_was_erased(cast: Cast, yusuf: Account, ada: Account) -> None:
    key = profile(yusuf, "FJI")
    leaving.erase(account=yusuf)
    for account in (ada, cast.losa.account):
        client = Client(headers={"host": "localhost"})
        client.force_login(account)
        gone = (f"/records/{key}", f"/records/{key}?revision=1", f"/api/v1/records/{key}", f"/records/{key}/compare")
        pages = {**dict.fromkeys(gone, 410), "/desk": 200, "/review": 200, "/roster": 200, "/notifications": None,
                 f"/records/{key}/work": 404, f"/records/{key}/trail.csv": 200}  # fmt: skip
        for page, status in pages.items():
            answer = client.get(page)
            assert status in (None, answer.status_code), (page, answer.status_code)
            assert MARK not in answer.content.decode()


def test_what_was_retired_with_a_person_before_is_erased_by_the_clock(yusuf: Account) -> None:
    key = profile(yusuf)
    actions.retire(actor=NODE, record_id=key, said=Said(erasing.ERASED))
    erasing.WipeLog().run(datetime.now(UTC))
    assert Record.objects.get(pk=key).erased_at is not None
    assert not traces(MARK) & {"registry_revision.data"}


def test_bytes_go_that_were_left_when_the_process_was_killed(yusuf: Account, cast: Cast) -> None:
    own, of_losa = attach(yusuf, "Left behind"), attach(cast.losa.account, "Hers")
    leaving.erase(account=yusuf)  # Nothing is done after the commit, as if the process had ended there.
    places = [files.place_of(one["sha256"]) for one in (own, of_losa)]
    now = datetime.now(UTC)
    assert erasing.sweep(now) == 0, "it may be on its way in"
    for place in places:
        os.utime(place, (1, 1))
    assert erasing.sweep(now + timedelta(hours=4)) == 0
    erasing.sweep(now)
    assert [place.is_file() for place in places] == [False, True]


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_sqlite_keeps_nothing_in_pages_that_are_free(tmp_path: Path) -> None:
    """Rows that were deleted long before the person went lie in free pages, if nobody writes over them. PostgreSQL
    frees old rows by its own VACUUM."""
    person = assemble().sven.account
    for _ in range(3):
        copies.begin(actor=_as(person), format="need", language="en", owner=None, title=MARK, answers={"a": MARK * 900})
    WorkingCopy.objects.all().delete()
    key = actions.draft(actor=_as(person), format="need", data={**NEED, "summary": f"{MARK} " * 200}).pk
    leaving.erase(account=person)
    assert Record.objects.get(pk=key).erased_at is not None
    with closing(sqlite3.connect(tmp_path / "backup.sqlite3")) as backup:
        connection.connection.backup(backup)
    assert MARK.encode() not in (tmp_path / "backup.sqlite3").read_bytes()
