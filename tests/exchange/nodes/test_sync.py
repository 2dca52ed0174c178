"""Exchanges with a peer over a real line: complete, taken up where they broke, unharmed by a peer that is hostile."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from itertools import repeat
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.utils import timezone

from landbridge.exchange.models import Exchange, Peer, Quarantined, Statement, WantedFile
from landbridge.exchange.nodes import calls, files, moments, peers, serving, sync, tasks
from landbridge.exchange.nodes.files import BadFile
from landbridge.registry.models import Record, StoredFile
from landbridge.registry.queries import Unknown, get
from landbridge.registry.rules import ANYONE
from landbridge.registry.writing import NODE
from tests.exchange.nodes.elsewhere import Elsewhere
from tests.exchange.nodes.server import Answer, Served, packed_bomb, served

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PDF = b"%PDF-1.4\n" + b"x" * 1_500_000 + b"\n%%EOF\n"


@pytest.fixture(autouse=True)
def next_door(settings: Any, tmp_path: Path) -> None:
    settings.NEIGHBOURS = [ip_network("127.0.0.0/8")]
    settings.DATA, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"


@pytest.fixture
def kenya() -> Iterator[Served]:
    with served(Elsewhere()) as it:
        yield it


def peer_of(it: Served, **fields: Any) -> Peer:
    peer = peers.add(actor=NODE, address=it.node.node, fingerprint=it.node.root.id.upper())
    Peer.objects.filter(pk=peer.pk).update(**fields)
    peer.refresh_from_db()
    return peer


def go(peer: Peer) -> Any:
    peer.refresh_from_db()
    taken = sync.exchange(peer)
    peer.refresh_from_db()
    return taken


def test_all_comes_in_pages_and_then_only_what_is_new(kenya: Served) -> None:
    kenya.order, kenya.page = [kenya.node.say(f"r{number}") for number in range(5)], 2
    peer = peer_of(kenya)
    assert (go(peer).new, peer.error, peer.cursor, peer.epoch) == (5, "", 5, "first")
    assert peer.names == {"en": "A node"}
    before = kenya.calls("/exchange/statements")
    assert go(peer).total == 0
    assert kenya.calls("/exchange/statements") == before + 1, "an idle look is one call"
    kenya.order.append(kenya.node.bury("r1"))
    assert go(peer).gone == 1
    report = Exchange.objects.order_by("-pk").first()
    assert report is not None
    assert (report.gone, Exchange.objects.count()) == (1, 2), "a look that finds nothing leaves no line"


def test_what_breaks_off_is_read_on_from_where_it_was(kenya: Served) -> None:
    kenya.order, kenya.page = [kenya.node.say(f"r{number}") for number in range(4)], 2
    peer = peer_of(kenya)
    kenya.instead = lambda path, query: Answer(500) if query.get("since") == "2" else None
    go(peer)
    assert (Record.objects.count(), peer.cursor, peer.failures) == (2, 2, 1)
    assert "500" in peer.error
    kenya.instead = lambda path, query: None
    assert (go(peer).new, peer.failures, peer.error) == (2, 0, "")


def test_a_node_that_was_restored_is_read_anew_and_cheaply(kenya: Served) -> None:
    kenya.order = [kenya.node.say(f"r{number}") for number in range(3)]
    peer = peer_of(kenya)
    go(peer)
    serials = set(Statement.objects.values_list("serial", flat=True))
    kenya.epoch, kenya.order = "second", kenya.order[:2]
    taken = go(peer)
    assert (taken.same, taken.new + taken.changed, peer.cursor, peer.epoch) == (2, 0, 2, "second")
    assert set(Statement.objects.values_list("serial", flat=True)) == serials


def test_a_peer_that_does_not_answer_is_asked_with_growing_pauses(kenya: Served) -> None:
    peer = peer_of(kenya)
    kenya.instead = lambda path, query: Answer(503)
    pauses = []
    for _ in range(4):
        go(peer)
        pauses.append((peer.due_at - timezone.now()).total_seconds())
    assert [round(pause / 300) for pause in pauses] == [1, 2, 4, 8]
    assert Exchange.objects.count() == 1, "the same failure is told once"
    Peer.objects.update(failures=40)
    go(peer)
    assert peer.due_at - timezone.now() < timedelta(hours=6, minutes=1)
    sync.beckoned(peer)
    peer.refresh_from_db()
    assert peer.due_at <= timezone.now(), "a word of it is enough to be asked at once"


def test_a_clock_that_is_off_is_made_allowance_for(kenya: Served) -> None:
    kenya.ahead = 2 * 86_400.0
    kenya.node.clock = lambda: moments.now() + timedelta(days=2)
    peer = peer_of(kenya)
    kenya.order = [kenya.node.say("a")]
    assert (go(peer).new, round(peer.clock_offset / 86_400)) == (1, 2)
    signed = [one for one in kenya.asked if "signature-input" in one[2]][-1][2]["signature-input"]
    created = int(signed.partition("created=")[2].partition(";")[0])
    assert abs(created - moments.now().timestamp() - 2 * 86_400) < 30, "requests are signed by the clock of the server"


def endless(piece: bytes) -> Iterator[bytes]:
    yield from repeat(piece, 100_000)


def hostile() -> dict[str, Any]:
    heads = {"Landbridge-Epoch": "e", "Landbridge-Next": "1", "Landbridge-More": "1"}
    return {
        "endless bytes": lambda query: Answer(200, heads, endless(b"x" * 1_000_000)),
        "a bomb": lambda query: Answer(200, {**heads, "Content-Encoding": "gzip"}, packed_bomb(60_000_000)),
        "many lines": lambda query: Answer(200, heads, b"{}\n" * 20_000),
        "round in a circle": lambda query: Answer(200, {**heads, "Landbridge-Epoch": query.get("epoch") or "e",
                                                        "Landbridge-Next": query["since"]}, b""),
        "always more": lambda query: Answer(204, {**heads, "Landbridge-Next": str(int(query["since"]) + 1)}, b""),
        "no numbers": lambda query: Answer(200, {"Landbridge-Next": "-1"}, b""),
        "large numbers": lambda query: Answer(200, {"Landbridge-Next": "9" * 40}, b""),
        "another coding": lambda query: Answer(200, {**heads, "Content-Encoding": "br"}, b"abc"),
        "damaged": lambda query: Answer(200, {**heads, "Content-Encoding": "gzip"}, b"abc"),
        "to a private host": lambda query: Answer(302, {"Location": "http://169.254.169.254/latest/meta-data/"}),
        "to a file": lambda query: Answer(302, {"Location": "file:///etc/passwd"}),
        "in circles": lambda query: Answer(302, {"Location": "/exchange/statements?since=0&of="}),
        "an error": lambda query: Answer(418, {}, b'{"error": "' + b"tea\\n" * 500 + b'"}'),
        "a page": lambda query: Answer(200, {"Content-Type": "text/html"}, b"<html>Welcome</html>"),
    }  # fmt: skip


@pytest.mark.parametrize("way", list(hostile()))
def test_a_hostile_peer_ends_as_one_line_and_nothing_else_stops(
    kenya: Served, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "MOST_PAGE", 5_000_000)
    monkeypatch.setattr(calls.call, "__kwdefaults__", {**calls.call.__kwdefaults__, "most_bytes": 5_000_000})
    monkeypatch.setattr(sync, "MOST_EMPTY", 5)
    with served(Elsewhere()) as other:
        other.order = [other.node.say("fine")]
        good, bad = peer_of(other), peer_of(kenya)
        act = hostile()[way]
        kenya.instead = lambda path, query: act({"since": "0", **query}) if path.endswith("statements") else None
        go(bad)
        assert go(good).new == 1
    assert bad.failures == 1
    assert 10 < len(bad.error) <= 500
    assert "\n" not in bad.error
    assert not Record.objects.filter(origin=bad.address).exists()


def test_slow_drips_end(kenya: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    def drip() -> Iterator[bytes]:
        for _ in range(100):
            time.sleep(0.1)
            yield b"{"

    monkeypatch.setattr(calls, "SECONDS", 0.5)
    peer = peer_of(kenya)
    kenya.instead = lambda path, query: Answer(200, {"Landbridge-Next": "1"}, drip()) if "since" in query else None
    began = time.monotonic()
    go(peer)
    assert time.monotonic() - began < 3
    assert "too long" in peer.error or "in time" in peer.error or "breaks off" in peer.error


def test_an_address_on_this_host_is_called_only_where_the_operator_says_so(kenya: Served, settings: Any) -> None:
    settings.NEIGHBOURS = []
    peer = peer_of(kenya)
    go(peer)
    assert "open Internet" in peer.error
    assert kenya.asked == []


def test_a_node_that_calls_itself_otherwise_or_has_other_keys_is_no_peer(kenya: Served) -> None:
    peer = peer_of(kenya)
    Peer.objects.update(fingerprint="0" * 64)
    go(peer)
    assert "vouches" in peer.error
    kenya.instead = lambda path, query: Answer(200, {}, orjson.dumps({"node": "https://evil.example"}))
    go(peer)
    assert "calls itself https://evil.example" in peer.error


def test_what_the_thief_of_a_key_dated_back_goes_when_its_node_was_read_to_the_end(kenya: Served) -> None:
    peer, stolen = peer_of(kenya), kenya.node.current
    kenya.order = [kenya.node.say("true")]
    go(peer)
    kenya.order.append(kenya.node.say("forged", by=stolen, at=moments.now() - timedelta(days=300)))
    go(peer)
    assert get("forged", ANYONE).origin == peer.address
    stolen.row["revoked"] = moments.written(moments.now())
    kenya.node.add(kenya.node.spare)
    kenya.epoch, kenya.order = "after", [kenya.node.list(by=kenya.node.spare), kenya.node.say("true", title="anew")]
    go(peer)
    assert get("true", ANYONE).data["title"] == {"en": "anew"}
    with pytest.raises(Unknown):
        get("forged", ANYONE)
    assert Quarantined.objects.get(settled_at=None).record_id == "forged"


def with_file(it: Served, body: bytes, media_type: str = "application/pdf", record: str = "a") -> str:
    sha256 = hashlib.sha256(body).hexdigest()
    named = {"name": "plan.pdf", "media_type": media_type, "size": len(body), "sha256": sha256, "alt": "A plan"}
    one = {name: named[name] for name in ("sha256", "size", "media_type")}
    data = {"title": {"en": "t"}, "summary": {"en": "s"}, "files": [named]}
    it.order.append(it.node.say(record, data=data, files=[one]))
    it.files[sha256] = body
    return sha256


def test_attached_files_come_in_pieces_and_go_on_where_the_line_broke(kenya: Served) -> None:
    sha256 = with_file(kenya, PDF)
    peer = peer_of(kenya)
    kenya.instead = lambda path, query: (
        Answer(200, {"Content-Length": "999"}, iter([b"half"])) if "files" in path and kenya.calls(path) > 1 else None
    )
    taken = go(peer)
    assert (taken.new, taken.problems) == (1, [])
    assert peer.failures == 1
    assert files.half(sha256).stat().st_size == 1_000_000
    kenya.instead = lambda path, query: None
    go(peer)
    kept = StoredFile.objects.get(pk=sha256)
    assert (kept.size, kept.media_type, kept.brought_by) == (len(PDF), "application/pdf", None)
    assert files.place_of(sha256).read_bytes() == PDF
    assert not files.half(sha256).exists()
    assert not WantedFile.objects.exists()


@pytest.mark.parametrize(
    ("body", "media_type"),
    [(b"MZ" + b"x" * 99, "application/pdf"), (b"%PDF-1.4 /JavaScript %%EOF", "application/pdf"),
     (b"%PDF-1.4 x %%EOF", "text/html"), (b"<script>alert(1)</script>", "text/plain"),
     (b"%PDF-1.4 x %%EOF", "image/png")],
)  # fmt: skip
def test_no_bad_file_is_kept(kenya: Served, body: bytes, media_type: str) -> None:
    import io

    with pytest.raises(BadFile):
        files.keep(hashlib.sha256(body).hexdigest(), io.BytesIO(body), media_type)
    assert not StoredFile.objects.exists()


def test_other_bytes_than_named_are_refused_and_asked_for_later(kenya: Served) -> None:
    sha256 = with_file(kenya, PDF[:2000] + b"%%EOF")
    kenya.files[sha256] = kenya.files[sha256].replace(b"xx", b"xy")
    peer = peer_of(kenya)
    go(peer)
    wanted = WantedFile.objects.get()
    assert (wanted.tries, peer.error) == (1, "")
    assert "other bytes" in wanted.error
    assert wanted.due_at > timezone.now()
    assert not files.half(sha256).exists()


def test_nobody_gets_a_file_by_naming_its_digest(kenya: Served, django_user_model: Any) -> None:
    """Somebody here brought a file; a peer that names it must give the same bytes first."""
    owner = django_user_model.objects.create(email="ines@example.org")
    body = b"%PDF-1.4 private %%EOF"
    sha256 = with_file(kenya, body)
    StoredFile.objects.create(sha256=sha256, media_type="application/pdf", size=len(body), brought_by=owner)
    del kenya.files[sha256]
    peer = peer_of(kenya)
    assert go(peer).problems[0][1] == "file"
    assert not Record.objects.exists()
    kenya.files[sha256] = body
    WantedFile.objects.update(due_at=timezone.now())
    go(peer)
    assert get("a", ANYONE).origin == peer.address


def test_a_push_is_given_once_and_anew_to_who_was_restored(kenya: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.exchange.nodes.test_keys import own

    own("a")
    peer = peer_of(kenya, direction="push")
    go(peer)
    sent = [one for one in kenya.asked if one[0] == "POST" and one[1] == "/exchange/statements"]
    assert len(sent) == 1
    assert sent[0][2]["content-digest"]
    go(peer)
    assert len([one for one in kenya.asked if one[0] == "POST"]) == 1
    assert (peer.pushed, peer.pushed_epoch.rpartition("/")[2]) == (serving.order()[1], "theirs")
    monkeypatch.setattr(kenya, "instead", lambda path, query: (
        Answer(200, {}, b'{"journal": "restored"}') if path == "/exchange/statements" else None))  # fmt: skip
    own("b")
    go(peer)
    bodies = [one[3] for one in kenya.asked if one[0] == "POST"]
    assert len(bodies) == 3, "what is new, and then all of it"
    assert peer.pushed_epoch.endswith("/restored")


def test_files_are_handed_to_who_cannot_come_for_them(kenya: Served) -> None:
    from tests.exchange.nodes.test_exchange_api import own

    sha256 = hashlib.sha256(PDF).hexdigest()
    files.place_of(sha256).parent.mkdir(parents=True)
    files.place_of(sha256).write_bytes(PDF)
    StoredFile.objects.create(sha256=sha256, media_type="application/pdf", size=len(PDF))
    named = {"name": "plan.pdf", "media_type": "application/pdf", "size": len(PDF), "sha256": sha256, "alt": "A plan"}
    own("a", files=[named])
    own("hidden", visibility="private", files=[named])
    odd: list[Any] = [
        {"sha256": "../etc", "record": "a"},
        {"sha256": sha256},
        "nothing",
        {"sha256": sha256, "record": "\0"},
    ]
    kenya.lacking = [
        {"sha256": sha256, "record": "a", "size": len(PDF), "have": 0}, {"sha256": sha256, "record": "hidden"}, *odd,
    ]  # fmt: skip
    broken = 0

    def breaks(path: str, query: dict[str, str]) -> Answer | None:
        nonlocal broken
        broken += "files" in path
        return Answer(200, {"Content-Length": "999"}, iter([b"half"])) if broken == 2 and "files" in path else None

    kenya.instead = breaks
    peer = peer_of(kenya, direction="push")
    go(peer)
    assert peer.failures == 1
    assert len(kenya.files[sha256]) == 1_000_000
    kenya.lacking[0]["have"] = 1_000_000
    go(peer)
    assert kenya.files[sha256] == PDF
    assert peer.failures == 0
    asked = len(kenya.asked)
    go(peer)
    assert kenya.calls("/exchange/wanted") == 2, "who lacks nothing is not asked again"
    assert len(kenya.asked) == asked


def test_who_wants_a_file_only_later_is_asked_until_it_has_it(kenya: Served) -> None:
    from tests.exchange.nodes.test_exchange_api import own

    own("a")
    kenya.lacking = ["nothing that is due"]
    peer = peer_of(kenya, direction="push")
    go(peer)
    go(peer)
    assert kenya.calls("/exchange/wanted") == 2
    kenya.lacks = 0
    go(peer)
    go(peer)
    assert kenya.calls("/exchange/wanted") == 3


def test_the_clock_begins_what_is_due_and_nothing_else(kenya: Served) -> None:
    due, paused = peer_of(kenya), Peer.objects.create(address="https://a.example", state="paused")
    later = Peer.objects.create(address="https://b.example", due_at=timezone.now() + timedelta(hours=1))
    begun: list[str] = []
    Peer.objects.filter(pk__in=[due.pk, later.pk]).update(failures=5)  # They are not told of anything.
    tasks.ExchangeWithPeers(lambda peer: begun.append(peer.address)).run(timezone.now())
    assert begun == [due.address]
    assert paused.address not in begun


def test_what_is_under_an_embargo_is_given_when_it_runs_out() -> None:
    from tests.exchange.nodes.test_keys import own

    own("a")
    peer = Peer.objects.create(address="https://togo.example", gives={"embargo_days": 10})
    serving.release()
    page = serving.page(peer)
    assert not any(b'"record":"a"' in line for line in page.lines)
    Statement.objects.update(published_at=timezone.now() - timedelta(days=10, seconds=-1))
    serving.release()
    assert not any(b'"record":"a"' in line for line in serving.page(peer, since=page.next, epoch=page.epoch).lines)
    Statement.objects.update(published_at=timezone.now() - timedelta(days=10))
    assert serving.release() == 1
    assert any(b'"record":"a"' in line for line in serving.page(peer, since=page.next, epoch=page.epoch).lines)
