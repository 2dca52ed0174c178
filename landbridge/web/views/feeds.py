"""Feeds and calendars of any search, and how to search here from elsewhere."""

from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from django.utils.translation import gettext

from landbridge.exchange.out.calendar import MEDIA_TYPE
from landbridge.exchange.out.feeds.entries import attribute, text
from landbridge.lib.languages import LANGUAGES
from landbridge.search.query import BadQuery
from landbridge.web import feeds
from landbridge.web.labels import reader_language
from landbridge.web.openly import openly

_OPENSEARCH: Final = "application/opensearchdescription+xml"


@openly
def of_search(request: HttpRequest) -> HttpResponse:
    """`/search?…&format=` in one of the shapes of feeds; `/feed` is the same, and Atom unless it says otherwise."""
    given = request.GET
    shape = given.get("format", "") or "atom"
    try:
        if shape == feeds.CALENDAR:
            return _calendar(feeds.calendar(given))
        return _feed(request, shape if shape in feeds.WRITERS else "atom")
    except BadQuery as problem:
        return HttpResponse(f"{problem}\n", status=400, content_type="text/plain; charset=utf-8")


def _feed(request: HttpRequest, shape: str) -> HttpResponse:
    write, media_type = feeds.WRITERS[shape]
    made = feeds.feed(request.GET, request.path, shape)
    response = HttpResponse(write(made), content_type=f"{media_type}; charset=utf-8")
    if made.entries:
        response.headers["Last-Modified"] = http_date(made.changed.timestamp())
    return response


def _calendar(body: bytes) -> HttpResponse:
    headers = {"Content-Disposition": 'inline; filename="landbridge.ics"'}
    return HttpResponse(body, content_type=f"{MEDIA_TYPE}; charset=utf-8", headers=headers)


@openly
def opensearch(request: HttpRequest) -> HttpResponse:
    """How a browser or a portal searches here (OpenSearch 1.1), in the reader's language."""
    language, node = reader_language(), settings.NODE_NAME
    own = f"{settings.BASE_URL}/opensearch.xml?{urlencode({'lang': language})}"
    about = gettext("Needs, technologies, offers and experience for nature, in any language.")
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">',
        f"<ShortName>{text(node[:16].strip())}</ShortName><LongName>{text(node[:48].strip())}</LongName>",
        f"<Description>{text(about[:1024])}</Description>",
        *(f"<Url{_url(*one)}/>" for one in _templates(language)),
        f'<Url type="{_OPENSEARCH}" rel="self" template={attribute(own)}/>',
        f'<Image height="16" width="16" type="image/svg+xml">{text(settings.BASE_URL)}/favicon.svg</Image>',
        f'<Query role="example" searchTerms={attribute("mangrove")}/>',
        *(f"<Language>{tag}</Language>" for tag in LANGUAGES),
        "<InputEncoding>UTF-8</InputEncoding><OutputEncoding>UTF-8</OutputEncoding>",
        "<SyndicationRight>open</SyndicationRight></OpenSearchDescription>",
    ]
    if settings.NODE_EMAIL:
        lines.insert(4, f"<Contact>{text(settings.NODE_EMAIL)}</Contact>")
    return HttpResponse("\n".join(lines) + "\n", content_type=f"{_OPENSEARCH}; charset=utf-8")


def _templates(language: str) -> list[tuple[str, str]]:
    """Media type to the address with its gaps: {searchTerms} and how many."""
    start = f"{settings.BASE_URL}/search?q={{searchTerms}}&lang={language}"
    shaped = [
        (media_type, f"{start}&limit={{count?}}&format={shape}") for shape, (_, media_type) in feeds.WRITERS.items()
    ]
    return [("text/html", start), *shaped]


def _url(media_type: str, template: str) -> str:
    return f' type="{media_type}" rel="results" template={attribute(template)}'
