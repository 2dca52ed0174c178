"""Lists of keys: how a node says which keys it signs with, and how others follow it from the key that they checked.

Every key but the first is vouched for by an older one, so that whoever checked one fingerprint can follow to today's.
A key that took no part in anything yet, the spare, has the last word: the list that it signs outranks what a stolen
key says meanwhile. Nothing here touches the database.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from landbridge.exchange.nodes import moments
from landbridge.exchange.signing import KEY, BadSignature, canonical, decode, digest, fingerprint, is_signed, verify

VERSION: Final = 1
KIND: Final = "keys"
MOVED: Final = "moved"
MOST_MOVES: Final = 20
"""Earlier addresses that a list names."""
MOST_KEYS: Final = 200
LARGEST: Final = 200_000
"""Bytes of a list."""
_LATE: Final = timedelta(minutes=10)
"""For how long after its replacement a statement of the old key may be dated: two processes, two moments."""
_ADDRESS: Final = re.compile(r"https?://[a-z0-9\[\]:._~/-]{1,190}")
_LARGEST_NUMBER: Final = 2**53 - 1


class BadList(ValueError):
    """No list of keys that can be followed from what we trust; the message says why."""


class OldList(BadList):
    """We have a newer list of this node already."""


class BadKey(ValueError):
    """The key must not have signed this."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a node."""

    id: str
    public: str
    since: datetime
    until: datetime | None
    revoked: datetime | None
    spare: bool
    by: str
    """The key that vouches for it; a first key vouches for itself."""
    proof: str

    @property
    def works(self) -> bool:
        """Whether it may sign today."""
        return self.until is None and self.revoked is None


@dataclass(frozen=True)
class KeyList:
    """A list that was verified."""

    node: str
    names: dict[str, str]
    sequence: int
    keys: dict[str, Key]
    signed_with: str
    body: dict[str, Any] = field(repr=False)
    """As it was signed, to be passed on."""

    def for_statement(self, key_id: Any, said: datetime) -> Key:
        """The key of this name, when it may have signed something new that is dated `said`.

        A revoked key signs nothing new, whatever the date on it: whoever stole it can write any date.

        Raises:
            BadKey: it may not.
        """
        key = self.keys.get(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise BadKey("It is signed with a key that its node does not name.")
        if key.revoked is not None:
            raise BadKey("It is signed with a key that its node has revoked.")
        if key.until is not None and said > key.until + _LATE:
            raise BadKey("It is signed with a key that had been replaced by then.")
        return key


def is_address(value: Any) -> bool:
    """Whether it is the base address of a node, as nodes sign it: small letters, no slash at the end."""
    return isinstance(value, str) and bool(_ADDRESS.fullmatch(value)) and not value.endswith("/")


def vouched(node: str, key: Mapping[str, Any]) -> bytes:
    """What the older key signs to vouch for a newer one."""
    return canonical({"landbridge": VERSION, "kind": "key", "node": node,
                      **{name: key[name] for name in ("id", "public", "since", "spare", "by")}})  # fmt: skip


def kept_list(body: Any) -> KeyList | None:
    """A list that was verified before it was kept; None where none is kept."""
    return _read(body) if body else None


def verified_list(candidate: Any, trusted: Collection[str], known: KeyList | None = None) -> KeyList:
    """The list, when it can be followed from a fingerprint that people checked and from the list that we know.

    Raises:
        OldList: we know a newer one.
        BadList: it is none, it is not signed as it must be, or it forgets what the known one says.
    """
    found = _read(candidate)
    if known is None:
        return _followed(found, trusted)
    if found.node != known.node:
        raise BadList("The list is of another node.")
    if digest(found.body) == digest(known.body):
        return known
    return _continued(found, known)


def _continued(found: KeyList, known: KeyList) -> KeyList:
    """The list, when it goes on from the one that we know."""
    if found.sequence <= known.sequence and not _speaks_last(found, known):
        raise OldList("We know a newer list of this node.")
    _followed(found, [key.id for key in known.keys.values() if key.works])
    _check_continues(found, known)
    return found


def _followed(found: KeyList, trusted: Collection[str]) -> KeyList:
    """The list, when a key that something trusted vouches for has signed it."""
    if found.signed_with not in _reached(found, trusted):
        raise BadList("The list is signed with a key that nothing we trust vouches for.")
    _check_signature(found)
    return found


def moves(candidate: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a list says of earlier addresses of its node, not yet verified."""
    said = candidate.get("formerly")
    rows = said[:MOST_MOVES] if isinstance(said, list) else []
    return [row for row in rows if isinstance(row, dict) and row.get("kind") == MOVED and is_address(row.get("from"))]


def moved_list(candidate: Any, known: KeyList) -> KeyList:
    """The list of a node that we know under an earlier address.

    The spare key must say that it moved: whoever steals the key of today would like to be the node elsewhere.

    Raises:
        OldList: we know a newer one.
        BadList: it does not say so, or cannot be followed from the list that we know.
    """
    found = _read(candidate)
    said = next((one for one in moves(candidate) if one["from"] == known.node), {})
    spare = next((key for key in known.keys.values() if key.id == said.get(KEY) and key.spare and key.works), None)
    if said.get("to") != found.node or spare is None:
        raise BadList(f"The spare key of {known.node} does not say that it moved to {found.node}.")
    try:
        verify(said, spare.public)
    except BadSignature as error:
        raise BadList(f"The move from {known.node}: {error}") from None
    return _continued(found, known)


def _read(candidate: Any) -> KeyList:
    try:
        if candidate["landbridge"] != VERSION or candidate["kind"] != KIND:
            raise ValueError("It says that it is something else.")
        rows = candidate["keys"]
        if not is_address(candidate["node"]) or not 1 <= len(rows) <= MOST_KEYS:
            raise ValueError("The address of the node or the number of keys is not plausible.")
        keys = {row["id"]: _key(row) for row in rows}
        sequence = candidate["sequence"]
        if type(sequence) is not int or not 0 < sequence <= _LARGEST_NUMBER or len(keys) != len(rows):
            raise ValueError("The sequence is no number, or a key stands in it twice.")
        if sum(key.spare and not _is_spare(keys.get(key.by)) for key in keys.values()) > 1:
            raise ValueError("Only a spare key vouches for the next spare key.")
        form = canonical(candidate)
        if len(form) > LARGEST or b"\\u0000" in form:  # No database keeps that sign.
            raise ValueError("It is too long, or holds signs that no text has.")
        moments.read(candidate["said"])
        if not isinstance(candidate["key"], str):
            raise ValueError("It does not say which key signed it.")
        return KeyList(candidate["node"], _names(candidate["names"]), sequence, keys, candidate["key"], candidate)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadList(f"This is no list of keys: {str(error)[:150]}") from None


def _is_spare(key: Key | None) -> bool:
    return key is not None and key.spare


def _names(names: Any) -> dict[str, str]:
    if not isinstance(names, dict) or len(names) > 20:
        raise ValueError("The names are language tags to names.")
    if not all(isinstance(one, str) and len(one) <= 200 for pair in names.items() for one in pair):
        raise ValueError("A name has at most 200 characters.")
    return dict(names)


def _key(row: Mapping[str, Any]) -> Key:
    if row["id"] != fingerprint(row["public"]):
        raise ValueError("A key is named by another fingerprint than its own.")
    ends = [None if row[name] is None else moments.read(row[name]) for name in ("until", "revoked")]
    if not isinstance(row["spare"], bool) or not isinstance(row["by"], str) or not isinstance(row["proof"], str):
        raise ValueError("A key says of itself what it cannot.")
    return Key(row["id"], row["public"], moments.read(row["since"]), ends[0], ends[1], row["spare"], row["by"],
               row["proof"])  # fmt: skip


def _reached(found: KeyList, trusted: Collection[str]) -> set[str]:
    """The keys that something trusted vouches for, however many steps away."""
    reached = set(trusted) & set(found.keys)
    waiting = {name: key for name, key in found.keys.items() if name not in reached}
    while step := {name for name, key in waiting.items() if key.by in reached and _is_vouched(found, key)}:
        reached |= step
        waiting = {name: key for name, key in waiting.items() if name not in step}
    return reached


def _is_vouched(found: KeyList, key: Key) -> bool:
    row = {"id": key.id, "public": key.public, "since": moments.written(key.since), "spare": key.spare, "by": key.by}
    return _signed_by(found.keys[key.by].public, key.proof, vouched(found.node, row))


def _signed_by(public: str, signature: str, content: bytes) -> bool:
    try:
        return is_signed(content, decode(signature), public)
    except ValueError:
        return False


def _check_signature(found: KeyList) -> None:
    signer = found.keys[found.signed_with]
    if signer.revoked is not None:
        raise BadList("The list is signed with a key that it revokes itself.")
    try:
        verify(found.body, signer.public)
    except BadSignature as error:
        raise BadList(str(error)) from None


def _speaks_last(found: KeyList, known: KeyList) -> bool:
    """Whether the list is signed with the spare key that we know of."""
    signer = known.keys.get(found.signed_with)
    return signer is not None and signer.spare and signer.works


def _check_continues(found: KeyList, known: KeyList) -> None:
    """What was said once stays said; only the spare key, or one that it brought in, may strike keys out."""
    speaks_last = _speaks_last(found, known)
    for name, old in known.keys.items():
        new = found.keys.get(name)
        if new is None:
            if (speaks_last and not old.spare) or old.revoked is not None:
                continue
            raise BadList("The list leaves out a key that the node named before.")
        if (new.public, new.since, new.spare and not old.spare) != (old.public, old.since, False):
            raise BadList("The list changes what it said of a key.")
        if old.revoked is not None and (new.revoked is None or new.revoked > old.revoked):
            raise BadList("The list takes a revocation back.")
        if old.spare and old.works and not new.works and found.signed_with != name:
            raise BadList("Only the spare key itself may end the spare key.")
