"""DataCite metadata as XML, for harvesters that ask for `oai_datacite` or `datacite`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lxml import etree

from landbridge.exchange.out.linked.addresses import Titles
from landbridge.exchange.out.linked.datacite import KERNEL, metadata
from landbridge.formats.tidy import printable
from landbridge.registry.queries import RecordView

LOCATION: Final = f"{KERNEL} https://schema.datacite.org/meta/kernel-4.6/metadata.xsd"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_PREFIXES: Final = {None: KERNEL, "xsi": _XSI}
_LISTS: Final = (
    # name in JSON, list, element, where its text stands, attributes
    ("titles", "titles", "title", "title", ()),
    ("subjects", "subjects", "subject", "subject", ("subjectScheme", "schemeUri", "valueUri")),
    ("dates", "dates", "date", "date", ("dateType",)),
    ("alternateIdentifiers", "alternateIdentifiers", "alternateIdentifier", "alternateIdentifier",
     ("alternateIdentifierType",)),
    ("relatedIdentifiers", "relatedIdentifiers", "relatedIdentifier", "relatedIdentifier",
     ("relatedIdentifierType", "relationType")),
    ("rightsList", "rightsList", "rights", "rights",
     ("rightsUri", "rightsIdentifier", "rightsIdentifierScheme", "schemeUri")),
    ("descriptions", "descriptions", "description", "description", ("descriptionType",)),
)  # fmt: skip
_SPELLED: Final = {"schemeUri": "schemeURI", "valueUri": "valueURI", "rightsUri": "rightsURI"}
"""The attributes that JSON and XML spell otherwise."""


def xml(view: RecordView, titles: Titles | None = None, doi: str = "") -> bytes:
    """The metadata of a record as a document of its own."""
    written: bytes = etree.tostring(element(view, titles, doi), encoding="UTF-8", xml_declaration=True)
    return written


def element(view: RecordView, titles: Titles | None = None, doi: str = "") -> etree._Element:
    """The metadata of a record as an element that stands in the answer of a harvest."""
    said = metadata(view, titles, doi)
    root = etree.Element(f"{{{KERNEL}}}resource", nsmap=_PREFIXES)  # type: ignore[arg-type]
    root.set(f"{{{_XSI}}}schemaLocation", LOCATION)
    _add(root, "identifier", doi or said["url"], identifierType="DOI" if doi else "URL")
    _people(root, "creator", said["creators"])
    _add(root, "publisher", said["publisher"]["name"])
    _add(root, "publicationYear", said["publicationYear"])
    general = said["types"]["resourceTypeGeneral"]
    _add(root, "resourceType", said["types"]["resourceType"], resourceTypeGeneral=general)
    for name, around, each, text, attributes in _LISTS:
        _list(root, said.get(name) or (), around, each, text, attributes)
    _people(root, "contributor", said.get("contributors") or ())
    _add(root, "language", said["language"])
    _add(root, "version", said["version"])
    _places(root, said.get("geoLocations") or ())
    _funders(root, said.get("fundingReferences") or ())
    return root


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{KERNEL}}}{name}", attributes)
    if text:
        made.text = printable(text)
    return made


def _list(
    root: etree._Element, several: Sequence[Mapping[str, str]], around: str, each: str, text: str,
    attributes: Sequence[str],
) -> None:  # fmt: skip
    holder = _add(root, around) if several else root
    for one in several:
        named = {_SPELLED.get(name, name): one[name] for name in attributes if one.get(name)}
        made = _add(holder, each, one[text], **named)
        if one.get("lang"):
            made.set(_LANG, one["lang"])


def _people(root: etree._Element, kind: str, people: Sequence[Mapping[str, Any]]) -> None:
    holder = _add(root, f"{kind}s") if people else root
    for one in people:
        person = _add(holder, kind)
        if "contributorType" in one:
            person.set("contributorType", one["contributorType"])
        named = {"nameType": one["nameType"]} if "nameType" in one else {}
        _add(person, f"{kind}Name", one["name"], **named)
        for known in one.get("nameIdentifiers") or ():
            scheme = known["nameIdentifierScheme"]
            _add(person, "nameIdentifier", known["nameIdentifier"], nameIdentifierScheme=scheme)
        for place in one.get("affiliation") or ():
            _add(person, "affiliation", place["name"])


def _places(root: etree._Element, places: Sequence[Mapping[str, Any]]) -> None:
    holder = _add(root, "geoLocations") if places else root
    for one in places:
        place = _add(holder, "geoLocation")
        if "geoLocationPlace" in one:
            _add(place, "geoLocationPlace", one["geoLocationPlace"])
        if point := one.get("geoLocationPoint"):
            made = _add(place, "geoLocationPoint")
            _add(made, "pointLongitude", repr(point["pointLongitude"]))
            _add(made, "pointLatitude", repr(point["pointLatitude"]))


def _funders(root: etree._Element, funders: Sequence[Mapping[str, str]]) -> None:
    holder = _add(root, "fundingReferences") if funders else root
    for one in funders:
        _add(_add(holder, "fundingReference"), "funderName", one["funderName"])
