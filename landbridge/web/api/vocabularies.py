"""Vocabularies and their terms, in six languages."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import Field

from landbridge.formats import vocabulary as vocabularies
from landbridge.formats.vocabulary import LEXICON, Term, Vocabulary
from landbridge.web.api import shapes
from landbridge.web.api.answers import AN_HOUR, tagged
from landbridge.web.api.lines import api_url
from landbridge.web.api.problems import ProblemError
from landbridge.web.labels import reader_language

router = Router(tags=["vocabularies"])
Name = Annotated[str, Field(max_length=100)]
_TITLE: Final[Mapping[str, str]] = {
    "en": "General lexicon", "es": "Léxico general", "fr": "Lexique général", "ru": "Общая лексика", "zh": "通用词汇",
    "ar": "المعجم العام",
}  # fmt: skip


@lru_cache
def _lexicon() -> Vocabulary:
    """The general lexicon, which lies in several files, as one vocabulary."""
    files = vocabularies.lexicon()
    terms = {term.id: term for part in files for term in part}
    version = ".".join(part.version for part in files[:1]) or "1"
    about = "Everyday words of project, science and administration with their equivalents."
    return Vocabulary(LEXICON, version, _TITLE, about, terms)


def named(name: str) -> Vocabulary:
    """The vocabulary of this name.

    Raises:
        ProblemError: 404.
    """
    if name == LEXICON:
        return _lexicon()
    if name not in vocabularies.names():
        raise ProblemError(404, f"There is no vocabulary “{name[:60]}”; see {api_url()}/vocabularies.")
    return vocabularies.vocabulary(name)


def every() -> Iterable[Vocabulary]:
    """All vocabularies, the general lexicon last."""
    return [*map(vocabularies.vocabulary, vocabularies.names()), _lexicon()]


def _head(source: Vocabulary, language: str) -> dict[str, Any]:
    return {
        "name": source.name,
        "title": source.title.get(language) or source.title.get("en") or source.name,
        "about": source.about,
        "version": source.version,
        "count": len(source),
        "url": f"{api_url()}/vocabularies/{source.name}",
    }


def _term(source: Vocabulary, term: Term, language: str) -> dict[str, Any]:
    return {
        "id": term.id, "key": term.key, "uri": term.uri, "label": term.label(language), "labels": term.labels,
        "broader": term.broader, "narrower": [below.key for below in source.narrower(term.key)],
        "related": term.related, "match": term.match, "extra": term.extra,
    }  # fmt: skip


@lru_cache(maxsize=16)
def _list_body(language: str, base: str) -> bytes:
    return orjson.dumps({"vocabularies": [_head(source, language) for source in every()]})


@lru_cache(maxsize=64)
def _body(name: str, language: str, base: str) -> bytes:
    source = named(name)
    terms = [_term(source, term, language) for term in source]
    return orjson.dumps({**_head(source, language), "titles": source.title, "terms": terms})


@router.get("/vocabularies", response=shapes.VocabularyList, operation_id="vocabularies", summary="List vocabularies")
def vocabulary_list(request: HttpRequest) -> HttpResponse:
    """All controlled vocabularies and the general lexicon."""
    return tagged(request, _list_body(reader_language(), api_url()), caching=AN_HOUR)


@router.get(
    "/vocabularies/{name}", response=shapes.VocabularyAnswer, operation_id="vocabulary", summary="One vocabulary"
)
def vocabulary(request: HttpRequest, name: Path[Name]) -> HttpResponse:
    """A vocabulary with all its terms."""
    return tagged(request, _body(named(name).name, reader_language(), api_url()), caching=AN_HOUR)


@router.get(
    "/vocabularies/{name}/{identifier}", response=shapes.TermAnswer, operation_id="term", summary="One term"
)
def term(request: HttpRequest, name: Path[Name], identifier: Path[Annotated[str, Field(max_length=200)]]) -> HttpResponse:
    """A term by its id, or by a code or label that names it."""
    source = named(name)
    found = source.find(identifier)
    if found is None:
        raise ProblemError(404, f"The vocabulary {source.name} has no term “{identifier[:60]}”.")
    body = {**_term(source, found, reader_language()), "vocabulary": source.name, "version": source.version}
    return tagged(request, orjson.dumps(body), caching=AN_HOUR)
