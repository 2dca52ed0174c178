"""Who may give which role, as a table over every role and every kind of party; and what an invitation can do."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from landbridge.parties import actions
from landbridge.parties.accounts import KEPT_SIGN_INS, disable, note_sign_in, open_account
from landbridge.parties.models import Account, Invitation, Membership, Notice, Party, SignIn
from landbridge.parties.permissions import FOCAL_POINT_KINDS, PARTY_ROLES, TABLE, Permission, Role, allows
from landbridge.parties.queries import fellowships, grantable, left_alone, memberships_of
from landbridge.parties.standing import NODE, Actor, Forbidden, Held, held_by, today
from tests.cast import Cast, assemble

KINDS = ("party", "organisation", "community", "")


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


def _of(kind: str) -> Party | None:
    return Party(id=f"a-{kind}", kind=kind) if kind else None


@pytest.mark.parametrize(("role", "kind"), list(product(Role, KINDS)))
def test_nobody_gives_a_role_that_allows_more_than_their_own(role: Role, kind: str) -> None:
    """Exhaustive: every role of a member, in every kind of party, and every role that could be given there."""
    party = _of(kind)
    held = Held(1, ((role, party.pk if party else None),))
    given = set(grantable(held, party))
    if not allows(role, Permission.INVITE):
        assert given == set()
    for one in given:
        assert one in PARTY_ROLES[kind]
        assert TABLE[one] <= TABLE[role]
    if kind:
        assert grantable(held, Party(id="another", kind=kind)) == (), "and nothing at another one"


def test_a_focal_point_gives_the_roles_of_a_party_and_an_administrator_those_of_their_organisation() -> None:
    fiji, institute = Party(id="FJI", kind="party"), Party(id="i", kind="organisation")
    assert grantable(Held(1, ((Role.FOCAL_POINT, "FJI"),)), fiji) == PARTY_ROLES["party"]
    assert grantable(Held(1, ((Role.ADMINISTRATOR, "i"),)), institute) == PARTY_ROLES["organisation"]
    assert grantable(Held(1, ((Role.EDITOR, "i"),)), institute) == ()
    assert grantable(Held(1, ((Role.ADMINISTRATOR, "i"),)), None) == ()
    assert grantable(Held(1, ((Role.HELPDESK, None),)), None) == ()


@pytest.mark.parametrize("kind", FOCAL_POINT_KINDS)
def test_one_person_is_focal_point_of_several_kinds(cast: Cast, kind: str) -> None:
    wanted = actions.Appointment(Role.FOCAL_POINT, Party.objects.get(pk="FJI"), kind)
    actions.grant(actor=cast.losa.actor, account=cast.sven.account, wanted=wanted)
    other = "CHM-FP" if kind != "CHM-FP" else "ABS-FP"
    second = actions.Appointment(Role.FOCAL_POINT, Party.objects.get(pk="FJI"), other)
    membership = actions.grant(actor=cast.losa.actor, account=cast.sven.account, wanted=second)
    actions.end_membership(actor=cast.losa.actor, membership_id=membership.pk)
    assert [one.focal_point_kind for one in memberships_of(cast.sven.account.pk)] == [kind]


def _wanted(**more: object) -> actions.Appointment:
    told = {"role": Role.CONTRIBUTOR, "party": Party.objects.get(pk="FJI"), **more}
    return actions.Appointment(**told)  # type: ignore[arg-type]


def test_what_makes_no_sense_is_refused(cast: Cast) -> None:
    for wanted in (
        _wanted(role=Role.EXPERT), _wanted(role=Role.FOCAL_POINT, focal_point_kind="KING"),
        _wanted(focal_point_kind="CHM-FP"), _wanted(until=today() - timedelta(days=1)),
    ):  # fmt: skip
        with pytest.raises(actions.Refused):
            actions.invite(actor=cast.losa.actor, email="x@example.org", wanted=wanted)
    for address in ("", "x", "x@", "x@example.org y@example.org", "x@exa\nmple.org", "x" * 250 + "@example.org"):
        with pytest.raises(actions.Refused):
            actions.invite(actor=cast.losa.actor, email=address, wanted=_wanted())


def test_a_second_invitation_takes_the_place_of_the_first(cast: Cast) -> None:
    first = actions.invite(actor=cast.losa.actor, email="x@example.org", wanted=_wanted())
    second = actions.invite(actor=cast.losa.actor, email="X@example.org", wanted=_wanted())
    first.refresh_from_db()
    assert (first.withdrawn_at is None, second.withdrawn_at, second.email) == (False, None, "x@example.org")


def test_nobody_mails_the_world(cast: Cast) -> None:
    for at in range(actions.MOST_INVITATIONS):
        actions.invite(actor=cast.losa.actor, email=f"x{at}@example.org", wanted=_wanted())
    with pytest.raises(actions.Refused):
        actions.invite(actor=cast.losa.actor, email="one-more@example.org", wanted=_wanted())


def test_an_invitation_holds_for_two_weeks(cast: Cast) -> None:
    person = open_account(email="new@example.org")
    invitation = actions.invite(actor=cast.losa.actor, email="new@example.org", wanted=_wanted())
    secret = actions.begin_mail(invitation_id=invitation.pk)
    assert actions.begin_mail(invitation_id=invitation.pk) == "", "somebody has begun already"
    assert actions.invitation_of(secret) == invitation
    Invitation.objects.update(expires_at=timezone.now())
    assert actions.invitation_of(secret) is None
    with pytest.raises(Forbidden):
        actions.accept(account=person, invitation_id=invitation.pk)


def test_a_role_that_ended_begins_anew_on_one_row(cast: Cast) -> None:
    for _ in range(2):
        member = actions.grant(actor=cast.losa.actor, account=cast.sven.account, wanted=_wanted())
        assert actions.end_membership(actor=cast.losa.actor, membership_id=member.pk) == []
    assert Membership.objects.filter(account=cast.sven.account).count() == 1
    member = actions.grant(actor=NODE, account=cast.sven.account, wanted=_wanted(until=today()))
    assert held_by(cast.sven.account.pk).roles == ((Role.CONTRIBUTOR, "FJI"),), "also on the last day"
    Membership.objects.filter(pk=member.pk).update(until=today() - timedelta(days=1))
    assert held_by(cast.sven.account.pk).roles == ()


def test_one_ends_ones_own_role_and_nobody_elses(cast: Cast) -> None:
    own = Membership.objects.get(account=cast.priya.account)
    for stranger in (cast.losa.actor, cast.sven.actor, cast.malia.actor, Actor()):
        with pytest.raises(Forbidden):
            actions.end_membership(actor=stranger, membership_id=own.pk)
    actions.end_membership(actor=cast.priya.actor, membership_id=own.pk)
    assert held_by(cast.priya.account.pk).roles == ()
    with pytest.raises(Forbidden):
        actions.end_membership(actor=cast.priya.actor, membership_id=own.pk)


def test_a_party_is_left_alone_only_by_its_last_one(cast: Cast) -> None:
    own = Membership.objects.select_related("party").get(account=cast.losa.account)
    assert [party and party.pk for party in left_alone([own])] == ["FJI"]
    wanted = _wanted(role=Role.FOCAL_POINT)
    actions.grant(actor=cast.losa.actor, account=cast.sven.account, wanted=wanted)
    assert left_alone([own]) == []
    assert left_alone([Membership.objects.get(account=cast.priya.account)]) == [], "she answered for nobody"


def test_an_administrator_answers_for_all(cast: Cast) -> None:
    ada = open_account(email="ada@example.org")
    actions.grant(actor=NODE, account=ada, wanted=actions.Appointment(Role.ADMINISTRATOR, None))
    actions.invite(actor=Actor(ada.pk), email="x@example.org", wanted=_wanted())
    found = {one.party.pk if one.party else "": (one.people, one.waiting) for one in fellowships(held_by(ada.pk))}
    assert found == {"": (2, 0), "FJI": (1, 1), "navakavu": (1, 0), "reef-institute": (1, 0)}
    assert [one.party.pk for one in fellowships(held_by(cast.losa.account.pk)) if one.party] == ["FJI"]


def test_only_administrators_make_parties_and_ids_are_plain(cast: Cast) -> None:
    for stranger in (cast.losa.actor, cast.henri.actor, cast.malia.actor, Actor()):
        with pytest.raises(Forbidden):
            actions.create_party(actor=stranger, kind="organisation", id="x", names={"en": "X"})
    for kind, key in (("", "x"), ("king", "x"), ("party", ""), ("party", "a/b"), ("party", "é"), ("party", "x" * 101)):
        with pytest.raises(actions.Refused):
            actions.create_party(actor=NODE, kind=kind, id=key, names={"en": "X"})


def test_a_shut_account_holds_nothing(cast: Cast) -> None:
    token = cast.losa.account.tokens.create(name="x", digest="x", expires_at="2099-01-01T00:00Z")
    disable(account=cast.losa.account)
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert held_by(cast.losa.account.pk).roles == ()


def test_only_the_newest_sign_ins_are_kept(cast: Cast) -> None:
    for at in range(KEPT_SIGN_INS + 5):
        note_sign_in(account_id=cast.sven.account.pk, succeeded=False, method="password", address="192.0.2.1",
                     agent=f"{at} {'x' * 300}")  # fmt: skip
    assert SignIn.objects.filter(account=cast.sven.account).count() == KEPT_SIGN_INS
    assert not Notice.objects.exists()
    assert Account.objects.count() == 5
