"""A node whose records mean harm, or must not be seen, and a stranger who looks everywhere.

Inner imports throughout: the settings are made ready after this file is read.
"""

from collections.abc import Iterator

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
