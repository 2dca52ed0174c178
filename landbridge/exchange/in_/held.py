"""Files that people brought for a source: they wait in a folder of this host until their run has ended well."""

import re
import secrets
from collections.abc import Container, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.conf import settings

LARGEST: Final = 200 * 1024 * 1024
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{20,64}")


class TooLarge(ValueError):
    """More than a file of a source may have."""


def _folder() -> Path:
    return Path(settings.DATA) / "sources"


def hold(chunks: Iterable[bytes]) -> str:
    """Write a file down: what it is called from now on. The name that it came with plays no part in it.

    Raises:
        TooLarge: nothing is kept of it.
    """
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name, size = secrets.token_urlsafe(24), 0
    path = folder / name
    try:
        with path.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > LARGEST:
                    raise TooLarge(f"The file is larger than {LARGEST // 1024 // 1024} MB.")
                file.write(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return name


def held(name: str) -> Path | None:
    """Where the file lies; None when it is not on this host."""
    path = _folder() / name
    return path if _NAME.fullmatch(name) and path.is_file() else None


def let_go(name: str) -> None:
    """Forget the file."""
    if _NAME.fullmatch(name):
        (_folder() / name).unlink(missing_ok=True)


def forget(before: datetime, *, but: Container[str]) -> None:
    """Forget the files of this host that were brought before a moment, but not these."""
    for path in _folder().glob("*"):
        if path.name not in but and datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            let_go(path.name)
