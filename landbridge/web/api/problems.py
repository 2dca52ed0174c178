"""Errors as RFC 9457 problems: what is wrong, where, and what to do about it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_noop

from landbridge.formats.validate import InvalidRecord
from landbridge.formats.validate import Problem as FieldProblem
from landbridge.lib.discreet import without_keys

MEDIA_TYPE: Final = "application/problem+json"
_TITLES: Final = {
    400: gettext_noop("This cannot be read"),
    401: "A key is needed",
    403: "This is not yours to do",
    404: gettext_noop("There is nothing here"),
    405: gettext_noop("This address does not take that method"),
    406: gettext_noop("There is no such form of it"),
    409: "This cannot be done now",
    410: gettext_noop("It was here and is retired"),
    412: "Somebody else was faster",
    413: gettext_noop("This is too much at once"),
    415: gettext_noop("Send JSON"),
    422: gettext_noop("Something in it is not right"),
    428: "Say which revision you started from",
    429: "Too many at once",
    500: gettext_noop("Something went wrong on our side"),
}
NAMES: Final = {
    400: "unreadable", 401: "key", 403: "forbidden", 404: "not-found", 405: "method", 406: "form", 409: "not-now",
    410: "gone", 412: "stale", 413: "too-large", 415: "media-type", 422: "invalid", 428: "no-revision",
    429: "too-many", 500: "internal",
}  # fmt: skip
"""Status to the last part of the problem's type: a name that programs can go by."""


class ProblemError(Exception):
    """Ends a request with a problem; `more` are members of its body beside the usual ones."""

    def __init__(
        self, status: int, detail: str, errors: Sequence[FieldProblem] = (), *,
        more: Mapping[str, Any] = MappingProxyType({}), headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, tuple(errors)
        self.more, self.headers = more, headers

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The problem as an answer."""
        response = answer(request, self.status, self.detail, self.errors, self.more)
        for name, value in self.headers.items():
            response[name] = value
        return response


def invalid(field: str, message: str, code: str = "value") -> ProblemError:
    """One parameter or answer that is not right."""
    return ProblemError(422, f"{field}: {message}", (FieldProblem(field, message, code),))


def invalid_record(problem: InvalidRecord, start: str = "") -> ProblemError:
    """The errors of a record; `start` goes before each field path."""
    errors = [
        FieldProblem(start + error.field, error.message, error.code, error.language) for error in problem.problems
    ]
    return ProblemError(422, gettext("Some answers are not right; each is named in “errors”."), errors)


def answer(
    request: HttpRequest, status: int, detail: str, errors: Sequence[FieldProblem] = (),
    more: Mapping[str, Any] = MappingProxyType({}),
) -> HttpResponse:  # fmt: skip
    """The problem as an answer, in the reader's language."""
    body: dict[str, Any] = {
        **more,
        "type": f"urn:landbridge:problem:{NAMES[status]}",
        "title": gettext(_TITLES[status]),
        "status": status,
        "detail": readable(without_keys(detail)),
        "instance": readable(without_keys(request.get_full_path()[:2000])),
    }
    if errors:
        body["errors"] = [
            {"field": readable(one.field), "message": readable(one.message), "code": one.code, "language": one.language}
            for one in errors[:100]
        ]
    response = HttpResponse(orjson.dumps(body), status=status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def readable(text: str) -> str:
    """The text without halves of characters, which no JSON can carry."""
    return text.encode("utf-8", "replace").decode()
