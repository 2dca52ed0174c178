"""Text with paragraphs, lists and emphasis as one can type it in any field, and back to clean HTML.

An empty line makes a paragraph, `- ` and `1. ` make lists, `### ` a heading, `> ` a quotation, `**strong**`,
`*emphasis*`, `[words](https://…)`. What is typed as HTML is text like any other: it is shown, not obeyed.
"""

import re
from html import escape
from typing import TYPE_CHECKING, Final

from landbridge.formats import tidy

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LINK: Final = re.compile(r"\[([^\[\]\n]{1,500})\]\(((?:https?://|mailto:)[^\s()<>\"]{1,2000})\)")
_STRONG: Final = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*")
_EMPHASIS: Final = re.compile(r"(?<!\*)\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?!\*)")
_BULLET: Final = re.compile(r"[-*•] +")
_NUMBER: Final = re.compile(r"\d{1,3}[.)] +")
_HEADING: Final = re.compile(r"#{3,4} +")
_QUOTE: Final = re.compile(r"> ?")
_KINDS: Final = (("ul", _BULLET), ("ol", _NUMBER), ("h3", _HEADING), ("blockquote", _QUOTE))
_BLOCK: Final = frozenset({"p", "ul", "ol", "h3", "h4", "blockquote"})


def to_html(typed: str) -> str:
    """Clean HTML of what was typed; empty for nothing."""
    lines = tidy.lines(typed).split("\n")
    blocks: list[tuple[str, list[str]]] = []
    for line in lines:
        kind, words = _kind(line)
        if not words and kind == "":
            blocks.append(("", []))
        elif kind != "h3" and blocks and blocks[-1][0] == kind:
            blocks[-1][1].append(words)
        else:
            blocks.append((kind, [words]))
    return tidy.rich("".join(_block(kind, rows) for kind, rows in blocks if rows))


def _kind(line: str) -> tuple[str, str]:
    if not line:
        return "", ""
    for kind, pattern in _KINDS:
        begins = pattern.match(line)
        if begins and line[begins.end() :].strip():
            return kind, line[begins.end() :]
    return "p", line


def _block(kind: str, rows: list[str]) -> str:
    if kind in ("ul", "ol"):
        return f"<{kind}>" + "".join(f"<li>{_inline(row)}</li>" for row in rows) + f"</{kind}>"
    if kind == "blockquote":
        return "<blockquote><p>" + "<br>".join(map(_inline, rows)) + "</p></blockquote>"
    return f"<{kind}>" + "<br>".join(map(_inline, rows)) + f"</{kind}>"


def _inline(text: str) -> str:
    safe = escape(text, quote=False)
    safe = _LINK.sub(lambda found: f'<a href="{found[2].replace(chr(34), "")}">{found[1]}</a>', safe)
    return _EMPHASIS.sub(r"<em>\1</em>", _STRONG.sub(r"<strong>\1</strong>", safe))


def to_text(kept: str) -> str:
    """What one would type to get this HTML; plain text as it is."""
    if not re.search(r"<[a-zA-Z/!?]", kept):
        return kept
    # Inner import: several megabytes, which only whoever edits formatted text needs.
    from lxml import html as parser
    from lxml.etree import ParserError

    try:
        root = parser.fragment_fromstring(kept, create_parent="div")
    except (ParserError, ValueError):
        return tidy.without_markup(kept)
    return "\n\n".join(part for part in _blocks(root) if part)


def _blocks(root: "HtmlElement") -> list[str]:
    found = [_text(root.text)]
    for element in root:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _BLOCK:
            found.append(_typed(element, tag))
        else:
            found[-1:] = [found[-1] + _inner(element, tag)]
        after = _text(element.tail)
        found.append(after) if tag in _BLOCK else found.__setitem__(-1, found[-1] + after)
    return [part.strip() for part in found]


def _typed(element: "HtmlElement", tag: str) -> str:
    if tag in ("ul", "ol"):
        rows = [_words(row) for row in element if row.tag == "li"]
        marks = ("- " if tag == "ul" else f"{number}. " for number in range(1, len(rows) + 1))
        return "\n".join(mark + row.replace("\n", " ") for mark, row in zip(marks, rows, strict=True))
    if tag == "blockquote":
        return "\n".join(f"> {line}" for part in _blocks(element) if part for line in part.split("\n"))
    return ("### " if tag in ("h3", "h4") else "") + _words(element)


def _words(element: "HtmlElement") -> str:
    parts = [_text(element.text)]
    for inner in element:
        parts += [_inner(inner, inner.tag if isinstance(inner.tag, str) else ""), _text(inner.tail)]
    return "".join(parts).strip()


def _inner(element: "HtmlElement", tag: str) -> str:
    if tag == "br":
        return "\n"
    words = _words(element)
    if tag in ("strong", "b"):
        return f"**{words}**"
    if tag in ("em", "i"):
        return f"*{words}*"
    if tag == "a" and element.get("href"):
        return f"[{words}]({element.get('href')})"
    return words


def _text(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")
