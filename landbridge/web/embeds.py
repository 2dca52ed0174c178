"""What national sites show of the network: a list, or the matches of a need, as plain texts."""

from dataclasses import replace
from html import unescape
from typing import Any, Final

from django.conf import settings
from django.http import QueryDict
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from landbridge.cooperation.matching import match_text
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import direction
from landbridge.registry.rules import ANYONE
from landbridge.search.query import search
from landbridge.web.addresses import Address, query_of, search_address, values, words_of
from landbridge.web.hits import Fit, Line, groups, of_hits
from landbridge.web.labels import format_plural, place_name, reader_language
from landbridge.web.labels import listed as listing

USUAL: Final = 5
MOST: Final = 20
LONGEST_NEED: Final = 1500
Told = dict[str, Any]


def _number(given: QueryDict) -> int:
    asked = given.get("limit", "")
    return max(1, min(int(asked), MOST)) if asked.isascii() and asked.isdigit() and len(asked) < 4 else USUAL


def _frame(title: str) -> Told:
    language = reader_language()
    return {"title": title, "language": language, "direction": direction(language)}


def listed(given: QueryDict) -> Told:
    """The newest records of a search.

    Raises:
        BadQuery: the search cannot be made.
    """
    query = replace(query_of(given), limit=_number(given), cursor="", kept=False)
    query = query if given.get("sort") else replace(query, sort="newest")
    found = search(query, ANYONE, reader_language(), with_facets=False)
    return {
        **_frame(title(given)), "items": [_item(line) for line in of_hits(found.hits)], "more": list_page(given),
        "more_label": gettext("All records in %(node)s") % {"node": settings.NODE_NAME},
        "nothing": gettext("There are no records yet."),
    }  # fmt: skip


def title(given: QueryDict) -> str:
    """What a list is of: its kinds of records, and its places."""
    kinds = listing(format_plural(one) for one in given.getlist("type")[:3] if one in FORMATS)
    places = listing(place_name(one[:60]) for one in given.getlist("place")[:3] if one)
    return " – ".join(part for part in (kinds or gettext("What is new"), places) if part)


def list_page(given: QueryDict) -> str:
    """The page that shows the whole of a list."""
    left_out = ("kept", "limit", "cursor")
    pairs = tuple(pair for pair in search_address(given).pairs if pair[0] not in left_out)
    return settings.BASE_URL + str(Address("/search", (*pairs, ("lang", reader_language()))))


def match_page(given: QueryDict, need: str = "") -> str:
    """The page of the matches; `need` may be appended to it."""
    pairs = [("lang", reader_language()), *(("place", place) for place in values(given, "place"))]
    return settings.BASE_URL + str(Address("/match", (*pairs, *((("need", need),) if need else ()))))


def matched(given: QueryDict) -> Told:
    """What can help with a need; without one, what the box says."""
    need = words_of(given, "need", LONGEST_NEED)
    told = {
        **_frame(gettext("What do you need?")), "button": gettext("Find what can help"),
        "more": match_page(given, need),
        "more_label": gettext("See more in %(node)s") % {"node": settings.NODE_NAME},
        "nothing": gettext("Nothing fits well"),
    }  # fmt: skip
    if not need:
        return told
    types = tuple(one for one in values(given, "type") if one in FORMATS)
    matching = match_text(
        need, places=values(given, "place"), types=types, reader=ANYONE, reader_language=reader_language(),
        limit=_number(given),
    )  # fmt: skip
    return {**told, "items": [_fit(fit) for group in groups(matching) for fit in group.fits]}


def _item(line: Line) -> Told:
    return {
        "title": line.title, "language": line.language, "direction": line.direction,
        "url": settings.BASE_URL + line.href, "type": line.type_name, "places": line.places,
        "provider": line.provider, "text": _ended(unescape(strip_tags(str(line.snippet)))),
        "labels": [{"name": label.name, "url": label.address} for label in line.labels],
        "note": pgettext("record", "Sample") if line.sample else "",
    }  # fmt: skip


def _ended(text: str) -> str:
    """A text that was cut off behind a comma says so as well."""
    return f"{text.rstrip(' ,;:،、，；')}…" if text.endswith((",", ";", ":", "،", "、", "，", "；")) else text


def _fit(fit: Fit) -> Told:
    return {**_item(fit.line), "text": "", "reasons": [reason.text for reason in fit.reasons]}


ATTRIBUTES: Final = ("type", "place", "q", "lang", "limit")
"""What the snippet says, in this order, each as `data-landbridge-…`."""


def snippet(kind: str, given: QueryDict, words: str, href: str) -> SafeString:
    """The lines that a webmaster copies: an element with a link in it, which stays where no script runs."""
    said = [(name, given[name]) for name in ATTRIBUTES if given.get(name)]
    told = format_html_join("", ' data-landbridge-{}="{}"', said)
    return format_html(
        '<div data-landbridge="{}"{}><a href="{}">{}</a></div>\n<script src="{}/embed/{}.js" async></script>',
        kind, told, href, words, settings.BASE_URL, kind,
    )  # fmt: skip
