"""The command line with files that mean harm: one clear line, an exit code, nothing half-written, bounded memory."""

import gzip
import os
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest

from landbridge.exchange.in_.readers import Source
from landbridge.exchange.in_.unreadable import Unreadable
from landbridge.search import lexicons
from tests.node import Node

GOOD = orjson.dumps({
    "format": "technology", "id": "good", "language": "en",
    "data": {"title": {"en": "Seed bank"}, "summary": {"en": "Keeps seeds."}},
})  # fmt: skip
SKOS = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"""


def clear(told: str) -> bool:
    """Whether no line is endless, and none steers the terminal."""
    return max(map(len, told.splitlines()), default=0) < 1_000 and not {s for s in told if ord(s) < 32 and s != "\n"}


def _nested(depth: int) -> bytes:
    return b'{"format":"technology","data":{"title":' + b"[" * depth + b"]" * depth + b"}}"


FILES: dict[str, bytes] = {
    "truncated.jsonl.gz": gzip.compress(GOOD * 10)[:-9],
    "damaged.jsonl.gz": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + os.urandom(50),
    "nested.jsonl": _nested(100_000) + b"\n" + GOOD,
    "deep.jsonl": _nested(900) + b"\n" + GOOD,
    "deep.json": b"[" * 100_000,
    "bytes.jsonl": b"\xff\xfe\xfd{}\n" + GOOD,
    "latin.jsonl": b'{"format":"technology","data":{"title":"\xe9"}}\n' + GOOD,
    "line.jsonl": b'{"format":"technology","data":{"title":"' + b"x" * 20_000_000 + b'"}}\n',
    "bomb.jsonl.gz": gzip.compress(b'{"a":"' + b"x" * 30_000_000 + b'"}', 1),
    "bomb.csv.gz": gzip.compress(b"title,summary\n" + b'"' + b"x" * 30_000_000, 1),
    "nul.csv": b"format,id,title,summary\ntechnology,a,x\x00y,\x00\n",
    "quote.csv": b'format,id,title\ntechnology,a,"never closed\n' + b"x,y,z\n" * 200_000,
    "numbers.jsonl": b'{"format":"technology","data":{"title":"x","summary":"x","begun":' + b"9" * 5_000 + b"}}",
    "keys.jsonl": b'{"format":"technology",' + b'"data":{},' * 100_000 + b'"id":"x"}',
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_told_in_clear_lines(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    try:
        told = "\n".join(line.problem for line in Source(path))
    except Unreadable as error:
        told = str(error)
    assert clear(told)


def test_a_refusal_does_not_steer_the_terminal(node: Node, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [{"format": "\x1b]0;owned\x07\x1b[2J", "id": "\x1b[31m\x00", "data": {}},
             {"format": "technology", "data": {"\x1b[2J" + "x" * 5_000: 1, "title": "x"}}]  # fmt: skip
    path.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    assert clear(node.run("load", str(path), code=1).stderr)


def test_a_head_without_end_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "need.csv").write_bytes(b",".join(b"a%d" % number for number in range(12_000)) + b"\n1\n")
    with pytest.raises(Unreadable):
        list(Source(tmp_path / "need.csv"))


CONCEPT = '<urn:c:{0}> a skos:Concept ; skos:prefLabel "concept {0}"@en '
THESAURI: dict[str, tuple[int, str]] = {
    "cycle.ttl": (0, SKOS + "".join(CONCEPT.format(n) + f"; skos:broader <urn:c:{(n + 1) % 50}>, <urn:c:{n}> ; "
                                    f"skos:related <urn:c:{n}> .\n" for n in range(50))),
    "labels.ttl": (0, SKOS + CONCEPT.format(1) + "; skos:altLabel "
                   + ",".join(f'"label {n}"@en' for n in range(20_000)) + " ."),
    "long.ttl": (1, SKOS + f'<urn:c:1> a skos:Concept ; skos:prefLabel "{"x" * 200_000}"@en .'),
    "tabs.ttl": (0, SKOS + '<http://x.example/a%09b> skos:prefLabel "a\\tb|c\\nd\\u202e"@en .'),
    "external.rdf": (1, '<?xml version="1.0"?><!DOCTYPE r SYSTEM "file:///etc/passwd" [<!ENTITY e SYSTEM '
                     '"file:///etc/passwd">]><r>&e;</r>'),
    "dtd.rdf": (1, '<?xml version="1.0"?><!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><r/>'),
    "laughs.rdf": (1, '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
                   + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "&a;" * 10}">' for n in range(12))
                   + "]><r>&a11;</r>"),
    "context.jsonld": (1, '{"@context": "http://127.0.0.1:9/context", "@id": "urn:a"}'),
    "local.jsonld": (1, '{"@context": "file:///etc/passwd", "@id": "urn:a"}'),
    "deep.jsonld": (1, '{"a":' * 50_000 + "1" + "}" * 50_000),
    "deep.xml": (1, "<a>" * 50_000 + "</a>" * 50_000),
    "laughs.xml": (1, '<!DOCTYPE LexicalResource [<!ENTITY a "aaaaaaaaaa">'
                   + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "&a;" * 10}">' for n in range(12))
                   + "]><LexicalResource>&a11;</LexicalResource>"),
}  # fmt: skip


@pytest.fixture
def vocabularies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for imported vocabularies; what joins them with ours is left out, it takes seconds."""
    monkeypatch.setattr(lexicons, "imported_folder", lambda: tmp_path / "vocabularies")
    monkeypatch.setattr(lexicons, "load_network", lambda: type("None_", (), {"canonical": ()}))
    return tmp_path / "vocabularies"


@pytest.mark.parametrize("name", THESAURI)
def test_a_hostile_thesaurus_is_taken_or_refused(vocabularies: Path, tmp_path: Path, name: str) -> None:
    refused, content = THESAURI[name]
    (tmp_path / name).write_text(content, encoding="utf-8")
    try:
        lexicons.import_file(tmp_path / name, "evil")
    except lexicons.ImportProblem as error:
        assert refused
        assert clear(str(error))
        assert not list(vocabularies.glob("*"))
    else:
        assert not refused
        text = (vocabularies / "evil.tsv").read_text(encoding="utf-8")
        assert "root:" not in text
        assert lexicons.read(vocabularies / "evil.tsv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_found_wherever_they_are_declared(vocabularies: Path, tmp_path: Path, encoding: str) -> None:
    padding = "x" * 210_000 if encoding == "utf-8" else ""
    content = (
        f'<?xml version="1.0" encoding="{encoding}"?><!--{padding}--><!DOCTYPE r [<!ENTITY a "boom">]>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:s="http://www.w3.org/2004/02/skos/core#"><rdf:Description rdf:about="urn:a">'
        '<s:prefLabel xml:lang="en">&a;</s:prefLabel></rdf:Description></rdf:RDF>'
    )
    (tmp_path / "a.rdf").write_bytes(content.encode(encoding))
    with pytest.raises(lexicons.ImportProblem):
        lexicons.import_file(tmp_path / "a.rdf", "evil")


@pytest.mark.parametrize(
    "name", ["../evil", "/tmp/evil", "themes", "lexicon", "a b", "\x1b[2J", "x" * 300, "..", "e\n"]
)
def test_an_imported_vocabulary_stays_in_its_folder(vocabularies: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.ttl").write_text(SKOS + CONCEPT.format(1) + ".")
    with pytest.raises(lexicons.ImportProblem):
        lexicons.import_file(tmp_path / "a.ttl", name)


def test_nothing_outside_the_folder_is_removed(vocabularies: Path, tmp_path: Path) -> None:
    vocabularies.mkdir()
    (tmp_path / "evil.tsv").write_text("mine")
    assert not lexicons.remove("../evil")
    assert not lexicons.remove(str(tmp_path / "evil"))
    assert (tmp_path / "evil.tsv").exists()


def _member(archive: tarfile.TarFile, name: str, content: bytes = b"x", **more: Any) -> None:
    member = tarfile.TarInfo(name)
    member.size = 0 if "type" in more else len(content)
    for key, value in more.items():
        setattr(member, key, value)
    archive.addfile(member, BytesIO(content))


MEMBERS: dict[str, list[dict[str, Any]]] = {
    "up": [{"name": "files/../../../evil"}],
    "absolute": [{"name": "/tmp/landbridge-evil"}],
    "link": [{"name": "files/out", "type": tarfile.SYMTYPE, "linkname": "/tmp"}, {"name": "files/out/evil"}],
    "hard": [{"name": "files/out", "type": tarfile.LNKTYPE, "linkname": "/etc/passwd"}],
    "fifo": [{"name": "files/pipe", "type": tarfile.FIFOTYPE}],
    "other": [{"name": "settings.py"}],
    "manifest": [{"name": "manifest.json", "content": b'{"migrations": 5}'}],
    "empty": [],
}  # fmt: skip


@pytest.mark.parametrize("name", MEMBERS)
def test_a_hostile_backup_is_refused_before_anything_is_changed(db: None, tmp_path: Path, name: str) -> None:
    from landbridge.commands import archive

    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as packed:
        for member in MEMBERS[name]:
            _member(packed, **member)
    folder = tmp_path / "into"
    folder.mkdir()
    with pytest.raises(archive.BadArchive) as refused:
        archive.unpack(tmp_path / "b.tar.gz", folder)
    assert clear(str(refused.value))
    assert not (tmp_path / "evil").exists()
    assert not Path("/tmp/landbridge-evil").exists()


@pytest.mark.parametrize("kind", ["none", "lines"])
def test_a_backup_without_tables_takes_none_away(node: Node, tmp_path: Path, kind: str) -> None:
    (tmp_path / "good.jsonl").write_bytes(GOOD)
    node.run("load", str(tmp_path / "good.jsonl"))
    manifest = orjson.dumps({"migrations": [], "database": kind, "landbridge": "1", "made": "2026-01-01"})
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as packed:
        _member(packed, "manifest.json", manifest)
    node.run("restore", "--force", str(tmp_path / "b.tar.gz"), code=None)
    assert "good" in node.run("export", "-").stdout


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", " =1", "\n=1")


@pytest.mark.parametrize("shape", ["csv", "xlsx"])
def test_no_exported_cell_is_a_formula(node: Node, tmp_path: Path, shape: str) -> None:
    lines = [
        orjson.dumps({"format": "technology", "language": "en", "data": {
            "title": {"en": formula, "fr": formula}, "summary": {"en": formula}, "source": formula,
            "providers": [{"name": formula}], "other_names": [formula]}})
        for formula in FORMULAS
    ]  # fmt: skip
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    node.run("load", str(tmp_path / "a.jsonl"), code=None)
    out = tmp_path / f"out.{shape}"
    node.run("export", str(out))
    for cell in _cells(out):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d")), cell


def _cells(path: Path) -> list[str]:
    import csv

    import openpyxl

    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [cell for row in csv.reader(file) for cell in row]
    sheets = openpyxl.load_workbook(path).worksheets
    assert not [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    return [str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
