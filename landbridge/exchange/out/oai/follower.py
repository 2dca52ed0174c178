"""Follows the journal for harvesters."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from landbridge.exchange.out.oai import keeping
from landbridge.registry.journal import Messenger
from landbridge.registry.models import Change
from landbridge.registry.queries import RecordView
from landbridge.registry.workflow import Verb

_SECONDS_IN_A_ROW: Final = 5.0
_UNSEEN: Final = frozenset(
    {Verb.DRAFT, Verb.REVISE, Verb.SUBMIT, Verb.WITHDRAW, Verb.RETURN, Verb.ENDORSE, Verb.UNENDORSE}
)
"""What changes nothing that a harvester is told."""


class OaiFollower(Messenger):
    """Keeps the table of `keeping` in step. It lies in the database and its datestamps are promises, so it is told each
    change once for all hosts, as a messenger is; being told twice costs a new datestamp at worst."""

    name = "oai"

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        """Bring the changed records in step as they are now, whatever happened to them in between."""
        seen = {change.record_id for change in changes if change.verb not in _UNSEEN}
        keeping.take(list(dict.fromkeys(change.record_id for change in changes)), seen)


class Reword:
    """A task of the clock: after a new version, or under a new address, records are written out anew, by and by."""

    name = "oai-reword"
    every = 20.0

    def run(self, now: datetime) -> None:
        """Go on for a few seconds."""
        keeping.reword(time.time() + _SECONDS_IN_A_ROW)
