"""What a free text is about: its language, concepts, places, kinds of support, themes and targets."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from landbridge.formats.vocabulary import find as find_term
from landbridge.lib.languages import DEFAULT, LANGUAGES, primary
from landbridge.search.analysis import LATIN, STOPWORDS, Word, main_script, normalise
from landbridge.search.concepts import Found, annotator
from landbridge.search.document import reading_language

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


@cache
def _identifier() -> Any:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)
    identifier.set_languages(list(LATIN))
    return identifier


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
        if hint in LATIN and (not best or hint in leaders):
            return str(hint)
        if not best:
            return _by_labels(text) or DEFAULT
    return str(_identifier().classify(text[:2000])[0])


def _by_labels(text: str) -> str | None:
    """The language whose labels cover most words of a short text."""
    covered = {tag: sum(one.last - one.first + 1 for one in annotator().find(text, tag)[1]) for tag in LATIN}
    best = max(LATIN, key=lambda tag: covered[tag])
    return best if covered[best] else None


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
        """Only the concepts that no longer concept covers."""
        spans = [(one.first, one.last) for one in self.found]
        return [one for one in self.found if not any(_inside((one.first, one.last), span) for span in spans)]


def _inside(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return span != other and other[0] <= span[0] and span[1] <= other[1]


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
    labels = annotator().network.labels.get(key) or _lexicon_labels().get(key, {})
    return labels.get(language) or labels.get("en") or next(iter(labels.values()), "")


@cache
def _lexicon_labels() -> dict[str, dict[str, str]]:
    from landbridge.formats.vocabulary import lexicon

    return {term.key: {tag: names[0] for tag, names in term.labels.items()} for part in lexicon() for term in part}


def _of(vocabulary: str, keys: Iterable[str]) -> tuple[str, ...]:
    start = f"{vocabulary}:"
    return tuple(key.removeprefix(start) for key in keys if key.startswith(start))


_NOT_SHOWN: Final = ("lexicon:", "countries:", "regions:", "support_types:", "targets:", "target_groups:")
_SAME_AS_SUPPORT: Final = 1


def _members(network_keys: Iterable[str]) -> list[str]:
    """The keys with all keys that were joined with them, so that a joined support type is still seen as one."""
    joined: dict[str, list[str]] = _joined()
    every: list[str] = []
    for key in network_keys:
        every.extend([key, *joined.get(key, ())])
    return list(dict.fromkeys(every))


@cache
def _joined() -> dict[str, list[str]]:
    joined: dict[str, list[str]] = {}
    for other, kept in annotator().network.canonical.items():
        joined.setdefault(kept, []).append(other)
    return joined


def summarise(reading: Reading, reader_language: str, without: frozenset[str] = frozenset()) -> Understood:
    """What is shown to the reader as understood; `without` holds keys that the reader took away."""
    keys = [key for key in reading.keys() if key not in without]
    every = [key for key in _members(keys) if key not in without]
    shown = [key for key in keys if not key.startswith(_NOT_SHOWN) and ":" in key]
    concepts = [Concept(key, label_of(key, reader_language)) for key in shown]
    places = _of("countries", every) + _of("regions", every)
    return Understood(
        language=reading.language,
        concepts=tuple(concept for concept in concepts if concept.label),
        places=places,
        support_types=_of("support_types", every),
        themes=_of("themes", every),
        targets=_of("targets", every),
    )
