"""Where each page of the folder lies. Records are spread over 256 folders: the file system of most memory sticks takes
no more than some thousands of names in one."""

import hashlib
import re
from typing import Final

_PLAIN: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_OF_WINDOWS: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
)


def slug(identifier: str) -> str:
    """A name that every file system takes, and that no other id has."""
    if _PLAIN.fullmatch(identifier) and identifier not in _OF_WINDOWS:
        return identifier
    return "x" + hashlib.sha256(identifier.encode()).hexdigest()[:24]


def record_page(record_id: str) -> str:
    """The page of a record, within the folder of a language."""
    shelf = hashlib.sha256(record_id.encode()).hexdigest()[:2]
    return f"r/{shelf}/{slug(record_id)}.html"


def list_page(kind: str, identifier: str, number: int = 1) -> str:
    """A page of a list: `type`, `place` or `target`."""
    return f"{kind}/{slug(identifier.casefold())}-{number}.html"


def up(page: str) -> str:
    """From a page to the folder of its language."""
    return "../" * page.count("/")
