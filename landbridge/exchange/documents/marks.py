"""The signs by which a form is known again: bookmarks with the paths of the boxes, and one line of plain text."""

import re
from collections.abc import Mapping
from typing import Any, Final

_LONGEST: Final = 40
"""Word cuts longer names of bookmarks."""
_CODES: Final = {"_": "__", ".": "_p", "-": "_h"}
_BACK: Final = {code[1]: letter for letter, code in _CODES.items()}
_START: Final = "LB_"
_LINE: Final = re.compile(
    r"landbridge-form:([a-z_]{1,40}):(\d{1,4}):([A-Za-z-]{2,12}):([A-Za-z0-9._~-]{0,100}):(\d{1,9})"
)


def bookmark(path: str) -> str:
    """The name of the bookmark of a box."""
    name = _START + "".join(_CODES.get(letter, letter) for letter in path)
    if len(name) > _LONGEST:
        raise ValueError(f"{path} is too long for a bookmark")
    return name


def path_of(name: str) -> str | None:
    """The path of a bookmark, None when it is none of ours."""
    if not name.startswith(_START):
        return None
    return re.sub("_([_ph])", lambda found: _BACK[found[1]], name.removeprefix(_START))


def line_of(mark: Mapping[str, Any]) -> str:
    """The line that a document carries."""
    return f"landbridge-form:{mark['format']}:{mark['edition']}:{mark['language']}:{mark['record']}:{mark['revision']}"


def mark_in(text: str) -> dict[str, Any] | None:
    """What a form says of itself, None when the text has no such line."""
    found = _LINE.search(text)
    if found is None:
        return None
    format, edition, language, record, revision = found.groups()
    return {"format": format, "edition": int(edition), "language": language, "record": record,
            "revision": int(revision)}  # fmt: skip
