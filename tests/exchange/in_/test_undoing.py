"""A run is undone as a whole: what it brought, changed and took away, but nothing that others did meanwhile."""

from typing import Any

import pytest
from django.utils import timezone

from landbridge.exchange.in_ import claims, undoing
from landbridge.exchange.in_.door import Found
from landbridge.exchange.in_.running import run_source
from landbridge.exchange.in_.undoing import Undone, undo, would_do
from landbridge.exchange.models import Source, SourceItem, SourceRun, Step
from landbridge.registry.actions import NODE, retire
from landbridge.registry.models import Change, Record
from landbridge.registry.queries import get
from landbridge.registry.rules import ANYONE
from tests.exchange.in_.fakes import FakeDoor, source, told, whole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake")]


def run(*script: Any) -> SourceRun:
    FakeDoor.script = list(script)
    return run_source(Source.objects.filter(pk="reefs").first() or source())


def record_of(key: str) -> Record:
    return Record.objects.get(pk=SourceItem.objects.get(key=key).record_id)


def title_of(key: str) -> str:
    return str(get(record_of(key).pk, ANYONE).data["title"]["en"])


def test_new_changed_and_gone_are_as_before() -> None:
    run(told("1", "One"), told("2", "Two"), whole(since=1))
    done = run(told("1", "Wrong"), told("3"), told("3", "Three again"), told("EP", kept=True), whole(since=2))
    assert would_do(done) == Undone(retired=1, brought_back=1, restored=1)
    assert undo(done) == Undone(retired=1, brought_back=1, restored=1)
    assert (title_of("1"), title_of("2")) == ("One", "Two")
    assert (record_of("1").latest, record_of("1").published) == (3, 3), "as a new revision, not a lost one"
    assert record_of("3").state == "retired"
    assert Source.objects.get(pk="reefs").state == {"since": 1}
    assert not SourceItem.objects.filter(key="EP").exists(), "what it put by is put by no more"


def test_a_second_time_does_nothing_more() -> None:
    done = run(told("1"))
    undo(done)
    before = Change.objects.count()
    assert undo(SourceRun.objects.get(pk=done.pk)) == Undone(retired=1)
    assert Change.objects.count() == before


def test_the_next_run_passes_over_nothing_of_it() -> None:
    script = (told("1", "One"), told("2"), whole(since=1))
    undo(run(*script))
    again = run(*script)
    assert FakeDoor.asked[-1].state == {}
    assert (again.new, again.same) == (2, 0)
    assert (title_of("1"), record_of("2").state) == ("One", "published")


def test_what_others_did_meanwhile_is_left_and_told() -> None:
    first = run(told("1", "One"), told("2", "Two"), told("3", "Three"))
    run(told("1", "Newer"))
    retire(actor=NODE, record_id=record_of("2").pk)
    assert undo(first) == Undone(retired=1, left=2)
    assert (title_of("1"), record_of("2").state, record_of("3").state) == ("Newer", "retired", "retired")
    assert set(Step.objects.filter(run=first).values_list("undone", flat=True)) == {"later-run", "person", "undone"}


def test_runs_are_undone_one_after_the_other_back_to_the_first() -> None:
    runs = [run(told("1", title)) for title in ("One", "Two", "Three")]
    assert [undo(done) for done in reversed(runs[1:])] == [Undone(brought_back=1)] * 2
    assert title_of("1") == "One"
    assert undo(runs[0]) == Undone(retired=1)
    assert record_of("1").state == "retired"


def test_an_undoing_that_broke_off_is_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "BATCH", 2)
    done = run(*[told(str(number)) for number in range(5)])

    def kill(count: int) -> None:
        if count == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undo(done, tell=kill)
    assert Record.objects.filter(state="retired").count() == 4
    assert (SourceRun.objects.get(pk=done.pk).undone_at, Source.objects.get(pk="reefs").state) == (None, {})
    assert undo(SourceRun.objects.get(pk=done.pk)) == Undone(retired=5)


def test_a_run_under_way_is_not_undone_under_its_feet() -> None:
    done = run(told("1"))
    going = claims.take_up(claims.ask(Source.objects.get(pk="reefs"), by=None))
    with pytest.raises(claims.Busy):
        undo(done)
    SourceRun.objects.filter(pk=going.pk).update(beat_at=timezone.now() - claims.STILL * 2)
    assert undo(done) == Undone(retired=1)


def test_what_came_and_went_in_one_run_is_as_if_it_had_never_come() -> None:
    done = run(told("1"), told("1", "Changed"), Found(key="1", gone=True))
    assert undo(done) == Undone(retired=1)
    assert record_of("1").state == "retired"


def test_a_preview_has_nothing_to_undo() -> None:
    FakeDoor.script = [told("1")]
    assert undo(run_source(source(), preview=True)) == Undone()
