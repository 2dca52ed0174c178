"""Who acts, and what an account is today: its memberships, put together once and asked often."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Q

from landbridge.parties.models import Account
from landbridge.parties.permissions import TABLE, Permission, Role, allows, gives


class Forbidden(PermissionError):
    """The actor's roles do not allow this."""


@dataclass(frozen=True)
class Actor:
    """Who acts: an account, or the node itself (its operator on the command line)."""

    account_id: int | None = None
    node: bool = False


NODE = Actor(node=True)


@dataclass(frozen=True)
class Held:
    """What somebody is: (role, party) for each current membership; party None is the node itself."""

    account_id: int | None = None
    roles: tuple[tuple[Role, str | None], ...] = ()

    def parties_with(self, permission: Permission) -> frozenset[str]:
        """The parties for whose records the permission holds."""
        held = ((role, party) for role, party in self.roles if party is not None)
        return frozenset(party for role, party in held if gives(role, permission, of_node=False))

    def has_everywhere(self, permission: Permission) -> bool:
        """Whether the permission holds for every record of the node."""
        return any(party is None and gives(role, permission, of_node=True) for role, party in self.roles)

    def may(self, permission: Permission, owner: str | None, author: int | None = None) -> bool:
        """Whether the permission holds for a record of this owner; its author answers for one without an owner."""
        if self.has_everywhere(permission) or owner in self.parties_with(permission):
            return True
        is_own = owner is None and author is not None and author == self.account_id
        return is_own and allows(Role.AUTHOR, permission)

    def permissions(self, party: str | None) -> frozenset[Permission]:
        """All that is allowed for a party, or with None for the node."""
        return frozenset().union(*(TABLE[role] for role, of in self.roles if of in (party, None)))


def today() -> date:
    """The day by which memberships begin and end, in UTC for everybody."""
    return datetime.now(UTC).date()


def current() -> Q:
    """The memberships of today, of accounts that are still active."""
    day = today()
    return Q(account__is_active=True, since__lte=day) & (Q(until__isnull=True) | Q(until__gte=day))


def active_with_roles(account_id: int | None) -> tuple[int | None, tuple[tuple[Role, str | None], ...]]:
    """The account and the roles that it holds today, in one query; an account that is closed is nobody."""
    if account_id is None:
        return None, ()
    day = today()
    columns = ("memberships__role", "memberships__party_id", "memberships__since", "memberships__until")
    rows = list(Account.objects.filter(pk=account_id, is_active=True).order_by("memberships__pk").values_list(*columns))
    held = [(Role(role), party) for role, party, since, until in rows if role and since <= day <= (until or day)]
    return (account_id if rows else None), tuple(held)


def roles_of(account_id: int | None) -> tuple[tuple[Role, str | None], ...]:
    """The roles that an account holds today: one query."""
    return active_with_roles(account_id)[1]


def held_by(account_id: int | None) -> Held:
    """What an account is today."""
    return Held(*active_with_roles(account_id))
