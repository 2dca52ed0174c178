"""From an answer to what a reader sees: one short function per kind of question, and none per format."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, singledispatch
from typing import Any, Final, get_args

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from pydantic import BaseModel

from landbridge.formats import tidy
from landbridge.formats.fields import (
    Day,
    File,
    Flag,
    Group,
    Line,
    Link,
    Money,
    Number,
    Organisation,
    Period,
    Person,
    Places,
    Point,
    Quantity,
    Question,
    QuestionNames,
    Reference,
    RichText,
    Terms,
    Text,
)
from landbridge.formats.format import parts, questions
from landbridge.lib.languages import choose, direction
from landbridge.web.communities import with_certificates
from landbridge.web.labels import (
    capital,
    choice_name,
    money,
    number,
    place_name,
    reader_language,
    said,
    spelled,
)
from landbridge.web.spots import spot

NOTHING: Final = SafeString("")


@dataclass(frozen=True)
class Reading:
    """How a record is read: the language asked for, the original, and the titles of records it refers to."""

    language: str
    original: str
    titles: Mapping[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    files: str = ""
    """The address below which the files of the record are; without one they are only named."""
    maps: bool = False
    """Whether points are shown on a map as well, which asks for one file more."""


def told(texts: Mapping[str, str], reading: Reading) -> tuple[str, str]:
    """The best language of a text for this reader, and the text."""
    return choose(dict(texts), reading.language, reading.original)


def in_language(tag: str, content: SafeString | str, element: str = "div") -> SafeString:
    """Content with its language, where that is not the page's."""
    if tag == reader_language():
        return format_html("<{0}>{1}</{0}>", element, content) if element == "div" else format_html("{}", content)
    return format_html('<{0} lang="{2}" dir="{3}">{1}</{0}>', element, content, tag, direction(tag))


@singledispatch
def show(question: Question, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    """The answer as safe HTML; a kind that is not known shows its bare words."""
    return format_html("{}", answer)


@show.register
def _(question: Text, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    tag, text = told(answer, reading)
    if question.lines == 1:
        return in_language(tag, text, "span")
    paragraphs = format_html_join("", "<p>{}</p>", ((part,) for part in text.split("\n") if part))
    return in_language(tag, paragraphs)


@show.register
def _(question: RichText, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    """It was cleaned when it came in, and is cleaned again: the database may have been filled by other hands."""
    tag, text = told(answer, reading)
    return in_language(tag, mark_safe(tidy.rich(text)))  # noqa: S308


@show.register
def _(question: Line, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    given = answer if isinstance(answer, list) else [answer]
    if name == "abs_reference":
        return _several(map(with_certificates, given))
    fixed = _is_fixed(model, name) or question.pattern
    return _several(choice_name(one) if fixed else one for one in given)


@show.register
def _(question: QuestionNames, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    asked = questions(model)
    return _several(said(asked[one].label) for one in answer if one in asked)


@cache
def _is_fixed(model: type[BaseModel], name: str) -> bool:
    """Whether the question has a few fixed answers, which are shown in words."""
    inner = get_args(model.model_fields[name].annotation)
    return any(isinstance(one, str) for kind in inner for one in (kind, *get_args(kind)))


def _several(shown: Iterable[str]) -> SafeString:
    """One thing as it is, several as a list."""
    every = list(shown)
    if len(every) == 1:
        return format_html("{}", every[0])
    return format_html('<ul class="plain">{}</ul>', format_html_join("", "<li>{}</li>", ((one,) for one in every)))


@show.register
def _(question: Terms, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    kept = answer if isinstance(answer, list) else [answer]
    found = map(question.term_of, kept)
    return _tags(
        (f"/vocabularies/{term.vocabulary}/{term.id}", capital(term.label(reader_language()))) for term in found if term
    )


def _tags(tags: Iterable[tuple[str, str]]) -> SafeString:
    drawn = format_html_join("", '<li><a class="tag" href="{}">{}</a></li>', tags)
    return format_html('<ul class="tags">{}</ul>', drawn)


@show.register
def _(question: Places, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    kept = answer if isinstance(answer, list) else [answer]
    return _tags((place_address(one), place_name(one)) for one in kept)


def place_address(identifier: str) -> str:
    """Where a country or region is told of."""
    is_country = len(identifier) == 3 and identifier.isalpha() and identifier.isupper()
    return f"/parties/{identifier}" if is_country else f"/vocabularies/regions/{identifier}"


@show.register
def _(question: Number, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    return format_html("{}", answer if question.year else number(answer))


@show.register
def _(question: Flag, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    return format_html("{}", gettext("Yes") if answer else gettext("No"))


@show.register
def _(question: Day, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', answer, spelled(answer))


@show.register
def _(question: Period, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    start, end = spelled(answer.get("start")), spelled(answer.get("end"))
    if start and end:
        return format_html("{}", gettext("%(start)s to %(end)s") % {"start": start, "end": end})
    template = gettext("From %(day)s") if start else gettext("Until %(day)s")
    return format_html("{}", template % {"day": start or end}) if start or end else NOTHING


@show.register
def _(question: Money, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    # Each amount stands apart, or a right-to-left page would mix their signs and figures.
    ends = [end for end in (answer["amount"], answer.get("most")) if end is not None]
    amount = format_html_join(" – ", "<bdi>{}</bdi>", ((money(end, answer["currency"]),) for end in ends))
    return format_html("{} <bdi>({})</bdi>", amount, answer["year"]) if answer.get("year") else amount


@show.register
def _(question: Quantity, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    most = answer.get("most")
    value = number(answer["value"]) + (f" – {number(most)}" if most is not None else "")
    return format_html("{} {}", value, answer["unit"])


@show.register
def _(question: Person, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    return _cards(_person(one) for one in answer)


def _cards(cards: Iterable[SafeString]) -> SafeString:
    return format_html('<ul class="plain">{}</ul>', format_html_join("", "<li>{}</li>", ((one,) for one in cards)))


def _person(person: Mapping[str, str]) -> SafeString:
    lines = [person.get(part, "") for part in ("name", "role", "organisation")]
    if person.get("country"):
        lines.append(place_name(person["country"]))
    shown = [format_html("{}", line) for line in lines if line]
    if person.get("email"):
        shown.append(format_html('<a href="mailto:{0}"><bdi dir="ltr">{0}</bdi></a>', person["email"]))
    if person.get("phone"):
        shown.append(format_html('<bdi dir="ltr">{}</bdi>', person["phone"]))
    return format_html_join(mark_safe("<br>"), "{}", ((one,) for one in shown))


@show.register
def _(question: Organisation, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    return _several(_organisation(one, reading) for one in answer)


def _organisation(one: Mapping[str, str], reading: Reading) -> SafeString:
    record, name = one.get("record", ""), one.get("name", "")
    if record in reading.titles:
        _, title = told(reading.titles[record][1], reading)
        shown = format_html('<a href="/records/{}">{}</a>', record, title or name)
    else:
        shown = format_html("{}", name or record or "")
    return format_html("{} ({})", shown, one["role"]) if one.get("role") else shown


@show.register
def _(question: Reference, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    return _several(_reference(one, reading) for one in answer)


def _reference(one: Mapping[str, str], reading: Reading) -> SafeString:
    """A record that the reader may not see shows as its bare id."""
    record, relation = one["record"], one.get("relation", "related")
    if record not in reading.titles:
        return format_html("{}", record)
    tag, title = told(reading.titles[record][1], reading)
    link = format_html('<a href="/records/{}">{}</a>', record, in_language(tag, title, "span"))
    return link if relation == "related" else format_html("{}: {}", choice_name(relation), link)


@show.register
def _(question: Link, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    return _several(_link(one) for one in answer)


def _link(one: Mapping[str, str]) -> SafeString:
    shown = one["url"].split("://", 1)[-1].rstrip("/")
    bare = format_html('<bdi dir="ltr">{}</bdi>', shown if len(shown) < 70 else shown[:66] + "…")
    return format_html('<a href="{}" rel="nofollow noopener">{}</a>', one["url"], one.get("title") or bare)


@show.register
def _(question: File, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    return _several(_file(one, reading) for one in answer)


def _file(one: Mapping[str, Any], reading: Reading) -> SafeString:
    """A link to the bytes, with what the file shows for those who will not open it."""
    name = format_html("<bdi>{}</bdi>", one.get("caption") or one["name"])
    if reading.files:
        name = format_html('<a href="{}/{}" download>{}</a>', reading.files, one["sha256"], name)
    told = format_html("{} ({} kB)", name, number(max(1, one["size"] // 1000)))
    return format_html('{}<p class="fine">{}</p>', told, one["alt"]) if one.get("alt") else told


@show.register
def _(question: Point, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    blurred = bool(answer.get("blurred"))
    digits = 1 if blurred else 4
    place = f"{answer['latitude']:.{digits}f}, {answer['longitude']:.{digits}f}"
    if blurred:
        withheld = gettext("The exact place is withheld to protect it")
        told = format_html('<bdi dir="ltr">≈ {}</bdi> ({})', place, withheld)
    else:
        told = format_html('<bdi dir="ltr">{}</bdi>', place)
    if not reading.maps:
        return told
    near = [round(answer[name], digits) for name in ("latitude", "longitude")]
    return format_html("{}{}", told, spot(*near, blurred=blurred))


@show.register
def _(question: Group, answer: Any, model: type[BaseModel], name: str, reading: Reading) -> SafeString:
    part = parts(model, name)
    if part is None:
        return NOTHING
    several = answer if isinstance(answer, list) else [answer]
    drawn = [_one_of_group(part, one, reading) for one in several]
    return format_html_join("", "{}", ((one,) for one in drawn))


def _one_of_group(part: type[BaseModel], answers: Mapping[str, Any], reading: Reading) -> SafeString:
    rows = (
        (said(question.label), show(question, answers[name], part, name, reading))
        for name, question in questions(part).items()
        if answers.get(name) not in (None, "", []) and question.public
    )
    return format_html('<dl class="group">{}</dl>', format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows))
