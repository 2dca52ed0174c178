"""Error pages: what happened, what stays, what to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def _page(request: HttpRequest, status: int) -> HttpResponse:
    typed = request.GET.get("q") or request.GET.get("need") or ""
    return render(request, "error.html", {"status": status, "typed": typed[:2000]}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The address or what was sent cannot be understood."""
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The reader may not do this."""
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is nothing here, or not for this reader."""
    return _page(request, 404)


def gone(request: HttpRequest) -> HttpResponse:
    """There was a record here; it was retired."""
    return _page(request, 410)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our mistake; nothing that was typed is needed to say so."""
    return _page(request, 500)
