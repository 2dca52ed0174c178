"""`python -m tests.hostile.asking <question>`: what a process of a node finds in its tables, as a line of JSON."""

import sys
from typing import Any

import django
import orjson


def whole() -> str:
    """Whether the tables agree with each other."""
    from tests.hostile.test_concurrency import whole

    whole([])
    return "whole"


def revisions() -> dict[str, Any]:
    """`record@number` to the title of every revision."""
    from landbridge.registry.models import Revision

    rows = Revision.objects.values_list("record_id", "number", "data__title__en")
    return {f"{record_id}@{number}": title for record_id, number, title in rows}


def index() -> str:
    """Whether the index has what is published, after all followers have read to the end."""
    from landbridge.registry import journal
    from landbridge.registry.models import Record
    from landbridge.search.query import Query, search

    journal.catch_up()
    shown = Record.objects.filter(published__isnull=False, visibility="public").exclude(state="retired").count()
    found = search(Query(limit=1)).total
    return "the same" if found == shown else f"{found} found, {shown} published"


if __name__ == "__main__":
    django.setup()
    sys.stdout.buffer.write(orjson.dumps({"whole": whole, "revisions": revisions, "index": index}[sys.argv[1]]()))
