"""Things of one kind that are scattered over a file, gathered by their key: a temporary database, not memory."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Final

import orjson

_AT_ONCE: Final = 5_000


class Gathered:
    """What was put in, by key and in its order."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._waiting: list[tuple[str, int, bytes]] = []
        self._count = 0
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("CREATE TABLE things (key TEXT, number INTEGER, said BLOB)")
        database.execute("CREATE INDEX by_key ON things (key, number)")

    def put(self, key: str, said: Any) -> None:
        """Put a thing by; it is kept as JSON."""
        self._count += 1
        self._waiting.append((key, self._count, orjson.dumps(said)))
        if len(self._waiting) >= _AT_ONCE:
            self._write()

    def _write(self) -> None:
        self._database.executemany("INSERT INTO things VALUES (?, ?, ?)", self._waiting)
        self._waiting.clear()

    def groups(self, after: str = "", most: int = 2_000) -> Iterator[tuple[str, list[Any]]]:
        """(key, the first `most` of its things), in the order of the keys that come after `after`."""
        self._write()
        rows = self._database.execute("SELECT key, said FROM things WHERE key > ? ORDER BY key, number", (after,))
        for key, some in groupby(rows, key=lambda row: str(row[0])):
            yield key, [orjson.loads(said) for _, said in islice(some, most)]


@contextmanager
def gathered() -> Iterator[Gathered]:
    """An empty store, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "things.sqlite3")) as database:
        yield Gathered(database)
