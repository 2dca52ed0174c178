"""A record as the API gives it: the settled line, and the line with everything around it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from pydantic import BaseModel

from landbridge.formats.format import parts, questions
from landbridge.formats.library import FORMATS
from landbridge.registry.disclosure import sees_whole
from landbridge.registry.queries import RecordView
from landbridge.registry.rules import ANYONE, Reader

Hidden = dict[str, "Hidden | None"]
"""Answers that are not for the public: name to None, or to what is hidden inside it."""


def line(view: RecordView, reader: Reader = ANYONE) -> dict[str, Any]:
    """The settled shape of a line of JSON Lines; `landbridge load` takes it in again."""
    return {"format": view.format, "id": view.id, "language": view.language, "data": told(view, reader)}


def full_line(view: RecordView, reader: Reader = ANYONE) -> dict[str, Any]:
    """The line with its address, its revision and its dates."""
    return {
        **line(view, reader),
        "url": record_url(view.id),
        "revision": view.revision,
        "edition": view.edition,
        "sha256": view.sha256,
        "owner": view.owner,
        "origin": view.origin,
        "note": view.note,
        "created_at": view.created_at,
        "updated_at": view.updated_at,
        "published_at": view.published_at,
        "revised_at": view.revised_at,
        "confirmed_on": view.confirmed_on,
        "expires_on": view.expires_on,
        "edition_notes": view.edition_notes,
    }


def record_url(record_id: str) -> str:
    """The permanent address of a record."""
    return f"{settings.BASE_URL}/records/{record_id}"


def api_url() -> str:
    """Where this API begins."""
    return f"{settings.BASE_URL}/api/v1"


def told(view: RecordView, reader: Reader) -> dict[str, Any]:
    """The answers as the reader may see them: all of them for those whose record it is."""
    return view.data if sees_whole(reader, view) else public(view)


def public(view: RecordView) -> dict[str, Any]:
    """The answers without those that were asked for statistics only."""
    hidden = _hidden(FORMATS[view.format])
    return _without(view.data, hidden) if hidden else view.data


@cache
def _hidden(model: type[BaseModel]) -> Hidden:
    found: Hidden = {}
    for name, question in questions(model).items():
        inside = parts(model, name)
        if not question.public:
            found[name] = None
        elif inside is not None and (within := _hidden(inside)):
            found[name] = within
    return found


def _without(data: Mapping[str, Any], hidden: Hidden) -> dict[str, Any]:
    kept = {}
    for name, answer in data.items():
        if name not in hidden:
            kept[name] = answer
            continue
        within = hidden[name]
        if within is None:
            continue
        if isinstance(answer, list):
            kept[name] = [_without(one, within) for one in answer]
        else:
            kept[name] = _without(answer, within)
    return kept
