"""The pages where people make keys, services and webhooks."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from landbridge.exchange.models import Delivery, Webhook
from landbridge.exchange.out import webhooks
from landbridge.parties import tokens
from landbridge.parties.models import Account, Membership, Party, Token
from landbridge.parties.permissions import Role
from tests.cast import Cast, assemble

pytestmark = pytest.mark.usefixtures("translations")
TOKENS, SERVICES, WEBHOOKS = "/account/tokens", "/account/services", "/account/webhooks"
KEY = {"name": "Nightly export", "scopes": ["read", "draft"], "days": "90"}


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def as_(client: Client) -> Callable[[Account], Client]:
    """Signed in as somebody."""

    def sign_in(account: Account) -> Client:
        client.force_login(account)
        return client

    return sign_in


def shown_key(text: str) -> str:
    found = re.findall(r"lb_[A-Za-z0-9_-]{43}", text)
    assert len(set(found)) == 1, found
    return found[0]


@pytest.mark.parametrize("address", [TOKENS, WEBHOOKS])
def test_nobody_sees_it_without_signing_in(client: Client, db: None, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, f"/account/login/?next=%2Faccount%2F{address[9:]}")
    for post in (address, SERVICES, f"{TOKENS}/1/revoke", f"{SERVICES}/1/close", f"{WEBHOOKS}/1/test"):
        assert client.post(post, KEY).status_code in (302, 403)
    assert not Token.objects.exists()


def test_a_key_is_made_shown_once_and_revoked(cast: Cast, as_: Any) -> None:
    sven = as_(cast.sven.account)
    made = sven.post(TOKENS, KEY)
    key = shown_key(made.content.decode())
    # Not "no-referrer": with it a browser hides the origin of the next form, which is then refused.
    assert (made["Cache-Control"], made["Referrer-Policy"]) == ("private, no-store", "same-origin")
    assert tokens.fault(tokens.known(key)) == ""  # type: ignore[arg-type]
    page = sven.get(TOKENS).content.decode()
    assert "Nightly export" in page
    assert key[:10] in page
    assert key not in page
    assert sven.post(f"{TOKENS}/{Token.objects.get().pk}/revoke")["Location"] == TOKENS
    assert tokens.fault(tokens.known(key)) == "revoked"  # type: ignore[arg-type]
    assert "Nightly export" not in sven.get(TOKENS).content.decode()


@pytest.mark.parametrize("wrong", [
    {"name": ""}, {"scopes": []}, {"scopes": ["all"]}, {"days": "366"}, {"days": ""}, {"days": "0"},
    {"name": "x" * 101}, {"account": "999"},
])  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(cast: Cast, as_: Any, wrong: dict[str, Any]) -> None:
    response = as_(cast.losa.account).post(TOKENS, {**KEY, **wrong})
    if "account" in wrong:  # Losa has no service: nobody asks for whom it is.
        assert Token.objects.get().account == cast.losa.account
        return
    assert response.status_code == 400
    assert not Token.objects.exists()
    assert 'value="read"' in response.content.decode()


def test_whose_sign_in_is_long_ago_confirms_first_and_loses_nothing(cast: Cast, as_: Any) -> None:
    cast.losa.account.set_password("correct horse battery")
    cast.losa.account.save()
    losa = as_(cast.losa.account)

    def signed_in(seconds_ago: int) -> None:
        session = losa.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time() - seconds_ago}]
        session["account_authentication_methods_user"] = str(cast.losa.account.pk)
        session.save()

    for seconds, offered, taken in ((60, True, True), (40 * 60, False, True), (2 * 3600, False, False)):
        Token.objects.all().delete()
        signed_in(seconds)
        page = losa.get(TOKENS).content.decode()
        assert ('name="scopes"' in page, "/account/reauthenticate/" in page) == (offered, not offered)
        answer = losa.post(TOKENS, KEY).content.decode()
        assert Token.objects.exists() is taken
        assert taken or 'value="Nightly export"' in answer


def test_nobody_revokes_the_key_of_somebody_else(cast: Cast, as_: Any) -> None:
    made = tokens.make(actor=cast.losa.actor, account=cast.losa.account, name="x", scopes=["read"], days=9)
    for person in (cast.sven, cast.henri):
        client = as_(person.account)
        for number in (made.token.pk, 10**17):
            assert client.post(f"{TOKENS}/{number}/revoke").status_code == 404
        assert client.get(f"{TOKENS}/{made.token.pk}/revoke").status_code == 405
    assert tokens.fault(made.token) == ""
    assert as_(cast.losa.account).post(f"{TOKENS}/{10**20}/revoke").status_code == 404


def test_a_form_of_another_site_makes_no_key(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.losa.account)
    for address in (TOKENS, SERVICES, WEBHOOKS):
        assert strict.post(address, KEY).status_code == 403
    assert not Token.objects.exists()


# Services


def test_a_focal_point_makes_a_service_gives_it_a_key_and_closes_it(cast: Cast, as_: Any) -> None:
    losa = as_(cast.losa.account)
    made = losa.post(SERVICES, {"service": "Clearing-house", "party": "FJI", "role": "contributor"})
    assert made["Location"] == TOKENS
    service = Account.objects.get(kind="service")
    page = losa.get(TOKENS).content.decode()
    assert "Clearing-house" in page
    key = shown_key(losa.post(TOKENS, {**KEY, "account": str(service.pk)}).content.decode())
    assert tokens.known(key).account == service  # type: ignore[union-attr]
    assert losa.post(f"{SERVICES}/{service.pk}/close")["Location"] == TOKENS
    assert tokens.fault(tokens.known(key)) == "closed"  # type: ignore[arg-type]


def test_who_brings_in_nobody_makes_no_service(cast: Cast, as_: Any) -> None:
    service = tokens.make_service(
        actor=cast.losa.actor, party=Party.objects.get(pk="FJI"), name="Hers", role=Role.CONTRIBUTOR
    )
    for person in (cast.sven, cast.priya, cast.malia, cast.henri):
        client = as_(person.account)
        assert "Hers" not in client.get(TOKENS).content.decode()
        told = {"service": "x", "party": "FJI", "role": "contributor"}
        assert client.post(SERVICES, told).status_code == 404
        assert client.post(f"{SERVICES}/{service.pk}/close").status_code == 404
        client.post(TOKENS, {**KEY, "account": str(service.pk)})
    assert Account.objects.filter(kind="service", is_active=True).count() == 1
    assert not Token.objects.filter(account=service).exists()
    losa = as_(cast.losa.account)
    for told in ({"party": "navakavu"}, {"party": ""}, {"role": "focal_point"}, {"role": "administrator"}):
        more = {"service": "x", "party": "FJI", "role": "contributor", **told}
        assert losa.post(SERVICES, more).status_code == 400
    assert Account.objects.filter(kind="service").count() == 1


def test_an_administrator_makes_services_of_the_node(cast: Cast, as_: Any) -> None:
    Membership.objects.create(account=cast.sven.account, role=Role.ADMINISTRATOR)
    sven = as_(cast.sven.account)
    assert sven.post(SERVICES, {"service": "Import", "party": "", "role": "editor"})["Location"] == TOKENS
    held = Membership.objects.get(account__kind="service")
    assert (held.party, held.role) == (None, "editor")
    assert sven.post(SERVICES, {"service": "x", "party": "FJI", "role": "editor"}).status_code == 400


# Webhooks


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "resolve", lambda to, local=False: ["93.184.215.14"])


def test_a_webhook_is_registered_tried_and_removed(cast: Cast, as_: Any, names: None) -> None:
    sven = as_(cast.sven.account)
    made = sven.post(WEBHOOKS, {"url": "https://receiver.example/x?y=z", "verbs": ["publish"]}).content.decode()
    one = Webhook.objects.get()
    assert one.secret in made
    assert (one.account, one.formats, one.verbs) == (cast.sven.account, [], ["publish"])
    assert one.secret not in sven.get(WEBHOOKS).content.decode()
    assert sven.post(f"{WEBHOOKS}/{one.pk}/test")["Location"] == WEBHOOKS
    Delivery.objects.update(attempts=3, status=503, error="The answer was <503>.")
    page = sven.get(WEBHOOKS).content.decode()
    assert "The answer was &lt;503&gt;." in page
    Webhook.objects.update(disabled_at=timezone.now())
    assert f"{WEBHOOKS}/{one.pk}/on" in sven.get(WEBHOOKS).content.decode()
    sven.post(f"{WEBHOOKS}/{one.pk}/on")
    assert Webhook.objects.get().disabled_at is None
    sven.post(f"{WEBHOOKS}/{one.pk}/remove")
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("told", [
    {"url": ""}, {"url": "https://127.0.0.1/"}, {"url": "http://receiver.example/"}, {"url": "https://a.invalid/"},
    {"url": "https://receiver.example/", "verbs": ["sing"]}, {"url": "https://receiver.example/", "formats": ["x"]},
    {"url": "javascript:alert(7)"}, {"url": "https://receiver.example/\x00"},
])  # fmt: skip
def test_an_address_that_cannot_be_stays_in_the_form(cast: Cast, as_: Any, told: dict[str, Any]) -> None:
    response = as_(cast.sven.account).post(WEBHOOKS, told)
    assert response.status_code == 400
    assert not Webhook.objects.exists()


def test_webhooks_of_others_are_not_there(cast: Cast, as_: Any) -> None:
    one = Webhook.objects.create(account=cast.losa.account, url="https://losa.example/", secret="whsec_x")
    sven = as_(cast.sven.account)
    assert "losa.example" not in sven.get(WEBHOOKS).content.decode()
    for what in ("test", "on", "remove", "dance"):
        assert sven.post(f"{WEBHOOKS}/{one.pk}/{what}").status_code == 404
    assert Webhook.objects.exists()


# What a page costs


def _cost(client: Client, address: str) -> tuple[int, int]:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200
    return len(queries), len(response.content)


def test_the_pages_cost_the_same_with_one_item_and_with_thirty(cast: Cast, as_: Any) -> None:
    fiji = Party.objects.get(pk="FJI")

    def add(number: int) -> None:
        service = tokens.make_service(actor=cast.losa.actor, party=fiji, name=f"S{number}", role=Role.CONTRIBUTOR)
        tokens.make(actor=cast.losa.actor, account=service, name="x", scopes=["read"], days=9)
        tokens.make(actor=cast.losa.actor, account=cast.losa.account, name="x", scopes=list(tokens.Scope), days=9)
        hook = Webhook.objects.create(account=cast.losa.account, url=f"https://{number}.example/", secret="whsec_x")
        for _ in range(7):
            webhooks.send_test(actor=cast.losa.actor, webhook_id=hook.pk)

    losa = as_(cast.losa.account)
    add(0)
    one = {address: _cost(losa, address) for address in (TOKENS, WEBHOOKS)}
    for number in range(1, 30):
        add(number)
    for address, (queries, _) in one.items():
        many, size = _cost(losa, address)
        assert many == queries <= 12, address
        assert size < 400_000  # Before compression, which takes nine tenths of it.
    assert losa.get(WEBHOOKS).content.decode().count("<tr><td>") == 30 * 5
