"""Peers: what administrators do with them, and what the pages and the command line show of the network."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from landbridge.exchange.models import Exchange, Peer, Quarantined, Received, Statement, WantedFile
from landbridge.exchange.nodes import shelf
from landbridge.exchange.nodes.keys import me
from landbridge.exchange.nodes.lists import is_address, kept_list
from landbridge.exchange.nodes.policy import policy
from landbridge.exchange.nodes.quarantine import WAYS as WAYS
from landbridge.exchange.nodes.quarantine import settle as settle
from landbridge.lib.doors.http import target
from landbridge.parties.permissions import Permission
from landbridge.registry.models import Record
from landbridge.registry.workflow import State
from landbridge.registry.writing import Actor, require

STATES: Final = ("known", "active", "paused", "blocked")
DIRECTIONS: Final = ("pull", "push", "both")
SHORTEST, LONGEST = 30, 7 * 24 * 3600
"""Seconds between two exchanges."""
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


class BadPeer(ValueError):
    """What was typed does not make a peer; the message says what to write."""


def _may(actor: Actor) -> None:
    require(actor, Permission.RECEIVE, None)


def find(address: str) -> Peer:
    """The peer of this address.

    Raises:
        LookupError: there is none.
    """
    found = Peer.objects.filter(address=address.strip().rstrip("/")).first() if "\0" not in address else None
    if found is None:
        raise LookupError(f"This node knows no node {address[:200]!r}.")
    return found


def plain_fingerprint(text: str) -> str:
    """A fingerprint as people type it: with spaces or colons, in capitals.

    Raises:
        BadPeer: it is none.
    """
    plain = re.sub(r"[\s:-]", "", text).lower()
    if not _FINGERPRINT.fullmatch(plain):
        raise BadPeer("A fingerprint has 64 signs from 0 to 9 and a to f; ask the people of the other node for theirs.")
    return plain


def add(*, actor: Actor, address: str, fingerprint: str, reach: str = "", direction: str = "pull") -> Peer:
    """Exchange with a node from now on; its people told ours the fingerprint of its key by another way.

    One that is known through others already becomes active, and keeps what came from it.

    Raises:
        Forbidden: the actor does not administer the node.
        BadPeer: the address or the fingerprint is none, or the node is known with another one.
    """
    _may(actor)
    plain, key = address.strip().rstrip("/"), plain_fingerprint(fingerprint)
    _check(plain, reach, direction)
    peer = Peer.objects.filter(address=plain).first()
    if peer is None:
        return Peer.objects.create(address=plain, fingerprint=key, reach=reach, direction=direction)
    known = kept_list(peer.keys)
    if known is not None and key != peer.fingerprint and not (key in known.keys and known.keys[key].works):
        raise BadPeer("This node is known with other keys. Ask its people; remove it before you add it with this one.")
    peer.state, peer.reach, peer.direction, peer.due_at = "active", reach or peer.reach, direction, timezone.now()
    peer.save(update_fields=["state", "reach", "direction", "due_at"])
    return peer


def _check(address: str, reach: str, direction: str) -> None:
    if not is_address(address):
        raise BadPeer("Write the address that the node calls itself: https://… in small letters, without a page.")
    if address == me():
        raise BadPeer("This is the address of this very node.")
    if reach and not is_address(reach):
        raise BadPeer("Write where the node is called: https://… without a page.")
    if direction not in DIRECTIONS:
        raise BadPeer(f"The direction is one of: {', '.join(DIRECTIONS)}.")
    try:
        target(reach or address, local=True)
    except ValueError as error:
        raise BadPeer(str(error)) from None


def confirm(*, actor: Actor, peer: Peer) -> Peer:
    """Exchange again with a peer that was paused or blocked, or for the first time with one known through others, whose
    key our people have now checked."""
    return _become(actor, peer, "active")


def pause(*, actor: Actor, peer: Peer) -> Peer:
    """Exchange nothing with it for now; what came from it stays."""
    return _become(actor, peer, "paused")


def block(*, actor: Actor, peer: Peer) -> Peer:
    """Take nothing that it says any more, whoever brings it, and give it nothing; what came from it stays."""
    return _become(actor, peer, "blocked")


def _become(actor: Actor, peer: Peer, state: str) -> Peer:
    _may(actor)
    peer.state, peer.due_at, peer.failures, peer.error = state, timezone.now(), 0, ""
    if state == "active":
        peer.cursor, peer.epoch = 0, ""  # What was passed over meanwhile is read; what is here costs a look.
    peer.save(update_fields=["state", "due_at", "failures", "error", "cursor", "epoch"])
    return peer


def set_policy(
    *, actor: Actor, peer: Peer, gives: Mapping[str, Any] | None = None, takes: Mapping[str, Any] | None = None,
    direction: str = "", every: int = 0, reach: str | None = None,
) -> Peer:  # fmt: skip
    """What is given to a peer and taken from it, in which direction, how often, and where it is called.

    Raises:
        Forbidden: the actor does not administer the node.
        BadPeer: something that there is not.
    """
    _may(actor)
    _check(peer.address, peer.reach if reach is None else reach, direction or peer.direction)
    if every and not SHORTEST <= every <= LONGEST:
        raise BadPeer(f"Between two exchanges there are from {SHORTEST} to {LONGEST} seconds.")
    try:
        given = peer.gives if gives is None else policy(gives).as_json()
        taken = peer.takes if takes is None else policy(takes).as_json()
    except (ValueError, TypeError) as error:
        raise BadPeer(str(error)) from None
    if taken != peer.takes:
        peer.cursor, peer.epoch = 0, ""
    peer.gives, peer.takes, peer.due_at = given, taken, timezone.now()
    peer.direction, peer.every = direction or peer.direction, every or peer.every
    peer.reach = peer.reach if reach is None else reach
    peer.save()
    return peer


def remove(*, actor: Actor, peer: Peer, retire: bool = False) -> int:
    """Forget a peer; with `retire` its records are retired here: how many. Kept ones stay as they last came."""
    _may(actor)
    ids = list(Record.objects.filter(origin=peer.address, state=State.PUBLISHED).values_list("pk", flat=True))
    if retire:
        shelf.retire(peer.address, ids)
        Statement.objects.filter(origin=peer.address).delete()
        Received.objects.filter(origin=peer.address).update(gone_at=timezone.now())
    Quarantined.objects.filter(via=peer.address, settled_at=None).update(settled_at=timezone.now(), settled="removed")
    WantedFile.objects.filter(via=peer.address).delete()
    peer.delete()
    return len(ids) if retire else 0


@dataclass(frozen=True)
class PeerLine:
    """A peer as lists show it."""

    peer: Peer
    records: int
    """Of its own that are shown here."""
    brought: int
    """Of all nodes that it brought last."""
    waiting: int
    """Statements in quarantine."""
    newest: datetime | None
    """When something of it last came."""


def lines() -> list[PeerLine]:
    """All peers with how fresh they are and how much came from them; five queries, however many there are."""
    own = dict(Received.objects.filter(gone_at=None).order_by().values_list("origin").annotate(Count("pk")))
    via = dict(Received.objects.filter(gone_at=None).order_by().values_list("via").annotate(Count("pk")))
    waits = dict(Quarantined.objects.filter(settled_at=None).values_list("via").annotate(Count("pk")))
    newest = dict(Received.objects.order_by().values_list("origin").annotate(Max("seen_at")))
    peers = Peer.objects.order_by("state", "address")
    return [
        PeerLine(one, own.get(one.address, 0), via.get(one.address, 0), waits.get(one.address, 0),
                 newest.get(one.address))
        for one in peers
    ]  # fmt: skip


def counts_by_origin() -> dict[str, int]:
    """Node to how many of its records are shown here; "" is this one."""
    shown = Q(published__isnull=False) & ~Q(state=State.RETIRED)
    return dict(Record.objects.filter(shown).order_by().values_list("origin").annotate(Count("pk")))


def failing() -> "QuerySet[Peer]":
    """Active peers with which the last exchange failed, the longest first."""
    return Peer.objects.filter(state="active", failures__gt=0).order_by("-failures", "address")


def exchanges(peer: Peer | None = None) -> "QuerySet[Exchange]":
    """What was exchanged, newest first."""
    found = Exchange.objects.select_related("peer").order_by("-began_at", "-pk")
    return found.filter(peer=peer) if peer is not None else found
