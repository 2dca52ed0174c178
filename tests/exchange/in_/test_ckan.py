"""CKAN in: datasets of a portal page by page, in the order of their changes, and what portals answer else."""

import json
import random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from landbridge.exchange.in_.door import BadSource, Checkpoint, Found
from landbridge.exchange.in_.sources import ckan
from landbridge.exchange.in_.sources.ckan import Ckan
from tests.exchange.in_.asking import Answer, Server, asked, proved
from tests.exchange.in_.test_oddities import odd

BASE = "https://open.example"
PACKAGE: dict[str, Any] = {
    "id": "p-1",
    "name": "corals",
    "title": "Corals of Fiji",
    "notes": "Where corals were <b>seen</b>.",
    "type": "dataset",
    "author": "Some Body",
    "author_email": "some@body.example",
    "maintainer": "Other Person",
    "license_id": "cc-by",
    "license_url": "http://www.opendefinition.org/licenses/cc-by",
    "organization": {"title": "Ministry of Fisheries", "name": "fisheries"},
    "state": "active",
    "tags": [{"display_name": "marine and coastal biodiversity"}, {"name": "corals"}],
    "groups": [{"title": "Oceans"}],
    "resources": [{"url": f"{BASE}/1.csv", "name": "Table", "format": "CSV"}, {"url": "javascript:x"}, 5],
    "extras": [
        {"key": "spatial", "value": '{"type": "Point", "coordinates": [178.4, -18.1]}'},
        {"key": "country", "value": "Fiji"},
        {"key": "doi", "value": "10.1234/abc"},
        {"key": "contact_email", "value": "some@body.example"},
        {"key": "update", "value": "yearly"},
    ],
    "metadata_created": "2020-01-02T00:00:00",
    "metadata_modified": "2026-02-03T04:05:06.123456",
}


class Portal:
    """A portal with so many datasets."""

    def __init__(self, *packages: Any, count: int | None = None) -> None:
        self.packages, self.count = list(packages), count
        self.server = Server({"/api/3/action/package_search": self._answer})

    def _answer(self, url: str) -> Answer:
        told = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        start, rows = int(told["start"]), int(told["rows"])
        since = told.get("fq", "").rpartition("metadata_modified:[")[2].partition("Z TO")[0]
        kept = [one for one in self.packages if not since or one["metadata_modified"] >= since]
        count = len(kept) if self.count is None else self.count
        said = {"success": True, "result": {"count": count, "results": kept[start : start + rows]}}
        return 200, orjson.dumps(said), {"content-type": "application/json"}

    def read(self, **named: Any) -> list[Found | Checkpoint]:
        return asked(Ckan(), server=self.server, address=named.pop("address", BASE), **named)


def found(said: list[Found | Checkpoint]) -> list[Found]:
    things = [one for one in said if isinstance(one, Found)]
    for one in things:
        proved(one)
    return things


def last(said: list[Found | Checkpoint]) -> Checkpoint:
    assert isinstance(said[-1], Checkpoint)
    return said[-1]


def many(count: int) -> list[dict[str, Any]]:
    return [
        {**PACKAGE, "id": f"p-{n}", "metadata_modified": f"2026-01-01T00:{n // 60:02}:{n % 60:02}.5"}
        for n in range(count)
    ]


def test_a_dataset_with_everything() -> None:
    said = Portal(PACKAGE).read()
    [one] = found(said)
    data = proved(one)
    assert one.key == "p-1" and one.address == f"{BASE}/dataset/corals" and one.stated_at and last(said).done
    assert data["title"] == {"en": "Corals of Fiji"} and data["summary"] == {"en": "Where corals were seen."}
    assert data["publishers"][0]["name"] == "Ministry of Fisheries" and data["authors"] == ["Some Body"]
    assert data["work_licence"] == "cc-by-4.0" and data["identifier"] == "10.1234/abc" and data["year"] == 2020
    assert data["places"] == ["FJI"] and data["point"]["longitude"] == 178.4 and data["themes"] == ["marine-coastal"]
    assert [link["url"] for link in data["links"]] == [f"{BASE}/dataset/corals", f"{BASE}/1.csv"]
    assert one.facts["extras"]["update"] == "yearly" and one.facts["groups"] == ["Oceans"]
    assert "some@body" not in str(one) and "Other Person" not in str(one)


def test_portals_in_several_languages() -> None:
    told = {"title_translated": {"fr": "Coraux", "en": "Corals", "zz-!!": ""}, "notes": {"fr": "Où"}, "type": "map"}
    [one] = found(Portal({**PACKAGE, **told}).read(language="fr"))
    data = proved(one)
    assert data["title"] == {"fr": "Coraux", "en": "Corals"} and data["summary"] == {"fr": "Où"}
    assert one.record and one.record["language"] == "fr" and data["resource_types"] == ["map"]


@pytest.mark.parametrize("address", [f"{BASE}/", f"{BASE}/api/3/action/package_search?rows=1", f"{BASE}/dataset"])
def test_any_address_of_the_portal_will_do(address: str) -> None:
    portal = Portal(PACKAGE)
    assert len(found(portal.read(address=address))) == 1
    assert portal.server.asked[0].startswith(
        f"{BASE}/api/3/action/package_search?rows=100&start=0&sort=metadata_modified"
    )


def test_pages_checkpoints_and_the_next_run() -> None:
    portal = Portal(*many(250))
    said = portal.read()
    assert len(found(said)) == 250 and last(said).done and len(portal.server.asked) == 3
    stops = [one for one in said if isinstance(one, Checkpoint)]
    assert [stop.state.get("start") for stop in stops] == [100, 200, None]
    onward = portal.read(state=stops[1].state)
    assert [one.key for one in found(onward)][:1] == ["p-200"] and last(onward).done
    state = last(said).state
    portal.packages.append({**PACKAGE, "id": "new", "metadata_modified": "2026-05-01T00:00:00"})
    portal.server.asked.clear()
    after = portal.read(state=state, only="organization:fisheries")
    assert [one.key for one in found(after)] == ["p-249", "new"] and not last(after).done
    assert "organization%3Afisheries%29+AND+%28metadata_modified" in portal.server.asked[0]
    assert last(after).state["since"] == "2026-05-01T00:00:00"
    late = portal.read(state={**state, "whole_at": "2026-01-01T00:00:00+00:00"})
    assert len(found(late)) == 251 and last(late).done, "after thirty days all is read, so that what is gone is noticed"


def test_what_was_deleted_is_gone_and_bad_datasets_stop_no_other() -> None:
    packages = [
        {**PACKAGE, "id": "gone", "state": "deleted"},
        5,
        None,
        {"title": "No id"},
        {"id": "empty", "title": " "},
        {
            "id": "odd",
            "title": "Odd",
            "notes": 5,
            "organization": "x",
            "tags": 7,
            "groups": [None],
            "resources": {"a": 1},
            "extras": [5, {"key": None, "value": {"a": []}}, {"key": "spatial", "value": '{"type": "Point"'}],
            "author": ["x"],
            "license_url": {},
            "metadata_modified": "soon",
            "language": ["a"],
            "type": None,
            "url": "ftp://x",
        },
        PACKAGE,
    ]
    things = found(Portal(*packages).read())
    assert things[0].gone and [bool(one.problem) for one in things[1:]] == [True, True, True, True, False, False]
    assert things[-2].title == "Odd"


def test_a_portal_that_gives_less_than_it_told_is_not_whole() -> None:
    said = Portal(*many(3), count=50).read()
    assert "told of 50 datasets and gave 3" in found(said)[-1].problem and not last(said).done


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((200, b"<html>", {}), "does not answer with JSON"),
        ((404, b"", {}), "status 404"),
        ((403, b"", {}), "ask for a key"),
        ((429, b"", {"retry-after": "9"}), "come back after 9 seconds"),
        ((200, b"[]", {}), "refuses"),
        ((409, b'{"success": false, "error": {"message": "Search error\\n: bad fq"}}', {}), "Search error : bad fq"),
        ((200, b'{"success": true, "result": {"count": "1", "results": []}}', {}), "holds no datasets"),
        ((200, b"[" * 100_000, {}), "does not answer with JSON"),
        ((200, b'{"success": true, "result": 5}', {}), "refuses"),
    ],
)
def test_portals_that_cannot_end_in_one_line(answer: Answer, problem: str) -> None:
    with pytest.raises(BadSource, match=problem):
        asked(Ckan(), server=Server({BASE: answer}), address=BASE)


def test_an_endless_portal_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ckan, "MOST", 300)
    endless = {"success": True, "result": {"count": 10**12, "results": many(100)}}
    with pytest.raises(BadSource, match="more than 300"):
        asked(Ckan(), server=Server({BASE: (200, orjson.dumps(endless), {})}), address=BASE)


def test_anything_in_any_place_stops_nothing() -> None:
    for seed in range(150):
        thing = odd(PACKAGE, random.Random(seed))
        said = {"success": True, "result": {"count": 1, "results": [thing]}}
        found(asked(Ckan(), server=Server({BASE: (200, json.dumps(said).encode(), {})}), address=BASE))
