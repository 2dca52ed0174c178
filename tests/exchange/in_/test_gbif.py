"""GBIF in: organisations, nodes and datasets of its registry, page by page."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from landbridge.exchange.in_.door import BadSource, Checkpoint, Found
from landbridge.exchange.in_.sources.gbif import Gbif
from landbridge.exchange.in_.sources.known import language, licence
from tests.exchange.in_.asking import Server, asked, proved

PUBLISHER = "7ce8aef0-9e92-11dc-8738-b8a03c50a862"
ORGANISATION: dict[str, Any] = {
    "key": PUBLISHER, "title": "Herbario de la Costa", "description": "<p>Plantas.</p><p>Semillas.</p>",
    "language": "spa", "abbreviation": "HC", "email": ["someone@herbario.example"],
    "homepage": ["https://herbario.example", "javascript:x"],
    "city": "Suva", "country": "FJ", "latitude": -18.1, "longitude": 178.4, "numPublishedDatasets": 3,
    "modified": "2026-02-03T04:05:06.000+00:00", "contacts": [{"firstName": "Some", "lastName": "Body"}],
}  # fmt: skip
NODE = {"key": "node-1", "title": "GBIF Fiji", "country": "FJ", "type": "COUNTRY", "participationStatus": "VOTING"}
DATASET: dict[str, Any] = {
    "key": "dataset-1", "title": "Corals of Fiji", "description": "Where corals were seen.", "language": "eng",
    "type": "OCCURRENCE", "doi": "10.15468/abc", "license": "http://creativecommons.org/licenses/by/4.0/legalcode",
    "publishingOrganizationKey": PUBLISHER, "pubDate": "2024-01-02T00:00:00", "homepage": "https://corals.example",
    "created": "2020-01-01",
}  # fmt: skip


class Api:
    def __init__(self, **kinds: list[Any]) -> None:
        self.kinds = kinds
        self.server = Server({"/v1/": self._answer})

    def _answer(self, url: str) -> Any:
        parts = urlsplit(url)
        name = parts.path.rpartition("/")[2]
        if name == PUBLISHER:
            return orjson.dumps(ORGANISATION)
        if name not in self.kinds:
            return 404, b"", {}
        asked_for = {key: int(values[0]) for key, values in parse_qs(parts.query).items() if key != "country"}
        some = self.kinds[name][asked_for["offset"] :][: asked_for["limit"]]
        ended = asked_for["offset"] + len(some) >= len(self.kinds[name])
        return orjson.dumps({"offset": asked_for["offset"], "endOfRecords": ended, "results": some})

    def read(self, state: Any = None, **settings: Any) -> list[Any]:
        settings.setdefault("kinds", list(self.kinds))
        return asked(Gbif(), server=self.server, address="https://api.gbif.example/v1", state=state, **settings)

    def found(self, **settings: Any) -> dict[str, Found]:
        found = [one for one in self.read(**settings) if isinstance(one, Found)]
        for one in found:
            proved(one)
        return {one.key: one for one in found}


def test_an_organisation_a_node_and_a_dataset() -> None:
    found = Api(organization=[ORGANISATION], node=[NODE], dataset=[DATASET]).found()
    said = {key: proved(one) for key, one in found.items()}
    organisation = said[PUBLISHER]
    assert organisation["title"] == {"es": "Herbario de la Costa"} and organisation["places"] == ["FJI"]
    assert organisation["summary"]["es"].split() == ["Plantas.", "Semillas."]
    assert [link["url"] for link in organisation["links"]] == ["https://herbario.example"]
    assert "Body" not in str(found) and "someone@" not in str(found)
    assert found[PUBLISHER].address == f"https://www.gbif.org/publisher/{PUBLISHER}" and found[PUBLISHER].stated_at
    assert said["node-1"]["organisation_types"] == ["clearing-house"]
    dataset = said["dataset-1"]
    assert dataset["publishers"][0]["name"] == "Herbario de la Costa" and dataset["year"] == 2024
    assert dataset["work_licence"] == "cc-by-4.0" and dataset["resource_languages"] == ["en"]
    assert dataset["identifier"] == "10.15468/abc" and found["dataset-1"].facts["license"].startswith("http")


def test_what_was_deleted_is_gone_and_bad_entries_stop_no_other() -> None:
    entries = [
        {**ORGANISATION, "key": "gone", "deleted": "2026-01-01T00:00:00.000+00:00"}, 5, {"title": "No key"},
        {"key": "empty", "title": " "}, {"key": "odd", "title": "Odd", "homepage": {"a": 1}, "latitude": "north",
         "country": 5, "description": 7, "city": ["x"], "language": "xx-!!", "modified": "soon"}, ORGANISATION,
    ]  # fmt: skip
    found = Api(organization=entries).found()
    assert found["gone"].gone and not found["odd"].problem and not found[PUBLISHER].problem
    assert {key for key, one in found.items() if one.problem} == {"organization 2", "organization 3", "empty"}


def test_pages_and_going_on() -> None:
    api = Api(organization=[{**ORGANISATION, "key": f"o{number}"} for number in range(230)], node=[NODE])
    read = api.read()
    stops = [one for one in read if isinstance(one, Checkpoint)]
    assert [stop.state.get("offset") for stop in stops] == [100, 200, None] and stops[-1].done
    rest = [one.key for one in api.read(stops[1].state) if isinstance(one, Found)]
    assert rest[0] == "o200" and len(rest) == 31


def test_only_one_country() -> None:
    api = Api(organization=[ORGANISATION], node=[NODE, {**NODE, "key": "node-2", "country": "WS"}])
    assert set(api.found(country="fj")) == {PUBLISHER, "node-1"}
    assert "country=FJ" in api.server.asked[0]


@pytest.mark.parametrize("body", [b"x", b"[]", b'{"results": 5}', (503, b"", {}), (404, b"", {})])
def test_a_registry_that_is_none_ends_in_one_line(body: Any) -> None:
    with pytest.raises(BadSource) as caught:
        asked(Gbif(), server=Server({"": body}), address="https://api.gbif.example/v1")
    assert len(str(caught.value)) > 20


def test_licences_and_languages_however_they_are_written() -> None:
    assert licence("https://creativecommons.org/licenses/by-nc/4.0") == "cc-by-nc-4.0"
    assert licence("http://creativecommons.org/publicdomain/zero/1.0/legalcode") == "cc0" and licence("x") is None
    assert (language("fra"), language("pt_br"), language("EN"), language("english")) == ("fr", "pt-BR", "en", "")
