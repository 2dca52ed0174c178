"""Taking in what other nodes say: from a line, a push or a bundle, in batches of one transaction each.

A statement ends as a record of its node, as nothing new, or in quarantine with one clear sentence; nothing else stops.
Key lists may stand among the statements: they are followed first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import IO, Any, Final

from django.db import transaction

from landbridge.exchange.models import Peer
from landbridge.exchange.nodes import moments
from landbridge.exchange.nodes.answers import NotTaken as NotTaken
from landbridge.exchange.nodes.judging import LARGEST, Court, Held, Judged, Outcome, judge, read
from landbridge.exchange.nodes.keys import me
from landbridge.exchange.nodes.lists import KIND as KEYS
from landbridge.exchange.nodes.lists import BadList
from landbridge.exchange.nodes.policy import takes
from landbridge.exchange.nodes.shelf import DatabaseShelf, learn
from landbridge.exchange.nodes.storing import Batch, store
from landbridge.formats import tidy
from landbridge.parties.permissions import Permission
from landbridge.registry import journal
from landbridge.registry.writing import NODE, Actor, require

BATCH: Final = 250
MOST_TOLD: Final = 100
"""Problems of one exchange that are told one by one; all are counted, and stand in the quarantine."""
Line = bytes | Mapping[str, Any]


@dataclass
class Taken:
    """What became of the statements."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    same: int = 0
    older: int = 0
    skipped: int = 0
    """Outside of the policy, of a blocked node, or the same sample record that we have."""
    refused: int = 0
    keys: int = 0
    """Lists of keys that said something new."""
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    """(record, reason, sentence) of the first of those that were refused."""

    def problem(self, record: str, reason: str, sentence: str) -> None:
        """Count a refusal."""
        self.refused += 1
        if len(self.problems) < MOST_TOLD:
            self.problems.append((record, reason, sentence))

    @property
    def total(self) -> int:
        """How many statements were looked at."""
        return self.new + self.changed + self.gone + self.same + self.older + self.skipped + self.refused


def take(
    statements: Iterable[Line], *, via: str, carrier: Peer | None = None, actor: Actor = NODE,
    tell: Callable[[Taken], None] = lambda taken: None,
) -> Taken:  # fmt: skip
    """Take in statements and key lists, as lines or as objects.

    `via` is the address of the peer, or the name of the bundle, that brings them; `carrier` the peer whose agreement
    holds for it: an active one may introduce nodes that we do not know. `tell` hears of each batch.

    Raises:
        Forbidden: the actor does not administer the node.
    """
    require(actor, Permission.RECEIVE, None)
    taken, lines = Taken(), iter(statements)
    while batch := list(islice(lines, BATCH)):
        _take_batch(batch, via[:200], carrier, taken)
        tell(taken)
    return taken


def _take_batch(lines: list[Line], via: str, carrier: Peer | None, taken: Taken) -> None:
    said: list[Mapping[str, Any]] = []
    lists: list[Mapping[str, Any]] = []
    for line in lines:
        try:
            one = read(line)
        except NotTaken as refusal:
            taken.problem("", refusal.reason, str(refusal))
            continue
        (lists if one.get("kind") == KEYS else said).append(one)
    with transaction.atomic():
        journal.lock()
        cured = [node for one in lists if (node := _follow(one, carrier, taken))]
        _take_said(said, via, carrier, taken)
    if cured:
        # Inner import: it takes in what waited, through this module.
        from landbridge.exchange.nodes.quarantine import OF_KEYS, try_again

        try_again(reasons=OF_KEYS, origins=cured)


def _follow(said: Mapping[str, Any], carrier: Peer | None, taken: Taken) -> str:
    """The node whose list said something new; empty when none did."""
    try:
        with transaction.atomic():
            peer = learn(said, carrier)
    except BadList as error:
        taken.problem("", "key", tidy.line(f"{str(said.get('node'))[:200]}: {error}"))
        return ""
    taken.keys += peer is not None
    return peer.address if peer is not None else ""


def _take_said(said: list[Mapping[str, Any]], via: str, carrier: Peer | None, taken: Taken) -> None:
    shelf = DatabaseShelf()
    shelf.look_up(str(one.get("record"))[:100] for one in said if "\0" not in str(one.get("record")))
    offset = timedelta(seconds=max(min(carrier.clock_offset, 1e8), -1e8)) if carrier else timedelta()
    court = Court(me(), shelf, moments.now(), takes(carrier), offset)
    batch = Batch(via, court.now)
    for one in said:
        judged = judge(one, court)
        _count(judged, taken)
        if judged.erased and judged.proven and judged.outcome in (Outcome.TAKE, Outcome.SKIPPED):
            batch.erased.append(judged)
        if judged.outcome == Outcome.TAKE:
            batch.take(judged, shelf.held(judged.record))
            shelf.note(judged.record, Held(judged.node, judged.sequence, judged.sha256))
        elif judged.outcome == Outcome.SAME:
            batch.same.append(judged.record)
        elif judged.outcome == Outcome.REFUSED and judged.record and judged.node:
            batch.refused.append(judged)
    store(batch, taken)


def _count(judged: Judged, taken: Taken) -> None:
    if judged.outcome == Outcome.SAME:
        taken.same += 1
    elif judged.outcome == Outcome.OLDER:
        taken.older += 1
    elif judged.outcome == Outcome.SKIPPED:
        taken.skipped += 1
    elif judged.outcome == Outcome.REFUSED:
        taken.problem(judged.record, judged.reason, judged.problem)


def lines(file: IO[bytes], most: int = LARGEST) -> Iterator[bytes]:
    """The lines of a file; of one that is too long just enough is given that it is refused."""
    while line := file.readline(most + 2):
        if not line.endswith(b"\n") and len(line) > most:
            yield line
            while (rest := file.readline(1 << 16)) and not rest.endswith(b"\n"):
                pass
        elif line.strip():
            yield line.strip()


def added(one: Taken, other: Taken) -> Taken:
    """Two counts as one."""
    names = ("new", "changed", "gone", "same", "older", "skipped", "refused", "keys")
    sums = {name: getattr(one, name) + getattr(other, name) for name in names}
    return replace(one, **sums, problems=[*one.problems, *other.problems][:MOST_TOLD])
