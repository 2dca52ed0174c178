"""A small node as a visitor sees it: an index that is filled once, and the same records in the database.

Inner imports throughout: the settings are made ready after this file is read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

HOST = "localhost"


@pytest.fixture(scope="session", autouse=True)
def translations() -> None:
    """The texts of the interface, compiled."""
    from landbridge.commands.translations import compile_translations

    compile_translations()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index that holds all published records."""
    from landbridge.search.index_tantivy import TantivyIndex
    from tests.support import fill, record
    from tests.web.small import EVERYTHING

    folder = tmp_path_factory.mktemp("index")
    index = TantivyIndex(folder)
    fill(index, [
        record(one["id"], one["format"], one["language"], one.get("visibility", "public"), **one["data"])
        for one in EVERYTHING
    ])  # fmt: skip
    index.release()
    return folder


@pytest.fixture
def searchable(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The filled index, and no figures that an earlier test left behind."""
    from landbridge.search import index as index_module
    from landbridge.web import numbers

    monkeypatch.setattr(index_module, "folder", lambda: filled)
    index_module.index.cache_clear()
    numbers.forget()
    yield
    index_module.index.cache_clear()
    numbers.forget()


@pytest.fixture
def node(db: None, searchable: None) -> None:
    """The records in the registry as well: all public and secret ones, a draft, and one that was retired."""
    from landbridge.registry.actions import NODE, receive_many, retire
    from landbridge.registry.workflow import State, Visibility, Workflow
    from tests.api.small import arrival
    from tests.web.small import EVERYTHING, SECRET

    draft = arrival({**SECRET[0], "id": "secret-draft", "visibility": Visibility.PUBLIC}, State.DRAFT)
    arrivals = [*map(arrival, EVERYTHING), draft, arrival({**EVERYTHING[0], "id": "retired-one"})]
    assert not receive_many(arrivals, actor=NODE, workflow=Workflow.REFERENCE).refused
    retire(actor=NODE, record_id="retired-one")


@pytest.fixture
def visitor() -> Client:
    """A visitor without an account, reading English."""
    return Client(headers={"host": HOST, "accept-language": "en"})


@pytest.fixture
def see(visitor: Client) -> Any:
    """Open a page: its parsed HTML, after checking that it came well."""
    from tests.web.reading import read_page

    def open_page(address: str, status: int = 200, **headers: str) -> Any:
        return read_page(
            visitor.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()}), status
        )

    return open_page
