"""Messages to webhooks: signed, claimed, tried again with growing pauses, and given up after three days."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.utils import timezone

from landbridge.exchange.models import Delivery
from landbridge.exchange.out import deliveries, webhooks
from landbridge.exchange.out.deliveries import PAUSES, TRIES, DeliverWebhooks, ForgetDeliveries, attempt, claim, serve
from landbridge.parties.models import Membership, Notice
from landbridge.registry.models import Change
from tests.cast import Cast, assemble
from tests.exchange.hooked import follow, hook, record, told
from tests.exchange.receiver import Receiver, receiver


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def listening(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_LOCAL = True
    with receiver() as found:
        yield found


def test_a_message_is_signed_as_the_scheme_has_it(cast: Cast, listening: Receiver) -> None:
    one = hook(cast.sven, listening.url)
    record_id = record()
    follow()
    assert serve(one.pk) == 1
    message = listening.messages[0]
    assert message.path == "/hook?of=landbridge"
    assert orjson.loads(message.body)["id"] == record_id
    headers = message.headers
    assert headers["content-type"] == "application/json"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + message.body
    key = base64.b64decode(one.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.error, delivery.claimed_until) == (200, 1, "", None)
    assert delivery.done_at is not None


def test_the_signature_is_the_one_of_the_schemes_own_example() -> None:
    """From the test data that the Standard Webhooks libraries share."""
    secret, message, body = (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
    )
    assert deliveries.signature(secret, message, 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


@pytest.mark.parametrize("status", [301, 302, 400, 404, 429, 500])
def test_anything_but_success_is_tried_again_with_growing_pauses(cast: Cast, listening: Receiver, status: int) -> None:
    one = hook(cast.sven, listening.url)
    listening.status, listening.headers = status, {"Location": "http://127.0.0.1:9/elsewhere"}
    record()
    follow()
    assert serve(one.pk) == 1
    assert len(listening.messages) == 1
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.done_at) == (status, 1, None)
    assert timedelta(seconds=0) < delivery.next_at - timezone.now() <= PAUSES[0]
    assert serve(one.pk) == 0
    Delivery.objects.update(next_at=timezone.now())
    listening.status = 204
    listening.body = b""
    assert serve(one.pk) == 1
    one.refresh_from_db()
    assert (Delivery.objects.get().status, one.failures, one.disabled_at) == (204, 0, None)
    assert len({message.headers["webhook-id"] for message in listening.messages}) == 1


def test_an_address_that_fails_for_three_days_is_given_up_and_its_owner_hears(cast: Cast) -> None:
    one = hook(cast.sven, "https://127.0.0.1/hook")
    record()
    record()
    follow()
    waited = timedelta()
    for _ in range(TRIES + 3):
        Delivery.objects.update(next_at=timezone.now())
        serve(one.pk)
        one.refresh_from_db()
        if one.disabled_at:
            break
        waited += PAUSES[one.failures - 1]
    assert (one.failures, waited) == (TRIES, sum(PAUSES, timedelta()))
    assert timedelta(days=3) < waited < timedelta(days=3.5)
    notice = Notice.objects.get()
    assert (notice.account, notice.kind, notice.told["url"]) == (cast.sven.account, "webhook_off", one.url)
    Delivery.objects.update(next_at=timezone.now())
    assert serve(one.pk) == 0
    assert Delivery.objects.filter(done_at=None).exists()


def test_a_receiver_that_says_gone_is_asked_no_more(cast: Cast, listening: Receiver) -> None:
    one = hook(cast.sven, listening.url)
    listening.status = 410
    record()
    follow()
    serve(one.pk)
    one.refresh_from_db()
    assert one.disabled_at is not None
    assert Notice.objects.count() == 1


def test_turned_on_again_it_gets_what_waited(cast: Cast, listening: Receiver) -> None:
    one = hook(cast.sven, listening.url, disabled_at=timezone.now(), failures=9)
    Delivery.objects.create(
        webhook=one, change_serial=_change_of(record()), body={"verb": "publish"}, attempts=9,
        next_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    assert serve(one.pk) == 0
    webhooks.turn_on(actor=cast.sven.actor, webhook_id=one.pk)
    assert serve(one.pk) == 1
    assert Delivery.objects.get().status == 200


def _change_of(record_id: str) -> int:
    return Change.objects.filter(record_id=record_id, verb="publish").get().serial


def test_while_an_address_fails_what_waits_behind_waits_as_well(cast: Cast, listening: Receiver) -> None:
    one = hook(cast.sven, listening.url)
    listening.status = 500
    for _ in range(5):
        record()
    follow()
    assert serve(one.pk) == 1
    assert serve(one.pk) == 0
    assert len(listening.messages) == 1
    assert not Delivery.objects.filter(next_at__lte=timezone.now()).exists()


def test_one_message_that_is_refused_does_not_hold_up_the_others(cast: Cast, listening: Receiver) -> None:
    one = hook(cast.sven, listening.url)
    for _ in range(3):
        record()
    follow()
    poison = Delivery.objects.order_by("pk").first()
    assert poison is not None
    listening.status = 400
    serve(one.pk)
    listening.status = 200
    Delivery.objects.filter(done_at=None).update(next_at=timezone.now())
    assert claim(one.pk, timezone.now()).pk != poison.pk  # type: ignore[union-attr]
    Delivery.objects.update(claimed_until=None)
    assert serve(one.pk) == 3


def test_a_claim_is_for_one_and_runs_out(cast: Cast) -> None:
    """A process that dies while it sends leaves a claim; the message goes out again when it has run out."""
    one = hook(cast.sven)
    record()
    follow()
    now = timezone.now()
    first = claim(one.pk, now)
    assert first is not None
    assert claim(one.pk, now) is None
    again = claim(one.pk, now + deliveries.LEASE + timedelta(seconds=1))
    assert again is not None
    assert again.pk == first.pk


def test_who_lost_the_role_is_not_told_any_more(cast: Cast, listening: Receiver) -> None:
    one = hook(cast.losa, listening.url)
    record(visibility="parties")
    follow()
    assert told(one) == [("publish", False)]
    Membership.objects.all().delete()
    assert attempt(Delivery.objects.select_related("webhook__account").get())
    delivery = Delivery.objects.get()
    assert (listening.messages, delivery.status) == ([], None)
    assert delivery.done_at is not None
    assert "may not read" in delivery.error


def test_a_test_message(cast: Cast, listening: Receiver) -> None:
    one = hook(cast.sven, listening.url)
    for expected in (-1, -2):
        assert webhooks.send_test(actor=cast.sven.actor, webhook_id=one.pk).change_serial == expected
    assert serve(one.pk) == 2
    assert [orjson.loads(message.body)["verb"] for message in listening.messages] == ["test", "test"]


def test_the_clock_begins_with_who_has_waited_longest_and_a_few_at_a_time(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "ADDRESSES_AT_ONCE", 2)
    hooks = [hook(cast.sven) for _ in range(4)]
    for minutes, one in enumerate(hooks):
        webhooks.send_test(actor=cast.sven.actor, webhook_id=one.pk)
        Delivery.objects.filter(webhook=one).update(next_at=timezone.now() - timedelta(minutes=minutes))
    begun: list[int] = []
    task = DeliverWebhooks(begun.append)
    task.run(timezone.now())
    assert begun == [hooks[3].pk, hooks[2].pk]
    monkeypatch.setattr(deliveries, "_busy", {hooks[3].pk})
    task.run(timezone.now())
    assert begun[2:] == [hooks[2].pk]


def test_sending_does_not_hold_up_the_clock(transactional_db: None, listening: Receiver) -> None:
    one = hook(assemble().sven, listening.url)
    record()
    follow()
    listening.open.clear()
    DeliverWebhooks().run(timezone.now())
    assert not Delivery.objects.filter(done_at__isnull=False).exists(), "the clock goes on before anybody answers"
    listening.open.set()
    began = time.monotonic()
    while not Delivery.objects.filter(done_at__isnull=False).exists() or deliveries._busy:
        assert time.monotonic() - began < 20
        time.sleep(0.02)
    assert len(listening.messages) == 1
    assert Delivery.objects.get().webhook == one


def test_old_deliveries_are_forgotten(cast: Cast) -> None:
    one = hook(cast.sven)
    now = timezone.now()
    for days, serial in ((31, 1), (29, 2)):
        Delivery.objects.create(webhook=one, change_serial=serial, done_at=now - timedelta(days=days))
    Delivery.objects.create(webhook=one, change_serial=3, next_at=now - timedelta(days=31))
    ForgetDeliveries().run(now)
    assert list(Delivery.objects.values_list("change_serial", flat=True)) == [2]
