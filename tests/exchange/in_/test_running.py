"""Runs of sources: taken in whole, gone on with after a crash, and never stopped by one bad thing."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings

from landbridge.exchange.in_ import doors
from landbridge.exchange.in_.running import run_source
from tests.exchange.in_.fakes import DOOR, FakeDoor, source, told, whole

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fake(settings: LazySettings) -> Iterator[type[FakeDoor]]:
    settings.DOORS = {"fake": DOOR}
    doors.door.cache_clear()
    FakeDoor.script, FakeDoor.asked = [], []
    yield FakeDoor
    doors.door.cache_clear()


def run(*script: Any, of: Any = None, **named: Any) -> Any:
    FakeDoor.script = list(script)
    return run_source(of or source(), **named)


def test_what_a_source_tells_becomes_published_records() -> None:
    done = run(told("1"), told("2", facts={"licence": "CC0"}), whole(since="2026"))
    assert (done.read, done.new, done.error) == (2, 2, "")
