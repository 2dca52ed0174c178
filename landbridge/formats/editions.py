"""Editions of a format: how old answers become answers of today, and what the reader is told.

A format that changes appends an `Edition`; its number is the one that new records carry. Records keep the
edition they were written in and are brought up to date when they are read, one edition after another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Answers = dict[str, Any]


@dataclass(frozen=True)
class Edition:
    """One change of a format: `change` takes the answers of the edition before and gives the new ones."""

    number: int
    change: Callable[[Answers], Answers]
    note: str
    """One sentence for the user: what changed, and what became of the old answers."""


def current(editions: Sequence[Edition]) -> int:
    """The number of the newest edition; a format without changes is in edition 1."""
    return editions[-1].number if editions else 1


def upgrade(answers: Answers, written_in: int, editions: Sequence[Edition]) -> tuple[Answers, list[str]]:
    """Bring answers up to date: (new answers, notes for the user). The given answers are not changed.

    Raises:
        ValueError: the record was written in an edition that this node does not know yet.
    """
    if written_in > current(editions):
        raise ValueError(f"edition {written_in} is newer than this node's {current(editions)}; update the node")
    notes = []
    for edition in editions:
        if edition.number > written_in:
            answers = edition.change(dict(answers))
            notes.append(edition.note)
    return answers, notes
