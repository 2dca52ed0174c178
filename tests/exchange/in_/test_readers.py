"""Files in: told apart by what is in them, and no file of a stranger does harm."""

import gzip
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.exchange.columns import from_row, to_row
from landbridge.exchange.in_ import readers, tables
from landbridge.exchange.in_.readers import Source
from landbridge.exchange.in_.unreadable import Unreadable
from landbridge.formats.validate import validate
from landbridge.registry.loading import Line

RECORD = {"format": "technology", "id": "t-1", "language": "fr", "data": {"title": {"fr": "Pépinière"}}}


def read(path: Path, content: bytes, format_name: str | None = None) -> list[Line]:
    path.write_bytes(content)
    return list(Source(path, format_name))


def records(path: Path, content: bytes, format_name: str | None = None) -> list[Any]:
    return [line.record for line in read(path, content, format_name)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", orjson.dumps(RECORD) + b"\n\n" + orjson.dumps(RECORD) + b"\n"),
        ("a.jsonl", b"\xef\xbb\xbf" + orjson.dumps(RECORD) + b"\r\n" + orjson.dumps(RECORD)),
        ("a.json", orjson.dumps([RECORD, RECORD], option=orjson.OPT_INDENT_2)),
        ("a.json", orjson.dumps(RECORD) + b"\n" + orjson.dumps(RECORD)),
        ("a.jsonl.gz", gzip.compress(orjson.dumps(RECORD) + b"\n" + orjson.dumps(RECORD))),
        ("a.json.gz", gzip.compress(orjson.dumps([RECORD, RECORD]))),
        ("no-ending", orjson.dumps(RECORD) + b"\n" + orjson.dumps(RECORD)),
    ],
)
def test_json_in_every_wrapping(tmp_path: Path, name: str, content: bytes) -> None:
    assert records(tmp_path / name, content) == [RECORD, RECORD]


def test_one_record_on_many_lines(tmp_path: Path) -> None:
    assert records(tmp_path / "need.json", orjson.dumps(RECORD, option=orjson.OPT_INDENT_2)) == [RECORD]


def test_bad_lines_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    content = b'{"format": }\n[1]\n"text"\n' + orjson.dumps(RECORD) + b'\n{"a": "\xff"}\n{"b": "\\ud800"}'
    lines = read(tmp_path / "a.jsonl", b"{}\n" + content)
    assert [line.number for line in lines if line.record is None] == [2, 3, 4, 6, 7]
    assert all(line.problem for line in lines if line.record is None)
    assert lines[4].record == RECORD


def test_an_endless_line_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "LONGEST_LINE", 1_000)
    lines = read(tmp_path / "a.jsonl", b'{"a": "' + b"x" * 10_000 + b'"}\n' + orjson.dumps(RECORD))
    assert [line.record for line in lines] == [None, RECORD]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7 ..."),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("a.xlsx", b"format,title\nneed,x\n"),
        ("a.csv", "id,title".encode("utf-16")),
        ("a.csv", "format,title\nneed,caf\xe9\n".encode("latin-1")),
        ("a.csv", b"title,title\nx,y\n"),
        ("a.csv", b"\n\n"),
        ("a.json", b'[{"a": 1},'),
        ("a.jsonl.gz", gzip.compress(orjson.dumps(RECORD) * 1000)[:-20]),
        ("a.gz", b"\x1f\x8bnot really"),
        ("a.zip", b"PK\x03\x04" + bytes(100)),
        ("picture", b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_what_cannot_be_loaded_is_refused_in_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(Unreadable, match=name.split(".")[0]):
        read(tmp_path / name, content)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="folder"):
        list(Source(tmp_path))


CSV = """\ufeffid;Title;summary.fr;places;cost_lines;TRL;language
t-1;Pépinière;Des plants;KEN | Fidji;"[{""item"": ""Sol""}]";trl-8;fr
;Zweite;Des graines;;;;fr
"""


def test_a_table_with_semicolons_labels_and_lists(tmp_path: Path) -> None:
    first, second = records(tmp_path / "technologies.csv", CSV.encode())
    assert first == {
        "id": "t-1", "language": "fr", "format": "technology",
        "data": {"title": {"fr": "Pépinière"}, "summary": {"fr": "Des plants"}, "places": ["KEN", "Fidji"],
                 "cost_lines": [{"item": "Sol"}], "trl": "trl-8"},
    }  # fmt: skip
    assert second["data"] == {"title": {"fr": "Zweite"}, "summary": {"fr": "Des graines"}}
    assert validate("technology", first["data"], "fr")["places"] == ["KEN", "FJI"]


def test_a_row_with_too_many_cells(tmp_path: Path) -> None:
    lines = read(tmp_path / "need.csv", b"title,summary\na,b,c\nd,e\n")
    assert [line.problem != "" for line in lines] == [True, False]


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_with_a_sheet_for_each_format(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "all.xlsx",
        {
            "need": [["title", "places", "expires_on"], ["Rewa", "FJI", date(2027, 1, 2)], [None, None, None]],
            "Technologies": [[None], ["title.zh", "places"], ["苗圃", "CHN;KEN"]],
            "mixed": [["format", "title"], ["offer", "Training"]],
        },
    )
    need, technology, offer = [line.record for line in Source(path)]
    assert need == {"format": "need", "data": {"title": {"en": "Rewa"}, "places": ["FJI"], "expires_on": "2027-01-02"}}
    assert technology["data"] == {"title": {"zh": "苗圃"}, "places": ["CHN", "KEN"]}
    assert offer["format"] == "offer"


def repack(path: Path, change: dict[str, bytes]) -> Path:
    """A workbook with some of its parts replaced or added."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in {**parts, **change}.items():
            new.writestr(name, content)
    return path


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</worksheet>'
XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + SHEET % b"<sheetData/>"
LAUGHS = b'<?xml version="1.0"?>' + b" " * 70_000 + b'<!DOCTYPE x [<!ENTITY a "ha">]>' + SHEET % b"<sheetData/>"


@pytest.mark.parametrize(
    ("part", "content", "why"),
    [
        ("xl/worksheets/sheet1.xml", XXE, "document type"),
        ("xl/worksheets/sheet1.xml", LAUGHS, "document type"),
        ("xl/workbook.xml", XXE.decode().encode("utf-16"), "UTF-8"),
        ("xl/vbaProject.bin", b"Sub AutoOpen()", "macros"),
        ("xl/worksheets/sheet1.xml", b"<worksheet><broken", "read"),
        ("xl/workbook.xml", b"<workbook/>", "workbook|damaged|read"),
    ],
)
def test_hostile_workbooks(tmp_path: Path, part: str, content: bytes, why: str) -> None:
    path = repack(workbook(tmp_path / "bad.xlsx", {"need": [["title"], ["x"]]}), {part: content})
    with pytest.raises(Unreadable, match=why):
        list(Source(path))


def test_a_workbook_that_unpacks_to_gigabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LARGEST_UNPACKED", 1_000_000)
    path = repack(workbook(tmp_path / "bomb.xlsx", {"need": [["title"], ["x"]]}), {"xl/media/a.xml": bytes(5_000_000)})
    with pytest.raises(Unreadable, match="unpacks"):
        list(Source(path))


def test_a_sheet_that_claims_to_be_huge(tmp_path: Path) -> None:
    rows = b'<row r="1"><c r="A1" t="inlineStr"><is><t>title</t></is></c></row>'
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far away</t></is></c></row>'
    sheet = SHEET % (b'<dimension ref="A1:XFD1048576"/><sheetData>' + rows + far + b"</sheetData>")
    path = repack(workbook(tmp_path / "need.xlsx", {"need": [["title"], ["x"]]}), {"xl/worksheets/sheet1.xml": sheet})
    assert list(Source(path)) == []


def test_formulas_are_neither_written_nor_read_as_such() -> None:
    line = {"format": "technology", "id": "t", "language": "en", "data": {"title": {"en": "=HYPERLINK(1)"}}}
    row = to_row(line)
    assert row["title.en"] == "'=HYPERLINK(1)"
    assert from_row(row, None) == line


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["a.jsonl", "a.json", "need.csv", "a.xlsx", "a.gz", "a"]))
def test_no_file_brings_the_reader_down(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    path = tmp_path_factory.mktemp("any") / name
    try:
        assert all(line.record is not None or line.problem for line in read(path, content))
    except Unreadable as error:
        assert str(error)


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([orjson.dumps(RECORD)] * 5_000))
    source = Source(path)
    seen = [source.position for _ in source]
    assert seen == sorted(seen)
    assert source.position == source.size


def test_a_stream_is_closed_after_the_last_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(orjson.dumps(RECORD)))
    assert len(list(Source(path))) == len(list(Source(path))) == 1
