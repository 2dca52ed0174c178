"""Linked data at its addresses: by the ending, by the Accept header, and never more than everybody may see."""

from typing import Any

import orjson
import pytest
import rdflib
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from landbridge.exchange.out.linked import sitemap
from tests.web.small import ATTACK, HIDDEN

pytestmark = [
    pytest.mark.usefixtures("node"), pytest.mark.filterwarnings("ignore:ConjunctiveGraph is:DeprecationWarning"),
]  # fmt: skip
BASE = "http://127.0.0.1:8000"
SHAPES = {"ttl": ("text/turtle", "turtle"), "jsonld": ("application/ld+json", "json-ld"),
          "rdf": ("application/rdf+xml", "xml")}  # fmt: skip
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
CHANGE = "{http://www.openarchives.org/rs/terms/}md"


def text_of(response: HttpResponseBase) -> str:
    whole: Any = response
    return (b"".join(whole.streaming_content) if whole.streaming else whole.content).decode()


def places(visitor: Client, address: str) -> list[str]:
    """The addresses that a list names."""
    read = etree.fromstring(text_of(visitor.get(address)).encode())
    return [str(one.text) for one in read.iter(f"{SITEMAP}loc")]


def data_of(page: Any) -> Any:
    (script,) = page.xpath("//script[@type='application/ld+json']")
    return orjson.loads(script.text)


@pytest.mark.once
@pytest.mark.parametrize("ending", SHAPES)
def test_a_record_by_ending_and_by_header(visitor: Client, ending: str) -> None:
    media_type, name = SHAPES[ending]
    by_ending = visitor.get(f"/records/reef-need.{ending}")
    by_header = visitor.get("/records/reef-need", headers={"accept": f"{media_type}, text/html;q=0.5"})
    assert by_ending.status_code == 200
    assert by_ending.content == by_header.content
    assert by_ending["Content-Type"].startswith(media_type)
    assert by_header["Content-Location"] == f"{BASE}/records/reef-need.{ending}"
    assert "Accept" in by_header["Vary"]
    assert f'<{BASE}/records/reef-need>; rel="describes"' in by_ending["Link"]
    if ending != "jsonld":  # Its context is not fetched here; `tests/exchange/linked` pins one.
        found = rdflib.Graph().parse(data=by_ending.content, format=name)
        assert (rdflib.URIRef(f"{BASE}/records/reef-need"), rdflib.RDF.type,
                rdflib.URIRef("http://schema.org/Demand")) in found  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize("accept", [BROWSER, "*/*", "", "text/html, text/turtle;q=0.1", "nonsense;;q=x", "text/*"])
def test_who_does_not_ask_for_it_gets_the_page(visitor: Client, accept: str) -> None:
    for address in ("/records/reef-need", "/vocabularies/targets/target-03"):
        assert visitor.get(address, headers={"accept": accept})["Content-Type"].startswith("text/html")


@pytest.mark.once
def test_the_page_holds_the_record_and_signposts(see: Any, visitor: Client) -> None:
    made = data_of(see("/records/reef-need", accept_language="fr"))
    assert (made["@type"], made["@id"]) == ("Demand", f"{BASE}/records/reef-need")
    assert {one["@language"] for one in made["name"]} == {"fr", "en"}
    assert "secret-private" not in str(made)
    attack = data_of(see("/records/attack"))
    assert attack["name"]["@value"] == ATTACK["data"]["title"]["en"]
    assert 'rel="cite-as"' in visitor.get("/records/reef-need")["Link"]
    page = see("/records/reef-need")
    for ending in (".jsonld", ".ttl", ".rdf", "/datacite.xml"):
        assert page.xpath(f"//footer//a[@href='/records/reef-need{ending}']")
    assert data_of(see("/"))["@graph"][0]["potentialAction"]["@type"] == "SearchAction"


PUBLIC = (
    "/search", "/match", "/offer", "/parties", "/parties/FJI", "/vocabularies", "/vocabularies/targets", "/about",
    "/help", "/about/permissions", "/network", "/network/national", "/roster", "/embed", "/account/login/",
)  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize("address", PUBLIC)
def test_every_public_page_says_what_it_is(see: Any, address: str) -> None:
    page = see(address, accept_language="es")
    made = data_of(page)
    assert made["@type"] in ("WebPage", "CollectionPage", "DefinedTermSet")
    assert made["@id"] == made["url"] == f"{BASE}{address}"
    assert made["name"]
    if made["@type"] != "DefinedTermSet":
        assert made["name"] == " ".join(page.xpath("//title")[0].text.split())
        assert made["inLanguage"] == "es"


@pytest.mark.once
def test_a_list_names_what_it_lists_and_a_term_what_it_means(see: Any) -> None:
    found = data_of(see("/search?q=<script>&type=need"))
    assert found["@type"] == "WebPage"
    listed = data_of(see("/search?type=need"))
    shown = see("/search?type=need").xpath("//main//h3/a/@href | //main//h2/a/@href")
    items = listed["mainEntity"]["itemListElement"]
    assert [one["url"] for one in items] == [f"{BASE}{href}" for href in shown if href.startswith("/records/")]
    assert listed["mainEntity"]["numberOfItems"] == len(items) > 0
    assert "secret-private" not in str(listed)
    term = data_of(see("/vocabularies/targets/target-03"))
    assert (term["@type"], term["inDefinedTermSet"]["@id"]) == ("DefinedTerm", f"{BASE}/vocabularies/targets")
    assert {one["@language"] for one in term["name"]} == {"ar", "en", "es", "fr", "ru", "zh"}


@pytest.mark.once
def test_what_is_not_there_says_nothing(visitor: Client) -> None:
    assert "application/ld+json" not in text_of(visitor.get("/records/nobody-wrote-this"))


@pytest.mark.once
def test_an_old_revision_says_nothing_to_search_engines(see: Any, visitor: Client) -> None:
    from landbridge.registry.actions import NODE, receive_many
    from landbridge.registry.workflow import Workflow
    from tests.api.small import arrival
    from tests.web.small import COURSE

    changed = {**COURSE, "data": {**COURSE["data"], "title": {"en": "Second edition"}}}
    receive_many([arrival(changed)], actor=NODE, workflow=Workflow.REFERENCE)
    page = see("/records/reef-course/revisions/1")
    assert not page.xpath("//script[@type='application/ld+json']")
    assert "Second edition" in text_of(visitor.get("/records/reef-course.ttl"))


RESTS = (".ttl", ".jsonld", ".rdf", "/datacite.xml", "/datacite.json")


@pytest.mark.parametrize(
    "name", ["secret-private", "secret-network", "secret-parties", "secret-draft", "nobody", "%00"]
)
def test_what_is_hidden_is_as_if_it_were_not(visitor: Client, name: str) -> None:
    for rest in RESTS:
        assert visitor.get(f"/records/{name}{rest}").status_code == 404


@pytest.mark.once
def test_what_was_withdrawn_says_so(visitor: Client) -> None:
    assert {visitor.get(f"/records/retired-one{rest}").status_code for rest in RESTS} == {410}


@pytest.mark.once
def test_who_may_read_more_gets_no_more_here(visitor: Client) -> None:
    """The addresses may lie in the cache of somebody else: they show what everybody may see, whoever asks."""
    from tests.cast import assemble

    cast = assemble()
    visitor.force_login(cast.henri.account)
    assert visitor.get("/records/secret-network.ttl").status_code == 404
    assert HIDDEN not in text_of(visitor.get("/records/expert-amina.jsonld"))


@pytest.mark.once
def test_datacite(visitor: Client) -> None:
    xml, json = visitor.get("/records/steppe-ru/datacite.xml"), visitor.get("/records/steppe-ru/datacite.json")
    assert xml["Content-Type"] == "application/vnd.datacite.datacite+xml"
    assert orjson.loads(json.content)["url"] == f"{BASE}/records/steppe-ru"
    assert etree.fromstring(xml.content).tag == "{http://datacite.org/schema/kernel-4}resource"


@pytest.mark.once
@pytest.mark.parametrize("ending", SHAPES)
def test_vocabularies_and_terms_at_their_addresses(visitor: Client, ending: str) -> None:
    media_type, name = SHAPES[ending]
    concept = rdflib.URIRef(f"{BASE}/vocabularies/targets/target-03")
    for address in ("/vocabularies/targets", "/vocabularies/targets/target-03"):
        by_ending = visitor.get(f"{address}.{ending}")
        assert by_ending.content == visitor.get(address, headers={"accept": media_type}).content
        found = rdflib.Graph().parse(data=by_ending.content, format=name)
        assert (concept, rdflib.SKOS.exactMatch, rdflib.URIRef("http://metadata.cbd.int/kmgbf/target_3")) in found
    for wrong in ("/vocabularies/nothing.ttl", "/vocabularies/targets/nothing.ttl", "/vocabularies/.ttl"):
        assert visitor.get(wrong).status_code == 404


@pytest.mark.once
@pytest.mark.parametrize("ending", SHAPES)
def test_the_catalogue(visitor: Client, ending: str) -> None:
    media_type, name = SHAPES[ending]
    by_ending, by_header = (
        visitor.get(f"/catalogue.{ending}"),
        visitor.get("/catalogue", headers={"accept": media_type}),
    )
    text = text_of(by_ending)
    assert text == text_of(by_header)
    assert HIDDEN not in text
    found = rdflib.Graph().parse(data=text, format=name)
    assert (rdflib.URIRef(f"{BASE}/catalogue"), rdflib.RDF.type, rdflib.DCAT.Catalog) in found
    assert visitor.get("/catalogue")["Content-Type"].startswith("text/turtle")


def test_the_sitemap_names_every_public_record_once(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from landbridge.registry.queries import every_id
    from landbridge.registry.rules import ANYONE

    monkeypatch.setattr(sitemap, "PART", 4)
    parts = places(visitor, "/sitemap.xml")
    public = sorted(every_id(ANYONE))
    assert len(parts) == 1 + -(-len(public) // 4)
    found = [one for part in parts[1:] for one in places(visitor, part.removeprefix(BASE))]
    assert found == [f"{BASE}/records/{name}" for name in public]
    assert not any("secret" in one or "retired" in one for one in found)
    for wrong in (f"/sitemap-{len(parts)}.xml", "/sitemap-0.xml", "/sitemap-999999.xml", "/sitemap-x.xml"):
        assert visitor.get(wrong).status_code == 404
    assert f"Sitemap: {BASE}/sitemap.xml" in text_of(visitor.get("/robots.txt"))


@pytest.mark.once
def test_an_address_of_the_sitemap_has_its_languages(visitor: Client) -> None:
    read = etree.fromstring(text_of(visitor.get("/sitemap-1.xml")).encode())
    one = read.find(f"{SITEMAP}url")
    assert one is not None
    links = {link.get("hreflang"): link.get("href") for link in one.iter("{http://www.w3.org/1999/xhtml}link")}
    assert set(links) == {"ar", "en", "es", "fr", "ru", "zh", "x-default"}
    assert links["fr"] == f"{one.findtext(f'{SITEMAP}loc')}?lang=fr"
    assert one.findtext(f"{SITEMAP}lastmod")
    pages = places(visitor, "/sitemap-pages.xml")
    assert f"{BASE}/vocabularies/targets/target-03" in pages
    opened = {page: visitor.get(page.removeprefix(BASE)).status_code for page in pages[: len(sitemap.PAGES)]}
    assert set(opened.values()) == {200}, opened


@pytest.mark.once  # The documents come out the same on every database.
def test_resourcesync_leads_from_the_top_to_every_change(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from landbridge.registry.actions import NODE, retire

    monkeypatch.setattr(sitemap, "SERIALS", 5)
    monkeypatch.setattr(sitemap, "_STEP", 2)
    retire(actor=NODE, record_id="drone-survey")
    capabilities = places(visitor, "/.well-known/resourcesync")
    assert capabilities == [f"{BASE}/resourcesync/capabilitylist.xml"]
    resources, changes = (one.removeprefix(BASE) for one in places(visitor, capabilities[0].removeprefix(BASE)))
    listed = {one for part in places(visitor, resources) for one in places(visitor, part.removeprefix(BASE))}
    assert f"{BASE}/records/reef-need.json" in listed
    assert f"{BASE}/records/drone-survey.json" not in listed
    state: dict[str, str] = {}
    for part in places(visitor, changes):
        read = etree.fromstring(text_of(visitor.get(part.removeprefix(BASE))).encode())
        for line in read.iter(f"{SITEMAP}url"):
            state[str(line.findtext(f"{SITEMAP}loc"))] = str(line.find(CHANGE).get("change"))  # type: ignore[union-attr]
    assert {one for one, change in state.items() if change != "deleted"} == listed
    assert state[f"{BASE}/records/drone-survey.json"] == "deleted"
    assert not any("secret" in one for one in state)
    assert visitor.get("/resourcesync/changelist-999999999.xml").status_code == 404


@pytest.mark.once
def test_who_has_it_already_gets_it_again_after_a_change_only(visitor: Client) -> None:
    from landbridge.registry.actions import NODE, retire

    for address in ("/catalogue.ttl", "/sitemap.xml", "/sitemap-1.xml", "/resourcesync/resourcelist-1.xml"):
        tag = visitor.get(address)["ETag"]
        assert visitor.get(address, headers={"if-none-match": tag}).status_code == 304
    retire(actor=NODE, record_id="steppe-ru")
    assert visitor.get("/sitemap-1.xml", headers={"if-none-match": tag}).status_code == 200
    assert visitor.get("/catalogue.ttl")["ETag"] != visitor.get("/catalogue.rdf")["ETag"]


@pytest.mark.once
def test_it_costs_few_queries(visitor: Client) -> None:
    for address, most in (("/records/reef-need.ttl", 6), ("/records/reef-need/datacite.xml", 6), ("/catalogue.ttl", 5),
                          ("/sitemap.xml", 3), ("/sitemap-1.xml", 4), ("/vocabularies/targets.ttl", 0)):  # fmt: skip
        with CaptureQueriesContext(
            connection,
        ) as asked:
            text_of(visitor.get(address))
        assert len(asked) <= most, (address, [one["sql"][:90] for one in asked])
