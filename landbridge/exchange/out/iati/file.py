"""The file of all activities, written one after the other; what lacks something that IATI demands is counted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from landbridge.exchange.out.feeds.entries import moment
from landbridge.exchange.out.iati.activity import Lacking, Telling, activity, identifier
from landbridge.exchange.out.linked import addresses
from landbridge.registry.queries import RecordView, published, states
from landbridge.registry.rules import ANYONE

FORMAT: Final = "programme"
MOST: Final = 20_000
_AT_ONCE: Final = 200


def pages() -> Iterator[list[RecordView]]:
    """All programmes that everybody may see, some at a time."""
    after = ""
    while page := published(ANYONE, [FORMAT], after, _AT_ONCE):
        yield page
        after = page[-1].id


def file(views: Iterable[Sequence[RecordView]]) -> Iterator[bytes]:
    """The file in pieces, of at most `MOST` activities; the last comment says what is not in it, and why."""
    now = datetime.now(UTC)
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n{_opening(now)}'.encode()
    left_out: Counter[str] = Counter()
    count = 0
    for page in views:
        for piece in islice(_written(page, now, left_out), MOST - count):
            count += 1
            yield piece
        if count == MOST:
            left_out[f"what stands after the first {MOST}"] += 1
            break
    told = "; ".join(f"{reason}: {number}" for reason, number in left_out.most_common())
    comment = f"{count} activities. Left out for want of {told or 'anything: 0'}."
    yield f"<!-- {comment} -->\n</iati-activities>\n".encode()


def single(view: RecordView) -> bytes:
    """The file of one activity.

    Raises:
        Lacking: the record does not tell what IATI demands.
    """
    from lxml import etree  # Inner import: a node that serves pages needs no XML.

    now = datetime.now(UTC)
    made = activity(view, _telling([view], now))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_opening(now)}'.encode() + etree.tostring(
        made, encoding="utf-8"
    ) + b"\n</iati-activities>\n"  # fmt: skip


def _opening(now: datetime) -> str:
    return f'<iati-activities version="2.03" generated-datetime="{moment(now)}">\n'


def _written(page: Sequence[RecordView], now: datetime, left_out: "Counter[str]") -> Iterator[bytes]:
    from lxml import etree  # As above.

    telling = _telling(page, now)
    for view in page:
        try:
            yield etree.tostring(activity(view, telling), encoding="utf-8") + b"\n"
        except Lacking as lacking:
            left_out[str(lacking)] += 1


def _telling(page: Sequence[RecordView], now: datetime) -> Telling:
    titles = addresses.titles_for(page)
    parents = [
        one["record"] for view in page for one in view.data.get("related") or ()
        if one.get("relation") == "part-of" and titles.get(one["record"], ("",))[0] == FORMAT
    ]  # fmt: skip
    known = states(parents, ANYONE) if parents else {}
    return Telling(now.date(), titles, {key: identifier(view) for key, view in known.items()})
