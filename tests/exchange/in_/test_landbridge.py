"""Another Landbridge in: what its own interface answers is read, page by page, and what it hides is gone."""

from typing import Any

import orjson
import pytest
from django.test import Client

from landbridge.exchange.in_.door import BadSource, Checkpoint, Found
from landbridge.exchange.in_.sources import landbridge
from landbridge.exchange.in_.sources.landbridge import Landbridge
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.workflow import State, Workflow
from landbridge.registry.writing import NODE
from tests.exchange.in_.asking import Server, asked, proved

NODE_ADDRESS = "https://node.example"


def arrival(name: str, state: str = State.PUBLISHED, visibility: str = "public") -> Arrival:
    data = {"title": {"fr": f"Guide {name}"}, "summary": {"fr": "Comment planter."}}
    return Arrival(name, "resource", data, "fr", state=state, visibility=visibility)


def publish(*arrivals: Arrival) -> None:
    assert not receive_many(arrivals, actor=NODE, workflow=Workflow.REFERENCE).refused


def own_interface(url: str) -> Any:
    response: Any = Client(headers={"host": "localhost"}).get(url.removeprefix(NODE_ADDRESS))
    return 200, response.content, {name.lower(): value for name, value in response.headers.items()}


def read(state: Any = None, **settings: Any) -> tuple[list[Found], list[Checkpoint]]:
    said = asked(Landbridge(), server=Server({"node.example": own_interface}), address=NODE_ADDRESS, state=state,
                 **settings)  # fmt: skip
    found = [one for one in said if isinstance(one, Found)]
    for one in found:
        proved(one)
    return found, [one for one in said if isinstance(one, Checkpoint)]


@pytest.mark.django_db
@pytest.mark.once
def test_the_interface_of_a_node_is_read_to_its_end_and_then_only_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landbridge, "LINES", 2)
    publish(arrival("a"), arrival("b"), arrival("c", visibility="private"), arrival("d"))
    found, checkpoints = read()
    assert [(one.key, one.record_id, one.title) for one in found] == [(n, n, f"Guide {n}") for n in "abd"]
    assert checkpoints[-1].done
    publish(arrival("a", State.RETIRED))
    later, last = read(checkpoints[-1].state)
    assert [(one.key, one.gone) for one in later] == [("a", True)]
    assert not last[-1].done
    assert read(None, formats=["event"])[0] == []


def answering(*lines: Any, since: int = 0) -> Server:
    body = b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
    return Server({"node.example": lambda url: (200, body, {"link": f'<{url}?since={since}&limit=9>; rel="next"'})})


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "not JSON"),
        ([1], "names no record"),
        ({"id": "x", "record": {"format": "resource", "data": []}}, "no answers"),
        ({"id": "x", "record": {"format": "spell", "data": {}}}, "does not know the format"),
        ({"id": "x", "record": {"format": "resource", "edition": 99, "data": {}}}, "edition 99"),
    ],
)
def test_what_cannot_be_read_is_told(line: Any, why: str) -> None:
    (said,) = [
        one for one in asked(Landbridge(), server=answering(line), address=NODE_ADDRESS) if isinstance(one, Found)
    ]
    assert why in said.problem


@pytest.mark.parametrize("page", [b"<html></html>", (404, b"", {}), (500, b"", {})])
def test_what_is_no_landbridge_is_refused(page: Any) -> None:
    with pytest.raises(BadSource):
        asked(Landbridge(), server=Server({"node.example": page}), address=NODE_ADDRESS)
