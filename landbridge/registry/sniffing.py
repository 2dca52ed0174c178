"""What a file really is, by its bytes; and what must not come in whatever it is called.

Refused: what is not on the list, a name that says something else than the bytes, programs and macros, archives that
unpack without end, documents that fetch things from elsewhere, pages and pictures that carry scripts, and files that
are two things at once.
"""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from landbridge.lib.archives import safe_zip

_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SLIDES: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


class Refused(ValueError):
    """A file that is not kept. `code`: too-large, too-much, empty, unknown-kind, wrong-ending, two-things, active,
    damaged, unsafe-archive, macros, not-text."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Kind:
    """A kind of file that is kept, with the endings that its name may have."""

    media_type: str
    endings: tuple[str, ...]

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


PDF: Final = Kind("application/pdf", ("pdf",))
PNG: Final = Kind("image/png", ("png",))
JPEG: Final = Kind("image/jpeg", ("jpg", "jpeg"))
WEBP: Final = Kind("image/webp", ("webp",))
TEXT: Final = Kind("text/plain", ("txt",))
CSV: Final = Kind("text/csv", ("csv",))
_OOXML: Final = {"word/document.xml": Kind(_WORD, ("docx",)), "xl/workbook.xml": Kind(_SHEET, ("xlsx",)),
                 "ppt/presentation.xml": Kind(_SLIDES, ("pptx",))}  # fmt: skip
_ODF: Final = {
    b"application/vnd.oasis.opendocument.text": Kind("application/vnd.oasis.opendocument.text", ("odt",)),
    b"application/vnd.oasis.opendocument.spreadsheet": Kind("application/vnd.oasis.opendocument.spreadsheet", ("ods",)),
}  # fmt: skip
_PDF_END: Final = 2_048
_ACTIVE_PDF: Final = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|XFA|RichMedia)\b")
_FETCHES: Final = re.compile(
    rb"<Relationship\b[^>]*?(?:attachedTemplate|oleObject|frame|subDocument|externalLink|image)\"[^>]*?TargetMode\s*=\s*[\"']External"
    rb"|<Relationship\b[^>]*?TargetMode\s*=\s*[\"']External[\"'][^>]*?(?:attachedTemplate|oleObject|frame|subDocument|externalLink|image)\"",
    re.IGNORECASE,
)
_EMBEDDED: Final = re.compile(r"(^|/)(embeddings|activex|scripts|basic|ctrlprops)/|oleobject|\.bin$", re.IGNORECASE)
_HARMLESS_BINARY: Final = re.compile(r"printersettings\d*\.bin$", re.IGNORECASE)
_ARCHIVES: Final = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"MZ", b"\x7fELF")
_MARKUP: Final = re.compile(
    r"^\s*(?:<!doctype|<html|<head|<body|<svg|<script|<\?xml|<\?php|<iframe|<!--|mime-version:)", re.IGNORECASE
)


def kind_of(path: Path, name: str) -> Kind:
    """The kind of a file whose name and bytes agree.

    Raises:
        Refused: it is none that is kept, or not safe.
    """
    with path.open("rb") as file:
        head = file.read(16)
    kind = _by_head(path, head, name)
    if _ending(name) not in kind.endings:
        raise Refused("wrong-ending")
    return kind


def _by_head(path: Path, head: bytes, name: str) -> Kind:
    if head.startswith(b"%PDF-"):
        return _pdf(path)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"PK"):
        return _archive(path)
    if _ending(name) in (*TEXT.endings, *CSV.endings):
        return _text(path, name)
    raise Refused("unknown-kind")


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _pdf(path: Path) -> Kind:
    """A PDF that begins and ends as one, and neither runs nor carries anything."""
    body = path.read_bytes()
    last = body.rfind(b"%%EOF")
    if last < 0 or len(body) - last > _PDF_END:
        raise Refused("two-things" if last >= 0 else "damaged")
    if body[last + 5 :].strip(b"\r\n\t \x00"):
        raise Refused("two-things")
    if _ACTIVE_PDF.search(re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), body)):
        raise Refused("active")
    return PDF


def _archive(path: Path) -> Kind:
    troubles = safe_zip(path)
    if troubles:
        codes = {trouble.code for trouble in troubles}
        raise Refused(
            "macros" if "macros" in codes else "two-things" if "not-an-archive" in codes else "unsafe-archive"
        )
    with zipfile.ZipFile(path) as archive:
        if archive.comment:
            raise Refused("two-things")
        names = archive.namelist()
        if any(_EMBEDDED.search(name) and not _HARMLESS_BINARY.search(name) for name in names):
            raise Refused("macros")
        _no_nesting(archive)
        return _office(archive, names)


def _no_nesting(archive: zipfile.ZipFile) -> None:
    for part in archive.infolist():
        with archive.open(part) as file:
            start = file.read(8)
            if start.startswith(_ARCHIVES):
                raise Refused("unsafe-archive")
            if part.filename.endswith(".rels") and _FETCHES.search(start + file.read()):
                raise Refused("active")


def _office(archive: zipfile.ZipFile, names: list[str]) -> Kind:
    if names and names[0] == "mimetype":
        kind = _ODF.get(archive.read("mimetype").strip())
        if kind is not None and "content.xml" in names:
            return kind
    found = [kind for main, kind in _OOXML.items() if main in names]
    if "[Content_Types].xml" in names and len(found) == 1:
        return found[0]
    raise Refused("unknown-kind")


def _text(path: Path, name: str) -> Kind:
    """Text in UTF-8 that no browser would take for a page."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("not-text") from None
    if re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise Refused("not-text")
    if _MARKUP.match(text):
        raise Refused("active")
    return CSV if _ending(name) in CSV.endings else TEXT
