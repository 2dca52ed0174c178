"""From text to tokens, in six languages, with the analysers that `engines` measured.

A word gives its stem, and where it differs the stem of its unaccented form, so that a word typed without accents
still finds the accented one. Chinese gives overlapping pairs of characters. The script of each word decides its
analyser; the language of the text decides only between the languages of the Latin script.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import Stemmer

from landbridge.search.stopwords import STOPWORDS

_STEMMERS: Final = {
    "en": Stemmer.Stemmer("english", 0),
    "es": Stemmer.Stemmer("spanish", 0),
    "fr": Stemmer.Stemmer("french", 0),
    "ru": Stemmer.Stemmer("russian", 0),
}
LATIN: Final = ("en", "es", "fr")

_ARABIC = "\u0621-\u064a\u066e-\u06d3\u06fa-\u06fc"
_CHINESE = "\u3400-\u9fff\uf900-\ufaff\u3005\u3007"
_WORD: Final = re.compile(rf"([{_CHINESE}]+)|([{_ARABIC}]+)|([^\W_{_CHINESE}{_ARABIC}]+)")
_MARKS: Final = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c-\u200f\u00ad]")
_COMBINING: Final = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0653-\u0655]")
_ARABIC_FORMS: Final = str.maketrans("أإآٱىةیک", "اااايهيك")
_ELISIONS: Final = frozenset({"l", "d", "j", "m", "n", "s", "t", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"})
PREFIXES: Final = ("وال", "فال", "بال", "كال", "ولل", "ال", "لل")
_PRONOUNS: Final = (("نا", 3), ("ها", 3), ("هم", 4), ("كم", 4))
"""Possessive endings and the letters that must be left: مساهم (contributor) ends in no pronoun."""
_ARTICLE_LIKE: Final = "\ufffc"
"""Stands for an alif that begins no article while prefixes are taken off."""
_SUFFIXES: Final = ("ها", "ان", "ات", "ون", "ين", "يه", "يا", "ه", "ي")


class Word(NamedTuple):
    """A word of a text: its place, its written form folded, and the tokens under which it is found."""

    start: int
    end: int
    folded: str
    tokens: tuple[str, ...]
    script: str


def normalise(text: str) -> str:
    """Compatible forms joined, case folded, Arabic marks and elongations gone, apostrophes alike, œ as oe."""
    if text.isascii():
        return text.lower().replace("`", "'")
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _MARKS.sub("", text)
    return text.replace("’", "'").replace("ʼ", "'").replace("`", "'").replace("œ", "oe")


def fold(word: str) -> str:
    """The word without accents; `ё` becomes `е`, Arabic letter variants become one."""
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word.translate(_ARABIC_FORMS))
    return unicodedata.normalize("NFC", _COMBINING.sub("", decomposed))


def light10(word: str) -> str:
    """The light stemmer for Arabic of Larkey, Ballesteros and Connell: prefixes, then suffixes, three letters left.

    Beyond theirs it takes off "our", "their" and "your": people state needs in the first person (قريتنا, our village).
    """
    if word.startswith("و") and len(word) > 3 and not word.startswith(PREFIXES):
        word = word[1:]
    for prefix in PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= (2 if prefix == "ال" else 3):
            word = word[len(prefix) :]
            if word.startswith("و") and len(word) > 3:
                word = word[1:]  # As it loses it without the article: وصول and الوصول are one word.
            break
    word = _without_pronoun(word)
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
    return word


def _without_pronoun(word: str) -> str:
    for pronoun, least in _PRONOUNS:
        if word.endswith(pronoun) and len(word) - len(pronoun) >= least:
            word = word[: -len(pronoun)]
            return word[:-1] if word.endswith("ت") and len(word) > 3 else word
    return word


@lru_cache(maxsize=4_000)
def stems(word: str, language: str) -> tuple[str, ...]:
    """The tokens of one normalised word of a script with spaces, the main one first."""
    bare = fold(word)
    if "\u0600" <= bare[0] <= "\u06ff":
        return _arabic(word, bare)
    if "\u0400" <= bare[0] <= "\u04ff":
        return (_russian(word.replace("ё", "е")),)
    stemmer = _STEMMERS[language if language in LATIN else "en"]
    main = fold(stemmer.stemWord(word))
    plain = stemmer.stemWord(bare)
    return (main,) if plain == main else (main, plain)


def _russian(word: str) -> str:
    """Snowball's stem; a verb in -овать keeps one stem in its infinitive and its present: использовать, использует."""
    stem = fold(_STEMMERS["ru"].stemWord(word))
    return stem[:-3] if stem.endswith("ова") and len(stem) >= 7 else stem


def _arabic(word: str, bare: str) -> tuple[str, ...]:
    """The light stem, and for a word that may begin with "for" or "with" (ل, ب) the stem without it.

    An alif with hamza or madda begins the word itself and no article: آلية (mechanism), ألم (pain).
    """
    main = _ARTICLE_LIKE + bare[1:] if word[0] in "أإآ" and bare.startswith("ال") else bare
    stem = light10(main).replace(_ARTICLE_LIKE, "ا")
    if len(bare) >= 5 and bare[0] in "لب" and bare[1:3] != "ال":
        return (stem, light10(bare[1:]))
    return (stem,)


def _pairs(run: str) -> tuple[str, ...]:
    return tuple(run[place : place + 2] for place in range(len(run) - 1)) or (run,)


def words(text: str, language: str) -> Iterator[Word]:
    """The words of a text in order; a run of Chinese characters is one word with many tokens.

    `text` must be normalised. Elided articles (l'eau, d'origine) and the English 's are not words.
    """
    for match in _WORD.finditer(text):
        run, arabic, other = match.groups()
        start, end = match.span()
        if run:
            yield Word(start, end, run, _pairs(run), "zh")
            continue
        word = arabic or other
        before = text[start - 1] if start else ""
        after = text[end] if end < len(text) else ""
        if (after == "'" and word in _ELISIONS) or (before == "'" and word == "s"):
            continue
        yield Word(start, end, word if word.isascii() else fold(word), stems(word, language), "ar" if arabic else "")


def tokens(text: str, language: str) -> list[str]:
    """All tokens of a text that carry meaning: no stop words."""
    stop = STOPWORDS.get(language, frozenset())
    found: list[str] = []
    for word in words(normalise(text), language):
        if word.folded not in stop:
            found.extend(word.tokens)
    return found


_COGNATE_SPELLING: Final = (
    ("ph", "f"), ("th", "t"), ("kh", "k"), ("ch", "k"), ("qu", "k"), ("ck", "k"), ("x", "ks"), ("c", "k"), ("q", "k"),
    ("au", "o"), ("y", "i"), ("w", "v"), ("z", "s"), ("h", ""), ("j", "i"), ("ou", "u"),
)  # fmt: skip
_CYRILLIC: Final = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e j s i i k l m n o p r s t u f k s k s s _ i _ e u a".replace("_", "").split(" "),
        strict=True,
    )
)


@lru_cache(maxsize=4_000)
def cognate(folded: str) -> str:
    """The key under which related spellings of one international word meet: monitoring and мониторинг.

    Empty for words that are too short or of another script: there the key would join strangers.
    """
    if len(folded) < 5 or not ("a" <= folded[0] <= "z" or "а" <= folded[0] <= "я"):
        return ""
    key = "".join(_CYRILLIC.get(letter, letter) for letter in folded)
    for written, kept in _COGNATE_SPELLING:
        key = key.replace(written, kept)
    key = "".join(letter for place, letter in enumerate(key) if place == 0 or letter != key[place - 1])
    return key[:6] if len(key) >= 4 and key.isascii() else ""


def main_script(text: str) -> str:
    """The language that the script of most letters names: ar, ru or zh, or "" for Latin and others."""
    counts = {"ar": 0, "ru": 0, "zh": 0, "": 0}
    for letter in text[:2000]:
        if "\u0600" <= letter <= "\u06ff":
            counts["ar"] += 1
        elif "\u0400" <= letter <= "\u04ff":
            counts["ru"] += 1
        elif "\u3400" <= letter <= "\u9fff":
            counts["zh"] += 2
        elif letter.isalpha():
            counts[""] += 1
    return max(counts, key=counts.__getitem__)
