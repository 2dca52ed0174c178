"""What the clock does for the exchange: begin what is due with each peer, and keep things tidy."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from landbridge.exchange.models import Exchange, Peer
from landbridge.exchange.nodes import fetching, nudging, quarantine, serving, statements, sync
from landbridge.lib import background

PEERS_AT_ONCE: Final = 4
KEPT: Final = timedelta(days=90)
_busy: set[int] = set()
"""The peers that a thread of this process is exchanging with."""


def begin(peer: Peer) -> None:
    """Begin an exchange that is due, in a thread of its own: a peer that takes its time must hold up nobody."""

    def work() -> None:
        if sync.claim(peer):
            peer.refresh_from_db()
            sync.exchange(peer)

    if peer.pk in _busy:
        return
    _busy.add(peer.pk)
    background.begin(
        work, name=f"exchange-{peer.pk}", doing=f"The exchange with {peer.address}",
        after=lambda: _busy.discard(peer.pk),
    )  # fmt: skip


class ExchangeWithPeers:
    """A task of the clock: begins the exchanges that are due, those that have waited longest first."""

    name = "exchange"
    every = 1.5

    def __init__(self, start: Callable[[Peer], object] = begin) -> None:
        self.start = start

    def run(self, now: datetime) -> None:
        """Begin them, and tell the peers when there is something new here."""
        due = Peer.objects.filter(state="active", due_at__lte=now).exclude(pk__in=list(_busy)).order_by("due_at")
        for peer in due[: max(PEERS_AT_ONCE - len(_busy), 0)]:
            self.start(peer)
        nudging.soon()


class TendExchange:
    """A task of the clock: what waits for its day is tried again, an embargo runs out, what is old is forgotten."""

    name = "tend-exchange"
    every = 600.0

    def run(self, now: datetime) -> None:
        """Do it."""
        serving.forget_nonces()
        if statements.is_said_elsewhere():
            statements.sign_anew()
        serving.release()
        quarantine.try_again(("future",))
        quarantine.try_again(before=now - timedelta(days=1))
        fetching.forget_halves()
        Exchange.objects.filter(began_at__lt=now - KEPT).delete()
