"""What other sites embed: the script, what it shows, a fragment for their servers, and the page that builds the lines.

None of it but the page for webmasters looks at a cookie or sets one.
"""

from typing import Any, Final

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import fold, vocabulary
from landbridge.lib.languages import LANGUAGES, NAMES
from landbridge.search.query import BadQuery
from landbridge.web import embeds
from landbridge.web.assets import asset
from landbridge.web.labels import format_plural, place_name, reader_language
from landbridge.web.openly import openly

KINDS: Final = ("list", "match")
NUMBERS: Final = ("3", "5", "10", "20")
_SCRIPT: Final = "public, max-age=3600"


@openly
def script(request: HttpRequest, kind: str) -> HttpResponse:
    """The one script that draws lists and boxes, under the name of either."""
    found = asset("embed.js")
    headers = {"Cache-Control": _SCRIPT, "Cross-Origin-Resource-Policy": "cross-origin"}
    return HttpResponse(found.bodies[""], content_type=found.media_type, headers=headers)


@openly
def data(request: HttpRequest, kind: str) -> HttpResponse:
    """What a list or a box shows, for the script or for any other program."""
    try:
        told = embeds.listed(request.GET) if kind == "list" else embeds.matched(request.GET)
    except BadQuery as problem:
        return HttpResponse(orjson.dumps({"error": str(problem)}), status=400, content_type="application/json")
    return HttpResponse(orjson.dumps(told), content_type="application/json")


@openly
def fragment(request: HttpRequest) -> HttpResponse:
    """A list as a piece of a page, for sites that put their pages together on the server."""
    try:
        told = embeds.listed(request.GET)
    except BadQuery as problem:
        return HttpResponse(f"{problem}\n", status=400, content_type="text/plain; charset=utf-8")
    return HttpResponse(render_to_string("embed_list.html", {"told": told}))


@require_safe
def builder(request: HttpRequest) -> HttpResponse:
    """The page on which a webmaster chooses what to show, sees it, and copies the lines."""
    given = _chosen(request.GET)
    kind = request.GET.get("kind", "") if request.GET.get("kind") in KINDS else KINDS[0]
    words, href = _fallback(kind, given)
    lines = embeds.snippet(kind, given, words, href)
    countries = sorted(((place_name(one.id), one.id) for one in vocabulary("countries")), key=lambda one: fold(one[0]))
    page: dict[str, Any] = {
        "kind": kind, "given": given.dict(), "lines": lines,
        "fallback": {"words": words, "href": href},
        "types": [(name, format_plural(name)) for name in FORMATS], "countries": countries,
        "tongues": [(tag, NAMES[tag]) for tag in LANGUAGES], "numbers": NUMBERS,
        "origin": settings.BASE_URL, "fragment": f"{settings.BASE_URL}/embed/list.html?{given.urlencode()}",
    }  # fmt: skip
    return render(request, "embed.html", page)


def _chosen(asked: QueryDict) -> QueryDict:
    """What was chosen, as far as it can be; the language of the page where none was."""
    given = QueryDict(mutable=True)
    type, place, tongue, limit = (asked.get(name, "") for name in ("type", "place", "tongue", "limit"))
    if type in FORMATS:
        given["type"] = type
    if place in vocabulary("countries").terms:
        given["place"] = place
    if words := asked.get("q", "").replace("\0", "").strip()[:100]:
        given["q"] = words
    given["lang"] = tongue if tongue in LANGUAGES else reader_language()
    given["limit"] = limit if limit in NUMBERS else NUMBERS[1]
    return given


def _fallback(kind: str, given: QueryDict) -> tuple[str, str]:
    """The words and the address of the link that stands in the element, in the language of the site it is for."""
    with translation.override(given.get("lang")):
        if kind == "match":
            return embeds.matched(given)["title"], embeds.match_page(given)
        return f"{embeds.title(given)} – {settings.NODE_NAME}", embeds.list_page(given)
