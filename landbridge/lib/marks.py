"""Names that a folder is known by: made once, kept in a file, the same for every process."""

import os
import uuid
from contextlib import suppress
from pathlib import Path


def mark(place: Path) -> str:
    """The random name that the file holds, made now when there is none.

    It is written whole and then linked: a process that starts at the same time reads a name, never an empty file.
    """
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f"{place.name}.{os.getpid()}")
        draft.write_text(uuid.uuid4().hex[:12], encoding="ascii")
        with suppress(FileExistsError):
            place.hardlink_to(draft)
        draft.unlink()
    return place.read_text(encoding="ascii")
