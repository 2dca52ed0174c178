"""Search results as JSON and CSV. Feeds and calendars: `feeds`."""

import csv
import io
from collections.abc import Callable, Mapping
from typing import Final

import orjson
from django.conf import settings
from django.http import HttpResponse

from landbridge.search.query import Results
from landbridge.web.addresses import Address
from landbridge.web.communities import labels_named
from landbridge.web.labels import facet_label

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


OUTPUTS: Final[Mapping[str, Output]] = {"json": as_json, "csv": as_csv}
"""Value of `&format=` to what makes the answer."""
