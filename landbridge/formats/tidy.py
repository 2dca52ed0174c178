"""Tidy what people and programs write: one place for white space, odd characters and hostile HTML."""

import re
import unicodedata
from html import escape, unescape
from typing import Final

import nh3

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")
"""Characters that XML 1.0 cannot hold, and lone surrogates that UTF-8 cannot."""
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_LOOKS_LIKE_HTML = re.compile(r"<[a-zA-Z/!?]")

TAGS: Final = {"p", "br", "ul", "ol", "li", "strong", "em", "b", "i", "a", "h3", "h4", "blockquote", "sub", "sup"}
_ATTRIBUTES: Final = {"a": {"href", "hreflang"}, "*": {"lang", "dir"}}
_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow noopener",
    strip_comments=True,
)


def printable(text: str) -> str:
    """NFC, one kind of line end, no control characters."""
    return unicodedata.normalize("NFC", _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def line(text: str) -> str:
    """One line: NFC, no control characters, single spaces."""
    return " ".join(printable(text).split())


def lines(text: str) -> str:
    """Several lines of plain text: single spaces, at most one empty line between paragraphs."""
    kept = [_SPACES.sub(" ", row).strip() for row in printable(text).split("\n")]
    return _EMPTY_LINES.sub("\n\n", "\n".join(kept)).strip()


def rich(text: str) -> str:
    """Clean HTML of a few harmless tags. Plain text becomes paragraphs; scripts, handlers and styles vanish."""
    if not _LOOKS_LIKE_HTML.search(text):
        paragraphs = [escape(part, quote=False) for part in lines(text).split("\n\n") if part]
        return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs)
    clean: str = _CLEANER.clean(printable(text)).strip()
    # What had only dangerous tags is plain text now, but escaped already: a paragraph keeps it from a second escape.
    return f"<p>{clean}</p>" if clean and "<" not in clean else clean


def without_markup(html: str) -> str:
    """The words of clean HTML, for search, snippets and plain formats."""
    spaced = re.sub(r"<(?:/p|br|/li|/h[34]|/blockquote)\b[^>]*>", "\n", html)
    stripped: str = nh3.clean(spaced, tags=set())
    return lines(unescape(stripped))
