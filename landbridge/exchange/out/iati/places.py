"""Where an activity is, as IATI says it: one country, or one region."""

from collections.abc import Sequence
from typing import Final

from landbridge.exchange.out.linked import addresses
from landbridge.formats.vocabulary import Term, ancestors

WORLD: Final = "001"
_M49: Final = "2"
_OWN: Final = "99"


def recipient(key: str) -> tuple[str, dict[str, str]]:
    """(element, its attributes) of a country or region; with `label`, the id of a place that needs its names told."""
    codes = addresses.country_codes(key)
    if "ISO 3166-1 alpha-2" in codes:
        return "recipient-country", {"code": codes["ISO 3166-1 alpha-2"]}
    if "M49" in codes:
        return "recipient-region", {"vocabulary": _M49, "code": codes["M49"]}
    address = addresses.of_vocabulary("regions")
    return "recipient-region", {"vocabulary": _OWN, "vocabulary-uri": address, "code": key, "label": key}


def common_region(keys: Sequence[str]) -> str:
    """The smallest region of M49 that holds all the places; the world where there is no smaller one."""
    lines = [_line(term) for key in keys if (term := addresses.place(key))]
    shared = [one for one in lines[0] if all(one in line for line in lines)] if lines else []
    return next(iter(shared), WORLD)


def _line(term: Term) -> list[str]:
    """The regions that a place lies in, the nearest first, with itself where it is one."""
    own = [term.id] if term.vocabulary == "regions" else []
    above = [one.id for one in ancestors(term) if one.vocabulary == "regions"]
    return [one for one in (*own, *above) if one.isdigit()]
