"""The fake door among the doors of the settings."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from landbridge.exchange.in_ import doors
from tests.exchange.in_.fakes import DOOR, FakeDoor


@pytest.fixture
def fake(settings: LazySettings) -> Iterator[type[FakeDoor]]:
    """The door that gives what a test lays ready."""
    settings.DOORS = {**settings.DOORS, "fake": DOOR}
    doors.door.cache_clear()
    FakeDoor.script, FakeDoor.asked = [], []
    yield FakeDoor
    doors.door.cache_clear()
