"""Resumption tokens: where a list goes on, and which list it is, sealed so that nobody can make one up.

Nothing is kept for a token. It names the last stamp that was given, so it is good for as long as the node has its key:
after a restart, a new version, on another host, and as often as it is asked with. Stamps are never given twice, not
even when the table of them is built anew, so a token never skips what its harvester has not seen.
"""

import base64
import binascii
import hmac
from dataclasses import astuple, dataclass
from typing import Final

from django.utils.crypto import salted_hmac

_SALT: Final = "landbridge.oai.token"
_SEAL: Final = 12
"""Bytes of the seal: a token opens nothing that is not public, it must only not be made up by accident."""
_LONGEST: Final = 1000


class BadToken(ValueError):
    """Not a token of ours, or one of another list."""


@dataclass(frozen=True)
class Token:
    """A list, and how far it was given."""

    verb: str
    prefix: str
    set: str
    first: int
    """The lowest stamp of the list."""
    last: int
    """The highest one, 0 for no end."""
    after: int
    cursor: int
    """How many were given before the page that this leads to."""
    size: int
    """How many there were when the list was begun."""


def written(token: Token) -> str:
    """The token as it goes out: letters, digits, hyphens and underscores."""
    plain = " ".join(str(part) for part in astuple(token)).encode()
    return base64.urlsafe_b64encode(_seal(plain) + plain).decode().rstrip("=")


def _seal(plain: bytes) -> bytes:
    return salted_hmac(_SALT, plain, algorithm="sha256").digest()[:_SEAL]


def read(text: str, verb: str) -> Token:
    """The token of a list of this verb.

    Raises:
        BadToken: it is none.
    """
    if len(text) > _LONGEST or not text.isascii():
        raise BadToken("That is no resumption token of this repository.")
    try:
        whole = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        whole = b""
    seal, plain = whole[:_SEAL], whole[_SEAL:]
    if not plain or not hmac.compare_digest(seal, _seal(plain)):
        raise BadToken("That is no resumption token of this repository.")
    name, prefix, set_, *numbers = plain.decode().split(" ")
    first, last, after, cursor, size = map(int, numbers)
    if name != verb:
        raise BadToken(f"This resumption token was given for {name}.")
    return Token(name, prefix, set_, first, last, after, cursor, size)
