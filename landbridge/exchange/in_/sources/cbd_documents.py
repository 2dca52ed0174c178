"""Documents of the CBD's clearing-houses in the words of our formats.

Each question of a format names its field there; this turns the names round. Text by language (`lstring`), terms of the
thesaurus (`ETerm`), references, links and attachments are read by the kind of the question.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from landbridge.exchange.in_.sources.cbd_terms import Names, identifier, labels, terms
from landbridge.exchange.in_.sources.known import (
    answered,
    day,
    language,
    line,
    link,
    links,
    listed,
    main_language,
    money,
    number,
    organisations,
    record,
    table,
    texts,
)
from landbridge.formats import tidy
from landbridge.formats.fields import Line, Lines, Link, Money, Number, Organisation, Period, Question, Terms, Text
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import DEFAULT

SCHEMAS: Final = (
    "bbiRequest", "bbiOpportunity", "bbiProfile", "organization", "capacityBuildingInitiative", "resource",
    "capacityBuildingResource", "event",
)  # fmt: skip
"""What is kept as documents."""
_OWN: Final = frozenset({"contacts", "files", "licence", "source", "related", "translations", "sample"})
"""Questions that no document answers: nobody's contact is taken over, attachments become links."""
Strange = dict[str, list[str]]


def format_of(schema: str) -> str | None:
    """Our format for a schema."""
    return next(iter(table("cbd_schemas").get(schema, ())), None)


@cache
def fields(schema: str) -> Mapping[str, tuple[str, ...]]:
    """Question to the names of its field in documents of a schema, the likeliest first."""
    format_name = format_of(schema) or ""
    found: dict[str, tuple[str, ...]] = {}
    for name, question in questions(FORMATS[format_name]).items():
        told = [question.cbd.get(schema, ""), question.cbd.get("*", "")]
        further = [*table("cbd_fields").get(f"{format_name}.{name}", ()), *table("cbd_fields").get(f"*.{name}", ())]
        names = tuple(dict.fromkeys(one for one in (*told, *further) if one))
        if names and name not in _OWN:
            found[name] = names
    return found


def document(schema: str, body: Mapping[str, Any], names: Names, source: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(record, facts) of a document.

    Raises:
        ValueError: it has no title.
    """
    format_name = format_of(schema) or ""
    strange: Strange = {}
    data: dict[str, Any] = {}
    for name, theirs in fields(schema).items():
        said = next((body[one] for one in theirs if body.get(one) not in (None, "", [], {})), None)
        if said is not None:
            data[name] = _answer(questions(FORMATS[format_name])[name], name, said, names, strange)
    if not data.get("title"):
        raise ValueError("The document has no title.")
    data["period"] = data.get("period") or _dates(body)
    if "period" not in questions(FORMATS[format_name]):
        del data["period"]
    data["links"] = links([*data.get("links", []), *_attachments(body)])
    _told(format_name, body, data)
    data["source"] = line(source, 1000)
    tag = main_language(data["title"], data.get("summary") or {})
    return record(format_name, tag, data), {"not_mapped": strange, "header": _header(body)}


def lstring(said: Any, limit: int, lines: bool = False) -> dict[str, str]:
    """Text by language; markup is taken out."""
    if isinstance(said, str):
        said = {DEFAULT: said}
    if not isinstance(said, Mapping):
        parts = [lstring(one, limit, lines) for one in listed(said) if isinstance(one, str | Mapping)]
        return texts(((tag, text) for part in parts for tag, text in part.items()), limit, lines)
    pairs = ((language(str(tag), DEFAULT), text) for tag, text in said.items() if isinstance(text, str))
    return texts(((tag, _plain(text)) for tag, text in pairs), limit, lines)


def _plain(text: str) -> str:
    return tidy.without_markup(text) if "<" in text else text


def _told(format_name: str, body: Mapping[str, Any], data: dict[str, Any]) -> None:
    """A summary where the format wants one, and the whole text where the summary holds only its beginning."""
    said = next((body[one] for one in table("cbd_fields")["*.summary"] if body.get(one)), None)
    whole = lstring(said, 30_000, lines=True) if said is not None else {}
    data["summary"] = texts(whole.items(), 3000, lines=True) or data["title"]
    if whole and whole != data["summary"]:
        data["description"] = whole
    if format_name == "organisation" and not whole:
        del data["summary"]


def _answer(question: Question, name: str, said: Any, names: Names, strange: Strange) -> Any:
    for kind, reader in _READERS:
        if isinstance(question, kind):
            return reader(question, name, said, names, strange)
    if name == "results":
        return [{"result": text} for one in listed(said) if (text := lstring(one, 500))][:20]
    return None


def _texts(question: Text, name: str, said: Any, names: Names, strange: Strange) -> Any:
    return lstring(said, min(question.max_length, 30_000), question.lines > 1)


def _terms(question: Terms, name: str, said: Any, names: Names, strange: Strange) -> Any:
    ours, others = terms(question, list(listed(said))[:200], names)
    if others:
        strange[name] = others
    return ours if question.many else next(iter(ours), None)


def _period(question: Period, name: str, said: Any, names: Names, strange: Strange) -> Any:
    if isinstance(said, str):
        return {"end": day(said)} if day(said) else None
    return _dates(said) if isinstance(said, Mapping) else None


def _dates(body: Mapping[str, Any]) -> dict[str, str]:
    start = next((found for one in ("start", "startDate", "startsOn") if (found := day(body.get(one)))), None)
    end = next((found for one in ("end", "endDate", "endsOn") if (found := day(body.get(one)))), None)
    return answered({"start": start, "end": None if start and end and end < start else end})


def _money(question: Money, name: str, said: Any, names: Names, strange: Strange) -> Any:
    parts = said if isinstance(said, Mapping) else {}
    currency = identifier(parts.get("currency")).rpartition("-")[2]
    found = money(number(parts.get("amount", parts.get("value"))), currency)
    if found is None:
        strange[name] = [line(str(said), 200)]
    return found


def _organisations(question: Organisation, name: str, said: Any, names: Names, strange: Strange) -> Any:
    """Organisations by name; a reference is looked up, and told beside the record where nothing is found."""
    found, others = [], []
    for one in list(listed(said))[:50]:
        called = labels(one) if isinstance(one, Mapping) else [one] if isinstance(one, str) else []
        where = f"documents/{identifier(one)}"
        called = called or labels(names.of(where)) if identifier(one) and isinstance(one, Mapping) else called
        if called:
            found.append((called[0], ""))
        else:
            others.append(identifier(one))
    if others:
        strange[name] = others
    return organisations(found)


def _links(question: Link, name: str, said: Any, names: Names, strange: Strange) -> Any:
    return links(_link(one) for one in listed(said))


def _link(one: Any) -> dict[str, str] | None:
    if not isinstance(one, Mapping):
        return link(one)
    return link(one.get("url"), next(iter(labels(one)), ""), language(str(one.get("language") or "")))


def _attachments(body: Mapping[str, Any]) -> Iterator[dict[str, str] | None]:
    for name in table("cbd_fields")["*.files"]:
        for one in listed(body.get(name)):
            yield _link(one)


def _line(question: Line, name: str, said: Any, names: Names, strange: Strange) -> Any:
    text = line(" ".join(labels(said)) if isinstance(said, Mapping) else str(said), question.max_length)
    return text if not question.pattern else None


def _lines(question: Lines, name: str, said: Any, names: Names, strange: Strange) -> Any:
    return [text for one in listed(said) if (text := _line(question, name, one, names, strange))][:50]


def _number(question: Number, name: str, said: Any, names: Names, strange: Strange) -> Any:
    found = number(str(said)[:4]) if question.year else number(said)
    low, high = question.least, question.most
    if found is None or (low is not None and found < low) or (high is not None and found > high):
        return None
    return int(found)


_READERS: Final[tuple[tuple[type[Question], Callable[..., Any]], ...]] = (
    (Terms, _terms), (Text, _texts), (Period, _period), (Money, _money), (Organisation, _organisations),
    (Link, _links), (Lines, _lines), (Line, _line), (Number, _number),
)  # fmt: skip


def _header(body: Mapping[str, Any]) -> dict[str, Any]:
    header = body.get("header")
    if not isinstance(header, Mapping):
        return {}
    return {name: header.get(name) for name in ("identifier", "schema", "languages")}
