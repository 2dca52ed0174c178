"""The pages of those who run a node: other nodes are looked at, added, tuned and removed; keys; quarantine."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from landbridge.exchange import looking
from landbridge.exchange.models import Exchange, NodeKey, Peer, Quarantined
from landbridge.exchange.nodes import keys, moments
from landbridge.exchange.nodes.calls import Got
from landbridge.exchange.nodes.peers import BadPeer
from landbridge.lib.doors.http import Failed
from landbridge.registry.writing import NODE, Forbidden
from tests.cast import Company, assemble_all
from tests.exchange.nodes.elsewhere import Elsewhere
from tests.web.reading import read_page, words
from tests.web.working import see, signed_in

ADDRESS = "https://kenya.example"
PAGES = ("/network/peers", "/network/peers/{peer}", "/network/keys", "/network/quarantine/{row}")


@pytest.fixture
def cast(db: None) -> Company:
    return assemble_all()


@pytest.fixture
def ada(cast: Company) -> Client:
    """The administrator of the node."""
    return signed_in(cast.ada)


@pytest.fixture
def kenya(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    """A node elsewhere that answers what it is asked; `told` is what it tells of itself."""
    node = Elsewhere(ADDRESS)
    told: dict[str, Any] = {
        "node": ADDRESS, "names": {"en": "Kenya node"}, "version": "9.9", "records": 1200, "languages": ["en", "sw"],
        "formats": {"need": 1, "unheard-of": 3}, "fingerprint": node.root.id,
    }  # fmt: skip
    node.told = told  # type: ignore[attr-defined]

    def call(peer: Peer, path: str, **_: Any) -> Got:
        if peer.address != ADDRESS:
            raise Failed("Nobody answers there.")
        answer = told if path == "/exchange/node" else node.list()
        return Got(200, {}, orjson.dumps(answer))

    monkeypatch.setattr(looking, "call", call)
    yield node


def typed(node: Elsewhere, **more: str) -> dict[str, str]:
    return {"do": "look", "address": ADDRESS, "fingerprint": node.root.id, "direction": "both", **more}


def test_a_node_is_looked_at_before_it_is_added(ada: Client, kenya: Elsewhere) -> None:
    spoken = " ".join(kenya.root.id[at : at + 4].upper() for at in range(0, 64, 4))
    page = read_page(ada.post("/network/peers", typed(kenya, fingerprint=spoken)))
    shown = words(page)
    for told in ("A node", "1,200", "Needs", "English, Swahili", "9.9", "holds the key that you named"):
        assert told in shown, told
    assert not Peer.objects.exists(), "a look keeps nothing"
    form = {one.get("name"): one.get("value") for one in page.xpath("//form[@action='/network/peers']//input[@name]")}
    assert form["do"] == "add"
    added = ada.post("/network/peers", form)
    peer = Peer.objects.get()
    assert added.headers["Location"] == f"/network/peers/{peer.pk}"
    assert (peer.address, peer.fingerprint, peer.state, peer.direction) == (ADDRESS, kenya.root.id, "active", "both")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"fingerprint": "ab" * 32}, "not the node that you named"),
        ({"address": "https://nobody.example"}, "Nobody answers there."),
        ({"address": "ftp://kenya.example"}, "Write the address that the node calls itself"),
        ({"address": "https://kenya.example/page?x"}, "Write the address that the node calls itself"),
        ({"fingerprint": "12 34"}, "64 signs"), ({"reach": "file:///etc/passwd"}, "Write the address"),
        ({"do": "add", "address": "http://localhost"}, "very node"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_not_added(ada: Client, kenya: Elsewhere, more: dict[str, str], said: str) -> None:
    if said == "very node":
        more = {**more, "address": keys.me()}
    page = read_page(ada.post("/network/peers", typed(kenya, **more)), 422)
    assert said in words(page)
    assert not Peer.objects.exists()
    assert not page.xpath("//input[@name='do'][@value='add']")


@pytest.mark.parametrize(
    "told",
    [
        {"node": "https://other.example"}, {"node": ["x"], "names": ["x"], "records": "many", "formats": 7},
        {"names": {"en": "<script>alert(1)</script>" * 50, 7: 8}, "languages": [1, None], "version": {}, "records": -1},
    ],
)  # fmt: skip
def test_whatever_a_node_tells_of_itself_the_page_stands(ada: Client, kenya: Elsewhere, told: dict[str, Any]) -> None:
    kenya.told.update({str(name): value for name, value in told.items()})  # type: ignore[attr-defined]
    kenya.told["names"] = {"en": "<b>x"}  # type: ignore[attr-defined]
    read_page(ada.post("/network/peers", typed(kenya)))
    read_page(ada.post("/network/peers", typed(kenya, fingerprint="cd" * 32)), 422)


def test_a_look_is_for_administrators_in_the_action_as_well(cast: Company, kenya: Elsewhere) -> None:
    with pytest.raises(Forbidden):
        looking.look(actor=cast.henri.actor, address=ADDRESS, fingerprint=kenya.root.id)
    peer = Peer.objects.create(address=ADDRESS, state="paused")
    with pytest.raises(Forbidden):
        looking.ask_now(actor=cast.losa.actor, peer=peer)
    with pytest.raises(BadPeer):
        looking.ask_now(actor=NODE, peer=peer)


def _numbers() -> dict[str, int]:
    peer = Peer.objects.create(address=ADDRESS, names={"en": "Kenya"}, fingerprint="ab" * 32)
    said = {**Elsewhere(ADDRESS).say("far-1", title="<b>"), "language": "fr"}
    row = Quarantined.objects.create(record_id="far-1", origin=ADDRESS, via=ADDRESS, reason="signature", problem="No.",
                                     body=orjson.dumps(said))  # fmt: skip
    return {"peer": peer.pk, "row": row.pk}


def test_all_others_are_refused_politely(cast: Company) -> None:
    numbers = _numbers()
    for page in PAGES:
        address = page.format(**numbers)
        stranger = Client(headers={"host": "localhost"}).get(address)
        assert stranger.status_code == 302, "asked to sign in"
        for person in (cast.losa, cast.henri, cast.ines, cast.chen, cast.sven):
            client = signed_in(person)
            read_page(client.get(address), 403)
            for sent in ({"do": "remove", "sure": "yes"}, {"do": "rotate"}, {"way": "drop"}, {"do": "block"}):
                assert client.post(address, sent).status_code == 403
    assert Peer.objects.get().state == "active"
    assert Quarantined.objects.get().settled_at is None
    assert not NodeKey.objects.exists()


def test_what_is_shared_is_chosen_on_the_page(ada: Client) -> None:
    peer = Peer.objects.create(address=ADDRESS)
    page = see(ada, f"/network/peers/{peer.pk}")
    form = page.xpath("//section[@aria-labelledby='h-policy']//form")[0]
    sent: dict[str, Any] = {one.get("name"): one.get("value") for one in form.xpath(".//input[@type='hidden']")}
    sent |= {"direction": "both", "minutes": "15", "reach": "", "gives.visibility": "public", "gives.pass_on": "yes",
             "gives.embargo_days": "30", "gives.formats": ["need", "offer"], "gives.licences": ["cc-by-4.0"],
             "takes.visibility": "network"}  # fmt: skip
    assert ada.post(f"/network/peers/{peer.pk}", sent).status_code == 302
    peer.refresh_from_db()
    assert peer.gives == {"visibility": "public", "embargo_days": 30, "formats": ["need", "offer"],
                          "licences": ["cc-by-4.0"]}  # fmt: skip
    assert peer.takes == {"pass_on": False}
    assert (peer.direction, peer.every) == ("both", 900)
    again = see(ada, f"/network/peers/{peer.pk}")
    assert again.xpath("//input[@name='gives.formats'][@checked]/@value") == ["need", "offer"]
    assert again.xpath("//input[@name='takes.pass_on']/@checked") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": "0.1"}, {"minutes": "99999"}, {"gives.embargo_days": "-1"}, {"gives.embargo_days": "9999"},
        {"gives.formats": "nonsense"}, {"takes.visibility": "private"}, {"direction": "sideways"},
        {"reach": "javascript:x"}, {"gives.licences": "x" * 200},
    ],
)  # fmt: skip
def test_what_cannot_be_shared_so_is_said(ada: Client, wrong: dict[str, str]) -> None:
    peer = Peer.objects.create(address=ADDRESS)
    page = read_page(ada.post(f"/network/peers/{peer.pk}", {"do": "policy", **wrong}), 422)
    assert page.xpath("//section[@class='errors']")
    assert Peer.objects.get().gives == {}


def test_pausing_blocking_and_coming_back(ada: Client) -> None:
    peer = Peer.objects.create(address=ADDRESS, failures=3, error="No.")
    address = f"/network/peers/{peer.pk}"
    for do, state in (("pause", "paused"), ("confirm", "active"), ("block", "blocked"), ("confirm", "active")):
        assert ada.post(address, {"do": do}).status_code == 302
        peer.refresh_from_db()
        assert peer.state == state
    before = moments.now()
    Peer.objects.update(due_at=before.replace(year=before.year + 1))
    ada.post(address, {"do": "now"})
    peer.refresh_from_db()
    assert peer.due_at <= timezone.now()
    assert ada.post(address, {"do": "explode"}).status_code == 422
    assert ada.get("/network/peers/99999999999999").status_code == 404


def test_a_node_is_removed_only_by_who_means_it(ada: Client) -> None:
    peer = Peer.objects.create(address=ADDRESS)
    assert ada.post(f"/network/peers/{peer.pk}", {"do": "remove"}).status_code == 422
    assert Peer.objects.exists()
    assert (
        ada.post(f"/network/peers/{peer.pk}", {"do": "remove", "sure": "yes"}).headers["Location"] == "/network/peers"
    )
    assert not Peer.objects.exists()


def test_keys_are_replaced_and_revoked_with_a_warning(ada: Client) -> None:
    page = see(ada, "/network/keys")
    first = keys.own_key().pk
    assert "cannot be undone" in words(page)
    ada.post("/network/keys", {"do": "rotate"})
    second = keys.own_key().pk
    assert second != first
    for wrong in ("", "00000000", second[:7]):
        assert ada.post("/network/keys", {"do": "revoke", "key": second, "typed": wrong}).status_code == 422
    assert NodeKey.objects.get(pk=second).revoked_at is None
    assert ada.post("/network/keys", {"do": "revoke", "key": second, "typed": second[:8].upper()}).status_code == 302
    assert NodeKey.objects.get(pk=second).revoked_at is not None
    assert keys.own_key().pk not in (first, second)
    shown = see(ada, "/network/keys")
    assert "Revoked" in words(shown)
    assert not [key for key in NodeKey.objects.all() if key.private and key.private in words(shown)]


@pytest.mark.requirement("IAC-B.6")
def test_a_node_gets_a_plain_name_in_the_languages_of_its_people(ada: Client) -> None:
    ada.post("/network/keys", {"do": "names", "name.en": "Reef exchange", "name.fr": "Centre d’échange"})
    assert keys.own_names() == {"en": "Reef exchange", "fr": "Centre d’échange"}
    assert "Centre d’échange" in read_page(ada.get("/network", headers={"accept-language": "fr"})).text_content()
    assert ada.post("/network/keys", {"do": "names"}).status_code == 422
    assert ada.post("/network/keys", {"do": "names", "name.en": "x" * 250}).status_code == 422


def test_what_was_not_taken_in_is_shown_as_it_came_and_settled(ada: Client) -> None:
    numbers = _numbers()
    address = f"/network/quarantine/{numbers['row']}"
    assert f"/network/quarantine/{numbers['row']}" in ada.get(f"/network/peers/{numbers['peer']}").content.decode()
    page = see(ada, address)
    assert '"en": "<b>"' in words(page, "//pre")
    assert page.xpath("//button[@name='way']/@value") == ["again", "drop"]
    assert read_page(ada.post(address, {"way": "again"}), 422).xpath("//section[@class='errors']")
    assert read_page(ada.post(address, {"way": "take"}), 422).xpath("//section[@class='errors']")
    assert ada.post(address, {"way": "drop"}).status_code == 302
    assert Quarantined.objects.get().settled == "drop"
    assert not see(ada, address).xpath("//button[@name='way']")
    assert ada.post(address, {"way": "drop"}).status_code == 422


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00<script>", b"[1, 2", b'{"x": ' * 500, b"9" * 100_000])
def test_any_bytes_in_quarantine_can_be_looked_at(ada: Client, body: bytes) -> None:
    row = Quarantined.objects.create(record_id="", origin="", via="x", reason="claim", problem="<b>", body=body)
    page = see(ada, f"/network/quarantine/{row.pk}")
    assert len(words(page, "//pre")) <= 20_001
    assert "take" in page.xpath("//button[@name='way']/@value")


@pytest.mark.parametrize("many", [1, 30])
def test_thirty_peers_cost_no_more_than_one(ada: Client, django_assert_max_num_queries: Any, many: int) -> None:
    for number in range(many):
        peer = Peer.objects.create(address=f"https://n{number}.example", names={"en": f"Node {number}"})
        Exchange.objects.create(peer=peer, kind="pull", error="x" * 300)
        Quarantined.objects.create(record_id="r", origin="o", via=peer.address, reason="key", problem="No.", body=b"{}")
    ada.get("/network/peers")
    with django_assert_max_num_queries(12):
        read_page(ada.get("/network/peers"))
    for number in range(many):
        Exchange.objects.create(peer=peer, kind="pull", new=number)
    with django_assert_max_num_queries(12):
        read_page(ada.get(f"/network/peers/{peer.pk}"))
