"""A record as DataCite metadata (kernel 4): one dictionary in the shape of their JSON, and the same as XML.

A record without a DOI is named by its permanent address. `datacite_xml.py` writes the XML from what stands here.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.conf import settings

from landbridge.exchange.out.linked import addresses
from landbridge.exchange.out.linked.addresses import Titles
from landbridge.exchange.out.linked.identifiers import identified
from landbridge.formats import fields
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.tidy import without_markup
from landbridge.formats.vocabulary import Term, vocabulary
from landbridge.registry.queries import RecordView

KERNEL: Final = "http://datacite.org/schema/kernel-4"
GENERAL: Final[Mapping[str, str]] = {
    "offer": "Service", "programme": "Project", "case_study": "Text", "measure": "Text", "event": "Event",
    "clearing_house": "Service", "annotation": "Text", "resource": "Text",
}  # fmt: skip
"""Format to the general type of DataCite; what is not named is Other."""
_KINDS: Final[Mapping[str, str]] = {
    "dataset": "Dataset", "database": "Dataset", "specimen-collection": "Collection", "case-collection": "Collection",
    "software": "Software", "report": "Report", "journal-article": "JournalArticle", "book": "Book",
    "standard-document": "Standard", "video": "Audiovisual", "audio": "Sound", "image": "Image", "map": "Image",
    "website": "InteractiveResource", "e-learning": "InteractiveResource",
}  # fmt: skip
"""Kind of resource to the general type."""
_RELATIONS: Final[Mapping[str, str]] = {
    "part-of": "IsPartOf", "uses": "Requires", "follows": "Continues", "replaces": "Obsoletes",
    "evidence": "IsSupplementedBy", "translation": "IsTranslationOf",
}  # fmt: skip
_SPDX: Final[Mapping[str, str]] = {
    "cc0": "CC0-1.0", "cc-by-4.0": "CC-BY-4.0", "cc-by-3.0-igo": "CC-BY-3.0-IGO", "cc-by-sa-4.0": "CC-BY-SA-4.0",
    "cc-by-nc-4.0": "CC-BY-NC-4.0", "cc-by-nc-sa-4.0": "CC-BY-NC-SA-4.0", "cc-by-nd-4.0": "CC-BY-ND-4.0",
    "cc-by-nc-sa-3.0-igo": "CC-BY-NC-SA-3.0-IGO", "cc-by-nc-nd-4.0": "CC-BY-NC-ND-4.0", "odbl-1.0": "ODbL-1.0",
    "odc-by-1.0": "ODC-By-1.0", "mit": "MIT", "apache-2.0": "Apache-2.0", "bsd-3-clause": "BSD-3-Clause",
    "gpl-3.0": "GPL-3.0-only", "agpl-3.0": "AGPL-3.0-only", "lgpl-3.0": "LGPL-3.0-only", "mpl-2.0": "MPL-2.0",
    "eupl-1.2": "EUPL-1.2", "cern-ohl-s-2.0": "CERN-OHL-S-2.0", "cern-ohl-p-2.0": "CERN-OHL-P-2.0",
}  # fmt: skip


def metadata(view: RecordView, titles: Titles | None = None, doi: str = "") -> dict[str, Any]:
    """What DataCite asks of a record; `titles` are those of the records that it names (`addresses.titles_for`)."""
    known = titles or {}
    data = addresses.told(view)
    said = {
        "doi": doi,
        "url": addresses.of_record(view.id),
        "creators": list(_creators(view, data, known)),
        "titles": [{"title": text, "lang": tag} for tag, text in _texts(data["title"], view.language)],
        "publisher": {"name": _publisher(view, data, known)},
        "publicationYear": str(data.get("year") or (view.published_at or view.created_at).year),
        "types": _types(view.format, data),
        "subjects": list(_subjects(view, data)),
        "contributors": list(_contributors(view, data, known)),
        "dates": list(_dates(view)),
        "language": view.language,
        "alternateIdentifiers": list(_alternates(view, data)),
        "relatedIdentifiers": list(_related(view, data, known)),
        "version": str(view.revision),
        "rightsList": list(_rights(view.format, data)),
        "descriptions": list(_descriptions(view, data)),
        "geoLocations": list(_locations(view, data)),
        "fundingReferences": [{"funderName": one["name"]} for one in _bodies(view, data, known, "schema:funder")],
        "schemaVersion": KERNEL,
    }
    return {name: value for name, value in said.items() if value}


UNSAID: Final = ":unav"
"""DataCite's word for a value that there is and that is not told."""


def blanked(record_id: str, year: int) -> dict[str, Any]:
    """What is told of a record that nobody may read any more: nothing but where it was. Empty lists take away what the
    registry was told before; what it demands gets the word for the unsaid."""
    empty: dict[str, Any] = {
        name: [] for name in (
            "subjects", "contributors", "dates", "alternateIdentifiers", "relatedIdentifiers", "rightsList",
            "descriptions", "geoLocations", "fundingReferences",
        )
    }  # fmt: skip
    return {
        **empty, "url": addresses.of_record(record_id), "creators": [{"name": UNSAID}], "titles": [{"title": UNSAID}],
        "publisher": {"name": settings.NODE_NAME}, "publicationYear": str(year), "language": None, "version": None,
        "types": {"resourceTypeGeneral": "Other", "resourceType": UNSAID}, "schemaVersion": KERNEL,
    }  # fmt: skip


def _texts(texts: Mapping[str, str] | None, original: str) -> list[tuple[str, str]]:
    """Language and text, the original first."""
    return sorted((texts or {}).items(), key=lambda one: (one[0] != original, one[0]))


def _bodies(view: RecordView, data: Mapping[str, Any], known: Titles, *terms: str) -> Iterator[dict[str, Any]]:
    """Organisations and authors of the questions that have one of these RDF or Dublin Core terms."""
    for name, question in questions(FORMATS[view.format]).items():
        if not ({question.rdf, f"dc:{question.dc}"} & set(terms)):
            continue
        if isinstance(question, fields.Organisation):
            yield from (_body(one, known, view.language) for one in data.get(name) or ())
        elif isinstance(question, fields.Lines):
            yield from ({"name": one} for one in data.get(name) or ())


def _body(one: Mapping[str, Any], known: Titles, language: str) -> dict[str, Any]:
    record = one.get("record") or ""
    title = known[record][1] if record in known else {}
    named = one.get("name") or title.get(language) or title.get("en") or next(iter(title.values()), "") or record
    said: dict[str, Any] = {"name": named, "nameType": "Organizational"}
    if record in known:
        said["nameIdentifiers"] = [
            {"nameIdentifier": addresses.of_record(record), "nameIdentifierScheme": "URL",
             "schemeUri": f"{settings.BASE_URL}/records/"}
        ]  # fmt: skip
    return said


def _creators(view: RecordView, data: Mapping[str, Any], known: Titles) -> Iterator[dict[str, Any]]:
    """Who made it; else who provides it; else the node that publishes the record, since there must be one."""
    for terms in (("dc:creator",), ("dc:publisher",)):
        found = list(_bodies(view, data, known, *terms))
        if found:
            yield from found
            return
    yield {"name": settings.NODE_NAME, "nameType": "Organizational"}


def _publisher(view: RecordView, data: Mapping[str, Any], known: Titles) -> str:
    if view.format == "resource":
        first = next(_bodies(view, data, known, "dc:publisher"), None)
        if first:
            return str(first["name"])
    return settings.NODE_NAME


def _types(format: str, data: Mapping[str, Any]) -> dict[str, str]:
    kinds = data.get("resource_types") or [] if format == "resource" else []
    general = next((_KINDS[kind] for kind in kinds if kind in _KINDS), GENERAL.get(format, "Other"))
    term = vocabulary("resource_types").terms.get(kinds[0]) if kinds else None
    return {"resourceTypeGeneral": general, "resourceType": term.label("en") if term else FORMATS[format].label}


def _subjects(view: RecordView, data: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What it is about, in the record's language and in English."""
    for name, question in questions(FORMATS[view.format]).items():
        if isinstance(question, fields.Terms) and question.dc == "subject":
            found = map(question.term_of, data.get(name) or ())
            yield from (said for term in found if term for said in _subject(term, view.language))


def _subject(term: Term, language: str) -> Iterator[dict[str, str]]:
    for tag in dict.fromkeys((language, "en")):
        if term.labels.get(tag):
            yield {
                "subject": term.label(tag), "lang": tag,
                "subjectScheme": vocabulary(term.vocabulary).title.get("en", term.vocabulary),
                "schemeUri": addresses.of_vocabulary(term.vocabulary),
                "valueUri": addresses.official(term) or addresses.of_term(term),
            }  # fmt: skip


def _contributors(view: RecordView, data: Mapping[str, Any], known: Titles) -> Iterator[dict[str, Any]]:
    """Contacts by their role, further organisations, and the node where the record is kept."""
    for one in data.get("contacts") or ():
        name = one.get("name") or one.get("role") or one.get("organisation")
        if name:
            more = [{"name": one["organisation"]}] if one.get("organisation") and one["organisation"] != name else []
            yield {"name": name, "contributorType": "ContactPerson", **({"affiliation": more} if more else {})}
    made = {one["name"] for one in _creators(view, data, known)}
    for one in _bodies(view, data, known, "dc:contributor", "dc:publisher", "schema:parentOrganization"):
        if one["name"] not in made:
            yield {**one, "contributorType": "Other"}
    if addresses.of_origin(view):
        yield {"name": view.origin, "nameType": "Organizational", "contributorType": "DataManager"}
    yield {"name": settings.NODE_NAME, "nameType": "Organizational", "contributorType": "HostingInstitution"}


def _dates(view: RecordView) -> Iterator[dict[str, str]]:
    yield {"date": view.created_at.date().isoformat(), "dateType": "Created"}
    if view.published_at:
        yield {"date": view.published_at.date().isoformat(), "dateType": "Issued"}
    yield {"date": view.revised_at.date().isoformat(), "dateType": "Updated"}
    if view.expires_on:
        start = (view.confirmed_on or view.revised_at.date()).isoformat()
        yield {"date": f"{start}/{view.expires_on.isoformat()}", "dateType": "Valid"}


def _alternates(view: RecordView, data: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    yield {"alternateIdentifier": view.id, "alternateIdentifierType": "Landbridge record"}
    for kind, value in _foreign(view.format, data):
        yield {"alternateIdentifier": value, "alternateIdentifierType": kind}


def _foreign(format: str, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The identifiers that others gave to the thing: kind and value."""
    for name, question in questions(FORMATS[format]).items():
        if question.dc == "identifier" or question.rdf == "schema:identifier":
            answer = data.get(name) or ()
            several = [answer] if isinstance(answer, str) else answer
            yield from (identified(one) for one in several if isinstance(one, str))


def _related(view: RecordView, data: Mapping[str, Any], known: Titles) -> Iterator[dict[str, str]]:
    for name, question in questions(FORMATS[view.format]).items():
        for one in data.get(name) or () if isinstance(question, fields.Reference) else ():
            if one["record"] in known:
                relation = _RELATIONS.get(one.get("relation", ""), "References")
                yield _relation(addresses.of_record(one["record"]), relation)
    for kind, value in _foreign(view.format, data):
        if kind == "DOI":
            yield _relation(value, "IsIdenticalTo", "DOI")
    yield from (_relation(one["url"], "References") for one in data.get("links") or ())
    if origin := addresses.of_origin(view):
        yield _relation(origin, "IsIdenticalTo")
    yield _relation(addresses.of_revision(view), "HasVersion")


def _relation(identifier: str, relation: str, kind: str = "URL") -> dict[str, str]:
    return {"relatedIdentifier": identifier, "relatedIdentifierType": kind, "relationType": relation}


def _rights(format: str, data: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The licence of the work where the format tells it apart from that of the record's text."""
    asked = questions(FORMATS[format])
    kept = data.get("work_licence" if "work_licence" in asked else "licence")
    term = vocabulary("licences").terms.get(kept) if kept else None
    if term is None:
        return
    said = {"rights": term.label("en"), "lang": "en"}
    if addresses.official(term):
        said["rightsUri"] = addresses.official(term)
    if term.id in _SPDX:
        said |= {"rightsIdentifier": _SPDX[term.id], "rightsIdentifierScheme": "SPDX",
                 "schemeUri": "https://spdx.org/licenses/"}  # fmt: skip
    yield said


def _descriptions(view: RecordView, data: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name, kind in (("summary", "Abstract"), ("description", "Other")):
        for tag, text in _texts(data.get(name), view.language):
            words = without_markup(text) if name == "description" else text
            if words:
                yield {"description": words, "descriptionType": kind, "lang": tag}


def _locations(view: RecordView, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for one in data.get("places") or ():
        term = addresses.place(one)
        if term is not None:
            yield {"geoLocationPlace": term.label("en")}
    if data.get("point"):
        point = data["point"]
        yield {"geoLocationPoint": {"pointLongitude": point["longitude"], "pointLatitude": point["latitude"]}}
