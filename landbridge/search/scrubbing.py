"""Writing the index anew under its readers, so that its files hold no word of what was erased.

An index only marks what is dropped from it; the words lie in its files until those are put together with others, which
may be never. So after an erasure all that is in it is written once more, a little at a time: search goes on meanwhile
and misses nothing. Where several hosts have an index each, the others are built anew by `landbridge replay search`.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from landbridge.registry import journal
from landbridge.registry.models import Record
from landbridge.registry.queries import states
from landbridge.registry.workflow import State
from landbridge.search import index as indexes
from landbridge.search.follower import SearchFollower

AT_ONCE: Final = 200
"""Records of one turn: some tenths of a second, so that letters and new records do not wait."""


def want() -> None:
    """Begin, from the first record, at the next turn of the clock."""
    _place().parent.mkdir(parents=True, exist_ok=True)
    _place().write_text("", encoding="utf-8")


def _place() -> Path:
    """The file that says that it goes on, and after which record."""
    return indexes.folder() / "scrubbing"


def go_on() -> bool:
    """Write the next records once more, in the turn of those who follow the journal: whether more are left."""
    after = _place().read_text(encoding="utf-8")
    shown = Record.objects.filter(pk__gt=after, published__isnull=False).exclude(state=State.RETIRED)
    ids = list(shown.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if not ids:
        _purge()
        _place().unlink()
        return False
    SearchFollower().bring(ids, states(ids))
    _place().write_text(ids[-1], encoding="utf-8")
    return True


def _purge() -> None:
    indexes.index().purge()
    if indexes.kept_folder().is_dir():
        indexes.kept_index().purge()


class ScrubIndex:
    """A task of the clock: goes on with it, where it was begun."""

    name = "scrub-index"
    every = 5.0

    def run(self, now: datetime) -> None:
        """The next records, unless another process of this host follows the journal just now."""
        if _place().is_file():
            with journal.following() as ours:
                if ours:
                    go_on()
