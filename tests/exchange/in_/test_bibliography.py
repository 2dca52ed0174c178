"""Lists of literature in: BibTeX, RIS and CSL-JSON say the same thing in three ways."""

import json
from pathlib import Path
from typing import Any

import pytest

from landbridge.exchange.in_.door import BadSource, Found
from landbridge.exchange.in_.sources.bibliography import Bibliography
from tests.exchange.in_.asking import asked, proved, things

BIBTEX = r"""
@string{pub = "Reef Press"}
@comment{this is none}
@article{mangrove19,
  title = {Planting {M}angroves in {F}iji: a r{\'e}sum{\'e}},
  author = {Institute of Reefs and Ministry of Forestry},
  year = 2019, journal = {Coasts}, publisher = pub,
  doi = {10.1234/ABC.5}, url = {https://coasts.example/5}, keywords = {mangroves, Marine biodiversity},
  abstract = {How seedlings \& nets are planted.}, langid = {english}
}
@techreport{ruso, title = {Семенные банки}, institution = {Институт}, year = {2020}, language = {Russian}}
"""
RIS = """TY  - JOUR
ID  - mangrove19
TI  - Planting Mangroves in Fiji: a résumé
AU  - Institute of Reefs
AU  - Ministry of Forestry
PY  - 2019/05/01
JO  - Coasts
PB  - Reef Press
DO  - 10.1234/ABC.5
UR  - https://coasts.example/5
KW  - mangroves
AB  - How seedlings & nets are planted.
LA  - English
ER  -
"""
CSL = [{
    "id": "mangrove19", "type": "article-journal", "title": "Planting <i>Mangroves</i> in Fiji: a résumé",
    "author": [{"literal": "Institute of Reefs"}, {"literal": "Ministry of Forestry"}],
    "issued": {"date-parts": [[2019, 5]]}, "container-title": "Coasts", "publisher": "Reef Press",
    "DOI": "https://doi.org/10.1234/ABC.5", "URL": "https://coasts.example/5", "language": "en",
    "abstract": "How seedlings & nets are planted.", "keyword": "mangroves, reefs",
}]  # fmt: skip
LISTS = {"a.bib": BIBTEX.encode(), "a.ris": RIS.encode(), "a.json": json.dumps(CSL).encode()}


@pytest.mark.parametrize("name", LISTS)
def test_three_ways_of_saying_the_same(name: str, tmp_path: Path) -> None:
    one = things(Bibliography(), LISTS[name], folder=tmp_path, name=name)[0]
    data = proved(one)
    assert one.key == "10.1234/abc.5"
    assert data["title"] == {"en": "Planting Mangroves in Fiji: a résumé"}
    assert data["summary"] == {"en": "How seedlings & nets are planted."}
    assert data["authors"] == ["Institute of Reefs", "Ministry of Forestry"]
    assert (data["year"], data["resource_types"], data["resource_languages"]) == (2019, ["journal-article"], ["en"])
    assert data["publishers"][0]["name"] == "Reef Press"
    assert [link["url"] for link in data["links"]] == ["https://doi.org/10.1234/ABC.5", "https://coasts.example/5"]
    assert one.facts["within"] == "Coasts" and "mangroves" in one.facts["keywords"]


def test_other_languages_keep_theirs_and_keywords_become_themes(tmp_path: Path) -> None:
    first, second = things(Bibliography(), BIBTEX.encode(), folder=tmp_path, name="a.bib")
    assert proved(second)["title"] == {"ru": "Семенные банки"}
    assert proved(second)["summary"] == {"ru": "Институт · 2020"}
    assert proved(first)["themes"] == ["marine-coastal"]


def test_one_bad_entry_stops_nothing(tmp_path: Path) -> None:
    entries: list[Any] = [
        7,
        {"id": "x"},
        {"title": ["A list"], "id": 5},
        {"title": "T" * 900, "author": "x", "issued": 7},
    ]
    found = things(Bibliography(), json.dumps(entries).encode(), folder=tmp_path, name="a.json")
    assert [bool(one.problem) for one in found] == [True, True, False, False]


@pytest.mark.parametrize(
    "raw",
    [b"", b"hello", b"@article{x, title = ", b"[{", b"[" * 200_000, b"\x00\xff\x00", b"TY  - JOUR\nzz", b"@" * 1000],
)
def test_what_is_no_list_is_refused_in_one_line(raw: bytes, tmp_path: Path) -> None:
    try:
        said = asked(Bibliography(), raw, folder=tmp_path, name="a.bib")
    except BadSource as error:
        assert "\n" not in str(error)
    else:
        assert all(one.problem for one in said if isinstance(one, Found))


def test_old_programs_write_latin_1(tmp_path: Path) -> None:
    raw = "@book{a, title = {Étude des marées}, language = {French}}".encode("cp1252")
    assert proved(things(Bibliography(), raw, folder=tmp_path, name="a.bib")[0])["title"] == {"fr": "Étude des marées"}
