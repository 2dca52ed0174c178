"""What this node would know of other nodes once it had followed the lists of keys in a bundle: for a preview only."""

from contextlib import suppress
from typing import Any

from landbridge.exchange.bundles.signature import Signed
from landbridge.exchange.models import Peer
from landbridge.exchange.nodes.judging import Origin
from landbridge.exchange.nodes.keys import me
from landbridge.exchange.nodes.lists import BadList, KeyList, kept_list, moved_list, verified_list
from landbridge.exchange.nodes.moving import movers
from landbridge.exchange.nodes.policy import takes


def origins_ahead(signed: Signed) -> dict[str, Origin]:
    """Node to what would be known of it, where its list has something new."""
    found: dict[str, Origin] = {}
    peers = {
        peer.address: peer for peer in Peer.objects.filter(address__in=[str(one.get("node")) for one in signed.lists])
    }
    may_introduce = signed.peer is not None and takes(signed.peer).pass_on
    for said in signed.lists:
        node = str(said.get("node"))
        peer = peers.get(node)
        if node == me() or (peer is None and not may_introduce):
            continue
        trusted = [peer.fingerprint] if peer is not None else _roots(said)
        try:
            keys = verified_list(said, trusted, kept_list(peer.keys) if peer is not None else None)
        except BadList:
            continue
        found[node] = Origin(keys, peer is not None and peer.state == "blocked", takes=takes(peer))
    for keys in moved_ahead(signed).values():
        found[keys.node] = Origin(keys, takes=takes(signed.peer))
    return found


def moved_ahead(signed: Signed) -> dict[str, KeyList]:
    """Address that we know a node under to its list of keys, where that proves that it is at another one now."""
    found: dict[str, KeyList] = {}
    for said in signed.lists:
        for peer in movers(said).exclude(state="blocked"):
            known = kept_list(peer.keys)
            with suppress(BadList):
                if known is not None:
                    found[peer.address] = moved_list(said, known)
    return found


def _roots(said: dict[str, Any]) -> list[str]:
    rows = said.get("keys")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [str(row.get("id")) for row in found if row.get("by") == row.get("id")]
