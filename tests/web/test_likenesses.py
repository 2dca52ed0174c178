"""The pages of records that may tell of one thing, and what other pages say of it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from landbridge.exchange.likeness import finding
from landbridge.exchange.models import Likeness
from landbridge.lib.languages import LANGUAGES
from landbridge.registry.models import Record
from tests import cast
from tests.exchange.likeness.test_deciding import own, received
from tests.web.reading import body_of, read_page, words
from tests.web.working import signed_in

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("translations")]


@pytest.fixture
def company() -> cast.Company:
    return cast.assemble_all()


def _word(number: int) -> str:
    """A word that shares nothing with those of other numbers."""
    return ("abcdef"[number // 6] + "ghijkl"[number % 6]) * 5


def pairs(count: int = 1, **data: Any) -> list[int]:
    for number in range(count):
        title = {"title": {"en": f"{_word(number)} guide"}} if count > 1 else {}
        own(f"a{number}", year=2021, **title, **data)
        received(f"b{number}", places=["FJI"], **title)
    finding.find_all()
    found = list(Likeness.objects.order_by("first").values_list("pk", flat=True))
    assert len(found) == count
    return found


def press(person: Client, pair: int, do: str, **typed: Any) -> Any:
    return read_page(person.post(f"/same/{pair}/act", {"do": do, **typed}, follow=True))


def test_a_pair_is_looked_at_merged_and_brought_back(company: cast.Company) -> None:
    [pair] = pairs()
    chen = signed_in(company.chen)
    assert chen.get("/sources").content.count(b'href="/same"') == 1
    page = words(read_page(chen.get("/same")))
    assert "Same title" in page
    assert "reefs.example.org" in page
    one = read_page(chen.get(f"/same/{pair}"))
    assert one.xpath("//input[@name='take']/@value") == ["places"], "what ours lacks; theirs is not ours to write"
    assert len(one.xpath("//table//tr[th='Countries and regions']//ins")) == 1
    assert one.xpath("//input[@name='refer']/@value") == ["a0"]
    done = press(chen, pair, "merge", keep="a0", take="places")
    assert "Merged: the other one leads to the one that stays." in words(done)
    assert "was merged with another one" in words(read_page(Client().get("/records/b0")))
    assert "Also described at" in words(read_page(Client().get("/records/a0")))
    assert "Stays" in words(read_page(chen.get("/same?decided=1")))
    assert "Undone." in words(press(chen, pair, "undo"))
    assert "merged" not in body_of(Client().get("/records/b0"))
    assert Record.objects.get(pk="a0").state == "published"


def test_a_merged_record_of_our_own_leads_to_the_one_that_stays(company: cast.Company) -> None:
    own("a"), own("b")
    finding.find_all()
    press(signed_in(company.losa), Likeness.objects.get().pk, "merge", keep="b")
    gone = read_page(Client().get("/records/a"), 410)
    assert gone.xpath("//main//a[@href='/records/b']")
    own_page = read_page(signed_in(company.losa).get("/records/b"))
    assert not own_page.xpath("//a[starts-with(@href, '/same/')]")


def test_linking_and_keeping_apart_take_one_press(company: cast.Company) -> None:
    first, second = pairs(2)
    losa = signed_in(company.losa)
    assert read_page(losa.get("/records/a0")).xpath(f"//a[@href='/same/{first}']"), "the page of the record asks"
    assert "Linked: each page leads to the other." in words(press(losa, first, "link"))
    assert read_page(Client().get("/records/b0")).xpath("//a[@href='/records/a0']")
    assert "Kept apart" in words(press(losa, second, "apart"))
    assert "No two records look alike" in words(read_page(losa.get("/same")))
    assert "records have changed" in words(press(losa, second, "link")), "somebody decided already"


def test_only_those_who_decide_see_anything(company: cast.Company) -> None:
    [pair] = pairs()
    assert Client().get("/same").status_code == 302
    held = Client().post(f"/same/{pair}/act", {"do": "link"})
    assert held.status_code == 403, "what was pressed is held until they have signed in"
    for person in (company.sven, company.priya, company.litia):
        client = signed_in(person)
        assert client.get("/same").status_code == 404
        assert client.get(f"/same/{pair}").status_code == 404
        assert client.post(f"/same/{pair}/act", {"do": "link"}).status_code == 404
        assert f"/same/{pair}" not in body_of(client.get("/records/a0"))
    assert "No two records look alike" in words(read_page(signed_in(company.wanjiru).get("/same")))
    assert signed_in(company.wanjiru).get(f"/same/{pair}").status_code == 404
    assert Likeness.objects.get(pk=pair).decision == ""


def test_the_list_is_narrowed_by_format_and_source(company: cast.Company) -> None:
    pairs()
    chen = signed_in(company.chen)
    for query, count in (("?format=resource", 1), ("?format=event", 0), ("?from=-", 1),
                         ("?from=https://reefs.example.org", 1), ("?from=source:x", 0), ("?from=%00", 1)):  # fmt: skip
        page = read_page(chen.get(f"/same{query}"))
        assert len(page.xpath("//section[@class='same']")) == count, query
    for query in ("?page=x", "?page=99999999999999", "?done=99999999999999999999", "?decided=1&page=7"):
        assert chen.get(f"/same{query}").status_code == 200, query
    assert chen.get("/same/99999999999999999999999").status_code == 404


def test_pages_stay_light_and_speak_six_languages(company: cast.Company) -> None:
    [first] = pairs()
    chen = signed_in(company.chen)
    with CaptureQueriesContext(connection) as few:
        chen.get("/same")
    Likeness.objects.all().delete()
    Record.objects.all().update(state="retired")
    assert first
    for number in range(30):
        title = {"title": {"en": f"{_word(number)} guide"}}
        own(f"x{number}", **title), received(f"y{number}", **title, places=["FJI"])
    finding.find_all()
    assert Likeness.objects.filter(decision="").count() == 30
    with CaptureQueriesContext(connection) as many:
        page = read_page(chen.get("/same"))
    assert len(page.xpath("//section[@class='same']")) == 10
    assert page.xpath("//a[@rel='next']")
    assert len(few) <= 12
    assert len(many) <= 12
    with CaptureQueriesContext(connection) as decided:
        chen.get("/same?decided=1")
    assert len(decided) <= 12
    for language in LANGUAGES:
        for place in ("/same", f"/same/{Likeness.objects.filter(decision='').first().pk}", "/same?decided=1"):
            assert signed_in(company.chen, language).get(place).status_code == 200
