"""Entity tags, caching, other sites, HEAD and OPTIONS, the reader's language."""

import orjson
import pytest
from django.test import Client

from landbridge.registry.actions import NODE, confirm
from tests.api.small import Reader, body_of

pytestmark = pytest.mark.usefixtures("node")
TAGGED = [
    "/records/drone-survey", "/records/drone-survey/revisions", "/records/drone-survey/revisions/1", "/vocabularies",
    "/vocabularies/trl", "/vocabularies/trl/trl-1", "/vocabularies/trl?format=ttl", "/schemas", "/schemas/need",
    "/openapi.json",
]  # fmt: skip


@pytest.mark.parametrize("address", TAGGED)
def test_what_has_not_changed_is_not_sent_again(reader: Reader, address: str) -> None:
    first = reader.get(address)
    tag = first["ETag"]
    assert tag.startswith('"')
    assert "Cache-Control" in first
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = reader.get(address, If_None_Match=given)
        assert (again.status_code, body_of(again)) == (304, b"")
        assert again["ETag"] == tag
    assert reader.get(address, If_None_Match='"other"').status_code == 200


def test_a_changed_record_has_another_tag(reader: Reader) -> None:
    before = reader.get("/records/drone-survey")["ETag"]
    confirm(actor=NODE, record_id="drone-survey")
    again = reader.get("/records/drone-survey", If_None_Match=before)
    assert again.status_code == 200
    assert again["ETag"] != before


def test_tags_of_two_languages_differ(reader: Reader) -> None:
    one, other = (reader.get("/vocabularies/trl", Accept_Language=tag) for tag in ("fr", "zh"))
    assert one["ETag"] != other["ETag"]
    assert "Accept-Language" in one["Vary"]


@pytest.mark.parametrize("address", [*TAGGED, "/search", "/records", "/changes", "/dump", "/"])
def test_head_tells_the_same_without_a_body(reader: Reader, address: str) -> None:
    got, head = reader.get(address), reader.client.head(f"/api/v1{address}")
    assert head.status_code == 200
    assert body_of(head) == b""
    assert head["Content-Type"] == got["Content-Type"]
    if address in TAGGED:
        assert head["ETag"] == got["ETag"]


@pytest.mark.parametrize("address", ["/search", "/records/none", "/nowhere", "/dump"])
def test_programs_of_other_sites_may_read(reader: Reader, address: str) -> None:
    response = reader.get(address, Origin="https://elsewhere.example")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response


def test_programs_of_other_sites_may_ask_for_matches(client: Client) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    response = client.options("/api/v1/match", headers=asked)
    assert response.status_code == 204
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert "Content-Type" in response["Access-Control-Allow-Headers"]
    assert client.options("/api/v1/search")["Allow"] == "GET, HEAD, OPTIONS"


def test_no_token_is_asked_for(db: None, reader: Reader) -> None:
    strict = Reader(Client(enforce_csrf_checks=True))
    assert strict.match({"text": "mangrove"}).status_code == 200


@pytest.mark.parametrize(("tag", "label"), [("fr", "Kenya"), ("zh", "肯尼亚"), ("ar", "كينيا"), ("ru", "Кения")])
def test_labels_come_in_the_readers_language(reader: Reader, tag: str, label: str) -> None:
    for found in (
        reader.json("/search", lang=tag), orjson.loads(body_of(reader.get("/search", Accept_Language=tag)))
    ):  # fmt: skip
        labels = {value["value"]: value["label"] for value in found["facets"]["place"]}
        assert labels["KEN"] == label


def test_titles_come_in_the_readers_language_where_there_is_one(reader: Reader) -> None:
    hits = {hit["id"]: hit for hit in reader.json("/search", lang="fr")["hits"]}
    assert (hits["mangrove-nursery"]["title"], hits["mangrove-nursery"]["language"]) == ("Pépinière de mangrove", "fr")
    assert hits["satellite-zh"]["language"] == "zh"
