"""Watches in words: what is watched, as its owner called it or as it is."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from django.utils.translation import gettext

from landbridge.formats.vocabulary import find
from landbridge.search.models import Watch
from landbridge.web.labels import capital, facet_label, listed, place_name, reader_language

_MOST: Final = 6
"""Parts of a search that its name tells at most."""


def label(watch: Watch, titles: Mapping[str, str] | None = None) -> str:
    """The name of a watch: its owner's, else what it is. `titles` has the titles of needs."""
    return watch.name or described(watch, titles)


def described(watch: Watch, titles: Mapping[str, str] | None = None) -> str:
    """What is watched, in the reader's language."""
    if watch.kind == "search":
        return _search(watch.subject)
    if watch.kind == "party":
        return place_name(watch.subject)
    if watch.kind == "term":
        term = find(watch.subject)
        return capital(term.label(reader_language())) if term else watch.subject
    return (titles or {}).get(watch.subject) or gettext("A need")


def _search(subject: str) -> str:
    parts = [value if name == "q" else facet_label(name, value) for name, value in parse_qsl(subject)]
    return listed(parts[:_MOST]) + ("…" if len(parts) > _MOST else "")


def address(watch: Watch) -> str:
    """Where what is watched can be seen."""
    if watch.kind == "search":
        return f"/search?{watch.subject}"
    if watch.kind == "party":
        return f"/parties/{watch.subject}"
    if watch.kind == "term":
        return f"/vocabularies/{watch.subject.replace(':', '/', 1)}"
    return f"/records/{watch.subject}"


def kind_name(kind: str) -> str:
    """What is watched, in a word."""
    return {
        "search": gettext("Search"), "need": gettext("Matches of a need"), "party": gettext("Country or Party"),
        "term": gettext("Term"),
    }.get(kind, kind)  # fmt: skip
