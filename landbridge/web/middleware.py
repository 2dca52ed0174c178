"""What happens around every page: the headers that protect readers, and the language they read in."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import translation
from django.utils.cache import patch_vary_headers

from landbridge.lib.discreet import is_secret
from landbridge.lib.languages import DEFAULT, LANGUAGES, primary
from landbridge.web.views.errors import bad_request

Answer = Callable[[HttpRequest], HttpResponse]

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
"""Nothing from elsewhere, nothing inline: text of a record that slips through cannot act."""
A_YEAR: Final = 365 * 24 * 3600


class ReadableAddress:
    """Answers 400 to an address whose parameters cannot be read, before anything tries to read them."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            _ = request.GET
        except SuspiciousOperation:
            request.GET = QueryDict("")  # The page that says so reads them as well.
            return bad_request(request)
        return self.get_response(request)


class SecurityHeaders:
    """Adds the content security policy and its companions to every answer."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("X-Frame-Options", "DENY")
        if is_secret(request.path):
            # Of the address only the origin is told. "no-referrer" would hide that as well, and a browser then sends
            # "Origin: null" with the page's own form, which is refused as a stranger's: no address could be confirmed.
            if response.headers.get("Referrer-Policy") != "no-referrer":
                response.headers["Referrer-Policy"] = "strict-origin"
            response.headers.setdefault("Cache-Control", "private, no-store")
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-cache")  # It may hold what only they may see.
        return response


class ReaderLanguage:
    """Chooses the language of the page: `?lang=`, then the cookie, then Accept-Language, then English.

    A choice by `?lang=` is kept in the cookie, so that addresses stay the same in every language.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang", "")
        with translation.override(choose_language(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or DEFAULT)
        if getattr(response, "open_to_all", False):
            return response  # It knows its language by the address; see `openly`.
        if asked in LANGUAGES and request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) != asked:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, asked, max_age=A_YEAR,
                secure=settings.LANGUAGE_COOKIE_SECURE, samesite="Lax",
            )  # fmt: skip
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def choose_language(request: HttpRequest) -> str:
    """The language, of our six, that this reader reads."""
    for tag in (request.GET.get("lang", ""), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")):
        if tag in LANGUAGES:
            return tag
    return accepted_language(request)


def accepted_language(request: HttpRequest) -> str:
    """The first of our languages in the header Accept-Language, by its weight."""
    header = request.headers.get("Accept-Language", "")
    weighted: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighted.append((-float(weight or 1), primary(tag)))
        except ValueError:
            continue
    for weight_below_zero, tag in sorted(weighted, key=lambda pair: pair[0]):
        if tag in LANGUAGES and weight_below_zero < 0:
            return tag
    return DEFAULT
