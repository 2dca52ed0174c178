"""The nodes that this one exchanges with, for those who run it: added, looked at, tuned, paused and removed."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from landbridge.exchange import network
from landbridge.exchange.looking import Look, ask_now, look
from landbridge.exchange.models import Peer
from landbridge.exchange.nodes import peers, quarantine
from landbridge.exchange.nodes.peers import BadPeer
from landbridge.exchange.provenance import bare, name_in
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import vocabulary
from landbridge.registry.writing import Forbidden
from landbridge.web.forms import keeping
from landbridge.web.labels import format_plural, language_name, listed, reader_language, term_label
from landbridge.web.people import actor_of, signed_in
from landbridge.web.views.network import LOOKS, administers, state_name
from landbridge.web.views.writing import refused_page

View = Callable[..., HttpResponse]
LIST: Final = "/network/peers"
SHOWN: Final = 30
_LARGEST: Final = 2**31


def for_those_who_run_it(view: View) -> View:
    """A view for administrators of the node; others are told so politely. The actions check it again."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if not administers(request):
            return refused_page(request, "/network")
        try:
            return view(request, *args, **named)
        except Forbidden:
            return refused_page(request, "/network")

    return keeping(signed_in(guarded))


@require_http_methods(["GET", "HEAD", "POST"])
@for_those_who_run_it
def overview(request: HttpRequest) -> HttpResponse:
    """All peers, and the form that adds one: first it is looked at, then it is added."""
    if request.method != "POST":
        return _list(request)
    typed = {name: request.POST.get(name, "").strip()[:300] for name in ("address", "fingerprint", "reach")}
    direction = request.POST.get("direction", "pull")[:10]
    try:
        if request.POST.get("do") != "add":
            seen = look(actor=actor_of(request), **typed)
            return render(request, "network/look.html", _looked(seen, direction), status=200 if seen.fits else 422)
        peer = peers.add(actor=actor_of(request), direction=direction, **typed)
    except BadPeer as problem:
        return _list(request, typed, str(problem))
    said = gettext("The node is added. The exchange begins as soon as its people have added this one.")
    messages.success(request, said)
    return HttpResponseRedirect(f"{LIST}/{peer.pk}")


def _list(request: HttpRequest, typed: Mapping[str, str] | None = None, problem: str = "") -> HttpResponse:
    lines = [{"line": line, **_standing(line.peer)} for line in peers.lines()]
    page = {"lines": lines, "typed": typed or {}, "problem": problem, "own": network.own_fingerprint(),
            "directions": directions("pull")}  # fmt: skip
    return render(request, "network/peers.html", page, status=422 if problem else 200)


def _looked(seen: Look, direction: str) -> dict[str, Any]:
    return {
        "seen": seen, "name": name_in(seen.names, reader_language()) or bare(seen.address), "direction": direction,
        "formats": listed(format_plural(one) for one in seen.formats),
        "languages": listed(language_name(one) for one in seen.languages),
    }  # fmt: skip


def name_of(peer: Peer) -> str:
    """What a peer is called, or its address while it told no name."""
    names = peer.names if isinstance(peer.names, dict) else {}
    return name_in({tag: str(name) for tag, name in names.items()}, reader_language()) or bare(peer.address)


def _standing(peer: Peer) -> dict[str, str]:
    """How it stands with a peer: what it is called, a word for its state, and how that looks."""
    state = network.state_of(peer, datetime.now(UTC))
    return {"name": name_of(peer), "state": state_name(state), "look": LOOKS.get(state, "")}


def directions(chosen: str) -> list[tuple[str, str, bool]]:
    """The ways in which records go, in words."""
    named = {"pull": gettext("We ask for its records"), "push": gettext("We send it ours"),
             "both": gettext("We ask and we send")}  # fmt: skip
    return [(one, name, one == chosen) for one, name in named.items()]


def found(peer_id: int) -> Peer:
    """A peer by its number.

    Raises:
        Http404: there is none.
    """
    peer = Peer.objects.filter(pk=peer_id).first() if peer_id < _LARGEST else None
    if peer is None:
        raise Http404(peer_id)
    return peer


@require_http_methods(["GET", "HEAD", "POST"])
@for_those_who_run_it
def one(request: HttpRequest, peer_id: int) -> HttpResponse:
    """A peer: how it stands, what is shared, what was exchanged, what waits in quarantine."""
    peer = found(peer_id)
    if request.method != "POST":
        return _page(request, peer)
    try:
        said = _act(request, peer, request.POST.get("do", ""))
    except BadPeer as problem:
        return _page(request, found(peer_id), str(problem))
    messages.success(request, said)
    gone = request.POST.get("do") == "remove"
    return HttpResponseRedirect(LIST if gone else f"{LIST}/{peer_id}")


def _act(request: HttpRequest, peer: Peer, do: str) -> str:
    """Do what the button says, and say what was done."""
    actor = actor_of(request)
    if do == "now":
        ask_now(actor=actor, peer=peer)
        return gettext("The exchange begins in a moment. Look again then.")
    if do in ("pause", "block", "confirm"):
        getattr(peers, do)(actor=actor, peer=peer)
        return {"pause": gettext("Nothing is exchanged with it for now."), "block": gettext("The node is blocked."),
                "confirm": gettext("It is exchanged with again.")}[do]  # fmt: skip
    if do == "remove":
        if request.POST.get("sure") != "yes":
            raise BadPeer("Tick the box that says that you mean it.")
        peers.remove(actor=actor, peer=peer, retire=request.POST.get("retire") == "yes")
        return gettext("The node is forgotten.")
    if do == "policy":
        _set_policy(request, peer)
        return gettext("What is shared is changed.")
    raise BadPeer("There is no such button.")


def _set_policy(request: HttpRequest, peer: Peer) -> None:
    minutes = request.POST.get("minutes", "").strip()
    if minutes and not (minutes.isascii() and minutes.isdigit() and len(minutes) < 6):
        raise BadPeer("Write the minutes between two exchanges as a number.")
    peers.set_policy(
        actor=actor_of(request), peer=peer, gives=_policy(request.POST, "gives"), takes=_policy(request.POST, "takes"),
        direction=request.POST.get("direction", "")[:10], every=60 * int(minutes or 0),
        reach=request.POST.get("reach", "").strip().rstrip("/")[:200],
    )  # fmt: skip


def _policy(posted: QueryDict, side: str) -> dict[str, Any]:
    """One side of the form as a policy; the actions check it."""
    days = posted.get(f"{side}.embargo_days", "").strip() or "0"
    if not (days.isascii() and days.isdigit() and len(days) < 6):
        raise BadPeer("Write the days of the embargo as a number.")
    return {
        "formats": posted.getlist(f"{side}.formats")[:100], "licences": posted.getlist(f"{side}.licences")[:100],
        "visibility": posted.get(f"{side}.visibility", "public"), "embargo_days": int(days) if side == "gives" else 0,
        "pass_on": posted.get(f"{side}.pass_on") == "yes",
    }  # fmt: skip


def _page(request: HttpRequest, peer: Peer, problem: str = "") -> HttpResponse:
    told = peer.told if isinstance(peer.told, dict) else {}
    return render(request, "network/peer.html", {
        "peer": peer, **_standing(peer), "problem": problem, "told": told,
        "exchanges": list(peers.exchanges(peer)[:SHOWN]),
        "quarantine": list(quarantine.waiting().filter(via=peer.address).defer("body")[:SHOWN]),
        "sides": [_side("gives", peer.gives), _side("takes", peer.takes)], "directions": directions(peer.direction),
        "minutes": round(peer.every / 60) or 1,
    }, status=422 if problem else 200)  # fmt: skip


def _side(name: str, policy: Any) -> dict[str, Any]:
    """A policy as the form asks for it."""
    kept = policy if isinstance(policy, dict) else {}
    formats, licences = kept.get("formats") or (), kept.get("licences") or ()
    every = list(dict.fromkeys([*vocabulary("licences").terms, *licences]))
    return {
        "name": name, "title": gettext("What we give") if name == "gives" else gettext("What we take"),
        "formats": [(one, format_plural(one), one in formats) for one in FORMATS],
        "licences": [(one, term_label("licences", one), one in licences) for one in every],
        "is_public": kept.get("visibility") == "public", "days": kept.get("embargo_days", 0),
        "pass_on": kept.get("pass_on", True),
    }  # fmt: skip
