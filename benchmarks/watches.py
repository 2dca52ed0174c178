"""How long it takes to hold what is new against everybody's watches.

A node with 20,000 records, its database and index in a temporary folder. 1,000 people each watch something: searches of
all kinds, Parties, terms and needs. Then 100 records are published, and the followers tell what fits whom: first the
index, then the watches, then the needs. Every telling is counted, and the same journal read once more tells nothing.

    python benchmarks/watches.py [--records 20000] [--watches 1000] [--changes 100]
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Iterable
from typing import Any

from records import Made, every

BAR = 10.0
"""Seconds for 1,000 watches and 100 changes: people are told within a minute, with all else that the worker does."""
_NEEDS = 100
"""How many needs of the node are watched by somebody."""


def _start(folder: str) -> None:
    os.environ["LANDBRIDGE_DATA"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "landbridge.settings"
    import django

    django.setup()
    from landbridge.commands.shared import up_to_date

    up_to_date()


def publish(records: Iterable[Made]) -> None:
    """Take records in as published."""
    from landbridge.registry.receiving import Arrival, receive_many
    from landbridge.registry.workflow import State, Visibility, Workflow
    from landbridge.registry.writing import NODE

    arrivals = [
        Arrival(one.id, one.format, one.data, one.language, Visibility.PUBLIC, State.PUBLISHED) for one in records
    ]
    for start in range(0, len(arrivals), 1_000):
        receive_many(arrivals[start : start + 1_000], actor=NODE, workflow=Workflow.REFERENCE)


def _subject(number: int, records: list[Made], needs: list[str], chance: random.Random) -> tuple[str, str]:
    """What the person of this number watches."""
    from urllib.parse import urlencode

    one = records[chance.randrange(len(records))]
    kind = number % 10
    if kind < 4:
        return "search", urlencode({"q": " ".join(one.text.split()[:2])[:40]})
    if kind < 6:
        place = (one.data.get("places") or ["FJI"])[0]
        return "search", urlencode([("q", one.text.split()[0][:20]), ("type", one.format), ("place", place)])
    if kind == 6:
        return "party", (one.data.get("places") or ["FJI"])[0]
    if kind == 7:
        return "term", f"ecosystems:{(one.data.get('ecosystems') or ['coral-reef'])[0]}"
    return "need", needs[number % len(needs)]


def watch_all(count: int, records: list[Made]) -> None:
    """One watch a person, of every kind."""
    from landbridge.parties.models import Account
    from landbridge.search.models import Watch

    chance = random.Random(5)
    needs = [one.id for one in records if one.format == "need"][:_NEEDS]
    people = Account.objects.bulk_create([
        Account(email=f"p{number}@example.org", language=records[number].language, password="!")
        for number in range(count)
    ])  # fmt: skip
    watches = []
    for number, account in enumerate(people):
        kind, subject = _subject(number, records, needs, chance)
        watches.append(Watch(account=account, kind=kind, subject=subject))
    Watch.objects.bulk_create(watches)


def told() -> tuple[int, int]:
    """(pairs of watch and record that were told, notices)."""
    from landbridge.parties.models import Notice
    from landbridge.search.models import Told

    return Told.objects.count(), Notice.objects.count()


def timed(what: str, follower: Any) -> float:
    """Let one follower read to the end of the journal."""
    from landbridge.registry.journal import _advance

    started = time.perf_counter()
    while _advance(follower, 2_000):
        pass
    took = time.perf_counter() - started
    print(f"{what:28} {took:8.2f} s")
    return took


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--watches", type=int, default=1_000)
    parser.add_argument("--changes", type=int, default=100)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="landbridge-watches-") as folder:
        _start(folder)
        from landbridge.registry.journal import followers
        from landbridge.registry.models import Cursor

        by_name = {follower.name: follower for follower in followers()}
        source = every(asked.records + asked.changes)
        records = [next(source) for _ in range(asked.records)]
        publish(records)
        for name in ("search", "watches", "matches"):
            timed(f"before: {name}", by_name[name])
        watch_all(asked.watches, records)
        publish(source)
        print(f"{asked.watches} watches, {asked.changes} changes, {asked.records} records")
        timed("index", by_name["search"])
        took = timed("searches, Parties, terms", by_name["watches"]) + timed("needs", by_name["matches"])
        pairs, notices = told()
        Cursor.objects.filter(pk__in=("watches", "matches")).update(serial=asked.records)
        timed("the same again: watches", by_name["watches"])
        timed("the same again: needs", by_name["matches"])
        print(f"told {pairs} pairs in {notices} notices; the second reading told {told()[0] - pairs} more")
        print(f"{took:.1f} s, bar {BAR:.0f} s: {'met' if took <= BAR and told() == (pairs, notices) else 'MISSED'}")
        by_name["search"].release()


if __name__ == "__main__":
    main()
