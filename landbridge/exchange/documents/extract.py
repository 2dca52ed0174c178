"""What stands in a document, as plain data: headings, paragraphs, rows of tables, and what could not be read.

Runs in a process of its own; see `child`. What a document is follows from its bytes, not from its name.
"""

import io
import zipfile
from dataclasses import dataclass, field
from typing import Any, Final

from landbridge.exchange.documents.unreadable import Unreadable
from landbridge.lib.archives import safe_zip

LARGEST: Final = 20 * 1024 * 1024
LARGEST_UNPACKED: Final = 100_000_000
MOST_TEXT: Final = 1_000_000
"""Characters of all blocks together; the rest is told as unread."""
MOST_BLOCKS: Final = 20_000
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_KINDS: Final = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"))


@dataclass
class Found:
    """A document as it is read. A block is (kind, texts): heading and text have one, a row has its cells."""

    kind: str
    mark: dict[str, Any] | None = None
    boxes: list[tuple[str, str]] = field(default_factory=list)
    blocks: list[tuple[str, list[str]]] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    """(code, detail): pictures 3, pages 4-6, notes, formulas B7, rest."""
    _room: int = MOST_TEXT

    def add(self, kind: str, *texts: str) -> bool:
        """Keep a block; False when there is no room for more."""
        kept = [" ".join(text.split()) if kind != "row" else text.strip() for text in texts]
        if not any(kept):
            return True
        self._room -= sum(map(len, kept))
        if self._room < 0 or len(self.blocks) >= MOST_BLOCKS:
            self.tell("rest")
            return False
        self.blocks.append((kind, kept))
        return True

    def tell(self, code: str, detail: str = "") -> None:
        """Something that could not be read, once."""
        if (code, detail) not in self.unread and len(self.unread) < 50:
            self.unread.append((code, detail[:200]))

    def plain(self) -> dict[str, Any]:
        names = ("kind", "mark", "boxes", "blocks", "unread")
        return {name: getattr(self, name) for name in names}


def extract(given: bytes) -> dict[str, Any]:
    """Read a document of any of the kinds that we take.

    Raises:
        Unreadable: it is none of them, or must not be opened.
    """
    if not given:
        raise Unreadable("empty")
    if len(given) > LARGEST:
        raise Unreadable("too-large")
    if given.startswith(b"%PDF-"):
        # Inner imports: one document needs one of these libraries.
        from landbridge.exchange.documents.read_pdf import read as read_pdf

        return read_pdf(given).plain()
    if given.startswith(_OLD_OFFICE):
        raise Unreadable("encrypted" if _LOCKED in given else "old-office")
    if not given.startswith(b"PK"):
        raise Unreadable("unknown-kind")
    if _package(given) == "xlsx":
        from landbridge.exchange.documents.read_xlsx import read as read_xlsx

        return read_xlsx(given).plain()
    from landbridge.exchange.documents.read_docx import read as read_docx

    return read_docx(given).plain()


def _package(given: bytes) -> str:
    troubles = safe_zip(given, LARGEST_UNPACKED)
    if troubles:
        code = {"not-an-archive": "unknown-kind"}.get(troubles[0].code, troubles[0].code)
        raise Unreadable(code, troubles[0].part)
    with zipfile.ZipFile(io.BytesIO(given)) as archive:
        names = set(archive.namelist())
    for part, kind in _KINDS:
        if part in names:
            return kind
    raise Unreadable("unknown-kind")
