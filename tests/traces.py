"""Looks through every column of every table for words that must not be there any more."""

import orjson
from django.db import connection


def traces(*words: str) -> set[str]:
    """The columns, as `table.column`, in which any of the words stands, as text, as bytes or as JSON, in any case."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                told = zip(columns, map(_text, row), strict=True)
                found.update(f"{table}.{name}" for name, cell in told if any(word.lower() in cell for word in words))
    return found


def _text(cell: object) -> str:
    if isinstance(cell, bytes | memoryview):
        return bytes(cell).decode("utf-8", "replace").lower()
    return (orjson.dumps(cell).decode() if isinstance(cell, dict | list) else str(cell)).lower()
