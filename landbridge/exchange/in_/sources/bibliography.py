"""Lists of literature become resources: BibTeX, RIS and CSL-JSON, as reference managers write them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources.known import (
    answered,
    found,
    language,
    language_term,
    line,
    link,
    links,
    listed,
    organisations,
    record,
    refused,
    texts,
    themes,
)
from landbridge.exchange.in_.sources.opening import whole
from landbridge.formats import tidy
from landbridge.lib.languages import DEFAULT

LARGEST: Final = 50_000_000
"""Bytes of a list, which is read as a whole."""
_YEAR: Final = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2}|21[0-9]{2})(?!\d)")
_DOI: Final = re.compile(r"10\.\d{4,9}/\S+")
_RIS: Final = re.compile(r"^TY  ?- ", re.MULTILINE)
_TYPES: Final = {
    "article": "journal-article", "article-journal": "journal-article", "jour": "journal-article",
    "ejour": "journal-article", "article-magazine": "journal-article", "mgzn": "journal-article", "abst": "report",
    "book": "book", "inbook": "book", "incollection": "book", "chapter": "book", "chap": "book", "booklet": "guide",
    "ebook": "book", "edbook": "book", "report": "report", "techreport": "report", "rprt": "report",
    "thesis": "report", "phdthesis": "report", "mastersthesis": "report", "thes": "report",
    "inproceedings": "report", "conference": "report", "proceedings": "book", "paper-conference": "report",
    "conf": "report", "cpaper": "report", "manual": "manual", "dataset": "dataset", "data": "dataset",
    "software": "software", "comp": "software", "map": "map", "video": "video", "motion_picture": "video",
    "webpage": "website", "online": "website", "elec": "website", "legislation": "legislation", "stat": "legislation",
    "bill": "legislation", "standard": "standard-document", "stand": "standard-document", "pamp": "guide",
    "graphic": "image", "figure": "image", "song": "audio", "sound": "audio", "dbase": "database",
}  # fmt: skip
"""Kinds of entry in BibTeX, CSL and RIS, in small letters, to our kinds of resource."""


@dataclass
class Entry:
    """One entry, whatever list it stood in."""

    key: str
    kind: str
    title: str = ""
    abstract: str = ""
    authors: list[str] = field(default_factory=list)
    year: str = ""
    publishers: list[str] = field(default_factory=list)
    doi: str = ""
    identifier: str = ""
    urls: list[str] = field(default_factory=list)
    language: str = ""
    keywords: list[str] = field(default_factory=list)
    within: str = ""
    """The journal or the book that it stands in."""


class Bibliography:
    name = "bibliography"
    label = gettext_noop("List of literature")
    about = gettext_noop("BibTeX, RIS or CSL-JSON, as reference managers export them; each entry becomes a resource.")
    takes = "both"
    settings = (
        Setting("language", gettext_noop("Language of texts that name none"), kind="language", default=DEFAULT),
    )

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        with whole(ask, "list", LARGEST) as read:
            if read is None:
                yield Checkpoint(dict(ask.state))
                return
            raw, state = read
            default = language(str(ask.settings.get("language") or ""), DEFAULT)
            for number, entry in enumerate(_entries(_decoded(raw)), 1):
                yield entry if isinstance(entry, Found) else _found(entry, default, f"entry {number}")
            yield Checkpoint(state, done=True)


def _decoded(raw: bytes) -> str:
    """The text of a list; old programs write Latin-1."""
    for encoding in ("utf-8-sig", "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadSource("The list is not in UTF-8; export it as UTF-8.")


def _entries(text: str) -> Iterator[Entry | Found]:
    start = text.lstrip()[:1]
    if start in ("[", "{"):
        return _csl(text)
    if _RIS.search(text[:100_000]):
        return _ris(text)
    if "@" in text[:100_000]:
        return _bibtex(text)
    raise BadSource("This is no BibTeX, no RIS and no CSL-JSON; export the list anew in one of them.")


def _bibtex(text: str) -> Iterator[Entry | Found]:
    # Inner import: pyparsing is needed only by who brings such a list.
    import bibtexparser
    from bibtexparser.bparser import BibTexParser
    from bibtexparser.customization import convert_to_unicode

    def plain(entry: dict[str, str]) -> dict[str, str]:
        try:
            return dict(convert_to_unicode(entry))
        except (ValueError, TypeError, IndexError, KeyError):
            return entry  # What is no TeX stays as it is written.

    parser = BibTexParser(common_strings=True, ignore_nonstandard_types=False, customization=plain)
    try:
        read = bibtexparser.loads(text, parser=parser).entries
    except (ValueError, TypeError, RecursionError, KeyError, IndexError, AttributeError) as error:
        raise BadSource(f"The BibTeX cannot be read: {line(str(error), 200)}") from None
    if not read:
        raise BadSource("No entry of the BibTeX could be read; look for a missing brace or comma.")
    for entry in read:
        said = {name.lower(): _untex(str(value)) for name, value in entry.items()}
        yield Entry(
            key=said.get("id", ""), kind=said.get("entrytype", ""), title=said.get("title", ""),
            abstract=said.get("abstract", ""), authors=re.split(r"\s+and\s+", said.get("author") or ""),
            year=said.get("year") or said.get("date", ""), doi=said.get("doi", ""),
            publishers=[said[name] for name in ("publisher", "institution", "school", "organization") if name in said],
            identifier=said.get("isbn") or said.get("issn", ""), urls=[said.get("url", ""), said.get("link", "")],
            language=said.get("language") or said.get("langid", ""),
            keywords=re.split(r"[;,]", said.get("keywords") or said.get("keyword", "")),
            within=said.get("journal") or said.get("booktitle", ""),
        )  # fmt: skip


def _untex(text: str) -> str:
    return tidy.line(text.replace("{", "").replace("}", "").replace("\\&", "&").replace("\\%", "%"))


def _ris(text: str) -> Iterator[Entry | Found]:
    # Inner import: as above.
    import rispy

    try:
        read = rispy.loads(text, skip_unknown_tags=True)
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise BadSource(f"The RIS cannot be read: {line(str(error), 200)}") from None
    for entry in read:
        said: Mapping[str, Any] = entry
        title = said.get("title") or said.get("primary_title") or ""
        yield Entry(
            key=str(said.get("id") or said.get("accession_number") or said.get("doi") or title),
            kind=str(said.get("type_of_reference", "")), title=str(title),
            abstract=str(said.get("abstract") or said.get("notes_abstract") or ""),
            authors=[str(one) for one in (*listed(said.get("authors")), *listed(said.get("first_authors")))],
            year=str(said.get("year") or said.get("publication_year") or said.get("date") or ""),
            publishers=[str(one) for one in listed(said.get("publisher"))], doi=str(said.get("doi") or ""),
            identifier=str(said.get("issn") or ""), urls=[str(one) for one in listed(said.get("urls"))],
            language=str(said.get("language") or ""), keywords=[str(one) for one in listed(said.get("keywords"))],
            within=str(said.get("journal_name") or said.get("secondary_title") or ""),
        )  # fmt: skip


def _csl(text: str) -> Iterator[Entry | Found]:
    try:
        read = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeError) as error:
        raise BadSource(f"The CSL-JSON cannot be read: {line(str(error), 200)}") from None
    items = read.get("items", [read]) if isinstance(read, Mapping) else read
    for number, one in enumerate(listed(items), 1):
        if not isinstance(one, Mapping):
            yield refused(f"entry {number}", "The entry is no object.", f"entry {number}")
            continue
        yield _csl_entry(one)


def _csl_entry(one: Mapping[str, Any]) -> Entry:
    said = {str(name): _first_text(value) for name, value in one.items()}
    return Entry(
        key=said.get("id") or said.get("DOI", ""), kind=said.get("type", ""), title=said.get("title", ""),
        abstract=said.get("abstract", ""), authors=[_person(who) for who in listed(one.get("author"))],
        year=str(one.get("issued") or ""), publishers=[said.get("publisher", "")], doi=said.get("DOI", ""),
        identifier=said.get("ISBN") or said.get("ISSN", ""), urls=[said.get("URL", "")],
        language=said.get("language", ""), keywords=re.split(r"[;,]", said.get("keyword", "")),
        within=said.get("container-title", ""),
    )  # fmt: skip


def _first_text(value: Any) -> str:
    first = value[0] if isinstance(value, list) and value else value
    return str(first) if isinstance(first, str | int) and not isinstance(first, bool) else ""


def _person(who: Any) -> str:
    if not isinstance(who, Mapping):
        return str(who) if isinstance(who, str) else ""
    whole = who.get("literal") or ", ".join(str(who[name]) for name in ("family", "given") if who.get(name))
    return str(whole)


def _found(entry: Entry, default: str, where: str) -> Found:
    doi = match.group().rstrip(".,;") if (match := _DOI.search(entry.doi)) else ""
    key = doi.lower() or entry.key or entry.title
    title = line(tidy.without_markup(entry.title), 300)
    if not title:
        return refused(key or where, "The entry has no title.", where)
    term = language_term(entry.language) if entry.language else None
    tag = language(entry.language) or term or default
    year = int(match.group()) if (match := _YEAR.search(entry.year)) else None
    kind = _TYPES.get(entry.kind.strip().lower())
    abstract = texts([(tag, tidy.without_markup(entry.abstract))], 3000, lines=True)
    addresses = links([link(f"https://doi.org/{doi}") if doi else None, *map(link, entry.urls)], 10)
    data = answered({
        "title": {tag: title}, "summary": abstract or {tag: _in_a_sentence(entry, title)},
        "resource_types": [kind] if kind else [], "resource_languages": [term] if term else [],
        "authors": [author for name in entry.authors if (author := line(name, 300))][:50], "year": year,
        "publishers": organisations((name, "") for name in entry.publishers),
        "identifier": doi or line(entry.identifier, 300), "links": addresses, "themes": themes(entry.keywords),
    })  # fmt: skip
    facts = {"kind": entry.kind, "keywords": [word for one in entry.keywords if (word := one.strip())],
             "within": entry.within}  # fmt: skip
    return found(
        key, record=record("resource", tag, data), title=title, place=where, facts=answered(facts),
        address=addresses[0]["url"] if addresses else "",
    )  # fmt: skip


def _in_a_sentence(entry: Entry, title: str) -> str:
    """What a reference says of a work that has no abstract: where it stands, by whom and when."""
    parts = [entry.within, next(iter(filter(None, entry.publishers)), ""), entry.year if len(entry.year) < 12 else ""]
    told = " · ".join(part for one in parts if (part := line(tidy.without_markup(one), 300)))
    return told or title
