"""Search for programs. Without a key it asks no database, and it writes its answer at once: this is the address that
is asked most."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Annotated, Any, Final, Literal

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from landbridge.search import query as searches
from landbridge.search.query import BadQuery, FacetValue, Hit, Results
from landbridge.search.understand import Understood
from landbridge.web.api import shapes
from landbridge.web.api.answers import json_answer
from landbridge.web.api.caller import reader_of
from landbridge.web.api.lines import record_url
from landbridge.web.api.parameters import Cursor, Many, known_formats
from landbridge.web.api.problems import invalid
from landbridge.web.labels import facet_label, reader_language

router = Router(tags=["search"])
_PARAMETER_OF: Final = {
    "types": "type", "languages": "language", "places": "place", "ecosystems": "ecosystem", "targets": "target",
    "themes": "theme",
}  # fmt: skip
"""Field of a query to the parameter that fills it, where they differ."""


class SearchParameters(Schema):
    """What is sought."""

    q: Annotated[str, Field(max_length=2000, description="Words in any of the six languages; “quoted words” stand "
                                                        "side by side.")] = ""  # fmt: skip
    type: Annotated[Many, Field(description="Formats.")] = []
    language: Annotated[Many, Field(description="Languages that the record has.")] = []
    place: Annotated[Many, Field(description="ISO 3166, M49 or names; a region finds its countries.")] = []
    ecosystem: Many = []
    target: Annotated[Many, Field(description="Targets of the Global Biodiversity Framework.")] = []
    theme: Many = []
    support: Annotated[Many, Field(description="Kinds of support.")] = []
    ip: Annotated[Many, Field(description="Rights.")] = []
    trl: Annotated[Many, Field(description="Technology readiness levels.")] = []
    freshness: Annotated[Many, Field(description="Years of the last confirmation.")] = []
    sort: Literal["relevance", "newest", "title"] = "relevance"
    limit: Annotated[int, Field(ge=1, le=searches.MOST, description="How many at most.")] = 20
    cursor: Cursor = ""
    kept: Annotated[
        bool, Field(description="Among what is kept from the public, as far as the account of the key may see it.")
    ] = False
    facet_limit: Annotated[int, Field(ge=0, le=300, description="Values of each facet at most; 0 counts none.")] = 50


@router.get("/search", response=shapes.SearchAnswer, operation_id="search", summary="Search")
def search(request: HttpRequest, asked: Query[SearchParameters]) -> HttpResponse:
    """Ranked results over all formats and languages, an exact total, and counts for each filter.

    A search can be paged to 10,000 results; /records and /dump go further.
    """
    known_formats("type", asked.type)
    language = reader_language()
    try:
        found = searches.search(
            _query(asked), reader_of(request), language, with_facets=asked.facet_limit > 0, facet_size=asked.facet_limit
        )
    except BadQuery as problem:
        raise invalid(_PARAMETER_OF.get(problem.field, problem.field), str(problem)) from None
    return json_answer(body_of(found, language, asked.facet_limit), "no-store")


def _query(asked: SearchParameters) -> searches.Query:
    return searches.Query(
        text=asked.q, types=tuple(asked.type), languages=tuple(asked.language), places=tuple(asked.place),
        ecosystems=tuple(asked.ecosystem), targets=tuple(asked.target), themes=tuple(asked.theme),
        support=tuple(asked.support), ip=tuple(asked.ip), trl=tuple(asked.trl), freshness=tuple(asked.freshness),
        sort=asked.sort, limit=asked.limit, cursor=asked.cursor, kept=asked.kept,
    )  # fmt: skip


def body_of(found: Results, language: str, facet_limit: int = 50) -> dict[str, Any]:
    """The answer, in the shape of `shapes.SearchAnswer`."""
    return {
        "total": found.total,
        "hits": [_hit(hit) for hit in found.hits],
        "facets": _facets(found.facets, language, facet_limit),
        "next": found.next,
        "suggestion": found.suggestion,
        "loosened": found.loosened,
        "understood": understood_body(found.understood),
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.id, "type": hit.type, "title": hit.title, "language": hit.language, "score": hit.score,
        "snippet": hit.snippet, "url": record_url(hit.id), "places": hit.places, "provider": hit.provider,
        "confirmed_on": hit.confirmed_on, "sample": hit.sample, "labels": hit.labels,
    }  # fmt: skip


def _facets(facets: Mapping[str, Iterable[FacetValue]], language: str, most: int) -> dict[str, orjson.Fragment]:
    """The counts as ready JSON: a page has hundreds of values, and their names hardly ever change."""
    return {
        name: orjson.Fragment(
            b"[%s]" % b",".join(_named(name, value, language) % count for value, count in islice(values, most))
        )
        for name, values in facets.items()
    }


@lru_cache(maxsize=50_000)
def _named(facet: str, value: str, language: str) -> bytes:
    """The value of a facet with its label, as JSON with a place for the count.

    `language` is the reader's, in which `facet_label` speaks; it keeps the labels of languages apart.
    """
    told = orjson.dumps({"value": value, "label": facet_label(facet, value)}).replace(b"%", b"%%")
    return told[:-1] + b',"count":%d}'


def understood_body(understood: Understood) -> dict[str, Any]:
    """What was made of a text, in the shape of `shapes.Understood`."""
    return {
        "language": understood.language,
        "concepts": [{"key": concept.key, "label": concept.label} for concept in understood.concepts],
        "places": understood.places,
        "support_types": understood.support_types,
    }
