"""From an answer to the controls of a form: one short function per kind of question, and none per format."""

from collections.abc import Iterable, Mapping
from functools import singledispatch
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext
from pydantic import BaseModel

from landbridge.formats.fields import (
    Day,
    Flag,
    Group,
    Line,
    Lines,
    Money,
    Number,
    Period,
    Point,
    Quantity,
    Question,
    QuestionNames,
    RichText,
    Terms,
    Text,
)
from landbridge.formats.format import ALWAYS_TOLD, parts, questions
from landbridge.formats.library import FORMATS
from landbridge.web.forms import pickers
from landbridge.web.forms.asked import (
    NOTHING,
    Asked,
    check,
    compound,
    described,
    listed,
    option,
    part,
    parts_of,
    single,
    tongue,
    words,
)
from landbridge.web.forms.choices import AT_SIGHT, fixed_choices, is_list, size, with_public
from landbridge.web.forms.rich import to_text
from landbridge.web.forms.rows import rows
from landbridge.web.labels import said
from landbridge.web.spots import spot

_LINE: Final = 300
"""Texts that may be longer get a field of several lines."""
_SHORT: Final = 8
"""More boxes than these stand in two columns where there is room."""
Model = type[BaseModel]


@singledispatch
def draw(question: Question, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    """The question with its controls, filled with the answer as it was typed; any answer can be drawn."""
    return single(asked, path, question, _input(asked, path, question, words(answer)))


def _input(asked: Asked, path: str, question: Question, value: str, attributes: SafeString = NOTHING) -> SafeString:
    tied = described(asked, path, question)
    return format_html('<input type="text" id="f-{0}" name="{0}" value="{1}"{2}{3}>', path, value, attributes, tied)


@draw.register
def _(question: Text, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    texts = parts_of(answer) if isinstance(answer, Mapping) else {asked.original: answer}
    kept = _others(path, texts, asked) if "." in path else NOTHING
    original = _original(texts, asked) if asked.translating else NOTHING
    control = _text(question, words(texts.get(asked.language)), path, asked)
    drawn = format_html('<div class="two">{}<div>{}</div></div>', original, control) if original else control
    return single(asked, path, question, format_html("{}{}", drawn, kept))


def _others(path: str, texts: Mapping[str, Any], asked: Asked) -> SafeString:
    """The other languages of a text within a row travel with it: rows are told apart only by where they stand."""
    others = ((path, tag, words(text)) for tag, text in texts.items() if tag != asked.language and words(text))
    return format_html_join("", '<input type="hidden" name="{}.{}" value="{}">', others)


def _original(texts: Mapping[str, Any], asked: Asked) -> SafeString:
    text = words(texts.get(asked.original))
    shown = text or gettext("Not told yet")
    return format_html('<div class="original"{}>{}</div>', tongue(asked.original) if text else NOTHING, shown)


def _text(question: Text, text: str, path: str, asked: Asked) -> SafeString:
    shown = to_text(text) if isinstance(question, RichText) else text
    tied = described(asked, path, question)
    at = format_html('id="f-{0}" name="{0}.{1}"{2}{3}', path, asked.language, tongue(asked.language), tied)
    if question.lines == 1 and question.max_length <= _LINE and "\n" not in shown:
        return format_html('<input type="text" {} value="{}">', at, shown)
    rich = gettext("An empty line begins a paragraph; - begins a line of a list.")
    hint = format_html('<p class="hint">{}</p>', rich) if isinstance(question, RichText) else NOTHING
    return format_html('{}<textarea {} rows="{}">\n{}</textarea>', hint, at, max(2, question.lines), shown)


@draw.register
def _(question: Line, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    choices = fixed_choices(question, model, name)
    if choices:
        return single(asked, path, question, _select(asked, path, question, choices, words(answer)))
    return single(asked, path, question, _input(asked, path, question, words(answer), SafeString(' dir="auto"')))


def _select(asked: Asked, path: str, question: Question, choices: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """One of a few; what was typed and is none of them stays to be seen."""
    every = [("", gettext("Not told")), *choices]
    if chosen not in {value for value, _ in every}:
        every.append((chosen, chosen))
    drawn = format_html_join("", "{}", ((option(value, label, value == chosen),) for value, label in every))
    tied = described(asked, path, question)
    return format_html('<select id="f-{0}" name="{0}"{1}>{2}</select>', path, tied, drawn)


@draw.register
def _(question: Lines, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    if path == "disclosed_to":
        return pickers.parties(question, answer, path, asked)
    typed = "\n".join(filter(None, map(words, listed(answer))))
    hint = format_html('<p class="hint">{}</p>', gettext("One on each line."))
    tied = described(asked, path, question)
    area = '{}<textarea id="f-{}" name="{}" rows="3" dir="auto"{}>\n{}</textarea>'
    return single(asked, path, question, format_html(area, hint, path, path, tied, typed))


@draw.register
def _(question: QuestionNames, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    chosen = set(map(words, listed(answer)))
    every = with_public(questions(FORMATS[asked.format]))
    boxes = [
        check(path, one, said(every[one].label), one in chosen) for one in every if one not in ALWAYS_TOLD | {"sample"}
    ]
    return compound(asked, path, question, _box(boxes))


def _box(boxes: Iterable[SafeString]) -> SafeString:
    every = list(boxes)
    drawn = format_html_join("", "{}", ((box,) for box in every))
    return format_html('<div class="box{}">{}</div>', " long" if len(every) > _SHORT else "", drawn)


@draw.register
def _(question: Terms, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    if not question.many:
        return pickers.one_term(question, answer, path, asked, _select)
    if size(question) > AT_SIGHT:
        return pickers.many_terms(question, answer, path, asked)
    return compound(asked, path, question, _box(pickers.boxes(question, answer, path)))


@draw.register
def _(question: Number, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    narrow = SafeString(' inputmode="decimal" class="narrow" dir="ltr"')
    return single(asked, path, question, _input(asked, path, question, words(answer), narrow))


@draw.register
def _(question: Flag, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    states = (("yes", gettext("Yes"), answer is True), ("no", gettext("No"), answer is False),
              ("", gettext("Not told"), not isinstance(answer, bool)))  # fmt: skip
    drawn = (check(path, value, label, chosen, "radio") for value, label, chosen in states)
    return compound(asked, path, question, format_html_join("", "{}", ((one,) for one in drawn)), "in-a-row")


@draw.register
def _(question: Day, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    return single(asked, path, question, format_html("{}", _day(path, answer, described(asked, path, question))))


def _day(path: str, answer: Any, tied: SafeString) -> SafeString:
    """A day; what is none is shown as it was typed, where a field for dates would drop it."""
    typed = words(answer)
    is_day = not typed or (len(typed) == 10 and typed[4:8:3] == "--" and typed.replace("-", "").isascii())
    drawn = '<input type="{1}" id="f-{0}" name="{0}" value="{2}" class="narrow"{3}>'
    return format_html(drawn, path, "date" if is_day else "text", typed, tied)


@draw.register
def _(question: Period, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    given = parts_of(answer)
    ends = (("start", pgettext("day", "From")), ("end", pgettext("day", "Until")))
    drawn = (
        (f"{path}.{end}", label, _day(f"{path}.{end}", given.get(end), described(asked, f"{path}.{end}", None)))
        for end, label in ends
    )
    pair = format_html_join("", '<div class="part"><label for="f-{}">{}</label>{}</div>', drawn)
    return compound(asked, path, question, format_html('<div class="pair">{}</div>', pair))


_FIGURE: Final = SafeString(' inputmode="decimal" dir="ltr" class="narrow"')


def _pair(
    asked: Asked, path: str, given: Mapping[str, Any], named: Iterable[tuple[str, str, SafeString]]
) -> SafeString:
    drawn = ((part(asked, f"{path}.{name}", label, given.get(name), more),) for name, label, more in named)
    return format_html('<div class="pair">{}</div>', format_html_join("", "{}", drawn))


@draw.register
def _(question: Money, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    given = parts_of(answer) or ({"amount": answer} if words(answer) else {})
    named = (
        ("amount", gettext("Amount"), _FIGURE), ("most", gettext("At most, for a range"), _FIGURE),
        ("currency", gettext("Currency"), SafeString(' list="d-currencies" class="narrow"')),
        ("year", gettext("Year of the prices"), _FIGURE),
    )  # fmt: skip
    return compound(asked, path, question, _pair(asked, path, given, named))


@draw.register
def _(question: Quantity, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    given = parts_of(answer) or ({"value": answer} if words(answer) else {})
    filled = given if given.get("unit") else {**given, "unit": question.unit}
    named = (
        ("value", gettext("Value"), _FIGURE), ("most", gettext("At most, for a range"), _FIGURE),
        ("unit", gettext("Unit"), SafeString(' dir="auto" class="narrow"')),
    )  # fmt: skip
    return compound(asked, path, question, _pair(asked, path, filled, named))


@draw.register
def _(question: Point, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    given = parts_of(answer)
    named = (("latitude", gettext("Latitude"), _FIGURE), ("longitude", gettext("Longitude"), _FIGURE))
    hint = gettext("Decimal such as -17.7, or degrees and minutes such as 17°42′S.")
    blur = check(
        f"{path}.blurred", "yes", gettext("Blur the exact place: readers see it to about 11 km"),
        given.get("blurred") is True,
    )  # fmt: skip
    controls = format_html(
        '<p class="hint">{}</p>{}<div data-spot="{}">{}</div>{}', hint, _pair(asked, path, given, named), path,
        _spot(given), blur,
    )  # fmt: skip
    return compound(asked, path, question, controls)


def _spot(given: Mapping[str, Any]) -> SafeString:
    """The point on a map, once it is one."""
    degrees = [given.get(name) for name in ("latitude", "longitude")]
    typed = all(isinstance(one, int | float) and abs(one) <= most for one, most in zip(degrees, (90, 180), strict=True))
    return spot(*(degrees if typed else (0, 0)), shown=typed)


@draw.register
def _(question: Group, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    inner = parts(model, name)
    if inner is None:
        return NOTHING

    def one(given: Any, at: str) -> SafeString:
        filled = parts_of(given)
        drawn = (
            draw(question, filled.get(part_name), inner, part_name, f"{at}.{part_name}", asked)
            for part_name, question in questions(inner).items()
            if not asked.translating or isinstance(question, Text)
        )
        return format_html_join("", "{}", ((field,) for field in drawn))

    if not is_list(model, name):
        return compound(asked, path, question, one(answer, path), "group-of")
    return compound(asked, path, question, rows(asked, path, listed(answer), one), "group-of")
