"""The first page: one field, and the network alive under it."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from landbridge.exchange.out.linked import jsonld
from landbridge.exchange.out.linked.signposts import INBOX
from landbridge.formats.library import FORMATS
from landbridge.web import figures, numbers
from landbridge.web.examples import examples
from landbridge.web.hits import of_row
from landbridge.web.labels import format_plural, reader_language, side

WAITING: Final = 4
NEW: Final = 5
_IN_TABLE: Final = 300


def home(request: HttpRequest) -> HttpResponse:
    """What this is, what do you need, and what is there."""
    response = render(request, "home.html", numbers.kept(f"home {reader_language()}", _page))
    response["Link"] = f'<{settings.BASE_URL}/inbox>; rel="{INBOX}"'
    return response


def _page() -> dict[str, Any]:
    counted = numbers.numbers()
    return {
        "examples": examples("need"),
        "map": figures.world(counted.needs, counted.supply),
        "countries": figures.lines(counted.needs, counted.supply)[:_IN_TABLE],
        "waiting": [of_row(row) for row in numbers.waiting(WAITING)],
        "new": [of_row(row) for row in numbers.newest(NEW)],
        "figures": [(name, format_plural(name), side(name), counted.by_type.get(name, 0)) for name in FORMATS],
        "total": counted.total,
        "linked": jsonld.in_page(jsonld.site()),
    }
