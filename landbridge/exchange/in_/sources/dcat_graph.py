"""Graphs of strangers, read with rdflib after everything was looked at that it would follow or expand.

No context is fetched and no entity expanded. Heavy: who needs no graph does not import this before it has one to read.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import orjson

from landbridge.exchange.in_.door import BadSource
from landbridge.exchange.in_.sources.known import line, shorter
from landbridge.lib import xml

if TYPE_CHECKING:
    from rdflib import Dataset
    from rdflib.term import Node

LARGEST: Final = 25_000_000
"""Bytes of one page of a catalogue: a graph takes some twenty times of it in memory."""
ACCEPT: Final = (
    "text/turtle, application/ld+json;q=0.9, application/rdf+xml;q=0.8, application/n-triples;q=0.7, */*;q=0.1"
)
_KINDS: Final = {
    "text/turtle": "turtle", "application/x-turtle": "turtle", "application/n-triples": "turtle",
    "application/ld+json": "json-ld", "application/rdf+xml": "xml",
}  # fmt: skip
LONGEST_TEXT: Final = 300_000
"""Bytes of one text in Turtle."""
_TOKENS: Final = re.compile(
    rb'''"""(?:[^"\\]++|\\.|"(?!""))*+(?:""")?|"(?:[^"\\\n]++|\\.)*+"?|<[^>\n]*+>?|#[^\n]*+'''
    rb"""|'''(?:[^'\\]++|\\.|'(?!''))*+(?:''')?|'(?:[^'\\\n]++|\\.)*+'?""",
    re.DOTALL,
)
"""Texts, addresses and remarks of Turtle; never looks back, and an end that is missing stops nothing."""
_ONE_AT_A_TIME: Final = threading.RLock()
_DEEPEST: Final = 60
_MOST_CONTEXTS: Final = 1_000
DCT: Final = "http://purl.org/dc/terms/"
DCAT: Final = "http://www.w3.org/ns/dcat#"
_HYDRA: Final = "http://www.w3.org/ns/hydra/core#"
_TERMS: Final[Mapping[str, Any]] = {
    "dcat": DCAT, "dct": DCT, "dcterms": DCT, "foaf": "http://xmlns.com/foaf/0.1/", "id": "@id", "type": "@type",
    "Catalog": f"{DCAT}Catalog", "Dataset": f"{DCAT}Dataset", "Distribution": f"{DCAT}Distribution",
    **{name: f"{DCT}{name}" for name in (
        "title", "description", "issued", "modified", "publisher", "creator", "identifier", "subject", "temporal")},
    **{name: f"{DCAT}{name}" for name in ("keyword", "distribution", "dataset", "mediaType")},
    **{name: {"@id": term, "@type": "@id"} for name, term in (
        ("license", f"{DCT}license"), ("landingPage", f"{DCAT}landingPage"), ("accessURL", f"{DCAT}accessURL"),
        ("downloadURL", f"{DCAT}downloadURL"))},
    "language": f"{DCT}language", "spatial": f"{DCT}spatial", "theme": f"{DCAT}theme", "format": f"{DCT}format",
    "name": "http://xmlns.com/foaf/0.1/name",
}  # fmt: skip
CONTEXTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld": _TERMS,
    "https://www.w3.org/ns/dcat.jsonld": _TERMS,
    "http://www.w3.org/ns/dcat.jsonld": _TERMS,
    "http://www.w3.org/ns/hydra/context.jsonld": {"@vocab": _HYDRA, "hydra": _HYDRA},
    "https://www.w3.org/ns/hydra/context.jsonld": {"@vocab": _HYDRA, "hydra": _HYDRA},
}
"""The contexts of others that are known here, as much of them as is read."""


def graph(raw: bytes, content_type: str, address: str) -> "Dataset":
    """The graph of a document.

    Raises:
        BadSource, BadXml: it is none, or not one that is safe to read.
    """
    # Inner import: a second to load, and megabytes that a process without catalogues does not need.
    import rdflib

    kind = _kind(raw, content_type, address)
    if kind == "xml":
        xml.parse(raw)
    elif kind == "json-ld":
        raw = _checked(raw, address)
    else:
        raw = _with_short_texts(raw.replace(b"\0", b""))
    made = rdflib.Dataset(default_union=True)
    try:
        with _as_written():
            made.parse(data=raw, format=kind, publicID=address)
    except RecursionError:
        raise BadSource("The catalogue is nested more deeply than any honest one.") from None
    except Exception as error:  # noqa: BLE001 - rdflib's parsers raise whatever their grammar tools raise
        why = line(str(error), 200) or type(error).__name__
        raise BadSource(f"{shorter(address, 200)} cannot be read as {kind}: {why}") from None
    return made


@contextmanager
def _as_written() -> Iterator[None]:
    """Values stay as they are written. rdflib would work each out: gigabytes for the decimal 1e999999999, and parsers
    of their own for HTML and XML in a text. Nothing here asks for more than texts."""
    # Inner import: see `graph`.
    from rdflib import term

    with _ONE_AT_A_TIME:
        before = term._castLexicalToPython
        term._castLexicalToPython = lambda lexical, datatype: None
        try:
            yield
        finally:
            term._castLexicalToPython = before


def _with_short_texts(raw: bytes) -> bytes:
    """Turtle whose texts are of a bounded length: for long ones rdflib takes the square of the time.

    Raises:
        BadSource: one is longer.
    """
    if any(len(one.group()) > LONGEST_TEXT for one in _TOKENS.finditer(raw) if one.group()[:1] in b"\"'"):
        raise BadSource(f"A text of the catalogue is longer than {LONGEST_TEXT // 1_000} kB.")
    return raw


def _kind(raw: bytes, content_type: str, address: str) -> str:
    told = content_type.partition(";")[0].strip().lower()
    start = raw[:500].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if told in _KINDS:
        return _KINDS[told]
    if start.startswith((b"<!doctype html", b"<html")) or told == "text/html":
        raise BadSource(f"{shorter(address, 200)} answers with a web page, not with a catalogue; look for its address "
                        "that ends in .ttl, .jsonld or .rdf.")  # fmt: skip
    if start.startswith((b"<?xml", b"<rdf:rdf")):
        return "xml"
    return "json-ld" if start.startswith((b"{", b"[")) else "turtle"


def _checked(raw: bytes, address: str) -> bytes:
    """JSON-LD in which no context is left that would have to be fetched.

    Raises:
        BadSource: it names one that is not known here, or is no JSON.
    """
    try:
        said = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadSource(f"{shorter(address, 200)} is not JSON: {line(str(error), 200)}") from None
    if raw.count(b"@context") > _MOST_CONTEXTS:
        raise BadSource("The catalogue names more contexts than any honest one.")
    if isinstance(said, dict) and "success" in said and "@context" not in said:
        raise BadSource("This is a CKAN portal; use the door for CKAN.")
    if isinstance(said, dict) and said.get("conformsTo") and "@context" not in said and "dataset" in said:
        said["@context"] = dict(_TERMS)  # The open data catalogues of governments (data.json) may leave it out.
    return orjson.dumps(_local(said, 0))


def _local(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise BadSource("The catalogue is nested more deeply than any honest one.")
    if isinstance(value, list):
        return [_local(one, depth + 1) for one in value]
    if not isinstance(value, dict):
        return value
    if "@import" in value:
        raise BadSource("The catalogue imports a context, which is not fetched.")
    return {
        name: _context(one, depth + 1) if name == "@context" else _local(one, depth + 1) for name, one in value.items()
    }


def _context(value: Any, depth: int) -> Any:
    """A context without addresses of contexts."""
    if isinstance(value, list) and depth <= _DEEPEST:
        return [_context(one, depth + 1) for one in value]
    if not isinstance(value, str):
        return _local(value, depth + 1)
    known = CONTEXTS.get(value.strip())
    if known is None:
        raise BadSource(f"The catalogue names the context {shorter(line(value, 300), 200)}, which is not known here "
                        "and is not fetched; ask for the catalogue in Turtle or RDF/XML.")  # fmt: skip
    return dict(known)


class Said:
    """What a graph says, in plain texts."""

    def __init__(self, read: "Dataset") -> None:
        # Inner import: see `graph`.
        from rdflib import RDF, Literal, URIRef

        self.graph, self._literal, self._iri, self._type = read, Literal, URIRef, RDF.type

    def of_type(self, *types: str) -> list["Node"]:
        """Everything of one of these classes, in one order."""
        found = {one for kind in types for one in self.graph.subjects(self._type, self._iri(kind))}
        return sorted(found, key=str)

    def all(self, node: "Node", *terms: str) -> Iterator["Node"]:
        """All objects of the terms, in one order."""
        for term in terms:
            yield from sorted(set(self.graph.objects(node, self._iri(term))), key=lambda one: (str(one), repr(one)))

    def texts(self, node: "Node", *terms: str) -> list[tuple[str, str]]:
        """(language, text) of the first of the terms that says something."""
        for term in terms:
            found = [(one.language or "", str(one)) for one in self.all(node, term) if isinstance(one, self._literal)]
            if found:
                return found
        return []

    def values(self, node: "Node", *terms: str) -> list[str]:
        """What the terms say, as texts and addresses; things without an address are left out."""
        return [str(one) for one in self.all(node, *terms) if isinstance(one, self._literal | self._iri)]

    def is_named(self, node: "Node") -> bool:
        """Whether it has an address."""
        return isinstance(node, self._iri)

    def labels(self, node: "Node") -> list[str]:
        """What a thing is called; a text is called what it says."""
        if isinstance(node, self._literal):
            return [str(node)]
        return [text for _, text in self.texts(node, *_LABELS)]


_LABELS: Final = (
    "http://xmlns.com/foaf/0.1/name", "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2006/vcard/ns#fn", "http://www.w3.org/2006/vcard/ns#organization-name",
    "http://www.w3.org/2000/01/rdf-schema#label", f"{DCT}title", "http://schema.org/name", "https://schema.org/name",
)  # fmt: skip


def onward(said: Said) -> str:
    """The page after this one, as Hydra tells it; empty on the last."""
    for node in said.of_type(
        *(f"{_HYDRA}{name}" for name in ("PartialCollectionView", "PagedCollection", "Collection"))
    ):
        for one in said.values(node, f"{_HYDRA}next", f"{_HYDRA}nextPage"):
            return one
    return ""
