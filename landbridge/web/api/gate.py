"""The gate of writing: who may pass, how often, and each request once."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from landbridge.formats.validate import InvalidRecord
from landbridge.parties.tokens import Scope
from landbridge.registry.queries import Gone, Unknown
from landbridge.registry.workflow import NotPossible
from landbridge.registry.writing import Conflict, Forbidden
from landbridge.web.api import limits
from landbridge.web.api.answers import raw_body
from landbridge.web.api.caller import Caller, caller_of, require
from landbridge.web.api.idempotency import once
from landbridge.web.api.limits import Allowance
from landbridge.web.api.problems import ProblemError, invalid_record

View = TypeVar("View", bound=Callable[..., HttpResponse])
_ALLOWANCE: Final = "_landbridge_allowance"


def writes(scope: Scope) -> Callable[[View], View]:
    """A view that writes: for keys with the scope, within their limit, in one transaction, once for each key of its
    own. What the actions refuse becomes a problem here, for all of them alike."""

    def decorate(view: View) -> View:
        @wraps(view)
        def gated(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            caller = admitted(request, scope)
            raw_body(request)  # What is too large is refused before anything is done.
            return perform(request, caller, lambda: view(request, *args, **named))

        return gated  # type: ignore[return-value]

    return decorate


def perform(request: HttpRequest, caller: Caller, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Act in one transaction, once for each key of its own. Nothing slow belongs into it: on SQLite everybody else
    who writes waits for it."""
    return once(request, caller.account_id, lambda: _told(act))


def admitted(request: HttpRequest, scope: Scope) -> Caller:
    """The caller, after counting the request.

    Raises:
        ProblemError: 401, 403, or 429.
    """
    caller, refusal = None, None
    try:
        caller = caller_of(request)
    except ProblemError as problem:
        refusal = problem
    allowance = limits.count(request, caller.token.pk if caller else None)
    setattr(request, _ALLOWANCE, allowance)
    if allowance.is_used_up:
        raise ProblemError(429, f"{allowance.limit} requests a minute may write; go on in {allowance.reset} seconds.")
    if refusal is not None:
        raise refusal
    return require(request, scope)


def tell_allowance(request: HttpRequest, response: HttpResponseBase) -> None:
    """Write into the answer what is left of the limit, where the request was counted."""
    allowance: Allowance | None = getattr(request, _ALLOWANCE, None)
    if allowance is not None and isinstance(response, HttpResponse):
        allowance.tell(response)


def _told(act: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer, with what the actions refuse told as a problem.

    Raises:
        ProblemError: 403, 404, 409, 410 or 422.
    """
    try:
        return act()
    except InvalidRecord as problem:
        raise invalid_record(problem, "data.") from None
    except Forbidden as problem:
        raise ProblemError(403, str(problem)) from None
    except Gone:
        raise ProblemError(410, "The record was retired.") from None
    except Unknown:
        raise ProblemError(404, "There is no such record here.") from None
    except (NotPossible, Conflict) as problem:
        raise ProblemError(409, str(problem)) from None
