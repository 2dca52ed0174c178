"""Which revisions of a record readers have been shown, as the journal tells it: what was taken back or retired is not
among them, whatever else was published later."""

from dataclasses import dataclass

from landbridge.registry.models import Change
from landbridge.registry.workflow import State, Verb

_SHOWING = (Verb.PUBLISH, Verb.RECEIVE)


@dataclass(frozen=True)
class Publication:
    """A revision, and for whom it was shown."""

    revision: int
    visibility: str


def publications(record_id: str) -> list[Publication]:
    """The publications that stand, in the order in which they were made: one query.

    A publication that was taken back never was. Whatever was retired stays out of sight for good, unless the
    retirement itself was undone: a text without a consent any more does not come back with the next one.
    """
    standing: list[Publication] = []
    is_retired = False
    steps = Change.objects.filter(record_id=record_id).order_by("serial")
    for verb, state, revision, visibility in steps.values_list("verb", "state", "revision", "visibility"):
        if is_retired and verb != Verb.RESTORE:
            standing.clear()
        is_retired = state == State.RETIRED
        if verb == Verb.TAKE_BACK:
            del standing[-1:]
        elif verb in _SHOWING and state == State.PUBLISHED and revision is not None:
            standing.append(Publication(revision, visibility))
    return standing
