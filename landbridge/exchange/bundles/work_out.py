"""Work that people did on this node, written as a bundle for the node that it is meant for."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from landbridge.exchange.bundles.making import Made, Watch, base_name, close
from landbridge.exchange.bundles.words import without_files
from landbridge.exchange.bundles.writing import Bag
from landbridge.exchange.models import Exchange, Peer, Word
from landbridge.exchange.nodes import moments
from landbridge.exchange.nodes.keys import own_list
from landbridge.exchange.signing import canonical, digest
from landbridge.parties.permissions import Permission
from landbridge.registry.bringing import named_in
from landbridge.registry.files import place_of
from landbridge.registry.models import Comment, Record, Revision
from landbridge.registry.workflow import State, Visibility
from landbridge.registry.writing import Actor, require

WORK: Final = "work"
_OPEN: Final = (State.DRAFT, State.SUBMITTED, State.RETURNED)
_BATCH: Final = 200
_CHUNK: Final = 1 << 18


@dataclass
class _Work:
    """What is on its way out."""

    place: str
    drafts: bool
    """Whether drafts go as well that were not handed in."""
    records: dict[str, None] = field(default_factory=dict)
    files: dict[str, None] = field(default_factory=dict)

    def items(self) -> Iterator[dict[str, Any]]:
        """Words first: what is confirmed is what was seen, before a change comes to it. Remarks after their records."""
        yield from self._words()
        yield from self._records()
        yield from self._remarks()

    def _records(self) -> Iterator[dict[str, Any]]:
        """What was never published here; a private record stays. A change that is proposed goes to its node alone."""
        changes = {word.draft: word for word in Word.objects.filter(kind="change")}
        wanted = _OPEN if self.drafts else (State.SUBMITTED,)
        found = Record.objects.filter(origin="", published=None, state__in=wanted).exclude(
            visibility=Visibility.PRIVATE
        )
        for record in found.select_related("author").order_by("pk").iterator(chunk_size=_BATCH):
            word = changes.get(record.pk)
            if word is not None and word.origin != self.place:
                continue
            revision = Revision.objects.get(record=record, number=record.latest)
            if revision.data.get("sample"):
                continue
            self.records[record.pk] = None
            self.files.update((str(one["sha256"]), None) for one in named_in(revision.data))
            yield _record_item(record, revision, word)

    def _remarks(self) -> Iterator[dict[str, Any]]:
        ids = list(self.records)
        for start in range(0, len(ids), _BATCH):
            rows = Comment.objects.filter(record_id__in=ids[start : start + _BATCH]).select_related("author")
            for one in rows.order_by("at", "pk"):
                told = {"kind": "comment", "record": one.record_id, "field": one.field, "text": one.text}
                yield _item(told | {"number": one.pk}, one.author, one.at)

    def _words(self) -> Iterator[dict[str, Any]]:
        for word in (
            Word.objects.filter(origin=self.place).exclude(kind="change").select_related("account").order_by("at")
        ):
            told = {"kind": word.kind, "record": word.record_id, "field": "", "text": word.text, "number": word.pk}
            yield _item(told | {"on": word.at.date().isoformat()}, word.account, word.at)


def _item(told: dict[str, Any], account: Any, at: Any) -> dict[str, Any]:
    """A piece of work with a name of its own, which stays the same as long as it says the same."""
    return {**told, "item": digest(told)[:32], "by": account.name if account is not None else "",
            "at": moments.written(at)}  # fmt: skip


def _record_item(record: Record, revision: Revision, word: Word | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": "record", "record": record.pk, "revision": revision.number, "state": record.state,
        "format": record.format, "edition": revision.edition, "language": revision.language, "data": revision.data,
        "visibility": record.visibility, "owner": record.owner_id or "", "changes": "", "base": None,
    }  # fmt: skip
    if word is not None:
        base = Revision.objects.filter(record_id=word.record_id, number=word.base).first()
        told |= {"changes": word.record_id, "base": without_files(base.data) if base is not None else {}}
    return _item(told, record.author, revision.created_at)


def make_work(
    *, actor: Actor, place: str, target: Path, drafts: bool = False, watch: Watch = lambda done: None
) -> Made:  # fmt: skip
    """Write the work for a node to a file: what was handed in here, with `drafts` what was begun as well, remarks,
    confirmations and interest.

    Raises:
        Forbidden: the actor does not administer the node.
        ValueError: the node is no active peer.
    """
    require(actor, Permission.RECEIVE, None)
    peer = Peer.objects.filter(address=place, state="active").first()
    if peer is None:
        raise ValueError(f"{place[:200]} is no active peer of this node; work is written for one.")
    made = Made(paths=[target])
    passing = target.with_name(f".{target.name}.part")
    exchange = Exchange.objects.create(kind="bundle-out", what=target.name[:300], peer=peer)
    try:
        with passing.open("wb") as out:
            _write_bag(out, _Work(place, drafts), made, watch)
        made.octets = passing.stat().st_size
        passing.replace(target)
    finally:
        passing.unlink(missing_ok=True)
        exchange.ended_at, exchange.new, exchange.octets = moments.now(), made.records, made.octets
        exchange.save()
    return made


def _write_bag(out: IO[bytes], work: _Work, made: Made, watch: Watch) -> None:
    now = moments.now()
    bag = Bag(out, base_name(now, WORK), now)
    try:
        _write(bag, work, made, watch)
        parts = ["work.jsonl", "keys.json", *(["files/"] if made.files else [])]
        told = {"kind": WORK, "for": work.place, "statements": made.records, "volume": 1, "last": True}
        close(bag, told, parts, now)
    except BaseException:
        bag.give_up()
        raise


def _write(bag: Bag, work: _Work, made: Made, watch: Watch) -> None:
    with bag.payload("work.jsonl") as part:
        for item in work.items():
            part.write(canonical(item) + b"\n")
            made.records += 1
            watch(made.records)
    for sha256 in work.files:
        if not place_of(sha256).is_file():
            made.missing_files += 1
            continue
        with place_of(sha256).open("rb") as file, bag.payload(f"files/{sha256}", packed=False) as copy:
            shutil.copyfileobj(file, copy, _CHUNK)
        made.files += 1
    bag.add("keys.json", canonical({"landbridge": 1, "kind": "key-lists", "lists": [own_list()]}))
