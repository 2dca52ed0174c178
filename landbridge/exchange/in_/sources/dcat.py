"""DCAT catalogues, in Turtle, JSON-LD or RDF/XML and on any number of pages: their datasets become resources."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext_noop

from landbridge.exchange.in_.door import Ask, BadSource, Checkpoint, Found, Setting
from landbridge.exchange.in_.sources import known
from landbridge.exchange.in_.sources.known import answered, found, language, line, link, organisations, refused, texts
from landbridge.exchange.in_.sources.opening import expect
from landbridge.exchange.in_.sources.sitemaps import polite, whole
from landbridge.exchange.in_.sources.subjects import doi_of, first_year, licence_of, places_of, subjects_of
from landbridge.formats import tidy
from landbridge.lib.languages import DEFAULT

if TYPE_CHECKING:
    from rdflib.term import Node

    from landbridge.exchange.in_.sources.dcat_graph import Said

MOST_PAGES: Final = 20_000
MOST_EMPTY: Final = 5
"""So many pages without a dataset, one after the other, are no catalogue."""
_DCT: Final = "http://purl.org/dc/terms/"
_DCAT: Final = "http://www.w3.org/ns/dcat#"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_FOAF: Final = "http://xmlns.com/foaf/0.1/"
_DCMI: Final = "http://purl.org/dc/dcmitype/"
_KINDS: Final = {
    "dataset": "dataset", "software": "software", "tool": "software", "map": "map", "geospatial": "map",
    "series": "database", "collection": "database", "image": "image", "movingimage": "video", "sound": "audio",
    "text": "report", "document": "report", "book": "book",
}  # fmt: skip
_POINT: Final = re.compile(
    r"POINT\s{0,5}\(\s{0,5}(-?\d{1,3}(?:\.\d{1,20})?)\s{1,5}(-?\d{1,3}(?:\.\d{1,20})?)\s{0,5}\)", re.IGNORECASE
)
_FACTS: Final = (
    "dct:temporal", "dct:accrualPeriodicity", "dct:accessRights", "dct:conformsTo", "dct:issued", "dct:modified",
    "dct:rights", "dct:provenance", "dcat:keyword", "dcat:theme", "dcat:version", "dct:type",
)  # fmt: skip


class Dcat:
    name = "dcat"
    label = gettext_noop("DCAT catalogue")
    about = gettext_noop("The datasets of an open data catalogue in Turtle, JSON-LD or RDF/XML become resources.")
    takes = "address"
    settings = (
        Setting("language", gettext_noop("Language of texts that name none"), kind="language", default=DEFAULT),
    )

    def read(self, ask: Ask) -> Iterator[Found | Checkpoint]:
        address, number = str(ask.state.get("page") or ask.address), int(ask.state.get("number") or 0)
        seen, empty, missed = {address}, 0, int(ask.state.get("missed") or 0)
        while True:
            page = _page(ask, address, number)
            if page is None:
                yield Checkpoint(dict(ask.state))
                return
            said, onward, etag = page
            number += 1
            count = 0
            for one in _datasets(said, ask, f"page {number}" if onward or number > 1 else ""):
                count += 1
                yield one
            empty = 0 if count else empty + 1
            if not onward:
                break
            if onward in seen or empty >= MOST_EMPTY or number >= MOST_PAGES:
                raise BadSource("The catalogue leads on in a circle, or without an end; tell its operator.")
            seen.add(onward)
            address = onward
            yield Checkpoint({"page": address, "number": number, "missed": missed})
        if number == 1 and empty:
            raise BadSource("There is no dataset in this catalogue (dcat:Dataset); look for the address of its data.")
        # Only a catalogue of one page says with its first answer that nothing changed.
        yield Checkpoint({"etag": etag} if etag and number == 1 else {}, done=True)


def _page(ask: Ask, address: str, number: int) -> "tuple[Said, str, str] | None":
    """(what a page says, the address of the next one, its mark); None when it is as it was in the last run."""
    # Inner import: rdflib takes a second, and much memory.
    from landbridge.exchange.in_.sources import dcat_graph

    headers = {"Accept": dcat_graph.ACCEPT}
    if number == 0 and ask.state.get("etag"):
        headers["If-None-Match"] = str(ask.state["etag"])
    with ask.get(address, headers=headers, most_bytes=dcat_graph.LARGEST) as answer:
        if answer.status == 304:
            return None
        polite(answer.status, answer.headers, address)
        expect(answer.status, address)
        raw, at = whole(answer.body, dcat_graph.LARGEST), answer.url
        told, etag = answer.headers.get("content-type", ""), line(answer.headers.get("etag", ""), 200)
    said = dcat_graph.Said(dcat_graph.graph(raw, told, at))
    onward = dcat_graph.onward(said)
    onward = urljoin(at, onward) if onward else ""
    if onward and urlsplit(onward).netloc.lower() != urlsplit(at).netloc.lower():
        raise BadSource(
            f"The catalogue goes on at another host ({urlsplit(onward).netloc[:100]}), which is not followed."
        )
    return said, onward, etag


def _datasets(said: "Said", ask: Ask, where: str) -> Iterator[Found]:
    """Every dataset of a page."""
    default = language(str(ask.settings.get("language") or ""), DEFAULT)
    for number, node in enumerate(said.of_type(f"{_DCAT}Dataset", f"{_DCAT}DatasetSeries"), 1):
        place = f"{where}, dataset {number}".removeprefix(", ")
        own = str(node) if said.is_named(node) else next(iter(said.values(node, f"{_DCT}identifier")), "")
        if not own:
            yield refused(place, "The dataset has neither an address nor an identifier.", place)
            continue
        try:
            yield _found(said, node, own, default, ask, place)
        except (ValueError, TypeError, AttributeError) as error:
            yield refused(own, f"It is not made as DCAT has it: {line(str(error), 200)}", place)


def _found(said: "Said", node: "Node", own: str, default: str, ask: Ask, place: str) -> Found:
    title = texts(_tagged(said.texts(node, f"{_DCT}title", f"{_DC}title"), default), 300)
    if not title:
        return refused(own, "The dataset has no title (dct:title).", place)
    main = default if default in title else known.main_language(title)
    record = known.record("resource", main, _data(said, node, own, title, default))
    page = next(iter(said.values(node, f"{_DCAT}landingPage", f"{_FOAF}page")), own)
    changed = next(iter(said.values(node, f"{_DCT}modified", f"{_DCT}issued")), "")
    return found(
        own, record=record, title=title[main], address=page, place=place, stated_at=known.moment(changed, ask.now),
        facts={name: _told(said, node, name) for name in _FACTS},
    )  # fmt: skip


def _tagged(said: list[tuple[str, str]], default: str) -> list[tuple[str, str]]:
    return [(language(tag) or default, tidy.without_markup(text) if "<" in text else text) for tag, text in said]


def _data(said: "Said", node: "Node", own: str, title: dict[str, str], default: str) -> dict[str, Any]:
    summary = texts(_tagged(said.texts(node, f"{_DCT}description", f"{_DCT}abstract"), default), 3000, lines=True)
    copies = list(said.all(node, f"{_DCAT}distribution"))
    subjects = said.values(node, f"{_DCT}subject", f"{_DCAT}keyword", f"{_DCAT}theme")
    themes = [label for one in said.all(node, f"{_DCAT}theme", f"{_DCT}subject") for label in said.labels(one)]
    places, point = places_of(_spatial(said, node))
    speaks = [known.language_term(one.rstrip("/").rpartition("/")[2]) for one in said.values(node, f"{_DCT}language")]
    rights = [one for thing in (node, *copies) for one in _rights(said, thing)]
    identifiers = said.values(
        node, f"{_DCT}identifier", "http://www.w3.org/2002/07/owl#sameAs", f"{_DCT}isReferencedBy"
    )
    return answered({
        "title": title, "summary": summary or title, "resource_types": _kinds(said, node),
        "resource_languages": list(dict.fromkeys(one for one in speaks if one))[:30],
        "publishers": organisations(((name, "") for name in _names(said, node, f"{_DCT}publisher")), 10),
        "authors": list(dict.fromkeys(line(name, 300) for name in _names(said, node, f"{_DCT}creator")))[:50],
        "year": first_year(next(iter(said.values(node, f"{_DCT}issued", f"{_DCT}modified")), "")),
        "identifier": doi_of([*identifiers, own]), "links": _links(said, node, own, copies),
        "places": places, "point": point or _centre(said, node), "work_licence": licence_of(rights),
        **subjects_of([*subjects, *themes]),
    })  # fmt: skip


def _names(said: "Said", node: "Node", term: str) -> list[str]:
    """What bodies are called: in one language each."""
    return [label for one in said.all(node, term) for label in said.labels(one)[:1]]


def _kinds(said: "Said", node: "Node") -> list[str]:
    """What the dataset says that it is; data where it says nothing that is known."""
    classes = said.values(node, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    words = [*said.values(node, f"{_DCT}type", f"{_DC}type"), *(one for one in classes if one.startswith(_DCMI))]
    words += [label for one in said.all(node, f"{_DCT}type") for label in said.labels(one)]
    named = [_KINDS.get(re.split(r"[/#]", word.rstrip("/"))[-1].lower()) for word in words]
    return list(dict.fromkeys(one for one in named if one))[:3] or ["dataset"]


def _rights(said: "Said", node: "Node") -> list[str]:
    terms = (f"{_DCT}license", f"{_DCT}rights")
    return [*said.values(node, *terms), *(label for one in said.all(node, *terms) for label in said.labels(one))]


def _spatial(said: "Said", node: "Node") -> Iterator[str]:
    for one in said.all(node, f"{_DCT}spatial"):
        if said.is_named(one):
            yield str(one)
        yield from said.labels(one)


def _centre(said: "Said", node: "Node") -> dict[str, float] | None:
    """The point of a place, in the well-known text of maps: length before breadth."""
    for one in said.all(node, f"{_DCT}spatial"):
        for text in said.values(one, f"{_DCAT}centroid", "http://www.w3.org/ns/locn#geometry"):
            if (match := _POINT.search(text[:500])) and abs(float(match[2])) <= 90 and abs(float(match[1])) <= 180:
                return {"latitude": float(match[2]), "longitude": float(match[1])}
    return None


def _links(said: "Said", node: "Node", own: str, copies: "list[Node]") -> list[dict[str, str]]:
    made = [link(one) for one in (*said.values(node, f"{_DCAT}landingPage", f"{_FOAF}page"), own)]
    for copy in copies:
        title = next((text for _, text in said.texts(copy, f"{_DCT}title", f"{_DCT}description")), "")
        made += [link(one, title) for one in said.values(copy, f"{_DCAT}downloadURL", f"{_DCAT}accessURL")]
    return known.links(made, 30)


def _told(said: "Said", node: "Node", name: str) -> list[str]:
    prefix, _, term = name.partition(":")
    full = (_DCT if prefix == "dct" else _DCAT) + term
    return [text for one in said.all(node, full) for text in ([str(one)] if said.is_named(one) else said.labels(one))]
