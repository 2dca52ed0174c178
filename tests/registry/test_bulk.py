"""Many records at once: each for itself, all undone with one press, as far as nobody went on with them."""

import uuid
from typing import Any

import pytest

from landbridge.registry import actions, bulk
from landbridge.registry.bulk import Refusal, Ticked, TooMany
from landbridge.registry.models import Change, Record
from landbridge.registry.queries import Unknown, get
from landbridge.registry.readers import standing_of
from landbridge.registry.rules import ANYONE
from landbridge.registry.workflow import NotPossible, State, Verb, Workflow
from landbridge.registry.writing import Conflict, Said
from tests.cast import Cast, Person
from tests.registry.conftest import NEED

pytestmark = pytest.mark.django_db


def submitted(person: Person, owner: str = "FJI") -> str:
    answers = {"format": "need", "data": NEED, "owner": owner, "workflow": Workflow.NATIONAL}
    record = actions.draft(actor=person.actor, **answers).id
    actions.submit(actor=person.actor, record_id=record)
    return record


def newest(record: str) -> int:
    return Change.objects.filter(record_id=record).latest("serial").serial


def do(person: Person, verb: Verb, records: list[str], **more: Any) -> bulk.Outcome:
    ticked = [Ticked(record, newest(record)) for record in records]
    more = {"batch": uuid.uuid4().hex, "note": "All of them", **more}
    return bulk.perform(
        actor=person.actor, standing=standing_of(person.account.pk), verb=verb, ticked=ticked, **more
    )  # fmt: skip


def undo(person: Person, outcome: bulk.Outcome) -> bulk.Outcome:
    return bulk.undo(
        actor=person.actor, standing=standing_of(person.account.pk), batch=outcome.batch, undoing=uuid.uuid4().hex
    )


def state(record: str) -> str:
    return Record.objects.get(pk=record).state


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        (Verb.PUBLISH, State.SUBMITTED, State.PUBLISHED), (Verb.RETURN, State.SUBMITTED, State.RETURNED),
        (Verb.RETIRE, State.PUBLISHED, State.RETIRED), (Verb.CONFIRM, State.PUBLISHED, State.PUBLISHED),
    ],
)  # fmt: skip
def test_each_can_be_done_and_undone(cast: Cast, verb: Verb, before: str, after: str) -> None:
    records = [submitted(cast.losa) for _ in range(3)]
    if before == State.PUBLISHED:
        for record in records:
            actions.publish(actor=cast.losa.actor, record_id=record)
    confirmed = set(Record.objects.values_list("confirmed_on", "confirm_by"))
    outcome = do(cast.losa, verb, records)
    assert (outcome.done, outcome.refused) == (records, [])
    assert {state(record) for record in records} == {after}
    assert Change.objects.filter(batch=outcome.batch, note="All of them", verb=verb).count() == 3
    assert undo(cast.losa, outcome).done == records
    assert {state(record) for record in records} == {before}
    if verb == Verb.CONFIRM:
        assert set(Record.objects.values_list("confirmed_on", "confirm_by")) == confirmed


def test_what_cannot_be_done_is_named_with_its_reason_and_the_rest_is_done(cast: Cast) -> None:
    fine, foreign, early = submitted(cast.losa), submitted(cast.malia, "navakavu"), submitted(cast.losa)
    actions.withdraw(actor=cast.losa.actor, record_id=early)
    outcome = do(cast.losa, Verb.RETURN, [fine, foreign, early])
    assert outcome.done == [fine]
    assert outcome.refused == [Refusal(foreign, "unknown"), Refusal(early, "not_possible")]
    again = do(cast.henri, Verb.PUBLISH, [foreign])
    assert again.refused == [Refusal(foreign, "forbidden")]


def test_only_what_nobody_touched_since_is_undone(cast: Cast) -> None:
    first, second = submitted(cast.losa), submitted(cast.losa)
    outcome = do(cast.losa, Verb.PUBLISH, [first, second])
    actions.confirm(actor=cast.henri.actor, record_id=first)
    undone = undo(cast.losa, outcome)
    assert undone.done == [second]
    assert undone.refused == [Refusal(first, "changed")]
    assert (state(first), state(second)) == (State.PUBLISHED, State.SUBMITTED)
    with pytest.raises(Unknown):
        get(second, ANYONE)


def test_nobody_undoes_what_another_did(cast: Cast) -> None:
    outcome = do(cast.losa, Verb.PUBLISH, [submitted(cast.losa)])
    for person in (cast.henri, cast.sven):
        with pytest.raises(Unknown):
            undo(person, outcome)


def test_who_has_lost_the_right_cannot_undo(cast: Cast) -> None:
    record = submitted(cast.losa)
    outcome = do(cast.losa, Verb.PUBLISH, [record])
    cast.losa.account.memberships.all().delete()
    assert undo(cast.losa, outcome).done == []
    assert state(record) == State.PUBLISHED


def test_two_hundred_at_once_and_no_more(cast: Cast) -> None:
    with pytest.raises(TooMany):
        bulk.perform(
            actor=cast.losa.actor, standing=standing_of(cast.losa.account.pk), verb=Verb.PUBLISH, batch="b",
            ticked=[Ticked(f"r{at}", 1) for at in range(201)],
        )  # fmt: skip


def test_an_action_that_knew_an_older_record_stops(cast: Cast) -> None:
    record = submitted(cast.losa)
    seen = newest(record)
    actions.return_(actor=cast.henri.actor, record_id=record)
    with pytest.raises(Conflict):
        actions.submit(actor=cast.losa.actor, record_id=record, said=Said("Mine", after=seen))
    assert Change.objects.filter(record_id=record).count() == 3
    with pytest.raises(NotPossible):
        actions.publish(actor=cast.losa.actor, record_id=record, said=Said(after=newest(record)))


def test_confirmations_are_taken_back_one_by_one_to_the_day_before(cast: Cast) -> None:
    record = submitted(cast.losa)
    actions.publish(actor=cast.losa.actor, record_id=record)
    with pytest.raises(Conflict):
        actions.unconfirm(actor=cast.losa.actor, record_id=record)
    for _ in range(2):
        actions.confirm(actor=cast.losa.actor, record_id=record)
    actions.unconfirm(actor=cast.losa.actor, record_id=record)
    assert Record.objects.get(pk=record).confirmed_on is not None
    actions.unconfirm(actor=cast.losa.actor, record_id=record)
    assert Record.objects.get(pk=record).confirmed_on is None
    with pytest.raises(Conflict):
        actions.unconfirm(actor=cast.losa.actor, record_id=record)
