"""What is kept of people no longer than it serves."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from landbridge.parties.models import Invitation
from landbridge.web.tidying import KEPT, TidyAccounts


@pytest.mark.django_db
def test_ended_sessions_and_old_invitations_go() -> None:
    now = timezone.now()
    for name, ends in (("old", now - timedelta(seconds=1)), ("new", now + timedelta(days=1))):
        Session.objects.create(session_key=name, session_data="", expire_date=ends)
    for name, ends, accepted in (
        ("forgotten", now - KEPT - timedelta(days=1), None), ("lately", now - timedelta(days=1), None),
        ("taken", now - KEPT - timedelta(days=1), now),
    ):  # fmt: skip
        Invitation.objects.create(email=f"{name}@example.org", role="expert", digest=name, expires_at=ends,
                                  accepted_at=accepted)  # fmt: skip
    for _ in range(2):
        TidyAccounts().run(now)
    assert [one.session_key for one in Session.objects.all()] == ["new"]
    assert {one.digest for one in Invitation.objects.all()} == {"lately", "taken"}
