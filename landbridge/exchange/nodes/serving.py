"""What this node gives to others: pages of its order of statements, what it says of itself, and attached files."""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from landbridge.exchange.models import Nonce, Peer, Statement, ThisNode
from landbridge.exchange.nodes.keys import me, own_key, own_list, this_node
from landbridge.exchange.nodes.lists import kept_list
from landbridge.exchange.nodes.policy import Policy, gives
from landbridge.exchange.nodes.signatures import NODE as NODE_HEADER
from landbridge.exchange.nodes.signatures import Asked, Unproven, key_named, proven
from landbridge.exchange.nodes.statements import put, says
from landbridge.exchange.signing import canonical
from landbridge.formats.editions import current
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES
from landbridge.registry import journal
from landbridge.registry.files import Kept, found
from landbridge.registry.queries import Unknown
from landbridge.registry.workflow import Visibility

PAGE: Final = 1_000
MOST_PAGE: Final = 5_000
BYTES: Final = 4_000_000
"""Of a page, before it is packed."""


@dataclass(frozen=True)
class Page:
    """Some lines of the order, and where to read on."""

    lines: list[bytes]
    epoch: str
    next: int
    more: bool

    @property
    def body(self) -> bytes:
        return b"".join(line + b"\n" for line in self.lines)


def order() -> tuple[str, int]:
    """The name of the order of statements, and how far it goes.

    A database that was put back to an earlier day draws serials that others have read past already: the data folder
    remembers how far the order went, and a new order begins.
    """
    path = settings.DATA / "exchange-order"
    remembered = _remembered(path)  # First: what the database says is never behind what stood here before.
    node = this_node()
    if not node.journal or (remembered is not None and remembered[0] == node.journal and remembered[1] > node.high):
        begin_anew()
        node = this_node()
    if remembered != (node.journal, node.high):
        passing = path.with_name(f"{path.name}.{uuid4().hex}")
        passing.write_text(f"{node.journal} {node.high}", encoding="ascii")
        passing.replace(path)
    return node.journal, node.high


def _remembered(path: Any) -> tuple[str, int] | None:
    with suppress(OSError, ValueError):
        name, high = path.read_text(encoding="ascii").split()
        return name, int(high)
    return None


def begin_anew() -> None:
    """Begin another order: others read all again, which is cheap where they hold the same. After a restore."""
    with transaction.atomic():
        journal.lock()
        this_node()
        ThisNode.objects.filter(pk=1).update(journal=uuid4().hex[:12])


def epoch_for(policy: Policy) -> str:
    """The name of the order as it looks under a policy: with a wider one a peer reads from the beginning."""
    return f"{order()[0]}-{policy.mark()}"


def page(
    peer: Peer | None, *, since: int = 0, epoch: str = "", limit: int = PAGE, of: str = "", known_list: int = 0
) -> Page:
    """The statements after a serial, as far as the peer, or with None everybody, may have them.

    `of` is the address of a node whose records alone are wanted, also when that is the peer itself; `known_list` the
    sequence of our list of keys that the peer knows.
    """
    policy = gives(peer)
    now_named, high = order()
    named = f"{now_named}-{policy.mark()}"
    begin = since if epoch == named else 0
    rows = Statement.objects.filter(policy.rows(timezone.now()), serial__gt=begin).order_by("serial")
    if of:
        rows = rows.filter(origin="" if of == me() else of)
    elif peer is not None:
        rows = rows.exclude(origin=peer.address)
    lines, origins, last, more = _lines(rows[: max(1, min(limit, MOST_PAGE)) + 1], policy, limit)
    heads = _lists(origins, known_list)
    return Page([*heads, *lines], named, last if more else max(high, last, begin), more)


def _lines(rows: Any, policy: Policy, limit: int) -> tuple[list[bytes], list[str], int, bool]:
    """Lines, the nodes that said them, the last serial that was looked at, and whether more follow."""
    lines: list[bytes] = []
    origins: dict[str, None] = {}
    size, last, seen = 0, 0, 0
    for row in rows.iterator(chunk_size=500):
        if seen >= limit or size > BYTES:
            return lines, list(origins), last, True
        seen, last = seen + 1, row.serial
        if (line := _line(row, policy)) is not None:
            lines.append(line)
            origins[row.origin] = None
            size += len(line)
    return lines, list(origins), last, False


def _line(row: Statement, policy: Policy) -> bytes | None:
    """The statement, or its tombstone where the reader may see no more than that; None for nothing at all."""
    if row.visibility != Visibility.PUBLIC and policy.visibility == Visibility.PUBLIC:
        return bytes(row.farewell) if row.farewell is not None else None
    body = bytes(row.body)
    return body if not policy.licences or policy.allows(says(body)) else None


def _lists(origins: list[str], known: int) -> list[bytes]:
    """The lists of keys with which the lines can be verified."""
    own = own_list()
    heads = [canonical(own)] if own["sequence"] != known else []
    others = Peer.objects.filter(address__in=[one for one in origins if one]).exclude(keys={})
    return heads + [canonical(peer.keys) for peer in others]


def about() -> dict[str, Any]:
    """What this node says of itself to other nodes."""
    name, high = order()
    return {
        "landbridge": 1, "node": me(), "names": own_list()["names"], "version": settings.VERSION,
        "fingerprint": own_key().pk, "journal": name, "serial": high, "languages": list(LANGUAGES),
        "formats": {name: current(model.editions) for name, model in FORMATS.items()},
        "records": Statement.objects.filter(gone=False, visibility=Visibility.PUBLIC).count(),
    }  # fmt: skip


def file(peer: Peer | None, record_id: str, sha256: str) -> Kept:
    """An attached file that a statement names which the peer, or with None everybody, may have.

    Raises:
        Unknown: there is none.
    """
    row = Statement.objects.filter(record_id=record_id, gone=False).first() if "\0" not in record_id else None
    line = _line(row, gives(peer)) if row is not None and _is_within(row, gives(peer)) else None
    for one in says(line).get("files", ()) if line is not None else ():
        if one.get("sha256") == sha256:
            return found(one)
    raise Unknown(sha256)


def _is_within(row: Statement, policy: Policy) -> bool:
    return Statement.objects.filter(Q(pk=row.pk) & policy.rows(timezone.now())).exists()


def who(asked: Asked) -> Peer | None:
    """The peer that a request proves to be from; None where it names nobody, or nobody that this node knows.

    Raises:
        Unproven: it names a node, and does not prove it.
    """
    address = asked.headers.get(NODE_HEADER, "")
    if not address:
        return None
    peer = Peer.objects.filter(address=address[:200]).first() if "\0" not in address else None
    if peer is None:
        return None
    if peer.state == "blocked":
        raise Unproven("This node does not exchange with the one that you name.")
    known = kept_list(peer.keys)
    key = known.keys.get(key_named(asked)) if known is not None else None
    if key is None or not key.works:
        raise Unproven("The key is not one that your node signs with today; send your list to /exchange/keys.")
    proof = proven(asked, key.public, time.time())
    _use(f"{peer.pk}:{proof.nonce}"[:120])
    return peer


def _use(nonce: str) -> None:
    """A number counts once, for as long as requests hold."""
    now = timezone.now()
    try:
        with transaction.atomic():
            Nonce.objects.create(pk=nonce, until=now + timedelta(minutes=15))
    except IntegrityError:
        raise Unproven("This request was sent before.") from None


def forget_nonces() -> None:
    """Forget the numbers of requests that do not hold any more."""
    Nonce.objects.filter(until__lt=timezone.now()).delete()


def release() -> int:
    """Put at the end of the order what was under an embargo and is not any more: how many statements."""
    now, node = timezone.now(), this_node()
    since = node.released_at or now
    days = {policy.embargo_days for peer in Peer.objects.filter(state="active") if (policy := gives(peer)).embargo_days}
    with transaction.atomic():
        journal.lock()
        freed = Q(pk__in=[])
        for number in days:
            freed |= Q(published_at__gt=since - timedelta(days=number), published_at__lte=now - timedelta(days=number))
        rows = list(Statement.objects.filter(freed, gone=False).order_by("serial")[:5_000])
        _again(rows)
        ThisNode.objects.filter(pk=1).update(released_at=now)
    return len(rows)


def _again(rows: list[Statement]) -> None:
    for row in rows:
        row.serial = None
        row._state.adding = True
    put(rows)
