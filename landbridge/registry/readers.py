"""From an account to what it may read and do: its memberships of today, put together once a request."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from landbridge.parties.models import Account, Membership
from landbridge.parties.permissions import Permission, Role, allows
from landbridge.registry.rules import ANYONE, Reader


@dataclass(frozen=True)
class Standing:
    """What somebody is: (role, party) for each current membership; party None is the node itself."""

    account_id: int | None = None
    roles: tuple[tuple[Role, str | None], ...] = ()

    def parties_with(self, permission: Permission) -> frozenset[str]:
        """The parties for whose records the permission holds."""
        return frozenset(party for role, party in self.roles if party is not None and allows(role, permission))

    def has_everywhere(self, permission: Permission) -> bool:
        """Whether the permission holds for every record of the node."""
        return any(party is None and allows(role, permission) for role, party in self.roles)

    def may(self, permission: Permission, owner: str | None, author: int | None = None) -> bool:
        """Whether the permission holds for a record of this owner; its author answers for one without an owner."""
        if any(party in (owner, None) and allows(role, permission) for role, party in self.roles):
            return True
        is_own = owner is None and author is not None and author == self.account_id
        return is_own and allows(Role.AUTHOR, permission)

    def reader(self) -> Reader:
        """The same as somebody who reads."""
        if self.account_id is None:
            return ANYONE
        return Reader(
            account_id=self.account_id,
            parties=self.parties_with(Permission.READ_DRAFTS),
            sees_parties=any(allows(role, Permission.READ_PARTIES) for role, _ in self.roles),
            sees_network=bool(self.roles),
            sees_submitted=self.has_everywhere(Permission.READ_SUBMITTED),
            sees_all=self.has_everywhere(Permission.READ_DRAFTS),
            speaks_for=frozenset(party for _, party in self.roles if party is not None),
        )


def current() -> Q:
    """The memberships of today, of accounts that are still active."""
    today = datetime.now(UTC).date()
    return Q(account__is_active=True, since__lte=today) & (Q(until__isnull=True) | Q(until__gte=today))


def standing_of(account_id: int | None) -> Standing:
    """What an account is today: one query."""
    if account_id is None:
        return Standing()
    held = Membership.objects.filter(current(), account_id=account_id).values_list("role", "party_id")
    return Standing(account_id, tuple((Role(role), party) for role, party in held.order_by("pk")))


def reader_of(account: Account | None) -> Reader:
    """What an account may read today."""
    if account is None or not account.is_active:
        return ANYONE
    return standing_of(account.pk).reader()


def who_may(permission: Permission, owner: str | None, author: int | None = None) -> list[int]:
    """The accounts that hold a permission for records of this owner: whom to tell that something waits for them."""
    roles = [role.value for role in Role if allows(role, permission)]
    held = Q(party_id=owner) | Q(party__isnull=True) if owner else Q(party__isnull=True)
    found = Membership.objects.filter(current(), held, role__in=roles).values_list("account_id", flat=True)
    own = [author] if owner is None and author is not None and allows(Role.AUTHOR, permission) else []
    return sorted({*found, *own})
