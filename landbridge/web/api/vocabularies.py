"""Vocabularies and their terms, in six languages."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Path, Query, Router, Schema
from pydantic import Field

from landbridge.formats import vocabulary as vocabularies
from landbridge.formats.vocabulary import LEXICON, Term, Vocabulary
from landbridge.web.api import shapes
from landbridge.web.api.answers import AN_HOUR, JSON, tagged, vary
from landbridge.web.api.lines import api_url
from landbridge.web.api.problems import ProblemError
from landbridge.web.labels import reader_language

router = Router(tags=["vocabularies"])
TURTLE: Final = "text/turtle"
Name = Annotated[str, Field(max_length=100)]
Identifier = Annotated[str, Field(max_length=200)]
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
        detail = gettext("There is no vocabulary “%(name)s”; see %(address)s.")
        raise ProblemError(404, detail % {"name": name[:60], "address": f"{api_url()}/vocabularies"})
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
        "id": term.id, "key": term.key, "uri": term.uri, "label": term.label(language), "labels": dict(term.labels),
        "broader": term.broader, "narrower": [below.key for below in source.narrower(term.key)],
        "related": term.related, "match": term.match, "extra": term.extra,
    }  # fmt: skip


@lru_cache(maxsize=16)
def _list_body(language: str) -> bytes:
    return orjson.dumps({"vocabularies": [_head(source, language) for source in every()]})


@lru_cache(maxsize=64)
def _body(name: str, language: str) -> bytes:
    source = named(name)
    terms = [_term(source, term, language) for term in source]
    return orjson.dumps({**_head(source, language), "titles": source.title, "terms": terms})


@lru_cache(maxsize=64)
def _turtle(name: str, identifier: str = "") -> bytes:
    """A vocabulary, or one of its terms, as SKOS."""
    # Inner import: a second and several megabytes, which only who asks for Turtle needs.
    from landbridge.exchange.out import skos

    source = named(name)
    if identifier:
        source = replace(source, terms={identifier: source.terms[identifier]})
    return skos.graph([source]).serialize(format="turtle").encode()


class Form(Schema):
    """In which form the answer comes."""

    format: Annotated[
        Literal["json", "ttl"] | None, Field(description="`ttl`: SKOS in Turtle; also by `Accept: text/turtle`.")
    ] = None


def _is_turtle(request: HttpRequest, asked: Form) -> bool:
    if asked.format is not None:
        return asked.format == "ttl"
    return "turtle" in request.headers.get("Accept", "") and request.get_preferred_type([JSON, TURTLE]) == TURTLE


_TURTLE_TOO: Final = {"responses": {200: {"content": {TURTLE: {"schema": {"type": "string"}}}}}}


@router.get("/vocabularies", response=shapes.VocabularyList, operation_id="vocabularies", summary="List vocabularies")
def vocabulary_list(request: HttpRequest) -> HttpResponse:
    """All controlled vocabularies and the general lexicon."""
    return tagged(request, _list_body(reader_language()), caching=AN_HOUR)


@router.get("/vocabularies/{name}", response=shapes.VocabularyAnswer, operation_id="vocabulary",
            summary="One vocabulary", openapi_extra=_TURTLE_TOO)  # fmt: skip
def vocabulary(request: HttpRequest, name: Path[Name], asked: Query[Form]) -> HttpResponse:
    """A vocabulary with all its terms."""
    source = named(name)
    if _is_turtle(request, asked):
        return _varied(tagged(request, _turtle(source.name), TURTLE, AN_HOUR))
    return _varied(tagged(request, _body(source.name, reader_language()), caching=AN_HOUR))


@router.get("/vocabularies/{name}/{identifier}", response=shapes.TermAnswer, operation_id="term", summary="One term",
            openapi_extra=_TURTLE_TOO)  # fmt: skip
def term(request: HttpRequest, name: Path[Name], identifier: Path[Identifier], asked: Query[Form]) -> HttpResponse:
    """A term by its id, or by a code or label that names it."""
    source = named(name)
    found = source.find(identifier)
    if found is None:
        detail = gettext("The vocabulary %(name)s has no term “%(term)s”.")
        raise ProblemError(404, detail % {"name": source.name, "term": identifier[:60]})
    if _is_turtle(request, asked):
        return _varied(tagged(request, _turtle(source.name, found.id), TURTLE, AN_HOUR))
    body = {**_term(source, found, reader_language()), "vocabulary": source.name, "version": source.version}
    return _varied(tagged(request, orjson.dumps(body), caching=AN_HOUR))


def _varied(response: HttpResponse) -> HttpResponse:
    return vary(response, ("Accept",))
