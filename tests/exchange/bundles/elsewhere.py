"""Two nodes in one database, one after the other: whoever is left is forgotten, only its bundle remains."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from landbridge.exchange.models import Exchange, NodeKey, Peer, Quarantined, Received, Statement, ThisNode, WorkTaken
from landbridge.exchange.nodes.keys import own_list
from landbridge.exchange.nodes.statements import state
from landbridge.registry.actions import NODE, receive_many
from landbridge.registry.models import Change, Comment, Record, Revision, StoredFile
from landbridge.registry.queries import states
from landbridge.registry.receiving import Arrival
from landbridge.registry.workflow import Workflow
from tests.support import record

HERE, THERE = "https://fiji.example", "https://pacific.example"
_ALL = (
    WorkTaken, Quarantined, Received, Statement, Exchange, NodeKey, ThisNode, Peer, Comment, Change, Revision, Record,
    StoredFile,
)  # fmt: skip


def become(address: str, patch: pytest.MonkeyPatch, folder: Path) -> None:
    """From now on this is another node, empty, with keys of its own and a folder of its own."""
    for model in _ALL:
        model.objects.all().delete()
    folder.mkdir(parents=True, exist_ok=True)
    patch.setattr(settings, "BASE_URL", address)
    patch.setattr(settings, "DATA", folder)
    patch.setattr(settings, "MEDIA_ROOT", folder / "files")


def fingerprint() -> str:
    """What people of this node read to others."""
    return next(str(key["id"]) for key in own_list()["keys"] if key["by"] == key["id"])


def know(address: str, print_: str, **more: Any) -> Peer:
    """Add a peer by its address and its fingerprint."""
    return Peer.objects.create(address=address, fingerprint=print_, **more)


def publish(*ids: str, **data: Any) -> None:
    """Records of this node, and what it says of them."""
    arrivals = [Arrival(one, "technology", record(one, **data).data) for one in ids]
    assert not receive_many(arrivals, actor=NODE, workflow=Workflow.REFERENCE).refused
    say(*ids)


def say(*ids: str) -> None:
    """Sign what is published, as the follower does."""
    wanted = list(ids or Record.objects.filter(origin="").values_list("pk", flat=True))
    state(states(wanted), wanted)


def holdings() -> dict[str, tuple[str, str]]:
    """Record id to (state, digest of its answers) of everything here."""
    rows = Revision.objects.filter(record__published__isnull=False).values_list(
        "record_id", "record__state", "sha256", "number", "record__published"
    )
    return {pk: (now, sha256) for pk, now, sha256, number, shown in rows if number == shown}
