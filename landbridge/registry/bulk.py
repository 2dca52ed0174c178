"""The same done to many records at once: each in a transaction of its own, and undone with one press.

What cannot be done to one record does not keep the others from it; the outcome says why. Everything that was done
carries the batch in the journal, so that it can be undone later, as far as nobody has changed the record since.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Exists, OuterRef, Subquery

from landbridge.formats.validate import InvalidRecord
from landbridge.registry import actions
from landbridge.registry.models import Change, Record
from landbridge.registry.queries import Unknown
from landbridge.registry.readers import Standing
from landbridge.registry.review import seen_by, title_shown
from landbridge.registry.workflow import NotPossible, Verb
from landbridge.registry.writing import Actor, Conflict, Forbidden, Said

LIMIT: Final = 200
_BATCH: Final = re.compile(r"[0-9a-f]{32}")
Do = Callable[..., Record]
DO: Final[dict[Verb, Do]] = {
    Verb.PUBLISH: actions.publish, Verb.RETURN: actions.return_, Verb.RETIRE: actions.retire,
    Verb.CONFIRM: actions.confirm,
}  # fmt: skip
"""What can be done to many records at once."""
UNDO: Final[dict[Verb, Do]] = {
    Verb.PUBLISH: actions.take_back, Verb.RETURN: actions.submit, Verb.RETIRE: actions.restore,
    Verb.CONFIRM: actions.unconfirm,
}  # fmt: skip
"""What undoes it: each is an action like any other, with its own right and its own line in the journal."""


class TooMany(ValueError):
    """More records at once than `LIMIT`."""


@dataclass(frozen=True)
class Ticked:
    """A record that was ticked, and its newest change when it was: what came later was not seen."""

    record_id: str
    after: int


@dataclass(frozen=True)
class Refusal:
    """Why a record was left alone: `unknown`, `forbidden`, `changed`, `not_possible` or `unsafe`."""

    record_id: str
    why: str


@dataclass
class Outcome:
    """What became of a bulk action."""

    batch: str
    verb: str
    done: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def is_batch(batch: str) -> bool:
    """Whether this can be the name of a bulk action at all."""
    return _BATCH.fullmatch(batch) is not None


def perform(
    *, actor: Actor, standing: Standing, verb: Verb, ticked: Iterable[Ticked], batch: str, note: str = ""
) -> Outcome:
    """Do the same to all ticked records.

    Raises:
        TooMany: they are more than `LIMIT`; nothing was done.
    """
    chosen = {one.record_id: one for one in ticked}
    if len(chosen) > LIMIT:
        raise TooMany(len(chosen))
    return _each(actor, standing, verb, DO[verb], chosen.values(), batch, note)


def undo(*, actor: Actor, standing: Standing, batch: str, undoing: str, note: str = "") -> Outcome:
    """Undo one's own bulk action, record by record, where nobody has changed the record since.

    Raises:
        Unknown: the actor has done no such thing.
    """
    done = list(Change.objects.filter(batch=batch, actor_id=actor.account_id).order_by("serial")[: LIMIT + 1])
    verbs = {Verb(change.verb) for change in done}
    if not done or not verbs <= set(UNDO) or actor.account_id is None:
        raise Unknown(batch)
    verb = verbs.pop()
    ticked = [Ticked(change.record_id, change.serial) for change in done]
    return _each(actor, standing, verb, UNDO[verb], ticked, undoing, note)


def _each(
    actor: Actor, standing: Standing, verb: Verb, do: Do, ticked: Iterable[Ticked], batch: str, note: str
) -> Outcome:
    chosen = list(ticked)
    ids = [one.record_id for one in chosen]
    seen = set(Record.objects.filter(seen_by(standing), pk__in=ids).values_list("pk", flat=True))
    outcome = Outcome(batch, verb)
    for one in chosen:
        said = Said(note=note, batch=batch, after=one.after)
        why = _try(do, actor, one.record_id, said) if one.record_id in seen else "unknown"
        if why:
            outcome.refused.append(Refusal(one.record_id, why))
        else:
            outcome.done.append(one.record_id)
    return outcome


def _try(do: Do, actor: Actor, record_id: str, said: Said) -> str:
    """Why it could not be done; empty when it was."""
    try:
        do(actor=actor, record_id=record_id, said=said)
    except Forbidden:
        return "forbidden"
    except Conflict:
        return "changed"
    except NotPossible:
        return "not_possible"
    except InvalidRecord:
        return "unsafe"
    except Unknown:
        return "unknown"
    return ""


@dataclass(frozen=True)
class Done:
    """A record of a bulk action: what was done to it, and whether nobody has changed it since."""

    record_id: str
    verb: str
    title: Mapping[str, str]
    is_newest: bool


def exists(batch: str) -> bool:
    """Whether anything was done under this name."""
    return Change.objects.filter(batch=batch).exists()


def done_in(batch: str, standing: Standing) -> list[Done]:
    """What the person did in a bulk action, of the records that they still see: one query."""
    newer = Change.objects.filter(record_id=OuterRef("record_id"), serial__gt=OuterRef("serial"))
    about = Record.objects.filter(seen_by(standing), pk=OuterRef("record_id")).annotate(title=title_shown())
    rows = Change.objects.filter(batch=batch, actor_id=standing.account_id).order_by("serial")
    told = rows.annotate(title=Subquery(about.values("title")[:1]), newer=Exists(newer))
    found = told.values_list("record_id", "verb", "title", "newer")[: LIMIT + 1]
    return [Done(record_id, verb, title or {}, not newer) for record_id, verb, title, newer in found]
