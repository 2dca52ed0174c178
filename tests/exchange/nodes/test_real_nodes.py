"""Two nodes as their operators start them: one serves, the other asks; then the first comes back from an old backup."""

import os
import signal
import socket
import time
from contextlib import suppress
from urllib.request import urlopen

import orjson
import pytest

from tests.node import Node, Nodes

pytestmark = pytest.mark.once


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def line(record: str, title: str) -> str:
    data = {"title": {"en": title}, "summary": {"en": title}}
    return orjson.dumps({"format": "technology", "id": record, "language": "en", "data": data}).decode() + "\n"


def until_it_serves(url: str) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        with suppress(OSError), urlopen(f"{url}/healthz", timeout=2):
            return
        time.sleep(0.1)
    raise AssertionError("the node does not serve")


def load(node: Node, record: str, title: str) -> None:
    path = node.folder / "lines.jsonl"
    path.write_text(line(record, title))
    node.run("load", str(path))


def test_two_nodes_and_a_restored_backup(nodes: Nodes) -> None:
    first, second = nodes.new(), nodes.new()
    for one in (first, second):
        one.environment |= {"LANDBRIDGE_PORT": free_port(), "LANDBRIDGE_NEIGHBOURS": "127.0.0.0/8",
                            "LANDBRIDGE_WORKERS": "1"}  # fmt: skip
    url = f"http://127.0.0.1:{first.environment['LANDBRIDGE_PORT']}"
    load(first, "pump", "A pump")
    first.run("backup", str(first.folder / "old.tar.gz"))
    load(first, "pump", "A better pump")
    fingerprint = orjson.loads(first.run("node", "show", "--json").stdout)["fingerprint"]

    def served_sync() -> str:
        server = first.start("run")
        try:
            until_it_serves(url)
            second.run("node", "add", url, fingerprint)
            return second.run("node", "sync").stdout
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.communicate(timeout=30)

    assert "1 new" in served_sync()
    assert "A better pump" in second.run("export", "-").stdout
    first.run("restore", str(first.folder / "old.tar.gz"), "--force")
    assert "1 known" in served_sync(), "what an old backup says is older, and changes nothing"
    assert "A better pump" in second.run("export", "-").stdout
