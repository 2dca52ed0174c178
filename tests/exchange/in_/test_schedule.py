"""Sources by the clock: what is due, what waits, what fails, and what was broken off."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from landbridge.exchange.in_ import claims, held, schedule
from landbridge.exchange.in_.door import BadSource
from landbridge.exchange.in_.running import STOPPED
from landbridge.exchange.in_.schedule import PAUSES, ForgetSourceRuns, RunSources
from landbridge.exchange.models import Source, SourceRun
from landbridge.lib import background
from landbridge.parties.models import Notice
from landbridge.registry.models import Record
from tests import cast
from tests.exchange.in_.fakes import FakeDoor, source, told, whole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake")]


def tick(**later: float) -> list[int]:
    """The clock comes by; what it begins is done at once: the runs."""
    begun: list[int] = []

    def at_once(run: SourceRun) -> None:
        begun.append(run.pk)
        schedule.carry_out_now(run.pk)

    RunSources(at_once).run(timezone.now() + timedelta(**later))
    return begun


def due(**values: Any) -> Source:
    past = timezone.now() - timedelta(minutes=1)
    return source(**{"address": "https://example.org", "every": 24, "due_at": past, **values})


def test_a_source_that_is_due_runs_and_is_due_again_after_its_hours() -> None:
    due()
    FakeDoor.script = [told("1"), whole(since=1)]
    assert len(tick()) == 1
    mine = Source.objects.get(pk="reefs")
    assert (mine.state, mine.failures) == ({"since": 1}, 0)
    assert mine.due_at is not None
    assert timedelta(hours=23) < mine.due_at - timezone.now() <= timedelta(hours=24)
    assert tick() == []


@pytest.mark.parametrize("rests", [{"enabled": False}, {"every": 0}, {"address": ""}, {"removed_at": timezone.now()}])
@pytest.mark.once
def test_a_source_that_rests_is_not_asked(rests: dict[str, Any]) -> None:
    due(**rests)
    assert tick() == []


def test_failures_make_the_pauses_grow_and_administrators_hear_of_it() -> None:
    company = cast.assemble_all()
    due()
    FakeDoor.script = [BadSource("The address answers 404.")]
    pauses = []
    for _ in range(4):
        Source.objects.update(due_at=timezone.now())
        tick(seconds=5)
        mine = Source.objects.get(pk="reefs")
        assert mine.due_at is not None
        pauses.append(mine.due_at - timezone.now())
    assert [round(pause / timedelta(minutes=1)) for pause in pauses] == [
        pause // timedelta(minutes=1) for pause in PAUSES[:4]
    ]
    notices = Notice.objects.filter(kind="source_failing")
    assert {notice.account_id for notice in notices} == {company.ada.account.pk}
    assert notices[0].told["error"] == "The address answers 404."
    FakeDoor.script = [told("1")]
    Source.objects.update(due_at=timezone.now())
    tick(seconds=5)
    assert Source.objects.get(pk="reefs").failures == 0


def test_what_a_person_asked_for_is_begun_and_a_stop_is_no_failure() -> None:
    mine = source()
    FakeDoor.script = [lambda: SourceRun.objects.update(stop=True) and told("1")]
    run = claims.ask(mine, by=None)
    with pytest.raises(claims.Busy):
        claims.ask(mine, by=None)
    assert tick() == [run.pk]
    assert SourceRun.objects.get(pk=run.pk).error == STOPPED
    assert Source.objects.get(pk="reefs").failures == 0


def test_undoing_that_was_asked_for_is_done_by_the_clock() -> None:
    company = cast.assemble_all()
    FakeDoor.script = [told("1")]
    run = claims.ask(source(), by=company.ada.account.pk)
    tick()
    SourceRun.objects.filter(pk=run.pk).update(undone_by=company.chen.account)
    assert tick() == [run.pk]
    done = SourceRun.objects.get(pk=run.pk)
    assert done.undone_at is not None
    assert (done.by_id, done.undone_by_id) == (company.ada.account.pk, company.chen.account.pk)
    assert Record.objects.get().state == "retired"
    assert tick() == []


def test_a_file_waits_until_its_run_is_done_also_when_the_process_died() -> None:
    name = held.hold([b"id,title\n", b"1,Ponds\n"])
    run = claims.take_up(claims.ask(source(), by=None, file="ponds.csv", held=name))
    SourceRun.objects.filter(pk=run.pk).update(beat_at=timezone.now() - claims.STILL * 2, cursor={"row": 1})
    FakeDoor.script = [lambda: told(FakeDoor.asked[-1].file.read_text())]  # type: ignore[union-attr]
    assert len(tick()) == 1
    again = SourceRun.objects.latest("pk")
    assert (again.new, again.file, again.held, again.error) == (0, "ponds.csv", name, "")
    assert (again.refused, FakeDoor.asked[-1].state) == (1, {"row": 1}), "a key with a line end is refused"
    assert held.held(name) is None


def test_a_run_that_kills_its_process_twice_is_not_begun_a_third_time() -> None:
    mine = source()
    for expected in (1, 0):
        claims.take_up(SourceRun.objects.filter(started_at=None).first() or claims.ask(mine, by=None))
        SourceRun.objects.filter(ended_at=None).update(beat_at=timezone.now() - claims.STILL * 2)
        schedule._go_on_with_broken(timezone.now())
        assert SourceRun.objects.filter(started_at=None).count() == expected


def test_a_file_that_lies_on_another_host_is_left_to_it() -> None:
    run = claims.ask(source(), by=None, file="x.csv", held="a" * 32)
    assert tick() == []
    assert tick(days=31) == []
    assert "bring it again" in SourceRun.objects.get(pk=run.pk).error


def test_previews_and_their_files_are_forgotten() -> None:
    name = held.hold([b"x"])
    claims.take_up(claims.ask(source(), by=None, preview=True, held=name))
    ForgetSourceRuns().run(timezone.now())
    assert held.held(name)
    ForgetSourceRuns().run(timezone.now() + timedelta(days=2))
    assert (SourceRun.objects.count(), held.held(name)) == (0, None)


@pytest.mark.once
def test_files_are_found_by_their_own_names_only() -> None:
    assert held.held("../secret-key") is None
    assert held.held("") is None
    with pytest.raises(held.TooLarge):
        held.hold(b"x" * 50_000_000 for _ in range(5))


def test_what_fails_in_a_thread_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    class Now:
        """A thread that is over when it has begun."""

        def __init__(self, target: Any, **named: Any) -> None:
            self.start = target

    monkeypatch.setattr(background.threading, "Thread", Now)
    monkeypatch.setattr(background.connections, "close_all", lambda: None)
    monkeypatch.setattr(schedule, "carry_out_now", lambda run: 1 / 0)
    run = claims.ask(source(), by=None)
    RunSources().run(timezone.now())
    assert (schedule._busy, list(schedule._resting)) == (set(), ["reefs"])
    assert tick() == []
    monkeypatch.undo()
    schedule._resting.clear()
    FakeDoor.script = [told("1")]
    assert tick() == [run.pk]
