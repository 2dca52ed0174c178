"""Another Landbridge, read through its open interface: what is public there, without an agreement and without
signatures. Nodes that know each other exchange signed statements instead; see `exchange/nodes/`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources.known import found, listed, moment, refused
from landbridge.exchange.in_.sources.opening import expect
from landbridge.formats.editions import current, upgrade
from landbridge.formats.library import FORMATS

LINES: Final = 1_000
"""Lines of the journal that are asked for at a time."""
LARGEST_PAGE: Final = 100_000_000
_SINCE: Final = re.compile(r"[?&]since=([0-9]{1,18})\b")
_CHOICES: Final = tuple((name, model.plural) for name, model in FORMATS.items())


class Landbridge:
    name = "landbridge"
    label = gettext_noop("Another Landbridge")
    about = gettext_noop("The public records of another node, read through its interface for programs.")
    takes = "address"
    settings = (Setting("formats", gettext_noop("Only these kinds"), kind="choices", choices=_CHOICES, default=[]),)

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        since = int(ask.state.get("since") or 0)
        whole = since == 0 or bool(ask.state.get("whole"))
        wanted = set(listed(ask.settings.get("formats"))) & set(FORMATS)
        while True:
            lines, onward = _page(ask, since)
            for number, line in enumerate(lines, 1):
                said = _found(line, ask, wanted, f"after change {since}, line {number}")
                if said is not None:
                    yield said
            if onward <= since:
                break
            since = onward
            yield Checkpoint({"since": since, "whole": whole})
        yield Checkpoint({"since": since}, done=whole)


def _page(ask: Ask, since: int) -> tuple[list[bytes], int]:
    """The lines after a serial, and the serial to go on from."""
    address = f"{ask.address.rstrip('/').removesuffix('/api/v1')}/api/v1/changes?since={since}&limit={LINES}"
    with ask.get(address, headers={"Accept": "application/x-ndjson"}, most_bytes=LARGEST_PAGE) as answer:
        expect(answer.status, address)
        onward = _SINCE.search(answer.headers.get("link", ""))
        if onward is None:
            raise BadSource("There is no Landbridge at this address: its changes do not say where they go on.")
        return [line for line in answer.body if line.strip()], int(onward.group(1))


def _found(line: bytes, ask: Ask, wanted: set[str], where: str) -> Found | None:
    """What a line tells; None where it is of a kind that is not asked for."""
    try:
        change = orjson.loads(line)
    except orjson.JSONDecodeError:
        return refused(where, "The line is not JSON.", where)
    key = change.get("id") if isinstance(change, Mapping) else None
    if not isinstance(key, str) or not key:
        return refused(where, "The line names no record.", where)
    if wanted and change.get("format") not in wanted:
        return None
    stated = moment(change.get("at"), ask.now)
    if change.get("gone"):
        return found(key, gone=True, place=where, stated_at=stated)
    record = change.get("record")
    if record is None:
        return None  # It was hidden between the change and the answer; the change that hid it comes later.
    if not isinstance(record, Mapping) or not isinstance(record.get("data"), Mapping):
        return refused(key, "The record has no answers.", where)
    if record.get("format") not in FORMATS:
        return refused(key, f"This node does not know the format “{str(record.get('format'))[:40]}”; update it.", where)
    try:
        data = _up_to_date(record)
    except ValueError as error:
        return refused(key, str(error), where)
    return found(
        key, record={"format": record["format"], "language": record.get("language"), "data": data}, place=where,
        title=_title(record), address=str(record.get("url") or ""), stated_at=stated, facts=_facts(record),
        record_id=key,
    )  # fmt: skip


def _up_to_date(record: Mapping[str, Any]) -> dict[str, Any]:
    """The answers in the edition of their format that this node knows.

    Raises:
        ValueError: they are of a later one.
    """
    editions = FORMATS[record["format"]].editions
    edition = record.get("edition") or current(editions)
    if type(edition) is not int or not 1 <= edition <= current(editions):
        raise ValueError(f"It is of edition {str(edition)[:20]} of its format; this node knows {current(editions)}.")
    return upgrade(dict(record["data"]), edition, editions)[0]


def _title(record: Mapping[str, Any]) -> str:
    title = record["data"].get("title")
    if not isinstance(title, Mapping):
        return str(title or "")
    return str(title.get(record.get("language")) or next(iter(title.values()), ""))


def _facts(record: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("origin", "owner", "revision", "published_at", "confirmed_on", "sha256")
    return {name: record[name] for name in kept if record.get(name)}
