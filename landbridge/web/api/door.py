"""What surrounds every address of the API: HEAD and OPTIONS, other methods, other sites, the language."""

import logging
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, re_path
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext

from landbridge.web.api import problems

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]
_A_DAY: Final = "86400"
EXPOSED: Final = "ETag, Link, Content-Language"


def guarded(view: View, methods: tuple[str, ...]) -> View:
    """The view behind the door; `methods` are those that it takes."""
    allowed = ", ".join([*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"])

    @wraps(view)
    def behind(request: HttpRequest, *args: Any, **parameters: Any) -> HttpResponseBase:
        response = _answer(view, methods, allowed, request, args, parameters)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        patch_vary_headers(response, ("Accept-Language",))
        return response

    behind.csrf_exempt = True  # type: ignore[attr-defined]
    return behind


def _answer(
    view: View, methods: tuple[str, ...], allowed: str, request: HttpRequest, args: Any, parameters: Any
) -> HttpResponseBase:
    asked = request.method or ""
    if asked == "OPTIONS":
        return _preflight(allowed)
    if asked == "HEAD" and "GET" in methods:
        request.method = "GET"
        try:
            return _headers_of(view(request, *args, **parameters))
        finally:
            request.method = asked
    if asked not in methods:
        detail = gettext("This address takes %(methods)s.") % {"methods": allowed}
        response = problems.answer(request, 405, detail)
        response["Allow"] = allowed
        return response
    return view(request, *args, **parameters)


def _headers_of(response: HttpResponseBase) -> HttpResponseBase:
    """The answer to HEAD. A stream is not begun; what is short keeps its body, which the server leaves out."""
    if not response.streaming:
        return response
    response.close()
    bare = HttpResponse(status=response.status_code)
    for name, value in response.headers.items():
        bare.headers[name] = value
    return bare


def _preflight(allowed: str) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Allow"] = allowed
    response["Access-Control-Allow-Methods"] = allowed
    response["Access-Control-Allow-Headers"] = "Content-Type, Accept-Language, If-None-Match"
    response["Access-Control-Max-Age"] = _A_DAY
    return response


def _nothing_here(request: HttpRequest) -> HttpResponse:
    return problems.answer(request, 404, gettext("There is nothing at this address."))


def _everywhere(request: HttpRequest, *args: Any, **parameters: Any) -> HttpResponseBase:
    """Any other address below the API, by any method."""
    if request.method == "OPTIONS":
        return guarded(_nothing_here, ("GET",))(request)
    return guarded(_nothing_here, (request.method or "GET",))(request)


_everywhere.csrf_exempt = True  # type: ignore[attr-defined]


def behind_the_door(patterns: list[Any], posted: frozenset[str]) -> Iterator[URLPattern]:
    """The addresses of ninja behind the door, and after them a word for all others; `posted` names those of POST."""
    for one in patterns:
        if not isinstance(one, URLPattern) or one.name == "api-root":
            continue
        methods = ("POST",) if one.name in posted else ("GET",)
        yield URLPattern(one.pattern, guarded(one.callback, methods), one.default_args, one.name)
    yield re_path(r"^[\s\S]*$", _everywhere)  # `reverse` cannot read a flag such as (?s)
