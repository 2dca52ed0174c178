"""What a form knows while it is drawn, and the frame of a question: label, help, error, control."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from landbridge.formats.fields import Question
from landbridge.lib.languages import direction
from landbridge.web.labels import said

NOTHING = SafeString("")
Found = tuple[str, str]
"""What can be chosen: its id, and what it is called."""


def nobody(text: str, formats: tuple[str, ...]) -> list[Found]:
    """No records are found where nobody looks them up."""
    return []


def no_party(text: str) -> list[Found]:
    """No parties are found where nobody looks them up."""
    return []


@dataclass(frozen=True)
class Asked:
    """How a form is drawn: for which copy, in which language of the text, with which errors."""

    format: str
    language: str
    original: str
    errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Path of an answer to what is wrong with it."""
    titles: Mapping[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)
    """Names of the parties that the answers name by id."""
    needed: frozenset[str] = frozenset()
    more: str = ""
    """The question that gets one more empty row."""
    lookup: str = ""
    """The question whose records are looked up by what was typed."""
    records: Callable[[str, tuple[str, ...]], list[Found]] = nobody
    those: Callable[[str], list[Found]] = no_party
    """The parties that a text may name."""

    @property
    def translating(self) -> bool:
        return self.language != self.original

    def of(self, path: str) -> tuple[str, ...]:
        """The errors of exactly this answer."""
        return self.errors.get(path, ())

    def within(self, path: str) -> tuple[str, ...]:
        """The errors of this answer and of all its parts."""
        start = f"{path}."
        return tuple(one for at, found in self.errors.items() if at == path or at.startswith(start) for one in found)


def words(answer: Any) -> str:
    """An answer of one line as it was typed; what has another form shows nothing."""
    if isinstance(answer, bool) or answer is None or isinstance(answer, list | dict):
        return ""
    return f"{answer:g}" if isinstance(answer, float) and answer.is_integer() and abs(answer) < 1e15 else str(answer)


def listed(answer: Any) -> list[Any]:
    """An answer of several parts; a single one counts as one."""
    if isinstance(answer, list):
        return answer
    return [] if answer in (None, "", {}) else [answer]


def parts_of(answer: Any) -> Mapping[str, Any]:
    """An answer with named parts; what has another form has none."""
    return answer if isinstance(answer, Mapping) else {}


def described(asked: Asked, path: str, question: Question | None) -> SafeString:
    """What ties a control to its help and its errors."""
    wrong = asked.of(path)
    ids = ([f"h-{path}"] if question and question.help else []) + ([f"e-{path}"] if wrong else [])
    about = format_html(' aria-describedby="{}"', " ".join(ids)) if ids else NOTHING
    return format_html("{}{}", about, format_html(' aria-invalid="{}"', "true") if wrong else NOTHING)


def _around(asked: Asked, path: str, question: Question, errors: tuple[str, ...]) -> tuple[SafeString, SafeString]:
    """Help and errors of a question."""
    hint = format_html('<p class="hint" id="h-{}">{}</p>', path, said(question.help)) if question.help else NOTHING
    drawn = format_html_join("<br>", "{}", ((one,) for one in dict.fromkeys(errors)))
    wrong = format_html('<p class="error" id="e-{}">{}</p>', path, drawn) if errors else NOTHING
    return hint, wrong


def _mark(asked: Asked, path: str) -> SafeString:
    return format_html(' <span class="required">{}</span>', gettext("needed")) if path in asked.needed else NOTHING


def single(asked: Asked, path: str, question: Question, control: SafeString) -> SafeString:
    """A question with one control, whose id is `f-` and the path."""
    errors = asked.of(path)
    hint, wrong = _around(asked, path, question, errors)
    return format_html(
        '<div class="q{}"><label for="f-{}">{}{}</label>{}{}{}</div>',
        " wrong" if errors else "", path, said(question.label), _mark(asked, path), hint, wrong, control,
    )  # fmt: skip


def compound(asked: Asked, path: str, question: Question, controls: SafeString, extra: str = "") -> SafeString:
    """A question with several controls. An empty value stands first: it says that the question was on the page."""
    errors = asked.of(path)
    hint, wrong = _around(asked, path, question, errors)
    about = described(asked, path, question)
    return format_html(
        '<fieldset class="q{}{}" id="f-{}" tabindex="-1"{}><legend>{}{}</legend>{}{}'
        '<input type="hidden" name="{}" value="">{}</fieldset>',
        " wrong" if asked.within(path) else "", f" {extra}" if extra else "", path,
        about, said(question.label), _mark(asked, path), hint, wrong, path, controls,
    )  # fmt: skip


def part(asked: Asked, path: str, label: str, value: Any, attributes: SafeString = NOTHING) -> SafeString:
    """One line of an answer of several parts, with its own label and errors."""
    errors = asked.of(path)
    wrong = format_html('<span class="error" id="e-{}">{}</span>', path, " ".join(errors)) if errors else NOTHING
    return format_html(
        '<div class="part"><label for="f-{0}">{1}</label>{2}'
        '<input type="text" id="f-{0}" name="{0}" value="{3}"{4}{5}></div>',
        path, label, wrong, words(value), attributes, described(asked, path, None),
    )  # fmt: skip


def tongue(language: str) -> SafeString:
    """The attributes of a text in a language."""
    return format_html(' lang="{}" dir="{}"', language, direction(language))


def check(path: str, value: str, label: Any, checked: bool, kind: str = "checkbox", extra: str = "") -> SafeString:
    """A box to tick, or a button of several of which one is chosen."""
    return format_html(
        '<label class="check{}"><input type="{}" name="{}" value="{}"{}> <span>{}</span></label>',
        f" {extra}" if extra else "", kind, path, value, SafeString(" checked") if checked else NOTHING, label,
    )  # fmt: skip


def option(value: str, label: str, chosen: bool) -> SafeString:
    """A line of a list of which one is chosen."""
    return format_html('<option value="{}"{}>{}</option>', value, SafeString(" selected") if chosen else NOTHING, label)
