"""The JSON-LD of a record as statements, for those who want Turtle or RDF/XML.

It knows the few forms that `jsonld.py` writes; it is no reader of anybody's JSON-LD.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from landbridge.exchange.out.linked.graph import PREFIXES, Iri, Node, Object, Value

_ADDRESSES: Final = frozenset(
    {"url", "sameAs", "license", "sdLicense", "isBasedOn", "contentUrl", "inDefinedTermSet", "eventStatus",
     "eventAttendanceMode"}
)  # fmt: skip
"""Terms whose bare texts are addresses, as the context of schema.org has it."""
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\S+")
_DATES: Final = frozenset(
    {"dateModified", "dateCreated", "datePublished", "startDate", "endDate", "availabilityStarts", "availabilityEnds",
     "expires", "foundingDate"}
)  # fmt: skip


def nodes(made: Mapping[str, Any]) -> Iterator[Node]:
    """Everything with an address that the JSON-LD tells of, each once; what has none stands inside."""
    found: dict[str, Node] = {}
    main = _node(made, found)
    back = [one for several in made.get("@reverse", {}).values() for one in several]
    term = next(iter(made.get("@reverse", {})), "")
    reversed_ = [_node(one, found).say(f"schema:{term}", Iri(main.iri)) for one in back]
    yield from found.values()
    yield from (one for one in reversed_ if not one.iri)


def _node(one: Mapping[str, Any], found: dict[str, Node]) -> Node:
    address = one.get("@id", "")
    if address in found:
        return found[address]
    kinds = one.get("@type") or []
    kinds = [kinds] if isinstance(kinds, str) else kinds
    made = Node(address, tuple(map(_short, kinds)))
    if address:
        found[address] = made
    for name, value in one.items():
        if not name.startswith("@"):
            several = value if isinstance(value, list) else [value]
            made.say(_short(name), *(_object(name, part, found) for part in several))
    return made


def _short(name: str) -> str:
    """`prefix:term` of a term of schema.org or of a whole address."""
    if "://" not in name:
        return f"schema:{name}"
    return next(f"{prefix}:{name.removeprefix(start)}" for prefix, start in PREFIXES.items() if name.startswith(start))


def _object(name: str, value: Any, found: dict[str, Node]) -> Object:
    if isinstance(value, Mapping):
        if "@value" in value:
            return Value(value["@value"], language=value["@language"])
        return Iri(value["@id"]) if set(value) == {"@id"} else _node(value, found)
    if isinstance(value, bool):
        return Value(str(value).lower(), type="boolean")
    if isinstance(value, int):
        return Value(str(value), type="integer")
    if isinstance(value, float):
        return Value(repr(value), type="double")
    if name in _ADDRESSES and value.startswith(("http://", "https://")):
        return Iri(value)
    return Value(str(value), type=_kind(value) if name in _DATES else "")


def _kind(text: str) -> str:
    return "date" if _DAY.fullmatch(text) else "dateTime" if _MOMENT.fullmatch(text) else ""
