"""How balanced the roster of experts is: counts by region, kind of expertise, vetting, language and gender.

What an expert withholds is not counted, except the gender, which is asked for this alone: it shows nowhere else, and
never in groups so small that they name somebody.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F

from landbridge.formats.vocabulary import fold
from landbridge.registry.disclosure import public_part
from landbridge.registry.models import Revision
from landbridge.registry.queries import every_id
from landbridge.registry.rules import Reader, audiences
from landbridge.search.places import with_regions

LEAST: Final = 5
"""A group of fewer people is not counted apart."""
KEPT_SECONDS: Final = 300.0
GROUPS: Final = ("AFR", "APAC", "CEE", "GRULAC", "WEOG")
"""The regional groups of the Convention."""
CONTINENTS: Final = ("002", "019", "142", "150", "009")
"""The regions of M49."""
WOMEN: Final = frozenset(
    map(fold, ("woman", "women", "female", "f", "w", "mujer", "femenino", "femme", "féminin", "ж", "женщина", "женский",
               "女", "女性", "امرأة", "أنثى"))
)  # fmt: skip
MEN: Final = frozenset(
    map(fold, ("man", "men", "male", "m", "hombre", "masculino", "homme", "masculin", "м", "мужчина", "мужской", "男",
               "男性", "رجل", "ذكر"))
)  # fmt: skip
_COUNTED: Final = ("places", "kinds", "vetting", "languages", "gender")
_PAGE: Final = 500
_kept: dict[tuple[str, ...], tuple[float, "Balance"]] = {}


@dataclass(frozen=True)
class Balance:
    """How many experts there are, and how many of them for each value; one may stand under several."""

    total: int
    groups: Mapping[str, int]
    continents: Mapping[str, int]
    kinds: Mapping[str, int]
    vetting: Mapping[str, int]
    languages: Mapping[str, int]
    gender: Mapping[str, int]
    """Women, men and others where there are enough of them; all the rest, and who told nothing, as `rest`."""


def forget() -> None:
    """Drop what is kept."""
    _kept.clear()


def balance(reader: Reader) -> Balance:
    """The counts over the experts that the reader may see, at most some minutes old."""
    key, now = audiences(reader), time.monotonic()
    found = _kept.get(key)
    if found is None or now - found[0] > KEPT_SECONDS:
        if len(_kept) > 50:
            forget()
        found = _kept[key] = (now, counted(_told(reader)))
    return found[1]


def _told(reader: Reader) -> Iterator[Mapping[str, Any]]:
    """The whole answers of all experts that the reader may find, a page at a time."""
    ids = list(every_id(reader, ("expert",)).order_by("id"))
    for start in range(0, len(ids), _PAGE):
        shown = Revision.objects.filter(record_id__in=ids[start : start + _PAGE])
        yield from shown.filter(number=F("record__published")).values_list("data", flat=True)


def counted(experts: Iterable[Mapping[str, Any]]) -> Balance:
    """Count experts by their whole answers."""
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("places", "kinds", "vetting", "languages", "gender")
    }
    total = 0
    for whole in experts:
        total += 1
        data = public_part("expert", dict(whole))
        counts["places"].update({region for place in data.get("places") or () for region in with_regions(place)})
        counts["kinds"].update(set(data.get("kinds") or ()))
        counts["languages"].update({skill["language"] for skill in data.get("languages") or ()})
        counts["vetting"][data.get("vetting") or "self_declared"] += "vetting" not in (data.get("withheld") or ())
        counts["gender"][_gender(whole.get("gender"))] += 1
    return Balance(
        total, {one: counts["places"][one] for one in GROUPS}, {one: counts["places"][one] for one in CONTINENTS},
        dict(counts["kinds"].most_common()), dict(counts["vetting"]), dict(counts["languages"].most_common()),
        _large_enough(counts["gender"], total),
    )  # fmt: skip


def _gender(told: Any) -> str:
    if not told:
        return "rest"
    word = fold(str(told))
    return "women" if word in WOMEN else "men" if word in MEN else "others"


def _large_enough(counts: Mapping[str, int], total: int) -> dict[str, int]:
    """Small groups go into the rest, so that neither they nor a subtraction tell of anybody."""
    large = {name: counts[name] for name in ("women", "men", "others") if counts[name] >= LEAST}
    rest = total - sum(large.values())
    return {**large, "rest": rest} if rest else large
