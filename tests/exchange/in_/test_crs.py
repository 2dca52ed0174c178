"""OECD CRS in: the export of today and the files of earlier years, both in the shapes in which people have them."""

import csv
import io
import struct
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from landbridge.exchange.in_.door import BadSource, Checkpoint
from landbridge.exchange.in_.sources import crs
from landbridge.exchange.in_.sources.crs import Crs
from landbridge.exchange.in_.sources.crs_rows import columns
from landbridge.exchange.in_.sources.known import dac_places, purposes
from landbridge.formats.vocabulary import vocabulary
from tests.exchange.in_.asking import Server, asked, proved, things
from tests.support import shared

EARLIER = [
    "Year", "DonorCode", "DEDonorcode", "DonorName", "AgencyCode", "AgencyName", "CrsID", "ProjectNumber",
    "RecipientCode", "RecipientName", "FlowName", "Bi_Multi", "Finance_t", "Aid_t", "USD_Commitment",
    "USD_Disbursement", "USD_Commitment_Defl", "USD_Disbursement_Defl", "ShortDescription", "ProjectTitle",
    "PurposeCode", "PurposeName", "ChannelCode", "ChannelName", "ExpectedStartDate", "CompletionDate",
    "LongDescription", "Gender", "Environment", "Biodiversity", "ClimateMitigation", "ClimateAdaptation",
    "Desertification",
]  # fmt: skip
TODAY = [
    ("DONOR", "Donor"), ("RECIPIENT", "Recipient"), ("SECTOR", "Sector"), ("MEASURE", "Measure"),
    ("MODALITY", "Modality"), ("FLOW_TYPE", "Flow type"), ("PRICE_BASE", "Price base"),
    ("MD_DIM", "Drilldown dimension"), ("UNIT_MEASURE", "Unit of measure"), ("TIME_PERIOD", "Time period"),
    ("OBS_VALUE", "Observation value"), ("UNIT_MULT", "Unit multiplier"), ("OECD_ID", "OECD ID"),
    ("PROJECT_TITLE", "Project title"), ("LONG_DESCRIPTION", "Long description"), ("BIODIVERSITY", "Biodiversity"),
    ("RMNCH", "RMNCH"),
]  # fmt: skip


def project(**told: Any) -> dict[str, Any]:
    said = {
        "Year": 2022, "DonorCode": 801, "DEDonorcode": "AUS", "DonorName": "Australia", "AgencyName": "Reef Agency",
        "CrsID": "2022000001", "ProjectNumber": "R-1", "RecipientCode": 832, "RecipientName": "Fiji", "Bi_Multi": 1,
        "USD_Commitment": "1.5", "USD_Disbursement": "0.25", "USD_Disbursement_Defl": "0.3", "Aid_t": "D02",
        "ProjectTitle": "Reef nurseries", "LongDescription": "Coral nurseries, run by villages.",
        "PurposeCode": "41030", "ChannelName": "Institute of the Sea", "Biodiversity": 2,
    }  # fmt: skip
    return {**said, **told}


def earlier(*projects: Mapping[str, Any], mark: str = "|", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, EARLIER, delimiter=mark, restval="")
    writer.writeheader()
    writer.writerows(projects)
    return text.getvalue().encode(encoding)


def today(rows: Iterable[Mapping[str, Any]], labels: bool = True) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([name for pair in TODAY for name in (pair if labels else pair[:1])])
    for row in rows:
        cells = [(row.get(code, ""), row.get(label, "")) for code, label in TODAY]
        writer.writerow([cell for pair in cells for cell in (pair if labels else pair[:1])])
    return text.getvalue().encode()


def flow(**told: Any) -> dict[str, Any]:
    said = {
        "DONOR": "FRA", "Donor": "France", "RECIPIENT": "MDG", "Recipient": "Madagascar", "SECTOR": "41030",
        "Sector": "Biodiversity", "FLOW_TYPE": "C", "PRICE_BASE": "V", "MD_DIM": "DD", "UNIT_MEASURE": "USD",
        "TIME_PERIOD": 2021, "OBS_VALUE": "2", "UNIT_MULT": 6, "OECD_ID": "2021000009",
        "PROJECT_TITLE": "Forêts de Madagascar", "BIODIVERSITY": "2",
    }  # fmt: skip
    return {**said, **told}


def test_an_earlier_file_gives_one_programme_a_project(tmp_path: Path) -> None:
    rows = [
        project(),
        project(CrsID="2022000002", ProjectTitle="Roads", PurposeCode="21020", Biodiversity=0),
        project(Year=2023, USD_Commitment="", USD_Disbursement="0.75", Biodiversity="", LongDescription="Short."),
    ]
    (one,) = things(Crs(), earlier(*rows), folder=tmp_path, name="CRS 2022 data.txt")
    said = proved(one)
    assert one.key == "AUS/2022000001" and said["title"] == {"en": "Reef nurseries"}
    assert said["summary"] == {"en": "Coral nurseries, run by villages."} and said["places"] == ["FJI"]
    assert said["budget"] == {"amount": "1500000.00", "currency": "USD"}
    assert said["disbursed"] == {"amount": "1000000.00", "currency": "USD"}
    assert said["purpose_code"] == "41030" and said["biodiversity_marker"] == 2
    assert [funder["name"] for funder in said["funders"]] == ["Australia", "Reef Agency"]
    assert said["support_types"] == ["technical-support"] and said["cooperation"] == ["bilateral"]
    assert one.facts["amounts_usd"]["2022"]["disbursement_constant"] == "300000"
    assert one.facts["years"] == ["2022", "2023"] and one.facts["rows"] == 2


def test_an_empty_marker_is_not_0(tmp_path: Path) -> None:
    rows = [project(CrsID=f"{number}", Biodiversity=marker) for number, marker in enumerate(["", 0, 1, 2, "x", 7])]
    found = things(Crs(), earlier(*rows), folder=tmp_path, every_project=True)
    assert [proved(one).get("biodiversity_marker", "none") for one in found] == ["none", 0, 1, 2, "none", "none"]
    assert "biodiversity" in found[0].facts["markers_not_screened"]
    assert found[1].facts["markers"]["biodiversity"] == 0
    assert len(things(Crs(), earlier(*rows), folder=tmp_path)) == 6, "purpose 41030 counts as well"
    other = [{**row, "PurposeCode": "11110"} for row in rows]
    assert [one.key for one in things(Crs(), earlier(*other), folder=tmp_path)] == ["AUS/2", "AUS/3"]


@pytest.mark.parametrize("labels", [True, False])
def test_the_export_of_today_flows_and_prices(labels: bool, tmp_path: Path) -> None:
    rows = [
        flow(), flow(FLOW_TYPE="D", OBS_VALUE="0.5"), flow(FLOW_TYPE="D", PRICE_BASE="Q", OBS_VALUE="0.6"),
        flow(FLOW_TYPE="D", TIME_PERIOD=2022, OBS_VALUE="250", UNIT_MULT=3),
        flow(UNIT_MEASURE="XDC", OBS_VALUE="9999"), flow(MD_DIM="_T", OECD_ID="_T", PROJECT_TITLE=""),
    ]  # fmt: skip
    (one,) = things(Crs(), today(rows, labels), folder=tmp_path, language="fr")
    said = proved(one)
    assert one.record and one.record["language"] == "fr" and said["title"] == {"fr": "Forêts de Madagascar"}
    assert said["budget"]["amount"] == "2000000.00" and said["disbursed"]["amount"] == "750000.00"
    assert said["places"] == ["MDG"] and said["biodiversity_marker"] == 2
    assert one.facts["amounts_usd"]["2021"]["disbursement_constant"] == "600000"


def test_codes_and_labels_in_one_cell(tmp_path: Path) -> None:
    head = ",".join(f"{code}: {label}" for code, label in TODAY)
    cells = ",".join(f"{flow().get(code, '')}: {flow().get(label, '')}".strip(": ") for code, label in TODAY)
    (one,) = things(Crs(), f"{head}\n{cells}\n".encode(), folder=tmp_path)
    said = proved(one)
    assert said["funders"] == [{"name": "France"}] and said["places"] == ["MDG"] and said["purpose_code"] == "41030"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", ["|", ",", ";", "\t"])
def test_ways_of_writing(mark: str, encoding: str, tmp_path: Path) -> None:
    text = earlier(project(ProjectTitle="Récifs, forêts; mers"), mark=mark, encoding=encoding)
    (one,) = things(Crs(), text, folder=tmp_path)
    assert proved(one)["title"] == {"en": "Récifs, forêts; mers"}


def zipped(name: str, body: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", method) as archive:
        archive.writestr(name, body)
    return memory.getvalue()


def test_a_zip_is_read_and_deflate64_is_told(tmp_path: Path) -> None:
    body = earlier(project())
    assert len(things(Crs(), zipped("CRS 2022 data.txt", body), folder=tmp_path, name="crs.zip")) == 1
    other = zipped("CRS 2022 data.txt", body).replace(struct.pack("<HH", 20, 0) + b"\x08\0", b"\x14\0\0\0\x09\0")
    with pytest.raises(BadSource, match="Deflate64"):
        things(Crs(), other, folder=tmp_path, name="crs.zip")


def test_regions_and_what_is_not_known(tmp_path: Path) -> None:
    rows = [
        project(RecipientCode=298, RecipientName="Africa, regional"),
        project(RecipientCode=998, RecipientName="Developing countries, unspecified"),
        project(RecipientCode="", RecipientName="Central Asia, regional"),
    ]
    (one,) = things(Crs(), earlier(*rows), folder=tmp_path)
    assert proved(one)["places"] == ["002", "143"]
    assert one.facts["places_not_known"] == ["998 Developing countries, unspecified"]


def test_rows_that_cannot_be_read_stop_no_other(tmp_path: Path) -> None:
    lines = earlier(project(), project(CrsID="", ProjectNumber="", ProjectTitle="", ShortDescription="")).splitlines()
    text = b"\n".join([*lines, b"2022|801", b"|".join([b"x"] * 60), earlier(project(CrsID="9")).splitlines()[1]])
    found = things(Crs(), text, folder=tmp_path)
    assert [one.key for one in found if not one.problem] == ["AUS/2022000001", "AUS/9"]
    assert [one.place for one in found if one.problem] == ["row 3", "row 4", "row 5"]


HOSTILE = {
    "parquet": b"PAR1" + bytes(40), "a page": b"<html>no</html>", "another table": b"name,title\nx,y\n",
    "nothing": b"", "a damaged archive": b"PK\x03\x04" + bytes(60), "no text inside": zipped("a.xlsx", b"x"),
    "only sums": today([flow(MD_DIM="_T")]),
    "only empty rows": b"Year|RecipientName|ProjectTitle\n" + b"||\n" * 100_100,
    "a cell without an end": b'Year|RecipientName|ProjectTitle\n"' + b"x" * 1_100_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_none_ends_in_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadSource) as caught:
        things(Crs(), HOSTILE[name], folder=tmp_path)
    assert "\n" not in str(caught.value) and 20 < len(str(caught.value)) < 400


def test_amounts_that_are_none_and_huge_ones(tmp_path: Path) -> None:
    rows = [project(CrsID=str(n), USD_Commitment=said) for n, said in enumerate(["n/a", "1e30", "-3", "NaN", "1,5"])]
    found = things(Crs(), earlier(*rows), folder=tmp_path)
    assert len(found) == 5 and all("budget" not in proved(one) for one in found)


def test_a_run_goes_on_after_the_last_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crs, "EVERY", 5)
    body = earlier(*(project(CrsID=f"{number:06}") for number in range(11)))
    server = Server({"data": (200, body, {"etag": "e"})})
    whole = asked(Crs(), server=server)
    stops = [one for one in whole if isinstance(one, Checkpoint)]
    assert [stop.done for stop in stops] == [False, False, True]
    rest = [one for one in asked(Crs(), server=server, state=stops[1].state) if not isinstance(one, Checkpoint)]
    assert [one.key for one in rest] == ["AUS/000010"]
    (tmp_path / "year.csv").write_bytes(body)
    assert not asked(Crs(), tmp_path / "year.csv")[-1].done, "a file of one year does not end the projects of others"  # type: ignore[union-attr]


def test_the_tables_know_the_codes_of_the_oecd() -> None:
    unknown = set()
    for name in ("recipients", "dac_members", "non_dac_donors"):
        with shared("dac-crs-codelists", "data", f"{name}.csv").open(encoding="utf-8") as file:
            unknown |= {row["name_en"] for row in csv.DictReader(file) if not dac_places(row["code"])}
    assert unknown <= {"Kosovo", "Developing countries, unspecified", "EU Institutions"}
    with shared("dac-crs-codelists", "data", "sectors.csv").open(encoding="utf-8") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    told = {code for code in codes if purposes([code])}
    assert {"41030", "41010", "31220", "14015"} <= told and len(told) > 60
    themes = vocabulary("themes").terms
    assert all(term in themes for code in codes for term in purposes([code]).get("themes", ()))
    assert len(columns()) > 40
