"""The records that the tests of linked data look at: one of each format with every kind of answer, and the sample."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import landbridge
from landbridge.registry.queries import RecordView
from tests.support import record

GOLDEN = Path(__file__).parent.parent.parent / "formats" / "golden"
SAMPLE = Path(landbridge.__file__).parent / "sample"
TITLES: Any = {"reef-institute": ("organisation", {"en": "Reef Institute", "fr": "Institut du récif"})}


@cache
def golden() -> tuple[RecordView, ...]:
    """One record of each format in which nearly every question is answered."""
    given = [(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in sorted(GOLDEN.glob("*.json"))]
    return tuple(record(f"golden-{name}", name, one["language"], **one["given"]) for name, one in given)


def _lines() -> Iterator[dict[str, Any]]:
    for path in sorted(SAMPLE.glob("*.jsonl")):
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


@cache
def sample() -> tuple[RecordView, ...]:
    """The whole sample network."""
    return tuple(record(one["id"], one["format"], one["language"], **one["data"]) for one in _lines())


def every() -> tuple[RecordView, ...]:
    return (*golden(), *sample())


def few() -> tuple[RecordView, ...]:
    """One of each format, and some of the sample: what a slow judge looks at."""
    return (*golden(), *sample()[::40])


QUIET = "ignore:ConjunctiveGraph is deprecated:DeprecationWarning"
"""What rdflib says of its own reader of JSON-LD."""
