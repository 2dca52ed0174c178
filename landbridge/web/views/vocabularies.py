"""The vocabularies: browse the tree, find a term in any language, see what it is and which records use it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render

from landbridge.exchange.out.linked import addresses, pages
from landbridge.formats.vocabulary import Term, Vocabulary, fold, names, vocabulary
from landbridge.formats.vocabulary import find as find_term
from landbridge.lib.languages import LANGUAGES, NAMES, direction
from landbridge.web import numbers
from landbridge.web.addresses import link
from landbridge.web.labels import FACET_VOCABULARY, capital, reader_language
from landbridge.web.negotiation import shape, varied
from landbridge.web.views import linked

_FILTER_OF: Final = {name: facet for facet, name in FACET_VOCABULARY.items()} | {
    "countries": "place", "regions": "place",
}  # fmt: skip
_DEEPEST: Final = 6
_OPEN_BELOW: Final = 60
"""A vocabulary with fewer terms is shown open."""
_FEW_TOPS: Final = 3
"""Where there are so few terms at the top, the first step down is shown as well."""


@dataclass(frozen=True)
class Branch:
    """A term in the tree, with its narrower terms; `all_labels` is what the live filter looks into."""

    term: Term
    label: str
    branches: tuple["Branch", ...]
    is_open: bool = False

    @property
    def href(self) -> str:
        return f"/vocabularies/{self.term.vocabulary}/{self.term.id}"

    @property
    def all_labels(self) -> str:
        """The preferred labels in the other languages; the search on the server knows all of them."""
        reader = reader_language()
        return " ".join(labels[0] for tag, labels in self.term.labels.items() if tag != reader and labels)


@dataclass(frozen=True)
class Labels:
    """The labels of a term in one language."""

    tag: str
    name: str
    direction: str
    first: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """A vocabulary in the list of all."""

    name: str
    title: str
    about: str
    count: int


def title(found: Vocabulary) -> str:
    """The title of a vocabulary in the reader's language."""
    return found.title.get(reader_language()) or found.title.get("en") or found.name


def every(request: HttpRequest) -> HttpResponse:
    """All vocabularies; a word finds terms in all of them."""
    asked = request.GET.get("q", "").strip()[:80]
    listed = [Listed(name, title(found := vocabulary(name)), found.about, len(found)) for name in names()]
    listed.sort(key=lambda one: one.title)
    found_terms = _named(asked, names())
    hits = [(capital(one.label(reader_language())), title(vocabulary(one.vocabulary)), one) for one in found_terms]
    items = [(addresses.of_vocabulary(one.name), one.title) for one in listed]
    page = {"listed": listed, "asked": asked, "hits": hits, "linked_items": items, "linked_total": len(items)}
    return render(request, "vocabularies.html", page)


def _named(asked: str, vocabularies: tuple[str, ...], most: int = 60) -> list[Term]:
    """Terms of which a label in any language holds the word, those that begin with it first."""
    word = fold(asked)
    if not word:
        return []
    ranked: list[tuple[int, int, str, Term]] = []
    for name in vocabularies:
        for term in vocabulary(name):
            labels = [fold(label) for labels in term.labels.values() for label in labels]
            holding = [label for label in labels if word in label]
            if holding:
                best = min(holding, key=lambda label: (label != word, not label.startswith(word), len(label)))
                ranked.append((0 if best == word else 1 if best.startswith(word) else 2, len(best), term.key, term))
    return [term for *_, term in sorted(ranked, key=lambda one: one[:3])[:most]]


def one(request: HttpRequest, name: str) -> HttpResponse:
    """One vocabulary as a tree, or the terms that a word finds in it; `.ttl` and others give it as SKOS."""
    name, ending = shape(request, name)
    if name not in names():
        raise Http404(name)
    if ending:
        return varied(linked.vocabulary(name, ending))
    found = vocabulary(name)
    asked = request.GET.get("q", "").strip()[:80]
    page: dict[str, Any] = {
        "vocabulary": found,
        "title": title(found),
        "asked": asked,
        "branches": [] if asked else [_branch(found, term, 0) for term in found.tops()],
        "hits": [(capital(term.label(reader_language())), term) for term in _named(asked, (name,), 300)],
        "downloads": _downloads(name),
        "linked": pages.vocabulary(found, reader_language()),
    }
    return varied(render(request, "vocabulary.html", page))


def _branch(found: Vocabulary, term: Term, depth: int) -> Branch:
    below = found.narrower(term.key) if depth < _DEEPEST else []
    branches = tuple(_branch(found, one, depth + 1) for one in below)
    is_open = len(found) < _OPEN_BELOW or (depth == 0 and len(found.tops()) <= _FEW_TOPS)
    return Branch(term, capital(term.label(reader_language())), branches, is_open)


def _downloads(name: str, identifier: str = "") -> list[tuple[str, str]]:
    path = f"vocabularies/{name}" + (f"/{identifier}" if identifier else "")
    shapes = [("SKOS (Turtle)", "ttl"), ("SKOS (JSON-LD)", "jsonld"), ("SKOS (RDF/XML)", "rdf")]
    return [*((label, f"/{path}.{ending}") for label, ending in shapes), ("JSON", f"/api/v1/{path}")]


def term(request: HttpRequest, name: str, identifier: str) -> HttpResponse:
    """One term: labels in all languages, its place in the tree, and the records that use it."""
    if name not in names():
        raise Http404(name)
    found = vocabulary(name)
    identifier, ending = shape(request, identifier)
    shown = found.terms.get(identifier)
    if shown and ending:
        return varied(linked.term(shown, ending))
    if shown is None:
        other = found.find(identifier)
        if other is None:
            raise Http404(identifier)
        return HttpResponsePermanentRedirect(f"/vocabularies/{name}/{other.id}")
    page: dict[str, Any] = {
        "vocabulary": found,
        "title": title(found),
        "term": shown,
        "label": capital(shown.label(reader_language())),
        "labels": list(_labels(shown)),
        "about": shown.extra.get(f"about_{reader_language()}") or shown.extra.get("about_en", ""),
        "broader": _linked(shown.broader),
        "narrower": [(capital(below.label(reader_language())), below) for below in found.narrower(shown.key)],
        "related": _linked(shown.related),
        "records_href": _records(shown),
        "count": numbers.using(shown.key),
        "downloads": _downloads(name, shown.id),
        "linked": pages.term(shown, found, reader_language()),
    }
    return varied(render(request, "term.html", page))


def _linked(keys: tuple[str, ...]) -> list[tuple[str, Term]]:
    return [(capital(other.label(reader_language())), other) for key in keys if (other := find_term(key))]


def _labels(shown: Term) -> Iterator[Labels]:
    for tag in LANGUAGES:
        labels = shown.labels.get(tag, ())
        if labels:
            yield Labels(tag, NAMES[tag], direction(tag), labels[0], labels[1:])


def _records(shown: Term) -> str:
    """The search for records with this term: by filter where there is one, else by its label."""
    facet = _FILTER_OF.get(shown.vocabulary)
    return link("/search", [(facet, shown.id)] if facet else [("q", shown.label(reader_language()))])
