"""The schema of the protocol, and a clock that stands still."""

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from tests.support import shared


@pytest.fixture(scope="session")
def valid() -> "Callable[[bytes], etree._Element]":
    """Checks an answer against the schema of the protocol, and gives its root."""
    schema = etree.XMLSchema(
        etree.parse(str(shared("oai-pmh-schema", "OAI-PMH.xsd")), etree.XMLParser(no_network=True))
    )

    def check(answer: bytes) -> "etree._Element":
        root = etree.fromstring(answer)
        schema.assertValid(root)
        return root

    return check


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The time of the door, moved by the test only."""
    from landbridge.exchange.out.oai import answers, keeping
    from tests.exchange.oai.door import Clock

    one = Clock()
    monkeypatch.setattr(keeping, "time", one)
    monkeypatch.setattr(answers, "time", one)
    return one


@pytest.fixture(autouse=True)
def _begin() -> None:
    """Each test has a follower of its own."""
    from tests.exchange.oai.door import begin

    begin()
