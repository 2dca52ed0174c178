"""Keeps the index in step with the journal."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from landbridge.registry.models import Change
from landbridge.registry.queries import RecordView
from landbridge.registry.workflow import State, Visibility
from landbridge.search.concepts import shipped_digest
from landbridge.search.document import document
from landbridge.search.index import identity, index
from landbridge.search.plan import IndexDocument

logger = logging.getLogger(__name__)


def _belongs(view: RecordView) -> bool:
    """Whether a record stands in the index that everybody asks.

    Hidden ones do not: even unseen they would tell of themselves by how rare they make a word.
    """
    return view.state != State.RETIRED and view.visibility == Visibility.PUBLIC


class SearchFollower:
    """A projection: writes what is published, drops what is retired."""

    name = "search"
    kind: Literal["projection"] = "projection"

    def built_as(self) -> str:
        """The engine and its layout, the shipped vocabularies, and the folder of the index."""
        return f"{identity()}-{shipped_digest()}"

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        """Take in a batch in one commit. Records of which nothing is published do not stand in the index."""
        changed = dict.fromkeys(change.record_id for change in changes)
        shown = [states[key] for key in changed if key in states and _belongs(states[key])]
        kept = {view.id for view in shown}
        index().write(self._documents(shown), [key for key in changed if key not in kept])

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

    def release(self) -> None:
        """Give up the writer."""
        index().release()
