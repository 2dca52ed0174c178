"""What a box says, as a person would write it, and back to what the format keeps.

`written` and `understood` are each other's contrary: what one writes, the other reads.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from landbridge.exchange.documents.leaves import Leaf
from landbridge.exchange.documents.wording import Words
from landbridge.formats.fields import Terms
from landbridge.formats.vocabulary import Term, fold, vocabulary

YES: Final = ("yes", "oui", "sí", "si", "да", "是", "نعم", "true", "1", "x", "✓", "✔")
NO: Final = ("no", "non", "нет", "否", "لا", "false", "0")
_KEY: Final = re.compile(r"\[([^\[\]\s]{1,120})\]\s*$")
_SEPARATORS: Final = str.maketrans(dict.fromkeys(";؛；、\r", "\n"))
_COMMAS: Final = re.compile(r"\s*[,،，]\s*")
_DATE: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")


class Refused(ValueError):
    """A box says what the format cannot keep. `code`: unknown-term, not-a-number, not-a-date, not-yes-or-no,
    not-a-choice."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code, self.text = code, text


def written(leaf: Leaf, value: Any, words: Words) -> str:
    """The text of a box for what is kept; empty for nothing."""
    if value is None or value == "":
        return ""
    if leaf.kind == "rich":
        return words.plain(str(value))
    if leaf.kind == "terms" and isinstance(leaf.question, Terms):
        kept = value if isinstance(value, list) else [value]
        return "\n".join(_term_text(leaf.question, one, words) for one in kept)
    if leaf.kind == "choice":
        return words.choices.get(str(value), str(value))
    if leaf.kind == "code":
        return code_text(leaf.vocabularies[0], str(value), words)
    if leaf.kind == "flag":
        return words.said("Yes") if value else words.said("No")
    if leaf.kind == "lines":
        return "\n".join(value if isinstance(value, list) else [str(value)])
    if leaf.kind == "number" and isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _term_text(question: Terms, kept: str, words: Words) -> str:
    term = question.term_of(kept)
    return term_text(question, term, words) if term else kept


def term_text(question: Terms, term: Term, words: Words) -> str:
    """The label of a term; with its key where the label alone would be read as another term."""
    label = words.term(term.vocabulary, term.id)
    plain = not _KEY.search(label) and label.translate(_SEPARATORS) == label and "\n" not in label
    return label if plain and question.find(label) is term else f"{label} [{question.keep(term)}]".replace("\n", " ")


def code_text(name: str, code: str, words: Words) -> str:
    """A currency or country: its code for currencies, its name for countries."""
    term = vocabulary(name).terms.get(code)
    if term is None or name == "currencies":
        return code
    label = words.term(name, code)
    return label if vocabulary(name).find(label) is term else f"{label} [{code}]"


def understood(leaf: Leaf, text: str, words: Words) -> Any:
    """What the format keeps of the text of a box, None for nothing.

    Raises:
        Refused: it cannot be understood.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        return None
    if leaf.kind == "rich":
        return words.rich(text)
    if leaf.kind == "terms" and isinstance(leaf.question, Terms):
        found = list(dict.fromkeys(_terms(leaf.question, text)))
        return found if leaf.question.many else found[0]
    simple = {"choice": _choice, "code": _code, "flag": _flag, "day": _day, "number": _number, "amount": _amount}
    if leaf.kind in simple:
        return simple[leaf.kind](leaf, text, words)
    if leaf.kind == "lines":
        return [line for line in map(str.strip, text.split("\n")) if line]
    return text


def _terms(question: Terms, text: str) -> Iterator[str]:
    """The terms that a text names, one a line or apart by semicolons, by commas where nothing else helps."""
    for line in filter(None, map(str.strip, text.split("\n"))):
        whole = _named(question, line)
        if whole is not None:
            yield question.keep(whole)
            continue
        for piece in filter(None, map(str.strip, line.translate(_SEPARATORS).split("\n"))):
            term = _named(question, piece)
            # A comma may stand between terms, and within the label of one.
            smaller = [term] if term else [_named(question, part) for part in _COMMAS.split(piece) if part]
            if not smaller or None in smaller:
                raise Refused("unknown-term", piece)
            yield from (question.keep(one) for one in smaller if one is not None)


def _named(question: Terms, text: str) -> Term | None:
    key = _KEY.search(text) if text.count("[") == 1 else None
    return (question.term_of(key[1]) if key else None) or question.find(text)


def _choice(leaf: Leaf, text: str, words: Words) -> str:
    known = {fold(label): value for value, label in words.choices.items() if value in leaf.choices}
    known |= {fold(value): value for value in leaf.choices}
    known |= {fold(value.replace("_", " ")): value for value in leaf.choices}
    if fold(text) not in known:
        raise Refused("not-a-choice", text)
    return known[fold(text)]


def _code(leaf: Leaf, text: str, words: Words) -> str:
    key = _KEY.search(text)
    term = vocabulary(leaf.vocabularies[0]).find(key[1] if key else text)
    if term is None:
        raise Refused("unknown-term", text)
    return term.id


def _flag(leaf: Leaf, text: str, words: Words) -> bool:
    said = fold(text)
    if said in YES or said == fold(words.said("Yes")):
        return True
    if said in NO or said == fold(words.said("No")):
        return False
    raise Refused("not-yes-or-no", text)


def _day(leaf: Leaf, text: str, words: Words) -> str:
    digits = _western(text)
    try:
        return datetime.fromisoformat(digits).date().isoformat()
    except ValueError:
        pass
    found = _DATE.fullmatch(digits.strip())
    if found is None:
        raise Refused("not-a-date", text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError:
        raise Refused("not-a-date", text) from None


def _western(text: str) -> str:
    """Digits of any script as 0 to 9."""
    return "".join(str(unicodedata.digit(one)) if unicodedata.digit(one, None) is not None else one for one in text)


_DECIMAL: Final = str.maketrans({"٫": ".", **dict.fromkeys("٬\u00a0\u202f\u2009'’", "")})


def _number(leaf: Leaf, text: str, words: Words) -> int | float:
    plain = _plain_number(text)
    try:
        value = float(plain)
    except ValueError:
        raise Refused("not-a-number", text) from None
    if value != value or value in (float("inf"), float("-inf")):
        raise Refused("not-a-number", text)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _amount(leaf: Leaf, text: str, words: Words) -> str:
    _number(leaf, text, words)
    return _plain_number(text)


def _plain_number(text: str) -> str:
    """A number with a point, however it is written: 1.234,5 and 1,234.5 and 1 234,5."""
    plain = _western(text.strip()).translate(_DECIMAL).replace(" ", "")
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and point >= 0:
        last, other = (",", ".") if comma > point else (".", ",")
        return plain.replace(other, "").replace(last, ".")
    if comma >= 0:
        thousands = re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+", plain)
        return plain.replace(",", "" if thousands else ".")
    return plain
