"""New rows of the three tables, and how many of them are written at once.

Django's model instances and `bulk_create` take several times longer than the database needs to store a row (measured:
400 microseconds for the three rows of a record, against 60 this way), so whole batches travel as plain rows. They go
in by COPY on PostgreSQL and by one prepared statement on SQLite.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

import orjson
from django.db import connection, models

Convert = Callable[[Any], Any]


@dataclass(slots=True)
class RecordRow:
    """A record that is not in the table yet; see the model `Record`."""

    id: str
    format: str
    workflow: str
    state: str
    visibility: str
    owner_id: str | None
    origin: str
    created_at: datetime
    updated_at: datetime
    language: str = ""
    latest: int = 1
    published: int | None = None
    published_at: datetime | None = None
    confirmed_on: date | None = None
    expires_on: date | None = None
    confirm_by: date | None = None
    author_id: int | None = None
    erased_at: datetime | None = None


@dataclass(slots=True)
class RevisionRow:
    """A revision that is not in the table yet; see the model `Revision`."""

    record_id: str
    number: int
    edition: int
    language: str
    data: dict[str, Any]
    note: str
    author_id: int | None
    created_at: datetime
    sha256: str
    erased_at: datetime | None = None


@dataclass(slots=True)
class ChangeRow:
    """A line of the journal that has no serial yet; see the model `Change`."""

    record_id: str
    format: str
    verb: str
    revision: int | None
    state: str
    visibility: str
    shown_to: str
    at: datetime
    actor_id: int | None
    note: str = ""
    batch: str = ""


Row = RecordRow | RevisionRow | ChangeRow


def insert(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Insert new rows of a model, inside the caller's transaction; keys that the database draws stay unknown."""
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    quote = connection.ops.quote_name
    into = f"{quote(model._meta.db_table)} ({', '.join(quote(str(field.column)) for field in fields)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in _values(rows, fields):
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", list(_values(rows, fields)))  # noqa: S608


def _values(rows: Sequence[Row], fields: Sequence["models.Field[Any, Any]"]) -> Iterator[list[Any]]:
    read = attrgetter(*(field.attname for field in fields))
    converters = [(at, convert) for at, field in enumerate(fields) if (convert := _converter(field)) is not None]
    for row in rows:
        values = list(read(row))
        for at, convert in converters:
            if values[at] is not None:
                values[at] = convert(values[at])
        yield values


def _converter(field: "models.Field[Any, Any]") -> Convert | None:
    if isinstance(field, models.JSONField):
        return lambda value: orjson.dumps(value).decode()
    if isinstance(field, models.CharField):
        return str  # An enumeration's member is stored as its value.
    if connection.vendor == "postgresql":
        return None
    if isinstance(field, models.DateTimeField):
        return _moment
    if isinstance(field, models.DateField):
        return str
    return None


@lru_cache(maxsize=16)
def _moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)  # A batch has one moment for all its rows.
