"""A valid answer for every question of a format, made from its kind alone; and what a browser sends of a form."""

from typing import Any

from landbridge.formats.fields import (
    Day,
    File,
    Flag,
    Group,
    Line,
    Lines,
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
)  # fmt: skip
from landbridge.formats.format import parts, questions
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import LANGUAGES
from landbridge.web.forms.choices import fixed, is_list

WORDS = {"en": "Reef <b>& co</b>", "fr": "Récif", "ar": "الشعاب", "es": "Arrecife", "ru": "Риф", "zh": "珊瑚礁"}
RICH = '<p>First <strong>paragraph</strong> with a <a href="https://example.org/">link</a>.</p><ul><li>one</li></ul>'
SHA = "ab" * 32
PATTERNED = {
    "orcid": "0000-0002-1825-0097", "purpose_code": "41030", "email": "a@example.org",
    "node_address": "https://node.example.org", "node_fingerprint": SHA, "subject_digest": SHA,
}  # fmt: skip


def answer_to(question: Question, model: Any, name: str) -> Any:
    """A valid answer."""
    if isinstance(question, RichText):
        return dict.fromkeys(LANGUAGES, RICH)
    if isinstance(question, Text):
        return dict(WORDS)
    if isinstance(question, QuestionNames):
        return ["places"]
    if isinstance(question, Lines):
        return ["FJI"] if name == "disclosed_to" else ["One", "Two, with a comma"]
    if isinstance(question, Line):
        return (fixed(model, name, question.pattern) or (PATTERNED.get(name, "A line <i> & more"),))[0]
    if isinstance(question, Places):
        return ["FJI", "061"]
    if isinstance(question, Terms):
        kept = [question.keep(term) for one in question.vocabularies for term in list(vocabulary(one))[:2]]
        return kept if question.many else kept[0]
    return _plain(question, model, name)


def _plain(question: Question, model: Any, name: str) -> Any:
    if isinstance(question, Group):
        inner = parts(model, name)
        row = {part: answer_to(asked, inner, part) for part, asked in questions(inner).items()}
        return [row, {**row}] if is_list(model, name) else row
    if isinstance(question, Number):
        number = 2020 if question.year else 12.5 if "float" in str(model.model_fields[name].annotation) else 12
        return number if question.most is None else min(number, question.most)
    kinds: dict[type[Question], Any] = {
        Flag: False, Day: "2026-03-31", Period: {"start": "2026-01-01", "end": "2026-12-31"},
        Money: {"amount": "15000.50", "most": "20000", "currency": "EUR", "year": 2026},
        Quantity: {"value": 2, "most": 3.5, "unit": "ha"},
        Person: [{"name": "Front desk", "role": "Clerk", "email": "desk@example.org", "country": "FJI"}],
        Organisation: [{"name": "Reef Institute of Suva", "record": "reef-institute", "role": "lead"}],
        Reference: [{"record": "reef-course", "relation": "uses"}, {"record": "a.b~c-d", "relation": "related"}],
        Link: [{"url": "https://example.org/?a=1&b=2", "title": "Page", "language": "en"}],
        File: [{"name": "map.pdf", "media_type": "application/pdf", "size": 12000, "sha256": SHA, "alt": "A map",
                "caption": "Map"}],
        Point: {"latitude": -17.7, "longitude": 178.1, "blurred": True},
    }  # fmt: skip
    return kinds[type(question)]


def full(model: Any) -> dict[str, Any]:
    """Valid answers to all questions of a format."""
    return {name: answer_to(question, model, name) for name, question in questions(model).items()}


def controls(page: Any) -> dict[str, list[str]]:
    """What a browser would send of the form as it stands."""
    sent: dict[str, list[str]] = {}
    for control in page.xpath("//form[@id='write']//*[@name]"):
        name, kind = control.get("name"), control.get("type")
        if control.tag == "button" or kind == "file":
            continue
        if kind in ("checkbox", "radio") and control.get("checked") is None:
            continue
        if control.tag == "select":
            chosen = control.xpath("option[@selected]") or control.xpath("option")[:1]
            value = chosen[0].get("value") if chosen else ""
        elif control.tag == "textarea":
            value = (control.text or "").removeprefix("\n")
        else:
            value = control.get("value") or ""
        sent.setdefault(name, []).append(value)
    return sent
