"""Runs of sources: taken in whole, gone on with after a crash, and never stopped by one bad thing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from landbridge.exchange.in_ import claims, held, running
from landbridge.exchange.in_.door import BadSource, Checkpoint, Found
from landbridge.exchange.in_.running import Limits, run_source
from landbridge.exchange.in_.sealed import HIDDEN, seal
from landbridge.exchange.models import Refusal, Source, SourceItem, SourceRun, Step
from landbridge.lib.doors.http import Failed
from landbridge.parties.models import Account
from landbridge.registry.actions import NODE, draft, retire
from landbridge.registry.models import Record, Revision
from landbridge.registry.queries import get
from landbridge.registry.rules import ANYONE
from tests.exchange.in_.fakes import FakeDoor, source, told, whole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake")]


class Killed(BaseException):
    """As kill -9: nothing of the process runs after it."""


def run(*script: Any, of: Source | None = None, **named: Any) -> SourceRun:
    """Run a source that tells this."""
    FakeDoor.script = list(script)
    return run_source(of or Source.objects.filter(pk="reefs").first() or source(), **named)


def counts(done: SourceRun) -> tuple[int, int, int, int, int]:
    return done.new, done.changed, done.same, done.gone, done.refused


def record_of(key: str) -> Record:
    return Record.objects.get(pk=SourceItem.objects.get(source="reefs", key=key).record_id)


@pytest.mark.requirement("CHM-5")
def test_what_a_source_tells_is_published_with_where_it_comes_from() -> None:
    moment = datetime(2025, 3, 1, tzinfo=UTC)
    done = run(
        told("oai:reef:1", "Ponds", stated_at=moment, facts={"licence": "CC0"}, address="https://example.org/1"),
        told("oai:reef:2", "Estanques", "es"),
        whole(since="2026"),
    )
    assert counts(done) == (2, 0, 0, 0, 0)
    assert (done.error, done.read) == ("", 2)
    first = record_of("oai:reef:1")
    view = get(first.pk, ANYONE)
    assert (view.origin, view.state, view.visibility, view.data["title"]) == (
        "source:reefs", "published", "public", {"en": "Ponds"},
    )  # fmt: skip
    item = SourceItem.objects.get(key="oai:reef:1")
    assert (item.stated_at, item.facts, item.address) == (moment, {"licence": "CC0"}, "https://example.org/1")
    assert record_of("oai:reef:2").language == "es"
    assert Source.objects.get(pk="reefs").state == {"since": "2026"}
    assert [(one.verb, one.before, one.after) for one in Step.objects.order_by("pk")] == [("new", None, 1)] * 2


def test_the_same_again_makes_no_revision_and_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    run(told("1"), told("2"))
    monkeypatch.setattr("landbridge.exchange.in_.taking.answers", lambda one: pytest.fail("it was checked again"))
    assert counts(run(told("1"), told("2"))) == (0, 0, 2, 0, 0)
    assert Revision.objects.count() == 2


def test_a_change_is_a_revision_and_new_facts_alone_are_none() -> None:
    run(told("1", "Old"), told("2"))
    done = run(told("1", "New"), told("2", facts={"licence": "CC-BY"}))
    assert counts(done) == (0, 1, 1, 0, 0)
    assert record_of("1").latest == 2
    assert record_of("2").latest == 1
    assert SourceItem.objects.get(key="2").facts == {"licence": "CC-BY"}
    assert [(one.verb, one.before, one.after) for one in Step.objects.filter(run=done)] == [("changed", 1, 2)]


def test_what_the_source_deletes_or_names_no_more_goes_out_of_sight() -> None:
    run(told("1"), told("2"), told("3"), whole())
    done = run(told("1"), Found(key="2", gone=True), Found(key="never-told", gone=True), whole())
    assert (done.gone, [record_of(key).state for key in "123"]) == (2, ["published", "retired", "retired"])
    back = run(told("1"), told("2"), told("3", "Changed"), whole())
    assert (back.new, [record_of(key).state for key in "123"]) == (2, ["published"] * 3)
    assert {one.verb for one in Step.objects.filter(run=back)} == {"back"}


def test_a_part_of_the_source_takes_nothing_out_of_sight() -> None:
    run(told("1"), told("2"), whole(since=1))
    assert counts(run(told("2", "Newer"), Checkpoint(state={"since": 2}))) == (0, 1, 0, 0, 0)
    assert record_of("1").state == "published"
    assert FakeDoor.asked[1].state == {"since": 1}


def test_a_crash_loses_nothing_and_the_next_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    run(told("0"), whole())
    first = [told("0"), told("1"), told("2"), Checkpoint(state={"page": 2}), told("3"), told("4"), told("5")]
    with pytest.raises(Killed):
        run(*first, Killed())
    broken = SourceRun.objects.latest("pk")
    assert (broken.ended_at, broken.cursor, broken.read) == (None, {"page": 2}, 6)
    with pytest.raises(claims.Busy):
        run(told("9"))
    SourceRun.objects.filter(pk=broken.pk).update(beat_at=timezone.now() - claims.STILL * 2)
    done = run(told("3"), told("4"), told("5"), told("6"), whole())
    assert FakeDoor.asked[-1].state == {"page": 2}
    assert SourceRun.objects.get(pk=broken.pk).error == claims.BROKEN_OFF
    assert (done.error, done.gone) == ("", 0), "what the broken run had read still counts as named"
    assert [record_of(str(key)).state for key in range(7)] == ["published"] * 7
    assert Revision.objects.count() == 7


def test_an_error_of_the_door_keeps_what_came_before_it_and_its_checkpoint() -> None:
    done = run(told("1"), Checkpoint(state={"page": 2}), told("2"), BadSource("Page 3 is no XML."))
    assert (done.error, done.new, done.cursor) == ("Page 3 is no XML.", 2, {"page": 2})
    assert done.ended_at is not None
    assert Source.objects.get(pk="reefs").state == {}, "a run that failed is gone on with, not passed over"
    run(told("3"), whole())
    assert FakeDoor.asked[-1].state == {"page": 2}


def test_a_file_says_nothing_of_how_far_the_address_was_read() -> None:
    run(told("1"), whole(since=1))
    run(told("2"), Checkpoint(state={"page": 2}), BadSource("Page 3 is no XML."))
    name = held.hold([b"x"])
    run(told("3"), whole(row=9), file="x.csv", held_as=name)
    assert (FakeDoor.asked[-1].state, Source.objects.get().state) == ({}, {"since": 1})
    run(told("4"), whole(since=2))
    assert FakeDoor.asked[-1].state == {"page": 2}


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Failed("No answer in time."), "No answer in time."),
        (ZeroDivisionError("s3cret-key by zero\n\0"), f"The door failed (ZeroDivisionError): {HIDDEN} by zero"),
        ("what", "The door gave str, which is nothing that a source tells of."),
        (Checkpoint(state={"x": "y" * 200_000}), "The state of the door is longer than can be kept."),
    ],
)
@pytest.mark.once
def test_whatever_a_door_does_is_one_line(problem: Any, line: str) -> None:
    done = run(told("1"), problem, of=source(secrets=seal({"key": "s3cret-key"})))
    assert line in done.error
    assert "s3cret" not in SourceRun.objects.get(pk=done.pk).error
    assert done.ended_at is not None


def test_what_is_refused_is_told_by_its_field_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("landbridge.exchange.in_.taking.DETAILED", 3)
    bad = Found(key="2", place="page 1", record={"format": "resource", "data": {"title": "x", "colour": "red"}})
    done = run(told("1"), bad, Found(key="3", problem="No title.", place="page 2"), told("4", "ok", "english"),
               Found(key="5", record={"format": "spaceship", "data": {}}), told("6"))  # fmt: skip
    assert (done.new, done.refused) == (2, 4)
    assert set(Refusal.objects.filter(key="2").values_list("field", "place")) == {
        ("colour", "page 1"), ("summary", "page 1"),
    }  # fmt: skip
    assert Refusal.objects.get(key="3").reason == "No title."
    assert Refusal.objects.values("key").distinct().count() == 3, "the first ones are told, all are counted"


def test_what_was_refused_later_still_counts_as_there() -> None:
    run(told("1"), whole())
    done = run(Found(key="1", problem="Unreadable today."), whole())
    assert (done.gone, record_of("1").state) == (0, "published")


HOSTILE: list[Found] = [
    Found(key="", record={}),
    Found(key="k" * 501, record={}),
    Found(key="nul\0", record={}),
    Found(key="sur\ud800", record={}),
    Found(key=7, record={}),  # type: ignore[arg-type]
    Found(key="nothing"),
    Found(key="list", record=["a"]),  # type: ignore[arg-type]
    Found(key="types", record={"format": 1, "language": 2, "data": 3}),
    Found(key="surrogate", record={"format": "resource", "data": {"title": "\ud800"}}),
    Found(key="object", record={"format": "resource", "data": {"title": object()}}),
    Found(key="facts", record={"format": "resource", "data": {"title": "x"}}, facts={"x": object()}),
    Found(key="large", record={"format": "resource", "data": {"title": "x" * 3_000_000}}),
    Found(key="language", record={"format": "resource", "language": "xx-not-a-language", "data": {"title": "x"}}),
]


def _deep() -> Found:
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]
    return Found(key="deep", record={"format": "resource", "data": {"title": deep}})


@pytest.mark.once
def test_hostile_things_are_refused_one_by_one() -> None:
    done = run(told("1"), *HOSTILE, _deep, told("2"))
    assert (done.error, done.new, done.refused) == ("", 2, len(HOSTILE) + 1)


def test_odd_values_are_kept_as_the_database_takes_them() -> None:
    odd = told("1", "Nul\0 in it" * 9, address="javascript:alert(1)", facts={"a\0": "b\0"},
               stated_at=datetime.now(UTC) + timedelta(days=900), place="p\0" * 400, record_id="../../etc")  # fmt: skip
    assert counts(run(odd))[:1] == (1,)
    item = SourceItem.objects.get(key="1")
    assert (item.address, item.facts, item.stated_at) == ("", {"a": "b"}, None)
    assert item.record_id.startswith("resource-")


def test_an_id_the_world_agreed_on_is_used_when_it_is_free_or_ours() -> None:
    draft(actor=NODE, format="resource", data={"title": "Mine", "summary": "Mine"}, record_id="taken-1")
    done = run(
        told("1", record_id="ror-05dxps055"), told("2", record_id="taken-1"), told("3", record_id="ror-05dxps055")
    )
    assert done.new == 3
    assert record_of("1").pk == "ror-05dxps055"
    assert record_of("2").pk != "taken-1"
    assert record_of("3").pk not in ("ror-05dxps055", record_of("2").pk)
    assert counts(run(told("1", "Changed", record_id="ror-05dxps055"))) == (0, 1, 0, 0, 0)


def test_another_source_does_not_touch_these_records() -> None:
    run(told("1", record_id="ror-05dxps055"))
    done = run(told("1", "Other", record_id="ror-05dxps055"), of=source("rivers"))
    assert done.new == 1
    assert Record.objects.get(pk="ror-05dxps055").latest == 1


def test_what_a_person_took_out_of_sight_stays_there() -> None:
    run(told("1"), told("2"), whole())
    retire(actor=NODE, record_id=record_of("1").pk)
    done = run(told("1", "Changed"), told("2"), whole())
    assert (done.changed, done.refused, record_of("1").state) == (0, 1, "retired")
    assert "left as it is" in Refusal.objects.get(run=done).reason
    assert run(told("1", "Changed"), told("2"), whole()).refused == 0, "it is told once"


def test_what_is_put_by_is_no_record_until_a_person_says_so() -> None:
    patent = told("EP1", "A pump", kept=True, facts={"events": [{"code": "MM4A", "date": "2020-01-01"}]})
    done = run(patent, told("1"))
    assert (done.kept, done.new, Record.objects.count()) == (1, 1, 1)
    item = SourceItem.objects.get(key="EP1")
    assert (item.record_id, item.said["format"], item.facts["events"][0]["code"]) == ("", "resource", "MM4A")
    assert run(patent).same == 1


def test_a_preview_writes_nothing_and_shows_what_would_come() -> None:
    run(told("1"), told("2"), whole())
    done = run(told("1", "Changed"), told("3"), Found(key="4", problem="Bad."), told("EP", kept=True), preview=True)
    assert (done.new, done.changed, done.same, done.kept, done.refused) == (1, 1, 0, 1, 1)
    assert [(row["what"], row["title"]) for row in done.shown] == [
        ("changed", "Changed"), ("new", "Resource 3"), ("kept", "Resource EP"),
    ]  # fmt: skip
    assert (Record.objects.count(), SourceItem.objects.count(), Step.objects.count()) == (2, 2, 2)
    assert Source.objects.get(pk="reefs").state == {}


@pytest.mark.once
@pytest.mark.parametrize(
    ("limits", "line"),
    [
        (Limits(items=3), "more than 3 things"),
        (Limits(seconds=-1), "longer than"),
        (Limits(refused_in_a_row=2), "2 things in a row were refused"),
    ],
)
def test_a_run_has_limits_and_keeps_what_it_read(limits: Limits, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 1)
    bad = [Found(key=f"b{number}", problem="Bad.") for number in range(3)] if limits.refused_in_a_row == 2 else []
    done = run(*([told("1"), *bad, told("2"), told("3"), told("4")]), limits=limits)
    assert line in done.error
    assert done.ended_at is not None


@pytest.mark.once
def test_the_bytes_of_a_run_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    class Answer:
        size = 60

        def __enter__(self) -> "Answer":
            return self

        def __exit__(self, *error: object) -> None:
            """Nothing is open."""

    asked: list[Any] = []
    monkeypatch.setattr("landbridge.lib.doors.fetch.fetched", lambda url, **named: asked.append(named) or Answer())

    def fetching() -> Found:
        with FakeDoor.asked[-1].get("https://example.org"):
            return told(str(len(asked)))

    done = run(fetching, fetching, fetching, limits=Limits(octets=100))
    assert (done.new, done.octets, "more than" in done.error) == (2, 120, True)
    assert [named["most_bytes"] for named in asked] == [100, 40]


def test_one_run_at_a_time_and_one_that_was_taken_over_writes_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 1)

    def another() -> Found:
        """While the first is at work, a second one begins, which it may not; then the first counts as broken off."""
        with pytest.raises(claims.Busy):
            run_source(Source.objects.get(pk="reefs"))
        SourceRun.objects.filter(ended_at=None).update(ended_at=timezone.now(), error=claims.BROKEN_OFF)
        return told("2")

    done = run(told("1"), another, told("3"))
    assert SourceItem.objects.count() == 1
    assert SourceRun.objects.get(pk=done.pk).error == claims.BROKEN_OFF, "the other process has the last word"


def test_somebody_stops_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 1)

    def stopping() -> Found:
        SourceRun.objects.update(stop=True)
        return told("2")

    done = run(told("1"), stopping, told("3"))
    assert (done.error, SourceItem.objects.count()) == ("It was stopped.", 1)


def test_nobody_watches_and_most_things_vanish_then_they_stay() -> None:
    everything = [told(str(number)) for number in range(30)]
    run(*everything, whole())
    FakeDoor.script = [told("1"), whole()]
    mine = Source.objects.get(pk="reefs")
    done = running.carry_out(claims.ask(mine, by=None), careful=True)
    assert "does not name 29 of 30" in done.error
    assert Record.objects.filter(state="published").count() == 30
    assert run(told("1"), whole()).gone == 29, "a person who begins a run means it"


def test_answers_that_a_person_wrote_meanwhile_are_left() -> None:
    run(told("1"))
    record = record_of("1")
    person = Account.objects.create_user("ada@example.org")
    Revision.objects.filter(record=record).update(author=person)
    done = run(told("1", "Changed"))
    assert (done.changed, done.refused, record_of("1").latest) == (0, 1, 1)
