"""From the controls of a form back to answers as they were typed: one short function per kind of question.

What can be understood becomes what the format keeps (`Fiji` becomes FJI, 17°42′S a number); what cannot stays as it was
typed, and is asked about when the record is to be published.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

from pydantic import BaseModel

from landbridge.formats.fields import (
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
    Point,
    Quantity,
    Question,
    Reference,
    RichText,
    Terms,
    Text,
)
from landbridge.formats.format import CommonFormat, parts, questions
from landbridge.lib.languages import is_language_tag
from landbridge.registry.guards import VETTED
from landbridge.web.forms.asked import listed, parts_of, words
from landbridge.web.forms.choices import code_of, is_list, resolve
from landbridge.web.forms.figures import amount, degrees, figure
from landbridge.web.forms.posted import Posted
from landbridge.web.forms.rich import to_html, to_text

Model = type[BaseModel]
NEVER_TYPED = frozenset({"sample", "translations", *VETTED})
"""Answers that no control of the form gives."""


@dataclass(frozen=True)
class Sent:
    """A form that came in: its controls, the language of its texts, and the parties that can be named."""

    posted: Posted
    language: str
    original: str
    parties: Mapping[str, str] = field(default_factory=dict)
    """Folded name and id of each party that was named, to its id."""

    @property
    def translating(self) -> bool:
        return self.language != self.original


def pieces(model: type[CommonFormat], sent: Sent, there: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Path and answer of every question that was on the page; `there` are the answers before."""
    for name, question in questions(model).items():
        if name in NEVER_TYPED or not sent.posted.has(name):
            continue
        if isinstance(question, Text):
            kept = parts_of(there.get(name))
            for tag, text in _languages(question, sent.posted, name):
                yield f"{name}.{tag}", _untouched(question, text, sent.posted.text(f"{name}.{tag}"), kept.get(tag))
        else:
            yield name, take(question, model, name, name, sent, there.get(name))


def _languages(question: Text, posted: Posted, path: str) -> Iterator[tuple[str, str]]:
    for tag, text in posted.under(path):
        if is_language_tag(tag):
            yield tag, to_html(text) if isinstance(question, RichText) else text


def _untouched(question: Text, text: str, typed: str, kept: Any) -> str:
    """Rich text that was not changed stays as it is: it may hold more than can be typed."""
    if isinstance(question, RichText) and isinstance(kept, str) and to_text(kept).strip() == typed.strip():
        return kept
    return text


@singledispatch
def take(question: Question, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    """The answer that the controls of a question give; empty where nothing was answered."""
    return sent.posted.text(path)


@take.register
def _(question: Text, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    return {tag: text for tag, text in _languages(question, sent.posted, path) if text.strip()}


@take.register
def _(question: Line, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    return sent.posted.text(path)


@take.register
def _(question: Lines, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    """Lines of a field, or boxes that were ticked; parties by id or name."""
    typed = [line.strip() for value in sent.posted.values.get(path, ()) for line in value.split("\n")]
    found = sent.posted.text(f"{path}.find").split(",")
    lines = [line for line in (*typed, *(one.strip() for one in found)) if line]
    before = set(map(words, listed(there)))
    if path == "disclosed_to" and set(typed) - before - {""}:
        lines = [line for line in lines if line in typed or line not in before]  # What was ticked stands for it.
    return list(dict.fromkeys(sent.parties.get(line.casefold(), line) if path == "disclosed_to" else line
                              for line in lines))  # fmt: skip


@take.register
def _(question: Terms, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    if not question.many:
        typed = sent.posted.text(path).strip()
        kept, _ = resolve(question, typed) if typed else ([], [])
        return kept[0] if len(kept) == 1 else typed
    found, unknown = [], []
    for text in (*sent.posted.every(path), sent.posted.text(f"{path}.find").strip()):
        kept, rest = resolve(question, text) if text else ([], [])
        found += kept
        unknown += rest
    before = set(map(words, listed(there)))
    if set(found) - before:  # Something was ticked: it is what the words stood for that were looked up.
        unknown = [text for text in unknown if text not in before]
    return list(dict.fromkeys([*found, *unknown]))


@take.register
def _(question: Number, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    return figure(sent.posted.text(path))


@take.register
def _(question: Flag, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    return {"yes": True, "no": False}.get(sent.posted.text(path))


def _parts(sent: Sent, path: str, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: text for name in names if (text := sent.posted.text(f"{path}.{name}").strip())}


@take.register
def _(question: Period, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    return _parts(sent, path, ("start", "end"))


@take.register
def _(question: Money, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    given = _parts(sent, path, ("amount", "most", "currency", "year"))
    made: dict[str, Callable[[str], Any]] = {"amount": amount, "most": amount, "year": figure, "currency": _currency}
    return {part: made[part](text) for part, text in given.items()}


def _currency(text: str) -> str:
    return code_of("currencies", text)


@take.register
def _(question: Quantity, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    """The unit stands in the form already; alone it is no answer."""
    given = _parts(sent, path, ("value", "most", "unit"))
    if set(given) <= {"unit"} and given.get("unit", question.unit) == question.unit:
        return {}
    return {part: text if part == "unit" else figure(text) for part, text in given.items()}


@take.register
def _(question: Point, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    given = {part: degrees(text) for part, text in _parts(sent, path, ("latitude", "longitude")).items()}
    return {**given, "blurred": True} if given and sent.posted.text(f"{path}.blurred") == "yes" else given


def _rows(sent: Sent, path: str, names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [row for at in sent.posted.rows(path) if (row := _parts(sent, at, names))]


@take.register
def _(question: Person, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    rows = _rows(sent, path, ("name", "role", "organisation", "email", "phone", "country"))
    return [{**row, "country": code_of("countries", row["country"])} if "country" in row else row for row in rows]


@take.register
def _(question: Organisation, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    return _rows(sent, path, ("record", "name", "role"))


@take.register
def _(question: Link, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    return _rows(sent, path, ("url", "title", "language"))


@take.register
def _(question: Reference, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    """Records that were ticked, with their relation; an address that was pasted counts as the record it leads to."""
    found = []
    for record in sent.posted.every(path):
        relation = sent.posted.text(f"{path}.relation.{record}")
        found.append({"record": record, **({"relation": relation} if relation else {})})
    typed = sent.posted.text(f"{path}.find").strip()
    if "/records/" in typed:
        record = typed.rpartition("/records/")[2].partition("/")[0].partition("?")[0]
        return [*found, {"record": record}]
    return [*found, {"find": typed}] if typed else found


@take.register
def _(question: File, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    """Only files that are in the copy already can be kept: nobody attaches a file of somebody else by its digest.

    What was typed beside a file that is not there, because it was refused or is still to be chosen, stands last.
    """
    known = {words(one.get("sha256")): one for one in map(parts_of, listed(there))}
    found = []
    for at in sent.posted.rows(path):
        kept = known.get(sent.posted.text(f"{at}.sha256"))
        if kept:
            texts = {part: sent.posted.text(f"{at}.{part}") for part in ("alt", "caption")}
            found.append({**kept, **texts})
    beside = _parts(sent, f"{path}.new", ("alt", "caption"))
    return [*found, beside] if beside else found


@take.register
def _(question: Group, model: Model, name: str, path: str, sent: Sent, there: Any) -> Any:
    inner = parts(model, name)
    if inner is None:
        return None
    if not is_list(model, name):
        return _row(inner, path, sent, parts_of(there))
    before = listed(there)
    if sent.translating:
        return [_row(inner, f"{path}.{at}", sent, parts_of(one)) for at, one in enumerate(before)]
    rows = (_row(inner, at, sent, {}) for at in sent.posted.rows(path))
    return [row for row in rows if row]


def _row(inner: Model, path: str, sent: Sent, before: Mapping[str, Any]) -> dict[str, Any]:
    """One row. A page that translates has its texts only; the rest of the row stays as it was."""
    row = dict(before) if sent.translating else {}
    for name, question in questions(inner).items():
        at = f"{path}.{name}"
        if sent.translating and not (isinstance(question, Text) and sent.posted.has(at)):
            continue
        answer = take(question, inner, name, at, sent, before.get(name))
        row[name] = answer
    return {name: answer for name, answer in row.items() if answer not in (None, "", [], {})}
