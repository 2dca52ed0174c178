"""What the tests on rights share.

Inner imports: the settings are made ready after this file is read.
"""

from typing import Any

import pytest

from tests.api.conftest import folder
from tests.web.conftest import translations

__all__ = ["folder", "translations"]


@pytest.fixture
def company(db: None) -> Any:
    """The whole cast."""
    from tests.cast import assemble_all

    return assemble_all()
