"""Secrets that stand in links: made here, and kept only as a digest."""

import hashlib
import secrets


def new_secret() -> str:
    """A secret for one link: 43 letters, digits, hyphens and underscores; 256 bits."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """SHA-256 of a secret, hexadecimal: what the database keeps of it."""
    return hashlib.sha256(secret.encode()).hexdigest()
