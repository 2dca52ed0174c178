"""What this node holds of records and knows of nodes, as the rules of `judging` ask for it: read once for a batch."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from landbridge.exchange.models import Peer, Quarantined, Received, Statement, WantedFile
from landbridge.exchange.nodes import moments, moving
from landbridge.exchange.nodes.judging import Held, Origin
from landbridge.exchange.nodes.keys import me, own_keys, revoked_since
from landbridge.exchange.nodes.lists import BadList, KeyList, OldList, is_address, kept_list, verified_list
from landbridge.exchange.nodes.policy import takes
from landbridge.registry import journal
from landbridge.registry.models import Record, StoredFile
from landbridge.registry.queries import states
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.workflow import State, Workflow
from landbridge.registry.writing import NODE

MOST_KNOWN: Final = 2_000
"""Nodes that we only heard of: nobody fills our tables by inventing more."""


class DatabaseShelf:
    """The tables of this node."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._origins: dict[str, Origin | None] = {}

    def look_up(self, record_ids: Iterable[str]) -> None:
        """Read what is held of the records of a batch; call it under the lock of the journal."""
        wanted = [one for one in record_ids if one]
        self._held = {
            pk: Held(origin, 0, "") for pk, origin in Record.objects.filter(pk__in=wanted).values_list("pk", "origin")
        }
        rows = Statement.objects.filter(record_id__in=wanted)
        for record_id, origin, sequence, sha256 in rows.values_list("record_id", "origin", "sequence", "sha256"):
            known = self._held.get(record_id)
            if known is None or known.origin == origin:
                self._held[record_id] = Held(origin, sequence, sha256)

    def held(self, record_id: str) -> Held | None:
        """What we hold of the record."""
        return self._held.get(record_id)

    def note(self, record_id: str, held: Held) -> None:
        """A statement of this batch was taken: the next one on the same record is weighed against it."""
        self._held[record_id] = held

    def origin(self, node: str) -> Origin | None:
        """What we know of a node."""
        if node not in self._origins:
            self._origins[node] = _own() if node == me() else _origin(Peer.objects.filter(address=node).first())
        return self._origins[node]

    def says_the_same(self, record_id: str, data: Mapping[str, Any]) -> bool:
        """Whether the record under this id has these answers; the day on which it was confirmed is no difference."""
        ours = states([record_id]).get(record_id)
        return ours is not None and _without_day(ours.data) == _without_day(data)

    def keeps_back(self, record_id: str, sha256: str) -> bool:
        """Whether a file is somebody's here, and whoever names it in this record did not give the bytes."""
        if not StoredFile.objects.filter(pk=sha256, brought_by__isnull=False).exists():
            return False
        return not WantedFile.objects.filter(sha256=sha256, record_id=record_id, proven=True).exists()

    def forget(self, node: str) -> None:
        """What we know of a node changed."""
        self._origins.pop(node, None)


def _without_day(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "confirmed_on"}


def _own() -> Origin:
    return Origin(own_keys())


def _origin(peer: Peer | None) -> Origin | None:
    if peer is None:
        return None
    offset = timedelta(seconds=max(min(peer.clock_offset, 1e8), -1e8))
    return Origin(kept_list(peer.keys), peer.state == "blocked", offset, takes(peer))


def learn(said: Mapping[str, Any], carrier: Peer | None) -> Peer | None:
    """Take in the list of keys of a node: of one that we know from the key that our people checked on; of one that an
    active peer passes on to us from the key that it began with. None when it has nothing new, or is our own.

    Raises:
        BadList: it cannot be followed from what we trust.
    """
    node = said.get("node")
    if not isinstance(node, str) or not is_address(node):
        raise BadList("This is no list of keys of a node.")
    if node == me():
        return None
    peer = Peer.objects.filter(address=node).first()
    if peer is not None and peer.state == "blocked":
        return None
    if (moved := moving.follow(said, peer, distrust)) is not None:
        return moved
    if peer is None:
        return _first_sight(said, carrier)
    known = kept_list(peer.keys)
    try:
        found = verified_list(said, [peer.fingerprint], known)
    except OldList:
        return None
    if known is not None and found.body == known.body:
        return None
    peer.keys, peer.names = dict(found.body), found.names
    peer.save(update_fields=["keys", "names"])
    distrust(node, found, known)
    return peer


def _first_sight(said: Mapping[str, Any], carrier: Peer | None) -> Peer | None:
    if carrier is None or carrier.state != "active" or not takes(carrier).pass_on:
        return None
    rows = said.get("keys")
    named = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    roots = [str(row.get("id")) for row in named if row.get("by") == row.get("id")]
    if len(roots) != 1:
        raise BadList("A list of keys begins with one key that vouches for itself.")
    found = verified_list(said, roots)
    if Peer.objects.filter(state="known").count() >= MOST_KNOWN:
        raise BadList(f"This node has heard of {MOST_KNOWN:,} others already; add this one as a peer.")
    return Peer.objects.create(
        address=found.node, names=found.names, fingerprint=roots[0], keys=dict(found.body), state="known"
    )


def distrust(node: str, found: KeyList, known: KeyList | None) -> int:
    """Put aside what a key signed that the node strikes out, dated after that: how many records. What the node still
    stands by it signs anew; until then those records are retired here."""
    put_aside = 0
    for key, since in revoked_since(found, known).items():
        named = Received.objects.filter(origin=node, key=key, sequence__gt=0).values("record_id")
        bad = list(Statement.objects.filter(origin=node, record_id__in=named).filter(
            Q() if since is None else Q(said_at__gte=since)))  # fmt: skip
        _put_aside(node, bad)
        put_aside += len(bad)
    return put_aside


def sweep(peer: Peer) -> int:
    """Put aside what still stands on a revoked key, once all that its node says was read: it has signed anew what it
    stands by, and the rest came from whoever stole the key, whatever date is on it. How many records."""
    known = kept_list(peer.keys)
    revoked = [key.id for key in known.keys.values() if key.revoked] if known is not None else []
    with transaction.atomic():
        journal.lock()
        named = Received.objects.filter(origin=peer.address, key__in=revoked, sequence__gt=0)
        rows = list(Statement.objects.filter(record_id__in=named.values("record_id"), origin=peer.address))
        _put_aside(peer.address, rows)
    return len(rows)


def _put_aside(node: str, rows: list[Statement]) -> None:
    retire(node, [row.record_id for row in rows if not row.gone])
    for row in rows:
        Quarantined.objects.update_or_create(
            origin=node, record_id=row.record_id, via=node, settled_at=None,
            defaults={"sequence": row.sequence, "reason": "key", "body": bytes(row.body), "at": timezone.now(),
                      "problem": "It was signed with a key that its node has revoked since."},
        )  # fmt: skip
    Statement.objects.filter(pk__in=[row.pk for row in rows]).delete()
    Received.objects.filter(record_id__in=[row.record_id for row in rows]).update(sequence=0, gone_at=moments.now())


def retire(node: str, record_ids: list[str]) -> None:
    """Retire records of a node here."""
    found = Record.objects.filter(pk__in=record_ids, origin=node, state=State.PUBLISHED)
    gone = [Arrival(one.pk, one.format, {}, one.language, one.visibility, State.RETIRED) for one in found]
    journal.lock()
    for start in range(0, len(gone), 500):
        receive_many(gone[start : start + 500], actor=NODE, workflow=Workflow.RECEIVED, origin=node)
