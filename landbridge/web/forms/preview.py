"""A working copy as its page will look: what is valid is shown, what is not yet is left out."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from landbridge.formats.editions import current
from landbridge.formats.format import referred
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import InvalidRecord, validate
from landbridge.lib.languages import is_language_tag
from landbridge.registry.copies import settled, workflow_of
from landbridge.registry.models import WorkingCopy
from landbridge.registry.queries import RecordView, titles
from landbridge.registry.told import brought
from landbridge.registry.workflow import State
from landbridge.registry.writing import digest
from landbridge.web.figures import marked
from landbridge.web.forms.errors import wrongs
from landbridge.web.forms.page import problems_of
from landbridge.web.pages import countries, page
from landbridge.web.people import reader_of


def valid_part(copy: WorkingCopy) -> dict[str, Any]:
    """The answers that are valid as they are; a title there is always."""
    answers = brought(copy.format, settled(copy.answers))
    stand_in = {copy.language: gettext("(no title yet)")}
    for _ in range(len(answers) + 2):
        answers = {"title": stand_in, "summary": stand_in} | answers if "title" not in answers else answers
        try:
            return validate(copy.format, answers, copy.language)
        except InvalidRecord as invalid:
            bad = {problem.field.partition(".")[0] for problem in invalid.problems}
            answers = {name: answer for name, answer in answers.items() if name not in bad}
            if "summary" in bad:
                answers["summary"] = {copy.language: "…"}
    return {"title": stand_in}


def view_of(copy: WorkingCopy) -> RecordView:
    """The copy as if it were the published record."""
    now = datetime.now(UTC)
    data = valid_part(copy)
    return RecordView(
        id=copy.record_id or copy.id, format=copy.format, workflow=workflow_of(copy.owner), state=State.DRAFT,
        visibility=copy.visibility, language=copy.language, origin="", owner=copy.owner or None,
        revision=copy.base + 1, published=None, edition=current(FORMATS[copy.format].editions), data=data, note="",
        created_at=now, updated_at=now, published_at=None, revised_at=now, confirmed_on=None, expires_on=None,
        sha256=digest(data), author=copy.account_id,
    )  # fmt: skip


def preview_of(request: HttpRequest, copy: WorkingCopy) -> dict[str, Any]:
    """What the template of a record needs, and what is left to mend."""
    view = view_of(copy)
    linked_to = set(referred(view.data))
    places = countries(view)
    known = titles(linked_to, reader_of(request)) if linked_to else {}
    wanted = request.GET.get("in", "")
    return {
        "page": page(view, known, wanted if is_language_tag(wanted) else "", f"/write/{copy.id}/files"),
        "view": view, "copy": copy, "map": marked(places, gettext("Where this is or applies")) if places else "",
        "wrongs": wrongs(FORMATS[copy.format], problems_of(copy)), "old": False,
    }  # fmt: skip
