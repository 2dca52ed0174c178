"""Somebody's program that writes with a key."""

from typing import Any

import orjson
from django.test import Client

from landbridge.parties import tokens
from landbridge.parties.models import Account
from landbridge.parties.tokens import Scope
from landbridge.registry.writing import Actor

EVERY_SCOPE = tuple(scope.value for scope in Scope)
DATA: dict[str, Any] = {
    "title": {"en": "Seagrass nursery"}, "summary": {"en": "Growing seagrass with fishing villages."}, "places": ["FJI"]
}  # fmt: skip


def key_of(account: Account, *scopes: str, days: int = 30) -> str:
    """A new key; with no scope named, one for everything."""
    made = tokens.make(
        actor=Actor(account_id=account.pk), account=account, name="Program", scopes=scopes or EVERY_SCOPE, days=days
    )
    return made.secret


class Program:
    """It sends what it is told to, with its key."""

    def __init__(self, client: Client, key: str | None) -> None:
        self.client, self.key = client, key

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer to a request; the body may be bytes, or anything that becomes JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key is not None:
            named.setdefault("Authorization", f"Bearer {self.key}")
        sent = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        return self.client.generic(method, f"/api/v1{path}", sent, content_type="application/json", headers=named)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def create(self, format: str = "technology", data: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """A new draft, as it was answered."""
        response = self.post("/records", {"format": format, "data": data or DATA, **more})
        return told(response, 201)

    def revise(self, record_id: str, tag: str | None, data: dict[str, Any] | None = None, **more: Any) -> Any:
        headers = {} if tag is None else {"If_Match": tag}
        return self.send("PUT", f"/records/{record_id}", {"data": data or DATA, **more}, **headers)


def told(response: Any, status: int = 200) -> dict[str, Any]:
    """The answer, which must have this status."""
    assert response.status_code == status, response.content
    body: dict[str, Any] = orjson.loads(response.content)
    if status >= 400:
        assert response["Content-Type"] == "application/problem+json"
        assert body["status"] == status
    return body
