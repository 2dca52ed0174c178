"""Moments as signed objects write them: one lexical form, UTC, milliseconds."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

AHEAD: Final = timedelta(minutes=10)
"""How far in the future something may be said before it has to wait: clocks differ."""
_FORM: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def now() -> datetime:
    """The moment, to the millisecond: what is signed is what is kept."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def written(moment: datetime) -> str:
    """A moment as it is signed."""
    return f"{moment.astimezone(UTC).isoformat(timespec='milliseconds')[:23]}Z"


def read(text: Any) -> datetime:
    """A moment as it was signed.

    Raises:
        ValueError: it is written in another way.
    """
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        raise ValueError("A moment is written like 2026-03-31T12:00:00.000Z.")
    return datetime.fromisoformat(text)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, as sequences count."""
    return int(moment.timestamp() * 1000)
