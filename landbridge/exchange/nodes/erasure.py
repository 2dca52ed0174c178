"""What a tombstone that tells of an erasure makes of what we hold of another node's record.

Its node alone can ask for it, with its signature. What nobody settled yet, what a quarantine kept as it came and files
that were still to be fetched go with the revisions.
"""

from collections.abc import Iterable

from landbridge.exchange.models import Quarantined, Statement, WantedFile
from landbridge.exchange.nodes import moments
from landbridge.exchange.nodes.files import half
from landbridge.exchange.nodes.keys import me
from landbridge.exchange.nodes.statements import says
from landbridge.registry import erasing, journal
from landbridge.registry.models import Change, Record
from landbridge.registry.workflow import Visibility


def erase(node: str, record_ids: Iterable[str]) -> int:
    """Blank what we hold of records of a node, inside the caller's transaction: how many records that were."""
    ids = list(record_ids)
    own = list(Record.objects.filter(pk__in=ids, origin=node).values_list("pk", flat=True))
    count = erasing.erase(own, note=erasing.ERASED_AT_ORIGIN)
    forget_waiting(node, ids)
    return count


def forget_waiting(node: str, record_ids: Iterable[str]) -> None:
    """Blank what a node said of records and we did not take in, settled or not, also where it claimed another's."""
    ids = list(record_ids)
    kept = Quarantined.objects.filter(origin=node, record_id__in=ids)
    kept.filter(settled_at=None).update(settled_at=moments.now(), settled="gone")
    kept.update(body=b"", problem="")
    here = Record.objects.filter(pk__in=ids)
    others = here.exclude(origin="" if node == me() else node).values_list("pk", flat=True)
    theirs = WantedFile.objects.filter(record_id__in=set(ids) - set(others))
    digests = set(theirs.values_list("sha256", flat=True))
    theirs.delete()
    for sha256 in digests - set(WantedFile.objects.filter(sha256__in=digests).values_list("sha256", flat=True)):
        half(sha256).unlink(missing_ok=True)


def reach(record_id: str, visibility: str) -> str:
    """To whom an erasure is passed on: to everybody, when anybody could read the record once, whoever may now."""
    was_public = Change.objects.filter(record_id=record_id, visibility=Visibility.PUBLIC).exists()
    return Visibility.PUBLIC.value if was_public else visibility


def make_up() -> int:
    """Do what was asked of this node before it knew how: how many records were blanked."""
    journal.lock()
    held = Record.objects.exclude(origin="").filter(erased_at=None).values("pk")
    rows = Statement.objects.filter(gone=True, record_id__in=held).exclude(origin="")
    asked: dict[str, list[str]] = {}
    for record_id, origin, body in rows.values_list("record_id", "origin", "body").iterator(chunk_size=500):
        if says(body).get("erased") is True:
            asked.setdefault(origin, []).append(record_id)
    return sum(erase(node, ids) for node, ids in asked.items())
