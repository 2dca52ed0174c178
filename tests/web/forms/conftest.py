"""Somebody who writes: Losa, the focal point of Fiji, and her forms."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast, assemble
from tests.web.forms.samples import controls
from tests.web.reading import read_page


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def sign_in() -> Callable[[Any], Client]:
    def signed(person: Any, language: str = "en") -> Client:
        client = Client(headers={"host": "localhost", "accept-language": language})
        client.force_login(person.account)
        return client

    return signed


@pytest.fixture
def losa(cast: Cast, searchable: None, sign_in: Any) -> Client:
    return sign_in(cast.losa)  # type: ignore[no-any-return]


@pytest.fixture
def start() -> Callable[..., str]:
    """Begin a record: the address of its form."""

    def begin(client: Client, format: str = "need", owner: str = "FJI", language: str = "en") -> str:
        answer = client.post(f"/write/new/{format}", {"owner": owner, "language": language})
        assert answer.status_code == 302, answer.content[:300]
        return str(answer.headers["Location"])

    return begin


@pytest.fixture
def fill() -> Callable[..., Any]:
    """Type into a form and press a button: the answer."""

    def typed(client: Client, address: str, do: str = "save", **values: Any) -> Any:
        sent = controls(read_page(client.get(address)))
        sent |= {name: value if isinstance(value, list) else [value] for name, value in values.items()}
        return client.post(address.partition("?")[0], {**sent, "_do": do})

    return typed
