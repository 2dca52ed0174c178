"""Working copies: what somebody is typing, saved as typed, until it becomes a revision.

A copy belongs to one account and nobody else ever sees it. It may be unfinished and wrong; what becomes of it is
checked by `actions`. Saving merges: two pages of the same copy, or a save that arrives late, never undo what the other
wrote.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from landbridge.formats.library import FORMATS
from landbridge.formats.validate import InvalidRecord, format_named, validate
from landbridge.lib.languages import choose
from landbridge.parties.models import Party
from landbridge.parties.permissions import Permission
from landbridge.registry import actions
from landbridge.registry.merging import apply, fingerprint, piece
from landbridge.registry.models import Record, WorkingCopy
from landbridge.registry.queries import RecordView, Unknown, get, latest
from landbridge.registry.rules import Reader
from landbridge.registry.told import brought, unfinished
from landbridge.registry.workflow import State, Verb, Visibility, Workflow, step
from landbridge.registry.writing import Actor, Conflict, Forbidden, require

MOST: Final = 500
"""Working copies of one person: a script that opens new ones for ever is stopped."""


def _of(actor: Actor) -> "QuerySet[WorkingCopy]":
    """The copies of the actor; somebody without an account has none."""
    if actor.account_id is None:
        return WorkingCopy.objects.none()
    return WorkingCopy.objects.filter(account_id=actor.account_id, format__in=FORMATS)


def begin(
    *,
    actor: Actor,
    format: str,
    language: str,
    owner: str | None,
    answers: dict[str, Any],
    title: str,
    record_id: str = "",
    base: int = 0,
    visibility: str = Visibility.PUBLIC,
) -> WorkingCopy:
    """Start a working copy; `answers` may be unfinished. Without an owner it is the person's own.

    Raises:
        InvalidRecord: there is no such format.
        Forbidden: the person may not draft for this owner, or has too many copies.
    """
    model = format_named(format)
    if not record_id:
        require(actor, Permission.DRAFT, owner or None, actor.account_id)
        if owner and not Party.objects.filter(pk=owner).exists():
            raise Forbidden(f"There is no party {owner}.")
    if actor.account_id is None or _of(actor).count() >= MOST:
        raise Forbidden(f"A person has at most {MOST} working copies; finish or discard some.")
    return WorkingCopy.objects.create(
        id=uuid.uuid4().hex, account_id=actor.account_id, record_id=record_id, format=model.name, language=language,
        owner=owner or "", base=base, answers=answers, title=title[:300], visibility=Visibility(visibility),
    )  # fmt: skip


def revising(*, actor: Actor, reader: Reader, record_id: str) -> WorkingCopy:
    """The person's copy of a record: the one that is there, or a new one of its latest revision.

    Raises:
        Unknown: there is no such record for this reader.
        NotPossible: it cannot be revised in its state, because it waits for review or is another node's.
        Forbidden: the person may not write it.
    """
    view = latest(record_id, reader)
    permission, _ = step(Workflow(view.workflow), State(view.state), Verb.REVISE)
    require(actor, permission, view.owner, view.author)
    there = _of(actor).filter(record_id=record_id).order_by("-updated_at").first()
    return there or begin(
        actor=actor, format=view.format, language=view.language, owner=view.owner, answers=view.data,
        title=title_of(view.data, view.language), record_id=record_id, base=view.revision, visibility=view.visibility,
    )  # fmt: skip


def mine(copy_id: str, actor: Actor) -> WorkingCopy:
    """A working copy of this person.

    Raises:
        Unknown: there is none of this id, or it is somebody else's; the two are told apart by nobody.
    """
    found = _of(actor).filter(pk=copy_id).first()
    if found is None:
        raise Unknown(copy_id)
    return found


def every(actor: Actor) -> Sequence[WorkingCopy]:
    """All working copies of this person, the last written first, without what they say."""
    return list(_of(actor).defer("answers").order_by("-updated_at"))


def title_of(answers: Mapping[str, Any], language: str) -> str:
    """The title as it is so far, in the original language where it has one."""
    titles = answers.get("title")
    texts = {tag: text for tag, text in titles.items() if isinstance(text, str)} if isinstance(titles, dict) else {}
    return choose(texts, language, language)[1][:300]


UNSURE: Final = "?"
"""Stands behind the fingerprint of a piece that a page sent and had no answer about: it may be saved, or may not."""


@dataclass(frozen=True)
class Typed:
    """What one page sends: its answers by piece (`places`, `title.en`), and what it began from.

    `was` holds the fingerprint of each piece when the page was made; `number` counts the saves of the copy as the page
    knows it. A page that saves by itself (`by_itself`) gives way to a newer save of its own.
    """

    pieces: Mapping[str, Any]
    was: Mapping[str, str] = field(default_factory=dict)
    writer: str = ""
    number: int = 0
    by_itself: bool = False
    visibility: str = ""


@dataclass(frozen=True)
class Saved:
    """What became of a save: the copy as it is now, and the pieces that were changed on both sides, as typed here.

    What is in `refused` is not in the copy: the other side's is, until the person has chosen.
    """

    copy: WorkingCopy
    refused: Mapping[str, Any] = field(default_factory=dict)
    late: bool = False


def save(*, actor: Actor, copy_id: str, typed: Typed) -> Saved:
    """Put what was typed into the copy, as it is.

    Raises:
        Unknown: the person has no such copy.
    """
    with transaction.atomic():
        copy = _of(actor).select_for_update().filter(pk=copy_id).first()
        if copy is None:
            raise Unknown(copy_id)
        same_page = bool(typed.writer) and copy.writer == typed.writer
        if same_page and typed.by_itself and typed.number <= copy.saved:
            return Saved(copy, late=True)
        taken, refused = _weigh(copy.answers, typed, same_page)
        answers = copy.answers
        for path, answer in taken.items():
            answers = apply(answers, path, answer)
        _write(copy, answers, replace(typed, writer="") if refused else typed)  # Refused once is refused again.
    return Saved(copy, refused)


def _weigh(answers: Mapping[str, Any], typed: Typed, same_page: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pieces to take, and those that were changed here and elsewhere; what this page did not change stays."""
    taken, refused = {}, {}
    for path, answer in typed.pieces.items():
        here, there = fingerprint(answer), fingerprint(piece(answers, path))
        told = typed.was.get(path, there)
        was, is_unsure = told.removesuffix(UNSURE), told.endswith(UNSURE)
        arrived = same_page and is_unsure  # This page's own earlier answer may be what stands there.
        if here == was and not arrived:
            continue
        if arrived or there in (was, here):
            taken[path] = answer
        else:
            refused[path] = answer
    return taken, refused


def _write(copy: WorkingCopy, answers: dict[str, Any], typed: Typed) -> None:
    copy.answers = answers
    copy.title = title_of(answers, copy.language)
    copy.saved = max(copy.saved + 1, min(typed.number, 2**31 - 1))
    copy.writer = typed.writer[:16]
    if typed.visibility in set(Visibility):
        copy.visibility = typed.visibility
    copy.save(update_fields=["answers", "title", "saved", "writer", "visibility", "updated_at"])


def discard(*, actor: Actor, copy_id: str) -> WorkingCopy:
    """Throw a working copy away; what is given back can be brought back by `bring_back`.

    Raises:
        Unknown: the person has no such copy.
    """
    copy = mine(copy_id, actor)
    _of(actor).filter(pk=copy_id).delete()
    return copy


def bring_back(*, actor: Actor, copy: Mapping[str, Any]) -> WorkingCopy:
    """Undo a discard: the copy as it was, under its own id, unless it is there again."""
    with transaction.atomic():
        there = _of(actor).filter(pk=copy["id"]).first()
        if there is not None:
            return there
        again = begin(actor=actor, **{name: copy[name] for name in COPIED})
        if not WorkingCopy.objects.filter(pk=copy["id"]).exists():
            WorkingCopy.objects.filter(pk=again.pk).update(id=copy["id"])
            again.pk = copy["id"]
    return again


COPIED: Final = ("format", "language", "owner", "answers", "title", "record_id", "base", "visibility")


def settled(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without what is empty: blank texts, rows and parts."""
    return {name: kept for name, answer in answers.items() if (kept := _settled(answer)) is not None}


def _settled(answer: Any) -> Any:
    if isinstance(answer, dict):
        return settled(answer) or None
    if isinstance(answer, list):
        return [kept for one in answer if (kept := _settled(one)) is not None] or None
    if isinstance(answer, str):
        return answer if answer.strip() else None
    return answer


def check(copy: WorkingCopy) -> dict[str, Any]:
    """The clean answers of a copy.

    Raises:
        InvalidRecord: with all problems at once.
    """
    known = FORMATS[copy.format].model_fields  # An older edition may have asked what nobody asks any more.
    answers = {name: answer for name, answer in settled(copy.answers).items() if name in known}
    problems = list(unfinished(copy.format, answers))
    try:
        clean = validate(copy.format, brought(copy.format, answers), copy.language)
    except InvalidRecord as invalid:
        told = {problem.field for problem in problems}
        problems += [problem for problem in invalid.problems if problem.field not in told]
    if problems:
        raise InvalidRecord(problems)
    return clean


def finish(*, actor: Actor, copy_id: str, verb: Verb, visibility: str = "") -> Record:
    """Make a copy a revision and draft, submit or publish it; the copy is gone with it, in one transaction.

    A new record takes the id of its copy, so that a second press of the button finds the record and changes nothing.

    Raises:
        Unknown: the person has no such copy, and there is no record of it.
        InvalidRecord, Unsafe: it is not fit for that yet; the copy stays.
        Conflict: somebody else saved a newer revision; see `newer`.
        Forbidden, NotPossible: the person may not, or the record's state does not allow it.
    """
    with transaction.atomic():
        copy = _of(actor).select_for_update().filter(pk=copy_id).first()
        if copy is None:
            return became(actor=actor, copy_id=copy_id)
        if visibility in set(Visibility):
            copy.visibility = visibility
        record = _revision(actor, copy)
        if verb == Verb.SUBMIT:
            record = actions.submit(actor=actor, record_id=record.id)
        elif verb == Verb.PUBLISH:
            record = actions.publish(actor=actor, record_id=record.id, visibility=copy.visibility)
        copy.delete()
    return record


def became(*, actor: Actor, copy_id: str) -> Record:
    """The record that a copy of this person was made.

    Raises:
        Unknown: there is none.
    """
    if actor.account_id is not None:
        for record in Record.objects.filter(pk=copy_id, author_id=actor.account_id):
            return record
    raise Unknown(copy_id)


def _revision(actor: Actor, copy: WorkingCopy) -> Record:
    answers = check(copy)
    if copy.record_id:
        return actions.revise(
            actor=actor, record_id=copy.record_id, data=answers, language=copy.language, seen=copy.base
        )
    if Record.objects.filter(pk=copy.id).exists():
        raise Conflict(f"The record {copy.id} is there already.")
    return actions.draft(
        actor=actor, format=copy.format, data=answers, language=copy.language, record_id=copy.id,
        owner=copy.owner or None, visibility=copy.visibility, workflow=workflow_of(copy.owner),
    )  # fmt: skip


def workflow_of(owner: str) -> Workflow:
    """Records of a Party to the Convention are published by its authority, all others by their editors."""
    kind = Party.objects.filter(pk=owner).values_list("kind", flat=True).first() if owner else None
    return Workflow.NATIONAL if kind == "party" else Workflow.REFERENCE


def newer(copy: WorkingCopy, reader: Reader) -> RecordView | None:
    """The latest revision of the copy's record when somebody saved it after this copy was begun."""
    if not copy.record_id:
        return None
    view = latest(copy.record_id, reader)
    return view if view.revision != copy.base else None


def origin_of(copy: WorkingCopy, reader: Reader) -> dict[str, Any]:
    """The answers of the revision that the copy was begun from."""
    return get(copy.record_id, reader, copy.base).data if copy.record_id and copy.base else {}


def rebase(*, actor: Actor, copy_id: str, answers: dict[str, Any], base: int) -> WorkingCopy:
    """Put merged answers into a copy, which from now on stands on a newer revision."""
    with transaction.atomic():
        copy = _of(actor).select_for_update().filter(pk=copy_id).first()
        if copy is None:
            raise Unknown(copy_id)
        copy.base = base
        copy.save(update_fields=["base"])
        _write(copy, answers, Typed({}))
    return copy
