"""What becomes of a statement on a record: the rules, apart from the database, so that they can be tried out on any
number of nodes at once. The same statements end in the same records everywhere, in whatever order they come.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

import orjson

from landbridge.exchange.nodes import moments
from landbridge.exchange.nodes.answers import NotTaken, checked
from landbridge.exchange.nodes.lists import VERSION, BadKey, KeyList, is_address
from landbridge.exchange.nodes.policy import Policy
from landbridge.exchange.nodes.statements import KIND, SHOWN
from landbridge.exchange.signing import KEY, SIGNATURE, canonical, decode, is_signed
from landbridge.registry.files import named_in

LARGEST: Final = 1_000_000
"""Bytes of a statement."""
FARTHEST: Final = timedelta(days=30)
"""How far a clock may be off and still be made allowance for."""
_ID: Final = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._~-]{1,100}")
_FORMAT: Final = re.compile(r"[a-z_]{1,40}")
_LARGEST_NUMBER: Final = 2**53 - 1
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Outcome(StrEnum):
    """What became of a statement."""

    TAKE = "take"
    SAME = "same"
    OLDER = "older"
    SKIPPED = "skipped"
    """Outside of what we agreed to take; no fault of anybody."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Held:
    """What we hold of a record; an own record has no origin."""

    origin: str
    sequence: int
    sha256: str


@dataclass(frozen=True)
class Origin:
    """What we know of the node that says something."""

    keys: KeyList | None
    blocked: bool = False
    offset: timedelta = timedelta()
    """By how much its clock is ahead of ours."""
    takes: Policy = field(default_factory=Policy)


class Shelf(Protocol):
    """What a node holds, and whom it knows."""

    def held(self, record_id: str) -> Held | None:
        """What we hold of the record, our own or another's."""

    def origin(self, node: str) -> Origin | None:
        """What we know of a node; None for one that nobody told us of."""

    def says_the_same(self, record_id: str, data: Mapping[str, Any]) -> bool:
        """Whether the record that we hold under this id has these answers."""

    def keeps_back(self, record_id: str, sha256: str) -> bool:
        """Whether somebody brought a file here that whoever names it in this record has not shown to have."""


@dataclass(frozen=True)
class Court:
    """Who judges, by which clock, and what was agreed with whoever brought it."""

    me: str
    shelf: Shelf
    now: datetime
    takes: Policy = field(default_factory=Policy)
    offset: timedelta = timedelta()
    """Of the carrier's clock."""


@dataclass
class Judged:
    """A statement and what becomes of it."""

    said: Mapping[str, Any]
    outcome: Outcome = Outcome.REFUSED
    record: str = ""
    node: str = ""
    sequence: int = 0
    sha256: str = ""
    unsigned: bytes = b""
    """What the signature is of."""
    body: bytes = b""
    reason: str = ""
    problem: str = ""
    moment: datetime = _NEVER
    data: dict[str, Any] = field(default_factory=dict)
    wins: bool = False
    """Whether it takes the place of another statement with the same sequence."""
    proven: bool = False
    """Whether its signature was found to be of its node."""

    @property
    def gone(self) -> bool:
        return self.said.get("gone") is True

    @property
    def erased(self) -> bool:
        """Whether its node asks that all be blanked that it ever said of the record."""
        return self.gone and self.said.get("erased") is True


def read(line: bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    """A line as an object.

    Raises:
        NotTaken: it is none, or it is too long.
    """
    if isinstance(line, bytes):
        if len(line) > LARGEST:
            raise NotTaken("size", f"It is longer than {LARGEST:,} bytes.")
        try:
            line = orjson.loads(line)
        except orjson.JSONDecodeError:
            raise NotTaken("invalid", "This is not JSON in UTF-8.") from None
    if not isinstance(line, Mapping):
        raise NotTaken("invalid", "This is not a JSON object.")
    return line


def judge(said: Mapping[str, Any], court: Court) -> Judged:
    """What becomes of a statement on a record."""
    judged = Judged(said)
    try:
        _identify(judged, court)
        judged.outcome = _outcome(judged, court)
    except NotTaken as refusal:
        judged.outcome, judged.reason, judged.problem = Outcome.REFUSED, refusal.reason, str(refusal)
    return judged


def _identify(judged: Judged, court: Court) -> None:
    """What it speaks of, and its digest."""
    said = judged.said
    record, node, sequence = said.get("record"), said.get("node"), said.get("sequence")
    judged.record = record if isinstance(record, str) and _ID.fullmatch(record) else ""
    judged.node = str(node) if is_address(node) else ""
    if said.get("landbridge") != VERSION or said.get("kind") != KIND:
        raise NotTaken("format", "It is no statement on a record in a form that this node knows; update the node.")
    if not judged.record or not judged.node:
        raise NotTaken("invalid", "It names no record or no node as they are named.")
    if type(sequence) is not int or not 0 < sequence <= _LARGEST_NUMBER:
        raise NotTaken("invalid", "Its sequence is no number.")
    judged.sequence = sequence
    try:
        judged.moment = moments.read(said.get("said"))
        judged.unsigned = canonical({name: value for name, value in said.items() if name != SIGNATURE})
        judged.body = canonical(said)
    except ValueError as error:
        raise NotTaken("invalid", str(error)) from None
    if len(judged.body) > LARGEST:
        raise NotTaken("size", f"It is longer than {LARGEST:,} bytes.")
    judged.sha256 = hashlib.sha256(judged.unsigned).hexdigest()


def _outcome(judged: Judged, court: Court) -> Outcome:
    held = court.shelf.held(judged.record)
    if held is not None and held.origin == ("" if judged.node == court.me else judged.node):
        if (held.sequence, held.sha256) == (judged.sequence, judged.sha256):
            return Outcome.SAME
        if held.sequence > judged.sequence:
            return Outcome.OLDER
    origin = court.shelf.origin(judged.node)
    if origin is not None and origin.blocked:
        return Outcome.SKIPPED
    origin = _signed_by(judged, origin)
    judged.proven = True
    if judged.node == court.me:
        raise NotTaken("ahead", "We said this ourselves, later than what we hold: we were restored from a backup. Take "
                                "it back as our newest revision, or keep what we hold.")  # fmt: skip
    if not (court.takes.allows(judged.said) and origin.takes.allows(judged.said)):
        return Outcome.SKIPPED
    _check_moment(judged, origin, court)
    return _weighed(judged, held, court)


def _signed_by(judged: Judged, origin: Origin | None) -> Origin:
    """The node that said it, once the signature is found to be of one of its keys."""
    if origin is None or origin.keys is None:
        raise NotTaken("key", f"We know no keys of {judged.node}; add it as a peer, or wait until its list comes.")
    try:
        key = origin.keys.for_statement(judged.said.get(KEY), judged.moment)
    except BadKey as error:
        raise NotTaken("key", str(error)) from None
    if not is_signed(judged.unsigned, _raw(judged.said.get(SIGNATURE)), key.public):
        raise NotTaken("signature", "The signature is not of this content.")
    return origin


def _raw(signature: Any) -> bytes:
    """The bytes of a signature; none for what is no signature, with which nothing is signed."""
    try:
        return decode(signature) if isinstance(signature, str) else b""
    except ValueError:
        return b""


def _check_moment(judged: Judged, origin: Origin, court: Court) -> None:
    """A date in the future waits until it has come; clocks that we know to be ahead are made allowance for."""
    allowed = min(max(timedelta(), origin.offset, court.offset), FARTHEST) + moments.AHEAD
    latest = court.now + allowed
    if judged.moment > latest or judged.sequence > moments.milliseconds(latest):
        raise NotTaken("future", f"It is dated {moments.written(judged.moment)}; it is taken in when that has come.")


def _weighed(judged: Judged, held: Held | None, court: Court) -> Outcome:
    """Against what we hold of the record."""
    said, shelf = judged.said, court.shelf
    if judged.gone and not _FORMAT.fullmatch(str(said.get("format"))):
        raise NotTaken("invalid", "The tombstone names no format.")
    if not judged.gone:
        if said.get("visibility") not in SHOWN:
            raise NotTaken("invalid", "Only what is public, or for the network, is exchanged.")
        judged.data = checked(said.get("format"), said.get("edition"), said.get("language"), said.get("data"))
        _check_rest(said)
        if any(shelf.keeps_back(judged.record, one["sha256"]) for one in named_in(judged.data)):
            raise NotTaken("file", "It names a file that lies here; it waits until its node has given the same bytes.")
    if held is not None and held.origin != judged.node:
        if judged.gone or shelf.says_the_same(judged.record, judged.data):
            return Outcome.SKIPPED
        whose = held.origin or "this node"
        raise NotTaken("claim", f"The id belongs to {whose}; {judged.node} claims it with other answers.")
    if held is not None and held.sequence == judged.sequence:
        judged.reason = "conflict"
        judged.problem = "Its node signed two different statements under one number; the same one is kept everywhere."
        if judged.sha256 < held.sha256:
            raise NotTaken(judged.reason, judged.problem)
        judged.wins = True
    return Outcome.TAKE


def _check_rest(said: Mapping[str, Any]) -> None:
    """What this node reads of a statement beside the answers."""
    try:
        moments.read(said.get("published"))
    except ValueError as error:
        raise NotTaken("invalid", f"published: {error}") from None
    files = said.get("files")
    if not isinstance(files, list) or len(files) > 200 or not isinstance(said.get("licence"), str):
        raise NotTaken("invalid", "Its files or its licence are not named as they should be.")
