"""A first record from one paragraph of free text, or from a document: what was found is shown, the person confirms."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from landbridge.exchange.documents.filling import Filled, laid_over
from landbridge.exchange.documents.leaves import boxes, leaf_of
from landbridge.exchange.documents.texts import written
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.registry import copies
from landbridge.registry.models import WorkingCopy
from landbridge.registry.queries import Unknown, get
from landbridge.registry.workflow import NotPossible
from landbridge.registry.writing import Forbidden
from landbridge.search.proposals import Proposed
from landbridge.web.forms.page import assets
from landbridge.web.guided import Brought, brought, choices, found, told
from landbridge.web.labels import format_name, language_name, reader_language, said
from landbridge.web.papers import words_of
from landbridge.web.people import actor_of, reader_of
from landbridge.web.views.writing import owners, working

MOST_GIVEN = 2_000
"""Characters of a text that come along in the address, from the page of matches."""
_SHOWN = 160
"""Characters of an answer of a document that are shown."""


@require_http_methods(["GET", "HEAD", "POST"])
@working
def guided(request: HttpRequest) -> HttpResponse:
    """Ask for the text; show what it says; begin the draft."""
    if request.method != "POST":
        given = request.GET.get("text", "").replace("\x00", "")[:MOST_GIVEN]
        return _ask(request, Brought(format=request.GET.get("format", ""), text=given))
    of = brought(request)
    if of.problem or not (of.text or of.filled or of.ours):
        of.problem = of.problem or gettext("Write something, or choose a file.")
        return _ask(request, of)
    proposed = found(of)
    if request.POST.get("step") == "begin":
        return _begin(request, of, proposed)
    return _show(request, of, proposed)


def _ask(request: HttpRequest, of: Brought) -> HttpResponse:
    page = {"of": of, "formats": _formats(), **assets()}
    return render(request, "guided/ask.html", page, status=422 if of.problem else 200)


def _formats() -> list[tuple[str, str]]:
    return [(name, format_name(name)) for name in FORMATS]


def _show(request: HttpRequest, of: Brought, proposed: Proposed, problem: str = "") -> HttpResponse:
    """What was found, each with the words that led to it; a page that comes back keeps what was ticked and typed."""
    post = request.POST
    again = post.get("step") in ("begin", "again")
    picked = set(post.getlist("pick")) if again else None
    language = of.language or proposed.language
    page = {
        "of": of, "proposed": proposed, "format": proposed.format, "problem": problem, "formats": _formats(),
        "groups": list(choices(proposed, of)), "picked": picked, "filled": list(_filled(of, proposed.format)),
        "text_language": language, "text_language_name": language_name(language), "owners": owners(request),
        "title": post.get("title", "") if again else proposed.title,
        "summary": post.get("summary", "") if again else proposed.summary,
        "owner": post.get("owner") if again else None, "sealed": of.sealed(), **assets(),
    }  # fmt: skip
    return render(request, "guided/found.html", page, status=422 if problem else 200)


def _filled(of: Brought, format: str) -> Any:
    """Name, label and the beginning of each answer that the document gave."""
    model, words = FORMATS[format], words_of(reader_language())
    for name, answer in of.filled.items():
        if name in questions(model):
            pairs = boxes(model, name, answer, of.language or "en", 1)
            texts = (written(leaf, value, words) for path, value in pairs if (leaf := leaf_of(model, path)))
            shown = ", ".join(" ".join(text.split()) for text in texts if text)
            yield name, said(questions(model)[name].label), shown[:_SHOWN]


def _begin(request: HttpRequest, of: Brought, proposed: Proposed) -> HttpResponse:
    answers = told(request.POST, of, proposed)
    try:
        copy = _revised(request, of, answers) if of.record else None
        copy = copy or copies.begin(
            actor=actor_of(request), format=proposed.format, language=of.language or proposed.language,
            owner=request.POST.get("owner") or None, answers=answers,
            title=copies.title_of(answers, of.language or proposed.language),
        )  # fmt: skip
    except Forbidden:
        return _show(request, of, proposed, gettext("You may not write for this Party or organisation."))
    return HttpResponseRedirect(f"/write/{copy.id}")


def _revised(request: HttpRequest, of: Brought, answers: dict[str, Any]) -> WorkingCopy | None:
    """The draft of a record whose form came back; None when the person cannot revise that record: then it is new."""
    actor, reader = actor_of(request), reader_of(request)
    try:
        begun = copies.revising(actor=actor, reader=reader, record_id=of.record)
        view = get(of.record, reader, of.revision or None)
    except (Unknown, NotPossible, Forbidden):
        return None
    if view.format != of.format:
        return None
    filled = Filled(view.format, of.language, of.record, of.revision, answers, frozenset(of.asked))
    together = laid_over(filled, view.data, words_of(of.language))
    if begun.saved:
        # What was typed on the page stays in its own copy.
        return copies.begin(
            actor=actor, format=view.format, language=view.language, owner=view.owner, answers=together,
            title=copies.title_of(together, view.language), record_id=of.record, base=view.revision,
            visibility=begun.visibility,
        )  # fmt: skip
    return copies.rebase(actor=actor, copy_id=begun.id, answers=together, base=view.revision)
