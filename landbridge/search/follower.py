"""Keeps the index in step with the journal."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from landbridge.registry.models import Change
from landbridge.registry.queries import RecordView
from landbridge.registry.workflow import State, Visibility
from landbridge.search.document import document
from landbridge.search.index import Index, identity, index, kept_folder, kept_index
from landbridge.search.label_cache import shipped_digest
from landbridge.search.plan import IndexDocument

logger = logging.getLogger(__name__)


class SearchFollower:
    """A projection: writes what is published, drops what is retired."""

    name = "search"
    kind: Literal["projection"] = "projection"

    def built_as(self) -> str:
        """The engine and its layout, the shipped vocabularies, and the folder of the index."""
        return f"{identity()}-{shipped_digest()}"

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        """Take in a batch in one commit."""
        self.bring(dict.fromkeys(change.record_id for change in changes), states)

    def bring(self, changed: Collection[str], states: Mapping[str, RecordView]) -> None:
        """Bring records in step. Those of which nothing is published do not stand in the index."""
        standing = [states[key] for key in changed if key in states and states[key].state != State.RETIRED]
        public = [view for view in standing if view.visibility == Visibility.PUBLIC]
        self._write(index(), public, changed)
        kept = [view for view in standing if view.visibility != Visibility.PUBLIC]
        if kept or kept_folder().is_dir():
            self._write(kept_index(), kept, changed)

    def _write(self, into: Index, views: Sequence[RecordView], changed: Iterable[str]) -> None:
        ids = {view.id for view in views}
        into.write(self._documents(views), [key for key in changed if key not in ids])

    def _documents(self, views: Sequence[RecordView]) -> Iterator[IndexDocument]:
        for view in views:
            try:
                yield document(view)
            except Exception:
                # One record that cannot be read must not keep the others out; the log names it.
                logger.exception("Record %s could not be indexed", view.id)

    def reset(self) -> None:
        """Empty the index."""
        index().clear()
        if kept_folder().is_dir():
            kept_index().clear()

    def release(self) -> None:
        """Give up the writer."""
        index().release()
        if kept_folder().is_dir():
            kept_index().release()
