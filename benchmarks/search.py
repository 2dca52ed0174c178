"""How fast is search, and does it find everything? Landbridge beside pycsw and Datasette, over HTTP, the same records.

20,000 multilingual records from a seed go into each server; all are asked the same 200 questions at concurrency 1
and 8 for 10 hits and an exact total. Each server runs alone. Peers that cannot be installed are named.

    python benchmarks/search.py [--records 20000] [--seconds 5] [--only landbridge,pycsw,datasette]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import orjson
from peers import Datasette, HandWritten, Missing, Pycsw, Server
from records import Made, Question, every, questions
from servers import answers, mapped_index, memory, running, shared_memory, size

CONCURRENCY = (1, 8)
HEADERS = {"Accept": "application/json, application/xml", "Accept-Encoding": "identity"}


class Landbridge(Server):
    """This program as `landbridge run` starts it: two server processes, the follower beside them."""

    name = "Landbridge"

    def _environment(self) -> dict[str, str]:
        return {"LANDBRIDGE_DATA": str(self.folder / "data"), "LANDBRIDGE_PORT": str(self.port),
                "LANDBRIDGE_SAMPLE": "none"}  # fmt: skip

    def load(self, records: Sequence[Made]) -> None:
        self.folder.mkdir(parents=True)
        lines = self.folder / "records.jsonl"
        lines.write_bytes(b"".join(orjson.dumps(one.line()) + b"\n" for one in records))
        command = [sys.executable, "-m", "landbridge.cli", "load", str(lines)]
        started = time.monotonic()
        subprocess.run(command, env={**os.environ, **self._environment()}, check=True)
        seconds = time.monotonic() - started
        print(f"  landbridge load: {len(records) / seconds:,.0f} records a second with the index")

    @contextmanager
    def run(self) -> Iterator["subprocess.Popen[bytes]"]:
        command = [sys.executable, "-m", "landbridge.cli", "run"]
        ready = answers(f"http://127.0.0.1:{self.port}/api/v1/search?limit=1")
        with running(command, ready, self.folder / "log", self._environment()) as process:
            self._wait_until_told()
            yield process

    def _wait_until_told(self) -> None:
        """Other nodes and harvesters are told of what was loaded in the background; that is no part of a search."""
        command = [sys.executable, "-m", "landbridge.cli", "check"]
        for _ in range(200):
            told = subprocess.run(command, env={**os.environ, **self._environment()}, capture_output=True, text=True)
            if "telling" not in told.stdout and "behind" not in told.stdout:
                return
            time.sleep(1)

    def address(self, question: Question, limit: int = 10, cursor: str = "") -> str:
        asked = {"q": question.text, "limit": min(limit, 100), **question.filters}
        return "/api/v1/search?" + urlencode({**asked, "cursor": cursor} if cursor else asked)

    def read(self, body: bytes) -> tuple[int, set[str]]:
        told = orjson.loads(body)
        return int(told["total"]), {hit["id"] for hit in told["hits"]}

    def size(self) -> int:
        return size(self.folder / "data")


@dataclass
class Figures:
    """What was measured of one server."""

    name: str
    rate: dict[int, float] = field(default_factory=dict)
    median: dict[int, float] = field(default_factory=dict)
    p95: dict[int, float] = field(default_factory=dict)
    size: int = 0
    memory: int = 0
    shared: int = 0
    own: int = 0
    """Without the pages of the index that are mapped: what other servers read through the page cache."""
    hits: int = 0
    complete: int = 0
    missed: dict[str, int] = field(default_factory=dict)


def ask(connection: HTTPConnection, address: str) -> bytes:
    connection.request("GET", address, headers=HEADERS)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status} at {address}: {body[:300].decode(errors='replace')}")
    return body


def throughput(port: int, addresses: Sequence[str], concurrency: int, seconds: float) -> tuple[float, list[float]]:
    """(answers a second, milliseconds of each) for at least one round and so many seconds, in whole rounds."""
    took: list[float] = []
    failed: list[Exception] = []
    numbers = count()
    started = time.perf_counter()

    def client() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=120)
        while not failed:
            number = next(numbers)
            if number >= len(addresses) and time.perf_counter() - started > seconds:
                break
            begun = time.perf_counter()
            try:
                ask(connection, addresses[number % len(addresses)])
            except (OSError, HTTPException, RuntimeError) as error:
                failed.append(error)
            took.append((time.perf_counter() - begun) * 1000)
        connection.close()

    threads = [Thread(target=client) for _ in range(concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise RuntimeError(f"a question failed: {failed[0]}")
    return len(took) / (time.perf_counter() - started), took


def found(server: Server, connection: HTTPConnection, question: Question) -> tuple[int, set[str]]:
    """(total, ids) of a question, as many ids as the server gives: 1,000 from the peers, all from us."""
    if not isinstance(server, Landbridge):
        return server.read(ask(connection, server.address(question, 1000)))
    ids: set[str] = set()
    cursor: str | None = ""
    total = 0
    while cursor is not None:
        told = orjson.loads(ask(connection, server.address(question, 100, cursor)))
        total, cursor = told["total"], told["next"]
        ids |= {hit["id"] for hit in told["hits"]}
        if ids >= question.holding:
            break
    return total, ids


def completeness(server: Server, asked: Sequence[Question], figures: Figures) -> None:
    """How many questions gave every record that holds the asked words."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=120)
    for question in asked:
        total, ids = found(server, connection, question)
        figures.hits += total > 0
        if question.holding <= ids:
            figures.complete += 1
        else:
            figures.missed[question.kind] = figures.missed.get(question.kind, 0) + 1
            if isinstance(server, Landbridge):
                lost = sorted(question.holding - ids)
                print(f"  MISSED by {server.name}: {question.text!r} {question.filters} {lost[:3]} of {len(lost)}")
    connection.close()


def measure(server: Server, records: Sequence[Made], asked: Sequence[Question], seconds: float) -> Figures:
    """Load, run and ask one server."""
    print(f"{server.name}: loading", flush=True)
    server.load(records)
    figures = Figures(server.name)
    addresses = [server.address(question) for question in asked]
    with server.run() as process:
        for _ in range(2):  # Every process of the server must be warm: new connections, more than there are processes.
            throughput(server.port, addresses[:60], 8, 0)
        for concurrency in CONCURRENCY:
            rate, took = throughput(server.port, addresses, concurrency, seconds)
            figures.rate[concurrency], figures.median[concurrency] = rate, statistics.median(took)
            figures.p95[concurrency] = statistics.quantiles(took, n=20)[-1]
        figures.memory, figures.shared = memory(process), shared_memory(process)
        figures.own = figures.shared - mapped_index(process)
        completeness(server, asked, figures)
    figures.size = server.size()
    return figures


def show(every_: Sequence[Figures], count_: int) -> None:
    head = f"{'':<26}{'1: /s':>8}{'ms':>8}{'p95':>8}{'8: /s':>9}{'ms':>8}{'p95':>8}{'disk MB':>9}{'RSS MB':>8}"
    print(f"\n{head}{'PSS MB':>8}{'own MB':>8}{'found':>7}{'all':>5}  incomplete, by kind of question")
    for one in every_:
        row = "".join(
            f"{one.rate[c]:>{8 if c == 1 else 9}.1f}{one.median[c]:>8.1f}{one.p95[c]:>8.1f}" for c in CONCURRENCY
        )
        weights = f"{one.size / 1e6:>9.0f}{one.memory / 1e6:>8.0f}{one.shared / 1e6:>8.0f}{one.own / 1e6:>8.0f}"
        missed = ", ".join(f"{kind} {number}" for kind, number in sorted(one.missed.items()))
        print(f"{one.name:<26}{row}{weights}{one.hits:>7}{one.complete:>5}  {missed}")
    print("\n`PSS`: pages that processes share counted once; `own`: without the pages of the index that are mapped.")
    print(f"`all`: of {count_} questions, those that gave every record that holds the asked words.")


def verdicts(every_: Sequence[Figures], count_: int) -> None:
    """The bars, each beside what was measured."""
    by_name = {one.name: one for one in every_}
    ours = by_name.get(Landbridge.name)
    if ours is None:
        return
    complete = ours.complete == count_
    bars = [
        ("memory, shared pages once (PSS), MB", ours.shared / 1e6, 300.0, ours.shared < 300e6),
        ("memory without the index's maps, MB", ours.own / 1e6, 300.0, ours.own < 300e6),
        ("every record that holds the words", float(ours.complete), float(count_), complete),
    ]
    for peer, needed in ((Pycsw.name, {1: 20, 8: 12}), (HandWritten.name, {1: 1, 8: 1})):
        for concurrency, times in needed.items():
            if peer in by_name:
                ratio = ours.rate[concurrency] / by_name[peer].rate[concurrency]
                label = f"times {peer} at {concurrency}" + (" (aim)" if times == 1 else "")
                bars.append((label, ratio, float(times), ratio >= times))
    print()
    for label, measured, bar, good in bars:
        print(f"{label:<46}{measured:>9.1f}  bar {bar:>6.1f}  {'ok' if good else 'BELOW'}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--records", type=int, default=20_000)
    options.add_argument("--seconds", type=float, default=5, help="at least so long at each concurrency")
    options.add_argument("--only", default="landbridge,pycsw,datasette")
    options.add_argument("--environments", type=Path, help="where the peers' environments are kept from run to run")
    given = options.parse_args()
    records = list(every(given.records))
    asked = questions(records)
    chosen = {"landbridge": (Landbridge,), "pycsw": (Pycsw,), "datasette": (Datasette, HandWritten)}
    measured = []
    with tempfile.TemporaryDirectory(prefix="landbridge-benchmark-") as temporary:
        folder = Path(temporary)
        for name in given.only.split(","):
            for kind in chosen[name]:
                server = kind(folder / kind.__name__, given.environments or folder / "environments")
                try:
                    measured.append(measure(server, records, asked, given.seconds))
                except (Missing, RuntimeError, OSError, HTTPException, ValueError) as reason:
                    print(f"{kind.name}: left out: {reason}")
    print(f"\n{given.records:,} records, {len(asked)} questions, {os.cpu_count()} processors")
    show(measured, len(asked))
    verdicts(measured, len(asked))


if __name__ == "__main__":
    main()
