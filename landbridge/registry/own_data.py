"""What the node keeps of a person, given to that person: everything, as plain JSON, save what opens a door."""

from collections.abc import Iterator
from typing import Any, Final

from django.db import models

from landbridge.parties.models import Account
from landbridge.registry.models import Change, Comment, Record, Revision

_SECRET: Final = frozenset({
    "password", "session_salt", "digest", "data", "key", "token", "token_secret", "body", "headers", "request_sha256",
    "secret",
})  # fmt: skip
"""Columns that open a door, or hold what others wrote: never given out, in whatever table they stand."""
_SHOWN: Final = {"revision": frozenset({"data"}), "notice": frozenset({"key"})}
"""Table to columns of these names that hold nothing secret."""


def parts(account: Account) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """(name of a part, its rows): the account, what the person wrote, and whatever hangs on the account. The tables
    above this room are found by their tie to the account."""
    yield "account", iter([_plain(account)])
    own: list[tuple[str, models.QuerySet[Any]]] = [
        ("records_begun", Record.objects.filter(author=account)),
        ("revisions_written", Revision.objects.filter(author=account)),
        ("comments", Comment.objects.filter(author=account)),
        ("actions", Change.objects.filter(actor=account)),
    ]
    for name, rows in own:
        yield name, map(_plain, rows.order_by("pk").iterator())
    for rows in hanging_on(account):
        yield str(rows.model._meta.model_name), map(_plain, rows.order_by("pk").iterator())


def hanging_on(account: Account) -> Iterator["models.QuerySet[Any]"]:
    """The rows that are only this person's, one query set a table: those that would go with the account's own row.
    Tables of the rooms above are among them, by the same rule and without being named."""
    for relation in account._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.on_delete is models.CASCADE:
            related: Any = relation.related_model
            yield related._base_manager.filter(**{relation.field.name: account})


def _plain(row: models.Model) -> dict[str, Any]:
    hidden = _SECRET - _SHOWN.get(str(row._meta.model_name), frozenset())
    fields = [field for field in row._meta.concrete_fields if field.name not in hidden]
    return {field.attname: getattr(row, field.attname) for field in fields}
