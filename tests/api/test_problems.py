"""Bad input at every door: a clear problem (RFC 9457), never a failure."""

from typing import Any

import orjson
import pytest
from django.test import Client, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.registry import queries
from tests.api.small import Reader, body_of

pytestmark = [pytest.mark.usefixtures("node"), pytest.mark.once]  # What a problem looks like.


def problem(response: Any, status: int) -> dict[str, Any]:
    """The problem in an answer, which must be complete."""
    assert response.status_code == status, body_of(response)
    assert response["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = orjson.loads(body_of(response))
    assert set(told) - {"errors"} == {"type", "title", "status", "detail", "instance"}
    assert told["status"] == status
    assert told["type"].startswith("urn:landbridge:problem:")
    assert told["title"]
    assert told["detail"]
    return told


@pytest.mark.parametrize("address", [
    "/nowhere", "/records/none", "/records/a b", "/records/%00", "/records/%0A", "/records/a%2Fb", "/records/%ED%A0%80",
    "/records/" + "x" * 500, "/records/drone-survey/revisions/99", "/records/drone-survey/revisions/0",
    "/records/drone-survey/revisions/" + "9" * 6000, "/records/drone-survey/revisions/x", "/vocabularies/none",
    "/vocabularies/..%2F..%2Fsettings", "/vocabularies/trl/none", "/vocabularies/trl/%00", "/schemas/none", "/%00",
    "/a/%0A/b", "/search/", "/records/",
])  # fmt: skip
def test_an_address_without_anything(reader: Reader, address: str) -> None:
    problem(reader.get(address), 404)


@pytest.mark.parametrize(("query", "field"), [
    ("limit=0", "limit"), ("limit=x", "limit"), ("limit=" + "9" * 5000, "limit"), ("limit=1e9", "limit"),
    ("sort=random", "sort"), ("type=nonsense", "type"), ("place=Atlantis", "place"), ("theme=nonsense", "theme"),
    ("target=nonsense", "target"), ("ecosystem=%00", "ecosystem"), ("support=x", "support"), ("trl=99", "trl"),
    ("cursor=!!!", "cursor"), ("cursor=" + "A" * 300, "cursor"), ("facet_limit=-1", "facet_limit"),
    ("q=" + "x" * 3000, "q"), ("&".join(f"place={number}" for number in range(60)), "place"),
])  # fmt: skip
def test_a_search_that_cannot_be(reader: Reader, query: str, field: str) -> None:
    told = problem(reader.client.get(f"/api/v1/search?{query}"), 422)
    assert told["errors"][0]["field"].split(".")[0] == field
    assert told["errors"][0]["message"]


@pytest.mark.parametrize("query", [
    "changed_since=yesterday", "changed_since=99999999999999999999", "changed_since=0001-01-01T00:00:00%2B14:00",
    "cursor=abc", "cursor=%00", "cursor=%ED%A0%80", "limit=501", "limit=-1", "type=%ED%A0%80", "place=x",
])  # fmt: skip
def test_a_list_that_cannot_be(reader: Reader, query: str) -> None:
    assert problem(reader.client.get(f"/api/v1/records?{query}"), 422)["errors"]


@pytest.mark.parametrize("query", ["since=-1", "since=x", "since=" + "9" * 30, "limit=0", "limit=99999"])
def test_changes_that_cannot_be(reader: Reader, query: str) -> None:
    problem(reader.client.get(f"/api/v1/changes?{query}"), 422)


@pytest.mark.parametrize("body", [
    b"", b"{", b"\xff\xfe", b"nonsense", b'{"text": "\\ud800"}', b"[" * 100_000, b'{"a":' * 5000, b'{"text": NaN}',
    b'{"text": "' + b"\x00" + b'"}',
])  # fmt: skip
def test_what_is_not_json(reader: Reader, body: bytes) -> None:
    problem(reader.match(body), 400)


@pytest.mark.parametrize(("body", "field"), [
    ([], ""), ("text", ""), (None, ""), (17, ""), ({"text": ""}, "text"), ({"text": "  "}, "text"),
    ({"text": None}, "text"), ({"text": 5}, "text"), ({"text": "x" * 30_000}, "text"),
    ({"text": "x", "limit": 0}, "limit"),
    ({"text": "x", "limit": 10**15}, "limit"), ({"text": "x", "limit": "many"}, "limit"),
    ({"text": "x", "types": "y"}, "types"),
    ({"text": "x", "types": ["y"]}, "types"), ({"text": "x", "place": ["Atlantis"]}, "place"),
    ({"text": "x", "place": ["KE"] * 99}, "place"), ({"text": "x", "language": "klingon"}, "language"),
    ({"text": "x", "language": 5}, "language"), ({"text": "x", "colour": "red"}, "colour"), ({"record": 5}, "record"),
    ({"record": ""}, "record"), ({"format": "need"}, "data"), ({"format": "offer", "data": {}}, "format"),
    ({"format": "need", "data": []}, "data"), ({}, "title"),
    ({"format": "need", "data": {"summary": "x"}}, "data.title"),
    ({"format": "need", "language": "??", "data": {}}, "data.language"), ({"title": 5}, "title"),
])  # fmt: skip
def test_a_need_that_cannot_be(reader: Reader, body: Any, field: str) -> None:
    told = problem(reader.match(body), 422)
    assert field in {error["field"] for error in told["errors"]}


def test_an_error_in_a_text_names_its_language(reader: Reader) -> None:
    told = problem(reader.match({"format": "need", "data": {"title": {"fr": "x" * 900}, "summary": {"fr": "y"}}}), 422)
    assert [(error["field"], error["language"]) for error in told["errors"]] == [("data.title", "fr")]


def test_records_that_do_not_stand_here(reader: Reader) -> None:
    for record in ("none", "a\x00b", "../x", "x" * 99):
        problem(reader.match({"record": record}), 404)


def test_too_much_and_of_the_wrong_kind(reader: Reader) -> None:
    problem(reader.match(b'{"text": "' + b"x" * 3_000_000 + b'"}'), 413)
    problem(reader.match(b"text=mangrove", content_type="application/x-www-form-urlencoded"), 415)
    problem(reader.match(b"{}", content_type="text/plain"), 415)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_methods_that_an_address_does_not_take(client: Client, method: str) -> None:
    for address in ("search", "records/drone-survey/revisions", "dump", "openapi.json", "schemas/need"):
        response = client.generic(method, f"/api/v1/{address}", b"{}", content_type="application/json")
        problem(response, 405)
        assert response["Allow"] == "GET, HEAD, OPTIONS"
    problem(client.generic(method, "/api/v1/nowhere"), 404)
    problem(client.get("/api/v1/match"), 405)


def test_our_own_mistake_is_told_as_ours(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(queries, "get", broken)
    told = problem(reader.get("/records/drone-survey"), 500)
    assert "secret of the house" not in str(told)
    with override_settings(DEBUG=True):
        problem(reader.get("/records/drone-survey"), 500)


def test_problems_are_told_in_the_readers_language_and_named_in_none(reader: Reader) -> None:
    one, other = problem(reader.get("/records/none", {"lang": "fr"}), 404), problem(reader.get("/records/none"), 404)
    assert one["type"] == other["type"] == "urn:landbridge:problem:not-found"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
_FIELDS = st.sampled_from(
    ["text", "record", "format", "data", "language", "place", "types", "limit", "title", "places"]
)
_QUIET = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_QUIET
@given(body=_JSON | st.dictionaries(_FIELDS, _JSON, max_size=5))
def test_whatever_is_sent_is_answered(reader: Reader, body: Any) -> None:
    try:
        sent = orjson.dumps(body)
    except TypeError:  # Numbers that orjson does not write.
        sent = repr(body).encode("utf-8", "surrogatepass")
    response = reader.match(sent)
    assert response.status_code in (200, 400, 404, 422)


@_QUIET
@given(query=st.dictionaries(
    st.sampled_from(["q", "type", "language", "place", "theme", "trl", "freshness", "sort", "limit", "cursor", "lang"]),
    st.text(max_size=40), max_size=4,
))  # fmt: skip
def test_whatever_is_sought_is_answered(reader: Reader, query: dict[str, str]) -> None:
    clean = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
    assert reader.get("/search", clean).status_code in (200, 422)
