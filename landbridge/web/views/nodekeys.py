"""The keys and names of this node, and what waits in quarantine, for those who run it."""

from typing import Any, Final

import orjson
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from landbridge.exchange.models import NodeKey, Quarantined
from landbridge.exchange.nodes import keys, statements
from landbridge.exchange.nodes.keys import KeyLost
from landbridge.exchange.nodes.quarantine import NotSettled, settle
from landbridge.lib.languages import LANGUAGES, NAMES
from landbridge.web.people import actor_of
from landbridge.web.views.peers import for_those_who_run_it

PAGE: Final = "/network/keys"
_SHOWN: Final = 20_000
_TYPED: Final = 8
"""So many signs of the fingerprint are typed again before a key is revoked."""
_LARGEST: Final = 2**31


@require_http_methods(["GET", "HEAD", "POST"])
@for_those_who_run_it
def own(request: HttpRequest) -> HttpResponse:
    """Our own keys: what each does, a new one in the place of the old, and what to do when one was stolen."""
    if request.method != "POST":
        return _page(request)
    try:
        said = _act(request, request.POST.get("do", ""))
    except (KeyLost, LookupError, ValueError) as problem:
        return _page(request, str(problem))
    messages.success(request, said)
    return HttpResponseRedirect(PAGE)


def _page(request: HttpRequest, problem: str = "") -> HttpResponse:
    try:
        working = keys.own_key().pk  # The first look at it makes it.
    except KeyLost as lost:
        working, problem = "", problem or str(lost)
    names = keys.own_names()
    every = sorted(NodeKey.objects.order_by("-since", "pk"), key=lambda key: key.pk != working)
    return render(request, "network/keys.html", {
        "keys": [(key, _use(key, working)) for key in every], "problem": problem,
        "names": [(tag, NAMES[tag], names.get(tag, "")) for tag in LANGUAGES], "working": working, "typed": _TYPED,
    }, status=422 if problem else 200)  # fmt: skip


def _use(key: NodeKey, working: str) -> str:
    if key.revoked_at:
        return gettext("Revoked")
    if key.pk == working:
        return gettext("Signs today")
    if key.spare and key.until is None:
        return gettext("Kept for the day on which the other one is stolen")
    return gettext("Replaced; what it signed stays valid")


def _act(request: HttpRequest, do: str) -> str:
    actor = actor_of(request)
    if do == "names":
        keys.name(actor=actor, names={tag: request.POST.get(f"name.{tag}", "")[:300] for tag in LANGUAGES})
        return gettext("The node is named.")
    if do == "rotate":
        keys.rotate(actor=actor)
        return gettext("A new key signs from now on. The old one vouches for it, so that nobody has to do anything.")
    if do == "revoke":
        key = request.POST.get("key", "")[:64]
        if len(key) < 64 or request.POST.get("typed", "").strip().lower() != key[:_TYPED]:
            raise LookupError(f"Type the first {_TYPED} signs of the fingerprint that you want to revoke.")
        statements.revoke(actor=actor, key_id=key, spare_secret=request.POST.get("spare_secret", "")[:200])
        return gettext("The key is revoked. Everything that it signed is signed anew within ten minutes.")
    raise LookupError("There is no such button.")


@require_http_methods(["GET", "HEAD", "POST"])
@for_those_who_run_it
def quarantined(request: HttpRequest, quarantined_id: int) -> HttpResponse:
    """One statement that was not taken in: why, as it came, and what can be done with it."""
    row = Quarantined.objects.filter(pk=quarantined_id).first() if quarantined_id < _LARGEST else None
    if row is None:
        raise Http404(quarantined_id)
    problem = ""
    if request.method == "POST":
        try:
            settle(actor=actor_of(request), quarantined_id=quarantined_id, way=request.POST.get("way", "")[:10])
        except (NotSettled, LookupError) as error:
            problem = str(error)
            row.refresh_from_db()
        else:
            messages.success(request, gettext("It is settled."))
            return HttpResponseRedirect(f"/network/quarantine/{quarantined_id}")
    return render(request, "network/quarantined.html", {
        "row": row, "problem": problem, "ways": _ways(row), "came": _as_it_came(bytes(row.body)),
    }, status=422 if problem else 200)  # fmt: skip


def _ways(row: Quarantined) -> list[tuple[str, str, str]]:
    """(way, what the button says, how it looks) of what makes sense here."""
    if row.settled_at:
        return []
    if row.reason == "ahead":
        return [("ours", gettext("Keep what we hold now"), "supply"), ("back", gettext("Take that back"), "quiet")]
    found = [("again", gettext("Try again"), "supply"), ("drop", gettext("Dismiss"), "quiet")]
    if row.reason == "claim":
        found.insert(0, ("take", gettext("Give the record to the node that claims it"), "danger"))
    return found


def _as_it_came(body: bytes) -> str:
    """The statement for the eye: laid out where it is JSON, else as it is; never too much of it."""
    try:
        found: Any = orjson.loads(body)
        text = orjson.dumps(found, option=orjson.OPT_INDENT_2).decode()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        text = body.decode("utf-8", "replace")
    text = "".join(sign if sign >= " " or sign in "\n\t" else "�" for sign in text)
    return text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
