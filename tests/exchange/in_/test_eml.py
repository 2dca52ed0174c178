"""EML in: versions 2.1 and 2.2, archives, and files that break their schema as real publishers do."""

import io
import zipfile
from pathlib import Path

import pytest

from landbridge.exchange.in_.door import BadSource
from landbridge.exchange.in_.sources.eml import Eml
from landbridge.lib.xml import BadXml
from tests.exchange.in_.asking import Server, asked, proved, things

BODY = """<?xml version="1.0" encoding="utf-8"?>
<eml:eml xmlns:eml="{namespace}" packageId="{key}" system="http://gbif.org" scope="system" xml:lang="{tag}">
<dataset><alternateIdentifier>10.15468/abc</alternateIdentifier>
<title xml:lang="en">Corals of Fiji</title><title xml:lang="fra">Coraux des Fidji</title>
<creator><individualName><givenName>Invented</givenName><surName>Author</surName></individualName>
<organizationName>Reef Institute</organizationName><electronicMailAddress>a@reef.example</electronicMailAddress>
</creator>
<pubDate>2024-05-06</pubDate><language>eng</language>
<abstract><para>Where corals were seen.</para><para>By divers.</para></abstract>
<keywordSet><keyword>Occurrence</keyword></keywordSet>
<intellectualRights><para>This work is licensed under
<ulink url="http://creativecommons.org/licenses/by/4.0/legalcode"><citetitle>CC-BY 4.0</citetitle></ulink>.</para>
</intellectualRights>
<distribution scope="document"><online><url function="information">https://reef.example/corals</url></online></distribution>
<coverage><geographicCoverage><geographicDescription>Fiji, Great Astrolabe Reef</geographicDescription>
<boundingCoordinates><westBoundingCoordinate>178.5</westBoundingCoordinate>
<eastBoundingCoordinate>178.505</eastBoundingCoordinate><northBoundingCoordinate>-18.7</northBoundingCoordinate>
<southBoundingCoordinate>-18.705</southBoundingCoordinate></boundingCoordinates></geographicCoverage>
<taxonomicCoverage><taxonomicClassification><taxonRankValue>Acropora</taxonRankValue></taxonomicClassification>
</taxonomicCoverage></coverage>
<maintenance><description><para/></description><maintenanceUpdateFrequency>{often}</maintenanceUpdateFrequency>
</maintenance></dataset></eml:eml>"""
OLD, NEW = "eml://ecoinformatics.org/eml-2.1.1", "https://eml.ecoinformatics.org/eml-2.2.0"


def eml(key: str = "uuid-1/v1.2", tag: str = "en", often: str = "asNeeded", namespace: str = NEW) -> str:
    return BODY.format(key=key, tag=tag, often=often, namespace=namespace)


@pytest.mark.parametrize("namespace", [OLD, NEW])
def test_a_dataset_becomes_a_resource(namespace: str, tmp_path: Path) -> None:
    (one,) = things(Eml(), eml(namespace=namespace).encode(), folder=tmp_path, name="eml.xml")
    said = proved(one)
    assert one.key == "uuid-1/v1.2" and said["title"] == {"en": "Corals of Fiji", "fr": "Coraux des Fidji"}
    assert said["summary"] == {"en": "Where corals were seen.\n\nBy divers."} and said["year"] == 2024
    assert said["authors"] == ["Invented Author"] and said["publishers"][0]["name"] == "Reef Institute"
    assert said["work_licence"] == "cc-by-4.0" and said["places"] == ["FJI"] and said["resource_languages"] == ["en"]
    assert said["identifier"] == "10.15468/abc" and said["point"]["latitude"] == -18.7
    assert [link["url"] for link in said["links"]] == ["https://reef.example/corals", "https://doi.org/10.15468/abc"]
    assert "a@reef.example" not in str(one) and "faults" not in one.facts
    assert one.facts["taxa"] == ["Acropora"] and one.facts["keywords"] == ["Occurrence"]
    assert one.facts["standard"] == namespace.rpartition("/")[2]


def test_what_breaks_the_schema_is_told_and_read_where_it_can_be(tmp_path: Path) -> None:
    faulty = {
        "xml:lang": eml(tag="en_US"), "maintenanceUpdateFrequency": eml(often="sometimes"), "packageId": eml(key=""),
    }  # fmt: skip
    for words, text in faulty.items():
        (one,) = things(Eml(), text.encode(), folder=tmp_path)
        assert not one.problem and words in " ".join(one.facts["faults"])
        assert proved(one)["title"]["en"] == "Corals of Fiji"
    bare = eml(key="").replace("<alternateIdentifier>10.15468/abc</alternateIdentifier>", "")
    (one,) = things(Eml(), bare.encode(), folder=tmp_path)
    assert "no identifier" in one.problem and "packageId is missing" in one.problem
    untitled = eml().replace("Corals of Fiji", " ").replace("Coraux des Fidji", "")
    (one,) = things(Eml(), untitled.encode(), folder=tmp_path)
    assert "no title" in one.problem and one.key == "uuid-1/v1.2"


def archive(**parts: str) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return memory.getvalue()


META = '<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="about.xml"><core/></archive>'


def test_an_archive_is_read_by_what_it_says_of_itself(tmp_path: Path) -> None:
    packed = archive(meta_xml=META, about_xml=eml("told"), eml_xml=eml("other"), data="x")
    assert [one.key for one in things(Eml(), packed, folder=tmp_path, name="dwca.zip")] == ["told"]
    several = archive(a__eml_xml=eml("a"), b__eml_xml="<broken", c__eml_xml=eml("c"))
    found = things(Eml(), several, folder=tmp_path)
    assert [(one.key, bool(one.problem)) for one in found] == [("a", False), ("b/eml.xml", True), ("c", False)]
    with pytest.raises(BadSource, match="no metadata"):
        things(Eml(), archive(data="x"), folder=tmp_path)
    with pytest.raises(BadSource, match="damaged"):
        things(Eml(), packed[:-30], folder=tmp_path)


HOSTILE = {
    "a bomb": '<!DOCTYPE a [<!ENTITY x "y">]>' + eml().replace("Corals", "&x;")[39:], "nothing": "",
    "another EML": eml().replace("<dataset>", "<software>").replace("</dataset>", "</software>"),
    "breaks off": eml()[:-30], "a page": "<html/>",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_none_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    try:
        (one,) = things(Eml(), HOSTILE[name].encode(), folder=tmp_path)
        words = one.problem
    except (BadSource, BadXml) as error:
        words = str(error)
    assert words and "\n" not in words and len(words) < 500


def test_an_address_is_asked_again_only_when_it_changed() -> None:
    server = Server({"data": (200, eml().encode(), {"etag": "e1"})})
    state = asked(Eml(), server=server)[-1].state  # type: ignore[union-attr]
    assert state == {"etag": "e1"}
    server.pages = {"data": (304, b"", {})}
    assert len(asked(Eml(), server=server, state=state)) == 1 and server.headers[-1]["If-None-Match"] == "e1"
