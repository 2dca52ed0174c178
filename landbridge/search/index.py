"""The index as the rest of the house sees it: a projection of the journal with two implementations."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from landbridge.lib.marks import mark
from landbridge.search.plan import Answer, IndexDocument, Plan


class Index(Protocol):
    """Holds what is found. One process writes; any number reads and sees a commit within a second."""

    def write(self, documents: Iterable[IndexDocument], gone: Sequence[str] = ()) -> None:
        """Replace these documents and drop those of the ids in `gone`, in one commit."""

    def clear(self) -> None:
        """Drop everything."""

    def purge(self) -> None:
        """Let go of the words that nothing holds any more, after all that stands in it was written anew."""

    def release(self) -> None:
        """Give up the writer, so that another process can take it."""

    def search(self, plan: Plan) -> Answer:
        """Answer a question."""

    def frequency(self, field: str, term: str) -> int:
        """How many records hold the term."""

    def count(self) -> int:
        """How many records the index holds."""

    def similar_terms(self, field: str, term: str) -> list[tuple[str, int]]:
        """Terms that start like `term`, with the number of records that hold them."""


def folder() -> Path:
    """Where the index lies; another engine or layout has a folder of its own."""
    return Path(settings.DATA) / "index" / settings.INDEX_ENGINE


def identity() -> str:
    """The name of the index that lies in the folder: a new one when it was removed, or has another layout."""
    return mark(folder() / f"layout-{layout()}.name")


@cache
def layout() -> int:
    """The layout of the engine that the settings name."""
    # Inner imports: a node loads only the engine that it uses.
    if settings.INDEX_ENGINE == "fts5":
        from landbridge.search.index_fts5 import LAYOUT as FTS5_LAYOUT

        return FTS5_LAYOUT
    from landbridge.search.index_tantivy import LAYOUT

    return LAYOUT


@cache
def index() -> Index:
    """The index of this process, in the engine that the settings name: what everybody may read."""
    return _opened(folder())


def _opened(path: Path) -> Index:
    if settings.INDEX_ENGINE == "fts5":
        # Inner imports: a node loads only the engine that it uses.
        from landbridge.search.index_fts5 import Fts5Index

        return Fts5Index(path)
    from landbridge.search.index_tantivy import TantivyIndex

    return TantivyIndex(path)


_open_kept = cache(_opened)


def kept_folder() -> Path:
    """Where the index of what is kept from the public lies."""
    return folder() / "kept"


def kept_index() -> Index:
    """The index of what not everybody may read. It lies apart: among the public records, hidden ones would tell of
    themselves even unseen, by how rare they make a word."""
    return _open_kept(kept_folder())
