"""A small line of thirty days, drawn on the server. The table beside it says the same."""

from collections.abc import Sequence
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

WIDTH: Final = 300
HEIGHT: Final = 48
_EDGE: Final = 3


def sparkline(values: Sequence[int], label: str) -> SafeString:
    """The values from left to right; the page mirrors it for those who read from the right."""
    most = max([*values, 1])
    step = (WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)
    points = [
        (round(_EDGE + at * step, 1), round(HEIGHT - _EDGE - value / most * (HEIGHT - 2 * _EDGE), 1))
        for at, value in enumerate(values)
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}"><polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="2.5"/></svg>',
        WIDTH, HEIGHT, label, line, *(points[-1] if points else (0, 0)),
    )  # fmt: skip
