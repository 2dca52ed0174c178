"""Reminders by the clock: records to confirm, experts who would leave the roster, and what waits for review."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from landbridge.formats.library import FORMATS
from landbridge.parties.models import Account, Notice
from landbridge.parties.notices import Telling, tell_all, tidy
from landbridge.parties.permissions import Permission
from landbridge.registry import actions
from landbridge.registry.freshness import after_months
from landbridge.registry.models import Record
from landbridge.registry.readers import who_may
from landbridge.registry.telling import members
from landbridge.registry.workflow import State
from landbridge.registry.writing import NODE, Said

BEFORE: Final = (30, 7, 0)
"""Days before the day by which a record must be confirmed on which its people are reminded."""
MONTHS_AFTER: Final = 3
"""For so many months after it they are reminded once a month; then the badge alone speaks."""
WARNED: Final = (90, 30, 7)
"""Days before an expert leaves the roster on which they are warned."""
NOTICE_OF_LEAVING: Final = timedelta(days=7)
"""Nobody is taken off sooner than so long after the last warning."""
PATIENCE: Final = timedelta(days=7)
"""A record that waits longer for review is spoken of, once a week."""
_AT_ONCE: Final = 500
Keepers = dict[str, set[int]]


def own_published() -> "QuerySet[Record]":
    """The published records that this node itself answers for; others are confirmed where they come from."""
    return Record.objects.filter(state=State.PUBLISHED, origin="", format__in=FORMATS)


def keepers(records: Iterable[Record]) -> Keepers:
    """Record to those who can say that it is still true: who may confirm for its owner, else its author."""
    every = list(records)
    by_owner = members(Permission.CONFIRM, {record.owner_id for record in every})
    authors = {record.author_id for record in every if record.owner_id is None and record.author_id}
    active = set(Account.objects.filter(pk__in=authors, is_active=True).values_list("pk", flat=True))
    return {
        record.pk: by_owner.get(record.owner_id, set()) if record.owner_id else active & {record.author_id}
        for record in every
    }


class Reminders:
    """A task: reminds of what is due. Run as often as one likes, it tells each thing once."""

    name = "reminders"
    every = 3600.0

    def run(self, now: datetime) -> None:
        """Remind of all that is due by now."""
        today = now.date()
        remind_to_confirm(today)
        warn_experts(today)
        take_off_experts(now)
        remind_reviewers(now)
        tidy(now)


def _in_portions(records: "QuerySet[Record]") -> Iterator[list[Record]]:
    last: str = ""
    while portion := list(records.filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        yield portion
        last = portion[-1].pk


def _tell(records: "QuerySet[Record]", telling: Callable[[Record, set[int]], Telling | None]) -> int:
    """Tell the keepers of records: how many records have none."""
    alone = 0
    for portion in _in_portions(records):
        kept = keepers(portion)
        alone += sum(not whom for whom in kept.values())
        tell_all(one for record in portion if (one := telling(record, kept[record.pk])) is not None)
    return alone


def remind_to_confirm(today: date) -> None:
    """30 and 7 days before the day and on it, then monthly, three times."""
    soon = today + timedelta(days=max(BEFORE))
    due = own_published().filter(confirm_by__lte=soon, confirm_by__gt=after_months(today, -MONTHS_AFTER - 1))
    due = due.exclude(expires_on__lt=today)  # It says itself that its time is over.

    def telling(record: Record, whom: set[int]) -> Telling | None:
        if record.confirm_by is None:
            return None
        kind, stage = _stage(record.confirm_by, today)
        key = f"{kind}:{record.pk}:{record.confirm_by}:{stage}"
        return Telling(whom, kind, key, record.pk, {"day": record.confirm_by.isoformat()})

    _tell(due, telling)
    _tell_of_the_unkept(today)


def _stage(confirm_by: date, today: date) -> tuple[str, int]:
    """Which reminder it is time for: its kind, and the days before or months after the day."""
    left = (confirm_by - today).days
    if left >= 0:
        return "confirm", min(days for days in BEFORE if left <= days)
    late = sum(after_months(confirm_by, months) <= today for months in range(1, MONTHS_AFTER + 1))
    return ("overdue", late) if late else ("confirm", 0)


def _tell_of_the_unkept(today: date) -> None:
    """Records without owner and author are nobody's: the editors of the node hear once a month how many are overdue."""
    count = own_published().filter(confirm_by__lt=today, owner=None, author=None).count()
    if count:
        tell_all([Telling(who_may(Permission.CONFIRM, None), "overdue", f"unkept:{today:%Y-%m}", "", {"count": count})])


def leaving() -> Iterator[tuple[str, int]]:
    """The formats whose records drop out, and after how many months without confirmation."""
    for name, model in FORMATS.items():
        if model.retire_after_months is not None:
            yield name, model.retire_after_months


def _told_until(format: str, day: date) -> "QuerySet[Record]":
    """Records of a format that were last confirmed, or published, on this day or before."""
    never_since = Q(confirmed_on__isnull=True) | Q(confirmed_on__lte=day)
    return own_published().filter(never_since, format=format, published_at__date__lte=day)


def leaves_on(record: Record, months: int) -> date:
    """The day on which it drops out."""
    published = record.published_at.date() if record.published_at else record.created_at.date()
    return after_months(max(filter(None, (record.confirmed_on, published))), months)


def _latest_before(day: date, months: int) -> date:
    """The last day from which so many months end on `day` or before."""
    start = after_months(day, -months)
    while after_months(start + timedelta(days=1), months) <= day:
        start += timedelta(days=1)
    return start


def warn_experts(today: date) -> None:
    """Warn those who would drop out, 90, 30 and 7 days before; late, where the node was not running then."""
    for format, months in leaving():
        soon = _latest_before(today + timedelta(days=max(WARNED)), months)

        def telling(record: Record, whom: set[int], months: int = months) -> Telling:
            day = max(leaves_on(record, months), today)
            last = leaves_on(record, months).isoformat()
            left = (day - today).days
            stage = min(days for days in WARNED if left <= days)
            told = {"day": max(day, today + NOTICE_OF_LEAVING).isoformat() if stage == min(WARNED) else last}
            return Telling(whom, "expert_expiry", f"expert_expiry:{record.pk}:{last}:{stage}", record.pk, told)

        _tell(_told_until(format, soon), telling)


def take_off_experts(now: datetime) -> None:
    """Take off the roster who was not confirmed in time, a week after the last warning at the soonest."""
    for format, months in leaving():
        for portion in _in_portions(_told_until(format, _latest_before(now.date(), months))):
            kept = keepers(portion)
            warned = _warned([record.pk for record in portion], now)
            for record in portion:
                day = leaves_on(record, months).isoformat()
                if not kept[record.pk] or f"expert_expiry:{record.pk}:{day}:{min(WARNED)}" in warned:
                    actions.retire(actor=NODE, record_id=record.pk, said=Said(note=f"Not confirmed by {day}."))


def _warned(record_ids: list[str], now: datetime) -> set[str]:
    """The keys of the warnings that are a week old."""
    told = Notice.objects.filter(kind="expert_expiry", record_id__in=record_ids, at__lte=now - NOTICE_OF_LEAVING)
    return set(told.values_list("key", flat=True))


def remind_reviewers(now: datetime) -> None:
    """Once a week, tell those who may publish how much has waited for more than a week: the owner's own people, and
    those of the node where there are none."""
    late = Record.objects.filter(state=State.SUBMITTED, updated_at__lt=now - PATIENCE)
    waiting: Counter[str | None] = Counter(late.values_list("owner_id", flat=True))
    counts: dict[int, int] = {}
    for owner, number in waiting.items():
        own = members(Permission.PUBLISH, [owner]).get(owner)
        for account_id in own or who_may(Permission.PUBLISH, owner):
            counts[account_id] = counts.get(account_id, 0) + number
    year, week, _ = now.isocalendar()
    key = f"waiting:{year}-{week:02}"
    tell_all(Telling([account_id], "waiting", key, "", {"count": count}) for account_id, count in counts.items())
