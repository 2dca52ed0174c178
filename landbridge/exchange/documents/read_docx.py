"""A text document: its body in order, also within content controls, without what was deleted by a reviewer.

The XML is read directly: python-docx passes over content controls, in which many forms keep their answers.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from landbridge.exchange.documents.extract import Found
from landbridge.exchange.documents.marks import mark_in, path_of
from landbridge.exchange.documents.unreadable import Unreadable

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED: Final = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", _FALLBACK})
_ORDERED: Final = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_PICTURES: Final = (f"{_W}drawing", f"{_W}pict", f"{_W}object")
_PARAGRAPH: Final = f"{_W}p"
_DEEPEST: Final = 60
"""Tables within tables, and controls within controls."""


def read(given: bytes) -> Found:
    """The blocks of the document, and the boxes where it is a form of ours."""
    found = Found("docx")
    with zipfile.ZipFile(io.BytesIO(given)) as archive:
        names = set(archive.namelist())
        body = _parse(archive.read("word/document.xml")).find(f"{_W}body")
        headings = _headings(archive.read("word/styles.xml")) if "word/styles.xml" in names else frozenset()
    if body is None:
        raise Unreadable("damaged")
    _walk(body, found, headings, 0)
    pictures = sum(1 for element in body.iter(*_PICTURES) if element.tag != _PICTURES[1] or len(element))
    if pictures:
        found.tell("pictures", str(pictures))
    for part, code in (("word/footnotes.xml", "notes"), ("word/comments.xml", "comments")):
        if part in names and code not in dict(found.unread):
            _told_if_any(given, part, code, found)
    found.mark = mark_in("\n".join(texts[0] for kind, texts in found.blocks if kind == "text"))
    return found


def _parse(xml: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        raise Unreadable("damaged") from None


def _told_if_any(given: bytes, part: str, code: str, found: Found) -> None:
    with zipfile.ZipFile(io.BytesIO(given)) as archive:
        root = _parse(archive.read(part))
    if any((text.text or "").strip() for text in root.iter(f"{_W}t")):
        found.tell(code)


def _headings(xml: bytes) -> frozenset[str]:
    """The ids of the styles that make headings."""
    ids = set()
    for style in _parse(xml).iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        level = style.find(f"{_W}pPr/{_W}outlineLvl")
        said = (name.get(f"{_W}val") or "").lower() if name is not None else ""
        if level is not None or said.startswith(("heading", "title")):
            ids.add(style.get(f"{_W}styleId") or "")
    return frozenset(ids)


def _walk(parent: Any, found: Found, headings: frozenset[str], depth: int) -> None:
    if depth > _DEEPEST:
        found.tell("rest")
        return
    for element in parent:
        if element.tag == _PARAGRAPH:
            style = element.find(f"{_W}pPr/{_W}pStyle")
            heading = style is not None and style.get(f"{_W}val") in headings
            found.add("heading" if heading else "text", _text(element))
        elif element.tag == f"{_W}tbl":
            _table(element, found)
        elif isinstance(element.tag, str) and element.tag not in _SKIPPED:
            _walk(element, found, headings, depth + 1)


def _table(table: Any, found: Found) -> None:
    for row in table.iter(f"{_W}tr"):
        cells = [cell for cell in row.iter(f"{_W}tc") if _above(cell, "tr") is row]
        texts = ["\n".join(_lines(cell)) for cell in cells]
        paths = [path for mark in row.iter(f"{_W}bookmarkStart") if (path := path_of(mark.get(f"{_W}name") or ""))]
        if paths and len(texts) >= 2:
            found.boxes.append((paths[0], texts[-1].strip("\n")))
        elif not found.add("row", *texts):
            return


def _above(element: Any, name: str) -> Any:
    """The nearest element of this name in which another stands."""
    return next(element.iterancestors(f"{_W}{name}"), None)


def _lines(cell: Any) -> Iterator[str]:
    """The paragraphs of a cell, without those of tables within it, whose rows are read by themselves."""
    return (_text(paragraph) for paragraph in cell.iter(_PARAGRAPH) if _above(paragraph, "tc") is cell)


def _text(paragraph: Any) -> str:
    return "".join(_pieces(paragraph))


def _pieces(element: Any) -> Iterator[str]:
    """The texts of a paragraph in order, with a stack of our own: documents are nested as deeply as one likes."""
    waiting = [iter(element)]
    while waiting:
        child = next(waiting[-1], None)
        if child is None:
            waiting.pop()
        elif child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _ORDERED:
            yield _ORDERED[child.tag]
        elif child.tag not in _SKIPPED and child.tag != _PARAGRAPH and isinstance(child.tag, str):
            waiting.append(iter(child))
