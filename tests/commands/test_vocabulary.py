"""Vocabularies out as SKOS, and anybody's in."""

from pathlib import Path

import orjson
import pytest
from rdflib import Graph
from rdflib.namespace import RDF, SKOS

from landbridge.exchange.out.skos import chosen, graph
from landbridge.formats.vocabulary import vocabulary
from tests.commands.test_load import technology, write
from tests.node import Node

pytestmark = pytest.mark.once  # Label files and an index: nothing here is in the database.

THESAURUS = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<urn:test:quokka> a skos:Concept ; skos:prefLabel "quokka"@en , "куокка"@ru ; skos:altLabel "Setonix"@en ."""


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own reader of JSON-LD
@pytest.mark.requirement("IAC-C.4")
@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "rdf"])
def test_a_vocabulary_travels_as_skos(node: Node, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"themes.{suffix}"
    node.run("vocabulary", "export", "themes", str(path))
    read = Graph().parse(path, format={"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml"}[suffix])
    concepts = set(read.subjects(RDF.type, SKOS.Concept))
    assert len(concepts) == len(vocabulary("themes"))
    assert {label.language for label in read.objects(None, SKOS.prefLabel)} == {"ar", "en", "es", "fr", "ru", "zh"}


def test_skos_keeps_its_own_rules() -> None:
    built = graph(chosen("all"))
    for concept in set(built.subjects(RDF.type, SKOS.Concept)):
        preferred = [label.language for label in built.objects(concept, SKOS.prefLabel)]  # type: ignore[attr-defined]
        assert len(preferred) == len(set(preferred)), f"{concept} has two preferred labels in a language"
        assert not set(built.objects(concept, SKOS.broader)) & set(built.objects(concept, SKOS.related))


@pytest.mark.once  # Vocabularies are files.
def test_an_imported_thesaurus_is_used_at_once(node: Node, tmp_path: Path) -> None:
    story = {"title": {"en": "Islands"}, "summary": {"en": "A quokka returns."}}
    node.run("load", str(write(tmp_path / "a.jsonl", technology(1, data=story), technology(2))))

    def found() -> list[str]:
        return [hit["id"] for hit in orjson.loads(node.run("search", "куокка", "--json").stdout)["hits"]]

    assert found() == []
    (tmp_path / "animals.ttl").write_text(THESAURUS, encoding="utf-8")
    assert "1 concepts" in node.run("vocabulary", "import", str(tmp_path / "animals.ttl")).stdout
    assert found() == ["t-00001"]
    assert "animals" in node.run("vocabulary", "list").stdout
    node.run("vocabulary", "remove", "animals")
    assert found() == []


@pytest.mark.parametrize(
    "content", ["", "<html>", "@prefix broken", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "e">]>']
)
def test_what_is_no_thesaurus_is_one_clear_line(node: Node, tmp_path: Path, content: str) -> None:
    for name in ("bad.ttl", "bad.rdf"):
        (tmp_path / name).write_text(content)
        done = node.run("vocabulary", "import", str(tmp_path / name), code=1)
        assert len(done.stderr.splitlines()) == 1
