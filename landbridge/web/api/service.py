"""The API as a whole: its addresses, and what it answers when something goes wrong."""

import logging
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import ValidationError

from landbridge.formats.validate import Problem
from landbridge.web.api import (
    changes,
    home,
    hooks,
    matches,
    problems,
    records,
    schemas,
    searching,
    vocabularies,
    writing,
)
from landbridge.web.api.door import Taken
from landbridge.web.api.problems import ProblemError

logger = logging.getLogger(__name__)
ABOUT: Final = """\
Read everything that this node publishes: technologies, needs, offers, organisations, experts and more, in any language.

No key is needed to read. Errors are problems as in RFC 9457. Lists are paged with the cursor in `next`. Records,
vocabularies and schemas have entity tags: ask with `If-None-Match`. Texts come in the language of `Accept-Language` or
`lang=`.

With a key (`Authorization: Bearer lb_…`, made at /account/tokens) you read what your account sees, and write within
the scopes of the key. Send an `Idempotency-Key` with what you write: sent again, it is done once and answered alike.
A revision names in `If-Match` the ETag of the one that it follows. `RateLimit-*` tell how much writing is left of a
minute. Keys are not for pages: browsers of other sites may read without one, and never write.
"""
PARTS: Final = (home, searching, matches, records, writing, vocabularies, schemas, changes, hooks)
READING_POSTS: Final = frozenset({"match"})
"""What is asked by POST because the question is long; nothing of it is kept."""


def _problem(request: HttpRequest, error: ProblemError) -> HttpResponse:
    return error.answer(request)


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Parameters that do not fit. A part of the address that cannot be one is an address without anything."""
    if any(one["loc"][0] == "path" for one in error.errors):
        return problems.answer(request, 404, gettext("There is nothing at this address."))
    found = [_field(one) for one in error.errors]
    return problems.answer(request, 422, gettext("Some parameters are not right; each is named in “errors”."), found)


def _field(one: dict[str, Any]) -> Problem:
    """An error of ninja's; its location begins with where and with the name of the function's parameter."""
    names = [str(part) for part in one["loc"] if part != "asked"][1:]
    return Problem(".".join(names), one["msg"], one["type"])


def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problems.answer(request, 404, gettext("There is nothing at this address."))


def _suspicious(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    status = 413 if isinstance(error, RequestDataTooBig) else 400
    return problems.answer(request, status, gettext("The request cannot be read."))


def _internal(request: HttpRequest, error: Exception) -> HttpResponse:
    """Our mistake: the log has it whole, the reader hears that it is ours."""
    logger.error("The API failed at %s", request.path, exc_info=error)
    return problems.answer(request, 500, gettext("This is our mistake, not yours. It has been noted."))


def _made() -> NinjaAPI:
    api = NinjaAPI(
        title="Landbridge API", version="1", description=ABOUT, urls_namespace="api",
        openapi_url=None, docs_url=None, servers=[],
    )  # fmt: skip
    for part in PARTS:
        api.add_router("", part.router)
    handlers: dict[type[Exception], Any] = {
        Exception: _internal, Http404: _not_found, ValidationError: _invalid, ProblemError: _problem,
        SuspiciousOperation: _suspicious,
    }  # fmt: skip
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
    return api


api: Final = _made()


def taken() -> dict[str, Taken]:
    """The name of each operation to the methods that its address takes, and which of them write."""
    found = {}
    for part in PARTS:
        for view in part.router.path_operations.values():
            names = [getattr(one, "url_name", "") or one.view_func.__name__ for one in view.operations]
            methods = tuple(method for one in view.operations for method in one.methods)
            writing = frozenset(methods) - {"GET"} if READING_POSTS.isdisjoint(names) else frozenset()
            found.update(dict.fromkeys(names, Taken(methods, writing)))
    return found
