"""How an element of an IATI 2.03 file must be made: what stands in it, in which order, with which attributes.

The table `tables/iati_structure.tsv` tells it; other namespaces may stand where the standard lets them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from landbridge.exchange.in_.sources.known import TABLES, language

if TYPE_CHECKING:
    from lxml.etree import _Element

LANGUAGE_ATTRIBUTE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
MOST_FAULTS: Final = 5
OTHERS: Final = "~"
_TIMES: Final = {"": (1, 1), "?": (0, 1), "*": (0, 1_000_000), "+": (1, 1_000_000)}
_PART: Final = re.compile(r"([\w-]+)([?*+]?)(?:=([\w-]+))?")
_ZONE: Final = re.compile(r"(Z|[+-]\d\d:\d\d)$")
_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
_NAME: Final = re.compile(r"[\w.:-]+")


@dataclass(frozen=True, slots=True)
class Part:
    """A child: its name, how often, and its shape; the name ~ stands for elements of other namespaces."""

    name: str
    least: int
    most: int
    shape: str


@dataclass(frozen=True, slots=True)
class Shape:
    text: str
    attributes: Mapping[str, tuple[str, bool]]
    """Name to the kind of its value and whether it must be there."""
    parts: tuple[Part, ...]
    open: bool
    """Whether attributes of other namespaces may stand there."""


@cache
def shapes() -> Mapping[str, Shape]:
    """All shapes by name."""
    rows = (TABLES / "iati_structure.tsv").read_text(encoding="utf-8").splitlines()
    cells = [row.split("\t") for row in rows if row and not row.startswith("#")][1:]
    return {name: _shape(text, attributes, parts) for name, text, attributes, parts in cells}


def _shape(text: str, attributes: str, parts: str) -> Shape:
    said = attributes.split()
    kinds: dict[str, tuple[str, bool]] = {}
    for one in said:
        if one != OTHERS:
            name, _, kind = one.rpartition(":")
            kinds[LANGUAGE_ATTRIBUTE if name == "xml:lang" else name] = (kind.rstrip("!"), kind.endswith("!"))
    return Shape(text, kinds, tuple(map(_part, parts.split())), OTHERS in said)


def _part(said: str) -> Part:
    if said == OTHERS:
        return Part(OTHERS, 0, 1_000_000, "")
    match = _PART.fullmatch(said)
    if match is None:
        raise ValueError(f"iati_structure.tsv: {said}")
    name, times, shape = match.groups()
    return Part(name, *_TIMES[times], shape or name)


def faults(element: "_Element", shape: str) -> list[str]:
    """What is wrong with an element and all that stands in it, the first few, each with its path."""
    found = []
    for fault in _faults(element, shapes()[shape], _name(element)):
        found.append(fault)
        if len(found) == MOST_FAULTS:
            break
    return found


def _faults(element: "_Element", shape: Shape, path: str) -> Iterator[str]:
    yield from attribute_faults(element, shape, path)
    yield from _text_faults(element, shape, path)
    children = list(element)
    at = 0
    for part in shape.parts:
        start = at
        while at < len(children) and at - start < part.most and _is(children[at], part):
            if part.name != OTHERS:
                yield from _faults(children[at], shapes()[part.shape], f"{path}/{part.name}")
            at += 1
        if at - start < part.least:
            strange = at < len(children) and not any(_is(children[at], one) for one in shape.parts)
            yield _surplus(path, shape, _name(children[at])) if strange else _missing(path, part, children, at)
            return
    if at < len(children):
        yield _surplus(path, shape, _name(children[at]))


def _missing(path: str, part: Part, children: "list[_Element]", at: int) -> str:
    if any(_is(child, part) for child in children):
        return f"{path}: {part.name} does not stand where it should; the order of elements counts in IATI."
    there = f" before {_name(children[at])}" if at < len(children) else ""
    return f"{path}: {part.name} is missing{there}."


def _surplus(path: str, shape: Shape, name: str) -> str:
    part = next((part for part in shape.parts if part.name == name), None)
    if part is None:
        return f"{path}: {name} may not stand here."
    if part.most == 1:
        return f"{path}: {name} stands more than once, or not where it should."
    return f"{path}: {name} does not stand where it should; the order of elements counts in IATI."


def attribute_faults(element: "_Element", shape: Shape, path: str) -> Iterator[str]:
    """What is wrong with the attributes of an element."""
    for name, (kind, must) in shape.attributes.items():
        value = element.get(name)
        if value is None and must:
            yield f"{path}: the attribute {_plain(name)} is missing."
        elif value is not None and not _fits(value, kind):
            yield f"{path}: {_plain(name)}=“{value[:40]}” is no {_WORDS.get(kind, kind)}."
    for said in element.attrib:
        name = str(said)
        if name not in shape.attributes and not (shape.open and name.startswith("{")):
            yield f"{path}: the attribute {_plain(name)} may not stand here."


def _text_faults(element: "_Element", shape: Shape, path: str) -> Iterator[str]:
    said = (element.text or "") + "".join(child.tail or "" for child in element)
    if not shape.text and said.strip():
        yield f"{path}: text stands where none may: “{said.strip()[:40]}”."
    elif shape.text and shape.text != "string" and not _fits(said, shape.text):
        yield f"{path}: “{said.strip()[:40]}” is no {_WORDS.get(shape.text, shape.text)}."


def _is(child: "_Element", part: Part) -> bool:
    tag = child.tag if isinstance(child.tag, str) else ""
    return tag.startswith("{") if part.name == OTHERS else tag == part.name


def _name(element: "_Element") -> str:
    return str(element.tag)[:100]


def _plain(name: str) -> str:
    return "xml:lang" if name == LANGUAGE_ATTRIBUTE else name[:100]


_WORDS: Final = {
    "date": "date such as 2026-03-31", "dateTime": "time such as 2026-03-31T12:00:00Z", "decimal": "decimal number",
    "boolean": "true or false", "positiveInteger": "whole number above 0", "nonNegativeInteger": "whole number",
    "int": "whole number", "NMTOKEN": "single name", "lang": "language tag", "anyURI": "address",
}  # fmt: skip


def _is_date(text: str) -> bool:
    date.fromisoformat(_ZONE.sub("", text))
    return len(_ZONE.sub("", text)) == len("2026-03-31")


def _is_moment(text: str) -> bool:
    datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    return text[10:11] == "T" and len(text) >= len("2026-03-31T12:00:00")


_KINDS: Final[Mapping[str, Callable[[str], bool]]] = {
    "string": lambda text: True,
    "anyURI": lambda text: True,
    "lang": lambda text: text == "" or bool(language(text)),
    "date": _is_date,
    "dateTime": _is_moment,
    "decimal": lambda text: _DECIMAL.fullmatch(text) is not None,
    "boolean": lambda text: text in ("true", "false", "0", "1"),
    "int": lambda text: abs(int(text)) < 2**31,
    "positiveInteger": lambda text: int(text) > 0,
    "nonNegativeInteger": lambda text: int(text) >= 0,
    "NMTOKEN": lambda text: _NAME.fullmatch(text) is not None,
}


def _fits(value: str, kind: str) -> bool:
    try:
        return _KINDS[kind](value.strip())
    except ValueError:
        return False
