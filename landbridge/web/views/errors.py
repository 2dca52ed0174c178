"""Pages for what is not there or went wrong. Each keeps what was typed and offers the next step."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from landbridge.registry.queries import Gone, Unknown

View = Callable[..., HttpResponse]


def telling(view: View) -> View:
    """Make a view answer 410 for what was withdrawn and 404 for what is not there."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            return view(request, *args, **named)
        except Gone as gone:
            return render(request, "error.html", {"status": 410, "record": str(gone)}, status=410)
        except Unknown:
            return not_found(request)

    return told


def _problem(request: HttpRequest, status: int, title: str) -> HttpResponse | None:
    """Programs get a problem they can read (RFC 9457) rather than a page."""
    if not request.path.startswith("/api/"):
        return None
    body = orjson.dumps({"type": "about:blank", "title": title, "status": status, "instance": request.path})
    return HttpResponse(body, status=status, content_type="application/problem+json")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the words of the address become a search."""
    words = " ".join(unquote(request.path).replace("/", " ").replace("-", " ").replace("_", " ").split())
    return _problem(request, 404, "Not found") or render(
        request, "error.html", {"status": 404, "words": words[:100]}, status=404
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: something in the address or form that cannot be read."""
    return _problem(request, 400, "Bad request") or render(request, "error.html", {"status": 400}, status=400)


def failed(request: HttpRequest) -> HttpResponse:
    """500: our fault. The page needs neither database nor index."""
    return _problem(request, 500, "Internal error") or render(request, "error.html", {"status": 500}, status=500)
