"""Every address of the node, as `landbridge.urls` has it: found, not listed, so that a new one is never forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

NO_ADDRESS: Final = (r"^[\s\S]*$",)
"""Patterns that stand for whatever is not an address."""


@dataclass(frozen=True)
class Address:
    """An address with the names of what stands in it: `records/%(record_id)s/history`."""

    template: str
    names: tuple[str, ...]
    view: Any
    name: str | None

    @property
    def api(self) -> bool:
        return self.template.startswith("api/")

    def filled(self, values: dict[str, Any]) -> str:
        """The address with these values in it."""
        return "/" + self.template % values


def _ways(pattern: URLPattern | URLResolver) -> list[tuple[str, tuple[str, ...]]]:
    if str(pattern.pattern) in NO_ADDRESS:
        return []
    given: Any = pattern.pattern
    ways = normalize(given.regex.pattern)
    return [(template, tuple(names)) for template, names in ways]


def every(patterns: Any = None, before: str = "", named: tuple[str, ...] = ()) -> Iterator[Address]:
    """All addresses; one that can be written in several ways comes once for each."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        for template, names in _ways(pattern):
            if isinstance(pattern, URLResolver):
                yield from every(pattern.url_patterns, before + template, (*named, *names))
            else:
                yield Address(before + template, (*named, *names), pattern.callback, pattern.name)


def is_exempt(view: Any) -> bool:
    """Whether the view takes a POST without a token of the form."""
    return bool(getattr(view, "csrf_exempt", False))
