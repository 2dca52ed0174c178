"""A PostgreSQL cluster of the tests' own, from the installed server binaries."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


class NoServer(RuntimeError):
    """PostgreSQL cannot be started here; the message tells why."""


def binaries() -> Path | None:
    """The folder of `pg_ctl`, the newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("pg_ctl")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Cluster:
    """A running server; `url` names its database."""

    folder: Path
    port: int
    bin: Path
    user: str | None

    @property
    def url(self) -> str:
        return f"postgres://landbridge@127.0.0.1:{self.port}/postgres"

    def command(self, name: str, *arguments: str) -> None:
        """Run one of the server's programs, as an unprivileged user where we are root: it refuses root."""
        done = subprocess.run(
            [self.bin / name, *arguments],
            user=self.user,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
        )
        if done.returncode:
            raise NoServer(f"{name} failed: {done.stdout[-500:]}")

    def stop(self) -> None:
        """Stop the server and remove its files."""
        try:
            self.command("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def _unprivileged() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody", "daemon") if name in known)


def start() -> Cluster:
    """Start a fresh cluster on a free port, tuned for tests: nothing in it has to survive a power cut.

    Raises:
        NoServer: PostgreSQL is not installed, or does not start.
    """
    where = binaries()
    if where is None:
        raise NoServer("PostgreSQL is not installed (apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="landbridge-pg-"))
    cluster = Cluster(folder, _free_port(), where, _unprivileged())
    if cluster.user:
        shutil.chown(folder, cluster.user)
    data = str(folder / "data")
    cluster.command("initdb", "-D", data, "-U", "landbridge", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    options = (
        f"-p {cluster.port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off "
        "-c full_page_writes=off -c shared_buffers=64MB -c max_connections=60"
    )
    log = str(folder / "log")
    cluster.command("pg_ctl", "-D", data, "-l", log, "-w", "-t", "60", "-o", options, "start")
    return cluster
