"""`landbridge source`, run in this process against the door of the tests."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from landbridge.commands import source as module
from landbridge.exchange.in_.door import BadSource, Found
from landbridge.exchange.models import Source, SourceRun
from landbridge.registry.models import Record
from tests.exchange.in_.conftest import fake as fake
from tests.exchange.in_.fakes import FakeDoor, told, whole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake")]


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables are there, and nobody follows the journal in these tests."""
    monkeypatch.setattr(module, "up_to_date", lambda: 0)
    monkeypatch.setattr(module, "follow_with_bar", lambda: None)


def call(*words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(module.source, words)
    assert done.exit_code == code, (done.output, done.exception)
    return done


def as_json(*words: str, code: int = 0) -> Any:
    return orjson.loads(call(*words, "--json", code=code).stdout)


def add(*more: str) -> None:
    call("add", "reefs", "--door", "fake", "--address", "https://example.org", "--set", "set=fish", *more)


def test_a_source_from_the_first_look_to_its_end() -> None:
    assert {one["name"] for one in as_json("doors")} >= {"fake", "table"}
    assert "--set key=…  Key (secret)" in call("doors").stdout
    add("--set", "key=s3cret-key", "--set", "wings=2", "--every", "24")
    FakeDoor.script = [
        told("1"),
        told("2", "Étangs", "fr"),
        Found(key="3", problem="No title.", place="page 1"),
        whole(),
    ]
    looked = as_json("preview", "reefs", code=1)
    assert [looked[name] for name in ("new", "refused")] == [2, 1]
    assert [one["title"] for one in looked["records"]] == ["Resource 1", "Étangs"]
    assert "Étangs" in call("preview", "reefs", code=1).stdout
    assert not Record.objects.exists()

    done = call("run", "reefs", code=1)
    assert "3 read: 2 new" in done.stdout
    assert "page 1, 3: No title." in done.stderr
    assert Source.objects.get().due_at is not None
    assert "page 1\t3\t\tNo title." in call("report", "reefs").stdout
    listed = as_json("list")[0]
    assert (listed["status"], listed["last"]["new"]) == ("well", 2)
    everything = call("list").stdout + call("report", "reefs").stdout + str(listed) + str(as_json("report", "reefs"))
    assert "s3cret" not in everything

    assert as_json("undo", "reefs")["retired"] == 2
    assert as_json("undo", "reefs")["retired"] == 2, "a second time tells the same and does nothing"
    FakeDoor.script = [told("1"), whole()]
    assert "1 new" in call("run", "reefs").stdout
    call("remove", "reefs", "--records", "retire", "--yes")
    assert not Record.objects.filter(state="published").exists()
    call("run", "reefs", code=1)


def test_a_run_that_ends_early_says_so_and_again_reads_everything() -> None:
    add()
    FakeDoor.script = [told("1"), BadSource("Page 2 is no XML.")]
    assert "Page 2 is no XML." in call("run", "reefs", code=1).stderr
    FakeDoor.script = [told("1"), whole(since=3)]
    call("run", "reefs")
    call("run", "reefs", "--again")
    assert [asked.state for asked in FakeDoor.asked] == [{}, {}, {}]
    FakeDoor.script = []
    call("run", "reefs")
    assert FakeDoor.asked[-1].state == {"since": 3}


def test_a_file_with_a_mapping_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("No,Name,About\n1,Ponds,For fish\n", encoding="utf-8")
    mapping = {"format": "resource", "key": "No", "columns": {"Name": {"to": "title"}, "About": {"to": "summary"}}}
    (tmp_path / "map.json").write_bytes(orjson.dumps(mapping))
    call("add", "list", "--door", "table", "--set", f"mapping=@{tmp_path / 'map.json'}")
    call("run", "list", code=2)
    assert "1 new" in call("run", "list", "--file", str(tmp_path / "t.csv")).stdout
    assert SourceRun.objects.get().file == "t.csv"


@pytest.mark.once
@pytest.mark.parametrize(
    "words",
    [
        ("add", "Bad Name", "--door", "fake"), ("add", "x", "--door", "window"), ("run", "none"), ("undo", "none"),
        ("add", "x", "--door", "fake", "--set", "language=english"), ("report", "none", "--run", "7"),
        ("add", "x", "--door", "fake", "--set", "mapping=@/nowhere"), ("remove", "none", "--records", "keep", "--yes"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line(words: tuple[str, ...]) -> None:
    done = call(*words, code=1)
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
