"""Running a source through its door: what it tells is checked, taken in batch by batch, and reported.

Whatever a door or a stranger does ends as one line in the run, with what was taken in until then and the last
checkpoint; nothing else stops. A run whose process is killed is taken for broken off, and the next one goes on.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from landbridge.exchange.in_ import claims, held, previewing, taking
from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found
from landbridge.exchange.in_.doors import door
from landbridge.exchange.in_.found import Refused, Thing, state, thing
from landbridge.exchange.in_.sealed import unseal, without_secrets
from landbridge.exchange.models import Source, SourceItem, SourceRun
from landbridge.lib.doors import fetch
from landbridge.lib.doors.http import Failed, Unsafe

logger = logging.getLogger(__name__)

BATCH: Final = 500
LARGEST_BATCH: Final = 20_000_000
"""Bytes of JSON of one batch: a door may give few large things as well as many small ones."""
_BEATS: Final = 20.0
"""Seconds after which a run says that it is alive, also while its door has nothing to give."""
_SUDDENLY: Final = 20
"""A run by the clock does not take more things than this out of sight when they are more than half of all."""
STOPPED: Final = "It was stopped."


@dataclass(frozen=True)
class Limits:
    """How much one run may read, and for how long."""

    items: int = 2_000_000
    octets: int = 10_000_000_000
    seconds: float = 6 * 3600
    octets_at_once: int = fetch.MOST_BYTES
    refused_in_a_row: int = 2_000
    """Whoever refuses so many one after the other has the wrong mapping, or the wrong door."""


PREVIEW: Final = Limits(items=2_000, octets=100_000_000, seconds=120, refused_in_a_row=2_000)


class TooMuch(BadSource):
    """More than a run may read."""


@dataclass
class Meter:
    """What a run has used of its limits."""

    limits: Limits
    beat: Callable[[], None]
    began: float = field(default_factory=time.monotonic)
    octets: int = 0
    items: int = 0
    refused_in_a_row: int = 0
    beat_at: float = field(default_factory=time.monotonic)

    def get(self, url: str, **named: Any) -> AbstractContextManager[fetch.Fetched]:
        """`fetch.fetched` with what is left of the limits; the bytes are counted when the answer is there."""
        left = self.limits.octets - self.octets
        if left <= 0:
            raise TooMuch(f"The source sent more than {self.limits.octets / 1_000_000:g} MB; nothing more is read.")
        named["most_bytes"] = min(named.get("most_bytes") or self.limits.octets_at_once, left)
        named["seconds"] = min(named.get("seconds") or fetch.SECONDS, max(self.seconds_left(), 1.0))
        named.setdefault("neighbours", settings.NEIGHBOURS)
        self.moves()
        return _Counted(fetch.fetched(url, **named), self)

    def seconds_left(self) -> float:
        """Until the run has taken too long."""
        return self.limits.seconds - (time.monotonic() - self.began)

    def one_more(self) -> None:
        """One thing was given.

        Raises:
            TooMuch: it was one too many, or it takes too long.
        """
        self.items += 1
        if self.items > self.limits.items:
            raise TooMuch(f"The source tells of more than {self.limits.items:,} things; nothing more is read.")
        if self.refused_in_a_row >= self.limits.refused_in_a_row:
            raise TooMuch(
                f"{self.refused_in_a_row:,} things in a row were refused; look at the settings and the mapping."
            )
        self.moves()

    def moves(self) -> None:
        """Look at the clock."""
        if self.seconds_left() <= 0:
            raise TooMuch(f"It took longer than {self.limits.seconds / 60:g} minutes; the next run goes on from there.")
        if time.monotonic() - self.beat_at > _BEATS:
            self.beat_at = time.monotonic()
            self.beat()


class _Counted(AbstractContextManager[fetch.Fetched]):
    """An answer whose bytes count."""

    def __init__(self, inner: AbstractContextManager[fetch.Fetched], meter: Meter) -> None:
        self.inner, self.meter = inner, meter

    def __enter__(self) -> fetch.Fetched:
        answer = self.inner.__enter__()
        self.meter.octets += answer.size
        return answer

    def __exit__(self, *error: Any) -> bool | None:
        return self.inner.__exit__(*error)


def _expected() -> tuple[type[Exception], ...]:
    """The errors of a door whose words are meant for people."""
    # Inner import: a parser of XML, which a process that only waits for runs has no need of.
    from landbridge.lib.xml import BadXml

    return BadSource, Failed, Unsafe, BadXml


Tell = Callable[[SourceRun], None]


def silent(run: SourceRun) -> None:
    """Tell nobody."""


def run_source(
    source: Source,
    *,
    by: int | None = None,
    preview: bool = False,
    file: str = "",
    held_as: str = "",
    limits: Limits | None = None,
    tell: Tell = silent,
) -> SourceRun:
    """Run a source here and now; the rights of whom it is done for were checked by the caller.

    Raises:
        Busy: another run of this source is under way or waits.
    """  # fmt: skip
    run = claims.ask(source, by=by, preview=preview, file=file, held=held_as)
    try:
        return carry_out(run, limits=limits, tell=tell)
    except claims.Busy:
        SourceRun.objects.filter(pk=run.pk, started_at=None).delete()
        raise


def carry_out(run: SourceRun, *, limits: Limits | None = None, tell: Tell = silent, careful: bool = False) -> SourceRun:
    """Begin a run that was written down, and end it: well or with one line that tells why not.

    Args:
        careful: nobody watches: when most things of the source have vanished at once, they stay.

    Raises:
        Busy: see `claims.take_up`.
    """
    run = claims.take_up(run)
    limits = limits or (PREVIEW if run.preview else Limits())
    secrets: dict[str, str] = {}
    try:
        secrets = unseal(run.source.secrets)
        error = _Run(run, limits, secrets, tell, careful).read()
    except claims.Lost:
        error = STOPPED
    except (KeyboardInterrupt, SystemExit):
        _end(run, STOPPED)
        raise
    except _expected() as problem:
        error = without_secrets(str(problem), secrets) or type(problem).__name__
    except OperationalError:
        raise  # The database is away: nothing can be written about it, and the next run goes on.
    except Exception as problem:  # noqa: BLE001 - a door reads what strangers wrote, and may fail in any way.
        # The log hears only its kind: the words of an unknown error may hold a secret.
        logger.error("The door %s failed on the source %s: %s", run.source.door, run.source_id, type(problem).__name__)
        error = f"The door failed ({type(problem).__name__}): {without_secrets(str(problem), secrets)}"
    return _end(run, error)


def _end(run: SourceRun, error: str) -> SourceRun:
    """The last word on a run. One that was lost stays as the other process left it."""
    now = timezone.now()
    run.error, run.ended_at = " ".join(error.split())[:1000].replace("\0", ""), now
    ended = {"ended_at": now, "error": run.error, "beat_at": now, "shown": run.shown}
    if run.preview:
        ended |= {"cursor": run.cursor, **{name: getattr(run, name) for name in taking.COUNTS}}
    ours = SourceRun.objects.filter(pk=run.pk, ended_at=None).update(**ended)
    if ours and not run.preview and not error and not run.held:
        Source.objects.filter(pk=run.source_id).update(state=run.cursor)
    if run.held and ours and not run.preview:
        held.let_go(run.held)
    return run


class _Run:
    """One run on its way."""

    def __init__(self, run: SourceRun, limits: Limits, secrets: dict[str, str], tell: Tell, careful: bool) -> None:
        self.run, self.limits, self.secrets, self.tell, self.careful = run, limits, secrets, tell, careful
        self.meter = Meter(limits, self._beat)
        self.octets_before = run.octets
        self.things: dict[str, Thing] = {}
        self.refused: list[Refused] = []
        self.size = 0
        self.read_now = 0
        self.cursor: dict[str, Any] | None = None
        self.whole = False

    def read(self) -> str:
        """All that the door gives: why it ended early, or an empty text."""
        if self.run.source.removed_at is not None:
            self.whole = True  # It was removed with its records: it names nothing any more.
            return self._without_the_gone()
        try:
            for given in door(self.run.source.door).read(self._ask()):
                self._take(given)
        except TooMuch:
            self._flush()
            if self.run.preview:
                return ""  # It has seen enough.
            raise
        except _expected():
            self._flush()
            raise
        self._flush()
        return self._without_the_gone() if self.whole and not self.run.preview else ""

    def _ask(self) -> Ask:
        source, file = self.run.source, None
        if self.run.held:
            file = held.held(self.run.held)
            if file is None:
                raise BadSource("The file that was brought is not on this host any more; bring it again.")
        return Ask(
            address=source.address, settings={**source.answers, **self.secrets}, state=dict(self.run.cursor),
            get=self.meter.get, file=file, file_name=self.run.file, now=timezone.now(),
        )  # fmt: skip

    def _take(self, given: object) -> None:
        if isinstance(given, Checkpoint):
            self.cursor = state(given)
            self.whole = given.done is True
            self.meter.moves()
            if not self.things and not self.refused:
                self._flush()
            return
        if not isinstance(given, Found):
            raise BadSource(f"The door gave {type(given).__name__}, which is nothing that a source tells of.")
        self.meter.one_more()
        self._add(given)

    def _add(self, given: Found) -> None:
        self.read_now += 1
        try:
            one = thing(given)
        except Refused as refusal:
            self.refused.append(refusal)
            self.meter.refused_in_a_row += 1
        else:
            if one.key in self.things:
                self._flush()
            self.things[one.key] = one
            self.size += one.size
        if len(self.things) + len(self.refused) >= BATCH or self.size > LARGEST_BATCH:
            self._flush()

    def _flush(self) -> None:
        """Take in what has come together, and the last checkpoint that lies before its end."""
        if not self.things and not self.refused and self.cursor is None:
            return
        batch = taking.sort_out(self.run.source, list(self.things.values()), self.refused)
        came_in = len(batch.refused) < len(self.things) + len(self.refused)
        self.meter.refused_in_a_row = 0 if came_in else self.meter.refused_in_a_row + len(batch.refused)
        octets = self.octets_before + self.meter.octets
        if self.run.preview:
            self.run.cursor = self.run.cursor if self.cursor is None else self.cursor
            previewing.note(self.run, batch, self.read_now, octets)
            claims.beat(self.run, read=self.run.read)
        else:
            taking.write(self.run, batch, self.read_now, octets, self.cursor)
        self.things, self.refused, self.size, self.read_now, self.cursor = {}, [], 0, 0, None
        self.meter.beat_at = time.monotonic()
        self.tell(self.run)

    def _beat(self) -> None:
        claims.beat(self.run, octets=self.octets_before + self.meter.octets)

    def _without_the_gone(self) -> str:
        """Take out of sight what the source does not name any more: a note when it was left, else an empty text."""
        at = self.run.cycle_at
        mine = SourceItem.objects.filter(source_id=self.run.source_id, gone_at=None)
        unseen, all_ = mine.filter(seen_at__lt=at).count(), mine.count()
        if self.careful and unseen > _SUDDENLY and unseen * 2 > all_:
            return (
                f"The source does not name {unseen:,} of {all_:,} things any more. That is much at once, so they stay; "
                "begin a run yourself when it is meant so."
            )
        while items := taking.now_gone(self.run, at, BATCH):
            things = [thing(Found(key=item.key, gone=True)) for item in items]
            batch = taking.sort_out(self.run.source, things, [])
            taking.write(self.run, batch, 0, self.run.octets, None)
            self.tell(self.run)
        return ""
