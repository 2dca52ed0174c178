"""What somebody says here on a record of another node: still true, a remark, interest, or a change that they propose.

The record itself is its node's; what is said travels there with the next bundle of work.
"""

import uuid
from typing import Any, Final

from django.db import transaction

from landbridge.exchange.models import Peer, Statement, Word
from landbridge.exchange.nodes.statements import says
from landbridge.formats import tidy
from landbridge.parties.permissions import Permission
from landbridge.registry.actions import draft
from landbridge.registry.bringing import named_in
from landbridge.registry.copies import workflow_of
from landbridge.registry.models import Record
from landbridge.registry.queries import RecordView, get
from landbridge.registry.rules import Reader
from landbridge.registry.writing import Actor, Conflict, Forbidden, may, require

KINDS: Final = ("confirm", "comment", "interest")
LONGEST: Final = 4000
MOST: Final = 2000
"""Words of one person that wait: nobody fills the bundle of a node."""


class NothingSaid(ValueError):
    """A remark without a word, or one that is too long."""


def received(record_id: str, reader: Reader) -> RecordView:
    """A record of another node, as the reader sees it.

    Raises:
        Unknown: there is none for this reader.
        Conflict: it is this node's own, or of a source that is no node.
    """
    view = get(record_id, reader)
    if not view.origin or not Peer.objects.filter(address=view.origin).exists():
        raise Conflict(f"The record {record_id} is not of another node.")
    return view


def owner_of(record_id: str) -> str | None:
    """The party that owns the record on its node."""
    row = Statement.objects.filter(record_id=record_id).first()
    owner = says(row.body).get("owner") if row is not None else None
    return owner if isinstance(owner, str) else None


def may_confirm(actor: Actor, record_id: str) -> bool:
    """Whether the actor confirms for the party that owns the record on its node."""
    owner = owner_of(record_id)
    return owner is not None and may(actor, Permission.CONFIRM, owner)


def say(*, actor: Actor, reader: Reader, record_id: str, kind: str, text: str = "") -> Word:
    """Say that it is still true, remark on it, or tell interest. The same said twice is kept once.

    Raises:
        Unknown, Conflict: see `received`.
        Forbidden: nobody is signed in, or they do not speak for the party that owns it.
        NothingSaid: it has no words, or too many.
    """
    view = received(record_id, reader)
    if actor.account_id is None or Word.objects.filter(account_id=actor.account_id).count() >= MOST:
        raise Forbidden("Only people who are signed in are heard, and none of them without end.")
    if kind not in KINDS:
        raise NothingSaid(kind)
    kept = tidy.lines(text)
    if len(kept) > LONGEST or (kind == "comment" and not kept):
        raise NothingSaid(kind)
    if kind == "confirm" and not may_confirm(actor, record_id):
        raise Forbidden("Only those who work for the owner of the record confirm it.")
    told: dict[str, Any] = {"record_id": record_id, "origin": view.origin, "kind": kind, "text": kept,
                            "account_id": actor.account_id, "base": view.revision}  # fmt: skip
    return Word.objects.filter(**told).first() or Word.objects.create(id=uuid.uuid4().hex, **told)


def propose(*, actor: Actor, reader: Reader, record_id: str, owner: str | None = None) -> Record:
    """Begin a draft of this node with the answers of a received record; what is changed in it is proposed to its node.

    Files stay with the record: nobody here brought them, and they are not proposed to be taken away.

    Raises:
        Unknown, Conflict: see `received`.
        Forbidden: the actor may not draft for this owner.
    """
    view = received(record_id, reader)
    require(actor, Permission.DRAFT, owner, actor.account_id)
    mine = Word.objects.filter(kind="change", record_id=record_id, account_id=actor.account_id or 0)
    before = mine.order_by("-at").first()
    if before is not None and (there := Record.objects.filter(pk=before.draft).first()) is not None:
        return there
    with transaction.atomic():
        made = draft(
            actor=actor, format=view.format, data=without_files(view.data), language=view.language, owner=owner,
            visibility=view.visibility, workflow=workflow_of(owner or ""),
        )  # fmt: skip
        Word.objects.create(
            id=uuid.uuid4().hex, record_id=record_id, origin=view.origin, kind="change", draft=made.pk,
            base=view.revision, account_id=actor.account_id,
        )  # fmt: skip
    return made


def without_files(data: dict[str, Any]) -> dict[str, Any]:
    """The answers but those that name files."""
    return {name: answer for name, answer in data.items() if not any(named_in(answer))}
