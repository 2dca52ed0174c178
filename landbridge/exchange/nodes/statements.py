"""What this node says of its own records: one signed statement for each that others may read, and a signed tombstone
when it is gone. The newest statement of a record stands in the table `Statement`, in the order in which it was said.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.db import transaction
from django.db.models import Max

from landbridge.exchange.models import NodeKey, Statement, ThisNode
from landbridge.exchange.nodes import keys, moments, nudging
from landbridge.exchange.nodes.keys import me, own_key, private_key, this_node
from landbridge.exchange.nodes.lists import VERSION
from landbridge.exchange.signing import KEY, SIGNATURE, canonical, encode
from landbridge.registry import journal
from landbridge.registry.files import named_in
from landbridge.registry.journal import Messenger
from landbridge.registry.models import Change, Record
from landbridge.registry.queries import RecordView, states
from landbridge.registry.workflow import State, Visibility
from landbridge.registry.writing import Actor

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KIND: Final = "record"
SHOWN: Final = (Visibility.PUBLIC.value, Visibility.NETWORK.value)
"""The visibilities that leave the node; records for Parties only and private ones never do."""
_SAYING: Final = frozenset({"sequence", "said", KEY, SIGNATURE})
"""What differs between two statements that say the same."""
_BATCH: Final = 500


@dataclass(frozen=True)
class Signer:
    """Who signs a batch, when."""

    node: str
    key: str
    private: "Ed25519PrivateKey"
    now: datetime

    def sign(self, content: Mapping[str, Any], sequence: int) -> tuple[bytes, str]:
        """The signed statement as canonical JSON, and the digest of what was signed."""
        said = {**content, "sequence": sequence, "said": moments.written(self.now), KEY: self.key}
        unsigned = canonical(said)
        body = canonical({**said, SIGNATURE: encode(self.private.sign(unsigned))})
        return body, hashlib.sha256(unsigned).hexdigest()


def signer(now: datetime | None = None) -> Signer:
    """This node with its key of today."""
    key = own_key()
    return Signer(me(), key.pk, private_key(key), now or moments.now())


def content_of(view: RecordView, node: str) -> dict[str, Any]:
    """What is said of a record that others may read; only the answers that everybody may see are in it."""
    data = view.data
    if view.confirmed_on and str(view.confirmed_on) > str(data.get("confirmed_on") or ""):
        data = {**data, "confirmed_on": view.confirmed_on.isoformat()}
    files = {one["sha256"]: {name: one.get(name) for name in ("sha256", "size", "media_type")}
             for one in named_in(data)}  # fmt: skip
    content = {
        "landbridge": VERSION, "kind": KIND, "node": node, "record": view.id, "gone": False, "format": view.format,
        "edition": view.edition, "language": view.language, "visibility": view.visibility, "data": data,
        "published": moments.written(view.published_at or view.updated_at), "confirmed": _day(view.confirmed_on),
        "expires": _day(view.expires_on), "licence": data.get("work_licence") or data.get("licence") or "",
        "files": [files[name] for name in sorted(files)],
    }  # fmt: skip
    return {**content, "owner": view.owner} if view.owner else content


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def tombstone(record_id: str, format: str, node: str, *, erased: bool = False) -> dict[str, Any]:
    """What is said of a record that is gone: nothing of what it told. One that was `erased` asks whoever holds it to
    blank what they have; nodes that do not know the word yet retire it as ever."""
    said = {"landbridge": VERSION, "kind": KIND, "node": node, "record": record_id, "gone": True, "format": format}
    return {**said, "erased": True} if erased else said


def next_sequence(last: int, now: datetime) -> int:
    """Grows also when the clock goes back; and after a backup is restored, because the clock went on meanwhile."""
    return max(last + 1, moments.milliseconds(now))


def says(body: bytes | memoryview) -> dict[str, Any]:
    """A statement as it was kept."""
    found: dict[str, Any] = orjson.loads(bytes(body))
    return found


def _same(body: bytes | memoryview, content: Mapping[str, Any]) -> bool:
    said = {name: value for name, value in says(body).items() if name not in _SAYING}
    return canonical(said) == canonical(content)


def state(views: Mapping[str, RecordView], record_ids: Iterable[str], *, anew: bool = False) -> int:
    """Say what is so of records of this node, as far as it is not said already: how many statements were made.

    `views` has the published revision of those that have one. `anew` signs also what is said already.
    """
    wanted = list(record_ids)
    with transaction.atomic():
        journal.lock()
        rows_of = Record.objects.filter(pk__in=wanted, origin="").values_list("pk", "format", "erased_at")
        own = {record_id: (format, erased_at is not None) for record_id, format, erased_at in rows_of}
        standing = {row.record_id: row for row in Statement.objects.filter(record_id__in=wanted, origin="")}
        by = signer()
        rows = []
        for record_id in wanted:
            if record_id in own:
                row = _row(record_id, *own[record_id], views.get(record_id), standing.get(record_id), by, anew)
                rows.extend([row] if row is not None else [])
        put(rows)
    return len(rows)


def _row(
    record_id: str, format: str, erased: bool, view: RecordView | None, old: Statement | None, by: Signer, anew: bool
) -> Statement | None:
    """The next statement on a record, or None when there is nothing to say that is not said."""
    if view is None or view.state == State.RETIRED or view.visibility not in SHOWN:
        gone = tombstone(record_id, format, by.node, erased=erased)
        if old is None or (old.gone and not anew and _same(old.body, gone)):
            return None
        return _signed(record_id, gone, old, by, old.visibility, old.published_at)
    content = content_of(view, by.node)
    if old is not None and not anew and _same(old.body, content):
        return None
    published = view.published_at or view.updated_at
    return _signed(record_id, content, old, by, view.visibility, published)


def _signed(
    record_id: str, content: Mapping[str, Any], old: Statement | None, by: Signer, visibility: str, published: datetime
) -> Statement:
    sequence, farewell = next_sequence(old.sequence if old else 0, by.now), None
    was_public = old is not None and (old.visibility == Visibility.PUBLIC or old.farewell is not None)
    if was_public and visibility != Visibility.PUBLIC:
        is_erased = content.get("erased") is True
        farewell, _ = by.sign(tombstone(record_id, content["format"], by.node, erased=is_erased), sequence)
        sequence += 1  # Whoever reads both ends with the statement.
    body, sha256 = by.sign(content, sequence)
    return Statement(
        record_id=record_id, origin="", format=content["format"], visibility=visibility, gone=content["gone"],
        erased=content.get("erased"), sequence=sequence, sha256=sha256, body=body, farewell=farewell,
        published_at=published, said_at=by.now,
    )  # fmt: skip


def say_gone(record_id: str) -> None:
    """Say that a record is gone which we said more of than we hold, inside the caller's transaction."""
    old = Statement.objects.filter(record_id=record_id, origin="").first()
    if old is not None and not old.gone:
        by = signer()
        gone = tombstone(record_id, old.format, by.node)
        put([_signed(record_id, gone, old, by, old.visibility, old.published_at)])


def put(rows: Sequence[Statement]) -> None:
    """Put statements in the place of the older ones on the same records, at the end of the order; call it under the
    lock of the journal, so that serials follow the order of commits."""
    ids = [row.record_id for row in rows]
    for start in range(0, len(ids), _BATCH):
        Statement.objects.filter(record_id__in=ids[start : start + _BATCH]).delete()
    Statement.objects.bulk_create(rows, batch_size=_BATCH)
    if rows:
        high = Statement.objects.aggregate(newest=Max("serial"))["newest"]
        this_node()
        ThisNode.objects.filter(pk=1).update(high=high)


def sign_anew() -> int:
    """Sign all that this node says with its key of today: how many statements. After a key was revoked others take
    nothing more that it signed; and with a new address all is said under that."""
    ids = list(Statement.objects.filter(origin="").order_by("serial").values_list("record_id", flat=True))
    made = 0
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        made += state(states(batch), batch, anew=True)
    ThisNode.objects.filter(pk=1).update(address=me())
    return made


def revoke(*, actor: Actor, key_id: str, spare_secret: str = "") -> tuple[NodeKey, int]:
    """Revoke a key and sign anew all that this node says, at one moment: the new key, and how many statements.

    Raises:
        As `keys.revoke`.
    """
    with transaction.atomic():
        journal.lock()
        new = keys.revoke(actor=actor, key_id=key_id, spare_secret=spare_secret)
        return new, sign_anew()


def is_said_elsewhere() -> bool:
    """Whether the statements were signed under another address, or with a key that is revoked since."""
    node = this_node()
    if node.address and node.address != me():
        return True
    revoked = dict(NodeKey.objects.exclude(revoked_at=None).values_list("pk", "revoked_at"))
    if not revoked:
        return False
    older = Statement.objects.filter(origin="", said_at__lte=max(filter(None, revoked.values()))).values_list(
        "body", flat=True
    )
    return any(says(body)[KEY] in revoked for body in older.iterator(chunk_size=500))


class StatementFollower(Messenger):
    """A messenger: says to the network what became of each own record."""

    name = "statements"

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        """Say it; what others said of their records is passed on as they said it, and is not ours to sign."""
        ids = list(dict.fromkeys(change.record_id for change in changes))
        own = set(Record.objects.filter(pk__in=ids, origin="").values_list("pk", flat=True))
        if own and state(states, [one for one in ids if one in own]):
            nudging.soon()
