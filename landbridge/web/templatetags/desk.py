"""Tags and filters of the pages of those who are signed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from landbridge.exchange.likeness.rights import decides
from landbridge.lib.languages import choose
from landbridge.parties.permissions import Permission
from landbridge.web import states
from landbridge.web.labels import reader_language
from landbridge.web.people import account_of, standing
from landbridge.web.templatetags.landbridge import in_its_language

register = template.Library()

for _filter in (
    states.state_name, states.state_meaning, states.state_look, states.verb_name, states.verb_done,
    states.visibility_name, states.party_name, states.ago, states.moment,
):  # fmt: skip
    register.filter(_filter.__name__, _filter)


@register.filter
def in_my_language(texts: Mapping[str, str]) -> SafeString:
    """The best language of a text for the reader, marked where it is not the page's."""
    tag, text = choose(dict(texts), reader_language())
    return format_html("<bdi{}>{}</bdi>", in_its_language(tag), text)


@register.filter
def in_fours(text: str) -> list[str]:
    """A long code in pieces of four, as people read it out."""
    return [text[start : start + 4] for start in range(0, len(text), 4)]


@dataclass(frozen=True)
class DeskNav:
    """Which places of the desk somebody has a use for, and at which they are."""

    at: str
    has_role: bool
    sources: bool = False
    """Whether they see the sources of records."""
    same: bool = False
    """Whether they decide which records tell of one thing."""


@register.simple_tag(takes_context=True)
def desk_nav(context: Any) -> DeskNav:
    """For the list of places: who has no role yet has nothing to review and nobody to manage."""
    request = getattr(context, "request", None)
    if not isinstance(request, HttpRequest) or account_of(request) is None:
        return DeskNav("", False)
    places = (
        "/desk/watches", "/desk/notices", "/desk", "/write", "/review", "/sources", "/same", "/people", "/account",
    )  # fmt: skip
    at = next((place for place in places if request.path == place or request.path.startswith(f"{place}/")), "")
    now = "/review" if request.path.startswith("/records/") else at
    me = standing(request)
    return DeskNav(now, bool(me.roles), me.has_everywhere(Permission.DRAFT), decides(me))
