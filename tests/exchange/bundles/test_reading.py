"""A memory stick is as good as a line; and whoever tampers with it gets nothing in."""

import os
import stat
import zipfile
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import bagit  # type: ignore[import-untyped]
import orjson
import pytest
from django.conf import settings
from django.db import transaction
from rocrate.rocrate import ROCrate  # type: ignore[import-untyped]

from landbridge.exchange.bundles.contents import asked
from landbridge.exchange.bundles.making import make
from landbridge.exchange.bundles.reading import preview, take_in
from landbridge.exchange.bundles.troubles import BadBundle
from landbridge.exchange.models import Exchange, Peer, Statement
from landbridge.exchange.nodes.moving import move
from landbridge.registry.actions import NODE, receive_many, retire
from landbridge.registry.models import Record
from landbridge.registry.queries import every
from landbridge.registry.rules import ANYONE
from landbridge.registry.workflow import Workflow
from landbridge.registry.writing import Actor, Forbidden
from tests.exchange.bundles.elsewhere import HERE, THERE, become, fingerprint, holdings, know, publish, say

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of another node with three records and one that is gone; this node knows it, and is empty."""
    become(THERE, monkeypatch, tmp_path / "there")
    publish("reef-one", "reef-two", "reef-three", "gone-one")
    retire(actor=NODE, record_id="gone-one")
    say()
    path = tmp_path / "stick.zip"
    make(actor=NODE, wish=asked({}), target=path)
    print_ = fingerprint()
    become(HERE, monkeypatch, tmp_path / "here")
    know(THERE, print_)
    return path


def test_other_peoples_libraries_read_it(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "open")
    (folder,) = (tmp_path / "open").iterdir()
    bag = bagit.Bag(str(folder))
    bag.validate()
    assert bag.info["External-Identifier"] == THERE
    assert bag.info["Bag-Count"] == "1 of 1"
    crate = ROCrate(str(folder / "data"))
    assert {entity.id for entity in crate.get_entities()} >= {"statements.jsonl", "keys.json"}
    assert crate.get("statements.jsonl")["encodingFormat"] == "application/jsonl"
    told = orjson.loads((folder / "data" / "ro-crate-metadata.json").read_bytes())
    assert told["@graph"][0]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    # And the folder is as good as the archive.
    assert take_in(actor=NODE, path=folder).counts["new"] == 3


def test_the_stick_is_as_good_as_a_line(bundle: Path) -> None:
    ahead = preview(actor=NODE, path=bundle)
    assert (ahead.counts["new"], ahead.formats) == (3, {"technology": 3})
    assert not Record.objects.exists()
    report = take_in(actor=NODE, path=bundle)
    assert report.counts == {**ahead.counts, "gone": report.counts["gone"]}
    assert set(Record.objects.values_list("pk", "origin")) == {
        (one, THERE) for one in ("reef-one", "reef-two", "reef-three")
    }
    again = take_in(actor=NODE, path=bundle)
    assert (again.counts["new"], again.counts["same"], again.counts["changed"]) == (0, 4, 0)
    assert Exchange.objects.filter(kind="bundle-in", error="").count() == 2


def test_an_older_stick_takes_nothing_back(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    take_in(actor=NODE, path=bundle)
    Peer.objects.update(epoch=_signature(bundle)["until"]["journal"], cursor=10**6)
    assert preview(actor=NODE, path=bundle).notes == ["older"]


def _signature(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/signature.json"))
        found: dict[str, Any] = orjson.loads(archive.read(name))
    return found


Change = Callable[[dict[str, bytes]], dict[str, bytes] | None]


def _rewritten(path: Path, change: Change, **marks: int) -> Path:
    """The bundle with other parts; `marks` are modes of parts by the end of their name."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename.split("/", 1)[1]: archive.read(info) for info in archive.infolist()}
        base = archive.namelist()[0].split("/", 1)[0]
    parts = change(parts) or parts
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            full = name if name.startswith(("/", "C:", "\\")) else f"{base}/{name}"
            info = zipfile.ZipInfo(full)
            info.external_attr = next((mode << 16 for end, mode in marks.items() if name.endswith(end)), 0o100644 << 16)
            archive.writestr(info, content)
    return target


def _set(name: str, content: bytes) -> Change:
    def change(parts: dict[str, bytes]) -> None:
        parts[name] = content

    return change


def _without(name: str) -> Change:
    def change(parts: dict[str, bytes]) -> None:
        del parts[name]

    return change


def _alter(name: str, old: bytes, new: bytes) -> Change:
    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new)

    return change


HOSTILE: list[tuple[str, Change]] = [
    ("odd-name", _set("../../evil.txt", b"x")),
    ("odd-name", _set("/etc/evil.txt", b"x")),
    ("odd-name", _set("C:/evil.txt", b"x")),
    ("odd-name", _set("data/..\\..\\evil.txt", b"x")),
    ("odd-name", _set("data/a b.txt", b"x")),
    ("odd-name", _set("data/\x1b]0;x\x07", b"x")),
    ("encoding", _set("data/été.txt", b"x")),
    ("not-listed", _set("data/more.txt", b"x")),
    ("not-listed", _set("more.txt", b"x")),
    ("fetch", _set("fetch.txt", b"http://192.0.2.1/x - data/x\n")),
    ("missing", _without("data/statements.jsonl")),
    ("missing", _without("manifest-sha256.txt")),
    ("missing", _without("data/keys.json")),
    ("unsigned", _without("signature.json")),
    ("not-a-bundle", _without("bagit.txt")),
    ("not-a-bundle", _set("bagit.txt", b"BagIt-Version: 9.0\nTag-File-Character-Encoding: UTF-8\n")),
    ("encoding", _set("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n")),
    ("encoding", _set("bagit.txt", b"\xff\xfe\x00")),
    ("encoding", _set("signature.json", b"\xff{}")),
    ("signature", _set("signature.json", b'{"landbridge":1}')),
    ("signature", _alter("signature.json", b'"volume":1', b'"volume":2')),
    ("signature", _alter("signature.json", THERE.encode(), HERE.encode())),
    ("signature", _alter("manifest-sha256.txt", b"data/keys.json", b"data/ro-crate-metadata.json")),
    ("wrong-hash", _alter("data/statements.jsonl", b"reef-two", b"reef-six")),
    ("wrong-hash", _alter("bag-info.txt", b"1 of 1", b"1 of 2")),
    ("unknown-node", _alter("signature.json", THERE.encode(), b"https://nobody.example")),
    ("key", _set("data/keys.json", b'{"lists":[]}')),
    ("key", _set("data/keys.json", b'{"lists":[7]}')),
    ("key", _alter("data/keys.json", b'"keys":[{', b'"keys":[{"x":1,')),
]  # fmt: skip


@pytest.mark.parametrize(("code", "change"), HOSTILE, ids=[f"{at}-{code}" for at, (code, _) in enumerate(HOSTILE)])
def test_each_trick_ends_as_one_line(bundle: Path, tmp_path: Path, code: str, change: Change) -> None:
    before = set(tmp_path.rglob("*"))
    changed = _rewritten(bundle, change)
    with pytest.raises(BadBundle) as refusal:
        take_in(actor=NODE, path=changed)
    assert refusal.value.code == code, refusal.value
    assert str(refusal.value).isprintable()
    assert not Record.objects.exists()
    assert not Statement.objects.exists()
    assert Exchange.objects.get().error == str(refusal.value)
    assert set(tmp_path.rglob("*")) - before <= {changed}, "nothing is written outside"


def test_links_doubles_bombs_and_halves(bundle: Path) -> None:
    whole = bundle.read_bytes()
    link = _rewritten(bundle, _set("data/way-out", b"/etc/passwd"), **{"way-out": stat.S_IFLNK | 0o777})
    assert _refusal(link) == "link"
    cut = bundle.with_name("cut.zip")
    for size in (0, 1, 100, len(whole) // 2, len(whole) - 30):
        cut.write_bytes(whole[:size])
        assert _refusal(cut) in ("damaged", "not-a-bundle")
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 0xFF
    cut.write_bytes(bytes(flipped))
    assert _refusal(cut) in ("damaged", "wrong-hash", "encoding", "signature", "key")
    end = whole.rindex(b"PK\x05\x06")
    cut.write_bytes(whole[: end + 12] + b"\xf0\xff\xff\xff" + whole[end + 16 :])
    assert _refusal(cut) == "too-large"
    cut.write_bytes(b"#!/bin/sh\n" + whole)
    assert _refusal(cut) == "not-a-bundle"
    assert _refusal(bundle.with_name("nothing.zip")) == "not-a-bundle"
    bomb = bundle.with_name("bomb.zip")
    with zipfile.ZipFile(bundle) as archive, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        for info in archive.infolist():
            target.writestr(info.filename, archive.read(info))
        target.writestr(f"{info.filename.split('/')[0]}/data/bomb", bytes(30_000_000))
    assert _refusal(bomb) == "too-large"
    with zipfile.ZipFile(bomb, "w") as target, pytest.warns(UserWarning, match="Duplicate name"):
        for _ in range(2):
            target.writestr("x/bagit.txt", b"")
    assert _refusal(bomb) == "doubled"
    assert not Record.objects.exists()


def _refusal(path: Path) -> str:
    with pytest.raises(BadBundle) as refusal:
        preview(actor=NODE, path=path)
    return refusal.value.code


def test_a_folder_with_a_link_in_it_is_refused(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "open")
    (folder,) = (tmp_path / "open").iterdir()
    (folder / ".DS_Store").write_bytes(b"left by a file manager")
    assert preview(actor=NODE, path=folder).counts["new"] == 3
    kept = folder / "data" / "statements.jsonl"
    (tmp_path / "elsewhere").write_bytes(kept.read_bytes())
    kept.unlink()
    kept.symlink_to(tmp_path / "elsewhere")
    assert _refusal(folder) == "link"
    kept.unlink()
    os.mkfifo(kept)
    assert _refusal(folder) == "link"


def test_only_from_peers_and_only_by_administrators(bundle: Path) -> None:
    for state in ("blocked", "paused", "known"):
        Peer.objects.update(state=state)
        assert _refusal(bundle) == "blocked"
    Peer.objects.update(state="active", fingerprint="0" * 64)
    assert _refusal(bundle) == "key"
    for do in (preview, take_in):
        with pytest.raises(Forbidden):
            do(actor=Actor(account_id=None), path=bundle)


def test_a_forged_statement_in_a_good_bundle_waits_and_the_rest_comes_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    become(THERE, monkeypatch, tmp_path / "there")
    publish("reef-one", "reef-two")
    row = Statement.objects.get(record_id="reef-two")
    row.body = bytes(row.body).replace(b'"title":{"en":"reef-two"}', b'"title":{"en":"reef-666"}')
    row.save()
    path = tmp_path / "stick.zip"
    make(actor=NODE, wish=asked({}), target=path)
    print_ = fingerprint()
    become(HERE, monkeypatch, tmp_path / "here")
    know(THERE, print_)
    assert preview(actor=NODE, path=path).counts["refused"] == 1
    report = take_in(actor=NODE, path=path)
    assert (report.counts["new"], report.counts["refused"]) == (1, 1)
    assert report.problems == ["reef-two: The signature is not of this content."]


def test_the_sample_network_travels_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every record of it, with the same digests, in volumes that may be read in any order and twice."""
    become(THERE, monkeypatch, tmp_path / "there")
    sample = Path(__file__).parents[3] / "landbridge" / "sample"
    arrivals = [one for path in sorted(sample.glob("*.jsonl")) for one in _arrivals(path)]
    assert not receive_many(arrivals, actor=NODE, workflow=Workflow.REFERENCE).refused
    say()
    sent = {view.id: view.sha256 for view in every(ANYONE)}
    assert len(sent) > 250
    made = make(actor=NODE, wish=asked({"largest": 1_000_000}), target=tmp_path / "stick.zip")
    print_ = fingerprint()
    become(HERE, monkeypatch, tmp_path / "here")
    know(THERE, print_)
    for path in (*reversed(made.paths), made.paths[0]):
        assert not take_in(actor=NODE, path=path).problems
    assert {view.id: view.sha256 for view in every(ANYONE)} == sent, "the answers that everybody may see"


def _arrivals(path: Path) -> list[Any]:
    from landbridge.registry.receiving import Arrival

    lines = [orjson.loads(line) for line in path.read_bytes().splitlines() if line]
    from landbridge.formats.validate import validate

    return [
        Arrival(one["id"], one["format"], validate(one["format"], one["data"], one["language"]), one["language"])
        for one in lines
    ]


def test_sticks_in_any_order_and_twice_end_in_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    become(THERE, monkeypatch, tmp_path / "there")
    publish("stays", "changes", "goes")
    sticks = [tmp_path / f"{number}.zip" for number in range(3)]
    make(actor=NODE, wish=asked({}), target=sticks[0])
    publish("changes", title={"en": "Changed"})
    publish("comes")
    make(actor=NODE, wish=asked({}), target=sticks[1])
    retire(actor=NODE, record_id="goes")
    say("goes")
    make(actor=NODE, wish=asked({}), target=sticks[2])
    sent = {pk: told for pk, told in holdings().items() if told[0] == "published"}
    print_ = fingerprint()
    become(HERE, monkeypatch, tmp_path / "here")
    know(THERE, print_)
    for order in permutations(sticks):
        point = transaction.savepoint()
        for path in (*order, order[0]):
            assert not take_in(actor=NODE, path=path).problems
        assert {pk: told for pk, told in holdings().items() if told[0] == "published"} == sent, order
        transaction.savepoint_rollback(point)


def test_a_node_that_moved_is_known_by_the_stick_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved_to = "https://chm.pacific.example"
    become(THERE, monkeypatch, tmp_path / "there")
    publish("stays", "changes")
    sticks = [tmp_path / "before.zip", tmp_path / "after.zip"]
    make(actor=NODE, wish=asked({}), target=sticks[0])
    monkeypatch.setattr(settings, "BASE_URL", moved_to)
    move(actor=NODE)
    publish("changes", title={"en": "Changed"})
    make(actor=NODE, wish=asked({}), target=sticks[1])
    print_ = fingerprint()
    become(HERE, monkeypatch, tmp_path / "here")
    know(THERE, print_)
    assert _refusal(sticks[1]) == "unknown-node", "of a node that we know by a fingerprint alone we know no spare key"
    take_in(actor=NODE, path=sticks[0])
    ahead = preview(actor=NODE, path=sticks[1])
    assert (ahead.problems, set(Record.objects.values_list("origin", flat=True))) == ([], {THERE})
    report = take_in(actor=NODE, path=sticks[1])
    assert (report.counts["new"], report.counts["changed"], report.problems) == (0, 2, [])
    assert set(Record.objects.values_list("origin", flat=True)) == {moved_to}
    assert Peer.objects.get().address == moved_to
