"""Countries in a text, also where only a city, a province or an adjective names them, in any grammatical form.

The annotator finds names by their stems. What stems do not tell is added here: Russian and Arabic forms, which the
stemmers cut too short or too long; cities; and capitals, which tell Turkey from turkey.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from babel import Locale
from babel.core import get_global

from landbridge.formats.vocabulary import Term, find, vocabulary
from landbridge.search.analysis import Word, fold, normalise
from landbridge.search.signs import Sighting, rows

_NOUN: Final = " а у ом е ы и я ю ем ей ою ею ой ь ии ию ией ия ью ов ев ам ами ах ям ями ях"
_RUSSIAN_NOUN: Final = frozenset(_NOUN.split(" "))
_ADJECTIVE: Final = "ий ый ой ого ому им ом ая ую ое ие их ими ем ым ых ыми"
_RUSSIAN_ADJECTIVE: Final = frozenset(_ADJECTIVE.split())
_ARABIC_BEFORE: Final = ("", "و", "ف", "ب", "ل", "ك", "وب", "ول", "فب", "فل", "وك")
_ARABIC_AFTER: Final = ("", "ه", "ون", "ين", "ات", "ان", "ا")
_ARABIC_DOUBTFUL: Final = frozenset(map(fold, ("مالي", "بنين", "قطر", "قمري", "غاني", "توغو", "عمان", "يمني", "صيني")))
"""Also common words: financial, sons, diameter, lunar …"""
_ARABIC_ANNOUNCE: Final = frozenset(map(fold, ("في", "دولة", "جمهورية", "حكومة", "سلطنة", "مملكة", "من", "إلى", "بين")))
_LONGEST: Final = 40
"""No name of a place is longer, in any form."""
_NEAR: Final = 3
"""How many words from a doubtful name another country may stand and make it sure."""
_RUSSIAN_DOUBTFUL: Final = frozenset({"того", "чад", "мали", "куба"})
_COMMON: Final = """casey davis palmer troll vostok center nome phoenix midway wake easter pacific denver
petersburg knox north south beulah johnston"""
_NO_CITIES: Final = frozenset(_COMMON.split())
"""Places of the locale data that are also common words or names of people."""


def countries(
    text: str, shown: str, found: Sequence[Word], seen: Sequence[Sighting], language: str
) -> Iterator[Sighting]:
    """The countries and regions of a text. `seen` is what the annotator found; `shown` the text with its capitals."""
    named = [one for one in seen if one.key.startswith(("countries:", "regions:")) and _meant(one, shown, language)]
    if language == "ru":
        named.extend(_russian(found, shown))
    elif language == "ar":
        named = [one for one in named if fold(text[one.start : one.end]).removeprefix("ال") not in _ARABIC_DOUBTFUL]
        named.extend(_arabic(found, named))
    named.extend(_cities(text, shown, found, language))
    kept: list[Sighting] = []
    for one in sorted(set(named), key=lambda one: (one.start, -one.end, one.key)):
        if not kept or one.end > kept[-1].end or (one.start, one.end) == (kept[-1].start, kept[-1].end):
            kept.append(one)
    return iter(kept)


def _meant(one: Sighting, shown: str, language: str) -> bool:
    """Whether a name is written as a name: with a capital, or as an adjective of the languages that write it small."""
    written = shown[one.start : one.end]
    if language not in ("en", "es", "fr", "ru") or written[:1].isupper() or " " in written:
        return True
    term = find(one.key)
    if term is None or language == "en":
        return False
    small = [fold(normalise(label)) for label in term.labels.get(language, ()) if label[:1].islower()]
    return any(fold(normalise(written)).startswith(label[:-2]) for label in small)


def _names(language: str) -> Iterator[tuple[Term, str]]:
    for term in vocabulary("countries"):
        for label in term.labels.get(language, ()):
            if " " not in label and "-" not in label:
                yield term, label


@cache
def _russian_stems() -> dict[str, tuple[tuple[str, bool], ...]]:
    """Stem to (country, whether it is an adjective)."""
    stems: dict[str, list[tuple[str, bool]]] = {}
    for term, label in _names("ru"):
        name = normalise(label).replace("ё", "е")
        adjective = label[:1].islower()
        stem = name[:-2] if adjective else name.rstrip("аяйьыи") if len(name) > 4 else name
        if len(stem) >= 3:
            stems.setdefault(stem, []).append((term.key, adjective))
            if not adjective and name.endswith("ия"):
                stems.setdefault(name[:-1], []).append((term.key, adjective))
    return {stem: tuple(of) for stem, of in stems.items()}


def _russian(found: Sequence[Word], shown: str) -> Iterator[Sighting]:
    stems = _russian_stems()
    for word in found:
        written = word.folded.replace("ё", "е")
        capital = shown[word.start : word.start + 1].isupper()
        if written in _RUSSIAN_DOUBTFUL or len(written) > _LONGEST:
            continue
        for cut in range(3, len(written) + 1):
            for key, adjective in stems.get(written[:cut], ()):
                ending = written[cut:]
                if ending in (_RUSSIAN_ADJECTIVE if adjective else _RUSSIAN_NOUN) and (adjective or capital):
                    yield Sighting(key, word.start, word.end)


@cache
def _arabic_names() -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = {}
    for term, label in _names("ar"):
        names.setdefault(fold(normalise(label)).removeprefix("ال"), []).append(term.key)
    return {name: tuple(dict.fromkeys(keys)) for name, keys in names.items()}


def _arabic(found: Sequence[Word], named: Sequence[Sighting]) -> Iterator[Sighting]:
    doubtful: list[tuple[int, Sighting]] = []
    sure = [place for place, word in enumerate(found) for one in named if one.start <= word.start < one.end]
    for place, word in enumerate(found):
        for name in _arabic_bare(word.folded):
            for key in _arabic_names().get(name, ()):
                sighting = Sighting(key, word.start, word.end)
                if name in _ARABIC_DOUBTFUL:
                    doubtful.append((place, sighting))
                else:
                    sure.append(place)
                    yield sighting
    for place, sighting in doubtful:
        before = found[place - 1].folded if place else ""
        if before in _ARABIC_ANNOUNCE or any(0 < abs(place - other) <= _NEAR for other in sure):
            yield sighting


def _arabic_bare(written: str) -> Iterator[str]:
    """The forms that a word may stand for without prefixes, article and endings; the shortest change wins."""
    names = _arabic_names()
    for before in _ARABIC_BEFORE:
        if not written.startswith(before):
            continue
        rest = written[len(before) :]
        rest = rest[1:] if before.endswith("ل") and rest.startswith("ل") else rest.removeprefix("ال")
        for after in _ARABIC_AFTER:
            bare = rest[: len(rest) - len(after)] if after and rest.endswith(after) else rest
            if (not after or rest.endswith(after)) and len(bare) >= 3 and bare in names:
                yield bare
                return


@cache
def _city_names(language: str) -> dict[str, tuple[str, ...]]:
    """Cities and landscapes, folded, to their countries; one word or several."""
    names: dict[str, list[str]] = {}
    for row in rows("gazetteer.tsv"):
        for name in filter(None, row[language].split("|")):
            names.setdefault(_plain(name), []).append(f"countries:{row['country']}")
    known = {_plain(label) for _, label in _names(language)}
    for name, key in _locale_cities(language):
        if len(name) >= (2 if language == "zh" else 4) and name not in known and name not in _NO_CITIES:
            names.setdefault(name, [key])
    return {name: tuple(dict.fromkeys(keys)) for name, keys in names.items()}


def _locale_cities(language: str) -> Iterator[tuple[str, str]]:
    """The cities after which time zones are named, mostly capitals, as the Unicode locale data writes them."""
    by_iso2 = {term.extra.get("iso2", ""): term.key for term in vocabulary("countries")}
    zones = Locale.parse(language).time_zones
    for zone, territory in get_global("zone_territories").items():
        city = zones.get(zone, {}).get("city")
        if territory in by_iso2 and (city or language in ("en", "es", "fr")):
            yield _plain(city or zone.rsplit("/", 1)[-1].replace("_", " ")), by_iso2[territory]


def _plain(name: str) -> str:
    return fold(normalise(name)).replace("-", " ")


def _cities(text: str, shown: str, found: Sequence[Word], language: str) -> Iterator[Sighting]:
    names = _city_names(language)
    if language == "zh":
        for name, keys in names.items():
            start = text.find(name)
            if start >= 0:
                yield from (Sighting(key, start, start + len(name)) for key in keys)
        return
    for place, word in enumerate(found):
        if (
            language in ("en", "es", "fr", "ru")
            and not shown[word.start : word.start + 1].isupper()
            and not (word.folded in names and language == "fr")
        ):
            continue
        for length in (3, 2, 1):
            run = found[place : place + length]
            keys = names.get(" ".join(one.folded for one in run), ()) if len(run) == length else ()
            keys = keys or (_inflected(run, language) if length == 1 else ())
            if keys:
                yield from (Sighting(key, run[0].start, run[-1].end) for key in keys)
                break


def _inflected(run: Sequence[Word], language: str) -> tuple[str, ...]:
    """A city in a Russian case, or behind an Arabic particle."""
    names, written = _city_names(language), run[0].folded
    if len(written) > _LONGEST:
        return ()
    if language == "ru":
        for cut in range(len(written), 3, -1):
            for end in ("", "ь", "а", "я", "й"):
                if written[:cut] + end in names and written[cut:] in _RUSSIAN_NOUN:
                    return names[written[:cut] + end]
    if language == "ar":
        for before in _ARABIC_BEFORE[1:]:
            if written.startswith(before) and written[len(before) :] in names:
                return names[written[len(before) :]]
    return ()
