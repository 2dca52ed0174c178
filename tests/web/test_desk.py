"""My desk: what stands there, one press to confirm and one to take it back, and what readers did."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from landbridge.parties.models import Membership
from landbridge.registry import comments, tallies
from landbridge.registry.models import Change, Record, Tally, WorkingCopy
from landbridge.search.models import Watch
from tests.cast import Cast, assemble
from tests.web.reading import words
from tests.web.working import draft, published, see, signed_in, submitted

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def cast(db: None, searchable: None) -> Cast:
    return assemble()


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    tallies._counted.clear()


def due(cast: Cast, days: int = 5) -> str:
    record = published(cast.losa)
    Record.objects.filter(pk=record).update(confirm_by=datetime.now(UTC).date() + timedelta(days=days))
    return record


def part(page: Any, heading: str) -> str:
    return words(page, f"//section[@aria-labelledby='{heading}']")


def test_a_newcomer_is_shown_three_first_steps_and_only_places_of_use(cast: Cast) -> None:
    page = see(signed_in(cast.sven), "/desk")
    assert page.xpath("//section[@aria-labelledby='h-first']//a/@href") == ["/account", "/write", "/search"]
    places = page.xpath("//nav[@class='desk-nav']//a/@href")
    assert "/review" not in places
    assert "/people" not in places
    assert page.xpath("//nav[@class='desk-nav']//a[@aria-current='page']/@href") == ["/desk"]


def test_the_desk_of_a_focal_point_holds_all_that_waits(cast: Cast) -> None:
    waits, own, confirm = submitted(cast.henri), draft(cast.losa), due(cast)
    comments.add(actor=cast.losa.actor, reader=cast.losa.reader, record_id=own, text="Mind the budget", field="title")
    thread = comments.threads(comments.latest(own, cast.losa.reader), cast.losa.reader)["title"][0]
    Membership.objects.create(account=cast.sven.account, party_id="FJI", role="contributor")
    comments.add(
        actor=cast.sven.actor, reader=cast.sven.reader, record_id=own, text="Done", answers=thread.first.id
    )  # fmt: skip
    WorkingCopy.objects.create(id="a" * 32, account=cast.losa.account, format="offer", language="en", title="A course")
    Watch.objects.create(account=cast.losa.account, kind="search", subject="q=reef")
    page = see(signed_in(cast.losa), "/desk")
    assert waits in page.xpath("//section[@aria-labelledby='h-decide']//a/@href")[0]
    assert own in "".join(page.xpath("//section[@aria-labelledby='h-drafts']//a/@href"))
    assert f"/write/{'a' * 32}" in page.xpath("//section[@aria-labelledby='h-drafts']//a/@href")
    assert own in page.xpath("//section[@aria-labelledby='h-threads']//a/@href")[0]
    assert confirm in page.xpath("//section[@id='due']//a/@href")[0]
    assert "1 watch" in part(page, "h-watched")


def test_the_help_desk_confirms_for_others_in_its_queue_and_finds_its_own_on_its_desk(cast: Cast) -> None:
    due(cast, days=-5)
    henri = signed_in(cast.henri)
    assert not see(henri, "/desk").xpath("//section[@id='due']")
    assert see(henri, "/review?queue=overdue").xpath("//input[@name='tick']")


def test_one_press_confirms_and_one_takes_it_back(cast: Cast) -> None:
    record = due(cast)
    losa = signed_in(cast.losa)
    tick = see(losa, "/desk").xpath("//section[@id='due']//input[@name='tick']/@value")[0]
    answer = losa.post("/desk/confirm", {"tick": tick})
    assert Record.objects.get(pk=record).confirmed_on == datetime.now(UTC).date()
    page = see(losa, answer.headers["Location"])
    assert not page.xpath("//section[@id='due']")
    form = page.xpath("//form[contains(@class, 'flash')]")[0]
    losa.post(form.get("action"), {"undoing": form.xpath(".//input[@name='undoing']/@value")[0]})
    assert Record.objects.get(pk=record).confirmed_on is None
    verbs = Change.objects.filter(record_id=record).order_by("serial").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["confirm", "unconfirm"]


def test_what_cannot_be_confirmed_is_said(cast: Cast) -> None:
    record = due(cast)
    for client, told in ((signed_in(cast.losa), "changed it meanwhile"), (signed_in(cast.sven), "does not allow")):
        answer = client.post("/desk/confirm", {"tick": f"{record}:1"}, follow=True)
        assert told in answer.content.decode()
    assert signed_in(cast.losa).post("/desk/confirm", {"tick": "odd"}).status_code == 302
    assert Record.objects.get(pk=record).confirmed_on is None


def test_readers_are_counted_and_nobody_else(cast: Cast, visitor: Client, django_assert_num_queries: Any) -> None:
    record = published(cast.losa)
    with django_assert_num_queries(6):
        visitor.get(f"/records/{record}", headers={"user-agent": BROWSER})
    for agent in ("", "Googlebot/2.1", "curl/8.5", "python-requests/2.32"):
        visitor.get(f"/records/{record}", headers={"user-agent": agent})
    visitor.head(f"/records/{record}", headers={"user-agent": BROWSER})
    visitor.get(f"/records/{record}", headers={"user-agent": BROWSER, "sec-purpose": "prefetch"})
    signed_in(cast.losa).get(f"/records/{record}", headers={"user-agent": BROWSER})
    signed_in(cast.sven).get(f"/records/{record}", headers={"user-agent": BROWSER})
    assert not Tally.objects.exists()
    tallies.flush()
    assert [(tally.kind, tally.count) for tally in Tally.objects.all()] == [("viewed", 2)]


def test_matches_that_fit_are_counted(cast: Cast, visitor: Client) -> None:
    visitor.get("/match?need=training+to+monitor+reefs+in+Fiji", headers={"user-agent": BROWSER})
    tallies.flush()
    assert Tally.objects.get(record_id="reef-course").kind == "matched"


def test_the_desk_tells_how_often_records_were_read(cast: Cast) -> None:
    record, day = published(cast.losa), datetime.now(UTC).date()
    Tally.objects.create(record_id=record, kind="viewed", day=day, count=12)
    Tally.objects.create(record_id=record, kind="viewed", day=day - timedelta(days=90), count=500)
    Tally.objects.create(record_id=record, kind="matched", day=day, count=3)
    page = see(signed_in(cast.losa), "/desk")
    cells = page.xpath("//table[contains(@class, 'seen')]//td")
    assert [cell.text_content() for cell in cells] == ["12", "512", "3", "3", "0", "0"]
    assert page.xpath("//*[local-name()='svg'][@class='spark']/@aria-label") == ["12 views in the last 30 days"]
    assert "512" not in words(see(signed_in(cast.sven), "/desk"))


@pytest.mark.parametrize("count", [1, 30])
def test_the_desk_asks_twelve_times_at_most(cast: Cast, django_assert_max_num_queries: Any, count: int) -> None:
    today = datetime.now(UTC).date()
    for at in range(count):
        submitted(cast.losa)
        own = draft(cast.losa)
        comments.add(actor=cast.losa.actor, reader=cast.losa.reader, record_id=own, text="Hm")
        Tally.objects.create(record_id=due(cast), kind="viewed", day=today - timedelta(days=at), count=1)
        WorkingCopy.objects.create(id=f"{at:032}", account=cast.losa.account, format="need", language="en")
    for person in (cast.losa, cast.henri, cast.sven):
        client = signed_in(person)
        with django_assert_max_num_queries(12):
            answer = client.get("/desk", headers={"accept-encoding": "gzip"})
        assert len(answer.content) < 40_000
