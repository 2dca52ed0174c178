"""A focal-point notice becomes a role exactly once, and only by the word of whoever may nominate for the Party."""

from datetime import timedelta
from typing import Any

import pytest

from landbridge.parties import actions as people
from landbridge.parties.accounts import open_account, vouch
from landbridge.parties.models import Account, Invitation, Membership, Notice, Party
from landbridge.parties.permissions import Role
from landbridge.parties.standing import NODE, Actor, held_by, today
from landbridge.registry import actions
from landbridge.registry.appointments import Appointments, settle
from landbridge.registry.journal import follow_once, followers
from landbridge.registry.models import Change, Cursor
from landbridge.registry.queries import states
from landbridge.registry.rules import ANYONE
from landbridge.registry.workflow import Workflow
from tests.cast import Cast


@pytest.fixture
def ada(db: None) -> Account:
    account = open_account(email="ada@example.org")
    people.grant(actor=NODE, account=account, wanted=people.Appointment(Role.ADMINISTRATOR, None))
    return account


def notice(**more: Any) -> dict[str, Any]:
    return {
        "title": "Focal point of Fiji", "summary": "For cooperation.", "party": "FJI", "focal_point_kind": "TSC-FP",
        "person": "Sven", "email": "Sven@example.org", **more,
    }  # fmt: skip


def draft(actor: Actor, owner: str | None = "FJI", **more: Any) -> str:
    return actions.draft(
        actor=actor, format="focal_point", data=notice(**more), owner=owner, workflow=Workflow.NATIONAL
    ).pk


def follow(times: int = 1) -> None:
    """Read the whole journal, again and again, as a process does that was killed before it moved its cursor."""
    for _ in range(times):
        changes = list(Change.objects.order_by("serial"))
        Appointments().apply(changes, states({one.record_id for one in changes}))


def test_the_follower_is_among_those_that_run() -> None:
    assert "appointments" in {follower.name for follower in followers()}


@pytest.mark.requirement("CHM-16")
def test_a_notice_invites_whoever_has_no_account(cast: Cast) -> None:
    record = draft(cast.losa.actor, serves_until="2099-02-28", email="new@example.org")
    follow()
    assert not Invitation.objects.exists(), "a draft gives nothing"
    actions.publish(actor=cast.losa.actor, record_id=record)
    follow(times=3)
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.focal_point_kind, str(invitation.until)) == (
        "new@example.org", "focal_point", "TSC-FP", "2099-02-28",
    )  # fmt: skip
    assert invitation.mailed_at is None, "the clock mails it"
    new = open_account(email="new@example.org")
    people.accept(account=new, invitation_id=invitation.pk)
    follow(times=2)
    assert Membership.objects.get(account=new).source_record == record
    assert Invitation.objects.count() == 1


def test_a_notice_gives_the_role_at_once_to_whoever_has_a_confirmed_account(cast: Cast) -> None:
    vouch(account=cast.sven.account)
    actions.publish(actor=cast.losa.actor, record_id=draft(cast.losa.actor))
    follow(times=3)
    assert held_by(cast.sven.account.pk).roles == ((Role.FOCAL_POINT, "FJI"),)
    assert Notice.objects.filter(account=cast.sven.account, kind="role").count() == 1
    assert not Invitation.objects.exists()


def test_an_address_that_is_not_confirmed_gets_an_invitation(cast: Cast) -> None:
    actions.publish(actor=cast.losa.actor, record_id=draft(cast.losa.actor))
    follow()
    assert held_by(cast.sven.account.pk).roles == ()
    assert Invitation.objects.get().email == "sven@example.org"


def test_the_address_is_in_nobodys_sight(cast: Cast) -> None:
    record = draft(cast.losa.actor)
    actions.publish(actor=cast.losa.actor, record_id=record)
    assert "email" not in states([record])[record].data
    assert "sven@" not in str(states([record])[record])
    from landbridge.registry.queries import get

    assert "email" not in get(record, ANYONE).data
    assert get(record, cast.losa.reader).data["email"] == "Sven@example.org"


def _publisher(cast: Cast, role: Role, party: str | None) -> Actor:
    account = open_account(email=f"{role}@example.org")
    Membership.objects.create(account=account, party_id=party, role=role)
    return Actor(account.pk)


def test_nobody_makes_themselves_a_focal_point(cast: Cast) -> None:
    """A publishing authority publishes for Fiji, an editor for the community, and neither may nominate for Fiji."""
    vouch(account=cast.sven.account)
    authority = _publisher(cast, Role.PUBLISHING_AUTHORITY, "FJI")
    by_authority = draft(authority)
    actions.publish(actor=authority, record_id=by_authority)
    by_community = draft(cast.malia.actor, owner="navakavu")
    actions.publish(actor=cast.malia.actor, record_id=by_community)
    editor = _publisher(cast, Role.EDITOR, None)
    by_editor = draft(editor, owner="FJI")
    actions.publish(actor=editor, record_id=by_editor)
    follow()
    assert held_by(cast.sven.account.pk).roles == ()
    assert not Invitation.objects.exists()
    for record in (by_authority, by_community, by_editor):
        settle(record)
    assert not Invitation.objects.exists()


def test_a_focal_point_names_nobody_for_another_party(cast: Cast) -> None:
    record = draft(cast.losa.actor, party="WSM")
    actions.publish(actor=cast.losa.actor, record_id=record)
    follow()
    assert not Invitation.objects.exists()
    assert not Party.objects.filter(pk="WSM").exists()


def test_an_administrator_names_for_every_party(cast: Cast, ada: Account) -> None:
    actions.publish(actor=Actor(ada.pk), record_id=draft(Actor(ada.pk), owner=None, party="WSM"))
    follow()
    invitation = Invitation.objects.select_related("party").get()
    assert invitation.party is not None
    assert (invitation.party.pk, invitation.party.kind, invitation.party.names["fr"]) == ("WSM", "party", "Samoa")


def test_what_comes_from_another_node_gives_nothing(cast: Cast) -> None:
    from landbridge.registry.actions import Arrival, receive

    arrival = Arrival(id="theirs", format="focal_point", data=notice(), language="en")
    receive(actor=NODE, origin="https://other.example.org", arrival=arrival)
    follow()
    assert not Invitation.objects.exists()


def test_a_notice_that_is_withdrawn_ends_the_role(cast: Cast) -> None:
    vouch(account=cast.sven.account)
    record = draft(cast.losa.actor)
    actions.publish(actor=cast.losa.actor, record_id=record)
    follow()
    actions.retire(actor=cast.losa.actor, record_id=record)
    follow(times=2)
    assert held_by(cast.sven.account.pk).roles == ()
    actions.restore(actor=cast.losa.actor, record_id=record)
    follow()
    assert held_by(cast.sven.account.pk).roles == ((Role.FOCAL_POINT, "FJI"),)


def test_a_notice_that_names_somebody_else_takes_the_role_from_the_first(cast: Cast) -> None:
    vouch(account=cast.sven.account)
    record = draft(cast.losa.actor)
    actions.publish(actor=cast.losa.actor, record_id=record)
    follow()
    data = notice(email="new@example.org", serves_until="2099-01-01")
    actions.revise(actor=cast.losa.actor, record_id=record, data=data, language="en")
    follow()
    assert held_by(cast.sven.account.pk).roles, "not before it is published"
    actions.publish(actor=cast.losa.actor, record_id=record)
    follow(times=2)
    assert held_by(cast.sven.account.pk).roles == ()
    assert Invitation.objects.get().email == "new@example.org"
    data = notice(email="other@example.org")
    actions.revise(actor=cast.losa.actor, record_id=record, data=data, language="en")
    actions.publish(actor=cast.losa.actor, record_id=record)
    follow(times=2)
    open_ones = Invitation.objects.filter(withdrawn_at=None).values_list("email", flat=True)
    assert list(open_ones) == ["other@example.org"]


def test_the_last_day_moves_with_the_notice_and_ends_the_role(cast: Cast) -> None:
    vouch(account=cast.sven.account)
    record = draft(cast.losa.actor, serves_until=str(today()))
    actions.publish(actor=cast.losa.actor, record_id=record)
    follow()
    member = Membership.objects.get(account=cast.sven.account)
    assert member.until == today()
    later = notice(serves_until=str(today() + timedelta(days=30)))
    actions.revise(actor=cast.losa.actor, record_id=record, data=later, language="en")
    actions.publish(actor=cast.losa.actor, record_id=record)
    follow()
    member.refresh_from_db()
    assert member.until == today() + timedelta(days=30)
    past = notice(serves_until=str(today() - timedelta(days=1)))
    actions.revise(actor=cast.losa.actor, record_id=record, data=past, language="en")
    actions.publish(actor=cast.losa.actor, record_id=record)
    follow()
    assert held_by(cast.sven.account.pk).roles == ()


def test_a_role_that_was_ended_by_hand_does_not_come_back_with_a_confirmation(cast: Cast) -> None:
    vouch(account=cast.sven.account)
    record = draft(cast.losa.actor)
    actions.publish(actor=cast.losa.actor, record_id=record)
    first = Change.objects.order_by("-serial")[:1]
    Appointments().apply(list(first), {})
    people.end_membership(actor=cast.losa.actor, membership_id=Membership.objects.get(account=cast.sven.account).pk)
    actions.confirm(actor=cast.losa.actor, record_id=record)
    Appointments().apply(list(Change.objects.order_by("-serial")[:1]), {})
    assert held_by(cast.sven.account.pk).roles == ()


@pytest.mark.parametrize("wrong", [{"email": "a@b..c"}, {"email": None}, {"party": None}, {"focal_point_kind": None}])
def test_a_notice_that_cannot_be_followed_stops_nobody(cast: Cast, wrong: dict[str, Any]) -> None:
    told = {name: value for name, value in notice(**wrong).items() if value is not None}
    record = actions.draft(actor=cast.losa.actor, format="focal_point", data=told, owner="FJI").pk
    actions.publish(actor=cast.losa.actor, record_id=record)
    follow()
    assert not Invitation.objects.exists()


@pytest.mark.usefixtures("fake_index")
def test_the_journal_itself_brings_it(cast: Cast) -> None:
    actions.publish(actor=cast.losa.actor, record_id=draft(cast.losa.actor))
    while follow_once():
        pass
    assert Invitation.objects.count() == 1
    Cursor.objects.filter(pk="appointments").update(serial=0)
    while follow_once():
        pass
    assert Invitation.objects.count() == 1


@pytest.fixture
def fake_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the follower of appointments runs here."""
    from landbridge.registry import journal

    monkeypatch.setattr(journal, "followers", lambda: (Appointments(),))
