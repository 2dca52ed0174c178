"""A record as schema.org JSON-LD: made from the terms that the questions of its format name.

Plain dictionaries, in the form that search engines, Bioschemas and other registries read. `brief` is what stands in the
page: the languages that its reader sees, without the long story.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from landbridge.exchange.out.linked import addresses
from landbridge.exchange.out.linked.about import ABOUT
from landbridge.exchange.out.linked.addresses import Titles
from landbridge.exchange.out.linked.answers import Telling, said, terms_of, words
from landbridge.exchange.out.linked.graph import full
from landbridge.exchange.out.linked.identifiers import leads_to
from landbridge.exchange.out.linked.properties import PROFILES, RESOURCES, TRAINING, is_work, renamed
from landbridge.formats.fields import Question, Terms
from landbridge.formats.format import CommonFormat, questions
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import vocabulary
from landbridge.registry.queries import RecordView

CONTEXT: Final = "https://schema.org/"
CONFORMS: Final = "http://purl.org/dc/terms/conformsTo"
_KEYWORDS: Final = ("subject", "type")
"""The Dublin Core terms whose answers are what somebody would look for."""


def thing(
    view: RecordView, titles: Titles | None = None, *, languages: Iterable[str] = (), doi: str = ""
) -> dict[str, Any]:
    """What the record tells everybody, as JSON-LD; with `languages` only in those, and without the long story."""
    telling = Telling(view.id, view.language, titles or {}, tuple(dict.fromkeys(languages)))
    model, data = FORMATS[view.format], addresses.told(view)
    kinds = classes(model, data)
    made: dict[str, Any] = {"@context": CONTEXT, "@type": kinds[0] if len(kinds) == 1 else kinds}
    made["@id"] = made["url"] = addresses.of_record(view.id)
    _answers(made, model, data, kinds[0], telling)
    _identifiers(made, view, doi)
    if keywords := _keywords(model, data, telling):
        made["keywords"] = keywords
    made["mainEntityOfPage"] = _page(view, data)
    if is_work(kinds[0]):
        page = made["mainEntityOfPage"]
        made = {**{name: page[name] for name in ("dateModified", "sdLicense", "sdPublisher") if name in page}, **made}
    if profile := _profile(made, kinds, data):
        made[CONFORMS] = {"@id": f"https://bioschemas.org/profiles/{profile}"}
    return made


def classes(model: type[CommonFormat], data: Mapping[str, Any]) -> list[str]:
    """The classes of schema.org: that of the format, and what the kind of a resource adds."""
    prefix, _, name = model.rdf_class.partition(":")
    first = name if prefix == "schema" else full(model.rdf_class)
    more = (RESOURCES.get(kind) for kind in data.get("resource_types") or ())
    return [first, *dict.fromkeys(one for one in more if one)]


def _answers(
    made: dict[str, Any], model: type[CommonFormat], data: Mapping[str, Any], kind: str, telling: Telling
) -> None:
    for name, question in questions(model).items():
        if not question.public or not question.rdf or data.get(name) in (None, "", [], {}):
            continue
        term = _term(model, name, question, kind)
        if not term or (telling.brief and name == "description"):
            continue  # The long story would make a page heavy; it stands in the page already.
        for where, value in said(question, data[name], term, telling):
            _put(made, renamed(kind, where), value)
    _describe(made, kind, telling)


def _describe(made: dict[str, Any], kind: str, telling: Telling) -> None:
    """A description is what most readers of the data look for: the summary in the languages without a longer one."""
    short, long = _listed(made.pop("abstract", [])), _listed(made.pop("description", []))
    told = {one["@language"] for one in long}
    _put(made, "description", [*long, *(one for one in short if one["@language"] not in told)])
    if not telling.brief:
        _put(made, "abstract" if is_work(kind) else full("dct:abstract"), short)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _term(model: type[CommonFormat], name: str, question: Question, kind: str) -> str:
    """The term of an answer, without prefix where it is one of schema.org; empty where it is said elsewhere."""
    if name == "licence" and ("work_licence" in questions(model) or not is_work(kind)):
        return ""  # It is that of our text, not of the thing: the page says it.
    prefix, _, term = question.rdf.partition(":")
    return term if prefix == "schema" else full(question.rdf)


def _put(made: dict[str, Any], term: str, value: Any) -> None:
    """Add a value: one stands as it is, several as a list without doubles."""
    kept = _listed(made.get(term, []))
    kept = kept + [one for one in _listed(value) if one not in kept]
    if kept:
        made[term] = kept[0] if len(kept) == 1 else kept


def _identifiers(made: dict[str, Any], view: RecordView, doi: str) -> None:
    """Our own identifier first; and the address at the node where a received record has its home."""
    others = made.pop("identifier", [])
    made["identifier"] = made["@id"]
    if doi:
        _put(made, "identifier", {"@type": "PropertyValue", "propertyID": "DOI", "value": doi})
        _put(made, "sameAs", leads_to("DOI", doi))
    _put(made, "identifier", others)
    if origin := addresses.of_origin(view):
        _put(made, "sameAs", origin)


def _keywords(model: type[CommonFormat], data: Mapping[str, Any], telling: Telling) -> list[Any]:
    """The labels of all its subjects and kinds, in the record's own language."""
    asked = ((name, one) for name, one in questions(model).items() if isinstance(one, Terms) and one.dc in _KEYWORDS)
    found = [term for name, question in asked for term in terms_of(question, data.get(name))]
    return list(dict.fromkeys(term.label(telling.language) for term in found))


def _page(view: RecordView, data: Mapping[str, Any]) -> dict[str, Any]:
    """The description itself: the revision, when and under which licence it was published, and whose it is."""
    made: dict[str, Any] = {
        "@type": "WebPage", "@id": addresses.of_revision(view), "url": addresses.of_revision(view),
        "inLanguage": sorted(data["title"]), "version": view.revision,
        "dateCreated": view.created_at.date().isoformat(),
        "dateModified": view.revised_at.isoformat(timespec="seconds"),
        "isPartOf": {"@type": "DataCatalog", "@id": f"{settings.BASE_URL}/catalogue"},
        "publisher": {"@type": "Organization", "name": settings.NODE_NAME, "url": settings.BASE_URL},
    }  # fmt: skip
    if view.published_at:
        made["datePublished"] = view.published_at.date().isoformat()
    if view.expires_on:
        made["expires"] = view.expires_on.isoformat()
    licence = vocabulary("licences").terms.get(data.get("licence") or "")
    if licence and addresses.official(licence):
        made["license"] = made["sdLicense"] = addresses.official(licence)
    if origin := addresses.of_origin(view):
        made |= {"isBasedOn": origin, "sdPublisher": {"@type": "Organization", "url": view.origin, "name": view.origin}}
    return made


def _profile(made: Mapping[str, Any], kinds: Iterable[str], data: Mapping[str, Any]) -> str:
    """The profile of Bioschemas that the thing meets, the most telling first."""
    for kind in ("Dataset", "Course", "LearningResource", "Person"):
        profile, demanded = PROFILES[kind]
        is_one = kind in kinds and (kind != "LearningResource" or TRAINING & set(data.get("resource_types") or ()))
        if is_one and all(made.get(name) for name in demanded):
            return profile
    return ""


_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def in_page(made: Any) -> SafeString:
    """JSON that can stand in a `<script>`: no text in it can end the element, or be read as the start of another."""
    text = orjson.dumps(made).decode()
    for sign, escaped in _ESCAPES.items():
        text = text.replace(sign, escaped)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308


def site() -> dict[str, Any]:
    """The node itself, for its first page: a website that can be searched, and a catalogue of data."""
    base = settings.BASE_URL
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{base}/search?q={{search_term_string}}"},
        "query-input": "required name=search_term_string",
    }
    return {
        "@context": CONTEXT,
        "@graph": [
            {"@type": "WebSite", "@id": f"{base}/", "url": f"{base}/", "name": settings.NODE_NAME,
             "inLanguage": ["ar", "en", "es", "fr", "ru", "zh"], "potentialAction": search},
            {"@type": "DataCatalog", "@id": f"{base}/catalogue", "url": f"{base}/", "name": settings.NODE_NAME,
             "description": words(ABOUT, ()),
             "sameAs": [f"{base}/catalogue.{ending}" for ending in ("ttl", "jsonld", "rdf")]},
        ],
    }  # fmt: skip
