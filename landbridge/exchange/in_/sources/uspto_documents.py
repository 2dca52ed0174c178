"""US patents of four eras: text with marks of three letters (Greenbook, until 2001), SGML (ST.32 grants and the first
applications, 2001 to 2004), XML (2004 until today), and the master file of classes (CPC).

The weekly files hold thousands of documents one after the other, each with a document type of its own.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html.entities import html5
from typing import IO, TYPE_CHECKING, Any, Final

from landbridge.exchange.in_.sources.known import all_text, day
from landbridge.exchange.in_.sources.patents import Patent, symbols

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGEST: Final = 50_000_000
"""Bytes of one document; grants with sequences have some 20 MB."""
SOURCE: Final = "USPTO"
_PREDEFINED: Final = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_NAMED: Final = re.compile(rb"&([A-Za-z][\w.-]{0,40});")
_PROLOG: Final = re.compile(rb"\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*)*", re.DOTALL)
_TYPE: Final = re.compile(rb"<!DOCTYPE\s[^\[<>]*(?:\[(.*?)\])?\s*>", re.DOTALL)
_HARMLESS: Final = re.compile(
    rb"<!--.*?-->|<!ENTITY\s+[\w.-]+\s+SYSTEM\s+\"[^\"]*\"\s+NDATA\s+\w+\s*>|<!NOTATION\s[^>]*>|\s+", re.DOTALL
)
_STARTS: Final = (b"<?xml", b"<!DOCTYPE", b"PATN")


def documents(stream: IO[bytes]) -> Iterator[bytes]:
    """The documents of a file, one after the other.

    Raises:
        ValueError: one does not end.
    """
    waiting: list[bytes] = []
    size = 0
    prolog = True
    for line in _lines(stream):
        start = line.startswith(_STARTS)
        if start and not prolog:
            yield b"".join(waiting)
            waiting, size = [], 0
        prolog = (start and not line.startswith(b"PATN")) or (prolog and not _begins(line))
        waiting.append(line)
        size += len(line)
        if size > LARGEST:
            raise ValueError(f"A document is larger than {LARGEST // 1_000_000} MB.")
    yield b"".join(waiting)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline(LARGEST):
        yield line


def _begins(line: bytes) -> bool:
    """Whether a line belongs to the document itself: an element, or a field of Greenbook."""
    return re.match(rb"\s*<[A-Za-z]|[A-Z]{3,4}\s", line) is not None


def plain(raw: bytes) -> bytes:
    """A document without a document type that only names its pictures, and with letters for their names (`&deg;`).

    What declares anything else keeps its declarations, and is refused for them.
    """
    prolog = _PROLOG.match(raw)
    at = prolog.end() if prolog else 0
    kind = _TYPE.match(raw, at)
    if kind and not _HARMLESS.sub(b"", kind.group(1) or b""):
        raw = raw[:at] + raw[kind.end() :]
    return _NAMED.sub(_letter, raw)


def _letter(match: "re.Match[bytes]") -> bytes:
    name = match.group(1)
    if name in _PREDEFINED:
        return match.group(0)
    letters = html5.get(f"{name.decode('ascii', 'replace')};", "")
    return "".join(f"&#{ord(one)};" for one in letters).encode() or b"[" + name + b"]"


def patent(raw: bytes) -> Patent | None:
    """The patent that a document tells of; None where it is a document of another kind.

    Raises:
        ValueError: it has no number.
        landbridge.lib.xml.BadXml: it is not well-formed.
    """
    from landbridge.lib.xml import parse

    if raw.lstrip()[:1] != b"<":
        one = _greenbook(raw.decode("latin-1"))
    else:
        root = parse(plain(raw))
        reader = _READERS.get(str(root.tag))
        if reader is None:
            return None
        one = reader(root)
    if not one.number:
        raise ValueError("The document has no number.")
    return one


def _number(said: str) -> str:
    """A number without zeros in front: `08930553`, `D0435854`, `RE037123`."""
    match = re.fullmatch(r"([A-Z]*)0*([0-9A-Z/]+)", re.sub(r"[\s,]", "", said.upper()))
    return "".join(match.groups()) if match else ""


def _said(element: "_Element | None", path: str) -> str:
    found = element.find(path) if element is not None else None
    return " ".join(all_text(found).split()) if found is not None else ""


def _day(element: "_Element | None", path: str) -> str:
    return day(_said(element, path)) or ""


def _paragraphs(elements: "Iterable[_Element]") -> str:
    said = (" ".join(all_text(one).split()) for one in elements)
    return "\n\n".join(text for text in said if text)


def _each(root: "_Element", path: str) -> list[str]:
    """The texts of all elements there, with their blanks: old classes stand in columns."""
    return [text for one in root.iterfind(path) if (text := all_text(one).strip())]


def _texts(text: str) -> dict[str, str]:
    return {"en": text} if text else {}


# XML, 2004 until today


def _xml(root: "_Element") -> Patent:
    biblio = next((one for one in root if str(one.tag).startswith("us-bibliographic-data")), root)
    reference = biblio.find("publication-reference/document-id")
    one = Patent("US", _number(_said(reference, "doc-number")), _said(reference, "kind"), day(_said(reference, "date")))
    one.titles = _texts(_said(biblio, "invention-title"))
    one.abstracts = _texts(_paragraphs(root.iterfind("abstract/p")))
    one.applicants = _organisations(biblio)
    one.inventors = _people(biblio)
    one.applications = [_dated(found, "US") for found in biblio.iterfind("application-reference/document-id")]
    one.priorities = [_dated(found, "") for found in biblio.iterfind("priority-claims/priority-claim")]
    one.ipc = symbols([*_parts(biblio.iter("classification-ipcr")), *_each(biblio, "classification-ipc/*")])
    one.cpc = symbols(_parts(biblio.iter("classification-cpc")))
    one.events = list(_term(biblio, one))
    return one


def _dated(element: "_Element", office: str) -> list[str]:
    return [f"{_said(element, 'country') or office}{_said(element, 'doc-number')}", _day(element, "date")]


def _organisations(biblio: "_Element") -> list[list[str]]:
    """Applicants and assignees that are organisations; people are written with first and last name."""
    books = [*biblio.iterfind(".//assignee"), *biblio.iterfind(".//us-applicant"), *biblio.iterfind(".//applicant")]
    found = []
    for book in books:
        name = _said(book, "addressbook/orgname") or _said(book, "orgname")
        if name:
            found.append([name, _said(book, "addressbook/address/country") or _said(book, "address/country")])
    return found


def _people(biblio: "_Element") -> list[list[str]]:
    inventors = list(biblio.iterfind(".//inventors/inventor"))
    inventors = inventors or [one for one in biblio.iter("applicant") if "inventor" in one.get("app-type", "")]
    return [
        [f"{_said(one, 'addressbook/first-name')} {_said(one, 'addressbook/last-name')}", _said(one, ".//country")]
        for one in inventors
    ]


_PARTS: Final = ("section", "class", "subclass", "main-group", "subgroup")


def _parts(elements: "Iterable[_Element]") -> Iterator[str]:
    for one in elements:
        section, number, subclass, group, subgroup = (_said(one, name) for name in _PARTS)
        yield f"{section}{number}{subclass} {group}/{subgroup}"


def _term(biblio: "_Element", one: Patent) -> Iterator[dict[str, str]]:
    """What the grant says of its own term, as events of its day."""
    event = {"country": "US", "number": one.number, "date": one.date or "", "source": SOURCE}
    days = _said(biblio, "us-term-of-grant/us-term-extension")
    if days:
        yield {**event, "code": "term extension", "description": f"Term extended or adjusted by {days[:10]} days"}
    if biblio.find("us-term-of-grant/disclaimer") is not None:
        yield {**event, "code": "disclaimer", "description": "Subject to a terminal disclaimer"}


# Grants in SGML, 2001 to 2004 (ST.32)


def _st32(root: "_Element") -> Patent:
    at = root.find("SDOBI")
    biblio = at if at is not None else root
    one = Patent("US", _number(_said(biblio, "B100/B110")), _said(biblio, "B100/B130"), day(_said(biblio, "B100/B140")))
    one.titles = _texts(_said(biblio, "B500/B540"))
    one.abstracts = _texts(_paragraphs(root.iterfind("SDOAB//PARA")))
    one.applicants = [[_said(b, ".//ONM"), _said(b, ".//CTRY")] for b in biblio.iter("B731") if _said(b, ".//ONM")]
    one.inventors = [
        [f"{_said(b, './/FNM')} {_said(b, './/SNM')}", _said(b, ".//CTRY")] for b in biblio.iter("B721")
    ]  # fmt: skip
    one.applications = [[f"US{_said(biblio, 'B200/B210')}", _day(biblio, "B200/B220")]]
    one.priorities = [
        [f"{_said(b, 'B330')}{_said(b, 'B310')}", _day(b, "B320")] for b in biblio.iterfind("B300")
    ]  # fmt: skip
    one.ipc = symbols([*_each(biblio, "B500/B510/B511"), *_each(biblio, "B500/B510/B512")])
    return one


# The first published applications (PAP, 2001 to 2004)


def _pap(root: "_Element") -> Patent:
    at = root.find("subdoc-bibliographic-information")
    biblio = at if at is not None else root
    ident = biblio.find("document-id")
    one = Patent(
        "US", _number(_said(ident, "doc-number")), _said(ident, "kind-code"), day(_said(ident, "document-date"))
    )
    one.titles = _texts(_said(biblio, "technical-information/title-of-invention"))
    one.abstracts = _texts(_paragraphs(root.iterfind("subdoc-abstract/paragraph")))
    one.applicants = [[name, ""] for name in _each(biblio, "assignee/organization-name")]
    people = [one for name in ("first-named-inventor", "inventor") for one in biblio.iter(name)]
    one.inventors = [
        [f"{_said(who, 'name/given-name')} {_said(who, 'name/family-name')}", _said(who, "residence//country-code")]
        for who in people
    ]
    filed = biblio.find("domestic-filing-data")
    one.applications = [[f"US{_said(filed, 'application-number')}", _day(filed, "filing-date")]]
    claims = biblio.iter("foreign-priority-data")
    one.priorities = [
        [f"{_said(claim, 'country-code')}{_said(claim, 'priority-application-number')}", _day(claim, "filing-date")]
        for claim in claims
    ]
    one.ipc = symbols(_each(biblio, ".//ipc"))
    return one


_READERS: Final[Mapping[str, Callable[[Any], Patent]]] = {
    "us-patent-grant": _xml,
    "us-patent-application": _xml,
    "PATDOC": _st32,
    "patent-application-publication": _pap,
}


# Greenbook, until 2001


def _fields(text: str) -> Iterator[tuple[str, str, str]]:
    """(section, field, value); a line that begins with blanks goes on."""
    section = field = ""
    parts: list[str] = []
    for line in text.splitlines():
        if re.fullmatch(r"[A-Z]{4}\s*", line):
            if field:
                yield section, field, " ".join(parts)
            section, field, parts = line.strip(), "", []
        elif match := re.match(r"([A-Z0-9]{3,4}) +(\S.*)", line):
            if field:
                yield section, field, " ".join(parts)
            field, parts = match.group(1), [match.group(2).rstrip()]
        elif line.strip():
            parts.append(line.strip())
    if field:
        yield section, field, " ".join(parts)


def _greenbook(text: str) -> Patent:
    said: dict[tuple[str, str], list[str]] = {}
    for section, field, value in _fields(text):
        said.setdefault((section, field), []).append(value)

    def first(section: str, field: str) -> str:
        return next(iter(said.get((section, field), [])), "")

    one = Patent("US", _number(first("PATN", "WKU")[:8]), "A", day(first("PATN", "ISD")))
    one.titles = _texts(first("PATN", "TTL"))
    one.abstracts = _texts("\n\n".join([*said.get(("ABST", "PAL"), []), *said.get(("ABST", "PAR"), [])]))
    # A person is written "last; first".
    one.applicants = [[name, ""] for name in said.get(("ASSG", "NAM"), []) if ";" not in name]
    one.inventors = [[name, ""] for name in said.get(("INVT", "NAM"), [])]
    one.applications = [[f"US{first('PATN', 'APN')[:6]}", day(first("PATN", "APD")) or ""]]
    one.priorities = [
        [f"{country[:2]}{number}", day(date) or ""]
        for country, number, date in zip(
            said.get(("PRIR", "CNT"), []), said.get(("PRIR", "APN"), []), said.get(("PRIR", "APD"), []), strict=False
        )
    ]
    one.ipc = symbols(said.get(("CLAS", "ICL"), []))
    return one


# The master file of classes


def classes(record: "_Element") -> Patent:
    """A grant as the master file of the CPC names it: number, day and classes, nothing else."""
    grant = record.find("{*}PatentGrantIdentification")
    one = Patent(
        "US", _number(_said(grant, "{*}PatentNumber")), _said(grant, "{*}PatentDocumentKindCode"),
        day(_said(grant, "{*}GrantDate")),
    )  # fmt: skip
    application = _said(record, "{*}ApplicationIdentification//{*}ApplicationNumberText")
    one.applications = [[f"US{application}", ""]] if application else []
    names = ("CPCSection", "Class", "Subclass", "MainGroup", "Subgroup")
    one.cpc = symbols(
        "{}{}{} {}/{}".format(*(_said(found, f"{{*}}{name}") for name in names))
        for found in record.iter("{*}CPCClassification")
    )
    return one
