"""What a record is compared by, taken from its public answers, and the keys under which like ones meet.

Titles meet by MinHash: those that share most of their groups of letters share at least one of eight numbers, whatever
the order of the words, a letter that was mistyped, or a script without spaces. So nothing is compared with everything.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from zlib import crc32

from landbridge.search.analysis import normalise, words
from landbridge.search.stopwords import STOPWORDS

_BANDS: Final = 8
_ROWS: Final = 3
_PRIME: Final = (1 << 61) - 1
_SEEDS: Final = tuple((crc32(b"a%d" % n) * 2 + 1, crc32(b"b%d" % n)) for n in range(_BANDS * _ROWS))
_TITLES: Final = 12
"""Names of a record that are looked at: a title in each language, and other names of an organisation."""
_DOI: Final = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]{1,200}")
_ROR: Final = re.compile(r"ror\.org/(0[a-hj-km-np-tv-z0-9]{6}\d{2})\b")
_ISBN: Final = re.compile(r"(?<![\d-])(?:97[89][- ]?)?(?:\d[- ]?){9}[\dx](?![\d-])")
_IN_ADDRESS: Final = re.compile(r"^(?:www|m)\.")
_PAGES: Final = re.compile(r"/(?:index|default)\.\w{3,5}$")
_TRACKING: Final = re.compile(r"^(?:utm_|fbclid|gclid|mc_|ref$)")
NEVER: Final = frozenset({"annotation"})
"""Formats that only speak of other records."""


def facts(format: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """What speaks for or against two records telling of one thing; small enough to lie beside every record."""
    return {
        "titles": _titles(data),
        "ids": sorted(set(_identifiers(data)))[:20],
        "urls": sorted(set(_addresses(format, data)))[:10],
        "places": sorted(str(place) for place in data.get("places") or ())[:20],
        "years": sorted(set(_years(data))),
        "bodies": sorted(set(_bodies(data)))[:12],
    }


def _titles(data: Mapping[str, Any]) -> dict[str, str]:
    """Folded names: the words that carry meaning, in their order; each once, with its language."""
    found: dict[str, str] = {}
    for language, text in (data.get("title") or {}).items():
        if told := folded(str(text), str(language)):
            found.setdefault(told, str(language))
    for text in data.get("other_names") or ():
        if len(told := folded(str(text), "")) > 5:
            found.setdefault(told, "")
    return dict(list(found.items())[:_TITLES])


def folded(text: str, language: str) -> str:
    """The words of a name without case, accents and words without meaning."""
    stop = STOPWORDS.get(language.split("-")[0], frozenset())
    every = [word.folded for word in words(normalise(text[:300]), language)]
    return " ".join([word for word in every if word not in stop] or every)


def _texts(data: Mapping[str, Any]) -> Iterator[str]:
    for name in ("identifier", "iati_identifier", "orcid"):
        if data.get(name):
            yield str(data[name])
    yield from (str(one) for one in data.get("identifiers") or ())
    yield from (str(one["url"]) for one in data.get("links") or () if isinstance(one, Mapping) and one.get("url"))


def _identifiers(data: Mapping[str, Any]) -> Iterator[str]:
    for text in _texts(data):
        low = unquote(text[:1000]).lower()
        yield from (f"doi:{one.rstrip('.,;)')}" for one in _DOI.findall(low))
        yield from (f"ror:{one}" for one in _ROR.findall(low))
    for text in filter(None, (data.get("identifier"), *(data.get("identifiers") or ()))):
        yield from (f"isbn:{one}" for one in map(_isbn, _ISBN.findall(str(text)[:300].lower())) if one)
    for name, kind in (("iati_identifier", "iati"), ("orcid", "orcid")):
        if data.get(name):
            yield f"{kind}:{str(data[name]).strip().lower()[:100]}"


def _isbn(text: str) -> str:
    """The thirteen digits of an ISBN, empty when its check digit is wrong."""
    digits = re.sub(r"[^\dx]", "", text)
    if len(digits) == 10:
        told = sum((10 - at) * (10 if one == "x" else int(one)) for at, one in enumerate(digits))
        if told % 11 or "x" in digits[:9]:
            return ""
        digits = "978" + digits[:9]
        return digits + str(-sum(int(one) * (3 if at % 2 else 1) for at, one in enumerate(digits)) % 10)
    if len(digits) != 13 or "x" in digits:
        return ""
    return "" if sum(int(one) * (3 if at % 2 else 1) for at, one in enumerate(digits)) % 10 else digits


def _addresses(format: str, data: Mapping[str, Any]) -> Iterator[str]:
    """Addresses of the web without what makes no difference; a bare host tells only of an organisation."""
    for one in data.get("links") or ():
        told = address(str(one.get("url") or "")) if isinstance(one, Mapping) else ""
        if told and ("/" in told or "?" in told or format in ("organisation", "clearing_house")):
            yield told


def address(url: str) -> str:
    """An address as it is compared: no scheme, no `www`, no tracking, no slash at its end."""
    try:
        parts = urlsplit(url.strip()[:1000])
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or "." not in host or host.endswith(("doi.org", "ror.org")):
        return ""
    asked = [one for one in parts.query.split("&") if one and not _TRACKING.match(one)]
    path = _PAGES.sub("", unquote(parts.path)).rstrip("/")
    return (_IN_ADDRESS.sub("", host) + path + ("?" + "&".join(sorted(asked)) if asked else ""))[:300]


def _years(data: Mapping[str, Any]) -> Iterator[int]:
    if isinstance(data.get("year"), int):
        yield data["year"]
    for answer in data.values():
        start = answer.get("start") if isinstance(answer, Mapping) else None
        if isinstance(start, str) and start[:4].isdigit():
            yield int(start[:4])


def _bodies(data: Mapping[str, Any]) -> Iterator[str]:
    """Organisations that a record names, by their record and by their folded names."""
    for name in ("publishers", "providers", "implementing", "organisations", "organisers"):
        for one in data.get(name) or ():
            if isinstance(one, Mapping):
                yield from (
                    told for told in (str(one.get("record") or ""), folded(str(one.get("name") or ""), "")) if told
                )


@lru_cache(maxsize=500)
def pieces(title: str) -> frozenset[str]:
    """The groups of letters of a folded name: pairs of signs in Chinese, else three letters within a word."""
    found: set[str] = set()
    for word in title.split():
        size = 2 if word[0] > "\u2e80" else 3
        room = word if size == 2 else f" {word} "
        found.update(room[at : at + size] for at in range(max(1, len(room) - size + 1)))
    return frozenset(found)


def keys(format: str, told: Mapping[str, Any]) -> set[int]:
    """The numbers that a record shares with those that may tell of the same."""
    found = {_number(format, one) for name in ("ids", "urls") for one in told[name]}
    for title in told["titles"]:
        found.add(_number(format, "t:" + " ".join(sorted(set(title.split())))))
        found.update(_number(format, f"m:{band}:{value}") for band, value in _bands(title))
    return found


def _number(format: str, told: str) -> int:
    digest = blake2b(f"{format}\0{told}".encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@lru_cache(maxsize=5_000)
def _hashes(piece: str) -> "array[int]":
    """As an array: tuples of large numbers would take a kilobyte each."""
    told = crc32(piece.encode(errors="replace"))
    return array("Q", [(a * told + b) % _PRIME for a, b in _SEEDS])


def _bands(title: str) -> Iterable[tuple[int, tuple[int, ...]]]:
    every = [_hashes(piece) for piece in pieces(title)]
    if not every:
        return []
    least = [min(column) for column in zip(*every, strict=True)]
    return [(band, tuple(least[band * _ROWS : (band + 1) * _ROWS])) for band in range(_BANDS)]
