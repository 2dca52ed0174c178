"""The network as one of its nodes sees it: who is in it, how fresh, how much, in which languages, what failed.

Counts are of records that the reader may see. What a peer tells of itself is shown as its word, and measured beside it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django.conf import settings
from django.db.models import Count

from landbridge.exchange.models import NodeKey, Peer, Quarantined, ThisNode
from landbridge.exchange.provenance import SOURCE, bare
from landbridge.formats.library import FORMATS
from landbridge.registry.models import Record
from landbridge.registry.rules import Reader, readable

MOST: Final = 1000
"""Nodes on the page at most."""
LATE: Final = 4
"""After so many of its own pauses without an exchange a node is late."""
AT_LEAST: Final = timedelta(hours=1)
"""Nobody is late before that, however short the pause."""
State = Literal["this", "fresh", "late", "failing", "new", "paused", "known", "blocked"]


@dataclass(frozen=True)
class Holdings:
    """How many records there are, by format and by language of the original."""

    formats: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.formats.values())


@dataclass(frozen=True)
class Node:
    """One node of the network."""

    id: int | None
    """Of the peer; None for this node."""
    address: str
    names: Mapping[str, str]
    state: State
    holdings: Holdings
    fingerprint: str
    seen_at: datetime | None = None
    tried_at: datetime | None = None
    failures: int = 0
    error: str = ""
    """For those who run this node: it may speak of what lies behind."""
    told: Mapping[str, Any] = field(default_factory=dict)
    quarantined: int = 0


def this_node(holdings: Mapping[str, Holdings]) -> Node:
    """This node itself."""
    said = ThisNode.objects.filter(pk=1).first()
    return Node(
        id=None, address=str(settings.BASE_URL), names=own_names(said), state="this",
        holdings=holdings.get("", Holdings()), fingerprint=own_fingerprint(),
    )  # fmt: skip


def own_names(said: ThisNode | None) -> dict[str, str]:
    """Language to name of this node, as its people chose them."""
    return dict(said.names) if said and said.names else {"en": settings.NODE_NAME}


def own_fingerprint() -> str:
    """What others compare before they add this node; empty until it has a key."""
    working = NodeKey.objects.filter(until=None, revoked_at=None, spare=False).order_by("-since")
    return working.values_list("pk", flat=True).first() or ""


def peers(now: datetime, holdings: Mapping[str, Holdings], *, administers: bool) -> list[Node]:
    """The other nodes, those that hold most first; who is blocked is told only to who runs this node."""
    rows = Peer.objects.order_by("address")
    if not administers:
        rows = rows.exclude(state="blocked")
    waiting: dict[str, int] = {}
    if administers:
        open_ones = Quarantined.objects.filter(settled_at=None).values_list("via").annotate(n=Count("pk"))
        waiting = dict(open_ones.order_by())
    every = [_node(row, now, holdings.get(row.address, Holdings()), waiting) for row in rows[:MOST]]
    return sorted(every, key=lambda one: (-one.holdings.total, one.address))


def _node(row: Peer, now: datetime, holdings: Holdings, waiting: Mapping[str, int]) -> Node:
    names = {tag: name for tag, name in dict(row.names or {}).items() if isinstance(name, str) and name.strip()}
    return Node(
        id=row.pk, address=row.address, names=names or {"": bare(row.address)}, state=state_of(row, now),
        holdings=holdings, fingerprint=row.fingerprint, seen_at=row.seen_at, tried_at=row.tried_at,
        failures=row.failures, error=row.error, told=row.told if isinstance(row.told, dict) else {},
        quarantined=waiting.get(row.address, 0),
    )  # fmt: skip


def state_of(peer: Peer, now: datetime) -> State:
    """How it stands with a peer today."""
    if peer.state == "blocked":
        return "blocked"
    if peer.state == "paused":
        return "paused"
    if peer.state == "known":
        return "known"
    if peer.failures:
        return "failing"
    if peer.seen_at is None:
        return "new"
    is_late = now - peer.seen_at > max(AT_LEAST, timedelta(seconds=peer.every) * LATE)
    return "late" if is_late else "fresh"


def holdings(reader: Reader) -> dict[str, Holdings]:
    """Address of a node to what this one holds of it, as far as the reader may see: "" for this node's own, and all
    sources together under `source:`. One query."""
    found = Record.objects.filter(readable(reader), format__in=FORMATS)
    rows = found.order_by().values_list("origin", "format", "language").annotate(n=Count("pk"))
    formats: dict[str, Counter[str]] = {}
    languages: dict[str, Counter[str]] = {}
    for origin, name, language, count in rows:
        whose = SOURCE if origin.startswith(SOURCE) else origin
        formats.setdefault(whose, Counter())[name] += count
        languages.setdefault(whose, Counter())[language] += count
    return {whose: Holdings(dict(formats[whose]), dict(languages[whose].most_common())) for whose in formats}


def as_json(nodes: Iterable[Node]) -> list[dict[str, Any]]:
    """What everybody may know of the nodes, for programs."""
    return [
        {
            "address": one.address, "names": dict(one.names), "state": one.state, "fingerprint": one.fingerprint,
            "last_exchange": one.seen_at, "records": one.holdings.total, "formats": dict(one.holdings.formats),
            "languages": dict(one.holdings.languages),
        }
        for one in nodes
    ]  # fmt: skip
