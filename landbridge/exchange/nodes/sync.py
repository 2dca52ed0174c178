"""An exchange with a peer: read on in its order from where we were, give it what is ours, fetch attached files.

Everything can break off at any moment: a page is taken in whole before the cursor moves, a page that comes twice
changes nothing. A peer that does not answer is asked again with growing pauses.
"""

import gzip
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from landbridge.exchange.models import Exchange, Peer
from landbridge.exchange.nodes import handing, serving
from landbridge.exchange.nodes.calls import Got, Refusal, call
from landbridge.exchange.nodes.fetching import fetch
from landbridge.exchange.nodes.keys import me, own_list
from landbridge.exchange.nodes.lists import BadList, kept_list, moves
from landbridge.exchange.nodes.policy import gives
from landbridge.exchange.nodes.quarantine import OF_KEYS, try_again
from landbridge.exchange.nodes.shelf import learn, sweep
from landbridge.exchange.nodes.taking import Taken, take
from landbridge.formats import tidy
from landbridge.formats.library import FORMATS
from landbridge.lib.doors.http import Failed, Unsafe
from landbridge.lib.languages import LANGUAGES
from landbridge.registry import journal

PAGE: Final = 1_000
PUSHED: Final = 300
"""Statements of one push: at most a third of what a server takes in one request."""
MOST_PUSHED: Final = 1_500_000
LEASE: Final = timedelta(minutes=10)
SHORTEST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=6)
A_DAY: Final = 24 * 3600
MOST_PAGES: Final = 2_000
"""Of one exchange; the next one reads on."""
MOST_LINES: Final = 10_000
MOST_EMPTY: Final = 50
"""Pages in a row that promise more and hold nothing: a node that holds much back gives some, a hostile one many."""
Tell = Callable[[Taken], None]


def _silent(taken: Taken) -> None:
    """Nobody listens."""


def learn_about(peer: Peer) -> None:
    """Ask a peer what it says of itself, and follow its list of keys from the fingerprint that our people checked.

    Raises:
        Failed: nobody answers as a node does, or it is another node than the one that was named.
        Unsafe: its address is none that may be called.
    """
    told = call(peer, "/exchange/node", proven=False, most_bytes=200_000).json()
    body = call(peer, "/exchange/keys", proven=False, most_bytes=400_000).json()
    if told.get("node") != peer.address and peer.address not in [one["from"] for one in moves(body)]:
        raise Failed(f"The node there calls itself {tidy.line(str(told.get('node')))[:120]}, not {peer.address}.")
    try:
        with transaction.atomic():
            journal.lock()
            learned = learn(body, None)
    except BadList as error:
        raise Failed(f"Its list of keys: {error}") from None
    try:
        peer.refresh_from_db()
    except Peer.DoesNotExist:
        raise Failed(f"It moved to {learned.address if learned else ''}, where this node knows it already.") from None
    peer.told = {**peer.told, **_plausible(told), "at": time.time()}
    peer.save(update_fields=["told"])
    if learned is not None:
        try_again(reasons=OF_KEYS, origins=[peer.address])


def _plausible(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a node says of itself, as far as it can be true."""
    texts = {name: tidy.line(str(told[name]))[:64] for name in ("version", "journal") if name in told}
    numbers = {name: told[name] for name in ("records", "serial") if type(told.get(name)) is int}
    formats, languages = told.get("formats"), told.get("languages")
    named = formats if isinstance(formats, dict) else {}
    spoken = languages if isinstance(languages, list) else []
    return {**texts, **numbers, "formats": {name: named[name] for name in FORMATS if type(named.get(name)) is int},
            "languages": [tag for tag in LANGUAGES if tag in spoken]}  # fmt: skip


def claim(peer: Peer) -> bool:
    """Take the exchange that is due with a peer, so that of several processes one does it."""
    now = timezone.now()
    due = Peer.objects.filter(pk=peer.pk, state="active", due_at__lte=now)
    return bool(due.update(due_at=now + LEASE))


def exchange(peer: Peer, tell: Tell = _silent) -> Taken:
    """Everything that is due with a peer: whatever fails is written down with it, and nothing is raised."""
    taken, error, lease = Taken(), "", timezone.now() + LEASE
    Peer.objects.filter(pk=peer.pk).update(tried_at=timezone.now(), due_at=lease)
    try:
        if not peer.keys or time.time() - peer.told.get("at", 0) > A_DAY:
            learn_about(peer)
        if peer.direction in ("pull", "both"):
            taken = pull(peer, tell)
        if peer.direction in ("push", "both"):
            push(peer)
        fetch(peer)
    except (Failed, Unsafe) as problem:
        error = str(problem)[:500]
    _close(peer, error, lease)
    return taken


def _close(peer: Peer, error: str, lease: datetime) -> None:
    now, every = timezone.now(), timedelta(seconds=peer.every)
    # When the peer beckoned meanwhile, it is due already.
    ours = Peer.objects.filter(pk=peer.pk, due_at=lease)
    if not error:
        ours.update(due_at=now + every)
        Peer.objects.filter(pk=peer.pk).update(seen_at=now, failures=0, error="")
        return
    failures = peer.failures + 1
    ours.update(due_at=now + min(max(every, SHORTEST_PAUSE) * 2 ** min(failures - 1, 12), LONGEST_PAUSE))
    there = Peer.objects.filter(pk=peer.pk).update(failures=failures, error=error)
    if there and peer.error != error:  # The same failure again makes no new line in the report.
        Exchange.objects.create(peer=peer, kind="pull", ended_at=now, error=error)


def pull(peer: Peer, tell: Tell = _silent) -> Taken:
    """Read on in the order of a peer.

    Raises:
        Failed: it breaks off; what came before that is taken in, and read on from.
        Unsafe: the address is none that may be called.
    """
    report = Exchange(peer=peer, kind="pull")
    taken = Taken()
    try:
        _ask_for_ours(peer, report, taken, tell)
        if _to_the_end(lambda: _pull_page(peer, report, taken, tell), taken):
            sweep(peer)
    except (Failed, Unsafe) as problem:
        report.error = str(problem)[:1000]
        raise
    finally:
        if taken.total or taken.keys:  # A look that finds nothing new leaves no line.
            _write(report, taken)
    return taken


def _to_the_end(step: Callable[[], bool], taken: Taken) -> bool:
    """Take step after step while more follows: whether the end was reached. Nobody leads us on for ever."""
    empty = 0
    for _ in range(MOST_PAGES):
        before = taken.total
        if not step():
            return True
        empty = empty + 1 if taken.total == before else 0
        if empty > MOST_EMPTY:
            raise Failed("The node goes on promising more, and gives nothing.")
    return False


def _pull_page(peer: Peer, report: Exchange, taken: Taken, tell: Tell) -> bool:
    """Take in one page: whether more follow."""
    known = kept_list(peer.keys)
    query = {"since": peer.cursor, "epoch": peer.epoch, "limit": PAGE, "list": known.sequence if known else 0}
    got = call(peer, "/exchange/statements", query)
    epoch, onward = got.epoch, got.number("landbridge-next")
    more = got.headers.get("landbridge-more") == "1"
    if more and epoch == peer.epoch and onward <= peer.cursor:
        raise Failed("The node promises more and leads back to where we were.")
    _take(peer, got, report, taken, tell)
    if (epoch, onward) != (peer.epoch, peer.cursor):
        peer.epoch, peer.cursor = epoch, onward
        Peer.objects.filter(pk=peer.pk).update(epoch=epoch, cursor=onward)
    return more


def _take(peer: Peer, got: Got, report: Exchange, taken: Taken, tell: Tell) -> None:
    lines = got.body.splitlines()
    if len(lines) > MOST_LINES:
        raise Failed(f"The page has more than {MOST_LINES:,} lines.")
    report.octets += len(got.body)
    before = Taken(**{name: getattr(taken, name) for name in _COUNTS})

    def listen(now: Taken) -> None:
        for name in _COUNTS:
            setattr(taken, name, getattr(before, name) + getattr(now, name))
        tell(taken)

    came = take(lines, via=peer.address, carrier=peer, tell=listen)
    taken.problems.extend(came.problems[: max(0, 100 - len(taken.problems))])
    if came.keys:
        peer.refresh_from_db(fields=["keys", "names", "state"])


_COUNTS: Final = ("new", "changed", "gone", "same", "older", "skipped", "refused", "keys")


def _ask_for_ours(peer: Peer, report: Exchange, taken: Taken, tell: Tell) -> None:
    """Once for each order of ours: what the peer holds of our records that is later than what we hold. Somebody who was
    restored from a backup learns so what was lost."""
    name, _ = serving.order()
    if peer.told.get("asked") == name:
        return
    at: dict[str, Any] = {"since": 0, "epoch": ""}

    def step() -> bool:
        got = call(peer, "/exchange/statements", {"of": me(), "limit": PAGE, **at})
        onward = got.number("landbridge-next")
        more = got.headers.get("landbridge-more") == "1" and onward > at["since"]
        _take(peer, got, report, taken, tell)
        at.update(since=onward, epoch=got.epoch)
        return more

    _to_the_end(step, taken)
    peer.told = {**peer.told, "asked": name}
    peer.save(update_fields=["told"])


def push(peer: Peer) -> Exchange | None:
    """Give a peer what is new for it since the last push; None when nothing is.

    Raises:
        Failed: it does not take it.
        Unsafe: the address is none that may be called.
    """
    report = Exchange(peer=peer, kind="push")
    try:
        while _push_page(peer, report):
            pass
        _push_files(peer)
    except (Failed, Unsafe) as problem:
        report.error = str(problem)[:1000]
        raise
    finally:
        if report.octets:
            report.ended_at = timezone.now()
            report.save()
    return report if report.octets else None


def _push_page(peer: Peer, report: Exchange) -> bool:
    """Give one page: whether more follow."""
    ours, (before, _, theirs) = serving.epoch_for(gives(peer)), peer.pushed_epoch.partition("/")
    since = peer.pushed if before == ours else 0
    page = serving.page(peer, since=since, epoch=ours, limit=PUSHED, known_list=_listed() if since else 0)
    if page.lines:
        done = _send(peer, page.lines, report)
        answered = tidy.line(str(done.get("journal", "")))[:30]
        if theirs and answered != theirs and since:  # It was restored, or begun anew: all is given once more.
            peer.pushed, peer.pushed_epoch = 0, f"/{answered}"
            return True
        theirs = answered
    peer.pushed, peer.pushed_epoch = page.next, f"{ours}/{theirs}"
    Peer.objects.filter(pk=peer.pk).update(pushed=peer.pushed, pushed_epoch=peer.pushed_epoch)
    return page.more


def _push_files(peer: Peer) -> None:
    """Hand over what the peer said it lacks; it is asked only after it was given something, or where some was left."""
    if peer.told.get("lacks"):
        peer.told = {**peer.told, "lacks": handing.hand_over(peer)}
        peer.save(update_fields=["told"])


def _listed() -> int:
    return int(own_list()["sequence"])


def _send(peer: Peer, lines: list[bytes], report: Exchange) -> dict[str, object]:
    """Send lines in requests that are not too long."""
    done: dict[str, object] = {}
    while lines:
        some: list[bytes] = []
        while lines and (not some or sum(map(len, some)) + len(lines[0]) < MOST_PUSHED):
            some.append(lines.pop(0))
        body = gzip.compress(b"\n".join(some), 6, mtime=0)
        got = call(peer, "/exchange/statements", body=body, kind="application/jsonl",
                   headers={"Content-Encoding": "gzip"}, most_bytes=1_000_000)  # fmt: skip
        done = got.json()
        report.octets += len(body)
        if done.get("lacks"):
            peer.told = {**peer.told, "lacks": True}
            peer.save(update_fields=["told"])
        for name in ("new", "changed", "same", "gone", "refused"):
            value = done.get(name)
            setattr(report, name, getattr(report, name) + (value if isinstance(value, int) and value >= 0 else 0))
    return done


def beckon(peer: Peer) -> None:
    """Tell a peer that there is something new, in as few bytes as can be.

    Raises:
        Failed: it does not hear.
        Unsafe: the address is none that may be called.
    """
    try:
        call(peer, "/exchange/statements", kind="application/jsonl", most_bytes=10_000)
    except Refusal as refusal:
        if refusal.status != 403:  # It does not want to be told; then it asks by itself.
            raise


def beckoned(peer: Peer) -> None:
    """A peer has something new: it is asked at once."""
    Peer.objects.filter(pk=peer.pk, state="active").update(due_at=timezone.now())


def _write(report: Exchange, taken: Taken) -> None:
    report.new, report.changed, report.gone = taken.new, taken.changed, taken.gone
    report.same, report.refused = taken.same + taken.older + taken.skipped, taken.refused
    report.what = "; ".join(f"{reason}: {record}" for record, reason, _ in taken.problems[:5])[:300]
    report.ended_at = timezone.now()
    report.save()
