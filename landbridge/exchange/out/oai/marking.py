"""Text as XML takes it."""

import re
from collections.abc import Iterable
from typing import Final

ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold, not even escaped."""
_SPECIAL: Final = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def text(said: str) -> str:
    """A text between two tags."""
    if not _SPECIAL.search(said):
        return said
    plain = ILLEGAL.sub("", said)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def attribute(said: str) -> str:
    """A text between double quotes."""
    return text(said).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def element(name: str, said: str, language: str = "", **attributes: str) -> str:
    """An element with a text; `name` may be of any namespace that is declared around it."""
    told = {"xml:lang": language, **attributes}
    written = "".join(f' {key}="{attribute(value)}"' for key, value in told.items() if value)
    return f"<{name}{written}>{text(said)}</{name}>"


def joined(parts: Iterable[str]) -> bytes:
    """The parts as UTF-8."""
    return "".join(parts).encode()
