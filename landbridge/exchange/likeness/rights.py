"""Who decides whether two records tell of one thing, and which pairs they see.

Those who draft for the whole node decide about any two records that they read: editors, administrators, the help desk.
Focal points, and whoever else publishes for a party, decide where one of the two is their own. Of a record that
somebody may not read they see no pair, and none is counted.
"""

from django.db.models import Q, QuerySet

from landbridge.exchange.models import Likeness
from landbridge.parties.permissions import Permission
from landbridge.registry.models import Record
from landbridge.registry.queries import Unknown
from landbridge.registry.readers import Standing, standing_of
from landbridge.registry.rules import OPERATOR, Reader, may_read, readable, sees, visibilities
from landbridge.registry.workflow import State, Workflow
from landbridge.registry.writing import Actor, Forbidden, may, row_of


def decides(standing: Standing) -> bool:
    """Whether somebody decides about any pair at all."""
    return standing.has_everywhere(Permission.DRAFT) or bool(standing.parties_with(Permission.PUBLISH))


def visible(standing: Standing, reader: Reader) -> "QuerySet[Likeness]":
    """The pairs that somebody may decide about, of which both records are shown."""
    return _about(standing, readable(reader))


def known(standing: Standing, reader: Reader) -> "QuerySet[Likeness]":
    """The same with those of which a record was shown and is out of sight."""
    was_shown = Q(published__isnull=False, state=State.RETIRED, visibility__in=visibilities(reader))
    return _about(standing, readable(reader) | was_shown)


def _about(standing: Standing, shown: Q) -> "QuerySet[Likeness]":
    ids = Record.objects.filter(shown).values("pk")
    found = Likeness.objects.filter(first__in=ids, second__in=ids)
    if standing.has_everywhere(Permission.DRAFT):
        return found
    own = Record.objects.filter(owner_id__in=standing.parties_with(Permission.PUBLISH)).values("pk")
    return found.filter(Q(first__in=own) | Q(second__in=own))


def the_pair(actor: Actor, likeness_id: int, *, lock: bool = False) -> tuple[Likeness, Record, Record]:
    """A pair with its records, for somebody who may decide about it.

    Raises:
        Unknown: there is none, or one of its records is not for them.
        Forbidden: they read both, and neither is theirs to decide about.
    """
    rows = Likeness.objects.select_for_update() if lock else Likeness.objects
    pair = rows.filter(pk=likeness_id).first()
    if pair is None:
        raise Unknown(str(likeness_id))
    records = Record.objects.in_bulk([pair.first, pair.second])
    first, second = records.get(pair.first), records.get(pair.second)
    standing = standing_of(actor.account_id)
    reader = OPERATOR if actor.node else standing.reader()
    if first is None or second is None or not (_knows(reader, first) and _knows(reader, second)):
        raise Unknown(str(likeness_id))
    own = standing.parties_with(Permission.PUBLISH)
    if not (actor.node or standing.has_everywhere(Permission.DRAFT) or {first.owner_id, second.owner_id} & own):
        raise Forbidden("Those decide who work for the node, or for the party that one of the two belongs to.")
    return pair, first, second


def may_put_away(actor: Actor, record: Record) -> bool:
    """Whether somebody may say that another record stands in the place of this one: what is ours takes the right to
    retire it, what came from elsewhere is for those who work for the whole node."""
    if record.workflow != Workflow.RECEIVED:
        return may(actor, Permission.RETIRE, record.owner_id, record.author_id)
    return actor.node or standing_of(actor.account_id).has_everywhere(Permission.DRAFT)


def _knows(reader: Reader, record: Record) -> bool:
    """Whether somebody reads the record, or knows that it was there: a merged one is out of sight."""
    was_shown = record.state == State.RETIRED and record.published is not None and sees(reader, record.visibility)
    return was_shown or may_read(reader, row_of(record))


def shown(record: Record) -> bool:
    """Whether readers see the record now."""
    return record.published is not None and record.state != State.RETIRED
