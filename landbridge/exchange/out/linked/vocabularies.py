"""Our vocabularies as SKOS at their own addresses, whole and term by term.

`exchange/out/skos.py` names the concepts by URNs, for files that are carried elsewhere. Here they have the addresses at
which this node tells of them, and `skos:exactMatch` leads to the official address or to the URN that all nodes share.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from landbridge.exchange.out.linked import addresses
from landbridge.exchange.out.linked.graph import Iri, Node, Value, texts
from landbridge.formats.vocabulary import Term, Vocabulary, ancestors, find, vocabulary

CC0: Final = "https://creativecommons.org/publicdomain/zero/1.0/"


def whole(name: str) -> Iterator[Node]:
    """A vocabulary with all its terms."""
    found = vocabulary(name)
    yield _scheme(found, tops=True)
    for term in found:
        yield concept(term)


def single(term: Term) -> Iterator[Node]:
    """One term, and what its vocabulary is called."""
    yield _scheme(vocabulary(term.vocabulary), tops=False)
    yield concept(term)


def _scheme(found: Vocabulary, *, tops: bool) -> Node:
    made = Node(addresses.of_vocabulary(found.name), ("skos:ConceptScheme",))
    made.say("dct:title", *texts(found.title)).say("skos:prefLabel", *texts(found.title)).say("dct:license", Iri(CC0))
    made.say("owl:versionInfo", Value(found.version)).say("skos:exactMatch", Iri(f"urn:landbridge:{found.name}"))
    if found.about:
        made.say("dct:description", Value(found.about, language="en"))
    if tops:
        made.say("skos:hasTopConcept", *(Iri(addresses.of_term(top)) for top in found.tops()))
    return made


def concept(term: Term) -> Node:
    """A term: labels in all languages, its place in the vocabulary, and the same thing elsewhere."""
    found = vocabulary(term.vocabulary)
    scheme = Iri(addresses.of_vocabulary(found.name))
    made = Node(addresses.of_term(term), ("skos:Concept",)).say("skos:inScheme", scheme)
    if not any(key.startswith(f"{found.name}:") for key in term.broader):
        made.say("skos:topConceptOf", scheme)
    made.say("skos:notation", Value(term.id))
    for tag, labels in term.labels.items():
        made.say("skos:prefLabel", Value(labels[0], language=tag))
        others = dict.fromkeys(label for label in labels if label != labels[0])
        made.say("skos:altLabel", *(Value(label, language=tag) for label in others))
    told = {name.removeprefix("about_"): text for name, text in term.extra.items() if name.startswith("about_")}
    made.say("skos:definition", *texts(told))
    _relations(made, term, found)
    return made


def _relations(made: Node, term: Term, found: Vocabulary) -> None:
    for above in filter(None, map(find, term.broader)):
        made.say("skos:broader" if above.vocabulary == found.name else "skos:broadMatch", Iri(addresses.of_term(above)))
    made.say("skos:narrower", *(Iri(addresses.of_term(below)) for below in found.narrower(term.key)))
    for key in _beside(found.name).get(term.key, ()):
        beside = find(key)
        if beside is not None and not _above(term, beside):
            own = beside.vocabulary == found.name
            made.say("skos:related" if own else "skos:relatedMatch", Iri(addresses.of_term(beside)))
    made.say("skos:exactMatch", Iri(term.uri))
    for address in term.match:
        same = find(address)
        target = addresses.of_term(same) if same else address
        if target.startswith(("http:", "https:", "urn:")) and target not in (made.iri, term.uri):
            made.say("skos:exactMatch", Iri(target))


def _above(one: Term, other: Term) -> bool:
    """Whether one is a broader term of the other, however far: SKOS keeps such pairs apart from related ones."""
    return any(term.key == other.key for term in ancestors(one)) or any(
        term.key == one.key for term in ancestors(other)
    )


@cache
def _beside(name: str) -> Mapping[str, tuple[str, ...]]:
    """Key to the keys of related terms, in both directions: the files say a relation once."""
    pairs: dict[str, dict[str, None]] = {}
    for term in vocabulary(name):
        for key in term.related:
            if key != term.key:
                pairs.setdefault(term.key, {})[key] = None
                pairs.setdefault(key, {})[term.key] = None
    return {key: tuple(keys) for key, keys in pairs.items()}
