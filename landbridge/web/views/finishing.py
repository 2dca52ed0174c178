"""What becomes of a working copy: preview, publish, merge with what others wrote, discard and bring back."""

import json
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from landbridge.formats.library import FORMATS
from landbridge.formats.validate import InvalidRecord, Problem
from landbridge.parties.permissions import Permission
from landbridge.registry import copies
from landbridge.registry.copies import Typed
from landbridge.registry.merging import Choice, merge, piece
from landbridge.registry.models import Record, WorkingCopy
from landbridge.registry.queries import RecordView, Unknown
from landbridge.registry.workflow import NotPossible, State, Verb, Visibility
from landbridge.registry.writing import Conflict, Forbidden
from landbridge.web.forms.alike import alike
from landbridge.web.forms.conflict import chosen, clash, sides
from landbridge.web.forms.errors import wrongs
from landbridge.web.forms.page import assets, problems_of
from landbridge.web.forms.preview import preview_of
from landbridge.web.forms.saving import picked
from landbridge.web.forms.steps import advice, steps
from landbridge.web.people import actor_of, reader_of, standing
from landbridge.web.views.records import readable_id
from landbridge.web.views.writing import refused_page, working

_UNDO: Final = "landbridge.write.undo"
_A_DAY: Final = 24 * 3600
_VERBS: Final = {"publish": Verb.PUBLISH, "submit": Verb.SUBMIT, "draft": Verb.DRAFT}


@require_GET
@working
def preview(request: HttpRequest, copy_id: str) -> HttpResponse:
    """The copy as its page will look; what is not valid yet is left out and named."""
    copy = copies.mine(copy_id, actor_of(request))
    return render(request, "writing/preview.html", preview_of(request, copy) | assets())


@require_http_methods(["GET", "HEAD", "POST"])
@working
def finish(request: HttpRequest, copy_id: str) -> HttpResponse:
    """What is still to mend, who shall read it, and the buttons that the person has the right to press."""
    if request.method == "POST":
        return _finish(request, copy_id)
    try:
        copy = copies.mine(copy_id, actor_of(request))
    except Unknown:
        return _to(copies.became(actor=actor_of(request), copy_id=copy_id))
    return _finish_page(request, copy)


def _finish(request: HttpRequest, copy_id: str) -> HttpResponse:
    verb = _VERBS.get(request.POST.get("_do", ""), Verb.DRAFT)
    actor = actor_of(request)
    try:
        record = copies.finish(actor=actor, copy_id=copy_id, verb=verb, visibility=request.POST.get("_visibility", ""))
    except InvalidRecord as invalid:
        return _finish_page(request, copies.mine(copy_id, actor), invalid.problems)
    except Conflict:
        return HttpResponseRedirect(f"/write/{copy_id}/merge")
    except (Forbidden, NotPossible):
        return refused_page(request, f"/write/{copy_id}/finish")
    except Unknown:
        return _already(request)
    messages.success(request, _said(record))
    return _to(record)


def _already(request: HttpRequest) -> HttpResponse:
    """A second press of the button on a revision: the first one was done."""
    record_id = request.POST.get("_record", "")
    record = Record.objects.filter(pk=record_id).first() if readable_id(record_id) else None
    if record is None or not standing(request).may(Permission.DRAFT, record.owner_id, record.author_id):
        raise Unknown
    return _to(record)


def _said(record: Record) -> str:
    return {
        State.PUBLISHED: gettext("It is published."),
        State.SUBMITTED: gettext("It is submitted. You will hear when it is published or returned."),
    }.get(State(record.state), gettext("It is kept as a draft that your colleagues see."))


def _to(record: Record) -> HttpResponse:
    """Where a record is told of: what is not published, among those who work on it."""
    here = "" if record.state == State.PUBLISHED else "/work"
    return HttpResponseRedirect(f"/records/{record.id}{here}")


def _finish_page(request: HttpRequest, copy: WorkingCopy, refused: list[Problem] | None = None) -> HttpResponse:
    problems, status = (problems_of(copy), 200) if refused is None else (refused, 422)
    model, reader = FORMATS[copy.format], reader_of(request)
    author = actor_of(request).account_id
    if copy.record_id:
        author = Record.objects.filter(pk=copy.record_id).values_list("author_id", flat=True).first()
    mine = standing(request)
    owner = copy.owner or None
    told = steps(model, copy.answers, "")
    return render(request, "writing/finish.html", {
        "copy": copy, "name": copy.title, "wrongs": wrongs(model, problems),
        "advice": advice(model, copy.answers), "alike": alike(copy.title, copy.format, reader, copy.record_id),
        "told": sum(step.told for step in told), "count": sum(step.count for step in told),
        "visibilities": _visibilities(), "may_publish": mine.may(Permission.PUBLISH, owner, author),
        "may_submit": mine.may(Permission.SUBMIT, owner, author), **assets(),
    }, status=status)  # fmt: skip


def _visibilities() -> list[tuple[str, str, str]]:
    return [
        (Visibility.PUBLIC, gettext("Everybody"), gettext("Anyone in the world can find and read it.")),
        (Visibility.NETWORK, gettext("The network"),
         gettext("Everybody who has a role on this node: focal points, providers, experts, the help desk.")),
        (Visibility.PARTIES, gettext("Parties"),
         gettext("National focal points, authorities and authorised users, and the help desk.")),
        (Visibility.PRIVATE, gettext("Only us"), gettext("Only those who work for the same party.")),
    ]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@working
def merging(request: HttpRequest, copy_id: str) -> HttpResponse:
    """What somebody else saved while this copy was written: merged where it can be, else a choice for each answer."""
    actor, reader = actor_of(request), reader_of(request)
    copy = copies.mine(copy_id, actor)
    newer = copies.newer(copy, reader)
    if newer is None:
        return HttpResponseRedirect(f"/write/{copy.id}")
    merged, choices = merge(copy.format, copies.origin_of(copy, reader), copy.answers, newer.data)
    if request.method == "POST" and request.POST.get("_base") == str(newer.revision):
        merged = picked(merged, chosen(choices, request.POST))
    elif choices:
        return _merge_page(request, copy, newer, choices)
    copies.rebase(actor=actor, copy_id=copy.id, answers=merged, base=newer.revision)
    messages.success(request, gettext("Both versions are together now. Look it over, then publish."))
    return HttpResponseRedirect(f"/write/{copy.id}/finish")


def _merge_page(request: HttpRequest, copy: WorkingCopy, newer: RecordView, choices: list[Choice]) -> HttpResponse:
    return render(request, "writing/conflict.html", {
        "copy": copy, "name": copy.title, "sides": list(sides(copy, choices)), "newer": newer,
        "action": f"/write/{copy.id}/merge", **assets(),
    }, status=409)  # fmt: skip


@require_POST
@working
def choose_side(request: HttpRequest, copy_id: str) -> HttpResponse:
    """The answers that were changed in two windows, as the person chose them."""
    copy = copies.mine(copy_id, actor_of(request))
    mine, was = (_object(request.POST.get(name, "")) for name in ("_mine", "_was"))
    choices = [Choice(path, answer, piece(copy.answers, path)) for path, answer in mine.items() if _known(copy, path)]
    typed = Typed(pieces=chosen(choices, request.POST), was={path: str(value) for path, value in was.items()})
    saved = copies.save(actor=actor_of(request), copy_id=copy.id, typed=typed)
    return clash(request, saved) if saved.refused else HttpResponseRedirect(f"/write/{copy.id}")


def _known(copy: WorkingCopy, path: str) -> bool:
    """Files are never taken from a page: their digests would open other people's."""
    name = path.partition(".")[0]
    return name in FORMATS[copy.format].model_fields and name not in ("files", "sample")


def _object(sent: str) -> dict[str, Any]:
    try:
        found = json.loads(sent or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


@require_POST
@working
def discard(request: HttpRequest, copy_id: str) -> HttpResponse:
    """Throw the copy away. The page that answers can bring it back."""
    copy = copies.discard(actor=actor_of(request), copy_id=copy_id)
    kept = {"id": copy.id, **{name: getattr(copy, name) for name in copies.COPIED}}
    return render(request, "writing/discarded.html", {
        "copy": copy, "name": copy.title, "kept": signing.dumps(kept, salt=_UNDO, compress=True), **assets(),
    })  # fmt: skip


@require_POST
@working
def undo(request: HttpRequest) -> HttpResponse:
    """Bring a discarded copy back, within a day."""
    try:
        kept = signing.loads(request.POST.get("kept", ""), salt=_UNDO, max_age=_A_DAY)
        copy = copies.bring_back(actor=actor_of(request), copy=kept)
    except (signing.BadSignature, Forbidden, InvalidRecord):
        return refused_page(request, "/write")
    return HttpResponseRedirect(f"/write/{copy.id}")
