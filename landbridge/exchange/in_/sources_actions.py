"""What people do with sources. Each action checks the right; what takes long is written down for the clock.

Editors and administrators of the node run sources: what comes in is published under the node's name. Whoever drafts for
the whole node, such as a help-desk officer, sees them, and makes drafts of what was put by.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from django.db import transaction
from django.utils import timezone

from landbridge.exchange.in_ import claims, held
from landbridge.exchange.in_.doors import door
from landbridge.exchange.in_.sources_settings import Wrong as Wrong
from landbridge.exchange.in_.sources_settings import bounded, fill
from landbridge.exchange.models import Source, SourceItem, SourceRun
from landbridge.formats import tidy
from landbridge.parties.permissions import Permission
from landbridge.registry import actions
from landbridge.registry.models import Record
from landbridge.registry.queries import Unknown
from landbridge.registry.readers import standing_of
from landbridge.registry.workflow import Visibility
from landbridge.registry.writing import Actor, Forbidden

logger = logging.getLogger(__name__)

_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


def may_run(actor: Actor) -> bool:
    """Whether somebody adds, runs and undoes sources."""
    return _everywhere(actor, Permission.RECEIVE) or _everywhere(actor, Permission.PUBLISH)


def may_look(actor: Actor) -> bool:
    """Whether somebody sees the sources of this node with their reports."""
    return may_run(actor) or _everywhere(actor, Permission.DRAFT)


def _everywhere(actor: Actor, permission: Permission) -> bool:
    return actor.node or standing_of(actor.account_id).has_everywhere(permission)


def require_run(actor: Actor) -> None:
    """Go on only for those who run sources.

    Raises:
        Forbidden: for everybody else.
    """
    if not may_run(actor):
        raise Forbidden("Sources are run by editors and administrators of the node.")


def require_look(actor: Actor) -> None:
    """Go on only for those who see sources.

    Raises:
        Forbidden: for everybody else.
    """
    if not may_look(actor):
        raise Forbidden("Sources are shown to those who work for the whole node.")


def _note(actor: Actor, did: str, source_id: str) -> None:
    """Write down who did what with a source; its operator needs no line about what they just typed."""
    if actor.account_id is not None:
        logger.info("The account %s %s the source %s", actor.account_id, did, source_id)


def the_source(source_id: str) -> Source:
    """A source that was not removed.

    Raises:
        Unknown: there is none.
    """
    readable = _ID.fullmatch(source_id)
    found = Source.objects.filter(pk=source_id, removed_at=None).first() if readable else None
    if found is None:
        raise Unknown(source_id)
    return found


def the_run(source_id: str, run_id: int) -> SourceRun:
    """A run of a source, also of one that was removed.

    Raises:
        Unknown: there is none.
    """
    runs = SourceRun.objects.select_related("source").filter(pk=run_id, source_id=source_id)
    found = runs.first() if _ID.fullmatch(source_id) and 0 < run_id < 2**62 else None
    if found is None:
        raise Unknown(source_id)
    return found


def add(
    *, actor: Actor, source_id: str, door_name: str, title: str, address: str = "",
    answers: Mapping[str, Any] | None = None, every: int = 0, visibility: str = Visibility.PUBLIC,
) -> Source:  # fmt: skip
    """Add a source; nothing is asked of it yet.

    Raises:
        Forbidden: the actor does not run sources.
        Wrong: the name is taken, there is no such door, or a setting does not do.
    """
    require_run(actor)
    if not _ID.fullmatch(source_id) or source_id == "new":
        raise Wrong([("id", "A short name has up to 60 small letters, digits and hyphens.")])
    if Source.objects.filter(pk=source_id).exists():
        raise Wrong([("id", f"There is, or was, a source {source_id} already.")])
    try:
        chosen = door(door_name)
    except LookupError as error:
        raise Wrong([("door", str(error))]) from None
    source = Source(id=source_id, door=door_name, added_by_id=actor.account_id)
    fill(source, chosen, title=title, address=address, answers=answers or {}, every=every, visibility=visibility)
    source.save(force_insert=True)
    _note(actor, "added", source_id)
    return source


def change(
    *, actor: Actor, source_id: str, title: str, address: str, answers: Mapping[str, Any], every: int,
    visibility: str,
) -> Source:  # fmt: skip
    """Change a source. When it is asked in another way from now on, it is read from its beginning.

    Raises:
        Forbidden, Unknown, Wrong: see `add`.
    """
    require_run(actor)
    with transaction.atomic():
        the_source(source_id)
        source = Source.objects.select_for_update().get(pk=source_id)
        before, seen_by = (source.address, source.answers, source.secrets), source.visibility
        fill(source, door(source.door), title=title, address=address, answers=answers, every=every,
              visibility=visibility)  # fmt: skip
        if (source.address, source.answers, source.secrets) != before or source.visibility != seen_by:
            from_the_beginning(source)
        if source.visibility != seen_by:  # What says the same as before is still to be shown to others.
            SourceItem.objects.filter(source=source).update(sha256="")
        source.save()
    _note(actor, "changed", source_id)
    return source


def from_the_beginning(source: Source) -> None:
    """Forget how far it was read; the caller saves the source."""
    source.state = {}
    ended = SourceRun.objects.filter(source=source, preview=False, ended_at__isnull=False)
    ended.exclude(error="").update(cursor={})


def set_mapping(*, actor: Actor, source_id: str, mapping: Mapping[str, Any]) -> Source:
    """Keep which column of a table answers which question; see `sources/table.py`.

    Raises:
        Forbidden, Unknown, Wrong: see `add`.
    """
    require_run(actor)
    with transaction.atomic():
        the_source(source_id)
        source = Source.objects.select_for_update().get(pk=source_id)
        source.answers = bounded({**source.answers, "mapping": dict(mapping)})
        from_the_beginning(source)
        source.save(update_fields=["answers", "state"])
    return source


def enable(*, actor: Actor, source_id: str, on: bool) -> Source:
    """Let a source be run by the clock, or let it rest.

    Raises:
        Forbidden, Unknown: see `add`.
    """
    require_run(actor)
    source = the_source(source_id)
    source.enabled, source.failures = on, 0
    source.due_at = timezone.now() if on and source.every else source.due_at
    source.save(update_fields=["enabled", "failures", "due_at"])
    return source


def ask(
    *, actor: Actor, source_id: str, preview: bool = False, file: str = "", held_as: str = "", again: bool = False
) -> SourceRun:
    """Have a source run, or looked at, as soon as the clock comes by. `again` reads all of it, from the beginning.

    Raises:
        Forbidden, Unknown: see `add`.
        Busy: a run waits already.
        Wrong: it comes from a file, and none was brought.
    """
    require_run(actor)
    source = the_source(source_id)
    takes = door(source.door).takes
    if not held_as and (takes == "file" or not source.address):
        raise Wrong([("file", "Bring a file: this source has no address.")])
    if again:
        from_the_beginning(source)
        source.save(update_fields=["state"])
    return claims.ask(source, by=actor.account_id, preview=preview, file=tidy.line(file)[:300], held=held_as)


def stop(*, actor: Actor, source_id: str, run_id: int) -> None:
    """Stop a run: what it took in stays, and can be undone.

    Raises:
        Forbidden, Unknown: see `add`.
    """
    require_run(actor)
    run = the_run(source_id, run_id)
    now = timezone.now()
    if SourceRun.objects.filter(pk=run.pk, ended_at=None, started_at=None).update(
        ended_at=now, error="It was stopped."
    ):
        held.let_go(run.held)
        return
    SourceRun.objects.filter(pk=run.pk, ended_at=None).update(stop=True)


def ask_undo(*, actor: Actor, source_id: str, run_id: int) -> SourceRun:
    """Have a run undone as soon as the clock comes by.

    Raises:
        Forbidden, Unknown: see `add`.
        Wrong: it has not ended, or it was a preview.
    """
    require_run(actor)
    run = the_run(source_id, run_id)
    if run.preview or run.ended_at is None:
        raise Wrong([("", "Only a run that has ended can be undone; stop it first.")])
    if run.undone_at is None and actor.account_id is not None:
        SourceRun.objects.filter(pk=run.pk, undone_at=None).update(undone_by_id=actor.account_id)
    return run


def remove(*, actor: Actor, source_id: str, records: Literal["keep", "retire"]) -> SourceRun | None:
    """Ask a source no more. Its records stay as they are, or all go out of sight in one last run, which is given.

    Raises:
        Forbidden, Unknown: see `add`.
        Busy: a run of it is under way.
    """
    require_run(actor)
    source = the_source(source_id)
    if claims.running(source.pk).exists():
        raise claims.Busy("A run of this source is under way; stop it first.")
    for run in claims.waiting(source.pk):
        stop(actor=actor, source_id=source_id, run_id=run.pk)
    source.removed_at, source.enabled, source.due_at, source.secrets = timezone.now(), False, None, ""
    source.save()
    _note(actor, f"removed (and {records} the records of)", source_id)
    return claims.ask(source, by=actor.account_id) if records == "retire" else None


def draft(*, actor: Actor, source_id: str, item_id: int, owner: str | None = None) -> Record:
    """Make a draft of something that was put by, under the actor's own rights.

    Raises:
        Forbidden: the actor does not see sources, or may not draft for this owner.
        Unknown: there is no such thing.
        Conflict: there is a draft of it already.
        InvalidRecord: what is known of it does not fit the format.
    """
    require_look(actor)
    with transaction.atomic():
        mine = SourceItem.objects.select_for_update().filter(pk=item_id, source_id=source_id, said__isnull=False)
        item = mine.first() if _ID.fullmatch(source_id) and 0 < item_id < 2**62 else None
        if item is None or not isinstance(item.said, dict):
            raise Unknown(source_id)
        if item.record_id:
            raise actions.Conflict(f"There is a draft of it already: {item.record_id}.")
        record = actions.draft(
            actor=actor, format=item.said.get("format", ""), data=item.said.get("data", {}),
            language=item.said.get("language", "en"), owner=owner,
            note=f"From {item.address or item.source_id}"[:500],
        )  # fmt: skip
        item.record_id = record.id
        item.save(update_fields=["record_id"])
    return record
