"""From a document to a filled draft, and the list of what could not be read.

Our own forms come back box by box. Of all other documents, headings, table rows and lines that are called as a
question is, in any of the six languages, answer that question; the rest is the text from which answers are proposed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from landbridge.exchange.documents.leaves import Leaf, joined, leaf_of, model_named
from landbridge.exchange.documents.texts import Refused, understood
from landbridge.exchange.documents.wording import Words
from landbridge.exchange.documents.workshop import Extracted
from landbridge.formats.fields import Link, Money, Organisation, Person, Question, RichText, Text
from landbridge.formats.format import CommonFormat, questions
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import fold
from landbridge.lib.languages import LANGUAGES, is_language_tag
from landbridge.search import amounts

WordsOf = Callable[[str], Words]
_LABEL_END: Final = re.compile(r"\s*[:：]\s*")
_TRIMMED: Final = re.compile(r"^[\s\d.)\-–•*]+|[\s:：*?？]+$|\s*\([^()]*\)\s*$")
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+")
_MAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
LONGEST_LABEL: Final = 120
MOST_UNREAD: Final = 60
_LONGEST_PARTS: Final = 4_000
"""Characters of a text in which names, addresses and sums are looked for."""


@dataclass(frozen=True)
class Unread:
    """Something that could not be read or kept. `code` as in `extract.Found.unread`, `Refused`, or unknown-label,
    unknown-box, no-box, outside; `what` names the place, `text` is what stands there."""

    code: str
    what: str = ""
    text: str = ""


@dataclass
class Filled:
    """A draft out of a document."""

    format: str = ""
    language: str = ""
    record: str = ""
    revision: int = 0
    answers: dict[str, Any] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    """The questions that the document had boxes for: an empty one is an answer taken away."""
    text: str = ""
    """What answers no question by its label."""
    unread: list[Unread] = field(default_factory=list)
    ours: bool = False

    def tell(self, code: str, what: str = "", text: str = "") -> None:
        if len(self.unread) < MOST_UNREAD:
            self.unread.append(Unread(code, what[:200], text[:300]))


def fill(extracted: Extracted, words_of: WordsOf, language_of: Callable[[str], str], format: str = "") -> Filled:
    """Make a draft of a document; `language_of` tells the language of a text, `format` is that of strangers' files."""
    mark = extracted.mark
    model = model_named(mark["format"]) if mark else None
    if mark and model is not None and is_language_tag(mark["language"]):
        filled = _ours(extracted, model, mark, words_of)
    else:
        filled = _of_stranger(extracted, words_of, language_of, format)
    for code, detail in extracted.unread:
        filled.tell(code, detail)
    return filled


def _ours(extracted: Extracted, model: type[CommonFormat], mark: Mapping[str, Any], words_of: WordsOf) -> Filled:
    language = mark["language"]
    words = words_of(language if language in LANGUAGES else "en")
    filled = Filled(model.name, language, mark["record"], mark["revision"], ours=True)
    found: dict[str, Any] = {}
    asked, refused = set(), set()
    for path, text in extracted.boxes:
        leaf = leaf_of(model, path)
        if leaf is None:
            if text.strip():
                filled.tell("unknown-box", path, text)
            continue
        name = path.split(".")[0]
        asked.add(name)
        value = _value(leaf, path, text, words, filled)
        if value is not None:
            found[path] = value
        elif text.strip():
            refused.add(name)
    filled.answers = joined(found)
    # A box that was not understood takes nothing away: the record keeps what it said.
    filled.asked = frozenset(asked - (refused - set(filled.answers)))
    _outside(extracted, model, words, filled)
    return filled


def _value(leaf: Leaf, path: str, text: str, words: Words, filled: Filled) -> Any:
    """What a box says; a workbook divides long texts, and the terms of one question, into cells."""
    together = "\n" if leaf.kind in ("terms", "lines") else ""
    try:
        return understood(leaf, text.replace("\x1f", together), words)
    except Refused as refused:
        filled.tell(refused.code, words.said(leaf.question.label), refused.text)
        return None


def _outside(extracted: Extracted, model: type[CommonFormat], words: Words, filled: Filled) -> None:
    """What somebody wrote beside the boxes: kept as text, and told."""
    known = {" ".join(words.said(label).split()) for label in _own_labels(model)}
    written = []
    for kind, texts in extracted.blocks:
        said = " ".join(texts[0].split()) if kind == "text" else ""
        if said and said not in known and "landbridge-form:" not in said and words.said(model.about) not in said:
            written.append(said)
    if written:
        filled.text = "\n\n".join(written)
        filled.tell("outside", text=filled.text)


def _own_labels(model: type[CommonFormat]) -> Iterator[str]:
    yield from (model.label, model.about, model.plural)


@cache
def _labels(format: str, words_of: WordsOf) -> Mapping[str, str]:
    """How the questions of a format are called, in six languages, to their names."""
    model = FORMATS[format]
    found: dict[str, str] = {}
    for tag in LANGUAGES:
        words = words_of(tag)
        for name, question in questions(model).items():
            if question.public:
                found.setdefault(_bare(words.said(question.label)), name)
    for name in questions(model):
        found.setdefault(_bare(name.replace("_", " ")), name)
    return found


def _bare(label: str) -> str:
    """A label without number, colon, star or remark in brackets."""
    said = fold(label)
    while (shorter := _TRIMMED.sub("", said)) != said:
        said = shorter
    return said


def _of_stranger(extracted: Extracted, words_of: WordsOf, language_of: Callable[[str], str], format: str) -> Filled:
    every = "\n".join(text for _, texts in extracted.blocks for text in texts)
    language = language_of(every)
    filled = Filled(format if format in FORMATS else "need", language)
    model, words = FORMATS[filled.format], words_of(language)
    labels = _labels(filled.format, words_of)
    rest: list[str] = []
    blocks, more = _first_record(extracted.blocks, labels)
    if more:
        filled.tell("more-records", str(more + 1))
    for label, name, text in _parted(blocks, labels):
        if name is None:
            rest.append(f"{label}: {text}" if label and text else label or text)
            if label and text:
                filled.tell("unknown-label", label, text)
        elif not _answer(model, name, text, words, filled):
            rest.append(f"{label}: {text}")
    filled.text = "\n\n".join(filter(None, rest))
    return filled


_Block = tuple[str, Sequence[str]]


def _first_record(blocks: Sequence[_Block], labels: Mapping[str, str]) -> tuple[list[_Block], int]:
    """A table with one record a row, as rows of label and answer of its first record; and how many more there are."""
    made: list[_Block] = []
    heads: list[str] = []
    records = 0
    for kind, texts in blocks:
        if kind != "row":
            heads = []
            made.append((kind, texts))
        elif heads:
            records += 1
            if records == 1:
                pairs = zip(heads, texts, strict=False)
                made.extend(("row", [head, text]) for head, text in pairs if head.strip() and text.strip())
        elif _is_head(texts, labels):
            heads = [text.partition(".")[0] if _bare(text) not in labels else text for text in texts]
        else:
            made.append((kind, texts))
    return made, max(0, records - 1)


def _is_head(texts: Sequence[str], labels: Mapping[str, str]) -> bool:
    cells = [text for text in texts if text.strip()]
    named = [cell for cell in cells if _bare(cell.partition(".")[0]) in labels or _bare(cell) in labels]
    return len(named) >= 2 and len(named) * 2 >= len(cells)


_Parted = tuple[str, str | None, str]
"""A label as it is written, the question that it names, and what stands under it."""


def _parted(blocks: Sequence[_Block], labels: Mapping[str, str]) -> Iterator[_Parted]:
    heading, name, under = "", None, list[str]()
    for kind, texts in blocks:
        if kind == "row":
            yield from _row(texts, labels)
            continue
        text = texts[0]
        named = labels.get(_bare(text)) if len(text) <= LONGEST_LABEL else None
        label, said = _line(text, labels)
        if kind == "heading" or named or said:
            yield from _under(heading, name, under)
            heading, name, under = text, named, []
            if said:
                yield label, labels[_bare(label)], said
                heading, name = "", None
        else:
            under.append(text)
    yield from _under(heading, name, under)


def _under(heading: str, name: str | None, under: Sequence[str]) -> Iterator[_Parted]:
    if name is not None and under:
        yield heading, name, "\n\n".join(under)
    elif heading or under:
        yield "", None, "\n\n".join(filter(None, (heading, *under)))


def _line(text: str, labels: Mapping[str, str]) -> tuple[str, str]:
    """`Countries: Fiji` as label and answer; two empty texts where the label is none of ours."""
    end = _LABEL_END.search(text)
    label = text[: end.start()] if end else ""
    known = end is not None and 0 < len(label) <= LONGEST_LABEL and _bare(label) in labels
    return (label, text[end.end() :].strip()) if end and known else ("", "")


def _row(texts: Sequence[str], labels: Mapping[str, str]) -> Iterator[_Parted]:
    """A row of a table: the first cell that is called as a question is answered by the next filled one."""
    cells = [text for text in texts if text.strip()]
    for place, cell in enumerate(cells[:3]):
        name = labels.get(_bare(cell.split("\n")[0])) if len(cell) <= 3 * LONGEST_LABEL else None
        if name is not None:
            said = "\n".join(cells[place + 1 :])
            if said:
                yield cell.split("\n")[0], name, said
            return
    if len(cells) == 2 and len(cells[0]) <= LONGEST_LABEL:
        yield cells[0], None, cells[1]
    else:
        yield "", None, " – ".join(cells)


def _answer(model: type[CommonFormat], name: str, text: str, words: Words, filled: Filled) -> bool:
    """Answer a question with a text; False when it cannot take it, which is told."""
    question = questions(model)[name]
    if isinstance(question, Text):
        leaf = leaf_of(model, f"{name}.{filled.language}")
        value = {filled.language: understood(leaf, text, words)} if leaf else None
    else:
        value = _of_kind(model, name, question, text, words, filled)
    if value is None:
        return False
    if name in filled.answers:
        filled.tell("twice", words.said(question.label), text)
        return False
    filled.answers[name] = value
    return True


def _of_kind(model: type[CommonFormat], name: str, question: Question, text: str, words: Words, filled: Filled) -> Any:
    leaf = leaf_of(model, name)
    if leaf is not None:
        return _value(leaf, name, text, words, filled)
    made = _of_parts(question, text)
    if made is None:
        filled.tell("no-box", words.said(question.label), text)
    return made


def _of_parts(question: Question, text: str) -> Any:
    """An answer of several parts out of one text, for the kinds where that is plain."""
    text = text[:_LONGEST_PARTS]
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if isinstance(question, Organisation):
        return [{"name": line[:300]} for line in lines[:20]]
    if isinstance(question, Link):
        return [{"url": address.rstrip(".,;)")} for address in _ADDRESS.findall(text)[:20]] or None
    if isinstance(question, Person):
        return [_person(line) for line in lines[:20]]
    if isinstance(question, Money):
        sums = amounts.money(text)
        return sums[0].answer if len(sums) == 1 else None
    return None


def _person(line: str) -> dict[str, str]:
    mail = _MAIL.search(line)
    name = _MAIL.sub("", line).strip(" ,;–-()<>")[:200]
    return {key: value for key, value in (("name", name), ("email", mail[0] if mail else "")) if value}


def laid_over(filled: Filled, answers: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The answers of a record with those of its form laid over them; what the form had no box for stays."""
    model = FORMATS[filled.format]
    kept = {name: answer for name, answer in answers.items() if name not in filled.asked}
    told = {name: _as_it_was(model, name, answer, answers.get(name), words) for name, answer in filled.answers.items()}
    return {**kept, **told}


def _as_it_was(model: type[CommonFormat], name: str, answer: Any, before: Any, words: Words) -> Any:
    """A rich text that nobody touched keeps its markup, of which paper shows only the main things."""
    if not isinstance(questions(model).get(name), RichText) or not isinstance(answer, dict):
        return answer
    was = before if isinstance(before, dict) else {}
    return {
        tag: was[tag] if tag in was and words.rich(words.plain(was[tag])) == text else text
        for tag, text in answer.items()
    }
