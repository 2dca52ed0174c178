"""Matching for programs: a need in, what may help out, each with its reasons."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Router
from pydantic import ValidationError

from landbridge.cooperation.matching import Excluded, Match, Matching, match_need, match_record, match_text
from landbridge.formats.validate import InvalidRecord, Problem, validate
from landbridge.lib.languages import is_language_tag
from landbridge.registry.rules import Reader
from landbridge.search.places import resolve
from landbridge.web.api import shapes
from landbridge.web.api.answers import json_answer, json_body
from landbridge.web.api.caller import reader_of
from landbridge.web.api.lines import record_url
from landbridge.web.api.parameters import known_formats, not_a_place
from landbridge.web.api.problems import ProblemError, invalid, invalid_record
from landbridge.web.api.records import view_of
from landbridge.web.api.searching import understood_body
from landbridge.web.labels import reader_language

router = Router(tags=["match"])
Shape = TypeVar("Shape", shapes.TextNeed, shapes.RecordNeed, shapes.WholeNeed)
_SHAPES: Final = {
    "text": {"$ref": "#/components/schemas/TextNeed"},
    "record": {"$ref": "#/components/schemas/RecordNeed"},
    "whole": {"$ref": "#/components/schemas/WholeNeed"},
    "bare": {
        "type": "object", "title": "BareNeed", "required": ["title"],
        "description": "The answers of a need by field name; see /api/v1/schemas/need.",
    },
}  # fmt: skip
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"anyOf": list(_SHAPES.values())},
                "examples": {
                    "text": {"value": {"text": "restore mangroves with local communities", "language": None,
                                       "place": ["KE"], "types": [], "limit": 10}},
                    "whole": {"value": {"format": "need", "language": "fr",
                                        "data": {"title": {"fr": "Restaurer des mangroves"},
                                                 "summary": {"fr": "Replanter avec les communautés côtières."}}}},
                },
            }
        },
    }
}  # fmt: skip


@router.post("/match", response=shapes.MatchAnswer, by_alias=True, operation_id="match", summary="Match a need",
             openapi_extra=_BODY)  # fmt: skip
def match(request: HttpRequest) -> HttpResponse:
    """What may help with a need: `text` in any of the six languages, a `record` of this node, or a whole need.

    Nothing of what is sent is kept.
    """
    body = json_body(request)
    if not isinstance(body, dict):
        raise invalid("", gettext("Send an object with “text”, “record”, or the answers of a need."), "object")
    return json_answer(_body(_matching(body, reader_language(), reader_of(request))), "no-store")


def _matching(body: dict[str, Any], language: str, reader: Reader) -> Matching:
    if "text" in body:
        return _of_text(_checked(shapes.TextNeed, body), language)
    if "record" in body:
        asked = _checked(shapes.RecordNeed, body)
        types = known_formats("types", asked.types)
        return match_record(view_of(asked.record, reader), types=types, limit=asked.limit, reader_language=language)
    if "data" in body or "format" in body:
        return _of_need(_checked(shapes.WholeNeed, body), language)
    return _of_need(shapes.WholeNeed(data=body), language, start="")


def _of_text(asked: shapes.TextNeed, language: str) -> Matching:
    if not asked.text.strip():
        raise invalid("text", gettext("Write what is needed."), "missing")
    if asked.language is not None and not is_language_tag(asked.language):
        message = gettext("This is not a language tag; use null to have it recognised.")
        raise invalid("language", message, "language_tag")
    for place in asked.place:
        if resolve(place) is None:
            raise not_a_place(place)
    return match_text(
        asked.text, language=asked.language, places=asked.place, types=known_formats("types", asked.types),
        limit=asked.limit, reader_language=language,
    )  # fmt: skip


def _of_need(asked: shapes.WholeNeed, language: str, start: str = "data.") -> Matching:
    types = known_formats("types", asked.types)
    try:
        data = validate("need", asked.data, asked.language)
    except InvalidRecord as problem:
        raise invalid_record(problem, start) from None
    return match_need(data, language=asked.language, types=types, limit=asked.limit, reader_language=language)


def _checked(shape: type[Shape], body: Mapping[str, Any]) -> Shape:
    """The body in its shape.

    Raises:
        ProblemError: it does not fit.
    """
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        found = [
            Problem(".".join(map(str, one["loc"])), one["msg"], one["type"])
            for one in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise ProblemError(422, gettext("Some answers are not right; each is named in “errors”."), found) from None


def _body(matching: Matching) -> dict[str, Any]:
    return {
        "understood": understood_body(matching.understood),
        "matches": [_match(one) for one in matching.matches],
        "excluded": _excluded(matching.excluded),
    }


def _match(one: Match) -> dict[str, Any]:
    return {
        "id": one.id, "type": one.type, "title": one.title, "language": one.language, "score": round(one.score, 4),
        "url": record_url(one.id),
        "for": [{"criterion": why.criterion, "share": why.share, "text": why.text} for why in one.for_],
        "against": [{"criterion": why.criterion, "text": why.text} for why in one.against],
        "places": one.places, "provider": one.provider, "confirmed_on": one.confirmed_on, "sample": one.sample,
        "labels": one.labels,
    }  # fmt: skip


def _excluded(left_out: Sequence[Excluded]) -> list[dict[str, str]]:
    return [
        {"id": one.id, "type": one.type, "title": one.title, "criterion": one.criterion, "text": one.text}
        for one in left_out
    ]
