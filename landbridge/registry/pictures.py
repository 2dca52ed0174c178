"""Pictures without what they carry along: where and when they were taken, comments, and anything behind the end.

A picture is read by its own structure and written anew from the parts that are needed to see it. Nothing is decoded, so
that no picture can fill the memory, and no quality is lost. Of a camera's notes only the way up stays.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset({
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs",
    b"acTL", b"fcTL", b"fdAT", b"cICP",
})  # fmt: skip
_WEBP_KEPT: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"})
_WEBP_NOTES: Final = 0x08 | 0x04 | 0x20
"""The flags of VP8X that announce camera notes, XMP and a colour profile, which are left out."""
_ORIENTATION: Final = 0x0112
_JPEG_NOTES: Final = frozenset({0xE1, 0xED, 0xFE, *range(0xE2, 0xED), 0xEF})
"""APP1 (camera notes), APP13, comments and the rest; APP0 and APP14 say how to read the colours."""
_JPEG_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
MOST_PIXELS: Final = 100_000_000


class Damaged(ValueError):
    """A picture that does not follow its own structure. `code`: damaged, two-things, too-large."""

    def __init__(self, code: str = "damaged") -> None:
        super().__init__(code)
        self.code = code


def cleaned(body: bytes, media_type: str) -> bytes:
    """The same picture without notes.

    Raises:
        Damaged: it is no sound picture, has something behind its end, or is larger than any screen.
    """
    try:
        return {"image/png": _png, "image/jpeg": _jpeg, "image/webp": _webp}[media_type](body)
    except (struct.error, IndexError):
        raise Damaged from None


def _png(body: bytes) -> bytes:
    kept, at, ended = [_PNG], len(_PNG), False
    while at < len(body) and not ended:
        size, kind = struct.unpack_from(">I4s", body, at)
        end = at + 12 + size
        if end > len(body) or zlib.crc32(body[at + 4 : end - 4]) != struct.unpack_from(">I", body, end - 4)[0]:
            raise Damaged
        if kind == b"IHDR":
            _must_fit(*struct.unpack_from(">II", body, at + 8))
        if kind in _PNG_KEPT:
            kept.append(body[at:end])
        at, ended = end, kind == b"IEND"
    if not ended or body[12:16] != b"IHDR":
        raise Damaged
    return _nothing_behind(body, at, b"".join(kept))


def _nothing_behind(body: bytes, end: int, kept: bytes) -> bytes:
    if body[end:].strip(b"\x00"):
        raise Damaged("two-things")
    return kept


def _must_fit(width: int, height: int) -> None:
    if not 0 < width * height <= MOST_PIXELS:
        raise Damaged("too-large")


def _jpeg(body: bytes) -> bytes:
    kept, at = [b"\xff\xd8"], 2
    while True:
        marker, start, end = _segment(body, at)
        if marker == 0xD9:
            return _nothing_behind(body, end, b"".join([*kept, b"\xff\xd9"]))
        if marker == 0xE1 and (way_up := _way_up(body[start:end])):
            kept.insert(1, way_up)
        elif marker not in _JPEG_NOTES:
            kept.append(body[at:end])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", body, start + 1)
            _must_fit(width, height)
        at = end
        if marker == 0xDA:
            scan = _end_of_scan(body, at)
            kept.append(body[at:scan])
            at = scan


def _segment(body: bytes, at: int) -> tuple[int, int, int]:
    """Marker, start of its content, and end."""
    while body[at : at + 2] == b"\xff\xff":
        at += 1
    if body[at] != 0xFF:
        raise Damaged
    marker = body[at + 1]
    if marker == 0xD9 or marker in _JPEG_ALONE:
        return marker, at + 2, at + 2
    size = struct.unpack_from(">H", body, at + 2)[0]
    if size < 2 or at + 2 + size > len(body):
        raise Damaged
    return marker, at + 4, at + 2 + size


def _end_of_scan(body: bytes, at: int) -> int:
    while True:
        at = body.find(b"\xff", at)
        if at < 0 or at + 1 >= len(body):
            raise Damaged
        if body[at + 1] != 0x00 and body[at + 1] not in _JPEG_ALONE and body[at + 1] != 0xFF:
            return at
        at += 1 if body[at + 1] == 0xFF else 2


def _way_up(notes: bytes) -> bytes:
    """A segment with the way up alone, where a camera noted another than upright."""
    if not notes.startswith(b"Exif\x00\x00") or len(notes) < 14:
        return b""
    order = {b"II": "<", b"MM": ">"}.get(notes[6:8], "")
    if not order:
        return b""
    for tag, kind, value in _entries(notes[6:], order):
        if tag == _ORIENTATION and kind == 3 and 2 <= value <= 8:
            entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, value, 0)
            exif = b"Exif\x00\x00MM\x00\x2a" + struct.pack(">IH", 8, 1) + entry + b"\x00\x00\x00\x00"
            return b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    return b""


def _entries(tiff: bytes, order: str) -> Iterator[tuple[int, int, int]]:
    try:
        start = struct.unpack_from(f"{order}I", tiff, 4)[0]
        for number in range(min(200, struct.unpack_from(f"{order}H", tiff, start)[0])):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * number)
            yield tag, kind, value
    except struct.error:
        return


def _webp(body: bytes) -> bytes:
    size = struct.unpack_from("<I", body, 4)[0]
    if size + 8 > len(body):
        raise Damaged
    kept, at = [], 12
    while at < size + 8:
        kind, length = struct.unpack_from("<4sI", body, at)
        end = at + 8 + length + (length & 1)
        if end > size + 8 + 1:
            raise Damaged
        if kind == b"VP8X":
            flags = body[at + 8] & ~_WEBP_NOTES
            _must_fit(*(1 + int.from_bytes(body[at + edge : at + edge + 3], "little") for edge in (12, 15)))
            kept.append(body[at : at + 8] + bytes([flags]) + body[at + 9 : end])
        elif kind in _WEBP_KEPT:
            kept.append(body[at:end])
        at = end
    if not any(part[:4] in (b"VP8 ", b"VP8L", b"ANMF") for part in kept):
        raise Damaged
    inner = b"WEBP" + b"".join(kept)
    return _nothing_behind(body, size + 8, b"RIFF" + struct.pack("<I", len(inner)) + inner)
