"""XML of strangers: no network, no document types of their own, no entities, nothing without an end.

libxml2 itself bounds depth (256) and the length of a text (10 MB) as long as `huge_tree` is off; what it does not
bound is bounded here.
"""

from collections.abc import Collection, Iterator
from typing import IO, Any, Final, cast

from lxml import etree

LARGEST: Final = 100_000_000
"""Bytes of a document that is read as a whole."""
LARGEST_ELEMENT: Final = 50_000_000
"""Bytes of a part of a document that is read part by part."""
_SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "dtd_validation": False,
    "attribute_defaults": False, "huge_tree": False, "remove_comments": True, "remove_pis": True,
}  # fmt: skip


class BadXml(ValueError):
    """Not well-formed, or with something in it that no honest source needs; the message tells where."""


def parse(text: bytes) -> "etree._Element":
    """The root of a document.

    A document type that only names its DTD, as patent offices write, is passed over; one that declares something is
    refused.

    Raises:
        BadXml: it is not well-formed, too large, or declares entities.
    """
    if len(text) > LARGEST:
        raise BadXml(f"The document is larger than {LARGEST // 1_000_000} MB.")
    try:
        root = etree.fromstring(text, etree.XMLParser(**_SAFE))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadXml(f"This is not well-formed XML: {' '.join(str(error).split())[:300]}") from None
    _check_type(root.getroottree().docinfo)
    _check_entities(root)
    return root


class _Watched:
    """A stream that ends a document in which an element does not end: what is read waits in memory for its end."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.since = stream, 0

    def read(self, size: int = -1) -> bytes:
        got = self.stream.read(size)
        self.since += len(got)
        if self.since > LARGEST_ELEMENT:
            raise BadXml(f"An element is larger than {LARGEST_ELEMENT // 1_000_000} MB.")
        return got


def outermost(stream: IO[bytes]) -> tuple[str, dict[str, str]]:
    """The name and the attributes of the outermost element; the stream stands at its beginning again.

    Raises:
        BadXml: as `parse`, as far as it was read.
    """
    try:
        for _, element in etree.iterparse(cast(IO[bytes], _Watched(stream)), events=("start",), **_SAFE):
            _check_type(element.getroottree().docinfo)
            return str(element.tag), {str(name): str(value) for name, value in element.attrib.items()}
    except (etree.XMLSyntaxError, ValueError) as error:
        if isinstance(error, BadXml):
            raise
        raise BadXml(f"This is not well-formed XML: {' '.join(str(error).split())[:300]}") from None
    finally:
        stream.seek(0)
    raise BadXml("There is no element in it.")


def elements(stream: IO[bytes], tags: Collection[str]) -> Iterator["etree._Element"]:
    """The elements of these names ({namespace}name, or {*}name), one after the other; each is let go of when the next
    one is asked for, so that memory does not grow with the document.

    Raises:
        BadXml: as `parse`; what came before it has been given.
    """
    try:
        checked = False
        watched = _Watched(stream)
        for _, element in etree.iterparse(cast(IO[bytes], watched), events=("end",), tag=tuple(tags), **_SAFE):
            if not checked:
                _check_type(element.getroottree().docinfo)
                checked = True
            _check_entities(element)
            watched.since = 0
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        if isinstance(error, BadXml):
            raise
        raise BadXml(f"This is not well-formed XML: {' '.join(str(error).split())[:300]}") from None


def _check_type(info: Any) -> None:
    declared = info.internalDTD
    if declared is not None and any(True for _ in (*declared.iterentities(), *declared.iterelements())):
        raise BadXml("The document declares entities or elements of its own, which are not read.")


def _check_entities(root: "etree._Element") -> None:
    found = next(root.iter(etree.Entity), None)
    if found is not None:
        raise BadXml(f"The document names the entity {str(found.text)[:60]}, which is not read.")
