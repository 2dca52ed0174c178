"""How much writing one key, and one address, may do in a minute: counted in the database, for all processes and hosts.

Reading has no limit. One statement counts a request for both; without a key that fits, only the address is counted, so
that somebody who tries keys is slowed down without slowing anybody else.
"""

import time
from dataclasses import dataclass
from typing import Final

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse

from landbridge.exchange.models import Passage

WINDOW: Final = 60
KEYS_AT_ONE_ADDRESS: Final = 10
"""An address may do as much as so many keys: an office has several programs behind one address."""


@dataclass(frozen=True)
class Allowance:
    """What is left of a minute: seconds until it is whole again."""

    limit: int
    left: int
    reset: int

    @property
    def is_used_up(self) -> bool:
        return self.left < 0

    def tell(self, response: HttpResponse) -> None:
        """Write it into the headers of an answer."""
        response["RateLimit-Limit"] = str(self.limit)
        response["RateLimit-Remaining"] = str(max(self.left, 0))
        response["RateLimit-Reset"] = str(self.reset)
        if self.is_used_up:
            response["Retry-After"] = str(self.reset)


def count(request: HttpRequest, token_id: int | None, now: float | None = None) -> Allowance:
    """Count a request to write: what is left of the minute."""
    moment = time.time() if now is None else now
    minute, limit = int(moment // WINDOW), settings.API_WRITES_PER_MINUTE
    address = f"address:{_address(request)[:60]}"
    if token_id is None:
        left = limit - _counted([address], minute)[address]
    else:
        token = f"token:{token_id}"
        counts = _counted([address, token], minute)
        left = min(limit - counts[token], KEYS_AT_ONE_ADDRESS * limit - counts[address])
    return Allowance(limit, left, WINDOW - int(moment % WINDOW))


def _address(request: HttpRequest) -> str:
    """Where the request comes from, past the proxies that the settings trust; a header that does not fit them is
    passed over."""
    try:
        return get_adapter().get_client_ip(request) or ""
    except (ImproperlyConfigured, PermissionDenied):
        return str(request.META.get("REMOTE_ADDR", ""))


def _counted(who: list[str], minute: int) -> dict[str, int]:
    """Each one's count in this minute, this time included: one statement, right among many processes."""
    table = connection.ops.quote_name(Passage._meta.db_table)
    rows = ", ".join(["(%s, %s, 1)"] * len(who))
    statement = (
        f"INSERT INTO {table} (who, minute, count) VALUES {rows} ON CONFLICT (who) DO UPDATE SET "  # noqa: S608
        f"count = CASE WHEN {table}.minute = excluded.minute THEN {table}.count + 1 ELSE 1 END, "
        "minute = excluded.minute RETURNING who, count"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for one in sorted(who) for value in (one, minute)])
        return dict(cursor.fetchall())


def forget(now: float) -> None:
    """Drop the counts of minutes long past."""
    Passage.objects.filter(minute__lt=int(now // WINDOW) - 10).delete()
