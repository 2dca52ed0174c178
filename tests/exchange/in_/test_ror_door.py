"""ROR in, through its door: dumps of any size and shape, the API in pages, and entries that were withdrawn."""

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from landbridge.exchange.in_.door import BadSource, Checkpoint, Found
from landbridge.exchange.in_.sources.ror_door import Ror
from tests.exchange.in_.asking import Server, asked, proved, things
from tests.exchange.in_.test_ror import given
from tests.support import shared


def entry(number: int, **more: Any) -> dict[str, Any]:
    return given(id=f"https://ror.org/0{number:08}", **more)


def closed(status: str = "withdrawn") -> dict[str, Any]:
    relation = {"type": "successor", "id": "https://ror.org/000000002", "label": "The one after it"}
    return entry(1, status=status, relationships=[relation])


def shapes(entries: list[dict[str, Any]]) -> dict[str, bytes]:
    lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in entries).encode()
    array = json.dumps(entries, ensure_ascii=False, indent=4).encode()
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("v1.60-ror-data.json", json.dumps([{"id": "https://ror.org/1", "name": "Old"}]))
        archive.writestr("v1.60-ror-data_schema_v2.json", array)
    return {
        "dump.jsonl": lines,
        "dump.json": array,
        "dump.jsonl.gz": gzip.compress(lines),
        "dump.zip": memory.getvalue(),
    }


@pytest.mark.parametrize("name", ["dump.jsonl", "dump.json", "dump.jsonl.gz", "dump.zip"])
def test_every_shape_of_a_dump_is_read(name: str, tmp_path: Path) -> None:
    body = shapes([entry(number) for number in range(330)])[name]
    found = things(Ror(), body, folder=tmp_path, name=name)
    assert len(found) == 330 and {one.record_id for one in found} == {f"ror-0{number:08}" for number in range(330)}
    assert found[0].key == "https://ror.org/000000000" and found[0].facts["licence"] == "CC0 1.0"
    assert found[0].record and "id" not in found[0].record


def test_the_registry_itself_with_its_withdrawn_entries() -> None:
    with gzip.open(shared("ror-records", "ror-latest-v2.jsonl.gz")) as file:
        lines = [line for number, line in enumerate(file) if number % 40 == 0 or b'"status":"withdrawn"' in line]
    server = Server({".jsonl": b"".join(lines)})
    found = [one for one in asked(Ror(), server=server, address="https://x.example/d.jsonl") if isinstance(one, Found)]
    assert len(found) == len(lines) and not any(one.problem for one in found)
    withdrawn = [one for one in found if one.facts["status"] == "withdrawn"]
    assert len(withdrawn) == 71
    for one in withdrawn:
        said = proved(one)
        assert said["expires_on"] and "en" in said["summary"]
        after = [f"ror-{key.rpartition('/')[2]}" for key in one.facts.get("successors", [])]
        assert [reference["record"] for reference in said.get("related", [])] == after
    assert sum("successors" in one.facts for one in withdrawn) > 30


@pytest.mark.parametrize("status", ["withdrawn", "inactive"])
def test_who_came_after_is_named(status: str, tmp_path: Path) -> None:
    (one,) = things(Ror(), orjson.dumps(closed(status)), folder=tmp_path)
    assert proved(one)["related"][0]["record"] == "ror-000000002"
    assert one.facts["successors"] == ["https://ror.org/000000002"] and one.facts["status"] == status


def test_only_some_countries_and_one_bad_entry_stops_no_other(tmp_path: Path) -> None:
    fiji = [{"geonames_details": {"country_code": "FJ", "name": "Suva"}}]
    entries: list[Any] = [
        entry(1), entry(2, locations=fiji), {"id": "https://ror.org/1", "name": "Old"}, 5,
        entry(3, locations=fiji, names=[]), entry(4, locations=fiji, relationships=[{"id": 3}]),
        entry(5, locations=fiji),
    ]  # fmt: skip
    found = things(Ror(), json.dumps(entries).encode(), folder=tmp_path, countries="fj; ws")
    assert [one.record_id for one in found if not one.problem] == ["ror-000000002", "ror-000000005"]
    problems = [one.problem for one in found if one.problem]
    assert len(problems) == 4 and "schema v1" in problems[0] and "schema v2" in problems[2]


HOSTILE = {
    "nothing": b"", "a page": b"<html/>", "breaks off": b'[{"id": 1}, {"id"', "deep": b"[" * 100_000,
    "not UTF-8": b'[{"id": "\xe9"}]', "a damaged archive": b"PK\x03\x04" + bytes(50),
    "an endless object": b'[{"id": "' + b"x" * 6_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_none_ends_in_one_line(name: str, tmp_path: Path) -> None:
    try:
        found = things(Ror(), HOSTILE[name], folder=tmp_path)
    except BadSource as error:
        assert 15 < len(str(error)) < 400
    else:
        assert found and all(one.problem for one in found)


class Api:
    def __init__(self, total: int = 45) -> None:
        self.total = total
        self.server = Server({"v2/organizations": self._answer})

    def _answer(self, url: str) -> bytes:
        page = int(parse_qs(urlsplit(url).query)["page"][0])
        numbers = range((page - 1) * 20, min(page * 20, self.total))
        return orjson.dumps({"number_of_results": self.total, "items": [entry(number) for number in numbers]})

    def read(self, state: Any = None, **settings: Any) -> list[Any]:
        return asked(
            Ror(), server=self.server, address="https://api.ror.example/v2/organizations", state=state, **settings
        )


def test_the_api_page_by_page_and_then_what_changed() -> None:
    api = Api()
    read = api.read(client_id="me", countries="FJ")
    assert len([one for one in read if isinstance(one, Found)]) == 45 and len(api.server.asked) == 3
    assert read[-1] == Checkpoint({"since": "2026-05-30"}, done=True)
    assert api.server.headers[0]["Client-Id"] == "me" and "country_code%3AFJ" in api.server.asked[0]
    assert "all_status" in api.server.asked[0]
    again = api.read(read[-1].state)
    assert "2026-05-30+TO+%2A" in api.server.asked[-1] and not again[-1].done


def test_a_run_goes_on_with_the_next_country() -> None:
    api = Api(1)
    stops = [one for one in api.read(countries="FJ, WS") if isinstance(one, Checkpoint)]
    api.server.asked.clear()
    api.read(stops[0].state, countries="FJ, WS")
    assert len(api.server.asked) == 1 and "country_code%3AWS" in api.server.asked[0]


def test_more_than_the_api_gives_is_told() -> None:
    api = Api(25_000)
    api.server.pages = {"": orjson.dumps({"number_of_results": 25_000, "items": []})}
    assert "25000" in api.read()[0].problem


@pytest.mark.parametrize("body", [b"x", b"[]", b'{"items": 5}', (429, b"", {}), (500, b"", {})])
def test_an_api_that_is_none_ends_in_one_line(body: Any) -> None:
    with pytest.raises(BadSource):
        asked(Ror(), server=Server({"": body}), address="https://api.example/v2/organizations")
