"""Mails notices: at once, or gathered once a day or a week, each notice at most once.

Notices are claimed in the database before the mail that tells them is handed to the mail server. Whatever happens after
that, to the process or to the line, they are not mailed again; they stand in the page and in the feed in any case. Only
what the server surely did not take is tried again, after a pause.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any, Final

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from landbridge.parties.models import Account, Notice
from landbridge.parties.notices import AT_ONCE, DAILY, NONE, WEEKLY, way
from landbridge.registry.readers import reader_of
from landbridge.web.letters import letter

logger = logging.getLogger(__name__)

GRACE: Final = timedelta(seconds=20)
"""So long a notice waits before it is mailed: what is undone meanwhile is not mailed, and what comes together goes in
one mail."""
HOUR: Final = 6
"""The hour, in UTC, at which daily mails go out, and the weekly ones on Mondays."""
RECENT: Final = timedelta(days=2)
ALL_EVERY: Final = timedelta(minutes=5)
"""All that waits is looked at so often, and what came in lately each time."""
GIVEN_UP: Final = timedelta(days=14)
"""A notice that could not be mailed for so long after its time is not mailed any more."""
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
AT_A_TIME: Final = 1.5
"""Seconds: after that the rest waits for the next run, so that the followers, which run beside this, are not kept."""
TIMEOUT: Final = 8
"""Seconds without an answer from the server."""
_MOST: Final = 20_000
"""Notices that are looked at in one run."""
_MOST_IN_ONE: Final = 200


@dataclass(frozen=True)
class _Waiting:
    """A notice that was not mailed yet."""

    id: int
    account_id: int
    kind: str
    at: datetime


class NotTaken(Exception):
    """The server surely did not take the mail; `again` whether it may take it later."""

    def __init__(self, again: bool, why: str) -> None:
        super().__init__(why)
        self.again = again


def due_at(chosen: str, at: datetime) -> datetime:
    """When a notice of this moment is mailed."""
    if chosen == AT_ONCE:
        return at + GRACE
    first = at.astimezone(UTC).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    first += timedelta(days=1) if first <= at else timedelta()
    return first if chosen == DAILY else first + timedelta(days=-first.weekday() % 7)


@dataclass
class _Pause:
    """Until when nothing is tried, and how often it failed in a row."""

    until: datetime
    times: int = 0

    def longer(self, now: datetime) -> "_Pause":
        return _Pause(now + PAUSES[min(self.times, len(PAUSES) - 1)], self.times + 1)


class Mailing:
    """A task: mails what is due."""

    name = "mails"
    every = 3.0

    def __init__(self) -> None:
        self._server: _Pause | None = None
        self._people: dict[int, _Pause] = {}
        self._all_at: datetime | None = None

    def run(self, now: datetime) -> None:
        """Mail all that is due by now, one mail a person."""
        Notice.objects.filter(claimed_at=None, read_at__isnull=False).update(claimed_at=now)
        due = self._due(now)
        if due and (self._server is None or self._server.until <= now):
            self._send_all(due, now)

    def _due(self, now: datetime) -> dict[int, list[int]]:
        """Account to its notices that are due; what nobody wants by mail is put aside on the way."""
        waiting = self._waiting(now)
        accounts = Account.objects.in_bulk({one.account_id for one in waiting})
        due: dict[int, list[int]] = defaultdict(list)
        aside: list[int] = []
        for one in waiting:
            account = accounts[one.account_id]
            chosen = way(account, one.kind) if _can_have_mail(account) else NONE
            moment = now if chosen == NONE else due_at(chosen, one.at)
            if chosen == NONE:
                aside.append(one.id)
            elif moment + GIVEN_UP < now:
                aside.append(one.id)
                logger.warning("The notice %s could not be mailed in %s days and is given up", one.id, GIVEN_UP.days)
            elif moment <= now:
                due[one.account_id].append(one.id)
        _put_aside(aside, now)
        return due

    def _waiting(self, now: datetime) -> list[_Waiting]:
        waiting = Notice.objects.filter(claimed_at=None)
        if self._all_at is not None and now - self._all_at < ALL_EVERY:
            waiting = waiting.filter(at__gt=now - RECENT)
        else:
            self._all_at = now
        rows = waiting.order_by("at").values_list("pk", "account_id", "kind", "at")[:_MOST]
        return [_Waiting(*row) for row in rows]

    def _send_all(self, due: dict[int, list[int]], now: datetime) -> None:
        connection = get_connection(timeout=TIMEOUT)
        started = time.monotonic()
        try:
            connection.open()
            for account_id, ids in due.items():
                pause = self._people.get(account_id)
                if pause is None or pause.until <= now:
                    self._send_one(connection, account_id, ids[:_MOST_IN_ONE], now)
                if time.monotonic() - started > AT_A_TIME:
                    break
            self._server = None
        except OSError as error:
            # Nothing more is tried for a while: whatever is under way when a line breaks is never mailed again.
            self._server = (self._server or _Pause(now)).longer(now)
            logger.warning("The mail server does not answer (%s); next try at %s", error, self._server.until)
        finally:
            connection.close()

    def _send_one(self, connection: Any, account_id: int, ids: Sequence[int], now: datetime) -> None:
        """Mail to one person. What goes wrong with the line itself comes through as an `OSError`."""
        try:
            mail_to(connection, account_id, ids)
        except NotTaken as refusal:
            if refusal.again:
                self._people[account_id] = self._people.get(account_id, _Pause(now)).longer(now)
            logger.warning("A mail to account %s was not taken: %s", account_id, refusal)
        except OSError:
            logger.warning("Nobody knows whether a mail to account %s was taken; it is not sent again", account_id)
            raise
        except Exception:
            logger.exception("A mail to account %s could not be made; its notices stand in the page", account_id)
            self._people[account_id] = self._people.get(account_id, _Pause(now)).longer(now)
        else:
            self._people.pop(account_id, None)


def _can_have_mail(account: Account) -> bool:
    return account.is_active and account.erased_at is None and account.kind == "person" and "@" in account.email


def _put_aside(ids: Sequence[int], now: datetime) -> None:
    for start in range(0, len(ids), 500):
        Notice.objects.filter(pk__in=ids[start : start + 500], claimed_at=None).update(claimed_at=now)


def mail_to(connection: Any, account_id: int, ids: Iterable[int]) -> None:
    """Claim these notices of a person, and mail those of which something may still be told to them.

    Raises:
        NotTaken: the server refused the mail; the claim is given back where it may take it later.
    """
    with transaction.atomic():
        free = Notice.objects.select_for_update().filter(pk__in=list(ids), account_id=account_id, claimed_at=None)
        notices = list(free.order_by("pk"))
        account = Account.objects.get(pk=account_id)
        message = letter(account, notices, reader_of(account)) if notices else None
        claimed = [notice.pk for notice in notices]
        Notice.objects.filter(pk__in=claimed).update(claimed_at=timezone.now())
    if message is None:
        return
    try:
        _hand_over(connection, message)
    except NotTaken as refusal:
        if refusal.again:
            Notice.objects.filter(pk__in=claimed, mailed_at=None).update(claimed_at=None)
        raise
    Notice.objects.filter(pk__in=claimed).update(mailed_at=timezone.now())


def _hand_over(connection: Any, message: EmailMessage) -> None:
    """Give a mail to the server.

    Raises:
        NotTaken: it answered that it does not take it. Where it gave no answer, the error itself comes through.
    """
    try:
        connection.send_messages([message])
    except SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise NotTaken(all(code < 500 for code in codes), str(codes)) from error
    except (SMTPSenderRefused, SMTPDataError) as error:
        raise NotTaken(error.smtp_code < 500, str(error.smtp_code)) from error


__all__ = ["AT_ONCE", "DAILY", "WEEKLY", "Mailing", "NotTaken", "due_at", "mail_to"]
