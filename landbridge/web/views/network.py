"""The network of nodes, for everybody: who is in it, how fresh, how much, what failed, and how to join."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_safe

from landbridge.exchange.national import GROUPS, parties, told_by_party
from landbridge.exchange.network import Holdings, Node, as_json, holdings, peers, this_node
from landbridge.exchange.provenance import SOURCE, name_in
from landbridge.parties.permissions import Permission
from landbridge.registry.rules import Reader
from landbridge.web import numbers
from landbridge.web.labels import capital, format_plural, language_name, listed, number, place_name, reader_language
from landbridge.web.people import account_of, reader_of, standing

KEPT_SECONDS: Final = 30.0
"""So long what everybody may see is not counted again."""
_LANGUAGES: Final = 6


@dataclass(frozen=True)
class Shown:
    """A node as the page shows it."""

    node: Node
    name: str
    look: str
    state: str
    party: str
    formats: list[tuple[str, str, str]]
    """(format, its plural, how many)"""
    languages: str


def administers(request: HttpRequest) -> bool:
    """Whether the person runs this node."""
    return account_of(request) is not None and standing(request).has_everywhere(Permission.RECEIVE)


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All nodes by region."""
    reader, runs_it = reader_of(request), administers(request)
    held = _holdings(reader)
    here, others = this_node(held), peers(datetime.now(UTC), held, administers=runs_it)
    if request.GET.get("format") == "json":
        body = {"node": as_json([here])[0], "nodes": as_json(others), "sources": _sources(held)}
        response = HttpResponse(orjson.dumps(body), content_type="application/json")
        patch_vary_headers(response, ("Cookie",))
        return response
    whose = _parties()
    shown = [_shown(one, whose.get(one.address, "")) for one in others]
    return render(request, "network/overview.html", {
        "here": _shown(here, whose.get(here.address, "")), "groups": _groups(shown),
        "count": sum(one.node.state not in ("known", "paused", "blocked") for one in shown),
        "sources": held.get(SOURCE, Holdings()).total, "runs_it": runs_it, "mail": settings.NODE_EMAIL,
        "records": sum(one.total for one in held.values()),
    })  # fmt: skip


def _holdings(reader: Reader) -> Mapping[str, Holdings]:
    """What everybody may see is counted now and then, what a person may see each time."""
    if reader.account_id is not None:
        return holdings(reader)
    return numbers.kept("holdings", lambda: holdings(reader), KEPT_SECONDS)


def _sources(held: Mapping[str, Holdings]) -> dict[str, Any]:
    found = held.get(SOURCE, Holdings())
    return {"records": found.total, "formats": dict(found.formats)}


def _parties() -> dict[str, str]:
    """Address of a node to the Party whose own record names it."""
    found = {}
    for party, every in told_by_party(Reader()).items():
        for one in every:
            address = str(one.data.get("node_address") or "").rstrip("/")
            if address and one.is_own_word:
                found[address] = party
    return found


def state_name(state: str) -> str:
    """How it stands with a node, in words."""
    return {
        "this": pgettext("node", "This node"), "fresh": pgettext("node", "Up to date"),
        "late": pgettext("node", "Late"), "failing": pgettext("node", "Exchange fails"),
        "new": pgettext("node", "Not exchanged yet"), "paused": pgettext("node", "Paused"),
        "known": pgettext("node", "Known through others"), "blocked": pgettext("node", "Blocked"),
    }[state]  # fmt: skip


LOOKS: Final = {"fresh": "shown", "this": "shown", "failing": "waits", "late": "waits", "blocked": "waits"}


def _shown(node: Node, party: str) -> Shown:
    tags = list(node.holdings.languages)
    named = listed(capital(language_name(tag)) for tag in tags[:_LANGUAGES])
    formats = sorted(node.holdings.formats.items(), key=lambda one: -one[1])
    return Shown(
        node=node, name=name_in(node.names, reader_language()), look=LOOKS.get(node.state, ""),
        state=state_name(node.state), party=party,
        formats=[(name, format_plural(name), number(count)) for name, count in formats],
        languages=named + (" …" if len(tags) > _LANGUAGES else ""),
    )  # fmt: skip


def _groups(shown: Iterable[Shown]) -> list[tuple[str, list[Shown]]]:
    """The nodes by the regional group of their Party; those of no Party last."""
    found: dict[str, list[Shown]] = {}
    for one in shown:
        found.setdefault(parties().get(one.party, ""), []).append(one)
    order = [group for group in (*GROUPS, "") if group in found]
    other = gettext("Other nodes") if len(order) > 1 else gettext("Nodes")
    return [(place_name(group) if group else other, found[group]) for group in order]
