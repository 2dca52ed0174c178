"""Records in the CBD's own formats: what the door in reads of them is what the record says."""

from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.test import Client

from landbridge.exchange.in_.sources.cbd_documents import document as read
from landbridge.exchange.in_.sources.cbd_terms import Names
from landbridge.exchange.out.cbd.documents import FORMATS_OF, document, fields, holds, schemas_of
from landbridge.exchange.out.linked import addresses
from landbridge.formats.fields import Group, Link, Organisation, Period, Text
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import validate
from landbridge.registry.queries import RecordView
from tests.exchange.linked.examples import every
from tests.exchange.partners.records import SECRET, line, publish
from tests.support import record

NOBODY = Names(lambda where: None)
READ = [schema for schema in FORMATS_OF if schema != "caseStudy"]


PROVIDER = record(
    "provider", "organisation", support_types=["training"], free_services={"en": "Advice"}, places=["FJI"],
    paid_services={"fr": "Cours"}, track_record={"en": "Ten years."}, organisation_types=["research-institute"],
)  # fmt: skip


def pairs() -> list[tuple[str, RecordView]]:
    return [
        (schema, view) for view in (*every(), PROVIDER) for schema in schemas_of(view.format)
        if schema in READ and view.format != "expert" and holds(schema, view)
    ]  # fmt: skip


def bare(question: Any, answer: Any, name: str) -> Any:
    """An answer as far as a document of the CBD can hold it."""
    if isinstance(question, Organisation):
        return [one.get("name") for one in answer if one.get("name")]
    if isinstance(question, Link):
        return [one["url"] for one in answer]
    if isinstance(question, Group):
        return [one["result"] for one in answer]
    if isinstance(question, Period):
        return {part: day for part, day in answer.items() if day and (part == "end" or name != "application_period")}
    if isinstance(question, Text):
        return {tag: " ".join(text.split()) for tag, text in answer.items()}
    if isinstance(answer, dict):
        return {"amount": Decimal(answer["amount"]), "currency": answer["currency"]}
    return answer


def test_what_goes_out_comes_in_again_as_the_same_answers() -> None:
    seen: dict[str, set[str]] = {}
    for schema, view in pairs():
        made = orjson.loads(orjson.dumps(document(view, schema, {})))
        assert made["header"] == {"identifier": view.id, "schema": schema, "languages": sorted(view.data["title"])}
        said, facts = read(schema, made, NOBODY, "test")
        again = validate(said["format"], said["data"], said["language"])
        told = addresses.told(view)
        assert not facts["not_mapped"], (view.id, facts)
        for name in set(fields(schema, view.format)) & set(told) - {"files"}:
            question = questions(FORMATS[view.format])[name]
            if expected := bare(question, told[name], name):
                found = bare(question, again[name], name)
                # Attachments come in as links, after those that were links.
                assert (found[: len(expected)] if name == "links" else found) == expected, (schema, view.id, name)
                seen.setdefault(schema, set()).add(name)
    assert set(seen) == set(READ)
    assert {"objective", "support_types", "period", "cofinancing", "requester", "results"} <= seen["bbiRequest"]
    assert {"providers", "eligibility", "application_period", "target_groups"} <= seen["bbiOpportunity"]
    assert {"free_services", "support_types", "track_record"} <= seen["bbiProfile"]
    assert {"budget", "funders", "period", "status"} <= seen["capacityBuildingInitiative"]
    assert {"authors", "year", "resource_languages"} <= seen["resource"]


def test_codes_are_those_of_the_convention() -> None:
    need = record("n", "need", places=["FJI", "009"], themes=["marine-coastal"], targets=["target-03"], owner="FJI")
    made = document(need, "bbiRequest", {})
    assert made["geographicTargets"][0] == {"identifier": "fj"} and made["government"] == {"identifier": "fj"}
    assert made["geographicTargets"][1]["customValue"]["fr"] == "Océanie"
    assert made["cbdSubjects"] == [{"identifier": "CBD-SUBJECT-MARINE"}]
    assert made["gbfTargets"] == [{"identifier": "GBF-TARGET-03"}]


def test_what_is_private_stays_here() -> None:
    need = record(
        "n", "need", anonymous=True, requester=[{"name": "Nobody Knows"}], situation="Secret place",
        withheld=["situation"], contacts=[{"name": "Desk", "email": "desk@reef.example"}],
    )  # fmt: skip
    text = orjson.dumps(document(need, "bbiRequest", {})).decode()
    assert "Nobody Knows" not in text and "Secret place" not in text and "desk@reef.example" not in text


def test_no_two_questions_share_a_field() -> None:
    for schema, formats in FORMATS_OF.items():
        for format in formats:
            names = list(fields(schema, format).values())
            assert len(names) == len(set(names)) > 4, (schema, format)


@pytest.mark.once
@pytest.mark.django_db
class TestAddresses:
    @pytest.fixture(autouse=True)
    def records(self) -> None:
        needs = (line(f"need-{number}", "need") for number in range(4))
        publish(*needs, line("provider", "organisation", support_types=["training"]))

    def test_one_record(self, client: Client) -> None:
        answer = client.get("/records/golden-organisation/cbd.json")
        assert answer.status_code == 200 and answer.json()["header"]["schema"] == "organization"
        assert answer["Access-Control-Allow-Origin"] == "*" and not answer.cookies
        profile = client.get("/records/provider/cbd.json?schema=bbiProfile").json()
        assert profile["header"]["schema"] == "bbiProfile" and "services" in profile
        for address, status, words in (
            ("golden-technology/cbd.json", 404, "no format"), ("hidden-need/cbd.json", 404, "no record"),
            ("gone-need/cbd.json", 410, "withdrawn"), ("no-such/cbd.json", 404, "no record"),
            ("golden-need/cbd.json?schema=organization", 404, "bbiRequest"), ("%00/cbd.json", 404, ""),
        ):  # fmt: skip
            refused = client.get(f"/records/{address}")
            assert refused.status_code == status and words in refused.content.decode(), address
            assert SECRET not in refused.content.decode()

    def test_pages_hold_every_document_once_and_nothing_private(self, client: Client) -> None:
        address, found = "/cbd/bbiRequest.json?limit=2", []
        while address:
            body = client.get(address).json()
            found += [one["header"]["identifier"] for one in body["documents"]]
            address = body.get("next", "").removeprefix("http://127.0.0.1:8000")
        assert found == ["golden-need", "need-0", "need-1", "need-2", "need-3"]
        for schema in FORMATS_OF:
            text = client.get(f"/cbd/{schema}.json").content.decode()
            assert "golden-" in text and SECRET not in text

    def test_only_what_changed_since(self, client: Client) -> None:
        assert client.get("/cbd/bbiRequest.json?updated-since=2020-01-01").json()["documents"]
        assert not client.get("/cbd/bbiRequest.json?updated-since=2100-01-01T00:00:00Z").json()["documents"]

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=x",
            "after=%00",
            "updated-since=soon",
            "junk=1",
            "updated-since=0001-01-01T00:00:00%2B23:00",
        ],
    )
    def test_junk_is_refused_in_one_sentence(self, client: Client, query: str) -> None:
        answer = client.get(f"/cbd/bbiRequest.json?{query}")
        assert answer.status_code == 400 and answer.json()["error"].endswith((".", "Z."))
        assert client.get("/cbd/nothing.json").status_code == 404
