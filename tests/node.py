"""A whole node beside the tests: its own folder, database and processes, driven by the command line."""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from landbridge.search.label_cache import load_network
from tests.postgresql import binaries
from tests.sharing import at_once

TEMPLATE = "nodes_template"


@dataclass
class Node:
    """An empty node; `run` calls its command line and waits, `start` does not wait."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "landbridge.cli", *arguments]

    def _environment(self, extra: dict[str, str]) -> dict[str, str]:
        return {**os.environ, "LANDBRIDGE_DATA": str(self.folder), **self.environment, **extra}

    def run(
        self, *arguments: str, text: str | None = None, code: int | None = 0, **extra: str
    ) -> "subprocess.CompletedProcess[str]":
        """Call the command line; `code` is the exit code that is expected, None for any."""
        done = subprocess.run(
            self._command(arguments),
            env=self._environment(extra),
            input=text,
            capture_output=True,
            text=True,
            timeout=180,
            cwd=self.folder,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert code is None or done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def start(self, *arguments: str, **extra: str) -> "subprocess.Popen[str]":
        """Start the command line in a group of processes of its own."""
        return subprocess.Popen(
            self._command(arguments),
            env=self._environment(extra),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            start_new_session=True,
        )


@cache
def _labels() -> list[Path]:
    """The labels of all vocabularies, read once for all nodes of the run: it takes seconds."""
    load_network()
    return sorted((settings.DATA / "index").glob("labels-*.pickle"))


_MIGRATE = (
    "import django; django.setup(); from django.core.management import call_command as do; do('migrate', verbosity=0)"
)


def _migrate(environment: dict[str, str]) -> None:
    every = {**os.environ, "DJANGO_SETTINGS_MODULE": "landbridge.settings", **environment}
    subprocess.run([sys.executable, "-c", _MIGRATE], check=True, env=every, timeout=180)


@cache
def _tables() -> Path:
    """A database file with all tables, made once for all nodes of the run: its sixty steps take seconds."""
    with at_once("tables") as folder:
        file = folder / "landbridge.sqlite3"
        if not file.exists():
            _migrate({"LANDBRIDGE_DATA": str(folder)})
        return file


@cache
def _template() -> str:
    """The same on PostgreSQL: the name of a database to copy."""
    with at_once("tables") as folder:
        made = folder / "made"
        if not made.exists():
            _psql(f"CREATE DATABASE {TEMPLATE}")
            _migrate({"LANDBRIDGE_DATA": str(folder), "DATABASE_URL": _url(TEMPLATE)})
            made.touch()
    return TEMPLATE


def _url(name: str) -> str:
    return f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"


def _psql(statement: str) -> None:
    where = binaries()
    assert where is not None
    arguments = [where / "psql", os.environ["DATABASE_URL"], "-qc", statement]
    subprocess.run(arguments, check=True, capture_output=True, env={**os.environ, "PGOPTIONS": ""})


class Nodes:
    """Makes nodes, each with a database of the kind that this run is on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.databases: list[str] = []

    def new(self) -> Node:
        """One more empty node."""
        name = f"node_{uuid.uuid4().hex[:12]}"
        folder = self.folder / name
        (folder / "index").mkdir(parents=True)
        for labels in _labels():
            (folder / "index" / labels.name).hardlink_to(labels)
        environment = {"LANDBRIDGE_SAMPLE": "none"}
        if "DATABASE_URL" not in os.environ:
            shutil.copyfile(_tables(), folder / "landbridge.sqlite3")
            return Node(folder, environment)
        _psql(f"CREATE DATABASE {name} TEMPLATE {_template()}")
        self.databases.append(name)
        return Node(folder, {**environment, "DATABASE_URL": _url(name)})

    def close(self) -> None:
        for name in self.databases:
            _psql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    """Several nodes."""
    made = Nodes(tmp_path)
    yield made
    made.close()


@pytest.fixture
def node(nodes: Nodes) -> Node:
    """One empty node."""
    return nodes.new()
