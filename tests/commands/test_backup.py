"""A node that burns down comes back; a stranger's archive does no harm."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from tests.commands.test_load import technology, write
from tests.node import Node, Nodes

FIRST_TABLES = (
    "parties.party", "parties.account", "parties.membership", "registry.record", "registry.revision",
    "registry.change", "registry.cursor",
)  # fmt: skip


@pytest.fixture
def filled(nodes: Nodes, tmp_path: Path) -> Node:
    """A node with two records, a file and a vocabulary of its own."""
    one = nodes.new()
    one.run("load", str(write(tmp_path / "a.jsonl", technology(1), technology(2, visibility="private"))))
    for name, content in (("files/ab/abcd", b"a photograph"), ("vocabularies/mine.txt", b"notes")):
        path = one.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return one


@pytest.mark.parametrize("portable", [(), ("--portable",)])
def test_a_backup_brings_everything_back(
    filled: Node, nodes: Nodes, tmp_path: Path, portable: tuple[str, ...], database: str
) -> None:
    archive = tmp_path / "backup.tar.gz"
    assert "2 records" in filled.run("backup", str(archive), *portable).stdout
    assert archive.stat().st_mode & 0o077 == 0, "the key is in it"
    other = nodes.new()
    assert "2 records" in other.run("restore", str(archive)).stdout
    assert other.run("export", "-", "--all").stdout == filled.run("export", "-", "--all").stdout
    assert (other.folder / "files/ab/abcd").read_bytes() == b"a photograph"
    assert (other.folder / "vocabularies/mine.txt").is_file()
    assert (other.folder / "secret-key").read_text() == (filled.folder / "secret-key").read_text()
    more = write(tmp_path / "more.jsonl", technology(3))
    assert "1 new" in other.run("load", str(more)).stdout, "keys that the database draws go on after the old ones"
    assert "ok    index" in other.run("check").stdout


def test_a_node_that_holds_something_is_not_overwritten_by_mistake(filled: Node, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    filled.run("backup", str(archive))
    filled.run("load", str(write(tmp_path / "b.jsonl", technology(9))))
    assert "3 records" in filled.run("restore", str(archive), code=1).stderr
    assert "2 records" in filled.run("restore", "--force", str(archive)).stdout
    assert "ok    index" in filled.run("check").stdout


def pack(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def _link(name: str, to: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, to
    return member


@pytest.mark.parametrize(
    "member",
    [
        tarfile.TarInfo("../outside"), tarfile.TarInfo("/tmp/landbridge-outside"),
        tarfile.TarInfo("files/../../outside"), tarfile.TarInfo("host"), _link("files/link", "/etc/passwd"),
        tarfile.TarInfo("landbridge.sqlite3"),
    ],
    ids=lambda member: member.name,
)  # fmt: skip
def test_an_archive_that_reaches_out_is_refused_whole(node: Node, tmp_path: Path, member: tarfile.TarInfo) -> None:
    archive = pack(tmp_path / "bad.tar.gz", (member, b"" if member.issym() else b"x"))
    done = node.run("restore", str(archive), code=1)
    assert "nothing was changed" in done.stderr
    assert not (node.folder.parent / "outside").exists()
    assert not (node.folder / "files").exists()


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00broken"])
def test_a_file_that_is_no_backup(node: Node, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.tar.gz").write_bytes(content)
    assert "no backup" in node.run("restore", str(tmp_path / "b.tar.gz"), code=1).stderr


def test_a_backup_of_a_newer_version_is_refused(node: Node, tmp_path: Path) -> None:
    manifest = b'{"landbridge": "9.9", "database": "lines", "migrations": ["registry.0099_future"], "made": ""}'
    archive = pack(tmp_path / "new.tar.gz", (tarfile.TarInfo("manifest.json"), manifest))
    assert "update this node first" in node.run("restore", str(archive), code=1).stderr


def _as_an_older_version_wrote_it(archive: Path) -> None:
    """Take out what backups have held only since people could sign in."""
    newer = ("author", "confirm_by", "note", "batch", "kind", "notify", "erased_at")
    kept = []
    with tarfile.open(archive, "r:gz") as packed:
        for member in packed:
            content = packed.extractfile(member)
            body = content.read() if content else b""
            if member.name == "manifest.json":
                manifest = json.loads(body)
                del manifest["tables"]
                body = json.dumps(manifest).encode()
            elif member.name.startswith("database/"):
                if member.name.partition("-")[2].removesuffix(".jsonl") not in FIRST_TABLES:
                    continue
                rows = [json.loads(line) for line in body.splitlines()]
                for row in rows:
                    row["fields"] = {name: value for name, value in row["fields"].items() if name not in newer}
                body = "".join(json.dumps(row) + "\n" for row in rows).encode()
            kept.append((member, body))
    pack(archive, *kept)


def test_a_backup_from_before_people_could_sign_in(filled: Node, nodes: Nodes, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    filled.run("backup", str(archive), "--portable")
    _as_an_older_version_wrote_it(archive)
    other = nodes.new()
    assert "2 records" in other.run("restore", str(archive)).stdout
    again = tmp_path / "again.tar.gz"
    other.run("backup", str(again), "--portable")
    with tarfile.open(again, "r:gz") as packed:
        name = next(name for name in packed.getnames() if name.endswith("registry.record.jsonl"))
        rows = [json.loads(line) for line in packed.extractfile(name).read().splitlines()]  # type: ignore[union-attr]
    assert all(row["fields"]["confirm_by"] for row in rows), "the day by which each must be confirmed is filled in"
