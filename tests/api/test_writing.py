"""Writing through the API: from a draft to a published record and on, and what stands in the way."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from landbridge.parties import tokens
from landbridge.parties.models import Party
from landbridge.registry.actions import NODE, draft, endorse, publish
from landbridge.registry.models import Change, Record, Revision
from landbridge.registry.queries import latest
from landbridge.registry.rules import OPERATOR
from landbridge.registry.workflow import State, Verb
from tests.api.small import Reader
from tests.api.writer import DATA, Program, told
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("node")
Of = Callable[..., Program]


def test_from_a_draft_to_a_published_record(cast: Cast, program: Of, reader: Reader) -> None:
    priya, malia = program(cast.priya.account), program(cast.malia.account)
    made = malia.post("/records", {"format": "technology", "data": DATA, "owner": "navakavu", "language": "en"})
    record = told(made, 201)
    address = f"/records/{record['id']}"
    assert made["Location"] == f"http://127.0.0.1:8000/api/v1{address}"
    assert (record["state"], record["revision"], record["published"]) == ("draft", 1, None)
    assert record["possible"] == ["revise", "submit", "publish", "retire", "comments"]
    assert reader.get(address).status_code == priya.get(address).status_code == 404
    assert malia.get(address).status_code == 200

    revised = malia.revise(record["id"], made["ETag"], {**DATA, "trl": "trl-7"}, note="Level added")
    assert told(revised)["revision"] == 2
    assert revised["ETag"] != made["ETag"]
    told(malia.post(f"{address}/submit", {"note": "Please look"}))
    told(malia.post(f"{address}/return", {"note": "One word is missing"}))
    told(malia.post(f"{address}/submit"))
    shown = told(malia.post(f"{address}/publish"))
    assert (shown["state"], shown["published"], shown["visibility"]) == ("published", 2, "public")
    assert reader.json(address)["data"]["trl"] == "trl-7"
    told(malia.post(f"{address}/confirm"))
    told(malia.post(f"{address}/retire", {"note": "Out of date"}))
    assert reader.get(address).status_code == 410
    assert told(malia.post(f"{address}/restore"))["state"] == "published"
    assert reader.get(address).status_code == 200
    journal = list(Change.objects.filter(record_id=record["id"]).order_by("serial").values_list("verb", "note"))
    assert [verb for verb, _ in journal] == [
        "draft", "revise", "submit", "return", "submit", "publish", "confirm", "retire", "restore"
    ]  # fmt: skip
    assert dict(journal)["return"] == "One word is missing"
    assert Change.objects.filter(record_id=record["id"], actor=cast.malia.account).count() == len(journal)


def test_a_submitted_record_can_be_withdrawn(cast: Cast, program: Of) -> None:
    priya = program(cast.priya.account)
    record = priya.create(owner="reef-institute")
    told(priya.post(f"/records/{record['id']}/submit"))
    assert told(priya.post(f"/records/{record['id']}/withdraw"))["state"] == "draft"


def test_a_publication_can_be_taken_back(cast: Cast, program: Of, reader: Reader) -> None:
    """Readers see what they saw before it: the first revision after one, nothing after another."""
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu")
    address = f"/records/{record['id']}"
    told(malia.post(f"{address}/take_back"), 409)
    told(malia.post(f"{address}/publish"))
    told(malia.revise(record["id"], "*", {**DATA, "title": {"en": "Too early"}}))
    assert "take_back" in told(malia.post(f"{address}/publish"))["possible"]
    told(program(cast.malia.account, "read", "retire").post(f"{address}/take_back"), 403)
    back = told(malia.post(f"{address}/take_back", {"note": "Too early"}, Idempotency_Key="once"))
    assert back == told(malia.post(f"{address}/take_back", {"note": "Too early"}, Idempotency_Key="once"))
    assert (back["state"], back["revision"], back["published"]) == ("submitted", 2, 1)
    assert reader.json(address)["data"]["title"] == DATA["title"]
    assert Change.objects.filter(record_id=record["id"]).latest("serial").note == "Too early"
    told(malia.post(f"{address}/publish"))
    told(malia.post(f"{address}/take_back"))
    other = malia.create(owner="navakavu")
    told(malia.post(f"/records/{other['id']}/publish"))
    assert told(malia.post(f"/records/{other['id']}/take_back"))["published"] is None
    assert reader.get(f"/records/{other['id']}").status_code == 404


def test_without_an_owner_a_record_is_ones_own(cast: Cast, program: Of) -> None:
    record = program(cast.sven.account).create("need")
    assert record["owner"] is None
    assert Record.objects.get(pk=record["id"]).author == cast.sven.account
    assert "publish" not in record["possible"]


def test_records_of_a_party_to_the_convention_go_its_way(cast: Cast, program: Of) -> None:
    losa = program(cast.losa.account)
    assert Record.objects.get(pk=losa.create("need", owner="FJI")["id"]).workflow == "national"
    assert Record.objects.get(pk=losa.create("need")["id"]).workflow == "reference"


def test_what_is_possible_follows_from_state_rights_and_key(cast: Cast, program: Of) -> None:
    record = program(cast.malia.account).create(owner="navakavu")
    narrow = program(cast.malia.account, "read", "submit")
    assert told(narrow.get(f"/records/{record['id']}/latest"))["possible"] == ["submit"]
    assert told(narrow.post(f"/records/{record['id']}/submit"))["possible"] == ["withdraw"]
    told(program(cast.malia.account).post(f"/records/{record['id']}/publish"))
    endorsing = told(program(cast.losa.account).post(f"/records/{record['id']}/endorse"))
    assert endorsing["possible"] == ["endorse", "unendorse"]


# Revisions


def test_a_revision_names_the_one_that_it_follows(cast: Cast, program: Of) -> None:
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu")
    body = told(malia.revise(record["id"], None), 428)
    assert body["type"] == "urn:landbridge:problem:no-revision"
    first = malia.get(f"/records/{record['id']}/latest")["ETag"]
    assert told(malia.revise(record["id"], first))["revision"] == 2
    stale = told(malia.revise(record["id"], first), 412)
    assert stale["revision"] == 2
    assert Record.objects.get(pk=record["id"]).latest == 2
    second = malia.get(f"/records/{record['id']}/latest")["ETag"]
    assert told(malia.revise(record["id"], f'"nothing", W/{second}'))["revision"] == 3
    assert told(malia.revise(record["id"], "*"))["revision"] == 4


@pytest.mark.parametrize("given", ['"1"', "1", "", '"99.00000000.0000000000000000"', "x" * 9000, '"\xff"', "W/", ",,,"])
def test_tags_that_are_none_of_ours_are_stale(cast: Cast, program: Of, given: str) -> None:
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu")
    told(malia.revise(record["id"], given), 412)


def test_the_tag_of_another_record_does_not_fit(cast: Cast, program: Of) -> None:
    malia = program(cast.malia.account)
    one, other = malia.create(owner="navakavu"), malia.create(owner="navakavu")
    told(malia.revise(one["id"], malia.get(f"/records/{other['id']}/latest")["ETag"]), 412)


def test_a_tag_still_fits_when_only_the_state_has_changed(cast: Cast, program: Of) -> None:
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu")
    before = malia.get(f"/records/{record['id']}/latest")["ETag"]
    told(malia.post(f"/records/{record['id']}/publish"))
    after = malia.get(f"/records/{record['id']}/latest", If_None_Match=before)
    assert (after.status_code, after["ETag"] != before) == (200, True)
    assert told(malia.revise(record["id"], before))["state"] == "draft"


def test_what_was_read_can_be_sent_back_and_nothing_is_lost(cast: Cast, program: Of) -> None:
    """The latest revision has all answers, also those for statistics only; what is left out is gone."""
    data = {"title": {"en": "Ana"}, "summary": {"en": "Knows seagrass."}, "gender": "female"}
    malia = program(cast.malia.account)
    record = malia.create("expert", data, owner="navakavu")
    read = malia.get(f"/records/{record['id']}/latest")
    body = told(read)
    assert body["data"]["gender"]
    sent = {name: body[name] for name in ("format", "id", "language", "data")}
    told(malia.send("PUT", f"/records/{record['id']}", sent, If_Match=read["ETag"]))
    assert latest(record["id"], OPERATOR).data == body["data"]


def test_format_and_id_cannot_be_changed(cast: Cast, program: Of) -> None:
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu")
    for more, field in (({"format": "need"}, "format"), ({"id": "other"}, "id")):
        body = told(malia.revise(record["id"], "*", **more), 422)
        assert [error["field"] for error in body["errors"]] == [field]


def test_readers_see_the_published_revision_until_the_new_one_is(cast: Cast, program: Of, reader: Reader) -> None:
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu")
    told(malia.post(f"/records/{record['id']}/publish"))
    told(malia.revise(record["id"], "*", {**DATA, "title": {"en": "Another title"}}))
    assert reader.json(f"/records/{record['id']}")["data"]["title"] == DATA["title"]
    assert told(malia.get(f"/records/{record['id']}/latest"))["data"]["title"] == {"en": "Another title"}
    assert reader.get(f"/records/{record['id']}/latest").status_code == 401


# What stands in the way


@pytest.mark.parametrize(("body", "field"), [
    ({}, "format"), ({"format": "need"}, "data"), ({"format": "song", "data": {}}, "format"),
    ({"format": "need", "data": []}, "data"), ({"format": "need", "data": {}}, "data.title"),
    ({"format": "need", "data": DATA, "language": "klingon"}, "language"),
    ({"format": "need", "data": DATA, "visibility": "secret"}, "visibility"),
    ({"format": "need", "data": DATA, "owner": ""}, "owner"), ({"format": "need", "data": DATA, "owner": 7}, "owner"),
    ({"format": "need", "data": DATA, "note": "x" * 501}, "note"),
    ({"format": "need", "data": DATA, "note": "\x00"}, "note"), ([], ""), ("x", ""), (None, ""),
    ({"format": "need", "data": {**DATA, "colour": "red"}}, "data.colour"),
    ({"format": "need", "data": {**DATA, "places": ["Atlantis"]}}, "data.places"),
])  # fmt: skip
def test_a_record_that_cannot_be(cast: Cast, program: Of, body: Any, field: str) -> None:
    losa = program(cast.losa.account)
    answer = told(losa.post("/records", b"null" if body is None else body), 422)
    assert field in {error["field"] for error in answer["errors"]}, answer
    assert not Record.objects.filter(author=cast.losa.account).exists()


def test_an_error_names_field_and_language(cast: Cast, program: Of) -> None:
    data = {**DATA, "title": {"en": "fine", "fr": "x" * 900}}
    answer = told(program(cast.losa.account).post("/records", {"format": "need", "data": data}), 422)
    assert [(error["field"], error["language"]) for error in answer["errors"]] == [("data.title", "fr")]


def test_a_party_that_is_not_there(cast: Cast, program: Of) -> None:
    """Told to who may write for all of them; for all others it is not theirs, there or not."""
    body = {"format": "need", "data": DATA, "owner": "atlantis"}
    answer = told(program(cast.henri.account).post("/records", body), 422)
    assert answer["errors"][0]["field"] == "owner"
    forbidden = told(program(cast.sven.account).post("/records", body), 403)
    assert forbidden["detail"] == told(
        program(cast.sven.account).post("/records", {**body, "owner": "FJI"}), 403
    )["detail"]  # fmt: skip


def test_traditional_knowledge_is_not_published_without_consent(cast: Cast, program: Of) -> None:
    malia = program(cast.malia.account)
    record = malia.create(data={**DATA, "traditional_knowledge": True}, owner="navakavu")
    answer = told(malia.post(f"/records/{record['id']}/publish"), 422)
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [
        ("data.consent_reference", "consent_missing")
    ]
    assert Record.objects.get(pk=record["id"]).published is None


def test_a_step_that_has_no_place_in_this_state(cast: Cast, program: Of) -> None:
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu")
    answer = told(malia.post(f"/records/{record['id']}/confirm"), 409)
    assert "possible" in answer["detail"]
    told(malia.post(f"/records/{record['id']}/restore"), 409)


def test_a_step_on_what_is_not_there(cast: Cast, program: Of) -> None:
    malia = program(cast.malia.account)
    for name in ("submit", "publish", "retire", "comments"):
        told(malia.post(f"/records/none/{name}", {"text": "x"} if name == "comments" else None), 404)
    told(malia.revise("none", "*"), 404)
    told(malia.get("/records/none/latest"), 404)
    told(malia.post("/records/mangrove-nursery/dance"), 404)


def test_a_forbidden_step_names_the_right(cast: Cast, program: Of) -> None:
    priya = program(cast.priya.account)
    record = priya.create(owner="reef-institute")
    assert "publish" in told(priya.post(f"/records/{record['id']}/publish"), 403)["detail"]
    assert Record.objects.get(pk=record["id"]).state == State.DRAFT


def test_the_visibility_can_be_given_when_it_is_published(cast: Cast, program: Of, reader: Reader) -> None:
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu", visibility="private")
    told(malia.post(f"/records/{record['id']}/publish"))
    assert reader.get(f"/records/{record['id']}").status_code == 404
    told(malia.revise(record["id"], "*"))
    told(malia.post(f"/records/{record['id']}/publish", {"visibility": "public"}))
    assert reader.get(f"/records/{record['id']}").status_code == 200


# The word of a Party


def test_a_focal_point_speaks_for_her_party(cast: Cast, program: Of) -> None:
    record = program(cast.malia.account).create(owner="navakavu")
    told(program(cast.malia.account).post(f"/records/{record['id']}/publish"))
    losa = program(cast.losa.account)
    told(losa.post(f"/records/{record['id']}/endorse", {"note": "We stand behind it"}))
    told(losa.post(f"/records/{record['id']}/endorse"), 409)
    told(losa.post(f"/records/{record['id']}/endorse", {"party": "KEN"}), 403)
    told(losa.post(f"/records/{record['id']}/unendorse", {"party": "FJI"}))
    told(program(cast.sven.account).post(f"/records/{record['id']}/endorse", {"party": "FJI"}), 403)
    nameless = told(program(cast.sven.account).post(f"/records/{record['id']}/endorse"), 422)
    assert nameless["errors"][0]["field"] == "party"


# How it is asked


def test_a_step_takes_a_body_or_none(cast: Cast, program: Of) -> None:
    malia = program(cast.malia.account)
    bodies: tuple[tuple[Any, int], ...] = (
        (None, 200), (b"  ", 200), ({}, 200), ({"note": ""}, 200), (b"{", 400), ([], 422), (7, 422),
        ({"state": "draft"}, 422), ({"note": "x" * 2001}, 422), ({"note": None}, 422),
    )  # fmt: skip
    for body, status in bodies:
        record = malia.create(owner="navakavu")
        assert malia.post(f"/records/{record['id']}/submit", body).status_code == status, body


def test_methods(cast: Cast, program: Of) -> None:
    losa = program(cast.losa.account)
    for method, address, allowed in (
        ("PATCH", "/records", "GET, POST, HEAD, OPTIONS"), ("DELETE", "/records/x", "GET, PUT, HEAD, OPTIONS"),
        ("GET", "/records/x/submit", "POST, OPTIONS"), ("POST", "/records/x/latest", "GET, HEAD, OPTIONS"),
        ("PUT", "/webhooks", "GET, POST, HEAD, OPTIONS"), ("GET", "/webhooks/1", "DELETE, OPTIONS"),
    ):  # fmt: skip
        response = losa.send(method, address)
        told(response, 405)
        assert response["Allow"] == allowed


def test_pages_of_other_sites_may_not_write(cast: Cast, program: Of, reader: Reader) -> None:
    for address, methods in (("/records", "GET, HEAD, OPTIONS"), ("/records/x/submit", "OPTIONS"),
                             ("/records/x", "GET, HEAD, OPTIONS"), ("/match", "POST, OPTIONS")):  # fmt: skip
        asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Headers": "authorization"}
        response = reader.client.options(f"/api/v1{address}", headers=asked)
        assert response["Access-Control-Allow-Methods"] == methods
        assert "authorization" not in response["Access-Control-Allow-Headers"].lower()
    written = program(cast.losa.account).post("/records", {"format": "need", "data": DATA})
    assert "Access-Control-Allow-Origin" not in written


def test_what_is_too_large(cast: Cast, program: Of) -> None:
    losa = program(cast.losa.account)
    told(losa.post("/records", b'{"format": "need", "data": {"title": "' + b"x" * 2_600_000 + b'"}}'), 413)
    told(losa.client.generic("POST", "/api/v1/records", b"a=b", content_type="text/plain",
                             headers={"Authorization": f"Bearer {losa.key}"}), 415)  # fmt: skip


def test_a_service_writes_for_its_party(cast: Cast, program: Of) -> None:
    service = tokens.make_service(
        actor=cast.losa.actor, party=Party.objects.get(pk="FJI"), name="Nightly", role="contributor"
    )
    made = tokens.make(actor=cast.losa.actor, account=service, name="x", scopes=["draft", "read"], days=9)
    nightly = Program(program().client, made.secret)
    record = nightly.create("need")
    assert record["owner"] == "FJI"
    assert nightly.get(f"/records/{record['id']}/latest").status_code == 200
    assert latest(record["id"], cast.losa.reader).author == service.pk


QUERIES = {"create": 14, "revise": 18, "latest": 4, "comments": 10, "submit": 12, "publish": 13, "endorse": 15}
"""On SQLite; PostgreSQL locks the journal as well, twice."""


def test_the_queries_of_each_operation_are_counted(cast: Cast, program: Of, database: str) -> None:
    malia, losa = program(cast.malia.account), program(cast.losa.account)
    counts = {}

    def counted(name: str, ask: Callable[[], Any]) -> Any:
        with CaptureQueriesContext(connection) as queries:
            response = ask()
        assert response.status_code in (200, 201), response.content
        counts[name] = len(queries)
        return response

    body = {"format": "technology", "data": DATA, "owner": "navakavu"}
    malia.get("/schemas")
    losa.get("/schemas")
    record = told(counted("create", lambda: malia.post("/records", body)), 201)
    address = f"/records/{record['id']}"
    counted("revise", lambda: malia.revise(record["id"], "*"))
    counted("latest", lambda: malia.get(f"{address}/latest"))
    counted("comments", lambda: malia.post(f"{address}/comments", {"text": "Well done"}))
    counted("submit", lambda: malia.post(f"{address}/submit"))
    counted("publish", lambda: malia.post(f"{address}/publish"))
    counted("endorse", lambda: losa.post(f"{address}/endorse"))
    locks = 2 if database == "postgresql" else 0
    assert {name: count for name, count in counts.items() if count > QUERIES[name] + locks} == {}, counts


def test_the_journal_and_the_revisions_agree(cast: Cast, program: Of) -> None:
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu")
    told(malia.revise(record["id"], "*", note="Second"))
    assert list(Revision.objects.filter(record=record["id"]).order_by("number").values_list("number", "note")) == [
        (1, ""), (2, "Second")
    ]  # fmt: skip
    assert set(Change.objects.filter(record_id=record["id"]).values_list("verb", flat=True)) == {
        Verb.DRAFT, Verb.REVISE
    }  # fmt: skip
    assert not Change.objects.filter(record_id=record["id"], actor=None).exists()


def test_what_others_do_meanwhile_is_seen(cast: Cast, program: Of) -> None:
    """The page and the API write the same records."""
    made = draft(actor=cast.malia.actor, format="technology", data=DATA, owner="navakavu")
    publish(actor=NODE, record_id=made.pk)
    endorse(actor=cast.losa.actor, record_id=made.pk, party="FJI")
    told(program(cast.losa.account).post(f"/records/{made.pk}/endorse"), 409)
