"""The addresses that other nodes call, asked by nodes that are what they say, and by others."""

import gzip
import hashlib
import time
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from landbridge.exchange.models import Nonce, Peer, Statement, ThisNode, WantedFile
from landbridge.exchange.nodes import keys, serving, statements, sync, tasks
from landbridge.exchange.nodes.files import half
from landbridge.exchange.nodes.signatures import Asked, sign
from landbridge.exchange.nodes.taking import take
from landbridge.registry.files import place_of
from landbridge.registry.models import StoredFile
from landbridge.registry.queries import get, states
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.rules import ANYONE
from landbridge.registry.workflow import Workflow
from landbridge.registry.writing import NODE
from tests.exchange.nodes.elsewhere import Elsewhere, Made

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = "/exchange/statements"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DATA, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"


@pytest.fixture
def togo() -> Elsewhere:
    return Elsewhere("https://togo.example")


def peer_of(node: Elsewhere, **fields: Any) -> Peer:
    return Peer.objects.create(address=node.node, fingerprint=node.root.id, keys=node.list(), **fields)


def own(record_id: str, visibility: str = "public", **more: Any) -> None:
    data = {"title": {"en": record_id}, "summary": {"en": f"About {record_id}"}, **more}
    arrival = Arrival(record_id, "technology", data, visibility=visibility)
    receive_many([arrival], actor=NODE, workflow=Workflow.REFERENCE)
    statements.state(states([record_id]), [record_id])


def ask(
    path: str, query: str = "", node: Elsewhere | None = None, body: bytes = b"", by: Made | None = None,
    method: str = "", **headers: str,
) -> Any:  # fmt: skip
    """Ask as a node does, with its signature."""
    method = method or ("POST" if body else "GET")
    sent = dict(headers)
    if node is not None:
        key = by or node.current
        plain = Asked(method, "localhost", path, query, {}, body)
        sent |= sign(plain, node.node, key.id, key.private, time.time())
    client = Client(headers={"host": "localhost", **sent}, raise_request_exception=False)
    address = f"{path}?{query}" if query else path
    return client.generic(method, address, body, content_type="application/jsonl")


def records(answer: Any) -> list[str]:
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    return [line["record"] for line in lines if line["kind"] == "record"]


def test_everybody_reads_what_is_public_and_only_peers_what_is_for_the_network(togo: Elsewhere) -> None:
    own("open")
    own("ours", "network")
    own("closed", "private")
    peer_of(togo)
    assert records(ask(LIST)) == ["open"]
    assert records(ask(LIST, node=togo)) == ["open", "ours"]
    Peer.objects.update(gives={"visibility": "public"})
    assert records(ask(LIST, node=togo)) == ["open"]
    Peer.objects.update(gives={}, state="paused")
    assert records(ask(LIST, node=togo)) == ["open"]


def test_what_was_public_is_gone_for_those_who_may_read_it_no_more(togo: Elsewhere) -> None:
    own("a")
    peer_of(togo)
    receive_many([Arrival("a", "technology", {"title": {"en": "a"}, "summary": {"en": "s"}}, visibility="network")],
                 actor=NODE, workflow=Workflow.REFERENCE)  # fmt: skip
    statements.state(states(["a"]), ["a"])
    public = [orjson.loads(line) for line in ask(LIST).content.splitlines()][-1]
    assert (public["record"], public["gone"], "data" in public) == ("a", True, False)
    assert orjson.loads(ask(LIST, node=togo).content.splitlines()[-1])["data"]["summary"] == {"en": "s"}


def test_reading_on_and_beginning_anew(togo: Elsewhere) -> None:
    for name in ("a", "b", "c"):
        own(name)
    first = ask(LIST, "limit=2")
    assert (records(first), first["Landbridge-More"]) == (["a", "b"], "1")
    epoch, onward = first["Landbridge-Epoch"], first["Landbridge-Next"]
    known = keys.own_list()["sequence"]
    rest = ask(LIST, f"since={onward}&epoch={epoch}&list={known}")
    assert (records(rest), rest["Landbridge-More"]) == (["c"], "0")
    nothing = ask(LIST, f"since={rest['Landbridge-Next']}&epoch={epoch}&list={known}")
    assert (nothing.status_code, nothing.content) == (204, b"")
    serving.begin_anew()
    assert records(ask(LIST, f"since={rest['Landbridge-Next']}&epoch={epoch}")) == ["a", "b", "c"]


def test_a_database_that_was_put_back_begins_another_order() -> None:
    own("a")
    own("b")
    name, high = serving.order()
    assert serving.order() == (name, high)
    ThisNode.objects.update(high=high - 1)
    assert serving.order()[0] != name


def test_nodes_do_not_get_their_own_records_back_unless_they_ask_what_there_is(togo: Elsewhere) -> None:
    own("ours")
    take([togo.say("theirs")], via=togo.node, carrier=peer_of(togo))
    assert records(ask(LIST, node=togo)) == ["ours"]
    assert records(ask(LIST, f"of={togo.node}", node=togo)) == ["theirs"]
    assert records(ask(LIST)) == ["ours", "theirs"]
    heads = [orjson.loads(line) for line in ask(LIST).content.splitlines()]
    assert [one["node"] for one in heads if one["kind"] == "keys"] == [keys.me(), togo.node]


def test_a_push_is_taken_in_and_answered_with_what_became_of_it(togo: Elsewhere) -> None:
    peer_of(togo)
    lines = b"\n".join(orjson.dumps(one) for one in (togo.list(), togo.say("a"), togo.say("b", format="poem")))
    answer = ask(LIST, node=togo, body=gzip.compress(lines), **{"content-encoding": "gzip"})
    told = answer.json()
    assert (answer.status_code, told["new"], told["refused"], told["problems"][0][1]) == (200, 1, 1, "format")
    assert get("a", ANYONE).origin == togo.node


def test_an_empty_push_is_a_word_that_there_is_something_new(togo: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    peer, begun = peer_of(togo), []
    monkeypatch.setattr(tasks, "begin", begun.append)
    Peer.objects.update(due_at="2040-01-01T00:00Z")
    assert ask(LIST, node=togo, method="POST").status_code == 202
    peer.refresh_from_db()
    assert peer.due_at.year < 2040
    assert begun == [peer]
    assert [sync.claim(peer), sync.claim(peer)] == [True, False], "of several processes one exchanges"


def test_who_does_not_prove_who_they_are_is_turned_away(togo: Elsewhere) -> None:
    peer, stranger = peer_of(togo), Elsewhere("https://evil.example")
    body = orjson.dumps(togo.say("a"))
    answers = [
        ask(LIST, body=body), ask(LIST, node=stranger, body=body),
        ask(LIST, node=togo, by=stranger.root, body=body), ask(LIST, **{"landbridge-node": togo.node}),
        ask(LIST, **{"landbridge-node": "\0"}), ask(LIST, **{"landbridge-node": togo.node, "signature": "sig1=:AA==:"}),
    ]  # fmt: skip
    assert [one.status_code for one in answers] == [403, 403, 401, 401, 200, 401]
    assert all(0 < len(one.json()["error"]) < 200 for one in answers if one.status_code > 300)
    peer.state = "blocked"
    peer.save()
    assert ask(LIST, node=togo).status_code == 401
    Peer.objects.update(state="known")
    assert ask(LIST, node=togo, body=body).status_code == 403
    assert not Statement.objects.exists()


def test_the_same_request_counts_once(togo: Elsewhere) -> None:
    peer_of(togo)
    headers = sign(Asked("GET", "localhost", LIST, "", {}), togo.node, togo.root.id, togo.root.private, time.time())
    client = Client(headers={"host": "localhost", **headers})
    assert [client.get(LIST).status_code for _ in range(2)] == [200, 401]
    assert Nonce.objects.count() == 1
    Nonce.objects.update(until="2020-01-01T00:00Z")
    serving.forget_nonces()
    assert not Nonce.objects.exists()


def test_a_key_that_was_replaced_proves_nothing_until_its_list_came(togo: Elsewhere) -> None:
    peer_of(togo)
    old = togo.current
    togo.rotate()
    assert ask(LIST, node=togo).status_code == 401
    assert ask("/exchange/keys", body=orjson.dumps(togo.list())).json() == {"taken": True}
    assert ask(LIST, node=togo).status_code in (200, 204)
    assert ask(LIST, node=togo, by=old).status_code == 401
    for wrong in (b"{", b"[]", b"null", b'{"node": "https://togo.example"}', orjson.dumps(Elsewhere(togo.node).list())):
        assert ask("/exchange/keys", body=wrong).status_code == 400
    assert ask("/exchange/keys", body=b"x" * 300_000).status_code == 413
    assert ask("/exchange/keys", body=orjson.dumps(Elsewhere("https://new.example").list())).status_code == 200
    assert Peer.objects.count() == 1, "nobody makes himself known by sending a list"


def test_no_question_is_too_strange(togo: Elsewhere) -> None:
    peer_of(togo)
    own("a")
    for query in ("since=-1", "since=9" * 30, "limit=0", "limit=99999999", "since=x&limit=y", "epoch=%00", "of=%00",
                  "of=javascript:1", "list=%F0%9F%92%A9", "since=١٢"):  # fmt: skip
        assert ask(LIST, query).status_code in (200, 204), query
    for body, coding in ((b"\x1f\x8bbroken", "gzip"), (gzip.compress(b"\n" * 30_000_000), "gzip"), (b"abc", "br"),
                         (gzip.compress(b"{}")[:-4], "gzip")):  # fmt: skip
        assert ask(LIST, node=togo, body=body, **{"content-encoding": coding}).status_code == 400
    assert ask(LIST, node=togo, body=b"{}\n" * 20_000).status_code == 413
    assert ask(LIST, node=togo, body=b"x" * 2_450_000).status_code == 413
    assert ask(LIST, node=togo, body=b"\xff\xfe\x00").json()["refused"] >= 1
    assert ask(LIST, method="DELETE").status_code == 405


def test_files_are_given_to_those_who_may_have_their_record_whole_or_in_pieces(togo: Elsewhere) -> None:
    peer_of(togo)
    body = b"%PDF-1.4 0123456789 %%EOF"
    sha256 = hashlib.sha256(body).hexdigest()
    place_of(sha256).parent.mkdir(parents=True)
    place_of(sha256).write_bytes(body)
    StoredFile.objects.create(sha256=sha256, media_type="application/pdf", size=len(body))
    named = {"name": "a.pdf", "media_type": "application/pdf", "size": len(body), "sha256": sha256, "alt": "A"}
    own("ours", "network", files=[named])
    path = f"/exchange/files/{sha256}"
    assert ask(path, "record=ours").status_code == 404
    whole = ask(path, "record=ours", node=togo)
    assert b"".join(whole.streaming_content) == body
    piece = ask(path, "record=ours", node=togo, range="bytes=9-18")
    assert (piece.status_code, piece.content, piece["Content-Range"]) == (206, b"0123456789", f"bytes 9-18/{len(body)}")
    assert ask(path, "record=ours", node=togo, range="bytes=99-").status_code == 416
    for query in ("", "record=other", "record=%00", "record=" + "x" * 500):
        assert ask(path, query, node=togo).status_code == 404
    assert "attachment" in whole["Content-Disposition"]
    assert "sandbox" in whole["Content-Security-Policy"]


def test_a_peer_that_pushes_brings_the_files_of_its_records(togo: Elsewhere) -> None:
    peer_of(togo)
    kenya = Elsewhere("https://kenya.example")
    peer_of(kenya)
    body = b"%PDF-1.4 " + b"x" * 500 + b" %%EOF"
    sha256 = hashlib.sha256(body).hexdigest()
    named = {"name": "a.pdf", "media_type": "application/pdf", "size": len(body), "sha256": sha256, "alt": "A"}
    one = {name: named[name] for name in ("sha256", "size", "media_type")}
    said = togo.say("a", data={"title": {"en": "t"}, "summary": {"en": "s"}, "files": [named]}, files=[one])
    told = ask(LIST, node=togo, body=orjson.dumps(said)).json()
    assert (told["new"], told["lacks"]) == (1, 1)
    lacking = {"sha256": sha256, "record": "a", "size": len(body), "have": 0}
    assert ask("/exchange/wanted", node=togo).json() == {"files": [lacking], "lacks": 1}
    assert ask("/exchange/wanted", node=kenya).json() == {"files": [], "lacks": 0}
    assert ask("/exchange/wanted").status_code == 403
    path = f"/exchange/files/{sha256}"
    assert ask(path, "record=a&from=0", body=body).status_code == 403
    assert ask(path, "record=a&from=0", node=kenya, body=body).status_code == 404
    assert ask(path, "record=a\0&from=0", node=togo, body=body).status_code == 404
    assert ask(path, "record=a&from=0", node=togo, body=body[:100]).json() == {"have": 100}
    again = ask(path, "record=a&from=0", node=togo, body=body[:100])
    assert (again.status_code, again.json()["have"]) == (409, 100)
    assert ask(path, "record=a&from=100", node=togo, body=body).status_code == 422, "longer than it was named"
    assert not half(sha256).exists()
    assert ask("/exchange/wanted", node=togo).json() == {"files": [], "lacks": 1}, "asked for again after a pause"
    WantedFile.objects.update(due_at=timezone.now())
    assert ask(path, "record=a&from=0", node=togo, body=body.replace(b"xx", b"xy")).status_code == 422
    WantedFile.objects.update(due_at=timezone.now())
    for begin in range(0, len(body), 200):
        answer = ask(path, f"record=a&from={begin}", node=togo, body=body[begin : begin + 200])
        assert answer.json() == {"have": min(begin + 200, len(body))}
    assert place_of(sha256).read_bytes() == body
    assert StoredFile.objects.get().brought_by is None
    assert ask(path, "record=a&from=0", node=togo, body=body).status_code == 404, "nothing is lacking any more"


def test_what_the_node_says_of_itself() -> None:
    own("a")
    told = ask("/exchange/node").json()
    assert (told["node"], told["records"], told["fingerprint"]) == (keys.me(), 1, keys.own_key().pk)
    assert told["formats"]["technology"] >= 1
    assert ask("/exchange/keys").json() == keys.own_list()


def test_an_idle_question_is_small(togo: Elsewhere) -> None:
    """Headers and all, both ways; the bar of 2 kB is measured on the wire in benchmarks/nodes.py."""
    own("a")
    peer_of(togo)
    first = ask(LIST, node=togo)
    query = f"since={first['Landbridge-Next']}&epoch={first['Landbridge-Epoch']}&list={keys.own_list()['sequence']}"
    answer = ask(LIST, query, node=togo)
    assert (answer.status_code, answer.content) == (204, b"")
    assert sum(len(name) + len(value) + 4 for name, value in answer.headers.items()) < 1_100
