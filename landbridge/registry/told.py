"""What a person must still mend in what they typed, beyond what the format itself checks."""

from collections.abc import Iterator, Mapping
from typing import Any

from landbridge.formats.fields import File, Reference
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import Problem


def unfinished(format: str, answers: Mapping[str, Any]) -> Iterator[Problem]:
    """Records that were looked for and not chosen, and files without a text for those who cannot see them."""
    for name, question in questions(FORMATS[format]).items():
        given = answers.get(name)
        rows = [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []
        for at, row in enumerate(rows):
            if isinstance(question, Reference) and "find" in row:
                yield Problem(f"{name}.{at}.find", "Choose a record, or clear the field.", "record_missing")
            if isinstance(question, File) and not str(row.get("alt") or "").strip():
                yield Problem(f"{name}.{at}.alt", "Say what the file shows.", "alt_missing")
