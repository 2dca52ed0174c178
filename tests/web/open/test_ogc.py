"""OGC API Records: read by OWSLib, held against the standard's own words, and asked what it must not answer."""

from typing import Any
from urllib.parse import quote

import orjson
import pytest
from django.test import Client

from landbridge.formats.library import FORMATS
from tests.api.small import HIDDEN

ITEMS = "/ogc/collections/records/items"
HOME = "http://127.0.0.1:8000"


def ask(visitor: Client, address: str, status: int = 200, **headers: str) -> Any:
    answer = visitor.get(address.removeprefix(HOME), headers={k.replace("_", "-"): v for k, v in headers.items()})
    assert answer.status_code == status, answer.content[:300]
    return orjson.loads(answer.content)


def ids(visitor: Client, query: str = "", status: int = 200) -> list[str]:
    return [one["id"] for one in ask(visitor, f"{ITEMS}?limit=1000&{query}", status)["features"]]


class Answer:
    """What OWSLib takes for an answer of `requests`."""

    def __init__(self, url: str, answer: Any) -> None:
        self.url, self.reason = url, answer.reason_phrase
        self.text, self.status_code, self.ok = answer.content.decode(), answer.status_code, answer.status_code < 400
        self.headers, self.content = answer.headers, answer.content

    def json(self) -> Any:
        return orjson.loads(self.content)


@pytest.fixture
def owslib(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    """OWSLib's client, its line to the server replaced by a short one."""
    import owslib.ogcapi
    from owslib.ogcapi.records import Records

    def get(url: str, *args: Any, **named: Any) -> Answer:
        return Answer(
            url, visitor.get(url.removeprefix(HOME), named.get("params"), headers=dict(named.get("headers") or {}))
        )

    monkeypatch.setattr(owslib.ogcapi, "http_get", get)
    return Records(f"{HOME}/ogc/")


def test_an_independent_client_finds_its_way(node: None, owslib: Any) -> None:
    assert "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core" in owslib.conformance()["conformsTo"]
    assert owslib.api()["openapi"].startswith("3.0.")
    assert owslib.records() == ["records", *FORMATS]
    assert owslib.collection("need")["itemType"] == "record"
    found = owslib.collection_items("records", q="mangrove", limit=50)
    assert {"mangrove-nursery", "mangrove-need"} <= {one["id"] for one in found["features"]}
    near = owslib.collection_items("records", bbox=[177, -19, 179, -16])
    assert [one["id"] for one in near["features"]] == ["reef-need"]
    during = owslib.collection_items("records", datetime_="2027-06-01/..")
    assert [one["id"] for one in during["features"]] == ["reef-need"]
    newest = owslib.collection_items("records", sortby=("updated", "desc"), limit=3)
    assert len(newest["features"]) == 3
    assert owslib.collection_item("need", "reef-need")["properties"]["type"] == "need"


def test_a_record_has_what_the_standard_demands(node: None, visitor: Client) -> None:
    from landbridge.registry.models import Record

    every = ask(visitor, f"{ITEMS}?limit=1000&lang=fr")
    published = Record.objects.filter(state="published", visibility="public").count()
    assert (every["type"], every["numberMatched"]) == ("FeatureCollection", published)
    for one in every["features"]:
        assert {"id", "type", "time", "geometry", "properties", "links"} <= set(one)
        told = one["properties"]
        assert told["title"]
        assert told["type"] in FORMATS
        assert {link["rel"] for link in one["links"]} >= {"self", "collection", "alternate"}
        assert all(link["href"].startswith("http") for link in one["links"])
        assert all(theme["scheme"] and all(concept["id"] for concept in theme["concepts"]) for theme in
                   told.get("themes", ()))  # fmt: skip
        assert all(contact.get("name") or contact.get("organization") for contact in told.get("contacts", ()))
        assert all(tag["code"] for tag in [told["language"], *told["languages"]])
        assert all(one_id["value"] for one_id in told["externalIds"])
    need = next(one for one in every["features"] if one["id"] == "reef-need")
    assert need["geometry"] == {"type": "Point", "coordinates": [178.1, -17.7]}
    assert need["time"] == {"interval": ["2027-01-01", "2027-12-31"]}
    assert need["properties"]["title"] == "Suivi du récif avec les pêcheurs"
    assert need["properties"]["language"] == {"code": "fr", "dir": "ltr", "name": "Français"}
    assert need["properties"]["license"] == "CC-BY-4.0"
    assert "losa@example.org" not in str(every)
    assert {"href": "https://example.org/reef", "rel": "related", "title": "Reef page"} in need["links"]
    assert next(one for one in every["features"] if one["id"] == "oasis-ar")["geometry"] is None


def test_what_is_not_public_is_nowhere(node: None, visitor: Client) -> None:
    everything = [ITEMS + "?limit=1000", f"{ITEMS}?q={HIDDEN}", f"{ITEMS}?ids=secret-private,secret-draft,retired-one"]
    for address in everything:
        found = ask(visitor, address)
        assert HIDDEN not in str(found["features"])
        assert not [one for one in found["features"] if one["id"].startswith(("secret", "retired"))]
    for hidden in ("secret-private", "secret-draft", "retired-one", "nothing", "%00", quote("'\"<")):
        assert ask(visitor, f"{ITEMS}/{hidden}", 404)["code"] == "NotFound"
    assert ask(visitor, "/ogc/collections/technology/items/reef-need", 404)["code"] == "NotFound"


def test_a_blurred_or_withheld_place_cannot_be_tried_out(db: None, visitor: Client) -> None:
    from landbridge.registry.actions import NODE, receive_many
    from landbridge.registry.workflow import Workflow
    from tests.api.small import arrival
    from tests.web.small import FULL

    exact = {"latitude": -17.7349, "longitude": 178.1449}
    near = {**FULL, "id": "near", "data": {**FULL["data"], "point": {**exact, "blurred": True}}}
    kept = {**FULL, "id": "kept", "data": {**FULL["data"], "withheld": ["point", "period"]}}
    receive_many([arrival(near), arrival(kept)], actor=NODE, workflow=Workflow.REFERENCE)
    assert ids(visitor, "bbox=178.09,-17.71,178.11,-17.69") == ["near"]
    assert ids(visitor, "bbox=178.14,-17.74,178.15,-17.73") == []
    assert ids(visitor, "datetime=2027-06-01") == ["near"]


FOUND: dict[str, set[str]] = {
    "ids=reef-need,steppe-ru,nothing": {"reef-need", "steppe-ru"},
    "type=offer,programme": {"water-hyacinth", "oasis-ar", "reef-course", "old-course"},
    "type=unicorn": set(),
    "externalIds=urn:landbridge:record:reef-need": {"reef-need"},
    "externalIds=urn:landbridge:record:urn:landbridge:record:reef-need,x": {"reef-need"},
    "externalIds=https://ror.org/x": set(),
    "q=монастырь": set(),
    "q=степей": {"steppe-ru"},
    "q=入侵植物": {"satellite-zh"},
    "q=mangrove%20nursery": {"mangrove-nursery"},
    "q=nursery%20mangrove": set(),
    "q=степей,drone": {"steppe-ru", "drone-survey"},
    "q=mangrove&type=need": {"mangrove-need"},
    "q=reef&bbox=0,0,1,1": set(),
    "q=reef&bbox=170,-20,-170,0&datetime=../2027-01-01&type=need&ids=reef-need": {"reef-need"},
    "bbox=&q=&datetime=&ids=reef-need": {"reef-need"},
    "bbox=177,-20,0,179,-15,100": {"reef-need"},
    "datetime=2028-01-01/..": set(),
    "datetime=2027-12-31T23:59:59Z": {"reef-need"},
}
REFUSED = (
    "ids=reef-need&sortby=-updated,title",
    "sortby=price",
    "bbox=1,2,3",
    "bbox=nan,0,1,1",
    "bbox=0,5,1,1",
    "bbox=0,0,inf,1",
    "datetime=yesterday",
    "datetime=../..",
    "datetime=2027-13-01",
    "datetime=2027-05-01/2027-01-01",
    "limit=0",
    "limit=x",
    "limit=-1",
    "after=x",
    "after=W10",
    "after=WyJyYW5rIiwxXQ",
    "after=bnVsbA",
    "unknown=1",
    "f=xml",
    "filter=a",
)


def test_only_what_answers_all_parameters_comes(node: None, visitor: Client) -> None:
    assert {query: set(ids(visitor, query)) for query in FOUND} == FOUND


def test_what_cannot_be_read_is_named(node: None, visitor: Client) -> None:
    for query in REFUSED:
        problem = ask(visitor, f"{ITEMS}?{query}", 400)
        assert (set(problem), problem["code"]) == ({"code", "description"}, "InvalidParameterValue"), query


def _walk(visitor: Client, address: str) -> list[str]:
    walked: list[str] = []
    for _ in range(60):
        page = ask(visitor, address)
        walked += [one["id"] for one in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            return walked
        (address,) = following
    raise AssertionError("It never ends.")


SORTS = ("", "updated", "-updated", "-created,-id", "id", "-id", "+updated,created")


def test_following_the_links_visits_each_record_once(
    node: None, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime

    from landbridge.registry.models import Record

    for number, record in enumerate(Record.objects.order_by("created_at", "id")):
        moment = datetime(2026, 1, 1 + number % 3, tzinfo=UTC)
        Record.objects.filter(pk=record.pk).update(published_at=moment)
    monkeypatch.setattr("landbridge.exchange.out.ogc.finding.AT_ONCE", 3)
    for narrow in ("", "q=mangrove,reef,drone,grow&", "datetime=2020-01-01/..&"):
        for sort in SORTS:
            whole = ids(visitor, f"{narrow}sortby={quote(sort)}")
            assert _walk(visitor, f"{ITEMS}?{narrow}limit=2&sortby={quote(sort)}") == whole, (narrow, sort)
            assert len(whole) == len(set(whole)) > 0
            if sort.endswith("id") and "," not in sort:
                assert whole == sorted(whole, reverse=sort == "-id")


def test_documents_for_programs_and_for_people(node: None, visitor: Client, see: Any) -> None:
    from openapi_spec_validator import validate

    landing = ask(visitor, "/ogc/")
    assert {"service-desc", "conformance", "data", "self"} <= {link["rel"] for link in landing["links"]}
    validate(ask(visitor, "/ogc/api"))
    for address in (
        "/ogc",
        "/ogc/conformance",
        "/ogc/collections",
        "/ogc/collections/need",
        ITEMS,
        f"{ITEMS}/reef-need",
    ):
        answer = visitor.get(address, headers={"accept": "application/json"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert not answer.cookies
        assert "json" in answer.headers["Content-Type"]
        page = see(address, accept="text/html,*/*", accept_language="ar")
        assert page.get("dir") == "rtl"
        assert see(f"{address}?f=html").findtext(".//h1")
    assert ask(visitor, "/ogc/collections/need/sortables")["properties"].keys() == {"id", "updated", "created"}
    assert see(f"{ITEMS}?f=html&limit=2").xpath("//a[@rel='next']")
    assert see(f"{ITEMS}?f=html&bbox=x", 400).findtext(".//h1") == "InvalidParameterValue"
    assert ask(visitor, "/ogc/collections/unicorns", 404)["code"] == "NotFound"
    assert visitor.post("/ogc/").status_code == 405


def test_a_page_of_records_asks_the_database_little(
    node: None, visitor: Client, django_assert_max_num_queries: Any
) -> None:
    for limit in (1, 100):
        with django_assert_max_num_queries(6):
            ask(visitor, f"{ITEMS}?limit={limit}")
