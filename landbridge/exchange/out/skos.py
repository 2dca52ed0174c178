"""Our vocabularies as SKOS, for anybody's thesaurus tools: Turtle, JSON-LD or RDF/XML."""

from collections.abc import Iterable, Mapping
from typing import Final

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS

from landbridge.formats.vocabulary import Term, Vocabulary, find, lexicon, names, vocabulary

SERIALISATIONS: Final = {".ttl": "turtle", ".jsonld": "json-ld", ".rdf": "pretty-xml", ".xml": "pretty-xml"}
"""Ending of a file's name to rdflib's name of the shape."""
LICENCE: Final = URIRef("https://creativecommons.org/publicdomain/zero/1.0/")
_SCHEME: Final = "urn:landbridge:vocabulary:"
LEXICON: Final = "lexicon"


def chosen(name: str) -> list[Vocabulary]:
    """The vocabularies of a name: one of them, `lexicon` for the everyday words, or `all`.

    Raises:
        VocabularyError: there is none of this name.
    """
    if name == "all":
        return [*(vocabulary(one) for one in names()), *lexicon()]
    return list(lexicon()) if name == LEXICON else [vocabulary(name)]


def graph(vocabularies: Iterable[Vocabulary]) -> Graph:
    """The concepts with their labels and relations, each in the scheme of its vocabulary."""
    built = Graph()
    built.bind("skos", SKOS)
    built.bind("dct", DCTERMS)
    built.bind("lb", Namespace("urn:landbridge:"))
    every = list(vocabularies)
    own = {term.key: term for one in every for term in one}
    for one in every:
        _scheme(built, one)
        for term in one:
            _concept(built, one, term, own)
    return built


def _scheme(built: Graph, one: Vocabulary) -> None:
    scheme = URIRef(_SCHEME + one.name)
    built.add((scheme, RDF.type, SKOS.ConceptScheme))
    built.add((scheme, DCTERMS.license, LICENCE))
    built.add((scheme, DCTERMS.hasVersion, Literal(one.version)))
    for tag, title in one.title.items():
        built.add((scheme, DCTERMS.title, Literal(title, lang=tag)))
    if one.about:
        built.add((scheme, DCTERMS.description, Literal(one.about, lang="en")))
    for top in one.tops():
        built.add((scheme, SKOS.hasTopConcept, URIRef(top.uri)))
        built.add((URIRef(top.uri), SKOS.topConceptOf, scheme))


def _concept(built: Graph, one: Vocabulary, term: Term, own: Mapping[str, Term]) -> None:
    concept = URIRef(term.uri)
    built.add((concept, RDF.type, SKOS.Concept))
    built.add((concept, SKOS.inScheme, URIRef(_SCHEME + one.name)))
    built.add((concept, SKOS.notation, Literal(term.id)))
    preferred = {
        label.language: label for label in built.objects(concept, SKOS.prefLabel) if isinstance(label, Literal)
    }
    for tag, labels in term.labels.items():
        # Two parts of the lexicon may name one concept: the first that comes says what it is called.
        first = preferred.get(tag) or Literal(labels[0], lang=tag)
        built.add((concept, SKOS.prefLabel, first))
        for label in labels:
            if label != str(first):
                built.add((concept, SKOS.altLabel, Literal(label, lang=tag)))
    _relations(built, one, term, own)


def _relations(built: Graph, one: Vocabulary, term: Term, own: Mapping[str, Term]) -> None:
    concept = URIRef(term.uri)
    for key in term.broader:
        above = own.get(key) or find(key)
        if above is not None:
            within = above.vocabulary == one.name
            built.add((concept, SKOS.broader if within else SKOS.broadMatch, URIRef(above.uri)))
            built.add((URIRef(above.uri), SKOS.narrower if within else SKOS.narrowMatch, concept))
    for key in term.related:
        beside = own.get(key) or find(key)
        # SKOS keeps related apart from broader; a pair that is both is said as broader only.
        if beside is not None and key not in term.broader and term.key not in beside.broader:
            relation = SKOS.related if beside.vocabulary == one.name else SKOS.relatedMatch
            built.add((concept, relation, URIRef(beside.uri)))
            built.add((URIRef(beside.uri), relation, concept))
    for address in term.match:
        same = find(address)
        target = same.uri if same is not None else address if address.startswith(("http:", "https:", "urn:")) else None
        if target and target != term.uri:
            built.add((concept, SKOS.exactMatch, URIRef(target)))
