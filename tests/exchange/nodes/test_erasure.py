"""A tombstone that tells of an erasure: whoever holds the record blanks all that it holds of it, and passes it on."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from landbridge.exchange import forgetting
from landbridge.exchange.bundles.contents import asked
from landbridge.exchange.bundles.making import make
from landbridge.exchange.bundles.reading import take_in
from landbridge.exchange.likeness.finding import find_all
from landbridge.exchange.models import Peer, Quarantined, Statement, WantedFile, Word
from landbridge.exchange.nodes import erasure, moments, quarantine, serving
from landbridge.exchange.nodes.files import half
from landbridge.exchange.nodes.keys import me
from landbridge.exchange.nodes.statements import StatementFollower, says, signer, state, tombstone
from landbridge.exchange.nodes.taking import Taken, take
from landbridge.exchange.out.oai.follower import OaiFollower
from landbridge.parties.models import Account, Notice
from landbridge.registry import actions, comments, erasing
from landbridge.registry.models import Change, Record, Revision, StoredFile
from landbridge.registry.queries import Gone, Unknown, get, states
from landbridge.registry.rules import ANYONE, OPERATOR
from landbridge.registry.workflow import State
from landbridge.registry.writing import NODE
from tests.exchange.bundles.elsewhere import HERE, THERE, become, fingerprint, know, publish, say
from tests.exchange.nodes.elsewhere import Elsewhere
from tests.traces import traces

pytestmark = pytest.mark.django_db

MARK = "Quetzalwort"
DIGEST = "5" * 64
FILE = {"name": f"{MARK}.txt", "media_type": "text/plain", "size": 5, "sha256": DIGEST, "alt": MARK, "caption": ""}


@pytest.fixture(autouse=True)
def _no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is looked at in `test_scrubbing`."""
    monkeypatch.setattr(forgetting.scrubbing, "want", lambda: None)


@pytest.fixture
def kenya() -> Elsewhere:
    return Elsewhere("https://kenya.example")


@pytest.fixture
def togo() -> Elsewhere:
    return Elsewhere("https://togo.example")


def took(node: Elsewhere, *said: Any) -> Taken:
    """Take in what a node says, from a peer that we know."""
    known = {"fingerprint": node.root.id, "keys": node.list()}
    peer, _ = Peer.objects.get_or_create(address=node.node, defaults=known)
    return take(said, via=peer.address, carrier=peer)


def follow() -> None:
    """The messengers that keep something of a record, each told of every change."""
    rows = list(Change.objects.order_by("serial"))
    now = states({row.record_id for row in rows})
    for follower in (OaiFollower(), StatementFollower(), forgetting.ErasureFollower()):
        follower.apply(rows, now)
    find_all()


def with_file(node: Elsewhere, record: str) -> dict[str, Any]:
    """A statement that names a file."""
    data = {"title": {"en": f"{MARK} with a file"}, "summary": {"en": MARK}, "files": [FILE]}
    named = {name: FILE[name] for name in ("sha256", "size", "media_type")}
    return node.say(record, data=data, files=[named])


def test_a_second_node_keeps_no_word_and_passes_it_on(kenya: Elsewhere) -> None:
    took(kenya, kenya.say("yusuf", title=MARK), kenya.say("other", title=MARK.upper()[:3] + " pump"))
    took(kenya, kenya.say("yusuf", title=f"{MARK} again"))
    took(kenya, with_file(kenya, "yusuf"))
    took(kenya, kenya.say("yusuf", data={"title": {"en": MARK}, "themes": [MARK]}))  # Waits: it is not in order.
    half(DIGEST).parent.mkdir(parents=True, exist_ok=True)
    half(DIGEST).write_text(MARK)
    reader = Account.objects.create_user("losa@example.org")
    comments.add(actor=NODE, reader=OPERATOR, record_id="yusuf", text=MARK)
    Notice.objects.create(account=reader, kind="watch", key="k", record_id="yusuf", told={"title": MARK})
    Word.objects.create(id="w", record_id="yusuf", origin=kenya.node, kind="comment", text=MARK)
    follow()
    assert {"registry_revision.data", "exchange_statement.body", "exchange_quarantined.body", "exchange_trait.facts",
            "exchange_oairecord.dublin_core", "parties_notice.told", "exchange_word.text",
            "registry_comment.text"} <= traces(MARK)  # fmt: skip
    assert WantedFile.objects.filter(record_id="yusuf").exists()

    buried = kenya.bury("yusuf", erased=True)
    taken = took(kenya, buried)
    follow()

    assert (taken.gone, taken.refused) == (1, 0)
    assert traces(MARK) == set()
    assert not WantedFile.objects.exists()
    assert not half(DIGEST).exists()
    record = Record.objects.get(pk="yusuf")
    assert (record.state, record.erased_at is not None, record.origin) == (State.RETIRED, True, kenya.node)
    assert Revision.objects.filter(record=record, erased_at__isnull=False).count() == 3
    assert Change.objects.filter(record_id="yusuf").latest("serial").note == erasing.ERASED_AT_ORIGIN
    for reader_ in (ANYONE, OPERATOR):
        with pytest.raises(Gone):
            get("yusuf", reader_)
    assert get("other", ANYONE).data["title"]["en"].endswith("pump")
    assert buried in [orjson.loads(line) for line in serving.page(None).lines]
    assert took(kenya, buried).same == 1


def test_a_forged_erasure_does_nothing(kenya: Elsewhere, togo: Elsewhere) -> None:
    took(kenya, kenya.say("yusuf", title=MARK))
    took(togo)
    added = {**kenya.bury("yusuf"), "erased": True}
    signed_by_another = kenya.bury("yusuf", togo.current, erased=True)
    in_its_name = togo.bury("yusuf", node=kenya.node, erased=True)
    of_another_node = togo.bury("yusuf", erased=True)
    taken = took(kenya, added, signed_by_another, in_its_name, of_another_node)
    assert (taken.gone, taken.refused, taken.skipped) == (0, 3, 1)
    assert get("yusuf", ANYONE).data["title"] == {"en": MARK}
    Peer.objects.filter(address=kenya.node).update(state="blocked")
    assert took(kenya, kenya.bury("yusuf", erased=True)).skipped == 1
    assert Record.objects.get().erased_at is None


def test_who_is_retired_by_choice_stays_as_it_was(kenya: Elsewhere) -> None:
    took(kenya, kenya.say("yusuf", title=MARK))
    took(kenya, kenya.bury("yusuf"))
    follow()
    assert Revision.objects.get().data["title"] == {"en": MARK}
    assert get("yusuf", OPERATOR).data["title"] == {"en": MARK}
    taken = took(kenya, kenya.bury("yusuf", erased=True))
    assert (taken.gone, traces(MARK)) == (1, set())


def test_only_the_claim_of_who_erases_is_blanked_where_the_record_is_anothers(
    kenya: Elsewhere, togo: Elsewhere
) -> None:  # fmt: skip
    took(kenya, kenya.say("yusuf", title="A pump"))
    took(togo, togo.say("yusuf", title=MARK))
    assert Quarantined.objects.get().reason == "claim"
    took(togo, togo.bury("yusuf", erased=True))
    waiting = Quarantined.objects.get()
    assert (bytes(waiting.body), waiting.problem, waiting.settled) == (b"", "", "gone")
    assert get("yusuf", ANYONE).data["title"] == {"en": "A pump"}


def test_it_is_passed_on_where_the_record_never_came_and_what_is_older_stays_out(kenya: Elsewhere) -> None:
    old = kenya.say("yusuf", title=MARK)
    buried = kenya.bury("yusuf", erased=True)
    took(kenya, buried)
    assert not Record.objects.exists()
    assert says(Statement.objects.get().body) == buried
    assert took(kenya, old).older == 1
    assert traces(MARK) == set()


def test_its_node_may_say_something_new_and_the_old_stays_blank(kenya: Elsewhere) -> None:
    took(kenya, kenya.say("yusuf", title=MARK), kenya.bury("yusuf", erased=True))
    took(kenya, kenya.say("yusuf", title=MARK))
    took(kenya, kenya.bury("yusuf", erased=True))
    took(kenya, kenya.say("yusuf", title="A pump"))
    assert get("yusuf", ANYONE).data["title"] == {"en": "A pump"}
    assert traces(MARK) == set()


def test_who_may_not_read_the_record_any_more_hears_of_it_too(kenya: Elsewhere) -> None:
    """It was public once, then for the network only, and it was given under a policy that is narrower now."""
    took(kenya, kenya.say("yusuf", title=MARK))
    took(kenya, kenya.say("yusuf", title=MARK, visibility="network"))
    narrow = Peer.objects.create(address="https://far.example", gives={"formats": ["need"], "pass_on": False})
    assert not [line for line in serving.page(None).lines if b'"yusuf"' in line]
    buried = kenya.bury("yusuf", erased=True)
    took(kenya, buried)
    for peer in (None, narrow):
        assert buried in [orjson.loads(line) for line in serving.page(peer).lines]


def test_what_was_asked_before_this_node_knew_how_is_made_up_for(kenya: Elsewhere) -> None:
    took(kenya, kenya.say("yusuf", title=MARK), kenya.say("other", title="A pump"))
    took(kenya, kenya.bury("yusuf", erased=True), kenya.bury("other"))
    data = {"title": {"en": MARK}}
    Record.objects.update(erased_at=None)
    Revision.objects.filter(record="yusuf").update(data=data, erased_at=None)
    assert erasure.make_up() == 1
    assert traces(MARK) == set()
    assert Record.objects.get(pk="other").erased_at is None


def test_our_own_word_of_an_erasure_comes_back_after_a_restore(kenya: Elsewhere) -> None:
    publish("ours", title=MARK)
    gone = {**tombstone("ours", "technology", me(), erased=True)}
    lost, _ = signer(moments.now()).sign(gone, Statement.objects.get().sequence + 1)
    taken = took(kenya, lost)
    assert [reason for _, reason, _ in taken.problems] == ["ahead"]
    assert get("ours", ANYONE).data["title"] == {"en": MARK}, "a person says so first: whoever stole the key could not"
    quarantine.settle(actor=NODE, quarantined_id=Quarantined.objects.get().pk, way="back")
    follow()
    assert traces(MARK) == set()
    assert bytes(Statement.objects.get().body) == lost


@pytest.mark.once
def test_a_bundle_carries_it_from_the_node_whose_record_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    become(THERE, monkeypatch, tmp_path / "there")
    publish("yusuf", title=MARK)
    actions.retire(actor=NODE, record_id=actions.draft(
        actor=NODE, format="need", data={"title": MARK, "summary": MARK}, record_id="begun").pk)  # fmt: skip
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    make(actor=NODE, wish=asked({}), target=first)
    actions.retire(actor=NODE, record_id="yusuf")
    say()
    assert "erased" not in says(Statement.objects.get().body)
    erasing.erase(["yusuf", "begun"])
    say()
    assert says(Statement.objects.get().body)["erased"] is True, "said once more, though it was gone already"
    serial = Statement.objects.get().serial
    state({}, ["yusuf"])
    assert Statement.objects.get().serial == serial
    make(actor=NODE, wish=asked({"place": "FJI", "language": "fr", "formats": ["need"]}), target=second)
    print_ = fingerprint()
    become(HERE, monkeypatch, tmp_path / "here")
    know(THERE, print_)
    take_in(actor=NODE, path=first)
    assert "registry_revision.data" in traces(MARK)
    assert take_in(actor=NODE, path=second).counts["gone"] == 1
    follow()
    assert traces(MARK) == set()
    with pytest.raises(Unknown):
        actions.restore(actor=NODE, record_id="yusuf")
    assert not StoredFile.objects.exists()
