"""How many needs a second get their explained matches, and how that grows with the records.

1,000 needs of about 25 words in six languages are matched with 20,000, 100,000 and 500,000 records, by two
processes that share one index. The index is built directly, without the registry, in a temporary folder.

    python benchmarks/matching.py [--sizes 20000,100000,500000] [--needs 1000] [--processes 2]
"""

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
from records import Made, every, need
from servers import size

SIZES = (20_000, 100_000, 500_000)
BATCH = 5_000
BAR_RATE, BAR_SIZE, BAR_GROWTH, LARGEST = 200, 100_000, 4, 500_000


@dataclass
class Figures:
    """What was measured at one size."""

    records: int
    built: float
    index: int
    rate: float
    median: float
    p95: float
    explained: int
    private: int
    resident: int


def _start(folder: str) -> None:
    os.environ["LANDBRIDGE_DATA"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "landbridge.settings"
    import django

    django.setup()


def build(folder: str, count: int) -> None:
    """Put so many records into the index of a folder; runs in a process of its own."""
    _start(folder)
    from landbridge.search.document import documents
    from landbridge.search.index import index

    records = every(count)
    for _ in range(0, count, BATCH):
        index().write(documents(_view(one) for one in _some(records)))
    index().release()


def _some(records: Iterator[Made]) -> Iterator[Made]:
    for _, one in zip(range(BATCH), records, strict=False):
        yield one


def _view(one: Made):  # type: ignore[no-untyped-def]
    from landbridge.registry.queries import RecordView

    now = datetime(2026, 6, 1, tzinfo=UTC)
    return RecordView(
        id=one.id, format=one.format, workflow="reference", state="published", visibility="public",
        language=one.language, origin="", owner=None, revision=1, published=1, edition=1, data=one.data, note="",
        created_at=now, updated_at=now, published_at=now, revised_at=now, confirmed_on=None, expires_on=None, sha256="",
    )  # fmt: skip


def ask(folder: str, first: int, last: int, ready, go, answers) -> None:  # type: ignore[no-untyped-def]
    """Match some of the needs; tells how long each took, how many were explained, and its memory."""
    _start(folder)
    from landbridge.cooperation.matching import match_text

    def matched(number: int) -> bool:
        text, language, place = need(number)
        found = match_text(text, places=(place,), limit=10, reader_language=language)
        return bool(found.matches) and all(one.for_ for one in found.matches)

    for number in range(1_000_000, 1_000_030):
        matched(number)
    ready.put(1)
    go.wait()
    took, explained = [], 0
    for number in range(first, last):
        started = time.perf_counter()
        explained += matched(number)
        took.append((time.perf_counter() - started) * 1000)
    process = psutil.Process()
    weight, maps = process.memory_full_info(), process.memory_maps()
    # Pages of the index that nobody else has in sight just now count as this process's own: they are none of it.
    mapped = sum(one.private_clean + one.private_dirty for one in maps if one.path.startswith(folder))
    answers.put((took, explained, weight.uss - mapped, weight.rss))


def measure(folder: str, count: int, needs: int, processes: int) -> Figures:
    """Build an index of this size and match all needs against it."""
    started = time.monotonic()
    subprocess.run([sys.executable, __file__, "--build", folder, "--sizes", str(count)], check=True)
    built = time.monotonic() - started
    context = multiprocessing.get_context("spawn")
    ready, answers, go = context.Queue(), context.Queue(), context.Event()
    share = -(-needs // processes)
    workers = [
        context.Process(target=ask, args=(folder, at, min(needs, at + share), ready, go, answers))
        for at in range(0, needs, share)
    ]
    for worker in workers:
        worker.start()
    for _ in workers:
        ready.get(timeout=600)
    started = time.perf_counter()
    go.set()
    told = [answers.get(timeout=3600) for _ in workers]
    seconds = time.perf_counter() - started
    for worker in workers:
        worker.join()
    took = [one for part, *_ in told for one in part]
    weight = size(*(part for part in (Path(folder) / "index").iterdir() if part.is_dir()))
    return Figures(
        records=count, built=count / built, index=weight, rate=needs / seconds,
        median=statistics.median(took), p95=statistics.quantiles(took, n=20)[-1],
        explained=sum(explained for _, explained, _, _ in told), private=sum(uss for _, _, uss, _ in told),
        resident=sum(rss for *_, rss in told),
    )  # fmt: skip


def show(measured: list[Figures], needs: int, processes: int) -> None:
    print(f"\n{needs:,} needs, {processes} processes, {os.cpu_count()} processors\n")
    print(f"{'records':>9}{'built /s':>10}{'index MB':>10}{'needs /s':>10}{'median ms':>11}{'p95 ms':>9}"
          f"{'explained':>11}{'own MB':>9}{'RSS MB':>9}{'cost':>7}")  # fmt: skip
    first = measured[0]
    for one in measured:
        print(f"{one.records:>9,}{one.built:>10,.0f}{one.index / 1e6:>10.0f}{one.rate:>10.1f}{one.median:>11.1f}"
              f"{one.p95:>9.1f}{one.explained:>11}{one.private / 1e6:>9.0f}{one.resident / 1e6:>9.0f}"
              f"{first.rate / one.rate:>7.2f}")  # fmt: skip
    print("\n`own MB`: memory of both processes without the index's maps; `cost`: of a need, the first size being 1.")


def verdicts(measured: list[Figures]) -> None:
    """The bars, where their sizes were measured."""
    by_size = {one.records: one for one in measured}
    middle, largest = by_size.get(BAR_SIZE), by_size.get(LARGEST)
    if middle:
        print(f"needs a second against {BAR_SIZE:,}: {middle.rate:.0f}, bar {BAR_RATE}  "
              f"{'ok' if middle.rate >= BAR_RATE else 'BELOW'}")  # fmt: skip
    if middle and largest:
        growth = middle.rate / largest.rate
        print(f"cost at {LARGEST:,} against {BAR_SIZE:,}: {growth:.2f}, bar {BAR_GROWTH}  "
              f"{'ok' if growth <= BAR_GROWTH else 'BELOW'}")  # fmt: skip
    own = [one.private / 1e6 for one in measured]
    if len(own) > 1:
        print(f"memory that is not the index's maps: {own[0]:.0f} MB at the smallest, {own[-1]:.0f} MB at the largest")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sizes", default=",".join(map(str, SIZES)))
    options.add_argument("--needs", type=int, default=1_000)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--build", help=argparse.SUPPRESS)
    given = options.parse_args()
    sizes = [int(one) for one in given.sizes.split(",")]
    if given.build:
        build(given.build, sizes[0])
        return
    measured = []
    for count in sizes:
        with tempfile.TemporaryDirectory(prefix="landbridge-benchmark-") as folder:
            measured.append(measure(folder, count, given.needs, given.processes))
        show(measured[-1:], given.needs, given.processes)
    show(measured, given.needs, given.processes)
    verdicts(measured)


if __name__ == "__main__":
    main()
