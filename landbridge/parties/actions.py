"""What can be done with people and their roles. Each action checks the right by itself, in one transaction; pages,
commands and the follower of appointments all call these."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from landbridge.lib.languages import DEFAULT, LANGUAGES
from landbridge.lib.mail import one_line
from landbridge.lib.secret import digest, new_secret
from landbridge.parties.models import Account, Invitation, Membership, Party
from landbridge.parties.notices import settle_for, tell
from landbridge.parties.permissions import FOCAL_POINT_KINDS, PARTY_ROLES, Permission, Role
from landbridge.parties.queries import grantable, held_of, is_confirmed, kind_of, left_alone, open_invitations
from landbridge.parties.standing import Actor, Forbidden, current, today

VALID_FOR: Final = timedelta(days=14)
MOST_INVITATIONS: Final = 50
"""Invitations of one party that may wait at a time: nobody uses a node to mail the world."""
MOST_A_DAY: Final = 100
AGAIN_AFTER: Final = timedelta(minutes=10)
"""So long a letter may be on its way before it is sent again."""


class Refused(ValueError):
    """What was asked does not make sense; `field` is the question whose answer is wrong."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Appointment:
    """A role as it is given: for a party or (None) the node, of a kind where it is a focal point, until a day."""

    role: Role
    party: Party | None
    focal_point_kind: str = ""
    until: date | None = None
    source_record: str = ""


def require_grantable(actor: Actor, wanted: Appointment) -> None:
    """Go on only when the actor may give this role, and it makes sense.

    Raises:
        Forbidden: they may not invite for this party, or the role allows more than they may themselves.
        Refused: the role is not one of this kind of party, the kind of focal point is unknown, the day is past.
    """
    possible: tuple[Role, ...] = PARTY_ROLES[kind_of(wanted.party)]
    if wanted.role not in possible:
        raise Refused(f"{wanted.role} is not a role of this kind of party.", "role")
    if wanted.role not in grantable(held_of(actor), wanted.party):
        raise Forbidden(f"This takes the right to {Permission.INVITE}, and every right of the role that is given.")
    is_kind = wanted.focal_point_kind in FOCAL_POINT_KINDS
    if wanted.role == Role.FOCAL_POINT and wanted.focal_point_kind and not is_kind:
        raise Refused("There is no such kind of focal point.", "focal_point_kind")
    if wanted.role != Role.FOCAL_POINT and wanted.focal_point_kind:
        raise Refused("Only focal points are of a kind.", "focal_point_kind")
    if wanted.until is not None and wanted.until < today():
        raise Refused("The last day is past already.", "until")


def invite(
    *, actor: Actor, email: str, wanted: Appointment, language: str = DEFAULT, succeeds: Membership | None = None
) -> Invitation:
    """Let a role wait for the person at an address; the mail is begun by `begin_mail`.

    An invitation for the same role that waits already is renewed.

    Raises:
        Forbidden, Refused: see `require_grantable`; the address is none, or too many wait.
    """
    require_grantable(actor, wanted)
    address = clean_email(email)
    with transaction.atomic():
        waiting = open_invitations().filter(party=wanted.party)
        same = waiting.filter(email=address, role=wanted.role, focal_point_kind=wanted.focal_point_kind)
        settle_for(address, [_key(one) for one in same.values_list("pk", flat=True)])
        same.update(withdrawn_at=timezone.now())
        lately = Invitation.objects.filter(party=wanted.party, created_at__gt=timezone.now() - timedelta(days=1))
        if waiting.count() >= MOST_INVITATIONS or lately.count() >= MOST_A_DAY:
            raise Refused("Too many invitations wait already; withdraw some first.", "email")
        return Invitation.objects.create(
            email=address, party=wanted.party, role=wanted.role, focal_point_kind=wanted.focal_point_kind,
            until=wanted.until, source_record=wanted.source_record, succeeds=succeeds, digest=digest(new_secret()),
            language=language if language in LANGUAGES else DEFAULT, invited_by_id=actor.account_id,
            expires_at=timezone.now() + VALID_FOR,
        )  # fmt: skip


def clean_email(email: str) -> str:
    """An address as it is compared: in lower case.

    Raises:
        Refused: it is none.
    """
    address = one_line(email).lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Refused("This is not an e-mail address.", "email") from None
    if len(address) > 254 or address != email.strip().lower():
        raise Refused("This is not an e-mail address.", "email")
    return address


def begin_mail(*, invitation_id: int) -> str:
    """Take the turn to mail an invitation: the new secret for its link, or nothing when somebody else has begun.

    Whoever has an account with the address, and has confirmed it, is told in the page as well: once, however often the
    letter goes.
    """
    secret = new_secret()
    free = Invitation.objects.filter(pk=invitation_id, mailed_at=None, accepted_at=None, withdrawn_at=None)
    with transaction.atomic():
        if not free.update(mailed_at=timezone.now(), digest=digest(secret)):
            return ""
        invitation = Invitation.objects.get(pk=invitation_id)
        account = Account.objects.filter(email=invitation.email, is_active=True, erased_at=None).first()
        if account is not None and is_confirmed(account):
            tell([account.pk], "invited", _key(invitation_id), "", {"invitation": invitation_id})
    return secret


def _key(invitation_id: int) -> str:
    """What makes the notice of an invitation this one and no other."""
    return f"invited:{invitation_id}"


def mail_again(*, actor: Actor, invitation_id: int) -> Invitation:
    """Let an invitation be mailed once more, with a new link and two more weeks.

    Raises:
        Forbidden: the actor may not invite for this party; or there is no such invitation.
        Refused: the last letter went only just now.
    """
    invitation = _own_invitation(actor, invitation_id)
    if invitation.mailed_at is not None and timezone.now() - invitation.mailed_at < AGAIN_AFTER:
        raise Refused("The last letter went only just now.", "email")
    invitation.mailed_at, invitation.expires_at = None, timezone.now() + VALID_FOR
    invitation.save(update_fields=["mailed_at", "expires_at"])
    return invitation


def withdraw_invitation(*, actor: Actor, invitation_id: int) -> Invitation:
    """Take an invitation back; its link leads nowhere from now on.

    Raises:
        Forbidden: the actor may not invite for this party; or there is no such invitation.
    """
    invitation = _own_invitation(actor, invitation_id)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    settle_for(invitation.email, [_key(invitation_id)])
    return invitation


def _own_invitation(actor: Actor, invitation_id: int) -> Invitation:
    found = Invitation.objects.filter(pk=invitation_id, accepted_at=None, withdrawn_at=None)
    invitation = found.select_related("party").first()
    if invitation is None or not grantable(held_of(actor), invitation.party):
        raise Forbidden("There is no such invitation, or it is not yours to change.")
    return invitation


def invitation_of(secret: str) -> Invitation | None:
    """The invitation that a link leads to, while it can be accepted."""
    return open_invitations().filter(digest=digest(secret)).select_related("party", "invited_by").first()


def accept(*, account: Account, invitation_id: int) -> Membership:
    """Take the role that waits for one's confirmed address, once.

    Raises:
        Forbidden: it waits for somebody else, was used, has expired or was withdrawn.
    """
    if not is_confirmed(account):
        raise Forbidden("Confirm your address first.")
    with transaction.atomic():
        own = open_invitations().filter(pk=invitation_id, email=account.email)
        if not own.update(accepted_at=timezone.now()):  # Whoever comes first takes it; a second one finds it gone.
            raise Forbidden("This invitation is for another address, or was used already.")
        settle_for(account.email, [_key(invitation_id)])
        invitation = Invitation.objects.select_related("party").get(pk=invitation_id)
        return give(account=account, wanted=appointment(invitation), granted_by=invitation.invited_by_id)


def appointment(invitation: Invitation) -> Appointment:
    """What an invitation gives."""
    return Appointment(
        Role(invitation.role), invitation.party, invitation.focal_point_kind, invitation.until, invitation.source_record
    )


def grant(*, actor: Actor, account: Account, wanted: Appointment) -> Membership:
    """Give a role at once, without an invitation: the node's operator, and those who answer for the party.

    Raises:
        Forbidden, Refused: see `require_grantable`.
    """
    require_grantable(actor, wanted)
    return give(account=account, wanted=wanted, granted_by=actor.account_id)


def give(*, account: Account, wanted: Appointment, granted_by: int | None) -> Membership:
    """The membership itself; whoever calls this has seen to the right. One that ended begins anew."""
    membership, _ = Membership.objects.update_or_create(
        account=account, party=wanted.party, role=wanted.role.value, focal_point_kind=wanted.focal_point_kind,
        defaults={
            "until": wanted.until, "granted_by_id": granted_by, "source_record": wanted.source_record,
            "since": today(),
        },
    )  # fmt: skip
    _tell(membership, "given")
    return membership


def _tell(membership: Membership, what: str) -> None:
    told = {"what": what, "party": membership.party_id or "", "role": membership.role,
            "kind": membership.focal_point_kind}  # fmt: skip
    key = f"role:{what}:{membership.pk}:{timezone.now():%Y%m%d%H%M%S}"
    tell([membership.account_id], "role", key, told=told)


def change_membership(*, actor: Actor, membership_id: int, role: Role, kind: str, until: date | None) -> Membership:
    """Give a member another role, kind of focal point or last day instead.

    Raises:
        Forbidden, Refused: the actor may not take the old role or give the new one; see `require_grantable`.
    """
    with transaction.atomic():
        old = own_membership(actor, membership_id)
        wanted = Appointment(role, old.party, kind, until, old.source_record)
        require_grantable(actor, wanted)
        is_same = (old.role, old.focal_point_kind) == (role.value, kind)
        if not is_same:
            _end(old, actor)
        return give(account=old.account, wanted=wanted, granted_by=actor.account_id)


def end_membership(*, actor: Actor, membership_id: int) -> list[Party | None]:
    """End a role today, somebody's or one's own: the parties (None is the node) that nobody answers for any more.

    Raises:
        Forbidden: it is neither one's own nor one that the actor may give; or there is no such membership.
    """
    with transaction.atomic():
        return _end(own_membership(actor, membership_id), actor)


def own_membership(actor: Actor, membership_id: int) -> Membership:
    """A membership of today that the actor may change: their own, or of a role that they may give.

    Raises:
        Forbidden: otherwise, or there is none.
    """
    found = Membership.objects.filter(current(), pk=membership_id).select_related("party", "account").first()
    if found is not None and not actor.node and found.account_id == actor.account_id:
        return found
    if found is None or Role(found.role) not in grantable(held_of(actor), found.party):
        raise Forbidden("There is no such membership, or it is not yours to change.")
    return found


def _end(membership: Membership, actor: Actor) -> list[Party | None]:
    alone = left_alone([membership])
    end_all(memberships=[membership])
    if membership.account_id != actor.account_id:
        _tell(membership, "ended")
    return alone


def end_all(*, memberships: list[Membership]) -> None:
    """End memberships; administrators are told of every party that is left with nobody who answers for it."""
    alone = left_alone(memberships)
    yesterday = today() - timedelta(days=1)
    Membership.objects.filter(pk__in=[one.pk for one in memberships]).update(until=yesterday)
    held = Membership.objects.filter(current(), party=None, role=Role.ADMINISTRATOR)
    administrators = list(held.values_list("account_id", flat=True))
    for party in alone:
        name = party.pk if party else ""
        tell(administrators, "role", f"role:alone:{name}:{today()}", told={"what": "alone", "party": name})


def create_party(*, actor: Actor, kind: str, id: str, country: str = "", names: dict[str, str]) -> Party:
    """Make a party, organisation or community, on whose behalf records are kept.

    Raises:
        Forbidden: the actor is no administrator of the node.
        Refused: the id is taken or is none.
    """
    if not held_of(actor).has_everywhere(Permission.INVITE):
        raise Forbidden("This takes an administrator of the node.")
    if kind not in PARTY_ROLES or not kind:
        raise Refused("There is no such kind of party.", "kind")
    if not id or len(id) > 100 or not all(sign.isalnum() or sign in "-_" for sign in id) or not id.isascii():
        raise Refused("An id is made of letters, digits and hyphens.", "id")
    party, is_new = Party.objects.get_or_create(pk=id, defaults={"kind": kind, "country": country, "names": names})
    if not is_new:
        raise Refused("There is a party with this id already.", "id")
    return party
