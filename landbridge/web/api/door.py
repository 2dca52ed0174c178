"""What surrounds every address of the API: keys, HEAD and OPTIONS, other methods, other sites, the language.

Programs in pages of other sites may read, and ask for matches, without a key. A key is never theirs to send: the
answer to a preflight does not name `Authorization`, nor a method that writes, and an answer to a key is for nobody
else. A key that stands in a page is known to everybody who opens it.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, re_path
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext

from landbridge.web.api import problems
from landbridge.web.api.caller import caller_of
from landbridge.web.api.gate import tell_allowance
from landbridge.web.api.problems import ProblemError
from landbridge.web.api.working import PRIVATE

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]
_A_DAY: Final = "86400"
EXPOSED: Final = "ETag, Link, Content-Language"


@dataclass(frozen=True)
class Taken:
    """The methods that an address takes, and those of them that write."""

    methods: tuple[str, ...]
    writing: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return ", ".join([*self.methods, *(["HEAD"] if "GET" in self.methods else []), "OPTIONS"])

    @property
    def for_other_sites(self) -> str:
        """The methods that a page of another site may use."""
        reading = tuple(method for method in self.methods if method not in self.writing)
        return str(Taken(reading))


def guarded(view: View, taken: Taken) -> View:
    """The view behind the door."""

    @wraps(view)
    def behind(request: HttpRequest, *args: Any, **parameters: Any) -> HttpResponseBase:
        response = _answer(view, taken, request, args, parameters)
        if "Authorization" in request.headers:
            response.headers["Cache-Control"] = PRIVATE
        else:
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
        tell_allowance(request, response)
        patch_vary_headers(response, ("Accept-Language", "Authorization"))
        return response

    behind.csrf_exempt = True  # type: ignore[attr-defined]
    return behind


def _answer(view: View, taken: Taken, request: HttpRequest, args: Any, parameters: Any) -> HttpResponseBase:
    asked = request.method or ""
    if asked == "OPTIONS":
        return _preflight(taken)
    if asked not in taken.writing:  # Writing asks for itself, and counts those who knock with a wrong key.
        try:
            caller_of(request)
        except ProblemError as problem:
            return problem.answer(request)
    if asked == "HEAD" and "GET" in taken.methods:
        request.method = "GET"
        try:
            return _headers_of(view(request, *args, **parameters))
        finally:
            request.method = asked
    if asked not in taken.methods:
        detail = gettext("This address takes %(methods)s.") % {"methods": taken}
        response = problems.answer(request, 405, detail)
        response["Allow"] = str(taken)
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


def _preflight(taken: Taken) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Allow"] = str(taken)
    response["Access-Control-Allow-Methods"] = taken.for_other_sites
    response["Access-Control-Allow-Headers"] = "Content-Type, Accept-Language, If-None-Match"
    response["Access-Control-Max-Age"] = _A_DAY
    return response


def _nothing_here(request: HttpRequest) -> HttpResponse:
    return problems.answer(request, 404, gettext("There is nothing at this address."))


def _everywhere(request: HttpRequest, *args: Any, **parameters: Any) -> HttpResponseBase:
    """Any other address below the API, by any method."""
    if request.method == "OPTIONS":
        return guarded(_nothing_here, Taken(("GET",)))(request)
    return guarded(_nothing_here, Taken((request.method or "GET",)))(request)


_everywhere.csrf_exempt = True  # type: ignore[attr-defined]


def behind_the_door(patterns: list[Any], taken: Mapping[str, Taken]) -> Iterator[URLPattern]:
    """The addresses of ninja behind the door, and after them a word for all others; `taken` has what each takes, by
    the name of any of its operations."""
    routes = set()
    for one in patterns:
        if not isinstance(one, URLPattern) or one.name == "api-root" or str(one.pattern) in routes:
            continue  # Ninja gives an address once for each of its operations, all leading to the same view.
        routes.add(str(one.pattern))
        yield URLPattern(one.pattern, guarded(one.callback, taken[str(one.name)]), one.default_args, one.name)
    yield re_path(r"^[\s\S]*$", _everywhere)  # `reverse` cannot read a flag such as (?s)
