"""Webhooks: what an account is told of, once; signed; again with growing pauses; and when an address is given up."""

import base64
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from landbridge.exchange.models import Delivery, Webhook
from landbridge.exchange.out import webhooks
from landbridge.exchange.out.webhooks import WebhookFollower
from landbridge.lib.doors.http import Failed, Unsafe
from landbridge.parties.models import Account
from landbridge.registry import actions
from landbridge.registry.actions import NODE, draft, publish, retire, revise, submit
from landbridge.registry.models import Change
from landbridge.registry.queries import Unknown
from landbridge.registry.writing import Forbidden
from tests.cast import Cast, assemble
from tests.exchange.hooked import DATA, follow, hook, record, told


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


# What an account is told of


def test_a_stranger_is_told_of_what_is_public(cast: Cast) -> None:
    sven = hook(cast.sven)
    record_id = record()
    for visibility in ("private", "parties", "network"):
        record(visibility=visibility)
    follow()
    assert told(sven) == [("publish", False)]
    body = Delivery.objects.get().body
    assert set(body) == {"serial", "id", "format", "verb", "revision", "gone", "at", "url"}
    assert (body["id"], body["revision"], body["url"]) == (record_id, 1, f"http://127.0.0.1:8000/records/{record_id}")
    assert "Seagrass" not in str(body)


def test_who_works_on_it_is_told_of_each_step(cast: Cast) -> None:
    malia, henri = hook(cast.malia), hook(cast.henri)
    made = draft(actor=cast.malia.actor, format="technology", data=DATA, owner="navakavu")
    submit(actor=cast.malia.actor, record_id=made.pk)
    follow()
    assert told(malia) == [("draft", False), ("submit", False)]
    assert told(henri)[-1] == ("submit", False)
    last = Change.objects.latest("serial").serial
    publish(actor=cast.malia.actor, record_id=made.pk)
    revise(actor=cast.malia.actor, record_id=made.pk, data=DATA, language="en")
    retire(actor=cast.malia.actor, record_id=made.pk)
    follow(last)
    assert told(malia)[2:] == [("publish", False), ("revise", False), ("retire", True)]


def test_a_draft_of_a_public_record_is_told_to_nobody_else(cast: Cast) -> None:
    record_id = record()
    sven = hook(cast.sven)
    last = Change.objects.latest("serial").serial
    revise(actor=NODE, record_id=record_id, data=DATA, language="en")
    follow(last)
    assert told(sven) == []


def test_what_is_hidden_later_is_gone_for_those_who_could_read_it(cast: Cast) -> None:
    sven, losa = hook(cast.sven), hook(cast.losa)
    public, private = record(), record(visibility="private")
    follow()
    last = Change.objects.latest("serial").serial
    revise(actor=NODE, record_id=public, data=DATA, language="en")
    publish(actor=NODE, record_id=public, visibility="parties")
    retire(actor=NODE, record_id=private)
    follow(last)
    assert told(sven) == [("publish", False), ("publish", True)]
    assert told(losa) == [("publish", False), ("publish", False)]
    gone = Delivery.objects.filter(webhook=sven).latest("change_serial").body
    assert gone["revision"] is None


def test_what_is_taken_back_is_gone(cast: Cast) -> None:
    sven = hook(cast.sven)
    record_id = record()
    actions.take_back(actor=NODE, record_id=record_id)
    follow()
    assert ("take_back", True) in told(sven)


def test_formats_verbs_and_the_moment_of_registering(cast: Cast) -> None:
    record()
    since = Change.objects.latest("serial").serial
    needs, retired, later = (
        hook(cast.sven, formats=["need"]), hook(cast.sven, verbs=["retire"]), hook(cast.sven, since=since),
    )  # fmt: skip
    retire(actor=NODE, record_id=record(format="need"))
    follow()
    assert told(needs) == [("retire", True)]  # It was gone already when the journal was read.
    assert told(retired) == [("retire", True)]
    assert told(later) == [("retire", True)]


def test_a_batch_that_is_read_twice_is_told_once(cast: Cast) -> None:
    """The process died after it wrote down what is to be sent, and before it moved its cursor."""
    sven = hook(cast.sven)
    record()
    follow()
    follow()
    assert told(sven) == [("publish", False)]


def test_nobody_is_told_of_anything_without_an_account(cast: Cast) -> None:
    sven, losa = hook(cast.sven), hook(cast.losa, disabled_at=timezone.now())
    Account.objects.filter(pk=cast.sven.account.pk).update(is_active=False)
    record()
    follow()
    assert (told(sven), told(losa)) == ([], [])


def test_the_follower_costs_nothing_without_webhooks_and_little_with_many(cast: Cast) -> None:
    for _ in range(5):
        record()
    changes = list(Change.objects.order_by("serial"))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            WebhookFollower().apply(changes, {})
        return len(queries)

    assert cost() == 1
    hook(cast.sven)
    one = cost()
    for _ in range(9):
        hook(cast.sven)
    assert cost() == one


# Registering


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that knows one host."""
    monkeypatch.setattr(webhooks, "resolve", lambda to, local=False: ["93.184.215.14"])


def test_registering(cast: Cast, names: None) -> None:
    record()
    made = webhooks.register(
        actor=cast.losa.actor, account=cast.losa.account, to=webhooks.checked("https://receiver.example/"),
        formats=["need"], verbs=["publish"],
    )  # fmt: skip
    assert made.secret.startswith("whsec_")
    assert len(base64.b64decode(made.secret.removeprefix("whsec_"))) == 32
    assert made.since == Change.objects.latest("serial").serial
    follow()
    assert told(made) == []


@pytest.mark.parametrize("more", [{"formats": ["song"]}, {"verbs": ["sing"]}, {"url": "http://receiver.example/"}])
def test_webhooks_that_cannot_be(cast: Cast, names: None, more: dict[str, Any]) -> None:
    given: dict[str, Any] = {"url": "https://receiver.example/", **more}
    with pytest.raises(ValueError):
        webhooks.register(
            actor=cast.losa.actor, account=cast.losa.account, to=webhooks.checked(given.pop("url")), **given
        )
    assert not Webhook.objects.exists()


def test_a_webhook_is_its_owners_own(cast: Cast, names: None, monkeypatch: pytest.MonkeyPatch) -> None:
    one = hook(cast.losa)
    with pytest.raises(Forbidden):
        webhooks.register(actor=cast.sven.actor, account=cast.losa.account, to=webhooks.checked(one.url))
    for act in (webhooks.remove, webhooks.turn_on, webhooks.send_test):
        for number in (one.pk, 99):
            with pytest.raises(Unknown):
                act(actor=cast.sven.actor, webhook_id=number)
    monkeypatch.setattr(webhooks, "MOST", 1)
    with pytest.raises(ValueError, match="remove one first"):
        webhooks.register(actor=cast.losa.actor, account=cast.losa.account, to=webhooks.checked(one.url))


def test_addresses_inside_are_refused() -> None:
    inside = ("https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/")
    for url in inside:
        with pytest.raises(Unsafe):
            webhooks.checked(url)
    with pytest.raises(Failed):
        webhooks.checked("https://nowhere.invalid/")
