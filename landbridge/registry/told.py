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
            if isinstance(question, File) and not row.get("sha256"):
                yield Problem(f"{name}.new", "Choose the file that the text belongs to.", "file_missing")
            elif isinstance(question, File) and not str(row.get("alt") or "").strip():
                yield Problem(f"{name}.{at}.alt", "Say what the file shows.", "alt_missing")


def brought(format: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without the words beside a file that did not come in: they are kept, and no answer."""
    kept = dict(answers)
    for name, question in questions(FORMATS[format]).items():
        given = kept.get(name)
        if isinstance(question, File) and isinstance(given, list):
            kept[name] = [row for row in given if not isinstance(row, dict) or row.get("sha256")]
    return kept
