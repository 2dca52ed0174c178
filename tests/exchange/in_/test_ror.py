"""Records of the Research Organization Registry become organisations."""

import gzip
from typing import Any

import orjson
import pytest

from landbridge.exchange.in_.readers import Source, recognised
from landbridge.exchange.in_.sources import ror
from landbridge.formats.validate import validate
from landbridge.registry.loading import Line
from tests.support import shared


def given(**more: Any) -> dict[str, Any]:
    return {
        "id": "https://ror.org/00013q465",
        "names": [
            {"lang": None, "types": ["acronym"], "value": "PUCP"},
            {"lang": "es", "types": ["ror_display", "label"], "value": "Pontificia Universidad Católica del Perú"},
            {"lang": "en", "types": ["label"], "value": "Pontifical Catholic University of Peru"},
            {"lang": None, "types": ["alias"], "value": "La Católica"},
        ],
        "status": "active",
        "types": ["education", "funder"],
        "established": 1917,
        "admin": {"last_modified": {"date": "2026-02-24"}},
        "links": [{"type": "website", "value": "http://www.pucp.edu.pe/"}, {"type": "x", "value": "javascript:x"}],
        "locations": [{"geonames_details": {"country_code": "PE", "name": "Lima", "lat": -12.04, "lng": -77.02}}],
        "external_ids": [{"all": ["Q200601"], "preferred": None, "type": "wikidata"}],
        **more,
    }


def test_an_organisation_in_two_languages() -> None:
    line = ror.record(given())
    assert (line["id"], line["format"], line["language"]) == ("ror-00013q465", "organisation", "es")
    clean = validate("organisation", line["data"], line["language"])
    assert clean["title"] == {
        "es": "Pontificia Universidad Católica del Perú", "en": "Pontifical Catholic University of Peru",
    }  # fmt: skip
    assert (clean["acronym"], clean["other_names"]) == ({"es": "PUCP"}, ["La Católica"])
    assert (clean["places"], clean["organisation_types"]) == (["PER"], ["university"])
    assert [link["url"] for link in clean["links"]] == ["http://www.pucp.edu.pe/"]
    assert clean["identifiers"] == ["https://ror.org/00013q465", "Wikidata Q200601"]


def test_a_closed_organisation_says_so_and_is_matched_with_nobody() -> None:
    data = ror.record(given(status="inactive"))["data"]
    assert set(data["summary"]) == {"ar", "en", "es", "fr", "ru", "zh"}
    assert data["expires_on"] == "2026-02-24"


@pytest.mark.parametrize("wrong", [{"names": []}, {"names": ["x"]}, {"locations": [{}]}, {"links": [1]}])
def test_what_only_looks_like_it_is_told(wrong: dict[str, Any]) -> None:
    line = recognised(Line(3, given(**wrong)))
    assert line.record is None
    assert "schema v2" in line.problem


def test_the_whole_registry_fits_the_format() -> None:
    path = shared("ror-records", "ror-latest-v2.jsonl.gz")
    lines = list(Source(path))
    assert len(lines) == 13_503
    for line in lines[::25]:
        assert line.record is not None
        assert validate("organisation", line.record["data"], line.record["language"])
    with gzip.open(path) as file:
        names = orjson.loads(next(file))["names"]
    assert {name["value"] for name in names} & set(lines[0].record["data"]["title"].values())  # type: ignore[index]
