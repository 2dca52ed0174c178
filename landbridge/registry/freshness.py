"""How long a record is believed: the day by which somebody must say that it is still true."""

from calendar import monthrange
from datetime import date
from typing import Any

from landbridge.formats.library import FORMATS


def after_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def confirm_by(format: str, confirmed_on: date | None, published_on: date | None) -> date | None:
    """The format's months after the record was last confirmed, or else published; None for what never was."""
    told = max(filter(None, (confirmed_on, published_on)), default=None)
    if told is None or format not in FORMATS:
        return None
    return after_months(told, FORMATS[format].confirm_after_months)


def fill_confirm_by(records: Any) -> None:
    """Give that day to all records that have none; `records` is the model, also as a migration knows it."""
    after = ""
    while page := list(records.objects.filter(id__gt=after, confirm_by=None).order_by("id")[:1000]):
        for record in page:
            told = record.published_at.date() if record.published_at else None
            record.confirm_by = confirm_by(record.format, record.confirmed_on, told)
        records.objects.bulk_update(page, ["confirm_by"])
        after = page[-1].id
