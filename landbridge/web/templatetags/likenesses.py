"""On the page of a record: where else the same is described, and what was kept in place of one that was merged."""

from dataclasses import dataclass, field
from typing import Any

from django import template
from django.http import HttpRequest

from landbridge.exchange.likeness import showing
from landbridge.exchange.likeness.rights import decides
from landbridge.exchange.likeness.showing import Elsewhere
from landbridge.registry.rules import ANYONE
from landbridge.web.people import account_of, reader_of, standing

register = template.Library()


@dataclass(frozen=True)
class Same:
    """What a record's page says: what stays in its place, where else it is described, and what waits for the reader."""

    stays: Elsewhere | None = None
    others: list[Elsewhere] = field(default_factory=list)
    ask: int | None = None


@register.simple_tag(takes_context=True)
def described_elsewhere(context: Any, record_id: str) -> Same:
    """For a record's page: one query where there is nothing to say."""
    request = getattr(context, "request", None)
    if not isinstance(request, HttpRequest):
        return Same()
    found = showing.elsewhere(record_id, reader_of(request))
    ask = None
    if account_of(request) is not None and decides(standing(request)):
        ask = showing.to_decide(record_id, standing(request), reader_of(request))
    stays = next((one for one in found if one.stays), None)
    return Same(stays, [one for one in found if one is not stays], ask)


@register.simple_tag(takes_context=True)
def kept_in_place(context: Any, record_id: str) -> str:
    """The record that stands in the place of one that was withdrawn; empty when there is none for this reader."""
    request = getattr(context, "request", None)
    reader = reader_of(request) if isinstance(request, HttpRequest) else ANYONE
    return showing.in_its_place(record_id, reader) if record_id else ""
