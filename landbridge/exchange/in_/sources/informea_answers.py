"""What InforMEA's services answer: plain JSON in several wrappings, or an Atom feed of OData's first version; both are
read into the same plain objects."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson

from landbridge.exchange.in_.door import BadSource
from landbridge.exchange.in_.sources.known import listed

if TYPE_CHECKING:
    from lxml.etree import _Element

_META: Final = "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"
_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_WRAPPINGS: Final = ("value", "results", "data", "rows", "d", "items", "documents")
_ITEMS: Final = frozenset({"item", "element"})


def things(body: bytes, where: str) -> list[Mapping[str, Any]]:
    """The things in an answer.

    Raises:
        BadSource: it is neither JSON nor an Atom feed.
        landbridge.lib.xml.BadXml: it is no XML that is read.
    """
    if body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        return _feed(body, where)
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadSource(f"{where[:200]} answers with neither JSON nor Atom: {str(error)[:100]}") from None
    # One that is no object stays in its place, to be refused there: pages are told by how many there are.
    return [one if isinstance(one, Mapping) else {} for one in _unwrapped(said, where)]


def _unwrapped(said: Any, where: str) -> list[Any]:
    for _ in range(3):
        if isinstance(said, list):
            return said
        if not isinstance(said, Mapping):
            break
        said = next((said[name] for name in _WRAPPINGS if isinstance(said.get(name), list | Mapping)), None)
    raise BadSource(f"{where[:200]} answers with no list.")


def _feed(body: bytes, where: str) -> list[Mapping[str, Any]]:
    from landbridge.lib.xml import parse

    root = parse(body)
    if root.tag != f"{_ATOM}feed":
        raise BadSource(f"{where[:200]} answers with {str(root.tag)[-60:]}, where an Atom feed should be.")
    return list(_entries(root))


def _entries(feed: "_Element") -> Iterator[Mapping[str, Any]]:
    for entry in feed.iterfind(f"{_ATOM}entry"):
        properties = entry.find(f"{_ATOM}content/{_META}properties")
        if properties is None:
            properties = entry.find(f"{_META}properties")
        said = dict(_members(properties)) if properties is not None else {}
        for inside in entry.iterfind(f"{_ATOM}link"):
            expanded = inside.find(f"{_META}inline/{_ATOM}feed")
            if expanded is not None and inside.get("title"):
                said[str(inside.get("title"))] = list(_entries(expanded))
        said.setdefault("id", entry.findtext(f"{_ATOM}id"))
        yield said


def _members(element: "_Element") -> Iterator[tuple[str, Any]]:
    for child in element:
        yield str(child.tag).rpartition("}")[2], _value(child)


def _value(element: "_Element") -> Any:
    if element.get(f"{_META}null") == "true":
        return None
    names = [str(child.tag).rpartition("}")[2] for child in element]
    if not names:
        collection = (element.get(f"{_META}type") or "").startswith("Collection")
        return [] if collection else (element.text or "").strip()
    if set(names) <= _ITEMS:
        return [_value(child) for child in element]
    return dict(_members(element))


def localized(said: Any) -> list[tuple[str, str]]:
    """(language, text) of a text, whichever way it is written: a list of pairs, an object by language, a string."""
    if isinstance(said, str):
        return [("en", said)]
    if isinstance(said, Mapping) and "value" not in said and "results" not in said:
        return [(str(tag), text) for tag, text in said.items() if isinstance(text, str)]
    parts = said["results"] if isinstance(said, Mapping) and "results" in said else listed(said)
    found = []
    for one in listed(parts):
        if isinstance(one, str):
            found.append(("en", one))
        elif isinstance(one, Mapping) and isinstance(one.get("value"), str):
            found.append((str(one.get("language") or "en"), one["value"]))
    return found
