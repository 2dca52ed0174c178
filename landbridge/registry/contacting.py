"""Whom a letter about a record goes to, without telling the one who writes it where they are."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.core.cache import cache

from landbridge.parties.models import Account
from landbridge.parties.permissions import Permission
from landbridge.registry.queries import RecordView, Unknown, get
from landbridge.registry.readers import reader_of, who_may
from landbridge.registry.writing import Forbidden

MOST_A_DAY: Final = 20
"""Letters that one account may write in a day."""
MOST_ADDRESSES: Final = 5
LONGEST: Final = 4_000
SHORTEST: Final = 20
"""Characters of a letter: "hi" helps nobody."""
_DAY: Final = 24 * 3600


class Unreachable(LookupError):
    """Nobody can be written to about this record."""


class TooMany(Forbidden):
    """The account has written as many letters today as one may."""


@dataclass(frozen=True)
class Addressed:
    """A record that somebody writes about, and the mailboxes that their letter goes to."""

    view: RecordView
    emails: tuple[str, ...]


def addressed(account: Account, record_id: str) -> Addressed:
    """Where a letter of this account about a published record goes: to the contacts that it names to them, else to
    those who answer for it, else to the help desk of the node.

    Raises:
        Unknown: there is no such published record for this account.
        Unreachable: it is a sample, it is the account's own, or nobody can be written to.
    """
    view = get(record_id, reader_of(account))
    if not view.is_published or view.revision != view.published:
        raise Unknown(record_id)
    if view.data.get("sample"):
        raise Unreachable(record_id)
    emails = _named(view) or _of_keepers(view) or _of_the_node(view)
    others = [email for email in dict.fromkeys(emails) if email.lower() != account.email.lower()]
    if not others:
        raise Unreachable(record_id)
    return Addressed(view, tuple(others[:MOST_ADDRESSES]))


def may_be_reached(view: RecordView) -> bool:
    """Whether it makes sense to offer a letter about this record at all; it asks nothing of the database."""
    return not view.data.get("sample") and view.is_published and (bool(_named(view)) or not view.origin)


def _named(view: RecordView) -> list[str]:
    """The mailboxes of the contacts that the record names."""
    return [email for person in view.data.get("contacts") or () if (email := person.get("email"))]


def _of_the_node(view: RecordView) -> list[str]:
    """The help desk of this node, for a record of this node that nobody answers for."""
    if view.origin:
        return []
    staff = Account.objects.filter(pk__in=who_may(Permission.RETURN, None), is_active=True, erased_at=None)
    found = list(staff.order_by("pk").values_list("email", flat=True)[:MOST_ADDRESSES])
    return found or [email for email in (settings.NODE_EMAIL,) if email]


def _of_keepers(view: RecordView) -> list[str]:
    """The mailboxes of those who publish for its owner; for a record without one, of who began it."""
    if view.origin:
        return []
    if view.owner is None:
        keepers = [view.author] if view.author is not None else []
    else:
        of_node = set(who_may(Permission.PUBLISH, None))
        keepers = [one for one in who_may(Permission.PUBLISH, view.owner) if one not in of_node]
    open_ones = Account.objects.filter(pk__in=keepers, is_active=True, erased_at=None, kind="person")
    return list(open_ones.order_by("pk").values_list("email", flat=True)[:MOST_ADDRESSES])


def spend(account: Account) -> None:
    """Count one letter of today.

    Raises:
        TooMany: it would be one too many.
    """
    key = f"letters:{account.pk}:{datetime.now(UTC):%Y%m%d}"
    cache.add(key, 0, _DAY)
    if cache.incr(key) > MOST_A_DAY:
        raise TooMany(f"An account writes at most {MOST_A_DAY} letters a day.")
