"""From the words of a question to groups of alternatives: tokens in the likely languages, and concepts across all."""

import re
from dataclasses import dataclass
from typing import Final

from landbridge.search.analysis import LATIN, Word, cognate, fold, normalise, stems, words
from landbridge.search.concepts import Found, annotator
from landbridge.search.plan import Clause, Group, Phrase
from landbridge.search.stopwords import STOPWORDS
from landbridge.search.understand import detect

MANY_WORDS: Final = 8
"""A question with more words is a description: most of its words should match, not all."""
_QUOTED: Final = re.compile(r"[\"“”«»„]([^\"“”«»„]{2,200})[\"“”«»„]")

TITLE_WEIGHT: Final = 1.4
CONCEPT_WEIGHT: Final = 0.8
LEXICON_WEIGHT: Final = 0.45
NARROWER_WEIGHT: Final = 0.35
COGNATE_WEIGHT: Final = 0.25
SUBJECT_WEIGHT: Final = 1.4
"""What a title is about weighs more than what a text touches, in whatever language the title is."""


@dataclass(frozen=True)
class Wording:
    """How a question is put to the index, strictly (all words) and loosely (some of them)."""

    language: str
    strict: tuple[Group, ...] = ()
    loose: tuple[Group, ...] = ()
    least: int = 1
    stems: tuple[str, ...] = ()
    """Folded stems of the words, for highlighting."""
    keys: tuple[str, ...] = ()
    """Concepts of the question, for highlighting their labels in other languages."""
    written: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    """The known terms in runs of Chinese characters, and what lies between them."""


def _concept_clauses(keys: tuple[str, ...]) -> list[Clause]:
    weight = 1 / max(1, len(keys)) ** 0.5
    clauses = []
    for key in keys:
        own = LEXICON_WEIGHT if key.startswith("lexicon:") else CONCEPT_WEIGHT
        clauses.append(Clause("concept", key, own * weight))
        clauses.append(Clause("subject", key, SUBJECT_WEIGHT * own * weight))
        if not key.startswith("lexicon:"):
            clauses.append(Clause("broader", key, NARROWER_WEIGHT * weight))
    return clauses


def _word_clauses(word: Word) -> list[Clause]:
    """The tokens of a word; a word of Latin script is stemmed as each of its languages would."""
    found = dict.fromkeys(word.tokens)
    if word.script == "" and "a" <= word.folded[0] <= "z":
        for tag in LATIN:
            found.update(dict.fromkeys(stems(word.folded, tag)))
    clauses = []
    for place, token in enumerate(found):
        weight = 1.0 if place == 0 else 0.9
        clauses.append(Clause("text", token, weight))
        clauses.append(Clause("title", token, TITLE_WEIGHT * weight))
    return clauses


def _group(word: Word, place: int, found: list[Found]) -> Group:
    covering = tuple(dict.fromkeys(key for one in found if one.first <= place <= one.last for key in one.keys))
    clauses = [*_word_clauses(word), *_concept_clauses(covering[:12])]
    return Group(tuple(clauses))


def _chinese_groups(word: Word, found_in: list[tuple[int, int, tuple[str, ...]]]) -> list[Group]:
    """A run of Chinese characters falls into known terms and what lies between them.

    Each part must match as all of its pairs of characters, or as its concept. A record that holds the run holds
    all of its pairs, so it is found whatever the parts are.
    """
    run = word.folded
    groups: list[Group] = []
    at = 0
    for first, last, keys in [*found_in, (len(run), len(run), ())]:
        between = run[at:first]
        if len(between) >= 2 or (between and not found_in and len(run) == 1):
            groups.append(_pairs_group(between, ()))
        if keys:
            groups.append(_pairs_group(run[first : last + 1], keys))
        at = last + 1
    return groups


def _pairs_group(part: str, keys: tuple[str, ...]) -> Group:
    pairs = [part[place : place + 2] for place in range(len(part) - 1)] or [part]
    clauses = _concept_clauses(keys)
    if len(pairs) == 1:
        return Group((Clause("text", pairs[0]), Clause("title", pairs[0], TITLE_WEIGHT), *clauses))
    return Group(tuple(clauses), all_of=tuple(Clause("text", pair) for pair in pairs))


def _cross_latin(text: str, language: str, count: int) -> list[Found]:
    """Concepts of a short question as any language of the Latin script would read it."""
    found = list(annotator().find(text, language)[1])
    if language in LATIN and count <= MANY_WORDS:
        for tag in LATIN:
            if tag != language:
                found.extend(annotator().find(text, tag)[1])
    return found


def word_groups(text: str, hint: str | None = None) -> Wording:
    """How a question is put to the index. An empty text gives no groups: everything matches."""
    phrases = [match.group(1) for match in _QUOTED.finditer(text)]
    plain = normalise(_QUOTED.sub(" \\1 ", text))
    if not plain.strip():
        return Wording(hint or "en")
    language = detect(plain, hint)
    all_words = list(words(plain, language))
    stop = STOPWORDS.get(language, frozenset())
    kept = [(place, word) for place, word in enumerate(all_words) if word.folded not in stop]
    kept = kept or list(enumerate(all_words))
    found = _cross_latin(plain, language, len(kept))
    groups: list[Group] = []
    for place, word in kept[:64]:
        if word.script == "zh":
            groups.extend(_chinese_groups(word, annotator().longest(word.folded)))
        else:
            groups.append(_group(word, place, found))
    quoted = [group for phrase in phrases if (group := _phrase_group(phrase, language))]
    return _wording(language, groups, quoted, [word for _, word in kept], found)


def _chinese_parts(kept: list[Word]) -> tuple[str, ...]:
    parts: list[str] = []
    for word in kept:
        if word.script == "zh":
            at = 0
            spans = annotator().longest(word.folded)
            for first, last, _ in [*spans, (len(word.folded), 0, ())]:
                parts.extend(part for part in (word.folded[at:first], word.folded[first : last + 1]) if len(part) > 1)
                at = last + 1
    return tuple(dict.fromkeys(parts))


def _phrase_group(phrase: str, language: str) -> Group | None:
    """Words that must stand side by side, small words included; one word alone is no phrase."""
    flat = tuple(token for word in words(normalise(phrase), language) for token in word.tokens)
    return Group((Phrase("text", flat, 2.0),)) if len(flat) > 1 else None


def _wording(language: str, groups: list[Group], quoted: list[Group], kept: list[Word], found: list[Found]) -> Wording:
    loose = tuple(Group(group.any_of, group.all_of, needed=False) for group in groups)
    many = len(groups) > MANY_WORDS
    strict = loose if many else tuple(groups)
    least = max(1, len(groups) // 3) if many else 1
    return Wording(
        language=language,
        strict=(*quoted, *strict),
        loose=(*quoted, *loose),
        least=least,
        stems=tuple(dict.fromkeys(token for word in kept if word.script != "zh" for token in word.tokens)) or ("",),
        keys=tuple(dict.fromkeys(key for one in found for key in one.keys)),
        written=tuple(word.folded for word in kept),
        parts=_chinese_parts(kept),
    )


def cognate_clauses(folded: list[str], weight: float = COGNATE_WEIGHT) -> list[Clause]:
    """Clauses for international words, one a word that has a key."""
    keys = dict.fromkeys(cognate(fold(word)) for word in folded)
    return [Clause("cognate", key, weight) for key in keys if key]
