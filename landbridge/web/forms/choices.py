"""Choosing from what is fixed: a few words, short vocabularies at sight, long ones by typing in any language."""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, get_args

from pydantic import BaseModel

from landbridge.formats.fields import Line, Places, Question, Terms
from landbridge.formats.vocabulary import Term, find, names, vocabulary
from landbridge.web.forms.asked import Found
from landbridge.web.labels import capital, choice_name, place_name, reader_language

AT_SIGHT: Final = 40
"""Vocabularies of so many terms at most are shown whole."""
MOST_FOUND: Final = 12


@cache
def fixed(model: type[BaseModel], name: str, pattern: str = "") -> tuple[str, ...]:
    """The few answers that a line may have; none where any line will do."""
    inner = get_args(model.model_fields[name].annotation)
    literal = tuple(one for kind in inner for one in (kind, *get_args(kind)) if isinstance(one, str))
    words = pattern.split("|")
    return literal or (tuple(words) if len(words) > 1 and all(word.isidentifier() for word in words) else ())


def fixed_choices(question: Line, model: type[BaseModel], name: str) -> list[Found]:
    """The same with what they are called."""
    return [(value, choice_name(value)) for value in fixed(model, name, question.pattern)]


def size(question: Terms) -> int:
    """How many terms there are to choose from."""
    return sum(len(vocabulary(name)) for name in question.vocabularies)


def label_of(question: Terms, kept: str) -> str | None:
    """What a kept term is called for this reader, None when there is no such term."""
    term = question.term_of(kept)
    if term is None:
        return None
    return place_name(term.id) if isinstance(question, Places) else capital(term.label(reader_language()))


def all_of(question: Terms) -> Iterator[tuple[str, str, bool]]:
    """Every term below the one above it: what is kept of it, what it is called, and whether it stands below another."""
    for name in question.vocabularies:
        for term, is_below in _tree(name):
            yield question.keep(term), label_of(question, term.id) or term.id, is_below


@cache
def _tree(name: str) -> tuple[tuple[Term, bool], ...]:
    """The terms of a vocabulary in the order of its tree, each once."""
    known = vocabulary(name)
    found: dict[str, tuple[Term, bool]] = {}
    waiting = [(term, False) for term in reversed(known.tops())]
    while waiting:
        term, is_below = waiting.pop()
        if found.setdefault(term.id, (term, is_below))[0] is term:
            waiting += [(one, True) for one in reversed(known.narrower(term.key)) if one.id not in found]
    return (*found.values(), *((term, True) for term in known if term.id not in found))


def plain(text: str) -> str:
    """A text as it is compared while one types: no marks, no case."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join(bare.casefold().replace("-", " ").replace("'", " ").split())


@cache
def _labels(name: str) -> tuple[tuple[Term, tuple[str, ...]], ...]:
    return tuple(
        (term, tuple(dict.fromkeys(plain(label) for labels in term.labels.values() for label in labels)))
        for term in vocabulary(name)
    )


def _closeness(labels: tuple[str, ...], asked: str) -> int | None:
    """0 the same, 1 begins with it, 2 a word begins with it, 3 has it somewhere; None has it not."""
    best: int | None = None
    for label in labels:
        if asked not in label:
            continue
        how = 0 if label == asked else 1 if label.startswith(asked) else 2 if f" {asked}" in label else 3
        best = how if best is None or how < best else best
    return best


def candidates(question: Terms, text: str, most: int = MOST_FOUND) -> list[Found]:
    """The terms that a text may mean, whatever its language, the closest first."""
    asked = plain(text[:200])
    if not asked:
        return []
    found = []
    for order, name in enumerate(question.vocabularies):
        for term, labels in _labels(name):
            how = _closeness(labels, asked)
            if how is not None:
                found.append((how, len(labels[0]), order, term))
    found.sort(key=lambda one: one[:3])
    return [(question.keep(term), _told(question, term)) for _, _, _, term in found[:most]]


def _told(question: Terms, term: Term) -> str:
    """The term with the one above it, which tells two of the same name apart."""
    label = label_of(question, question.keep(term)) or term.id
    if isinstance(question, Places):
        return label
    above = next((broader for key in term.broader if (broader := find(key)) is not None), None)
    return f"{label} ({above.label(reader_language())})" if above else label


def resolve(question: Terms, text: str) -> tuple[list[str], list[str]]:
    """What was typed into a field for terms: (what is kept of the terms that it names, what names none)."""
    whole = question.find(text)
    if whole is not None:
        return [question.keep(whole)], []
    kept, unknown = [], []
    for piece in _pieces(text):
        term = question.find(piece)
        if term is not None:
            kept.append(question.keep(term))
        else:
            unknown.append(piece)
    return kept, unknown


_SEPARATORS: Final = str.maketrans(dict.fromkeys(",;،؛、，；", "\n"))


def _pieces(text: str) -> list[str]:
    return [bare for piece in text.translate(_SEPARATORS).split("\n") if (bare := piece.strip())]


def question_of(vocabularies: str) -> Terms | None:
    """A question that asks for terms of the named vocabularies (`topics,actions`), None when one is not there."""
    asked = tuple(vocabularies.split(","))
    if not set(asked) <= set(names()) or len(asked) > 8:
        return None
    return Places(label="") if asked == Places(label="").vocabularies else Terms(label="", vocabularies=asked)


def code_of(name: str, text: str) -> str:
    """The id of the term that a text names, or the text as it is: `Euro` gives `EUR`."""
    term = vocabulary(name).find(text) if text else None
    return term.id if term else text


def datalist(name: str) -> list[Found]:
    """The terms of a vocabulary as suggestions for a line."""
    language = reader_language()
    if name == "countries":
        return [(place_name(term.id), "") for term in vocabulary(name)]
    if name == "currencies":
        return [(term.id, capital(term.label(language))) for term in vocabulary(name)]
    return [(capital(term.label(language)), "") for term in vocabulary(name)]


def with_public(asked: Mapping[str, Question]) -> Mapping[str, Question]:
    """The questions whose answers can be withheld."""
    return {name: question for name, question in asked.items() if question.public}


def is_list(model: type[BaseModel], name: str) -> bool:
    """Whether the answer is a list of parts, so that rows can be added."""
    annotation: Any = model.model_fields[name].annotation
    return any(getattr(kind, "__origin__", None) is list for kind in (annotation, *get_args(annotation)))
