"""Countries and regions as search and matching see them: a region finds its countries."""

from functools import cache

from landbridge.formats.vocabulary import ancestors, vocabulary

WORLD = "001"


@cache
def _members() -> dict[str, tuple[str, ...]]:
    """Country to the groups and named regions that list it: LDC, SIDS, Sahel."""
    regions: dict[str, list[str]] = {}
    for region in vocabulary("regions"):
        for code in region.extra.get("members", "").split():
            regions.setdefault(code, []).append(region.id)
    for country in vocabulary("countries"):
        regions.setdefault(country.id, []).extend(country.extra.get("groups", "").split())
    return {country: tuple(dict.fromkeys(names)) for country, names in regions.items()}


@cache
def with_regions(place: str) -> tuple[str, ...]:
    """A country or region with all regions and groups that it lies in, nearest first; the world is left out."""
    term = vocabulary("countries").terms.get(place) or vocabulary("regions").terms.get(place)
    if term is None:
        return (place,)
    above = [above.id for above in ancestors(term) if above.id != WORLD]
    return tuple(dict.fromkeys((place, *above, *_members().get(place, ()))))


@cache
def subregion(country: str) -> str:
    """The nearest M49 region of a country: its neighbourhood."""
    term = vocabulary("countries").terms.get(country)
    return term.broader[0].split(":", 1)[1] if term and term.broader else ""


@cache
def countries_in(region: str) -> frozenset[str]:
    """The countries that lie in a region or belong to a group; a country gives itself."""
    inside = {term.id for term in vocabulary("countries") if region in with_regions(term.id)}
    if region == WORLD:
        inside = set(vocabulary("countries").terms)
    return frozenset(inside)


def resolve(name: str) -> str | None:
    """The id of a place named by ISO 3166, M49, CBD group or in any of the six languages; None if there is none."""
    for source in ("countries", "regions"):
        term = vocabulary(source).find(name)
        if term is not None:
            return term.id
    return None
