"""The settled shapes of the issue, to the letter."""

import orjson
import pytest

from tests.api.small import PUBLIC, Reader

pytestmark = pytest.mark.usefixtures("node")
HIT = {"id", "type", "title", "language", "score", "snippet", "url"}


def test_search_answers_in_its_shape(reader: Reader) -> None:
    found = reader.json("/search", q="mangrove", type="technology", language="en", place="KE", limit=10)
    assert {"total", "hits", "facets", "next"} <= set(found)
    assert (found["total"], found["next"]) == (1, None)
    assert set(found["hits"][0]) >= HIT
    assert found["hits"][0]["id"] == "mangrove-nursery"
    assert found["hits"][0]["url"].endswith("/records/mangrove-nursery")
    assert found["facets"]["type"] == [{"value": "technology", "label": "Technologies and practices", "count": 1}]


@pytest.mark.parametrize("filter", ["type=technology&type=offer", "type=technology,offer", "type=technology,,offer,"])
def test_values_are_repeated_or_separated_by_commas(reader: Reader, filter: str) -> None:
    found = orjson.loads(reader.client.get(f"/api/v1/search?{filter}").content)
    assert {hit["type"] for hit in found["hits"]} == {"technology", "offer"}


def test_facets_can_be_left_out_and_cut(reader: Reader) -> None:
    assert reader.json("/search", facet_limit=0)["facets"] == {}
    assert len(reader.json("/search", facet_limit=2)["facets"]["place"]) == 2


def test_a_region_finds_its_countries(reader: Reader) -> None:
    ids = {hit["id"] for hit in reader.json("/search", place="Africa")["hits"]}
    assert {"mangrove-nursery", "drone-survey", "oasis-ar"} <= ids
    assert "satellite-zh" not in ids


def test_a_need_in_free_text_gets_explained_matches(reader: Reader) -> None:
    answer = reader.match({"text": "grow mangrove seedlings", "language": None, "place": ["KE"], "types": [],
                           "limit": 10})  # fmt: skip
    assert answer.status_code == 200, answer.content
    found = orjson.loads(answer.content)
    assert set(found["understood"]) == {"language", "concepts", "places", "support_types"}
    assert found["understood"]["places"] == ["KEN"]
    assert all(set(concept) == {"key", "label"} for concept in found["understood"]["concepts"])
    best = found["matches"][0]
    assert best["id"] == "mangrove-nursery"
    assert {"id", "type", "title", "score", "for", "against"} <= set(best)
    assert all(set(reason) == {"criterion", "share", "text"} for reason in best["for"])
    assert all(set(caveat) == {"criterion", "text"} for caveat in best["against"])
    assert sum(reason["share"] for reason in best["for"]) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("body", [
    {"record": "mangrove-need"},
    {"format": "need", "language": "fr", "data": {"title": "Mangrove", "summary": {"fr": "Planter des mangroves"}}},
    {"title": {"en": "Mangrove"}, "summary": {"en": "Grow mangrove seedlings"}},
    {"text": "mangrove", "language": "en"},
])  # fmt: skip
def test_every_way_to_say_a_need_is_answered(reader: Reader, body: dict[str, object]) -> None:
    answer = reader.match(body)
    assert answer.status_code == 200, answer.content
    assert any(match["id"] == "mangrove-nursery" for match in orjson.loads(answer.content)["matches"])


def test_the_limit_and_the_types_of_a_match_are_kept(reader: Reader) -> None:
    found = orjson.loads(reader.match({"text": "mangrove restoration", "types": ["expert"], "limit": 1}).content)
    assert [match["type"] for match in found["matches"]] == ["expert"]


def test_the_dump_is_lines_in_the_settled_shape(reader: Reader) -> None:
    lines = reader.lines("/dump")
    assert [set(line) for line in lines] == [{"format", "id", "language", "data"}] * len(PUBLIC)
    by_id = {line["id"]: line for line in lines}
    assert by_id["drone-survey"] == next(record for record in PUBLIC if record["id"] == "drone-survey")
    assert {line["format"] for line in reader.lines("/dump", type="need,offer")} == {"need", "offer"}


def test_a_record_has_its_line_and_its_history(reader: Reader) -> None:
    record = reader.json("/records/drone-survey")
    assert record["data"] == PUBLIC[1]["data"]
    assert (record["format"], record["language"], record["revision"]) == ("technology", "fr", 1)
    history = reader.json("/records/drone-survey/revisions")
    assert [line["number"] for line in history["revisions"]] == [1]
    assert reader.json("/records/drone-survey/revisions/1") == record


def test_vocabularies_and_their_terms(reader: Reader) -> None:
    names = {one["name"] for one in reader.json("/vocabularies")["vocabularies"]}
    assert {"countries", "targets", "lexicon"} <= names
    assert len(reader.json("/vocabularies/trl")["terms"]) == reader.json("/vocabularies/trl")["count"]
    kenya = reader.json("/vocabularies/countries/KE", lang="fr")
    assert (kenya["id"], kenya["label"], kenya["vocabulary"]) == ("KEN", "Kenya", "countries")
    assert set(kenya["labels"]) == {"ar", "en", "es", "fr", "ru", "zh"}


def test_vocabularies_as_skos(reader: Reader) -> None:
    for response in (reader.get("/vocabularies/trl?format=ttl"), reader.get("/vocabularies/trl", Accept="text/turtle")):
        assert response["Content-Type"].startswith("text/turtle")
        assert b"skos:Concept" in response.getvalue()  # type: ignore[attr-defined]
    one = reader.get("/vocabularies/trl/trl-3?format=ttl").getvalue()  # type: ignore[attr-defined]
    assert one.count(b"skos:prefLabel") == 1


def test_schemas(reader: Reader) -> None:
    formats = [one["format"] for one in reader.json("/schemas")["schemas"]]
    assert "technology" in formats
    response = reader.get("/schemas/need")
    assert response["Content-Type"] == "application/schema+json"


def test_changes_are_lines_with_serials(reader: Reader) -> None:
    lines = reader.lines("/changes")
    serials = [line["serial"] for line in lines]
    assert serials == sorted(serials)
    gone = [line for line in lines if line["gone"]]
    assert [line["id"] for line in gone] == ["retired"]
    assert "record" not in gone[0]
    assert all(line["record"]["id"] == line["id"] for line in lines if not line["gone"])


def test_the_way_in_names_every_door(reader: Reader) -> None:
    home = reader.json("/")
    assert home["search"].endswith("/api/v1/search")
    assert reader.json("/openapi.json")["openapi"] == "3.1.0"
