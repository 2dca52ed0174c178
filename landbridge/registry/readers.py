"""From an account to what it may read and do: its memberships of today, put together once a request."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from landbridge.parties.models import Account, Membership
from landbridge.parties.permissions import Permission, Role, allows, gives
from landbridge.parties.standing import Held, active_with_roles, current
from landbridge.registry.rules import ANYONE, Reader


@dataclass(frozen=True)
class Standing(Held):
    """What somebody is, for the registry: also as somebody who reads."""

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
            writes_for_all=self.has_everywhere(Permission.DRAFT),
            vets=self.has_everywhere(Permission.VET),
            speaks_for=frozenset(party for _, party in self.roles if party is not None),
        )


def standing_of(account_id: int | None) -> Standing:
    """What an account is today: one query."""
    return Standing(*active_with_roles(account_id))


def reader_of(account: Account | None) -> Reader:
    """What an account may read today."""
    if account is None or not account.is_active:
        return ANYONE
    return standing_of(account.pk).reader()


def who_may(permission: Permission, owner: str | None, author: int | None = None) -> list[int]:
    """The accounts that hold a permission for records of this owner: whom to tell that something waits for them."""
    of_party = [role.value for role in Role if owner and gives(role, permission, of_node=False)]
    of_node = [role.value for role in Role if gives(role, permission, of_node=True)]
    held = Q(party_id=owner, role__in=of_party) | Q(party__isnull=True, role__in=of_node)
    found = Membership.objects.filter(current(), held)
    own: Iterable[int] = ()
    if owner is None and author is not None and allows(Role.AUTHOR, permission):
        own = Account.objects.filter(pk=author, is_active=True).values_list("pk", flat=True)
    return sorted({*found.values_list("account_id", flat=True), *own})
