"""What a client of OGC API Records may ask for, read from the parameters of an address."""

import base64
import binascii
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from landbridge.formats.tidy import line

USUAL: Final = 10
MOST: Final = 1000
SORTABLES: Final = {"id": "pk", "updated": "published_at", "created": "created_at"}
"""The properties that records can be sorted by, and their columns."""
PARAMETERS: Final = ("bbox", "datetime", "limit", "q", "type", "ids", "externalIds", "sortby", "after")
FRAME: Final = ("f", "lang")
"""What every address takes: the shape of the answer, and the language of its texts."""
_MANY: Final = 100
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?")


class Problem(Exception):
    """A request that cannot be answered: the status, a code of the standard, and what to change."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(description)
        self.status, self.code, self.description = status, code, description


def wrong(name: str, what: str) -> Problem:
    """A parameter that cannot be read."""
    return Problem(400, "InvalidParameterValue", f"The parameter {name} {what}")


Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; west may be greater than east across the date line."""
Days = tuple[date | None, date | None]
"""From and to, both included; either may be open."""


@dataclass(frozen=True)
class Asked:
    """One question for items. Several values of one parameter are alternatives; all parameters together must hold."""

    words: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    external: tuple[str, ...] = ()
    box: Box | None = None
    days: Days | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    """Property, and whether the largest comes first."""
    limit: int = USUAL
    after: tuple[Any, ...] = ()


def asked(given: Mapping[str, Sequence[str]]) -> Asked:
    """The question that an address asks; a parameter without a value is as if it were not there.

    Raises:
        Problem: a parameter is unknown or cannot be read.
    """
    require_known(given, PARAMETERS)
    said = {name: ",".join(values).replace("\0", "") for name, values in given.items() if any(values)}
    return Asked(
        words=_several(said.get("q", ""), 10), types=_several(said.get("type", "")),
        ids=_several(said.get("ids", "")), external=_several(said.get("externalIds", "")),
        box=_box(said["bbox"]) if "bbox" in said else None,
        days=_days(said["datetime"]) if "datetime" in said else None,
        sort=_sort(said.get("sortby", "")), limit=_limit(said.get("limit", str(USUAL))),
        after=_after(said["after"]) if "after" in said else (),
    )  # fmt: skip


def require_known(given: Mapping[str, Sequence[str]], known: Sequence[str] = ()) -> None:
    """The standard wants an address with a parameter that it does not have to be refused, not half answered.

    Raises:
        Problem: it has one.
    """
    for name in given:
        if name not in (*known, *FRAME):
            raise Problem(400, "InvalidParameterValue", f"There is no parameter “{name[:60]}” here.")


def _several(text: str, most: int = _MANY) -> tuple[str, ...]:
    parts = (line(part)[:300] for part in text.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))[:most]


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise wrong("limit", f"must be a number from 1 to {MOST}.")
    return min(int(text), MOST)


def _box(text: str) -> Box:
    try:
        numbers = [float(part) for part in text.split(",")[:7]]
    except ValueError:
        raise wrong("bbox", "must be four or six numbers.") from None
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise wrong("bbox", "must be four or six numbers.")
    west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    if not (-90 <= south <= north <= 90 and -180 <= west <= 180 and -180 <= east <= 180):
        raise wrong("bbox", "must be west, south, east, north in degrees.")
    return west, south, east, north


def _days(text: str) -> Days:
    ends = text.split("/")
    if len(ends) == 1:
        day = _day(ends[0])
        return day, day
    if len(ends) != 2:
        raise wrong("datetime", "must be a moment or an interval.")
    first, last = (None if end in ("", "..") else _day(end) for end in ends)
    if (first is None and last is None) or (first and last and first > last):
        raise wrong("datetime", "must be an interval with at least one end, the earlier first.")
    return first, last


def _day(text: str) -> date:
    try:
        if _MOMENT.fullmatch(text.upper()):
            return date.fromisoformat(text[:10])
    except ValueError:
        pass
    raise wrong("datetime", "must be written as RFC 3339 does: 2027-05-01 or 2027-05-01T00:00:00Z.")


def _sort(text: str) -> tuple[tuple[str, bool], ...]:
    # A plus in an address that was not encoded arrives as a space.
    keys = [(key.strip().lstrip("+-"), key.strip().startswith("-")) for key in text.split(",") if key.strip()]
    for name, _ in keys:
        if name not in SORTABLES:
            raise wrong("sortby", f"names “{name[:40]}”; records can be sorted by {', '.join(SORTABLES)}.")
    return tuple(dict(keys).items())


def _after(text: str) -> tuple[Any, ...]:
    try:
        read = orjson.loads(base64.urlsafe_b64decode(text[:600] + "=" * (-len(text[:600]) % 4)))
    except (ValueError, binascii.Error):
        read = None
    if not isinstance(read, list) or not read or len(read) > len(SORTABLES) + 1:
        raise wrong("after", "is none that was given here; start again without it.")
    return tuple(read)


def cursor(values: Sequence[Any]) -> str:
    """What `after` reads again."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")
