"""What a run would do, counted and shown without anything being written."""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from landbridge.exchange.in_ import taking
from landbridge.exchange.models import SourceRun

_LARGEST_SHOWN: Final = 20_000
"""Bytes of the answers of one record that are kept with a preview."""


def note(run: SourceRun, batch: taking.Batch, read: int, octets: int) -> None:
    """What a batch would have done, for a preview."""
    before = {item.key for item in batch.items if item.pk is not None}
    gone = {item.key for item in batch.items if item.gone_at is not None}
    arrivals = [(one, arrival) for one, arrival in batch.arrivals if one.key not in gone]
    run.read, run.octets = run.read + read, octets
    run.new += sum(one.key not in before for one, _ in arrivals)
    run.changed += sum(one.key in before for one, _ in arrivals)
    run.same, run.gone, run.kept = run.same + batch.unchanged, run.gone + batch.gone, run.kept + batch.kept
    taking.save_refusals(run, batch.refused)
    run.shown = [*run.shown, *_rows(batch, gone)][: taking.SHOWN]


def _rows(batch: taking.Batch, gone: set[str]) -> Iterator[dict[str, Any]]:
    data = {one.key: (one.said or {}) | {"data": arrival.data} for one, arrival in batch.arrivals}
    for item in batch.items[: taking.SHOWN]:
        said = data.get(item.key) or item.said or {}
        yield {
            "key": item.key, "title": item.title, "address": item.address, "format": said.get("format", ""),
            "language": said.get("language", ""), "data": _short(said.get("data", {})),
            "what": "gone" if item.key in gone else "kept" if item.key not in data else "changed" if item.pk else "new",
        }  # fmt: skip


def _short(data: Any) -> Any:
    """The answers of a record, where a page can show them."""
    return data if len(orjson.dumps(data)) <= _LARGEST_SHOWN else {}
