"""Work that was done without a line comes back on a stick, is merged, and nothing is lost and nothing is done twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from landbridge.exchange.bundles import rights, words
from landbridge.exchange.bundles.contents import asked
from landbridge.exchange.bundles.making import make
from landbridge.exchange.bundles.reading import preview, take_in
from landbridge.exchange.bundles.report import Report
from landbridge.exchange.bundles.troubles import BadBundle
from landbridge.exchange.bundles.work_out import _Work, make_work
from landbridge.exchange.models import Peer, Word, WorkTaken
from landbridge.registry import actions
from landbridge.registry.actions import NODE
from landbridge.registry.models import Comment, Record, Revision
from landbridge.registry.queries import get, latest
from landbridge.registry.rules import ANYONE, OPERATOR
from landbridge.registry.workflow import Workflow
from landbridge.registry.writing import Forbidden
from tests.cast import Cast, assemble
from tests.exchange.bundles.elsewhere import HERE, become, fingerprint, know, say

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ISLAND = "https://island.example"


class Story:
    """The island has no line; the mainland has. The same people on both, as the parties are."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch, self.sticks = folder, patch, 0
        self.cast: Cast = assemble()
        self.items: list[dict[str, Any]] = []

    def stick(self, *items: dict[str, Any]) -> Path:
        """A bundle of work of the island with these items, whoever this node is now."""
        self.sticks += 1
        path = self.folder / f"work-{self.sticks}.zip"
        with _Kept(self.patch), pytest.MonkeyPatch.context() as patch:
            become(ISLAND, self.patch, self.folder / "island")
            know(HERE, "0" * 64)
            patch.setattr(_Work, "items", lambda work: iter(items))
            make_work(actor=NODE, place=HERE, target=path)
            self.print = fingerprint()
        return path


class _Kept:
    """What a node holds, put aside and back."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch

    def __enter__(self) -> None:
        from django.conf import settings
        from django.db import transaction

        self.names = {name: getattr(settings, name) for name in ("BASE_URL", "DATA", "MEDIA_ROOT")}
        self.point = transaction.savepoint()

    def __exit__(self, *problem: object) -> None:
        from django.conf import settings
        from django.db import transaction

        transaction.savepoint_rollback(self.point)
        for name, value in self.names.items():
            self.patch.setattr(settings, name, value)


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    told = Story(tmp_path, monkeypatch)
    become(HERE, monkeypatch, tmp_path / "here")
    from landbridge.exchange.nodes import keys

    secret: dict[str, Any] = {}
    real = keys._first_keys

    def same_keys() -> Any:
        """The island has the same keys whenever it writes a stick."""
        from landbridge.exchange.models import NodeKey, ThisNode

        if keys.me() != ISLAND or not secret:
            made = real()
            if keys.me() == ISLAND:
                secret["keys"] = list(NodeKey.objects.values())
                secret["node"] = ThisNode.objects.values().get()
            return made
        NodeKey.objects.bulk_create(NodeKey(**row) for row in secret["keys"])
        ThisNode.objects.update_or_create(pk=1, defaults=secret["node"])
        return keys.own_key()

    monkeypatch.setattr(keys, "_first_keys", same_keys)
    told.stick()
    know(ISLAND, told.print)
    yield told


def item(number: int = 1, **more: Any) -> dict[str, Any]:
    """A draft need of Fiji, as the island writes it."""
    data = {"title": {"en": f"Sea wall {number}"}, "summary": {"en": "We need advice on a living sea wall."},
            "places": ["FJI"]}  # fmt: skip
    told = {
        "kind": "record", "record": "island-need", "revision": number, "state": "submitted", "format": "technology",
        "edition": 1, "language": "en", "data": data, "visibility": "public", "owner": "FJI", "changes": "",
        "base": None, "by": "Losa", "at": "2026-03-01T10:00:00.000Z", "item": f"item-{number}",
    }  # fmt: skip
    return told | more


def read(path: Path) -> Report:
    return take_in(actor=NODE, path=path)


def outcomes(report: Report) -> list[str]:
    return [one["outcome"] for one in report.items]


def test_what_was_handed_in_waits_for_the_focal_point_and_twice_read_is_once_done(story: Story) -> None:
    rights.allow(actor=NODE, address=ISLAND, party="FJI")
    stick = story.stick(item())
    assert preview(actor=NODE, path=stick).counts == {"record": 1}
    report = read(stick)
    assert outcomes(report) == ["new"]
    made = Record.objects.get(pk=report.items[0]["record"])
    assert (made.owner_id, made.state, made.workflow, made.origin) == ("FJI", "submitted", Workflow.NATIONAL, "")
    assert made.pk != "island-need", "an id that somebody else chose is not taken over"
    assert Revision.objects.get(record=made).note == f"Written on {ISLAND} by Losa."
    assert outcomes(read(stick)) == ["same"]
    assert Record.objects.count() == 1
    actions.publish(actor=story.cast.losa.actor, record_id=made.pk)
    assert get(made.pk, ANYONE).data["title"] == {"en": "Sea wall 1"}


def test_without_the_right_it_waits_for_the_help_desk_and_belongs_to_nobody(story: Story) -> None:
    report = read(story.stick(item(state="draft")))
    assert outcomes(report) == ["waits"]
    made = Record.objects.get()
    assert (made.owner_id, made.state) == (None, "submitted")
    assert latest(made.pk, story.cast.henri.reader).data["title"] == {"en": "Sea wall 1"}
    assert "for which this node may not write" in Comment.objects.get().text


def test_both_sides_wrote_on_different_answers_and_both_are_kept(story: Story) -> None:
    rights.allow(actor=NODE, address=ISLAND, party="FJI")
    made = read(story.stick(item(state="draft"))).items[0]["record"]
    ours = {**latest(made, OPERATOR).data, "subnational": {"en": "Kadavu"}}
    actions.revise(actor=story.cast.losa.actor, record_id=made, data=ours, language="en")
    theirs = item(2)
    report = read(story.stick(theirs))
    assert outcomes(report) == ["merged"]
    now = latest(made, OPERATOR)
    assert (now.data["title"], now.data["subnational"]) == ({"en": "Sea wall 2"}, {"en": "Kadavu"})
    assert now.state == "submitted"


def test_both_wrote_on_the_same_answer_and_a_person_chooses(story: Story) -> None:
    rights.allow(actor=NODE, address=ISLAND, party="FJI")
    made = read(story.stick(item(state="draft"))).items[0]["record"]
    ours = {**latest(made, OPERATOR).data, "title": {"en": "Our title"}}
    actions.revise(actor=story.cast.losa.actor, record_id=made, data=ours, language="en")
    actions.publish(actor=story.cast.losa.actor, record_id=made)
    report = read(story.stick(item(2, state="draft")))
    assert outcomes(report) == ["conflict"]
    record = Record.objects.get(pk=made)
    assert (record.state, record.latest) == ("draft", 4)
    titles = {one.number: one.data["title"]["en"] for one in Revision.objects.filter(record=record)}
    assert (titles[3], titles[4]) == ("Sea wall 2", "Our title")
    assert get(made, ANYONE).data["title"] == {"en": "Our title"}, "readers go on seeing what was published"
    assert "Revision 4 keeps what stood here; revision 3 is their version" in Comment.objects.get().text
    assert outcomes(read(story.stick(item(2, state="draft")))) == ["same"]


def test_sticks_in_the_wrong_order(story: Story) -> None:
    rights.allow(actor=NODE, address=ISLAND, party="FJI")
    old, new = story.stick(item(1, state="draft")), story.stick(item(2, state="draft"))
    assert outcomes(read(new)) == ["new"]
    assert outcomes(read(old)) == ["older"]
    assert latest(Record.objects.get().pk, OPERATOR).data["title"] == {"en": "Sea wall 2"}


def test_a_change_to_our_record_is_merged_into_it_or_put_beside_it(story: Story) -> None:
    data = item()["data"] | {"contacts": [{"name": "Office", "email": "office@example.org"}]}
    made = actions.draft(actor=NODE, format="technology", data=data, owner="FJI", record_id="ours").pk
    actions.publish(actor=NODE, record_id=made)
    base = dict(get(made, ANYONE).data)
    change = item(data=base | {"subnational": {"en": "Kadavu"}}, changes=made, base=base, owner="")
    waits = read(story.stick(change | {"item": "without"}))
    assert outcomes(waits) == ["waits"]
    beside = latest(waits.items[0]["record"], OPERATOR)
    assert beside.data["related"] == [{"record": made, "relation": "replaces"}]
    assert Record.objects.get(pk=made).latest == 1
    rights.allow(actor=NODE, address=ISLAND, party="FJI")
    report = read(story.stick(change | {"item": "with", "record": "another"}))
    assert outcomes(report) == ["changed"]
    now = latest(made, OPERATOR)
    assert (now.data["subnational"], now.state, now.published) == ({"en": "Kadavu"}, "submitted", 1)


def test_confirmations_count_for_whom_the_island_speaks_and_are_remarks_otherwise(story: Story) -> None:
    made = actions.draft(actor=NODE, format="technology", data=item()["data"], owner="FJI", record_id="ours").pk
    actions.publish(actor=NODE, record_id=made)
    today = datetime.now(UTC).date()
    true = {"kind": "confirm", "record": made, "field": "", "text": "", "on": today.isoformat(), "by": "Losa",
            "at": "2026-03-01T10:00:00.000Z", "item": "word-1"}  # fmt: skip
    assert outcomes(read(story.stick(true))) == ["remark"]
    assert Record.objects.get(pk=made).confirmed_on is None
    rights.allow(actor=NODE, address=ISLAND, party="FJI")
    stale = true | {"item": "word-2", "on": (today - timedelta(days=9)).isoformat()}
    interest = true | {"item": "word-3", "kind": "interest", "text": "We would like to learn it.", "field": "no.such"}
    assert outcomes(read(story.stick(stale, true | {"item": "word-4"}, interest))) == ["remark", "confirmed", "remark"]
    assert Record.objects.get(pk=made).confirmed_on == today
    assert "We would like to learn it." in Comment.objects.order_by("-pk")[0].text


def test_what_is_wrong_with_one_item_stops_no_other(story: Story) -> None:
    rights.allow(actor=NODE, address=ISLAND, party="FJI")
    file = {"name": "a.pdf", "media_type": "application/pdf", "size": 5, "sha256": "a" * 64}
    from landbridge.registry.models import StoredFile

    StoredFile.objects.create(sha256="a" * 64, media_type="application/pdf", size=5)
    report = read(story.stick(
        item(1, format="nonsense"), item(2, data={"title": 7}), item(3, data=item()["data"] | {"files": [file]}),
        item(4, kind="publish"), {"x": 1}, item(5, revision="9"), item(6, record="nul\0"), item(7, edition=10**9),
        {"kind": "confirm", "record": "nothing", "item": "x", "on": []}, item(8, owner="no-such-party"),
        item(9, record="fine"),
    ))  # fmt: skip
    assert outcomes(report) == [*["refused"] * 9, "waits", "new"]
    assert len(report.problems) == 9
    assert "does not bring" in report.problems[2]


def test_an_island_vouches_for_nobody(story: Story) -> None:
    rights.allow(actor=NODE, address=ISLAND, party="FJI")
    data = {"title": {"en": "A diver"}, "summary": {"en": "Knows reefs."}, "vetting": "approved",
            "nominated_by": ["FJI"]}  # fmt: skip
    made = read(story.stick(item(format="expert", data=data))).items[0]
    assert made["outcome"] == "new", made
    told = latest(made["record"], OPERATOR).data
    assert (told["vetting"], told.get("nominated_by")) == ("self_declared", None)


def test_only_its_peers_write_and_only_for_this_node(story: Story) -> None:
    stick = story.stick(item())
    Peer.objects.update(state="known")
    with pytest.raises(BadBundle):
        read(stick)
    assert not Record.objects.exists()
    with pytest.raises(Forbidden):
        rights.allow(actor=story.cast.losa.actor, address=ISLAND, party="FJI")
    with pytest.raises(LookupError):
        rights.allow(actor=NODE, address=ISLAND, party="FJI")


def test_when_the_right_is_taken_back_nothing_more_is_written_for_the_party(story: Story) -> None:
    rights.allow(actor=NODE, address=ISLAND, party="FJI")
    made = read(story.stick(item(state="draft"))).items[0]["record"]
    rights.take_back(actor=NODE, address=ISLAND, party="FJI")
    assert outcomes(read(story.stick(item(2)))) == ["refused"]
    assert Record.objects.get(pk=made).latest == 1


def _on_the_island(cast: Cast, made: str, back: Path) -> None:
    """What people do there with the record, and the stick that they write."""
    told: dict[str, Any] = {"reader": cast.losa.reader, "record_id": made}
    words.say(actor=cast.losa.actor, kind="confirm", **told)
    words.say(actor=cast.sven.actor, kind="interest", text="Us too.", **told)
    assert words.say(actor=cast.sven.actor, kind="interest", text="Us too.", **told).pk
    with pytest.raises(Forbidden):
        words.say(actor=cast.sven.actor, kind="confirm", **told)
    draft = words.propose(actor=cast.losa.actor, owner="FJI", **told)
    assert words.propose(actor=cast.losa.actor, owner="FJI", **told).pk == draft.pk
    changed = latest(draft.pk, OPERATOR).data | {"subnational": {"en": "Kadavu"}}
    actions.revise(actor=cast.losa.actor, record_id=draft.pk, data=changed, language="en")
    actions.submit(actor=cast.losa.actor, record_id=draft.pk)
    actions.draft(actor=cast.losa.actor, format="technology", data=item()["data"], owner="FJI")
    actions.draft(actor=cast.malia.actor, format="technology", data=item()["data"], owner="navakavu",
                  visibility="private")  # fmt: skip
    assert Word.objects.count() == 3
    assert make_work(actor=NODE, place=HERE, target=back).records == 3, "drafts that were not handed in stay"
    assert make_work(actor=NODE, place=HERE, target=back, drafts=True).records == 4, "what is private stays"
    know("https://other.example", "1" * 64)
    make_work(actor=NODE, place=HERE, target=back)


def test_the_whole_way_there_and_back(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mainland publishes; the island reads the stick, says its words, proposes a change; the mainland merges it."""
    made = actions.draft(actor=NODE, format="technology", data=item()["data"], owner="FJI", record_id="ours").pk
    actions.publish(actor=NODE, record_id=made)
    say()
    out, back, home = tmp_path / "out.zip", tmp_path / "back.zip", fingerprint()
    make(actor=NODE, wish=asked({}), target=out)
    with _Kept(monkeypatch):
        become(ISLAND, monkeypatch, tmp_path / "island")
        know(HERE, home)
        assert take_in(actor=NODE, path=out).counts["new"] == 1
        _on_the_island(story.cast, made, back)
    rights.allow(actor=NODE, address=ISLAND, party="FJI")
    report = read(back)
    assert sorted(outcomes(report)) == ["changed", "confirmed", "remark"]
    now = latest(made, OPERATOR)
    assert (now.data["subnational"], now.state) == ({"en": "Kadavu"}, "submitted")
    assert sorted(outcomes(read(back))) == ["same", "same", "same"]
    assert Comment.objects.count() == 1
    assert WorkTaken.objects.count() == 3
    assert orjson.dumps(report.as_json())
