"""Tables of other people: columns guessed in six languages, a mapping that is kept, rows that become records."""

import io
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from landbridge.exchange.in_ import guessing, held, mapping
from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found
from landbridge.exchange.in_.running import run_source
from landbridge.exchange.in_.sources.table import Table
from landbridge.exchange.models import Source, SourceItem
from landbridge.registry.models import Record
from landbridge.registry.queries import get
from landbridge.registry.rules import ANYONE

CSV = """Ref no;Titre;Title (EN);Resumen;Pays;Year;Kind;Lien;Useful
R-1;Étangs;Ponds;Estanques de peces;Fidji, Kenya;2019;Faltblatt;https://example.org/1;oui
R-2;Haies;;Setos;Kenya;1 999;Map;;non
;Sans numéro;;x;;;;;
R-2;Encore;;x;;;;;
R-3;Mauvais;;x;Atlantis;;Map;;
"""


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("Ref no;Titre;Title (EN);Resumen;Pays", "- title/fr title/en summary/es places/"),
        ("编号;标题;摘要;国家;年份", "- title/zh summary/zh places/ year/"),
        ("الرقم;العنوان;ملخص;البلد", "- title/ar summary/ar places/"),
        ("Номер;Название;Аннотация;Страна", "- title/ru summary/ru places/"),
        ("id;title_fr;name [es];point.latitude;Longitude", "- title/fr title/es point.latitude/ point.longitude/"),
    ],
)
def test_columns_are_guessed_in_six_languages(head: str, expected: dict[str, str]) -> None:
    names = head.split(";")
    columns = [guessing.Sample(name, (f"x{n}",), 1, 1) for n, name in enumerate(names)]
    found = guessing.guess("resource", columns)
    told = {name: f"{one['to']}/{one['language']}" for name, one in found["columns"].items()}
    assert " ".join(told.get(name, "-") for name in names) == expected
    assert found["key"] == names[0]
    mapping.read(found)


def mapped(**more: Any) -> dict[str, Any]:
    return {
        "format": "resource", "language": "fr", "key": "Ref no", "fixed": {"licence": "public-domain"},
        "columns": {
            "Titre": {"to": "title", "language": "fr"}, "Title (EN)": {"to": "title", "language": "en"},
            "Resumen": {"to": "summary", "language": "es"}, "Pays": {"to": "places"}, "Year": {"to": "year"},
            "Kind": {"to": "resource_types", "values": {"Faltblatt": "guide"}}, "Lien": {"to": "links"},
        }, **more,
    }  # fmt: skip


def found_in(path: Path, name: str = "", **settings: Any) -> list[Found | Checkpoint]:
    return list(Table().read(Ask("", settings, {}, lambda url: None, path, name or path.name)))  # type: ignore[arg-type,return-value]


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "liste.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def test_rows_become_records_by_the_mapping(csv: Path) -> None:
    told, *rows, end = found_in(csv, mapping=mapped(), whole=True)
    assert isinstance(told, Checkpoint)
    assert isinstance(end, Checkpoint)
    assert end.done
    first = rows[0]
    assert isinstance(first, Found)
    assert (first.key, first.place) == ("R-1", "liste.csv, row 2")
    assert first.record == {
        "format": "resource", "language": "fr",
        "data": {
            "licence": "public-domain", "title": {"fr": "Étangs", "en": "Ponds"},
            "summary": {"es": "Estanques de peces"},
            "places": ["Fidji", "Kenya"], "year": "2019", "resource_types": ["guide"],
            "links": ["https://example.org/1"],
        },
    }  # fmt: skip
    assert [one.problem.partition(",")[0] for one in rows if isinstance(one, Found)] == [
        "", "", "The row has no “Ref no”", "An earlier row has the same identifier.", "",
    ]  # fmt: skip


def test_without_a_mapping_the_columns_are_told_first(csv: Path) -> None:
    reading = Table().read(Ask("", {}, {}, lambda url: None, csv, csv.name))  # type: ignore[arg-type,return-value]
    told = next(reading)
    assert isinstance(told, Checkpoint)
    columns = {one.name: one for one in guessing.samples(told.state)}
    assert columns["Kind"].cells == ("Faltblatt", "Map")
    with pytest.raises(BadSource, match="which column answers which question"):
        next(reading)


def test_cells_that_name_no_term_are_asked_for(csv: Path) -> None:
    told = found_in(csv, mapping=mapped())[0]
    assert isinstance(told, Checkpoint)
    given = mapped()
    given["columns"]["Kind"] = {"to": "resource_types"}
    assert guessing.unknown_cells(mapping.read(given), guessing.samples(told.state)) == {
        "Pays": ["Atlantis"], "Kind": ["Faltblatt"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (None, "which kind of record"), ({"format": "spaceship"}, "which kind of record"),
        ({"format": "resource"}, "the title"), (mapped(language="no tag"), "language tag"),
        (mapped(columns={"A": {"to": "wings"}}), "cannot answer"), (mapped(fixed={"wings": "2"}), "no question"),
        (mapped(columns={"A": {"to": "files"}}), "cannot answer"),
        (mapped(columns={"A": {"to": "title", "language": "xx-x-x"}}), "language tag"),
        (mapped(columns={str(number): {} for number in range(501)}), "at most"),
    ],
)  # fmt: skip
def test_a_mapping_that_fits_nothing_is_one_clear_line(given: Any, line: str) -> None:
    with pytest.raises(mapping.BadMapping, match=line):
        mapping.read(given)


def test_a_table_whose_head_has_changed_does_not_come_in_halved(csv: Path) -> None:
    csv.write_text(CSV.replace("Kind", "Sort"), encoding="utf-8")
    with pytest.raises(BadSource, match="no column “Kind” any more"):
        found_in(csv, mapping=mapped())


def test_a_workbook_keeps_its_dates_numbers_and_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Read me"  # type: ignore[union-attr]
    book.active.append(["Nothing here"])  # type: ignore[union-attr]
    sheet = book.create_sheet("Events")
    sheet.append(["No", "Name", "Starts", "Ends", "Changed"])
    sheet.append([7.0, "Fair", datetime(2026, 5, 1), "3.6.2026", datetime(2026, 1, 2)])  # noqa: DTZ001
    book.save(tmp_path / "events.xlsx")
    chosen = {
        "format": "event", "key": "No", "sheet": "Events", "stated": "Changed",
        "columns": {"Name": {"to": "title"}, "Starts": {"to": "when.start"}, "Ends": {"to": "when.end"}},
    }  # fmt: skip
    period = next(name for name in mapping.targets("event") if name.endswith(".start")).partition(".")[0]
    chosen["columns"] = {"Name": {"to": "title"}, "Starts": {"to": f"{period}.start"}, "Ends": {"to": f"{period}.end"}}
    _, row, _ = found_in(tmp_path / "events.xlsx", mapping=chosen)
    assert isinstance(row, Found)
    assert row.record is not None
    assert (row.key, row.record["data"][period]) == ("7", {"start": "2026-05-01", "end": "2026-06-03"})
    assert row.stated_at == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1 234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("3,5", "3.5"),
        ("12", "12"),
        ("many", "many"),
    ],
)
def test_numbers_as_people_write_them(written: str, number: str) -> None:
    assert mapping._number(written) == number


@pytest.mark.parametrize(
    ("written", "month_first", "day"),
    [("3/4/2024", False, "2024-04-03"), ("3/4/2024", True, "2024-03-04"), ("2024-04-03", False, "2024-04-03"),
     ("03.04.2024", False, "2024-04-03"), ("soon", False, "soon")],
)  # fmt: skip
def test_days_as_people_write_them(written: str, month_first: bool, day: str) -> None:
    assert mapping._day(written, month_first=month_first) == day


def test_other_writings_are_read_when_they_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    given = {"format": "resource", "language": "ru", "columns": {"Название": {"to": "title"}}}
    for encoding in ("windows-1251", "utf-16"):
        path.write_bytes("Название,Год\nПруды,2019\n".encode(encoding))
        row = found_in(path, encoding=encoding, mapping=given)[1]
        assert isinstance(row, Found)
        assert row.record is not None
        assert row.record["data"] == {"title": {"ru": "Пруды"}}
    with pytest.raises(BadSource, match="UTF-16"):
        found_in(path, mapping=given)


@pytest.mark.parametrize("junk", [b"%PDF-1.7", b"", b"\x00\x01\x02", b"PK\x03\x04junk", b"{}", b"a,a\n1,2\n"])
def test_what_is_no_table_is_one_clear_line(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(junk)
    with pytest.raises(BadSource):
        found_in(tmp_path / "x.csv", mapping=mapped())


def test_a_table_at_an_address_is_asked_whether_it_changed() -> None:
    asked: list[dict[str, str]] = []

    class Answer:
        def __init__(self, status: int) -> None:
            self.status, self.headers, self.body = status, {"etag": '"1"'}, io.BytesIO(CSV.encode())

    @contextmanager
    def get(url: str, headers: dict[str, str]) -> Any:
        asked.append(headers)
        yield Answer(304 if headers else 200 if url.endswith("list") else 404)

    def read(address: str, state: dict[str, Any]) -> list[Any]:
        return list(Table().read(Ask(address, {"mapping": mapped()}, state, get)))

    end = read("https://example.org/list", {})[-1]
    assert end.state["etag"] == '"1"'
    assert read("https://example.org/list", end.state) == []
    assert asked == [{}, {"If-None-Match": '"1"'}]
    with pytest.raises(BadSource, match="answers 404"):
        read("https://example.org/lost", {})


@pytest.mark.django_db
def test_the_same_table_again_a_month_later(csv: Path) -> None:
    mine = Source.objects.create(id="liste", door="table", title="Liste", answers={"mapping": mapped(), "whole": True})

    def bring() -> Any:
        with csv.open("rb") as file:
            return run_source(mine, file="liste.csv", held_as=held.hold([file.read()]))

    first = bring()
    assert (first.error, first.new, first.refused) == ("", 2, 3)
    view = get(SourceItem.objects.get(key="R-1").record_id, ANYONE)
    assert (view.data["places"], view.data["year"], view.data["resource_types"]) == (["FJI", "KEN"], 2019, ["guide"])
    csv.write_text(CSV.replace("Étangs", "Étangs à poissons").replace("R-2;Haies", "R-4;Haies"), encoding="utf-8")
    again = bring()
    assert (again.changed, again.new) == (2, 1), "the second R-2 is the only one now"
    assert Record.objects.filter(state="published").count() == 3
