"""Who made a bundle: the signature over its manifest, followed from the key that our people checked."""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from landbridge.exchange.bundles.making import KIND, SIGNATURE_FILE, VERSION
from landbridge.exchange.bundles.opening import Opened
from landbridge.exchange.bundles.troubles import BadBundle, shown
from landbridge.exchange.models import Peer
from landbridge.exchange.nodes import moments
from landbridge.exchange.nodes.keys import me, own_keys
from landbridge.exchange.nodes.lists import (
    BadKey,
    BadList,
    KeyList,
    OldList,
    is_address,
    kept_list,
    moved_list,
    verified_list,
)
from landbridge.exchange.nodes.moving import movers
from landbridge.exchange.signing import KEY, BadSignature, verify

KINDS: Final = (KIND, "work")
_LARGEST_SIGNATURE: Final = 64_000
_LARGEST_KEYS: Final = 50_000_000


@dataclass(frozen=True)
class Signed:
    """What the maker of a bundle says of it, once that is known to be theirs."""

    said: dict[str, Any]
    peer: Peer | None
    """The peer that made it; none when this node made it itself."""
    lists: tuple[dict[str, Any], ...]
    """The signed lists of keys that came with it, not yet followed."""

    @property
    def node(self) -> str:
        return str(self.said["node"])

    @property
    def is_work(self) -> bool:
        return bool(self.said["kind"] == "work")


def signed_by(bag: Opened) -> Signed:
    """Go on only when a peer that we exchange with, or this node itself, signed the bundle.

    Raises:
        BadBundle: otherwise.
    """
    if SIGNATURE_FILE not in bag.sizes:
        raise BadBundle("unsigned", "The bundle is not signed: whoever made it does not say so. Nothing was taken in.")
    said = _object(bag.small(SIGNATURE_FILE, _LARGEST_SIGNATURE), SIGNATURE_FILE)
    _check_form(said)
    lists = _lists(bag)
    node = said["node"]
    peer = None if node == me() else _peer(node, lists)
    if said["for"] not in ("", me()):
        raise BadBundle("not-for-us", f"This bundle was made for {shown(said['for'])}; nothing was taken in.")
    keys = own_keys() if peer is None else _keys(peer, [one for one in lists if one.get("node") == node])
    try:
        verify(said, keys.for_statement(said.get(KEY), moments.read(said["made"])).public)
    except (BadSignature, BadKey) as error:
        raise BadBundle("signature", f"The bundle is not signed by {node}: {error}") from None
    return Signed(said, peer, tuple(lists))


def _object(content: bytes, name: str) -> dict[str, Any]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise BadBundle("encoding", f"“{name}” is no JSON in UTF-8; nothing was taken in.") from None
    if not isinstance(found, dict):
        raise BadBundle("encoding", f"“{name}” is no JSON object; nothing was taken in.")
    return found


def _check_form(said: dict[str, Any]) -> None:
    texts = all(isinstance(said.get(name), str) for name in ("node", "made", "for", "manifest", "kind"))
    if not texts or said.get("landbridge") != VERSION or said["kind"] not in KINDS or not is_address(said["node"]):
        raise BadBundle("signature", "The signature is of a kind that this node does not know; update the node.")
    try:
        moments.read(said["made"])
        ends = [said[name] for name in ("since", "until")] if said["kind"] == KIND else []
        counts = [said.get(name, 0) for name in ("statements", "volume")]
        good = all(isinstance(end["journal"], str) and type(end["serial"]) is int for end in ends)
        good = good and all(type(count) is int and count >= 0 for count in counts)
    except (KeyError, TypeError, ValueError):
        good = False
    if not good:
        raise BadBundle("signature", "The signature does not say when the bundle was made and what it spans.")


def _peer(node: str, lists: list[dict[str, Any]]) -> Peer:
    peer = Peer.objects.filter(address=node).first() or _moved(node, lists)
    if peer is None:
        sentence = f"{node} is no peer of this node. Add it with its fingerprint, then read again."
        raise BadBundle("unknown-node", sentence)
    if peer.state != "active":
        state = {"known": "only known through others", "paused": "paused", "blocked": "blocked"}.get(peer.state, "")
        raise BadBundle("blocked", f"{node} is {state} here; nothing was taken in.")
    return peer


def _moved(node: str, lists: list[dict[str, Any]]) -> Peer | None:
    """The peer that was at another address and brings the proof that it is here now."""
    found = (movers(one).exclude(keys={}).first() for one in lists if one.get("node") == node)
    return next((peer for peer in found if peer is not None), None)


def _lists(bag: Opened) -> list[dict[str, Any]]:
    found = _object(bag.small("data/keys.json", _LARGEST_KEYS), "data/keys.json").get("lists")
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadBundle("key", "The bundle brings no lists of keys; nothing was taken in.")
    return found


def _keys(peer: Peer, brought: list[dict[str, Any]]) -> KeyList:
    """The keys of the maker: as the bundle brings them, where that is newer than what we know."""
    known = kept_list(peer.keys)
    newest = known
    for one in brought:
        try:
            if newest is not None and newest.node != one["node"]:
                newest = moved_list(one, newest)
            else:
                newest = verified_list(one, [peer.fingerprint], newest)
        except OldList:
            continue
        except BadList as error:
            raise BadBundle("key", f"The list of keys of {peer.address} cannot be followed: {error}") from None
    if newest is None:
        raise BadBundle("key", f"The bundle does not bring the keys of {peer.address}; nothing was taken in.")
    return newest
