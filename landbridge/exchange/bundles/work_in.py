"""Work of another node taken in: drafts, what was handed in, confirmations, remarks and interest. Nothing is published.

A peer writes for the parties that our people named. Whatever it brings for others waits for the help desk. What was
changed here meanwhile is merged; where both sides changed the same answer, ours stands in the draft, theirs stands in
the revision before it, and a remark says so. An item that was dealt with is known when it comes again.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from django.db import transaction

from landbridge.exchange.bundles import files
from landbridge.exchange.bundles.merging import Came, Merger
from landbridge.exchange.bundles.opening import Opened
from landbridge.exchange.bundles.report import Report
from landbridge.exchange.bundles.signature import Signed
from landbridge.exchange.bundles.troubles import BadBundle
from landbridge.exchange.models import Peer, WorkRight, WorkTaken
from landbridge.exchange.nodes.answers import NotTaken
from landbridge.exchange.nodes.judging import read
from landbridge.exchange.nodes.taking import lines
from landbridge.formats import tidy
from landbridge.formats.validate import InvalidRecord
from landbridge.registry import actions, comments, journal
from landbridge.registry.models import Record
from landbridge.registry.queries import Unknown
from landbridge.registry.rules import OPERATOR
from landbridge.registry.safeguards import Unsafe
from landbridge.registry.workflow import NotPossible, State
from landbridge.registry.writing import NODE, Conflict, Forbidden, Said

MOST: Final = 20_000
"""Items of one bundle."""
WORK: Final = "data/work.jsonl"
KINDS: Final = ("record", "confirm", "comment", "interest")
_REFUSALS: Final = (NotTaken, InvalidRecord, Unsafe, NotPossible, Conflict, Forbidden, Unknown, comments.BadComment)
Watch = Callable[[int, int], None]


def foresee(bag: Opened, signed: Signed, report: Report) -> None:
    """What a bundle of work holds: how many items of each kind, and whether they wait for review."""
    taker = _Taker(_peer(signed), bag)
    for item in _items(bag):
        known = isinstance(item.get("item"), str) and taker.known(item["item"])
        kind = str(item.get("kind"))
        name = "same" if known else kind if kind in KINDS else "refused"
        report.counts[name] = report.counts.get(name, 0) + 1
        if not known and item.get("kind") == "record":
            format = str(item.get("format"))
            report.formats[format] = report.formats.get(format, 0) + 1
            if str(item.get("owner")) not in taker.merger.parties:
                report.counts["waits"] = report.counts.get("waits", 0) + 1


def take_work(bag: Opened, signed: Signed, report: Report, watch: Watch) -> None:
    """Deal with each piece of work, in a transaction of its own; the caller saw to the right to receive.

    Raises:
        BadBundle: this node made it itself, or it holds too much.
    """
    taker = _Taker(_peer(signed), bag)
    total = int(signed.said.get("statements") or 0)
    for number, item in enumerate(_items(bag), 1):
        told = taker.take(item)
        report.counts[told["outcome"]] = report.counts.get(told["outcome"], 0) + 1
        report.items.append(told)
        if told["outcome"] == "refused":
            report.problems.append(f"{told['source']}: {told['problem']}")
        watch(number, total)
    named = files.named_by(taker.naming, taker.brought)
    report.files, not_kept = files.keep(bag, named)
    report.problems.extend(not_kept)


def _peer(signed: Signed) -> Peer:
    if signed.peer is None:
        raise BadBundle("own", "This node wrote this work itself; it is for the node that it names.")
    return signed.peer


def _items(bag: Opened) -> Iterator[Mapping[str, Any]]:
    with bag.part(WORK) as source:
        for number, line in enumerate(lines(source), 1):
            if number > MOST:
                raise BadBundle("too-large", f"A bundle of work has at most {MOST:,} items; the rest is left.")
            yield _item(line)


def _item(line: bytes) -> Mapping[str, Any]:
    try:
        found = read(line)
    except NotTaken as refusal:
        return {"problem": str(refusal)}
    texts = all(isinstance(found.get(name), str) and 0 < len(found[name]) <= 100 and "\0" not in found[name]
                for name in ("item", "kind", "record"))  # fmt: skip
    numbered = found.get("kind") != "record" or (type(found.get("revision")) is int and 0 < found["revision"] < 2**31)
    return found if texts and numbered else {"problem": "It does not say what it is, or of which record."}


class _Taker:
    """One bundle of work on its way in."""

    def __init__(self, peer: Peer, bag: Opened) -> None:
        self.node, self.brought = peer.address, files.brought(bag)
        parties = frozenset(WorkRight.objects.filter(peer=peer).values_list("party_id", flat=True))
        self.merger = Merger(peer.address, parties, frozenset(self.brought))
        self.naming: dict[str, None] = {}

    def known(self, item: str) -> WorkTaken | None:
        """What came of an item that was dealt with before."""
        return WorkTaken.objects.filter(origin=self.node, item=item).first()

    def take(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """What came of one item."""
        told = {"kind": str(item.get("kind") or ""), "source": str(item.get("record") or "?"), "record": "",
                "title": _title(item), "problem": ""}  # fmt: skip
        if "problem" in item:
            return {**told, "outcome": "refused", "problem": str(item["problem"])}
        try:
            with transaction.atomic():
                journal.lock()
                before = self.known(item["item"])
                came = Came(before.record_id, "same") if before is not None else self._new(item)
        except _REFUSALS as refusal:
            return {**told, "outcome": "refused", "problem": str(refusal)[:500] or type(refusal).__name__}
        if came.record and item["kind"] == "record":
            self.naming[came.record] = None
        return {**told, "outcome": came.outcome, "record": came.record}

    def _new(self, item: Mapping[str, Any]) -> Came:
        kind = item["kind"]
        if kind == "record":
            came = self.merger.take(item)
        elif kind in KINDS:
            came = self._word(item)
        else:
            raise NotTaken("format", f"This node does not know work of the kind {kind!r}; update it.")
        WorkTaken.objects.create(
            origin=self.node, item=item["item"], source=item["record"], record_id=came.record, data=came.data,
            revision=item["revision"] if came.data is not None else 0, outcome=came.outcome,
        )  # fmt: skip
        return came

    def _word(self, item: Mapping[str, Any]) -> Came:
        """A confirmation, a remark or interest. What the node may not confirm becomes a remark."""
        record = Record.objects.filter(pk=self.merger.led(item["record"]), origin="").first()
        if record is None:
            raise NotTaken("unknown", "This node has no such record of its own.")
        if item["kind"] == "confirm" and self._confirm(record, item):
            return Came(record.pk, "confirmed")
        text = tidy.lines(str(item.get("text") or ""))[: comments.LONGEST - 400]
        head = {"confirm": "It is still true, they say", "interest": "They are interested"}.get(item["kind"], "")
        said = f"{self.merger.note(item)} {f'{head}, {_day(item)}.' if head else ''}".strip()
        self._remark(record.pk, str(item.get("field") or ""), f"{said}\n{text}".strip())
        return Came(record.pk, "remark")

    def _confirm(self, record: Record, item: Mapping[str, Any]) -> bool:
        """Whether it counts: the node may write for the owner, and nothing was published since."""
        on = _day(item)
        if record.owner_id not in self.merger.parties or on is None or record.published_at is None:
            return False
        if record.state != State.PUBLISHED:
            return False  # Somebody is at work on it.
        if record.published_at.date() > on:
            return False
        actions.confirm(actor=NODE, record_id=record.pk, on=on, said=Said(self.merger.note(item)))
        return True

    def _remark(self, record_id: str, field: str, text: str) -> None:
        try:
            comments.add(actor=NODE, reader=OPERATOR, record_id=record_id, text=text, field=field)
        except comments.BadComment:
            comments.add(actor=NODE, reader=OPERATOR, record_id=record_id, text=text)


def _day(item: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(str(item.get("on")))
    except ValueError:
        return None


def _title(item: Mapping[str, Any]) -> str:
    data = item.get("data")
    title = data.get("title") if isinstance(data, dict) else None
    return str(next(iter(title.values()), ""))[:200] if isinstance(title, dict) else ""
