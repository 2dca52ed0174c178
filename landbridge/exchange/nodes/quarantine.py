"""What was not taken in: tried again when its cause is gone, settled by a person otherwise."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from landbridge.exchange.models import Peer, Quarantined, Received, Statement
from landbridge.exchange.nodes import moments
from landbridge.exchange.nodes.answers import checked
from landbridge.exchange.nodes.judging import Judged
from landbridge.exchange.nodes.keys import me
from landbridge.exchange.nodes.statements import put, say_gone, says, state
from landbridge.exchange.signing import SIGNATURE, digest
from landbridge.parties.models import Party
from landbridge.parties.permissions import Permission
from landbridge.registry import actions, erasing, journal
from landbridge.registry.models import Record
from landbridge.registry.queries import states
from landbridge.registry.workflow import State, Visibility, Workflow
from landbridge.registry.writing import Actor, require

CURABLE: Final = ("key", "format", "edition", "term", "future", "file")
"""Reasons that pass: a list of keys comes, this node is updated, a date is reached."""
OF_KEYS: Final = ("key", "claim")
"""What a newer list of keys may settle: it names the key, or says that its node is one that moved."""
WAYS: Final = ("drop", "again", "take", "ours", "back")
"""How a person settles one: forget it; try it again; give the record to the node that claims it; of what we said
ourselves before we were restored, keep what we hold now, or take that back."""
_BATCH: Final = 200


class NotSettled(ValueError):
    """It cannot be settled this way; the message says why."""


def waiting(reasons: Sequence[str] = ()) -> "QuerySet[Quarantined]":
    """What is open, newest first."""
    found = Quarantined.objects.filter(settled_at=None).order_by("-at", "-pk")
    return found.filter(reason__in=reasons) if reasons else found


def try_again(reasons: Iterable[str] = CURABLE, origins: Iterable[str] = (), before: datetime | None = None) -> int:
    """Take in once more what waits for one of these reasons and was last tried `before`: how many that settles."""
    found = waiting(tuple(reasons))
    if before is not None:
        found = found.filter(at__lt=before)
    chosen = tuple(origins)
    if chosen:
        found = found.filter(origin__in=chosen)
    ids = list(found.order_by("sequence", "pk").values_list("pk", flat=True))
    return sum(_again(ids[start : start + _BATCH]) for start in range(0, len(ids), _BATCH))


def _again(ids: Sequence[int]) -> int:
    # Inner import: taking in calls this module when a list of keys came.
    from landbridge.exchange.nodes.taking import take

    rows = list(Quarantined.objects.filter(pk__in=ids, settled_at=None).exclude(body=b"").order_by("sequence", "pk"))
    for via in dict.fromkeys(row.via for row in rows):
        lines = [bytes(row.body) for row in rows if row.via == via]
        take(lines, via=via, carrier=Peer.objects.filter(address=via).first())
    tried = dict(Quarantined.objects.filter(pk__in=ids, settled_at=None).values_list("pk", "tries"))
    cured = [row.pk for row in rows if tried.get(row.pk, row.tries) == row.tries]  # Not refused once more.
    Quarantined.objects.filter(pk__in=cured, settled_at=None).update(settled_at=moments.now(), settled="taken")
    return len(cured)


def settle(*, actor: Actor, quarantined_id: int, way: str) -> Quarantined:
    """Settle one by a person's word; see `WAYS`.

    Raises:
        Forbidden: the actor does not administer the node.
        LookupError: there is none of this number that is open.
        NotSettled: not in this way.
    """
    require(actor, Permission.RECEIVE, None)
    row = Quarantined.objects.filter(pk=quarantined_id, settled_at=None).first()
    if row is None:
        raise LookupError(f"Nothing with the number {quarantined_id} waits in quarantine.")
    ways = {"drop": _drop, "again": _once_more, "take": _give_away, "ours": _keep_ours, "back": _take_back}
    if way not in ways:
        raise NotSettled(f"Settle it by one of: {', '.join(WAYS)}.")
    ways[way](row, actor)
    Quarantined.objects.filter(pk=row.pk, settled_at=None).update(settled_at=moments.now(), settled=way)
    row.refresh_from_db()
    return row


def _drop(row: Quarantined, actor: Actor) -> None:
    """Nothing is to be done."""


def _once_more(row: Quarantined, actor: Actor) -> None:
    if not _again([row.pk]):
        row.refresh_from_db()
        raise NotSettled(f"It is refused as before: {row.problem}")


def _give_away(row: Quarantined, actor: Actor) -> None:
    """The record belongs to the node that claims it from now on; another node's claim on it is at an end."""
    if row.reason != "claim":
        raise NotSettled("Only a claim can be given what it claims.")
    with transaction.atomic():
        journal.lock()
        record = Record.objects.select_for_update().filter(pk=row.record_id).first()
        if record is not None and not record.origin:
            raise NotSettled("The record is this node's own; retire it and use another id, or drop the claim.")
        Record.objects.filter(pk=row.record_id).update(origin=row.origin)
        Statement.objects.filter(record_id=row.record_id).delete()
        Received.objects.filter(record_id=row.record_id).delete()
        if not _again([row.pk]):
            raise NotSettled("The claim itself is not in order; nothing was changed.")


def _ahead(row: Quarantined) -> dict[str, object]:
    if row.reason != "ahead" or row.origin != me():
        raise NotSettled("Only what this node said itself, later than what it holds, is settled this way.")
    return says(row.body)


def _stand(row: Quarantined, said: dict[str, object]) -> None:
    """Our own later statement stands again, so that the next one counts on from it."""
    judged = Judged(said, sequence=row.sequence)
    old = Statement.objects.filter(record_id=row.record_id).first()
    visibility = str(said.get("visibility") or (old.visibility if old else Visibility.PUBLIC))
    sha256 = digest({name: value for name, value in said.items() if name != SIGNATURE})
    moment = moments.read(said["said"])
    published = moment if judged.gone else moments.read(said["published"])
    put([Statement(record_id=row.record_id, origin="", format=str(said["format"]), visibility=visibility,
                   gone=judged.gone, erased=judged.erased or None, sequence=row.sequence, sha256=sha256,
                   body=bytes(row.body), farewell=old.farewell if old else None, published_at=published,
                   said_at=moment)])  # fmt: skip


def _keep_ours(row: Quarantined, actor: Actor) -> None:
    """What we hold now stands, and is said again with a number beyond the lost one."""
    said = _ahead(row)
    with transaction.atomic():
        journal.lock()
        _stand(row, said)
        if Record.objects.filter(pk=row.record_id, origin="").exists():
            state(states([row.record_id]), [row.record_id], anew=True)
        else:
            say_gone(row.record_id)


def _take_back(row: Quarantined, actor: Actor) -> None:
    """What we said before we were restored becomes our newest revision."""
    said = _ahead(row)
    with transaction.atomic():
        journal.lock()
        try:
            _revise(row.record_id, said, actor)
        except (actions.Conflict, LookupError, ValueError) as error:
            raise NotSettled(str(error)) from None
        _stand(row, said)


def _revise(record_id: str, said: dict[str, object], actor: Actor) -> None:
    record = Record.objects.filter(pk=record_id, origin="").first()
    if said.get("gone") is True:
        if said.get("erased") is True:
            erasing.erase([record_id] if record is not None else [])
        elif record is not None and record.state != State.RETIRED:
            actions.retire(actor=actor, record_id=record_id)
        return
    language, note = str(said["language"]), "Taken back from the network"
    data = checked(said["format"], said["edition"], language, said["data"])
    visibility = str(said["visibility"])
    if record is None:
        owner = said.get("owner") if Party.objects.filter(pk=str(said.get("owner"))).exists() else None
        actions.draft(actor=actor, format=str(said["format"]), data=data, language=language, record_id=record_id,
                      owner=str(owner) if owner else None, visibility=visibility, note=note,
                      workflow=Workflow.NATIONAL if owner else Workflow.REFERENCE)  # fmt: skip
    else:
        actions.revise(actor=actor, record_id=record_id, data=data, language=language, note=note)
    actions.publish(actor=actor, record_id=record_id, visibility=visibility)
