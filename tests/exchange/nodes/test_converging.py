"""Three nodes and a memory stick under partitions, reordering, duplication, clocks off by days, crashes, restored
backups and stolen keys: when the lines are back, every node holds the same records with the same hashes."""

import random
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.exchange.nodes.memory import MemoryNode, World, acquaint

WHO = st.integers(0, 2)
NAMES = ("https://fiji.example", "https://kenya.example", "https://togo.example")


class Network(RuleBasedStateMachine):
    """Everything that happens to three nodes."""

    @initialize(skews=st.tuples(*[st.integers(-3 * 24, 3 * 24)] * 3))
    def begin(self, skews: tuple[int, int, int]) -> None:
        self.world = World()
        self.nodes = [MemoryNode(name, self.world, timedelta(hours=skew))
                      for name, skew in zip(NAMES, skews, strict=True)]  # fmt: skip
        acquaint(self.nodes)
        self.stick: list[Any] = []
        self.backups: dict[int, MemoryNode] = {}
        self.stolen: list[tuple[MemoryNode, Any]] = []
        self.titles = 0

    @rule(who=WHO, number=st.integers(0, 3), seconds=st.integers(1, 90_000))
    def write(self, who: int, number: int, seconds: int) -> None:
        self.world.passes(seconds)
        self.titles += 1
        self.nodes[who].write(f"record-{who}-{number}", f"version {self.titles}")

    @rule(who=WHO, number=st.integers(0, 3))
    def bury(self, who: int, number: int) -> None:
        record = f"record-{who}-{number}"
        if record in self.nodes[who].own():
            self.world.passes(1)
            self.nodes[who].bury(record)

    @rule(who=WHO, other=WHO, seed=st.integers(0, 1000), part=st.floats(0, 1), shown=st.booleans())
    def exchange(self, who: int, other: int, seed: int, part: float, shown: bool) -> None:
        """A line that may break at any moment, and brings things twice and in any order."""
        if who == other:
            return
        order = random.Random(seed)
        lines = self.nodes[other].everything()
        lines += order.sample(lines, min(2, len(lines)))
        order.shuffle(lines)
        carrier = self.nodes[other] if shown else None
        self.nodes[who].hear(lines[: int(len(lines) * part)], carrier)

    @rule(who=WHO)
    def fill_the_stick(self, who: int) -> None:
        self.stick = self.nodes[who].everything()

    @rule(who=WHO)
    def read_the_stick(self, who: int) -> None:
        self.nodes[who].hear(self.stick)

    @rule(who=WHO, hours=st.integers(-72, 72))
    def set_the_clock(self, who: int, hours: int) -> None:
        self.nodes[who].skew = timedelta(hours=hours)

    @rule(who=WHO)
    def keep_a_backup(self, who: int) -> None:
        self.backups[who] = self.nodes[who].backup()

    @rule(who=WHO)
    def restore_a_backup(self, who: int) -> None:
        if who in self.backups:
            self.nodes[who].restore(self.backups[who])

    @rule(who=WHO)
    def replace_the_key(self, who: int) -> None:
        self.world.passes(1)
        self.nodes[who].voice.rotate()

    @precondition(lambda self: len(self.stolen) < 2)
    @rule(who=WHO)
    def lose_the_key(self, who: int) -> None:
        """Somebody copies the key; its people notice in the end, and revoke it."""
        self.stolen.append((self.nodes[who], self.nodes[who].voice.current))

    @precondition(lambda self: bool(self.stolen))
    @rule(to=WHO, days=st.integers(0, 900), number=st.integers(0, 3), direct=st.booleans())
    def forge(self, to: int, days: int, number: int, direct: bool) -> None:
        """With the stolen key, dated as the thief likes, under an id that is new or not."""
        node, key = self.stolen[-1]
        if node is self.nodes[to]:
            return
        record = f"forged-{number}" if direct else f"record-{self.nodes.index(node)}-{number}"
        known = dict(node.voice.sequences)
        said = node.voice.say(record, by=key, title="forged", at=node.clock() - timedelta(days=days))
        node.voice.sequences = known
        self.nodes[to].hear([said])

    def teardown(self) -> None:
        if not hasattr(self, "nodes"):
            return
        for node, key in self.stolen:
            self.world.passes(60)
            if key.row["revoked"] is None:
                if node.voice.current is not key:  # It was replaced since; the thief still has it.
                    key.row["until"] = key.row["until"] or node.voice.current.row["since"]
                node.revoke() if node.voice.current is key else _revoke_old(node, key)
        for _ in range(4):
            self.world.passes(50 * 3600)  # What was dated ahead of the clocks of others waits until that has come.
            for one in self.nodes:
                for other in self.nodes:
                    if one is not other:
                        one.read_to_the_end(other)
        states = [node.state() for node in self.nodes]
        assert states[0] == states[1] == states[2]
        assert all(not record.startswith("forged") for record in states[0])
        for number, node in enumerate(self.nodes):
            for record in node.own():
                assert record.startswith(f"record-{number}-")
                assert all(other.said[record] == node.said[record] for other in self.nodes)


def _revoke_old(node: MemoryNode, key: Any) -> None:
    """A key that was replaced before is revoked: the one of today stands, and is stolen in no way."""
    from landbridge.exchange.nodes import moments

    key.row["revoked"] = moments.written(node.clock())
    for record in node.own():
        said = node.said[record]
        node.bury(record) if said["gone"] else node.write(record, said["data"]["title"]["en"])


TestNetwork = Network.TestCase
TestNetwork.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
)
