"""A small node with public and hidden records, and a stranger who reads it.

Inner imports throughout: the settings are made ready after this file is read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An index of its own for the test."""
    from landbridge.search import index as index_module

    monkeypatch.setattr(index_module, "folder", lambda: tmp_path / "index")
    index_module.index.cache_clear()
    yield tmp_path
    index_module.index().release()
    index_module.index.cache_clear()


@pytest.fixture
def node(db: None, folder: Path) -> None:
    """All public records, all secret ones, a draft, and one that was retired."""
    from landbridge.registry import journal
    from landbridge.registry.actions import NODE, retire
    from landbridge.registry.workflow import State, Visibility
    from tests.api.small import PUBLIC, SECRET, publish

    publish([*PUBLIC, *SECRET])
    draft = {**SECRET[0], "id": "secret-draft", "visibility": Visibility.PUBLIC}
    publish([draft], State.DRAFT)
    publish([{**PUBLIC[0], "id": "retired"}])
    retire(actor=NODE, record_id="retired")
    journal.follow_to_end()


@pytest.fixture
def reader(client: Client) -> Any:
    """A stranger with a program."""
    from tests.api.small import Reader

    return Reader(client)


@pytest.fixture
def cast(db: None) -> Any:
    """Everybody."""
    from tests.cast import assemble

    return assemble()


@pytest.fixture
def program(client: Client) -> Any:
    """The program of somebody: of an account, with the scopes that its key shall have; of nobody without account."""
    from tests.api.writer import Program, key_of

    def of(account: Any = None, *scopes: str) -> Program:
        return Program(client, None if account is None else key_of(account, *scopes))

    return of
