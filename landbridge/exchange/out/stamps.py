"""What stays the same of a record wherever it goes out, and when readers were first and last shown something new.

A confirmation changes nothing that a subscriber has read. So the moment of a change is that of the last publication,
not that of the last step of the workflow.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.db.models import Min

from landbridge.formats.fields import Organisation
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.registry.models import Change, Record
from landbridge.registry.queries import RecordView, states
from landbridge.registry.rules import ANYONE, readable
from landbridge.registry.workflow import State, Verb, Visibility


def urn(record_id: str) -> str:
    """The name of a record, which no move of a node to another address changes."""
    return f"urn:landbridge:record:{quote(record_id, safe='')}"


def uid(record_id: str, part: str) -> str:
    """The identifier of one date of a record, the same for ever and on every node (RFC 7986 asks for a UUID)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{urn(record_id)}#{part}"))


def changed(view: RecordView) -> datetime:
    """When readers were last shown something new."""
    return view.published_at or view.revised_at


def newest_first(record_ids: Sequence[str]) -> list[str]:
    """Those of the records that everybody may read, by when they changed: one query."""
    rows = Record.objects.filter(readable(ANYONE), pk__in=record_ids).values_list("published_at", "pk")
    return [key for _, key in sorted(((at, key) for at, key in rows if at is not None), reverse=True)]


def shown(record_ids: Sequence[str]) -> list[RecordView]:
    """The records that everybody may read, in the order of the ids, each as everybody may see it: two queries."""
    open_to_all = set(Record.objects.filter(readable(ANYONE), pk__in=record_ids).values_list("pk", flat=True))
    found = states([key for key in record_ids if key in open_to_all], ANYONE)
    return [found[key] for key in record_ids if key in found]


def first_shown(record_ids: Iterable[str]) -> Mapping[str, datetime]:
    """Record id to when everybody could read it for the first time: one query."""
    showing = Change.objects.filter(
        record_id__in=list(record_ids), verb__in=(Verb.PUBLISH, Verb.RECEIVE), state=State.PUBLISHED,
        visibility=Visibility.PUBLIC,
    )  # fmt: skip
    return dict(showing.values_list("record_id").annotate(first=Min("at")))


@dataclass(frozen=True)
class Provider:
    """An organisation that stands behind a record: its name, and its own record where it has one."""

    name: str
    record: str = ""


def providers(view: RecordView) -> Iterator[Provider]:
    """Who provides, asks or organises, of a record as everybody may see it."""
    for name, question in questions(FORMATS[view.format]).items():
        if isinstance(question, Organisation) and question.role == "provider":
            for one in view.data.get(name) or ():
                if one.get("name") or one.get("record"):
                    yield Provider(one.get("name") or one["record"], one.get("record") or "")
