"""Which records get a DOI, and telling their registry of every change.

A messenger of the journal writes down what is to be told; a task of the clock tells it. Only our own public records of
the formats that the operator chose get one, and none that was invented as a sample. A record that is withdrawn keeps
its DOI: it is hidden from searches and still leads to the page that says what became of it; where it was erased, or is
kept from the public now, what was told of it is blanked.
"""

import base64
import hashlib
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from landbridge.exchange.models import Doi
from landbridge.exchange.out.linked import addresses
from landbridge.exchange.out.linked.datacite import blanked, metadata
from landbridge.exchange.out.linked.minter import Minter, NotMinted, State, minter
from landbridge.formats.library import FORMATS
from landbridge.lib import background
from landbridge.registry.journal import Messenger
from landbridge.registry.models import Change
from landbridge.registry.queries import RecordView, states
from landbridge.registry.workflow import State as RecordState
from landbridge.registry.workflow import Visibility

logger = logging.getLogger(__name__)

AT_ONCE: Final = 50
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
_REFUSED: Final = timedelta(days=1)
"""Somebody has to mend something first; then it goes on by itself."""
_busy = threading.Lock()


def dois(record_ids: Iterable[str]) -> dict[str, str]:
    """Record id to the DOI of those that have one which leads somewhere. A node without DOIs asks no database."""
    if not settings.DOI:
        return {}
    known = (State.FINDABLE, State.REGISTERED)
    return dict(Doi.objects.filter(pk__in=list(record_ids), state__in=known).values_list("pk", "doi"))


def named(record_id: str, prefix: str) -> str:
    """The DOI of a record: made from its address, so that a node restored from an old backup gives the same again."""
    digest = hashlib.sha256(addresses.of_record(record_id).encode()).digest()
    return f"{prefix}/lb-{base64.b32encode(digest)[:12].decode().lower()}"


def _gets_one(view: RecordView | None) -> bool:
    return view is not None and addresses.is_public(view) and not view.origin and not view.data.get("sample")


class DoiFollower(Messenger):
    """A messenger: writes down which DOIs are to be told of."""

    name = "dois"

    def __init__(self) -> None:
        if unknown := sorted(set(settings.DOI_FORMATS) - set(FORMATS)):
            raise ImproperlyConfigured(f"LANDBRIDGE_DOI_FORMATS names {unknown[0]!r}, which is no format.")

    def apply(self, changes: Sequence[Change], states: Mapping[str, RecordView]) -> None:
        """Once for each record, however often it changed."""
        prefix = minter().prefix
        asked = list(dict.fromkeys(one.record_id for one in changes if one.format in settings.DOI_FORMATS))
        if not prefix or not asked:
            return
        public = [one for one in asked if _gets_one(states.get(one))]
        Doi.objects.bulk_create(
            [Doi(record_id=one, doi=named(one, prefix), wanted=State.FINDABLE) for one in public], ignore_conflicts=True
        )
        for wanted, some in ((State.FINDABLE, public), (State.REGISTERED, list(set(asked) - set(public)))):
            Doi.objects.filter(pk__in=some).update(wanted=wanted, due_at=timezone.now(), attempts=0)


def tell(by: Minter, now: datetime) -> int:
    """Tell the registry what is due, until it does not answer: how many DOIs it knows now."""
    due = list(Doi.objects.filter(due_at__lte=now).order_by("due_at")[:AT_ONCE])
    found = states([one.record_id for one in due])
    for number, one in enumerate(due):
        try:
            _tell(by, one, found.get(one.record_id))
        except NotMinted as problem:
            logger.warning("The DOI %s was not registered: %s", one.doi, problem)
            pause = _REFUSED if problem.refused else PAUSES[min(one.attempts, len(PAUSES) - 1)]
            Doi.objects.filter(pk=one.pk).update(
                attempts=one.attempts + 1, due_at=now + pause, error=str(problem)[:300]
            )
            if not problem.refused:
                return number
    return len(due)


def _tell(by: Minter, one: Doi, view: RecordView | None) -> None:
    """Tell of one DOI. It may have been hidden, or shown again, since it was written down: what holds now is told."""
    state = State.FINDABLE if _gets_one(view) else State.REGISTERED
    if state is State.REGISTERED and not one.state:
        Doi.objects.filter(pk=one.pk, due_at=one.due_at).delete()  # Nobody was ever told of it.
        return
    by.put(one.doi, state, _said(one, view, state))
    # Where it was written down anew meanwhile, it is told once more.
    Doi.objects.filter(pk=one.pk, due_at=one.due_at).update(due_at=None)
    Doi.objects.filter(pk=one.pk).update(state=state, attempts=0, error="")


def _said(one: Doi, view: RecordView | None, state: State) -> dict[str, Any]:
    """What is told with it. A record that was withdrawn stays cited as it was; of one that was erased, or that is kept
    from the public now, the registry is told to forget what it was told."""
    if view is not None and state is State.FINDABLE:
        return metadata(view, addresses.titles_for([view]))
    if view is not None and _is_withdrawn(view):
        return {"url": addresses.of_record(one.record_id)}
    return blanked(one.record_id, timezone.now().year)


def _is_withdrawn(view: RecordView) -> bool:
    """Whether it was public to its end; what was erased has no title any more."""
    return view.visibility == Visibility.PUBLIC and view.state == RecordState.RETIRED and bool(view.data.get("title"))


def _in_background(now: datetime) -> None:
    """In a thread of its own: a registry that takes its time must not hold up those who follow the journal."""
    if _busy.acquire(blocking=False):
        background.begin(lambda: tell(minter(), now), name="dois", doing="Telling of DOIs", after=_busy.release)


class MintDois:
    """A task of the clock: tells the registry what is due."""

    name = "dois"
    every = 30.0

    def __init__(self, start: Callable[[datetime], object] = _in_background) -> None:
        self.start = start

    def run(self, now: datetime) -> None:
        """Begin, where there is something to tell."""
        if settings.DOI and Doi.objects.filter(due_at__lte=now).exists():
            self.start(now)
