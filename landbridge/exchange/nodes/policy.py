"""What is shared with whom: a policy for giving and one for taking, each kept with the peer as JSON.

Nothing named means nothing excluded. What is for the network only is given to active peers alone, who prove themselves.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from landbridge.exchange.models import Peer
from landbridge.exchange.signing import digest
from landbridge.formats.library import FORMATS
from landbridge.registry.workflow import Visibility

MOST_DAYS: Final = 3650


@dataclass(frozen=True)
class Policy:
    """What is given to a peer, or taken from it."""

    formats: tuple[str, ...] = ()
    visibility: str = Visibility.NETWORK.value
    """`public`, or `network` for both."""
    embargo_days: int = 0
    """How long after its publication a record stays at home (giving only)."""
    licences: tuple[str, ...] = ()
    """Only records whose work is under one of these; those that name no work are always within."""
    pass_on: bool = True
    """Whether records of other nodes are given, or taken, as well."""

    def allows(self, said: Mapping[str, Any]) -> bool:
        """Whether a statement is within the policy; a tombstone always is."""
        if said.get("gone") is True:
            return True
        if self.formats and said.get("format") not in self.formats:
            return False
        if self.visibility == Visibility.PUBLIC and said.get("visibility") != Visibility.PUBLIC:
            return False
        return not self.licences or not said.get("licence") or said["licence"] in self.licences

    def rows(self, now: datetime) -> Q:
        """The same as a condition on the table of statements, as far as its columns tell. That something was erased is
        told under any policy: under an earlier one it may have been given."""
        within, gone_for_good = Q(), Q(erased=True)
        if self.formats:
            within &= Q(format__in=self.formats) | gone_for_good
        if self.embargo_days:
            within &= Q(published_at__lte=now - timedelta(days=self.embargo_days)) | Q(gone=True)
        if not self.pass_on:
            within &= Q(origin="") | gone_for_good
        return within

    def mark(self) -> str:
        """A short name of the policy: with another one a peer reads from the beginning."""
        return digest({**asdict(self), "formats": list(self.formats), "licences": list(self.licences)})[:8]

    def as_json(self) -> dict[str, Any]:
        """As it is kept; the defaults are left out."""
        usual = asdict(Policy())
        return {name: list(value) if isinstance(value, tuple) else value
                for name, value in asdict(self).items() if value != usual[name]}  # fmt: skip


EVERYBODY: Final = Policy(visibility=Visibility.PUBLIC.value)
"""For whoever asks without a name."""


def policy(told: Mapping[str, Any]) -> Policy:
    """A policy as it was kept or typed.

    Raises:
        ValueError: it names what there is not.
    """
    unknown = set(told) - set(asdict(Policy()))
    formats, licences = tuple(told.get("formats") or ()), tuple(told.get("licences") or ())
    days, visibility = told.get("embargo_days") or 0, told.get("visibility") or Visibility.NETWORK.value
    if unknown:
        raise ValueError(f"A policy has no {', '.join(sorted(unknown))}.")
    if missing := [one for one in formats if one not in FORMATS]:
        raise ValueError(f"There is no format {missing[0]!r}; there are {', '.join(FORMATS)}.")
    if visibility not in (Visibility.PUBLIC, Visibility.NETWORK):
        raise ValueError("The visibility of a policy is public or network.")
    if type(days) is not int or not 0 <= days <= MOST_DAYS:
        raise ValueError(f"An embargo has from 0 to {MOST_DAYS} days.")
    if not all(isinstance(one, str) and 0 < len(one) <= 100 for one in licences):
        raise ValueError("A licence is named by its id.")
    return Policy(formats, str(visibility), days, licences, bool(told.get("pass_on", True)))


def gives(peer: Peer | None) -> Policy:
    """What is given to a peer; to whoever is not an active one, what everybody may have."""
    return policy(peer.gives) if peer is not None and peer.state == "active" else EVERYBODY


def takes(peer: Peer | None) -> Policy:
    """What is taken from a peer."""
    return policy(peer.takes) if peer is not None else Policy()
