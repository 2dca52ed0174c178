"""What others say of a record stands beside it, with their names; and where a record comes from stands at its end."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from landbridge.exchange.annotations import AnnotationFollower
from landbridge.exchange.models import About, Peer, Received, Source, SourceItem
from landbridge.registry import actions, copies
from landbridge.registry.actions import NODE, receive_many
from landbridge.registry.models import Change
from landbridge.registry.queries import get, states
from landbridge.registry.receiving import Arrival
from landbridge.registry.rules import ANYONE
from landbridge.registry.workflow import State, Verb, Workflow
from landbridge.search.query import UNLISTED, Query, search
from tests.cast import Cast, assemble
from tests.support import fill, record
from tests.web.reading import read_page, words
from tests.web.working import draft, published, see, signed_in

PEER = "https://other.example.org"
DAY = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture
def cast(db: None, searchable: None) -> Cast:
    return assemble()


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"host": "localhost", "accept-language": "en"})


def follow() -> None:
    """Let the follower read all of the journal."""
    changes: Sequence[Change] = list(Change.objects.order_by("serial"))
    AnnotationFollower().apply(changes, states({change.record_id for change in changes}))


def answers(kind: str, subject: str, **more: Any) -> dict[str, Any]:
    return {"title": f"A {kind}", "kind": kind, "subject_records": [{"record": subject}], **more}


def arrive(record_id: str, format: str, data: dict[str, Any], origin: str = PEER, state: str = State.PUBLISHED) -> None:
    """A record as another node, or a source, brings it."""
    clean = record(record_id, format, **data).data
    arrival = Arrival(id=record_id, format=format, data=clean, state=state)
    assert not receive_many([arrival], actor=NODE, workflow=Workflow.RECEIVED, origin=origin).refused


def said(page: Any) -> list[str]:
    return [" ".join(one.text_content().split()) for one in page.xpath("//section[@id='said']//h3")]


def test_a_record_shows_what_its_readers_may_read_of_what_others_say(cast: Cast, visitor: Client) -> None:
    need = published(cast.losa)
    published(cast.losa, format="annotation", data=answers("endorsement", need, said="Ours.", by=["Fiji"]))
    private = draft(cast.losa, format="annotation", data=answers("comment", need, said="For us alone."))
    actions.publish(actor=cast.losa.actor, record_id=private, visibility="private")
    draft(cast.losa, format="annotation", data=answers("comment", need, said="Not said yet."))
    follow()
    assert said(see(visitor, f"/records/{need}")) == ["Endorsed by Fiji"]
    assert said(see(signed_in(cast.losa), f"/records/{need}")) == ["Endorsed by Fiji", "Comment by Fiji"]
    before = get(need, ANYONE)
    assert before.data["title"] == {"en": "Restore the mangroves of Rewa"}


def test_what_is_retired_is_said_no_more(cast: Cast, visitor: Client) -> None:
    need = published(cast.losa)
    note = published(cast.losa, format="annotation", data=answers("comment", need))
    follow()
    assert About.objects.get().record_id == need
    actions.retire(actor=cast.losa.actor, record_id=note)
    assert said(see(visitor, f"/records/{need}")) == [], "also before the follower came by"
    follow()
    assert not About.objects.exists()


def test_the_name_that_another_node_gives_is_shown_as_its_word(cast: Cast, visitor: Client) -> None:
    """A node that endorses in the name of a Party does not speak for that Party."""
    need = published(cast.losa)
    Peer.objects.create(address=PEER, names={"en": "Node <b>of the</b> delta"})
    arrive("note-1", "annotation", answers("endorsement", need, by=["Kenya"], said="<script>alert(1)</script>"))
    follow()
    page = see(visitor, f"/records/{need}")
    assert said(page) == ["Endorsed by Kenya"]
    assert "As Node <b>of the</b> delta tells" in words(page, "//section[@id='said']")
    assert "<script>alert(1)</script>" in words(page, "//section[@id='said']")


def test_a_translation_is_offered_beside_the_versions_of_the_record(cast: Cast, visitor: Client) -> None:
    need = published(cast.losa)
    data = answers("translation", need, translated_title={"fr": "Restaurer les mangroves"},
                   translated_summary={"fr": "Des plants."}, by=["Institut"])  # fmt: skip
    published(cast.malia, owner="navakavu", format="annotation", workflow=Workflow.REFERENCE, data=data)
    follow()
    page = see(visitor, f"/records/{need}")
    link = page.xpath("//p[@class='versions']//a[starts-with(@href, '#said-')]")[0]
    assert link.text_content() == "French, by others"
    offered = page.xpath(f"//details[@id='{link.get('href')[1:]}']")[0]
    assert offered.xpath("div/@lang") == ["fr"]
    assert "Des plants." in offered.text_content()
    assert said(page) == ["Translated by Navakavu"]
    assert "In the name of Institut" in words(page, "//section[@id='said']")
    assert "Restaurer" not in words(page, "//h1")


def test_it_says_when_the_record_has_changed_since(cast: Cast, visitor: Client) -> None:
    need = published(cast.losa)
    now = get(need, ANYONE).sha256
    published(cast.losa, format="annotation", data=answers("comment", need, subject_digest=now))
    follow()
    assert "earlier version" not in words(see(visitor, f"/records/{need}"))
    actions.revise(actor=cast.losa.actor, record_id=need, language="en", data={"title": "New", "summary": "New."})
    actions.publish(actor=cast.losa.actor, record_id=need)
    assert "Speaks of an earlier version" in words(see(visitor, f"/records/{need}"))


def test_a_record_is_annotated_from_its_page(cast: Cast) -> None:
    need, malia = published(cast.losa), signed_in(cast.malia)
    page = see(malia, f"/records/{need}")
    assert page.xpath(f"//a[@href='/records/{need}/say?kind=translation']")
    form = see(malia, f"/records/{need}/say?kind=translation")
    assert form.xpath("//input[@checked]/@value") == ["translation"]
    made = malia.post(f"/records/{need}/say", {"kind": "translation", "owner": "navakavu", "language": "fr"})
    copy = copies.mine(made.headers["Location"].rpartition("/")[2], cast.malia.actor)
    assert (copy.format, copy.owner, copy.language, copy.visibility) == ("annotation", "navakavu", "fr", "public")
    assert copy.answers["title"]["fr"].endswith("Restore the mangroves of Rewa")
    assert copy.answers["subject_records"] == [{"record": need, "relation": "translation"}]
    assert copy.answers["by"] == [{"name": "Navakavu"}]
    finished = copies.finish(actor=cast.malia.actor, copy_id=copy.id, verb=Verb.PUBLISH)
    follow()
    assert said(see(malia, f"/records/{need}")) == ["Translated by Navakavu"]
    assert see(malia, f"/records/{finished.id}").xpath(f"//dd//a[@href='/records/{need}']")


def test_nobody_annotates_what_they_may_not_read_or_for_whom_they_do_not_speak(cast: Cast, visitor: Client) -> None:
    hidden, need = draft(cast.losa), published(cast.losa)
    sven = signed_in(cast.sven)
    for address in (f"/records/{hidden}/say", "/records/nothing/say", "/records/%00/say"):
        assert sven.get(address).status_code == 404
        assert sven.post(address, {"kind": "comment"}).status_code == 404
    assert sven.post(f"/records/{need}/say", {"kind": "comment", "owner": "FJI"}).status_code == 403
    assert sven.post(f"/records/{need}/say", {"kind": "nonsense"}).status_code == 403
    assert visitor.get(f"/records/{need}/say").status_code == 302
    assert not see(visitor, f"/records/{need}").xpath("//a[contains(@href, '/say')]")


def test_what_is_said_of_a_record_for_few_is_for_the_same_few(cast: Cast) -> None:
    need = draft(cast.losa)
    actions.publish(actor=cast.losa.actor, record_id=need, visibility="parties")
    made = signed_in(cast.losa).post(f"/records/{need}/say", {"kind": "comment", "owner": "FJI", "language": "en"})
    copy = copies.mine(made.headers["Location"].rpartition("/")[2], cast.losa.actor)
    assert copy.visibility == "parties"


@pytest.mark.once
def test_a_search_finds_annotations_only_when_asked(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert UNLISTED == ("annotation",)
    fill(engine, [record("r", title="Mangrove nursery"),
                  record("a", "annotation", title="Comment: Mangrove nursery", kind="comment")])  # fmt: skip
    monkeypatch.setattr("landbridge.search.query.index", lambda: engine)
    assert [hit.id for hit in search(Query(text="mangrove")).hits] == ["r"]
    assert [hit.id for hit in search(Query(text="mangrove", types=("annotation",))).hits] == ["a"]
    assert [kind for kind, _ in search(Query()).facets["type"]] == ["technology"]


# Where a record comes from


def test_a_received_record_names_its_node_and_the_key(cast: Cast, visitor: Client) -> None:
    Peer.objects.create(address=PEER, names={"en": "Node of the delta", "fr": "Nœud du delta"})
    Peer.objects.create(address="https://hub.example.org", names={"en": "Hub"})
    arrive("far-1", "technology", {"title": "Far"})
    Received.objects.create(
        record_id="far-1", origin=PEER, via="https://hub.example.org", key="ab" * 32, sha256="0" * 64,
        sequence=int(DAY.timestamp() * 1000), first_at=DAY, seen_at=DAY,
    )  # fmt: skip
    told = words(see(visitor, "/records/far-1"), "//div[@id='origin']")
    assert "Node of the delta" in told
    assert "brought by Hub" in told
    assert "First seen on 3 March 2026, last seen on 3 March 2026" in told
    assert "As its node said it on 3 March 2026" in told
    assert "abababababababab…" in told
    assert see(visitor, "/records/far-1").xpath("//div[@id='origin']//a/@href") == [f"{PEER}/records/far-1"]
    data = visitor.get("/records/far-1.json").json()["origin"]
    assert (data["node"], data["key"], data["first_seen"][:10]) == (PEER, "ab" * 32, "2026-03-03")


def test_a_record_of_a_source_names_the_source(cast: Cast, visitor: Client) -> None:
    Source.objects.create(id="reefs", door="csv", title="List <of> reefs")
    arrive("reef-7", "technology", {"title": "Seven"}, origin="source:reefs")
    SourceItem.objects.create(
        source_id="reefs", key="7", record_id="reef-7", address="https://list.example.org/7", stated_at=DAY,
        first_at=DAY, seen_at=DAY, facts={"licence": "cc-by-4.0"},
    )  # fmt: skip
    page = see(visitor, "/records/reef-7")
    told = words(page, "//div[@id='origin']")
    for said_there in ("List <of> reefs", "As of 3 March 2026", "Licence there: cc-by-4.0", "Its name there: 7"):
        assert said_there in told
    assert page.xpath("//div[@id='origin']//a/@href") == ["https://list.example.org/7"]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "", "//evil.example"])
def test_an_address_that_is_none_is_no_link(cast: Cast, visitor: Client, address: str) -> None:
    Source.objects.create(id="odd", door="csv", title="Odd")
    arrive("odd-1", "technology", {"title": "Odd"}, origin="source:odd")
    SourceItem.objects.create(source_id="odd", key="1", record_id="odd-1", address=address, facts=["no", "facts"])
    assert not see(visitor, "/records/odd-1").xpath("//div[@id='origin']//a")


def test_a_record_whose_papers_are_lost_still_opens(cast: Cast, visitor: Client) -> None:
    arrive("lost-1", "technology", {"title": "Lost"}, origin="source:gone")
    arrive("lost-2", "technology", {"title": "Lost"}, origin="somewhere")
    Peer.objects.create(address="somewhere", names=["no", "names"])
    for one in ("lost-1", "lost-2"):
        assert "When it came is not known" in words(see(visitor, f"/records/{one}"), "//div[@id='origin']")
    assert visitor.get("/records/lost-1.json").json()["origin"]["source"] == "gone"


@pytest.mark.parametrize(("notes", "queries"), [(1, 10), (30, 10)])
def test_many_annotations_cost_no_more_than_one(
    cast: Cast, visitor: Client, django_assert_num_queries: Any, notes: int, queries: int
) -> None:
    arrive("far-1", "technology", {"title": "Far"})
    for number in range(notes):
        arrive(f"note-{number}", "annotation", answers("comment", "far-1", said=f"Word {number}"))
    follow()
    read_page(visitor.get("/records/far-1"))
    with django_assert_num_queries(queries):
        page = read_page(visitor.get("/records/far-1"))
    assert len(said(page)) == min(notes, 12)
    if notes > 12:
        assert "Show 18 more" in words(page)
        assert len(said(see(visitor, "/records/far-1?said=all"))) == notes
