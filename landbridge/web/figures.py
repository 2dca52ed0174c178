"""The map: the world in tiles, each a link, drawn on the server. A table says the same beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from landbridge.formats.vocabulary import vocabulary
from landbridge.web.labels import number, place_name
from landbridge.web.tiles import COLUMNS, ROWS, Tile, tiles

PITCH: Final = 30
SIDE: Final = 28
_SMALL: Final = 10
_LARGEST: Final = 6.0
_SMALLEST: Final = 2.2


@dataclass(frozen=True)
class CountryLine:
    """One line of the table beside the map."""

    country: str
    name: str
    needs: int
    supply: int

    @property
    def href(self) -> str:
        return f"/parties/{self.country}"


def lines(needs: Mapping[str, int], supply: Mapping[str, int]) -> list[CountryLine]:
    """The countries that have anything, those with most needs first."""
    countries = vocabulary("countries").terms
    found = [
        CountryLine(country, place_name(country), needs.get(country, 0), supply.get(country, 0))
        for country in countries
        if needs.get(country) or supply.get(country)
    ]
    return sorted(found, key=lambda line: (-line.needs, -line.supply, line.name))


def world(needs: Mapping[str, int], supply: Mapping[str, int]) -> SafeString:
    """The tiles of all Parties: a warm dot for needs, a cool dot for what can help, larger for more."""
    most = max([*needs.values(), *supply.values(), 1])
    drawn = format_html_join("", "{}", ((_tile(tile, needs, supply, most),) for tile in tiles()))
    return format_html(
        '<svg class="world" viewBox="0 0 {} {}" width="{}" height="{}" role="group" aria-labelledby="world-title">'
        '<title id="world-title">{}</title>{}</svg>',
        COLUMNS * PITCH, ROWS * PITCH, COLUMNS * PITCH, ROWS * PITCH,
        gettext("The world in tiles, one for each Party, with its needs and what can help"), drawn,
    )  # fmt: skip


def _tile(tile: Tile, needs: Mapping[str, int], supply: Mapping[str, int], most: int) -> SafeString:
    needed, given = needs.get(tile.country, 0), supply.get(tile.country, 0)
    left, top = tile.column * PITCH, tile.row * PITCH
    return format_html(
        '<a href="/parties/{}" class="tile{}" aria-label="{}"><rect x="{}" y="{}" width="{}" height="{}" rx="3"/>'
        '<text x="{}" y="{}">{}</text>{}{}</a>',
        tile.country, "" if needed or given else " idle", _said(tile.country, needed, given), left, top, SIDE, SIDE,
        left + SIDE // 2, top + 11, tile.country, _dot("n", left + 8, top + 20, needed, most),
        _dot("s", left + 20, top + 20, given, most),
    )  # fmt: skip


def _dot(side: str, x: int, y: int, count: int, most: int) -> SafeString:
    if not count:
        return SafeString("")
    radius = _SMALLEST + (_LARGEST - _SMALLEST) * sqrt(count / most)
    return format_html('<circle class="{}" cx="{}" cy="{}" r="{}"/>', side, x, y, f"{radius:.1f}")


def _said(country: str, needed: int, given: int) -> str:
    return gettext("%(place)s: needs %(needs)s, what can help %(supply)s") % {
        "place": place_name(country), "needs": number(needed), "supply": number(given),
    }  # fmt: skip


def marked(countries: Mapping[str, str], title: str) -> SafeString:
    """A small map with some countries marked: country to `n` (warm) or `s` (cool)."""
    squares = (
        (f"t {countries.get(tile.country, '')}".strip(), tile.column * _SMALL, tile.row * _SMALL) for tile in tiles()
    )
    drawn = format_html_join("", '<rect class="{}" x="{}" y="{}" width="9" height="9" rx="1"/>', squares)
    return format_html(
        '<svg class="world small" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        COLUMNS * _SMALL, ROWS * _SMALL, title, drawn,
    )  # fmt: skip
