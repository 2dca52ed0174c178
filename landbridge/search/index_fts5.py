"""The index in SQLite FTS5: slower, but in every Python; both implementations pass the same tests.

Terms come analysed, so the tokenizer only has to keep them whole. FTS5 weighs fields, not single terms: the
weights of clauses are kept as weights of their fields.
"""

import math
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from landbridge.search.plan import (
    FACETS,
    FILTERS,
    NUMBERS,
    ROSTER,
    TEXT_FIELDS,
    Answer,
    Clause,
    Group,
    IndexDocument,
    Phrase,
    Plan,
    Range,
    Row,
)

LAYOUT: Final = 5
_WEIGHTS: Final = {"text": 1.0, "title": 0.6, "concept": 0.8, "subject": 1.2, "broader": 0.3, "cognate": 0.25}
_MOST_CLAUSES: Final = 200

_TABLES: Final = f"""
CREATE TABLE IF NOT EXISTS record (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, stored BLOB NOT NULL,
    {", ".join(f"{name} INTEGER NOT NULL DEFAULT 0" for name in NUMBERS)}
);
CREATE TABLE IF NOT EXISTS value (field TEXT NOT NULL, value TEXT NOT NULL, record INTEGER NOT NULL,
    PRIMARY KEY (field, value, record)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS value_of_record ON value (record);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    {", ".join(TEXT_FIELDS)}, detail=full, tokenize="unicode61 remove_diacritics 0 tokenchars ':-_.'"
);
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab (words, col);
"""


class Fts5Index:
    """See `Index`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"layout-{LAYOUT}.sqlite3"
        self._local = threading.local()
        with self._connection() as connection:
            connection.executescript(_TABLES)

    def _connection(self) -> sqlite3.Connection:
        """One connection a thread."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=30)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA secure_delete=ON")
            self._local.connection = connection
        return connection

    def write(self, documents: Iterable[IndexDocument], gone: Sequence[str] = ()) -> None:
        with self._connection() as connection:
            for record_id in gone:
                self._drop(connection, record_id)
            for document in documents:
                self._drop(connection, document.id)
                self._add(connection, document)

    def _drop(self, connection: sqlite3.Connection, record_id: str) -> None:
        found = connection.execute("SELECT number FROM record WHERE id = ?", [record_id]).fetchone()
        if found:
            connection.execute("DELETE FROM words WHERE rowid = ?", found)
            connection.execute("DELETE FROM value WHERE record = ?", found)
            connection.execute("DELETE FROM record WHERE number = ?", found)

    def _add(self, connection: sqlite3.Connection, document: IndexDocument) -> None:
        columns = ", ".join(("id", "stored", *NUMBERS))
        marks = ", ".join("?" * (2 + len(NUMBERS)))
        numbers = [document.numbers.get(name, 0) for name in NUMBERS]
        sql = f"INSERT INTO record ({columns}) VALUES ({marks})"  # noqa: S608 - names of our own
        number = connection.execute(sql, [document.id, orjson.dumps(document.stored), *numbers]).lastrowid
        texts = [" ".join(document.terms.get(name, ())) for name in TEXT_FIELDS]
        connection.execute(
            f"INSERT INTO words (rowid, {', '.join(TEXT_FIELDS)}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            [number, *texts],
        )
        values = {(name, value) for name, values in document.facets.items() for value in values}
        values.add(("id", document.id))
        connection.executemany("INSERT INTO value VALUES (?, ?, ?)", [(*pair, number) for pair in values])

    def clear(self) -> None:
        with self._connection() as connection:
            for table in ("words", "value", "record"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own

    def purge(self) -> None:
        with self._connection() as connection:
            connection.execute("INSERT INTO words(words) VALUES ('optimize')")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def release(self) -> None:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def count(self) -> int:
        return int(self._connection().execute("SELECT count(*) FROM record").fetchone()[0])

    def frequency(self, field: str, term: str) -> int:
        if field in FACETS + ROSTER + FILTERS:
            sql = "SELECT count(*) FROM value WHERE field = ? AND value = ?"
            return int(self._connection().execute(sql, [field, term]).fetchone()[0])
        sql = "SELECT doc FROM vocabulary WHERE term = ? AND col = ?"
        found = self._connection().execute(sql, [term.casefold(), field]).fetchone()
        return int(found[0]) if found else 0

    def similar_terms(self, field: str, term: str) -> list[tuple[str, int]]:
        sql = "SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ? AND col = ? ORDER BY doc DESC LIMIT 50"
        return list(self._connection().execute(sql, [term, term + "\U0010ffff", field]))

    def search(self, plan: Plan) -> Answer:
        connection = self._connection()
        weighed = self._weighed(plan) if _is_description(plan) else None
        source, values = _source(plan, weighed)
        total = connection.execute(f"SELECT count(*) {source}", values).fetchone()[0]
        order, score = _order(plan, weighed is not None)
        sql = f"SELECT {score}, record.stored {source} ORDER BY {order} LIMIT ? OFFSET ?"
        found = connection.execute(sql, [*values, plan.limit, plan.offset])
        rows = tuple(Row(float(score), orjson.loads(stored)) for score, stored in found)
        return Answer(int(total), rows, self._facets(connection, plan, source, values))

    def _weighed(self, plan: Plan) -> list[tuple[float, str]]:
        """Each clause with its weight times its rarity: FTS5's own score knows no weights of single clauses, and
        counts a term that half of a small index holds as nothing."""
        total = max(1, self.count())
        weighed = []
        for group in plan.groups:
            for clause in group.any_of:
                if isinstance(clause, Clause) and (frequency := self.frequency(clause.field, clause.term)):
                    rarity = math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))
                    weighed.append((clause.weight * rarity, _clause(clause)))
        weighed.sort(reverse=True)
        return weighed[:_MOST_CLAUSES]

    def _facets(
        self, connection: sqlite3.Connection, plan: Plan, source: str, values: list[Any]
    ) -> dict[str, tuple[tuple[str, int], ...]]:
        if not plan.facets:
            return {}
        marks = ", ".join("?" * len(plan.facets))
        sql = (
            f"WITH hit AS MATERIALIZED (SELECT record.number AS number {source}) "  # noqa: S608 - names of our own
            f"SELECT field, value, count(*) AS hits FROM hit JOIN value ON value.record = hit.number "
            f"WHERE field IN ({marks}) GROUP BY field, value ORDER BY hits DESC, value"
        )
        counted: dict[str, list[tuple[str, int]]] = {name: [] for name in plan.facets}
        for field, value, hits in connection.execute(sql, [*values, *plan.facets]):
            if len(counted[field]) < plan.facet_size:
                counted[field].append((value, hits))
        return {name: tuple(pairs) for name, pairs in counted.items()}


def _is_description(plan: Plan) -> bool:
    """Whether all groups only add to the score: a need, or a question of many words."""
    return bool(plan.groups) and not any(group.needed or group.all_of for group in plan.groups)


def _order(plan: Plan, weighed: bool) -> tuple[str, str]:
    """What to sort by, and the score."""
    if plan.sort:
        direction = "ASC" if plan.sort.startswith("-") else "DESC"
        return f"record.{plan.sort.removeprefix('-')} {direction}, record.id", "0"
    if not plan.groups:
        return "record.id", "1"
    less = ""
    if plan.sinking:
        less = f" * (1 - {plan.sinking.share:.6f} * (record.confirm_by < {plan.sinking.before:d}))"
    if weighed:
        return "1 DESC, record.id", f"hit.score{less}"
    weights = ", ".join(str(_WEIGHTS[name]) for name in TEXT_FIELDS)
    return "1 DESC, record.id", f"-bm25(words, {weights}){less}"


def _source(plan: Plan, weighed: list[tuple[float, str]] | None) -> tuple[str, list[Any]]:
    """FROM and WHERE of a question, with the values of its marks."""
    parts: list[str] = []
    values: list[Any] = []
    tables = "FROM record"
    if weighed is not None:
        one = "SELECT rowid AS number, ? AS worth FROM words WHERE words MATCH ?"
        every = " UNION ALL ".join([one] * len(weighed)) or "SELECT 0 AS number, 0 AS worth WHERE 0"
        scored = f"SELECT number, sum(worth) AS score FROM ({every}) GROUP BY number"  # noqa: S608
        tables = f"FROM ({scored}) AS hit JOIN record USING (number)"
        values.extend(value for pair in weighed for value in pair)
    elif plan.groups:
        tables = "FROM words JOIN record ON record.number = words.rowid"
        parts.append("words MATCH ?")
        values.append(_expression(plan))
    for wanted, kind in ((plan.filters, "IN"), (plan.without, "NOT IN")):
        for field, allowed in wanted.items():
            if allowed:
                marks = ", ".join("?" * len(allowed))
                chosen = f"SELECT record FROM value WHERE field = ? AND value IN ({marks})"  # noqa: S608
                parts.append(f"record.number {kind} ({chosen})")
                values.extend([field, *allowed])
    for limits in plan.ranges:
        parts.extend(_range(limits))
    return f"{tables} WHERE {' AND '.join(parts)}" if parts else tables, values


def _range(limits: Range) -> Iterator[str]:
    if limits.least is not None:
        yield f"record.{limits.field} >= {int(limits.least)}"
    if limits.most is not None:
        yield f"record.{limits.field} <= {int(limits.most)}"


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def _clause(clause: Clause | Phrase) -> str:
    terms = " ".join(clause.terms) if isinstance(clause, Phrase) else clause.term
    return f"{clause.field} : {_quoted(terms)}"


def _group(group: Group) -> str:
    choices = [_clause(clause) for clause in group.any_of]
    if group.all_of:
        choices.append("(" + " AND ".join(_clause(clause) for clause in group.all_of) + ")")
    return "(" + " OR ".join(choices) + ")"


def _expression(plan: Plan) -> str:
    """Needed groups joined by AND. Where none is needed one must match: FTS5 cannot count how many did."""
    needed = [_group(group) for group in plan.groups if group.needed]
    optional = [_group(group) for group in plan.groups if not group.needed][:_MOST_CLAUSES]
    return " AND ".join(needed) if needed else " OR ".join(optional)
