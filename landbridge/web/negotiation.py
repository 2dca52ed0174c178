"""Which shape of a thing is asked for: by the ending of its address, or by the Accept header."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from landbridge.exchange.out.linked.graph import MEDIA_TYPES

_ENDINGS: Final = {media_type: ending for ending, media_type in MEDIA_TYPES.items()}
_OFFERED: Final = ("text/html", "application/xhtml+xml", "application/json", *_ENDINGS)


def shape(request: HttpRequest, name: str) -> tuple[str, str]:
    """What is asked for, and in which shape of linked data: `('x', 'ttl')` for `x.ttl`; no shape means the page."""
    bare, dot, ending = name.rpartition(".")
    if dot and bare and ending in MEDIA_TYPES:
        return bare, ending
    return name, accepted(request)


def accepted(request: HttpRequest) -> str:
    """The shape of linked data that the Accept header prefers to a page; empty when it does not."""
    accept = request.headers.get("Accept", "")
    if not any(media_type in accept for media_type in _ENDINGS):
        return ""  # The headers of browsers name none of them; most requests end here.
    return _ENDINGS.get(request.get_preferred_type(_OFFERED) or "", "")


def varied(response: HttpResponse) -> HttpResponse:
    """An answer that another Accept header would have made another one."""
    patch_vary_headers(response, ("Accept",))
    return response
