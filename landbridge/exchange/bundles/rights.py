"""For which parties a peer may write by bundles of work."""

from collections.abc import Sequence

from landbridge.exchange.models import Peer, WorkRight
from landbridge.parties.models import Party
from landbridge.parties.permissions import Permission
from landbridge.registry.writing import Actor, require


def every() -> Sequence[WorkRight]:
    """All rights, with their peers and parties."""
    return list(WorkRight.objects.select_related("peer", "party").order_by("peer__address", "party_id"))


def allow(*, actor: Actor, address: str, party: str) -> WorkRight:
    """Let a peer write for a party.

    Raises:
        Forbidden: the actor does not administer the node.
        LookupError: there is no such peer or party.
    """
    require(actor, Permission.RECEIVE, None)
    peer = Peer.objects.filter(address=address, state="active").first()
    found = Party.objects.filter(pk=party).first() if "\0" not in party else None
    if peer is None or found is None:
        raise LookupError(f"There is no active peer {address[:200]}, or no party {party[:100]}.")
    return WorkRight.objects.get_or_create(peer=peer, party=found, defaults={"by_id": actor.account_id})[0]


def take_back(*, actor: Actor, address: str, party: str) -> None:
    """What the peer wrote stays; it writes nothing more for the party.

    Raises:
        Forbidden: the actor does not administer the node.
    """
    require(actor, Permission.RECEIVE, None)
    if "\0" not in address + party:
        WorkRight.objects.filter(peer__address=address, party_id=party).delete()
