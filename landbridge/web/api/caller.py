"""Who calls: nobody in particular, or the account of a key. A session is never asked: what a browser sends along by
itself must not write, and a page of another site must not read with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

from landbridge.parties import tokens
from landbridge.parties.models import Token
from landbridge.parties.tokens import Scope
from landbridge.registry.readers import Standing, standing_of
from landbridge.registry.rules import ANYONE, Reader
from landbridge.registry.writing import Actor
from landbridge.web.api.problems import ProblemError

REALM: Final = 'Bearer realm="Landbridge"'
_CALLER: Final = "_landbridge_caller"
_NEEDED: Final = "This takes a key: send “Authorization: Bearer lb_…”. Keys are made at /account/tokens."
_FAULTS: Final = {
    "": "The key is not known. It is sent as “Authorization: Bearer lb_…”, and nowhere else.",
    "expired": "The key has expired; make a new one at /account/tokens.",
    "revoked": "The key was revoked; make a new one at /account/tokens.",
    "closed": "The account of this key is closed.",
}


@dataclass(frozen=True)
class Caller:
    """The account of a key, what it is today, and what the key may be used for."""

    token: Token
    standing: Standing

    @property
    def account_id(self) -> int:
        return self.token.account_id

    @property
    def actor(self) -> Actor:
        return Actor(account_id=self.account_id)

    @property
    def reader(self) -> Reader:
        return self.standing.reader()

    def has(self, scope: Scope) -> bool:
        """Whether the key may be used for this."""
        return scope.value in self.token.scopes


def caller_of(request: HttpRequest) -> Caller | None:
    """Whose key was sent, asked once a request: two queries, and none without a key.

    Raises:
        ProblemError: 401 for a key that opens nothing. Nobody is taken for a stranger in silence.
    """
    given = request.headers.get("Authorization")
    if given is None:
        return None
    found: Caller | None = getattr(request, _CALLER, None)
    if found is None:
        found = _caller(given)
        setattr(request, _CALLER, found)
    return found


def _caller(given: str) -> Caller:
    scheme, _, secret = given.strip().partition(" ")
    token = tokens.known(secret.strip()) if scheme.lower() == "bearer" else None
    why = tokens.fault(token) if token else ""
    if token is None or why:
        told = f'{REALM}, error="invalid_token"'
        raise ProblemError(401, _FAULTS[why], headers={"WWW-Authenticate": told})
    tokens.note_use(token)
    return Caller(token, standing_of(token.account_id))


def require(request: HttpRequest, scope: Scope) -> Caller:
    """The caller, whose key must have a scope.

    Raises:
        ProblemError: 401 without a key, 403 when the key is too narrow.
    """
    caller = caller_of(request)
    if caller is None:
        raise ProblemError(401, _NEEDED, headers={"WWW-Authenticate": REALM})
    if not caller.has(scope):
        raise _too_narrow(scope, caller.token.scopes)
    return caller


def _too_narrow(scope: Scope, held: Iterable[str]) -> ProblemError:
    told = f'{REALM}, error="insufficient_scope", scope="{scope}"'
    detail = f"The key has no scope “{scope}”; it has {', '.join(held)}."
    return ProblemError(403, detail, more={"scope": scope.value}, headers={"WWW-Authenticate": told})


def reader_of(request: HttpRequest) -> Reader:
    """What may be read: with a key what its account sees, without one what everybody sees.

    Raises:
        ProblemError: 401 for a key that opens nothing, 403 for one that is not for reading.
    """
    return ANYONE if caller_of(request) is None else require(request, Scope.READ).reader
