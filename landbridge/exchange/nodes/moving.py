"""A node that moves to another address and stays the same node: its keys go with it, and its spare key says so.

Whoever knew it under an earlier address finds the move in its list of keys, however that comes: from the node itself,
from another one, or on a memory stick. What came from it belongs to the new address from then on.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from landbridge.exchange.models import Peer, Quarantined, Received, Statement, ThisNode, WantedFile, Word, WorkTaken
from landbridge.exchange.nodes import keys, moments, statements
from landbridge.exchange.nodes.calls import introduce, welcome
from landbridge.exchange.nodes.lists import MOST_MOVES, MOVED, VERSION, BadList, KeyList, kept_list, moved_list, moves
from landbridge.exchange.signing import signed
from landbridge.lib.doors.http import Failed, Unsafe
from landbridge.parties.permissions import Permission
from landbridge.registry import journal
from landbridge.registry.receiving import move_origin
from landbridge.registry.writing import Actor, require

Distrust = Callable[[str, KeyList, KeyList | None], object]


class NotMoved(ValueError):
    """There is no move to tell of; the message says why."""


def earlier_addresses() -> list[str]:
    """Where this node was before, the latest first; empty when it has always been where it is."""
    node = keys.this_node()
    told = [one["from"] for one in node.formerly]
    standing = [node.address, str(node.keys.get("node", ""))]
    return [one for one in dict.fromkeys([*standing, *told]) if one and one != keys.me()][:MOST_MOVES]


def move(*, actor: Actor, spare_secret: str = "") -> list[str]:
    """Say with the spare key that this node is at another address than before: the earlier ones.

    All is signed anew under the address of today. `spare_secret` is the private half of the spare key when that is kept
    elsewhere.

    Raises:
        Forbidden: the actor does not administer the node.
        NotMoved: it was never at another address.
        KeyLost: the spare key cannot be read.
    """
    require(actor, Permission.RECEIVE, None)
    with transaction.atomic():
        journal.lock()
        before = earlier_addresses()
        if not before:
            raise NotMoved(f"This node was never at another address than {keys.me()}.")
        signer = keys.spare_signer(spare_secret)
        said = {"landbridge": VERSION, "kind": MOVED, "to": keys.me(), "said": moments.written(moments.now())}
        told = [signed({**said, "from": one}, signer) for one in before]
        ThisNode.objects.filter(pk=1).update(formerly=told)
        keys.say_anew(signer)
        statements.sign_anew()
    return before


def tell() -> dict[str, str]:
    """Tell the active peers at once: address to what went wrong, or nothing where it was heard."""
    told: dict[str, str] = {}
    for peer in Peer.objects.filter(state="active").order_by("address"):
        try:
            welcome(introduce(peer))
            told[peer.address] = ""
        except (Failed, Unsafe) as problem:
            told[peer.address] = str(problem)
    return told


def movers(said: Mapping[str, Any]) -> "QuerySet[Peer]":
    """The nodes that we know under an address which a list says to be an earlier one, not yet verified."""
    return Peer.objects.filter(address__in=[one["from"] for one in moves(said)])


def follow(said: Mapping[str, Any], there: Peer | None, distrust: Distrust) -> Peer | None:
    """The node that a list is of, once it was moved here to the address that it has now; None for no move.

    `distrust` puts aside what keys signed that the list strikes out, as long as it stands under the old address.

    `there` is what we know under the new address. Call it under the lock of the journal.

    Raises:
        BadList: it says that a node moved which we know and do not know `there`, and does not prove it.
    """
    for old in movers(said).exclude(address=said.get("node")).order_by("pk"):
        known = kept_list(old.keys)
        if known is None:
            continue
        try:
            found = moved_list(said, known)
        except BadList:
            if there is None:
                raise
        else:
            distrust(old.address, found, known)
            return _moved(old, there, found)
    return None


def _moved(old: Peer, there: Peer | None, found: KeyList) -> Peer:
    """All that is kept of a node under its old address goes to the new one."""
    before, now = old.address, found.node
    stays = there if there is not None and there.state != "known" else old
    for other in (old, there):
        if other is not None and other is not stays:
            other.delete()
    stays.address, stays.keys, stays.names, stays.failures, stays.error = now, dict(found.body), found.names, 0, ""
    if stays is old:
        stays.reach = ""  # Where it was called is not where it is.
    stays.due_at = moments.now()
    stays.save()
    _rename(before, now)
    _tidy_quarantine(before, now)
    return stays


def _rename(before: str, now: str) -> None:
    move_origin(before, now)
    Statement.objects.filter(origin=before).update(origin=now)
    Received.objects.filter(origin=before).update(origin=now)
    Received.objects.filter(via=before).update(via=now)
    WorkTaken.objects.filter(origin=before).update(origin=now)
    Word.objects.filter(origin=before).update(origin=now)
    WantedFile.objects.filter(via=before).update(via=now)


def _tidy_quarantine(before: str, now: str) -> None:
    """It signs all anew, so that what waited of its own comes again; what it brought of others waits on."""
    waiting = Quarantined.objects.filter(settled_at=None)
    brought = set(waiting.filter(via=now).values_list("origin", "record_id"))
    twice = [pk for pk, *of in waiting.filter(via=before).values_list("pk", "origin", "record_id")
             if tuple(of) in brought]  # fmt: skip
    (waiting.filter(origin=before) | waiting.filter(pk__in=twice)).update(settled_at=moments.now(), settled="moved")
    waiting.filter(via=before).update(via=now)
