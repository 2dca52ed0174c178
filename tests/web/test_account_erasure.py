"""What is erased, or handed over, is so everywhere: in search, in the feed, in the API's journal and in exports."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from landbridge.parties.accounts import vouch
from landbridge.parties.models import Account
from landbridge.parties.standing import NODE, Actor
from landbridge.registry import actions, journal
from landbridge.registry.leaving import erase, hand_over
from landbridge.registry.queries import every
from landbridge.registry.rules import ANYONE, Reader
from landbridge.registry.workflow import Visibility
from landbridge.search import index as index_module
from landbridge.search.follower import SearchFollower
from landbridge.search.query import Query, search
from tests.cast import Cast, assemble

ANSWERS = {"title": "Mangrove nursery of Rewa", "summary": "Who can teach us to raise seedlings?", "places": ["FJI"]}


@pytest.fixture
def cast(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    follower = SearchFollower()
    monkeypatch.setattr(index_module, "folder", lambda: tmp_path)
    monkeypatch.setattr(journal, "followers", lambda: (follower,))
    index_module.index.cache_clear()
    yield assemble()
    follower.release()
    index_module.index.cache_clear()


def _follow() -> None:
    while journal.follow_once():
        pass


def _own(author: Account, visibility: Visibility) -> str:
    record = actions.draft(actor=Actor(author.pk), format="need", data=ANSWERS, visibility=visibility)
    actions.publish(actor=NODE, record_id=record.pk)
    return record.pk


def _found(reader: Reader = ANYONE) -> list[str]:
    return [hit.id for hit in search(Query(text="mangrove nursery"), reader, "en").hits]


def test_what_is_erased_is_gone_everywhere(cast: Cast) -> None:
    record = _own(cast.sven.account, Visibility.PUBLIC)
    _follow()
    visitor = Client(headers={"host": "localhost", "accept-language": "en"})
    assert _found() == [record]
    assert record in visitor.get("/feed").content.decode()
    erase(account=cast.sven.account)
    _follow()
    assert _found() == []
    assert record not in visitor.get("/feed").content.decode()
    assert [view.id for view in every(ANYONE)] == []
    assert visitor.get(f"/records/{record}").status_code == 410
    told = visitor.get("/api/v1/changes").content.decode()
    assert record in told and "Rewa" not in told, "other nodes hear that it is gone, and nothing else"


def _read_by(reader: Reader) -> list[str]:
    return [view.id for view in every(reader)]


def test_a_private_record_that_is_handed_over_is_read_by_its_new_author_only(cast: Cast) -> None:
    vouch(account=cast.sven.account)
    record = _own(cast.losa.account, Visibility.PRIVATE)
    assert (_read_by(cast.losa.reader), _read_by(cast.sven.reader), _read_by(ANYONE)) == ([record], [], [])
    member = cast.losa.account.memberships.get()
    hand_over(actor=cast.losa.actor, membership_id=member.pk, email="sven@example.org", language="en")
    _follow()
    assert (_read_by(cast.losa.reader), _read_by(cast.sven.reader), _read_by(ANYONE)) == ([], [record], [])
    assert _found(cast.sven.reader) == _found() == [], "what is private stands in no index that everybody asks"
