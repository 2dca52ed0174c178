"""A whole node: started, asked, checked, stopped."""

import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import orjson
import psutil
import pytest
from click.testing import CliRunner

from landbridge.cli import COMMANDS, main
from tests.commands.test_load import count, found, technology, write
from tests.node import Node, Nodes


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, path: str = "/") -> int:
    """The status of a page, 0 when nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


def wait_for(port: int, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not answers(port):
        assert time.monotonic() < until, "the node does not answer"
        time.sleep(0.2)


@pytest.fixture
def running(node: Node) -> Iterator[tuple[Node, int]]:
    """A node with its server and its follower."""
    port = free_port()
    server = node.start("run", LANDBRIDGE_PORT=str(port))
    try:
        wait_for(port)
        yield node, port
    finally:
        server.send_signal(signal.SIGINT)
        out, _ = server.communicate(timeout=30)
    assert server.returncode == 0, out
    assert "Landbridge has stopped." in out
    assert "Traceback" not in out
    assert not answers(port)


def test_a_running_node_finds_what_is_loaded_and_minds_its_port(running: tuple[Node, int], tmp_path: Path) -> None:
    node, port = running
    node.run("load", str(write(tmp_path / "a.jsonl", technology(1))))
    assert found(node) == 1
    assert "is taken" in node.run("run", LANDBRIDGE_PORT=str(port), code=1).stderr
    assert "serves" in node.run("run", LANDBRIDGE_PORT=str(free_port()), code=1).stderr
    archive = tmp_path / "b.tar.gz"
    node.run("backup", str(archive))
    assert "Stop the node first" in node.run("restore", "--force", str(archive), code=1).stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only there the processes of a node are forks of one")
def test_a_server_that_is_killed_takes_all_its_processes_along(node: Node) -> None:
    port = free_port()
    server = node.start("run", LANDBRIDGE_PORT=str(port))
    wait_for(port)
    server.kill()
    server.wait(10)
    until = time.monotonic() + 20
    while answers(port):
        assert time.monotonic() < until, "a worker goes on answering"
        time.sleep(0.2)
    server.communicate(timeout=20)
    again = node.start("run", LANDBRIDGE_PORT=str(port))
    wait_for(port)
    again.terminate()
    again.communicate(timeout=20)
    assert "ok    index" in node.run("check").stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only there the processes of a node are forks of one")
def test_a_follower_that_is_killed_is_followed_by_a_new_one(running: tuple[Node, int], tmp_path: Path) -> None:
    node, port = running
    ours = psutil.Process().children(recursive=True)
    server = next(one for one in ours if one.environ().get("LANDBRIDGE_PORT") == str(port) and one.children())
    before = sorted(server.children(), key=lambda one: one.create_time())
    before[0].kill()
    until = time.monotonic() + 30
    while not (fresh := {one for one in server.children() if one.status() != "zombie"} - set(before)):
        assert time.monotonic() < until, "nobody follows any more"
        time.sleep(0.2)
    assert len(fresh) == 1
    node.run("load", str(write(tmp_path / "a.jsonl", technology(1))))
    assert found(node) == 1


def test_check_names_what_is_unsafe_and_what_to_do(node: Node) -> None:
    node.run("follow", "--once")
    assert "0 to mend" in node.run("check").stdout
    (node.folder / "secret-key").chmod(0o644)
    done = node.run("check", code=1, LANDBRIDGE_HOSTS="*", LANDBRIDGE_DEBUG="1")
    for subject in ("key", "debug", "hosts", "https"):
        assert f"fail  {subject}" in done.stdout
    assert "chmod 600" in done.stdout


@pytest.mark.once  # The index is no part of the database.
def test_an_index_that_is_lost_is_noticed_and_built_anew(node: Node, tmp_path: Path) -> None:
    node.run("load", str(write(tmp_path / "a.jsonl", technology(1), technology(2))))
    for engine in ("tantivy", "fts5"):
        shutil.rmtree(node.folder / "index" / engine, ignore_errors=True)
    assert "2 changes behind the journal" in node.run("check").stdout
    node.run("follow", "--once")
    assert "ok    index" in node.run("check").stdout
    node.run("replay", "search")
    assert "ok    index" in node.run("check").stdout
    assert found(node) == 2
    assert "not a projection" in node.run("replay", "nothing", code=1).stderr


@pytest.mark.once  # Matches come from the index.
@pytest.mark.requirement("MAT-1")
def test_a_need_in_words_gets_its_matches(node: Node, tmp_path: Path) -> None:
    mangrove = {"title": {"en": "Mangrove nursery"}, "summary": {"en": "Raising mangrove seedlings."}}
    node.run("load", str(write(tmp_path / "a.jsonl", technology(1, data=mangrove), technology(2))))
    done = node.run("match", "-", "--json", text="Мы хотим восстановить мангровые леса")
    answer = orjson.loads(done.stdout)
    assert answer["understood"]["language"] == "ru"
    assert answer["matches"][0]["id"] == "t-00001"
    assert answer["matches"][0]["for"]
    assert "Mangrove nursery" in node.run("match", "-", text="Restaurer la mangrove").stdout
    need = '{"format": "need", "data": {"title": "Restore mangroves", "summary": "After the storm."}}'
    assert "Mangrove nursery" in node.run("match", "-", text=need).stdout
    assert "neither a record nor a file" in node.run("match", "nothing-here", code=2).stderr


def test_nonsense_in_the_environment_is_one_clear_line(nodes: Nodes) -> None:
    node = nodes.new()
    for name, value in {
        "LANDBRIDGE_PORT": "eighty", "LANDBRIDGE_SAMPLE": "some", "DATABASE_URL": "mysql://x",
        "LANDBRIDGE_SECRET_KEY": "x",
    }.items():  # fmt: skip
        done = node.run("check", code=1, **{name: value})
        assert done.stderr.startswith("Error: ")
        assert name in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_the_help_names_every_command() -> None:
    shown = CliRunner().invoke(main, ["--help"])
    assert shown.exit_code == 0
    assert all(name in shown.output for name in COMMANDS)
    for name in COMMANDS:
        one = CliRunner().invoke(main, [name, "--help"])
        assert one.exit_code == 0, one.output


def test_an_empty_node_holds_nothing(node: Node) -> None:
    node.run("follow", "--once")
    assert count(node) == 0
    assert "0 found" in node.run("search", "water").stdout
