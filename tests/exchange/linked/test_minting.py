"""DOIs: who gets one, what the registry is told, and what it hears when a record goes. The registry is a server on this
host that keeps to the rules of DataCite as far as we use them."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import orjson
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.test import Client

from landbridge.exchange.models import Doi
from landbridge.exchange.out.linked import minting
from landbridge.exchange.out.linked.minter import DataCite, NoMinter, NotMinted, State, minter
from landbridge.exchange.out.linked.minting import DoiFollower, MintDois, dois, named, tell
from landbridge.lib.environment import dois as setting
from landbridge.registry.actions import NODE, receive_many, retire
from landbridge.registry.erasing import erase
from landbridge.registry.models import Change
from landbridge.registry.queries import states
from landbridge.registry.workflow import Workflow
from tests.api.small import arrival

NOW = datetime(2030, 1, 1, tzinfo=UTC)
NEEDED = {"url", "titles", "creators", "publisher", "publicationYear", "types"}
KEY = "Basic " + base64.b64encode(b"NODE.TEST:secret").decode()


@dataclass
class Registry:
    """What it knows, and what it answers instead when it is broken."""

    url: str = ""
    broken: int = 0
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: int = 0

    def take(self, key: str, path: str, body: Any) -> tuple[int, Any]:
        """As DataCite: wrong password, half a description, or a state that does not follow are refused."""
        self.asked += 1
        told = body["data"]["attributes"]
        doi = path.removeprefix("/dois/")
        kept = {**self.known.get(doi, {"state": "draft"}), **told}
        if self.broken or key != KEY:
            return self.broken or 401, {"errors": [{"title": "Bad credentials."}]}
        if told["doi"] != doi or not doi.startswith("10.5072/"):
            return 422, {"errors": [{"title": "This prefix is not yours."}]}
        if told.get("event") == "publish" and not set(kept) >= NEEDED:
            return 422, {"errors": [{"title": f"{min(NEEDED - set(kept))} can't be blank"}]}
        after = {"publish": "findable", "hide": "registered"}.get(told.get("event", ""), kept["state"])
        self.known[doi] = {**kept, "state": after}
        return 200, {"data": {"id": doi}}


@contextmanager
def listening() -> Iterator[Registry]:
    it = Registry()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = it.take(self.headers.get("Authorization", ""), self.path, body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(orjson.dumps(answer))

        def log_message(self, format: str, *arguments: object) -> None:
            """The test looks at what is known."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    it.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def server() -> Iterator[Registry]:
    with listening() as it:
        yield it


@pytest.fixture
def registry(server: Registry, settings: Any) -> Registry:
    """A registry that knows nothing, and a node that has an account there."""
    server.known, server.asked, server.broken = {}, 0, 0
    settings.DOI = {
        "api": server.url, "prefix": "10.5072", "repository": "NODE.TEST", "password": "secret", "local": True,
    }  # fmt: skip
    return server


def follow() -> None:
    """What the follower does with the whole journal."""
    changes = list(Change.objects.order_by("serial"))
    DoiFollower().apply(changes, states({one.record_id for one in changes}))


def bring(record_id: str, format: str = "resource", title: str = "Guide", origin: str = "", **more: Any) -> None:
    visibility = more.pop("visibility", "public")
    data = {"title": {"en": title}, "summary": {"en": "S"}, **more}
    one = {"id": record_id, "format": format, "language": "en", "visibility": visibility, "data": data}
    workflow = Workflow.RECEIVED if origin else Workflow.REFERENCE
    assert not receive_many([arrival(one)], actor=NODE, workflow=workflow, origin=origin).refused


def late() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=5)


@pytest.mark.django_db
def test_our_own_public_records_get_one(registry: Registry) -> None:
    bring("guide")
    bring("need", "need")
    bring("theirs", origin="https://node.example")
    bring("invented", sample=True)
    bring("kept", visibility="network")
    follow()
    assert tell(minter(), late()) == 1
    doi = named("guide", "10.5072")
    assert registry.known == {doi: registry.known[doi]}
    told = registry.known[doi]
    assert (told["state"], told["url"]) == ("findable", "http://127.0.0.1:8000/records/guide")
    assert dois(["guide", "need", "theirs", "invented", "kept"]) == {"guide": doi}


@pytest.mark.django_db
def test_a_change_is_told_and_a_withdrawal_hides(registry: Registry) -> None:
    bring("guide")
    follow()
    tell(minter(), late())
    bring("guide", title="Second edition")
    follow()
    tell(minter(), late())
    told = registry.known[named("guide", "10.5072")]
    assert told["titles"] == [{"title": "Second edition", "lang": "en"}]
    retire(actor=NODE, record_id="guide")
    follow()
    tell(minter(), late())
    told = registry.known[named("guide", "10.5072")]
    assert (told["state"], told["titles"][0]["title"]) == ("registered", "Second edition")
    assert Doi.objects.get().state == State.REGISTERED
    before = registry.asked
    assert tell(minter(), late()) == 0
    assert registry.asked == before


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["erased", "kept from the public"])
def test_the_registry_forgets_what_nobody_may_read_any_more(registry: Registry, way: str) -> None:
    bring("guide", title="Zyxwombat", authors=["Zyxwombat Press"])
    follow()
    tell(minter(), late())
    doi = named("guide", "10.5072")
    assert "Zyxwombat" in str(registry.known[doi])
    if way == "erased":
        with transaction.atomic():
            erase(["guide"])
    else:
        bring("guide", title="Zyxwombat", authors=["Zyxwombat Press"], visibility="network")
    follow()
    tell(minter(), late())
    told = registry.known[doi]
    assert "Zyxwombat" not in str(told)
    assert (told["state"], told["url"]) == ("registered", "http://127.0.0.1:8000/records/guide")
    assert set(told) >= NEEDED


@pytest.mark.django_db
def test_what_was_withdrawn_before_anybody_was_told_has_none(registry: Registry) -> None:
    bring("guide")
    follow()
    retire(actor=NODE, record_id="guide")
    follow()
    tell(minter(), late())
    assert not registry.asked
    assert not Doi.objects.exists()


@pytest.mark.django_db
def test_a_registry_that_is_down_is_asked_again(registry: Registry) -> None:
    for name in ("one", "two", "three"):
        bring(name)
    follow()
    registry.broken = 503
    assert tell(minter(), late()) == 0
    assert registry.asked == 1, "what waits behind it does not knock at a closed door"
    failed = Doi.objects.get(attempts=1)
    assert "503" in failed.error
    assert dois([failed.pk]) == {}
    registry.broken = 0
    assert tell(minter(), late() + timedelta(minutes=2)) == 3
    assert len(dois(["one", "two", "three"])) == 3


@pytest.mark.django_db
def test_what_is_refused_waits_for_a_person_and_stops_nobody(registry: Registry, monkeypatch: Any) -> None:
    bring("half")
    bring("whole")
    follow()
    real = minting.metadata
    monkeypatch.setattr(
        minting, "metadata", lambda view, titles: {"url": "x"} if view.id == "half" else real(view, titles)
    )
    tell(minter(), late())
    half = Doi.objects.get(pk="half")
    assert half.error == "DataCite answered 422: creators can't be blank"
    assert half.due_at is not None
    assert half.due_at > late() + timedelta(hours=12)
    assert set(dois(["half", "whole"])) == {"whole"}


def test_a_wrong_password_is_said_without_it(server: Registry) -> None:
    server.broken = 0
    with pytest.raises(NotMinted, match="401: Bad credentials") as caught:
        DataCite(server.url, "10.5072", "NODE.TEST", "wrong-one", local=True).put("10.5072/x", State.FINDABLE, {})
    assert caught.value.refused
    assert "wrong-one" not in str(caught.value)
    with pytest.raises(NotMinted, match="https"):
        DataCite(server.url, "10.5072", "NODE.TEST", "secret").put("10.5072/x", State.DRAFT, {})


@pytest.mark.django_db
def test_a_node_without_dois_gives_none_and_asks_nothing(django_assert_num_queries: Any) -> None:
    assert isinstance(minter(), NoMinter)
    bring("guide")
    follow()
    assert not Doi.objects.exists()
    with django_assert_num_queries(0):
        assert dois(["guide"]) == {}
        MintDois(start=pytest.fail).run(NOW)


@pytest.mark.django_db
@pytest.mark.once
def test_the_doi_stands_where_it_is_cited(registry: Registry, settings: Any) -> None:
    bring("guide")
    follow()
    begun: list[datetime] = []
    MintDois(start=begun.append).run(late())
    assert len(begun) == 1
    tell(minter(), begun[0])
    doi = named("guide", "10.5072")
    visitor = Client(headers={"host": "localhost"})
    xml = visitor.get("/records/guide/datacite.xml").content.decode()
    assert f'<identifier identifierType="DOI">{doi}</identifier>' in xml
    told = visitor.get("/records/guide.jsonld")
    assert orjson.loads(told.content)["sameAs"] == f"https://doi.org/{doi}"
    assert f'<https://doi.org/{doi}>; rel="cite-as"' in told["Link"]


def test_the_setting() -> None:
    assert setting("") == {}
    assert setting("https://NODE.TEST:a%2Fb@api.test.datacite.org/10.5072") == {
        "api": "https://api.test.datacite.org", "prefix": "10.5072", "repository": "NODE.TEST", "password": "a/b",
    }  # fmt: skip
    for wrong in ("http://a:hidden@x/10.5072", "https://x/10.5072", "https://a:hidden@x/10.1", "https://a:hidden@[x",
                  "https://a:hidden@x/10.5072?y", "yes"):  # fmt: skip
        with pytest.raises(ImproperlyConfigured) as caught:
            setting(wrong)
        assert "hidden" not in str(caught.value)


def test_a_format_that_is_none_is_said(settings: Any) -> None:
    settings.DOI_FORMATS = ["resource", "novel"]
    with pytest.raises(ImproperlyConfigured, match="novel"):
        DoiFollower()
