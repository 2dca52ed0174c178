"""What every template may use: the frame of the page."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest

from landbridge.lib.languages import LANGUAGES, NAMES, direction
from landbridge.web.assets import asset
from landbridge.web.labels import reader_language
from landbridge.web.people import account_of

THEMES: Final = ("light", "dark")
THEME_COOKIE: Final = "theme"


@dataclass(frozen=True)
class LanguageLink:
    """A language of the page, in its own script, and where the page is in it."""

    tag: str
    name: str
    href: str
    current: bool


def _in_language(request: HttpRequest, tag: str) -> str:
    """The address of this page in a language. What was posted cannot be asked for again by an address."""
    pairs = [(name, value) for name in request.GET for value in request.GET.getlist(name) if name != "lang"]
    return f"{request.path}?{urlencode([*pairs, ('lang', tag)])}"


def _canonical(request: HttpRequest) -> str:
    pairs = [(name, value) for name in request.GET for value in request.GET.getlist(name) if name != "lang"]
    return settings.BASE_URL + request.path + (f"?{urlencode(pairs)}" if pairs else "")


def theme(request: HttpRequest) -> str:
    """The reader's choice of light or dark; empty leaves it to the device."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def messages_of(request: HttpRequest) -> Any:
    """What the last action has to say, once. Nobody without its cookie has any."""
    return get_messages(request) if "messages" in request.COOKIES else ()


def page(request: HttpRequest) -> dict[str, Any]:
    """The frame of the page."""
    tag = reader_language()
    return {
        "language": tag,
        "direction": direction(tag),
        "languages": [LanguageLink(one, NAMES[one], _in_language(request, one), one == tag) for one in LANGUAGES],
        "canonical": _canonical(request),
        "base_url": settings.BASE_URL,
        "theme": theme(request),
        "node_name": settings.NODE_NAME,
        "node_email": settings.NODE_EMAIL,
        "version": settings.VERSION,
        "style": asset("landbridge.css").address,
        "desk_style": asset("desk.css").address,
        "script": asset("landbridge.js").address,
        "messages": messages_of(request),
        "here": request.get_full_path(),
        "account": account_of(request),
    }
