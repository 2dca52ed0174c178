"""How much writing a minute takes, and that reading has no limit."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from landbridge.exchange.models import Passage
from landbridge.registry.models import Record
from landbridge.web.api import limits
from landbridge.web.api.idempotency import ForgetAnswers
from tests.api.writer import DATA, Program, told
from tests.cast import Cast

Of = Callable[..., Program]
BODY = {"format": "need", "data": DATA}


@pytest.fixture(autouse=True)
def three_a_minute(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a minute that does not end during the test."""
    settings.API_WRITES_PER_MINUTE = 3
    now = float(int(time.time()) // 60 * 60 + 20)
    monkeypatch.setattr(limits.time, "time", lambda: now)


def test_each_answer_tells_what_is_left(cast: Cast, program: Of) -> None:
    losa = program(cast.losa.account)
    told_left = []
    for _ in range(3):
        response = losa.post("/records", BODY)
        assert response.status_code == 201
        assert (response["RateLimit-Limit"], response["RateLimit-Reset"]) == ("3", "40")
        told_left.append(response["RateLimit-Remaining"])
    assert told_left == ["2", "1", "0"]
    refused = losa.post("/records", BODY)
    assert told(refused, 429)["type"] == "urn:landbridge:problem:too-many"
    assert (refused["Retry-After"], refused["RateLimit-Remaining"]) == ("40", "0")
    assert Record.objects.count() == 3


def test_the_next_minute_is_a_new_one(cast: Cast, program: Of, monkeypatch: pytest.MonkeyPatch) -> None:
    losa = program(cast.losa.account)
    assert [losa.post("/records", BODY).status_code for _ in range(4)] == [201, 201, 201, 429]
    later = limits.time.time() + 60
    monkeypatch.setattr(limits.time, "time", lambda: later)
    assert losa.post("/records", BODY).status_code == 201


def test_each_key_has_its_own_limit_and_refusals_count(cast: Cast, program: Of) -> None:
    losa, sven = program(cast.losa.account), program(cast.sven.account)
    assert [losa.post("/records", b"{").status_code for _ in range(4)] == [400, 400, 400, 429]
    assert sven.post("/records", BODY).status_code == 201
    assert program(cast.losa.account).post("/records", BODY).status_code == 201


def test_whoever_tries_keys_is_slowed_down_and_nobody_else(cast: Cast, program: Of, client: Client) -> None:
    wrong, none = Program(client, "lb_" + "x" * 43), Program(client, None)
    statuses = [one.post("/records", BODY).status_code for one in (wrong, none, wrong, wrong, none)]
    assert statuses == [401, 401, 401, 429, 429]
    assert program(cast.losa.account).post("/records", BODY).status_code == 201


def test_an_address_may_do_as_much_as_ten_keys(cast: Cast, program: Of) -> None:
    statuses = [program(cast.losa.account).post("/records", BODY).status_code for _ in range(31)]
    assert statuses == [201] * 30 + [429]


def test_reading_has_no_limit(cast: Cast, program: Of, client: Client) -> None:
    losa = program(cast.losa.account)
    for _ in range(10):
        response = losa.get("/records")
        assert response.status_code == 200
        assert "RateLimit-Limit" not in response
        assert client.post("/api/v1/match", {"text": "x"}, content_type="application/json").status_code == 200
    assert not Passage.objects.exists()


def test_counting_is_one_statement_and_counts_right(db: None) -> None:
    request = RequestFactory().post("/api/v1/records", REMOTE_ADDR="192.0.2.7")
    with CaptureQueriesContext(connection) as queries:
        limits.count(request, 7)
    assert len(queries) == 1
    for _ in range(4):
        limits.count(request, 7)
    limits.count(request, 8)
    assert dict(Passage.objects.values_list("who", "count")) == {"address:192.0.2.7": 6, "token:7": 5, "token:8": 1}


def test_counts_of_minutes_long_past_are_dropped(db: None) -> None:
    limits.count(RequestFactory().post("/"), 7, now=0.0)
    limits.count(RequestFactory().post("/", REMOTE_ADDR="192.0.2.8"), 8)
    ForgetAnswers().run(timezone.now())
    assert set(Passage.objects.values_list("who", flat=True)) == {"address:192.0.2.8", "token:8"}


@pytest.mark.parametrize("told", ["", "x", "192.0.2.9", "192.0.2.9, 192.0.2.10, 192.0.2.11", "\x00", ",,,", "x" * 3000])
def test_what_proxies_say_is_taken_from_those_that_are_trusted_only(
    cast: Cast, program: Of, settings: Any, told: str
) -> None:
    """One more proxy is trusted than there is: whatever the header holds, the request is counted and answered."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    assert program(cast.losa.account).post("/records", BODY, X_Forwarded_For=told).status_code == 201
    address = Passage.objects.exclude(who__startswith="token:").get().who
    assert address in ("address:127.0.0.1", "address:", "address:192.0.2.10")
