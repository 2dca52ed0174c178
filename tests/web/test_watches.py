"""What people do with their watches, from the pages where they find what they want to watch."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from landbridge.search import watching
from landbridge.search.models import Told, Watch
from tests.cast import Cast, Person, assemble
from tests.web.reading import read_page, words


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


def signed_in(person: Person) -> Client:
    client = Client(headers={"host": "localhost", "accept-language": "en"})
    client.force_login(person.account)
    return client


def press(client: Client, page: Any) -> Any:
    """Press the button that watches what the page shows: the list that comes."""
    (form,) = page.xpath("//form[@action='/desk/watches/add']")
    given = {field.get("name"): field.get("value") for field in form.xpath(".//input")}
    return read_page(client.post("/desk/watches/add", given, follow=True))


@pytest.mark.parametrize(
    ("address", "kind", "subject", "shown"),
    [
        ("/search?q=reef+monitoring&place=FJI&sort=title", "search", "q=reef+monitoring&place=FJI", "reef monitoring"),
        ("/records/reef-need", "need", "reef-need", "Reef monitoring with fishing villages"),
        ("/parties/FJI", "party", "FJI", "Fiji"),
        ("/vocabularies/ecosystems/coral-reef", "term", "ecosystems:coral-reef", "Coral reef"),
    ],
)  # fmt: skip
def test_what_a_page_shows_can_be_watched(
    node: None, cast: Cast, address: str, kind: str, subject: str, shown: str
) -> None:
    client = signed_in(cast.sven)
    page = press(client, read_page(client.get(address)))
    assert shown.casefold() in words(page).casefold()
    made = Watch.objects.get()
    assert (made.kind, made.subject, made.account_id) == (kind, subject, cast.sven.account.pk)
    again = press(client, read_page(client.get(address)))
    assert "already" in words(again)
    assert Watch.objects.count() == 1
    assert not Client(headers={"host": "localhost"}).get(address).content.count(b"/desk/watches/add")


def test_matches_that_stand_on_the_page_of_a_need_are_no_news(node: None, cast: Cast) -> None:
    client = signed_in(cast.sven)
    page = read_page(client.get("/records/reef-need"))
    press(client, page)
    shown = page.xpath("//article[contains(@class, 'fit')]//h3/a/@href")
    known = {f"/records/{record}" for record in Told.objects.values_list("record_id", flat=True)}
    assert shown
    assert set(shown) <= known


def test_a_watch_is_named_paused_and_dropped_with_a_way_back(cast: Cast, searchable: None) -> None:
    made, _ = watching.watch(cast.sven.account, "search", "q=reef")
    client = signed_in(cast.sven)
    client.post(f"/desk/watches/{made.pk}/rename", {"name": "My\r\nreef \u202e names"})
    client.post(f"/desk/watches/{made.pk}/pause")
    page = read_page(client.get("/desk/watches"))
    assert "My reef names" in words(page)
    assert "Paused" in words(page)
    client.post(f"/desk/watches/{made.pk}/resume")
    made.refresh_from_db()
    assert made.paused_at is None
    page = read_page(client.post(f"/desk/watches/{made.pk}/drop", follow=True))
    assert not page.xpath("//li[starts-with(@id, 'w')]")
    (back,) = page.xpath("//form[contains(@action, 'restore')]/@action")
    page = read_page(client.post(back, follow=True))
    assert page.xpath("//li[starts-with(@id, 'w')]")


def test_nobody_changes_what_somebody_else_watches(cast: Cast, searchable: None) -> None:
    made, _ = watching.watch(cast.losa.account, "search", "q=reef")
    client = signed_in(cast.sven)
    for what in ("rename", "pause", "resume", "drop", "restore", "nonsense"):
        assert client.post(f"/desk/watches/{made.pk}/{what}", {"name": "x"}).status_code == 404
    assert client.post(f"/desk/watches/{10**30}/drop").status_code == 404
    made.refresh_from_db()
    assert (made.name, made.paused_at, made.dropped_at) == ("", None, None)
    assert "reef" not in words(read_page(client.get(f"/desk/watches?dropped={made.pk}")))


def test_a_need_that_is_hidden_cannot_be_watched(node: None, cast: Cast) -> None:
    client = signed_in(cast.sven)
    for subject in ("secret-private", "nothing", "mangrove-nursery", "", "../x", "a" * 300, "\x00"):
        page = read_page(client.post("/desk/watches/add", {"kind": "need", "subject": subject}, follow=True))
        assert "cannot be watched" in words(page)
    assert not Watch.objects.exists()


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_however_long(cast: Cast, searchable: None, count: int) -> None:
    for number in range(count):
        kind = ("search", "need", "party", "term")[number % 4]
        subject = {"search": f"q=reef+{number}", "need": f"need-{number}", "party": "FJI", "term": "targets:target-01"}
        made = Watch.objects.create(account=cast.sven.account, kind=kind, subject=subject[kind])
        Told.objects.create(watch=made, record_id="x")
    client = signed_in(cast.sven)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/desk/watches")
    assert len(read_page(answer).xpath("//li[starts-with(@id, 'w')]")) == count
    assert len(asked) <= 9
    assert len(answer.content) < 120_000, "some 8 kB on the wire"


def test_pages_of_watches_follow_each_other(cast: Cast, searchable: None) -> None:
    for number in range(65):
        Watch.objects.create(account=cast.sven.account, kind="search", subject=f"q=reef+{number}")
    client, seen, address = signed_in(cast.sven), [], "/desk/watches"
    while address:
        page = read_page(client.get(address))
        seen += page.xpath("//li/@id")
        address = next(iter(page.xpath("//a[@rel='next']/@href")), "")
    assert len(seen) == len(set(seen)) == 65
