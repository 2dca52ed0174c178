"""The way to somebody who knows the person already, and back."""

import logging
from importlib import import_module
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

logger = logging.getLogger(__name__)
_VIEWS: Final = "allauth.socialaccount.providers.openid_connect.views"
"""Read when somebody first goes that way: it brings an HTTP client along."""


def _ask(name: str, request: HttpRequest, provider_id: str) -> HttpResponse:
    """A view of allauth; a provider that is away, or talks nonsense, is told to the person and to the operator."""
    # Inner import: see `_VIEWS`.
    from requests import RequestException

    view: Any = getattr(import_module(_VIEWS), name)
    try:
        answer: HttpResponse = view(request, provider_id)
    except (RequestException, KeyError, ValueError, TypeError) as error:
        logger.error("The identity provider %s cannot be asked: %s", provider_id, type(error).__name__)
        answer = render(request, "socialaccount/authentication_error.html", status=503)
    answer.headers.setdefault("Cache-Control", "private, no-store")
    return answer


@require_POST
def leave(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the provider. The policy of our pages lets a form lead nowhere else, not even by a redirect: a page of ours
    leads on."""
    answer = _ask("login", request, provider_id)
    onward = answer.headers.get("Location", "/")
    if onward.startswith("/"):
        return answer
    page = render(request, "socialaccount/onward.html", {"href": onward})
    page.headers["Cache-Control"] = "private, no-store"
    return page


def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """From the provider."""
    return _ask("callback", request, provider_id)
