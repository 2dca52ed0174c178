"""Reminders by the clock: each once, to those who can do something, and experts who leave the roster."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from landbridge.parties.models import Account, Membership, Notice, Party
from landbridge.registry import actions
from landbridge.registry.freshness import after_months
from landbridge.registry.models import Record
from landbridge.registry.reminders import Reminders, _latest_before, leaves_on
from landbridge.registry.writing import NODE
from tests.cast import Cast
from tests.registry.conftest import NEED

TODAY = datetime.now(UTC).replace(hour=12)
EXPERT: dict[str, Any] = {"title": "Adi Vula", "summary": "Restores seagrass.", "consent_to_list": True}


def publish(record_id: str, owner: str | None = None, format: str = "need", author: Account | None = None) -> Record:
    data = NEED if format == "need" else EXPERT
    record = actions.draft(actor=NODE, format=format, record_id=record_id, data=data, owner=owner)
    Record.objects.filter(pk=record.pk).update(author=author)
    return actions.publish(actor=NODE, record_id=record_id)


def confirmed(record_id: str, on: date) -> Record:
    """Let a record be as old as it says."""
    record = Record.objects.get(pk=record_id)
    record.confirmed_on = on
    record.published_at = datetime(on.year, on.month, on.day, tzinfo=UTC)
    record.confirm_by = after_months(on, 48 if record.format == "expert" else 12)
    record.save()
    return record


def due(record_id: str, days: int) -> None:
    Record.objects.filter(pk=record_id).update(confirm_by=(TODAY + timedelta(days=days)).date())


def keys(account: Account) -> list[str]:
    told = Notice.objects.filter(account=account).order_by("pk")
    return [f"{notice.kind} {notice.key.rpartition(':')[2]}" for notice in told]


@pytest.mark.requirement("CHM-6")
def test_reminders_come_at_their_times_and_once(cast: Cast) -> None:
    publish("rewa", "FJI")
    losa = cast.losa.account
    day = TODAY + timedelta(days=40)
    Record.objects.filter(pk="rewa").update(confirm_by=day.date())
    expected: list[str] = []
    times = (
        (35, []), (30, ["confirm 30"]), (12, []), (7, ["confirm 7"]), (1, []), (0, ["confirm 0"]), (-10, []),
        (-31, ["overdue 1"]), (-62, ["overdue 2"]), (-93, ["overdue 3"]), (-200, []),
    )  # fmt: skip
    for days, news in times:
        expected += news
        for _ in range(2):
            Reminders().run(day - timedelta(days=days))
        assert keys(losa) == expected, days
    assert Notice.objects.exclude(account=losa).count() == 0


def test_a_node_that_did_not_run_reminds_once_of_what_it_missed(cast: Cast) -> None:
    publish("rewa", "FJI")
    due("rewa", 3)
    Reminders().run(TODAY)
    assert keys(cast.losa.account) == ["confirm 7"]


def test_those_are_reminded_who_can_confirm(cast: Cast) -> None:
    village = Party.objects.get(pk="navakavu")
    gone = Account.objects.create_user("gone@example.org", is_active=False)
    Membership.objects.create(account=gone, party=village, role="editor")
    past = Account.objects.create_user("past@example.org")
    Membership.objects.create(account=past, party=village, role="editor", until=TODAY.date() - timedelta(days=2))
    publish("own", author=cast.sven.account)
    publish("village", "navakavu", author=cast.sven.account)
    for record_id in ("own", "village"):
        due(record_id, 5)
    Reminders().run(TODAY)
    told = set(Notice.objects.values_list("account__email", "record_id"))
    assert told == {("sven@example.org", "own"), ("malia@example.org", "village")}


def test_a_confirmation_ends_the_reminders(cast: Cast) -> None:
    publish("rewa", "FJI")
    due("rewa", -5)
    actions.confirm(actor=cast.losa.actor, record_id="rewa")
    Reminders().run(TODAY)
    assert not Notice.objects.exists()


def test_what_says_that_its_time_is_over_asks_for_nothing(cast: Cast) -> None:
    publish("rewa", "FJI")
    due("rewa", -5)
    Record.objects.update(expires_on=TODAY.date() - timedelta(days=1))
    Reminders().run(TODAY)
    assert not Notice.objects.exists()
    Record.objects.update(expires_on=TODAY.date())
    Reminders().run(TODAY)
    assert keys(cast.losa.account) == ["confirm 0"]


def test_records_of_other_nodes_and_nobodys_records_trouble_nobody(cast: Cast) -> None:
    publish("received", "FJI")
    Record.objects.filter(pk="received").update(origin="https://other.example")
    publish("nobodys")
    for record_id in ("received", "nobodys"):
        due(record_id, -5)
    for _ in range(2):
        Reminders().run(TODAY)
    told = Notice.objects.get()
    assert (told.account_id, told.kind, told.told) == (cast.henri.account.pk, "overdue", {"count": 1})


def test_an_expert_leaves_after_four_years_and_three_warnings(cast: Cast) -> None:
    publish("vula", "FJI", "expert")
    end = leaves_on(confirmed("vula", after_months(TODAY.date(), -44)), 48)
    assert end >= after_months(TODAY.date(), 4) - timedelta(days=3)
    leaving = datetime(end.year, end.month, end.day, 12, tzinfo=UTC)
    for days in range(100, 0, -1):
        Reminders().run(leaving - timedelta(days=days))
    warned = Notice.objects.filter(kind="expert_expiry").order_by("pk")
    assert [notice.key for notice in warned] == [f"expert_expiry:vula:{end}:{days}" for days in (90, 30, 7)]
    assert {notice.told["day"] for notice in warned} == {end.isoformat()}
    assert Record.objects.get(pk="vula").state == "published"
    warned.update(at=leaving - timedelta(days=8))
    Reminders().run(leaving)
    assert Record.objects.get(pk="vula").state == "retired"


def test_an_expert_who_confirms_stays(cast: Cast) -> None:
    publish("vula", "FJI", "expert")
    confirmed("vula", after_months(TODAY.date(), -49))
    Reminders().run(TODAY)
    Notice.objects.update(at=TODAY - timedelta(days=20))
    actions.confirm(actor=cast.losa.actor, record_id="vula")
    Reminders().run(TODAY)
    assert Record.objects.get(pk="vula").state == "published"


def test_nobody_leaves_without_a_week_of_warning(cast: Cast) -> None:
    publish("vula", "FJI", "expert")
    confirmed("vula", date(2019, 1, 1))
    Reminders().run(TODAY)
    assert Record.objects.get(pk="vula").state == "published"
    warning = Notice.objects.get(kind="expert_expiry")
    assert warning.told == {"day": (TODAY + timedelta(days=7)).date().isoformat()}
    Reminders().run(TODAY + timedelta(days=6))
    assert Record.objects.get(pk="vula").state == "published"
    Reminders().run(TODAY + timedelta(days=8))
    assert Record.objects.get(pk="vula").state == "retired"
    assert Notice.objects.filter(kind="expert_expiry").count() == 1


@pytest.mark.parametrize("day", [date(2028, 2, 28), date(2028, 2, 29), date(2027, 2, 28), date(2026, 12, 31)])
def test_the_last_day_before_the_limit_is_exact(day: date) -> None:
    last = _latest_before(day, 48)
    assert after_months(last, 48) <= day < after_months(last + timedelta(days=1), 48)


def test_what_waits_for_a_week_is_told_once_a_week(cast: Cast) -> None:
    for number in range(3):
        actions.draft(actor=cast.losa.actor, format="need", record_id=f"n{number}", data=NEED, owner="FJI")
        actions.submit(actor=cast.losa.actor, record_id=f"n{number}")
    monday = TODAY - timedelta(days=TODAY.weekday())
    Record.objects.filter(pk__in=("n0", "n1")).update(updated_at=monday - timedelta(days=8))
    for days in (0, 1, 6):
        Reminders().run(monday + timedelta(days=days))
    told = Notice.objects.filter(kind="waiting")
    assert [(notice.account_id, notice.told) for notice in told] == [(cast.losa.account.pk, {"count": 2})]
    Reminders().run(monday + timedelta(days=7))
    assert Notice.objects.filter(kind="waiting").count() == 2
