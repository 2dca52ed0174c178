"""From a record to MODS 3.7, for library systems: the same elements as in simple Dublin Core, told more exactly."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.conf import settings

from landbridge.exchange.out.oai import dublin_core, marking
from landbridge.exchange.out.oai.dublin_core import Said, Titles
from landbridge.registry.queries import RecordView

NAMESPACE: Final = "http://www.loc.gov/mods/v3"
SCHEMA: Final = "http://www.loc.gov/standards/mods/v3/mods-3-7.xsd"
_OPENING: Final = (
    f'<mods xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.7" '
    f'xsi:schemaLocation="{NAMESPACE} {SCHEMA}">'
)
_ROLES: Final = ("creator", "contributor", "publisher")


def metadata(view: RecordView, titles: Titles) -> bytes:
    """The record as the metadata of `mods`."""
    said = list(dublin_core.elements(view, titles))
    where = dublin_core.address(view.id)
    return marking.joined([
        _OPENING, *_titles(view), *_names(said), *_kinds(said), *_origin(said), *_languages(said), *_texts(said),
        *_subjects(said), *_relations(said),
        *(_one("identifier", one, type="uri" if one.text.startswith("http") else "")
          for one in said if one.name == "identifier"),
        f"<location>{marking.element('url', where, usage='primary display')}</location>",
        *_rights(said), *_keeping(view), "</mods>",
    ])  # fmt: skip


def _one(name: str, said: Said, **attributes: str) -> str:
    return marking.element(name, said.text, said.language, **attributes)


def _titles(view: RecordView) -> Iterator[str]:
    """The title in the record's own language first; the others are translations of it."""
    texts = view.data["title"]
    for tag in sorted(texts, key=lambda one: one != view.language):
        kind = "" if tag == view.language or view.language not in texts else ' type="translated"'
        inner = marking.element("title", texts[tag])
        yield f'<titleInfo xml:lang="{marking.attribute(tag)}"{kind}>{inner}</titleInfo>'


def _names(said: Sequence[Said]) -> Iterator[str]:
    for one in said:
        if one.name in _ROLES:
            role = marking.element("roleTerm", one.name, type="text")
            yield f"<name>{_one('namePart', one)}<role>{role}</role></name>"


def _kinds(said: Sequence[Said]) -> Iterator[str]:
    return (_one("genre", one) for one in said if one.name == "type" and not _is_address(one))


def _is_address(said: Said) -> bool:
    return said.text.startswith("http")


def _origin(said: Sequence[Said]) -> Iterator[str]:
    publishers = [_one("publisher", one) for one in said if one.name == "publisher"]
    days = [marking.element("dateIssued", one.text) for one in said if one.name == "date"]
    if publishers or days:
        yield f"<originInfo>{''.join(publishers + days)}</originInfo>"


def _languages(said: Sequence[Said]) -> Iterator[str]:
    for tag in dict.fromkeys(one.text for one in said if one.name == "language"):
        term = marking.element("languageTerm", tag, type="code", authority="rfc5646")
        yield f"<language>{term}</language>"


def _texts(said: Sequence[Said]) -> Iterator[str]:
    yield from (_one("abstract", one) for one in said if one.name == "description")
    yield from (_one("note", one, type="source") for one in said if one.name == "source")


def _subjects(said: Sequence[Said]) -> Iterator[str]:
    for one in said:
        if one.name == "subject" and not _is_address(one):
            yield f"<subject>{_one('topic', one)}</subject>"
        elif one.name == "coverage" and one.language:
            yield f"<subject>{_one('geographic', one)}</subject>"


def _relations(said: Sequence[Said]) -> Iterator[str]:
    for one in said:
        if one.name == "relation":
            yield f"<relatedItem><location>{marking.element('url', one.text)}</location></relatedItem>"


def _rights(said: Sequence[Said]) -> Iterator[str]:
    return (_one("accessCondition", one, type="use and reproduction") for one in said if one.name == "rights")


def _keeping(view: RecordView) -> Iterator[str]:
    changed = marking.element("recordChangeDate", view.revised_at.strftime("%Y-%m-%dT%H:%M:%SZ"), encoding="w3cdtf")
    source = marking.element("recordContentSource", settings.NODE_NAME)
    yield f"<recordInfo>{source}{changed}{marking.element('recordIdentifier', view.id)}</recordInfo>"
