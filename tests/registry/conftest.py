"""What the tests of the registry share."""

from typing import Any

import pytest

from tests.cast import Cast, assemble

NEED: dict[str, Any] = {"title": "Restore the mangroves of Rewa", "summary": "Seedlings, and people who can plant."}


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()
