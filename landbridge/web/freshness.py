"""Whether a record was confirmed in time, as its page and its rows say it. What lists need stands in the index."""

from datetime import UTC, date, datetime

from django.utils.translation import gettext

from landbridge.web.labels import spelled


def is_overdue(confirm_by: date | str | None) -> bool:
    """Whether the day by which somebody had to confirm it is past; in UTC for everybody."""
    if not confirm_by:
        return False
    last = date.fromisoformat(confirm_by[:10]) if isinstance(confirm_by, str) else confirm_by
    return last < datetime.now(UTC).date()


def badge(confirm_by: date | str | None, told_on: date | str | None) -> str:
    """What is said of an overdue record: since when nobody has confirmed it; empty for a fresh one."""
    if not is_overdue(confirm_by):
        return ""
    return gettext("Not confirmed since %(day)s") % {"day": spelled(told_on)}
