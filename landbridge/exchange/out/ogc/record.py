"""A record as a record of OGC API Records: a GeoJSON feature whose properties describe what the record is about.

Persons stay at home: contacts are organisations, and the page of the record tells whom to write to. The place is the
point that everybody may see, blurred where its people blurred it, or nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from landbridge.exchange.out.feeds.entries import moment
from landbridge.exchange.out.stamps import Provider, changed, providers, urn
from landbridge.formats.fields import Places, Terms
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import Term, vocabulary
from landbridge.lib.languages import NAMES, choose, direction
from landbridge.registry.queries import RecordView

CORE: Final = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"
PERIODS: Final = ("period", "application_period", "in_force", "available_period")
"""The questions that tell when; the first that is answered is the time of the record."""
OWN_SCHEME: Final = "urn:landbridge:record"
_NO_THEMES: Final = frozenset({"languages", "licences", "currencies"})
_SCHEMES: Final = ("https://ror.org", "https://doi.org", "https://orcid.org", "https://isni.org", "https://grid.ac")
SPDX: Final = {
    "cc0": "CC0-1.0", "cc-by-4.0": "CC-BY-4.0", "cc-by-3.0-igo": "CC-BY-3.0-IGO", "cc-by-sa-4.0": "CC-BY-SA-4.0",
    "cc-by-nc-4.0": "CC-BY-NC-4.0", "cc-by-nc-sa-4.0": "CC-BY-NC-SA-4.0",
    "cc-by-nc-sa-3.0-igo": "CC-BY-NC-SA-3.0-IGO", "cc-by-nd-4.0": "CC-BY-ND-4.0",
    "cc-by-nc-nd-4.0": "CC-BY-NC-ND-4.0", "odbl-1.0": "ODbL-1.0", "odc-by-1.0": "ODC-By-1.0", "mit": "MIT",
    "apache-2.0": "Apache-2.0", "bsd-3-clause": "BSD-3-Clause", "gpl-3.0": "GPL-3.0-only",
    "agpl-3.0": "AGPL-3.0-only", "lgpl-3.0": "LGPL-3.0-only", "mpl-2.0": "MPL-2.0", "eupl-1.2": "EUPL-1.2",
    "cern-ohl-s-2.0": "CERN-OHL-S-2.0", "cern-ohl-p-2.0": "CERN-OHL-P-2.0",
}  # fmt: skip
"""Our licences to the identifiers of SPDX, where it has them."""

Json = dict[str, Any]


def feature(view: RecordView, base: str, collection: str, language: str) -> Json:
    """The record; `base` is the address of the node, `collection` the one that it was asked for in."""
    return {
        "id": view.id, "type": "Feature", "conformsTo": [CORE], "time": _time(view), "geometry": _geometry(view),
        "properties": {name: value for name, value in _properties(view, base, language).items() if value},
        "links": list(_links(view, base, collection, language)),
    }  # fmt: skip


def period(view: RecordView) -> Mapping[str, str] | None:
    """When it is, as far as the record tells."""
    return next((found for name in PERIODS if (found := view.data.get(name))), None)


def _time(view: RecordView) -> Json | None:
    told = period(view)
    if told is None:
        return None
    start, end = told.get("start"), told.get("end")
    return {"date": start} if start == end else {"interval": [start or "..", end or ".."]}


def _geometry(view: RecordView) -> Json | None:
    point = view.data.get("point")
    return {"type": "Point", "coordinates": [point["longitude"], point["latitude"]]} if point else None


def _properties(view: RecordView, base: str, language: str) -> Json:
    shown_in, title = choose(view.data["title"], language, view.language)
    licence = view.data.get("licence")
    return {
        "created": moment(view.created_at), "updated": moment(changed(view)), "type": view.format, "title": title,
        "description": choose(view.data.get("summary") or {}, language, view.language)[1],
        "keywords": list(_keywords(view, language)), "language": _language(shown_in),
        "languages": [_language(tag) for tag in view.data["title"]], "externalIds": list(external_ids(view)),
        "themes": list(_themes(view, base, language)), "formats": [{"name": "JSON", "mediaType": "application/json"}],
        "contacts": [_contact(one, base) for one in providers(view)],
        "license": (SPDX.get(licence) or "other") if licence else "",
    }  # fmt: skip


def _language(tag: str) -> Json:
    return {"code": tag, "dir": direction(tag), **({"name": NAMES[tag]} if tag in NAMES else {})}


def _told_terms(view: RecordView) -> Iterator[Term]:
    for name, question in questions(FORMATS[view.format]).items():
        if isinstance(question, Terms) and question.public and view.data.get(name):
            kept = view.data[name]
            for one in kept if isinstance(kept, list) else [kept]:
                if (term := question.term_of(one)) and term.vocabulary not in _NO_THEMES:
                    yield term


def _keywords(view: RecordView, language: str) -> Iterator[str]:
    asked = questions(FORMATS[view.format])
    for name, question in asked.items():
        if isinstance(question, Places) and question.role == "place":
            for place in view.data.get(name) or ():
                if term := question.term_of(place):
                    yield term.label(language)


def _themes(view: RecordView, base: str, language: str) -> Iterator[Json]:
    schemes: dict[str, dict[str, Term]] = {}
    for term in _told_terms(view):
        schemes.setdefault(term.vocabulary, {})[term.id] = term
    for name, terms in schemes.items():
        scheme = f"{base}/vocabularies/{name}"
        concepts = [
            {"id": term.id, "title": term.label(language),
             "url": term.uri if term.uri.startswith("http") else f"{scheme}/{term.id}"}
            for term in terms.values()
        ]  # fmt: skip
        yield {"scheme": scheme, "concepts": concepts}


def external_ids(view: RecordView) -> Iterator[Json]:
    """The name of the record itself, and the identifiers that it tells, each with its scheme where that is known."""
    yield {"scheme": OWN_SCHEME, "value": urn(view.id)}
    for value in view.data.get("identifiers") or ():
        scheme = next((one for one in _SCHEMES if value.startswith(one)), "")
        yield {"scheme": scheme, "value": value} if scheme else {"value": value}


def _contact(one: Provider, base: str) -> Json:
    contact: Json = {"organization": one.name, "roles": ["provider"]}
    if one.record:
        contact["identifier"] = urn(one.record)
        contact["links"] = [{"href": f"{base}/records/{one.record}", "rel": "about", "type": "text/html"}]
    return contact


def _links(view: RecordView, base: str, collection: str, language: str) -> Iterator[Json]:
    here = f"{base}/ogc/collections/{collection}"
    own = f"{here}/items/{view.id}"
    page = f"{base}/records/{view.id}"
    yield {"href": f"{own}?f=json", "rel": "self", "type": "application/geo+json", "hreflang": language}
    yield {"href": f"{own}?f=html", "rel": "alternate", "type": "text/html", "hreflang": language}
    yield {"href": here, "rel": "collection", "type": "application/json"}
    yield {"href": page, "rel": "about", "type": "text/html"}
    yield {"href": f"{page}.json", "rel": "describes", "type": "application/json"}
    yield from _licence_link(view)
    yield from _told_links(view.data.get("links") or ())
    for one in view.data.get("related") or ():
        if one.get("record"):
            yield {"href": f"{base}/records/{one['record']}", "rel": "related", "type": "text/html"}


def _licence_link(view: RecordView) -> Iterator[Json]:
    term = vocabulary("licences").terms.get(view.data.get("licence") or "")
    if term and term.extra.get("uri"):
        yield {"href": term.extra["uri"], "rel": "license"}


def _told_links(links: Sequence[Mapping[str, str]]) -> Iterator[Json]:
    for one in links:
        yield {"href": one["url"], "rel": "related", **({"title": one["title"]} if one.get("title") else {})}
