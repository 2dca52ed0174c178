"""How long until another node has what this one has? Two real nodes of this program on one machine, over HTTP.

20,000 multilingual records from a seed stand in the first node; the second adds it as a peer. Measured: the first sync
(each statement signed there, verified and checked here, written with its revision), how long a change takes until it is
read on the other node, and the bytes of a sync that finds nothing new, both ways with headers, counted on the wire.

    python benchmarks/nodes.py [--records 20000] [--changes 5]
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import orjson
from records import every
from servers import answers, free_port, running

FIRST, CHANGE, IDLE = 60.0, 5.0, 2_000
"""The bars: seconds of a first sync of 20,000 records, seconds until a change is seen, bytes of an idle sync."""


class Node:
    """This program in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.told = {"LANDBRIDGE_DATA": str(folder / "data"), "LANDBRIDGE_PORT": str(self.port),
                     "LANDBRIDGE_SAMPLE": "none", "LANDBRIDGE_NEIGHBOURS": "127.0.0.0/8"}  # fmt: skip
        folder.mkdir(parents=True)

    def call(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "landbridge.cli", *arguments]
        done = subprocess.run(command, env={**os.environ, **self.told}, capture_output=True, text=True, timeout=900)
        if done.returncode:
            raise SystemExit(f"landbridge {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def load(self, lines: list[dict[str, Any]]) -> None:
        path = self.folder / "lines.jsonl"
        path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
        self.call("load", str(path))
        self.call("follow", "--once")  # Each statement is signed before anybody asks.

    def ask(self, path: str) -> Any:
        """The answer as JSON; None where there is none."""
        try:
            with urlopen(self.url + path, timeout=30) as response:
                return orjson.loads(response.read())
        except (HTTPError, URLError):
            return None


class Wire(threading.Thread):
    """A line between two nodes on which the bytes are counted."""

    def __init__(self, to: int) -> None:
        super().__init__(daemon=True)
        self.to, self.octets, self.calls = to, 0, 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}"

    def run(self) -> None:
        while True:
            here, _ = self.door.accept()
            there = socket.create_connection(("127.0.0.1", self.to))
            self.calls += 1
            for source, target in ((here, there), (there, here)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(1 << 16):
                self.octets += len(piece)
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)


def until(true: Callable[[], bool], seconds: float, pause: float = 0.02) -> float:
    """Wait for something: how many seconds it took."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise SystemExit(f"Not within {seconds:g} seconds.")
        time.sleep(pause)
    return time.monotonic() - began


def change(first: Node, second: Node, number: int) -> float:
    """Seconds from the moment at which a record is written on one node until it is read on the other."""
    name = f"benchmark-change-{number}"
    text = {"en": f"A change, number {number}"}
    line = {"id": name, "format": "technology", "language": "en", "data": {"title": text, "summary": text}}
    seen: list[float] = []

    def watch() -> None:
        until(lambda: second.ask(f"/api/v1/records/{name}") is not None, 300)
        seen.append(time.time())

    watcher = threading.Thread(target=watch)
    watcher.start()
    first.load([line])
    watcher.join()
    written = first.ask(f"/api/v1/records/{name}")["updated_at"]
    return seen[0] - datetime.fromisoformat(written).timestamp()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--changes", type=int, default=5)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        first, second = Node(Path(folder) / "first"), Node(Path(folder) / "second")
        first.load([one.line() for one in every(told.records)])
        for one in (first, second):
            ready = answers(f"{one.url}/healthz")
            command = [sys.executable, "-m", "landbridge.cli", "run"]
            stack.enter_context(running(command, ready, one.folder / "log", one.told, wait=900))
        report(first, second, told)


def report(first: Node, second: Node, told: argparse.Namespace) -> None:
    """Measure, and print."""
    wire = Wire(first.port)
    wire.start()
    keys = {one: one.ask("/exchange/node")["fingerprint"] for one in (first, second)}
    total = first.ask("/exchange/node")["records"]
    first.call("node", "add", second.url, keys[second])
    began = time.monotonic()  # The command that adds the peer counts as well: the sync begins while it ends.
    second.call("node", "add", first.url, keys[first], "--reach", wire.url)
    until(lambda: second.ask("/exchange/node")["records"] >= total, 600, 0.2)
    took = time.monotonic() - began
    print(f"first sync: {total:,} records in {took:.1f} s, {total / took:,.0f} a second, "
          f"{wire.octets / 1e6:.1f} MB on the wire (bar: {FIRST:g} s for 20,000)")  # fmt: skip
    seconds = [change(first, second, number) for number in range(told.changes)]
    print(f"a change is seen after {min(seconds):.1f} to {max(seconds):.1f} s (bar: {CHANGE:g} s)")
    second.call("node", "sync")
    wire.octets = wire.calls = 0
    second.call("node", "sync")
    print(f"an idle sync: {wire.octets // wire.calls:,} bytes, both ways with headers, mean of {wire.calls} "
          f"(bar: {IDLE:,})")  # fmt: skip


if __name__ == "__main__":
    main()
