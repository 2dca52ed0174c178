"""What the stories have in common: writing a record, and looking at it as anyone does."""

from typing import Any

from landbridge.registry import actions
from landbridge.registry.queries import Gone, Unknown, get
from landbridge.registry.rules import ANYONE
from landbridge.registry.writing import Actor
from tests.cast import Company
from tests.registry.conftest import NEED


def draft(actor: Actor, owner: str | None, format: str = "need", **more: Any) -> str:
    data = more.pop("data", NEED)
    return actions.draft(actor=actor, format=format, data=data, owner=owner, **more).id


def titled(title: str) -> dict[str, Any]:
    return {**NEED, "title": title}


def revise(actor: Actor, record_id: str, title: str, **more: Any) -> None:
    actions.revise(actor=actor, record_id=record_id, data={**titled(title), **more}, language="en")


def shown(record_id: str, revision: int | None = None) -> str:
    """The title that anyone sees, or why none."""
    try:
        return str(get(record_id, ANYONE, revision).data["title"]["en"])
    except Gone:
        return "gone"
    except Unknown:
        return "unknown"


def published_as(company: Company, *visibilities: str) -> str:
    """A need of Fiji with a published revision for each visibility: "First", "Second", "Third"."""
    need = draft(company.losa.actor, "FJI", data=titled("First"))
    for number, visibility in enumerate(visibilities):
        if number:
            revise(company.losa.actor, need, ("First", "Second", "Third")[number])
        actions.publish(actor=company.losa.actor, record_id=need, visibility=visibility)
    return need
