"""`Idempotency-Key`: sent twice, done once, answered alike; also when a process dies in between."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from landbridge.parties.models import StoredAnswer
from landbridge.registry import actions
from landbridge.registry.models import Change, Record
from landbridge.web.api import idempotency
from landbridge.web.api.idempotency import ForgetAnswers
from tests.api.writer import DATA, Program, key_of, told
from tests.cast import Cast, assemble

Of = Callable[..., Program]
BODY = {"format": "need", "data": DATA}


class Died(BaseException):
    """As a process ends: nothing of ours catches it."""


def test_the_same_request_is_done_once_and_answered_alike(cast: Cast, program: Of) -> None:
    losa = program(cast.losa.account)
    first = losa.post("/records", BODY, Idempotency_Key="a-1")
    again = losa.post("/records", BODY, Idempotency_Key="a-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    for name in ("ETag", "Location", "Content-Type", "Cache-Control"):
        assert first[name] == again[name]
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert Record.objects.count() == Change.objects.count() == 1


def test_steps_and_revisions_as_well(cast: Cast, program: Of) -> None:
    malia = program(cast.malia.account)
    record = malia.create(owner="navakavu")
    address = f"/records/{record['id']}"
    tag = malia.get(f"{address}/latest")["ETag"]
    sent: dict[str, Any] = {"body": {"data": DATA}, "If_Match": tag, "Idempotency_Key": "k"}
    answers = [malia.send("PUT", address, **sent) for _ in range(2)]
    assert [told(answer)["revision"] for answer in answers] == [2, 2]
    published = [malia.post(f"{address}/publish", Idempotency_Key="p") for _ in range(3)]
    assert {answer.content for answer in published} == {published[0].content}
    assert Change.objects.filter(record_id=record["id"], verb="publish").count() == 1


def test_a_key_is_for_one_request(cast: Cast, program: Of) -> None:
    losa = program(cast.losa.account)
    record = told(losa.post("/records", BODY, Idempotency_Key="k"), 201)
    for answer in (
        losa.post("/records", {**BODY, "note": "other"}, Idempotency_Key="k"),
        losa.post(f"/records/{record['id']}/submit", BODY, Idempotency_Key="k"),
        losa.send("PUT", f"/records/{record['id']}", BODY, If_Match="*", Idempotency_Key="k"),
    ):
        assert "Idempotency-Key" in told(answer, 422)["detail"]
    assert Change.objects.count() == 1


def test_keys_of_two_accounts_have_nothing_to_do_with_each_other(cast: Cast, program: Of) -> None:
    one = told(program(cast.losa.account).post("/records", BODY, Idempotency_Key="k"), 201)
    other = told(program(cast.sven.account).post("/records", BODY, Idempotency_Key="k"), 201)
    assert one["id"] != other["id"]
    assert Record.objects.get(pk=other["id"]).author == cast.sven.account


def test_what_was_refused_did_nothing_and_frees_its_key(cast: Cast, program: Of) -> None:
    losa = program(cast.losa.account)
    told(losa.post("/records", {"format": "need", "data": {}}, Idempotency_Key="k"), 422)
    assert not StoredAnswer.objects.exists()
    told(losa.post("/records", BODY, Idempotency_Key="k"), 201)


@pytest.mark.parametrize("key", ["", " ", "a b", "\xff", "x" * 201, "a\tb"])
def test_keys_that_cannot_be(cast: Cast, program: Of, key: str) -> None:
    told(program(cast.losa.account).post("/records", BODY, Idempotency_Key=key), 422)
    assert not Record.objects.exists()


def test_a_revoked_key_gets_no_stored_answer(cast: Cast, program: Of) -> None:
    losa = program(cast.losa.account)
    told(losa.post("/records", BODY, Idempotency_Key="k"), 201)
    cast.losa.account.tokens.update(revoked_at=timezone.now())
    told(losa.post("/records", BODY, Idempotency_Key="k"), 401)
    narrow = program(cast.losa.account, "read")
    told(narrow.post("/records", BODY, Idempotency_Key="k"), 403)


def test_while_it_is_worked_on_the_same_request_waits(cast: Cast, program: Of) -> None:
    losa = program(cast.losa.account)
    StoredAnswer.objects.all().delete()
    losa.post("/records", BODY, Idempotency_Key="k")
    StoredAnswer.objects.update(status=None)
    answer = losa.post("/records", BODY, Idempotency_Key="k")
    told(answer, 409)
    assert int(answer["Retry-After"]) >= 1
    assert Record.objects.count() == 1


@pytest.mark.parametrize("dies_in", ["the action", "the answer", "storing"])
def test_a_process_that_dies_leaves_nothing_half_done(
    transactional_db: None, client: Client, monkeypatch: pytest.MonkeyPatch, dies_in: str
) -> None:
    """Either the record and its answer are both there, or neither; and the next try succeeds, once the claim of the
    dead has run out."""
    losa = Program(client, key_of(assemble().losa.account))
    places: dict[str, tuple[Any, str]] = {
        "the action": (actions.journal, "append"), "storing": (idempotency, "_store"),
        "the answer": (idempotency.StoredAnswer.objects, "filter"),
    }  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(*places[dies_in], _dying)
        with pytest.raises(Died):
            losa.post("/records", BODY, Idempotency_Key="k")
    assert not Record.objects.exists()
    told(losa.post("/records", BODY, Idempotency_Key="k"), 409)
    StoredAnswer.objects.update(created_at=timezone.now() - idempotency.LEASE - timedelta(seconds=1))
    first, again = (losa.post("/records", BODY, Idempotency_Key="k") for _ in range(2))
    assert told(first, 201) == told(again, 201)
    assert Record.objects.count() == Change.objects.count() == 1


def _dying(*_: Any, **__: Any) -> None:
    raise Died


def test_a_process_that_was_only_slow_undoes_what_it_did(
    transactional_db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its claim ran out and somebody else did the same meanwhile."""
    losa = Program(client, key_of(assemble().losa.account))
    store = idempotency._store

    def slowly(claim: StoredAnswer, response: Any) -> None:
        monkeypatch.setattr(idempotency, "_store", store)
        StoredAnswer.objects.filter(pk=claim.pk).update(created_at=timezone.now() + timedelta(seconds=1))
        store(claim, response)

    monkeypatch.setattr(idempotency, "_store", slowly)
    told(losa.post("/records", BODY, Idempotency_Key="k"), 409)
    assert not Record.objects.exists()


def test_ten_at_once_make_one_record(transactional_db: None) -> None:
    key = key_of(assemble().losa.account)
    answers: list[int] = []

    def send() -> None:
        try:
            answers.append(Program(Client(), key).post("/records", BODY, Idempotency_Key="k").status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 201 in answers
    assert set(answers) <= {201, 409}
    assert Record.objects.count() == Change.objects.count() == 1


def test_answers_are_kept_for_a_day(cast: Cast, program: Of) -> None:
    losa = program(cast.losa.account)
    told(losa.post("/records", BODY, Idempotency_Key="k"), 201)
    told(losa.post("/records", BODY, Idempotency_Key="new"), 201)
    StoredAnswer.objects.filter(key="k").update(created_at=timezone.now() - timedelta(hours=25))
    told(losa.post("/records", BODY, Idempotency_Key="k"), 201)
    assert Record.objects.count() == 3
    StoredAnswer.objects.filter(key="k").update(created_at=timezone.now() - timedelta(hours=25))
    ForgetAnswers().run(timezone.now())
    assert list(StoredAnswer.objects.values_list("key", flat=True)) == ["new"]
