"""A record that is not public shows nowhere: not in lists, counts, facets, matches, changes or the dump."""

from pathlib import Path

import orjson
import pytest

from landbridge.registry import journal
from landbridge.registry.actions import NODE, publish, retire, revise
from landbridge.registry.queries import get
from landbridge.registry.rules import OPERATOR
from tests.api.small import HIDDEN, PUBLIC, SECRET, Reader, body_of
from tests.api.small import publish as take_in

pytestmark = pytest.mark.usefixtures("node")
SECRETS = [*(record["id"] for record in SECRET), "secret-draft"]
ADDRESSES = [
    "/", "/records", "/records?limit=1", "/records?place=KEN", "/records?place=MDG", "/records?type=technology",
    "/search", f"/search?q={HIDDEN}", "/search?q=mangrove&place=KEN", "/search?q=mangrove&sort=newest",
    "/search?q=seedlings&sort=title", "/search?place=MDG", "/changes", "/changes?since=1", "/dump",
    "/dump?type=technology", "/vocabularies/lexicon", "/docs", "/openapi.json",
]  # fmt: skip


@pytest.fixture(autouse=True)
def there_is_something_to_hide(node: None) -> None:
    """A test that nothing leaks has something that could leak."""
    for secret in SECRETS:
        assert HIDDEN in str(get(secret, OPERATOR).data)
    assert HIDDEN in str(get("expert-amina", OPERATOR).data)


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_hidden_stands_in_any_answer(reader: Reader, address: str) -> None:
    response = reader.get(address)
    assert response.status_code == 200
    shown = body_of(response).decode()
    if "/search?q=" + HIDDEN not in address:
        assert HIDDEN not in shown
    assert not [secret for secret in SECRETS if secret in shown]


def test_totals_and_facets_count_public_records_only(reader: Reader) -> None:
    everything = reader.json("/search")
    assert everything["total"] == len(PUBLIC)
    assert sum(value["count"] for value in everything["facets"]["type"]) == len(PUBLIC)
    assert "MDG" not in {value["value"] for value in everything["facets"]["place"]}
    found = reader.json("/search", q=HIDDEN)
    assert (found["total"], found["hits"], found["suggestion"]) == (0, [], None)


@pytest.mark.parametrize("secret", [*SECRETS, "there-is-none"])
def test_a_hidden_record_looks_like_a_missing_one(reader: Reader, secret: str) -> None:
    for rest in ("", "/revisions", "/revisions/1"):
        response = reader.get(f"/records/{secret}{rest}")
        assert response.status_code == 404
        told = body_of(response).decode().replace(secret, "")
        assert told == body_of(reader.get(f"/records/none-such{rest}")).decode().replace("none-such", "")
    assert reader.match({"record": secret}).status_code == 404


def test_matches_name_public_records_only(reader: Reader) -> None:
    for body in (
        {"text": f"mangrove nursery {HIDDEN} villages", "place": ["MDG"], "limit": 100},
        {"record": "mangrove-need", "limit": 100},
        {"title": {"en": f"Mangrove {HIDDEN}"}, "summary": {"en": "mangrove seedlings"}},
    ):
        answer = orjson.loads(reader.match(body).content)
        assert answer["matches"]
        named = {one["id"] for one in [*answer["matches"], *answer["excluded"]]}
        assert not named & set(SECRETS)


def test_answers_for_statistics_only_are_left_out(reader: Reader) -> None:
    assert "gender" in get("expert-amina", OPERATOR).data
    for data in (
        reader.json("/records/expert-amina")["data"], reader.json("/records/expert-amina/revisions/1")["data"],
        next(line["data"] for line in reader.lines("/dump") if line["id"] == "expert-amina"),
        next(line["record"]["data"] for line in reader.lines("/changes") if line["id"] == "expert-amina"),
    ):  # fmt: skip
        assert data["title"] == {"en": "Amina Odhiambo"}
        assert "gender" not in data


def test_a_draft_of_a_public_record_is_not_seen(reader: Reader) -> None:
    data = {**PUBLIC[0]["data"], "title": {"en": f"Draft {HIDDEN}"}}
    revise(actor=NODE, record_id="mangrove-nursery", data=data, language="en")
    journal.follow_to_end()
    assert reader.get("/records/mangrove-nursery/revisions/2").status_code == 404
    for address in ("/records/mangrove-nursery", "/records/mangrove-nursery/revisions", "/changes", "/dump", "/search"):
        assert HIDDEN not in body_of(reader.get(address)).decode()
    publish(actor=NODE, record_id="mangrove-nursery")
    assert reader.json("/records/mangrove-nursery")["revision"] == 2


def test_a_retired_record_is_gone_and_says_so(reader: Reader) -> None:
    assert reader.get("/records/retired").status_code == 410
    assert reader.match({"record": "retired"}).status_code == 410
    retire(actor=NODE, record_id="drone-survey")
    journal.follow_to_end()
    assert reader.get("/records/drone-survey").status_code == 410
    assert reader.json("/search")["total"] == len(PUBLIC) - 1
    assert reader.lines("/changes")[-1] | {"serial": 0, "at": ""} == {
        "serial": 0, "id": "drone-survey", "format": "technology", "verb": "retire", "revision": None, "gone": True,
        "at": "",
    }  # fmt: skip


def test_a_public_record_that_is_hidden_later_is_gone_without_its_content(reader: Reader, folder: Path) -> None:
    take_in([{**PUBLIC[1], "visibility": "private"}])
    assert reader.get("/records/drone-survey").status_code == 404
    lines = [line for line in reader.lines("/changes") if line["id"] == "drone-survey"]
    assert [(line["gone"], "record" in line) for line in lines] == [(True, False)]
    assert "drone-survey" not in {line["id"] for line in reader.lines("/dump")}
