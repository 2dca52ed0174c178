"""Signatures that can be verified anywhere, also from a memory stick: Ed25519 (RFC 8032) over canonical JSON
(RFC 8785), text normalised to NFC first. Numbers that JSON cannot hold exactly travel as strings."""

import base64
import hashlib
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import rfc8785

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE: Final = "signature"
KEY: Final = "key"
"""The names in a signed object: the signature itself, and the fingerprint of the key that made it."""


class BadSignature(ValueError):
    """Not signed, or not by this key, or changed since."""


def canonical(value: Any) -> bytes:
    """The one way in which a JSON value is written.

    Raises:
        ValueError: it holds what canonical JSON cannot: NaN, infinity, an integer beyond 2^53, a lone surrogate.
    """
    try:
        return rfc8785.dumps(_normal(value))
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise ValueError(f"This has no canonical form: {str(error)[:200]}") from None


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        normal = {_normal(name): _normal(one) for name, one in value.items()}
        if len(normal) != len(value):
            raise ValueError("Two names of one object are the same once they are normalised.")
        return normal
    if isinstance(value, list | tuple):
        return [_normal(one) for one in value]
    return value


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def encode(raw: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Base64url without padding as bytes.

    Raises:
        ValueError: it is no base64url.
    """
    if not text.isascii() or set(text) & set("+/="):
        raise ValueError("This is not base64url without padding.")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def public_text(key: "Ed25519PublicKey") -> str:
    """A public key as text."""
    return encode(key.public_bytes_raw())


def fingerprint(public: str) -> str:
    """What people compare, and what a key is named by: SHA-256 of its 32 bytes, hexadecimal.

    Raises:
        ValueError: it is no public key.
    """
    raw = decode(public)
    if len(raw) != 32:
        raise ValueError("A public key has 32 bytes.")
    return hashlib.sha256(raw).hexdigest()


def signed(said: Mapping[str, Any], key: "Ed25519PrivateKey") -> dict[str, Any]:
    """The object with the fingerprint of the key and the signature over everything else in it.

    Raises:
        ValueError: it has no canonical form.
    """
    named = {**said, KEY: fingerprint(public_text(key.public_key()))}
    named.pop(SIGNATURE, None)
    return {**named, SIGNATURE: encode(key.sign(canonical(named)))}


def is_signed(content: bytes, signature: bytes, public: str) -> bool:
    """Whether the bytes were signed with the private half of this key; with what is no key they were not."""
    # Inner import: several megabytes, which a node that only serves searches does not need.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(decode(public)).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def verify(said: Mapping[str, Any], public: str) -> None:
    """Go on only when the object was signed with this key and not changed since.

    Raises:
        BadSignature: otherwise.
    """
    try:
        signature = decode(said[SIGNATURE])
        if said[KEY] != fingerprint(public):
            raise BadSignature("It names another key than the one that it is checked with.")
        unsigned = {name: value for name, value in said.items() if name != SIGNATURE}
        if not is_signed(canonical(unsigned), signature, public):
            raise BadSignature("The signature is not of this content.")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, BadSignature):
            raise
        raise BadSignature(f"It is not signed as it should be: {str(error)[:120]}") from None
