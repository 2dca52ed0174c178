"""What does a memory stick cost? Two folders of this program on one machine, one bundle between them.

Multilingual records from a seed stand in the first node. Measured, each in a process of its own with its peak of
memory: making the bundle, looking at what would come in, taking it in, reading it again, and writing the pages of one
language. Memory must not grow with the number of records: run it with two sizes.

    python benchmarks/bundles.py [--records 20000] [--pages]
"""

import argparse
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import orjson
from records import every


class Node:
    """This program in a folder of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder / name
        self.folder.mkdir(parents=True)
        self.told = {**os.environ, "LANDBRIDGE_DATA": str(self.folder), "LANDBRIDGE_SAMPLE": "none",
                     "LANDBRIDGE_BASE_URL": f"https://{name}.example"}  # fmt: skip

    def call(self, *arguments: str) -> tuple[float, float, float, str]:
        """Seconds, those of the processor, megabytes at most, and what was said."""
        told = self.folder / "told.txt"
        started = time.monotonic()
        with told.open("wb") as out:
            child = os.posix_spawn(
                sys.executable, [sys.executable, "-m", "landbridge.cli", *arguments], self.told,
                file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, out.fileno(), 2)],
            )  # fmt: skip
            _, status, used = os.wait4(child, 0)
        text = told.read_text("utf-8")
        if status:
            raise SystemExit(f"landbridge {' '.join(arguments)}: {text}")
        return time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, text


def main() -> None:
    """Measure and print."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--records", type=int, default=20_000)
    wanted.add_argument("--pages", action="store_true")
    given = wanted.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        first, second = Node(Path(folder), "first"), Node(Path(folder), "second")
        lines = Path(folder) / "lines.jsonl"
        lines.write_bytes(b"".join(orjson.dumps(line.line()) + b"\n" for line in every(given.records)))
        first.call("load", str(lines))
        first.call("follow", "--once")
        shown = re.sub(r"(?<=[0-9a-f]{4}) (?=[0-9a-f]{4}\b)", "", first.call("node", "show")[3])
        (print_,) = re.findall(r"fingerprint\s+([0-9a-f]{64})", shown)
        second.call("node", "add", "https://first.example", print_)
        stick = str(Path(folder) / "stick.zip")
        steps = [(first, "make", stick), (second, "check", stick), (second, "read", "--preview", stick),
                 (second, "read", stick), (second, "read", stick)]  # fmt: skip
        if given.pages:
            steps.append((first, "pages", "--pages", "en", str(Path(folder) / "pages")))
        for node, *arguments in steps:
            seconds, worked, megabytes, text = node.call("bundle", *arguments)
            counted = next((line.strip() for line in text.splitlines() if "records" in line or "bundle " in line), "")
            cost = f"{seconds:7.1f} s {worked:7.1f} s of CPU {megabytes:5.0f} MB"
            print(f"{' '.join(arguments[:-1]):<16} {cost}   {counted}")
        print(f"{'the file':<16} {Path(stick).stat().st_size / 1e6:7.1f} MB for {given.records} records")


if __name__ == "__main__":
    main()
