"""A record as those see it who work on it: where it stands, what is possible next, and the tag of its revision."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import ValidationError

from landbridge.formats.validate import Problem
from landbridge.parties.permissions import Permission
from landbridge.parties.tokens import Scope
from landbridge.registry.models import Record
from landbridge.registry.queries import RecordView
from landbridge.registry.rules import reads_drafts
from landbridge.registry.workflow import NotPossible, State, Verb, Workflow, step
from landbridge.web.api.answers import JSON, json_body, prepared, raw_body, tag_of
from landbridge.web.api.caller import Caller
from landbridge.web.api.lines import record_url
from landbridge.web.api.problems import ProblemError

Shape = TypeVar("Shape", bound=Schema)
PRIVATE: Final = "private, no-store"
STEPS: Final[Mapping[str, tuple[Verb, Scope]]] = MappingProxyType(
    {
        "revise": (Verb.REVISE, Scope.DRAFT), "submit": (Verb.SUBMIT, Scope.SUBMIT),
        "withdraw": (Verb.WITHDRAW, Scope.SUBMIT), "publish": (Verb.PUBLISH, Scope.PUBLISH),
        "return": (Verb.RETURN, Scope.RETURN), "retire": (Verb.RETIRE, Scope.RETIRE),
        "take_back": (Verb.TAKE_BACK, Scope.PUBLISH),
        "restore": (Verb.RESTORE, Scope.RETIRE), "confirm": (Verb.CONFIRM, Scope.CONFIRM),
        "endorse": (Verb.ENDORSE, Scope.ENDORSE), "unendorse": (Verb.UNENDORSE, Scope.ENDORSE),
    }
)  # fmt: skip
"""What can be done with a record here: the verb of the journal, and the scope that a key needs."""
_TAG: Final = re.compile(r'(?:W/)?"(\d{1,9})\.([0-9a-f]{8})\.[0-9a-f]{16}"')


def read(request: HttpRequest, shape: type[Shape], *, may_be_empty: bool = False) -> Shape:
    """The body in its shape.

    Raises:
        ProblemError: 400, 413, 415, or 422 with what does not fit.
    """
    body = {} if may_be_empty and not raw_body(request).strip() else json_body(request)
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        found = [
            Problem(".".join(map(str, one["loc"])), one["msg"], one["type"])
            for one in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise ProblemError(422, "Some answers are not right; each is named in “errors”.", found) from None


def work(record: Record, caller: Caller, status: int = 200) -> HttpResponse:
    """Where a record stands now, as the answer to what was done."""
    body = _work(record, record.owner_id, record.author_id, caller)
    sees = reads_drafts(caller.reader, record.owner_id, record.author_id, record.state, record.visibility)
    body["revision"] = record.latest if sees else record.published
    response = prepared(orjson.dumps(body), JSON, PRIVATE)
    response.status_code = status
    if sees:
        response["ETag"] = tag(record)
    return response


def whole_work(view: RecordView, caller: Caller) -> HttpResponse:
    """The latest revision with all its answers that this caller may see."""
    body = _work(view, view.owner, view.author, caller)
    body |= {"revision": view.revision, "edition": view.edition, "sha256": view.sha256, "note": view.note,
             "data": view.data}  # fmt: skip
    response = prepared(orjson.dumps(body), JSON, PRIVATE)
    response["ETag"] = tag(view)
    return response


def _work(one: Record | RecordView, owner: str | None, author: int | None, caller: Caller) -> dict[str, Any]:
    return {
        "id": one.id, "format": one.format, "language": one.language, "url": record_url(one.id), "owner": owner,
        "visibility": one.visibility, "state": one.state, "revision": None, "published": one.published,
        "updated_at": one.updated_at, "published_at": one.published_at, "confirmed_on": one.confirmed_on,
        "confirm_by": one.confirm_by, "possible": list(_possible(one, owner, author, caller)),
    }  # fmt: skip


def _possible(one: Record | RecordView, owner: str | None, author: int | None, caller: Caller) -> list[str]:
    names = []
    for name, (verb, scope) in STEPS.items():
        try:
            permission, _ = step(Workflow(one.workflow), State(one.state), verb)
        except NotPossible:
            continue
        if caller.has(scope) and _may(caller, permission, owner, author):
            names.append(name)
    comments = caller.has(Scope.COMMENT) and caller.standing.may(Permission.COMMENT, owner, author)
    return [*names, "comments"] if comments else names


def _may(caller: Caller, permission: Permission, owner: str | None, author: int | None) -> bool:
    if permission == Permission.ENDORSE:  # For a party of one's own, whoever owns the record.
        return bool(caller.standing.parties_with(permission))
    return caller.standing.may(permission, owner, author)


def tag(one: Record | RecordView) -> str:
    """The entity tag: the latest revision, whose it is, and where it stands."""
    stands = tag_of(one.state, one.visibility, one.published, one.updated_at.isoformat())
    return f'"{one.latest}.{_whose(one.id)}.{stands[1:17]}"'


def _whose(record_id: str) -> str:
    return tag_of(record_id)[1:9]


def revision_seen(request: HttpRequest, record_id: str) -> int | None:
    """The revision that the client started from, as `If-Match` tells it; none for `*`, which asks for no particular
    one. What has changed since then but the text (who confirmed it, whether it was published) does not matter.

    Raises:
        ProblemError: 428 without the header, 412 for a tag that is none of this record's.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise ProblemError(428, "Send “If-Match” with the ETag of the revision that you started from.")
    if given.strip() == "*":
        return None
    tags = [_TAG.fullmatch(one.strip()) for one in given[:2000].split(",")]
    numbers = [int(one[1]) for one in tags if one and one[2] == _whose(record_id)]
    return max(numbers, default=0)
