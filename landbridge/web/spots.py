"""A point on a small map of the land, without borders: whether it lies where it was meant to lie."""

from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from landbridge.web.assets import asset

TENTHS: Final = 10
"""The map has ten units to the degree, longitude to the right and latitude upwards."""
WIDE: Final = 700
HIGH: Final = 350
"""What is seen of it: 70 degrees by 35."""
_WORLD: Final = 3600


def view_box(latitude: float, longitude: float) -> tuple[int, int, int, int]:
    """The part of the map around a point, kept off the poles."""
    top = min(max(-latitude * TENTHS - HIGH / 2, -900), 900 - HIGH)
    return round(longitude * TENTHS - WIDE / 2), round(top), WIDE, HIGH


def spot(latitude: Any, longitude: Any, *, blurred: bool = False, shown: bool = True) -> SafeString:
    """The map around a point in WGS 84 degrees. Without `shown` it waits, hidden, until the point is typed."""
    box = " ".join(map(str, view_box(latitude, longitude)))
    # Twice more beside itself: a view of Fiji reaches over the edge of the map.
    lands = format_html_join(
        "", '<image href="{}" x="{}" y="-900" width="{}" height="1800"/>',
        ((asset("world.svg").address, edge, _WORLD) for edge in (-1800 - _WORLD, -1800, -1800 + _WORLD)),
    )  # fmt: skip
    return format_html(
        '<svg class="spot" viewBox="{}" role="img" aria-label="{}"{}>{}'
        '<circle class="{}" cx="{}" cy="{}" r="{}"/></svg>',
        box, gettext("Where the point lies on a map"), "" if shown else SafeString(" hidden"), lands,
        "near" if blurred else "at", round(longitude * TENTHS, 1), round(-latitude * TENTHS, 1), 22 if blurred else 9,
    )  # fmt: skip
