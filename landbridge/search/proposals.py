"""From one paragraph to a first draft: what a text in any of the six languages lets us propose for a record.

Nothing is decided here. Each proposal carries the words that led to it and how sure it is; the person confirms.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import find, vocabulary
from landbridge.search import amounts
from landbridge.search.analysis import Word, fold, normalise
from landbridge.search.concepts import annotator
from landbridge.search.gazetteer import countries
from landbridge.search.inference import infer
from landbridge.search.signs import Sighting, signs
from landbridge.search.understand import Reading, read, with_joined
from landbridge.search.weighing import weigh

CONFIDENT: Final = {"themes": 0.6, "targets": 0.6}
SURE: Final = 0.6
"""From here on a proposal is ticked beforehand. Themes and targets have a probability (`weighing`); from which on they
are ticked was chosen on the tuned half of the judged paragraphs: the most that is found with four of five right."""
MOST_TICKED: Final = {"themes": 3, "targets": 3}
"""A fourth is right too seldom, however sure it looks: who describes a need names what matters most."""
SHOWN: Final = {"support_types": 0.55, "themes": 0.2, "targets": 0.2}
LEAST: Final = 0.5
"""Below this nothing is proposed; of kinds of support, of which any verb reminds, a little later."""
LONGEST: Final = 20_000
MOST_WORDS: Final = 4
_TITLE: Final = 120
_SUMMARY: Final = 700
_SIGN_OF: Final = {
    "need": "sign:need",
    "offer": "sign:offer",
    "technology": "sign:technology",
    "case_study": "sign:case",
}
_QUESTION_OF: Final = {
    "themes": "themes", "targets": "targets", "support_types": "support_types", "ecosystems": "ecosystems",
    "technologies": "technologies", "threats": "subjects", "actions": "subjects", "species": "subjects",
}  # fmt: skip
"""The vocabulary of a concept to the question that it answers."""
_MOST: Final = {"themes": 6, "targets": 6, "ecosystems": 5, "technologies": 5, "subjects": 6, "support_types": 6}
_SENTENCE: Final = re.compile(r"(?<=[.!?؟])\s+|(?<=[。！？])|\n+")
_INVISIBLE: Final = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c-\u200f\u00ad]")


@dataclass(frozen=True)
class Proposal:
    """One possible answer: the question, its value as the format keeps it, how sure, and the words that led to it."""

    question: str
    value: Any
    confidence: float
    words: tuple[str, ...]
    confident: bool = False
    """Whether it is ticked beforehand."""


@dataclass(frozen=True)
class Proposed:
    """All that a text lets us propose."""

    language: str
    format: str
    formats: tuple[tuple[str, float], ...]
    """The formats that it may be, the likeliest first."""
    title: str
    summary: str
    description: str
    """The whole text, where it is longer than a summary."""
    answers: tuple[Proposal, ...] = ()

    def of(self, question: str) -> list[Proposal]:
        return [one for one in self.answers if one.question == question]


@dataclass
class _Text:
    """A text as it is read: normalised, and with its capitals."""

    plain: str
    shown: str
    reading: Reading
    seen: list[Sighting] = field(default_factory=list)

    def quote(self, spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
        """The words at these places, each once."""
        found = {normalise(words := self.shown[start:end]): words for start, end in sorted(spans)}
        return tuple(found.values())[:MOST_WORDS]


def propose(text: str, language: str | None = None, hint: str | None = None, format: str | None = None) -> Proposed:
    """Read a text and propose answers. `language` is its tag where it is known, `hint` that of the reader."""
    text = text[:LONGEST].strip()
    written = _read(text, language, hint)
    ranked = _formats(written)
    chosen = format if format and format in FORMATS else ranked[0][0]
    asked = questions(FORMATS[chosen])
    answers = [
        one
        for one in _answers(written, chosen)
        if one.question in asked and one.confidence >= SHOWN.get(one.question, LEAST)
    ]
    summary = _summary(text)
    return Proposed(
        language=written.reading.language, format=chosen, formats=ranked, title=title_of(text), summary=summary,
        description=text if len(text) > len(summary) else "", answers=tuple(_fewer(answers)),
    )  # fmt: skip


def _read(text: str, language: str | None, hint: str | None) -> _Text:
    shown = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    plain = normalise(text)
    reading = read(text, language, hint)
    written = _Text(plain, shown if len(shown) == len(plain) else plain, reading)
    seen = [one for one in _sightings(reading) if not _misread(one, written)]
    written.seen = [*seen, *signs(plain, reading.words, reading.language)]
    return written


def _misread(one: Sighting, written: _Text) -> bool:
    """Whether a single word was taken for an acronym (METT, and the French "met"), or for a name of several words of
    which the others are too small to count ("Una salud", and "salud")."""
    term, said = find(one.key), written.shown[one.start : one.end]
    language = written.reading.language
    if term is None or language not in ("en", "es", "fr", "ru") or " " in said:
        return False
    start = fold(normalise(said))[:3]
    near = [label for label in term.labels.get(language, ()) if fold(normalise(label)).startswith(start)]
    if said.islower() and near and all(label.isupper() for label in near if " " not in label):
        return True
    return not any(" " not in label for label in near)


def _sightings(reading: Reading) -> Iterator[Sighting]:
    """Every concept of the text with the place of its words; of Chinese, the place of its characters."""
    for one in reading.longest():
        first, last = reading.words[one.first], reading.words[one.last]
        if first.script != "zh":
            for key in with_joined(one.keys):
                yield Sighting(key, first.start, last.end)
    for word in reading.words:
        if word.script == "zh":
            yield from _in_run(word)


def _in_run(run: Word) -> Iterator[Sighting]:
    for first, last, keys in annotator().longest(run.folded):
        for key in with_joined(keys):
            yield Sighting(key, run.start + first, run.start + last + 1)


def _formats(written: _Text) -> tuple[tuple[str, float], ...]:
    """How much in the text speaks for each format; without a sign it is a need, which most people come with."""
    counts = {
        name: float(len({(one.start, one.end) for one in written.seen if one.key == sign}))
        for name, sign in _SIGN_OF.items()
    }
    counts["need"] += 0.1
    total = sum(counts.values())
    ranked = sorted(counts.items(), key=lambda one: -one[1])
    return tuple((name, round(count / total, 2)) for name, count in ranked)


def _answers(written: _Text, format: str) -> Iterator[Proposal]:
    yield from _places(written)
    yield from _inferred(written, format)
    yield from _named(written)
    yield from _stated(written, format)


def _places(written: _Text) -> Iterator[Proposal]:
    spans: dict[str, list[tuple[int, int]]] = {}
    found = countries(written.plain, written.shown, written.reading.words, written.seen, written.reading.language)
    for one in found:
        spans.setdefault(one.key, []).append((one.start, one.end))
    for key, places in spans.items():
        sure = 0.55 if key.startswith("regions:") else _of_example(written, places)
        yield Proposal("places", key.split(":", 1)[1], sure, written.quote(places))


_SUCH_AS: Final = "such as|like|for example|comme|tels? que|par exemple|por ejemplo|например|вроде|比如|例如|像|مثل"
_EXAMPLE_BEFORE: Final = re.compile(rf"(?:{_SUCH_AS})\W*(?:\w+\W+){{0,3}}$")
_EXAMPLE_AFTER: Final = re.compile(r"^[^，。,.]{0,4}等[^，。,.]{0,6}国家")


_TONGUE_BEFORE: Final = re.compile(r"\b(?:speak\w*|spoken|written|in|into|habla\w*|parl\w*|en)\s+$|لغة\s+$")
_TONGUE_AFTER: Final = re.compile(r"^(?:[\s-]*(?:speak|language)|\s+язык|[语文])")


def _of_tongue(written: _Text, place: tuple[int, int]) -> bool:
    """Whether an adjective names a language: "trainers who speak French", 尼泊尔语."""
    start, end = place
    if _TONGUE_AFTER.match(written.plain[end:]):
        return True
    named = written.plain[start:end].removeprefix("ال") in _tongues(written.reading.language)
    return named and bool(_TONGUE_BEFORE.search(written.plain[max(0, start - 20) : start]))


@cache
def _tongues(language: str) -> frozenset[str]:
    """The names of languages, as they are written within a sentence."""
    return frozenset(normalise(label) for term in vocabulary("languages") for label in term.labels.get(language, ()))


def _of_example(written: _Text, places: Sequence[tuple[int, int]]) -> float:
    """How sure it is that a country is the place: named only as an example of others, it mostly is not, and where a
    language is named it is not at all."""
    if all(_of_tongue(written, place) for place in places):
        return 0.0
    examples = [
        _EXAMPLE_BEFORE.search(written.plain[max(0, start - 50) : start]) or _EXAMPLE_AFTER.match(written.plain[end:])
        for start, end in places
    ]
    return 0.5 if all(examples) else 0.9


def _inferred(written: _Text, format: str) -> Iterator[Proposal]:
    also = [f"format:{format}"]
    found = infer(written.seen, written.plain, also)
    for key, inferred in weigh(found, written.seen, written.plain, also).items():
        name, _, identifier = key.partition(":")
        strongest = sorted(inferred.reasons, key=lambda span: -inferred.reasons[span])[:MOST_WORDS]
        yield Proposal(_QUESTION_OF[name], identifier, round(inferred.confidence, 2), written.quote(strongest))


def _named(written: _Text) -> Iterator[Proposal]:
    """Ecosystems, technologies and other subjects that the text names."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for one in written.seen:
        if one.key.startswith(("ecosystems:", "technologies:", "threats:", "actions:", "species:")):
            spans.setdefault(one.key, []).append((one.start, one.end))
    for key, places in spans.items():
        term = find(key)
        name, _, identifier = key.partition(":")
        if term is not None and term.broader:
            question = _QUESTION_OF[name]
            sure = max(_sure(written, term.labels.get(written.reading.language, ()), place) for place in places)
            yield Proposal(question, key if question == "subjects" else identifier, sure, written.quote(places))


def _sure(written: _Text, labels: Sequence[str], place: tuple[int, int]) -> float:
    """Surer when the preferred label stands there, or several words do."""
    said = fold(written.plain[place[0] : place[1]])
    preferred = bool(labels) and said.startswith(fold(normalise(labels[0]))[: max(3, len(labels[0]) - 2)])
    long = " " in said if written.reading.language != "zh" else len(said) >= 4
    return 0.5 + 0.2 * preferred + 0.15 * long


def _stated(written: _Text, format: str) -> Iterator[Proposal]:
    shown = written.shown
    kind = {"need": "budget", "offer": "value", "technology": "total_cost"}.get(format)
    sums = amounts.money(shown)
    if kind and len(sums) == 1:
        yield Proposal(kind, sums[0].answer, 0.7, (shown[sums[0].start : sums[0].end].strip(),))
    if format == "case_study":
        yield from (Proposal("period", one.answer, 0.7, (shown[one.start : one.end],)) for one in amounts.years(shown))
    if format == "technology":
        yield from (
            Proposal("in_use_since", one.answer, 0.7, (shown[one.start : one.end],)) for one in amounts.since(shown)
        )
    urgent = [(one.start, one.end) for one in written.seen if one.key in ("lexicon:urgent", "lexicon:urgently")]
    if urgent:
        yield Proposal("urgency", "urgent", 0.7, written.quote(urgent))


def _fewer(answers: Sequence[Proposal]) -> Iterator[Proposal]:
    """The surest of each question, in the order of the questions; a question with one answer keeps one."""
    by_question: dict[str, list[Proposal]] = {}
    for one in answers:
        by_question.setdefault(one.question, []).append(one)
    for question, proposals in by_question.items():
        surest = sorted(proposals, key=lambda one: -one.confidence)
        for rank, one in enumerate(surest[: _MOST.get(question, 20 if question == "places" else 1)]):
            sure = one.confidence >= CONFIDENT.get(question, SURE) and rank < MOST_TICKED.get(question, rank + 1)
            yield replace(one, confident=sure)


def sentences(text: str) -> list[str]:
    """The sentences of a text, without surrounding spaces."""
    return [said for part in _SENTENCE.split(text) if (said := part.strip())]


def title_of(text: str) -> str:
    """The first sentence, or its beginning up to where a breath is taken."""
    first = (sentences(text) or [""])[0].rstrip(".。؟!！ ")
    if len(first) <= _TITLE:
        return first
    breath = max((match.start() for match in re.finditer(r"[,;:،؛，；：]|\s[–—-]\s", first[:_TITLE])), default=0)
    if breath >= 30:
        return first[:breath].strip()
    space = first[:_TITLE].rfind(" ")
    return first[: space if space > 0 else _TITLE].strip()


def _summary(text: str) -> str:
    kept = ""
    for said in sentences(text):
        joined = f"{kept} {said}" if kept and said[0] < "\u3000" else kept + said
        if kept and len(joined) > _SUMMARY:
            break
        kept = joined
    return kept[:3000]
