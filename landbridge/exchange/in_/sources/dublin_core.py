"""Dublin Core of strangers becomes a resource: what repositories of every kind write into `oai_dc`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from landbridge.exchange.in_.sources.known import (
    answered,
    language,
    language_term,
    licence,
    line,
    link,
    links,
    organisations,
    place,
    record,
    texts,
    themes,
)
from landbridge.formats import tidy
from landbridge.formats.vocabulary import vocabulary

if TYPE_CHECKING:
    from lxml.etree import _Element

DC: Final = "{http://purl.org/dc/elements/1.1/}"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_YEAR: Final = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2}|21[0-9]{2})(?!\d)")
_DOI: Final = re.compile(r"^(?:doi:|info:doi/|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)$", re.IGNORECASE)
_OTHER_IDS: Final = re.compile(r"^(?:isbn|issn|hdl|urn|ark)[:\s]", re.IGNORECASE)
_TYPES: Final = {
    "text": "report", "article": "journal-article", "journal article": "journal-article", "preprint": "report",
    "book": "book", "book part": "book", "report": "report", "technical report": "report", "thesis": "report",
    "doctoral thesis": "report", "master thesis": "report", "working paper": "report", "dataset": "dataset",
    "software": "software", "image": "image", "stillimage": "image", "movingimage": "video", "video": "video",
    "sound": "audio", "audio": "audio", "lecture": "training-material", "learning object": "training-material",
    "lesson": "training-material", "interactiveresource": "website", "collection": "database", "map": "map",
    "cartographic material": "map", "policy report": "policy-brief", "conference object": "report",
    "conference paper": "report", "manual": "manual", "guide": "guide", "website": "website",
}  # fmt: skip
"""Words of the DCMI types, of COAR and of common repositories to our kinds of resource."""
Said = Sequence[tuple[str, str]]
"""(language, text) of each element of one name."""


def resource(root: "_Element", default: str, address: str = "") -> dict[str, Any] | None:
    """A resource as a line, or None where there is no title. `default` is the language of texts that name none."""
    said = {name: list(_said(root, name)) for name in _NAMES}
    tag = _language_of(said, default)
    title = texts([(one or tag, text) for one, text in said["title"]], 300)
    if not title:
        return None
    main = tag if tag in title else next(iter(title))
    described = [(one or main, tidy.without_markup(text)) for one, text in said["description"]]
    summary = texts(described, 3000, lines=True)
    return record("resource", main, answered({
        "title": title, "summary": summary or title, **_made_by(said), **_kinds(said), **_identified(said, address),
        "resource_languages": _terms(language_term(text) for _, text in said["language"]),
        "places": _terms(place(text) for _, text in said["coverage"]),
        "themes": themes(text for _, text in said["subject"]), "work_licence": next(_licences(said["rights"]), None),
    }))  # fmt: skip


_NAMES: Final = (
    "title", "creator", "subject", "description", "publisher", "contributor", "date", "type", "format", "identifier",
    "source", "language", "relation", "coverage", "rights",
)  # fmt: skip


def _said(root: "_Element", name: str) -> Iterator[tuple[str, str]]:
    for element in root.iter(DC + name):
        text = "".join(str(part) for part in element.itertext()).strip()
        if text:
            yield language(element.get(_LANG)), text


def facts(root: "_Element") -> dict[str, Any]:
    """What else is said, for those who want to see it as it came."""
    kept = ("subject", "contributor", "type", "format", "source", "relation", "coverage", "rights", "date")
    found = {name: [text for _, text in _said(root, name)] for name in kept}
    return {name: parts for name, parts in found.items() if parts}


def _language_of(said: Mapping[str, Said], default: str) -> str:
    """The language of texts that do not say theirs: that of the resource where it has one, else that of the source."""
    named = [language(text) for _, text in said["language"]]
    two = [vocabulary("languages").find(text) for _, text in said["language"]]
    known = [term.id for term in two if term] or [tag for tag in named if tag]
    return known[0] if len(known) == 1 else default


def _made_by(said: Mapping[str, Said]) -> dict[str, Any]:
    authors = [line(text, 300) for _, text in said["creator"]]
    years = [int(match.group()) for _, text in said["date"] if (match := _YEAR.search(text))]
    return {
        "authors": list(dict.fromkeys(authors))[:50],
        "publishers": organisations((text, "") for _, text in said["publisher"]),
        "year": min(years, default=None),
    }


def _kinds(said: Mapping[str, Said]) -> dict[str, Any]:
    words = [text.strip().lower().rpartition("/")[2] for _, text in said["type"]]
    return {"resource_types": _terms(_TYPES.get(word) for word in words)[:3]}


def _identified(said: Mapping[str, Said], address: str) -> dict[str, Any]:
    """A DOI where there is one, and the addresses of the thing itself."""
    texts_ = [text for _, text in said["identifier"]]
    dois = [match.group(1) for text in texts_ if (match := _DOI.match(text.strip()))]
    others = [line(text, 300) for text in texts_ if _OTHER_IDS.match(text)]
    doi_link = link(f"https://doi.org/{dois[0]}") if dois else None
    return {
        "identifier": line(dois[0], 300) if dois else next(iter(others), None),
        "links": links([link(address), doi_link, *(link(text) for text in texts_)], 10),
    }


def _terms(found: Iterator[str | None]) -> list[str]:
    return list(dict.fromkeys(one for one in found if one))


def _licences(rights: Said) -> Iterator[str]:
    for _, text in rights:
        found = licence(text)
        if found:
            yield found
