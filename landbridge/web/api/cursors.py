"""Opaque cursors of keyset paging: where the last page ended, in a form that nobody is tempted to compute."""

import base64
import binascii
from typing import Final

LONGEST: Final = 400


class BadCursor(ValueError):
    """The cursor is none of ours."""


def encode(kind: str, last: str) -> str:
    """The cursor after `last` in lists of this kind."""
    return base64.urlsafe_b64encode(f"{kind}\n{last}".encode()).decode().rstrip("=")


def decode(kind: str, cursor: str) -> str:
    """What the page before ended with.

    Raises:
        BadCursor: it was not made by `encode` for lists of this kind.
    """
    if len(cursor) > LONGEST or not cursor.isascii():
        raise BadCursor(cursor[:40])
    try:
        made_for, found, last = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("\n")
    except (ValueError, binascii.Error):
        raise BadCursor(cursor[:40]) from None
    if made_for != kind or not found or encode(kind, last) != cursor:
        raise BadCursor(cursor[:40])
    return last
