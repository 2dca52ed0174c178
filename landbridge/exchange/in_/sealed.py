"""What a source asks for and nobody is shown again, such as a key of an API: sealed with the key of this node."""

import base64
from collections.abc import Mapping
from typing import Final

import orjson
from django.conf import settings

from landbridge.exchange.in_.door import BadSource

HIDDEN: Final = "•••"
_ABOUT: Final = b"landbridge sources"


def _seal() -> "object":
    """The seal of this node."""
    # Inner imports: a process that only serves pages has no need of them.
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_ABOUT).derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def seal(values: Mapping[str, str]) -> str:
    """The values as a text that only this node can read; empty for none."""
    if not values:
        return ""
    return str(_seal().encrypt(orjson.dumps(dict(values))).decode())  # type: ignore[attr-defined]


def unseal(text: str) -> dict[str, str]:
    """What was sealed.

    Raises:
        BadSource: the key of this node is another one than it was then.
    """
    if not text:
        return {}
    from cryptography.fernet import InvalidToken  # Inner import: as in `_seal`.

    try:
        found: dict[str, str] = orjson.loads(_seal().decrypt(text.encode()))  # type: ignore[attr-defined]
    except (InvalidToken, ValueError):
        raise BadSource("The secret of this source was sealed with another key of this node; type it anew.") from None
    return found


def without_secrets(text: str, secrets: Mapping[str, str]) -> str:
    """The text without any of the secrets, as it may be kept and shown."""
    for secret in sorted(secrets.values(), key=len, reverse=True):
        if len(secret) > 3:
            text = text.replace(secret, HIDDEN)
    return text
