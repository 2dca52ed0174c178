"""Who did what: for those who answer for the records, with the roles under which it was done."""

from datetime import UTC, datetime, timedelta

import pytest

from landbridge.parties.models import Membership
from landbridge.registry import actions, audit
from landbridge.registry.models import Change
from landbridge.registry.queries import Unknown
from landbridge.registry.readers import Standing, standing_of
from landbridge.registry.workflow import Workflow
from landbridge.registry.writing import Said
from tests.cast import Cast, Person
from tests.registry.conftest import NEED

pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC).date()


def draft(person: Person, owner: str | None = "FJI") -> str:
    answers = {"format": "need", "data": NEED, "owner": owner, "workflow": Workflow.NATIONAL}
    return actions.draft(actor=person.actor, **answers).id


def me(person: Person) -> Standing:
    return standing_of(person.account.pk)


def test_a_trail_tells_everything_the_newest_first(cast: Cast) -> None:
    record = draft(cast.losa)
    actions.submit(actor=cast.losa.actor, record_id=record)
    actions.return_(actor=cast.henri.actor, record_id=record, said=Said("Budget?"))
    lines = audit.of_record(me(cast.losa), record).lines
    assert [(line.verb, line.actor, line.note) for line in lines] == [
        ("return", "henri", "Budget?"), ("submit", "losa", ""), ("draft", "losa", ""),
    ]  # fmt: skip


def test_a_trail_is_read_page_by_page(cast: Cast) -> None:
    record = draft(cast.losa)
    for _ in range(6):
        actions.submit(actor=cast.losa.actor, record_id=record)
        actions.withdraw(actor=cast.losa.actor, record_id=record)
    first = audit.of_record(me(cast.losa), record, limit=8)
    second = audit.of_record(me(cast.losa), record, before=first.next, limit=8)
    assert second.next == 0
    serials = [line.serial for line in (*first.lines, *second.lines)]
    expected = Change.objects.filter(record_id=record).order_by("-serial").values_list("serial", flat=True)
    assert serials == list(expected)


def test_a_trail_is_for_those_who_audit_and_for_the_author(cast: Cast) -> None:
    Membership.objects.create(account=cast.sven.account, party_id="FJI", role="contributor")
    ours, his = draft(cast.losa), draft(cast.sven)
    assert audit.of_record(me(cast.sven), his).lines
    for person in (cast.sven, cast.priya, cast.malia):
        with pytest.raises(Unknown):
            audit.of_record(me(person), ours)
    assert len(audit.of_record(me(cast.losa), his).lines) == 1


def test_what_was_done_under_a_role_that_ends_says_for_whom_and_until_when(cast: Cast) -> None:
    until = TODAY + timedelta(days=3)
    role = {"account": cast.sven.account, "party_id": "FJI", "role": "publishing_authority"}
    delegated = Membership.objects.create(**role, until=until)
    record = draft(cast.losa)
    actions.publish(actor=cast.sven.actor, record_id=record)
    told = {line.verb: line.delegation for line in audit.of_record(me(cast.losa), record).lines}
    assert told["draft"] is None
    assert told["publish"] is not None
    assert (told["publish"].party, told["publish"].until) == ("FJI", until)
    Membership.objects.filter(pk=delegated.pk).update(since=TODAY + timedelta(days=1))
    assert audit.of_record(me(cast.losa), record).lines[0].delegation is None
    Membership.objects.filter(pk=delegated.pk).update(since=TODAY)
    Membership.objects.create(account=cast.sven.account, party_id="FJI", role="focal_point")
    assert audit.of_record(me(cast.losa), record).lines[0].delegation is None


def test_of_a_person_others_see_what_concerns_their_own_records(cast: Cast) -> None:
    ours, theirs = draft(cast.losa), draft(cast.malia, "navakavu")
    for record in (ours, theirs):
        owner = cast.losa if record == ours else cast.malia
        actions.submit(actor=owner.actor, record_id=record)
        actions.return_(actor=cast.henri.actor, record_id=record)
    henri = cast.henri.account.pk
    assert {line.record for line in audit.of_person(me(cast.henri), henri).lines} == {ours, theirs}
    assert {line.record for line in audit.of_person(me(cast.losa), henri).lines} == {ours}
    assert {line.record for line in audit.of_person(me(cast.malia), henri).lines} == {theirs}
    for person in (cast.priya, cast.sven):
        with pytest.raises(Unknown):
            audit.of_person(me(person), henri)
    with pytest.raises(Unknown):
        audit.of_person(me(cast.losa), cast.priya.account.pk)


def test_ones_own_trail_holds_no_title_of_what_one_may_not_see_any_more(cast: Cast) -> None:
    Membership.objects.create(account=cast.sven.account, party_id="FJI", role="contributor")
    draft(cast.sven)
    assert audit.of_person(me(cast.sven), cast.sven.account.pk).lines[0].title
    Membership.objects.filter(account=cast.sven.account).delete()
    line = audit.of_person(me(cast.sven), cast.sven.account.pk).lines[0]
    assert (line.verb, line.title) == ("draft", {})
