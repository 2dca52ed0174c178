"""Watches: what is new is told once, to those who watch it, after the index has taken it in."""

from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection

from landbridge.cooperation.alerts import MatchFollower, begin
from landbridge.parties.models import Account, Notice
from landbridge.registry import actions, journal
from landbridge.registry.models import Cursor
from landbridge.registry.queries import get
from landbridge.registry.rules import ANYONE
from landbridge.registry.writing import NODE
from landbridge.search import alerts, watching
from landbridge.search.alerts import WatchFollower
from landbridge.search.follower import SearchFollower
from landbridge.search.index import Index
from landbridge.search.models import Told, Watch
from tests.cast import Cast, assemble

REEF: dict[str, Any] = {
    "title": "Reef monitoring course", "summary": "Training for fishing villages to count reef fish.",
    "places": ["FJI"], "ecosystems": ["coral-reef"], "support_types": ["training"],
}  # fmt: skip
STEPPE: dict[str, Any] = {"title": "Seeds of the steppe", "summary": "Restoring grassland.", "places": ["KAZ"]}
NEED: dict[str, Any] = {
    "title": "Training to monitor our coral reef", "summary": "Fishing villages want to count reef fish themselves.",
    "places": ["FJI"], "ecosystems": ["coral-reef"], "support_types": ["training"],
}  # fmt: skip


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def followers(engine: Index, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, ...]:
    """The real followers, on an index of their own."""
    every = (SearchFollower(), WatchFollower(), MatchFollower())
    monkeypatch.setattr(journal, "followers", lambda: every)
    return every


def publish(record_id: str, data: dict[str, Any], format: str = "offer", visibility: str = "public") -> None:
    actions.draft(actor=NODE, format=format, record_id=record_id, data=data, visibility=visibility)
    actions.publish(actor=NODE, record_id=record_id)


def told(account: Account) -> list[tuple[str, list[str]]]:
    """What an account was told: (kind, records), in order."""
    return [(one.kind, one.told["records"]) for one in Notice.objects.filter(account=account).order_by("pk")]


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("search", "q=reef+fish&sort=newest&cursor=xyz"), ("search", "q=récif"),
        ("search", "type=offer&place=FJI"), ("search", "place=Oceania"), ("party", "FJI"),
        ("term", "ecosystems:coral-reef"), ("term", "support_types:training"),
    ],
)  # fmt: skip
def test_what_is_new_under_a_watch_is_told_once(cast: Cast, followers: Any, kind: str, subject: str) -> None:
    sven = cast.sven.account
    publish("before", REEF)
    journal.follow_to_end()
    watching.watch(sven, kind, subject)
    publish("reef", REEF)
    publish("steppe", STEPPE)
    journal.follow_to_end()
    assert told(sven) == [("watch", ["reef"])]
    actions.revise(actor=NODE, record_id="reef", data={**REEF, "title": "Reef course"}, language="en")
    actions.publish(actor=NODE, record_id="reef")
    journal.follow_to_end()
    actions.retire(actor=NODE, record_id="reef")
    actions.restore(actor=NODE, record_id="reef")
    journal.follow_to_end()
    assert told(sven) == [("watch", ["reef"])]


@pytest.mark.parametrize(
    ("kind", "subject"),
    [("search", "q=reef+fish"), ("search", "place=FJI"), ("party", "FJI"), ("term", "ecosystems:coral-reef")],
)
def test_a_record_that_is_revised_to_come_under_a_watch_is_told_once(
    cast: Cast, followers: Any, kind: str, subject: str
) -> None:
    sven = cast.sven.account
    publish("had", REEF)
    publish("steppe", STEPPE)
    journal.follow_to_end()
    made, _ = watching.watch(sven, kind, subject)
    alerts.begin(made, ANYONE)
    for record_id in ("had", "steppe"):
        actions.revise(actor=NODE, record_id=record_id, data={**REEF, "title": "Reef fish counts"}, language="en")
        actions.publish(actor=NODE, record_id=record_id)
        journal.follow_to_end()
    actions.revise(actor=NODE, record_id="steppe", data=REEF, language="en")
    actions.publish(actor=NODE, record_id="steppe")
    journal.follow_to_end()
    assert told(sven) == [("watch", ["steppe"])]


def test_where_too_much_is_there_only_what_is_new_is_told(
    cast: Cast, followers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("had", REEF)
    publish("second", REEF)
    publish("steppe", STEPPE)
    journal.follow_to_end()
    monkeypatch.setattr(alerts, "MOST_KNOWN", 1)
    made, _ = watching.watch(cast.sven.account, "party", "FJI")
    alerts.begin(made, ANYONE)
    assert not Told.objects.exists()
    for record_id in ("had", "steppe"):
        actions.revise(actor=NODE, record_id=record_id, data=REEF, language="en")
        actions.publish(actor=NODE, record_id=record_id)
    publish("new", REEF)
    journal.follow_to_end()
    assert told(cast.sven.account) == [("watch", ["new"])]


def test_a_need_hears_of_new_matches_and_not_of_those_it_had(cast: Cast, followers: Any) -> None:
    publish("need", NEED, "need")
    publish("had", REEF)
    journal.follow_to_end()
    need = get("need", ANYONE)
    made, is_new = watching.watch(cast.sven.account, "need", "need")
    assert is_new
    begin(made, need, ANYONE)
    publish("new", {**REEF, "title": "A second reef course"})
    publish("steppe", STEPPE)
    actions.revise(actor=NODE, record_id="had", data={**REEF, "summary": REEF["summary"] + " Again."}, language="en")
    actions.publish(actor=NODE, record_id="had")
    journal.follow_to_end()
    assert told(cast.sven.account) == [("match", ["new"])]
    assert Notice.objects.get().record_id == "need"


def test_a_need_that_changes_is_matched_anew(cast: Cast, followers: Any) -> None:
    publish("need", {**NEED, "title": "Bees", "summary": "Pollinators in orchards.", "ecosystems": []}, "need")
    publish("reef", REEF)
    journal.follow_to_end()
    made, _ = watching.watch(cast.sven.account, "need", "need")
    begin(made, get("need", ANYONE), ANYONE)
    before = set(Told.objects.values_list("record_id", flat=True))
    actions.revise(actor=NODE, record_id="need", data=NEED, language="en")
    actions.publish(actor=NODE, record_id="need")
    journal.follow_to_end()
    assert before == set()
    assert told(cast.sven.account) == [("match", ["reef"])]


def test_what_is_not_public_is_told_to_nobody(cast: Cast, followers: Any) -> None:
    watching.watch(cast.sven.account, "search", "q=reef")
    watching.watch(cast.sven.account, "party", "FJI")
    publish("private", REEF, visibility="private")
    publish("parties", REEF, visibility="parties")
    actions.draft(actor=NODE, format="offer", record_id="draft", data=REEF)
    journal.follow_to_end()
    assert told(cast.sven.account) == []
    actions.revise(actor=NODE, record_id="parties", data=REEF, language="en")
    actions.publish(actor=NODE, record_id="parties", visibility="public")
    journal.follow_to_end()
    assert told(cast.sven.account) == [("watch", ["parties"])] * 2


def test_a_need_that_is_hidden_from_its_watcher_tells_nothing(cast: Cast, followers: Any) -> None:
    publish("need", NEED, "need", visibility="private")
    Watch.objects.create(account=cast.sven.account, kind="need", subject="need")
    publish("reef", REEF)
    journal.follow_to_end()
    assert told(cast.sven.account) == []


def test_alerts_wait_for_the_index(cast: Cast, followers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    watching.watch(cast.sven.account, "search", "q=reef")
    journal.follow_to_end()
    publish("reef", REEF)
    advance = journal._advance
    with monkeypatch.context() as stuck:
        stuck.setattr(journal, "_advance", lambda one, limit: 0 if one.name == "search" else advance(one, limit))
        assert journal.follow_once() == 0
    assert Cursor.objects.get(pk="watches").serial < 2
    journal.follow_to_end()
    assert told(cast.sven.account) == [("watch", ["reef"])]


def test_a_crash_between_telling_and_the_cursor_tells_nothing_twice(cast: Cast, followers: Any) -> None:
    watching.watch(cast.sven.account, "search", "q=reef")
    publish("reef", REEF)
    journal.follow_to_end()
    Cursor.objects.filter(pk__in=("watches", "matches")).update(serial=0)
    publish("second", {**REEF, "title": "Another reef course"})
    journal.follow_to_end()
    assert told(cast.sven.account) == [("watch", ["reef"]), ("watch", ["second"])]


def test_a_batch_is_one_notice_a_watch(cast: Cast, followers: Any) -> None:
    watching.watch(cast.sven.account, "search", "q=reef")
    for number in range(25):
        publish(f"reef-{number:02}", REEF)
    journal.follow_to_end()
    (notice,) = Notice.objects.all()
    assert notice.told["count"] == 25
    assert len(notice.told["records"]) == 20
    assert Told.objects.count() == 25


def test_paused_dropped_and_of_somebody_who_left(cast: Cast, followers: Any) -> None:
    paused, _ = watching.watch(cast.sven.account, "search", "q=reef")
    dropped, _ = watching.watch(cast.losa.account, "search", "q=reef")
    watching.watch(cast.priya.account, "search", "q=reef")
    assert watching.pause(cast.sven.account.pk, paused.pk, paused=True)
    assert watching.drop(cast.losa.account.pk, dropped.pk)
    Account.objects.filter(pk=cast.priya.account.pk).update(is_active=False)
    publish("reef", REEF)
    journal.follow_to_end()
    assert not Notice.objects.exists()
    assert watching.pause(cast.sven.account.pk, paused.pk, paused=False)
    publish("second", REEF)
    journal.follow_to_end()
    assert told(cast.sven.account) == [("watch", ["second"])]


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("search", ""), ("search", "sort=newest"), ("search", "place=Atlantis"), ("search", "q=%00"),
        ("search", "&".join(f"q={number}" for number in range(300))), ("party", "XXX"), ("term", "ecosystems:nothing"),
        ("term", "x" * 3000), ("need", ""), ("need", "a\x00b"), ("planet", "earth"), ("search", "q=" + "x" * 3000),
    ],
)  # fmt: skip
def test_what_cannot_be_watched_is_refused(cast: Cast, kind: str, subject: str) -> None:
    with pytest.raises(watching.CannotWatch):
        watching.watch(cast.sven.account, kind, subject)


def test_the_same_is_watched_once_and_not_too_much(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sven = cast.sven.account
    first, is_new = watching.watch(sven, "search", "q=reef&type=offer")
    again, is_new_again = watching.watch(sven, "search", "type=offer&q=reef&limit=5")
    assert (first.pk, is_new, is_new_again) == (again.pk, True, False)
    assert watching.drop(sven.pk, first.pk)
    assert not watching.drop(cast.losa.account.pk, first.pk)
    assert watching.watch(sven, "search", "q=reef&type=offer") == (first, True)
    monkeypatch.setattr(watching, "MOST", 1)
    with pytest.raises(watching.TooMany):
        watching.watch(sven, "party", "FJI")


def test_a_filter_that_is_not_known_any_more_troubles_nobody_else(cast: Cast, followers: Any) -> None:
    Watch.objects.create(account=cast.sven.account, kind="search", subject="place=Atlantis")
    watching.watch(cast.losa.account, "search", "q=reef")
    publish("reef", REEF)
    journal.follow_to_end()
    assert told(cast.sven.account) == []
    assert told(cast.losa.account) == [("watch", ["reef"])]


@pytest.mark.django_db(transaction=True)
def test_two_hosts_that_tell_at_once_tell_once(transactional_db: None) -> None:
    account = Account.objects.create_user("sven@example.org")
    made, _ = watching.watch(account, "search", "q=reef")
    together = Barrier(4)
    refused: list[Exception] = []

    def host() -> None:
        try:
            together.wait()
            watching.tell("watch", [watching.Found(made, ("a", "b"))])
        except IntegrityError as error:
            refused.append(error)
        finally:
            connection.close()

    hosts = [Thread(target=host) for _ in range(4)]
    for one in hosts:
        one.start()
    for one in hosts:
        one.join()
    watching.tell("watch", [watching.Found(made, ("a", "b"))])
    assert told(account) == [("watch", ["a", "b"])]
    assert Told.objects.count() == 2
