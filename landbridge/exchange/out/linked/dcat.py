"""The node as a DCAT-AP 3 catalogue: every format as a dataset, every vocabulary, and the records that are datasets.

A node at a time, so that a catalogue of any size goes out in pieces. The catalogue itself is told of again with each
dataset that it holds: in all three syntaxes what is said of one address adds up.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext, override

from landbridge.exchange.out.linked import addresses
from landbridge.exchange.out.linked.about import ABOUT, RIGHTS
from landbridge.exchange.out.linked.graph import MEDIA_TYPES, Iri, Node, Value, texts
from landbridge.exchange.out.linked.identifiers import identified, leads_to
from landbridge.exchange.out.linked.vocabularies import CC0
from landbridge.formats.format import CommonFormat
from landbridge.formats.library import FORMATS
from landbridge.formats.tidy import without_markup
from landbridge.formats.vocabulary import Term, Vocabulary, names, vocabulary
from landbridge.lib.languages import LANGUAGES
from landbridge.registry import queries
from landbridge.registry.queries import RecordView
from landbridge.registry.rules import ANYONE

DATASETS: Final = frozenset({"dataset", "database", "specimen-collection", "map"})
"""The kinds of resource that are data."""
_EU: Final = "http://publications.europa.eu/resource/authority"
_THEME: Final = f"{_EU}/data-theme/ENVI"
_SPOKEN: Final[Mapping[str, str]] = {
    "ar": "ARA", "en": "ENG", "es": "SPA", "fr": "FRA", "ru": "RUS", "zh": "ZHO", "pt": "POR", "de": "DEU",
    "it": "ITA", "nl": "NLD", "sw": "SWA", "id": "IND", "ja": "JPN", "ko": "KOR", "hi": "HIN", "bn": "BEN",
}  # fmt: skip
"""Language tag to its code in the list that DCAT-AP asks for."""
_IANA: Final = "https://www.iana.org/assignments/media-types/"
_FILES: Final[Mapping[str, str]] = {
    "jsonl": "JSON", "csv": "CSV", "json": "JSON", "atom": "ATOM", "ttl": "RDF_TURTLE", "jsonld": "JSON_LD",
    "rdf": "RDF_XML", "xml": "XML",
}  # fmt: skip
"""Our name of a shape to the file type of the European list."""
_PAGE: Final = 500


def catalogue() -> Iterator[Node]:
    """Everything that this node offers, for whoever harvests catalogues."""
    seen: set[str] = set()
    for one in (_catalogue(), *_frame()):
        yield one
        yield from _classes(one, seen)
    for dataset in _datasets():
        yield dataset
        yield Node(address()).say("dcat:dataset", Iri(dataset.iri))
        yield from _classes(dataset, seen)


def _datasets() -> Iterator[Node]:
    yield from map(_of_format, FORMATS.values())
    yield from (_of_vocabulary(vocabulary(name)) for name in names())
    yield from map(_of_record, _data_records())


_CLASSES: Final[Mapping[str, str]] = {
    "dct:language": "dct:LinguisticSystem", "dcat:mediaType": "dct:MediaType", "dct:format": "dct:MediaTypeOrExtent",
    "dct:license": "dct:LicenseDocument", "dcat:landingPage": "foaf:Document", "foaf:homepage": "foaf:Document",
    "dct:spatial": "dct:Location", "dct:accrualPeriodicity": "dct:Frequency", "dct:conformsTo": "dct:Standard",
    "spdx:algorithm": "spdx:ChecksumAlgorithm",
}  # fmt: skip
"""Term to the class of what it leads to: whoever checks the whole profile has not the European lists at hand."""


def _classes(one: Node, seen: set[str]) -> Iterator[Node]:
    """What the things are that a node names, each once. Pages are many, so nobody keeps in mind which were told."""
    for term, object_ in one.said:
        if isinstance(object_, Node):
            yield from _classes(object_, seen)
        elif isinstance(object_, Iri) and term in _CLASSES and object_.value not in seen:
            if term != "dcat:landingPage":
                seen.add(object_.value)
            yield Node(object_.value, (_CLASSES[term],))


def address() -> str:
    return f"{settings.BASE_URL}/catalogue"


def _catalogue() -> Node:
    made = Node(address(), ("dcat:Catalog",))
    made.say("dct:title", *(Value(settings.NODE_NAME, language=tag) for tag in LANGUAGES))
    made.say("dct:description", *texts(ABOUT)).say("dct:publisher", _publisher())
    made.say("foaf:homepage", Iri(f"{settings.BASE_URL}/"))
    made.say("dct:language", *map(_language, LANGUAGES)).say("dct:rights", _rights())
    themes = ("themes", "targets", "technologies", "ecosystems")
    made.say("dcat:themeTaxonomy", *(Iri(addresses.of_vocabulary(name)) for name in themes))
    return made.say("dcat:service", *map(Iri, (_api(), _oai())))


def _frame() -> Iterator[Node]:
    """What the others refer to: who publishes, the theme, the schemes of terms, and the services."""
    publisher = Node(_publisher().value, ("foaf:Agent",)).say("foaf:name", Value(settings.NODE_NAME))
    yield publisher.say("foaf:homepage", Iri(f"{settings.BASE_URL}/"))
    yield Node(_rights().value, ("dct:RightsStatement",)).say("dct:description", *texts(RIGHTS))
    yield Node(_THEME, ("skos:Concept",)).say("skos:prefLabel", Value("Environment", language="en"))
    for service, label, endpoint, described in (
        (_api(), "API", f"{settings.BASE_URL}/api/v1/", f"{settings.BASE_URL}/api/v1/openapi.json"),
        (_oai(), "OAI-PMH 2.0", f"{settings.BASE_URL}/oai", f"{settings.BASE_URL}/oai?verb=Identify"),
    ):
        made = Node(service, ("dcat:DataService",)).say("dct:title", Value(f"{settings.NODE_NAME}: {label}"))
        made.say("dcat:endpointURL", Iri(endpoint)).say("dcat:endpointDescription", Iri(described))
        made.say("dct:publisher", _publisher()).say("dct:rights", _rights())
        made.say("dcat:servesDataset", *(Iri(_format_address(name)) for name in FORMATS))
        yield made.say("dcat:contactPoint", _contact()).say("dcat:theme", Iri(_THEME))


def _publisher() -> Iri:
    return Iri(f"{settings.BASE_URL}/about#publisher")


def _api() -> str:
    return f"{settings.BASE_URL}/catalogue#api"


def _oai() -> str:
    return f"{settings.BASE_URL}/catalogue#oai-pmh"


def _language(tag: str) -> Iri:
    """The language in the European list; its tag as an address where that does not name it."""
    code = _SPOKEN.get(tag.split("-")[0])
    return Iri(f"{_EU}/language/{code}" if code else f"http://lexvo.org/id/term/{tag}")


def _rights() -> Iri:
    return Iri(f"{settings.BASE_URL}/about#rights")


def _contact(contacts: Iterable[Mapping[str, str]] = ()) -> Node | None:
    """Whom to ask: the first contact of a record with an address, else the node."""
    for one in contacts:
        if one.get("email"):
            name = one.get("name") or one.get("role") or one["email"]
            return _card(name, one["email"])
    return _card(settings.NODE_NAME, settings.NODE_EMAIL) if settings.NODE_EMAIL else None


def _card(name: str, email: str) -> Node:
    made = Node(types=("vcard:Kind",)).say("vcard:fn", Value(name))
    return made.say("vcard:hasEmail", Iri(f"mailto:{email}"))


def _format_address(name: str) -> str:
    return f"{settings.BASE_URL}/catalogue#{name}"


def _in_languages(text: str) -> Iterator[Value]:
    """A text of a format in each of the six languages."""
    for tag in LANGUAGES:
        with override(tag):
            yield Value(gettext(text), language=tag)


def _of_format(model: type[CommonFormat]) -> Node:
    """All public records of a format, in the shapes in which they can be had."""
    base, name = settings.BASE_URL, model.name
    made = Node(_format_address(name), ("dcat:Dataset",))
    made.say("dct:title", *_in_languages(model.plural)).say("dct:description", *_in_languages(model.about))
    made.say("dct:identifier", Value(_format_address(name))).say("dct:publisher", _publisher())
    made.say("dct:language", *map(_language, LANGUAGES)).say("dcat:theme", Iri(_THEME))
    made.say("dcat:contactPoint", _contact()).say("dcat:landingPage", Iri(f"{base}/search?type={name}"))
    made.say("dct:accrualPeriodicity", Iri(f"{_EU}/frequency/CONT"))
    made.say("dct:conformsTo", Iri(f"{base}/api/v1/schemas/{name}"))
    shapes = (
        ("JSON Lines", f"{base}/api/v1/dump?type={name}", "jsonl", "application/x-ndjson", ""),
        ("CSV", f"{base}/search?type={name}&format=csv", "csv", "text/csv", ""),
        ("API", f"{base}/api/v1/records?type={name}", "json", "application/json", _api()),
        ("OAI-PMH", f"{base}/oai?verb=ListRecords&metadataPrefix=oai_dc&set={name}", "xml", "text/xml", _oai()),
        ("Atom", f"{base}/feed?type={name}", "atom", "application/atom+xml", ""),
    )
    return made.say("dcat:distribution", *(_distribution(*shape) for shape in shapes))


def _distribution(title: str, where: str, shape: str, media_type: str, service: str = "") -> Node:
    made = Node(types=("dcat:Distribution",)).say("dct:title", Value(title)).say("dcat:accessURL", Iri(where))
    made.say("dct:format", Iri(f"{_EU}/file-type/{_FILES[shape]}")).say("dcat:mediaType", Iri(f"{_IANA}{media_type}"))
    made.say("dcat:accessService", Iri(service) if service else None)
    return made.say("dct:rights", _rights())


def _of_vocabulary(found: Vocabulary) -> Node:
    made = Node(addresses.of_vocabulary(found.name), ("dcat:Dataset", "skos:ConceptScheme"))
    made.say("dct:title", *texts(found.title))
    made.say("dct:description", Value(found.about or found.title.get("en", found.name), language="en"))
    made.say("dct:identifier", Value(made.iri)).say("dct:publisher", _publisher())
    made.say("dct:language", *map(_language, LANGUAGES)).say("dcat:version", Value(found.version))
    made.say("dcat:theme", Iri(_THEME)).say("dcat:landingPage", Iri(made.iri)).say("dcat:contactPoint", _contact())
    for ending, media_type in MEDIA_TYPES.items():
        shape = _distribution(f"SKOS ({ending})", f"{made.iri}.{ending}", ending, media_type)
        shape.said = [one for one in shape.said if one[0] != "dct:rights"]
        made.say("dcat:distribution", shape.say("dct:license", Iri(CC0)))
    return made


def _data_records() -> Iterator[RecordView]:
    """The public records that are datasets, a page at a time."""
    after = ""
    while page := queries.published(ANYONE, ["resource"], after, limit=_PAGE):
        yield from (view for view in page if DATASETS & set(addresses.told(view).get("resource_types") or ()))
        after = page[-1].id


def _of_record(view: RecordView) -> Node:
    """A resource that is data, as its record describes it."""
    data = addresses.told(view)
    made = Node(addresses.of_record(view.id), ("dcat:Dataset",)).say("dct:title", *texts(data["title"]))
    long = {tag: without_markup(text) for tag, text in (data.get("description") or {}).items()}
    made.say("dct:description", *texts(data.get("summary") or long or data["title"]))
    made.say("dct:identifier", Value(made.iri)).say("dcat:landingPage", Iri(made.iri)).say("dcat:theme", Iri(_THEME))
    made.say("dcat:contactPoint", _contact(data.get("contacts") or ()))
    made.say("dct:publisher", _body(data)).say("dct:language", *map(_language, data.get("resource_languages") or ()))
    if view.published_at:
        made.say("dct:issued", Value(view.published_at.date().isoformat(), type="date"))
    made.say("dct:modified", Value(view.revised_at.date().isoformat(), type="date"))
    made.say("dct:spatial", *filter(None, map(_location, data.get("places") or ())))
    subjects = list(_subjects(data))
    made.say("dct:subject", *(Iri(addresses.official(term) or addresses.of_term(term)) for term in subjects))
    for tag in dict.fromkeys((view.language, "en")):
        made.say("dcat:keyword", *(Value(term.labels[tag][0], language=tag) for term in subjects if tag in term.labels))
    made.say("dct:provenance", _provenance(view))
    if data.get("identifier"):
        kind, value = identified(data["identifier"])
        made.say("owl:sameAs", Iri(leads_to(kind, value))) if leads_to(kind, value) else made.say(
            "dct:identifier", Value(value)
        )
    return made.say("dcat:distribution", *_copies(view, data))


def _body(data: Mapping[str, Any]) -> Node | Iri:
    """Who publishes the data: the first of its publishers; the node where the record names none."""
    first = next(iter(data.get("publishers") or ()), None)
    if first is None:
        return _publisher()
    return Node(types=("foaf:Agent",)).say("foaf:name", Value(first.get("name") or first["record"]))


def _location(identifier: str) -> Iri | None:
    """A country by its address in the European list, a region by ours."""
    term = addresses.place(identifier)
    if term is None:
        return None
    return Iri(f"{_EU}/country/{term.id}" if term.vocabulary == "countries" else addresses.of_term(term))


def _subjects(data: Mapping[str, Any]) -> Iterator[Term]:
    for name in ("targets", "themes", "ecosystems", "technologies"):
        yield from filter(None, (vocabulary(name).terms.get(one) for one in data.get(name) or ()))


def _provenance(view: RecordView) -> Node | None:
    origin = addresses.of_origin(view)
    if not origin:
        return None
    return Node(types=("dct:ProvenanceStatement",)).say("dct:source", Iri(origin))


def _copies(view: RecordView, data: Mapping[str, Any]) -> Iterator[Node]:
    """Where the data can be had: its links and files; the record itself where it names none."""
    kept = vocabulary("licences").terms.get(data.get("work_licence") or "")
    licence = Iri(addresses.official(kept)) if kept and addresses.official(kept) else None
    found = False
    for one in data.get("links") or ():
        found = True
        made = Node(types=("dcat:Distribution",)).say("dcat:accessURL", Iri(one["url"])).say("dct:license", licence)
        yield made.say("dct:title", Value(one.get("title") or urlsplit(one["url"]).netloc))
    for one in data.get("files") or ():
        found = True
        where = Iri(addresses.of_record(view.id, f"/files/{one['sha256']}"))
        made = Node(types=("dcat:Distribution",)).say("dcat:accessURL", where).say("dcat:downloadURL", where)
        made.say("dct:title", Value(one["name"])).say("dcat:mediaType", Iri(_IANA + one["media_type"]))
        made.say("dcat:byteSize", Value(str(one["size"]), type="nonNegativeInteger")).say("dct:license", licence)
        sum_ = Node(types=("spdx:Checksum",)).say("spdx:checksumValue", Value(one["sha256"], type="hexBinary"))
        yield made.say(
            "spdx:checksum", sum_.say("spdx:algorithm", Iri("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"))
        )
    if not found:
        yield Node(types=("dcat:Distribution",)).say("dcat:accessURL", Iri(addresses.of_record(view.id)))
