"""schema.org in: what pages tell becomes records, hostile pages too, and our own pages read back."""

import json
import random
import re
from typing import Any

import orjson
import pytest
from django.test import Client

from landbridge.exchange.in_.door import BadSource
from landbridge.exchange.in_.sources.schema_org import SchemaOrg
from landbridge.exchange.in_.sources.schema_pages import page
from landbridge.registry.actions import NODE, receive_many
from landbridge.registry.receiving import Arrival
from landbridge.registry.workflow import Workflow
from tests.exchange.in_.asking import Answer, Server, asked, proved
from tests.exchange.in_.sites import CONTEXT, DATASET, HTML, ORG, SITE, found, html, last, read, urlset
from tests.exchange.in_.test_oddities import odd
from tests.exchange.linked.examples import golden

KEPT = frozenset({
    "title", "summary", "places", "themes", "ecosystems", "period", "resource_types", "publishers", "authors", "year",
    "modality", "city", "organisers", "established", "served_places",
})  # fmt: skip
"""The answers that come back as they went out."""


def test_a_dataset_with_everything() -> None:
    said = read({"/sitemap.xml": urlset("/d/1"), "/d/1": html(DATASET, ORG)})
    [one] = found(said)
    data = proved(one)
    assert one.key == f"{SITE}/d/1" and one.title == "Corals of Fiji" and one.stated_at and last(said).done
    assert one.record and one.record["format"] == "resource" and data["resource_types"] == ["dataset"]
    assert data["summary"]["en"] == "Where corals were seen." and data["places"] == ["FJI"]
    assert data["point"]["latitude"] == -18.1 and data["identifier"] == "10.1234/abc" and data["year"] == 2024
    assert data["publishers"][0]["name"] == "Institute of Reefs" and data["authors"] == ["B. Author"]
    assert data["work_licence"] == "cc-by-4.0" and data["themes"] == ["marine-coastal"]
    assert [link["url"] for link in data["links"]] == [f"{SITE}/d/1", "https://doi.org/10.1234/abc", f"{SITE}/d/1.csv"]


@pytest.mark.parametrize(
    ("thing", "format_name", "told"),
    [
        (
            {
                "@type": "Event",
                "name": "Fair",
                "startDate": "2026-08-01T09:00",
                "endDate": "2026-08-02",
                "location": {
                    "@type": "Place",
                    "name": "Hall",
                    "address": {"addressLocality": "Suva", "addressCountry": "FJ"},
                },
                "eventStatus": "https://schema.org/EventCancelled",
                "organizer": {"name": "Council"},
                "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            },
            "event",
            {
                "period": {"start": "2026-08-01", "end": "2026-08-02"},
                "places": ["FJI"],
                "city": {"en": "Hall, Suva"},
                "cancelled": True,
                "modality": "on_site",
            },
        ),
        (
            {
                "@type": "NGO",
                "name": "Reef Friends",
                "alternateName": "RF",
                "foundingDate": "1999-05",
                "address": {"@type": "PostalAddress", "addressCountry": {"name": "Kenya"}, "streetAddress": "Road 1"},
                "areaServed": ["KE", "Fiji"],
            },
            "organisation",
            {
                "organisation_types": ["ngo"],
                "acronym": {"en": "RF"},
                "established": 1999,
                "places": ["KEN"],
                "served_places": ["KEN", "FJI"],
            },
        ),
        (
            {
                "@type": "ResearchProject",
                "name": "Deep Sea",
                "funder": {"@type": "Organization", "name": "Fund"},
                "startDate": "2020-01-01",
                "description": "d",
            },
            "programme",
            {"period": {"start": "2020-01-01"}, "summary": {"en": "d"}},
        ),
        (
            {
                "@type": ["Course", "LearningResource"],
                "name": [{"@value": "Cours", "@language": "fr"}, {"@value": "Course", "@language": "en"}],
                "inLanguage": ["fr", "English"],
            },
            "resource",
            {
                "resource_types": ["e-learning"],
                "title": {"fr": "Cours", "en": "Course"},
                "resource_languages": ["fr", "en"],
            },
        ),
        ({"@type": "SoftwareApplication", "headline": "Counter"}, "resource", {"resource_types": ["software"]}),
    ],
)
def test_what_each_class_becomes(thing: dict[str, Any], format_name: str, told: dict[str, Any]) -> None:
    [one] = found(read({"/sitemap.xml": urlset("/a"), "/a": html({"@context": "http://schema.org", **thing})}))
    data = proved(one)
    assert one.record and one.record["format"] == format_name
    assert {name: data.get(name) for name in told} == told


def test_people_are_never_read_by_themselves() -> None:
    person = {"@context": CONTEXT, "@type": "Person", "name": "Some Body", "email": "some@body.example"}
    both = {**person, "@type": ["Person", "Organization"]}
    said = read({"/sitemap.xml": urlset("/p", "/d"), "/p": html(person, both), "/d": html(DATASET)})
    assert len(found(said)) == 1 and "Some Body" not in str(said)


@pytest.mark.parametrize(
    ("context", "names"),
    [
        ("https://schema.org", "{}"),
        ("http://www.schema.org/", "{}"),
        ("https://schema.org/docs/jsonldcontext.json", "{}"),
        ([CONTEXT, {"@language": "fr"}], "{}"),
        ({"schema": "http://schema.org/"}, "schema:{}"),
        ({"s": CONTEXT}, "s:{}"),
        (None, "http://schema.org/{}"),
    ],
)
def test_ways_to_name_schema_org(context: Any, names: str) -> None:
    thing = {"@context": context, "@type": names.format("Dataset"), names.format("name"): [{"@value": "Corals"}]}
    [one] = found(read({"/sitemap.xml": urlset("/a"), "/a": html({k: v for k, v in thing.items() if v})}))
    assert one.title == "Corals"
    assert one.record and one.record["language"] == ("fr" if isinstance(context, list) else "en")


def test_graphs_arrays_and_what_a_page_is_about() -> None:
    graph = {
        "@context": CONTEXT,
        "@graph": [
            {"@type": "WebPage", "mainEntity": {"@type": "Book", "name": "One"}},
            {"@type": "Organization", "@id": "#o", "name": "Body"},
            {"@type": "Report", "name": "Two", "publisher": {"@id": "#o"}},
        ],
    }
    items = {
        "@context": CONTEXT,
        "@type": "ItemList",
        "itemListElement": [
            {"@type": "ListItem", "position": 1, "item": {"@type": "Map", "name": "Three", "url": f"{SITE}/three"}}
        ],
    }
    several = [{"@context": CONTEXT, "@type": "Event", "name": "Four"}, {"@context": CONTEXT, "@type": "WebSite"}]
    said = found(read({"/sitemap.xml": urlset("/a"), "/a": html(graph, items, several)}))
    assert {one.title for one in said} == {"One", "Two", "Three", "Four"}
    assert len({one.key for one in said}) == 4


def test_a_document_that_is_json_ld_and_one_page_alone() -> None:
    raw = orjson.dumps(DATASET)
    said = read({"/d.jsonld": (200, raw, {"content-type": "application/ld+json"})}, "/d.jsonld")
    assert found(said)[0].title == "Corals of Fiji" and last(said).done
    with pytest.raises(BadSource, match=r"no schema\.org data"):
        read({"/a": html()}, "/a")


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ('{"@context": "https://evil.example/c.jsonld", "@type": "Dataset", "name": "x"}', "contexts of others"),
        ('{"@type": "Dataset", "name": "x"}', "names no context"),
        ('{"@context": "https://schema.org", "@type": "Dataset", "name": "</script><b>"}', "not JSON"),
        ('{"@context": "https://schema.org", "@type": "Dataset", "url": "x"}', "no name"),
        ("[" * 5000 + "]" * 5000, "not JSON|nested"),
        ('{"a":' * 200 + "1" + "}" * 200, "names no context"),
        ('{"@context": "https://schema.org", "about":' + '{"about":' * 200 + "1" + "}" * 201, "nested"),
        ('{"@context": "https://schema.org", "n": [' + "1," * 30_000 + "1]}", "nested|more"),
        ("12", "neither"),
        ("", "not JSON"),
        ("{" + "9" * 6000 + "}", "not JSON"),
    ],
)
def test_one_bad_block_is_one_clear_line(block: str, problem: str) -> None:
    server = Server({f"{SITE}/sitemap.xml": urlset("/a", "/d"), f"{SITE}/a": html(block), f"{SITE}/d": html(DATASET)})
    bad, good = found(read({}, server=server))
    assert good.title == "Corals of Fiji"
    assert re.search(problem, bad.problem), bad.problem
    assert not any("evil" in address for address in server.asked)


def test_scripts_are_found_as_a_browser_finds_them() -> None:
    block = orjson.dumps({"@context": CONTEXT, "@type": "Book", "name": "Hidden"}).decode()
    tricks = f"""<!-- <script type="application/ld+json">{block}</script> --><textarea><script
     type="application/ld+json">{block}</script></textarea>
     <script>var a = '<script type="application/ld+json">';</script>"""
    assert page(tricks.encode(), "text/html").things == []
    wrapped = f'<SCRIPT TYPE=" Application/LD+JSON ; charset=utf-8">//<![CDATA[\n{block};\n//]]></SCRIPT>'
    assert [one["name"] for one in page(wrapped.encode(), "text/html").things] == ["Hidden"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251", "gb18030"])
def test_encodings(encoding: str) -> None:
    text = f'<script type="application/ld+json">{{"@context": "{CONTEXT}", "@type": "Book", "name": "Лес\0"}}</script>'
    made = page(text.encode(encoding), f"text/html; charset={encoding}")
    assert [one["name"] for one in made.things] == ["Лес"]
    for name in ("unicode_escape", "idna", "punycode", "\ud800", "x" * 500, "utf-8\0"):
        page(b"<p>\xff\x00\xd8", f"text/html; charset={name}")


def test_very_odd_things_stop_nothing() -> None:
    strange: list[Any] = [
        5,
        None,
        True,
        [],
        {},
        [[]],
        {"a": {"b": 1}},
        "x" * 5000,
        "\ud83d\0",
        {"@value": {"@value": 1}},
        -1e400,
    ]
    terms = (
        "name",
        "description",
        "location",
        "geo",
        "identifier",
        "license",
        "inLanguage",
        "startDate",
        "author",
        "url",
        "address",
        "keywords",
        "about",
        "@id",
        "@type",
        "datePublished",
        "sameAs",
        "alternateName",
    )
    blocks = [
        {"@context": CONTEXT, "@type": kind, "name": f"N{number}", term: value}
        for kind in ("Dataset", "Event", "Organization", "Project")
        for number, value in enumerate(strange)
        for term in terms
        if not (term == "name" and isinstance(value, float))
    ]
    raw = [
        "".join('<script type="application/ld+json">' + json.dumps(one) + "</script>" for one in blocks[i : i + 150])
        for i in range(0, len(blocks), 150)
    ]
    pages = {f"/o{number}": (200, text.encode("utf-8", "replace"), HTML) for number, text in enumerate(raw)}
    said = found(read({"/sitemap.xml": urlset(*pages), **pages}))
    assert len([one for one in said if one.record]) > 100
    assert not [one for one in said if "AttributeError" in one.problem]


@pytest.mark.django_db
@pytest.mark.once
def test_our_own_pages_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this node writes into its pages and its sitemap, read by the door as any other site."""
    for beside in (
        "_similar",
        "_named_in",
        "_fits",
    ):  # What stands beside the record; it loads the whole network of concepts.
        monkeypatch.setattr(f"landbridge.web.views.records.{beside}", lambda *_: [])
    views = {view.id: view for view in golden()}
    receive_many(
        [Arrival(view.id, view.format, view.data, view.language) for view in views.values()],
        actor=NODE,
        workflow=Workflow.RECEIVED,
    )
    client = Client()

    def answer(url: str) -> Answer:
        said = client.get(url.removeprefix("http://127.0.0.1:8000"))
        raw = b"".join(said.streaming_content) if said.streaming else said.content  # type: ignore[arg-type]
        return said.status_code, raw, {name.lower(): value for name, value in said.headers.items()}

    server = Server({"http://127.0.0.1:8000": answer})
    said = asked(SchemaOrg(), server=server, address="http://127.0.0.1:8000/sitemap.xml", pause=0, only="/records/")
    back = {one.key.rpartition("/")[2]: one for one in found(said)}
    assert last(said).done and not [one for one in back.values() if one.problem]
    told = {name: one.record["format"] for name, one in back.items() if one.record}
    assert told["golden-resource"] == "resource" and told["golden-event"] == "event"
    assert told["golden-organisation"] == "organisation" and told["golden-programme"] == "programme"
    assert told["golden-case_study"] == told["golden-measure"] == "resource"
    assert not {"golden-expert", "golden-focal_point", "golden-need"} & set(told)
    for name in ("resource", "event", "organisation", "programme"):
        data, before = proved(back[f"golden-{name}"]), views[f"golden-{name}"].data
        kept = KEPT if name != "programme" else KEPT - {"period"}  # Nothing in schema.org says when a project runs.
        told_before = {one: before[one] for one in kept if before.get(one)}
        assert {one: data.get(one) for one in told_before} == told_before


def test_anything_in_any_place_stops_no_page() -> None:
    for seed in range(150):
        block = json.dumps(
            odd(DATASET if seed % 2 else {**ORG, "address": DATASET["spatialCoverage"]}, random.Random(seed))
        )
        try:
            found(
                read({"/sitemap.xml": urlset("/a", "/b"), "/a": html(block), "/b": html({**DATASET, "@id": "urn:b"})})
            )
        except BadSource as error:
            assert "\n" not in str(error)
