"""What goes into a bundle and what does not; and what comes of it when the power goes in the middle."""

import hashlib
import random
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings

from landbridge.exchange.bundles import jobs
from landbridge.exchange.bundles.contents import asked
from landbridge.exchange.bundles.making import Extra, make
from landbridge.exchange.bundles.reading import take_in
from landbridge.exchange.models import BundleJob, Exchange, Peer, WantedFile
from landbridge.exchange.nodes import taking
from landbridge.registry import actions
from landbridge.registry.actions import NODE
from landbridge.registry.files import place_of
from landbridge.registry.models import Record, StoredFile
from landbridge.registry.writing import Actor, Forbidden
from tests.exchange.bundles.elsewhere import HERE, THERE, become, fingerprint, know, publish, say

pytestmark = pytest.mark.django_db
NOTES = b"Notes on the reef: living coral, 2026.\n"
SHA256 = hashlib.sha256(NOTES).hexdigest()
FILE = {"name": "notes.txt", "media_type": "text/plain", "size": len(NOTES), "sha256": SHA256}


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node with records of several kinds, for several readers."""
    become(THERE, monkeypatch, tmp_path / "there")
    know(HERE, "0" * 64)
    place_of(SHA256).parent.mkdir(parents=True)
    place_of(SHA256).write_bytes(NOTES)
    StoredFile.objects.create(sha256=SHA256, media_type="text/plain", size=len(NOTES))
    for name, more in {
        "in-fiji": {"places": ["FJI"], "files": [FILE]}, "in-kenya": {"places": ["KEN"]},
        "in-melanesia": {"places": ["054"], "title": {"en": "Reef", "fr": "Récif"}},
    }.items():  # fmt: skip
        data = {"title": {"en": name}, "summary": {"en": name}, **more}
        made = actions.draft(actor=NODE, format="technology", data=data, record_id=name).pk
        actions.publish(actor=NODE, record_id=made)
    for visibility in ("network", "parties", "private"):
        data = {"title": {"en": visibility}, "summary": {"en": "zyxwombat"}}
        made = actions.draft(actor=NODE, format="technology", data=data, record_id=visibility, visibility=visibility).pk
        actions.publish(actor=NODE, record_id=made)
    say()


def held(tmp_path: Path, **wish: Any) -> set[str]:
    """The records in a bundle of this choice."""
    path = tmp_path / "chosen.zip"
    make(actor=NODE, wish=asked(wish), target=path)
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith("statements.jsonl"))
        return {orjson.loads(line)["record"] for line in archive.read(name).splitlines()}


PUBLIC = {"in-fiji", "in-kenya", "in-melanesia"}


def test_what_is_chosen_is_in_it(there: None, tmp_path: Path) -> None:
    assert held(tmp_path) == PUBLIC
    assert held(tmp_path, peer=HERE) == {*PUBLIC, "network"}, "never what is for Parties only, or private"
    assert held(tmp_path, place="FJI") == {"in-fiji"}
    assert held(tmp_path, place="054") == {"in-fiji", "in-melanesia"}
    assert held(tmp_path, language="fr") == {"in-melanesia"}
    assert held(tmp_path, formats=("need",)) == set()
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert held(tmp_path, since=tomorrow) == set()
    assert held(tmp_path, since="2020-01-01") == PUBLIC
    Peer.objects.update(state="paused")
    with pytest.raises(ValueError, match="no active peer"):
        held(tmp_path, peer=HERE)
    Peer.objects.update(state="active", gives={"visibility": "public"})
    assert held(tmp_path, peer=HERE) == PUBLIC


def test_since_the_last_one_of_the_same_choice(there: None, tmp_path: Path) -> None:
    def made(**wish: Any) -> int:
        job = jobs.want(actor=NODE, wish={"since": "last", **wish})
        done = jobs.run(job.pk, lambda wish, watch: None)
        assert done.state == "done", done.error
        return int(done.report["records"])

    assert (made(), made(), made(place="FJI")) == (3, 0, 1)
    publish("one-more", places=["FJI"])
    assert (made(), made(place="FJI"), made(place="KEN")) == (1, 1, 1)
    actions.retire(actor=NODE, record_id="one-more")
    say("one-more")
    made()
    assert BundleJob.objects.order_by("-at")[0].report["gone"] == 1


def test_files_come_along_and_are_kept_once_they_are_named(
    there: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    path = tmp_path / "stick.zip"
    assert make(actor=NODE, wish=asked({"files": False}), target=path).files == 0
    assert make(actor=NODE, wish=asked({"peer": HERE}), target=path).files == 1
    print_ = fingerprint()
    become(HERE, monkeypatch, tmp_path / "here")
    peer = know(THERE, print_)
    report = take_in(actor=NODE, path=path)
    assert (report.files, report.counts["new"], report.problems) == (1, 4, [])
    assert place_of(SHA256).read_bytes() == NOTES
    assert not WantedFile.objects.exists()
    assert take_in(actor=NODE, path=path).files == 0
    peer.refresh_from_db()
    assert peer.cursor > 0, "the line goes on where the stick ended"
    assert sorted(one.name for one in Path(settings.MEDIA_ROOT).iterdir()) == [SHA256[:2]]


def test_ones_own_bundle_brings_nothing_new(there: None, tmp_path: Path) -> None:
    path = tmp_path / "stick.zip"
    make(actor=NODE, wish=asked({}), target=path)
    report = take_in(actor=NODE, path=path)
    assert (report.counts["same"], report.notes, report.problems) == (3, ["own"], [])


def test_broken_off_and_read_again(there: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "stick.zip"
    make(actor=NODE, wish=asked({}), target=path)
    print_ = fingerprint()
    become(HERE, monkeypatch, tmp_path / "here")
    know(THERE, print_)
    monkeypatch.setattr(taking, "BATCH", 1)

    def power_cut(done: int, of: int) -> None:
        if Record.objects.count() == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(actor=NODE, path=path, watch=power_cut)
    assert Record.objects.filter(state="published").count() == 2
    assert Exchange.objects.get().ended_at is not None
    report = take_in(actor=NODE, path=path)
    assert (report.counts["new"], report.counts["same"]) == (1, 2)


def test_what_is_not_finished_is_not_there(there: None, tmp_path: Path) -> None:
    def full(*given: Any) -> None:
        raise OSError(28, "No space left on device")

    folder = tmp_path / "stick"
    folder.mkdir()
    with pytest.raises(OSError, match="No space"):
        make(actor=NODE, wish=asked({}), target=folder / "a.zip", extra=Extra(("pages/",), full))
    assert list(folder.iterdir()) == []
    assert Exchange.objects.get().error.endswith("No space left on device")
    with pytest.raises(Forbidden):
        make(actor=Actor(account_id=None), wish=asked({}), target=folder / "a.zip")


def test_volumes_hold_what_they_should(there: None, tmp_path: Path) -> None:
    long = random.Random(7).randbytes(19_000).hex()  # Longer than what a ZIP looks back for what it knows already.
    publish(*(f"long-{number}" for number in range(60)), description={"en": long})
    made = make(actor=NODE, wish=asked({"largest": 1_000_000}), target=tmp_path / "v.zip")
    assert (made.records, len(made.paths)) == (63, 2)
    assert all(path.stat().st_size <= 1_000_000 for path in made.paths)
    with pytest.raises(ValueError, match="Pages belong together"):
        asked({"largest": 2_000_000, "pages": ("en",)})
