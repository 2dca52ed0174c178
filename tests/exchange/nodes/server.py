"""A node elsewhere behind a real address on this host: honest by default, and as bad as a test wants it."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.exchange.nodes.elsewhere import Elsewhere


@dataclass
class Answer:
    """What the server sends: the body may be an endless thing."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = b""


@dataclass
class Served:
    """The node, its order, what was asked of it, and how it misbehaves."""

    node: Elsewhere
    order: list[dict[str, Any]] = field(default_factory=list)
    epoch: str = "first"
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    lacking: list[Any] = field(default_factory=list)
    """What it says it lacks of what was pushed to it."""
    lacks: int = 1
    """How many files that are, also those that it asks for only later."""
    instead: Callable[[str, dict[str, str]], Answer | None] = lambda path, query: None
    """What is answered instead of what an honest node answers."""
    ahead: float = 0.0
    """Seconds by which its clock is ahead."""
    page: int = 1000

    def calls(self, path: str) -> int:
        return sum(one[1] == path for one in self.asked)

    def answer(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if (other := self.instead(path, query)) is not None:
            return other
        if path == "/exchange/node":
            return _json({"landbridge": 1, "node": self.node.node, "version": "0.1", "journal": self.epoch,
                          "records": len(self.order)})  # fmt: skip
        if path == "/exchange/keys":
            return _json(self.node.list())
        if path == "/exchange/wanted":
            return _json({"files": self.lacking, "lacks": self.lacks})
        if path.startswith("/exchange/files/") and method == "POST":
            return self._piece(path.rpartition("/")[2], int(query["from"]), body)
        if path.startswith("/exchange/files/"):
            return self._file(path.rpartition("/")[2], headers)
        if method == "POST":
            return _json({"new": 1, "journal": "theirs", "lacks": len(self.lacking)})
        return self._page(query)

    def _piece(self, sha256: str, begin: int, body: bytes) -> Answer:
        had = self.files.get(sha256, b"")
        assert begin == len(had)
        self.files[sha256] = had + body
        return _json({"have": len(self.files[sha256])})

    def _page(self, query: dict[str, str]) -> Answer:
        since = int(query.get("since", 0)) if query.get("epoch") == self.epoch else 0
        lines = [] if query.get("of") else self.order[since : since + self.page]
        onward = since + len(lines)
        more = onward < len(self.order) and not query.get("of")
        body = b"".join(line if isinstance(line, bytes) else orjson.dumps(line) + b"\n" for line in lines)
        headers = {"Landbridge-Epoch": self.epoch, "Landbridge-Next": str(onward), "Landbridge-More": str(int(more))}
        return Answer(200 if lines else 204, headers, body)

    def _file(self, sha256: str, headers: dict[str, str]) -> Answer:
        body = self.files.get(sha256)
        if body is None:
            return Answer(404)
        begin, _, end = headers.get("range", "bytes=0-").removeprefix("bytes=").partition("-")
        return Answer(206, {}, body[int(begin) : int(end or len(body)) + 1])


def _json(value: Any) -> Answer:
    return Answer(200, {"Content-Type": "application/json"}, orjson.dumps(value))


@contextmanager
def served(node: Elsewhere) -> Iterator[Served]:
    """The node, with an address while the block runs; its name is that address."""
    it = Served(node)

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0) or 0))
            it.asked.append((self.command, parts.path, headers, body))
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            answer = it.answer(self.command, parts.path, query, headers, body)
            with suppress(OSError):
                self._send(answer)

        def _send(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            self.send_header("Date", formatdate(time() + it.ahead, usegmt=True))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if isinstance(answer.body, bytes):
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)
                return
            self.end_headers()
            for piece in answer.body:
                self.wfile.write(piece)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:
            """The test looks at what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    node.__init__(f"http://127.0.0.1:{server.server_address[1]}")  # type: ignore[misc]
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()


def packed_bomb(size: int) -> bytes:
    """Few bytes that unpack to many."""
    return gzip.compress(b"\n" * size)
