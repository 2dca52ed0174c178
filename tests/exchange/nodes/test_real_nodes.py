"""Two nodes as their operators start them: one serves, the other asks."""

import os
import signal
import socket
import sqlite3
import time
from contextlib import closing, suppress
from urllib.request import urlopen

import orjson
import pytest

from tests.node import Nodes

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


@pytest.mark.requirement("CHM-13")
def test_one_node_serves_and_another_asks(nodes: Nodes) -> None:
    first, second = nodes.new(), nodes.new()
    for one in (first, second):
        one.environment |= {"LANDBRIDGE_PORT": free_port(), "LANDBRIDGE_NEIGHBOURS": "127.0.0.0/8",
                            "LANDBRIDGE_WORKERS": "1"}  # fmt: skip
    url = f"http://127.0.0.1:{first.environment['LANDBRIDGE_PORT']}"
    path = first.folder / "lines.jsonl"
    path.write_text(line("pump", "A pump"))
    first.run("load", str(path))
    server = first.start("run")
    try:
        until_it_serves(url)
        with urlopen(f"{url}/exchange/node", timeout=20) as answer:
            fingerprint = orjson.loads(answer.read())["fingerprint"]
        second.run("node", "add", url, fingerprint)
        assert "1 new" in second.run("node", "sync").stdout
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.communicate(timeout=30)
    with closing(sqlite3.connect(second.folder / "landbridge.sqlite3")) as database:
        assert database.execute("SELECT origin FROM registry_record WHERE id = 'pump'").fetchall() == [(url,)]
