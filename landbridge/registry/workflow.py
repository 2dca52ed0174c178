"""Workflows as tables: in which state which verb is possible, and where it leads."""

from enum import StrEnum
from typing import Final

from landbridge.parties.permissions import Permission


class State(StrEnum):
    """Where a record stands on its way to the reader."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    RETURNED = "returned"
    RETIRED = "retired"


class Visibility(StrEnum):
    """Who may read a published record."""

    PUBLIC = "public"
    NETWORK = "network"
    PARTIES = "parties"
    PRIVATE = "private"


class Workflow(StrEnum):
    """National records are published by their authority, reference records by editors, received ones by their node."""

    NATIONAL = "national"
    REFERENCE = "reference"
    RECEIVED = "received"


class Verb(StrEnum):
    """What can be done with a record."""

    DRAFT = "draft"
    REVISE = "revise"
    SUBMIT = "submit"
    PUBLISH = "publish"
    RETURN = "return"
    RETIRE = "retire"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    TAKE_BACK = "take_back"
    CONFIRM = "confirm"
    UNCONFIRM = "unconfirm"
    ENDORSE = "endorse"
    UNENDORSE = "unendorse"
    RECEIVE = "receive"


class NotPossible(ValueError):
    """The verb has no place in this state; the message says which verbs have."""


_OWN: Final = {
    (None, Verb.DRAFT): (Permission.DRAFT, State.DRAFT),
    (State.DRAFT, Verb.REVISE): (Permission.DRAFT, State.DRAFT),
    (State.RETURNED, Verb.REVISE): (Permission.DRAFT, State.DRAFT),
    (State.PUBLISHED, Verb.REVISE): (Permission.DRAFT, State.DRAFT),
    (State.DRAFT, Verb.SUBMIT): (Permission.SUBMIT, State.SUBMITTED),
    (State.RETURNED, Verb.SUBMIT): (Permission.SUBMIT, State.SUBMITTED),
    (State.SUBMITTED, Verb.WITHDRAW): (Permission.SUBMIT, State.DRAFT),
    (State.SUBMITTED, Verb.RETURN): (Permission.RETURN, State.RETURNED),
    (State.SUBMITTED, Verb.PUBLISH): (Permission.PUBLISH, State.PUBLISHED),
    (State.DRAFT, Verb.PUBLISH): (Permission.PUBLISH, State.PUBLISHED),
    (State.PUBLISHED, Verb.CONFIRM): (Permission.CONFIRM, State.PUBLISHED),
    (State.PUBLISHED, Verb.UNCONFIRM): (Permission.CONFIRM, State.PUBLISHED),
    (State.PUBLISHED, Verb.RETIRE): (Permission.RETIRE, State.RETIRED),
    (State.DRAFT, Verb.RETIRE): (Permission.RETIRE, State.RETIRED),
    (State.RETURNED, Verb.RETIRE): (Permission.RETIRE, State.RETIRED),
    (State.PUBLISHED, Verb.TAKE_BACK): (Permission.PUBLISH, State.SUBMITTED),
    (State.PUBLISHED, Verb.ENDORSE): (Permission.ENDORSE, State.PUBLISHED),
    (State.PUBLISHED, Verb.UNENDORSE): (Permission.ENDORSE, State.PUBLISHED),
    (State.RETIRED, Verb.REVISE): (Permission.DRAFT, State.DRAFT),
    (State.RETIRED, Verb.RESTORE): (Permission.PUBLISH, State.PUBLISHED),
}
_WHOLE: Final = {
    (None, Verb.RECEIVE): (Permission.RECEIVE, State.PUBLISHED),
    (State.PUBLISHED, Verb.RECEIVE): (Permission.RECEIVE, State.PUBLISHED),
    (State.RETIRED, Verb.RECEIVE): (Permission.RECEIVE, State.PUBLISHED),
}
"""Reference records are also taken in whole, from a file; a draft that somebody is at work on is left alone."""
_RECEIVED: Final = {
    **_WHOLE,
    (State.PUBLISHED, Verb.RETIRE): (Permission.RECEIVE, State.RETIRED),
    (State.PUBLISHED, Verb.ENDORSE): (Permission.ENDORSE, State.PUBLISHED),
    (State.PUBLISHED, Verb.UNENDORSE): (Permission.ENDORSE, State.PUBLISHED),
}
TABLE: Final = {
    **{(Workflow.NATIONAL, *step): leads for step, leads in _OWN.items()},
    **{(Workflow.REFERENCE, *step): leads for step, leads in (_OWN | _WHOLE).items()},
    **{(Workflow.RECEIVED, *step): leads for step, leads in _RECEIVED.items()},
}
"""(workflow, state, verb) to (permission that it takes, next state); state None is a record that does not exist."""


def permission_for(workflow: Workflow, verb: Verb) -> Permission:
    """What the verb takes in this workflow, whatever the state of the record.

    Raises:
        NotPossible: the workflow does not have the verb.
    """
    for (flow, _, known), (permission, _) in TABLE.items():
        if (flow, known) == (workflow, verb):
            return permission
    raise NotPossible(f"What comes by the way of {workflow} cannot {verb}.")


def step(workflow: Workflow, state: State | None, verb: Verb) -> tuple[Permission, State]:
    """What the verb takes and where it leads.

    Raises:
        NotPossible: the verb has no place in this state.
    """
    leads = TABLE.get((workflow, state, verb))
    if leads is None:
        here = [known for flow, at, known in TABLE if flow == workflow and at == state]
        possible = ", ".join(here) or "nothing"
        raise NotPossible(f"A record in state {state or 'new'} cannot {verb}; possible: {possible}.")
    return leads
