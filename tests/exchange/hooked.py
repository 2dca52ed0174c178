"""Webhooks of the cast, and records that they are told of."""

from typing import Any

from landbridge.exchange.models import Delivery, Webhook
from landbridge.exchange.out import webhooks
from landbridge.exchange.out.webhooks import WebhookFollower
from landbridge.registry.actions import NODE, draft, publish
from landbridge.registry.models import Change
from landbridge.registry.queries import states
from tests.cast import Person

DATA: dict[str, Any] = {"title": "Seagrass nursery", "summary": "Growing seagrass.", "places": ["FJI"]}


def hook(person: Person, url: str = "https://receiver.example/hook", **more: Any) -> Webhook:
    """A webhook, without asking the name server for its host."""
    return Webhook.objects.create(account=person.account, url=url, secret=webhooks.new_secret(), **more)


def record(owner: str | None = "navakavu", visibility: str = "public", format: str = "technology") -> str:
    made = draft(actor=NODE, format=format, data=DATA, owner=owner, visibility=visibility)
    publish(actor=NODE, record_id=made.pk)
    return str(made.pk)


def follow(after: int = 0) -> None:
    """Let the follower read the journal."""
    changes = list(Change.objects.filter(serial__gt=after).order_by("serial"))
    WebhookFollower().apply(changes, states({change.record_id for change in changes}))


def told(one: Webhook) -> list[tuple[str, bool]]:
    """Verb and whether it is gone, of all that is to be sent."""
    found = Delivery.objects.filter(webhook=one).order_by("change_serial")
    return [(delivery.body["verb"], delivery.body["gone"]) for delivery in found]
