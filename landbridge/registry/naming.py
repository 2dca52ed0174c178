"""What parties, organisations and communities are called, and which one a name means."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.db.models import Q

from landbridge.formats.vocabulary import vocabulary
from landbridge.parties.models import Party

MOST: Final = 12


def names_of(ids: Iterable[str], language: str) -> dict[str, str]:
    """Id to name of those that there are: countries without a query, all others with one."""
    wanted = set(ids)
    countries = vocabulary("countries").terms
    known = {one: countries[one].label(language) for one in wanted if one in countries}
    rest = wanted - set(known)
    return known | {party.pk: name_in(party.names, party.pk, language) for party in Party.objects.filter(pk__in=rest)}


def name_in(names: Mapping[str, str], identifier: str, language: str) -> str:
    """A party's name in a language, else in English, else any, else its id."""
    return str(names.get(language) or names.get("en") or next(iter(names.values()), identifier))


def everybody(language: str, most: int = 400) -> dict[str, str]:
    """Id to name of the parties of this node, for those who work for all of them."""
    found = Party.objects.order_by("kind", "pk").values_list("pk", "names")[:most]
    return {identifier: name_in(names, identifier, language) for identifier, names in found}


def named(text: str, language: str) -> list[tuple[str, str]]:
    """Id and name of the organisations and communities whose id or name holds the text; countries are looked up
    among the terms."""
    asked = text.strip()[:100]
    if not asked:
        return []
    said = Q(pk__icontains=asked) | Q(names__en__icontains=asked) | Q(**{f"names__{language}__icontains": asked})
    found = Party.objects.filter(said).exclude(kind="party").order_by("pk")[:MOST]
    return [(party.pk, name_in(party.names, party.pk, language)) for party in found]
