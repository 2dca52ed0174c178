"""Who belongs to whom: what the pages of people and roles ask."""

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from landbridge.parties.models import Account, Invitation, Membership, Party, SignIn
from landbridge.parties.permissions import PARTY_ROLES, TABLE, Permission, Role, allows
from landbridge.parties.standing import Actor, Held, current, held_by

_INVITING = [role.value for role in Role if allows(role, Permission.INVITE)]


@dataclass(frozen=True)
class Fellowship:
    """A party, or with None the node itself, and how many people and invitations it has."""

    party: Party | None
    people: int
    waiting: int


def kind_of(party: Party | None) -> str:
    """The kind of party by which `PARTY_ROLES` is read; the node itself has the empty one."""
    return party.kind if party else ""


def held_of(actor: Actor) -> Held:
    """What an actor is; the node itself is its own administrator."""
    if actor.node:
        return Held(None, ((Role.NODE, None),))
    return held_by(actor.account_id)


def grantable(held: Held, party: Party | None) -> tuple[Role, ...]:
    """The roles that somebody may give for a party: of its kind, and none that allows more than they may themselves."""
    key = party.pk if party else None
    own = held.permissions(key)
    if Permission.INVITE not in own:
        return ()
    return tuple(role for role in PARTY_ROLES[kind_of(party)] if TABLE[role] <= own)


def fellowships(held: Held) -> list[Fellowship]:
    """The parties for whose people somebody answers, with their numbers: an administrator answers for the node and for
    every party. Three queries at most."""
    everywhere = held.has_everywhere(Permission.INVITE)
    parties = Party.objects.all() if everywhere else Party.objects.filter(pk__in=held.parties_with(Permission.INVITE))
    found = list(parties.order_by("pk"))
    wanted = Q() if everywhere else Q(party__in=found)
    people = _count(Membership.objects.filter(current(), wanted))
    invited = _count(open_invitations().filter(wanted))
    own = [Fellowship(None, people.get(None, 0), invited.get(None, 0))] if everywhere else []
    return own + [Fellowship(party, people.get(party.pk, 0), invited.get(party.pk, 0)) for party in found]


def _count(rows: "QuerySet[Membership] | QuerySet[Invitation]") -> dict[str | None, int]:
    return dict(rows.order_by().values_list("party_id").annotate(Count("pk")))


def members(party: Party | None) -> list[Membership]:
    """Who belongs to a party today, with their accounts, in the order of their roles."""
    found = Membership.objects.filter(current(), party=party).select_related("account")
    order = {role.value: at for at, role in enumerate(PARTY_ROLES[kind_of(party)])}
    return sorted(found, key=lambda one: (order.get(one.role, 99), one.focal_point_kind, one.account.email))


def open_invitations() -> "QuerySet[Invitation]":
    """The invitations that can still be accepted."""
    return Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())


def invitations(party: Party | None) -> list[Invitation]:
    """The invitations of a party that wait for an answer."""
    return list(open_invitations().filter(party=party).order_by("-created_at", "-pk"))


def invitations_to(email: str) -> list[Invitation]:
    """The invitations that wait for the person at an address."""
    return list(open_invitations().filter(email=email.lower()).select_related("party").order_by("pk"))


def memberships_of(account_id: int) -> list[Membership]:
    """The roles that somebody holds today, with the parties."""
    return list(
        Membership.objects.filter(current(), account_id=account_id).select_related("party").order_by("party_id", "pk")
    )


def sign_ins(account_id: int, limit: int = 20) -> list[SignIn]:
    """The last sign-ins and tries, newest first."""
    return list(SignIn.objects.filter(account_id=account_id).order_by("-at", "-pk")[:limit])


def confirmed(email: str) -> Account | None:
    """The person whose account it is, where the address is confirmed and the account active."""
    found = EmailAddress.objects.filter(email=email.strip().lower(), verified=True, user__is_active=True)
    address = found.select_related("user").first()
    return address.user if address and isinstance(address.user, Account) else None


def is_confirmed(account: Account) -> bool:
    """Whether the account's own address is confirmed."""
    return bool(EmailAddress.objects.filter(user=account, email=account.email, verified=True).exists())


def left_alone(memberships: Iterable[Membership]) -> list[Party | None]:
    """The parties (None is the node) that nobody would answer for any more if these memberships ended."""
    ending = [one for one in memberships if one.role in _INVITING]
    if not ending:
        return []
    wanted = Q(party_id__in=[one.party_id for one in ending]) | Q(party__isnull=True)
    others = Membership.objects.filter(current(), wanted, role__in=_INVITING).exclude(pk__in=[one.pk for one in ending])
    covered = set(others.values_list("party_id", flat=True))
    return [one.party for one in {one.party_id: one for one in ending}.values() if one.party_id not in covered]
