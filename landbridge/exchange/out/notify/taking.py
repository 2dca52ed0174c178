"""Taking a notification in: each once, believed when its sender proved it or an administrator allows the sender, else
kept aside until somebody looks."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import transaction
from django.utils import timezone

from landbridge.exchange.models import Notification, NotifyOrigin, Peer
from landbridge.exchange.out.notify.reading import Told, origin_of
from landbridge.parties.notices import tell
from landbridge.parties.permissions import Permission
from landbridge.registry.readers import who_may

UNPROVEN: Final = "unproven"
NEW: Final = "new"
MOST_UNPROVEN: Final = 500
"""So many are kept aside at most, and so many of one sender: what nobody looks at must not fill a disk."""
MOST_OF_ONE: Final = 50
_OUTCOMES: Final = {"Accept": "accepted", "Reject": "rejected"}
HANDLES: Final = Permission.VET
"""What only the help desk and the administrators of a node have, and so those who handle its notifications."""


class Full(RuntimeError):
    """Too much waits already that nobody has looked at."""


class Different(ValueError):
    """Another notification has the same id."""


def is_allowed(origin: str, peer: Peer | None) -> bool:
    """Whether the sender is who they say: a peer that signed the request, or an origin that is believed as it is."""
    if peer is not None and peer.state == "active" and origin_of(peer.address) == origin:
        return True
    return NotifyOrigin.objects.filter(pk=origin).exists()


def take(told: Told, *, proven: bool) -> tuple[Notification, bool]:
    """(the notification, whether it is new). One that came before is not taken again.

    Raises:
        Different: its id was used for something else.
        Full: it is not proven, and too many of those wait.
    """
    with transaction.atomic():
        before = Notification.objects.select_for_update().filter(pk=told.id).first()
        if before is not None and (before.state != UNPROVEN or before.direction != "in" or not proven):
            if before.direction != "in" or before.body != told.body:
                raise Different("Another notification with this id was taken in.")
            return before, False
        if before is None and not proven:
            _check_room(told)
        # What somebody proves goes before what somebody else claimed under the same id.
        kept, _ = Notification.objects.update_or_create(
            pk=told.id,
            defaults={
                "direction": "in", "pattern": told.pattern, "other": told.inbox, "record_id": told.record_id,
                "object": told.object, "in_reply_to": told.in_reply_to, "body": told.body,
                "state": NEW if proven else UNPROVEN, "at": timezone.now(),
            },
        )  # fmt: skip
        if proven:
            believe(kept)
    _announce(kept)
    return kept, True


def _check_room(told: Told) -> None:
    waiting = Notification.objects.filter(direction="in", state=UNPROVEN)
    if waiting.count() >= MOST_UNPROVEN or waiting.filter(other__startswith=told.origin).count() >= MOST_OF_ONE:
        raise Full("Too many notifications wait here already; ask the people of this node to look at them.")


def believe(kept: Notification) -> None:
    """Let what is proven have its effect: an answer to our offer, or the withdrawal of an offer that came in."""
    origin = origin_of(kept.other)
    if kept.pattern in _OUTCOMES:
        sent = Notification.objects.filter(pk=kept.in_reply_to, direction="out", pattern="Offer").first()
        if sent is not None and origin_of(sent.other) == origin and sent.state != "undone":
            _end(sent, _OUTCOMES[kept.pattern])
    if kept.pattern == "Undo":
        offer = Notification.objects.filter(pk=kept.in_reply_to, direction="in", pattern="Offer").first()
        if offer is not None and origin_of(offer.other) == origin:
            _end(offer, "undone")


def _end(one: Notification, state: str) -> None:
    Notification.objects.filter(pk=one.pk).update(state=state, next_at=None)


def _announce(kept: Notification) -> None:
    """Tell the help desk: once a day of what nobody proved, of everything else."""
    which = f"unproven-{timezone.now():%Y%m%d}" if kept.state == UNPROVEN else sha256(kept.pk.encode()).hexdigest()
    tell(
        who_may(HANDLES, None),
        "notified",
        f"notified-{which}",
        told={"pattern": kept.pattern, "from": origin_of(kept.other)},
    )


class ForgetNotifications:
    """A task of the clock: what nobody proved is forgotten after a month, everything else after two years."""

    name = "forget-notifications"
    every = 3600.0

    def run(self, now: datetime) -> None:
        """Forget it."""
        Notification.objects.filter(state=UNPROVEN, at__lt=now - timedelta(days=30)).delete()
        Notification.objects.filter(at__lt=now - timedelta(days=730), next_at=None).delete()
