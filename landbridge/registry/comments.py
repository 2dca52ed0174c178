"""Remarks on single answers, among those who work on a record: threads with replies, settled and opened again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from landbridge.formats import tidy
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.parties.permissions import Permission
from landbridge.registry.disclosure import sees_whole
from landbridge.registry.models import Comment, Record, Revision
from landbridge.registry.queries import RecordView, Unknown, latest
from landbridge.registry.readers import Standing
from landbridge.registry.review import MANY, PAGE, Asked, person, read_key, title_of, write_key
from landbridge.registry.rules import Reader, workable
from landbridge.registry.writing import Actor, Forbidden, require

LONGEST: Final = 4000
_TWICE: Final = timedelta(minutes=10)
"""The same remark of the same person within this time was sent twice, by a second press or a line that dropped."""
MOST: Final = 400
"""The remarks of one record that are shown; older ones than these are in the database only."""


class BadComment(ValueError):
    """The remark cannot be kept as it is; `why` is `empty`, `long` or `field`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Remark:
    """What one person said."""

    id: int
    field: str
    revision: int
    text: str
    author_id: int | None
    author: str
    language: str
    at: datetime


@dataclass
class Thread:
    """A remark with what was answered to it."""

    first: Remark
    settled_at: datetime | None
    replies: list[Remark] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        return self.settled_at is not None


def add(
    *, actor: Actor, reader: Reader, record_id: str, text: str, field: str = "", answers: int | None = None
) -> Comment:
    """Say something on an answer of the latest revision, on the whole of it, or to a remark of somebody else.

    Raises:
        BadComment: it is empty, too long, or on something that the format does not ask.
        Unknown: the record, or the remark that is answered, is not there for this reader.
        Forbidden: the actor may not comment.
    """
    view = latest(record_id, reader)
    require(actor, Permission.COMMENT, view.owner, view.author)
    kept = tidy.lines(text)
    if not kept or len(kept) > LONGEST:
        raise BadComment("long" if kept else "empty")
    root = _root(view, reader, answers) if answers is not None else None
    about = root.field if root else field
    if about and not may_be_on(view, reader, about):
        raise BadComment("field")
    now = datetime.now(UTC)
    told: dict[str, Any] = {
        "record_id": record_id, "field": about, "text": kept, "author_id": actor.account_id, "answers": root,
    }  # fmt: skip
    again = Comment.objects.filter(**told, at__gte=now - _TWICE).first()
    return again or Comment.objects.create(**told, revision=view.revision, at=now)


def _root(view: RecordView, reader: Reader, comment_id: int) -> Comment:
    """The remark with which a thread begins: a reply to a reply belongs to the same thread."""
    found = Comment.objects.filter(record_id=view.id, pk=comment_id).select_related("answers").first()
    if found is None or not may_be_on(view, reader, found.field):
        raise Unknown(str(comment_id))
    return found.answers or found


def may_be_on(view: RecordView, reader: Reader, path: str) -> bool:
    """Whether there is such an answer for this reader; what is withheld from them cannot be spoken of with them."""
    name = path.partition(".")[0]
    asked = questions(FORMATS[view.format])
    if not path:
        return True
    if name not in asked or len(path) > 200 or not path.replace(".", "").replace("_", "").isalnum():
        return False
    hidden = not asked[name].public or name in (view.data.get("withheld") or ())
    return sees_whole(reader, view) or not hidden


def settle(*, actor: Actor, reader: Reader, comment_id: int, settled: bool = True) -> Comment:
    """Mark a thread as settled, or open it again. It is said with the remark who did it and when.

    Raises:
        Unknown: there is no such remark for this reader.
        Forbidden: the actor may not comment.
    """
    with transaction.atomic():
        found = Comment.objects.select_for_update().filter(pk=comment_id, answers__isnull=True).first()
        if found is None:
            raise Unknown(str(comment_id))
        view = latest(found.record_id, reader)
        if not may_be_on(view, reader, found.field):
            raise Unknown(str(comment_id))
        require(actor, Permission.COMMENT, view.owner, view.author)
        if settled != (found.settled_at is not None):
            found.settled_at = datetime.now(UTC) if settled else None
            found.settled_by_id = actor.account_id if settled else None
            found.save(update_fields=["settled_at", "settled_by"])
    return found


_FIELDS: Final = (
    "pk", "field", "revision", "text", "author_id", "author__name", "author__email", "author__language", "at",
    "answers_id", "settled_at",
)  # fmt: skip


def threads(view: RecordView, reader: Reader) -> dict[str, list[Thread]]:
    """The threads on a record by the answer that they are on, oldest first: one query, two for a record with more
    remarks than are shown."""
    roots: dict[int, Thread] = {}
    for row in _newest(view.id):
        remark = Remark(*[*row[:5], person(row[5], row[6]), row[7] or "", row[8]])
        if row[9] is None:
            roots[remark.id] = Thread(remark, row[10])
        elif row[9] in roots:
            roots[row[9]].replies.append(remark)
    grouped: dict[str, list[Thread]] = {}
    for thread in roots.values():
        if may_be_on(view, reader, thread.first.field):
            grouped.setdefault(thread.first.field, []).append(thread)
    return grouped


def _newest(record_id: str) -> list[Any]:
    """The newest remarks, oldest first, with the beginnings of the threads that they belong to."""
    found = Comment.objects.filter(record_id=record_id)
    rows: list[Any] = list(found.order_by("-at", "-pk").values_list(*_FIELDS)[:MOST])[::-1]
    begun = {row[9] for row in rows if row[9] is not None} - {row[0] for row in rows}
    first: list[Any] = list(found.filter(pk__in=begun).order_by("at", "pk").values_list(*_FIELDS)) if begun else []
    return first + rows


@dataclass(frozen=True)
class OpenThread:
    """A thread in which the other side spoke last."""

    id: int
    field: str
    at: datetime
    author: str
    record: str
    format: str
    state: str
    language: str
    owner: str | None
    title: Mapping[str, str]


def _said_in_it() -> "QuerySet[Comment]":
    """All remarks of the thread that a row begins, the last one first."""
    return Comment.objects.filter(Q(pk=OuterRef("pk")) | Q(answers=OuterRef("pk"))).order_by("-at", "-pk")


def _for(standing: Standing) -> "QuerySet[Any]":
    """The open threads on what the person wrote, or that they began, in which somebody else had the last word."""
    said = _said_in_it()
    me = standing.account_id
    of_thread = Record.objects.filter(pk=OuterRef("record_id"))
    seen = of_thread.filter(workable(standing.reader()), format__in=FORMATS)
    wrote = Revision.objects.filter(record_id=OuterRef("record_id"), author_id=me)
    concern = Q(author_id=me) | Q(record__author_id=me) | Exists(wrote)
    found = Comment.objects.filter(Exists(seen), answers__isnull=True, settled_at__isnull=True)
    last = Coalesce(Subquery(said.values("author_id")[:1]), 0, output_field=BigIntegerField())
    return found.filter(concern).annotate(last=last, told=Subquery(said.values("at")[:1])).exclude(last=me)


def count_for(standing: Standing) -> int:
    """How many threads wait for the person's answer, as far as `MANY`."""
    return _for(standing)[:MANY].count() if standing.account_id is not None else 0


def for_person(standing: Standing, asked: Asked, limit: int = PAGE) -> tuple[list[OpenThread], str]:
    """The threads that wait for the person's answer, what was said last first, and the key to go on from."""
    wanted = {"record__format": asked.format, "record__owner_id": asked.party, "record__language": asked.language}
    found = _for(standing).filter(**{name: value for name, value in wanted.items() if value})
    key = read_key(asked.after)
    if key and key[1].isascii() and key[1].isdigit():
        found = found.filter(Q(told__lt=key[0]) | Q(told=key[0], pk__gt=min(int(key[1]), 2**62)))
    threads = found.order_by("-told", "pk").annotate(title=title_of("record_id", "record__latest"))
    said = {name: Subquery(_said_in_it().values(f"author__{name}")[:1]) for name in ("name", "email")}
    fields = (
        "pk", "field", "told", "name", "email", "record_id", "record__format", "record__state", "record__language",
        "record__owner_id", "title",
    )  # fmt: skip
    rows: Iterable[Any] = threads.annotate(**said).values_list(*fields)[: limit + 1]
    listed = [OpenThread(*[*row[:3], person(row[3], row[4]), *row[5:10], row[10] or {}]) for row in rows]
    last = listed[limit - 1] if len(listed) > limit else None
    return listed[:limit], write_key(last.at, last.id) if last else ""


__all__ = [
    "BadComment", "Forbidden", "OpenThread", "Remark", "Thread", "add", "count_for", "for_person", "may_be_on",
    "settle", "threads",
]  # fmt: skip
