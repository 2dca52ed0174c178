"""An empty index of each engine, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from landbridge.search import index as index_module
from landbridge.search.index import Index


@pytest.fixture(params=["tantivy", "fts5"])
def engine(
    request: pytest.FixtureRequest, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Index]:
    """The index that search and matching use during the test."""
    settings.INDEX_ENGINE = request.param
    monkeypatch.setattr(index_module, "folder", lambda: tmp_path / request.param)
    index_module.index.cache_clear()
    made = index_module.index()
    yield made
    made.release()
    index_module.index.cache_clear()
