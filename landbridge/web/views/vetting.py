"""Vetting an expert: nomination, the expert's own word, the steps of the help desk, and what waits for it."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import InvalidRecord
from landbridge.parties.models import Party
from landbridge.parties.permissions import Permission
from landbridge.registry import vetting
from landbridge.registry.queries import RecordView, Unknown, get, latest
from landbridge.registry.readers import Standing
from landbridge.registry.rules import Reader
from landbridge.registry.vetting import Step
from landbridge.registry.workflow import NotPossible
from landbridge.registry.writing import Conflict, Forbidden, Said
from landbridge.web.forms.held import keeping
from landbridge.web.labels import said
from landbridge.web.people import account_of, actor_of, signed_in, standing
from landbridge.web.states import party_name
from landbridge.web.views.errors import telling
from landbridge.web.views.records import readable_id

LONGEST_NOTE: Final = 500


@signed_in
def queue(request: HttpRequest) -> HttpResponse:
    """Experts who wait for a step of the help desk, and what their forms do not tell yet."""
    me = standing(request)
    if not me.has_everywhere(Permission.VET):
        raise Http404("queue")
    after = request.GET.get("after", "").replace("\x00", "")[:100]
    waiting, following = vetting.waiting(me.reader(), after)
    lines = [(one, _labels(one.missing)) for one in waiting]
    return render(request, "roster/queue.html", {"lines": lines, "next": following, "first": not after})


def _labels(names: tuple[str, ...]) -> list[str]:
    asked = questions(FORMATS["expert"])
    return [said(asked[name].label) for name in names]


@keeping
@signed_in
@telling
def expert(request: HttpRequest, record_id: str) -> HttpResponse:
    """Where an expert stands, for those who have a part in it; and the step that was pressed."""
    view = _seen(record_id, standing(request).reader())
    part = _Part(view, standing(request))
    if not (part.vets or part.is_expert or part.parties):
        raise Unknown(record_id)
    if request.method != "POST":
        return _page(request, part)
    try:
        done = _press(request, part)
    except InvalidRecord as problems:
        lacking = _labels(tuple(dict.fromkeys(one.field for one in problems.problems if one.field)))
        told = gettext("This must be told first: %(questions)s") % {"questions": gettext(", ").join(lacking)}
        return _page(request, part, told, 422)
    except Forbidden:
        return _page(request, part, gettext("Your role does not allow this. Nothing was changed."), 403)
    except (Conflict, NotPossible, Unknown):
        return _page(request, part, gettext("The record was changed meanwhile, so nothing was done."), 409)
    messages.success(request, done)
    return HttpResponseRedirect(f"/roster/experts/{record_id}")


def _seen(record_id: str, reader: Reader) -> RecordView:
    """The newest revision for those who work with it, the published one for others.

    Raises:
        Unknown: there is no such expert for this reader.
    """
    if not readable_id(record_id):
        raise Unknown(record_id)
    try:
        view = latest(record_id, reader)
    except Unknown:
        view = get(record_id, reader)
    if view.format != "expert":
        raise Unknown(record_id)
    return view


class _Part:
    """What somebody has to do with an expert."""

    def __init__(self, view: RecordView, me: Standing) -> None:
        self.view = view
        self.is_expert = view.owner is None and view.author is not None and view.author == me.account_id
        self.vets = me.has_everywhere(Permission.VET) and not self.is_expert and not view.origin
        here = () if view.origin or self.is_expert else me.parties_with(Permission.NOMINATE)
        self.parties = list(Party.objects.filter(pk__in=here, kind="party").order_by("pk")[:50]) if here else []


def _press(request: HttpRequest, part: _Part) -> str:
    """Do what was pressed, and say it."""
    do, _, about = request.POST.get("do", "").partition(":")
    said_ = Said(note=request.POST.get("note", "").replace("\x00", "").strip()[:LONGEST_NOTE])
    actor, record_id = actor_of(request), part.view.id
    if do in ("accept", "decline"):
        vetting.answer(actor=actor, nomination_id=_number(about), accept=do == "accept")
        return gettext("Your answer is kept.")
    if do == "take_back":
        vetting.take_back(actor=actor, nomination_id=_number(about), said=said_)
        return gettext("The nomination is taken back.")
    if do == "nominate":
        made = vetting.nominate(actor=actor, record_id=record_id, party=about[:100], said=said_)
        return (
            gettext("The expert is nominated.") if made.accepted else gettext("The expert was asked and will answer.")
        )
    if do not in set(Step) or about:
        raise NotPossible(do[:20])
    vetting.vet(actor=actor, record_id=record_id, step=Step(do), said=said_)
    return gettext("Done. The roster shows it now.")


def _number(about: str) -> int:
    return int(about) if about.isascii() and about.isdigit() and len(about) < 15 else 0


def _page(request: HttpRequest, part: _Part, problem: str = "", status: int = 200) -> HttpResponse:
    view, account = part.view, account_of(request)
    nominations = list(vetting.nominations(view.id)[:50])
    standing_for = {one.party_id for one in nominations if one.accepted is not False}
    page: dict[str, Any] = {
        "view": view, "part": part, "problem": problem, "note": request.POST.get("note", ""),
        "vetting": vetting.vetting_of(view.data), "nominations": nominations if part.vets or part.is_expert else [],
        "missing": _labels(vetting.missing(view.data)) if part.vets or part.is_expert else [],
        "steps": [(step, step_name(step)) for step in vetting.steps(view.data, view.state)] if part.vets else [],
        "parties": [(one.pk, party_name(one.pk, one.names)) for one in part.parties if one.pk not in standing_for],
        "own": [(one.pk, party_name(one.party_id, one.party.names)) for one in nominations
                if one.accepted is not False and one.party_id in {party.pk for party in part.parties}],
        "rests": view.state in vetting.RESTING, "warnings": _warnings(part), "longest": LONGEST_NOTE,
        "waiting": [one for one in nominations if one.accepted is None] if part.is_expert and account else [],
    }  # fmt: skip
    return render(request, "roster/expert.html", page, status=status)


def _warnings(part: _Part) -> list[str]:
    """What a Party should know that has nominated more than the precedent takes."""
    told = []
    for party in part.parties[:5]:
        count, kinds = vetting.beyond(party.pk)
        if count >= vetting.MOST_PER_PARTY or kinds:
            text = gettext(
                "%(party)s has nominated %(count)s experts. The roster of biosafety experts takes %(most)s of a Party, "
                "and %(each)s for one kind of expertise."
            )
            told.append(text % {"party": party_name(party.pk, party.names), "count": count,
                                "most": vetting.MOST_PER_PARTY, "each": vetting.MOST_PER_SPECIALIZATION})  # fmt: skip
    return told


def step_name(step: Step) -> str:
    """What stands on the button of a step."""
    return {
        Step.LIST: gettext("List the expert"), Step.APPROVE: gettext("Approve"),
        Step.REFERENCE: gettext("References are checked"), Step.SET_BACK: gettext("Set back by one step"),
    }[step]  # fmt: skip
