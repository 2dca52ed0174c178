"""Documents of the EPO: as its services answer (OPS), and as it delivers them in bulk (DOCDB).

The two differ in namespaces and in where a reference says in which form it is written; both are read by local names.
Every reference stands there twice or more (`docdb` in parts, `epodoc` in one word, `original`); the first is taken.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from landbridge.exchange.in_.sources.known import all_text, day, language
from landbridge.exchange.in_.sources.patents import Patent, folded, symbols
from landbridge.lib.languages import DEFAULT

if TYPE_CHECKING:
    from lxml.etree import _Element

SOURCE: Final = "EPO INPADOC"
_COUNTRY: Final = re.compile(r"\s*\[([A-Z]{2})\]\s*$")
_FORMS: Final = ("docdb", "docdba", "epodoc", "original")


def patent(document: "_Element") -> Patent:
    """An exchange document, or a member of a family.

    Raises:
        ValueError: it has no number.
    """
    inner = next(document.iterfind("{*}exchange-document"), document)
    biblio = next(inner.iterfind("{*}bibliographic-data"), inner)
    reference = _first(biblio, "publication-reference")
    if reference is None:
        reference = _first(document, "publication-reference")
    office, number, kind, date = _reference(reference)
    one = Patent(
        office or inner.get("country", ""), number or inner.get("doc-number", ""), kind or inner.get("kind", ""),
        date or day(inner.get("date-publ")), document.get("family-id") or inner.get("family-id") or "",
        deleted=inner.get("status") == "D",
    )  # fmt: skip
    if not one.office or not one.number:
        raise ValueError("The document has no number.")
    one.titles = _texts(biblio.iterfind("{*}invention-title"))
    one.abstracts = _texts(inner.iterfind("{*}abstract"))
    one.inventors = [[name, country] for _, name, country in _parties(biblio, "inventor")]
    one.applicants = _applicants(biblio, {folded(name) for name, _ in one.inventors})
    claims = [*biblio.iterfind(".//{*}priority-claim"), *document.iterfind("{*}priority-claim")]
    one.priorities = _numbers(claims)
    one.applications = _numbers([*biblio.iterfind("{*}application-reference"), *_own(document, biblio)])
    one.ipc = symbols(text.text for text in biblio.iterfind(".//{*}classification-ipcr/{*}text"))
    one.ipc = one.ipc or symbols(text.text for text in biblio.iterfind(".//{*}classification-ipc/{*}text"))
    one.cpc = symbols(_cpc(biblio))
    one.events = [event for legal in document.iterfind("{*}legal") if (event := _event(legal))]
    return one


def _own(document: "_Element", biblio: "_Element") -> "Iterator[_Element]":
    return iter(()) if document is biblio else document.iterfind("{*}application-reference")


def _first(element: "_Element", name: str) -> "_Element | None":
    """The child of this name that is written in the best form."""
    there = list(element.iterfind(f"{{*}}{name}"))
    return min(there, key=lambda one: _rank(one.get("data-format", "")), default=None)


def _rank(form: str) -> int:
    return _FORMS.index(form) if form in _FORMS else len(_FORMS)


def _reference(reference: "_Element | None") -> tuple[str, str, str, str | None]:
    """(office, number, kind, day) of a reference."""
    if reference is None:
        return "", "", "", None
    there = list(reference.iterfind("{*}document-id"))
    date = next((found for one in there if (found := day(_text(one, "date")))), None)
    best = min(there, key=lambda one: _rank(one.get("document-id-type", "")), default=reference)
    office, number = _text(best, "country"), _text(best, "doc-number")
    if not office and (joined := re.fullmatch(r"([A-Z]{2})(\w+)", number)):
        office, number = joined.groups()
    return office, number, _text(best, "kind"), date


def _numbers(references: "list[_Element]") -> list[list[str]]:
    found: dict[str, str] = {}
    for reference in references:
        office, number, _, date = _reference(reference)
        if number:
            found[f"{office}{number}"] = found.get(f"{office}{number}") or date or ""
    return [[number, date] for number, date in found.items()]


def _text(element: "_Element", name: str) -> str:
    return (element.findtext(f"{{*}}{name}") or "").strip()


def _texts(elements: "Iterator[_Element]") -> dict[str, str]:
    """The text of each language; paragraphs under one another."""
    said: dict[str, str] = {}
    for one in elements:
        parts = [all_text(part) for part in one.iterfind("{*}p")] or [all_text(one)]
        text = "\n\n".join(" ".join(part.split()) for part in parts if part.strip())
        tag = language(one.get("lang"), DEFAULT)
        if text:
            said.setdefault(tag, text)
    return said


def _applicants(biblio: "_Element", people: set[frozenset[str]]) -> list[list[str]]:
    """Name and country of the applicants who are none of these people, each once, as they themselves write it."""
    ways: dict[str, list[tuple[str, str]]] = {}
    for number, name, country in _parties(biblio, "applicant"):
        ways.setdefault(number, []).append((name, country))
    bodies = [each for each in ways.values() if not people & {folded(name) for name, _ in each}]
    return [[each[-1][0], next((country for _, country in each if country), "")] for each in bodies]


def _parties(biblio: "_Element", kind: str) -> Iterator[tuple[str, str, str]]:
    """(number, name, country) of each applicant or inventor, in all ways in which they are written: the one of the
    data base first, that of the document last."""
    for one in biblio.iterfind(f".//{{*}}{kind}"):
        name = next((" ".join(found.text.split()) for found in one.iter("{*}name") if found.text), "")
        country = _COUNTRY.search(name)
        residence = (one.findtext("{*}residence/{*}country") or "").strip()
        if name:
            yield (
                one.get("sequence", name),
                _COUNTRY.sub("", name).rstrip(", "),
                country.group(1) if country else residence,
            )


def _cpc(biblio: "_Element") -> Iterator[str]:
    for one in biblio.iterfind(".//{*}patent-classification"):
        scheme = one.find("{*}classification-scheme")
        if scheme is None or not (scheme.get("scheme") or "").upper().startswith("CPC"):
            continue
        yield _text(one, "classification-symbol") or (
            f"{_text(one, 'section')}{_text(one, 'class')}{_text(one, 'subclass')} "
            f"{_text(one, 'main-group')}/{_text(one, 'subgroup')}"
        )


def _event(legal: "_Element") -> dict[str, str]:
    """A legal event. The numbers of its parts end on the office whose table they are from (`L007EP`)."""
    parts = {_local(one)[:4]: " ".join(all_text(one).split()) for one in legal}
    more = {one.get("desc", ""): (one.text or "").strip() for one in legal.iterfind("{*}L500EP/*") if one.get("desc")}
    code = (legal.get("code") or parts.get("L008", "")).strip()
    date = day(parts.get("L007")) or day(more.get("Effective DATE"))
    said = {
        "country": parts.get("L001", ""), "number": parts.get("L003", ""), "code": code,
        "description": (legal.get("desc") or "").strip(), "date": date or "", "source": SOURCE,
        "effective": day(more.get("Effective DATE")) or "", "in": more.get("Ref Country Code", ""),
    }  # fmt: skip
    return {name: text for name, text in said.items() if text} if code else {}


def _local(element: "_Element") -> str:
    return str(element.tag).rpartition("}")[2]
