"""A node whose records mean harm, or must not be seen, and a stranger who looks everywhere.

Inner imports throughout: the settings are made ready after this file is read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import folder
from tests.web.conftest import filled, searchable, translations
from tests.web.conftest import node as visited

__all__ = ["filled", "folder", "searchable", "translations", "visited"]


@pytest.fixture
def stranger() -> Client:
    """Somebody without an account. What the node fails at is answered, as it would be to a browser."""
    return Client(headers={"host": "localhost", "accept-language": "en"}, raise_request_exception=False)


@pytest.fixture
def no_figures() -> Iterator[None]:
    """No figures that an earlier test left behind."""
    from landbridge.web import numbers

    numbers.forget()
    yield
    numbers.forget()


@pytest.fixture
def company(db: None, folder: Path, translations: None, no_figures: None) -> Any:
    """The whole cast, at a node whose index has read everything."""
    from landbridge.registry import journal
    from tests.cast import assemble_all

    made = assemble_all()
    journal.follow_to_end()
    return made


@pytest.fixture
def theirs(company: Any, settings: Any, tmp_path: Path) -> Any:
    """What is other people's; see `others`."""
    from landbridge.registry import journal
    from tests.hostile import others

    settings.MEDIA_ROOT = tmp_path / "files"
    made = others.bring(company)
    journal.follow_to_end()
    return made
