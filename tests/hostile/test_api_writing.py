"""Writing by the wrong people, with the wrong keys, at the wrong records, with everything that must not be taken.

Losa speaks for Fiji, Malia for a village, Priya for an institute, Sven for nobody. The records that are there to be
broken into belong to the village.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.exchange.models import Webhook
from landbridge.exchange.out import webhooks
from landbridge.parties.models import StoredAnswer, Token
from landbridge.parties.tokens import Scope
from landbridge.registry.actions import NODE, draft, publish, retire, submit
from landbridge.registry.models import Change, Comment, Endorsement, Record, Revision
from landbridge.web.api.service import PARTS, READING_POSTS
from tests.api.writer import DATA, EVERY_SCOPE, Program, key_of, told
from tests.cast import Cast, assemble

WORD = "zyxwombat"
HIDDEN_DATA: dict[str, Any] = {**DATA, "title": {"en": f"Nursery {WORD}"}}
SCOPES: dict[str, Scope] = {
    "create": Scope.DRAFT, "revise": Scope.DRAFT, "submit": Scope.SUBMIT, "withdraw": Scope.SUBMIT,
    "publish": Scope.PUBLISH, "take_back": Scope.PUBLISH, "return": Scope.RETURN,
    "retire": Scope.RETIRE, "restore": Scope.RETIRE,
    "confirm": Scope.CONFIRM, "endorse": Scope.ENDORSE, "unendorse": Scope.ENDORSE, "comments": Scope.COMMENT,
    "latest": Scope.READ, "remarks": Scope.READ, "webhooks": Scope.WEBHOOKS, "create_webhook": Scope.WEBHOOKS,
    "delete_webhook": Scope.WEBHOOKS,
}  # fmt: skip
"""Operation to the scope that it takes. A new operation that writes must be named here."""
ON_RECORDS = tuple(name for name in SCOPES if name != "create" and "webhook" not in name)
TEXTS = ("\x00", "\ud800", "a\x00b", "\u202e\u2066", "<script>alert(7)</script>", "{{7*7}}", "x" * 5000, "\r\nX: y")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Refusals are logged by the thousand; a failure shows as a status."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def no_limit(settings: Any) -> None:
    """These tests knock more often than the limit lets anybody."""
    settings.API_WRITES_PER_MINUTE = 1_000_000


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def ids(cast: Cast) -> dict[str, str]:
    """Records of the village in every state, and one that was shown."""
    names = ("hidden-draft", "hidden-submitted", "hidden-private", "hidden-revised", "hidden-retired")
    for name in (*names, "shown"):
        visibility = "public" if name in ("shown", "hidden-revised") else "private"
        draft(actor=NODE, format="technology", data=HIDDEN_DATA, record_id=name, owner="navakavu",
              visibility=visibility)  # fmt: skip
    submit(actor=NODE, record_id="hidden-submitted")
    for name in ("hidden-private", "hidden-retired", "shown"):
        publish(actor=NODE, record_id=name)
    retire(actor=NODE, record_id="hidden-retired")
    return {name: name for name in names[:3] + names[4:]}


def ask(program: Program, name: str, record_id: str = "shown", body: Any = None) -> Any:
    """Ask for an operation as its document says."""
    if name == "create":
        return program.post("/records", body or {"format": "need", "data": DATA, "owner": "navakavu"})
    if name == "revise":
        return program.revise(record_id, "*") if body is None else program.send(
            "PUT", f"/records/{record_id}", body, If_Match="*")  # fmt: skip
    if name == "latest":
        return program.get(f"/records/{record_id}/latest")
    if name == "remarks":
        return program.get(f"/records/{record_id}/comments")
    if name == "webhooks":
        return program.get("/webhooks")
    if name == "create_webhook":
        return program.post("/webhooks", body or {"url": "https://127.0.0.1/"})
    if name == "delete_webhook":
        return program.send("DELETE", "/webhooks/1", body)
    sent = {"text": "x"} if name == "comments" else {"party": "FJI"} if "endorse" in name else None
    return program.post(f"/records/{record_id}/{name}", sent if body is None else body)


def state_of_everything() -> tuple[Any, ...]:
    """What must be the same before and after somebody has knocked in vain."""
    return (
        list(Record.objects.order_by("pk").values()), Revision.objects.count(), Change.objects.count(),
        Comment.objects.count(), Endorsement.objects.count(), Webhook.objects.count(), StoredAnswer.objects.count(),
    )  # fmt: skip


def test_every_operation_that_writes_is_named_here() -> None:
    operations = {one for part in PARTS for view in part.router.path_operations.values() for one in view.operations}
    writing = {str(one.operation_id) for one in operations if one.methods != ["GET"]} - READING_POSTS
    assert writing == set(SCOPES) - {"latest", "remarks", "webhooks"}


# Wrong keys


@pytest.mark.parametrize("name", SCOPES)
def test_without_a_key_that_opens_something(client: Client, cast: Cast, ids: dict[str, str], name: str) -> None:
    expired, revoked, closed = (key_of(person.account) for person in (cast.malia, cast.malia, cast.henri))
    Token.objects.filter(pk=Token.objects.order_by("pk")[0].pk).update(expires_at=timezone.now() - timedelta(1))
    Token.objects.filter(pk=Token.objects.order_by("pk")[1].pk).update(revoked_at=timezone.now())
    cast.henri.account.is_active = False
    cast.henri.account.save()
    before = state_of_everything()
    client.force_login(cast.malia.account)
    for key in (None, "", "lb_", "lb_" + "A" * 43, expired, revoked, closed, expired[:-1]):
        response = ask(Program(client, key), name)
        told(response, 401)
        assert "WWW-Authenticate" in response
        assert WORD not in response.content.decode()
    assert state_of_everything() == before


@pytest.mark.parametrize("name", SCOPES)
def test_with_a_key_that_is_too_narrow(client: Client, cast: Cast, ids: dict[str, str], name: str) -> None:
    others = [scope for scope in EVERY_SCOPE if scope != SCOPES[name]]
    program = Program(client, key_of(cast.malia.account, *others))
    before = state_of_everything()
    for record_id in ("shown", "hidden-private", "none"):
        body = told(ask(program, name, record_id), 403)
        assert body["scope"] == SCOPES[name]
    assert state_of_everything() == before


def test_no_key_is_wide_enough_to_make_another(client: Client, cast: Cast) -> None:
    program = Program(client, key_of(cast.losa.account))
    for path in ("/tokens", "/account/tokens", "/services"):
        assert program.post(path, {"scopes": ["read"]}).status_code == 404


def test_a_key_opens_the_api_and_no_page(client: Client, cast: Cast, ids: dict[str, str]) -> None:
    key = key_of(cast.malia.account)
    response = client.get("/records/hidden-private", headers={"Authorization": f"Bearer {key}"})
    assert response.status_code == 404


# Wrong people


@pytest.mark.parametrize("name", ON_RECORDS)
@pytest.mark.parametrize("who", ["sven", "priya"])
def test_a_hidden_record_is_answered_as_one_that_is_not_there(
    client: Client, cast: Cast, ids: dict[str, str], who: str, name: str
) -> None:
    program = Program(client, key_of(getattr(cast, who).account))
    before = state_of_everything()
    missing = ask(program, name, "hidden-nothing")
    for record_id in ids:
        response = ask(program, name, record_id)
        assert response.status_code == missing.status_code == 404
        assert response.content.replace(record_id.encode(), b"") == missing.content.replace(b"hidden-nothing", b"")
        assert set(response.headers) == set(missing.headers)
    assert state_of_everything() == before


@pytest.mark.parametrize("name", [name for name in ON_RECORDS if name not in ("latest", "remarks", "comments")])
@pytest.mark.parametrize("who", ["sven", "priya"])
def test_a_record_that_is_shown_is_still_not_theirs(
    client: Client, cast: Cast, ids: dict[str, str], who: str, name: str
) -> None:
    """They learn which right is missing, and nothing of a new revision that is under way."""
    program = Program(client, key_of(getattr(cast, who).account))
    first = told(ask(program, name), 403)["detail"]
    malia = Program(client, key_of(cast.malia.account))
    told(malia.revise("shown", "*"))
    before = state_of_everything()
    assert told(ask(program, name), 403)["detail"] == first
    assert state_of_everything() == before


@pytest.mark.parametrize("name", ["latest", "remarks", "comments"])
def test_who_does_not_work_on_it_does_not_see_the_work(
    client: Client, cast: Cast, ids: dict[str, str], name: str
) -> None:
    told(ask(Program(client, key_of(cast.sven.account)), name), 404)


def test_who_endorses_sees_nothing_of_a_new_revision(client: Client, cast: Cast, ids: dict[str, str]) -> None:
    losa, malia = (Program(client, key_of(person.account)) for person in (cast.losa, cast.malia))
    assert told(losa.post("/records/shown/endorse"))["revision"] == 1
    told(malia.revise("shown", "*"))
    told(losa.post("/records/shown/unendorse"), 409)
    told(malia.post("/records/shown/publish"))
    assert told(losa.post("/records/shown/unendorse"))["revision"] == 2


def test_nobody_writes_in_the_name_of_others(client: Client, cast: Cast) -> None:
    for person, owners in (
        (cast.sven, ("FJI", "navakavu", "reef-institute", "none")), (cast.malia, ("FJI", "reef-institute", "none")),
        (cast.losa, ("navakavu", "reef-institute", "none")),
    ):  # fmt: skip
        program = Program(client, key_of(person.account))
        answers = [program.post("/records", {"format": "need", "data": DATA, "owner": owner}) for owner in owners]
        assert {answer.status_code for answer in answers} == {403}
        assert len({orjson.loads(answer.content)["detail"] for answer in answers}) == 1
    assert not Record.objects.exists()


def test_webhooks_of_others_are_nobodys_business(client: Client, cast: Cast) -> None:
    one = Webhook.objects.create(account=cast.losa.account, url="https://losa.example/", secret="whsec_x")
    sven = Program(client, key_of(cast.sven.account))
    assert told(sven.get("/webhooks")) == {"webhooks": []}
    other = told(sven.send("DELETE", f"/webhooks/{one.pk}"), 404)
    missing = told(sven.send("DELETE", "/webhooks/999"), 404)
    assert {**other, "instance": ""} == {**missing, "instance": ""}
    losa = Program(client, key_of(cast.losa.account))
    listed = losa.get("/webhooks")
    assert b"whsec_x" not in listed.content
    assert losa.send("DELETE", f"/webhooks/{one.pk}").status_code == 204
    assert not Webhook.objects.exists()


# What must not be taken


@pytest.mark.parametrize("more", [
    {"author": 1}, {"author_id": 1}, {"state": "published"}, {"published": 1}, {"published_at": "2026-01-01"},
    {"workflow": "received"}, {"origin": "elsewhere"}, {"latest": 7}, {"id": "shown"}, {"id": "hidden-private"},
    {"id": "none"}, {"revision": 9}, {"confirmed_on": "2030-01-01"}, {"owner_id": "FJI"}, {"created_at": "2020-01-01"},
    {"batch": "x"}, {"actor": 1}, {"sha256": "x"}, {"": 1}, {"__class__": "x"},
])  # fmt: skip
def test_a_new_record_takes_nothing_else(client: Client, cast: Cast, ids: dict[str, str], more: dict[str, Any]) -> None:
    program = Program(client, key_of(cast.malia.account))
    before = state_of_everything()
    body = told(program.post("/records", {"format": "need", "data": DATA, **more}), 422)
    assert [error["field"] for error in body["errors"]] == list(more)
    if "id" in more:
        known = told(program.post("/records", {"format": "need", "data": DATA, "id": "any-other"}), 422)
        assert known["errors"] == body["errors"]
    if more != {"id": "shown"}:  # Its own id may be sent back.
        told(program.send("PUT", "/records/shown", {"data": DATA, **more}, If_Match="*"), 422)
    told(program.post("/records/shown/retire", more), 422)
    assert state_of_everything() == before


def test_a_revision_stays_with_its_owner_and_its_readers(client: Client, cast: Cast, ids: dict[str, str]) -> None:
    program = Program(client, key_of(cast.malia.account))
    for more in ({"owner": "reef-institute"}, {"visibility": "public"}, {"id": "hidden-draft"}, {"format": "need"}):
        told(program.revise("hidden-private", "*", **more), 422)
    record = Record.objects.get(pk="hidden-private")
    assert (record.owner_id, record.visibility, record.latest) == ("navakavu", "private", 1)


def test_confirming_takes_no_day(client: Client, cast: Cast, ids: dict[str, str]) -> None:
    told(Program(client, key_of(cast.malia.account)).post("/records/shown/confirm", {"on": "2099-01-01"}), 422)


# Nonsense

HEADERS: tuple[dict[str, str], ...] = (
    {"If-Match": "\xff"}, {"If-Match": '"' * 5000}, {"If-Match": '"9999999999999999999.00000000.0000000000000000"'},
    {"Idempotency-Key": "\x80"}, {"Idempotency-Key": "x" * 9000}, {"Content-Type": "application/json; charset=hex"},
    {"Accept": "\xff"}, {"Accept-Language": "nan;q=nan"}, {"X-Forwarded-For": "x, ' OR 1=1"},
    {"X-HTTP-Method-Override": "DELETE"}, {"Authorization": "Bearer " + "\xff" * 50},
    {"Authorization": "Bearer lb_" + "é" * 43}, {"Authorization": "Bearer\tx"}, {"Origin": "null"},
    {"Content-Length": "-1"}, {"Prefer": "x" * 4000},
)  # fmt: skip
BODIES: tuple[bytes, ...] = (
    b"", b"{", b"\xff\xfe", b"null", b"[]", b'"x"', b"1e999", b"NaN", b"[" * 100_000,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b'{"format": "need", "data": ' + b'{"title": ' * 900 + b"1" + b"}" * 901, b'{"data": {"title": "\\ud800"}}',
    b'{"format": "need", "format": "offer", "data": {}}', b'{"format": "need", "data": {"title": 1e400}}',
    b'{"format": "need", "language": "\\u0000", "data": {}}', b'{"format": "\\u0000", "data": {}}',
    b'{"format": "need", "data": {"title": "x", "summary": "y"}, "owner": "\\u0000"}',
    b'{"note": "\\u0000"}', b'{"note": 123456789012345678901234567890}', b'{"party": "\\u0000"}',
    b'{"text": "\\u0000"}',
    b'{"text": "x", "field": "\\u0000"}', b'{"text": "x", "answers": 99999999999999999999}', b'{"url": "\\u0000"}',
    b'{"url": "https://127.0.0.1/", "formats": ["\\u0000"]}', b'{"format": "need", "data": {"\\u0000": 1}}',
)  # fmt: skip


@pytest.mark.parametrize("name", SCOPES)
def test_no_header_and_no_body_is_too_odd(client: Client, cast: Cast, ids: dict[str, str], name: str) -> None:
    client.raise_request_exception = False
    program = Program(client, key_of(cast.malia.account))
    for headers in HEADERS:
        method, path = _address(name)
        response = program.send(method, path, {}, **{key.replace("-", "_"): value for key, value in headers.items()})
        assert response.status_code < 500, headers
    for body in BODIES:
        response = ask(program, name, "shown", body)
        assert response.status_code < 500, body[:60]
        assert b"Traceback" not in response.content


def _address(name: str) -> tuple[str, str]:
    special = {
        "create": ("POST", "/records"), "revise": ("PUT", "/records/shown"), "latest": ("GET", "/records/shown/latest"),
        "remarks": ("GET", "/records/shown/comments"),
        "webhooks": ("GET", "/webhooks"), "create_webhook": ("POST", "/webhooks"),
        "delete_webhook": ("DELETE", "/webhooks/1"),
    }  # fmt: skip
    return special.get(name, ("POST", f"/records/shown/{name}"))


@pytest.mark.parametrize("record_id", [
    "%00", "a%00b", "..%2F..", "%ed%a0%80", "x" * 3000, "-1", "' OR 1=1", "%E2%80%AE", "{{7*7}}", "records", "%ff",
])  # fmt: skip
def test_no_id_is_too_odd(client: Client, cast: Cast, record_id: str) -> None:
    client.raise_request_exception = False
    program = Program(client, key_of(cast.malia.account))
    for name in ON_RECORDS:
        assert ask(program, name, record_id).status_code in (404, 405), name


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_is_too_odd(client: Client, cast: Cast, ids: dict[str, str], text: str) -> None:
    client.raise_request_exception = False
    program = Program(client, key_of(cast.malia.account))
    sent = orjson.dumps(text.encode("utf-8", "replace").decode())
    for body in (
        b'{"format": "need", "data": {"title": {"en": %s}, "summary": %s}}',
        b'{"format": "need", "data": DATA, "note": %s}',
        b'{"format": %s, "data": {}}', b'{"format": "need", "language": %s, "data": {}}',
    ):  # fmt: skip
        whole = body.replace(b"DATA", orjson.dumps(DATA))
        assert program.post("/records", whole.replace(b"%s", sent)).status_code in (201, 422)
    for path in ("submit", "withdraw", "retire"):
        assert program.post(f"/records/hidden-draft/{path}", b'{"note": %s}' % sent).status_code in (200, 409, 422)
    assert program.post("/records/hidden-draft/comments", b'{"text": %s}' % sent).status_code in (201, 422)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8,
)  # fmt: skip
_FIELDS = st.sampled_from(
    ["format", "language", "data", "owner", "visibility", "note", "id", "party", "text", "field", "answers", "url"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(set(SCOPES) - {"latest", "remarks", "webhooks"})),
    body=st.dictionaries(_FIELDS, _JSON, max_size=5),
)
def test_whatever_is_sent_is_answered(
    client: Client, cast: Cast, ids: dict[str, str], name: str, body: dict[str, Any]
) -> None:
    program = Program(client, key_of(cast.malia.account))
    try:
        sent = orjson.dumps(body)
    except (TypeError, UnicodeEncodeError):  # Numbers and characters that no JSON has.
        sent = repr(body).encode("utf-8", "replace")
    assert ask(program, name, "shown", sent).status_code < 500
    Token.objects.all().delete()


# Again, and elsewhere


def test_a_stored_answer_is_not_for_others(client: Client, cast: Cast) -> None:
    body = {"format": "need", "data": HIDDEN_DATA, "owner": "navakavu"}
    malia = Program(client, key_of(cast.malia.account))
    made = told(malia.post("/records", body, Idempotency_Key="k"), 201)
    sven = Program(client, key_of(cast.sven.account))
    response = sven.post("/records", body, Idempotency_Key="k")
    told(response, 403)
    assert made["id"].encode() not in response.content


INSIDE = (
    "http://receiver.example/", "https://localhost/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/",
    "https://0x7f.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:a9fe:a9fe]/",
    "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", "https://192.168.0.1/", "https://172.16.0.1/",
    "https://100.100.100.200/", "https://168.63.129.16/", "https://[fd00:ec2::254]/", "https://[fe80::1]/",
    "https://[64:ff9b::a00:1]/", "https://0.0.0.0/", "https://user:pass@receiver.example/", "file:///etc/passwd",
    "gopher://127.0.0.1:25/_x", "https://receiver.example:25/", "javascript:alert(7)", "//receiver.example/", "https://",
    "https://receiver.example/\r\nX: y", "https://a.invalid/", "https://[::/", "x", "",
)  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
def test_no_webhook_leads_inside(client: Client, cast: Cast, url: str) -> None:
    program = Program(client, key_of(cast.malia.account))
    body = told(program.post("/webhooks", {"url": url}), 422)
    assert [error["field"] for error in body["errors"]] == ["url"]
    assert not Webhook.objects.exists()


def test_a_webhook_is_registered_and_its_secret_told_once(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve: Callable[..., list[str]] = lambda to, local=False: ["93.184.215.14"]  # noqa: E731
    monkeypatch.setattr(webhooks, "resolve", resolve)
    program = Program(client, key_of(cast.malia.account))
    made = told(program.post("/webhooks", {"url": "https://receiver.example/", "verbs": ["publish"]}), 201)
    assert made["secret"].startswith("whsec_")
    listed = told(program.get("/webhooks"))["webhooks"]
    assert [(one["id"], one["url"], one["verbs"], one["secret"]) for one in listed] == [
        (made["id"], "https://receiver.example/", ["publish"], None)
    ]
    told(program.post("/webhooks", {"url": "https://receiver.example/", "verbs": ["sing"]}), 422)


def test_a_slow_name_server_holds_up_nobody(
    transactional_db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked while no transaction is open: on SQLite everybody else who writes would wait for it."""
    in_transaction: list[bool] = []

    def resolve(to: Any, local: bool = False) -> list[str]:
        in_transaction.append(connection.in_atomic_block)
        return ["93.184.215.14"]

    monkeypatch.setattr(webhooks, "resolve", resolve)
    program = Program(client, key_of(assemble().malia.account))
    for _ in range(2):
        told(program.post("/webhooks", {"url": "https://slow.example/"}, Idempotency_Key="k"), 201)
    assert in_transaction == [False, False]
    assert Webhook.objects.count() == 1
