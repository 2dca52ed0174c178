"""What the author of an expert's record cannot say themself, whatever they send: how far others vouch for it."""

from collections.abc import Mapping
from typing import Any, Final

from landbridge.parties.permissions import Permission
from landbridge.registry.models import Record, Revision
from landbridge.registry.writing import Actor, may

VETTED: Final = ("vetting", "nominated_by")
"""Answers of an expert that only the steps of `vetting` change."""
SELF_DECLARED: Final = "self_declared"


def as_vetted(actor: Actor, record: Record, data: dict[str, Any]) -> dict[str, Any]:
    """The answers of a new revision of this record with its vetting as it stands; all others are left as they are."""
    if record.format != "expert" or actor.node or may(actor, Permission.VET, None):
        return data
    rest = {name: answer for name, answer in data.items() if name not in VETTED}
    return {**rest, "vetting": SELF_DECLARED, **_standing(record)}


def _standing(record: Record) -> dict[str, Any]:
    rows = Revision.objects.filter(record_id=record.id, number=record.latest).values_list("data", flat=True)
    before: Mapping[str, Any] = rows.first() or {}
    return {name: before[name] for name in VETTED if before.get(name)}
