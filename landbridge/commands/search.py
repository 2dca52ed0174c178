"""`landbridge search`: the search of the pages, on the command line."""

import click
from django.conf import settings

from landbridge.commands.asking import asking_options, place_ids, place_names, plain, print_json
from landbridge.commands.shared import shorten, table, up_to_date
from landbridge.registry.rules import ANYONE
from landbridge.search.query import Query, Results
from landbridge.search.query import search as find


@click.command()
@click.argument("words", nargs=-1)
@asking_options
def search(
    words: tuple[str, ...], types: tuple[str, ...], places: tuple[str, ...], language: str, limit: int, as_json: bool
) -> None:
    """Search public records for WORDS in any of the six languages."""
    up_to_date()
    query = Query(text=" ".join(words), types=types, places=place_ids(places), limit=limit)
    results = find(query, ANYONE, language)
    if as_json:
        print_json(as_api(results))
        return
    rows = [
        (hit.id, hit.type, shorten(hit.title, 60), place_names(hit.places, language), f"{hit.score:.2f}")
        for hit in results.hits
    ]
    if rows:
        table(rows, ("id", "type", "title", "places", "score"))
    if results.suggestion:
        click.echo(f"Did you mean: {results.suggestion}")
    click.echo(f"{results.total} found in {results.took_ms:.0f} ms")


def as_api(results: Results) -> dict[str, object]:
    """The answer in the shape of `GET /api/v1/search`."""
    hits = [
        {
            "id": hit.id, "type": hit.type, "title": hit.title, "language": hit.language, "score": hit.score,
            "snippet": plain(hit.snippet), "url": f"{settings.BASE_URL}/records/{hit.id}",
        }
        for hit in results.hits
    ]  # fmt: skip
    facets = {name: {value: count for value, count, *_ in values} for name, values in results.facets.items()}
    return {"total": results.total, "hits": hits, "facets": facets, "next": results.next}
