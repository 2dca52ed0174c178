"""Tells what newly fits the needs that people watch.

A messenger behind the search index. A record that was published or revised is held against each watched need, and a
need that was published or revised is matched anew; each pair of need and record is told once a watch.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from landbridge.cooperation.matching import SUPPLY, fitting, match_record
from landbridge.registry.journal import Messenger
from landbridge.registry.models import Change
from landbridge.registry.queries import RecordView, states
from landbridge.registry.rules import Reader, may_read
from landbridge.registry.telling import readers
from landbridge.registry.workflow import State, Visibility
from landbridge.search.alerts import PORTION
from landbridge.search.models import Watch
from landbridge.search.plan import readable_by
from landbridge.search.watching import Found, active, take_as_known, tell

BEST: Final = 20
"""Matches of a need that are looked at when it is watched, and when it changes."""


def _shown(changes: Sequence[Change]) -> dict[str, tuple[str, int]]:
    """Records of which everybody sees a new revision: (format, serial of the last change)."""
    return {
        change.record_id: (change.format, change.serial)
        for change in changes
        if change.state == State.PUBLISHED
        and change.visibility == Visibility.PUBLIC
        and change.verb in ("publish", "receive", "restore", "take_back")
    }


class MatchFollower(Messenger):
    """A messenger; see above."""

    name = "matches"
    after = "search"

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        """Tell each watch of a need what of these changes fits it."""
        shown = _shown(changes)
        if shown:
            watches = active(("need",), max(serial for _, serial in shown.values()))
            tell("match", list(_found(watches, shown)))


def _found(watches: Sequence[Watch], shown: Mapping[str, tuple[str, int]]) -> Iterator[Found]:
    needs = states({watch.subject for watch in watches})
    known = readers({watch.account_id for watch in watches})
    supply = {record: serial for record, (format, serial) in shown.items() if format in SUPPLY}
    answers: dict[tuple[object, ...], list[str]] = {}
    for watch in watches:
        need, reader = needs.get(watch.subject), known[watch.account_id]
        if need is None or not may_read(reader, need):
            continue
        key = (need.id, tuple(sorted((name, tuple(part.items())) for name, part in readable_by(reader).items())))
        if key not in answers:
            answers[key] = _fitting(need, shown, list(supply), reader)
        fits = tuple(one for one in answers[key] if need.id in shown or (one in supply and supply[one] > watch.since))
        if fits:
            yield Found(watch, fits, need.id)


def _fitting(need: RecordView, shown: Mapping[str, object], supply: Sequence[str], reader: Reader) -> list[str]:
    if need.id in shown:
        return best(need, reader)
    portions = (supply[start : start + PORTION] for start in range(0, len(supply), PORTION))
    return [one for portion in portions for one in fitting(need, portion, reader)]


def best(need: RecordView, reader: Reader) -> list[str]:
    """What fits a need best now."""
    matching = match_record(need, limit=BEST, reader=reader, reader_language=need.language)
    return [match.id for match in matching.matches if match.fits]


def begin(watch: Watch, need: RecordView, reader: Reader) -> None:
    """What fits a need when somebody begins to watch it is no news to them: its page shows it."""
    take_as_known(watch, best(need, reader))
