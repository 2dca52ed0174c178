"""Several reviewers at the same moment: one decides, the others are told, and nothing is done twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from landbridge.parties.models import Membership
from landbridge.registry import actions, bulk
from landbridge.registry.models import Change
from landbridge.registry.readers import standing_of
from landbridge.registry.workflow import Verb, Workflow
from landbridge.registry.writing import Said
from tests.cast import assemble
from tests.registry.conftest import NEED

PEOPLE = 8


@pytest.mark.django_db(transaction=True)
def test_of_many_who_press_at_once_one_decides_each_record() -> None:
    cast = assemble()
    Membership.objects.create(account=cast.sven.account, party_id="FJI", role="publishing_authority")
    answers = {"format": "need", "data": NEED, "owner": "FJI", "workflow": Workflow.NATIONAL}
    records = [actions.draft(actor=cast.losa.actor, **answers).id for _ in range(5)]
    for record in records:
        actions.submit(actor=cast.losa.actor, record_id=record)
    ticked = [bulk.Ticked(one.record_id, one.serial) for one in Change.objects.filter(verb="submit")]
    start = Barrier(PEOPLE)

    def press(number: int) -> bulk.Outcome:
        person = cast.losa if number % 2 else cast.sven
        verb = Verb.PUBLISH if number % 3 else Verb.RETURN
        start.wait(30)
        try:
            return bulk.perform(
                actor=person.actor, standing=standing_of(person.account.pk), verb=verb, ticked=ticked,
                batch=f"{number:032}", note="Mine",
            )  # fmt: skip
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as pool:
        outcomes = list(pool.map(press, range(PEOPLE)))
    done = Counter(record for outcome in outcomes for record in outcome.done)
    assert done == dict.fromkeys(records, 1)
    assert {refusal.why for outcome in outcomes for refusal in outcome.refused} == {"changed"}
    decided = Change.objects.filter(verb__in=("publish", "return")).values_list("record_id", flat=True)
    assert sorted(decided) == sorted(records)


@pytest.mark.django_db(transaction=True)
def test_undoing_and_going_on_at_once_leaves_one_of_both() -> None:
    cast = assemble()
    answers = {"format": "need", "data": NEED, "owner": "FJI", "workflow": Workflow.NATIONAL}
    record = actions.draft(actor=cast.losa.actor, **answers).id
    actions.submit(actor=cast.losa.actor, record_id=record)
    actions.publish(actor=cast.losa.actor, record_id=record, said=Said(batch="b" * 32))
    start = Barrier(2)

    def undo() -> int:
        start.wait(30)
        try:
            standing = standing_of(cast.losa.account.pk)
            return len(bulk.undo(actor=cast.losa.actor, standing=standing, batch="b" * 32, undoing="c" * 32).done)
        finally:
            connection.close()

    def amend() -> None:
        start.wait(30)
        try:
            actions.revise(actor=cast.losa.actor, record_id=record, data=NEED, language="en", seen=1)
        except ValueError:
            pass  # It waits for review again: there is nothing to amend.
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        undone, _ = pool.submit(undo), pool.submit(amend)
    verbs = list(Change.objects.filter(record_id=record).order_by("serial").values_list("verb", flat=True))
    assert verbs[:3] == ["draft", "submit", "publish"]
    assert verbs[3:] == (["take_back"] if undone.result() else ["revise"])
