"""Documents of people who mean harm: each ends as one refusal, in bounded time and memory, and the node goes on."""

import io
import logging
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from landbridge.exchange.documents import child, workshop
from landbridge.exchange.documents.filling import fill
from landbridge.exchange.documents.unreadable import Unreadable
from landbridge.exchange.documents.workshop import drawn, read
from landbridge.search.understand import detect
from landbridge.web.papers import refused, words_of
from tests.cast import assemble
from tests.exchange.documents.test_reading import pdf, saved
from tests.web.reading import read_page

MOST_SECONDS = child.SECONDS + 8


def packed(parts: dict[str, bytes], like: bytes | None = None, before: bytes = b"") -> bytes:
    """An archive with these parts, and those of another one that they do not replace."""
    kept = io.BytesIO()
    kept.write(before)
    with zipfile.ZipFile(kept, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        if like is not None:
            with zipfile.ZipFile(io.BytesIO(like)) as other:
                for name in set(other.namelist()) - set(parts):
                    archive.writestr(name, other.read(name))
    return kept.getvalue()


def docx(text: str = "Reefs") -> bytes:
    from docx import Document

    document = Document()
    document.add_paragraph(text)
    return saved(document)


def xlsx(*rows: list[Any]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_XXE = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_BODY = f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>'
XXE = (_XXE + _BODY).encode()
LAUGHS = (b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
          b"<w><t>&b;</t></w>")  # fmt: skip


def _bomb() -> bytes:
    body = f'<w:document xmlns:w="{W}"><w:body>'.encode() + b" " * 60_000_000 + b"</w:body></w:document>"
    return packed({"word/document.xml": body}, docx())


def _many_pages() -> bytes:
    return pdf(*["x"] * 10_000)


def _locked_pdf() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(pdf("secret"))))
    writer.encrypt("open sesame", algorithm="RC4-128")
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def _looping_pdf() -> bytes:
    """Its tree of pages is its own parent and child."""
    return pdf("x").replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")


def _looping_xref() -> bytes:
    body = pdf("x")
    start = body.rindex(b"startxref\n") + 10
    place = body[start:].split(b"\n")[0]
    return body.replace(b"/Root 1 0 R >>", b"/Root 1 0 R /Prev " + place + b" >>")


def _locked_office() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)


REFUSALS: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip-bomb": (_bomb, "too-large"),
    "xxe-docx": (lambda: packed({"word/document.xml": XXE}, docx()), "doctype"),
    "xxe-xlsx": (lambda: packed({"xl/workbook.xml": XXE}, xlsx(["a"])), "doctype"),
    "laughs": (lambda: packed({"xl/sharedStrings.xml": LAUGHS}, xlsx(["a"])), "doctype"),
    "xxe-utf16": (lambda: packed({"word/document.xml": XXE.decode().encode("utf-16")}, docx()), "encoding"),
    "macros": (lambda: packed({"word/vbaProject.bin": b"\xd0\xcf"}, docx()), "macros"),
    "macro-type": (lambda: packed({"[Content_Types].xml": b"<Types>macroEnabled</Types>"}, xlsx(["a"])), "macros"),
    "traversal": (lambda: packed({"../../etc/cron.d/x": b"x"}, docx()), "odd-names"),
    "polyglot": (lambda: packed({"a": b"x"}, docx(), before=b"GIF89a" + bytes(64)), "unknown-kind"),
    "html-zip": (lambda: packed({"a": b"x"}, docx(), before=b"<script>alert(1)</script>"), "unknown-kind"),
    "jar": (lambda: packed({"META-INF/MANIFEST.MF": b"Main-Class: X"}), "unknown-kind"),
    "program": (lambda: b"MZ" + bytes(1000), "unknown-kind"),
    "page": (lambda: b"<html><script>alert(1)</script></html>", "unknown-kind"),
    "rtf": (lambda: rb"{\rtf1\ansi hello}", "unknown-kind"),
    "empty": (lambda: b"", "empty"),
    "half": (lambda: docx()[:900], "damaged"),
    "no-xml": (lambda: packed({"word/document.xml": b"<w:document"}, docx()), "damaged"),
    "no-body": (lambda: packed({"word/document.xml": b"<a/>"}, docx()), "damaged"),
    "no-sheets": (lambda: packed({"xl/workbook.xml": b"<a/>"}), "damaged"),
    "old-office": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), "old-office"),
    "locked-office": (_locked_office, "encrypted"),
    "locked-pdf": (_locked_pdf, "encrypted"),
    "many-pages": (_many_pages, "too-long"),
    "pdf-only-head": (lambda: b"%PDF-1.7\n", "damaged"),
    "pdf-noise": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 400, "damaged"),
    "large": (lambda: b"PK" + bytes(21 * 1024 * 1024), "too-large"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_each_is_refused_with_its_one_reason_in_time(name: str) -> None:
    make, code = REFUSALS[name]
    content = make()
    started = time.monotonic()
    with pytest.raises(Unreadable) as told:
        read(content)
    assert time.monotonic() - started < MOST_SECONDS
    assert told.value.code == code
    assert refused(told.value.code).endswith(".")
    assert read(docx("after")).blocks == [("text", ["after"])]


@pytest.mark.parametrize("make", [_looping_pdf, _looping_xref])
def test_loops_end(make: Callable[[], bytes]) -> None:
    started = time.monotonic()
    try:
        read(make())
    except Unreadable as unreadable:
        assert unreadable.code in ("damaged", "too-long", "too-slow")
    assert time.monotonic() - started < MOST_SECONDS


def test_a_sheet_that_claims_to_be_endless_is_read_by_what_is_in_it() -> None:
    import re

    with zipfile.ZipFile(io.BytesIO(xlsx(["Title", "Reefs"]))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    huge = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', sheet)
    far = huge.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    started = time.monotonic()
    told = read(packed({"xl/worksheets/sheet1.xml": far}, xlsx(["a"])))
    assert time.monotonic() - started < MOST_SECONDS
    assert told.blocks[0] == ("row", ["Title", "Reefs"])


def test_deeply_nested_tables_and_endless_texts_are_bounded() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 400 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 400
    body = f'<w:document xmlns:w="{W}"><w:body>{deep}</w:body></w:document>'.encode()
    try:
        read(packed({"word/document.xml": body}, docx()))
    except Unreadable as unreadable:
        assert unreadable.code == "damaged"
    long = f'<w:document xmlns:w="{W}"><w:body>' + "<w:p><w:r><w:t>word</w:t></w:r></w:p>" * 50_000
    told = read(packed({"word/document.xml": f"{long}</w:body></w:document>".encode()}, docx()))
    assert len(told.blocks) <= 20_000
    assert ("rest", "") in told.unread


def test_a_child_that_never_ends_or_eats_memory_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "LONGEST", 0.05)
    with pytest.raises(Unreadable) as told:
        read(docx())
    assert told.value.code == "too-slow"


def test_the_child_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment holds nothing of the node's."""
    seen: dict[str, Any] = {}

    def run(command: list[str], **options: Any) -> Any:
        seen.update(options["env"])
        raise workshop.subprocess.TimeoutExpired(command, 1)

    monkeypatch.setenv("LANDBRIDGE_SECRET_KEY", "hidden")
    monkeypatch.setattr(workshop.subprocess, "run", run)
    with pytest.raises(Unreadable):
        read(docx())
    assert set(seen) == {"PATH", "LANG", "PYTHONDONTWRITEBYTECODE"}


def test_too_many_at_once_wait_and_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "_PATIENCE", 0.01)
    for _ in range(2):
        assert workshop._AT_ONCE.acquire(timeout=1)
    try:
        with pytest.raises(Unreadable) as told:
            read(docx())
        assert told.value.code == "busy"
    finally:
        workshop._AT_ONCE.release()
        workshop._AT_ONCE.release()


def test_a_form_with_a_forged_mark_is_no_way_in() -> None:
    from docx import Document

    for mark in ("landbridge-form:nothing:1:en::0", "landbridge-form:need:1:zz-QQQQQQ::0",
                 "landbridge-form:need:1:en:../../etc:1", "landbridge-form:need:999999:en::0"):  # fmt: skip
        document = Document()
        document.add_paragraph(mark)
        made = fill(read(saved(document)), words_of, detect)
        assert made.format in ("need", "")
        assert made.answers == {}


def test_a_page_answers_every_hostile_file_with_a_sentence(db: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    client = Client(headers={"host": "localhost", "accept-language": "en"})
    client.force_login(assemble().sven.account)
    for name in ("zip-bomb", "xxe-docx", "macros", "polyglot", "locked-pdf", "half", "pdf-noise", "large"):
        file = io.BytesIO(REFUSALS[name][0]())
        file.name = "../../<b>evil</b>.docx"
        page = read_page(client.post("/write/guided", {"text": "What I typed.", "file": file}), 422)
        assert len(page.xpath("//*[@role='alert']")[0].text_content().split(".")) <= 3, name
        assert page.xpath("//textarea[@name='text']")[0].text_content().strip() == "What I typed."


def test_scripts_in_a_document_are_shown_and_never_run(db: None) -> None:
    client = Client(headers={"host": "localhost", "accept-language": "en"})
    client.force_login(assemble().sven.account)
    file = io.BytesIO(xlsx(["Title", "<script>alert(1)</script>"], ["<img src=x onerror=alert(2)>", "x"],
                           ["Web addresses", "javascript:alert(3)"]))  # fmt: skip
    file.name = "a.xlsx"
    answer = client.post("/write/guided", {"file": file})
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "<script>alert" not in body and "<img src=x" not in body and 'href="javascript' not in body


def test_what_we_write_holds_no_formula() -> None:
    from landbridge.exchange.documents.paper import paper

    body = drawn(paper("need", words_of("en"), {"title": {"en": "=1+1"}}), "xlsx")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
