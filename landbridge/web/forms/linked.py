"""The kinds of question whose answers lead elsewhere: people, organisations, records, addresses, files."""

from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from landbridge.formats.fields import File, Link, Organisation, Person, Reference
from landbridge.lib.languages import choose
from landbridge.web.forms.asked import NOTHING, Asked, check, compound, listed, option, part, parts_of, words
from landbridge.web.forms.pickers import picker
from landbridge.web.forms.render import Model, draw
from landbridge.web.forms.rows import rows
from landbridge.web.labels import choice_name, number, place_name, reader_language

RELATIONS: Final = (
    "related", "part-of", "uses", "answers", "follows", "replaces", "evidence", "translation",
)  # fmt: skip
ACCEPTED: Final = ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.png,.jpg,.jpeg,.webp,.csv,.txt"


def _pair(drawn: list[SafeString]) -> SafeString:
    return format_html('<div class="pair">{}</div>', format_html_join("", "{}", ((one,) for one in drawn)))


@draw.register
def _(question: Person, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    named = (
        ("name", pgettext("of a person", "Name"), ' dir="auto"'), ("role", gettext("Role"), ' dir="auto"'),
        ("organisation", gettext("Organisation"), ' dir="auto"'),
        ("email", gettext("E-mail"), ' inputmode="email" dir="ltr" autocapitalize="none"'),
        ("phone", gettext("Telephone"), ' inputmode="tel" dir="ltr"'),
        ("country", gettext("Country"), ' list="d-countries" dir="auto"'),
    )  # fmt: skip

    def one(given: Any, at: str) -> SafeString:
        parts = parts_of(given)
        shown = {**parts, "country": place_name(words(parts.get("country")))}
        return _pair([part(asked, f"{at}.{field}", label, shown.get(field), SafeString(more))
                      for field, label, more in named])  # fmt: skip

    return compound(asked, path, question, rows(asked, path, listed(answer), one), "group-of")


@draw.register
def _(question: Organisation, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    def one(given: Any, at: str) -> SafeString:
        parts = parts_of(given) or ({"name": given} if words(given) else {})
        typed = part(
            asked, f"{at}.name", pgettext("of an organisation", "Name"), parts.get("name"),
            SafeString(' dir="auto" autocomplete="off" data-record="/write/records?format=organisation"'),
        )  # fmt: skip
        role = part(asked, f"{at}.role", gettext("Role"), parts.get("role"), SafeString(' dir="auto"'))
        return format_html("{}{}", _pair([typed, role]), _records(asked, path, at, parts))

    look = format_html(
        '<p><button class="small" name="_do" value="find:{}">{}</button></p>', path, gettext("Look up on the network")
    )
    drawn = rows(asked, path, listed(answer), one)
    return compound(asked, path, question, format_html("{}{}", drawn, look), "group-of")


def _records(asked: Asked, path: str, at: str, parts: Any) -> SafeString:
    """The record of an organisation: the one that is chosen, and those that its name may mean."""
    record, name = words(parts.get("record")), words(parts.get("name"))
    those = asked.records(name, ("organisation",)) if asked.lookup == path and name and not record else []
    if record:
        those = [(record, title_of(record, asked))]
    if not those:
        return NOTHING
    none = check(f"{at}.record", "", gettext("Only the name, without a record"), False, "radio")
    ticks = (check(f"{at}.record", one, title, one == record, "radio") for one, title in those)
    head = gettext("Its record on the network")
    return format_html(
        '<fieldset class="found" data-chosen-record><legend>{}</legend>{}{}</fieldset>',
        head, format_html_join("", "{}", ((tick,) for tick in ticks)), none,
    )  # fmt: skip


def title_of(record: str, asked: Asked) -> str:
    """What a record is called; a record that the reader may not see shows as its bare id."""
    if record not in asked.titles:
        return record
    return choose(asked.titles[record][1], reader_language(), asked.original)[1] or record


@draw.register
def _(question: Reference, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    given = [parts_of(one) or {"record": words(one)} for one in listed(answer)]
    records = [one for one in given if words(one.get("record"))]
    unknown = [text for one in given if (text := words(one.get("find")))]
    found = {text: asked.records(text, question.formats) for text in unknown[:1]}
    lines = format_html_join("", "{}", ((_reference(asked, path, one),) for one in records))
    formats = ",".join(question.formats)
    controls = picker(path, (), unknown, found, f"/write/records?format={formats}")
    return compound(asked, path, question, format_html('<div data-linked="{}">{}</div>{}', path, lines, controls),
                    "picker")  # fmt: skip


def _reference(asked: Asked, path: str, one: Any) -> SafeString:
    record, relation = words(one.get("record")), words(one.get("relation")) or "related"
    every = RELATIONS if relation in RELATIONS else (*RELATIONS, relation)
    drawn = format_html_join("", "{}", ((option(value, choice_name(value), value == relation),) for value in every))
    label = gettext("How it is related")
    return format_html(
        '<div class="pair linked">{}<select name="{}.relation.{}" aria-label="{}">{}</select></div>',
        check(path, record, title_of(record, asked), True, extra="chosen"), path, record, label, drawn,
    )  # fmt: skip


@draw.register
def _(question: Link, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    named = (
        ("url", gettext("Address"), ' inputmode="url" dir="ltr" autocapitalize="none" placeholder="https://"'),
        ("title", gettext("What it leads to"), ' dir="auto"'),
        ("language", gettext("Its language, such as fr"), ' dir="ltr" class="narrow"'),
    )  # fmt: skip

    def one(given: Any, at: str) -> SafeString:
        parts = parts_of(given) or ({"url": given} if words(given) else {})
        return _pair([part(asked, f"{at}.{field}", label, parts.get(field), SafeString(more))
                      for field, label, more in named])  # fmt: skip

    return compound(asked, path, question, rows(asked, path, listed(answer), one), "group-of")


@draw.register
def _(question: File, answer: Any, model: Model, name: str, path: str, asked: Asked) -> SafeString:
    files = list(enumerate(map(parts_of, listed(answer))))
    drawn = format_html_join("", "{}", ((_file(asked, path, at, one),) for at, one in files if one.get("sha256")))
    beside = next((one for _, one in files if not one.get("sha256")), {})  # Words whose file did not come in.
    wrong = format_html_join("", '<p class="error">{}</p>', ((told,) for told in asked.of(f"{path}.new")))
    new = format_html(
        '<div class="row"><div class="part"><label for="f-{0}.new">{1}</label>{5}'
        '<input type="file" id="f-{0}.new" name="{0}.new" accept="{2}"></div>{3}<p>'
        '<button class="small" name="_do" value="upload:{0}">{4}</button></p></div>',
        path, gettext("Another file, at most 20 MB"), ACCEPTED, _texts(asked, f"{path}.new", beside),
        gettext("Bring it in"), wrong,
    )  # fmt: skip
    return compound(asked, path, question, format_html("{}{}", drawn, new), "group-of")


def _texts(asked: Asked, at: str, given: Any) -> SafeString:
    alt = gettext("What it shows or holds, for those who cannot see it (needed)")
    caption = gettext("Caption")
    named = (("alt", alt), ("caption", caption))
    return format_html_join(
        "", "{}",
        ((part(asked, f"{at}.{name}", label, given.get(name), SafeString(' dir="auto"')),) for name, label in named),
    )  # fmt: skip


def _file(asked: Asked, path: str, at: int, one: Any) -> SafeString:
    given = parts_of(one)
    sha256, size = words(given.get("sha256")), given.get("size")
    kilobytes = max(1, size // 1000) if isinstance(size, int) else 0
    return format_html(
        '<div class="row">{}<span class="fine">{} kB</span>{}</div>',
        check(f"{path}.{at}.sha256", sha256, format_html("<bdi>{}</bdi>", words(given.get("name"))), True,
              extra="chosen"), number(kilobytes), _texts(asked, f"{path}.{at}", given),
    )  # fmt: skip
