"""DCAT in: catalogues in three syntaxes and on many pages, hostile ones, and the catalogue of this node read back."""

import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from landbridge.exchange.in_.door import BadSource, Checkpoint, Found
from landbridge.exchange.in_.sources.dcat import Dcat
from landbridge.exchange.out.linked import dcat as out
from landbridge.exchange.out.linked import graph
from landbridge.lib.xml import BadXml
from tests.exchange.in_.asking import Answer, Server, asked, proved
from tests.exchange.linked.examples import sample

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
BASE = "https://data.example"
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix locn: <http://www.w3.org/ns/locn#> .
"""
FULL = f"""{PREFIXES}
<{BASE}/d/1> a dcat:Dataset ; dct:title "Corals of Fiji"@en, "Coraux des Fidji"@fr ;
  dct:description "<p>Where.</p>"@en ;
  dct:publisher [ a foaf:Agent ; foaf:name "Institute of Reefs" ] ; dct:creator [ foaf:name "B. Author" ] ;
  dct:identifier "doi:10.1234/abc" ; dct:issued "2024-02-03" ; dct:modified "2026-02-01T00:00:00Z" ;
  dct:language <http://publications.europa.eu/resource/authority/language/FRA> ;
  dct:spatial <http://publications.europa.eu/resource/authority/country/FJI>,
    [ a dct:Location ; skos:prefLabel "Kenya" ; dcat:centroid "POINT(178.4 -18.1)" ] ;
  dcat:keyword "corals", "marine and coastal biodiversity" ;
  dct:subject <https://other.example/vocabularies/ecosystems/mangrove> ;
  dcat:landingPage <{BASE}/page/1> ;
  dcat:distribution [ a dcat:Distribution ; dct:title "Table" ; dcat:downloadURL <{BASE}/1.csv> ;
    dct:license <https://creativecommons.org/licenses/by/4.0/> ] .
[] a dcat:Dataset ; dct:identifier "blank-1" ; dct:title "Nameless" ; dct:type <http://example.org/types#Software> .
[] a dcat:Dataset ; dct:title "Without any name" .
<{BASE}/d/2> a dcat:Dataset .
"""
TURTLE = {"content-type": "text/turtle; charset=utf-8"}


def read(pages: dict[str, Any], **named: Any) -> list[Found | Checkpoint]:
    server = named.pop("server", None) or Server({f"{BASE}{path}": page for path, page in pages.items()})
    return asked(Dcat(), server=server, address=f"{BASE}/catalog", **named)


def found(said: list[Found | Checkpoint]) -> dict[str, Found]:
    things = [one for one in said if isinstance(one, Found)]
    for one in things:
        proved(one)
    return {one.key: one for one in things}


def turtle(text: str) -> Answer:
    return 200, text.encode(), TURTLE


def test_a_dataset_with_everything() -> None:
    said = read({"/catalog": turtle(FULL)})
    things = found(said)
    one = things[f"{BASE}/d/1"]
    data = proved(one)
    assert data["title"] == {"en": "Corals of Fiji", "fr": "Coraux des Fidji"} and data["summary"] == {"en": "Where."}
    assert data["publishers"][0]["name"] == "Institute of Reefs" and data["authors"] == ["B. Author"]
    assert data["identifier"] == "10.1234/abc" and data["year"] == 2024 and data["resource_languages"] == ["fr"]
    assert (
        data["places"] == ["FJI", "KEN"]
        and data["point"]["latitude"] == -18.1
        and data["resource_types"] == ["dataset"]
    )
    assert data["themes"] == ["marine-coastal"] and data["ecosystems"] == ["mangrove"]
    assert data["work_licence"] == "cc-by-4.0" and one.stated_at and one.address == f"{BASE}/page/1"
    assert [link["url"] for link in data["links"]] == [f"{BASE}/page/1", f"{BASE}/d/1", f"{BASE}/1.csv"]
    assert proved(things["blank-1"])["resource_types"] == ["software"]
    problems = [one.problem for one in things.values() if one.problem]
    assert sorted(problem[:24] for problem in problems) == ["The dataset has neither ", "The dataset has no title"]
    assert isinstance(said[-1], Checkpoint) and said[-1].done


def test_pages_are_followed_and_gone_on_with() -> None:
    def page(url: str) -> Answer:
        number = int(url.rpartition("=")[2]) if "=" in url else 1
        onward = f"; hydra:next <{BASE}/catalog?page={number + 1}>" if number < 3 else ""
        view = f"<{url}> a hydra:PartialCollectionView {onward} ."
        return turtle(f'{PREFIXES} {view} <{BASE}/d/{number}> a dcat:Dataset ; dct:title "D{number}" .')

    server = Server({f"{BASE}/catalog": page})
    said = read({}, server=server)
    assert list(found(said)) == [f"{BASE}/d/{number}" for number in (1, 2, 3)] and len(server.asked) == 3
    states = [one.state for one in said if isinstance(one, Checkpoint)]
    assert [state.get("number") for state in states] == [1, 2, None]
    again = read({}, server=server, state=states[1])
    assert list(found(again)) == [f"{BASE}/d/3"] and isinstance(again[-1], Checkpoint) and again[-1].done


@pytest.mark.parametrize(
    ("onward", "problem"),
    [("/catalog", "in a circle"), ("/catalog?a", "in a circle"), ("https://evil.example/x", "another host")],
)
def test_pages_that_lead_astray(onward: str, problem: str) -> None:
    address = onward if "://" in onward else BASE + onward
    both = f"{PREFIXES} <{BASE}/v> a hydra:PagedCollection ; hydra:nextPage <{address}> ."
    with pytest.raises(BadSource, match=problem):
        read({"/catalog": turtle(both)})


def test_an_unchanged_catalogue_is_not_read_again() -> None:
    def page(url: str) -> Answer:
        return 200, FULL.encode(), {**TURTLE, "etag": '"a"'}

    server = Server({f"{BASE}/catalog": page})
    state = read({}, server=server)[-1].state  # type: ignore[union-attr]
    assert state == {"etag": '"a"'}
    same = read({"/catalog": (304, b"", {})}, state=state)
    assert same == [Checkpoint({"etag": '"a"'})], "nothing is gone because nothing was told"


JSON_LD = {"content-type": "application/ld+json"}
RDF_XML = {"content-type": "application/rdf+xml"}
KNOWN = "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld"
DATASET: dict[str, Any] = {
    "@type": "dcat:Dataset",
    "identifier": "https://x.example/1",
    "title": "Reefs",
    "keyword": ["reef"],
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "publisher": {"name": "Agency"},
    "distribution": [{"downloadURL": "https://x.example/1.csv"}],
}


def test_catalogues_of_governments_in_json() -> None:
    told = {"@context": KNOWN, "conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": [DATASET]}
    for said in (told, {name: value for name, value in told.items() if name != "@context"}):
        things = found(read({"/catalog": (200, orjson.dumps(said), {"content-type": "application/json"})}))
        data = proved(things["https://x.example/1"])
        assert data["title"] == {"en": "Reefs"} and data["publishers"][0]["name"] == "Agency"
        assert data["work_licence"] == "cc-by-4.0" and data["links"][-1]["url"] == "https://x.example/1.csv"


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description>&b;</rdf:Description></rdf:RDF>"""


@pytest.mark.parametrize(
    ("body", "headers", "problem"),
    [
        (orjson.dumps({"@context": "https://evil.example/c", "a": 1}), JSON_LD, "not known here"),
        (orjson.dumps({"@context": [{"@import": "https://evil.example/c"}]}), JSON_LD, "not fetched"),
        (orjson.dumps({"@context": {"a": {"@id": "x:a", "@context": "https://evil.example/c"}}}), JSON_LD, "not known"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, JSON_LD, "nested"),
        (b"{", JSON_LD, "not JSON"),
        (b"[" + (b'{"@context": "' + KNOWN.encode() + b'"},') * 2000 + b"1]", JSON_LD, "more contexts"),
        (orjson.dumps({"success": True, "result": {}}), {}, "door for CKAN"),
        (ENTITIES, RDF_XML, "entities"),
        (b"<rdf:RDF", RDF_XML, "well-formed"),
        (b"\0\xff\xfe", TURTLE, "cannot be read"),
        (b"<a> <b> " + b"[ <c> " * 20_000, TURTLE, "nested|cannot be read"),
        (b"", TURTLE, "no dataset"),
        (b"<!DOCTYPE html><html>", {"content-type": "text/html"}, "web page"),
        (b'<a> <b> "' + b'\\"' * 2_000_000, TURTLE, "longer than 300 kB"),
        (b"<a> <b> '''" + b"\n" * 2_000_000 + b"''' .", TURTLE, "longer than 300 kB"),
        (b"\x1f\x8bxx", TURTLE, "damaged"),
        (f'{PREFIXES} <x> dct:title "open'.encode(), TURTLE, "cannot be read"),
    ],
)
def test_hostile_catalogues_end_in_one_line(body: bytes, headers: dict[str, str], problem: str) -> None:
    server, began = Server({f"{BASE}/catalog": (200, body, headers)}), time.monotonic()
    with pytest.raises((BadSource, BadXml), match=problem) as error:
        read({}, server=server)
    assert "\n" not in str(error.value) and len(str(error.value)) < 700
    assert server.asked == [f"{BASE}/catalog"] and time.monotonic() - began < 5


@pytest.mark.parametrize(
    "value",
    [
        '"1e999999999"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        f'"{"<div>" * 50_000}"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML>',
        f'"{"<a>" * 50_000}"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral>',
    ],
    ids=["decimal", "html", "xml"],
)
def test_values_are_not_worked_out(value: str) -> None:
    """Each of these would take minutes or gigabytes."""
    began = time.monotonic()
    told = turtle(f'{PREFIXES} <{BASE}/d> a dcat:Dataset ; dct:title "T" ; dct:identifier {value} .')
    assert list(found(read({"/catalog": told}))) == [f"{BASE}/d"] and time.monotonic() - began < 3


def test_a_busy_catalogue_is_left_alone() -> None:
    with pytest.raises(BadSource, match="come back after 60 seconds"):
        read({"/catalog": (503, b"", {"retry-after": "60"})})
    with pytest.raises(BadSource, match="status 404"):
        read({})


@pytest.fixture(scope="module")
def ours() -> Iterator[dict[str, bytes]]:
    """The catalogue of this node over some of the sample, in three syntaxes."""
    views = [view for view in sample() if view.format == "resource"]
    kept = [view for view in views if out.DATASETS & set(view.data.get("resource_types") or ())]
    patch = pytest.MonkeyPatch()
    patch.setattr(out, "_data_records", lambda: iter(kept))
    patch.setattr(out, "names", lambda: ("themes", "targets"))
    yield {ending: "".join(graph.written(out.catalogue(), ending)).encode() for ending in graph.MEDIA_TYPES}
    patch.undo()


@pytest.mark.parametrize("ending", ["ttl", "jsonld", "rdf"])
def test_our_own_catalogue_reads_back(ours: dict[str, bytes], ending: str) -> None:
    things = found(read({"/catalog": (200, ours[ending], {"content-type": graph.MEDIA_TYPES[ending]})}))
    assert not [one for one in things.values() if one.problem]
    views = [view for view in sample() if view.format == "resource"]
    kept = [view for view in views if out.DATASETS & set(view.data.get("resource_types") or ())]
    assert kept and len(things) > len(kept) + 10
    for view in kept:
        data = proved(next(one for key, one in things.items() if key.endswith(f"/{view.id}")))
        assert data["title"] == view.data["title"] and data["resource_types"] == ["dataset"]
        for name in ("places", "targets", "themes", "ecosystems", "technologies", "resource_languages"):
            assert set(view.data.get(name) or ()) <= set(data.get(name) or ()), name
        licence = view.data.get("work_licence") or ""
        assert not licence.startswith("cc") or data["work_licence"] == licence
