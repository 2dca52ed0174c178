"""From an answer to what a document of the CBD holds of it: one short function per kind of question."""

from functools import cache, singledispatch
from typing import Any, Final

from landbridge.exchange.in_.sources.known import table
from landbridge.exchange.out.linked.addresses import Titles
from landbridge.exchange.out.linked.answers import terms_of
from landbridge.formats import fields
from landbridge.formats.tidy import without_markup
from landbridge.formats.vocabulary import Term

_LAST_DAY: Final = "applicationDeadline"
"""A field that holds the last day of a period only."""


@cache
def _theirs() -> dict[str, str]:
    """Our terms to those of the CBD's thesaurus; the first of several."""
    found: dict[str, str] = {}
    for identifier, keys in table("cbd_terms").items():
        for key in keys:
            found.setdefault(key, identifier)
    return found


def term(one: Term) -> dict[str, Any]:
    """An `ETerm`: the identifier that the Convention gave it; else ours, with its labels beside it."""
    known = _theirs().get(one.key) or (one.extra.get("cbd") if one.vocabulary == "targets" else "")
    if one.vocabulary == "countries" and one.extra.get("iso2"):
        known = one.extra["iso2"].lower()
    if known:
        return {"identifier": known}
    labels = {tag: labels[0] for tag, labels in one.labels.items() if labels}
    return {"identifier": one.id, "customValue": labels}


@singledispatch
def said(question: fields.Question, answer: Any, field: str, address: str, titles: Titles) -> Any:
    """What the document holds; a kind that is not known says its bare value."""
    return answer


@said.register
def _(question: fields.RichText, answer: Any, field: str, address: str, titles: Titles) -> Any:
    return {tag: without_markup(text) for tag, text in answer.items()}


@said.register
def _(question: fields.Terms, answer: Any, field: str, address: str, titles: Titles) -> Any:
    found = [term(one) for one in terms_of(question, answer)]
    return found if question.many else next(iter(found), None)


@said.register
def _(question: fields.Period, answer: Any, field: str, address: str, titles: Titles) -> Any:
    return answer.get("end") if field == _LAST_DAY else {name: day for name, day in answer.items() if day}


@said.register
def _(question: fields.Money, answer: Any, field: str, address: str, titles: Titles) -> Any:
    """The amount as text: no binary fraction of it would be the same amount."""
    return {"amount": str(answer["amount"]), "currency": {"identifier": answer["currency"]}}


@said.register
def _(question: fields.Organisation, answer: Any, field: str, address: str, titles: Titles) -> Any:
    """References with the name beside them; who is named by a record that nobody may see is not named."""
    found = []
    for one in answer:
        record = one.get("record") or ""
        known = titles.get(record)
        name = known[1] if known else one.get("name")
        if name:
            called = {"name": name} if isinstance(name, str) else {"title": name}
            found.append({"identifier": record, **called} if known else called)
    return found


@said.register
def _(question: fields.Link, answer: Any, field: str, address: str, titles: Titles) -> Any:
    names = {"url": "url", "title": "name", "language": "language"}
    return [{theirs: one[ours] for ours, theirs in names.items() if one.get(ours)} for one in answer]


@said.register
def _(question: fields.File, answer: Any, field: str, address: str, titles: Titles) -> Any:
    return [{"url": f"{address}/files/{one['sha256']}", "name": one.get("caption") or one["name"]} for one in answer]


@said.register
def _(question: fields.Group, answer: Any, field: str, address: str, titles: Titles) -> Any:
    """Results in the words of the results; other groups have no field."""
    return [one["result"] for one in answer if one.get("result")] if isinstance(answer, list) else None
