"""The documents of OGC API Records, part 1: where to start, what is claimed, which collections there are, and items."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import get_language, gettext

from landbridge.exchange.out import stamps
from landbridge.exchange.out.ogc.asking import SORTABLES, Problem, asked, require_known
from landbridge.exchange.out.ogc.finding import page
from landbridge.exchange.out.ogc.record import CORE, Json, feature
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import DEFAULT, LANGUAGES, NAMES, direction

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
SCHEMA: Final = "application/schema+json"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
EVERYTHING: Final = "records"
"""The collection of all records; the others hold those of one format, and have its name."""
_SPEC: Final = "http://www.opengis.net/spec"
CONFORMS_TO: Final = (
    f"{_SPEC}/ogcapi-common-1/1.0/conf/core", f"{_SPEC}/ogcapi-common-2/1.0/conf/collections",
    f"{_SPEC}/ogcapi-features-1/1.0/conf/core", f"{_SPEC}/ogcapi-features-1/1.0/conf/geojson",
    f"{_SPEC}/ogcapi-features-1/1.0/conf/html", f"{_SPEC}/ogcapi-features-1/1.0/conf/oas30",
    CORE, f"{_SPEC}/ogcapi-records-1/1.0/conf/record-collection",
    f"{_SPEC}/ogcapi-records-1/1.0/conf/record-core-query-parameters",
    f"{_SPEC}/ogcapi-records-1/1.0/conf/records-api", f"{_SPEC}/ogcapi-records-1/1.0/conf/searchable-catalog",
    f"{_SPEC}/ogcapi-records-1/1.0/conf/sorting", f"{_SPEC}/ogcapi-records-1/1.0/conf/json",
    f"{_SPEC}/ogcapi-records-1/1.0/conf/html", f"{_SPEC}/ogcapi-records-1/1.0/conf/oas30",
)  # fmt: skip
"""What is claimed. No filtering with CQL2."""
_REL: Final = "http://www.opengis.net/def/rel/ogc/1.0"

Given = Mapping[str, Sequence[str]]


def base() -> str:
    """The address of the landing page."""
    return f"{settings.BASE_URL}/ogc"


def language() -> str:
    """The language of the answer."""
    tag = get_language() or DEFAULT
    return tag if tag in LANGUAGES else DEFAULT


def link(address: str, relation: str, media_type: str, title: str = "") -> Json:
    """A link, in the language of the answer."""
    said = {"href": address, "rel": relation, "type": media_type, "hreflang": language()}
    return {**said, "title": title} if title else said


def shapes(address: str, media_type: str = JSON) -> Iterator[Json]:
    """The two shapes of a document."""
    joint = "&" if "?" in address else "?"
    yield link(f"{address}{joint}f=json", "self", media_type)
    yield link(f"{address}{joint}f=html", "alternate", "text/html")


def landing(given: Given) -> Json:
    """Where to start."""
    require_known(given)
    links = [
        *shapes(base()), link(f"{base()}/api", "service-desc", OPENAPI),
        link(f"{base()}/conformance", "conformance", JSON), link(f"{base()}/collections", "data", JSON),
        link(f"{base()}/collections", f"{_REL}/ogc-catalog", JSON),
    ]  # fmt: skip
    return {"title": settings.NODE_NAME, "description": _about(), "links": links}


def _about() -> str:
    return gettext("Needs, technologies, offers and experience for nature, in any language.")


def conformance(given: Given) -> Json:
    """What is claimed."""
    require_known(given)
    return {"conformsTo": list(CONFORMS_TO), "links": list(shapes(f"{base()}/conformance"))}


def formats_of(collection: str) -> list[str]:
    """The formats of the records in a collection.

    Raises:
        Problem: there is none of this name.
    """
    if collection == EVERYTHING:
        return list(FORMATS)
    if collection not in FORMATS:
        raise Problem(404, "NotFound", f"There is no collection “{collection[:60]}”.")
    return [collection]


def collections(given: Given) -> Json:
    """All collections."""
    require_known(given)
    every = [_collection(name) for name in (EVERYTHING, *FORMATS)]
    return {"links": list(shapes(f"{base()}/collections")), "collections": every}


def collection(given: Given, name: str) -> Json:
    """One collection.

    Raises:
        Problem: there is none of this name.
    """
    formats_of(name)
    require_known(given)
    return _collection(name)


def _collection(name: str) -> Json:
    address = f"{base()}/collections/{name}"
    model = FORMATS.get(name)
    return {
        "id": name, "type": "Catalog", "itemType": "record",
        "title": gettext(model.plural) if model else settings.NODE_NAME,
        "description": gettext(model.about) if model else _about(),
        "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]], "crs": f"{_CRS}"}},
        "crs": [_CRS], "language": _tongue(language()), "languages": [_tongue(tag) for tag in LANGUAGES],
        "contacts": [_contact()], "defaultSortOrder": ["id"],
        "links": [*shapes(address), link(f"{address}/items", "items", GEOJSON),
                  link(f"{address}/sortables", f"{_REL}/sortables", SCHEMA), link(base(), "root", JSON),
                  link(f"{base()}/collections", "parent", JSON)],
    }  # fmt: skip


_CRS: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def _tongue(tag: str) -> Json:
    return {"code": tag, "name": NAMES[tag], "dir": direction(tag)}


def _contact() -> Json:
    said: Json = {"organization": settings.NODE_NAME, "roles": ["publisher"],
                  "links": [{"href": settings.BASE_URL, "rel": "about", "type": "text/html"}]}  # fmt: skip
    return {**said, "emails": [{"value": settings.NODE_EMAIL}]} if settings.NODE_EMAIL else said


def sortables(given: Given, name: str) -> Json:
    """What records can be sorted by.

    Raises:
        Problem: there is no such collection.
    """
    formats_of(name)
    require_known(given)
    moments: Json = {"type": "string", "format": "date-time"}
    kinds = {key: {"type": "string"} if key == "id" else moments for key in SORTABLES}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": False,
        "$id": f"{base()}/collections/{name}/sortables", "title": name, "properties": kinds,
    }  # fmt: skip


def items(given: Given, name: str) -> Json:
    """A page of records.

    Raises:
        Problem: there is no such collection, or the question cannot be answered.
    """
    formats = formats_of(name)
    question = asked(given)
    found = page(question, formats, language())
    address = f"{base()}/collections/{name}"
    pairs = [(key, value) for key in given if key not in ("f", "after") for value in given[key]]
    own = _with(f"{address}/items", [*pairs, *(("after", one) for one in given.get("after", ())[:1])])
    links = [*shapes(own, GEOJSON), link(address, "collection", JSON)]
    if found.after:
        onward = _with(f"{address}/items", [*pairs, ("after", found.after), ("f", "json")])
        links.append(link(onward, "next", GEOJSON))
    features = [feature(view, settings.BASE_URL, name, language()) for view in found.views]
    counted: dict[str, Any] = {} if found.matched is None else {"numberMatched": found.matched}
    return {
        "type": "FeatureCollection", "features": features, "links": links, **counted, "numberReturned": len(features),
    }  # fmt: skip


def _with(address: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{address}?{urlencode(pairs)}" if pairs else address


def item(given: Given, name: str, record_id: str) -> Json:
    """One record.

    Raises:
        Problem: there is none for everybody, or not in this collection.
    """
    formats = formats_of(name)
    require_known(given)
    view = next(iter(stamps.shown([record_id])), None) if "\0" not in record_id else None
    if view is None or view.format not in formats:
        raise Problem(404, "NotFound", f"There is no record “{record_id[:100]}” in this collection.")
    return feature(view, settings.BASE_URL, name, language())
