"""Writing for programs: begin a record, revise it, and take it through its steps. All by `registry/actions.py`."""

from collections.abc import Callable
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from landbridge.formats.library import FORMATS
from landbridge.lib.languages import is_language_tag
from landbridge.parties.models import Party
from landbridge.parties.permissions import Permission
from landbridge.parties.tokens import Scope
from landbridge.registry import actions, comments, queries
from landbridge.registry.copies import workflow_of
from landbridge.registry.models import Record
from landbridge.registry.writing import Conflict, Said
from landbridge.web.api import written
from landbridge.web.api.answers import JSON, prepared
from landbridge.web.api.caller import Caller, require
from landbridge.web.api.gate import writes
from landbridge.web.api.lines import api_url
from landbridge.web.api.parameters import RecordId
from landbridge.web.api.problems import ProblemError, invalid
from landbridge.web.api.records import router as records_router
from landbridge.web.api.working import PRIVATE, STEPS, read, revision_seen, whole_work, work

router = Router(tags=["writing"])


def takes(scope: Scope, shape: str, *, required: bool = True) -> dict[str, Any]:
    """What the document says of an operation that writes."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape}"}}}
    return {"security": [{"key": [scope.value]}], "requestBody": {"required": required, "content": content}}


@records_router.post("/records", response={201: written.Work}, operation_id="create", summary="Begin a record",
                     tags=["writing"], openapi_extra=takes(Scope.DRAFT, "NewRecord"))  # fmt: skip
@writes(Scope.DRAFT)
def create(request: HttpRequest) -> HttpResponse:
    """A new record in draft. Its id and its ETag are in the answer."""
    caller, sent = require(request, Scope.DRAFT), read(request, written.NewRecord)
    if sent.format not in FORMATS:
        raise invalid("format", f"There is no such format; there are {', '.join(FORMATS)}.", "format")
    owner = sent.owner or _party_of_service(caller)
    _require_language(sent.language)
    _require_party(caller, owner)
    record = actions.draft(
        actor=caller.actor, format=sent.format, data=sent.data, language=sent.language, owner=owner,
        visibility=sent.visibility, note=sent.note, workflow=workflow_of(owner or ""),
    )  # fmt: skip
    response = work(record, caller, 201)
    response["Location"] = f"{api_url()}/records/{record.id}"
    return response


def _party_of_service(caller: Caller) -> str | None:
    """A service writes for its party: what were its own would be nobody's when it ends."""
    parties = {party for _, party in caller.standing.roles if party is not None}
    return parties.pop() if caller.token.account.kind == "service" and len(parties) == 1 else None


def _require_language(tag: str) -> None:
    if not is_language_tag(tag):
        raise invalid("language", "This is not a language tag.", "language_tag")


def _require_party(caller: Caller, owner: str | None) -> None:
    """Whoever may write for every party is told when there is none of this name; others may not write for it."""
    may = owner is not None and caller.standing.may(Permission.DRAFT, owner)
    if may and not Party.objects.filter(pk=owner).exists():
        raise invalid("owner", "There is no such Party, organisation or community here.", "owner")


@records_router.put("/records/{record_id}", response=written.Work, operation_id="revise", summary="Revise a record",
                    tags=["writing"], openapi_extra=takes(Scope.DRAFT, "NewRevision"))  # fmt: skip
@writes(Scope.DRAFT)
def revise(request: HttpRequest, record_id: Path[RecordId]) -> HttpResponse:
    """A new revision, in place of the one that `If-Match` names. Readers see the published one until the new one is
    published."""
    caller, sent = require(request, Scope.DRAFT), read(request, written.NewRevision)
    view = queries.get(record_id, caller.reader)
    seen = revision_seen(request, record_id)
    if sent.format not in (None, view.format) or sent.id not in (None, record_id):
        raise invalid("format" if sent.format not in (None, view.format) else "id", "This cannot be changed.", "fixed")
    language = sent.language or view.language
    _require_language(language)
    try:
        record = actions.revise(
            actor=caller.actor, record_id=record_id, data=sent.data, language=language, note=sent.note, seen=seen
        )
    except Conflict as problem:
        raise ProblemError(412, str(problem), more={"revision": view.latest}) from None
    return work(record, caller)


@router.get("/records/{record_id}/latest", response=written.WholeWork, operation_id="latest",
            summary="The latest revision", openapi_extra={"security": [{"key": ["read"]}]})  # fmt: skip
def latest(request: HttpRequest, record_id: Path[RecordId]) -> HttpResponse:
    """The latest revision, published or not, for those who work on the record; its ETag is what `If-Match` wants."""
    caller = require(request, Scope.READ)
    try:
        return whole_work(queries.latest(record_id, caller.reader), caller)
    except queries.Unknown:
        raise ProblemError(404, "There is no such record here.") from None


def _remark(request: HttpRequest) -> Said:
    return Said(note=read(request, written.Remark, may_be_empty=True).note)


def _plain(act: Callable[..., Record]) -> Callable[[HttpRequest, Caller, str], Record]:
    return lambda request, caller, record_id: act(actor=caller.actor, record_id=record_id, said=_remark(request))


def _publish(request: HttpRequest, caller: Caller, record_id: str) -> Record:
    sent = read(request, written.Publication, may_be_empty=True)
    return actions.publish(
        actor=caller.actor, record_id=record_id, visibility=sent.visibility, said=Said(note=sent.note)
    )


def _word(act: Callable[..., Record]) -> Callable[[HttpRequest, Caller, str], Record]:
    def give(request: HttpRequest, caller: Caller, record_id: str) -> Record:
        sent = read(request, written.Word, may_be_empty=True)
        parties = caller.standing.parties_with(Permission.ENDORSE)
        party = sent.party or (next(iter(parties)) if len(parties) == 1 else None)
        if party is None:
            raise invalid("party", "Name the Party for which you speak.", "missing")
        return act(actor=caller.actor, record_id=record_id, party=party, said=Said(note=sent.note))

    return give


_ACTS: Final[dict[str, tuple[Callable[[HttpRequest, Caller, str], Record], str, str]]] = {
    "submit": (_plain(actions.submit), "Remark", "Hand a draft in for publication."),
    "withdraw": (_plain(actions.withdraw), "Remark", "Take a submitted record back to go on writing."),
    "publish": (_publish, "Publication", "Show the latest revision to its readers."),
    "take_back": (
        _plain(actions.take_back),
        "Remark",
        "Undo the last publication: readers see what they saw before it, which may be nothing.",
    ),
    "return": (_plain(actions.return_), "Remark", "Give a submitted record back to its author; say why in the note."),
    "retire": (_plain(actions.retire), "Remark", "Take a record out of sight; its address and its history stay."),
    "restore": (_plain(actions.restore), "Remark", "Undo a retirement."),
    "confirm": (_plain(actions.confirm), "Remark", "Say that a published record is still true, as of today."),
    "endorse": (_word(actions.endorse), "Word", "Say for a Party that it stands behind a published record."),
    "unendorse": (_word(actions.unendorse), "Word", "Take a Party's endorsement back."),
}
"""Step to what it does, the shape of what may be sent with it, and what the document says."""


def _add_step(name: str) -> None:
    act, shape, about = _ACTS[name]
    scope = STEPS[name][1]

    def perform(request: HttpRequest, record_id: Path[RecordId]) -> HttpResponse:
        caller = require(request, scope)
        return work(act(request, caller, record_id), caller)

    router.post(
        f"/records/{{record_id}}/{name}", response=written.Work, operation_id=name, url_name=name, description=about,
        summary=f"{name.replace('_', ' ').capitalize()} a record", openapi_extra=takes(scope, shape, required=False),
    )(writes(scope)(perform))  # fmt: skip


for _name in _ACTS:
    _add_step(_name)


@router.get("/records/{record_id}/comments", response=written.Remarks, operation_id="remarks",
            summary="What was said on a record", openapi_extra={"security": [{"key": ["read"]}]})  # fmt: skip
def remarks(request: HttpRequest, record_id: Path[RecordId]) -> HttpResponse:
    """The remarks on the latest revision and on those before it, oldest first, for those who work on the record; as
    many as its page shows."""
    caller = require(request, Scope.READ)
    try:
        view = queries.latest(record_id, caller.reader)
    except queries.Unknown:
        raise ProblemError(404, "There is no such record here.") from None
    threads = [thread for on in comments.threads(view, caller.reader).values() for thread in on]
    lines = [_line(record_id, one, thread) for thread in threads for one in (thread.first, *thread.replies)]
    body = {"comments": sorted(lines, key=lambda line: (line["at"], line["id"]))}
    return prepared(orjson.dumps(body), JSON, PRIVATE)


def _line(record_id: str, one: comments.Remark, of: comments.Thread) -> dict[str, Any]:
    root = None if one is of.first else of.first.id
    return {"id": one.id, "record": record_id, "revision": one.revision, "field": one.field, "text": one.text,
            "answers": root, "at": one.at, "author": one.author, "settled_at": of.settled_at}  # fmt: skip


@router.post("/records/{record_id}/comments", response={201: written.CommentLine}, operation_id="comments",
             summary="Comment on a record", openapi_extra=takes(Scope.COMMENT, "NewComment"))  # fmt: skip
@writes(Scope.COMMENT)
def comment(request: HttpRequest, record_id: Path[RecordId]) -> HttpResponse:
    """A remark on an answer of the latest revision, among those who work on the record."""
    caller, sent = require(request, Scope.COMMENT), read(request, written.NewComment)
    try:
        made = comments.add(
            actor=caller.actor, reader=caller.reader, record_id=record_id, text=sent.text, field=sent.field,
            answers=sent.answers,
        )  # fmt: skip
    except comments.BadComment as problem:
        field = "field" if problem.why == "field" else "text"
        raise invalid(field, "There is no such answer." if field == "field" else "Write something.", "value") from None
    body = {"id": made.pk, "record": record_id, "revision": made.revision, "field": made.field, "text": made.text,
            "answers": made.answers_id, "at": made.at}  # fmt: skip
    response = prepared(orjson.dumps(body), JSON, PRIVATE)
    response.status_code = 201
    return response
