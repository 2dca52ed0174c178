"""Doors asked without a run: files from memory, answers of a server that is a table, and proof of what came out."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from landbridge.exchange.in_.door import Ask, Checkpoint, Door, Found
from landbridge.formats.tidy import printable
from landbridge.formats.validate import validate
from landbridge.lib.doors.fetch import Fetched

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
Answer = tuple[int, bytes, Mapping[str, str]]


@dataclass
class Server:
    """Answers by what the address holds; the longest matching part counts. What was asked is kept."""

    pages: Mapping[str, bytes | Answer | Callable[[str], bytes | Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes | None] = field(default_factory=list)

    @contextmanager
    def get(self, url: str, **named: Any) -> Iterator[Fetched]:
        self.asked.append(url)
        self.headers.append(dict(named.get("headers") or {}))
        self.bodies.append(named.get("data"))
        part = max((part for part in self.pages if part in url), key=len, default="")
        page = self.pages.get(part, (404, b"", {}))
        said = page(url) if callable(page) else page
        status, body, headers = said if isinstance(said, tuple) else (200, said, {})
        yield Fetched(status, url, dict(headers), io.BytesIO(body), len(body))


def asked(
    door: Door,
    file: Path | bytes | None = None,
    *,
    folder: Path | None = None,
    name: str = "",
    server: Server | None = None,
    address: str = "https://source.example/data",
    state: Mapping[str, Any] | None = None,
    **settings: Any,
) -> list[Found | Checkpoint]:
    """All that a door gives."""
    if isinstance(file, bytes):
        assert folder is not None
        path = folder / (name or "file")
        path.write_bytes(file)
        file = path
    ask = Ask(
        address if file is None else "", settings, state or {}, (server or Server()).get, file,
        name or (file.name if file else ""), NOW,
    )  # fmt: skip
    return list(door.read(ask))


def things(door: Door, *arguments: Any, **named: Any) -> list[Found]:
    """What a door finds, each of it proved to be fit for a run."""
    found = [one for one in asked(door, *arguments, **named) if isinstance(one, Found)]
    for one in found:
        proved(one)
    return found


def proved(one: Found) -> dict[str, Any]:
    """The answers of a thing, checked against their format; what cannot be kept fails."""
    assert one.key and len(one.key) <= 500 and printable(one.key) == one.key, one.key
    json.dumps(dict(one.facts))
    assert len(json.dumps(dict(one.facts))) < 200_000
    assert not (one.problem and one.record), one
    if one.record is None:
        assert one.problem or one.gone
        return {}
    return validate(one.record["format"], one.record["data"], one.record["language"])
