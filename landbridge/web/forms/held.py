"""Nothing that was typed is lost when the session has ended: the page that answers holds every field.

Whoever signs in again in another tab presses "Save again" here, and the form goes where it was meant to go. What comes
from another site is never held: nobody can be led to press a button that sends a stranger's form.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render

from landbridge.web.labels import reader_language
from landbridge.web.people import account_of, sign_in_address

View = Callable[..., HttpResponse]
_HELD_UNDER: Final = ("/write", "/records", "/review", "/roster", "/desk", "/people", "/sources", "/same")
_NEVER: Final = ("csrfmiddlewaretoken", "password", "secret", "code")
_SHOWN: Final = 4_000
"""Characters of one field that are shown; all of them are sent."""


def keeping(view: View) -> View:
    """A view that takes what somebody typed: without a session it is held, not lost."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if request.method == "POST" and account_of(request) is None:
            return held(request, signed_out=True)
        return view(request, *args, **named)

    return guarded


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was made in a session that has ended since, or the cookie is gone, or it is a stranger's."""
    if _wants_json(request):
        return HttpResponse('{"saved": false, "reason": "session"}', status=403, content_type="application/json")
    if request.path.startswith(_HELD_UNDER) and _from_here(request):
        return held(request, signed_out=account_of(request) is None)
    return render(request, "writing/held.html", {"fields": [], "again": ""}, status=403)


def held(request: HttpRequest, *, signed_out: bool) -> HttpResponse:
    """A page with every field that was sent."""
    if _wants_json(request):
        return HttpResponse('{"saved": false, "reason": "session"}', status=403, content_type="application/json")
    try:
        fields = list(_fields(request))
        lost = [file.name or "" for name in request.FILES for file in request.FILES.getlist(name)]
    except (SuspiciousOperation, RequestDataTooBig, TooManyFilesSent, MultiPartParserError):
        fields, lost = [], []
    told = {
        "fields": fields, "shown": [one for one in fields if not one[0].startswith("_") and one[1].strip()],
        "again": request.path, "lost_files": lost, "signed_out": signed_out,
        "sign_in": sign_in_address(request) if signed_out else "", "most": _SHOWN, "language": reader_language(),
    }  # fmt: skip
    return render(request, "writing/held.html", told, status=403)


def _fields(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name in request.POST:
        if not any(word in name.lower() for word in _NEVER):
            yield from ((name, value) for value in request.POST.getlist(name))


def _from_here(request: HttpRequest) -> bool:
    """Whether a page of this node sent the form: by the header that no script of another site can forge."""
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    return bool(origin) and origin != "null" and urlsplit(origin).netloc == request.get_host()


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
