"""Statements of linked data, and the three ways in which they are written: Turtle, JSON-LD and RDF/XML.

Written by hand and a node at a time: a catalogue of any size goes out in pieces, and a process that serves pages needs
no library of 20 MB for it. The tests read what comes out with rdflib.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import orjson

from landbridge.formats.tidy import printable

PREFIXES: Final[Mapping[str, str]] = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "oa": "http://www.w3.org/ns/oa#", "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#", "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#", "xsd": "http://www.w3.org/2001/XMLSchema#",
}  # fmt: skip
MEDIA_TYPES: Final[Mapping[str, str]] = {
    "ttl": "text/turtle", "jsonld": "application/ld+json", "rdf": "application/rdf+xml",
}  # fmt: skip
"""Ending of an address to the media type of what is there."""
_NOT_IN_IRI: Final = re.compile(r"[\x00-\x20<>\"{}|\\^`\x7f]")


@dataclass(frozen=True, slots=True)
class Iri:
    """Something that has an address."""

    value: str


@dataclass(frozen=True, slots=True)
class Value:
    """A text in a language, or a value of a type of XML Schema (`date`, `integer` …)."""

    text: str
    language: str = ""
    type: str = ""


@dataclass
class Node:
    """Something with what is said of it: (`prefix:term`, object). Without an address it is named by nobody else."""

    iri: str = ""
    types: tuple[str, ...] = ()
    said: list[tuple[str, "Object"]] = field(default_factory=list)

    def say(self, term: str, *objects: "Object | None") -> "Node":
        """Say something of it; what is None is left out."""
        self.said.extend((term, one) for one in objects if one is not None)
        return self


Object = Iri | Value | Node


def texts(in_languages: Mapping[str, str] | None) -> list[Value]:
    """A text in languages as values."""
    return [Value(text, language=tag) for tag, text in (in_languages or {}).items() if text]


def full(term: str) -> str:
    """The whole address of a `prefix:term`."""
    prefix, _, name = term.partition(":")
    return PREFIXES[prefix] + name


def iri(address: str) -> str:
    """An address in which nothing is left that could end it."""
    return _NOT_IN_IRI.sub(lambda found: quote(found[0]), address)


def written(nodes: Iterable[Node], ending: str) -> Iterator[str]:
    """The nodes in the shape of an ending, in pieces."""
    return {"ttl": turtle, "jsonld": json_ld, "rdf": rdf_xml}[ending](nodes)


def turtle(nodes: Iterable[Node]) -> Iterator[str]:
    yield "".join(f"@prefix {name}: <{address}> .\n" for name, address in PREFIXES.items()) + "\n"
    for node in nodes:
        yield f"{_turtle_name(node)}{_turtle_said(node)} .\n"


def _turtle_name(node: Node) -> str:
    return f"<{iri(node.iri)}>" if node.iri else "[]"


def _turtle_said(node: Node) -> str:
    parts = [f"a {', '.join(node.types)}"] if node.types else []
    parts += [f"{term} {_turtle_object(one)}" for term, one in node.said]
    return " " + " ;\n    ".join(parts)


def _turtle_object(one: Object) -> str:
    if isinstance(one, Iri):
        return f"<{iri(one.value)}>"
    if isinstance(one, Node):
        # A node with an address is told of in full where it stands by itself; here it may only be named.
        return f"[{_turtle_said(one)} ]" if not one.iri else f"<{iri(one.iri)}>"
    text = printable(one.text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{text}"' + (f"@{one.language}" if one.language else f"^^xsd:{one.type}" if one.type else "")


def json_ld(nodes: Iterable[Node]) -> Iterator[str]:
    yield '{"@context":' + orjson.dumps(dict(PREFIXES)).decode() + ',"@graph":['
    for number, node in enumerate(nodes):
        yield (",\n" if number else "\n") + orjson.dumps(_json_node(node)).decode()
    yield "\n]}\n"


def _json_node(node: Node) -> dict[str, Any]:
    made: dict[str, Any] = {"@id": iri(node.iri)} if node.iri else {}
    if node.types:
        made["@type"] = list(node.types)
    for term, one in node.said:
        made.setdefault(term, []).append(_json_object(one))
    return made


def _json_object(one: Object) -> dict[str, Any]:
    if isinstance(one, Iri):
        return {"@id": iri(one.value)}
    if isinstance(one, Node):
        return _json_node(one) if not one.iri else {"@id": iri(one.iri)}
    more = {"@language": one.language} if one.language else {"@type": f"xsd:{one.type}"} if one.type else {}
    return {"@value": printable(one.text), **more}


def rdf_xml(nodes: Iterable[Node]) -> Iterator[str]:
    spaces = " ".join(f"xmlns:{name}={quoteattr(address)}" for name, address in PREFIXES.items())
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF {spaces}>\n'
    for node in nodes:
        yield _xml_node(node)
    yield "</rdf:RDF>\n"


def _xml_node(node: Node) -> str:
    about = f" rdf:about={quoteattr(iri(node.iri))}" if node.iri else ""
    types = "".join(f"<rdf:type rdf:resource={quoteattr(full(one))}/>" for one in node.types)
    return f"<rdf:Description{about}>{types}{''.join(map(_xml_said, node.said))}</rdf:Description>\n"


def _xml_said(said: tuple[str, Object]) -> str:
    term, one = said
    if isinstance(one, Iri) or (isinstance(one, Node) and one.iri):
        address = one.value if isinstance(one, Iri) else one.iri
        return f"<{term} rdf:resource={quoteattr(iri(address))}/>"
    if isinstance(one, Node):
        return f"<{term}>{_xml_node(one).rstrip()}</{term}>"
    kind = f" rdf:datatype={quoteattr(full('xsd:' + one.type))}" if one.type else ""
    language = f" xml:lang={quoteattr(one.language)}" if one.language else ""
    return f"<{term}{language or kind}>{escape(printable(one.text))}</{term}>"
