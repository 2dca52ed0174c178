"""Things of schema.org become records: what each class tells in its own words, in the words of our formats."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from landbridge.exchange.in_.sources import known
from landbridge.exchange.in_.sources.known import answered, language, line, link, organisations, texts
from landbridge.exchange.in_.sources.schema_kinds import format_of
from landbridge.exchange.in_.sources.schema_pages import Thing, many
from landbridge.exchange.in_.sources.subjects import doi_of, first_year, licence_of, places_of, subjects_of
from landbridge.formats import tidy
from landbridge.formats.vocabulary import vocabulary

_LONG: Final = 3_000
_MODES: Final = {"offline": "on_site", "online": "online", "mixed": "hybrid"}
_FACTS: Final = (
    "@type", "keywords", "temporalCoverage", "variableMeasured", "measurementTechnique", "version", "license",
    "creditText", "dateCreated", "dateModified", "datePublished", "isAccessibleForFree", "educationalLevel",
    "timeRequired", "includedInDataCatalog", "citation",
)  # fmt: skip


@dataclass(frozen=True)
class Spoken:
    """A thing of a page, with what else the page says."""

    thing: Thing
    known: Mapping[str, Thing]
    tag: str
    """The language of texts that name none."""
    address: str
    """Of the page."""

    def all(self, *names: str) -> Iterator[Any]:
        """The values of terms; what is only named by its address is looked up on the page."""
        for name in names:
            for value in many(self.thing.get(name)):
                yield self.whole(value)

    def whole(self, value: Any) -> Any:
        """A value, or the thing of the page that it names."""
        if isinstance(value, dict) and isinstance(value.get("@id"), str) and len(value) <= 2:
            return self.known.get(value["@id"], value)
        return value

    def said(self, *names: str) -> list[tuple[str, str]]:
        """(language, text) of the first of the terms that says something."""
        for name in names:
            found = [(self._tag(value), text) for value in self.all(name) if (text := words(value))]
            if found:
                return [(tag, tidy.without_markup(text) if "<" in text else text) for tag, text in found]
        return []

    def _tag(self, value: Any) -> str:
        return language(str(value.get("@language") or "") if isinstance(value, dict) else "") or self.tag

    def first(self, *names: str) -> str:
        """One plain text."""
        return next((text for value in self.all(*names) if (text := words(value))), "")

    def addresses(self, *names: str) -> list[str]:
        return [address for value in self.all(*names) if (address := address_of(value))]

    def bodies(self, *names: str) -> list[tuple[str, str]]:
        """Names of organisations and people; no person where they stand for nothing else."""
        found = []
        for value in self.all(*names):
            name = self.name(value)
            if name and not name.lower().startswith(("http://", "https://")):
                found.append((name, ""))
        return found

    def name(self, value: Any) -> str:
        """What something is called, in the language of the thing where it is told in several."""
        if not isinstance(value, dict) or "@value" in value:
            return words(value)
        named = [one for one in many(value.get("name") or value.get("legalName")) if words(one)]
        ours = [one for one in named if isinstance(one, dict) and one.get("@language") in (self.tag, "en")]
        return words(next(iter(ours or named), ""))


def words(value: Any) -> str:
    """A text, however it is written."""
    if isinstance(value, dict):
        value = value.get("@value", value.get("name", value.get("text", "")))
        value = next(iter(many(value)), "")
        return (
            words(value)
            if isinstance(value, dict) and "@value" in value
            else words("" if isinstance(value, dict) else value)
        )
    if isinstance(value, bool) or value is None or isinstance(value, list):
        return ""
    return value.strip() if isinstance(value, str) else str(value)[:100]


def address_of(value: Any) -> str:
    """Where something is."""
    if isinstance(value, dict):
        return next((found for name in ("url", "contentUrl", "@id", "@value") for one in many(value.get(name))
                     if (found := address_of(one) if not isinstance(one, dict) else words(one))), "")  # fmt: skip
    said = value.strip() if isinstance(value, str) else ""
    return said if said.lower().startswith(("http://", "https://")) else ""


def key_of(spoken: Spoken, number: int) -> str:
    """What the thing is called at its source: its own address where it has one, else that of its page."""
    named = spoken.thing.get("@id")
    if isinstance(named, str) and named.startswith(("http://", "https://", "urn:", "doi:")):
        return named
    own = next(iter(spoken.addresses("url")), "")
    return own or (spoken.address if number == 1 else f"{spoken.address}#{number}")


def record_of(spoken: Spoken) -> dict[str, Any] | None:
    """A line without an id; None where the thing is of no kind that this node keeps, or has no name.

    Raises:
        LookupError: it has no name.
    """
    format_name, kinds = format_of(spoken.thing.get("@type") or ())
    if not format_name:
        return None
    title = texts(spoken.said("name", "headline", "legalName", "alternateName"), 300)
    if not title:
        raise LookupError
    main = spoken.tag if spoken.tag in title else known.main_language(title)
    data = {
        "title": title, **_told(spoken, title, format_name), "links": _links(spoken),
        **subjects_of(spoken.all("about", "category", "knowsAbout", "keywords", "subjectOf")),
        **_MAKERS[format_name](spoken, kinds),
    }  # fmt: skip
    return known.record(format_name, main, data)


def facts(spoken: Spoken) -> dict[str, Any]:
    """What else is told, as it came."""
    return {name.removeprefix("@"): spoken.thing[name] for name in _FACTS if spoken.thing.get(name)}


def _told(spoken: Spoken, title: Mapping[str, str], format_name: str) -> dict[str, Any]:
    """The summary, and the longer text where there is one."""
    brief = texts(
        spoken.said("abstract", "http://purl.org/dc/terms/abstract", "disambiguatingDescription"), _LONG, lines=True
    )
    whole = texts(spoken.said("description", "articleBody", "text"), 38_000, lines=True)
    summary = brief or {tag: known.shorter(text, _LONG) for tag, text in whole.items()}
    longer = {tag: text for tag, text in whole.items() if text != summary.get(tag) and text != title.get(tag)}
    needed = dict(title) if format_name in ("resource", "programme") else {}
    return {"summary": summary or needed, "description": longer}


def _links(spoken: Spoken) -> list[dict[str, str]]:
    own = {spoken.address, str(spoken.thing.get("@id") or "")}
    found = [
        *spoken.addresses("url", "sameAs"),
        *spoken.addresses("distribution", "encoding", "contentUrl", "downloadUrl"),
    ]
    elsewhere = [link(one) for one in found if one not in own]
    return known.links([link(spoken.address), *elsewhere], 20)


def _resource(spoken: Spoken, kinds: list[str]) -> dict[str, Any]:
    told = vocabulary("resource_types")
    named = [kind.id for one in spoken.all("learningResourceType") if (kind := told.find(words(one)))]
    speaks = [term for one in spoken.all("inLanguage") if (term := known.language_term(words(one)))]
    identifiers = [*spoken.all("identifier", "sameAs", "@id")]
    isbn = spoken.first("isbn")
    return {
        "resource_types": list(dict.fromkeys([*named, *kinds]))[:5],
        "resource_languages": list(dict.fromkeys(speaks))[:30],
        "publishers": organisations(spoken.bodies("publisher", "provider", "sourceOrganization"), 20),
        "authors": list(dict.fromkeys(line(name, 300) for name, _ in spoken.bodies("author", "creator")))[:50],
        "year": first_year(spoken.first("datePublished", "dateCreated")),
        "identifier": doi_of(identifiers) or (line(f"ISBN {isbn}", 300) if isbn else None),
        "places": places_of(spoken.all("spatialCoverage", "contentLocation", "locationCreated"))[0],
        "point": places_of(spoken.all("spatialCoverage", "contentLocation"))[1],
        "work_licence": licence_of(spoken.all("license")),
    }  # fmt: skip


def _event(spoken: Spoken, kinds: list[str]) -> dict[str, Any]:
    start = known.day(spoken.first("startDate"))
    end = known.day(spoken.first("endDate"))
    places, point = places_of(spoken.all("location"))
    venues = [(spoken.tag, name) for one in spoken.all("location") if (name := _venue(spoken, one))]
    mode = spoken.first("eventAttendanceMode").rpartition("/")[2].lower()
    is_online = any(
        isinstance(one, dict) and "VirtualLocation" in many(one.get("@type")) for one in spoken.all("location")
    )
    default = "online" if is_online else None
    status = spoken.first("eventStatus").rpartition("/")[2]
    return {
        "event_types": kinds, "period": {"start": start, "end": max(end or start, start)} if start else None,
        "places": places, "point": point, "city": texts(venues, 300),
        "modality": next((ours for theirs, ours in _MODES.items() if mode.startswith(theirs)), default),
        "organisers": organisations(spoken.bodies("organizer", "provider", "sponsor"), 20),
        "event_languages": [term for one in spoken.all("inLanguage") if (term := known.language_term(words(one)))][:20],
        "cancelled": True if status == "EventCancelled" else None,
    }  # fmt: skip


def _venue(spoken: Spoken, where: Any) -> str:
    """Venue and town, where that is more than a country."""
    if isinstance(where, str):
        return "" if known.place(where) else where
    if not isinstance(where, dict) or {"Country", "VirtualLocation"} & set(many(where.get("@type"))):
        return ""
    address = next((one for one in many(where.get("address")) if isinstance(one, dict)), {})
    parts = [spoken.name(where), words(address.get("addressLocality"))]
    return ", ".join(dict.fromkeys(one for one in parts if one and not known.place(one)))


def _organisation(spoken: Spoken, kinds: list[str]) -> dict[str, Any]:
    places, point = places_of(spoken.all("location", "address"))
    served, _ = places_of(spoken.all("areaServed"))
    address = next((one for one in spoken.all("address") if isinstance(one, dict)), {})
    short = [(tag, text) for tag, text in spoken.said("alternateName") if len(text) <= 20 and " " not in text]
    longer = [text for tag, text in spoken.said("alternateName") if len(text) > 20 or " " in text]
    parts = [words(address.get(name)) for name in ("streetAddress", "postalCode", "addressLocality")]
    identified = [line(words(one.get("value", "")) if isinstance(one, dict) else words(one), 300)
                  for one in spoken.all("identifier")]  # fmt: skip
    return {
        "organisation_types": kinds, "places": places, "point": point, "served_places": served[:200],
        "acronym": texts(short[:1], 60), "other_names": [line(text, 300) for text in longer][:20],
        "city": texts([(spoken.tag, words(address.get("addressLocality")))], 200),
        "address": texts([(spoken.tag, "\n".join(part for part in parts if part))], 500, lines=True),
        "parent": organisations(spoken.bodies("parentOrganization"), 5),
        "identifiers": [one for one in dict.fromkeys(identified) if one and one != spoken.thing.get("@id")][:20],
        "established": first_year(spoken.first("foundingDate"), 500),
    }  # fmt: skip


def _programme(spoken: Spoken, kinds: list[str]) -> dict[str, Any]:
    start = known.day(spoken.first("startDate", "foundingDate"))
    end = known.day(spoken.first("endDate", "dissolutionDate"))
    places, point = places_of(spoken.all("location", "areaServed", "spatialCoverage"))
    has_period = start or end
    return {
        "period": answered({"start": start, "end": max(end, start) if start and end else end}) if has_period else None,
        "places": places, "point": point, "acronym": texts(spoken.said("alternateName")[:1], 60),
        "implementing": organisations(spoken.bodies("sponsor", "parentOrganization", "provider"), 20),
        "partners": organisations(spoken.bodies("member", "contributor"), 30),
        "funders": organisations(spoken.bodies("funder"), 20),
    }  # fmt: skip


_MAKERS: Final = {"resource": _resource, "event": _event, "organisation": _organisation, "programme": _programme}
