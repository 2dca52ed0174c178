"""After an erasure the files of the index hold no word of it any more, and search goes on meanwhile."""

from pathlib import Path
from typing import Any

import pytest

from landbridge.registry import erasing
from landbridge.registry.actions import NODE, receive_many
from landbridge.registry.models import Change
from landbridge.registry.queries import states
from landbridge.registry.receiving import Arrival
from landbridge.registry.rules import ANYONE
from landbridge.registry.workflow import Visibility, Workflow
from landbridge.search import index as indexes
from landbridge.search import scrubbing
from landbridge.search.follower import SearchFollower
from landbridge.search.index import Index, kept_index
from landbridge.search.query import Query, search

pytestmark = pytest.mark.django_db

MARK = "Quetzalwort"


def _follow(after: int = 0) -> int:
    changes = list(Change.objects.filter(serial__gt=after).order_by("serial"))
    SearchFollower().apply(changes, states({change.record_id for change in changes}))
    return changes[-1].serial


def _holding(place: Path) -> list[str]:
    """The files in which the word can be read."""
    files = (path for path in sorted(place.rglob("*")) if path.is_file())
    return [path.name for path in files if MARK.lower().encode() in path.read_bytes().lower()]


def _say(key: str, title: str, **more: Any) -> Arrival:
    return Arrival(key, "technology", {"title": {"en": title}, "summary": {"en": "Water"}}, **more)


@pytest.mark.once
def test_no_file_of_the_index_holds_what_was_erased(engine: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "AT_ONCE", 2)
    said = [_say(f"pump-{number}", f"Pump {number}") for number in range(5)]
    said += [_say("person", MARK), _say("hidden", MARK, visibility=Visibility.NETWORK)]
    said += [_say("other", "Pump beside it", visibility=Visibility.NETWORK)]
    receive_many(said, actor=NODE, workflow=Workflow.REFERENCE)
    newest = _follow()
    erasing.erase(["person", "hidden"])
    _follow(newest)
    place = indexes.folder()
    assert engine.count() == 5
    assert _holding(place), "only marked as dropped"
    scrubbing.want()
    turns = 0
    while scrubbing.go_on():
        turns += 1
        assert len(search(Query(text="pump"), ANYONE).hits) == 5
    assert turns == 3
    for written in (engine, kept_index()):
        written.release()
    assert _holding(place) == []
    assert (engine.count(), kept_index().count()) == (5, 1)
    kept_index().release()
