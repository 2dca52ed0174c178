"""Reading a bundle: everything is verified before anything is taken in, and then it is taken in as by a line."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from landbridge.exchange.bundles import files
from landbridge.exchange.bundles.ahead import moved_ahead, origins_ahead
from landbridge.exchange.bundles.checking import check
from landbridge.exchange.bundles.opening import Opened, opened
from landbridge.exchange.bundles.report import Report
from landbridge.exchange.bundles.signature import Signed, signed_by
from landbridge.exchange.bundles.troubles import BadBundle
from landbridge.exchange.bundles.work_in import foresee, take_work
from landbridge.exchange.bundles.writing import MANIFEST
from landbridge.exchange.models import Exchange, Peer
from landbridge.exchange.nodes import moments
from landbridge.exchange.nodes.judging import Court, Judged, Outcome, judge, read
from landbridge.exchange.nodes.keys import me
from landbridge.exchange.nodes.policy import takes
from landbridge.exchange.nodes.shelf import DatabaseShelf
from landbridge.exchange.nodes.taking import BATCH, NotTaken, Taken, lines, take
from landbridge.parties.permissions import Permission
from landbridge.registry.writing import Actor, require

STATEMENTS: Final = "data/statements.jsonl"
_LARGEST_MANIFEST: Final = 64 * 1024**2
Watch = Callable[[int, int], None]
"""Told how much is done, and how much there is."""


def _unwatched(done: int, of: int) -> None:
    return


@contextmanager
def verified(path: Path, watch: Watch = _unwatched) -> Iterator[tuple[Opened, Signed]]:
    """A bundle that is whole and signed by somebody whom we exchange with. Nothing was written anywhere.

    Raises:
        BadBundle: with the one thing that is wrong first.
    """
    with opened(path) as bag:
        signed = signed_by(bag)
        manifest = hashlib.sha256(bag.small(MANIFEST, _LARGEST_MANIFEST)).hexdigest()
        if manifest != signed.said["manifest"]:
            raise BadBundle("signature", "The signature is of another manifest: something was added or changed.")
        check(bag, watch)
        yield bag, signed


def report_of(signed: Signed) -> Report:
    """What a bundle says of itself."""
    said, peer = signed.said, signed.peer
    report = Report(node=signed.node, made=said["made"], kind=said["kind"], volume=int(said.get("volume") or 1),
                    last=bool(said.get("last", True)))  # fmt: skip
    if peer is None:
        report.notes.append("own")
    else:
        report.name = str(peer.names.get("en") or next(iter(peer.names.values()), ""))
        until = said.get("until") or {}
        if peer.epoch and until.get("journal") == peer.epoch and until.get("serial", 0) <= peer.cursor:
            report.notes.append("older")
    return report


def preview(*, actor: Actor, path: Path, watch: Watch = _unwatched) -> Report:
    """What would come in.

    Raises:
        Forbidden: the actor does not administer the node.
        BadBundle: nothing would.
    """
    require(actor, Permission.RECEIVE, None)
    with verified(path, watch) as (bag, signed):
        report = report_of(signed)
        if signed.is_work:
            foresee(bag, signed, report)
        else:
            _foresee(bag, signed, report, watch)
        report.files = len(files.brought(bag))
    return report


class _Shelf(DatabaseShelf):
    """What the node would hold once it had followed the lists of keys in the bundle."""

    def __init__(self, signed: Signed) -> None:
        super().__init__()
        self._origins.update(origins_ahead(signed))
        self._moved = {before: keys.node for before, keys in moved_ahead(signed).items()}

    def look_up(self, record_ids: Iterable[str]) -> None:
        """Read what is held, as it would be once the nodes that moved were followed."""
        super().look_up(record_ids)
        for pk, held in self._held.items():
            if held.origin in self._moved:
                self._held[pk] = replace(held, origin=self._moved[held.origin])


def _foresee(bag: Opened, signed: Signed, report: Report, watch: Watch) -> None:
    shelf, counts = _Shelf(signed), dict.fromkeys(("new", "changed", "gone", "same", "older", "skipped", "refused"), 0)
    court = Court(me(), shelf, moments.now(), takes(signed.peer))
    total, done = int(signed.said.get("statements") or 0), 0
    with bag.part(STATEMENTS) as source:
        rows = lines(source)
        while batch := list(islice(rows, BATCH)):
            said = list(_read(batch, counts, report))
            shelf.look_up(str(one.get("record"))[:100] for one in said if "\0" not in str(one.get("record")))
            for one in said:
                _count(judge(one, court), shelf, counts, report)
            done += len(batch)
            watch(done, total)
    report.counts = counts


def _read(batch: list[bytes], counts: dict[str, int], report: Report) -> Iterator[Mapping[str, Any]]:
    for line in batch:
        try:
            yield read(line)
        except NotTaken as refusal:
            counts["refused"] += 1
            report.problems.append(str(refusal))


def _count(judged: Judged, shelf: DatabaseShelf, counts: dict[str, int], report: Report) -> None:
    if judged.outcome == Outcome.TAKE:
        name = "gone" if judged.gone else "changed" if shelf.held(judged.record) else "new"
        counts[name] += 1
        if not judged.gone:
            format = str(judged.said.get("format"))
            report.formats[format] = report.formats.get(format, 0) + 1
    else:
        counts[judged.outcome.value] += 1
        if judged.problem and len(report.problems) < 100:
            report.problems.append(f"{judged.record}: {judged.problem}")


def take_in(*, actor: Actor, path: Path, name: str = "", watch: Watch = _unwatched) -> Report:
    """Take a bundle in. A batch is one transaction: broken off, each record is there or it is not, and reading it
    again takes the rest.

    Raises:
        Forbidden: the actor does not administer the node.
        BadBundle: nothing was taken in.
    """
    require(actor, Permission.RECEIVE, None)
    told = name or path.name
    exchange = Exchange.objects.create(kind="bundle-in", what=told[:300])
    try:
        with verified(path, watch) as (bag, signed):
            report = report_of(signed)
            exchange.peer = signed.peer
            exchange.octets = sum(bag.sizes.values())
            if signed.is_work:
                take_work(bag, signed, report, watch)
            else:
                _take(actor, bag, signed, report, watch, f"bundle {told}")
    except BadBundle as error:
        exchange.error = str(error)[:1000]
        raise
    finally:
        exchange.ended_at = moments.now()
        exchange.save()
    _write_down(exchange, report)
    return report


def _take(actor: Actor, bag: Opened, signed: Signed, report: Report, watch: Watch, via: str) -> None:
    total = int(signed.said.get("statements") or 0)
    wanted, naming = files.brought(bag), dict[str, None]()

    def told(taken: Taken) -> None:
        watch(taken.total, total)

    with bag.part(STATEMENTS) as source:
        rows = _noting(lines(source), wanted, naming)
        taken = take(signed.lists, via=via, carrier=signed.peer, actor=actor)
        done = take(rows, via=via, carrier=signed.peer, actor=actor, tell=told)
    report.counts = {name: getattr(done, name) for name in ("new", "changed", "gone", "same", "older", "skipped",
                                                             "refused")}  # fmt: skip
    problems = [*taken.problems, *done.problems]
    report.problems = [f"{record}: {sentence}" if record else sentence for record, _, sentence in problems]
    report.files, not_kept = files.keep(bag, files.named_by(naming, wanted))
    report.problems.extend(not_kept)
    if signed.peer is not None:
        _move_cursor(signed.peer, signed.said)


def _move_cursor(peer: Peer, said: Mapping[str, Any]) -> None:
    """A bundle that leaves out nothing of what a line would bring is as good as the line: go on from where it ends."""
    since, until = said["since"], said["until"]
    same_order = peer.epoch == until["journal"] and since["serial"] <= peer.cursor < until["serial"]
    from_the_beginning = peer.epoch != until["journal"] and since["serial"] == 0
    if said["for"] == me() and said.get("whole") is True and (same_order or from_the_beginning):
        Peer.objects.filter(pk=peer.pk).update(epoch=until["journal"][:64], cursor=until["serial"])


def _noting(rows: Iterator[bytes], wanted: set[str], naming: dict[str, None]) -> Iterator[bytes]:
    """The same lines; the records that name a file of the bundle are remembered."""
    for row in rows:
        if wanted:
            with suppress(NotTaken):
                said = read(row)
                if said.get("files"):
                    naming[str(said.get("record"))] = None
        yield row


def _write_down(exchange: Exchange, report: Report) -> None:
    counts = report.counts
    exchange.new, exchange.changed = counts.get("new", 0), counts.get("changed", 0)
    exchange.same = counts.get("same", 0) + counts.get("older", 0)
    exchange.gone, exchange.refused = counts.get("gone", 0), counts.get("refused", 0)
    exchange.error = (report.problems[0] if report.problems else "")[:1000]
    exchange.save()
