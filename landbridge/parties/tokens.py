"""Keys of the API: a person's own, and those of services, which belong to a party and survive people.

A key is shown once, when it is made. What is kept is its SHA-256, which nobody can turn back: the key has 256 random
bits, so a slow hash would add nothing.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from landbridge.parties.models import Account, Membership, Party, Token
from landbridge.parties.permissions import TABLE, Permission, Role
from landbridge.parties.queries import grantable
from landbridge.parties.standing import Actor, Forbidden, Held, held_by

MARK: Final = "lb_"
"""What every key begins with: programs that look for leaked keys find ours by it."""
LONGEST: Final = 365
"""Days that a key may live at most."""
MOST: Final = 50
"""Keys of one account that are in use at the same time."""
_SHOWN: Final = 10
"""Characters of a key that are kept to recognise it: too few to guess the rest."""
_LONGEST_SECRET: Final = 100
_A_MINUTE: Final = timedelta(minutes=1)


class Scope(StrEnum):
    """What a key may be used for, within what its account may do anyway."""

    READ = "read"
    DRAFT = "draft"
    SUBMIT = "submit"
    PUBLISH = "publish"
    RETURN = "return"
    RETIRE = "retire"
    CONFIRM = "confirm"
    ENDORSE = "endorse"
    COMMENT = "comment"
    WEBHOOKS = "webhooks"


@dataclass(frozen=True)
class Made:
    """A new key, to be shown once."""

    token: Token
    secret: str


def _line(text: str) -> str:
    return " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())


def digest(secret: str) -> str:
    """SHA-256 of a key, hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def make(*, actor: Actor, account: Account, name: str, scopes: Iterable[str], days: int) -> Made:
    """Make a key for the actor's own account, or for a service that the actor looks after.

    Raises:
        Forbidden: it is neither.
        ValueError: no scope, an unknown one, too long a life, or too many keys.
    """
    require_keeper(actor, account)
    chosen = sorted({Scope(scope) for scope in scopes}, key=list(Scope).index)
    if not chosen or not 1 <= days <= LONGEST or not _line(name):
        raise ValueError("A key has a name, at least one scope, and a life of 1 to 365 days.")
    now = timezone.now()
    if in_use(now).filter(account=account).count() >= MOST:
        raise ValueError(f"There are {MOST} keys in use already; revoke one first.")
    secret = MARK + secrets.token_urlsafe(32)
    token = Token.objects.create(
        account=account, name=_line(name)[:100], prefix=secret[:_SHOWN], digest=digest(secret),
        scopes=[scope.value for scope in chosen], made_by_id=actor.account_id, created_at=now,
        expires_at=now + timedelta(days=days),
    )  # fmt: skip
    return Made(token, secret)


def revoke(*, actor: Actor, token_id: int) -> Token:
    """End a key now. Doing it twice does no harm.

    Raises:
        Forbidden: there is no such key that the actor looks after.
    """
    token = Token.objects.select_related("account").filter(pk=token_id).first()
    if token is None:
        raise Forbidden("There is no such key of yours.")
    require_keeper(actor, token.account)
    Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
    return token


def in_use(now: datetime) -> "QuerySet[Token]":
    """The keys that open something at this moment."""
    return Token.objects.filter(revoked_at=None, expires_at__gt=now, account__is_active=True)


def known(secret: str) -> Token | None:
    """The key that this is, with its account, whether or not it still opens anything: one query."""
    if not secret.startswith(MARK) or len(secret) > _LONGEST_SECRET:
        return None
    return Token.objects.select_related("account").filter(digest=digest(secret)).first()


def fault(token: Token) -> str:
    """Why the key opens nothing: `revoked`, `expired` or `closed`; empty when it does."""
    if not token.account.is_active:
        return "closed"
    if token.revoked_at is not None:
        return "revoked"
    return "" if token.expires_at > timezone.now() else "expired"


def note_use(token: Token) -> None:
    """Remember that the key was used: written at most once a minute, so that reading stays reading."""
    now = timezone.now()
    if token.last_used_at is not None and now - token.last_used_at < _A_MINUTE:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - _A_MINUTE)
    Token.objects.filter(stale, pk=token.pk).update(last_used_at=now)


# Services


def service_roles(held: Held, party: Party | None) -> list[Role]:
    """The roles that somebody may give to a service: those that they may give to people, save the ones that bring in
    people themselves."""
    return [role for role in grantable(held, party) if Permission.INVITE not in TABLE[role]]


def make_service(*, actor: Actor, party: Party | None, name: str, role: str) -> Account:
    """Make an account that acts with keys only, for a party or for the node.

    Raises:
        Forbidden: the actor may not bring in people there, or not with this role.
        ValueError: it has no name.
    """
    if role not in service_roles(held_by(actor.account_id), party):
        raise Forbidden(f"This takes the right to {Permission.INVITE}, and a role within your own.")
    if not _line(name):
        raise ValueError("A service has a name.")
    with transaction.atomic():
        # The domain "invalid" is reserved for addresses that can never be written to (RFC 2606).
        address = f"service-{secrets.token_hex(8)}@services.invalid"
        service = Account.objects.create_user(address, name=_line(name)[:200], kind="service")
        Membership.objects.create(account=service, party=party, role=role, granted_by_id=actor.account_id)
    return service


def close_service(*, actor: Actor, service: Account) -> None:
    """End a service with all its keys. What it wrote stays.

    Raises:
        Forbidden: the actor does not look after it.
    """
    require_keeper(actor, service)
    if service.kind != "service":
        raise Forbidden("Only a service is closed so.")
    with transaction.atomic():
        Account.objects.filter(pk=service.pk, kind="service").update(is_active=False)
        Token.objects.filter(account=service, revoked_at=None).update(revoked_at=timezone.now())


def services(held: Held) -> "QuerySet[Account]":
    """The services that somebody looks after: those of the parties to which they may bring people."""
    living = Account.objects.filter(kind="service", is_active=True)
    if held.has_everywhere(Permission.INVITE):
        return living
    parties = held.parties_with(Permission.INVITE)
    return living.filter(memberships__party__in=parties).distinct() if parties else living.none()


def require_keeper(actor: Actor, account: Account) -> None:
    """Go on only when the account is the actor's own, or a service that the actor looks after.

    Raises:
        Forbidden: otherwise.
    """
    if account.kind == "person" and account.is_active and account.pk == actor.account_id:
        return
    if account.kind == "service" and services(held_by(actor.account_id)).filter(pk=account.pk).exists():
        return
    raise Forbidden("There is no such key of yours.")
