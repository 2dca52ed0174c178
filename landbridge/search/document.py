"""From a record to what the index keeps of it: one short function per kind of question."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, singledispatch
from typing import Any, Final

from pydantic import BaseModel

from landbridge.formats import tidy
from landbridge.formats.fields import Day, Flag, Group, Line, Organisation, Period, Question, RichText, Terms, Text
from landbridge.formats.format import CommonFormat, parts, questions
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import ancestors
from landbridge.lib.languages import LANGUAGES, primary
from landbridge.registry.queries import RecordView
from landbridge.registry.rules import audience
from landbridge.search import experts
from landbridge.search.analysis import Word, cognate
from landbridge.search.concepts import Annotator, annotator
from landbridge.search.places import with_regions
from landbridge.search.plan import NEVER, IndexDocument
from landbridge.search.stopwords import STOPWORDS

EPOCH: Final = date(1970, 1, 1).toordinal()
MOST_TIMES: Final = 4
"""How often a concept counts at most: a text that repeats one word is not more about it."""
_STORED_SUMMARY: Final = 420
_STORED_KEYS: Final = 80
_NEIGHBOURS: Final = {"pt": "es", "gl": "es", "ca": "es", "it": "es", "uk": "ru", "be": "ru", "bg": "ru", "fa": "ar"}
"""Languages without an analyser of their own are read with that of a relative."""
_FACET_OF: Final = {
    "place": "place", "ecosystem": "ecosystem", "target": "target", "theme": "theme", "support": "support",
    "ip": "ip", "trl": "trl", "technology": "technology", "served": "served", "excluded": "excluded",
}  # fmt: skip
_WITH_ANCESTORS: Final = frozenset({"ecosystem", "theme", "support", "technology"})


@dataclass
class Gathered:
    """What the answers of one record give, before it is put into the index's own form."""

    texts: list[tuple[str, str, str]] = field(default_factory=list)
    """(language, text, role)"""
    keys: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """role to (kept id, full key)"""
    names: list[str] = field(default_factory=list)
    flags: dict[str, Any] = field(default_factory=dict)


def day(value: date) -> int:
    """Days since 1 January 1970."""
    return value.toordinal() - EPOCH


def reading_language(tag: str) -> str:
    """The one of the six languages whose analyser reads a text of this language."""
    language = primary(tag)
    return language if language in LANGUAGES else _NEIGHBOURS.get(language, "en")


@singledispatch
def gather(question: Question, answer: Any, model: type[BaseModel], name: str, into: Gathered) -> None:
    """Add what an answer gives to search; most kinds give nothing."""


@gather.register
def _(question: Text, answer: Any, model: type[BaseModel], name: str, into: Gathered) -> None:
    if question.role:
        rich = isinstance(question, RichText)
        for tag, text in answer.items():
            into.texts.append((tag, tidy.without_markup(text) if rich else text, question.role))


@gather.register
def _(question: Terms, answer: Any, model: type[BaseModel], name: str, into: Gathered) -> None:
    if not question.role:
        return
    for kept in answer if isinstance(answer, list) else [answer]:
        term = question.term_of(kept)
        if term is not None:
            into.keys.setdefault(question.role, []).append((kept, term.key))


@gather.register
def _(question: Organisation, answer: Any, model: type[BaseModel], name: str, into: Gathered) -> None:
    into.names.extend(part["name"] for part in answer if part.get("name"))


@gather.register
def _(question: Line, answer: Any, model: type[BaseModel], name: str, into: Gathered) -> None:
    if question.role == "alias":
        into.names.extend(answer if isinstance(answer, list) else [answer])
    elif question.role:
        into.flags[question.role] = answer


@gather.register
def _(question: Flag, answer: Any, model: type[BaseModel], name: str, into: Gathered) -> None:
    if question.role and answer:
        into.flags[question.role] = True


@gather.register
def _(question: Day, answer: Any, model: type[BaseModel], name: str, into: Gathered) -> None:
    if question.role:
        into.flags[question.role] = answer


@gather.register
def _(question: Period, answer: Any, model: type[BaseModel], name: str, into: Gathered) -> None:
    if question.role == "open":
        into.flags["opens"], into.flags["closes"] = answer.get("start"), answer.get("end")


@gather.register
def _(question: Group, answer: Any, model: type[BaseModel], name: str, into: Gathered) -> None:
    part = parts(model, name)
    for one in answer if isinstance(answer, list) else [answer]:
        if part is not None:
            _gather_all(part, one, into)


def _gather_all(model: type[BaseModel], data: dict[str, Any], into: Gathered) -> None:
    asked = questions(model)
    for name, answer in data.items():
        if name in asked and answer is not None and asked[name].public:
            gather(asked[name], answer, model, name, into)


def gathered(model: type[CommonFormat], data: dict[str, Any]) -> Gathered:
    """What the answers of a record give to search."""
    into = Gathered()
    _gather_all(model, data, into)
    return into


@dataclass
class ReadTerms:
    """The terms of the text fields."""

    text: list[str] = field(default_factory=list)
    title: list[str] = field(default_factory=list)
    concept: Counter[str] = field(default_factory=Counter)
    subject: set[str] = field(default_factory=set)
    cognate: Counter[str] = field(default_factory=Counter)


def read_texts(texts: Iterable[tuple[str, str, str]], reader: Annotator) -> ReadTerms:
    """Tokens, concepts and cognates of texts in any languages.

    A record in six languages says the same six times: a concept counts as often as in the language that
    names it most.
    """
    terms = ReadTerms()
    per_language: dict[str, Counter[str]] = {}
    for (tag, is_title), joined in _joined(texts).items():
        language = reading_language(tag)
        words, found = reader.find(joined, language)
        counts = per_language.setdefault(tag, Counter())
        for one in found:
            counts.update(one.keys)
            if is_title:
                counts.update(one.keys)
                terms.subject.update(one.keys)
        _add_words(terms, words, STOPWORDS.get(language, frozenset()), is_title)
    for counts in per_language.values():
        terms.concept |= counts
    return terms


def _joined(texts: Iterable[tuple[str, str, str]]) -> dict[tuple[str, bool], str]:
    """The texts of each language in one, titles apart: reading one long text is faster than many short ones."""
    parts: dict[tuple[str, bool], list[str]] = {}
    for tag, text, role in texts:
        parts.setdefault((tag, role == "title"), []).append(text)
    return {key: "\n".join(several) for key, several in parts.items()}


def _add_words(terms: ReadTerms, words: Iterable[Word], stop: frozenset[str], is_title: bool) -> None:
    for word in words:
        terms.text.extend(word.tokens)
        if word.folded in stop:
            # It can be asked for ("with", "été"), but it is no more than a word.
            continue
        if is_title:
            terms.title.extend(word.tokens)
        key = cognate(word.folded)
        if key:
            terms.cognate[key] += 1


def _repeated(counts: Counter[str]) -> list[str]:
    return [key for key, times in counts.items() for _ in range(min(times, MOST_TIMES))]


@cache
def _above(key: str) -> tuple[str, ...]:
    """The ids of all broader terms in the same vocabulary."""
    from landbridge.formats.vocabulary import find

    term = find(key)
    own = key.split(":", 1)[0]
    return tuple(above.id for above in ancestors(term) if above.vocabulary == own) if term else ()


def _facet_values(role: str, kept: list[tuple[str, str]]) -> tuple[str, ...]:
    values: dict[str, None] = {}
    for short, key in kept:
        values[short] = None
        if role in _WITH_ANCESTORS:
            values.update(dict.fromkeys(_above(key)))
    if role == "place":
        for short in list(values):
            values.update(dict.fromkeys(with_regions(short)))
    return tuple(values)


def document(view: RecordView, reader: Annotator | None = None) -> IndexDocument:
    """What the index keeps of a published record."""
    reader = reader or annotator()
    found = gathered(FORMATS[view.format], view.data)
    texts = [*found.texts, *((view.language, name, "body") for name in found.names)]
    terms = read_texts(texts, reader)
    for kept in found.keys.values():
        for _, key in kept:
            terms.concept[reader.network.key(key)] += 2
    broader = {above for key in terms.concept for above in reader.network.above(key)}
    facets = {_FACET_OF[role]: _facet_values(role, kept) for role, kept in found.keys.items() if role in _FACET_OF}
    languages = tuple(dict.fromkeys(primary(tag) for tag in view.data["title"]))
    confirmed = view.confirmed_on or view.updated_at.date()
    return IndexDocument(
        id=view.id,
        terms={
            "text": terms.text, "title": terms.title, "concept": _repeated(terms.concept),
            "subject": sorted(terms.subject), "broader": sorted(broader), "cognate": _repeated(terms.cognate),
        },
        facets={
            **facets, "type": (view.format,), "language": languages, "freshness": (str(confirmed.year),),
            **(experts.facets_of(view.data) if view.format == "expert" else {}),
            "audience": audience(view), "state": ("closed" if found.flags.get("closed") else "open",),
        },
        numbers=_numbers(view, found, confirmed),
        stored=_stored(view, found, terms, facets, confirmed),
    )  # fmt: skip


def _closes(view: RecordView, found: Gathered) -> int:
    ends = [found.flags.get("closes"), found.flags.get("deadline"), view.expires_on and view.expires_on.isoformat()]
    return min((day(date.fromisoformat(end)) for end in ends if end), default=NEVER)


def _numbers(view: RecordView, found: Gathered, confirmed: date) -> dict[str, int]:
    opens = found.flags.get("opens")
    level = found.keys.get("trl", [("trl-0", "")])[0][0].removeprefix("trl-")
    return {
        "updated": int(view.updated_at.timestamp() * 1000),
        "confirmed": day(confirmed),
        "confirm_by": day(view.confirm_by) if view.confirm_by else NEVER,
        "opens": day(date.fromisoformat(opens)) if opens else 0,
        "closes": _closes(view, found),
        "trl_level": int(level) if level.isdigit() else 0,
        "title_order": _order(view.data["title"].get(view.language) or next(iter(view.data["title"].values()))),
    }


def _order(title: str) -> int:
    """The beginning of a title as a number that sorts like it."""
    start = title.casefold().strip("«»\"'“”„ ")[:3]
    places = [min(ord(letter), 0xFFFFF) for letter in start] + [0] * (3 - len(start))
    return places[0] << 40 | places[1] << 20 | places[2]


def _shortened(texts: dict[str, str] | None) -> dict[str, str]:
    cut = {tag: text[:_STORED_SUMMARY] for tag, text in (texts or {}).items()}
    return {tag: text if len(text) < _STORED_SUMMARY else text.rsplit(" ", 1)[0] + "…" for tag, text in cut.items()}


_CAPACITY: Final = ("power", "water", "skills", "connectivity")
_KEPT_FLAGS: Final = ("caution", "concessional", "cost_basis", "outcome", "closed")


def _stored(
    view: RecordView, found: Gathered, terms: ReadTerms, facets: dict[str, tuple[str, ...]], confirmed: date
) -> dict[str, Any]:
    """What a result row and the reasons of a match need, so that neither asks the database."""
    keys = found.keys
    stored: dict[str, Any] = {
        "id": view.id, "type": view.format, "language": view.language, "title": view.data["title"],
        "summary": _shortened(view.data.get("summary") or _plain(view.data.get("description"))),
        "places": list(dict.fromkeys(short for short, _ in keys.get("place", [])))[:40],
        "confirmed": confirmed.isoformat(), "updated": int(view.updated_at.timestamp()),
        "confirmed_by_hand": view.confirmed_on is not None,
        "confirm_by": view.confirm_by.isoformat() if view.confirm_by else "",
        "sample": bool(view.data.get("sample")), "provider": found.names[0] if found.names else "",
        "keys": _told_keys(terms.concept),
        "support": facets.get("support", ()), "themes": facets.get("theme", ()),
        "targets": facets.get("target", ()), "ip": facets.get("ip", ()),
        "trl": next((short for short, _ in keys.get("trl", [])), ""),
        "stage": next((short for short, _ in keys.get("stage", [])), ""),
        "served": facets.get("served", ()), "excluded": facets.get("excluded", ()),
        "languages": [short for short, _ in keys.get("language", [])],
        "closes": _closes(view, found), "risk": any(role == "risk" for _, _, role in found.texts),
        "needs": {role: keys[role][0][0] for role in _CAPACITY if role in keys},
        "flags": {role: found.flags[role] for role in _KEPT_FLAGS if found.flags.get(role)},
        "origin": view.origin, "revision": view.revision, "labels": view.data.get("tk_labels") or (),
        **(experts.kept_of(view.data) if view.format == "expert" else {}),
    }  # fmt: skip
    return {name: value for name, value in stored.items() if value not in ("", [], (), {}, False, None)}


def _told_keys(concepts: Counter[str]) -> list[str]:
    """The concepts that are kept for reasons: those of an imported wordnet, with all its senses, come last."""
    ranked = sorted(concepts.items(), key=lambda one: (one[0].startswith("wordnet:"), -one[1]))
    return [key for key, _ in ranked[:_STORED_KEYS]]


def _plain(texts: dict[str, str] | None) -> dict[str, str]:
    return {tag: tidy.without_markup(text) for tag, text in (texts or {}).items()}


def documents(views: Iterable[RecordView]) -> Iterator[IndexDocument]:
    """The documents of records, one at a time."""
    reader = annotator()
    for view in views:
        yield document(view, reader)
