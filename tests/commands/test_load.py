"""Loading through the command line, with real files, processes and power cuts."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.node import Node, Nodes

SHAPES = ("jsonl.gz", "csv", "xlsx")


def technology(number: int, **more: Any) -> bytes:
    data = {"title": {"en": f"Seed bank {number}"}, "summary": {"en": "Keeps seeds cool and dry."}, "places": ["KEN"]}
    return orjson.dumps({"format": "technology", "id": f"t-{number:05}", "language": "en", "data": data, **more})


def write(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def found(node: Node, words: str = "seed bank") -> int:
    return int(orjson.loads(node.run("search", words, "--json").stdout)["total"])


@pytest.mark.requirement("CHM-4")
def test_what_is_loaded_is_found(node: Node, tmp_path: Path) -> None:
    done = node.run("load", str(write(tmp_path / "a.jsonl", *map(technology, range(30)))))
    assert "30 new" in done.stdout
    assert found(node) == 30
    assert "30 unchanged" in node.run("load", str(tmp_path / "a.jsonl")).stdout
    assert "ok    index" in node.run("check").stdout


def test_refused_lines_are_told_on_the_screen_and_in_the_report(node: Node, tmp_path: Path) -> None:
    lines = [technology(number, data={"title": ""}) for number in range(30)]
    path = write(tmp_path / "a.jsonl", *lines, technology(99), b"{broken")
    report = tmp_path / "refused.jsonl"
    done = node.run("load", str(path), "--report", str(report), code=1)
    assert done.stderr.count("refused") == 21
    told = [orjson.loads(line) for line in report.read_bytes().splitlines()]
    assert len(told) == 31
    assert told[0]["line"] == 1
    assert {problem["field"] for problem in told[0]["problems"]} == {"title", "summary"}
    assert found(node) == 1


def test_a_dry_run_writes_nothing(node: Node, tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", technology(1))
    assert "1 would be taken in" in node.run("load", "--dry-run", str(path)).stdout
    assert found(node) == 0


def test_a_file_that_is_none_is_one_clear_line(node: Node, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04nonsense")
    done = node.run("load", str(path), code=1)
    assert done.stderr.startswith("Error: a.xlsx ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("shape", ["jsonl.gz", *(pytest.param(one, marks=pytest.mark.once) for one in SHAPES[1:])])
def test_an_export_is_loaded_again_without_a_difference(nodes: Nodes, tmp_path: Path, shape: str) -> None:
    here, there = nodes.new(), nodes.new()
    texts = {"title": {"ar": "بنك البذور", "zh": "种子库"}, "summary": {"ar": "يحفظ", "zh": "保存种子；便宜"}}
    rich = {
        **texts, "description": {"zh": "一段\n\n二段; 三段"}, "cost_lines": [{"item": {"en": "=Soil"}, "quantity": 2}],
        "links": [{"url": "https://example.org/a;b", "title": "x | y"}], "point": {"latitude": -1.5, "longitude": 36},
        "traditional_knowledge": False, "expires_on": "2031-01-01", "places": ["KEN", "FJI"],
    }  # fmt: skip
    need = orjson.dumps({"format": "need", "id": "n-1", "language": "fr", "data": {"title": "Eau", "summary": "Peu."}})
    path = write(tmp_path / "a.jsonl", technology(1, data=rich, language="zh"), technology(2), need)
    here.run("load", str(path))
    out = tmp_path / f"out.{shape}"
    assert "3 records" in here.run("export", str(out)).stdout
    assert "3 new" in there.run("load", str(out)).stdout
    assert "3 unchanged" in here.run("load", str(out)).stdout
    assert there.run("export", "-").stdout == here.run("export", "-").stdout


def test_an_export_holds_what_is_public_unless_all_is_asked_for(node: Node, tmp_path: Path) -> None:
    node.run("load", str(write(tmp_path / "a.jsonl", technology(1), technology(2, visibility="private"))))
    assert "t-00002" not in node.run("export", "-").stdout
    assert '"visibility":"private"' in node.run("export", "-", "--all").stdout
    assert "landbridge" in node.run("export", "nameless", code=2).stderr


def _kill_in_the_middle(node: Node, path: Path) -> None:
    """Pull the plug once something has been committed, before all is in."""
    load = node.start("load", str(path))
    for _ in range(600):
        time.sleep(0.05)
        if load.poll() is not None:
            pytest.fail("the load was over before it could be cut off")
        if count(node) > 0:
            break
    os.killpg(load.pid, signal.SIGKILL)
    load.communicate()


def count(node: Node) -> int:
    """How many records there are, asked past the node."""
    url = node.environment.get("DATABASE_URL")
    # Inner imports: only one of the two is there to be asked.
    if url:
        import psycopg

        with psycopg.connect(url) as connection:
            try:
                row = connection.execute("SELECT count(*) FROM registry_record").fetchone()
            except psycopg.errors.UndefinedTable:
                return 0
            return int(row[0]) if row else 0
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(node.folder / "landbridge.sqlite3")) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM registry_record").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def test_a_load_that_was_killed_is_completed_by_the_next(node: Node, tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *map(technology, range(12_000)))
    _kill_in_the_middle(node, path)
    left = count(node)
    assert 0 < left < 12_000
    assert left % 1_000 == 0, "there are whole batches only"
    done = node.run("load", str(path))
    assert f"{12_000 - left} new, 0 changed, {left} unchanged, 0 refused" in done.stdout
    assert found(node) == count(node) == 12_000
    assert "ok    index" in node.run("check").stdout
