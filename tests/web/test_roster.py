"""The roster of experts: who is found by what, who counts in its balance, what stands on a shortlist, who may vet."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests.api.conftest import folder
from tests.cast import Cast, Person, assemble
from tests.hostile.looking import ask
from tests.registry.test_vetting import COMPLETE
from tests.web.reading import read_page

__all__ = ["folder"]
HOST = {"host": "localhost", "accept-language": "en"}
PEOPLE: dict[str, dict[str, Any]] = {
    "coral": {"title": {"en": "Coral adviser", "fr": "Conseil en coraux"}, "places": ["FJI"], "kinds": ["practice"],
              "languages": [{"language": "en", "level": "native"}, {"language": "fr", "level": "fair"}],
              "gender": "woman", "vetting": "approved", "confirmed_on": "2026-10-01",
              "available_period": {"start": "2026-12-01", "end": "2027-03-31"},
              "contacts": [{"email": "coral@example.org"}]},
    "lawyer": {"title": {"en": "Lawyer for access"}, "places": ["KEN"], "kinds": ["legal", "policy"],
               "languages": [{"language": "fr", "level": "excellent"}], "gender": "man", "confirmed_on": "2026-09-01"},
    "hidden": {"title": {"en": "Reef keeper"}, "places": ["WSM"], "withheld": ["contacts", "kinds"],
               "kinds": ["legal"], "contacts": [{"email": "keeper@example.org"}], "confirmed_on": "2026-08-01"},
    "formula": {"title": {"en": "=HYPERLINK(1)"}, "summary": {"en": "@x"}, "places": ["MEX"],
                "confirmed_on": "2026-07-01"},
}  # fmt: skip


def _bring(people: dict[str, dict[str, Any]]) -> None:
    from tests.api.small import publish

    publish([
        {"id": name, "format": "expert", "language": "en", "data": {"summary": {"en": f"About {name}."}, **data}}
        for name, data in people.items()
    ])  # fmt: skip


@pytest.fixture
def roster(db: None, folder: Any, translations: None) -> Iterator[None]:
    """The experts, and a record that is none."""
    from landbridge.web import roster as shown
    from tests.api.small import PUBLIC, publish

    shown.forget()
    publish(PUBLIC[:2])
    _bring(PEOPLE)
    yield
    shown.forget()


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


def _client(person: Person | None = None) -> Client:
    client = Client(headers=HOST)
    if person is not None:
        client.force_login(person.account)
    return client


def _found(address: str, client: Client | None = None) -> list[str]:
    page = read_page((client or _client()).get(address), 200)
    return [
        link.get("href").removeprefix("/records/") for link in page.xpath("//ul[contains(@class, 'experts')]//h2/a")
    ]


@pytest.mark.requirement("EXP-1")
@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/roster", ["coral", "lawyer", "hidden", "formula"]),
        ("/roster?kind=legal", ["lawyer"]),
        ("/roster?kind=legal&kind=practice", ["coral", "lawyer"]),
        ("/roster?speaks=fr", ["coral", "lawyer"]),
        ("/roster?speaks=fr&level=good", ["lawyer"]),
        ("/roster?speaks=French&level=fair", ["coral", "lawyer"]),
        ("/roster?speaks=fr&level=native", []),
        ("/roster?place=FJI", ["coral"]),
        ("/roster?place=Oceania", ["coral", "hidden"]),
        ("/roster?place=%E8%82%AF%E5%B0%BC%E4%BA%9A", ["lawyer"]),
        ("/roster?place=Oceania&speaks=fr&kind=practice", ["coral"]),
        ("/roster?vetting=approved", ["coral"]),
        ("/roster?vetting=self_declared", ["lawyer", "hidden", "formula"]),
        ("/roster?on=2027-01-15&kind=practice", ["coral"]),
        ("/roster?on=2027-04-15&kind=practice", []),
        ("/roster?on=2026-11-01", ["lawyer", "hidden", "formula"]),
        ("/roster?q=coral", ["coral"]),
        ("/roster?q=corail&lang=fr", ["coral"]),
        ("/roster?q=mangrove+nursery", []),
        ("/roster?page=2", []),
    ],
)
def test_an_expert_is_found_by(roster: None, address: str, names: list[str]) -> None:
    assert _found(address) == names


@pytest.mark.parametrize(
    "address",
    ["/roster?place=Atlantis", "/roster?kind=wizard", "/roster?speaks=zz&level=x", "/roster?speaks=fr&level=x",
     "/roster?vetting=blessed", "/roster?on=yesterday", "/roster?on=2026-02-30", "/roster?support=x"],
)  # fmt: skip
def test_what_is_not_known_is_said_and_what_was_typed_stays(roster: None, address: str) -> None:
    page = read_page(_client().get(f"{address}&q=reefs"), 400)
    assert page.xpath("//div[@role='alert']")
    assert page.xpath("//input[@id='f-q']/@value") == ["reefs"]


@pytest.mark.parametrize("odd", ["?page=0", "?page=-1", "?page=9999", "?page=x", "?q=%00", "?kind=%00", "?on=%00",
                                 "?place=" + "x" * 5000, "?speaks[]=1"])  # fmt: skip
def test_no_address_brings_the_roster_down(roster: None, odd: str) -> None:
    assert ask(_client(), f"/roster{odd}")[0] in (200, 400)


def test_a_row_tells_what_decides_and_nothing_withheld(roster: None) -> None:
    page = read_page(_client().get("/roster"), 200)
    rows = [" ".join(row.text_content().split()) for row in page.xpath("//ul[contains(@class, 'experts')]/li")]
    assert "English (mother tongue), French (fair)" in rows[0]
    assert "Approved" in rows[0] and "1 December 2026 to 31 March 2027" in rows[0]
    assert "Self-declared" in rows[1] and "Fiji" in rows[0]
    assert "Legal" not in rows[2]


def test_filters_that_are_set_can_be_taken_away(roster: None) -> None:
    page = read_page(_client().get("/roster?kind=legal&speaks=fr&level=good&place=KEN&q=lawyer"), 200)
    links = page.xpath("//div[@class='chosen']//a/@href")
    assert links == [
        "/roster?q=lawyer&place=KEN&speaks=fr&level=good", "/roster?q=lawyer&kind=legal&speaks=fr&level=good",
        "/roster?q=lawyer&kind=legal&place=KEN",
    ]  # fmt: skip


def test_pages_follow_each_other(roster: None) -> None:
    _bring({f"many{number:02}": {"title": {"en": f"Adviser {number}"}} for number in range(30)})
    first, second = _found("/roster"), _found("/roster?page=2")
    assert (len(first), len(second), set(first) & set(second)) == (20, 14, set())


@pytest.mark.parametrize("count", [1, 30])
def test_pages_cost_the_same_whatever_they_hold(cast: Cast, folder: Any, translations: None, count: int) -> None:
    _bring({f"e{number}": {"title": {"en": f"Adviser {number}"}} for number in range(count)})
    client = _client(cast.henri)
    client.post("/roster/shortlist/change", {"expert": [f"e{number}" for number in range(count)], "do": "add"})
    costs = {}
    for address in ("/roster", "/roster/queue", "/roster/shortlist", "/roster/shortlist.csv", "/roster/experts/e0",
                    "/roster/apply"):  # fmt: skip
        with CaptureQueriesContext(
            connection,
        ) as asked:
            response = client.get(address)
        assert response.status_code == 200, address
        assert len(response.content) < 80_000
        costs[address] = len(asked)
    assert costs == QUERIES


QUERIES = {
    "/roster": 3, "/roster/queue": 5, "/roster/shortlist": 6, "/roster/shortlist.csv": 5, "/roster/experts/e0": 9,
    "/roster/apply": 4,
}  # fmt: skip


def _counts(client: Client, title: str) -> dict[str, int]:
    rows = csv.reader(io.StringIO(client.get("/roster/statistics.csv").content.decode("utf-8-sig")))
    return {value: int(count) for table, value, count in rows if table == title}


def test_the_balance_counts_what_readers_may_see(roster: None) -> None:
    client = _client()
    assert _counts(client, "Kind of expertise") == {
        "Practical and operational": 1, "Legal": 1, "Policy and regulation": 1,
    }  # fmt: skip
    groups = _counts(client, "Regional group of the Convention")
    assert groups == {"African Group": 1, "Asia-Pacific Group": 2, "Central and Eastern European Group": 0,
                      "Latin American and Caribbean Group": 1, "Western European and Others Group": 0}  # fmt: skip
    assert _counts(client, "State of vetting") == {
        "Self-declared": 3, "Nominated": 0, "Approved": 1, "References checked": 0,
    }  # fmt: skip
    assert _counts(client, "Languages spoken") == {"French": 2, "English": 1}
    page = read_page(client.get("/roster/statistics"), 200)
    assert "4 experts are listed." in page.text_content()


def test_no_small_group_of_a_gender_is_told(roster: None) -> None:
    from landbridge.web import roster as shown

    assert _counts(_client(), "Gender, where it was told") == {"Not told, or fewer than 5": 4}
    _bring({f"w{number}": {"title": {"en": "x"}, "gender": word} for number, word in
            enumerate(("Mujer", "female", "女", "femme"))})  # fmt: skip
    shown.forget()
    assert _counts(_client(), "Gender, where it was told") == {"Women": 5, "Not told, or fewer than 5": 3}
    assert "gender" not in _client().get("/api/v1/records/coral").json()["data"]


def test_experts_who_are_not_public_count_for_those_who_see_them(cast: Cast, folder: Any, translations: None) -> None:
    from landbridge.web import roster as shown
    from tests.api.small import publish

    shown.forget()
    publish([{"id": "quiet", "format": "expert", "language": "en", "visibility": "parties",
              "data": {"title": {"en": "Quiet"}, "summary": {"en": "s"}, "kinds": ["legal"]}}])  # fmt: skip
    assert _counts(_client(), "Kind of expertise") == {}
    assert _counts(_client(cast.losa), "Kind of expertise") == {"Legal": 1}
    assert _counts(_client(), "Kind of expertise") == {}


def test_a_shortlist_is_kept_shown_and_exported_with_what_its_maker_may_see(roster: None, cast: Cast) -> None:
    client = _client(cast.losa)
    ids = ["formula", "coral", "hidden", "mangrove-nursery", "nobody"]
    response = client.post("/roster/shortlist/change", {"expert": ids, "do": "add", "back": "/roster?kind=legal"})
    assert response["Location"] == "/roster?kind=legal"
    page = client.get("/roster/shortlist").content.decode()
    assert "Coral adviser" in page and "coral@example.org" in page and "keeper@example.org" not in page
    assert "2 experts of your list are not in the roster any more" in page
    rows = list(csv.reader(io.StringIO(client.get("/roster/shortlist.csv").content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["'=HYPERLINK(1)", "Coral adviser", "Reef keeper"]
    assert rows[1][1] == "'@x"
    assert rows[2][9] == "coral@example.org" and rows[3][9] == ""
    sheet = load_workbook(io.BytesIO(client.get("/roster/shortlist.xlsx").content)).active
    assert sheet is not None
    assert [cell.data_type for cell in sheet["A"]] == ["s"] * 4
    assert sheet["A2"].value == "'=HYPERLINK(1)"
    client.post("/roster/shortlist/change", {"expert": ["coral"], "do": "remove"})
    assert "Coral adviser" not in client.get("/roster/shortlist").content.decode()
    client.post("/roster/shortlist/change", {"do": "clear"})
    assert "Nobody is on your list" in client.get("/roster/shortlist").content.decode()


def test_the_help_desk_sees_more_on_its_shortlist(roster: None, cast: Cast) -> None:
    client = _client(cast.henri)
    client.post("/roster/shortlist/change", {"expert": ["hidden"], "do": "add"})
    assert "keeper@example.org" in client.get("/roster/shortlist").content.decode()


def test_a_shortlist_is_nobodys_but_its_makers_and_has_an_end(roster: None, cast: Cast) -> None:
    for address in ("/roster/shortlist", "/roster/shortlist.csv", "/roster/shortlist.xlsx"):
        assert ask(_client(), address)[0] == 302
    assert ask(_client(), "/roster/shortlist/change", "POST")[0] in (302, 403)
    losa, sven = _client(cast.losa), _client(cast.sven)
    losa.post("/roster/shortlist/change", {"expert": ["coral"], "do": "add"})
    assert "Coral adviser" not in sven.get("/roster/shortlist").content.decode()
    losa.post("/roster/shortlist/change", {"expert": [f"x{number}" for number in range(200)], "do": "add"})
    assert len(losa.session["shortlist"]) == 60
    for back in ("https://evil.example/roster", "//evil.example", "/\\evil.example", "javascript:1", "/desk"):
        away = losa.post("/roster/shortlist/change", {"do": "add", "back": back})["Location"]
        assert away == "/roster/shortlist"


def test_an_application_begins_with_consent(cast: Cast, folder: Any, translations: None) -> None:
    from landbridge.registry.models import WorkingCopy

    client = _client(cast.sven)
    assert ask(_client(), "/roster/apply")[0] == 302
    assert "agree to be listed" in client.get("/roster/apply").content.decode()
    assert client.post("/roster/apply").status_code == 422
    assert not WorkingCopy.objects.exists()
    response = client.post("/roster/apply", {"agree": "yes"})
    copy = WorkingCopy.objects.get(account=cast.sven.account)
    assert response["Location"] == f"/write/{copy.id}"
    assert (copy.format, copy.owner, copy.answers["consent_to_list"]) == ("expert", "", True)


def _applied(cast: Cast) -> None:
    from landbridge.registry.actions import draft, submit

    draft(actor=cast.sven.actor, format="expert", data=COMPLETE, record_id="tanoa")
    submit(actor=cast.sven.actor, record_id="tanoa")


def test_an_expert_goes_the_whole_way_in_the_browser(cast: Cast, folder: Any, translations: None) -> None:
    from landbridge.registry import journal

    _applied(cast)
    henri, losa, sven = _client(cast.henri), _client(cast.losa), _client(cast.sven)
    assert "Tanoa reef adviser" in henri.get("/roster/queue").content.decode()
    at = "/roster/experts/tanoa"
    assert henri.post(at, {"do": "approve"}).status_code == 409
    assert henri.post(at, {"do": "list"})["Location"] == at
    journal.follow_to_end()
    assert _found("/roster?vetting=self_declared") == ["tanoa"]
    assert "Nominate for Fiji" in losa.get(at).content.decode()
    assert losa.post(at, {"do": "nominate:FJI", "note": "We know her work."})["Location"] == at
    asked = sven.get(at).content.decode()
    assert "Fiji nominates you" in asked and "We know her work." in asked
    assert "Take the nomination for Fiji back" in losa.get(at).content.decode()
    number = asked.split('value="accept:')[1].split('"')[0]
    assert losa.post(at, {"do": f"accept:{number}"}).status_code == 409
    assert sven.post(at, {"do": f"accept:{number}"})["Location"] == at
    assert henri.post(at, {"do": "approve", "note": "Complete."})["Location"] == at
    journal.follow_to_end()
    assert _found("/roster?vetting=approved") == ["tanoa"]
    assert "Tanoa reef adviser" not in henri.get("/roster/queue").content.decode()


def test_the_record_leads_those_who_have_a_part_to_its_vetting(roster: None, cast: Cast) -> None:
    link = 'href="/roster/experts/coral"'
    for person, expected in ((cast.henri, True), (cast.losa, True), (cast.sven, False), (None, False)):
        assert (link in ask(_client(person), "/records/coral")[1]) == expected


def test_the_form_does_not_ask_how_far_others_vouch(cast: Cast, folder: Any, translations: None) -> None:
    _applied(cast)
    from landbridge.registry.actions import withdraw

    withdraw(actor=cast.sven.actor, record_id="tanoa")
    client = _client(cast.sven)
    form = client.get("/write/record/tanoa", follow=True).content.decode()
    assert "Tanoa reef adviser" in form
    assert 'name="vetting"' not in form and 'name="nominated_by"' not in form


def test_a_nomination_stands_among_the_notices_and_leads_to_the_answer(
    cast: Cast, folder: Any, translations: None
) -> None:
    from landbridge.registry.actions import NODE
    from landbridge.registry.vetting import nominate

    _applied(cast)
    nominate(actor=NODE, record_id="tanoa", party="FJI")
    page = _client(cast.sven).get("/desk/notices").content.decode()
    assert "A Party nominates" in page and "/roster/experts/tanoa" in page


def test_what_must_be_told_first_is_named_and_the_note_stays(cast: Cast, folder: Any, translations: None) -> None:
    from landbridge.registry.actions import NODE, draft, submit
    from landbridge.registry.vetting import answer, nominate

    draft(actor=cast.sven.actor, format="expert", data={**COMPLETE, "degrees": None}, record_id="tanoa")
    submit(actor=cast.sven.actor, record_id="tanoa")
    asked = nominate(actor=NODE, record_id="tanoa", party="FJI")
    answer(actor=cast.sven.actor, nomination_id=asked.pk, accept=True)
    page = read_page(_client(cast.henri).post("/roster/experts/tanoa", {"do": "approve", "note": "Looks good."}), 422)
    assert "Degrees" in page.xpath("//div[@role='alert']")[0].text_content()
    assert page.xpath("//textarea[@id='note']")[0].text == "Looks good."


def test_who_has_no_part_in_it_finds_no_page(cast: Cast, folder: Any, translations: None) -> None:
    _applied(cast)
    for person, expected in ((cast.henri, 200), (cast.sven, 200), (cast.priya, 404), (cast.malia, 404)):
        assert ask(_client(person), "/roster/experts/tanoa")[0] == expected, person.account.email
        assert ask(_client(person), "/roster/queue")[0] == (200 if person is cast.henri else 404)
    for nothing in ("nothing", "%00", "mangrove-nursery", "a" * 300):
        assert ask(_client(cast.henri), f"/roster/experts/{nothing}")[0] == 404
    assert ask(_client(), "/roster/experts/tanoa")[0] == 302


@pytest.mark.parametrize("do", ["", "list:x", "accept", "accept:", "accept:x", "accept:99999999999999", "nominate",
                                "take_back:1", "take_back:x",
                                "nominate:", "nominate:KEN", "referenced", "decline:1", "\x00"])  # fmt: skip
def test_no_button_that_is_not_there_does_anything(cast: Cast, folder: Any, translations: None, do: str) -> None:
    from landbridge.registry.models import Revision

    _applied(cast)
    for person in (cast.henri, cast.sven):
        assert _client(person).post("/roster/experts/tanoa", {"do": do, "note": "\x00"}).status_code in (403, 409)
    assert Revision.objects.filter(record_id="tanoa").count() == 1
