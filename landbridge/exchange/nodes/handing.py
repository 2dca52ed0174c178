"""Attached files to a node that cannot come and fetch them: whoever pushes its records hands their files over too.

The receiver says which it lacks and how much of each it has; the sender goes on from there, in pieces, so that a line
that breaks costs one piece.
"""

import fcntl
import re
from os import SEEK_END
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from landbridge.exchange.models import Peer, WantedFile
from landbridge.exchange.nodes import serving
from landbridge.exchange.nodes.calls import Refusal, call
from landbridge.exchange.nodes.fetching import AT_ONCE, PIECE, arrived, later
from landbridge.exchange.nodes.files import TRIES, BadFile, half
from landbridge.lib.doors.http import Failed
from landbridge.registry.files import Kept
from landbridge.registry.queries import Unknown

WANTED: Final = "/exchange/wanted"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class Elsewhere(Exception):
    """The piece does not begin where the rest ends."""

    def __init__(self, have: int) -> None:
        super().__init__(f"{have} bytes of the file are here.")
        self.have = have


def wanted(peer: Peer) -> list[dict[str, Any]]:
    """The files that this node lacks of what a peer brought, with how much of each is here."""
    rows = _due(peer).order_by("due_at", "pk")[:AT_ONCE]
    return [{"sha256": one.sha256, "record": one.record_id, "size": one.size, "have": _have(one)} for one in rows]


def count_wanted(peer: Peer) -> int:
    """How many files this node lacks of what a peer brought, also those that it asks for only later."""
    return _lacking(peer).count()


def _lacking(peer: Peer) -> "QuerySet[WantedFile]":
    return WantedFile.objects.filter(via=peer.address, proven=False, tries__lt=TRIES)


def _due(peer: Peer) -> "QuerySet[WantedFile]":
    return _lacking(peer).filter(due_at__lte=timezone.now())


def _have(one: WantedFile) -> int:
    path = half(one.sha256)
    return min(path.stat().st_size, one.size) if path.exists() else 0


def take_piece(peer: Peer, record_id: str, sha256: str, begin: int, piece: bytes) -> int:
    """Take in a piece of a file that is lacking: how much of it is here now.

    Raises:
        Unknown: this node lacks no such file of what the peer brought.
        Elsewhere: the piece begins somewhere else than where the rest ends.
        BadFile: the bytes are not the file that the record names, or none that is kept; all of it is let go of.
    """
    one = _due(peer).filter(sha256=sha256, record_id=record_id).first() if "\0" not in record_id else None
    if one is None:
        raise Unknown(sha256)
    path = half(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        there = file.seek(0, SEEK_END)
        if begin != there or not piece:
            raise Elsewhere(there)
        try:
            if there + len(piece) > one.size:
                raise BadFile("It gives another number of bytes than the record names.")
            file.write(piece)
            file.flush()
            if there + len(piece) == one.size:
                arrived(one)
        except BadFile as problem:
            path.unlink(missing_ok=True)
            later(one, str(problem))
            raise
    return there + len(piece)


def hand_over(peer: Peer) -> bool:
    """Give a peer the files that it lacks of what we brought: whether it may lack more.

    Raises:
        Failed: the line broke; it goes on from there the next time.
        Unsafe: the address is none that may be called.
    """
    try:
        told = call(peer, WANTED, most_bytes=100_000).json()
    except Refusal as refusal:
        if refusal.status == 404:  # A node of an earlier version: it fetches by itself, or not at all.
            return False
        raise
    named = told.get("files")
    given = 0
    for one in (named if isinstance(named, list) else [])[:AT_ONCE]:
        try:
            kept = _named(peer, one)
            given += kept is not None and _hand(peer, kept, str(one["record"]), one.get("have"))
        except Refusal as refusal:
            if refusal.status not in (404, 409, 422):
                raise
    lacks = told.get("lacks")
    return type(lacks) is int and lacks > given


def _named(peer: Peer, one: Any) -> Kept | None:
    """The file that is asked for, when the peer may have it."""
    if not isinstance(one, dict) or not isinstance(one.get("record"), str):
        return None
    sha256 = one.get("sha256")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        return None
    try:
        return serving.file(peer, one["record"], sha256)
    except Unknown:
        return None


def _hand(peer: Peer, kept: Kept, record_id: str, begin: Any) -> bool:
    at = begin if type(begin) is int and 0 <= begin < kept.size else 0
    with kept.path.open("rb") as file:
        while at < kept.size:
            file.seek(at)
            got = call(peer, f"/exchange/files/{kept.sha256}", {"record": record_id, "from": at}, body=file.read(PIECE),
                       kind="application/octet-stream", most_bytes=10_000)  # fmt: skip
            have = got.json().get("have")
            if type(have) is not int or have <= at:
                raise Failed("The node takes pieces of a file and does not get on with it.")
            at = have
    return True
