"""What the people of a node do with notifications: offer and announce a record, answer an offer, withdraw one, and
believe a sender."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from landbridge.exchange.models import Notification, NotifyOrigin
from landbridge.exchange.out.linked import addresses
from landbridge.exchange.out.notify import patterns
from landbridge.exchange.out.notify.reading import origin_of
from landbridge.exchange.out.notify.taking import HANDLES, NEW, UNPROVEN, believe
from landbridge.lib.doors.http import Unsafe, target
from landbridge.parties.permissions import Permission
from landbridge.registry.queries import Unknown, get
from landbridge.registry.rules import ANYONE
from landbridge.registry.writing import Actor, Conflict, require

_OPEN = ("new", "sent", "failed")
"""The states in which an offer of ours can be withdrawn."""


def send(*, actor: Actor, pattern: str, record_id: str, inbox: str) -> Notification:
    """Offer or announce a record that everybody may see; it leaves within seconds.

    Raises:
        Forbidden: the actor does not handle notifications.
        Unknown: everybody may see no such record.
        Unsafe: the inbox is none that may be called.
        Conflict: it is no pattern for a record.
    """
    require(actor, HANDLES, None)
    if pattern not in ("Offer", "Announce"):
        raise Conflict("A record is offered or announced.")
    view = get(record_id, ANYONE)
    if not addresses.is_public(view):
        raise Unknown(record_id)
    to = target(inbox, local=settings.WEBHOOKS_LOCAL)
    if len(inbox) > 300 or to.scheme not in ("https", "http"):
        raise Unsafe("The address of an inbox has at most 300 characters here.")
    return _out(patterns.of_record(pattern, view, inbox, origin_of(inbox)), inbox, record_id)


def _out(body: Mapping[str, Any], inbox: str, record_id: str) -> Notification:
    said = body["object"]
    return Notification.objects.create(
        pk=body["id"], direction="out", pattern=body["type"], other=inbox, record_id=record_id, object=said["id"],
        in_reply_to=body.get("inReplyTo", ""), body=body, state=NEW, next_at=timezone.now(),
    )  # fmt: skip


def answer(*, actor: Actor, notification_id: str, how: str) -> Notification:
    """Accept or reject an offer that came in, for now or for good: the answer is sent to who made it.

    Raises:
        Forbidden: the actor does not handle notifications.
        Unknown: there is no such offer.
        Conflict: its sender is not known, or it is answered or withdrawn already.
    """
    require(actor, HANDLES, None)
    with transaction.atomic():
        offer = _one(notification_id, direction="in", pattern="Offer")
        if offer.state == UNPROVEN:
            raise Conflict("Nobody knows yet whether it is from who it says; allow its sender first.")
        if offer.state != NEW or how not in patterns.ANSWERS:
            raise Conflict("This offer is answered or withdrawn already.")
        sent = _out(patterns.answer(patterns.ANSWERS[how], offer.body), offer.other, offer.record_id)
        if how in ("accept", "reject"):
            offer.state = {"accept": "accepted", "reject": "rejected"}[how]
            offer.save(update_fields=["state"])
    return sent


def undo(*, actor: Actor, notification_id: str) -> Notification:
    """Withdraw an offer of ours.

    Raises:
        Forbidden: the actor does not handle notifications.
        Unknown: there is no such offer.
        Conflict: it is answered or withdrawn already.
    """
    require(actor, HANDLES, None)
    with transaction.atomic():
        offer = _one(notification_id, direction="out", pattern="Offer")
        if offer.state not in _OPEN:
            raise Conflict("This offer is answered or withdrawn already.")
        Notification.objects.filter(pk=offer.pk).update(state="undone", next_at=None)
        return _out(patterns.undo(offer.body), offer.other, offer.record_id)


def allow(*, actor: Actor, origin: str) -> int:
    """Believe what a sender says without a signature, also what waits already: how many those were.

    Raises:
        Forbidden: the actor does not administer the node.
        Unsafe: the origin is no address.
    """
    require(actor, Permission.RECEIVE, None)
    known = origin_of(origin)
    with transaction.atomic():
        NotifyOrigin.objects.get_or_create(pk=known, defaults={"by_id": actor.account_id})
        rows = Notification.objects.select_for_update().filter(direction="in", state=UNPROVEN)
        waiting = [one for one in rows.filter(other__startswith=known) if origin_of(one.other) == known]
        Notification.objects.filter(pk__in=[one.pk for one in waiting]).update(state=NEW)
        for one in sorted(waiting, key=lambda one: one.at):
            believe(one)
    return len(waiting)


def refuse(*, actor: Actor, origin: str) -> None:
    """Believe it no more; what was believed stays.

    Raises:
        Forbidden: the actor does not administer the node.
    """
    require(actor, Permission.RECEIVE, None)
    NotifyOrigin.objects.filter(pk=origin.replace("\0", "")).delete()


def _one(notification_id: str, **kind: str) -> Notification:
    found = Notification.objects.select_for_update().filter(pk=notification_id.replace("\0", ""), **kind).first()
    if found is None:
        raise Unknown(notification_id)
    return found
