"""Links that do one thing for the person who has them: the secret is only with them, here is its SHA-256."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

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


STANDING: Final = timedelta(days=36_500)


def _secret_of(link: OneTimeLink) -> str:
    made = salted_hmac(f"landbridge.{link.purpose}", f"{link.account_id}.{link.subject}", algorithm="sha256")
    return made.hexdigest()


def standing_secret(purpose: str, account_id: int) -> str | None:
    """The secret of a link that holds until its owner takes it back, such as that of a feed: it can be shown again,
    because it is made from the node's key and what is kept. None where there is none."""
    for link in OneTimeLink.objects.filter(purpose=purpose, account_id=account_id):
        if digest(secret := _secret_of(link)) == link.pk:
            return secret
    return None


def renew_standing(purpose: str, account_id: int) -> str:
    """A new standing secret; the old one holds no longer."""
    link = OneTimeLink(purpose=purpose, account_id=account_id, subject=secrets.token_hex(16))
    secret = _secret_of(link)
    link.digest, link.expires_at = digest(secret), timezone.now() + STANDING
    with transaction.atomic():
        revoke_standing(purpose, account_id)
        link.save(force_insert=True)
    return secret


def revoke_standing(purpose: str, account_id: int) -> None:
    """Take a standing link back."""
    OneTimeLink.objects.filter(purpose=purpose, account_id=account_id).delete()
