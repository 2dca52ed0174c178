"""Many programs at once, and a server that is killed: nothing is lost, nothing is done twice."""

import http.client
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from django.db import connections
from django.test import Client

from landbridge.registry.models import Change, Record, Revision
from tests.api.writer import DATA, Program, key_of, told
from tests.cast import assemble
from tests.commands.test_node import free_port, wait_for
from tests.node import Node, Nodes

BODY = {"format": "need", "data": DATA}
PREPARE = """
import django; django.setup()
from tests.api.writer import key_of
from landbridge.parties.models import Account
print(key_of(Account.objects.create_user("losa@example.org")))
"""
COUNT = """
import django; django.setup()
from landbridge.registry.models import Change, Record, Revision
print(Record.objects.count(), Revision.objects.count(), Change.objects.count())
"""


def at_once(number: int, do: Callable[[int], Any]) -> list[Any]:
    """Do it in so many threads, which begin together."""
    start = threading.Barrier(number)

    def one(index: int) -> Any:
        try:
            start.wait(10)
            return do(index)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_of_fifty_who_revise_at_once_one_wins_and_the_others_hear_of_it(transactional_db: None) -> None:
    key = key_of(assemble().malia.account)
    record = Program(Client(), key).create(owner="navakavu")
    tag = Program(Client(), key).get(f"/records/{record['id']}/latest")["ETag"]
    answers = at_once(50, lambda index: Program(Client(), key).revise(record["id"], tag, note=str(index)))
    won = [answer for answer in answers if answer.status_code == 200]
    assert sorted({answer.status_code for answer in answers}) == [200, 412]
    assert len(won) == 1
    assert Record.objects.get().latest == Revision.objects.count() == 2
    assert told(next(answer for answer in answers if answer.status_code == 412), 412)["revision"] in (1, 2)


def test_fifty_who_write_at_once_all_get_what_they_wrote(transactional_db: None) -> None:
    key = key_of(assemble().malia.account)
    answers = at_once(50, lambda index: Program(Client(), key).post("/records", {**BODY, "note": str(index)}))
    assert [answer.status_code for answer in answers] == [201] * 50
    ids = [orjson.loads(answer.content)["id"] for answer in answers]
    notes = dict(Revision.objects.values_list("record_id", "note"))
    assert [notes[record_id] for record_id in ids] == [str(index) for index in range(50)]
    assert Change.objects.count() == Record.objects.count() == 50


def _ask(port: int, key: str, idempotency: str) -> tuple[int, bytes]:
    """Send the request until somebody answers it."""
    until = time.monotonic() + 90
    while True:
        assert time.monotonic() < until
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json",
                       "Idempotency-Key": idempotency}  # fmt: skip
            connection.request("POST", "/api/v1/records", orjson.dumps(BODY), headers)
            response = connection.getresponse()
            body = response.read()
            if response.status != 409:
                return response.status, body
            time.sleep(1)
        except (OSError, http.client.HTTPException):
            time.sleep(0.2)
        finally:
            connection.close()


def _python(node: Node, program: str) -> str:
    environment = {
        **os.environ, "LANDBRIDGE_DATA": str(node.folder), "DJANGO_SETTINGS_MODULE": "landbridge.settings",
        **node.environment,
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.skipif(sys.platform != "linux", reason="only there the processes of a node are forks of one")
def test_a_server_that_is_killed_in_between_does_everything_once(nodes: Nodes) -> None:
    """Sixty requests are sent again and again until they are answered, while the server is killed twice."""
    node = nodes.new()
    node.run("follow", "--once")
    key, port = _python(node, PREPARE), free_port()
    keys = [str(uuid.uuid4()) for _ in range(60)]
    settings = {"LANDBRIDGE_PORT": str(port), "LANDBRIDGE_API_WRITES_PER_MINUTE": "100000"}
    server = node.start("run", **settings)
    wait_for(port)
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(_ask, port, key, one) for one in keys]
        for _ in range(2):
            time.sleep(0.25)
            server.kill()
            server.wait(10)
            server.communicate(timeout=20)
            server = node.start("run", **settings)
        first = [one.result() for one in asked]
    again = [_ask(port, key, one) for one in keys]
    server.terminate()
    server.communicate(timeout=20)
    assert {status for status, _ in first} == {201}
    assert first == again
    assert len({orjson.loads(body)["id"] for _, body in first}) == 60
    assert _python(node, COUNT) == "60 60 60"
