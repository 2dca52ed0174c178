"""A PDF: the text of its pages, and the fields of a form that was filled in."""

import io
import logging
from typing import Any, Final

from pypdf import PdfReader
from pypdf.errors import PdfReadError

from landbridge.exchange.documents.extract import Found
from landbridge.exchange.documents.unreadable import Unreadable

MOST_PAGES: Final = 300
_FEW: Final = 8
"""Characters on a page below which it is a picture of a page."""

logging.getLogger("pypdf").setLevel(logging.ERROR)


def read(given: bytes) -> Found:
    """The paragraphs of the pages in order."""
    found = Found("pdf")
    try:
        reader = PdfReader(io.BytesIO(given), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("encrypted")
        pages = len(reader.pages)
        if pages > MOST_PAGES:
            raise Unreadable("too-long", str(pages))
        silent = [number for number in range(pages) if not _page(reader, number, found)]
        _fields(reader, found)
    except (PdfReadError, RecursionError, KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("damaged") from error
    if silent:
        found.tell("pages", _ranges([number + 1 for number in silent]))
    return found


def _page(reader: PdfReader, number: int, found: Found) -> bool:
    """Read a page; False when it has no text."""
    try:
        text = reader.pages[number].extract_text()
    except (PdfReadError, RecursionError, KeyError, ValueError, TypeError, AttributeError, IndexError):
        return False
    for paragraph in _paragraphs(text):
        if not found.add("text", paragraph):
            return True
    return len("".join(text.split())) >= _FEW


def _paragraphs(text: str) -> list[str]:
    """Lines joined to paragraphs: a line that ends early or with a full stop ends one."""
    lines = [line.strip() for line in text.splitlines()]
    width = max(map(len, lines), default=0)
    paragraphs: list[str] = []
    fresh = True
    for line in lines:
        if line and not fresh:
            paragraphs[-1] += f" {line}" if line[0] < "\u3000" else line
        elif line:
            paragraphs.append(line)
        fresh = not line or len(line) < 0.7 * width
    return paragraphs


def _fields(reader: PdfReader, found: Found) -> None:
    fields: Any = reader.get_fields() or {}
    for name, one in list(fields.items())[:500]:
        value = one.get("/V")
        if isinstance(value, str) and value.strip():
            label = one.get("/TU") or name
            found.add("row", str(label), str(value).removeprefix("/"))


def _ranges(numbers: list[int]) -> str:
    """1, 2, 3, 7 as 1-3, 7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in runs)
