"""The journal in commit order, and those who follow it."""

from collections.abc import Iterator, Mapping, Sequence
from threading import Event, Thread
from typing import Any, Literal

import pytest
from django.db import connection, transaction

from landbridge.registry import actions, journal
from landbridge.registry.actions import NODE
from landbridge.registry.models import Change, Cursor, Record
from landbridge.registry.queries import RecordView, newest_serial
from tests.registry.conftest import NEED

WRITERS = 4
EACH = 15


class Diary:
    """A projection that keeps what it was told."""

    name = "diary"
    kind: Literal["projection"] = "projection"

    def __init__(self) -> None:
        self.serials: list[int] = []
        self.titles: dict[str, str] = {}
        self.fails = False
        self.layout = "1"

    def built_as(self) -> str:
        return self.layout

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        if self.fails:
            raise OSError("no room on the disk")
        self.serials.extend(change.serial for change in changes)
        self.titles.update({key: view.data["title"]["en"] for key, view in states.items()})

    def reset(self) -> None:
        self.serials.clear()
        self.titles.clear()

    def release(self) -> None: ...


class Messenger(Diary):
    name = "messenger"
    kind: Literal["messenger"] = "messenger"  # type: ignore[assignment]


@pytest.fixture
def diary(monkeypatch: pytest.MonkeyPatch) -> Diary:
    one = Diary()
    monkeypatch.setattr(journal, "followers", lambda: (one,))
    return one


def write(record_id: str, title: str = "Restore") -> None:
    actions.draft(actor=NODE, format="need", record_id=record_id, data={**NEED, "title": title})
    actions.publish(actor=NODE, record_id=record_id)


def _writer(name: str, problems: list[Exception]) -> None:
    try:
        for number in range(EACH):
            actions.draft(actor=NODE, format="need", record_id=f"{name}-{number}", data=NEED)
    except Exception as error:  # noqa: BLE001 a thread's error is told to the test
        problems.append(error)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_follower_misses_nothing_while_many_write_at_once(diary: Diary) -> None:
    problems: list[Exception] = []
    writers = [Thread(target=_writer, args=(f"w{number}", problems)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        journal.follow_once(limit=7)
    journal.follow_to_end()
    assert not problems
    assert diary.serials == list(Change.objects.order_by("serial").values_list("serial", flat=True))
    assert len(diary.serials) == WRITERS * EACH


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_not_committed_is_not_followed_and_leaves_nothing(diary: Diary) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        write("never")
        raise RuntimeError
    write("rewa")
    journal.follow_to_end()
    assert list(diary.titles) == ["rewa"]
    assert not Record.objects.filter(pk="never").exists()


@pytest.mark.django_db
def test_a_projection_is_dropped_and_replayed(diary: Diary) -> None:
    write("rewa")
    write("ba", "Plant")
    journal.follow_to_end()
    before = (list(diary.serials), dict(diary.titles))
    diary.titles["rewa"] = "spoilt"
    assert journal.replay("diary") == 4
    assert (diary.serials, diary.titles) == before
    with pytest.raises(ValueError, match="not a projection"):
        journal.replay("nothing")


@pytest.mark.django_db
def test_what_is_built_in_another_way_is_built_anew(diary: Diary) -> None:
    write("rewa")
    journal.follow_to_end()
    diary.titles["rewa"] = "as the old layout had it"
    diary.layout = "2"
    assert journal.behind() == 2
    assert journal.follow_to_end() == 2
    assert diary.titles == {"rewa": "Restore"}
    assert Cursor.objects.filter(follower__startswith="diary").count() == 1


@pytest.mark.django_db
def test_a_messenger_is_never_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Messenger()
    monkeypatch.setattr(journal, "followers", lambda: (one,))
    write("rewa")
    assert journal.follow_to_end() == 2
    assert Cursor.objects.get(pk="messenger").serial == newest_serial()
    with pytest.raises(ValueError, match="not a projection"):
        journal.replay("messenger")


@pytest.mark.django_db
def test_messengers_wait_until_the_projections_are_in_step(diary: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Messenger()
    monkeypatch.setattr(journal, "followers", lambda: (one, diary))
    write("rewa")
    write("ba")
    assert journal.follow_once(limit=2) == 2
    assert (len(diary.serials), Cursor.objects.filter(pk="messenger").exists()) == (2, False)
    assert journal.catch_up(projections_only=True)
    assert journal.behind(projections_only=True) == 0
    journal.follow_to_end()
    assert journal.behind() == 0


@pytest.mark.django_db
def test_an_error_keeps_the_place(diary: Diary) -> None:
    write("rewa")
    diary.fails = True
    with pytest.raises(OSError, match="disk"):
        journal.follow_once()
    assert journal.behind() == 2
    diary.fails = False
    assert journal.follow_to_end() == 2
    assert journal.behind() == 0


@pytest.mark.django_db
def test_one_process_follows_at_a_time(diary: Diary) -> None:
    write("rewa")
    with journal.following() as ours:
        assert ours
        with journal.following() as also_ours:
            assert not also_ours
        assert not journal.catch_up(patience=0.1)
    assert journal.catch_up()


@pytest.mark.django_db
def test_a_projection_dropped_while_it_is_written_begins_again(diary: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    write("rewa")
    honest = diary.apply

    def apply(changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        monkeypatch.setattr(diary, "apply", honest)
        honest(changes, states)
        journal.forget("diary")

    monkeypatch.setattr(diary, "apply", apply)
    journal.follow_to_end()
    assert len(diary.serials) == 2
    assert journal.behind() == 0


@pytest.fixture
def following(diary: Diary) -> Iterator[Event]:
    stop = Event()
    worker = Thread(target=_follow, args=(stop,))
    worker.start()
    yield stop
    stop.set()
    worker.join(10)


def _follow(stop: Event) -> None:
    try:
        journal.follow_forever(stop)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_the_worker_takes_in_new_records_within_two_seconds(following: Event, diary: Diary, settings: Any) -> None:
    write("rewa")
    for _ in range(20):
        if diary.titles:
            break
        Event().wait(0.1)
    assert diary.titles == {"rewa": "Restore"}


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_has_enough_leaves_when_nothing_is_left_to_do(diary: Diary) -> None:
    write("rewa")
    asked: list[int] = []

    def has_enough() -> bool:
        asked.append(len(diary.serials))
        return True

    journal.follow_forever(Event(), has_enough)
    assert asked == [2]
