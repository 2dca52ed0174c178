"""What is kept of people no longer than it serves: ended sessions, and invitations that nobody accepted."""

from datetime import datetime, timedelta
from typing import Final

from django.contrib.sessions.models import Session

from landbridge.parties.models import Invitation

KEPT: Final = timedelta(days=90)
"""So long an invitation that came to nothing is kept: it holds the address of somebody who may not know this node."""


class TidyAccounts:
    """A task of the clock."""

    name = "tidy-accounts"
    every = 24 * 3600.0

    def run(self, now: datetime) -> None:
        Session.objects.filter(expire_date__lt=now).delete()
        Invitation.objects.filter(accepted_at=None, expires_at__lt=now - KEPT).delete()
