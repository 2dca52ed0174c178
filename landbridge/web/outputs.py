"""Search results as JSON, CSV and a feed."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import orjson
from django.conf import settings
from django.http import HttpResponse
from django.utils.html import strip_tags
from django.utils.translation import gettext

from landbridge.search.query import Hit, Results
from landbridge.web.addresses import Address
from landbridge.web.communities import labels_named
from landbridge.web.labels import facet_label, format_name, reader_language

Output = Callable[[Results, Address], HttpResponse]


def as_json(results: Results, address: Address) -> HttpResponse:
    """The same shape as the search of the API."""
    body = {
        "total": results.total,
        "hits": [
            {
                "id": hit.id, "type": hit.type, "title": hit.title, "language": hit.language, "score": hit.score,
                "snippet": hit.snippet, "url": settings.BASE_URL + hit.url, "labels": hit.labels,
            }
            for hit in results.hits
        ],
        "facets": {
            name: [{"value": value, "label": facet_label(name, value), "count": count} for value, count in counted]
            for name, counted in results.facets.items()
        },
        "next": results.next,
    }  # fmt: skip
    return HttpResponse(orjson.dumps(body), content_type="application/json")


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def as_csv(results: Results, address: Address) -> HttpResponse:
    """One line a record, with a byte order mark, without which spreadsheets misread every script but Latin."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(
        ("id", "type", "title", "language", "provider", "places", "last_confirmed", "sample", "url", "labels")
    )
    for hit in results.hits:
        row = (
            hit.id, hit.type, hit.title, hit.language, hit.provider, ";".join(hit.places), hit.confirmed_on,
            "true" if hit.sample else "false", settings.BASE_URL + hit.url,
            "; ".join(label.name for label in labels_named(hit.labels)),
        )  # fmt: skip
        writer.writerow([_harmless(cell) for cell in row])
    headers = {"Content-Disposition": 'attachment; filename="landbridge.csv"'}
    return HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def as_feed(results: Results, address: Address) -> HttpResponse:
    """The results as an Atom feed."""
    own = settings.BASE_URL + str(address)
    title = gettext("%(node)s: search") % {"node": settings.NODE_NAME}
    newest = max((hit.confirmed_on for hit in results.hits), default="2026-01-01")
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{reader_language()}">'
        f"<title>{escape(title)}</title><id>{escape(own)}</id><updated>{newest}T00:00:00Z</updated>"
        f"<author><name>{escape(settings.NODE_NAME)}</name></author>"
        f'<link rel="self" type="application/atom+xml" href={quoteattr(own)}/>{_entries(results.hits)}</feed>\n'
    )
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


def _entries(hits: Iterable[Hit]) -> str:
    return "".join(
        f"<entry><title>{escape(hit.title)}</title><id>{escape(settings.BASE_URL + hit.url)}</id>"
        f"<link href={quoteattr(settings.BASE_URL + hit.url)}/><updated>{hit.confirmed_on}T00:00:00Z</updated>"
        f"<category term={quoteattr(hit.type)} label={quoteattr(format_name(hit.type))}/>"
        f"{_labels(hit)}<summary xml:lang={quoteattr(hit.language)}>{escape(strip_tags(hit.snippet))}</summary></entry>"
        for hit in hits
    )


def _labels(hit: Hit) -> str:
    """The labels of communities, which travel with a record wherever it goes."""
    return "".join(
        f"<category scheme={quoteattr(label.address)} term={quoteattr(label.name)}/>"
        for label in labels_named(hit.labels)
    )


OUTPUTS: Final[Mapping[str, Output]] = {"json": as_json, "csv": as_csv, "atom": as_feed}
"""Value of `&format=` to what makes the answer."""
