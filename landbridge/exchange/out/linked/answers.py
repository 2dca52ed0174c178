"""From an answer to what schema.org says of it: one short function per kind of question."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any, Final

from landbridge.exchange.out.linked import addresses
from landbridge.exchange.out.linked.addresses import Titles
from landbridge.exchange.out.linked.identifiers import identified, leads_to
from landbridge.formats import fields
from landbridge.formats.tidy import without_markup
from landbridge.formats.vocabulary import Term, vocabulary

EXACT: Final = "http://www.w3.org/2004/02/skos/core#exactMatch"
_DCT: Final = "http://purl.org/dc/terms/"
_OA: Final = "http://www.w3.org/ns/oa#"
_RELATIONS: Final[Mapping[str, str]] = {
    "part-of": "isPartOf", "uses": "requires", "replaces": "replaces", "evidence": "references",
}  # fmt: skip
_ENDS: Final[Mapping[str, str]] = {"startDate": "endDate", "availabilityStarts": "availabilityEnds"}
"""The term of the first day of a period to that of the last."""
_FIXED: Final[Mapping[str, str]] = {
    "on_site": "https://schema.org/OfflineEventAttendanceMode",
    "online": "https://schema.org/OnlineEventAttendanceMode",
    "hybrid": "https://schema.org/MixedEventAttendanceMode",
}
_MOTIVES: Final[Mapping[str, str]] = {
    "endorsement": "assessing", "translation": "linking", "comment": "commenting", "correction": "editing",
}  # fmt: skip
"""The kind of an annotation to its motive in the Web Annotation vocabulary."""
_CODES: Final = frozenset({"inLanguage", "knowsLanguage"})
"""Terms that take the tag of a language rather than its name."""
Said = Iterator[tuple[str, Any]]


@dataclass(frozen=True)
class Telling:
    """Of which record is told, and how: in which languages (all when empty), with the titles of others."""

    record: str
    language: str
    titles: Titles
    languages: tuple[str, ...] = ()
    told: set[str] = field(default_factory=set)
    """The addresses of terms and places that were told of in full; a second time they are only named."""

    @property
    def brief(self) -> bool:
        return bool(self.languages)


def words(texts: Mapping[str, str], languages: tuple[str, ...]) -> Any:
    """A text by language; one language stands alone."""
    kept = {tag: text for tag, text in texts.items() if not languages or tag in languages} or dict(texts)
    several = [{"@value": text, "@language": tag} for tag, text in kept.items() if text]
    return several[0] if len(several) == 1 else several


def terms_of(question: fields.Terms, answer: Any) -> list[Term]:
    """The terms behind an answer."""
    kept = answer if isinstance(answer, list) else [answer] if answer else []
    return [term for term in map(question.term_of, kept) if term]


def defined(term: Term, telling: Telling) -> dict[str, Any]:
    """A term of a vocabulary at its permanent address, with the address that others gave it."""
    made = _named(term, "DefinedTerm", telling)
    if "name" in made:
        made |= {"termCode": term.id, "inDefinedTermSet": addresses.of_vocabulary(term.vocabulary)}
        if addresses.official(term):
            made[EXACT] = {"@id": addresses.official(term)}
    return made


def place(identifier: str, telling: Telling) -> dict[str, Any] | None:
    """A country or region with its codes."""
    term = addresses.place(identifier)
    if term is None:
        return None
    made = _named(term, "Country" if term.vocabulary == "countries" else "Place", telling)
    if "name" in made:
        codes = addresses.country_codes(identifier)
        made["identifier"] = [
            {"@type": "PropertyValue", "propertyID": kind, "value": code} for kind, code in codes.items()
        ]
    return made


def _named(term: Term, kind: str, telling: Telling) -> dict[str, Any]:
    made: dict[str, Any] = {"@type": kind, "@id": addresses.of_term(term)}
    if made["@id"] not in telling.told:
        telling.told.add(made["@id"])
        names = {tag: labels[0] for tag, labels in term.labels.items() if labels}
        made["name"] = words(names, telling.languages[:1])
    return made


def organisation(one: Mapping[str, Any], telling: Telling) -> dict[str, Any]:
    """An organisation: by the address of its record where everybody may see that, by its name as well."""
    record, made = one.get("record") or "", {"@type": "Organization"}
    known = telling.titles.get(record)
    name = words(known[1], telling.languages) if known else one.get("name") or record
    if known:
        made |= {"@id": addresses.of_record(record), "url": addresses.of_record(record)}
    return {**made, "name": name}


@singledispatch
def said(question: fields.Question, answer: Any, term: str, telling: Telling) -> Said:
    """(term, value) for an answer; a kind that is not known says its bare value."""
    yield term, answer


@said.register
def _(question: fields.Text, answer: Any, term: str, telling: Telling) -> Said:
    told = words(answer, telling.languages)
    yield term, {"@type": "Place", "name": told} if term == "location" else told


@said.register
def _(question: fields.RichText, answer: Any, term: str, telling: Telling) -> Said:
    yield term, words({tag: without_markup(text) for tag, text in answer.items()}, telling.languages)


@said.register
def _(question: fields.Line, answer: Any, term: str, telling: Telling) -> Said:
    for one in answer if isinstance(answer, list) else [answer]:
        if term == "identifier":
            yield from _identifier(one)
        elif term == "author":
            yield term, {"@type": "Person", "name": one}
        elif term == f"{_OA}motivatedBy":
            yield term, {"@id": f"{_OA}{_MOTIVES.get(one, 'commenting')}"}
        else:
            yield term, _FIXED.get(one, one)


def _identifier(text: str) -> Said:
    """An identifier with its kind, and the address behind it: that is the same thing."""
    kind, value = identified(text)
    yield "identifier", {"@type": "PropertyValue", "propertyID": kind, "value": value}
    if kind != "URL" and (address := leads_to(kind, value)):
        yield "sameAs", address


@said.register
def _(question: fields.Terms, answer: Any, term: str, telling: Telling) -> Said:
    for one in terms_of(question, answer):
        if term in _CODES:
            yield term, one.id
        elif term == "license":
            yield term, addresses.official(one) or defined(one, telling)
        elif term == "audience":
            yield term, {"@type": "Audience", "audienceType": one.label(telling.language)}
        elif one.vocabulary in ("countries", "regions"):
            yield term, place(one.id, telling)
        else:
            yield term, defined(one, telling)


@said.register
def _(question: fields.Places, answer: Any, term: str, telling: Telling) -> Said:
    for one in answer if isinstance(answer, list) else [answer]:
        found = place(one, telling)
        if found:
            yield term, found


@said.register
def _(question: fields.Number, answer: Any, term: str, telling: Telling) -> Said:
    yield term, str(answer) if question.year else answer


@said.register
def _(question: fields.Flag, answer: Any, term: str, telling: Telling) -> Said:
    if term == "eventStatus":
        yield term, f"https://schema.org/{'EventCancelled' if answer else 'EventScheduled'}"
    else:
        yield term, answer


@said.register
def _(question: fields.Period, answer: Any, term: str, telling: Telling) -> Said:
    if answer.get("start"):
        yield term, answer["start"]
    if answer.get("end") and term in _ENDS:
        yield _ENDS[term], answer["end"]


@said.register
def _(question: fields.Money, answer: Any, term: str, telling: Telling) -> Said:
    most = {"minValue": answer["amount"], "maxValue": answer["most"]} if answer.get("most") else None
    amount = most or {"value": answer["amount"]}
    yield term, {"@type": "MonetaryAmount", "currency": answer["currency"], **amount}


@said.register
def _(question: fields.Quantity, answer: Any, term: str, telling: Telling) -> Said:
    most = {"minValue": answer["value"], "maxValue": answer["most"]} if answer.get("most") is not None else None
    yield term, {"@type": "QuantitativeValue", "unitText": answer["unit"], **(most or {"value": answer["value"]})}


@said.register
def _(question: fields.Person, answer: Any, term: str, telling: Telling) -> Said:
    for one in answer:
        told = {
            "name": one.get("name") or one.get("organisation"), "contactType": one.get("role"),
            "email": one.get("email"), "telephone": one.get("phone"),
        }  # fmt: skip
        made = {"@type": "ContactPoint", **{name: value for name, value in told.items() if value}}
        if one.get("country") and (where := place(one["country"], telling)):
            made["areaServed"] = where
        yield term, made


@said.register
def _(question: fields.Organisation, answer: Any, term: str, telling: Telling) -> Said:
    several = [organisation(one, telling) for one in answer]
    # Nothing in schema.org leads from what is sought to who seeks it, only back.
    yield ("@reverse", {"seeks": several}) if term == "seeks" else (term, several)


@said.register
def _(question: fields.Reference, answer: Any, term: str, telling: Telling) -> Said:
    """Links to records that everybody may see; the others are not named."""
    for one in answer:
        if one["record"] in telling.titles:
            relation = _RELATIONS.get(one.get("relation", "")) if term == f"{_DCT}relation" else None
            yield f"{_DCT}{relation}" if relation else term, {"@id": addresses.of_record(one["record"])}


@said.register
def _(question: fields.Link, answer: Any, term: str, telling: Telling) -> Said:
    yield term, [one["url"] for one in answer]


@said.register
def _(question: fields.File, answer: Any, term: str, telling: Telling) -> Said:
    for one in answer:
        address = addresses.of_record(telling.record, f"/files/{one['sha256']}")
        made = {
            "@type": "MediaObject", "@id": address, "contentUrl": address, "name": one.get("caption") or one["name"],
            "encodingFormat": one["media_type"], "contentSize": f"{one['size']} B", "sha256": one["sha256"],
        }  # fmt: skip
        yield term, {**made, "description": one["alt"]} if one.get("alt") else made


@said.register
def _(question: fields.Point, answer: Any, term: str, telling: Telling) -> Said:
    geo = {"@type": "GeoCoordinates", "latitude": answer["latitude"], "longitude": answer["longitude"]}
    near = {"description": "approximate: the exact place is withheld to protect it"} if answer.get("blurred") else {}
    yield term, {"@type": "Place", "geo": geo, **near}


@said.register
def _(question: fields.Group, answer: Any, term: str, telling: Telling) -> Said:
    """What a person speaks and knows; other groups have no term in schema.org."""
    for one in answer if isinstance(answer, list) else [answer]:
        if term == "knowsLanguage" and one.get("language") in vocabulary("languages").terms:
            yield term, one["language"]
        elif term == "knowsAbout" and one.get("field"):
            yield term, words(one["field"], telling.languages)
