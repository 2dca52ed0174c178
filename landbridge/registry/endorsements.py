"""Who stands behind a record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from landbridge.registry.models import Endorsement
from landbridge.registry.review import person


@dataclass(frozen=True)
class Endorsed:
    """A Party's word that it stands behind a record; `by` and `note` are for those who work on it."""

    party: str
    names: Mapping[str, str]
    revision: int
    at: datetime
    note: str
    by: str


def endorsements(record_id: str) -> list[Endorsed]:
    """The standing endorsements of a record, the oldest first: one query."""
    found = Endorsement.objects.filter(record_id=record_id, withdrawn_at=None).order_by("at", "pk")
    fields = ("party_id", "party__names", "revision", "at", "note", "by__name", "by__email")
    rows: Iterable[Any] = found.values_list(*fields)
    return [Endorsed(*[row[0], row[1] or {}, *row[2:5], person(row[5], row[6])]) for row in rows]
