"""What a first record is made of: a text or a document that somebody brought, and what was found in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext

from landbridge.exchange.documents.filling import Filled, fill
from landbridge.exchange.documents.leaves import boxes, leaf_of
from landbridge.exchange.documents.texts import written
from landbridge.exchange.documents.unreadable import Unreadable
from landbridge.exchange.documents.workshop import read
from landbridge.formats.fields import Question, Terms
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES, is_language_tag
from landbridge.search.proposals import LONGEST, Proposal, Proposed, propose
from landbridge.search.understand import detect
from landbridge.web import labels
from landbridge.web.papers import refused, unread, words_of

_SALT: Final = "landbridge.guided"
_MOST_TEXT: Final = 30_000
"""Characters of a document's text that go into the description, whose limit is 40,000 with its marks."""
QUESTIONS: Final = (
    "places", "support_types", "themes", "targets", "ecosystems", "technologies", "subjects", "urgency", "budget",
    "value", "total_cost", "period", "in_use_since",
)  # fmt: skip
"""The questions that are proposed, in the order in which they are shown."""


@dataclass
class Brought:
    """A text, and what a document already answers. `problem` says why a document could not be read."""

    text: str = ""
    format: str = ""
    language: str = ""
    filled: Mapping[str, Any] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    record: str = ""
    revision: int = 0
    unread: list[str] = field(default_factory=list)
    ours: bool = False
    read_as: str = ""
    """The format for which the document was read; the person may say then that it is another."""
    problem: str = ""

    def sealed(self) -> str:
        """What the next page needs of the document, so that nobody writes it but us."""
        read_as = self.read_as or self.format
        kept = (dict(self.filled), list(self.asked), self.record, self.revision, self.ours, read_as, self.language)
        return signing.dumps(kept, salt=_SALT, compress=True) if self.filled or self.ours else ""


def brought(request: HttpRequest) -> Brought:
    """What came in with a form: a text, a document, or what an earlier page had read of one."""
    post = request.POST
    text = post.get("text", "").replace("\r\n", "\n").strip()
    format = post.get("format", "") if post.get("format", "") in FORMATS else ""
    if getattr(request, "_upload_too_large", False):
        return Brought(text=text, format=format, problem=refused("too-large"))
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        return _of_file(file, text, format)
    return opened(post, Brought(text=text, format=format, language=_language(post)))


def _language(post: QueryDict) -> str:
    tag = post.get("language", "")
    return tag if tag in LANGUAGES else ""


def _of_file(file: "UploadedFile[bytes]", text: str, format: str) -> Brought:
    try:
        extracted = read(file.read())
        filled = fill(extracted, words_of, detect, format)
        if not filled.ours and not format:
            # What a stranger's document is about is known once it is read: then its labels are those of that format.
            filled = fill(extracted, words_of, detect, propose(_all_text(filled)).format)
    except Unreadable as unreadable:
        return Brought(text=text, format=format, problem=refused(unreadable.code))
    return _of_filled(filled, text)


def _all_text(filled: Filled) -> str:
    told = [text for answer in filled.answers.values() if isinstance(answer, dict) for text in answer.values()]
    return " ".join([filled.text, *(text for text in told if isinstance(text, str))])[:LONGEST]


def _of_filled(filled: Filled, text: str) -> Brought:
    told = [unread(one) for one in filled.unread]
    together = "\n\n".join(part for part in (text, filled.text) if part)
    if len(together) > _MOST_TEXT:
        together = together[:_MOST_TEXT]
        told.append(gettext("The end was not read: the document is too long."))
    return Brought(
        text=together, format=filled.format, language=filled.language, filled=filled.answers,
        asked=tuple(filled.asked), record=filled.record, revision=filled.revision, unread=list(dict.fromkeys(told)),
        ours=filled.ours,
    )  # fmt: skip


def opened(post: QueryDict, there: Brought) -> Brought:
    """What an earlier page had read of a document; a seal that is broken or old counts as none."""
    try:
        filled, asked, record, revision, ours, format, language = signing.loads(
            post.get("sealed", ""), salt=_SALT, max_age=7 * 86_400
        )
    except (signing.BadSignature, ValueError):
        return there
    there.filled, there.asked, there.record, there.revision = filled, tuple(asked), record, revision
    there.ours, there.read_as = ours, format
    there.format = format if ours else there.format or format
    there.language = language if ours else there.language or language
    return there


@dataclass(frozen=True)
class Choice:
    """A proposal as it is shown: what it is called, and the words that led to it."""

    key: str
    label: str
    words: str
    ticked: bool


def found(of: Brought) -> Proposed:
    """What the text lets us propose, beside what the document answers already."""
    return propose(of.text, of.language or None, labels.reader_language(), of.format or None)


def choices(proposed: Proposed, of: Brought) -> Iterator[tuple[str, str, list[Choice]]]:
    """Question, its label, and what is proposed for it."""
    asked = questions(FORMATS[proposed.format])
    for name in QUESTIONS:
        shown = [] if name in of.filled else [_choice(one) for one in proposed.of(name)]
        if shown and name in asked:
            yield name, labels.said(asked[name].label), shown


def key_of(one: Proposal) -> str:
    """How a tick names its proposal."""
    value = one.value if isinstance(one.value, str) else orjson.dumps(one.value).decode()
    return f"{one.question}={value}"


def _choice(one: Proposal) -> Choice:
    words = labels.listed(f"“{word}”" for word in one.words)
    return Choice(key_of(one), _shown(one), words, one.confident)


def _shown(one: Proposal) -> str:
    """A proposed value in the reader's words."""
    if one.question == "places":
        return labels.place_name(one.value)
    if isinstance(one.value, dict) and "currency" in one.value:
        return labels.money(one.value["amount"], one.value["currency"])
    if isinstance(one.value, dict):
        return f"{one.value['start'][:4]}–{one.value['end'][:4]}"
    if one.question == "subjects":
        name, _, identifier = one.value.partition(":")
        return labels.term_label(name, identifier)
    if isinstance(one.value, str):
        return labels.term_label(one.question, one.value)
    return str(one.value)


def chosen(post: QueryDict, proposed: Proposed) -> dict[str, Any]:
    """The answers that were ticked; a tick for what is not proposed counts for nothing."""
    ticked = set(post.getlist("pick"))
    asked = questions(FORMATS[proposed.format])
    answers: dict[str, Any] = {}
    for one in proposed.answers:
        question = asked[one.question]
        if key_of(one) in ticked:
            if isinstance(question, Terms) and question.many:
                answers.setdefault(one.question, []).append(one.value)
            else:
                answers.setdefault(one.question, one.value)
    return answers


def told(post: QueryDict, of: Brought, proposed: Proposed) -> dict[str, Any]:
    """All answers of the draft: what was typed, ticked, and read of the document. No text of it is left behind."""
    tag = of.language or proposed.language
    tag = tag if is_language_tag(tag) else "en"
    answers = chosen(post, proposed)
    for name in ("title", "summary"):
        typed = post.get(name, "").strip()
        if typed:
            answers[name] = {tag: typed}
    left_out = set() if of.ours else set(of.filled) - set(post.getlist("keep"))
    kept, strange = _fitting(of, proposed.format)
    answers |= {name: value for name, value in kept.items() if name not in left_out}
    rest = "\n\n".join(part for part in (of.text, *strange) if part)
    if rest and len(rest) > len(answers.get("summary", {}).get(tag, "")):
        before = answers["description"] if isinstance(answers.get("description"), dict) else {}
        answers["description"] = {**before, tag: before.get(tag, "") + words_of(tag).rich(rest)}
    return answers


def _fitting(of: Brought, format: str) -> tuple[dict[str, Any], list[str]]:
    """The answers of the document that the format takes; the others as lines of text."""
    asked, before = questions(FORMATS[format]), questions(FORMATS[of.read_as or format])
    words = words_of(of.language)
    kept, strange = {}, []
    for name, value in of.filled.items():
        if name in asked and (of.read_as in ("", format) or _alike(asked[name], before.get(name))):
            kept[name] = value
        elif name in before:
            pairs = boxes(FORMATS[of.read_as], name, value, of.language or "en", 1)
            texts = [written(leaf, one, words) for path, one in pairs if (leaf := leaf_of(FORMATS[of.read_as], path))]
            strange.append(f"{words.said(before[name].label)}: {', '.join(filter(None, texts))}")
    return kept, strange


def _alike(one: Question, other: Question | None) -> bool:
    """Whether two formats ask so that one answer fits both."""
    terms = (getattr(one, "vocabularies", ()), getattr(one, "many", True))
    return type(one) is type(other) and terms == (getattr(other, "vocabularies", ()), getattr(other, "many", True))
