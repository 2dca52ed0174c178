"""Who does what with sources, and what is kept of it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from landbridge.exchange.in_ import claims, schedule, sources_actions, sources_queries
from landbridge.exchange.in_.running import run_source
from landbridge.exchange.in_.sealed import unseal
from landbridge.exchange.in_.sources_actions import Wrong
from landbridge.exchange.models import Source, SourceItem, SourceRun
from landbridge.registry.actions import NODE, Actor, Conflict, Forbidden
from landbridge.registry.models import Change, Record
from landbridge.registry.queries import Unknown
from tests import cast
from tests.exchange.in_.fakes import FakeDoor, source, told, whole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake")]


@pytest.fixture
def company() -> cast.Company:
    return cast.assemble_all()


def add(actor: Actor = NODE, **named: Any) -> Source:
    return sources_actions.add(
        actor=actor, **{"source_id": "reefs", "door_name": "fake", "title": "Reefs", "address": "https://example.org",
                        **named}
    )  # fmt: skip


RUNNERS = frozenset({"ada", "chen"})
LOOKERS = RUNNERS | {"henri"}


def test_who_runs_sources(company: cast.Company) -> None:
    FakeDoor.script = [told("1"), told("EP", kept=True)]
    run = run_source(source())
    item = SourceItem.objects.get(key="EP").pk
    acts: list[Callable[[Actor], object]] = [
        lambda actor: add(actor, source_id="other"),
        lambda actor: sources_actions.change(actor=actor, source_id="reefs", title="x", address="", answers={}, every=0,
                                             visibility="public"),
        lambda actor: sources_actions.set_mapping(actor=actor, source_id="reefs", mapping={}),
        lambda actor: sources_actions.enable(actor=actor, source_id="reefs", on=False),
        lambda actor: sources_actions.ask(actor=actor, source_id="reefs", held_as="x"),
        lambda actor: sources_actions.stop(actor=actor, source_id="reefs", run_id=run.pk),
        lambda actor: sources_actions.ask_undo(actor=actor, source_id="reefs", run_id=run.pk),
        lambda actor: sources_actions.remove(actor=actor, source_id="reefs", records="keep"),
    ]  # fmt: skip
    for name, person in {**company.everybody(), "nobody": None}.items():
        actor = person.actor if person else Actor()
        assert sources_actions.may_run(actor) == (name in RUNNERS), name
        assert sources_actions.may_look(actor) == (name in LOOKERS), name
        if name in RUNNERS:
            continue
        for act in acts:
            with pytest.raises(Forbidden):
                act(actor)
        if name not in LOOKERS:
            with pytest.raises(Forbidden):
                sources_actions.draft(actor=actor, source_id="reefs", item_id=item)
    assert Source.objects.get().removed_at is None
    for act in acts:
        act(company.chen.actor)


def test_what_was_put_by_becomes_a_draft_of_whoever_says_so(company: cast.Company) -> None:
    FakeDoor.script = [told("EP", "A pump", kept=True, address="https://example.org/EP")]
    run_source(source())
    item = SourceItem.objects.get()
    record = sources_actions.draft(actor=company.henri.actor, source_id="reefs", item_id=item.pk)
    assert (record.state, record.author_id, record.origin) == ("draft", company.henri.account.pk, "")
    assert record.revisions.get().note == "From https://example.org/EP"
    assert SourceItem.objects.get().record_id == record.pk
    with pytest.raises(Conflict, match="already"):
        sources_actions.draft(actor=company.ada.actor, source_id="reefs", item_id=item.pk)
    FakeDoor.script = [told("EP", "A better pump", kept=True), whole()]
    run_source(Source.objects.get())
    assert Record.objects.get().latest == 1, "the draft is a person's now"
    assert SourceItem.objects.get().record_id == record.pk
    FakeDoor.script = [whole()]
    assert run_source(Source.objects.get()).gone == 1
    assert Record.objects.get().state == "draft"


@pytest.mark.parametrize("item", [0, -1, 2**63, 999])
def test_a_thing_that_is_not_there(company: cast.Company, item: int) -> None:
    source()
    with pytest.raises(Unknown):
        sources_actions.draft(actor=company.ada.actor, source_id="reefs", item_id=item)


def test_secrets_are_sealed_and_stay_until_they_are_typed_again(company: cast.Company) -> None:
    add(company.ada.actor, answers={"set": "fish", "key": "s3cret-key", "unknown": "x"})
    mine = Source.objects.get()
    assert (mine.answers, mine.added_by_id) == ({"set": "fish", "language": "en"}, company.ada.account.pk)
    assert "s3cret" not in str(mine.answers) + mine.secrets
    assert unseal(mine.secrets) == {"key": "s3cret-key"}
    same = {"actor": NODE, "source_id": "reefs", "title": "Reefs", "address": "https://example.org", "every": 0,
            "visibility": "public"}  # fmt: skip
    Source.objects.update(state={"since": 1})
    sources_actions.change(**same, answers={"set": "fish"})
    assert (unseal(Source.objects.get().secrets), Source.objects.get().state) == ({"key": "s3cret-key"}, {"since": 1})
    sources_actions.change(**same, answers={"set": "corals", "key": "other-key"})
    assert (unseal(Source.objects.get().secrets), Source.objects.get().state) == ({"key": "other-key"}, {})
    FakeDoor.script = [told("1")]
    run_source(Source.objects.get())
    assert FakeDoor.asked[-1].settings == {"set": "corals", "language": "en", "key": "other-key"}


def test_records_follow_their_source_when_others_shall_see_them() -> None:
    FakeDoor.script = [told("1"), whole(since=1)]
    run_source(add())
    sources_actions.change(actor=NODE, source_id="reefs", title="Reefs", address="https://example.org", answers={},
                           every=0, visibility="network")  # fmt: skip
    run_source(Source.objects.get())
    assert FakeDoor.asked[-1].state == {}
    assert (Record.objects.get().visibility, Record.objects.get().latest) == ("network", 1)


@pytest.mark.once
@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"source_id": "Reefs of"}, "id"), ({"source_id": "-"}, "id"), ({"source_id": "x" * 61}, "id"),
        ({"door_name": "window"}, "door"), ({"title": " "}, "title"), ({"address": "javascript:alert(1)"}, "address"),
        ({"address": "https://example.org/" + "x" * 500}, "address"), ({"every": -1}, "every"),
        ({"visibility": "everybody"}, "every"), ({"answers": {"language": "english"}}, "language"),
        ({"answers": {"set": "x" * 3_000}}, "set"), ({"answers": {"key": "x" * 3_000}}, "key"),
    ],
)  # fmt: skip
def test_what_does_not_do_is_named(given: dict[str, Any], where: str) -> None:
    with pytest.raises(Wrong) as wrong:
        add(**given)
    assert [name for name, _ in wrong.value.problems] == [where]
    assert not Source.objects.exists()


def test_a_name_is_given_once_also_after_removing() -> None:
    add()
    sources_actions.remove(actor=NODE, source_id="reefs", records="keep")
    with pytest.raises(Wrong, match="already"):
        add()
    with pytest.raises(Unknown):
        sources_actions.the_source("reefs")


def test_removing_keeps_the_records_or_takes_them_out_of_sight() -> None:
    FakeDoor.script = [told("1"), told("2"), whole()]
    run_source(source())
    run_source(source("rivers"))
    assert sources_actions.remove(actor=NODE, source_id="reefs", records="keep") is None
    assert Record.objects.filter(state="published").count() == 4
    last = sources_actions.remove(actor=NODE, source_id="rivers", records="retire")
    assert last is not None
    schedule.carry_out_now(last.pk)
    assert Record.objects.filter(state="published", origin="source:rivers").count() == 0
    assert Record.objects.filter(state="published", origin="source:reefs").count() == 2
    assert SourceRun.objects.get(pk=last.pk).gone == 2
    assert len(FakeDoor.asked) == 2, "nobody is asked any more"


def test_a_source_at_work_is_not_removed() -> None:
    mine = source()
    claims.take_up(claims.ask(mine, by=None))
    with pytest.raises(claims.Busy):
        sources_actions.remove(actor=NODE, source_id="reefs", records="keep")


def test_what_the_list_tells(django_assert_max_num_queries: Any) -> None:
    FakeDoor.script = [told("1")]
    good = run_source(source("a", title="A"))
    FakeDoor.script = [RuntimeError("no")]
    run_source(Source.objects.get(pk="a"))
    claims.ask(source("b", title="B"), by=None)
    source("c", title="C")
    source("gone", removed_at=timezone.now())
    with django_assert_max_num_queries(2):
        lines = sources_queries.every()
        assert [(one.source.pk, one.status) for one in lines] == [("a", "failed"), ("b", "waits"), ("c", "never")]
    assert lines[0].fresh_at == SourceRun.objects.get(pk=good.pk).ended_at


def test_undoing_is_asked_for_in_the_name_of_who_asks(company: cast.Company) -> None:
    FakeDoor.script = [told("1")]
    run = run_source(source())
    preview = run_source(Source.objects.get(), preview=True)
    sources_actions.ask_undo(actor=company.chen.actor, source_id="reefs", run_id=run.pk)
    schedule.carry_out_now(run.pk)
    assert SourceRun.objects.get(pk=run.pk).undone_by_id == company.chen.account.pk
    assert Change.objects.last().verb == "retire"  # type: ignore[union-attr]
    with pytest.raises(Wrong):
        sources_actions.ask_undo(actor=company.chen.actor, source_id="reefs", run_id=preview.pk)


@pytest.mark.once
def test_texts_to_search_with_may_be_anything() -> None:
    FakeDoor.script = [told("1", kept=True)]
    run = run_source(source())
    mine = Source.objects.get()
    for text in ("\0", "%", "'; --", "x" * 5_000):
        assert list(sources_queries.refusals(run, text)) == []
        assert len(sources_queries.put_by(mine, text)) <= 1
