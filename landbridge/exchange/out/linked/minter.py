"""The door to who registers DOIs: a protocol, one that gives none, and DataCite.

Which one it is says `LANDBRIDGE_DOI`: `https://REPOSITORY:PASSWORD@api.datacite.org/10.12345`.
"""

import base64
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, Protocol

import orjson
from django.conf import settings

from landbridge.lib.doors.http import Failed, Unsafe, post


class State(StrEnum):
    """How far a DOI is known: it is kept, it leads somewhere, or it can be found as well."""

    DRAFT = "draft"
    REGISTERED = "registered"
    FINDABLE = "findable"


class NotMinted(OSError):
    """The registry did not take it; the message says why. `refused` when it would say no again."""

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


class Minter(Protocol):
    """Who registers DOIs for this node."""

    prefix: str
    """What the DOIs of this node begin with; empty when it gives none."""

    def put(self, doi: str, state: State, metadata: Mapping[str, Any]) -> None:
        """Tell what a DOI means and how far it is to be known. The same may be told again.

        Raises:
            NotMinted: it was not taken.
        """


class NoMinter:
    """A node without DOIs: its records are known by their addresses."""

    prefix = ""

    def put(self, doi: str, state: State, metadata: Mapping[str, Any]) -> None:
        """There is nobody to tell."""


_EVENTS: Final[Mapping[State, str]] = {State.REGISTERED: "hide", State.FINDABLE: "publish"}
"""What DataCite is told to reach a state. A DOI that was findable can only be hidden: it leads on for ever."""


class DataCite:
    """The REST API of DataCite, with the account of a repository."""

    def __init__(self, api: str, prefix: str, repository: str, password: str, *, local: bool = False) -> None:
        self.api, self.prefix, self.local = api, prefix, local
        self._key = base64.b64encode(f"{repository}:{password}".encode()).decode()

    def put(self, doi: str, state: State, metadata: Mapping[str, Any]) -> None:
        """A PUT makes the DOI where there is none yet."""
        attributes = {**metadata, "doi": doi, **({"event": _EVENTS[state]} if state in _EVENTS else {})}
        body = orjson.dumps({"data": {"id": doi, "type": "dois", "attributes": attributes}})
        headers = {
            "Authorization": f"Basic {self._key}", "Content-Type": "application/vnd.api+json",
            "User-Agent": f"Landbridge/{settings.VERSION}", "Connection": "close",
        }  # fmt: skip
        try:
            answer = post(f"{self.api}/dois/{doi}", body, headers, local=self.local, method="PUT")
        except (Failed, Unsafe) as problem:
            raise NotMinted(str(problem)) from None
        if answer.status not in (200, 201):
            refused = answer.status in (400, 401, 403, 404, 422)
            raise NotMinted(f"DataCite answered {answer.status}: {_reason(answer.body)}"[:300], refused=refused)


def _reason(body: bytes) -> str:
    """What DataCite says is wrong, as far as it says it in its usual form."""
    try:
        return "; ".join(str(one["title"]) for one in orjson.loads(body)["errors"])[:200]
    except (ValueError, KeyError, TypeError):
        return "no reason given"


def minter() -> Minter:
    """The one that the settings name."""
    return DataCite(**settings.DOI) if settings.DOI else NoMinter()
