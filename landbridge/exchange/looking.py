"""What administrators do with nodes beside `nodes/peers.py`: look at one before they add it, ask for an exchange."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from landbridge.exchange.models import Peer
from landbridge.exchange.nodes.calls import call
from landbridge.exchange.nodes.lists import BadList, is_address, verified_list
from landbridge.exchange.nodes.peers import BadPeer, plain_fingerprint
from landbridge.formats.library import FORMATS
from landbridge.lib.doors.http import Failed, Unsafe
from landbridge.parties.permissions import Permission
from landbridge.registry.writing import Actor, require

_MOST: Final = 400_000


@dataclass(frozen=True)
class Look:
    """What another node tells of itself, and whether it holds the key whose fingerprint was typed."""

    address: str
    fingerprint: str
    reach: str = ""
    problem: str = ""
    """Why nothing could be learned; the rest is then empty."""
    calls_itself: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    records: int | None = None
    formats: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    says_fingerprint: str = ""
    proven: bool = False
    """Whether its list of keys can be followed from the typed fingerprint."""

    @property
    def fits(self) -> bool:
        """Whether it is the node that was named, with the key that was named."""
        return not self.problem and self.proven and self.calls_itself == self.address


def look(*, actor: Actor, address: str, fingerprint: str, reach: str = "") -> Look:
    """Ask a node who it is. Nothing is kept, and nothing of this node is told.

    Raises:
        Forbidden: the actor does not administer the node.
        BadPeer: the address or the fingerprint is none.
    """
    require(actor, Permission.RECEIVE, None)
    plain, key, called = address.strip().rstrip("/"), plain_fingerprint(fingerprint), reach.strip().rstrip("/")
    if not is_address(plain) or (called and not is_address(called)):
        raise BadPeer("Write the address that the node calls itself: https://… in small letters, without a page.")
    peer = Peer(address=plain, reach=called)
    try:
        told = call(peer, "/exchange/node", proven=False, most_bytes=_MOST).json()
        keys = call(peer, "/exchange/keys", proven=False, most_bytes=_MOST).json()
    except (Failed, Unsafe) as problem:
        return Look(plain, key, called, problem=str(problem)[:300])
    return _seen(Look(plain, key, called), told, keys)


def _seen(start: Look, told: Mapping[str, Any], keys: Mapping[str, Any]) -> Look:
    try:
        found = verified_list(keys, [start.fingerprint])
    except BadList as problem:
        return Look(
            start.address, start.fingerprint, start.reach, problem=str(problem)[:300],
            calls_itself=_text(told, "node"), says_fingerprint=_text(told, "fingerprint"), names=_names(told),
        )  # fmt: skip
    records = told.get("records")
    return Look(
        start.address, start.fingerprint, start.reach, calls_itself=found.node, names=found.names,
        version=_text(told, "version"), records=records if type(records) is int and records >= 0 else None,
        formats=_formats(told), languages=_languages(told),
        says_fingerprint=_text(told, "fingerprint"), proven=True,
    )  # fmt: skip


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value[:200] if isinstance(value, str) else ""


def _names(told: Mapping[str, Any]) -> dict[str, str]:
    names = told.get("names")
    if not isinstance(names, dict):
        return {}
    return {str(tag)[:12]: name[:200] for tag, name in list(names.items())[:20] if isinstance(name, str)}


def _formats(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that this node knows as well."""
    every = told.get("formats")
    return tuple(one for one in FORMATS if one in every) if isinstance(every, dict) else ()


def _languages(told: Mapping[str, Any]) -> tuple[str, ...]:
    every = told.get("languages")
    return tuple(one[:12] for one in every[:20] if isinstance(one, str)) if isinstance(every, list) else ()


def ask_now(*, actor: Actor, peer: Peer) -> None:
    """Let the next turn of the clock exchange with a peer, instead of waiting for its pause to end.

    Raises:
        Forbidden: the actor does not administer the node.
        BadPeer: nothing is exchanged with it, so there is nothing to hurry.
    """
    require(actor, Permission.RECEIVE, None)
    if not Peer.objects.filter(pk=peer.pk, state="active").update(due_at=datetime.now(UTC)):
        raise BadPeer("Nothing is exchanged with this node at present.")
