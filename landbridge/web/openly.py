"""Views that are the same for everybody who asks in one language: other sites, feed readers and caches read them.

They look at no cookie and set none, allow every origin, and may be kept for some minutes.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from landbridge.lib.languages import LANGUAGES
from landbridge.web.middleware import accepted_language

View = Callable[..., HttpResponse]
MINUTES: Final = 5


def openly(view: View) -> View:
    """Make a view open to all: the language is that of `?lang=`, else the one that the program accepts."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        asked = request.GET.get("lang", "")
        language = asked if asked in LANGUAGES else accepted_language(request)
        with translation.override(language):
            response = view(request, *args, **named)
        response.headers["Content-Language"] = language
        response.headers.setdefault("Cache-Control", f"public, max-age={MINUTES * 60}")
        response.headers["Access-Control-Allow-Origin"] = "*"
        if asked not in LANGUAGES:
            patch_vary_headers(response, ("Accept-Language",))
        response.open_to_all = True  # type: ignore[attr-defined] # The middleware leaves it as it is.
        return response

    return require_safe(opened)
