"""Our vocabularies as SKOS: the integrity conditions of the standard, and the same as the command writes."""

from collections import Counter, defaultdict

import pytest
import rdflib
from rdflib.namespace import RDF, SKOS

from landbridge.exchange.out import skos
from landbridge.exchange.out.linked import addresses, graph, vocabularies
from landbridge.exchange.out.linked.graph import Iri, Value
from landbridge.formats.vocabulary import find, names, vocabulary
from landbridge.lib.languages import LANGUAGES
from tests.exchange.linked.examples import QUIET

pytestmark = pytest.mark.filterwarnings(QUIET)


@pytest.mark.parametrize("name", names())
def test_the_integrity_conditions_hold(name: str) -> None:
    broader: dict[str, set[str]] = defaultdict(set)
    related: dict[str, set[str]] = defaultdict(set)
    said: dict[str, dict[str, list[str]]] = {}
    for node in vocabularies.whole(name):
        terms: dict[str, list[str]] = defaultdict(list)
        for term, one in node.said:
            terms[term].append(one.value if isinstance(one, Iri) else f"{one.text}@{one.language}"
                               if isinstance(one, Value) else "")  # fmt: skip
        said[node.iri] = terms
        broader[node.iri] |= set(terms["skos:broader"])
        related[node.iri] |= set(terms["skos:related"])
        for label in ("skos:prefLabel", "skos:altLabel"):
            assert len(terms[label]) == len(set(terms[label])), node.iri
        languages = Counter(one.rpartition("@")[2] for one in terms["skos:prefLabel"])
        assert set(languages.values()) <= {1}, node.iri
        assert not set(terms["skos:prefLabel"]) & set(terms["skos:altLabel"]), node.iri
        mapped = {*terms["skos:broadMatch"], *terms["skos:relatedMatch"]}
        assert not set(terms["skos:exactMatch"]) & mapped, node.iri
    for one, others in related.items():
        above = _above(one, broader)
        assert one not in above, f"{one} is its own broader term"
        assert not others & above, f"{one} is related to its broader term"
        assert all(one in related[other] for other in others), f"{one}: related is said one way"
    for one, terms in said.items():
        assert all(one in broader[below] for below in terms["skos:narrower"]), one


def _above(one: str, broader: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    queue = list(broader[one])
    while queue:
        above = queue.pop()
        if above not in found:
            found.add(above)
            queue.extend(broader[above])
    return found


def test_a_vocabulary_says_at_its_address_what_the_command_writes() -> None:
    """The same concepts, labels and relations; only their names differ."""
    text = "".join(graph.written(vocabularies.whole("targets"), "ttl"))
    here = rdflib.Graph().parse(data=text, format="turtle")
    there = skos.graph([vocabulary("targets")])
    own = {rdflib.URIRef(addresses.of_term(term)): rdflib.URIRef(term.uri) for term in vocabulary("targets")}
    assert set(here.subjects(RDF.type, SKOS.Concept)) == set(own)
    for label in (SKOS.prefLabel, SKOS.altLabel, SKOS.broader, SKOS.related):
        told = here.subject_objects(label)
        mine = {(own[one], own.get(other, other)) for one, other in told if one in own}  # type: ignore[index, call-overload]
        theirs = set(there.subject_objects(label))
        assert mine == theirs, label
    target = rdflib.URIRef(f"{addresses.of_vocabulary('targets')}/target-03")
    assert (target, SKOS.exactMatch, rdflib.URIRef("http://metadata.cbd.int/kmgbf/target_3")) in here
    assert {one.language for one in here.objects(target, SKOS.prefLabel)} == set(LANGUAGES)  # type: ignore[union-attr, attr-defined]


@pytest.mark.parametrize("ending", graph.MEDIA_TYPES)
def test_one_term_stands_alone(ending: str) -> None:
    term = find("ecosystems:coral-reef")
    assert term
    text = "".join(graph.written(vocabularies.single(term), ending))
    names = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
    found = rdflib.Graph().parse(data=text, format=names[ending])
    concept = rdflib.URIRef(addresses.of_term(term))
    assert list(found.subjects(RDF.type, SKOS.Concept)) == [concept]
    assert (concept, SKOS.exactMatch, rdflib.URIRef("urn:landbridge:ecosystems:coral-reef")) in found
