"""A whole node in memory: the rules of the exchange without a database, so that many can be tried out at once."""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from landbridge.exchange.nodes import moments
from landbridge.exchange.nodes.judging import Court, Held, Origin, Outcome, judge
from landbridge.exchange.nodes.lists import BadList, KeyList, verified_list
from tests.exchange.nodes.elsewhere import Elsewhere


@dataclass
class World:
    """The true time, which no node knows."""

    now: datetime = field(default_factory=lambda: datetime(2026, 6, 1, 12, tzinfo=UTC))

    def passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class MemoryNode:
    """A node with a clock that may be wrong."""

    name: str
    world: World
    skew: timedelta = timedelta()
    held_: dict[str, Held] = field(default_factory=dict)
    said: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """The newest statement of each record."""
    lists: dict[str, KeyList] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    offsets: dict[str, timedelta] = field(default_factory=dict)
    waiting: list[Mapping[str, Any]] = field(default_factory=list)
    spoken: set[str] = field(default_factory=set)
    """The digests of all that it ever said: its people know their own words."""

    def __post_init__(self) -> None:
        self.voice = Elsewhere(self.name, self.clock)

    def clock(self) -> datetime:
        return self.world.now + self.skew

    # What the rules ask for.

    def held(self, record_id: str) -> Held | None:
        return self.held_.get(record_id)

    def origin(self, node: str) -> Origin | None:
        if node == self.name:
            return Origin(verified_list(self.voice.list(), [self.voice.root.id]))
        if node not in self.lists:
            return Origin(None)
        return Origin(self.lists[node], offset=self.offsets.get(node, timedelta()))

    def says_the_same(self, record_id: str, data: Mapping[str, Any]) -> bool:
        return self.said[record_id].get("data") == data

    def keeps_back(self, record_id: str, sha256: str) -> bool:
        return False

    # What its people do.

    def _own(self, said: Mapping[str, Any]) -> None:
        judged = judge(said, self._court(timedelta()))
        self.held_[judged.record] = Held("", judged.sequence, judged.sha256)
        self.said[judged.record] = said
        self.spoken.add(judged.sha256)

    def write(self, record: str, title: str) -> None:
        self._own(self.voice.say(record, title=title))

    def bury(self, record: str) -> None:
        self._own(self.voice.bury(record))

    def own(self) -> list[str]:
        return [record for record, held in self.held_.items() if held.origin == ""]

    def revoke(self) -> None:
        """The key of today was stolen: the spare key says so, and all is signed anew at that moment."""
        spare, stolen = self.voice.spare, self.voice.current
        stolen.row["revoked"] = moments.written(self.clock())
        self.voice.add(spare)
        self.voice.add(spare, spare=True)
        spare.row["until"] = moments.written(self.clock())
        self.voice.revoked = self.voice.list(by=spare)  # type: ignore[attr-defined]
        for record in self.own():
            said = self.said[record]
            self.bury(record) if said["gone"] else self.write(record, said["data"]["title"]["en"])

    def key_list(self) -> dict[str, Any]:
        return self.voice.list()

    # What nodes do with each other.

    def _court(self, offset: timedelta) -> Court:
        return Court(self.name, self, self.clock(), offset=offset)

    def everything(self) -> list[Mapping[str, Any]]:
        """All that it says and passes on, with the lists of keys: its own newest, after the one that revoked."""
        revoked = getattr(self.voice, "revoked", None)
        lists = [*([revoked] if revoked else []), self.key_list(), *(one.body for one in self.lists.values())]
        return [*lists, *self.said.values()]

    def hear(self, said: Iterable[Mapping[str, Any]], carrier: "MemoryNode | None" = None) -> None:
        """Take in what somebody brings; a carrier on the line shows its clock."""
        offset = timedelta()
        if carrier is not None:
            offset = self.offsets[carrier.name] = carrier.clock() - self.clock()
        for one in said:
            if one["kind"] == "keys":
                self._learn(one)
            else:
                self._weigh(one, offset)
        again, self.waiting = self.waiting, []
        for one in again:
            self._weigh(one, offset)

    def _learn(self, said: Mapping[str, Any]) -> None:
        node = said["node"]
        if node == self.name:
            return
        try:
            found = verified_list(said, [self.roots[node]], self.lists.get(node))
        except BadList:
            return
        self.lists[node] = found
        for record, one in list(self.said.items()):
            key = found.keys.get(one["key"]) if one["node"] == node else None
            if key is not None and key.revoked is not None and moments.read(one["said"]) >= key.revoked:
                del self.said[record], self.held_[record]

    def _weigh(self, said: Mapping[str, Any], offset: timedelta) -> None:
        judged = judge(said, self._court(offset))
        if judged.outcome == Outcome.TAKE:
            self.held_[judged.record] = Held(judged.node, judged.sequence, judged.sha256)
            self.said[judged.record] = said
        elif judged.reason in ("future", "key"):
            self.waiting.append(said)
        elif (
            judged.reason == "ahead" and judged.sha256 in self.spoken
        ):  # Restored from a backup: its people take back what it said.
            self.held_[judged.record] = Held("", judged.sequence, judged.sha256)
            self.said[judged.record] = said
            self.voice.sequences[judged.record] = max(judged.sequence, self.voice.sequences.get(judged.record, 0))

    def read_to_the_end(self, other: "MemoryNode") -> None:
        """All that another node gives, over a line; what stands on its revoked keys after that was never its word."""
        self.hear(other.everything(), other)
        keys = self.lists[other.name].keys
        for record, one in list(self.said.items()):
            if one["node"] == other.name and one["key"] in keys and keys[one["key"]].revoked is not None:
                del self.said[record], self.held_[record]

    def backup(self) -> "MemoryNode":
        """As it stands now; its keys are the same ones."""
        kept = copy.copy(self)
        for name in ("held_", "said", "lists", "offsets"):
            setattr(kept, name, dict(getattr(self, name)))
        kept.waiting = list(self.waiting)
        return kept

    def restore(self, kept: "MemoryNode") -> None:
        """Back to what it was; the clock went on."""
        for name in ("held_", "said", "lists", "offsets"):
            setattr(self, name, dict(getattr(kept, name)))
        self.waiting = list(kept.waiting)
        self.voice.sequences = {record: one["sequence"] for record, one in self.said.items()
                                if one["node"] == self.name}  # fmt: skip

    def state(self) -> dict[str, str]:
        return {record: held.sha256 for record, held in self.held_.items()}


def acquaint(nodes: Iterable[MemoryNode]) -> None:
    """Their people checked each other's fingerprints."""
    there = list(nodes)
    for one in there:
        for other in there:
            if other is not one:
                one.roots[other.name] = other.voice.root.id
