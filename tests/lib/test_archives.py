"""What strangers' archives may hold before a library opens them."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from landbridge.lib.archives import safe_zip


def packed(parts: Mapping[str, bytes], before: bytes = b"") -> bytes:
    """An archive of these parts; `before` stands in front of it."""
    kept = io.BytesIO()
    kept.write(before)
    with zipfile.ZipFile(kept, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


def codes(content: bytes) -> list[str]:
    return [trouble.code for trouble in safe_zip(content)]


def test_a_plain_archive_is_safe_as_bytes_and_as_file(tmp_path: Path) -> None:
    content = packed(
        {"word/document.xml": b"<?xml version='1.0' encoding='UTF-8'?><a/>", "word/media/a.png": b"\x89PNG"}
    )
    assert safe_zip(content) == []
    file = tmp_path / "a.docx"
    file.write_bytes(content)
    assert safe_zip(file) == []


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"a.xml": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'}, "doctype"),
        ({"a.xml": b" " * 65_530 + b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>'}, "doctype"),
        ({"media/a.dat": b'<!DOCTYPE a [<!ENTITY x "y">]><a/>'}, "doctype"),
        ({"a.xml": "<!DOCTYPE a><a/>".encode("utf-16")}, "encoding"),
        ({"a.xml": b"<?xml version='1.0' encoding='UTF-7'?>+ADwAIQ-DOCTYPE"}, "encoding"),
        ({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}, "macros"),
        ({"word/run.EXE": b"MZ"}, "macros"),
        ({"[Content_Types].xml": b"<a>application/vnd.ms-word.document.macroEnabled.main+xml</a>"}, "macros"),
        ({"../../a.xml": b"<a/>"}, "odd-names"),
        ({"C:\\a.xml": b"<a/>"}, "odd-names"),
        ({"zeros": bytes(30_000_000)}, "too-large"),
        ({f"{number}.xml": b"" for number in range(2_001)}, "too-large"),
    ],
)  # fmt: skip
def test_what_is_dangerous_is_named(parts: dict[str, bytes], code: str) -> None:
    assert codes(packed(parts)) == [code]


def test_a_file_of_two_kinds_is_no_archive() -> None:
    assert codes(packed({"a.xml": b"<a/>"}, before=b"GIF89a\x01\x00\x01\x00")) == ["not-an-archive"]
    assert codes(b"%PDF-1.7") == ["not-an-archive"]
    assert codes(b"") == ["not-an-archive"]


def test_damage_and_passwords_are_told() -> None:
    content = packed({"a.xml": b"<a>" + bytes(range(256)) * 40 + b"</a>"})
    assert codes(content[: len(content) // 2]) == ["damaged"]
    locked = bytearray(content)
    locked[content.rindex(b"PK\x01\x02") + 8] |= 1
    assert codes(bytes(locked)) == ["encrypted"]


def test_parts_that_share_bytes_are_refused() -> None:
    """How an archive of 40 kB unpacks to terabytes: many entries for the same bytes."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b"<a>" + b"x" * 5_000 + b"</a>")
        first = archive.infolist()[0]
        for number in range(5):
            again = zipfile.ZipInfo(f"b{number}.xml")
            again.compress_type, again.CRC = first.compress_type, first.CRC
            again.compress_size, again.file_size, again.header_offset = first.compress_size, first.file_size, 0
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
    assert "overlapping" in codes(kept.getvalue())
