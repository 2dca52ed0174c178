"""The addresses that other nodes call: what this node says of itself, its order of statements, pushes, keys, files."""

import re
import zlib
from collections.abc import Callable
from typing import Any, Final

import orjson
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from landbridge.exchange.models import Peer
from landbridge.exchange.nodes import handing, serving, sync, tasks
from landbridge.exchange.nodes.files import BadFile
from landbridge.exchange.nodes.keys import own_list
from landbridge.exchange.nodes.lists import LARGEST, BadList
from landbridge.exchange.nodes.moving import movers
from landbridge.exchange.nodes.quarantine import OF_KEYS, try_again
from landbridge.exchange.nodes.shelf import learn
from landbridge.exchange.nodes.signatures import Asked, Unproven
from landbridge.exchange.nodes.taking import take
from landbridge.registry import journal
from landbridge.registry.queries import Unknown

LINES: Final = "application/jsonl"
MOST_BODY: Final = 2_400_000
"""Of a push as it comes; Django itself stops at a little more."""
MOST_UNPACKED: Final = 20_000_000
_RANGE: Final = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")
_NUMBER: Final = re.compile(r"\d{1,18}")
Answer = Callable[..., HttpResponseBase]


def _error(status: int, sentence: str) -> HttpResponse:
    return _json({"error": sentence}, status)


def _json(value: Any, status: int = 200) -> HttpResponse:
    response = HttpResponse(orjson.dumps(value), content_type="application/json", status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _asked(request: HttpRequest, body: bytes) -> Asked:
    headers = {name.lower(): value for name, value in request.headers.items()}
    # The path as it was sent: what is signed is not what it means.
    return Asked(request.method or "", request.get_host(), request.path, request.META.get("QUERY_STRING", ""), headers,
                 body)  # fmt: skip


def _peer(request: HttpRequest, body: bytes = b"") -> Peer | None:
    return serving.who(_asked(request, body))


def _body(request: HttpRequest) -> bytes | None:
    """The body, or None when it is longer than it may be."""
    told = request.headers.get("content-length", "0") or "0"
    if not _NUMBER.fullmatch(told) or int(told) > MOST_BODY:
        return None
    return request.body


@require_safe
def node(request: HttpRequest) -> HttpResponse:
    """What this node says of itself."""
    return _json(serving.about())


@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The signed list of keys of this node; or the list of a node that we know, which proves itself."""
    if request.method != "POST":
        return _json(own_list())
    body = _body(request)
    if body is None or len(body) > LARGEST:
        return _error(413, "A list of keys is not that long.")
    try:
        said = orjson.loads(body)
        if not isinstance(said, dict) or "\0" in str(said.get("node")):
            raise BadList("This is no list of keys.")
        # A stranger's list takes nobody's turn to write.
        if Peer.objects.filter(address=str(said.get("node"))).exists() or movers(said).exists():
            with transaction.atomic():
                journal.lock()
                learned = learn(said, None)
            if learned is not None:
                try_again(reasons=OF_KEYS, origins=[learned.address])
    except (BadList, orjson.JSONDecodeError) as error:
        return _error(400, str(error)[:200])
    return _json({"taken": True})


@require_http_methods(["GET", "HEAD", "POST"])
def statements(request: HttpRequest) -> HttpResponseBase:
    """The statements after a serial; or some that a peer pushes, and with none its word that it has something new."""
    if request.method == "POST":
        return _pushed(request)
    try:
        peer = _peer(request)
    except Unproven as error:
        return _error(401, str(error))
    if peer is not None and peer.state != "active":
        peer = None
    page = serving.page(
        peer, since=_number(request, "since", 0), epoch=request.GET.get("epoch", "")[:64],
        limit=_number(request, "limit", serving.PAGE), of=request.GET.get("of", "")[:200].replace("\0", ""),
        known_list=_number(request, "list", 0),
    )  # fmt: skip
    response = HttpResponse(page.body, content_type=LINES, status=200 if page.lines else 204)
    response.headers["Landbridge-Epoch"], response.headers["Landbridge-Next"] = page.epoch, str(page.next)
    response.headers["Landbridge-More"] = "1" if page.more else "0"
    response.headers["Cache-Control"] = "no-store"
    return response


def _number(request: HttpRequest, name: str, otherwise: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if _NUMBER.fullmatch(text) and text.isascii() else otherwise


def _from_peer(request: HttpRequest, may: str) -> tuple[Peer, bytes] | HttpResponse:
    """The active peer that sent a request, with its body; or why it is refused. `may` says what only such a one may."""
    body = _body(request)
    if body is None:
        return _error(413, f"Send at most {MOST_BODY:,} bytes at once.")
    try:
        peer = _peer(request, body)
    except Unproven as error:
        return _error(401, str(error))
    if peer is None or peer.state != "active":
        return _error(403, f"Only an active peer that signs its request {may}.")
    return peer, body


def _pushed(request: HttpRequest) -> HttpResponse:
    came = _from_peer(request, "sends statements")
    if isinstance(came, HttpResponse):
        return came
    peer, body = came
    if not body:
        sync.beckoned(peer)
        tasks.begin(peer)  # Here and now: whoever follows the journal may have much to do.
        return _json({"heard": True}, 202)
    unpacked = _unpacked(body, request.headers.get("content-encoding", ""))
    if unpacked is None:
        return _error(400, "The body is damaged, or unpacks to more than is taken.")
    lines = unpacked.splitlines()
    if len(lines) > sync.MOST_LINES:
        return _error(413, f"Send at most {sync.MOST_LINES:,} lines at once.")
    taken = take(lines, via=peer.address, carrier=peer)
    names = ("new", "changed", "gone", "same", "older", "skipped", "refused")
    return _json({**{name: getattr(taken, name) for name in names}, "journal": serving.order()[0],
                  "lacks": handing.count_wanted(peer), "problems": taken.problems[:20]})  # fmt: skip


def _unpacked(body: bytes, encoding: str) -> bytes | None:
    """The body, never more of it than is taken; None for one that is damaged, too long, or packed otherwise."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        return None
    packed = zlib.decompressobj(wbits=31)
    try:
        found = packed.decompress(body, MOST_UNPACKED)
    except zlib.error:
        return None
    return found if packed.eof and not packed.unconsumed_tail else None


@require_safe
def wanted(request: HttpRequest) -> HttpResponse:
    """The attached files that this node lacks of what the asker brought."""
    came = _from_peer(request, "is told what is lacking")
    if isinstance(came, HttpResponse):
        return came
    return _json({"files": handing.wanted(came[0]), "lacks": handing.count_wanted(came[0])})


def _piece_of(request: HttpRequest, sha256: str) -> HttpResponse:
    """Take in a piece of a file from a peer that brought its record."""
    came = _from_peer(request, "brings files")
    if isinstance(came, HttpResponse):
        return came
    try:
        have = handing.take_piece(
            came[0], request.GET.get("record", "")[:100], sha256, _number(request, "from", 0), came[1]
        )
    except Unknown:
        return _error(404, "This node lacks no such file of what you brought.")
    except handing.Elsewhere as elsewhere:
        return _json({"error": str(elsewhere), "have": elsewhere.have}, 409)
    except BadFile as problem:
        return _error(422, str(problem))
    return _json({"have": have})


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """An attached file of a record that the asker may have: whole, or the piece that is asked for. A peer that pushes
    brings those of its own."""
    if request.method == "POST":
        return _piece_of(request, sha256)
    try:
        kept = serving.file(_peer(request), request.GET.get("record", "")[:100], sha256)
    except Unproven as error:
        return _error(401, str(error))
    except Unknown:
        return _error(404, "There is no such file of a record that you may have.")
    begin, end = _piece(request.headers.get("range", ""), kept.size)
    if begin >= kept.size:
        return _error(416, "The file is not that long.")
    stream = kept.path.open("rb")
    stream.seek(begin)
    is_whole = (begin, end) == (0, kept.size - 1)
    response: HttpResponseBase
    if is_whole:
        response = FileResponse(stream, content_type=kept.media_type)
    else:
        with stream:
            response = HttpResponse(stream.read(end - begin + 1), content_type=kept.media_type, status=206)
        response.headers["Content-Range"] = f"bytes {begin}-{end}/{kept.size}"
        response.headers["Content-Encoding"] = "identity"  # A piece is a piece of the bytes, not of what they pack to.
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _piece(asked: str, size: int) -> tuple[int, int]:
    found = _RANGE.fullmatch(asked.strip())
    if found is None:
        return 0, size - 1
    return int(found[1]), min(int(found[2]) if found[2] else size - 1, size - 1)
