"""Notifications between systems: ours before the library of COAR, theirs before our inbox, and what strangers try."""

import time
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from landbridge.exchange.models import Notification, NotifyOrigin, Peer
from landbridge.exchange.nodes.signatures import Asked, proven, sign
from landbridge.exchange.nodes.statements import signer
from landbridge.exchange.out.notify import actions, sending, taking
from landbridge.exchange.out.notify.reading import LARGEST, BadNotification, read
from landbridge.exchange.out.notify.sending import SendNotifications, serve
from landbridge.exchange.signing import encode
from landbridge.lib.doors.http import Unsafe
from landbridge.parties.models import Notice
from landbridge.registry.actions import NODE
from landbridge.registry.queries import Unknown
from landbridge.registry.writing import Conflict, Forbidden
from tests.cast import Cast, assemble
from tests.exchange.nodes.elsewhere import Elsewhere
from tests.exchange.partners.records import line, publish
from tests.exchange.receiver import Receiver, receiver
from tests.web.reading import read_page

BASE = "http://127.0.0.1:8000"
REPOSITORY = "https://research-organisation.org"
OFFER: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/activitystreams", "https://coar-notify.net"],
    "id": "urn:uuid:0370c0fb-bb78-4a9b-87f5-bed307a509dd", "type": ["Offer", "coar-notify:EndorsementAction"],
    "actor": {"id": REPOSITORY, "name": "A repository", "type": "Organization"},
    "origin": {"id": f"{REPOSITORY}/repository", "inbox": f"{REPOSITORY}/inbox/", "type": "Service"},
    "target": {"id": BASE, "inbox": f"{BASE}/inbox", "type": "Service"},
    "object": {
        "id": f"{REPOSITORY}/preprint/421/", "type": ["Page", "sorg:AboutPage"],
        "ietf:item": {"id": f"{REPOSITORY}/421.pdf", "mediaType": "application/pdf", "type": ["Article"]},
    },
}  # fmt: skip


def said(**more: Any) -> dict[str, Any]:
    return {**deepcopy(OFFER), "id": f"urn:uuid:{uuid4()}", **more}


def reply(pattern: str, to: Notification, **more: Any) -> dict[str, Any]:
    return said(type=pattern, inReplyTo=to.pk, object={"id": to.pk, "type": "Offer"}, **more)


WRONG: dict[str, Any] = {
    "no JSON": b"{", "a list": b"[]", "no context": said(**{"@context": "https://schema.org"}), "no id": said(id=""),
    "a relative id": said(id="421"), "a long id": said(id="urn:x:" + "a" * 400), "no pattern": said(type="Create"),
    "two patterns": said(type=["Offer", "Accept"]), "another inbox": said(target={"inbox": "https://a.example/inbox"}),
    "no target": said(target=None), "no origin": said(origin="x"), "no object": said(object=None),
    "two hosts": said(origin={"id": "https://a.example/", "inbox": "https://b.example/inbox"}),
    "a script": said(origin={"id": "javascript:alert(1)", "inbox": "javascript:alert(1)"}),
    "an odd inbox": said(origin={"id": ["x"], "inbox": {"x": 1}}), "an object by number": said(object=7),
    "a reply to nothing": said(type="Accept"), "long ago": said(published="2020-01-01T00:00:00Z"),
    "to come": said(published="2999-01-01T00:00:00Z"), "no moment": said(updated="soon"),
    "a NUL": orjson.dumps(said(summary="x")).replace(b'"x"', b'"\\u0000"'), "no text": b"\xff\xfe",
    "a half sign": orjson.dumps(said(summary="x")).replace(b'"x"', b'"\\ud800"'),
    "too deep": orjson.dumps(said(summary="x")).replace(b'"x"', b"[" * 200 + b"]" * 200),
    "endlessly deep": b"[" * 30_000,
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_notification_is_refused_in_one_sentence(what: str) -> None:
    body = WRONG[what]
    with pytest.raises(BadNotification, match=r"^[^\n]{10,400}\.$"):
        read(body if isinstance(body, bytes) else orjson.dumps(body))


def test_what_a_notification_says() -> None:
    told = read(orjson.dumps(said(object={"id": f"{BASE}/records/need-1"}, published=datetime.now(UTC).isoformat())))
    assert (told.pattern, told.origin, told.inbox) == ("Offer", REPOSITORY, f"{REPOSITORY}/inbox/")
    assert told.record_id == "need-1" and read(orjson.dumps(OFFER)).record_id == ""


def test_the_patterns_of_the_library_of_coar_are_understood() -> None:
    factory = pytest.importorskip("coarnotify.factory").COARNotifyFactory
    fixtures = pytest.importorskip("coarnotify.test.fixtures")
    names = [name for name in dir(fixtures) if name.endswith("Factory") and not name.startswith("Base")]
    seen = set()
    for name in names:
        if not hasattr(getattr(fixtures, name), "source"):
            continue
        source = {**getattr(fixtures, name).source(), "target": OFFER["target"]}
        factory.get_by_object(deepcopy(source))
        try:
            seen.add(read(orjson.dumps(source)).pattern)
        except BadNotification as bad:
            assert name == "NotifyFixtureFactory" or "one host" in str(bad), (name, bad)
    assert {"Offer", "Announce", "Accept", "Reject", "Undo"} <= seen


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def listening(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_LOCAL = True
    with receiver() as found:
        yield found


def post(client: Client, body: Any, kind: str = "application/ld+json", **headers: str) -> Any:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return client.post("/inbox", raw, content_type=kind, headers=headers)


class TestInbox:
    def test_a_stranger_is_kept_aside_once_and_moves_nothing(self, cast: Cast, client: Client) -> None:
        first, again = post(client, OFFER), post(client, OFFER)
        assert first.status_code == 202 and first.json()["state"] == "unproven" and again.status_code == 202
        assert Notification.objects.count() == 1 and first["Location"].startswith(f"{BASE}/inbox/")
        assert post(client, {**OFFER, "summary": "another"}).status_code == 409
        with pytest.raises(Conflict, match="allow its sender"):
            actions.answer(actor=cast.henri.actor, notification_id=OFFER["id"], how="accept")
        told = Notice.objects.filter(kind="notified")
        assert [one.account for one in told] == [cast.henri.account]
        post(client, said())
        assert told.count() == 1, "once a day of what nobody proved"

    def test_an_allowed_sender_is_believed_and_what_waited_counts(self, cast: Cast, client: Client) -> None:
        offer, withdrawn, undo = said(), said(), said()
        undo = said(type="Undo", inReplyTo=withdrawn["id"], object=withdrawn["id"])
        foreign = said(type="Undo", inReplyTo=offer["id"], object=offer["id"],
                       origin={"id": "https://a.example", "inbox": "https://a.example/inbox"})  # fmt: skip
        for one in (offer, withdrawn, undo, foreign):
            assert post(client, one).status_code == 202
        with pytest.raises(Forbidden):
            actions.allow(actor=cast.henri.actor, origin=REPOSITORY)
        assert actions.allow(actor=NODE, origin=f"{REPOSITORY}/inbox/") == 3
        assert actions.allow(actor=NODE, origin="https://a.example") == 1
        states = dict(Notification.objects.values_list("pk", "state"))
        assert states[offer["id"]] == "new" and states[withdrawn["id"]] == "undone"
        answer = post(client, said())
        assert answer.status_code == 201 and answer.json()["state"] == "new"
        actions.refuse(actor=NODE, origin=REPOSITORY)
        assert post(client, said()).status_code == 202

    def test_a_node_that_signs_is_believed_for_itself_and_once(self, cast: Cast, client: Client) -> None:
        togo = Elsewhere("https://togo.example")
        peer = Peer.objects.create(address=togo.node, fingerprint=togo.root.id, keys=togo.list())
        own = said(origin={"id": "https://togo.example", "inbox": "https://togo.example/inbox"})

        def proof(body: Any) -> dict[str, str]:
            plain = Asked("POST", "testserver", "/inbox", "", {}, orjson.dumps(body))
            return sign(plain, togo.node, togo.current.id, togo.current.private, time.time())

        headers = proof(own)
        assert post(client, own, **headers).status_code == 201
        assert post(client, own, **headers).status_code == 401, "the same request again"
        assert post(client, own, **proof(own)).status_code == 200, "the same notification in a new request"
        assert post(client, {**own, "summary": "x"}, **proof(own)).status_code == 401, "another body"
        assert post(client, OFFER, **proof(OFFER)).json()["state"] == "unproven", "a node signs for nobody else"
        Peer.objects.filter(pk=peer.pk).update(state="paused")
        other = said(origin=own["origin"])
        assert post(client, other, **proof(other)).status_code == 202

    def test_a_claimed_id_does_not_keep_out_who_proves_it(self, cast: Cast, client: Client) -> None:
        post(client, {**OFFER, "origin": {"id": "https://a.example", "inbox": "https://a.example/inbox"}})
        NotifyOrigin.objects.create(pk=REPOSITORY)
        assert post(client, OFFER).status_code == 201
        assert Notification.objects.get().other == f"{REPOSITORY}/inbox/"

    def test_sizes_kinds_and_rates(self, cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        assert post(client, b" " * (LARGEST + 1)).status_code == 413
        assert post(client, OFFER, kind="text/html").status_code == 415
        assert post(client, WRONG["two hosts"]).json()["error"].endswith("one host.")
        monkeypatch.setattr(taking, "MOST_OF_ONE", 1)
        assert [post(client, said()).status_code for _ in range(2)] == [202, 429]
        assert post(client, said(), **{"landbridge-node": "https://nobody.example"}).status_code == 429
        assert Notification.objects.count() == 1

    def test_too_many_requests_of_one_address(self, cast: Cast, client: Client, settings: LazySettings) -> None:
        settings.API_WRITES_PER_MINUTE = 2
        assert [post(client, b"{").status_code for _ in range(4)][-1] == 429

    def test_who_may_look_into_it(self, cast: Cast, client: Client) -> None:
        where = post(client, OFFER)["Location"].removeprefix(BASE)
        assert client.get("/inbox").status_code == 405 and client.get(where).status_code == 404
        assert "application/ld+json" in client.options("/inbox")["Accept-Post"]
        client.force_login(cast.sven.account)
        assert client.get("/inbox").status_code == 405 and client.get(where).status_code == 404
        client.force_login(cast.henri.account)
        assert client.get("/inbox").json()["contains"] == [f"{BASE}{where}"]
        assert client.get(where).json() == OFFER
        assert client.get("/inbox/AAAA").status_code == 404 and client.get("/inbox/_").status_code == 404


class TestOutbox:
    @pytest.fixture(autouse=True)
    def records(self, cast: Cast) -> None:
        publish(line("need-1", "need"))

    def offer(self, cast: Cast, inbox: str, pattern: str = "Offer") -> Notification:
        return actions.send(actor=cast.henri.actor, pattern=pattern, record_id="need-1", inbox=inbox)

    def test_who_may_send_what_where(self, cast: Cast, settings: LazySettings) -> None:
        for person in (cast.sven, cast.losa, cast.priya):
            with pytest.raises(Forbidden):
                actions.send(actor=person.actor, pattern="Offer", record_id="need-1", inbox="https://a.example/inbox")
        for record_id in ("hidden-need", "none", "a\0b"):
            with pytest.raises(Unknown):
                actions.send(actor=NODE, pattern="Offer", record_id=record_id, inbox="https://a.example/inbox")
        for inbox in (
            "http://a.example/inbox",
            "file:///etc/passwd",
            "https://u:p@a.example/",
            "https://a.example:22/",
        ):
            with pytest.raises(Unsafe):
                self.offer(cast, inbox)
        assert not Notification.objects.exists()

    def test_an_offer_leaves_signed_and_its_answer_counts(
        self, cast: Cast, listening: Receiver, client: Client
    ) -> None:
        one = self.offer(cast, listening.url)
        SendNotifications(serve).run(timezone.now())
        (message,) = listening.messages
        assert orjson.loads(message.body) == one.body and message.headers["content-type"] == "application/ld+json"
        asked = Asked("POST", listening.url.split("/")[2], "/hook", "of=landbridge", message.headers, message.body)
        assert proven(asked, encode(signer().private.public_key().public_bytes_raw()), time.time()).nonce
        one.refresh_from_db()
        assert (one.state, one.tries, one.next_at) == ("sent", 1, None)
        service = listening.url.rpartition("/")[0]
        theirs = {"id": f"{service}/", "inbox": listening.url, "type": "Service"}
        NotifyOrigin.objects.create(pk=service)
        NotifyOrigin.objects.create(pk=REPOSITORY)
        assert post(client, reply("Accept", one)).status_code == 201
        one.refresh_from_db()
        assert one.state == "sent", "somebody else has nothing to accept"
        assert post(client, reply("TentativeAccept", one, origin=theirs)).status_code == 201
        assert post(client, reply("Accept", one, origin=theirs)).status_code == 201
        one.refresh_from_db()
        assert one.state == "accepted"
        with pytest.raises(Conflict):
            actions.undo(actor=cast.henri.actor, notification_id=one.pk)

    def test_it_is_tried_again_and_given_up(self, cast: Cast, listening: Receiver) -> None:
        one = self.offer(cast, listening.url)
        listening.status = 503
        assert serve() == 1 and serve() == 0
        one.refresh_from_db()
        assert (one.state, one.tries, one.error) == ("new", 1, "The answer was 503.") and one.next_at > timezone.now()
        Notification.objects.update(tries=sending.TRIES - 1, next_at=timezone.now() - timedelta(seconds=1))
        assert serve() == 1
        one.refresh_from_db()
        assert (one.state, one.next_at) == ("failed", None)
        other, listening.status = self.offer(cast, listening.url), 404
        serve()
        other.refresh_from_db()
        assert (other.state, other.tries) == ("failed", 1)

    def test_nothing_leaves_to_a_neighbour_of_the_node(self, cast: Cast) -> None:
        one = self.offer(cast, "https://localhost/inbox")
        assert serve() == 1
        one.refresh_from_db()
        assert one.state == "failed" and one.error

    def test_what_we_send_is_valid_before_the_library_of_coar(
        self, cast: Cast, client: Client, settings: LazySettings
    ) -> None:
        settings.WEBHOOKS_LOCAL = True
        notify = pytest.importorskip("coarnotify.core.notify")
        patterns = pytest.importorskip("coarnotify.patterns")
        NotifyOrigin.objects.create(pk=REPOSITORY)
        ours = [self.offer(cast, "https://a.example/inbox"), self.offer(cast, "https://a.example/inbox", "Announce")]
        kinds = {"accept": "Accept", "reject": "Reject", "tentatively-accept": "TentativelyAccept",
                 "tentatively-reject": "TentativelyReject"}  # fmt: skip
        for how, kind in kinds.items():
            offer = said()
            assert post(client, offer).status_code == 201
            sent = actions.answer(actor=cast.henri.actor, notification_id=offer["id"], how=how)
            assert getattr(patterns, kind)(deepcopy(sent.body)).validate() and sent.in_reply_to == offer["id"]
            assert sent.other == f"{REPOSITORY}/inbox/" and read_back(sent) == sent.pattern
        with pytest.raises(Conflict):
            actions.answer(actor=cast.henri.actor, notification_id=Notification.objects.get(
                state="accepted").pk, how="reject")  # fmt: skip
        undone = actions.undo(actor=cast.henri.actor, notification_id=ours[0].pk)
        assert patterns.UndoOffer(deepcopy(undone.body)).validate()
        # Neither of the two alone is a pattern of the library: it knows them for reviews and endorsements only.
        for one in ours:
            bare = type("Bare", (notify.NotifyPattern,), {"TYPE": one.pattern})
            assert bare(deepcopy(one.body)).validate()

    def test_the_page(self, cast: Cast, client: Client) -> None:
        assert client.get("/notifications").status_code == 302
        client.force_login(cast.sven.account)
        assert client.get("/notifications").status_code == 403
        assert client.post("/notifications", {"do": "accept", "id": OFFER["id"]}).status_code == 403
        client.force_login(cast.henri.account)
        hostile = said(object={"id": f"{REPOSITORY}/x", "name": "<script>alert(1)</script>"})
        NotifyOrigin.objects.create(pk=REPOSITORY)
        for body in (OFFER, hostile):
            assert post(client, body).status_code == 201
        answer = client.get("/notifications")
        read_page(answer)
        page = answer.content.decode()
        assert 'value="accept"' in page and "<script>alert" not in page and 'value="allow"' not in page
        assert client.post("/notifications", {"do": "reject", "id": OFFER["id"]}).status_code == 302
        sent = {"do": "Offer", "record": "need-1", "inbox": "https://a.example/inbox"}
        assert client.post("/notifications", sent).status_code == 302
        assert Notification.objects.filter(direction="out").count() == 2
        for wrong in (
            {"do": "nonsense", "id": "\0"},
            {**sent, "inbox": "x"},
            {**sent, "record": "none"},
            {"do": "undo"},
        ):
            assert client.post("/notifications", wrong).status_code == 422, wrong
        assert client.post("/notifications", {"do": "allow", "id": "https://a.example"}).status_code == 403

    def test_the_page_asks_as_much_of_the_database_however_much_there_is(
        self, cast: Cast, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        client.force_login(cast.henri.account)
        for count in (1, 29):
            for _ in range(count):
                Notification.objects.create(
                    pk=f"urn:uuid:{uuid4()}", direction="in", pattern="Offer", other=f"{REPOSITORY}/inbox/", body=OFFER
                )
            with django_assert_max_num_queries(8):
                page = client.get("/notifications")
        assert "before=25" in page.content.decode()

    @pytest.mark.once
    def test_pages_lead_to_the_inbox(self, client: Client) -> None:
        for address in ("/", "/records/need-1"):
            assert f'<{BASE}/inbox>; rel="http://www.w3.org/ns/ldp#inbox"' in client.get(address)["Link"]


def read_back(sent: Notification) -> str:
    """What our own inbox would understand of it."""
    return read(orjson.dumps({**sent.body, "target": OFFER["target"]})).pattern


def test_what_nobody_proved_is_forgotten(db: None) -> None:
    now = timezone.now()
    for key, state, days in (("a", "unproven", 31), ("b", "unproven", 1), ("c", "new", 31), ("d", "new", 800)):
        Notification.objects.create(
            pk=f"urn:x:{key}", direction="in", pattern="Offer", other=REPOSITORY, body={}, state=state,
            at=now - timedelta(days=days),
        )  # fmt: skip
    taking.ForgetNotifications().run(now)
    assert sorted(Notification.objects.values_list("pk", flat=True)) == ["urn:x:b", "urn:x:c"]
