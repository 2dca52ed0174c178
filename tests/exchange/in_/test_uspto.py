"""USPTO in: real documents of all eras that are files, a Greenbook text of our own, weekly files, and hostile ones."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from landbridge.exchange.in_.door import BadSource, Checkpoint
from landbridge.exchange.in_.sources.uspto import Uspto
from landbridge.exchange.in_.sources.uspto_documents import plain
from landbridge.lib.xml import BadXml
from tests.exchange.in_.asking import Server, asked, proved, things
from tests.support import shared

SAMPLES = ("uspto-samples", "PatentDocument", "resources", "samples")
GREENBOOK = """HHHHHT APS1 ISSUE - 760106
PATN
WKU  039305718
SRC  5
APN  5005617
APT  1
APD  19740826
TTL  Ropes on which corals
      grow
ISD  19760106
INVT
NAM  Invented; Person
CNT  FJ
ASSG
NAM  Reef Company, Ltd.
COD  03
ASSG
NAM  Invented; Person
PRIR
CNT  FJX
APD  19730826
APN  100/73
CLAS
OCL  119  3
ICL  A01K 6100
ICL  E02B  304
ABST
PAL  Ropes carry pieces of coral
      over sand.
PAL  They are 5 m long.
"""


def sample(*parts: str) -> Path:
    return shared(*SAMPLES, *parts)


def grant(number: int, more: str = "", kind: str = "[ ]", class_: str = "A01K 61/54") -> str:
    section, group = class_[:4], class_[5:]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE us-patent-grant SYSTEM "us-patent-grant-v45-2014-04-03.dtd" {kind}>
<us-patent-grant lang="EN"><us-bibliographic-data-grant>
<publication-reference><document-id><country>US</country><doc-number>{number:08}</doc-number><kind>B2</kind>
<date>20250107</date></document-id></publication-reference>
<classifications-cpc><main-cpc><classification-cpc><section>{section[0]}</section><class>{section[1:3]}</class>
<subclass>{section[3]}</subclass><main-group>{group.split("/")[0]}</main-group><subgroup>{group.split("/")[1]}</subgroup>
</classification-cpc></main-cpc></classifications-cpc>
<invention-title id="t">Reef at 20 &deg;C {number}{more}</invention-title>
</us-bibliographic-data-grant></us-patent-grant>
"""


def test_all_samples_are_read_or_refused_with_the_reason() -> None:
    read = {}
    for path in sorted(shared(*SAMPLES).rglob("*.xml")):
        if path.parent.name == "cpcScheme":
            with pytest.raises(BadSource, match="no patents"):
                things(Uspto(), path)
            continue
        (one,) = things(Uspto(), path)
        assert one.kept and not one.problem, path
        assert proved(one)["ip_status"] == ["unknown"] and one.facts["rights"]
        read[path.name] = one
    assert len(read) == 15
    assert read["US06336130.xml"].facts["ipc"] == ["G06F 15/16", "G06F 13/00"]
    assert read["US06337117.xml"].facts["ipc"], "columns with blanks"
    assert read["US08926509.xml"].facts["cpc"][0] == "A61B 5/0205"
    assert read["US20010000943A1.xml"].facts["priorities"] == [["JP11-097727", "1999-04-05"]]
    assert read["USD435854S1.xml"].key == "USD435854 S" and read["cpcMaster.xml"].key == "US9400000 B2"
    assert read["US08930553.xml"].facts["applications"] == [["US13648029", "2012-10-09"]]


NAMES = {
    "pap": "family-name", "sgml": "B721//SNM", "xml2004": "last-name", "xml2014": "last-name", "xmlApp2004": "last-name"
}  # fmt: skip


@pytest.mark.parametrize("era", NAMES)
def test_no_name_of_a_person_and_no_mailbox_is_kept(era: str) -> None:
    for path in sorted(sample(era).glob("*.xml")):
        (one,) = things(Uspto(), path)
        told = json.dumps([one.record, one.facts], ensure_ascii=False)
        assert "@" not in told and one.facts["inventors"]["number"] > 0
        root = etree.fromstring(plain(path.read_bytes()))
        words = set(told.replace('"', " ").replace(",", " ").split())
        names = {str(found.xpath("string()")).strip() for found in root.findall(f".//{NAMES[era]}")}
        assert names and not {name for name in names if len(name) > 3 and name in words}


def test_the_oldest_texts_are_read(tmp_path: Path) -> None:
    (one,) = things(Uspto(), GREENBOOK.encode("latin-1"), folder=tmp_path, name="pftaps19760106.txt")
    said = proved(one)
    assert one.key == "US3930571 A" and said["title"] == {"en": "Ropes on which corals grow"}
    assert said["summary"]["en"] == "Ropes carry pieces of coral over sand.\n\nThey are 5 m long."
    assert one.facts["ipc"] == ["A01K 61/00", "E02B 3/04"] and "fisheries-aquaculture" in said["technologies"]
    assert said["developers"] == [{"name": "Reef Company, Ltd.", "role": "Applicant"}]
    assert one.facts["priorities"] == [["FJ100/73", "1973-08-26"]] and one.facts["inventors"]["number"] == 1
    assert "Invented" not in json.dumps([one.record, one.facts])


def test_a_weekly_file_holds_many_documents(tmp_path: Path) -> None:
    old = sample("sgml", "USD435854S1.xml").read_bytes()
    week = "".join(map(grant, range(1, 4))).encode() + b"\n" + old + b"\n" + grant(5).encode()
    found = things(Uspto(), week, folder=tmp_path)
    assert [one.key for one in found] == ["US1 B2", "US2 B2", "US3 B2", "USD435854 S", "US5 B2"]
    assert proved(found[0])["title"] == {"en": "Reef at 20 °C 1"}
    two = things(Uspto(), (GREENBOOK + GREENBOOK[27:].replace("039305718", "039305726")).encode(), folder=tmp_path)
    assert [one.key for one in two] == ["US3930571 A", "US3930572 A"]


def test_a_zip_is_read(tmp_path: Path) -> None:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ipg250107.xml", grant(1) + grant(2))
    assert len(things(Uspto(), memory.getvalue(), folder=tmp_path, name="ipg250107.zip")) == 2
    with pytest.raises(BadSource, match="damaged"):
        things(Uspto(), memory.getvalue()[:-30], folder=tmp_path)


def test_only_some_classes(tmp_path: Path) -> None:
    week = (grant(1) + grant(2, class_="C02F 1/44") + grant(3, class_="G06F 1/00")).encode()
    assert [one.key for one in things(Uspto(), week, folder=tmp_path, classes="a01k 61, C02F")] == ["US1 B2", "US2 B2"]


BAD: dict[str, tuple[str, str]] = {
    "an entity": (grant(2, "&x;", '[<!ENTITY x "y">]'), "entities"),
    "a file outside": (grant(2, "&x;", '[<!ENTITY x SYSTEM "file:///etc/passwd">]'), "entities"),
    "not well-formed": (grant(2).replace("</us-bib", "</x-bib"), "well-formed"),
    "no number": (grant(2).replace("00000002", ""), "no number"),
    "another document": ('<?xml version="1.0"?>\n<sequence-cwu/>\n', "none of a patent"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_document_stops_no_other(name: str, tmp_path: Path) -> None:
    text, words = BAD[name]
    found = things(Uspto(), (grant(1) + text + grant(3)).encode(), folder=tmp_path)
    assert [bool(one.problem) for one in found] == [False, True, False]
    assert words in found[1].problem and found[1].place == "document 2" and "root:" not in str(found)


def test_unknown_names_of_letters_are_shown(tmp_path: Path) -> None:
    (one,) = things(Uspto(), grant(1, " &alpgr; &mu;m").encode(), folder=tmp_path)
    assert proved(one)["title"] == {"en": "Reef at 20 °C 1 [alpgr] μm"}


@pytest.mark.parametrize("body", [b"", b"\0" * 100, b"<html></html>", b"no patent at all\n"])
def test_a_file_that_is_none_ends_in_one_line(body: bytes, tmp_path: Path) -> None:
    try:
        found = things(Uspto(), body, folder=tmp_path)
    except (BadSource, BadXml) as error:
        assert len(str(error)) > 20
    else:
        assert found and all(one.problem for one in found)


def test_a_run_goes_on_where_it_broke_off() -> None:
    week = "".join(map(grant, range(1, 503))).encode()
    server = Server({"data": (200, week, {"etag": "w"})})
    whole: list[Any] = asked(Uspto(), server=server)
    assert [one.state for one in whole if isinstance(one, Checkpoint)] == [{"etag": "w", "at": 500}, {"etag": "w"}]
    rest: list[Any] = asked(Uspto(), server=server, state={"etag": "w", "at": 500})
    assert [one.key for one in rest[:-1]] == ["US501 B2", "US502 B2"] and not rest[-1].done
