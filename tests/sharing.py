"""What all processes of a test run share: it is made by the first that needs it."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = "LANDBRIDGE_TEST_ROOT"
"""The variable that names the folder of a run."""


@contextmanager
def at_once(name: str) -> Iterator[Path]:
    """A folder of the run, for one process at a time."""
    folder = Path(os.environ[ROOT]) / "shared" / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield folder


def share_labels(data: Path) -> None:
    """Let the processes of a run read each other's tables of labels: each takes seconds to make."""
    # Inner import: Django is set up by whoever calls this.
    from landbridge.search import label_cache, spelling, understand

    alone = label_cache.from_cache

    def together(name: str, build: Callable[[], Any]) -> Any:
        own = data / "index"
        own.mkdir(parents=True, exist_ok=True)
        with at_once("labels") as folder:
            _link(folder, own, name)
            made = alone(name, build)
            _link(own, folder, name)
        return made

    for module in (label_cache, spelling, understand):
        vars(module)["from_cache"] = together


def _link(source: Path, target: Path, name: str) -> None:
    for file in source.glob(f"{name}-*.pickle"):
        if not (target / file.name).exists():
            (target / file.name).hardlink_to(file)
