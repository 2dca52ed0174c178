"""Paging by cursors: every record once, whatever is written meanwhile; cursors of strangers are refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.registry.actions import NODE, retire
from landbridge.web.api import cursors
from tests.api.small import PUBLIC, Reader, publish

pytestmark = pytest.mark.usefixtures("node")
IDS = sorted(record["id"] for record in PUBLIC)


def pages(reader: Reader, path: str, name: str, **parameters: Any) -> list[list[str]]:
    """The ids of each page, to the last."""
    found, cursor = [], ""
    while True:
        page = reader.json(path, cursor=cursor, **parameters)
        found.append([one["id"] for one in page[name]])
        if page["next"] is None:
            return found
        cursor = page["next"]


@pytest.mark.parametrize("limit", [1, 2, 3, len(PUBLIC) - 1, len(PUBLIC), len(PUBLIC) + 1, 500])
def test_the_list_gives_every_record_once_in_order(reader: Reader, limit: int) -> None:
    found = pages(reader, "/records", "records", limit=limit)
    assert [one for page in found for one in page] == IDS
    assert all(len(page) == limit for page in found[:-1])
    assert found[-1]


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
@pytest.mark.parametrize("more", [{}, {"sort": "newest"}, {"sort": "title"}, {"q": "mangrove"}])
def test_the_search_gives_every_result_once(reader: Reader, limit: int, more: dict[str, str]) -> None:
    total = reader.json("/search", **more)["total"]
    found = [one for page in pages(reader, "/search", "hits", limit=limit, **more) for one in page]
    assert len(found) == len(set(found)) == total


@pytest.mark.parametrize(("place", "there"), [
    ("KEN", {"mangrove-nursery", "mangrove-need", "expert-amina"}),
    ("Kenya", {"mangrove-nursery", "mangrove-need", "expert-amina"}),
    ("Africa", {"mangrove-nursery", "mangrove-need", "expert-amina", "drone-survey", "oasis-ar"}),
    ("world", set(IDS)), ("CHN,MEX", {"satellite-zh", "water-hyacinth"}), ("FRA", set()),
])  # fmt: skip
@pytest.mark.parametrize("limit", [1, 3, 500])
def test_the_list_of_a_place_is_complete(reader: Reader, place: str, there: set[str], limit: int) -> None:
    found = [one for page in pages(reader, "/records", "records", place=place, limit=limit) for one in page]
    assert found == sorted(there)


def test_a_place_in_a_long_list_is_looked_for_over_several_pages(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landbridge.web.api.records.MOST_SCANNED", 2)
    found = pages(reader, "/records", "records", place="CHN", limit=10)
    assert [one for page in found for one in page] == ["satellite-zh"]
    assert len(found) > 2


def test_pages_are_not_shifted_by_what_is_written_meanwhile(reader: Reader) -> None:
    first = reader.json("/records", limit=3)
    publish([{**PUBLIC[0], "id": "aaa"}, {**PUBLIC[0], "id": "zzz"}])
    retire(actor=NODE, record_id=IDS[0])
    rest = reader.json("/records", cursor=first["next"], limit=500)
    assert [one["id"] for one in rest["records"]] == [*IDS[3:], "zzz"]


def test_only_what_changed_since(reader: Reader) -> None:
    before = reader.json("/records")["records"][0]["updated_at"]
    assert len(reader.json("/records", changed_since=before)["records"]) == len(PUBLIC)
    publish([{**PUBLIC[1], "data": {**PUBLIC[1]["data"], "title": {"fr": "Autre relevé"}}}])
    changed = reader.json("/records/drone-survey")["updated_at"]
    assert [one["id"] for one in reader.json("/records", changed_since=changed)["records"]] == ["drone-survey"]
    assert reader.json("/records", changed_since="2999-01-01")["records"] == []


def test_the_types_of_the_list(reader: Reader) -> None:
    found = pages(reader, "/records", "records", type="technology,need", limit=2)
    assert [one for page in found for one in page] == [
        "drone-survey",
        "mangrove-need",
        "mangrove-nursery",
        "satellite-zh",
    ]


def test_changes_can_be_followed_to_the_end_and_on(reader: Reader) -> None:
    whole = reader.lines("/changes")
    seen, address = [], "/api/v1/changes?since=0&limit=3"
    for _ in range(20):
        response = reader.client.get(address)
        seen.extend(response.content.splitlines())
        following = response["Link"].removeprefix("<").split(">")[0]
        assert 'rel="next"' in response["Link"]
        following = following[following.index("/api/") :]
        if following == address:
            break
        address = following
    assert len(seen) == len(whole)
    publish([{**PUBLIC[0], "id": "newcomer"}])
    assert [one["id"] for one in reader.lines(address.removeprefix("/api/v1"))] == ["newcomer"]


def test_the_dump_leads_to_the_changes_after_it(reader: Reader) -> None:
    address = reader.get("/dump")["Link"].removeprefix("<").split(">")[0]
    address = address[address.index("/changes") :]
    assert reader.lines(address) == []
    publish([{**PUBLIC[0], "id": "newcomer"}])
    assert [one["id"] for one in reader.lines(address)] == ["newcomer"]


@given(kind=st.sampled_from(["records", "other"]), last=st.text(max_size=80).filter(lambda text: text.isprintable()))
def test_a_cursor_gives_back_what_it_was_made_of(kind: str, last: str) -> None:
    assert cursors.decode(kind, cursors.encode(kind, last)) == last


@given(cursor=st.text(max_size=60) | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")))
def test_no_other_text_is_a_cursor(cursor: str) -> None:
    try:
        last = cursors.decode("records", cursor)
    except cursors.BadCursor:
        return
    assert cursors.encode("records", last) == cursor


def test_a_cursor_of_another_list_is_refused(reader: Reader) -> None:
    assert reader.get("/records", {"cursor": cursors.encode("other", "x")}).status_code == 422
    for never_an_id in ("\x00", "a\x00b", "x" * 101, "a b"):
        assert reader.get("/records", {"cursor": cursors.encode("records", never_an_id)}).status_code == 422
    search_cursor = reader.json("/search", limit=1)["next"]
    assert reader.get("/records", {"cursor": search_cursor}).status_code == 422
