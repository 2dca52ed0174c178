"""Two versions side by side, answer by answer: keep mine, take theirs, or both where they are lists."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from landbridge.formats import tidy
from landbridge.formats.fields import RichText
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.registry.copies import Saved
from landbridge.registry.merging import Choice, fingerprint, is_empty, piece
from landbridge.registry.models import WorkingCopy
from landbridge.web.answers import NOTHING, Reading, show
from landbridge.web.forms.page import assets
from landbridge.web.forms.saving import shown_line
from landbridge.web.labels import capital, language_name, reader_language, said

MINE, THEIRS, BOTH = "mine", "theirs", "both"


@dataclass(frozen=True)
class Side:
    """A choice as it is shown."""

    path: str
    label: str
    language: str
    mine: SafeString
    theirs: SafeString
    both: bool


def sides(copy: WorkingCopy, choices: Iterable[Choice]) -> Iterator[Side]:
    """The choices with both versions as a reader would see them."""
    asked = questions(FORMATS[copy.format])
    for choice in choices:
        name, _, language = choice.path.partition(".")
        label = said(asked[name].label) if name in asked else name
        if language:
            label = f"{label} ({capital(language_name(language))})"
        yield Side(
            choice.path, label, language, _shown(copy, choice.path, choice.mine),
            _shown(copy, choice.path, choice.theirs), choice.both is not None,
        )  # fmt: skip


def _shown(copy: WorkingCopy, path: str, answer: Any) -> SafeString:
    """An answer as on the record's page, or its bare words where it is not valid yet."""
    if is_empty(answer):
        return NOTHING
    name, _, language = path.partition(".")
    model = FORMATS[copy.format]
    question = questions(model).get(name)
    if language and isinstance(answer, str):
        return mark_safe(tidy.rich(answer)) if isinstance(question, RichText) else format_html("{}", answer)  # noqa: S308
    try:
        return show(question, answer, model, name, Reading(reader_language(), copy.language)) if question else NOTHING
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return format_html("{}", shown_line(answer))


def clash(request: HttpRequest, saved: Saved) -> HttpResponse:
    """The page for what two pages of the same copy changed differently."""
    copy = saved.copy
    choices = [Choice(path, mine, piece(copy.answers, path)) for path, mine in saved.refused.items()]
    return render(request, "writing/conflict.html", {
        "copy": copy, "name": copy.title, "sides": list(sides(copy, choices)), "action": f"/write/{copy.id}/choose",
        "mine": orjson.dumps(dict(saved.refused)).decode(),
        "was": orjson.dumps({one.path: fingerprint(one.theirs) for one in choices}).decode(),
        "section": request.POST.get("_section", ""), "in_tabs": True, **assets(),
    }, status=409)  # fmt: skip


def chosen(choices: Iterable[Choice], form: Mapping[str, Any]) -> dict[str, Any]:
    """Path to the answer that was picked; without a word the person keeps their own."""
    picks = {}
    for choice in choices:
        pick = form.get(f"pick.{choice.path}", MINE)
        if pick == THEIRS:
            picks[choice.path] = choice.theirs
        elif pick == BOTH and choice.both is not None:
            picks[choice.path] = choice.both
        else:
            picks[choice.path] = choice.mine
    return picks
