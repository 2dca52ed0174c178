"""Is this ZIP archive safe to open? Asked before any library parses what strangers bring.

XLSX and DOCX files are archives of XML. Their libraries trust what an archive says of itself; this looks first: how
much it unpacks to, whether parts lie over one another, whether a part declares a document type (entities that read
files or fill the memory), whether it holds programs.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MOST_PARTS: Final = 2_000
LARGEST_UNPACKED: Final = 150_000_000
"""Bytes once unpacked: texts are held in memory."""
MOST_RATIO: Final = 200
"""A part of more than `_RATIO_COUNTS_FROM` bytes that shrank to less than this fraction holds nothing but repetition;
sheets of empty cells reach 100."""
_RATIO_COUNTS_FROM: Final = 10_000_000
_CHUNK: Final = 1 << 16
_SEAM: Final = 10
"""A declaration may stand across two chunks."""
_LOCAL_HEAD: Final = 30
_PROGRAMS: Final = (".vbs", ".js", ".exe", ".dll", ".com", ".bat", ".cmd", ".ps1", ".jar", ".scr", ".msi", ".hta")
_MACRO_PARTS: Final = re.compile(r"(vbaproject[^/]*\.bin|vbadata\.xml|/macrosheets/.*)$")
_MACRO_TYPES: Final = (b"macroEnabled", b"vbaProject")
_ENCODING: Final = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']+)[\"']")
_ENCODINGS: Final = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})


@dataclass(frozen=True)
class Trouble:
    """Why an archive must not be opened.

    `code`: not-an-archive, damaged, encrypted, too-large, overlapping, odd-names, macros, doctype, encoding.
    `part` is the name of the part, where it is one part.
    """

    code: str
    part: str = ""


def safe_zip(source: Path | bytes, largest: int = LARGEST_UNPACKED) -> list[Trouble]:
    """What speaks against opening an archive; empty when it is safe. Reads it once, in bounded memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            return list(_troubles(archive, _head(source), largest))
    except zipfile.BadZipFile:
        return [Trouble("damaged" if _head(source) == b"PK" else "not-an-archive")]
    except (NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        return [Trouble("damaged")]


def _head(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source[:2]
    with source.open("rb") as file:
        return file.read(2)


def _troubles(archive: zipfile.ZipFile, head: bytes, largest: int) -> Iterator[Trouble]:
    """The first trouble of each kind; parts are read only when the list of parts gives no offence."""
    parts = archive.infolist()
    listed = list(_of_list(parts, head, largest))
    yield from listed
    if not listed:
        unpacked = 0
        for part in parts:
            size, trouble = _read(archive, part, largest - unpacked)
            unpacked += size
            if trouble:
                yield trouble
                return


def _of_list(parts: list[zipfile.ZipInfo], head: bytes, largest: int) -> Iterator[Trouble]:
    if head != b"PK" or (parts and min(part.header_offset for part in parts) != 0):
        yield Trouble("not-an-archive")  # Something else stands before it: an image, a page, a program.
        return
    if any(part.flag_bits & 0x1 for part in parts):
        yield Trouble("encrypted")
        return
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > largest or any(map(_repeats, parts)):
        yield Trouble("too-large")
        return
    if _overlap(parts):
        yield Trouble("overlapping")
    for part in parts:
        if _leads_out(part.filename):
            yield Trouble("odd-names", part.filename)
            return
        if part.filename.lower().endswith(_PROGRAMS) or _MACRO_PARTS.search(part.filename.lower()):
            yield Trouble("macros", part.filename)
            return
    names = [part.filename for part in parts]
    if len(set(names)) < len(names):
        yield Trouble("odd-names", next(name for name in names if names.count(name) > 1))


def _repeats(part: zipfile.ZipInfo) -> bool:
    return part.file_size > _RATIO_COUNTS_FROM and part.file_size > MOST_RATIO * max(1, part.compress_size)


def _overlap(parts: list[zipfile.ZipInfo]) -> bool:
    """Whether parts share bytes: how small archives unpack to terabytes."""
    ordered = sorted(parts, key=lambda part: part.header_offset)
    ends = [part.header_offset + _LOCAL_HEAD + part.compress_size for part in ordered]
    return any(end > after.header_offset for end, after in zip(ends, ordered[1:], strict=False))


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name)


def _read(archive: zipfile.ZipFile, part: zipfile.ZipInfo, allowed: int) -> tuple[int, Trouble | None]:
    """How many bytes a part has, and what is wrong with it."""
    size, seam = 0, b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            trouble = None if size else _of_start(part.filename, chunk)
            size += len(chunk)
            if size > allowed:
                return size, Trouble("too-large", part.filename)
            if trouble is None and _declares(seam + chunk):
                trouble = Trouble("doctype", part.filename)
            if (
                trouble is None
                and part.filename == "[Content_Types].xml"
                and any(kind in seam + chunk for kind in _MACRO_TYPES)
            ):
                trouble = Trouble("macros", part.filename)
            if trouble:
                return size, trouble
            seam = chunk[-_SEAM:]
    return size, None


def _declares(chunk: bytes) -> bool:
    """XML allows these in capitals only."""
    return b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk


def _of_start(name: str, chunk: bytes) -> Trouble | None:
    """XML in an encoding in which a document type could hide."""
    if not name.lower().endswith((".xml", ".rels", ".vml")):
        return None
    if b"\x00" in chunk[:8] or chunk.startswith((b"\xff\xfe", b"\xfe\xff", b"+/v")):
        return Trouble("encoding", name)
    told = _ENCODING.match(chunk.removeprefix(b"\xef\xbb\xbf"))
    return Trouble("encoding", name) if told and told[1].lower() not in _ENCODINGS else None
