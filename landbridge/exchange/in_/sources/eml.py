"""EML: the metadata of a dataset, as a file of its own or inside a Darwin Core archive, becomes a resource.

Publishers send files that break their schema in small things (a language written `en_US`, a word of maintenance that is
none): these are read, and what is wrong is told beside the record. Without title or identifier nothing can be kept.
"""

import zipfile
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources.known import (
    all_text,
    day,
    found,
    language,
    language_term,
    licence,
    line,
    link,
    links,
    main_language,
    organisations,
    place,
    record,
    refused,
    texts,
)
from landbridge.exchange.in_.sources.opening import archive, opened
from landbridge.lib.languages import DEFAULT, is_language_tag

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGEST: Final = 50_000_000
"""Bytes of metadata."""
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_ARCHIVE: Final = "{http://rs.tdwg.org/dwc/text/}archive"
_MAINTENANCE: Final = frozenset(
    {"annually", "asNeeded", "biannually", "continually", "daily", "irregular", "monthly", "notPlanned", "weekly",
     "unknown", "unkown", "otherMaintenancePeriod"}
)  # fmt: skip
"""Words of EML 2.1 and 2.2; the first schemas wrote unknown with a fault, which stayed."""


class Eml:
    name = "eml"
    label = gettext_noop("Dataset metadata (EML)")
    about = gettext_noop("Files of the Ecological Metadata Language and Darwin Core archives; data is not read.")
    takes = "both"
    settings: tuple[Setting, ...] = ()

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        with opened(ask) as source:
            if source is None:
                yield Checkpoint(dict(ask.state))
                return
            for name, text in _documents(source.stream, source.name[:200]):
                yield _read(name, text)
            yield Checkpoint(source.state)


def _documents(stream: IO[bytes], name: str) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of each metadata document: the file itself, or those that an archive holds."""
    with archive(stream, name) as packed:
        if packed is None:
            yield name, _bounded(stream, name)
            return
        for part in _parts(packed, name):
            with packed.open(part) as inside:
                yield part, _bounded(inside, part)


def _bounded(stream: IO[bytes], name: str) -> bytes:
    text = stream.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise BadSource(f"{name[:100]} is larger than {LARGEST // 1_000_000} MB, which no metadata is.")
    return text


def _parts(archive: zipfile.ZipFile, name: str) -> list[str]:
    """The metadata of an archive: what `meta.xml` names, else what is called like it."""
    names = archive.namelist()
    told = _told_by_meta(archive) if "meta.xml" in names else ""
    if told and told in names:
        return [told]
    parts = [one for one in names if one.lower().endswith(".xml") and "eml" in one.lower().rpartition("/")[2]]
    if not parts:
        raise BadSource(f"{name} holds no metadata in EML (eml.xml).")
    return parts[:1_000]


def _told_by_meta(archive: zipfile.ZipFile) -> str:
    from landbridge.lib.xml import BadXml, parse

    try:
        with archive.open("meta.xml") as inside:
            root = parse(_bounded(inside, "meta.xml"))
    except BadXml:
        return ""
    return root.get("metadata", "") if root.tag == _ARCHIVE else ""


def _read(name: str, text: bytes) -> Found:
    from landbridge.lib.xml import BadXml, parse

    try:
        root = parse(text)
    except BadXml as error:
        return refused(name, str(error), name)
    dataset = root.find("dataset")
    if not str(root.tag).endswith("}eml") or dataset is None:
        return refused(name, f"This is no EML of a dataset: the outermost element is {root.tag}.", name)
    faults = list(_faults(root, dataset))
    identifiers = [_text(one) for one in dataset.findall("alternateIdentifier")]
    key = root.get("packageId", "").strip() or next(filter(None, identifiers), "")
    title = texts(_texts(dataset, "title", root), 300)
    if not key or not title:
        missing = "title" if key else "identifier (packageId)"
        return refused(key or name, f"The dataset has no {missing}. {' '.join(faults)}".strip(), name)
    data, facts = _resource(root, dataset, title)
    doi = next(
        (one for one in (key, *identifiers) if one.lower().partition("doi.org/")[2] or one.startswith("10.")), key
    )
    data |= {"title": title, "identifier": line(doi, 300), "source": line(f"EML, {key}", 1000)}
    tag = main_language(title)
    address = next((one["url"] for one in data["links"]), "")
    facts = {"standard": str(root.tag).rpartition("/")[2].replace("}eml", ""), **facts, "faults": faults,
             "identifiers": [key, *identifiers]}  # fmt: skip
    return found(key, record=record("resource", tag, data), title=title[tag], address=address, facts=facts, place=name)


def _faults(root: "_Element", dataset: "_Element") -> Iterator[str]:
    """What breaks the schema and yet can be read."""
    if not root.get("packageId", "").strip():
        yield "packageId is missing."
    for said in sorted({one.get(_LANGUAGE, "") for one in root.iter() if one.get(_LANGUAGE) is not None}):
        if not is_language_tag(language(said)) or "_" in said:
            yield f"xml:lang=“{line(said, 40)}” is no language tag."
    how = (dataset.findtext("maintenance/maintenanceUpdateFrequency") or "").strip()
    if how and how not in _MAINTENANCE:
        yield f"maintenanceUpdateFrequency=“{line(how, 40)}” is none of the words of EML."


def _text(element: "_Element | None") -> str:
    return " ".join(all_text(element).split()) if element is not None else ""


def _texts(dataset: "_Element", path: str, root: "_Element") -> Iterator[tuple[str, str]]:
    """(language, text) of all elements there; the text of an element that says no language is in that of the whole."""
    default = language(root.get(_LANGUAGE), "") or language(dataset.findtext("language"), DEFAULT)
    for one in dataset.findall(path):
        yield language(one.get(_LANGUAGE), default), _text(one)


def _resource(root: "_Element", dataset: "_Element", title: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    paragraphs = [*_texts(dataset, "abstract/para", root), *_texts(dataset, "abstract/section/para", root)]
    abstract = paragraphs or list(_texts(dataset, "abstract", root))
    published = day(dataset.findtext("pubDate")) or (dataset.findtext("pubDate") or "").strip()
    rights, terms = _rights(dataset)
    spoken = language_term(dataset.findtext("language") or "")
    places, where = _places(dataset)
    whole = texts(abstract, 30_000, lines=True)
    summary = texts(whole.items(), 3000, lines=True)
    data = {
        "summary": summary or title, "description": whole if whole != summary else None,
        "resource_types": ["dataset"], "resource_languages": [spoken] if spoken else [],
        "publishers": organisations(_bodies(dataset)), "authors": list(_authors(dataset)),
        "year": int(published[:4]) if published[:4].isdecimal() and 1000 <= int(published[:4]) <= 2200 else None,
        "places": places, "point": _point(dataset), "work_licence": terms, "links": links(_links(dataset)),
    }  # fmt: skip
    facts = {
        "keywords": [_text(one) for one in dataset.iterfind("keywordSet/keyword")], "places": where,
        "rights": rights,
        "taxa": [_text(one) for one in dataset.iterfind("coverage/taxonomicCoverage//taxonRankValue")],
        "period": [_text(one) for one in dataset.iterfind("coverage/temporalCoverage//calendarDate")],
        "maintenance": dataset.findtext("maintenance/maintenanceUpdateFrequency"), "published": published,
    }  # fmt: skip
    return data, facts


def _rights(dataset: "_Element") -> tuple[str, str | None]:
    """(the rights in their own words, our licence)."""
    element = dataset.find("intellectualRights")
    addresses = [one.get("url", "") for one in element.iter("ulink")] if element is not None else []
    addresses += [dataset.findtext("licensed/url") or "", dataset.findtext("licensed/identifier") or ""]
    return _text(element), next((terms for one in addresses if one and (terms := licence(one))), None)


def _bodies(dataset: "_Element") -> Iterator[tuple[str, str]]:
    """Organisations that made or publish it."""
    for role in ("publisher", "creator", "metadataProvider"):
        for one in dataset.iterfind(f"{role}/organizationName"):
            yield _text(one), ""


def _authors(dataset: "_Element") -> Iterator[str]:
    """Those who made it, as they are to be cited; no mailbox, no telephone."""
    for one in dataset.iterfind("creator/individualName"):
        name = line(" ".join(_text(part) for part in (*one.findall("givenName"), *one.findall("surName"))), 300)
        if name:
            yield name


def _places(dataset: "_Element") -> tuple[list[str], list[str]]:
    """(countries and regions that are named alone, all descriptions of places)."""
    said = [_text(one) for one in dataset.iterfind("coverage/geographicCoverage/geographicDescription")]
    ours = [found_place for one in said for part in one.split(",") if (found_place := place(part.strip(" .")))]
    return list(dict.fromkeys(ours)), said


def _point(dataset: "_Element") -> dict[str, float] | None:
    """The place, where the whole dataset is from less than about a kilometre."""
    boxes = dataset.findall("coverage/geographicCoverage/boundingCoordinates")
    if len(boxes) != 1:
        return None
    names = ("northBoundingCoordinate", "southBoundingCoordinate", "eastBoundingCoordinate", "westBoundingCoordinate")
    try:
        north, south, east, west = (float(boxes[0].findtext(name) or "") for name in names)
    except ValueError:
        return None
    small = abs(north - south) < 0.01 and abs(east - west) < 0.01
    on_earth = abs(north) <= 90 and abs(east) <= 180
    return {"latitude": round(north, 5), "longitude": round(east, 5)} if small and on_earth else None


def _links(dataset: "_Element") -> Iterator[dict[str, str] | None]:
    for one in dataset.iterfind("distribution/online/url"):
        yield link(_text(one))
    for one in dataset.findall("alternateIdentifier"):
        said = _text(one)
        yield link(f"https://doi.org/{said}" if said.startswith("10.") else said)
