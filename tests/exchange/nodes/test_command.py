"""`landbridge node`, all of it on one node, with its exit codes."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from click.testing import CliRunner, Result

from landbridge.commands.node import node
from landbridge.exchange.models import Peer, Quarantined, Statement
from landbridge.exchange.nodes import keys
from landbridge.registry.models import Record
from landbridge.registry.workflow import State
from tests.exchange.nodes.elsewhere import Elsewhere
from tests.exchange.nodes.server import Answer, Served, served
from tests.exchange.nodes.test_keys import own

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def next_door(settings: Any, tmp_path: Any) -> None:
    settings.NEIGHBOURS, settings.DATA, settings.MEDIA_ROOT = [ip_network("127.0.0.0/8")], tmp_path, tmp_path / "files"


@pytest.fixture
def kenya() -> Iterator[Served]:
    with served(Elsewhere()) as it:
        yield it


def call(*arguments: str, code: int = 0, text: str = "") -> str:
    done: Result = CliRunner().invoke(node, arguments, input=text)
    assert done.exit_code == code, (arguments, done.output, done.exception)
    return done.output


def test_a_peer_from_the_first_word_to_the_last(kenya: Served) -> None:
    address, fingerprint = kenya.node.node, kenya.node.root.id
    kenya.order = [kenya.node.say("a"), kenya.node.say("b", format="poem")]
    assert "2 public records" in call("add", address, fingerprint)
    said = call("sync")
    assert "1 new" in said
    assert "refused      b: format" in said
    assert "active" in call("list")
    assert "pull" in call("exchanges", "--peer", address)
    number = str(Quarantined.objects.get().pk)
    assert "poem" in call("quarantine", number)
    assert number in call("quarantine", "--reason", "format")
    assert "refused as before" in call("settle", number, "again", code=1)
    call("settle", number, "drop")
    assert Quarantined.objects.get().settled == "drop"
    call("settle", number, "drop", code=1)
    said = call(
        "policy", address, "--take", "--format", "event", "--public-only", "--every", "60", "--direction", "both"
    )
    assert "formats event; visibility public" in said
    assert "every 60 seconds" in said
    call("policy", address, "--format", "event", code=2)
    call("pause", address)
    assert "is paused" in call("sync", address, code=1)
    call("block", address)
    call("resume", address)
    assert "retired" in call("remove", address, "--retire", "--yes")
    assert Record.objects.get(pk="a").state == State.RETIRED
    call("remove", address, "--yes", code=1)


def test_what_fails_is_told_in_a_line_and_by_the_exit_code(kenya: Served) -> None:
    kenya.instead = lambda path, query: Answer(500)
    assert "could not be asked yet" in call("add", kenya.node.node, kenya.node.root.id)
    assert "500" in call("sync", code=1)
    for wrong in (("add", kenya.node.node, "abc"), ("add", "nonsense", "0" * 64), ("add", keys.me(), "0" * 64),
                  ("pause", "https://nobody.example"), ("quarantine", "99"), ("settle", "99", "drop"),
                  ("revoke", "0123456789", "--yes")):  # fmt: skip
        assert "Error: " in call(*wrong, code=1), wrong
    call("settle", "1", "burn", code=2)
    assert Peer.objects.count() == 1


def test_keys_and_names() -> None:
    own("a")
    call("name", "fr=Nœud du Togo", "en=Togo")
    call("name", "de=Togo", code=2)
    said = call("show")
    first = keys.own_key().pk
    assert "Nœud du Togo" in said
    assert first[:4] in said
    assert '"kind": "keys"' in call("show", "--json")
    call("rotate")
    second = keys.own_key().pk
    assert second != first
    secret = call("spare", "--yes").strip()
    assert "kept outside" in call("revoke", second[:16], "--yes", code=1)
    assert "1 are signed anew" in call("revoke", second[:16], "--yes", "--spare-file", "-", text=secret)
    assert keys.own_key().pk not in (first, second)
    assert keys.own_key().pk.encode() in bytes(Statement.objects.get().body)
