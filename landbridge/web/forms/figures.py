"""Numbers, amounts and coordinates as people type them, in any of our scripts."""

import re
import unicodedata
from typing import Any, Final

_GROUPED: Final = re.compile(r"-?\d{1,3}(?:[, \u00a0\u202f'٬]\d{3})+(?:[.٫]\d+)?")
_COMMA: Final = re.compile(r"-?\d+,\d{1,2}|-?0,\d+")
_POINT: Final = re.compile(r"-?\d+(?:\.\d+)?")
_DEGREES: Final = re.compile(
    r"""(?P<sign>[-+−]?)\s*(?P<degrees>\d{1,3}(?:[.,]\d+)?)\s*[°º ]\s*
    (?:(?P<minutes>\d{1,2}(?:[.,]\d+)?)\s*(?:['’′]|\s|$))?\s*
    (?:(?P<seconds>\d{1,2}(?:[.,]\d+)?)\s*(?:["”″]|''|\s|$))?\s*(?P<side>[NSEWOС]?)""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST: Final = 30


def ascii_digits(text: str) -> str:
    """Digits of any script as 0 to 9, and one kind of minus."""
    return "".join(str(unicodedata.digit(one, one)) for one in text).replace("−", "-")


def figure(text: str) -> int | float | str:
    """A number, or the text as it was typed where it is none."""
    plain = ascii_digits(text.strip()).replace("٫", ".")
    if len(plain) > _LONGEST:
        return text
    if _COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    elif _GROUPED.fullmatch(plain):
        plain = re.sub(r"[, \u00a0\u202f'٬]", "", plain)
    if not _POINT.fullmatch(plain):
        return text
    number = float(plain)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def amount(text: str) -> str:
    """An amount of money as a plain decimal, or as it was typed; money never becomes a floating number."""
    number = figure(text)
    return text if isinstance(number, str) else f"{number:.2f}" if isinstance(number, float) else str(number)


def degrees(text: str) -> Any:
    """A coordinate in decimal degrees, from decimals or degrees, minutes and seconds; else as it was typed."""
    plain = ascii_digits(text.strip())
    number = figure(plain)
    if not isinstance(number, str):
        return float(number)
    if len(plain) > _LONGEST:
        return text
    found = _DEGREES.fullmatch(plain)
    if not found:
        return text
    parts = [float((found[name] or "0").replace(",", ".")) for name in ("degrees", "minutes", "seconds")]
    if parts[1] >= 60 or parts[2] >= 60:
        return text
    value = parts[0] + parts[1] / 60 + parts[2] / 3600
    below = found["sign"] in ("-", "−") or (found["side"] or "").upper() in ("S", "W", "O")
    return round(-value if below else value, 6)
