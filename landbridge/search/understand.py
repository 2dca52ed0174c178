"""What a free text is about: its language, concepts, places, kinds of support, themes and targets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from landbridge.formats.vocabulary import NO_LABELS, Labels, lexicon, names, vocabulary
from landbridge.formats.vocabulary import find as find_term
from landbridge.lib.languages import DEFAULT, LANGUAGES, primary
from landbridge.search import identify
from landbridge.search.analysis import LATIN, Word, fold, main_script, normalise
from landbridge.search.concepts import Found, annotator
from landbridge.search.document import reading_language
from landbridge.search.identify import latin_language
from landbridge.search.label_cache import from_cache
from landbridge.search.stopwords import STOPWORDS

SHORT: Final = 25
"""Below this many characters of Latin script, nothing but the words themselves tells English, Spanish and French."""


@dataclass(frozen=True)
class Concept:
    """A concept that was understood, with its label in the reader's language."""

    key: str
    label: str


@dataclass(frozen=True)
class Understood:
    """What was made of a text; each part can be taken away by the reader."""

    language: str
    concepts: tuple[Concept, ...] = ()
    places: tuple[str, ...] = ()
    support_types: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


def detect(text: str, hint: str | None = None) -> str:
    """The language of a text among the six. Script decides first; a short Latin text goes by its stop words,
    then by `hint` (the reader's language)."""
    script = main_script(text)
    if script:
        return script
    if len(text.strip()) < SHORT:
        words = set(normalise(text).replace("'", " ").split())
        hits = {tag: len(words & STOPWORDS[tag]) for tag in LATIN}
        best = max(hits.values())
        leaders = [tag for tag in LATIN if hits[tag] == best]
        if best and len(leaders) == 1:
            return leaders[0]
        if best and hint in leaders:
            return str(hint)
        if not best:
            return _by_labels(text, hint) or (str(hint) if hint in LATIN else DEFAULT)
    return latin_language(text[:2000])


def _by_labels(text: str, hint: str | None) -> str | None:
    """The language whose labels cover most words of a short text; `hint` where it covers as many."""
    covered = {tag: sum(one.last - one.first + 1 for one in annotator().find(text, tag)[1]) for tag in LATIN}
    best = max(LATIN, key=lambda tag: (covered[tag], tag == hint))
    return best if covered[best] else None


def warm() -> None:
    """Load what every question needs, once before processes are forked: they share it, and nobody waits for it."""
    identify.warm()
    _lexicon_labels()
    annotator()
    for name in names():
        vocabulary(name)


@dataclass(frozen=True)
class Reading:
    """A text read in one language: its words and the concepts over them."""

    language: str
    words: tuple[Word, ...]
    found: tuple[Found, ...]

    def keys(self) -> list[str]:
        """All concepts, in the order in which they stand in the text, each once."""
        return list(dict.fromkeys(key for one in self.longest() for key in one.keys))

    def longest(self) -> list[Found]:
        """Only the concepts that no longer concept covers, in order."""
        kept: list[Found] = []
        reach = -1
        for one in sorted(self.found, key=lambda one: (one.first, -one.last)):
            if self.words[one.first].script == "zh":
                continue
            if one.last > reach or (kept and (one.first, one.last) == (kept[-1].first, kept[-1].last)):
                kept.append(one)
                reach = max(reach, one.last)
        return sorted([*kept, *self._longest_chinese()], key=lambda one: one.first)

    def _longest_chinese(self) -> Iterator[Found]:
        """A run of Chinese characters is one word, which holds many terms and terms within terms."""
        for at, word in enumerate(self.words):
            if word.script == "zh":
                for _, _, keys in annotator().longest(word.folded):
                    yield Found(at, at, keys)


def read(text: str, language: str | None = None, hint: str | None = None) -> Reading:
    """Read a text in its language, detected when it is not given."""
    tag = reading_language(primary(language)) if language else detect(text, hint)
    words, found = annotator().find(text, tag)
    return Reading(tag, tuple(words), tuple(found))


def label_of(key: str, language: str) -> str:
    """The label of a concept in a language: from the shipped vocabularies, else from what was imported."""
    term = find_term(key)
    if term is not None:
        return term.label(language)
    imported = annotator().network.labels.get(key)
    if imported:
        return imported.get(language) or imported.get("en") or next(iter(imported.values()))
    everyday = _lexicon_labels().get(key, NO_LABELS)
    return (everyday.get(language) or everyday.get("en") or next(iter(everyday.values()), ("",)))[0]


@cache
def _lexicon_labels() -> dict[str, Labels]:
    """The preferred labels of every everyday word."""
    return from_cache("everyday", _read_lexicon)


def _read_lexicon() -> dict[str, Labels]:
    return {
        term.key: Labels(term.labels.get(tag, ("",))[0] for tag in LANGUAGES) for part in lexicon() for term in part
    }


def _of(vocabulary: str, keys: Iterable[str]) -> tuple[str, ...]:
    start = f"{vocabulary}:"
    return tuple(key.removeprefix(start) for key in keys if key.startswith(start))


NOT_SUBJECTS: Final = (
    "lexicon:", "countries:", "regions:", "support_types:", "targets:", "target_groups:", "measure_types:",
    "organisation_types:", "transfer_modes:", "cooperation_types:", "resource_types:", "technology_types:", "barriers:",
    "wordnet:",
)  # fmt: skip
"""Concepts that help to understand, but are not what a text is about."""


def with_joined(network_keys: Iterable[str]) -> list[str]:
    """The keys with all keys that were joined with them, so that a joined support type is still seen as one."""
    joined = annotator().network.joined
    every: list[str] = []
    for key in network_keys:
        every.extend([key, *joined.get(key, ())])
    return list(dict.fromkeys(every))


SUBJECTS: Final = ("technologies", "ecosystems", "species", "threats", "actions", "topics", "themes")
"""Which of several concepts under the same words is named to the reader."""


def _preference(key: str, reading: Reading, one: Found) -> tuple[bool, int]:
    """A concept whose preferred label stands in the text comes first, then by vocabulary."""
    name = key.split(":", 1)[0]
    written = " ".join(word.folded for word in reading.words[one.first : one.last + 1])
    same = fold(normalise(label_of(key, reading.language))) == written
    return not same, SUBJECTS.index(name) if name in SUBJECTS else len(SUBJECTS)


def _named(reading: Reading, without: frozenset[str]) -> list[str]:
    """One concept for each place in the text that names a subject."""
    named = []
    for one in reading.longest():
        keys = [key for key in one.keys if key not in without and not key.startswith(NOT_SUBJECTS)]
        if keys:
            named.append(min(keys, key=lambda key: _preference(key, reading, one)))
    return list(dict.fromkeys(named))


def summarise(reading: Reading, reader_language: str, without: frozenset[str] = frozenset()) -> Understood:
    """What is shown to the reader as understood; `without` holds keys that the reader took away."""
    every = [key for key in with_joined(reading.keys()) if key not in without]
    concepts = [Concept(key, label_of(key, reader_language)) for key in _named(reading, without)]
    return Understood(
        language=reading.language,
        concepts=tuple(concept for concept in concepts if concept.label),
        places=_of("countries", every) + _of("regions", every),
        support_types=_of("support_types", every),
        themes=_of("themes", every),
        targets=_of("targets", every),
    )
