"""The CBD's clearing-houses in: an index in pages, documents of each schema, and what such a service may do wrong."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from landbridge.exchange.in_.door import BadSource, Checkpoint, Found
from landbridge.exchange.in_.sources.cbd import SCHEMAS, Cbd
from landbridge.exchange.in_.sources.cbd_documents import fields, format_of
from landbridge.exchange.in_.sources.known import table
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import find
from tests.exchange.in_.asking import Server, asked, proved

REQUEST = {
    "header": {"schema": "bbiRequest", "identifier": "REQ-1", "languages": ["en", "fr"]},
    "title": {"en": "Corals that stand heat", "fr": "Des coraux résistants"},
    "description": {"en": "<p>Reefs bleach.</p><script>x()</script>"},
    "geographicTargets": [{"identifier": "fj"}, {"identifier": "atlantis", "customValue": {"en": "Atlantis"}}],
    "assistanceTypes": [{"identifier": "5B6177DD", "title": {"en": "Training"}}, {"identifier": "A1B2"}],
    "cbdSubjects": [{"identifier": "CBD-SUBJECT-MARINE"}],
    "gbfTargets": [{"identifier": "GBF-TARGET-02"}],
    "organization": {"identifier": "ORG-1"},
    "startDate": "2026-01-01", "endDate": "2027-01-01T00:00:00Z",
    "coFinancing": {"amount": 5000, "currency": {"identifier": "USD"}},
    "outcomes": [{"en": "Two nurseries"}],
    "contacts": [{"identifier": "PERSON-1", "firstName": "Some", "emails": ["some@body.example"]}],
    "relevantDocuments": [{"url": "https://reef.example/plan.pdf", "name": "Plan", "language": "en"}],
    "relevantInformation": [{"url": "javascript:alert(1)", "name": "Bad"}, {"url": "https://reef.example"}],
}  # fmt: skip
ORGANISATION = {
    "header": {"schema": "organization"}, "title": {"en": "Reef Institute"}, "acronym": {"en": "RI"},
    "organizationType": {"identifier": "x", "title": {"en": "Research institute"}}, "country": {"identifier": "fj"},
    "websites": [{"url": "https://reef.example", "name": "website"}], "emails": ["info@reef.example"],
}  # fmt: skip
INITIATIVE = {
    "header": {"schema": "capacityBuildingInitiative"}, "title": {"en": "Reef schools"},
    "description": {"en": "Teaching divers. " * 400}, "status": {"identifier": "s", "title": {"en": "Ongoing"}},
    "startEnd": {"start": "2025-01-01", "end": "2024-01-01"}, "totalBudget": {"amount": "lots"},
    "countryRegions": [{"identifier": "FJ"}], "partners": [{"identifier": "GONE-1"}],
}  # fmt: skip


def entry(schema: str, identifier: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": identifier, "identifier_s": identifier, "schema_s": schema, "realm_ss": ["chm"],
        "updatedDate_dt": f"2026-01-{1 + number // 24:02}T{number % 24:02}:00:00Z",
        "url_ss": [f"https://chm.cbd.int/database/record?documentID={identifier}"], **more,
    }  # fmt: skip


class Api:
    """The index and the documents, as far as the door knows them."""

    def __init__(self, *docs: Mapping[str, Any], documents: Mapping[str, Any] | None = None) -> None:
        self.docs, self.documents = list(docs), dict(documents or {})
        self.server = Server(
            {"index/select": self._select, "documents/": self._document, "thesaurus/terms": self._term}
        )

    def _select(self, url: str) -> bytes:
        asked_for = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        since = asked_for["q"].partition("updatedDate_dt:[")[2].partition(" TO")[0]
        found = sorted(
            (doc for doc in self.docs if doc["updatedDate_dt"] >= since), key=lambda doc: doc["updatedDate_dt"]
        )
        start = int(asked_for["start"])
        return orjson.dumps(
            {"response": {"numFound": len(found), "docs": found[start : start + int(asked_for["rows"])]}}
        )

    def _document(self, url: str) -> Any:
        body = self.documents.get(url.rpartition("/")[2])
        return (404, b"", {}) if body is None else body if isinstance(body, bytes) else orjson.dumps(body)

    def _term(self, url: str) -> Any:
        known = {"A1B2": {"identifier": "A1B2", "title": {"fr": "Assistance technique", "en": "Technical support"}}}
        term = known.get(url.rpartition("/")[2])
        return orjson.dumps(term) if term else (404, b"", {})

    def read(self, state: Mapping[str, Any] | None = None, **settings: Any) -> list[Found | Checkpoint]:
        return asked(Cbd(), server=self.server, address="https://api.example/api/v2013/", state=state, **settings)

    def found(self, **settings: Any) -> list[Found]:
        found = [one for one in self.read(**settings) if isinstance(one, Found)]
        for one in found:
            proved(one)
        return found


def test_a_request_becomes_a_need() -> None:
    api = Api(entry("bbiRequest", "REQ-1"), documents={"REQ-1": REQUEST, "ORG-1": ORGANISATION})
    (one,) = api.found()
    said = proved(one)
    assert one.record and one.record["format"] == "need" and one.key == "REQ-1"
    assert said["title"] == REQUEST["title"] and said["summary"] == {"en": "Reefs bleach."}
    assert said["places"] == ["FJI"] and said["themes"] == ["marine-coastal"] and said["targets"] == ["target-02"]
    assert said["support_types"] == ["training", "technical-support"], "the second by its name in the thesaurus"
    assert (
        said["requester"] == [{"name": "Reef Institute", "role": ""}]
        or said["requester"][0]["name"] == "Reef Institute"
    )
    assert said["period"] == {"start": "2026-01-01", "end": "2027-01-01"}
    assert said["cofinancing"]["amount"] == "5000.00" and said["results"] == [{"result": {"en": "Two nurseries"}}]
    assert [link["url"] for link in said["links"]] == ["https://reef.example", "https://reef.example/plan.pdf"]
    assert one.facts["not_mapped"] == {"places": ["atlantis Atlantis"]}
    assert "contacts" not in said and "some@body.example" not in str(one)
    assert one.address.endswith("REQ-1") and one.stated_at is not None


def test_organisations_and_initiatives() -> None:
    documents = {"O": ORGANISATION, "I": INITIATIVE}
    api = Api(entry("organization", "O"), entry("capacityBuildingInitiative", "I", 2), documents=documents)
    organisation, initiative = (proved(one) for one in api.found())
    assert organisation["organisation_types"] == ["research-institute"] and organisation["places"] == ["FJI"]
    assert "summary" not in organisation and "info@reef.example" not in str(organisation)
    assert initiative["status"] == "ongoing" and initiative["period"] == {"start": "2025-01-01"}
    assert len(initiative["summary"]["en"]) <= 3000 < len(initiative["description"]["en"])
    facts = api.found()[1].facts["not_mapped"]
    assert facts["partners"] == ["GONE-1"] and "lots" in facts["budget"][0]


def test_what_stands_in_the_index_only() -> None:
    meeting = entry(
        "meeting", "M", 1, title_t="COP 17", title_EN_t="COP 17", title_FR_t="CdP 17", title_ES_t="COP 17",
        symbol_s="COP-17",
        eventCountry_s="am", eventCity_t="Yerevan", startDate_dt="2026-10-19T00:00:00Z",
        endDate_dt="2026-10-30T00:00:00Z",
        themes_ss=["CBD-SUBJECT-ABS", "CBD-SUBJECT-NEW"],
    )  # fmt: skip
    decision = entry(
        "decision", "D", 2, title_t="Capacity-building", code_s="15/8", createdDate_dt="2022-12-19T00:00:00Z",
        file_en_s="https://www.cbd.int/doc/15-08-en.pdf", file_fr_s="https://www.cbd.int/doc/15-08-fr.pdf",
    )  # fmt: skip
    point = entry(
        "focalPoint", "F", 3, title_t="A. Person", government_s="fj", function_t="Director", organization_t="Ministry",
        ctgList_ss=["CHM-FP", "CBD-FP1", "CHM-IAC"], email_ss=["a@person.example"], telephone_s="123",
    )  # fmt: skip
    api = Api(meeting, decision, point, entry("notification", "N", 4, title_t="Call", symbol_s="2026-001"))
    found = api.found(schemas=list(SCHEMAS))
    said = {one.key: proved(one) for one in found}
    assert said["M"]["title"] == {"en": "COP 17", "fr": "CdP 17"}, "a copy of the English text is no translation"
    assert said["M"]["places"] == ["ARM"] and said["M"]["period"] == {"start": "2026-10-19", "end": "2026-10-30"}
    assert said["M"]["themes"] == ["access-benefit-sharing"] and found[0].facts["not_mapped"] == {
        "themes": ["CBD-SUBJECT-NEW"]
    }
    assert said["D"]["year"] == 2022 and said["D"]["resource_languages"] == ["en", "fr"]
    assert said["F/CHM-FP"]["party"] == "FJI" and said["F/CBD-FP1"]["focal_point_kind"] == "CBD-FP1"
    assert said["F/CHM-FP"]["person"] == "A. Person" and said["F/CHM-FP"]["institution"][0]["name"] == "Ministry"
    assert "a@person.example" not in str(found) and "123" not in str(found[2].record)
    assert found[2].facts["kinds"] == ["CHM-FP", "CBD-FP1", "CHM-IAC"] and said["N"]["identifier"] == "2026-001"


def test_pages_and_only_what_changed_since() -> None:
    docs = [entry("meeting", f"M{number}", number, title_t=f"Meeting {number}") for number in range(250)]
    docs.append(entry("meeting", "late", 249, title_t="Late"))
    api = Api(*docs)
    read = api.read(schemas=["meeting"])
    keys = [one.key for one in read if isinstance(one, Found)]
    assert len(keys) == len(set(keys)) == 251
    stops = [one for one in read if isinstance(one, Checkpoint)]
    assert [stop.done for stop in stops] == [False, False, True]
    assert stops[-1].state == {"since": docs[249]["updatedDate_dt"]}
    again = api.read(stops[-1].state, schemas=["meeting"])
    assert {one.key for one in again if isinstance(one, Found)} == {"M249", "late"}
    assert not again[-1].done, "a part of the index does not end what it does not name"  # type: ignore[union-attr]
    broken_off = api.read(stops[0].state, schemas=["meeting"])
    assert broken_off[-1].done and len(broken_off) < len(read)  # type: ignore[union-attr]


def test_a_record_that_changes_while_it_is_read_hides_no_other() -> None:
    docs = [entry("meeting", f"M{number}", number, title_t=f"Meeting {number}") for number in range(150)]
    api = Api(*docs)
    keys = set()
    for one in Cbd().read(_ask(api)):
        if isinstance(one, Found):
            keys.add(one.key)
        else:
            docs[3]["updatedDate_dt"] = "2026-05-01T00:00:00Z"
    assert keys == {f"M{number}" for number in range(150)}


def _ask(api: Api) -> Any:
    from landbridge.exchange.in_.door import Ask

    return Ask("https://api.example/api/v2013", {"schemas": ["meeting"]}, {}, api.server.get)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (None, "status 404"), (b"<html>", "JSON"), (b"[1]", "JSON object"), ({"header": {}}, "no title"),
        ({"title": {"en": 5}}, "no title"), ({"title": ["x", 3]}, ""), ({"title": "T\0itle", "gbfTargets": "x"}, ""),
        ({"title": {"xx-YYYY-!!": "T"}, "links": {"url": 5}, "contacts": 7, "startEnd": [1], "description": 9}, ""),
    ],
)  # fmt: skip
def test_one_bad_document_stops_no_other(body: Any, words: str) -> None:
    api = Api(entry("bbiRequest", "BAD"), entry("bbiRequest", "GOOD", 2), documents={"BAD": body, "GOOD": REQUEST})
    bad, good = api.found()
    assert words in bad.problem and not good.problem
    assert not words or bad.problem


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (b"{}", "response.docs"), (b"no", "JSON"), ((500, b"", {}), "status 500"), ((401, b"", {}), "key"),
        (orjson.dumps({"response": {"numFound": 10**9, "docs": [entry("meeting", "M", title_t="M")]}}), "same page"),
    ],
)  # fmt: skip
def test_an_index_that_is_none_ends_in_one_line(page: Any, words: str) -> None:
    with pytest.raises(BadSource, match=words):
        asked(Cbd(), server=Server({"index/select": page}), schemas=["meeting"])


def test_an_overloaded_service_is_left() -> None:
    api = Api(entry("bbiRequest", "A"))
    api.server.pages = {**api.server.pages, "documents/": (429, b"", {})}
    with pytest.raises(BadSource, match="429"):
        api.read()


def test_the_tables_name_what_there_is() -> None:
    for schema in SCHEMAS:
        name = format_of(schema)
        assert name in FORMATS and set(fields(schema)) <= set(questions(FORMATS[name]))
    for place in table("cbd_fields"):
        name, _, question = place.partition(".")
        assert name == "*" or question in questions(FORMATS[name]), place
    assert all(find(key) for keys in table("cbd_terms").values() for key in keys)
    assert {"geographicTargets", "assistanceTypes", "gbfTargets"} <= {
        n for ns in fields("bbiRequest").values() for n in ns
    }
