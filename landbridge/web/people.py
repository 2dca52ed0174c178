"""Who is at the other end of a request: as somebody who reads, and as somebody who acts."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from landbridge.parties.models import Account
from landbridge.registry.readers import Standing, standing_of
from landbridge.registry.rules import ANYONE, Reader
from landbridge.registry.writing import Actor

View = Callable[..., HttpResponse]
_STANDING: Final = "_landbridge_standing"


def account_of(request: HttpRequest) -> Account | None:
    """The account that is signed in. Without a session cookie nothing is asked of the database."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES and not hasattr(request, "_cached_user"):
        return None
    user = getattr(request, "user", None)
    return user if isinstance(user, Account) and user.is_active else None


def standing(request: HttpRequest) -> Standing:
    """What the person is today: asked once a request."""
    found: Standing | None = getattr(request, _STANDING, None)
    if found is None:
        account = account_of(request)
        found = standing_of(account.pk if account else None)
        setattr(request, _STANDING, found)
    return found


def reader_of(request: HttpRequest) -> Reader:
    """What the person may read."""
    return standing(request).reader() if account_of(request) else ANYONE


def actor_of(request: HttpRequest) -> Actor:
    """The person as somebody who acts; an actor without an account may do nothing."""
    account = account_of(request)
    return Actor(account_id=account.pk if account else None)


def sign_in_address(request: HttpRequest) -> str:
    """Where to sign in, and come back to this page."""
    return f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}"


def signed_in(view: View) -> View:
    """A view for people with an account; others are asked to sign in and come back.

    A view that takes what somebody typed uses `forms.keeping` as well, which keeps it when the session has expired.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if account_of(request) is None:
            return HttpResponseRedirect(sign_in_address(request))
        response = view(request, *args, **named)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return guarded
