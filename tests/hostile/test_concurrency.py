"""Fifty people who edit and publish at once: nothing is lost, conflicts are told, the journal is in order. And a power
cut in the middle of it leaves whole actions only.

Real threads and processes, real transactions, on the database that this run is on.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from threading import Event, Thread
from typing import Any

import orjson
import pytest
from django.db import connection

from tests.hostile import fifty
from tests.node import Node

ROOT = Path(__file__).parent.parent.parent
Done = list[dict[str, Any]]


def whole(done: Done) -> None:
    """What was said to have succeeded is there, and the tables agree with each other."""
    from landbridge.registry.models import Change, Record, Revision

    revisions = {(one.record_id, one.number): one for one in Revision.objects.all()}
    for one in done:
        if one["verb"] in ("draft", "revise"):
            assert revisions[one["record"], one["revision"]].data["title"]["en"] == one["title"], one
    serials = list(Change.objects.order_by("serial").values_list("serial", flat=True))
    assert len(serials) == len(set(serials))
    for record in Record.objects.all():
        numbers = sorted(number for key, number in revisions if key == record.pk)
        assert numbers == list(range(1, record.latest + 1)), record.pk
        changes = list(Change.objects.filter(record_id=record.pk).order_by("serial"))
        assert sum(one.verb in ("draft", "revise") for one in changes) == record.latest, record.pk
        assert changes[-1].state == record.state, record.pk
        shown = [one.revision for one in changes if one.verb == "publish"]
        assert record.published == (shown[-1] if shown else None), record.pk
        written = [one.revision for one in changes if one.verb in ("draft", "revise")]
        assert written == numbers, f"{record.pk}: the journal has its revisions in another order"


class Watcher(Thread):
    """A follower that reads meanwhile: what it has read can never be preceded by something that comes later."""

    def __init__(self) -> None:
        super().__init__()
        self.stop, self.serials, self.wrong = Event(), [0], 0

    def run(self) -> None:
        from landbridge.registry import queries
        from landbridge.registry.models import Change
        from landbridge.registry.rules import ANYONE

        while not self.stop.is_set():
            fresh = Change.objects.filter(serial__gt=self.serials[-1]).order_by("serial")
            self.serials += list(fresh.values_list("serial", flat=True)[:50])
            for view in queries.published(ANYONE, limit=200):
                self.wrong += view.published != view.revision
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_fifty_people_at_once_in_one_process(folder: Path) -> None:
    from landbridge.registry import journal
    from landbridge.registry.models import Change, Record
    from landbridge.search.query import Query, search

    fifty.prepare()
    done: Done = []
    wrong: list[Exception] = []
    watcher = Watcher()
    watcher.start()
    fifty.all_at_once(0, fifty.PEOPLE, done.append, wrong.append)
    watcher.stop.set()
    watcher.join()
    assert not wrong, wrong[:3]
    said = Counter(one["verb"] for one in done)
    assert said["draft"] == said["submit"] == fifty.PEOPLE * fifty.OWN
    assert said["conflict"] + said["not possible"] > 0, "nobody came in anybody's way: the test is too tame"
    whole(done)
    after = list(Change.objects.order_by("serial").values_list("serial", flat=True))
    seen = watcher.serials[1:]
    assert seen == after[: len(seen)], "the follower was overtaken"
    assert len(after) == said["draft"] + said["revise"] + said["submit"] + said["publish"] + fifty.SHARED
    assert not watcher.wrong
    journal.follow_to_end()
    shown = Record.objects.filter(published__isnull=False)
    found, cursor = {}, ""
    while True:
        page = search(Query(limit=100, cursor=cursor))
        found |= {hit.id: hit.title for hit in page.hits}
        cursor = page.next or ""
        if not cursor:
            break
    told = {one.pk: one.revisions.get(number=one.published).data["title"]["en"] for one in shown}
    assert found == told


def python(node: Node, *arguments: str) -> "subprocess.Popen[str]":
    """A process of the node that does something other than a command."""
    environment = {
        **os.environ, **node.environment, "LANDBRIDGE_DATA": str(node.folder), "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "landbridge.settings",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", *arguments], env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def through(process: "subprocess.Popen[str]") -> str:
    """Wait for a process: what it said."""
    said, trouble = process.communicate(timeout=240)
    assert process.returncode == 0, trouble[-2000:]
    return said


def asked(node: Node, question: str) -> Any:
    """What a process of the node answers, as JSON."""
    return orjson.loads(through(python(node, "tests.hostile.asking", question)).splitlines()[-1])


def lines(text: str) -> Done:
    """What a process said; a line that was cut off was not said."""
    return [orjson.loads(line) for line in text.splitlines() if line.startswith("{") and line.endswith("}")]


def test_fifty_people_at_once_in_five_processes(node: Node) -> None:
    through(python(node, "tests.hostile.fifty", "prepare"))
    share = fifty.PEOPLE // 5
    going = [python(node, "tests.hostile.fifty", str(one * share), str((one + 1) * share)) for one in range(5)]
    done: Done = []
    for process in going:
        done += lines(through(process))
    assert Counter(one["verb"] for one in done)["draft"] == fifty.PEOPLE * fifty.OWN
    assert asked(node, "whole") == "whole"
    told = asked(node, "revisions")
    for one in done:
        if one["verb"] in ("draft", "revise"):
            assert told[f"{one['record']}@{one['revision']}"] == one["title"]


def test_a_kill_in_the_middle_leaves_whole_actions_only(node: Node) -> None:
    through(python(node, "tests.hostile.fifty", "prepare"))
    done: Done = []
    for number in range(4):
        going = python(node, "tests.hostile.fifty", str(number * 10), str(number * 10 + 10))
        assert going.stdout is not None
        first = "".join(going.stdout.readline() for _ in range(1 + 4 * number))  # Each time somewhere else.
        os.killpg(going.pid, signal.SIGKILL)
        rest, _ = going.communicate(timeout=60)
        assert going.returncode == -signal.SIGKILL, "it was through before it was killed"
        done += lines(first + rest)
    assert asked(node, "whole") == "whole"
    told = asked(node, "revisions")
    for one in done:
        if one["verb"] in ("draft", "revise"):
            assert told[f"{one['record']}@{one['revision']}"] == one["title"], "said, and gone with the power"
    through(python(node, "tests.hostile.fifty", "40", "50"))
    assert asked(node, "whole") == "whole"
    assert asked(node, "index") == "the same"
