"""Keys of the API: who makes them, what they open, and that they show nowhere."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from landbridge.lib.discreet import Discreet
from landbridge.parties import tokens
from landbridge.parties.models import Account, Party, Token
from landbridge.parties.permissions import Role
from landbridge.parties.standing import Forbidden, held_by
from landbridge.registry.actions import draft, publish
from landbridge.registry.writing import NODE
from tests.api.small import HIDDEN, Reader
from tests.api.writer import DATA, Program, key_of, told
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("node")
Of = Callable[..., Program]
READING = (
    "/", "/records", "/records/mangrove-nursery", "/records/mangrove-nursery/revisions",
    "/records/mangrove-nursery/revisions/1", "/search?q=mangrove", "/changes", "/dump", "/vocabularies",
    "/vocabularies/trl", "/schemas", "/schemas/need", "/openapi.json",
)  # fmt: skip


def test_a_key_is_kept_as_its_digest_only(cast: Cast) -> None:
    secret = key_of(cast.losa.account)
    token = Token.objects.get()
    assert secret.startswith("lb_")
    assert len(secret) == 46
    assert token.digest == tokens.digest(secret)
    assert secret.startswith(token.prefix)
    assert len(token.prefix) <= 12
    assert secret[len(token.prefix) :] not in str(Token.objects.values().get())


@pytest.mark.parametrize(("scopes", "days", "name"), [
    ((), 30, "x"), (("everything",), 30, "x"), (("read",), 0, "x"), (("read",), 366, "x"), (("read",), 30, " \x00 "),
])  # fmt: skip
def test_a_key_that_cannot_be(cast: Cast, scopes: tuple[str, ...], days: int, name: str) -> None:
    with pytest.raises(ValueError):
        tokens.make(actor=cast.losa.actor, account=cast.losa.account, name=name, scopes=scopes, days=days)
    assert not Token.objects.exists()


def test_nobody_makes_or_ends_a_key_of_somebody_else(cast: Cast) -> None:
    secret = key_of(cast.losa.account)
    for actor in (cast.henri.actor, cast.sven.actor, NODE):
        with pytest.raises(Forbidden):
            tokens.make(actor=actor, account=cast.losa.account, name="x", scopes=["read"], days=1)
        with pytest.raises(Forbidden):
            tokens.revoke(actor=actor, token_id=Token.objects.get().pk)
    assert tokens.fault(tokens.known(secret)) == ""  # type: ignore[arg-type]


def test_keys_are_not_made_without_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    key_of(cast.losa.account)
    key_of(cast.losa.account)
    with pytest.raises(ValueError, match="revoke one first"):
        key_of(cast.losa.account)
    tokens.revoke(actor=cast.losa.actor, token_id=Token.objects.first().pk)  # type: ignore[union-attr]
    key_of(cast.losa.account)


# What a key opens


@pytest.mark.parametrize("address", READING)
def test_without_a_key_nothing_has_changed(reader: Reader, address: str) -> None:
    response = reader.get(address)
    assert response.status_code == 200
    assert "private" not in response["Cache-Control"]
    assert "Authorization" in response["Vary"]
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("address", READING)
def test_answers_to_a_key_are_for_nobody_else(cast: Cast, program: Of, address: str) -> None:
    response = program(cast.losa.account).get(address)
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in response


@pytest.mark.parametrize("given", [
    "Bearer", "Bearer ", "Bearer lb_", "Bearer lb_" + "x" * 43, "Bearer lb_" + "x" * 5000, "Basic bG9zYTp4", "lb_x",
    "bearer \xff", "Bearer a b c", "Bearer 0", "", "Token lb_x",
])  # fmt: skip
def test_what_is_no_key_is_refused_everywhere(client: Client, given: str) -> None:
    for address in (*READING, "/nowhere", "/records/none"):
        response = Program(client, None).get(address, Authorization=given)
        assert told(response, 401)["type"] == "urn:landbridge:problem:key"
        assert response["WWW-Authenticate"].startswith('Bearer realm="Landbridge", error="invalid_token"')
        assert "no-store" in response["Cache-Control"]


def test_a_key_ends_by_its_day_by_hand_and_with_its_account(cast: Cast, client: Client) -> None:
    ends: dict[str, Callable[[Token], Any]] = {
        "expired": lambda token: Token.objects.filter(pk=token.pk).update(expires_at=timezone.now()),
        "revoked": lambda token: tokens.revoke(actor=cast.losa.actor, token_id=token.pk),
        "closed": lambda token: Account.objects.filter(pk=token.account_id).update(is_active=False),
    }
    for why, end in ends.items():
        secret = key_of(cast.losa.account)
        losa = Program(client, secret)
        assert losa.get("/records").status_code == 200
        end(Token.objects.latest("pk"))
        for response in (losa.get("/records"), losa.post("/records", {"format": "need", "data": {}})):
            body = told(response, 401)
            assert why in body["detail"]
            assert secret not in response.content.decode()


def test_a_key_reads_what_its_account_reads(cast: Cast, program: Of, reader: Reader) -> None:
    losa, sven = program(cast.losa.account), program(cast.sven.account)
    assert [told(one.get("/records/secret-parties"), status)["status" if status > 200 else "id"] for one, status in (
        (losa, 200), (sven, 404), (program(), 404))] == ["secret-parties", 404, 404]  # fmt: skip
    for address in ("/records", "/changes", "/dump"):
        assert HIDDEN in losa.get(address).getvalue().decode()
        assert HIDDEN not in sven.get(address).getvalue().decode()
    assert losa.post("/match", {"record": "secret-parties"}).status_code == 200
    assert sven.post("/match", {"record": "secret-parties"}).status_code == 404
    assert "secret-private" not in losa.get("/dump").getvalue().decode()


def test_a_key_without_the_scope_does_not_read(cast: Cast, program: Of) -> None:
    narrow = program(cast.losa.account, "draft")
    for address in ("/records", "/records/mangrove-nursery", "/search", "/changes", "/dump"):
        response = narrow.get(address)
        assert told(response, 403)["scope"] == "read"
        assert 'scope="read"' in response["WWW-Authenticate"]
    assert narrow.get("/vocabularies").status_code == 200


def test_a_key_costs_two_queries_and_once_a_minute_a_third(cast: Cast, program: Of) -> None:
    losa = program(cast.losa.account)
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert losa.get("/search?q=mangrove").status_code == 200
        counts.append(len(queries))
    assert counts == [3, 2, 2]
    Token.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    with CaptureQueriesContext(connection) as queries:
        losa.get("/search")
    assert len(queries) == 3


def test_no_key_is_taken_from_an_address_and_none_is_repeated(
    cast: Cast, client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its log is the console's: what the handler that the settings name would write."""
    secret = key_of(cast.losa.account)
    caplog.set_level(logging.DEBUG)
    console = next(one for one in logging.getLogger().handlers if isinstance(one.formatter, Discreet))
    monkeypatch.setattr(caplog.handler, "formatter", console.formatter)
    for name in ("access_token", "token", "key", "Authorization", "lang"):
        response = client.get(f"/api/v1/records/secret-parties?{name}={secret}")
        assert response.status_code == 404
        assert secret not in response.content.decode()
        posted = client.post(f"/api/v1/records?{name}={secret}", b"{}", content_type="application/json")
        assert posted.status_code == 401
        assert secret not in posted.content.decode()
    assert secret not in client.get(f"/api/v1/records/{secret}").content.decode()
    Program(client, secret).get("/records/none")
    Program(client, secret).post("/records", b"{")
    assert "lb_…" in caplog.text
    assert secret not in caplog.text


def test_a_session_opens_nothing_of_the_api(cast: Cast, client: Client) -> None:
    client.force_login(cast.losa.account)
    assert client.get("/api/v1/records/secret-parties").status_code == 404
    told(client.post("/api/v1/records", b"{}", content_type="application/json"), 401)


# Services


def test_a_focal_point_makes_a_service_and_it_survives_her(cast: Cast, client: Client) -> None:
    fiji = Party.objects.get(pk="FJI")
    service = tokens.make_service(actor=cast.losa.actor, party=fiji, name="Clearing-house", role=Role.CONTRIBUTOR)
    assert not service.has_usable_password()
    made = tokens.make(actor=cast.losa.actor, account=service, name="Nightly", scopes=["draft", "submit"], days=365)
    program = Program(client, made.secret)
    Account.objects.filter(pk=cast.losa.account.pk).delete()
    record = program.create()
    assert (record["owner"], record["possible"]) == ("FJI", ["revise", "submit"])
    told(program.post(f"/records/{record['id']}/submit"))


def test_services_hold_no_role_that_brings_in_people(cast: Cast) -> None:
    fiji = Party.objects.get(pk="FJI")
    roles = tokens.service_roles(held_by(cast.losa.account.pk), fiji)
    assert Role.CONTRIBUTOR in roles
    assert Role.FOCAL_POINT not in roles
    for role in (Role.FOCAL_POINT, Role.ADMINISTRATOR, "king"):
        with pytest.raises(Forbidden):
            tokens.make_service(actor=cast.losa.actor, party=fiji, name="x", role=role)


def test_only_who_brings_in_people_makes_and_ends_services(cast: Cast) -> None:
    fiji = Party.objects.get(pk="FJI")
    service = tokens.make_service(actor=cast.losa.actor, party=fiji, name="x", role=Role.CONTRIBUTOR)
    for person, party in (
        (cast.priya, "reef-institute"), (cast.malia, "navakavu"), (cast.sven, "FJI"), (cast.henri, "FJI"),
        (cast.losa, "navakavu"), (cast.losa, None),
    ):  # fmt: skip
        where = Party.objects.get(pk=party) if party else None
        with pytest.raises(Forbidden):
            tokens.make_service(actor=person.actor, party=where, name="x", role=Role.CONTRIBUTOR)
    for person in (cast.priya, cast.malia, cast.sven, cast.henri):
        with pytest.raises(Forbidden):
            tokens.make(actor=person.actor, account=service, name="x", scopes=["read"], days=1)
        with pytest.raises(Forbidden):
            tokens.close_service(actor=person.actor, service=service)
    with pytest.raises(Forbidden):
        tokens.close_service(actor=cast.losa.actor, service=cast.losa.account)
    tokens.close_service(actor=cast.losa.actor, service=service)
    assert not tokens.services(held_by(cast.losa.account.pk)).exists()


def test_withheld_answers_are_read_by_whose_they_are(cast: Cast, program: Of) -> None:
    """And by those that the record itself names; not by a focal point of another place, nor without a key."""
    word = "zyxquokka"
    data = {**DATA, "description": {"en": f"The {word} method."}, "withheld": ["description"]}
    made = draft(actor=cast.malia.actor, format="technology", data=data, owner="navakavu")
    publish(actor=cast.malia.actor, record_id=made.pk)
    named = {**data, "disclosed_to": ["FJI"]}
    other = draft(actor=cast.malia.actor, format="technology", data=named, owner="navakavu")
    publish(actor=cast.malia.actor, record_id=other.pk)
    malia, losa, sven = (program(person.account) for person in (cast.malia, cast.losa, cast.sven))
    nobody = program()
    for address in (f"/records/{made.pk}", f"/records/{made.pk}/revisions/1"):
        seen = [word in one.get(address).content.decode() for one in (malia, losa, sven, nobody)]
        assert seen == [True, False, False, False], address
    assert [word in one.get(f"/records/{other.pk}").content.decode() for one in (malia, losa, sven, nobody)] == [
        True, True, False, False
    ]  # fmt: skip
    for address in ("/records", "/changes", "/dump"):
        counts = [one.get(address).getvalue().decode().count(word) for one in (malia, losa, sven, nobody)]
        assert counts == [2, 1, 0, 0], address
