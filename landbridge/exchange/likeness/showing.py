"""What readers and deciders see of likenesses: the queue, and on a record's page where else the same is described."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import F, Q, QuerySet

from landbridge.exchange.likeness.rights import known, visible
from landbridge.exchange.models import Likeness
from landbridge.registry.models import Record
from landbridge.registry.queries import RecordView, readable_ids, states, titles
from landbridge.registry.readers import Standing
from landbridge.registry.rules import Reader, may_read

PAGE: Final = 10
_STEPS: Final = 4
"""What was kept may have been merged in its turn: so far a reader is led on."""
MOST: Final = 8
"""Other places that a record's page names."""


@dataclass(frozen=True)
class Beside:
    """A pair with both records as somebody reads them."""

    pair: Likeness
    first: RecordView
    second: RecordView


@dataclass(frozen=True)
class Elsewhere:
    """Another record that tells of the same, on the page of a record."""

    id: str
    title: Mapping[str, str]
    stays: bool
    """Whether it is the one that was kept, and so the one to read."""


def waiting(standing: Standing, reader: Reader, format: str = "", origin: str | None = None) -> "QuerySet[Likeness]":
    """The pairs that somebody may decide about, the likeliest first; `origin` empty for this node's own."""
    found = visible(standing, reader).filter(decision="")
    if format:
        found = found.filter(first__in=Record.objects.filter(format=format).values("pk"))
    if origin is not None:
        of_it = Record.objects.filter(origin=origin).values("pk")
        found = found.filter(Q(first__in=of_it) | Q(second__in=of_it))
    return found.order_by("-score", "pk")


def beside(pairs: Sequence[Likeness], reader: Reader) -> list[Beside]:
    """The pairs with their records: two queries for all of them."""
    ids = {key for pair in pairs for key in (pair.first, pair.second)}
    views = {key: view for key, view in states(ids, reader).items() if may_read(reader, view)}
    return [Beside(one, views[one.first], views[one.second]) for one in pairs if {one.first, one.second} <= set(views)]


def ways(standing: Standing, reader: Reader) -> tuple[list[str], list[str]]:
    """The formats and the origins of all that waits for somebody: what the list can be narrowed to."""
    pairs = visible(standing, reader).filter(decision="")
    either = Q(pk__in=pairs.values("first")) | Q(pk__in=pairs.values("second"))
    rows = set(Record.objects.filter(either).values_list("format", "origin").distinct())
    return sorted({format for format, _ in rows}), sorted({origin for _, origin in rows})


def decided(standing: Standing, reader: Reader) -> "QuerySet[Likeness]":
    """What was decided, the newest first: of two records that were merged only the kept one need be in sight."""
    merged = known(standing, reader).filter(decision="merged")
    return (visible(standing, reader).filter(decision__in=("linked", "apart")) | merged).order_by(F("at").desc(), "-pk")


def elsewhere(record_id: str, reader: Reader) -> list[Elsewhere]:
    """Where else the same is described, as far as the reader may know: one query where it is nowhere."""
    rows = Likeness.objects.filter(Q(first=record_id) | Q(second=record_id), decision__in=("linked", "merged"))
    pairs = {other: kept for first, second, kept in rows.values_list("first", "second", "kept")[:50]
             for other in [second if first == record_id else first]}  # fmt: skip
    if not pairs:
        return []
    known = titles(pairs, reader)
    found = [Elsewhere(key, title, pairs[key] == key) for key, (_, title) in known.items()]
    return sorted(found, key=lambda one: (not one.stays, one.id))[:MOST]


def in_its_place(record_id: str, reader: Reader) -> str:
    """The record that was kept when this one was merged, where the reader may see it; else empty."""
    asked, gone = {record_id}, {record_id}
    for _ in range(_STEPS):
        merged = Likeness.objects.filter(Q(first__in=asked) | Q(second__in=asked), decision="merged")
        asked = set(merged.values_list("kept", flat=True)) - gone
        if found := readable_ids(asked, reader):
            return min(found)
        gone |= asked
        if not asked:
            break
    return ""


def to_decide(record_id: str, standing: Standing, reader: Reader) -> int | None:
    """A pair of this record that waits for somebody who may decide about it."""
    either = Q(first=record_id) | Q(second=record_id)
    return visible(standing, reader).filter(either, decision="").values_list("pk", flat=True).first()
