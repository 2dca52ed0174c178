"""Money and years that a text states plainly."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

_CURRENCIES: Final = {
    "USD": r"US\s?\$|USD|U\.?S\.? dollars?|dollars? américains?|dólares(?: estadounidenses)?"
           r"|dollars?(?! ?(?:canadiens?|aust))|долл\w{0,6}(?: США)?|美元|دولار\w{0,4}(?: أمريكي)?|\$",
    "EUR": r"EUR|€|euros?|евро|欧元|يورو",
    "CHF": r"CHF|francs? suisses?|Swiss francs?|франк\w{0,3} Швейцарии|瑞士法郎",
    "CAD": r"CAD|dollars? canadiens?|Canadian dollars?",
    "GBP": r"GBP|£|pounds sterling|фунт\w{0,3} стерлингов|英镑",
    "CNY": r"CNY|RMB|人民币|(?<![美欧日])元|yuan(?:es)?|юан\w{0,3}",
}  # fmt: skip
"""Currencies that are named without doubt; a bare "franc" or "dinar" belongs to many countries."""
_SCALE: Final = {
    "million": 1_000_000, "millones": 1_000_000, "millón": 1_000_000, "millions": 1_000_000, "миллион": 1_000_000,
    "млн": 1_000_000, "百万": 1_000_000, "مليون": 1_000_000, "万": 10_000, "тыс": 1_000, "тысяч": 1_000, "mille": 1_000,
    "mil": 1_000, "thousand": 1_000, "ألف": 1_000, "آلاف": 1_000, "千": 1_000,
}  # fmt: skip
_NUMBER: Final = r"(?<![\d.,])(\d{1,3}(?:[ .,\u00a0\u202f]\d{3})+|\d+)(?:[.,]\d{1,2})?(?!\d)"
_SCALED: Final = rf"(?:\s*({'|'.join(sorted(_SCALE, key=len, reverse=True))})\w{{0,4}})?"
_CURRENCY: Final = f"(?:{'|'.join(f'(?P<{code}>{form})' for code, form in _CURRENCIES.items())})"
_AFTER: Final = re.compile(rf"{_NUMBER}{_SCALED}(?:\s+(?:de|d'))?\s*{_CURRENCY}(?!\w)")
_BEFORE: Final = re.compile(rf"{_CURRENCY}\s*{_NUMBER}{_SCALED}")
_YEARS: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)[^.\d。]{1,12}?((?:19|20)\d\d)(?!\d)")
_SINCE: Final = re.compile(
    r"(?:since|desde|depuis|с|منذ(?: عام)?|自|从)\s*((?:19|20)\d\d)(?!\d)|((?:19|20)\d\d)年(?:起|以来)"
)


@dataclass(frozen=True)
class Stated:
    """Something stated in a text, and from where to where it stands."""

    answer: Any
    start: int
    end: int


def money(text: str) -> list[Stated]:
    """Amounts with their currencies, as answers of the kind money, in the order of the text."""
    found: dict[int, Stated] = {}
    for pattern in (_AFTER, _BEFORE):
        for match in pattern.finditer(text):
            number, scale = _number(match)
            code = next(code for code in _CURRENCIES if match[code])
            if not any(start <= match.start() < one.end for start, one in found.items()):
                answer = {"amount": str(Decimal(number) * scale), "currency": code}
                found.setdefault(match.start(), Stated(answer, match.start(), match.end()))
    return [found[start] for start in sorted(found)]


def _number(match: "re.Match[str]") -> tuple[str, int]:
    named = set(match.groupdict().values())
    number, *scale = [part for part in match.groups() if part and part not in named]
    return re.sub(r"\D", "", number), _SCALE.get(scale[0], 1) if scale else 1


def years(text: str) -> Iterator[Stated]:
    """Periods from one year to another, as answers of the kind period."""
    for match in _YEARS.finditer(text):
        if match[1] <= match[2]:
            yield Stated({"start": f"{match[1]}-01-01", "end": f"{match[2]}-12-31"}, match.start(1), match.end(2))


def since(text: str) -> Iterator[Stated]:
    """The year since which something has been so."""
    for match in _SINCE.finditer(text):
        yield Stated(int(match[1] or match[2]), match.start(), match.end())
