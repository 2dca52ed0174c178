"""Documents in and out by way of a process of their own, which has no secrets and ends in time."""

import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final

import landbridge
from landbridge.exchange.documents.child import REFUSED
from landbridge.exchange.documents.paper import Paper
from landbridge.exchange.documents.unreadable import Unreadable

logger = logging.getLogger(__name__)

LONGEST: Final = 25.0
"""Seconds that one document may take."""
_PATIENCE: Final = 15.0
"""Seconds that a document waits for its turn."""
_AT_ONCE: Final = BoundedSemaphore(2)
"""Documents at once in one process of the node: memory is bounded by this times the limit of a child."""
_HOME: Final = Path(landbridge.__file__).parent.parent


@dataclass(frozen=True)
class Extracted:
    """What stands in a document; see `extract.Found`."""

    kind: str
    mark: dict[str, Any] | None
    boxes: list[tuple[str, str]]
    blocks: list[tuple[str, list[str]]]
    unread: list[tuple[str, str]]


def read(given: bytes) -> Extracted:
    """Read a stranger's document.

    Raises:
        Unreadable: with the one reason why not.
    """
    told = json.loads(_run("read", given))
    pairs = {name: [(first, second) for first, second in told[name]] for name in ("boxes", "blocks", "unread")}
    return Extracted(told["kind"], told["mark"], **pairs)


def drawn(paper: Paper, kind: str) -> bytes:
    """A form as a file: `kind` is xlsx or docx."""
    return _run("xlsx" if kind == "xlsx" else "docx", json.dumps(paper.plain()).encode())


def _run(what: str, given: bytes) -> bytes:
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise Unreadable("busy")
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "landbridge.exchange.documents.child", what],
            input=given, capture_output=True, timeout=LONGEST, check=False, cwd=_HOME,
            env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unreadable("too-slow") from None
    finally:
        _AT_ONCE.release()
    if done.returncode == 0:
        return done.stdout
    if done.returncode == REFUSED:
        told = json.loads(done.stdout)
        logger.info("A document was refused: %s %s %s", told["code"], told["detail"], done.stderr[:200])
        raise Unreadable(told["code"], told["detail"])
    # Killed by a limit: the time of the processor, or memory in a place where Python could not say so.
    logger.warning("A document ended its process: %s %s", done.returncode, done.stderr[-200:])
    raise Unreadable("too-slow" if done.returncode < 0 else "damaged")
