"""What others say of a record, and where it comes from, in the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from landbridge.exchange.annotations import TRANSLATED, Annotation, annotations
from landbridge.exchange.provenance import FromNode, FromSource, name_in, provenance
from landbridge.formats.format import questions
from landbridge.formats.library.annotation import Annotation as Format
from landbridge.registry.naming import names_of
from landbridge.registry.queries import RecordView
from landbridge.registry.rules import Reader
from landbridge.web.answers import Reading, show
from landbridge.web.labels import capital, choice_name, language_name, listed, reader_language

SHOWN: Final = 12
"""So many stand on the page of the record; the rest follows on demand."""


@dataclass(frozen=True)
class Said:
    """One annotation as the page of its record shows it."""

    id: str
    kind: str
    kind_name: str
    headline: str
    """What was done, and by whom."""
    claim: str
    """What the reader must know about the name: who vouches for it, or that nobody does."""
    at: datetime
    text: SafeString | str
    translations: list["Translated"]
    outdated: bool
    sample: bool


@dataclass(frozen=True)
class Translated:
    """The record in one language, as an annotation offers it."""

    tag: str
    language: str
    title: str
    summary: str
    description: SafeString | str


def said_of(view: RecordView, reader: Reader) -> list[Said]:
    """All annotations of a record that the reader may read, as they are shown."""
    found = annotations(view, reader)
    names = names_of({one.owner for one in found if one.owner}, reader_language()) if found else {}
    return [_said(one, names) for one in found]


def _said(one: Annotation, names: Mapping[str, str]) -> Said:
    who, claim = _who(one, names)
    view = one.view
    reading = Reading(reader_language(), view.language)
    text = show(questions(Format)["said"], view.data["said"], Format, "said", reading) if view.data.get("said") else ""
    return Said(
        id=view.id, kind=one.kind, kind_name=choice_name(one.kind), headline=_headline(one.kind) % {"who": who},
        claim=claim, at=view.published_at or view.updated_at, text=text,
        translations=[_translated(one, tag) for tag in one.languages] if one.kind == "translation" else [],
        outdated=one.of_this_version is False, sample=bool(view.data.get("sample")),
    )  # fmt: skip


def _headline(kind: str) -> str:
    return {
        "endorsement": gettext("Endorsed by %(who)s"), "translation": gettext("Translated by %(who)s"),
        "correction": gettext("Correction proposed by %(who)s"), "comment": gettext("Comment by %(who)s"),
    }[kind]  # fmt: skip


def _who(one: Annotation, names: Mapping[str, str]) -> tuple[str, str]:
    """Who says it, and what speaks for that."""
    claimed = listed(one.claimed[:3])
    if one.owner:
        own = names.get(one.owner, one.owner)
        differs = bool(claimed) and own.casefold() not in (name.casefold() for name in one.claimed)
        return own, gettext("In the name of %(names)s") % {"names": claimed} if differs else ""
    nobody = gettext("somebody who gives no name")
    if one.node:
        node = name_in(one.node, reader_language())
        return claimed or nobody, gettext("As %(node)s tells") % {"node": node}
    return claimed or nobody, gettext("The name is as its author gave it.") if claimed else ""


def _translated(one: Annotation, tag: str) -> Translated:
    texts = {part: (one.view.data.get(name) or {}).get(tag, "") for part, name in TRANSLATED.items()}
    name = TRANSLATED["description"]
    shown = show(questions(Format)[name], {tag: texts["description"]}, Format, name, Reading(tag, tag))
    return Translated(
        tag=tag, language=capital(language_name(tag)), title=texts["title"], summary=texts["summary"],
        description=shown if texts["description"] else "",
    )  # fmt: skip


@dataclass(frozen=True)
class Offered:
    """A language in which somebody else offers the record, and where on the page that stands."""

    tag: str
    language: str
    anchor: str


def offered(every: Iterable[Said], own: Iterable[str]) -> list[Offered]:
    """The translations of others into languages that the record itself does not have: one a language."""
    found: dict[str, Offered] = {}
    for one in every:
        for text in one.translations:
            if text.tag not in own and text.title:
                found.setdefault(text.tag, Offered(text.tag, text.language, f"said-{one.id}-{text.tag}"))
    return list(found.values())


@dataclass(frozen=True)
class Origin:
    """Where a record comes from, for its page."""

    name: str
    page: str
    is_node: bool
    told: FromNode | FromSource
    via: str = ""


def origin_of(view: RecordView) -> Origin | None:
    """Where a record comes from; None for this node's own."""
    told = provenance(view)
    if told is None:
        return None
    if isinstance(told, FromNode):
        language = reader_language()
        return Origin(name_in(told.names, language), told.page, True, told, name_in(told.via, language))
    return Origin(told.title, told.page, False, told)


def origin_as_json(origin: Origin | None) -> dict[str, Any] | None:
    """The same for programs."""
    if origin is None:
        return None
    told = origin.told
    named = {"first_seen": told.first_at, "last_seen": told.seen_at, "gone_since": told.gone_at}
    if isinstance(told, FromNode):
        return {"node": told.address, "page": told.page, "key": told.key, "sequence": told.sequence, **named}
    return {"source": told.title, "page": told.page, "identifier": told.key, "licence": told.licence,
            "as_of": told.stated_at, **named}  # fmt: skip
