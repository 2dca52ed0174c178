"""Links that do one thing for the person who has them: the secret is only with them, here is its SHA-256."""

import hashlib
import secrets
from datetime import datetime

from django.utils import timezone

from landbridge.parties.models import OneTimeLink


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_link(purpose: str, account_id: int, subject: str, expires_at: datetime) -> str:
    """Make a link: its secret, which is nowhere kept."""
    secret = secrets.token_urlsafe(24)
    OneTimeLink.objects.create(
        digest=digest(secret), purpose=purpose, account_id=account_id, subject=subject, expires_at=expires_at
    )
    return secret


def find_link(purpose: str, secret: str) -> OneTimeLink | None:
    """The link of a secret with its account, used and expired ones as well."""
    found = OneTimeLink.objects.filter(pk=digest(secret), purpose=purpose)
    return found.select_related("account").first()


def use_link(link: OneTimeLink) -> bool:
    """Use a link up: whether it was still good. Of two who use it at once one has it."""
    now = timezone.now()
    good = OneTimeLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now, account__is_active=True)
    return bool(good.update(used_at=now))
