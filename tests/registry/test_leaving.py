"""Who leaves hands over or is forgotten: records pass on or go by the journal, and what is others' stays."""

from typing import Any

import pytest

from landbridge.parties import actions as people
from landbridge.parties.accounts import open_account, vouch
from landbridge.parties.models import Account, Invitation, Membership, Notice, OneTimeLink, SignIn
from landbridge.parties.permissions import Role
from landbridge.parties.standing import NODE, Actor, Forbidden, held_by
from landbridge.registry import actions
from landbridge.registry.leaving import erase, farewell, hand_over, join
from landbridge.registry.models import Change, Comment, Record, WorkingCopy
from landbridge.registry.queries import Gone, changes, get
from landbridge.registry.rules import ANYONE
from landbridge.registry.workflow import State
from landbridge.search.models import Watch
from tests.cast import Cast
from tests.registry.conftest import NEED

ANA = [{"name": "Ana", "email": "ana@example.org"}]
NOW = "2026-01-01T00:00Z"


@pytest.fixture
def editor(cast: Cast) -> Account:
    """Somebody who may publish without a party: an editor of the node."""
    account = open_account(email="editor@example.org", name="Editor")
    people.grant(actor=NODE, account=account, wanted=people.Appointment(Role.EDITOR, None))
    return account


def _draft(actor: Actor, owner: str | None = None, format: str = "need", **more: Any) -> str:
    return actions.draft(actor=actor, format=format, data={**NEED, **more}, owner=owner).pk


def _copy(account: Account, owner: str = "", key: str = "copy") -> None:
    WorkingCopy.objects.create(id=key, account=account, format="need", language="en", owner=owner, answers={"a": 1})


def test_with_the_role_goes_what_is_in_hand_for_it(cast: Cast) -> None:
    vouch(account=cast.sven.account)
    in_hand, published = _draft(cast.losa.actor, "FJI"), _draft(cast.losa.actor, "FJI")
    actions.publish(actor=cast.losa.actor, record_id=published)
    own = _draft(cast.losa.actor)
    _copy(cast.losa.account, "FJI", "of-fiji")
    _copy(cast.losa.account, "", "own")
    member = Membership.objects.get(account=cast.losa.account)
    hand_over(actor=cast.losa.actor, membership_id=member.pk, email="SVEN@example.org", language="en")
    authors = dict(Record.objects.values_list("pk", "author_id"))
    assert authors == {in_hand: cast.sven.account.pk, published: cast.losa.account.pk, own: cast.sven.account.pk}
    assert set(WorkingCopy.objects.values_list("account_id", flat=True)) == {cast.sven.account.pk}
    assert held_by(cast.losa.account.pk).roles == ()
    assert held_by(cast.sven.account.pk).roles == ((Role.FOCAL_POINT, "FJI"),)
    told = Change.objects.filter(note="Handed over").values_list("record_id", flat=True)
    assert set(told) == {in_hand, own}, "the index learns whose private record it is now"


def test_who_hands_over_for_another_takes_nothing_of_their_own(cast: Cast) -> None:
    vouch(account=cast.sven.account)
    wanted = people.Appointment(Role.CONTRIBUTOR, Membership.objects.get(account=cast.losa.account).party)
    member = people.grant(actor=cast.losa.actor, account=cast.priya.account, wanted=wanted)
    own, of_fiji = _draft(cast.priya.actor), _draft(cast.priya.actor, "FJI")
    _copy(cast.priya.account, "", "own")
    hand_over(actor=cast.losa.actor, membership_id=member.pk, email="sven@example.org", language="en")
    assert Record.objects.get(pk=own).author_id == cast.priya.account.pk
    assert WorkingCopy.objects.get().account_id == cast.priya.account.pk
    assert Record.objects.get(pk=of_fiji).author_id == cast.sven.account.pk
    assert held_by(cast.priya.account.pk).roles == ((Role.CONTRIBUTOR, "reef-institute"),)


def test_a_successor_who_must_come_first_takes_over_when_they_do(cast: Cast) -> None:
    own = _draft(cast.losa.actor)
    member = Membership.objects.get(account=cast.losa.account)
    waiting = hand_over(actor=cast.losa.actor, membership_id=member.pk, email="new@example.org", language="fr")
    assert isinstance(waiting, Invitation)
    assert held_by(cast.losa.account.pk).roles
    new = open_account(email="new@example.org")
    join(account=new, invitation_id=waiting.pk)
    assert held_by(cast.losa.account.pk).roles == ()
    assert Record.objects.get(pk=own).author_id == new.pk
    with pytest.raises(Forbidden):
        join(account=new, invitation_id=waiting.pk)


def test_a_contributor_names_no_successor(cast: Cast) -> None:
    member = Membership.objects.get(account=cast.priya.account)
    with pytest.raises(Forbidden):
        hand_over(actor=cast.priya.actor, membership_id=member.pk, email="sven@example.org", language="en")
    with pytest.raises(people.Refused):
        own = Membership.objects.get(account=cast.losa.account)
        hand_over(actor=cast.losa.actor, membership_id=own.pk, email="losa@example.org", language="en")


def test_erasing_leaves_neither_name_nor_address_nor_anything_of_ones_own(cast: Cast, editor: Account) -> None:
    actor = Actor(editor.pk)
    draft, shown, waiting = _draft(actor), _draft(actor), _draft(actor)
    of_fiji = _draft(actor, "FJI")
    for record in (shown, of_fiji):
        actions.publish(actor=actor, record_id=record)
    actions.submit(actor=actor, record_id=waiting)
    _copy(editor)
    Watch.objects.create(account=editor, kind="term", subject="themes:x")
    SignIn.objects.create(account=editor, succeeded=True)
    Notice.objects.create(account=editor, kind="role", key="k")
    OneTimeLink.objects.create(digest="d", purpose="feed", account=editor, expires_at=NOW)
    comment = Comment.objects.create(
        record_id=of_fiji, revision=1, text="Well done", author=editor, at="2026-01-01T00:00Z"
    )
    people.invite(actor=cast.losa.actor, email="editor@example.org", wanted=people.Appointment(
        Role.CONTRIBUTOR, Membership.objects.get(account=cast.losa.account).party))  # fmt: skip
    assert farewell(editor).records == 3
    before = changes(ANYONE)[1]

    erase(account=editor)

    editor.refresh_from_db()
    assert (editor.name, editor.is_active, editor.has_usable_password()) == ("", False, False)
    assert editor.email == f"erased-{editor.pk}@erased.invalid"
    assert {Record.objects.get(pk=key).state for key in (draft, shown, waiting)} == {State.RETIRED}
    assert get(of_fiji, ANYONE).state == State.PUBLISHED, "it is Fiji's"
    with pytest.raises(Gone):
        get(shown, ANYONE)
    assert [(line.record, line.gone) for line in changes(ANYONE, before)[0]] == [(shown, True)], "a tombstone to all"
    for rows in (WorkingCopy, Watch, SignIn, Membership, Notice, OneTimeLink):
        assert not rows.objects.filter(account=editor).exists(), rows
    assert not Invitation.objects.filter(email="editor@example.org").exists()
    comment.refresh_from_db()
    assert comment.text == "Well done"
    with pytest.raises(Forbidden):
        erase(account=editor)


def test_an_expert_goes_from_the_roster_also_where_a_party_keeps_the_entry(cast: Cast) -> None:
    contact = [{"name": "Losa", "email": "Losa@example.org"}]
    mine = _draft(cast.losa.actor, "FJI", "expert", contacts=contact, consent_to_list=True)
    of_another = _draft(cast.losa.actor, "FJI", "expert", contacts=ANA, consent_to_list=True)
    for record in (mine, of_another):
        actions.publish(actor=cast.losa.actor, record_id=record)
    erase(account=cast.losa.account)
    assert {one.pk: one.state for one in Record.objects.all()} == {mine: State.RETIRED, of_another: State.PUBLISHED}


def test_who_is_last_is_warned_and_the_administrators_hear_of_it(cast: Cast) -> None:
    ada = open_account(email="ada@example.org")
    people.grant(actor=NODE, account=ada, wanted=people.Appointment(Role.ADMINISTRATOR, None))
    alone = farewell(cast.losa.account).alone
    assert [party and party.pk for party in alone] == ["FJI"]
    erase(account=cast.losa.account)
    assert Notice.objects.filter(account=ada, told__what="alone", told__party="FJI").exists()


def test_the_address_is_free_again(cast: Cast) -> None:
    erase(account=cast.sven.account)
    assert open_account(email="sven@example.org").pk != cast.sven.account.pk
