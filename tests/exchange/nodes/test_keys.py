"""The keys of this node, and lists of keys: followed from the fingerprint that people checked, and no further."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from landbridge.exchange.models import NodeKey, Statement
from landbridge.exchange.nodes import keys, moments, statements
from landbridge.exchange.nodes.lists import BadKey, BadList, OldList, verified_list
from landbridge.exchange.signing import signed, verify
from landbridge.registry.queries import states
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.workflow import Workflow
from landbridge.registry.writing import NODE, Actor, Forbidden
from tests.exchange.nodes.elsewhere import Elsewhere

KENYA = "https://kenya.example"


def own(record_id: str) -> None:
    data = {"title": {"en": record_id}, "summary": {"en": record_id}}
    receive_many([Arrival(record_id, "technology", data)], actor=NODE, workflow=Workflow.REFERENCE)
    statements.state(states([record_id]), [record_id])


# Lists, without a database.


def test_todays_key_is_found_from_the_first_fingerprint() -> None:
    node = Elsewhere(KENYA)
    first = node.root.id
    known = verified_list(node.list(), [first])
    for _ in range(3):
        node.rotate()
    found = verified_list(node.list(), [first])
    assert [key.id for key in found.keys.values() if key.works and not key.spare] == [node.current.id]
    assert verified_list(node.list(), ["0" * 64], known).sequence > known.sequence
    with pytest.raises(BadList, match="vouches"):
        verified_list(node.list(), ["0" * 64])


def forgeries(node: Elsewhere) -> dict[str, Any]:
    thief = Elsewhere(KENYA)
    good, row = node.list(), dict(node.list()["keys"][0])
    strange = thief.root
    smuggled = {**strange.row, "by": node.root.id}
    return {
        "of another": thief.list(),
        "signed by a stranger": signed({**good}, strange.private),
        "a smuggled key": signed({**good, "keys": [*good["keys"], smuggled], "key": None}, strange.private),
        "changed": {**good, "names": {"en": "Other"}}, "another node": {**good, "node": "https://x.example"},
        "nothing": {}, "a word": "keys", "a row": [good], "no keys": {**good, "keys": []},
        "many keys": {**good, "keys": [row] * 300}, "twice": {**good, "keys": [row, row]},
        "numbers": {**good, "sequence": 1.5}, "negative": {**good, "sequence": -1}, "text": {**good, "keys": "no"},
        "bad key": {**good, "keys": [{**row, "public": "AAAA"}]}, "name": {**good, "keys": [{**row, "id": "0" * 64}]},
        "dates": {**good, "said": "2026"}, "nulls": {**good, "keys": [None]}, "kind": {**good, "kind": "record"},
        "names": {**good, "names": {"en": "x" * 300}}, "address": {**good, "node": "javascript:alert(1)"},
    }  # fmt: skip


def test_no_forged_list_is_followed() -> None:
    node = Elsewhere(KENYA)
    for name, forged in forgeries(node).items():
        with pytest.raises(BadList):
            verified_list(forged, [node.root.id])
            raise AssertionError(name)


def test_what_was_said_once_stays_said() -> None:
    node = Elsewhere(KENYA)
    first = node.list()
    node.rotate()
    known = verified_list(node.list(), [node.root.id])
    with pytest.raises(OldList):
        verified_list(first | {}, [node.root.id], known)
    rows = node.list()["keys"]
    stripped = [row for row in rows if row["id"] != node.root.id]
    back = [{**row, "until": None} if row["id"] == node.root.id else row for row in rows]
    for keys_ in (stripped, [{**row, "since": "2020-01-01T00:00:00.000Z"} for row in rows]):
        said = {**node.list(), "keys": keys_}
        with pytest.raises(BadList):
            verified_list(signed(said, node.current.private), [node.root.id], known)
    # A replaced key that somebody stole can sign no list.
    with pytest.raises(BadList, match="vouches"):
        verified_list(signed({**node.list(), "keys": back}, node.root.private), [node.root.id], known)


def test_the_spare_key_has_the_last_word_and_a_thief_cannot_end_it() -> None:
    node, now = Elsewhere(KENYA), moments.written(moments.now())
    known = verified_list(node.list(), [node.root.id])
    thief = Elsewhere(KENYA)
    thief.keys = [node.root]
    # With the stolen key: a key of the thief's, the spare key ended, or another spare key.
    mine = thief.add(node.root)
    rows = [dict(key.row) for key in node.keys]
    ended = [{**row, "revoked": now} if row["spare"] else row for row in rows]
    without = [row for row in rows if not row["spare"]]
    second = thief.add(node.root, spare=True)
    for keys_ in (ended, without, [*rows, second.row], [*rows, {**mine.row, "spare": True}]):
        with pytest.raises(BadList):
            verified_list(signed({**node.list(), "keys": keys_}, node.root.private), [node.root.id], known)
    taken = verified_list(signed({**node.list(), "keys": [*rows, mine.row], "sequence": 2**52}, node.root.private),
                          [node.root.id], known)  # fmt: skip
    assert mine.id in taken.keys, "a thief with the key can add keys, until it is noticed"
    # The owner: the stolen key is revoked, and what came with it is struck out, whatever number the thief used.
    node.root.row["revoked"] = now
    node.add(node.spare)
    after = verified_list(node.list(by=node.spare), [node.root.id], taken)
    assert mine.id not in after.keys
    for by in (node.root, mine):
        with pytest.raises(BadKey):
            after.for_statement(by.id, moments.now() - timedelta(days=99))
        with pytest.raises(BadList):
            verified_list(signed({**node.list(), "keys": [*rows, mine.row], "sequence": 2**53 - 1}, by.private),
                          [node.root.id], after)  # fmt: skip


# Our own.


@pytest.mark.django_db
def test_keys_are_made_once_and_their_private_halves_are_sealed() -> None:
    said = keys.own_list()
    assert keys.own_list() == said
    assert NodeKey.objects.count() == 2
    assert sorted(row["spare"] for row in said["keys"]) == [False, True]
    found = keys.own_keys()
    assert found.signed_with == keys.own_key().pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT private FROM exchange_nodekey")
        sealed = [row[0] for row in cursor.fetchall()]
    raw = keys.private_key(keys.own_key()).private_bytes_raw()
    assert all(raw.hex() not in one and one.startswith("gAAAA") for one in sealed)


@pytest.mark.django_db
def test_another_secret_of_the_node_is_told_in_one_line(settings: Any) -> None:
    key = keys.own_key()
    settings.SECRET_KEY = "x" * 50
    with pytest.raises(keys.KeyLost, match="LANDBRIDGE_SECRET_KEY"):
        keys.private_key(key)


@pytest.mark.django_db
def test_a_replaced_key_keeps_what_it_signed() -> None:
    own("a")
    old, said = keys.own_key(), statements.says(Statement.objects.get().body)
    known = verified_list(keys.own_list(), [old.pk])
    new = keys.rotate(actor=NODE)
    found = verified_list(keys.own_list(), [old.pk], known)
    verify(said, found.for_statement(said["key"], moments.read(said["said"])).public)
    own("b")
    assert statements.says(Statement.objects.get(record_id="b").body)["key"] == new.pk
    with pytest.raises(BadKey, match="replaced"):
        found.for_statement(old.pk, moments.now() + timedelta(hours=1))


@pytest.mark.django_db
@pytest.mark.parametrize("on_paper", [False, True])
def test_a_stolen_key_is_revoked_with_the_spare_and_all_is_signed_anew(on_paper: bool) -> None:
    own("a")
    own("b")
    stolen, known = keys.own_key(), keys.own_keys()
    secret = keys.take_spare_out(actor=NODE) if on_paper else ""
    if on_paper:
        with pytest.raises(keys.KeyLost):
            statements.revoke(actor=NODE, key_id=stolen.pk)
        with pytest.raises(keys.KeyLost, match="another key"):
            statements.revoke(actor=NODE, key_id=stolen.pk, spare_secret="A" * 43)
    new, count = statements.revoke(actor=NODE, key_id=stolen.pk[:12], spare_secret=secret)
    assert (count, keys.own_key().pk) == (2, new.pk)
    found = verified_list(keys.own_list(), ["0" * 64], known)
    for row in Statement.objects.all():
        said = statements.says(row.body)
        verify(said, found.for_statement(said["key"], row.said_at).public)
    with pytest.raises(BadKey, match="revoked"):
        found.for_statement(stolen.pk, moments.now() - timedelta(days=900))
    assert len([key for key in found.keys.values() if key.spare and key.works]) == 1
    keys.rotate(actor=NODE)
    assert verified_list(keys.own_list(), ["0" * 64], found).sequence > found.sequence


@pytest.mark.django_db
def test_only_who_administers_the_node_has_to_do_with_keys() -> None:
    for act in (
        lambda: keys.rotate(actor=Actor()), lambda: keys.take_spare_out(actor=Actor()),
        lambda: keys.revoke(actor=Actor(), key_id="x"), lambda: keys.name(actor=Actor(), names={"en": "x"}),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            act()


@pytest.mark.django_db
def test_names_are_said_in_the_list() -> None:
    before = keys.own_list()["sequence"]
    said = keys.name(actor=NODE, names={"fr": " Nœud  du Togo ", "en": "Togo"})
    assert (said["names"], said["sequence"] > before) == ({"fr": "Nœud du Togo", "en": "Togo"}, True)
    for wrong in ({}, {"en": " "}, {"de": "Togo"}, {"en": "x" * 201}):
        with pytest.raises(ValueError, match="Name the node"):
            keys.name(actor=NODE, names=wrong)


# What is said of records.


@pytest.mark.django_db
def test_numbers_grow_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    own("a")
    first = Statement.objects.get()
    monkeypatch.setattr(moments, "now", lambda: first.said_at - timedelta(days=400))
    statements.state({}, ["a"])
    second = Statement.objects.get()
    assert (second.gone, second.sequence, second.serial > first.serial) == (True, first.sequence + 1, True)


@pytest.mark.django_db
def test_under_another_address_all_is_said_anew_and_followed_from_the_same_key(settings: Any) -> None:
    own("a")
    first = keys.own_key().pk
    assert not statements.is_said_elsewhere()
    settings.BASE_URL = "https://CHM.togo.example"
    assert statements.is_said_elsewhere()
    assert statements.sign_anew() == 1
    assert not statements.is_said_elsewhere()
    assert statements.says(Statement.objects.get().body)["node"] == "https://chm.togo.example"
    assert verified_list(keys.own_list(), [first]).node == "https://chm.togo.example"


@pytest.mark.django_db
def test_what_is_said_already_is_not_said_again() -> None:
    own("a")
    serial = Statement.objects.get().serial
    assert statements.state(states(["a"]), ["a"]) == 0
    assert Statement.objects.get().serial == serial


@pytest.mark.django_db
def test_what_is_hidden_is_said_to_be_gone_and_nothing_else() -> None:
    data = {"title": {"en": "t"}, "summary": {"en": "secret"}}
    for visibility, gone in (("public", False), ("network", False), ("parties", True), ("public", False),
                             ("private", True)):  # fmt: skip
        receive_many([Arrival("a", "technology", data, visibility=visibility)], actor=NODE,
                     workflow=Workflow.REFERENCE)  # fmt: skip
        statements.state(states(["a"]), ["a"])
        row = Statement.objects.get()
        assert row.gone is gone
        assert (b"secret" in bytes(row.body)) is not gone
        if visibility == "network":
            assert row.farewell is not None
            farewell = statements.says(row.farewell)
            assert (farewell["gone"], "data" in farewell) == (True, False)
            assert farewell["sequence"] < row.sequence
    receive_many([Arrival("never", "technology", data, visibility="private")], actor=NODE, workflow=Workflow.REFERENCE)
    assert statements.state(states(["never"]), ["never"]) == 0, "of what nobody saw nothing is said"
