"""Who waits for whom, and queues that hold no record that their reader may not see."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from landbridge.parties.models import Membership
from landbridge.registry import actions, review
from landbridge.registry.endorsements import endorsements
from landbridge.registry.models import Record
from landbridge.registry.readers import standing_of
from landbridge.registry.review import Asked, Queue
from landbridge.registry.workflow import State, Visibility, Workflow
from tests.cast import Cast, Person
from tests.registry.conftest import NEED

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def made(person: Person, owner: str | None, *, submit: bool = True, **more: Any) -> str:
    answers = {"actor": person.actor, "format": "need", "data": NEED, "owner": owner, "workflow": Workflow.NATIONAL}
    record = actions.draft(**{**answers, **more}).id
    if submit:
        actions.submit(actor=person.actor, record_id=record)
    return record


def ids(person: Person, queue: Queue) -> set[str]:
    return {line.id for line in review.page(queue, standing_of(person.account.pk), Asked(), NOW)[0]}


def test_what_is_submitted_waits_for_those_who_may_decide(cast: Cast) -> None:
    ours, theirs = made(cast.losa, "FJI"), made(cast.malia, "navakavu")
    assert ids(cast.losa, Queue.DECIDE) == {ours}
    assert ids(cast.malia, Queue.DECIDE) == {theirs}
    assert ids(cast.henri, Queue.DECIDE) == {ours, theirs}
    assert ids(cast.priya, Queue.DECIDE) == ids(cast.sven, Queue.DECIDE) == set()


def test_what_a_community_keeps_to_itself_is_in_nobody_elses_queue(cast: Cast) -> None:
    private = made(cast.malia, "navakavu", visibility=Visibility.PRIVATE)
    assert ids(cast.malia, Queue.DECIDE) == {private}
    assert private not in ids(cast.henri, Queue.DECIDE)


def test_a_role_that_has_ended_empties_the_queue(cast: Cast) -> None:
    made(cast.losa, "FJI")
    Membership.objects.filter(account=cast.losa.account).update(until=NOW.date() - timedelta(days=1))
    assert ids(cast.losa, Queue.DECIDE) == set()


def test_what_was_returned_waits_for_whoever_wrote_it(cast: Cast) -> None:
    record = made(cast.priya, "reef-institute", format="offer")
    actions.return_(actor=cast.henri.actor, record_id=record)
    assert ids(cast.priya, Queue.RETURNED) == {record}
    assert ids(cast.henri, Queue.RETURNED) == set()
    lines = review.lines(review.unfinished(standing_of(cast.priya.account.pk)), "-updated_at", 10)
    assert [line.state for line in lines] == ["returned"]


@pytest.mark.parametrize(("days", "waits"), [(-1, True), (0, False), (1, False)])
def test_a_record_is_overdue_from_the_day_after_its_day(cast: Cast, days: int, waits: bool) -> None:
    record = made(cast.losa, "FJI")
    actions.publish(actor=cast.losa.actor, record_id=record)
    Record.objects.filter(pk=record).update(confirm_by=NOW.date() + timedelta(days=days))
    assert (record in ids(cast.losa, Queue.OVERDUE)) is waits
    assert record not in ids(cast.malia, Queue.OVERDUE)


def test_records_of_another_node_are_confirmed_there(cast: Cast) -> None:
    record = made(cast.losa, "FJI")
    actions.publish(actor=cast.losa.actor, record_id=record)
    Record.objects.filter(pk=record).update(confirm_by=date(2020, 1, 1), workflow=Workflow.RECEIVED)
    assert ids(cast.losa, Queue.OVERDUE) == set()


def test_experts_wait_until_somebody_has_vetted_them(cast: Cast) -> None:
    waiting = made(cast.malia, "navakavu", format="expert")
    nominated = made(cast.malia, "navakavu", format="expert", data={**NEED, "vetting": "nominated"})
    made(cast.malia, "navakavu", format="expert", submit=False)
    assert ids(cast.henri, Queue.EXPERTS) == {waiting, nominated}
    assert ids(cast.losa, Queue.EXPERTS) == set()


def test_a_queue_is_read_on_from_a_key_whatever_came_in_meanwhile(cast: Cast) -> None:
    records = [made(cast.losa, "FJI") for _ in range(5)]
    losa = standing_of(cast.losa.account.pk)
    first, key = review.page(Queue.DECIDE, losa, Asked(), NOW, limit=2)
    made(cast.losa, "FJI")
    second, key = review.page(Queue.DECIDE, losa, Asked(after=key), NOW, limit=2)
    third, end = review.page(Queue.DECIDE, losa, Asked(after=key), NOW, limit=2)
    assert [line.id for line in (*first, *second, *third)] == records[::-1]
    assert end == ""


@pytest.mark.parametrize("key", ["", "~", "x~y", "2026-01-01", "0001-01-01T00:00:00+14:00~x", "9999-12-31~\x00"])
def test_a_key_that_is_none_breaks_nothing(cast: Cast, key: str) -> None:
    for queue in review.RECORDS:
        review.page(queue, standing_of(cast.henri.account.pk), Asked(after=key), NOW)


def test_everything_that_waits_names_those_who_can_end_the_waiting(cast: Cast) -> None:
    need, orphan = made(cast.losa, "FJI"), made(cast.sven, None, workflow=Workflow.REFERENCE)
    Record.objects.filter(pk=need).update(updated_at=NOW - timedelta(days=9, hours=5))
    waiting = {record: (accounts, days) for record, accounts, days in review.waiting(NOW)}
    assert waiting == {need: ([cast.losa.account.pk], 9), orphan: ([], 0)}
    Record.objects.filter(pk=need).update(state=State.DRAFT)
    assert [record for record, _, _ in review.waiting(NOW)] == [orphan]


def test_those_who_may_publish_are_named_its_own_people_first(cast: Cast) -> None:
    Membership.objects.create(account=cast.sven.account, role="editor")
    cast.losa.account.name = "Losa of the ministry"
    cast.losa.account.save()
    roles = review.publishers("FJI")
    assert review.deciders(roles, NOW.date()) == ["Losa of the ministry", "sven"]
    assert review.deciders(roles, NOW.date() - timedelta(days=2)) == []
    assert review.deciders(review.publishers(None), NOW.date()) == ["sven"]


def test_an_endorsement_that_was_withdrawn_is_gone(cast: Cast) -> None:
    record = made(cast.losa, "FJI")
    actions.publish(actor=cast.losa.actor, record_id=record)
    actions.endorse(actor=cast.losa.actor, record_id=record, party="FJI", said=actions.Said("Ours"))
    assert [(one.party, one.revision, one.note, one.by) for one in endorsements(record)] == [("FJI", 1, "Ours", "losa")]
    actions.unendorse(actor=cast.losa.actor, record_id=record, party="FJI")
    assert endorsements(record) == []
