"""Taking in what other nodes say: the rules, as they come out in the tables."""

from datetime import timedelta
from typing import Any

import pytest

from landbridge.exchange.models import Peer, Quarantined, Received, Statement
from landbridge.exchange.nodes import moments, quarantine, shelf
from landbridge.exchange.nodes.keys import me
from landbridge.exchange.nodes.statements import says, signer, state
from landbridge.exchange.nodes.taking import Taken, take
from landbridge.exchange.signing import digest
from landbridge.registry import actions
from landbridge.registry.models import Record
from landbridge.registry.queries import Gone, Unknown, get, states
from landbridge.registry.receiving import Arrival, receive_many
from landbridge.registry.rules import ANYONE, Reader
from landbridge.registry.workflow import Workflow
from landbridge.registry.writing import NODE
from tests.exchange.nodes.elsewhere import Elsewhere

pytestmark = pytest.mark.django_db


@pytest.fixture
def kenya() -> Elsewhere:
    return Elsewhere("https://kenya.example")


def peer_of(node: Elsewhere, **fields: Any) -> Peer:
    return Peer.objects.create(address=node.node, fingerprint=node.root.id, keys=node.list(), **fields)


def took(carrier: Peer | None, *said: Any) -> Taken:
    return take(said, via=carrier.address if carrier else "bundle", carrier=carrier)


def reasons(taken: Taken) -> list[str]:
    return [reason for _, reason, _ in taken.problems]


def test_a_record_comes_in_as_it_was_said_with_where_it_came_from(kenya: Elsewhere) -> None:
    peer, said = peer_of(kenya), kenya.say("a-pump", title="A pump")
    taken = took(peer, said)
    assert (taken.new, taken.refused, taken.problems) == (1, 0, [])
    view = get("a-pump", ANYONE)
    assert (view.origin, view.workflow, view.data["title"]) == (kenya.node, Workflow.RECEIVED, {"en": "A pump"})
    received = Received.objects.get()
    assert (received.origin, received.via, received.key) == (kenya.node, peer.address, kenya.current.id)
    assert says(Statement.objects.get().body) == said


def test_what_is_held_already_is_the_same_and_takes_no_new_place(kenya: Elsewhere) -> None:
    peer, said = peer_of(kenya), kenya.say("a-pump")
    took(peer, said)
    serial = Statement.objects.get().serial
    assert took(peer, said, said).same == 2
    assert Statement.objects.get().serial == serial


def test_older_statements_change_nothing_and_a_tombstone_stays(kenya: Elsewhere) -> None:
    peer = peer_of(kenya)
    first, second, gone = kenya.say("a", title="one"), kenya.say("a", title="two"), kenya.bury("a")
    assert took(peer, second, first).older == 1
    assert get("a", ANYONE).data["title"] == {"en": "two"}
    assert took(peer, gone).gone == 1
    with pytest.raises(Gone):
        get("a", ANYONE)
    assert took(peer, first, second).older == 2
    # A tombstone that comes before what it buries: nothing is shown, and nothing comes back.
    late = kenya.say("b")
    took(peer, kenya.bury("b"))
    assert took(peer, late).older == 1
    assert not Record.objects.filter(pk="b").exists()


def test_several_statements_on_a_record_in_one_batch_end_in_the_newest(kenya: Elsewhere) -> None:
    said = [kenya.say("a", title=f"{number}") for number in range(5)]
    taken = took(peer_of(kenya), said[2], said[4], said[0], said[3])
    assert (taken.new, taken.older) == (1, 2)
    assert get("a", ANYONE).data["title"] == {"en": "4"}


def test_what_is_not_in_order_waits_in_quarantine_and_stops_nothing(kenya: Elsewhere) -> None:
    peer, stranger = peer_of(kenya), Elsewhere("https://kenya.example")
    flipped = {**kenya.say("flipped"), "licence": "other"}
    forged = stranger.say("forged")
    wrong = [
        (flipped, "signature"), (forged, "key"), (kenya.say("x", format="poem"), "format"),
        (kenya.say("x1", edition=99), "edition"), (kenya.say("x2", data={"title": {"en": "no summary"}}), "invalid"),
        (kenya.say("x3", visibility="private"), "invalid"), (kenya.say("../x"), "invalid"),
        (kenya.say("x4", landbridge=2), "format"), (kenya.say("x5", at=moments.now() + timedelta(days=3)), "future"),
        (kenya.say("x6", sequence=2**53 - 1), "future"), (kenya.say("x7", files="none"), "invalid"),
        (Elsewhere("https://nobody.example").say("x8"), "key"), (b'{"a": ', "invalid"), (b"[1]", "invalid"),
        (b"\xff\xfe{", "invalid"), (b'{"record":"' + b"x" * 1_000_001, "size"),
        ({**kenya.say("x9"), "said": "yesterday"}, "invalid"), ({**kenya.say("y1"), "sequence": 1.5}, "invalid"),
        ({**kenya.say("y2"), "signature": "!"}, "signature"), ({**kenya.say("y3"), "signature": 7}, "signature"),
        ({**kenya.say("y4"), "key": None}, "key"), (b'{"record":' + b"[" * 5000, "invalid"),
    ]  # fmt: skip
    taken = took(peer, kenya.say("before"), *(said for said, _ in wrong), kenya.say("after"))
    assert sorted(reasons(taken)) == sorted(reason for _, reason in wrong)
    assert all(len(problem) <= 1000 and "\n" not in problem for _, _, problem in taken.problems)
    assert taken.new == 2
    assert set(Record.objects.values_list("pk", flat=True)) == {"before", "after"}
    assert Quarantined.objects.get(record_id="flipped").reason == "signature"


def test_unknown_terms_wait_for_the_vocabulary(kenya: Elsewhere) -> None:
    said = kenya.say("a", data={"title": {"en": "t"}, "summary": {"en": "s"}, "topics": ["topic-of-2040"]})
    taken = took(peer_of(kenya), said)
    field = taken.problems[0]
    assert field[1] in ("term", "invalid"), field


def test_the_id_of_this_nodes_record_is_nobody_elses(kenya: Elsewhere) -> None:
    receive_many([_own("ours", "Our own")], actor=NODE, workflow=Workflow.REFERENCE)
    peer = peer_of(kenya)
    taken = took(peer, kenya.say("ours", title="Mine now"), kenya.bury("ours"))
    assert reasons(taken) == ["claim"]
    assert get("ours", ANYONE).data["title"] == {"en": "Our own"}
    # The same sample record on both nodes is no quarrel.
    assert took(peer, kenya.say("ours", title="Our own")).skipped == 1


def _own(record_id: str, title: str, visibility: str = "public") -> Arrival:
    return Arrival(record_id, "technology", {"title": {"en": title}, "summary": {"en": title}}, visibility=visibility)


def test_another_nodes_record_cannot_be_said_by_a_third(kenya: Elsewhere) -> None:
    togo = Elsewhere("https://togo.example")
    took(peer_of(kenya), kenya.say("a", title="of Kenya"))
    taken = took(peer_of(togo), togo.say("a", title="of Togo"), {**kenya.say("a"), "node": togo.node})
    assert reasons(taken) == ["claim", "key"]
    assert get("a", ANYONE).origin == kenya.node
    # People settle it: the record is Togo's from now on.
    row = Quarantined.objects.get(origin=togo.node, reason="key")
    with pytest.raises(quarantine.NotSettled):
        quarantine.settle(actor=NODE, quarantined_id=row.pk, way="take")


def test_a_claim_can_be_settled_for_the_claimant(kenya: Elsewhere) -> None:
    togo = Elsewhere("https://togo.example")
    took(peer_of(kenya), kenya.say("a", title="of Kenya"))
    took(peer_of(togo), togo.say("a", title="of Togo"))
    row = Quarantined.objects.get(origin=togo.node)
    assert quarantine.settle(actor=NODE, quarantined_id=row.pk, way="take").settled in ("take", "taken")
    assert (get("a", ANYONE).origin, get("a", ANYONE).data["title"]) == (togo.node, {"en": "of Togo"})


def test_two_statements_under_one_number_end_the_same_in_any_order(kenya: Elsewhere) -> None:
    peer = peer_of(kenya)
    for record, order in (("a", (0, 1)), ("b", (1, 0))):
        one = kenya.say(record, title="one")
        said = [one, kenya.say(record, title="two", sequence=one["sequence"])]
        took(peer, said[order[0]])
        took(peer, said[order[1]])
        row = Statement.objects.get(record_id=record)
        assert row.sha256 == max(_digest(each) for each in said)
        assert Quarantined.objects.filter(record_id=record, reason="conflict").count() == 1


def _digest(said: dict[str, Any]) -> str:
    return digest({name: value for name, value in said.items() if name != "signature"})


def test_a_replaced_key_keeps_what_it_signed_and_signs_nothing_later(kenya: Elsewhere) -> None:
    peer = peer_of(kenya)
    old, before = kenya.current, kenya.say("before")
    kenya.rotate()
    late = kenya.say("late", by=old, at=moments.now() + timedelta(minutes=11))
    peer.clock_offset = 3600
    peer.save()
    taken = took(peer, kenya.list(), before, late, kenya.say("new"))
    assert (taken.keys, taken.new, reasons(taken)) == (1, 2, ["key"])


def test_nothing_new_of_a_revoked_key_is_taken_whatever_date_is_on_it(kenya: Elsewhere) -> None:
    peer = peer_of(kenya)
    stolen, held = kenya.current, kenya.say("held")
    took(peer, held)
    old = moments.now() - timedelta(days=400)
    forged = kenya.say("forged", by=stolen, at=old)
    stolen.row["revoked"] = moments.written(moments.now() + timedelta(seconds=1))
    kenya.add(kenya.spare)
    taken = took(peer, kenya.list(by=kenya.spare), forged, held)
    assert (reasons(taken), taken.same) == (["key"], 1)
    assert took(peer, kenya.say("held", title="anew")).changed == 1


def test_what_a_stolen_key_said_after_it_was_revoked_is_put_aside(kenya: Elsewhere) -> None:
    peer, stolen = peer_of(kenya), kenya.current
    since = moments.now() - timedelta(hours=1)
    good = kenya.say("good", at=since - timedelta(hours=1))
    took(peer, good, kenya.say("bad"))
    stolen.row["revoked"] = moments.written(since)
    kenya.add(kenya.spare)
    took(peer, kenya.list(by=kenya.spare))
    assert get("good", ANYONE).origin == kenya.node
    with pytest.raises(Unknown):
        get("bad", ANYONE)
    assert Quarantined.objects.get().reason == "key"
    assert took(peer, kenya.say("bad", title="by its people")).changed == 1
    assert get("bad", ANYONE).data["title"] == {"en": "by its people"}


def test_an_active_peer_introduces_nodes_and_passes_on_their_records(kenya: Elsewhere) -> None:
    togo = Elsewhere("https://togo.example")
    peer = peer_of(kenya)
    assert reasons(took(peer, togo.say("early"))) == ["key"]
    taken = took(peer, togo.list(), togo.say("a"))
    assert (taken.keys, taken.new) == (1, 1)
    assert Peer.objects.get(address=togo.node).state == "known"
    assert Received.objects.get(record_id="a").via == kenya.node
    assert get("early", ANYONE).origin == togo.node, "what waited for the keys comes in with them"
    assert not Quarantined.objects.filter(settled_at=None).exists()


def test_nobody_introduces_without_end(kenya: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST_KNOWN", 1)
    lists = [Elsewhere(f"https://invented-{number}.example").list() for number in range(3)]
    assert reasons(took(peer_of(kenya), *lists)) == ["key", "key"]
    assert Peer.objects.filter(state="known").count() == 1


def test_who_is_not_active_introduces_nobody(kenya: Elsewhere) -> None:
    togo = Elsewhere("https://togo.example")
    peer = peer_of(kenya, state="known")
    assert reasons(took(peer, togo.list(), togo.say("a"))) == ["key"]
    assert reasons(took(None, togo.list(), togo.say("a"))) == ["key"]


def test_policies_and_blocks_are_kept_without_a_quarrel(kenya: Elsewhere) -> None:
    peer = peer_of(kenya, takes={"formats": ["event"]})
    assert took(peer, kenya.say("a")).skipped == 1
    peer.takes = {"visibility": "public"}
    peer.save()
    assert took(peer, kenya.say("b", visibility="network")).skipped == 1
    peer.state, peer.takes = "blocked", {}
    peer.save()
    assert took(peer, kenya.say("c")).skipped == 1
    assert not Quarantined.objects.exists()
    assert not Record.objects.exists()


def test_what_is_for_the_network_is_hidden_from_others_also_when_it_is_gone(kenya: Elsewhere) -> None:
    peer = peer_of(kenya)
    took(peer, kenya.say("a", visibility="network"))
    with pytest.raises(Unknown):
        get("a", ANYONE)
    assert get("a", Reader(sees_network=True)).id == "a"
    took(peer, kenya.bury("a"))
    with pytest.raises(Unknown) as error:
        get("a", ANYONE)
    assert not isinstance(error.value, Gone)
    assert Statement.objects.get().visibility == "network"


def test_a_date_ahead_waits_until_it_has_come_or_the_clock_is_known(kenya: Elsewhere) -> None:
    peer = peer_of(kenya)
    said = kenya.say("a", at=moments.now() + timedelta(days=3))
    assert reasons(took(peer, said)) == ["future"]
    assert quarantine.try_again() == 0
    Peer.objects.update(clock_offset=3 * 86400)
    assert quarantine.try_again() == 1
    assert get("a", ANYONE).origin == kenya.node


def _lost_statement(record_id: str, title: str) -> bytes:
    """What this node said after the backup was made from which it is restored."""
    receive_many([_own(record_id, title)], actor=NODE, workflow=Workflow.REFERENCE)
    state(states([record_id]), [record_id])
    content = says(Statement.objects.get(record_id=record_id).body)
    content["data"] = {**content["data"], "title": {"en": f"{title}, later"}}
    by = signer(moments.now() + timedelta(minutes=1))
    return by.sign({name: value for name, value in content.items() if name not in ("key", "signature")},
                   content["sequence"] + 60_000)[0]  # fmt: skip


@pytest.mark.parametrize(("way", "title"), [("back", "ours, later"), ("ours", "ours")])
def test_what_we_said_before_we_were_restored_is_settled_by_a_person(kenya: Elsewhere, way: str, title: str) -> None:
    lost = _lost_statement("ours", "ours")
    assert reasons(took(peer_of(kenya), lost)) == ["ahead"]
    row = Quarantined.objects.get(origin=me())
    quarantine.settle(actor=NODE, quarantined_id=row.pk, way=way)
    state(states(["ours"]), ["ours"])
    assert get("ours", ANYONE).data["title"] == {"en": title}
    statement = Statement.objects.get()
    assert says(statement.body)["data"]["title"] == {"en": title}
    assert statement.sequence > row.sequence


def test_only_who_administers_the_node_takes_in_and_settles(kenya: Elsewhere) -> None:
    with pytest.raises(actions.Forbidden):
        take([kenya.say("a")], via="x", actor=actions.Actor(account_id=None))
    with pytest.raises(actions.Forbidden):
        quarantine.settle(actor=actions.Actor(), quarantined_id=1, way="drop")


def test_signs_that_no_database_keeps_end_in_quarantine_and_not_in_an_error(kenya: Elsewhere) -> None:
    peer = peer_of(kenya)
    odd = [
        kenya.say("a", data={"title": {"en": "t"}, "summary": {"en": "s"}, "nul\0": 1}), kenya.say("b", format="x\0"),
        kenya.bury("c", format="x\0"), kenya.say("d\0"), {**kenya.list(), "node": "https://x\0.example"},
        {**kenya.list(), "names": {"en": "\0"}}, {"kind": "keys", "node": None}, kenya.say("e", language="e\0"),
    ]  # fmt: skip
    taken = took(peer, *odd, kenya.say("fine"))
    assert (taken.new, taken.refused) == (1, len(odd))
    assert not any("\0" in problem for one in taken.problems for problem in one)


def test_what_a_node_has_taken_back_is_kept_nowhere(kenya: Elsewhere) -> None:
    peer = peer_of(kenya)
    took(peer, kenya.say("a", title="Ada"), kenya.say("a", title="Ada Two", edition=99))
    assert Quarantined.objects.get().body
    took(peer, kenya.bury("a"))
    assert b"Ada" not in bytes(Quarantined.objects.get().body)
    assert b"Ada" not in bytes(Statement.objects.get().body)
