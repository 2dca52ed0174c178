"""Asking another node: signed, bounded in bytes and time, and by the clock of the one that is asked."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import orjson
from django.conf import settings

from landbridge.exchange.models import Peer
from landbridge.exchange.nodes.keys import me, own_list
from landbridge.exchange.nodes.signatures import Asked, sign
from landbridge.exchange.nodes.statements import signer
from landbridge.formats import tidy
from landbridge.lib.doors.fetch import fetched
from landbridge.lib.doors.http import Failed, target

MOST_PAGE: Final = 25_000_000
"""Bytes of a page, unpacked; a node gives a fifth of it at most."""
SECONDS: Final = 60.0
_CLOCK: Final = 2.0
"""Seconds by which two clocks may differ and still be the same: the header has no more than seconds."""


class Refusal(Failed):
    """The other node answered, and not with what was asked for."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(f"The node answered {status}: {sentence}" if sentence else f"The node answered {status}.")
        self.status = status


@dataclass
class Got:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def epoch(self) -> str:
        """The name of the order that was read."""
        return re.sub(r"[^\w-]", "", self.headers.get("landbridge-epoch", ""), flags=re.ASCII)[:64]

    def json(self) -> dict[str, Any]:
        """The answer as an object.

        Raises:
            Failed: it is none.
        """
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise Failed("The answer is not JSON.") from None
        if not isinstance(found, dict):
            raise Failed("The answer is not a JSON object.")
        return found

    def number(self, name: str) -> int:
        """A header that holds a number.

        Raises:
            Failed: it holds none.
        """
        text = self.headers.get(name, "")
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise Failed(f"The answer lacks {name}: this is no node, or another kind of one.")
        return int(text)


@dataclass(frozen=True)
class _Request:
    path: str
    query: str = ""
    body: bytes = b""
    kind: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    most_bytes: int = 10_000
    proven: bool = True

    @property
    def method(self) -> str:
        return "POST" if self.body or self.kind else "GET"


def base(peer: Peer) -> str:
    """Where the peer is called."""
    return (peer.reach or peer.address).rstrip("/")


def call(
    peer: Peer, path: str, query: Mapping[str, Any] | None = None, *, body: bytes = b"", kind: str = "",
    headers: Mapping[str, str] | None = None, most_bytes: int = MOST_PAGE, proven: bool = True,
) -> Got:  # fmt: skip
    """Ask a peer. A request that it does not believe is sent once more: by its clock, and with our list of keys.

    Raises:
        Unsafe: its address is none that may be called.
        Failed: nobody answers as a node does; `Refusal` where it answers with an error.
    """
    request = _Request(path, urlencode(query or {}), body, kind, headers or {}, most_bytes, proven)
    got = _once(peer, request)
    if got.status == 401 and proven:
        introduce(peer)
        got = _once(peer, request)
    return welcome(got)


def welcome(got: Got) -> Got:
    """The answer, when it is one.

    Raises:
        Refusal: it is an error.
    """
    if got.status >= 300:
        raise Refusal(got.status, _sentence(got))
    return got


def introduce(peer: Peer) -> Got:
    """Send our list of keys, which proves itself; the answer says whether it was taken."""
    return _once(peer, _Request("/exchange/keys", body=orjson.dumps(own_list()), kind="application/json", proven=False))


def _once(peer: Peer, request: _Request) -> Got:
    url = base(peer) + request.path + (f"?{request.query}" if request.query else "")
    sent = {**request.headers, "User-Agent": f"Landbridge/{settings.VERSION}"}
    if request.kind:
        sent["Content-Type"] = request.kind
    if request.proven:
        sent |= _proof(peer, request, url)
    began = time.time()
    with fetched(
        url, method=request.method, data=request.body or None, headers=sent, seconds=SECONDS,
        most_bytes=request.most_bytes, neighbours=settings.NEIGHBOURS,
    ) as answer:  # fmt: skip
        got = Got(answer.status, answer.headers, answer.read())
    _compare_clocks(peer, got.headers.get("date", ""), (began + time.time()) / 2)
    return got


def _proof(peer: Peer, request: _Request, url: str) -> dict[str, str]:
    to, by = target(url, local=True), signer()
    authority = to.host if to.port == {"https": 443, "http": 80}[to.scheme] else f"{to.host}:{to.port}"
    asked = Asked(request.method, authority, urlsplit(url).path, request.query, {}, request.body)
    return sign(asked, me(), by.key, by.private, time.time() + peer.clock_offset)


def _compare_clocks(peer: Peer, date: str, now: float) -> None:
    try:
        ahead = parsedate_to_datetime(date).timestamp() + 0.5 - now
    except (ValueError, TypeError, OverflowError):
        return
    if abs(ahead - peer.clock_offset) > _CLOCK:
        peer.clock_offset = ahead if abs(ahead) > _CLOCK else 0.0
        if peer.pk:
            Peer.objects.filter(pk=peer.pk).update(clock_offset=peer.clock_offset)


def _sentence(got: Got) -> str:
    try:
        told = got.json().get("error", "")
    except Failed:
        return ""
    return tidy.line(str(told))[:200]
