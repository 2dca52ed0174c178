"""Records that may tell of one thing: the list, two of them beside each other, and what somebody decides."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from landbridge.exchange.likeness import deciding, showing
from landbridge.exchange.likeness.rights import decides, may_put_away, the_pair
from landbridge.exchange.models import Likeness
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import InvalidRecord
from landbridge.registry.models import Record
from landbridge.registry.queries import RecordView, Unknown, states
from landbridge.registry.workflow import NotPossible
from landbridge.registry.writing import Actor, Conflict, Forbidden
from landbridge.web import likenesses
from landbridge.web.answers import show
from landbridge.web.forms import keeping
from landbridge.web.labels import said
from landbridge.web.people import actor_of, reader_of, signed_in, standing
from landbridge.web.views.errors import not_found
from landbridge.web.views.work import whole_number
from landbridge.web.work import reading_of

PLACE = "/same"
View = Callable[..., HttpResponse]
_OURS = "-"
"""This node itself, in the filter by origin."""
_LAST_PAGE = 1_000


def deciding_person(view: View) -> View:
    """A view for those who may decide about something; for everybody else there is nothing here."""

    @wraps(view)
    @signed_in
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if not decides(standing(request)):
            return not_found(request)
        try:
            return view(request, *args, **named)
        except (Forbidden, Unknown):
            return not_found(request)

    return guarded


@require_safe
@deciding_person
def every(request: HttpRequest) -> HttpResponse:
    """The pairs that wait for the person, the likeliest first, or what was decided."""
    me, reader = standing(request), reader_of(request)
    format, origin = request.GET.get("format", ""), request.GET.get("from", "")
    page = max(1, min(whole_number(request.GET.get("page", "")), _LAST_PAGE))
    is_decided = request.GET.get("decided") == "1"
    found = showing.decided(me, reader) if is_decided else showing.waiting(me, reader, format[:40], _origin(origin))
    start = (page - 1) * showing.PAGE
    pairs = list(found[start : start + showing.PAGE + 1])
    told: dict[str, Any] = {
        "decided": is_decided, "format": format, "from": origin, "page": page,
        "next": page + 1 if len(pairs) > showing.PAGE else 0,
        "filtered": bool(format or origin), "done": _just_done(request),
        "kept_query": urlencode({"format": format, "from": origin}),
    }  # fmt: skip
    pairs = pairs[: showing.PAGE]
    if is_decided:
        return render(request, "likeness/decided.html", told | {"lines": _lines(pairs)})
    told["pairs"] = likenesses.shown(showing.beside(pairs, reader), me)
    return render(request, "likeness/every.html", told | _filters(request))


def _origin(text: str) -> str | None:
    """What the filter by origin asks for; None for all."""
    if not text or "\0" in text:
        return None
    return "" if text == _OURS else text[:200]


def _filters(request: HttpRequest) -> dict[str, Any]:
    formats, origins = showing.ways(standing(request), reader_of(request))
    names = likenesses.origin_names(origins)
    return {
        "formats": [name for name in formats if name in FORMATS],
        "origins": [(origin or _OURS, names[origin]) for origin in origins],
    }


def _just_done(request: HttpRequest) -> Likeness | None:
    """What the person decided a moment ago, so that one press takes it back."""
    number = min(whole_number(request.GET.get("done", "")), 2**31 - 1)
    if not number:
        return None
    try:
        pair, _, _ = the_pair(actor_of(request), number)
    except (Forbidden, Unknown):
        return None
    return pair if pair.decision else None


def _lines(pairs: list[Likeness]) -> list[dict[str, Any]]:
    """Decided pairs with the titles that everybody was shown: of those of a merged one the last."""
    records = [key for pair in pairs for key in (pair.first, pair.second)]
    titles = {key: view.data["title"] for key, view in states(records).items()}

    def both(pair: Likeness) -> list[tuple[str, dict[str, str], bool]]:
        return [(key, titles.get(key) or {"en": key}, key == pair.kept) for key in (pair.first, pair.second)]

    return [{"pair": pair, "both": both(pair)} for pair in pairs]


@require_safe
@deciding_person
def one(request: HttpRequest, likeness_id: int) -> HttpResponse:
    """Two records beside each other, with all that differs and all that can be decided."""
    actor = actor_of(request)
    pair, first, second = the_pair(actor, _number(likeness_id))
    found = showing.beside([pair], reader_of(request))
    if not found or pair.decision:
        return HttpResponseRedirect(f"{PLACE}?done={pair.pk}")
    shown = likenesses.shown(found, standing(request), whole=True)[0]
    keeps = [
        _keep(actor, shown.first, first, shown.second.view, second),
        _keep(actor, shown.second, second, shown.first.view, first),
    ]
    refers = set(deciding.may_refer(actor, first, second))
    sides = [side for side in shown.sides if side.view.id in refers]
    return render(request, "likeness/one.html", {"one": shown, "keeps": keeps, "refers": sides})


def _number(likeness_id: int) -> int:
    if likeness_id >= 2**63:
        raise Http404(likeness_id)
    return likeness_id


def _keep(actor: Actor, side: likenesses.Side, kept: Record, other: RecordView, row: Record) -> dict[str, Any]:
    """What keeping this one offers: whether it may be, and the answers that it lacks."""
    if not may_put_away(actor, row):
        return {"side": side, "may": False}
    model, asked = FORMATS[other.format], questions(FORMATS[other.format])
    reading = reading_of(other, "")
    takes = [
        (name, said(asked[name].label), show(asked[name], other.data[name], model, name, reading))
        for name in deciding.may_be_taken(actor, kept, row, side.view.data, other.data)
    ]
    return {"side": side, "may": True, "takes": takes}


@require_POST
@keeping
@deciding_person
def act(request: HttpRequest, likeness_id: int) -> HttpResponse:
    """Link, merge, keep apart, or take that back."""
    actor, number = actor_of(request), _number(likeness_id)
    what = request.POST.get("do", "")
    deeds: dict[str, Callable[[], deciding.Outcome]] = {
        "link": lambda: deciding.link(actor=actor, likeness_id=number, refer=request.POST.getlist("refer")),
        "apart": lambda: deciding.apart(actor=actor, likeness_id=number),
        "merge": lambda: deciding.merge(
            actor=actor, likeness_id=number, keep=request.POST.get("keep", ""), take=request.POST.getlist("take")
        ),
        "undo": lambda: deciding.undo(actor=actor, likeness_id=number),
    }
    if what not in deeds:
        raise Http404(what)
    try:
        outcome = deeds[what]()
    except (Conflict, NotPossible, InvalidRecord):
        messages.error(request, gettext("This cannot be done now: the records have changed. Look at them again."))
        return _back(request)
    if what != "undo":
        return _back(request, done=number)
    if outcome.left:
        messages.warning(request, gettext("Undone. What somebody changed meanwhile was left as it is."))
    else:
        messages.success(request, gettext("Undone."))
    return _back(request)


def _back(request: HttpRequest, done: int = 0) -> HttpResponse:
    """To the list where the person was in it; what was just done stands first, and the keyboard goes on from there."""
    kept = {name: request.GET[name] for name in ("format", "from", "page") if request.GET.get(name)}
    query = urlencode(kept | ({"done": str(done)} if done else {}))
    return HttpResponseRedirect(f"{PLACE}{'?' if query else ''}{query}{'#done' if done else ''}")
