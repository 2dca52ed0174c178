"""What the doors of the field know in common: tables, places, days, texts that fit a question, and what is told of a
thing in a form that a database keeps."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from landbridge.exchange.in_.door import Found
from landbridge.formats import tidy
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import DEFAULT, is_language_tag

if TYPE_CHECKING:
    from lxml.etree import _Element

TABLES: Final = Path(__file__).parent / "tables"
LONGEST_KEY: Final = 500
REMEMBERED: Final = 10_000
"""Words of strangers that are not looked up again; there may be millions of others."""
MOST_FACTS: Final = 200
"""Things in one list of facts; the rest is counted, not kept."""
LONGEST_FACT: Final = 2_000
LARGEST_FACTS: Final = 150_000
"""Bytes of JSON of all facts of a thing; those of more are told more shortly."""
_UNFIT: Final = frozenset(" \t\r\n<>\"'\\^`{|}")


@cache
def table(name: str) -> Mapping[str, tuple[str, ...]]:
    """A table from words of others to ours: the first column to the words of the second. Lines with # are remarks."""
    rows: dict[str, tuple[str, ...]] = {}
    for line in (TABLES / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            theirs, _, ours = line.partition("\t")
            rows[theirs] = tuple(ours.split())
    return rows


def one_of(name: str, theirs: str | None) -> str | None:
    """Our word for theirs, by a table whose lines give one."""
    return next(iter(table(name).get((theirs or "").strip(), ())), None)


@lru_cache(maxsize=REMEMBERED)
def place(name: str) -> str | None:
    """Our id of a country or region by its code (ISO 3166, M49) or its name in any of six languages."""
    name = name.strip()
    term = vocabulary("countries").find(name) or vocabulary("regions").find(name) if name else None
    return term.id if term else None


def dac_places(code: str) -> list[str]:
    """Our ids of a donor, recipient or region by its code of the OECD; some of its regions are two of ours."""
    return list(table("dac_places").get(code.strip(), ()))


def purposes(codes: Iterable[str]) -> dict[str, list[str]]:
    """Themes and further subjects that purpose codes of the OECD name."""
    return by_beginning("dac_purposes", codes)


def by_beginning(name: str, codes: Iterable[str]) -> dict[str, list[str]]:
    """Answers that codes of a hierarchy stand for, by the longest beginning that the table has.

    Terms of the vocabularies `themes` and `technologies` answer the questions of these names, all others `subjects`.
    """
    said: dict[str, dict[str, None]] = {"themes": {}, "technologies": {}, "subjects": {}}
    known = table(name)
    for code in codes:
        beginnings = (code[:length] for length in range(len(code), 0, -1))
        for key in next((known[part] for part in beginnings if part in known), ()):
            vocabulary_name, _, term = key.partition(":")
            if vocabulary_name in ("themes", "technologies"):
                said[vocabulary_name][term] = None
            else:
                said["subjects"][key] = None
    return {question: list(keys) for question, keys in said.items() if keys}


@lru_cache(maxsize=REMEMBERED)
def language(name: str | None, default: str = "") -> str:
    """A language tag as we keep them, from the ways in which people write them; `default` where it is none."""
    parts = (name or "").strip().replace("_", "-").split("-")
    first = parts[0].lower()
    shaped = [
        one_of("languages3", first) or first,
        *(part.upper() if len(part) == 2 else part.title() for part in parts[1:]),
    ]
    tag = "-".join(shaped)
    return tag if is_language_tag(tag) else default


@lru_cache(maxsize=REMEMBERED)
def language_term(name: str) -> str | None:
    """The language in our vocabulary, by its code or its name."""
    term = vocabulary("languages").find(language(name)) or vocabulary("languages").find(name.strip())
    return term.id if term else None


def themes(words: Iterable[str]) -> list[str]:
    """The themes of the Convention that words name by their labels; what names none stays among the facts."""
    named = (vocabulary("themes").find(word) for one in words if (word := one.strip()))
    return list(dict.fromkeys(term.id for term in named if term))[:8]


def shorter(text: str, limit: int) -> str:
    """The text, cut after a word where it is too long."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip(" ,;:") + "…"


def line(text: str | None, limit: int) -> str:
    """One clean line that fits."""
    said = text or ""
    # Most texts are clean already, and there are very many of them.
    clean = said.isascii() and said.isprintable() and "  " not in said and said == said.strip()
    return shorter(said if clean else tidy.line(said), limit)


def texts(said: Iterable[tuple[str, str | None]], limit: int, lines: bool = False) -> dict[str, str]:
    """Text by language, several of one language under one another, each cut to fit."""
    by_tag: dict[str, list[str]] = {}
    for tag, text in said:
        clean = tidy.lines(text or "") if lines else tidy.line(text or "")
        if clean and clean not in by_tag.setdefault(tag or DEFAULT, []):
            by_tag[tag or DEFAULT].append(clean)
    joint = "\n\n" if lines else " · "
    return {tag: shorter(joint.join(parts), limit) for tag, parts in by_tag.items() if parts}


def day(text: Any) -> str | None:
    """A day of the years 1000 to 2200 as ISO 8601, from `2026-03-31…` or `20260331`."""
    said = str(text or "").strip()
    match = re.match(r"(\d{4})-?(\d\d)-?(\d\d)(?!\d)", said)
    try:
        found = date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None
    return found.isoformat() if found and 1000 <= found.year <= 2200 else None


def moment(text: Any, now: datetime | None = None) -> datetime | None:
    """When something was said to be changed; a time that has not come yet is not believed."""
    try:
        found = datetime.fromisoformat(str(text or "").strip())
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    try:
        return found if found <= (now or datetime.now(UTC)) + timedelta(days=1) else None
    except OverflowError:
        return None


def link(url: Any, title: str = "", tag: str = "") -> dict[str, str] | None:
    """A web address as an answer, or nothing where it is none."""
    said = str(url or "").strip()
    if not said.lower().startswith(("http://", "https://")) or len(said) > 2000 or set(said) & _UNFIT:
        return None
    if any(ord(letter) < 32 for letter in said) or len(said) < 10:
        return None
    kept = said.split(":", 1)[0].lower() + ":" + said.split(":", 1)[1]
    return {"url": kept, **({"title": line(title, 300)} if title else {}), **({"language": tag[:12]} if tag else {})}


def links(found: Iterable[dict[str, str] | None], most: int = 50) -> list[dict[str, str]]:
    """Each address once."""
    by_url = {one["url"]: one for one in reversed(list(found)) if one}
    return list(reversed(by_url.values()))[:most]


def number(text: Any) -> Decimal | None:
    """A finite number as it is written in files: with a point, without separators of thousands."""
    try:
        found = Decimal(str(text).strip())
    except (InvalidOperation, ValueError):
        return None
    return found if found.is_finite() and abs(found) < Decimal(10) ** 16 else None


def money(amount: Decimal | None, currency: str | None, year: int | None = None) -> dict[str, Any] | None:
    """An answer of money, or nothing where the amount or the currency is none that can be kept."""
    code = (currency or "").strip().upper()
    if amount is None or not 0 <= amount < Decimal(10) ** 16 or code not in vocabulary("currencies").terms:
        return None
    whole = {"amount": str(amount.quantize(Decimal("0.01"))), "currency": code}
    return {**whole, "year": year} if year and 1900 <= year <= 2200 else whole


def organisations(names: Iterable[tuple[str, str]], most: int = 50) -> list[dict[str, str]]:
    """Organisations by name and role, each once."""
    kept: dict[str, dict[str, str]] = {}
    for name, role in names:
        clean = line(name, 300)
        if clean:
            kept.setdefault(clean, {"name": clean, **({"role": line(role, 200)} if role else {})})
    return list(kept.values())[:most]


def answered(data: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without those that say nothing; 0 and false say something."""
    return {name: value for name, value in data.items() if value is not None and value not in ("", [], {}, ())}


def told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is told beside the answers, as JSON that every database keeps: no control characters, nothing endless."""
    for most, longest in ((MOST_FACTS, LONGEST_FACT), (40, 400), (10, 100)):
        try:
            kept: dict[str, Any] = _Telling(most, longest).of(facts)
        except OverflowError:
            continue
        if len(orjson.dumps(kept)) <= LARGEST_FACTS:
            return kept
    return {"facts": "There are more than can be kept."}


@dataclass
class _Telling:
    """Facts made fit to be kept: lists of so many things, texts of so many characters."""

    most: int
    longest: int
    left: int = LARGEST_FACTS

    def of(self, value: Any, depth: int = 0) -> Any:
        """Raises OverflowError when there is more in all than is kept."""
        if depth > 10:
            return "…"
        if isinstance(value, Mapping):
            named = list(value.items())[: self.most * 2]
            kept = {line(str(name)[:200], 100): self.of(part, depth + 1) for name, part in named}
            return {name: part for name, part in kept.items() if part is not None and part not in ("", [], {})}
        if isinstance(value, list | tuple):
            parts = [self.of(part, depth + 1) for part in value[: self.most]]
            return [*parts, f"and {len(value) - self.most} more"] if len(value) > self.most else parts
        return self._one(value)

    def _one(self, value: Any) -> Any:
        if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**53):
            return value
        said = (
            value
            if isinstance(value, float) and isfinite(value)
            else line(str(value)[: self.longest * 4], self.longest)
        )
        self.left -= len(str(said))
        if self.left < 0:
            raise OverflowError
        return said


def key_of(text: str) -> str:
    """The source's own identifier; one that is too long is cut, with a mark of the whole, and stays the same."""
    clean = tidy.line(text)
    if len(clean) <= LONGEST_KEY:
        return clean
    return f"{clean[:430]}…{hashlib.sha256(clean.encode()).hexdigest()[:32]}"


def found(
    key: str, *, title: str = "", address: str = "", facts: Mapping[str, Any] | None = None, **rest: Any
) -> Found:
    """A thing that was found, in a form that can be kept whatever the source holds."""
    own = key_of(key)
    if not own:
        place = key_of(str(rest.get("place") or "")) or "?"
        return Found(key=place, problem=str(rest.get("problem") or "It has no identifier."), place=place)
    reader = link(address)
    where = reader["url"] if reader else ""
    return Found(key=own, title=line(title, 300), address=where, facts=told(facts or {}), **rest)


def refused(key: str, problem: str, place: str = "", title: str = "") -> Found:
    """A thing that could not be read, and why."""
    return found(key or place, title=title, problem=shorter(tidy.line(problem), 1000), place=line(place, 300))


def record(format_name: str, tag: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A line of JSON Lines without an id."""
    return {"format": format_name, "language": tag or DEFAULT, "data": answered(data)}


def main_language(*said: Mapping[str, str]) -> str:
    """The language that the record counts as written in: English where there is some, else that of the first text."""
    for by_tag in said:
        if by_tag:
            return DEFAULT if DEFAULT in by_tag else next(iter(by_tag))
    return DEFAULT


@lru_cache(maxsize=REMEMBERED)
def licence(said: str) -> str | None:
    """Our licence by its address, however the address is written, or by its name."""
    plain = said.strip().lower().removesuffix("/").removesuffix("/legalcode").removesuffix("/deed.en")
    plain = plain.partition("://")[2].removeprefix("www.") or plain
    for term in vocabulary("licences"):
        address = term.uri.lower().removesuffix("/").partition("://")[2].removeprefix("www.")
        if plain and plain == address:
            return term.id
    term_named = vocabulary("licences").find(said.replace("_", "-")) if said.strip() else None
    return term_named.id if term_named else None


def all_text(element: "_Element") -> str:
    """All the text in an element."""
    return "".join(str(part) for part in element.itertext())


def listed(value: Any) -> Sequence[Any]:
    """A list, also where a program writes one thing without the brackets around it."""
    if value in (None, ""):
        return ()
    return value if isinstance(value, list) else (value,)
