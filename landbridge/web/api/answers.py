"""Ready answers: JSON by orjson, strong entity tags, 304 where nothing has changed."""

import hashlib
from collections.abc import Iterable
from typing import Any, Final

import orjson
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, UnreadablePostError
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import gettext

from landbridge.web.api.problems import ProblemError

JSON: Final = "application/json"
JSON_LINES: Final = "application/jsonl"
REVALIDATE: Final = "public, no-cache"
"""May be kept, but must be asked for again: a changed record shows at once."""
AN_HOUR: Final = "public, max-age=3600"


def json_answer(body: Any, caching: str = REVALIDATE) -> HttpResponse:
    """The body as JSON."""
    return prepared(orjson.dumps(body), JSON, caching)


def prepared(body: bytes, media_type: str, caching: str = REVALIDATE) -> HttpResponse:
    """Bytes that are already in their final form."""
    response = HttpResponse(body, content_type=media_type)
    response["Cache-Control"] = caching
    return response


def tag_of(*parts: object) -> str:
    """A strong entity tag of what the answer depends on."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()
    return f'"{digest[:32]}"'


def tag_of_bytes(body: bytes) -> str:
    """A strong entity tag of the answer itself."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _is_known(request: HttpRequest, tag: str) -> bool:
    """Whether the client holds this state. Compression on the way makes a strong tag weak, so both are the same."""
    given = request.headers.get("If-None-Match", "")
    return bool(given) and any(one in ("*", tag, f"W/{tag}") for one in parse_etags(given[:2000]))


def not_modified(request: HttpRequest, tag: str, caching: str = REVALIDATE) -> HttpResponse | None:
    """The answer 304 when the client has this state already."""
    if not _is_known(request, tag):
        return None
    response = HttpResponseNotModified()
    response["ETag"], response["Cache-Control"] = tag, caching
    return response


def tagged(request: HttpRequest, body: bytes, media_type: str = JSON, caching: str = REVALIDATE) -> HttpResponse:
    """The answer with the tag of its bytes, or 304."""
    tag = tag_of_bytes(body)
    known = not_modified(request, tag, caching)
    if known is not None:
        return known
    response = prepared(body, media_type, caching)
    response["ETag"] = tag
    return response


def vary(response: HttpResponse, names: Iterable[str]) -> HttpResponse:
    """Say which headers of the request the answer depends on."""
    patch_vary_headers(response, tuple(names))
    return response


def json_body(request: HttpRequest) -> Any:
    """What was sent, as JSON.

    Raises:
        ProblemError: it is not JSON, says that it is something else, or is too large.
    """
    media_type = (request.content_type or "").lower()
    if media_type and media_type != JSON and not media_type.endswith("+json"):
        raise ProblemError(415, gettext("Send JSON, with “Content-Type: application/json”."))
    try:
        return orjson.loads(raw_body(request))
    except orjson.JSONDecodeError as error:
        raise ProblemError(400, gettext("This is not JSON: %(error)s") % {"error": error}) from None


def raw_body(request: HttpRequest) -> bytes:
    """What was sent.

    Raises:
        ProblemError: it is too large, or broke off.
    """
    try:
        return request.body
    except RequestDataTooBig:
        raise ProblemError(413, gettext("A body may have 2.5 MB; a need is a page of text.")) from None
    except (UnreadablePostError, SuspiciousOperation):
        raise ProblemError(400, gettext("The body could not be read to its end.")) from None
