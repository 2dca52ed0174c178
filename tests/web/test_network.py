"""The pages of the network: who is in it and how it stands, and the register of national clearing-houses."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from landbridge.exchange.models import NodeKey, Peer
from landbridge.exchange.national import register
from landbridge.registry import actions
from landbridge.registry.actions import NODE, receive_many
from landbridge.registry.receiving import Arrival
from landbridge.registry.rules import ANYONE
from landbridge.registry.workflow import Workflow
from landbridge.web import numbers
from tests.cast import Company, assemble_all
from tests.support import fill, record
from tests.web.reading import read_page, words
from tests.web.working import draft, published, see, signed_in

PEER = "https://other.example.org"
NOW = datetime.now(UTC)


@pytest.fixture
def cast(db: None, searchable: None) -> Company:
    return assemble_all()


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"host": "localhost", "accept-language": "en"})


def peer(address: str = PEER, **more: Any) -> Peer:
    seen = datetime.now(UTC) - timedelta(minutes=5)
    told = {"names": {"en": "Delta", "ar": "الدلتا"}, "seen_at": seen, "fingerprint": "ab" * 32}
    return Peer.objects.create(address=address, **{**told, **more})


def arrive(record_id: str, origin: str = PEER, visibility: str = "public", language: str = "en") -> None:
    data = record(record_id, "need", language, title=record_id).data
    arrival = Arrival(id=record_id, format="need", data=data, language=language, visibility=visibility)
    assert not receive_many([arrival], actor=NODE, workflow=Workflow.RECEIVED, origin=origin).refused
    numbers.forget()


def row_of(page: Any, address: str = PEER) -> str:
    return words(page, f"//tr[.//bdi[text()='{address}']]")


@pytest.mark.requirement("CHM-1")
def test_the_network_tells_who_is_in_it_how_fresh_and_how_much(cast: Company, visitor: Client) -> None:
    peer()
    arrive("far-1")
    arrive("far-2", language="ar")
    shown = row_of(see(visitor, "/network"))
    for told in ("Delta", "Up to date", "5 minutes ago", "2", "Needs: 2", "Arabic", "English"):
        assert told in shown, told
    assert "الدلتا" in row_of(read_page(visitor.get("/network", headers={"accept-language": "ar"})))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"failures": 3, "error": "refused by 10.1.2.3"}, "Exchange fails"),
        ({"failures": 3, "error": "refused by 10.1.2.3"}, "Failed exchanges in a row: 3"),
        ({"seen_at": NOW - timedelta(days=9)}, "Late"), ({"seen_at": None}, "Not exchanged yet"),
        ({"state": "paused"}, "Paused"), ({"state": "known"}, "Known through others"),
        ({"seen_at": NOW - timedelta(days=9), "every": 5 * 86400}, "Up to date"), ({"names": {}}, "other.example.org"),
        ({"names": {"en": "<img src=x>"}, "told": ["nothing"]}, "<img src=x>"),
    ],
)  # fmt: skip
def test_how_it_stands_with_a_node_is_said_in_words(
    cast: Company, visitor: Client, more: dict[str, Any], said: str
) -> None:
    peer(**more)
    assert said in row_of(see(visitor, "/network"))
    assert "10.1.2.3" not in words(see(visitor, "/network")), "what lies behind is for those who run the node"
    if "error" in more:
        assert "refused by 10.1.2.3" in row_of(see(signed_in(cast.ada), "/network"))


def test_only_who_runs_the_node_sees_whom_it_blocks(cast: Company, visitor: Client) -> None:
    peer(state="blocked")
    for person in (visitor, signed_in(cast.losa), signed_in(cast.henri)):
        assert PEER not in person.get("/network").content.decode()
        assert PEER not in person.get("/network?format=json").content.decode()
    assert "Blocked" in row_of(see(signed_in(cast.ada), "/network"))


def test_records_that_a_reader_may_not_see_are_not_counted(cast: Company, visitor: Client) -> None:
    peer()
    arrive("far-1")
    arrive("far-secret", visibility="network")
    assert visitor.get("/network?format=json").json()["nodes"][0]["records"] == 1
    assert "far-secret" not in visitor.get("/network").content.decode()
    assert signed_in(cast.losa).get("/network?format=json").json()["nodes"][0]["records"] == 2
    assert visitor.get("/network?format=json").json()["nodes"][0]["records"] == 1, "nobody gets another's figures"


def test_programs_read_the_same(cast: Company, visitor: Client) -> None:
    peer(error="secret path", reach="https://10.0.0.7")
    arrive("far-1")
    arrive("thing-1", origin="source:list")
    told = visitor.get("/network?format=json").json()
    assert told["nodes"] == [{
        "address": PEER, "names": {"en": "Delta", "ar": "الدلتا"}, "state": "fresh", "fingerprint": "ab" * 32,
        "last_exchange": told["nodes"][0]["last_exchange"], "records": 1, "formats": {"need": 1},
        "languages": {"en": 1},
    }]  # fmt: skip
    assert told["sources"] == {"records": 1, "formats": {"need": 1}}
    assert told["node"]["state"] == "this"


def test_the_fingerprint_of_this_node_can_be_read_out(cast: Company, visitor: Client) -> None:
    NodeKey.objects.create(id="0123" * 16, public="x", private="hidden-half", since=NOW)
    NodeKey.objects.create(id="f" * 64, public="x", private="", since=NOW, spare=True)
    page = see(visitor, "/network")
    assert words(page, "//code[@class='seed']") == " ".join(["0123"] * 16)
    assert "hidden-half" not in visitor.get("/network").content.decode()


def test_a_node_alone_is_told_how_to_join(cast: Company, visitor: Client) -> None:
    assert "stands alone" in words(see(visitor, "/network"))
    assert "How to join" in words(see(visitor, "/network"))


@pytest.mark.parametrize("peers", [1, 30])
def test_thirty_nodes_cost_no_more_than_one(
    cast: Company, visitor: Client, django_assert_max_num_queries: Any, peers: int
) -> None:
    for number in range(peers):
        peer(f"https://n{number}.example.org")
        arrive(f"far-{number}", origin=f"https://n{number}.example.org")
    with django_assert_max_num_queries(6):
        response = visitor.get("/network", headers={"accept-encoding": "gzip"})
    assert len(response.content) < 60_000
    ada = signed_in(cast.ada)
    with django_assert_max_num_queries(12):
        assert ada.get("/network").status_code == 200


# The register


def clearing_house(person: Any, owner: str, **more: Any) -> str:
    data = {"title": f"Exchange of {owner}", "party": owner, **more}
    return published(person, owner, format="clearing_house", data=data)


def rows(client: Client, query: str = "") -> dict[str, dict[str, str]]:
    text = client.get(f"/network/national?format=csv{query}").content.decode("utf-8-sig")
    return {row["party"]: row for row in csv.DictReader(io.StringIO(text))}


@pytest.mark.requirement("CHM-17", "IAC-B.1")
def test_what_is_told_stands_beside_what_is_measured(cast: Company, visitor: Client) -> None:
    clearing_house(
        cast.losa, "FJI", clearing_house_status="working", obstacles=["staff", "funding"], help_wanted=["training"],
        node_address=f"{PEER}/", contents=[{"kind": "projects", "count": 1234}],
    )  # fmt: skip
    peer()
    arrive("far-1")
    page = see(visitor, "/network/national")
    shown = words(page, "//article[@aria-labelledby='p-FJI']")
    for told in ("Fiji", "Working", "Exchange of FJI", "Projects and programmes (1,234)", "Too few staff", "Training",
                 PEER, "5 minutes ago", "records received: 1", "Published by the Party here1"):  # fmt: skip
        assert told in shown, told
    assert "Told by others" not in shown
    assert "Too few staff" in words(page, "//table[@class='bars']")
    assert page.xpath("//section[@aria-labelledby='h-silent']//a[@href='/parties/KEN']")


def test_only_a_partys_authority_speaks_for_it(cast: Company, visitor: Client) -> None:
    """Another node says that it is Kenya's, and so does somebody here who works for nobody."""
    data = record("x", "clearing_house", title="Not Kenya's", party="KEN", node_address=PEER).data
    arrival = Arrival(id="far-chm", format="clearing_house", data=data)
    assert not receive_many([arrival], actor=NODE, workflow=Workflow.RECEIVED, origin=PEER).refused
    peer()
    page = see(visitor, "/network/national")
    assert "As another node tells" in words(page, "//article[@aria-labelledby='p-KEN']")
    assert "African Group" not in words(see(visitor, "/network")), "a node is not of a Party because it says so"
    own = clearing_house(cast.wanjiru, "KEN", clearing_house_status="being-built")
    assert rows(visitor)["KEN"]["record"] == own
    assert rows(visitor)["KEN"]["own_word"] == "yes"


@pytest.mark.requirement("IAC-B.8")
def test_what_is_missing_is_not_taken_for_nothing(cast: Company, visitor: Client) -> None:
    every = rows(visitor)
    assert len(every) == 196
    silent = every["TUV"]
    assert (silent["told"], silent["status"], silent["received_from_node"]) == ("no", "", "")
    assert silent["confirmed_in_time"] == "", "no records, no share"
    page = see(visitor, "/network/national")
    assert "No clearing-house is told of here yet" in words(page)
    assert "does not mean that there is nothing" in words(page)


def test_what_is_not_published_or_not_for_this_reader_is_not_in_the_register(cast: Company, visitor: Client) -> None:
    data = {"title": "Draft", "party": "FJI", "obstacles": ["mandate"]}
    kept = draft(cast.losa, "FJI", format="clearing_house", data=data)
    assert rows(visitor)["FJI"]["told"] == "no"
    actions.publish(actor=cast.losa.actor, record_id=kept, visibility="parties")
    assert rows(visitor)["FJI"]["told"] == "no"
    assert not register(ANYONE).obstacles
    assert rows(signed_in(cast.wanjiru))["FJI"]["obstacles"] == "mandate"


def test_it_is_filtered_by_region_and_status(cast: Company, visitor: Client) -> None:
    clearing_house(cast.losa, "FJI", clearing_house_status="working")
    clearing_house(cast.wanjiru, "KEN", clearing_house_status="closed")
    assert "FJI" not in rows(visitor, "&region=AFR")
    assert set(rows(visitor, "&status=working")) == {"FJI"}
    assert rows(visitor, "&status=not-told&region=AFR").keys() >= {"GHA"}
    assert len(rows(visitor, "&region=%00&status=x'--")) == 196
    see(visitor, "/network/national?region=APAC&status=closed")


def test_a_cell_is_no_formula(cast: Company, visitor: Client) -> None:
    clearing_house(cast.losa, "FJI", software="=HYPERLINK(1)")
    assert rows(visitor)["FJI"]["software"] == "'=HYPERLINK(1)"


def test_who_may_tell_is_shown_where(cast: Company) -> None:
    page = see(signed_in(cast.losa), "/network/national")
    assert page.xpath("//form[@action='/write/new/clearing_house']//input[@name='owner']/@value") == ["FJI"]
    assert not see(signed_in(cast.sven), "/network/national").xpath("//form[@action='/write/new/clearing_house']")


def test_samples_are_said_to_be_samples(cast: Company, visitor: Client) -> None:
    clearing_house(cast.losa, "FJI", sample=True)
    assert "1 of these is a sample record" in words(see(visitor, "/network/national"))
    assert rows(visitor)["FJI"]["sample"] == "yes"


def test_freshness_is_what_was_confirmed_in_time(db: None, engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    days = {"fresh": date(2027, 1, 1), "last-day": date(2026, 6, 1), "overdue": date(2026, 5, 31), "unknown": None}
    fill(engine, [replace(record(name, places=["FJI"]), confirm_by=day) for name, day in days.items()])
    monkeypatch.setattr("landbridge.exchange.national.index", lambda: engine)
    seen = {line.party: line.measured for line in register(ANYONE, today=date(2026, 6, 1)).lines}
    assert (seen["FJI"].about, seen["FJI"].fresh, seen["FJI"].freshness) == (4, 2, 0.5)
    assert seen["TUV"].freshness is None


@pytest.mark.parametrize("told", [1, 30])
def test_the_register_costs_the_same_for_many(
    cast: Company, visitor: Client, django_assert_max_num_queries: Any, told: int
) -> None:
    from landbridge.exchange.national import parties

    for number, party in enumerate(list(parties())[:told]):
        data = record("x", "clearing_house", title="Far", party=party, node_address=f"https://n{number}.example").data
        arrival = Arrival(id=f"chm-{number}", format="clearing_house", data=data)
        receive_many([arrival], actor=NODE, workflow=Workflow.RECEIVED, origin=PEER)
    with django_assert_max_num_queries(5):
        response = visitor.get("/network/national", headers={"accept-encoding": "gzip"})
    assert response.status_code == 200
    assert len(response.content) < 60_000
