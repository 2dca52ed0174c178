"""The committed documents: OpenAPI of this API and JSON Schema of each format.

`python -m landbridge.web.api.documents` writes them below `docs/`; a test compares.
"""

import os
import sys
from pathlib import Path
from typing import Any, Final

import orjson

PREFIX: Final = "/api/v1/"
_EXTRA: Final = (
    "TextNeed", "RecordNeed", "WholeNeed", "Line", "ChangeLine", "Problem", "NewRecord", "NewRevision", "Remark",
    "Publication", "Word", "NewComment", "NewWebhook",
)  # fmt: skip
"""Shapes that stand in no answer of plain JSON."""
_LANGUAGE: Final = {
    "in": "query", "name": "lang", "required": False, "schema": {"type": "string"},
    "description": "Language of texts and messages (ar, en, es, fr, ru, zh), before `Accept-Language`.",
}  # fmt: skip
_OF_WRITING: Final = (400, 401, 403, 409, 413, 415, 422, 429)
_OF_STEPS: Final = (*_OF_WRITING, 404, 410)
_MORE: Final[dict[str, tuple[int, ...]]] = {
    "records": (422,), "record": (304, 404, 410), "revisions": (304, 404, 410), "revision": (304, 404, 410),
    "search": (422,), "match": (400, 404, 410, 413, 415, 422), "changes": (422,), "dump": (422,),
    "vocabularies": (304,), "vocabulary": (304, 404), "term": (304, 404), "schemas": (304,), "schema": (304, 404),
    "openapi": (304,), "home": (), "latest": (401, 403, 404), "remarks": (401, 403, 404), "create": _OF_WRITING,
    "revise": (*_OF_STEPS, 412, 428), "take_back": _OF_STEPS,
    "submit": _OF_STEPS, "withdraw": _OF_STEPS, "publish": _OF_STEPS, "return": _OF_STEPS, "retire": _OF_STEPS,
    "restore": _OF_STEPS, "confirm": _OF_STEPS, "endorse": _OF_STEPS, "unendorse": _OF_STEPS, "comments": _OF_STEPS,
    "webhooks": (401, 403), "create_webhook": _OF_WRITING, "delete_webhook": (401, 403, 404, 409, 413, 422, 429),
}  # fmt: skip
"""Operation to the further statuses that it answers with."""
_KEYED: Final = frozenset({"records", "record", "revisions", "revision", "search", "match", "changes", "dump"})
"""Operations that answer more to a key; a key that opens nothing is refused everywhere."""
_TAGGED: Final = frozenset({"latest", "create", "revise"})
_WORDS: Final = {
    304: "Not changed since the given entity tag", 400: "Not JSON", 401: "No key, or one that opens nothing",
    403: "The key has no such scope, or its account no such right", 404: "There is none",
    409: "Not possible in this state, or the same request is still worked on", 410: "Retired",
    412: "It was revised since", 413: "Too large", 415: "Another type than JSON", 422: "Something in it is not right",
    428: "If-Match is missing", 429: "Too many writes in a minute",
}  # fmt: skip
_KEY: Final = {
    "type": "http", "scheme": "bearer", "bearerFormat": "lb_…",
    "description": "A key of an account or a service, made at /account/tokens: "
                   "`read`, `draft`, `submit`, `publish`, `return`, `retire`, `confirm`, `endorse`, `comment`, "
                   "`webhooks`.",
}  # fmt: skip
_IDEMPOTENCY: Final = {
    "in": "header", "name": "Idempotency-Key", "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "A new UUID for each request: the request sent again within a day is done once, and answered with "
                   "the same answer.",
}  # fmt: skip
_IF_MATCH: Final = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "The ETag of the revision that this one follows; `*` for whichever is there.",
}
_COUNTED: Final = {
    f"RateLimit-{name}": {"description": about, "schema": {"type": "integer"}, "required": True}
    for name, about in (
        ("Limit", "Requests that may write in a minute."), ("Remaining", "How many are left."),
        ("Reset", "Seconds until the minute is over."),
    )
}  # fmt: skip


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    # Inner imports: as a program, this file starts Django first.
    from landbridge.web.api import shapes, written
    from landbridge.web.api.service import api

    made = api.get_openapi_schema(path_prefix=PREFIX)
    document: dict[str, Any] = orjson.loads(orjson.dumps(dict(made), option=orjson.OPT_NON_STR_KEYS))
    document["info"]["license"] = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
    document["servers"] = [{"url": "/", "description": "This node"}]
    components = document["components"]["schemas"]
    for name in _EXTRA:
        shape = getattr(shapes, name, None) or getattr(written, name)
        schema = shape.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
        components.update(schema.pop("$defs", {}))
        components[name] = schema
    document["components"]["schemas"] = dict(sorted(components.items()))
    document["components"]["securitySchemes"] = {"key": _KEY}
    for methods in document["paths"].values():
        for method, told in methods.items():
            _complete(told)
            if method != "get" and told["operationId"] != "match":
                _complete_writing(told)
    return document


def _complete(told: dict[str, Any]) -> None:
    """Add what every operation takes and answers."""
    told["parameters"].append(_LANGUAGE)
    name = told["operationId"]
    statuses = _MORE[name]
    for status in statuses:
        told["responses"][str(status)] = _answer(status)
    told["responses"]["default"] = {"description": "A problem", "content": _PROBLEM}
    if name in _KEYED:
        told["security"] = [{}, {"key": ["read"]}]
    ok = _ok(told)
    if 304 in statuses or name in _TAGGED:
        ok.setdefault("headers", {})["ETag"] = {"schema": {"type": "string"}, "required": name != "revise"}
    if "content" not in ok and "200" in told["responses"]:
        ok["content"] = {"application/json": {"schema": {"type": "object"}}}


def _complete_writing(told: dict[str, Any]) -> None:
    """Add what every operation takes and answers that writes."""
    told["parameters"].append(_IDEMPOTENCY)
    if told["operationId"] == "revise":
        told["parameters"].append(_IF_MATCH)
    _ok(told).setdefault("headers", {}).update(_COUNTED)
    told["responses"]["429"]["headers"] = {
        **_COUNTED, "Retry-After": {"schema": {"type": "integer"}, "required": True}
    }  # fmt: skip
    if told["operationId"] == "create":
        _ok(told)["headers"]["Location"] = {"schema": {"type": "string"}, "required": True}


def _ok(told: dict[str, Any]) -> dict[str, Any]:
    answers: dict[str, dict[str, Any]] = told["responses"]
    return next(answer for status, answer in answers.items() if status.startswith("2"))


_PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _answer(status: int) -> dict[str, Any]:
    if status == 304:
        return {"description": _WORDS[status]}
    return {"description": _WORDS[status], "content": _PROBLEM}


def documents() -> dict[str, bytes]:
    """Path below `docs/` to its content."""
    from landbridge.formats.schema import all_schemas

    made = {"openapi.json": _pretty(openapi())}
    made.update({f"schemas/{name}.json": _pretty(schema) for name, schema in all_schemas().items()})
    return made


def _pretty(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def write(folder: Path) -> list[str]:
    """Write all documents below a folder: the names of those that changed."""
    changed = []
    for name, content in documents().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
            changed.append(name)
    return changed


def main() -> None:
    """Write the documents below `docs/` of the project."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "landbridge.settings")
    django.setup()
    changed = write(Path(__file__).parents[3] / "docs")
    sys.stdout.write(f"changed: {', '.join(changed) or 'nothing'}\n")


if __name__ == "__main__":
    main()
