"""The committed documents: OpenAPI of this API and JSON Schema of each format.

`python -m landbridge.web.api.documents` writes them below `docs/`; a test compares.
"""

import os
import sys
from pathlib import Path
from typing import Any, Final

import orjson

PREFIX: Final = "/api/v1/"
_EXTRA: Final = ("TextNeed", "RecordNeed", "WholeNeed", "Line", "ChangeLine", "Problem")
"""Shapes that stand in no answer of plain JSON."""
_LANGUAGE: Final = {
    "in": "query", "name": "lang", "required": False, "schema": {"type": "string"},
    "description": "Language of texts and messages (ar, en, es, fr, ru, zh), before `Accept-Language`.",
}  # fmt: skip
_MORE: Final[dict[str, tuple[int, ...]]] = {
    "records": (422,), "record": (304, 404, 410), "revisions": (304, 404, 410), "revision": (304, 404, 410),
    "search": (422,), "match": (400, 404, 410, 413, 415, 422), "changes": (422,), "dump": (422,),
    "vocabularies": (304,), "vocabulary": (304, 404), "term": (304, 404), "schemas": (304,), "schema": (304, 404),
    "openapi": (304,), "home": (),
}  # fmt: skip
"""Operation to the further statuses that it answers with."""
_WORDS: Final = {
    304: "Not changed since the given entity tag", 400: "Not JSON", 404: "There is none", 410: "Retired",
    413: "Too large", 415: "Another type than JSON", 422: "Something in it is not right",
}  # fmt: skip


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    # Inner imports: as a program, this file starts Django first.
    from landbridge.web.api import shapes
    from landbridge.web.api.service import api

    made = api.get_openapi_schema(path_prefix=PREFIX)
    document: dict[str, Any] = orjson.loads(orjson.dumps(dict(made), option=orjson.OPT_NON_STR_KEYS))
    document["info"]["license"] = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
    document["servers"] = [{"url": "/", "description": "This node"}]
    components = document["components"]["schemas"]
    for name in _EXTRA:
        schema = getattr(shapes, name).model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
        components.update(schema.pop("$defs", {}))
        components[name] = schema
    document["components"]["schemas"] = dict(sorted(components.items()))
    for methods in document["paths"].values():
        for told in methods.values():
            _complete(told)
    return document


def _complete(told: dict[str, Any]) -> None:
    """Add what every operation takes and answers."""
    told["parameters"].append(_LANGUAGE)
    statuses = _MORE[told["operationId"]]
    for status in statuses:
        told["responses"][str(status)] = _answer(status)
    told["responses"]["default"] = {"description": "A problem", "content": _PROBLEM}
    ok = told["responses"]["200"]
    if 304 in statuses:
        ok.setdefault("headers", {})["ETag"] = {"schema": {"type": "string"}, "required": True}
    if "content" not in ok:
        ok["content"] = {"application/json": {"schema": {"type": "object"}}}


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
