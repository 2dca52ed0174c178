"""A node that moves to another address: it stays the same node, and nobody else can say that they are it."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from landbridge.exchange.models import Peer, Quarantined, Received, Statement
from landbridge.exchange.nodes import keys, moving, sync
from landbridge.exchange.nodes.lists import BadList, moved_list, verified_list
from landbridge.exchange.nodes.shelf import learn
from landbridge.exchange.nodes.statements import says, state
from landbridge.exchange.nodes.taking import Taken, take
from landbridge.lib.doors.http import Failed
from landbridge.registry.models import Change, Record
from landbridge.registry.queries import states
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.workflow import Workflow
from landbridge.registry.writing import NODE, Actor, Forbidden
from tests.exchange.nodes.elsewhere import Elsewhere
from tests.exchange.nodes.server import served

pytestmark = pytest.mark.django_db
OLD, NEW = "https://kenya.example", "https://chm.kenya.example"


@pytest.fixture
def kenya() -> Elsewhere:
    return Elsewhere(OLD)


def peer_of(node: Elsewhere, **fields: Any) -> Peer:
    return Peer.objects.create(address=node.node, fingerprint=node.root.id, keys=node.list(), **fields)


def took(carrier: Peer | None, *said: Any) -> Taken:
    return take(said, via=carrier.address if carrier else "bundle", carrier=carrier)


def test_what_came_from_a_node_goes_with_it_and_goes_on(kenya: Elsewhere) -> None:
    peer = peer_of(kenya, cursor=7, epoch="e", reach="https://inside.example", failures=3, error="Nobody there")
    took(peer, kenya.say("a-pump"), kenya.say("a-well"))
    took(peer, kenya.bury("a-well"))
    last = Change.objects.latest("serial").serial
    kenya.move(NEW)
    taken = took(None, kenya.list(), kenya.say("a-pump", title="A better pump"))
    assert (taken.keys, taken.changed, taken.problems) == (1, 1, [])
    peer.refresh_from_db()
    assert (peer.address, peer.reach, peer.state, peer.cursor, peer.failures) == (NEW, "", "active", 7, 0)
    assert set(Record.objects.values_list("origin", flat=True)) == {NEW}
    assert set(Received.objects.values_list("origin", "via")) == {(NEW, "bundle"), (NEW, NEW)}
    assert says(Statement.objects.get(record_id="a-pump").body)["node"] == NEW
    told = Change.objects.filter(serial__gt=last).values_list("record_id", flat=True)
    assert list(told) == ["a-pump", "a-pump"], (
        "those who follow the journal hear of the new address, then of the change"
    )


def test_what_it_said_from_there_before_we_knew_is_taken_in_then(kenya: Elsewhere) -> None:
    peer = peer_of(kenya)
    took(peer, kenya.say("a-pump"))
    kenya.move(NEW)
    new = kenya.say("a-pump", title="A better pump")
    assert [reason for _, reason, _ in took(peer, new).problems] == ["key"]
    took(peer, kenya.list())
    assert not Quarantined.objects.filter(settled_at=None).exists()
    assert Record.objects.get().origin == NEW
    assert states(["a-pump"])["a-pump"].data["title"] == {"en": "A better pump"}


def test_a_key_that_is_struck_out_with_the_move_is_not_believed_any_more(kenya: Elsewhere) -> None:
    peer = peer_of(kenya)
    took(peer, kenya.say("a-pump"))
    stolen = kenya.current
    kenya.move(NEW)
    stolen.row["revoked"] = stolen.row["since"]
    kenya.add(kenya.spare)
    assert took(None, kenya.list(by=kenya.spare)).problems == []
    assert (Record.objects.get().state, Record.objects.get().origin) == ("retired", NEW)
    assert not Statement.objects.exists()
    took(None, kenya.say("a-pump"))
    assert Record.objects.get().state == "published", "what it stands by it has signed anew"
    assert not Quarantined.objects.filter(settled_at=None).exists()


def test_only_the_spare_key_moves_a_node(kenya: Elsewhere) -> None:
    peer = peer_of(kenya)
    took(peer, kenya.say("a-pump"))
    for mover in (kenya.current, Elsewhere(OLD).spare):
        kenya.move(NEW, by=mover)
        with pytest.raises(BadList, match="spare key"):
            learn(kenya.list(), None)
        kenya.node = OLD
    kenya.move(NEW)
    forged = {**kenya.formerly[0], "to": "https://evil.example"}
    for bad in ({**kenya.list(), "formerly": [forged]}, {**kenya.list(), "names": {"en": "Another"}}):
        with pytest.raises(BadList):
            learn(bad, None)
    assert (Record.objects.get().origin, Peer.objects.get().address) == (OLD, OLD)


def test_a_move_that_was_signed_says_nothing_without_a_list_that_goes_on(kenya: Elsewhere) -> None:
    peer_of(kenya)
    kenya.move(NEW)
    stranger = Elsewhere(NEW)
    stranger.formerly = kenya.formerly
    with pytest.raises(BadList):
        learn(stranger.list(), None)
    assert Peer.objects.get().address == OLD


def test_nonsense_about_earlier_addresses_harms_nobody(kenya: Elsewhere) -> None:
    peer_of(kenya)
    togo = Elsewhere("https://togo.example")
    other = Peer.objects.create(address=togo.node, fingerprint=togo.root.id, keys=togo.list())
    for said in ("x", [1, {}], [{"kind": "moved", "from": OLD}], [{"kind": "moved", "from": OLD, "to": togo.node}] * 50,
                 [{"kind": "moved", "from": ["x"], "to": togo.node}]):  # fmt: skip
        togo.formerly = said  # type: ignore[assignment]
        assert learn(togo.list(), None) is not None, "it is known already: what it says of others is passed over"
    assert {one.address for one in Peer.objects.all()} == {OLD, other.address}


def test_who_was_known_at_both_addresses_is_one_again(kenya: Elsewhere) -> None:
    peer = peer_of(kenya, direction="both", every=77)
    took(peer, kenya.say("a-pump"))
    kenya.move(NEW)
    Peer.objects.create(address=NEW, fingerprint=kenya.root.id, keys={}, state="known")
    assert learn(kenya.list(), None) == peer
    assert list(Peer.objects.values_list("address", "state", "every")) == [(NEW, "active", 77)]
    kenya.move("https://third.example")
    added = Peer.objects.create(address=kenya.node, fingerprint=kenya.root.id, keys=kenya.list(), every=99)
    assert learn(kenya.list(), None) == added, "who was added by hand at the new address stays as it is"
    assert list(Peer.objects.values_list("address", "every")) == [(kenya.node, 99)]
    assert Record.objects.get().origin == kenya.node


def test_a_blocked_node_stays_blocked_wherever_it_goes(kenya: Elsewhere) -> None:
    peer = peer_of(kenya, state="blocked")
    carrier = peer_of(Elsewhere("https://togo.example"))
    kenya.move(NEW)
    assert took(carrier, kenya.list(), kenya.say("a-pump")).skipped == 1
    peer.refresh_from_db()
    assert (peer.address, peer.state) == (NEW, "blocked")


# This node moves.


def own(record_id: str) -> None:
    data = {"title": {"en": record_id}, "summary": {"en": record_id}}
    receive_many([Arrival(record_id, "technology", data)], actor=NODE, workflow=Workflow.REFERENCE)
    state(states([record_id]), [record_id])


@pytest.mark.parametrize("kept", [False, True], ids=["the spare key is here", "the spare key is in a safe"])
def test_this_node_says_that_it_moved(settings: Any, kept: bool) -> None:
    own("a-pump")
    known = keys.own_keys()
    secret = keys.take_spare_out(actor=NODE) if kept else ""
    with pytest.raises(moving.NotMoved):
        moving.move(actor=NODE, spare_secret=secret)
    for address in (NEW, "https://third.example"):
        settings.BASE_URL = address
        assert moving.move(actor=NODE, spare_secret=secret)[-1] == known.node
        found = moved_list(keys.own_list(), known)
        assert (found.node, set(found.keys)) == (address, set(known.keys))
        assert says(Statement.objects.get().body)["node"] == address
        first = [key.id for key in known.keys.values() if key.by == key.id]
        assert verified_list(keys.own_list(), first).node == address
    settings.BASE_URL = known.node
    assert "formerly" not in keys.own_list(), "back where it was, nothing leads away"


def test_the_spare_key_is_asked_for_when_it_is_elsewhere(settings: Any) -> None:
    own("a-pump")
    keys.take_spare_out(actor=NODE)
    settings.BASE_URL = NEW
    with pytest.raises(keys.KeyLost):
        moving.move(actor=NODE)
    with pytest.raises(Forbidden):
        moving.move(actor=Actor(None))
    assert moving.earlier_addresses(), "nothing was told, and it can be told later"


@pytest.mark.once
def test_a_peer_that_answers_under_another_name_is_followed_when_it_proves_it(settings: Any, tmp_path: Path) -> None:
    settings.NEIGHBOURS, settings.DATA = [ip_network("127.0.0.0/8")], tmp_path
    with served(Elsewhere()) as it:
        here = it.node.node
        peer = peer_of(it.node)
        it.node.move(NEW)
        sync.learn_about(peer)
        assert (peer.address, peer.told["records"]) == (NEW, 0)
        Peer.objects.update(reach=here)
        peer.refresh_from_db()
        it.node.move("https://evil.example", by=it.node.current)
        with pytest.raises(Failed, match="spare key"):
            sync.learn_about(peer)
        peer.told = {}
        sync.exchange(peer)
    assert "spare key" in Peer.objects.get().error
    assert Peer.objects.get().address == NEW
