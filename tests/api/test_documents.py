"""The committed OpenAPI and JSON Schema, and that the API keeps to them (schemathesis)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from openapi_spec_validator import validate
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi import checks

from landbridge.parties.models import Account, Membership
from landbridge.parties.permissions import Role
from landbridge.web.api.documents import documents, write
from tests.api.small import PUBLIC, Reader
from tests.api.writer import EVERY_SCOPE, key_of

DOCS = Path(__file__).parents[2] / "docs"
OPENAPI: dict[str, Any] = orjson.loads((DOCS / "openapi.json").read_bytes())


def test_the_committed_documents_are_those_of_this_code() -> None:
    """A change of the interface shows in review. `python -m landbridge.web.api.documents` writes them."""
    for name, content in documents().items():
        assert (DOCS / name).read_bytes() == content, f"docs/{name} is not up to date"
    written = {f"schemas/{path.name}" for path in (DOCS / "schemas").iterdir()} | {"openapi.json"}
    assert written == set(documents())


def test_writing_names_what_changed(tmp_path: Path) -> None:
    assert set(write(tmp_path)) == set(documents())
    assert write(tmp_path) == []


def test_the_document_is_valid_openapi() -> None:
    validate(OPENAPI)
    assert OPENAPI["openapi"].startswith("3.1")


def test_the_document_that_is_served_is_the_committed_one(node: None, reader: Reader) -> None:
    assert reader.json("/openapi.json") == OPENAPI


@pytest.mark.parametrize("record", PUBLIC, ids=lambda record: record["id"])
def test_records_fit_their_committed_schema(node: None, reader: Reader, record: dict[str, Any]) -> None:
    schema = orjson.loads((DOCS / "schemas" / f"{record['format']}.json").read_bytes())
    assert reader.json(f"/schemas/{record['format']}") == schema
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(reader.json(f"/records/{record['id']}")["data"], schema)


load_all_checks()
schemathesis_api = schemathesis.openapi.from_dict(OPENAPI)
CHECKS = (
    checks.status_code_conformance, checks.content_type_conformance, checks.response_schema_conformance,
    checks.response_headers_conformance,
)  # fmt: skip


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """Requests end without closing the connection, which holds the transaction of the test; so does Django's client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@schemathesis_api.parametrize()
@settings(
    max_examples=25, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_the_api_keeps_to_its_document(case: schemathesis.Case, node: None, kept_connection: None) -> None:
    response = case.call(app=get_wsgi_application(), headers={"Accept-Encoding": "identity"})
    case.validate_response(response, checks=[schemathesis.checks.not_a_server_error, *CHECKS])


@pytest.fixture
def administrator(db: None, settings: Any) -> str:
    """The key of somebody who may do everything, as often as they like."""
    settings.API_WRITES_PER_MINUTE = 1_000_000
    account = Account.objects.create_user("ana@example.org")
    Membership.objects.create(account=account, role=Role.ADMINISTRATOR)
    return key_of(account)


@schemathesis_api.include(method=["POST", "PUT", "DELETE"]).parametrize()
@settings(
    max_examples=40, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_writing_keeps_to_its_document(
    case: schemathesis.Case, node: None, administrator: str, kept_connection: None
) -> None:
    """With a key that opens everything, save where the case is that there is none; half of the time at a draft."""
    if "record_id" in (case.path_parameters or {}) and len(str(case.path_parameters)) % 2:
        case.path_parameters["record_id"] = "secret-draft"
    case.headers.update({"Authorization": f"Bearer {administrator}", "If-Match": "*"})
    response = case.call(app=get_wsgi_application(), headers={"Accept-Encoding": "identity"})
    assert (response.status_code == 401) is ("Authorization" not in response.request.headers)
    case.validate_response(response, checks=[schemathesis.checks.not_a_server_error, *CHECKS])


def test_every_operation_says_which_key_it_takes() -> None:
    scopes = set()
    for path, methods in OPENAPI["paths"].items():
        for method, told in methods.items():
            needed = [one["key"] for one in told.get("security", []) if "key" in one]
            writes = method != "get" and told["operationId"] != "match"
            kept = path.endswith(("/latest", "/comments")) or "webhooks" in path
            assert ({} not in told.get("security", [{}])) is bool(writes or kept)
            scopes |= {scope for one in needed for scope in one}
    assert scopes == set(EVERY_SCOPE)
