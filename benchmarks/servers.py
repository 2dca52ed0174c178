"""Server processes under measurement: start, wait, weigh, stop."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import psutil


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def size(*paths: Path) -> int:
    """Bytes on disk of files and folders."""
    total = 0
    for path in paths:
        files = path.rglob("*") if path.is_dir() else [path]
        total += sum(file.stat().st_blocks * 512 for file in files if file.is_file())
    return total


def memory(process: "subprocess.Popen[bytes]") -> int:
    """Resident bytes of a server and all its processes, pages that they share counted in each of them."""
    parent = psutil.Process(process.pid)
    total = 0
    for one in [parent, *parent.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            total += one.memory_info().rss
    return total


def shared_memory(process: "subprocess.Popen[bytes]") -> int:
    """The same with pages that several processes share counted once (PSS)."""
    parent = psutil.Process(process.pid)
    total = 0
    for one in [parent, *parent.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            total += getattr(one.memory_full_info(), "pss", 0)
    return total


def mapped_index(process: "subprocess.Popen[bytes]") -> int:
    """Of the shared memory (PSS), the mapped pages of the search index: the page cache, in another view of it."""
    parent = psutil.Process(process.pid)
    total = 0
    for one in [parent, *parent.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            maps = one.memory_maps(grouped=True)
            total += sum(getattr(part, "pss", 0) for part in maps if "/index/tantivy/" in part.path)
    return total


@contextmanager
def running(
    command: list[str], ready: Callable[[], bool], log: Path, environment: dict[str, str] | None = None, wait: int = 120
) -> Iterator["subprocess.Popen[bytes]"]:
    """A server that is ready; it and its processes are stopped at the end."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env={**os.environ, **(environment or {})}, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _wait(process, ready, log, wait)
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _wait(process: "subprocess.Popen[bytes]", ready: Callable[[], bool], log: Path, wait: int) -> None:
    end = time.monotonic() + wait
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with suppress(OSError, ValueError):
            if ready():
                return
        time.sleep(0.2)
    raise RuntimeError(f"the server did not get ready:\n{log.read_text(errors='replace')[-2000:]}")


def answers(address: str) -> Callable[[], bool]:
    """Whether something answers there."""

    def ask() -> bool:
        with urlopen(address, timeout=5) as response:
            return bool(response.status == 200)

    return ask
