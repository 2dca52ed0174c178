"""What is kept from the public is found by those who may read it, and moves no score of anybody else's search."""

from typing import Any

import pytest

from landbridge.registry.actions import NODE, draft, publish, retire, revise
from landbridge.registry.models import Change, Record
from landbridge.registry.queries import states
from landbridge.registry.rules import ANYONE
from landbridge.registry.workflow import Visibility
from landbridge.search.follower import SearchFollower
from landbridge.search.index import Index, index, kept_folder
from landbridge.search.query import Query, search
from tests.cast import Cast, assemble

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


def _write(cast: Cast, key: str, visibility: Visibility, title: str = "Quokka survey") -> None:
    record = draft(
        actor=cast.losa.actor, format="need", record_id=key, owner="FJI", visibility=visibility,
        data={"title": title, "summary": "Counting them at night, with lamps."},
    )  # fmt: skip
    publish(actor=cast.losa.actor, record_id=record.id)


def _follow() -> None:
    """Take in the whole journal, as the worker loop does piece by piece."""
    changes = list(Change.objects.order_by("serial"))
    SearchFollower().apply(changes, states({change.record_id for change in changes}))


def _found(reader: Any, *, kept: bool = True) -> set[str]:
    return {hit.id for hit in search(Query(text="quokka", kept=kept), reader).hits}


def test_who_finds_what_is_kept_from_the_public(cast: Cast, engine: Index) -> None:
    for visibility in Visibility:
        _write(cast, f"quokka-{visibility}", visibility)
    _follow()
    assert _found(ANYONE) == set()
    assert _found(cast.sven.reader) == set()
    assert _found(cast.priya.reader) == {"quokka-network"}
    assert _found(cast.henri.reader) == {"quokka-network", "quokka-parties"}
    assert _found(cast.losa.reader) == {"quokka-network", "quokka-parties", "quokka-private"}
    everybody = (ANYONE, cast.sven.reader, cast.priya.reader, cast.henri.reader, cast.losa.reader)
    assert {frozenset(_found(reader, kept=False)) for reader in everybody} == {frozenset({"quokka-public"})}


def test_what_is_hidden_moves_no_public_score(cast: Cast, engine: Index) -> None:
    _write(cast, "quokka-public", Visibility.PUBLIC)
    _follow()
    before = search(Query(text="quokka"), ANYONE).hits[0].score
    for number in range(5):
        _write(cast, f"quokka-{number}", Visibility.PRIVATE)
    _follow()
    assert search(Query(text="quokka"), ANYONE).hits[0].score == before
    assert index().count() == 1


def test_it_moves_between_the_two_with_its_visibility_and_goes_with_its_record(cast: Cast, engine: Index) -> None:
    _write(cast, "quokka", Visibility.PRIVATE)
    _follow()
    assert (_found(cast.losa.reader), _found(ANYONE, kept=False)) == ({"quokka"}, set())
    _again(cast, Visibility.PUBLIC)
    assert (_found(cast.losa.reader), _found(ANYONE, kept=False)) == (set(), {"quokka"})
    _again(cast, Visibility.PARTIES)
    assert (_found(cast.losa.reader), _found(ANYONE, kept=False)) == ({"quokka"}, set())
    retire(actor=NODE, record_id="quokka")
    _follow()
    assert (_found(cast.losa.reader), _found(ANYONE, kept=False)) == (set(), set())


def _again(cast: Cast, visibility: Visibility) -> None:
    data = {"title": "Quokka survey", "summary": "Counting them at night."}
    revise(actor=cast.losa.actor, record_id="quokka", data=data, language="en")
    publish(actor=cast.losa.actor, record_id="quokka", visibility=visibility)
    _follow()


def test_who_lost_the_right_meanwhile_finds_nothing(cast: Cast, engine: Index) -> None:
    _write(cast, "quokka", Visibility.PRIVATE)
    _follow()
    reader = cast.losa.reader
    Record.objects.filter(pk="quokka").update(owner_id="navakavu")  # No line of the journal tells the index of it.
    assert _found(reader) == set()


def test_a_node_without_hidden_records_has_no_second_index(cast: Cast, engine: Index) -> None:
    _write(cast, "quokka", Visibility.PUBLIC)
    _follow()
    assert not kept_folder().exists()
