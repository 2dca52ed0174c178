"""What the tests of review and desk share: records of the cast in every state, and pages as one of them sees them."""

from typing import Any

from django.test import Client

from landbridge.registry import actions
from landbridge.registry.workflow import Workflow
from tests.cast import Person
from tests.web.reading import read_page

NEED: dict[str, Any] = {"title": "Restore the mangroves of Rewa", "summary": "Seedlings, and people who can plant."}


def signed_in(person: Person, language: str = "en") -> Client:
    """A browser in which somebody is signed in."""
    client = Client(headers={"host": "localhost", "accept-language": language})
    client.force_login(person.account)
    return client


def draft(person: Person, owner: str | None = "FJI", **more: Any) -> str:
    """A draft of somebody's, by default a need of Fiji."""
    answers = {"actor": person.actor, "format": "need", "data": NEED, "owner": owner, "workflow": Workflow.NATIONAL}
    return actions.draft(**{**answers, **more}).id


def submitted(person: Person, owner: str | None = "FJI", **more: Any) -> str:
    """A record that waits for a decision."""
    record = draft(person, owner, **more)
    actions.submit(actor=person.actor, record_id=record)
    return record


def published(person: Person, owner: str | None = "FJI", **more: Any) -> str:
    """A record that readers see."""
    record = draft(person, owner, **more)
    actions.publish(actor=person.actor, record_id=record)
    return record


def see(client: Client, address: str, status: int = 200) -> Any:
    """A page as a tree."""
    return read_page(client.get(address), status)


def press(client: Client, record: str, do: str, **typed: str) -> Any:
    """Press a button on the page of a record: the answer."""
    page = see(client, f"/records/{record}/work")
    after = page.xpath("//input[@name='after']/@value")[0]
    return client.post(f"/records/{record}/work", {"do": do, "after": after, **typed})
