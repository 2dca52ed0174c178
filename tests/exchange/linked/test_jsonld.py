"""Records as schema.org: what search engines and registries read is what the record says, and no more."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
import rdflib
from rdflib.compare import isomorphic

from landbridge.exchange.out.linked import addresses, graph, triples
from landbridge.exchange.out.linked.identifiers import identified, leads_to
from landbridge.exchange.out.linked.jsonld import CONFORMS, in_page, site, thing
from landbridge.exchange.out.linked.properties import PROFILES
from landbridge.exchange.out.linked.signposts import of_page
from landbridge.formats import fields
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.registry.queries import RecordView
from tests.exchange.linked.examples import QUIET, TITLES, every, few, golden
from tests.support import record

pytestmark = pytest.mark.filterwarnings(QUIET)
BASE = "http://127.0.0.1:8000"
ADDRESSES = (
    "url", "sameAs", "license", "sdLicense", "isBasedOn", "contentUrl", "inDefinedTermSet", "eventStatus",
    "eventAttendanceMode",
)  # fmt: skip
CONTEXT = {"@vocab": "http://schema.org/", **{name: {"@type": "@id"} for name in ADDRESSES}}
"""As much of the context of schema.org as our terms need, so that nothing is fetched."""
HOSTILE = '</script><script>alert(1)</script>\u2028<!-- & "'


def parsed(made: dict[str, Any]) -> rdflib.Graph:
    return rdflib.Graph().parse(data=orjson.dumps({**made, "@context": CONTEXT}), format="json-ld")


def untyped(found: rdflib.Graph) -> rdflib.Graph:
    """The same without the types of values: the context of schema.org gives them others than XML Schema."""
    bare = rdflib.Graph()
    for subject, predicate, value in found:
        is_plain = isinstance(value, rdflib.Literal) and not value.language
        text = str(value.value).lower() if is_plain and isinstance(value.value, bool) else str(value)
        bare.add((subject, predicate, rdflib.Literal(text) if is_plain else value))
    return bare


@pytest.mark.parametrize("view", few(), ids=lambda view: view.id)
def test_all_shapes_say_the_same(view: RecordView) -> None:
    made = thing(view, TITLES)
    formats = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
    read = [
        rdflib.Graph().parse(data="".join(graph.written(triples.nodes(made), ending)), format=name)
        for ending, name in formats.items()
    ]
    assert len(read[0]) > 10
    assert isomorphic(read[0], read[1])
    assert isomorphic(read[0], read[2])
    assert isomorphic(untyped(read[0]), untyped(parsed(made)))


@pytest.mark.parametrize("view", golden(), ids=lambda view: view.format)
def test_every_mapped_answer_is_told(view: RecordView) -> None:
    """A question that names a term of RDF and is answered leaves its mark in what goes out."""
    asked, told = questions(FORMATS[view.format]), addresses.told(view)
    mapped = [name for name, one in asked.items() if one.rdf and told.get(name) not in (None, [])]
    assert "title" in mapped
    known = {one["record"]: ("need", {"en": "x"}) for name in mapped if isinstance(asked[name], fields.Reference)
             for one in view.data[name]}  # fmt: skip
    whole = thing(view, known)
    for name in mapped:
        less = replace(view, data={key: one for key, one in view.data.items() if key != name} | _kept(name, view))
        assert thing(less, known) != whole, name


def _kept(name: str, view: RecordView) -> dict[str, Any]:
    return {"title": {view.language: "other"}} if name == "title" else {}


def test_nothing_that_is_not_public_is_told() -> None:
    view = record("e", "expert", title="Amina", summary="Reefs", gender="zyxwombat", places=["KEN"])
    focal = record("f", "focal_point", title="FP", email="zyxwombat@example.org", party="FJI")
    kept = record("k", "technology", title="T", summary="S", description="zyxwombat", places=["FJI"],
                  withheld=["description", "places"], disclosed_to=["FJI"])  # fmt: skip
    hidden = record("r", "need", title="N", summary="S", related=[{"record": "zyxwombat"}], anonymous=True,
                    requester=[{"name": "zyxwombat"}])  # fmt: skip
    near = record("p", "technology", title="T", summary="S",
                  point={"latitude": 1.23456, "longitude": 2.34567, "blurred": True})  # fmt: skip
    for one in (view, focal, kept, hidden, near):
        text = orjson.dumps(thing(one, {})).decode()
        assert "zyxwombat" not in text
        assert "FJI" not in text or one is focal
    assert thing(near)["spatialCoverage"]["geo"]["latitude"] == 1.2


def test_terms_places_and_organisations_have_their_addresses() -> None:
    view = record("n", "technology", title="T", summary="S", targets=["target-03"], places=["FJI", "061"],
                  providers=[{"record": "reef-institute"}, {"name": "Village"}, {"record": "secret"}])  # fmt: skip
    made = thing(view, TITLES)
    assert made["category"]["@id"] == f"{BASE}/vocabularies/targets/target-03"
    assert made["category"]["http://www.w3.org/2004/02/skos/core#exactMatch"] == {
        "@id": "http://metadata.cbd.int/kmgbf/target_3"
    }
    assert len(made["category"]["name"]) == 6
    fiji, polynesia = made["spatialCoverage"]
    assert {one["propertyID"]: one["value"] for one in fiji["identifier"]} == {
        "ISO 3166-1 alpha-3": "FJI", "ISO 3166-1 alpha-2": "FJ", "M49": "242"
    }  # fmt: skip
    assert (polynesia["@type"], polynesia["identifier"][0]["value"]) == ("Place", "061")
    institute, village, secret = made["provider"]
    assert institute["@id"] == f"{BASE}/records/reef-institute"
    assert {"@value": "Institut du récif", "@language": "fr"} in institute["name"]
    assert ("@id" in village, "@id" in secret) == (False, False)


def test_who_asks_is_told_the_only_way_there_is() -> None:
    made = thing(record("n", "need", title="T", summary="S", requester=["Village"]))
    found = rdflib.Graph().parse(data="".join(graph.written(triples.nodes(made), "ttl")), format="turtle")
    who = next(found.subjects(rdflib.URIRef("http://schema.org/seeks"), rdflib.URIRef(made["@id"])))
    assert str(found.value(who, rdflib.URIRef("http://schema.org/name"))) == "Village"


def test_a_received_record_tells_where_it_has_its_home() -> None:
    view = replace(record("r", "resource", title="T", summary="S"), origin="https://node.example")
    made = thing(view)
    assert made["sameAs"] == made["mainEntityOfPage"]["isBasedOn"] == "https://node.example/records/r"
    assert made["sdPublisher"]["url"] == "https://node.example"
    assert "sameAs" not in thing(replace(view, origin="ror"))


def test_the_licence_of_a_text_is_not_that_of_the_work() -> None:
    view = record("r", "resource", title="T", summary="S", licence="cc0", work_licence="cc-by-nc-4.0")
    made = thing(view)
    assert made["license"] == "https://creativecommons.org/licenses/by-nc/4.0/"
    assert made["sdLicense"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert "license" not in thing(replace(view, data={**view.data, "work_licence": None}))
    assert "license" not in thing(record("o", "organisation", title="T", licence="cc0"))


@pytest.mark.parametrize(("types", "more", "profile"), [
    (["dataset"], {"work_licence": "cc0"}, "Dataset/1.0-RELEASE"), (["dataset"], {}, None),
    (["e-learning"], {}, "Course/1.0-RELEASE"), (["guide"], {}, "TrainingMaterial/1.0-RELEASE"),
    (["newsletter"], {}, None),
])  # fmt: skip
def test_a_profile_is_claimed_where_it_is_met(types: list[str], more: dict[str, str], profile: str | None) -> None:
    made = thing(record("r", "resource", title="T", summary="S", resource_types=types, **more))
    claimed = made.get(CONFORMS, {}).get("@id")
    assert claimed == (profile and f"https://bioschemas.org/profiles/{profile}")


def test_whoever_claims_a_profile_keeps_to_it() -> None:
    """The least that each profile demands, over the whole sample network."""
    demanded = {f"https://bioschemas.org/profiles/{name}": set(least) for name, least in PROFILES.values()}
    claims = 0
    for view in every():
        made = thing(view)
        if CONFORMS in made:
            claims += 1
            assert demanded[made[CONFORMS]["@id"]] <= {name for name, value in made.items() if value}
        assert made["name"]
        assert made["url"]
    assert claims > 20


def test_no_text_can_end_the_element() -> None:
    view = record("h", "technology", title=HOSTILE, summary=HOSTILE, source=HOSTILE, providers=[{"name": HOSTILE}])
    text = str(in_page(thing(view)))
    inside = text.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not set("<>&\u2028\u2029") & set(inside)
    assert orjson.loads(inside)["provider"]["name"] == view.data["providers"][0]["name"]


def test_a_page_is_light_and_tells_the_shown_languages() -> None:
    assert max(len(in_page(thing(view, languages=("en", "fr")))) for view in every()) < 20_000
    view = record("b", "technology", title={"en": "T", "fr": "F", "ru": "Р"}, summary="S", description="Long story")
    made = thing(view, languages=("fr", "en"))
    assert [one["@language"] for one in made["name"]] == ["en", "fr"]
    assert "Long story" not in str(made)
    assert "Long story" in str(thing(view))


def test_the_node_can_be_searched() -> None:
    web, catalogue = site()["@graph"]
    assert web["potentialAction"]["target"]["urlTemplate"] == f"{BASE}/search?q={{search_term_string}}"
    assert len(catalogue["description"]) == 6


@pytest.mark.parametrize(("text", "kind", "value", "address"), [
    ("doi:10.1000/182", "DOI", "10.1000/182", "https://doi.org/10.1000/182"),
    ("https://doi.org/10.1000/182", "DOI", "10.1000/182", "https://doi.org/10.1000/182"),
    ("https://ror.org/05dxps055", "ROR", "05dxps055", "https://ror.org/05dxps055"),
    ("0000-0002-1825-0097", "ORCID", "0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
    ("ISBN 978-92-5-130562-1", "ISBN", "978-92-5-130562-1", ""), ("XM-DAC-1-2", "Local", "XM-DAC-1-2", ""),
])  # fmt: skip
def test_identifiers_are_told_apart(text: str, kind: str, value: str, address: str) -> None:
    assert identified(text) == (kind, value)
    assert leads_to(kind, value) == address


def test_signposts_lead_from_the_page() -> None:
    view = record("s", "resource", title="T", summary="S", resource_types=["dataset"], licence="cc0")
    header = of_page(view)
    for relation in ("cite-as", "describedby", "alternate", "type", "license"):
        assert f'rel="{relation}"' in header
    assert '<https://schema.org/Dataset>; rel="type"' in header
    assert f'<{BASE}/records/s.ttl>; rel="describedby"; type="text/turtle"' in header


def test_odd_addresses_stay_addresses() -> None:
    """A link may hold what no address may; it is written so that it ends where it should."""
    view = record("o", "technology", title="T", summary="S", links=["https://example.org/a{b}|c\\d^e`"])
    made = thing(view)
    for ending, name in (("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld")):
        found = rdflib.Graph().parse(data="".join(graph.written(triples.nodes(made), ending)), format=name)
        links = set(map(str, found.objects(rdflib.URIRef(made["@id"]), rdflib.URIRef("http://schema.org/url"))))
        assert "https://example.org/a%7Bb%7D%7Cc%5Cd%5Ee%60" in links
