"""The queues, many records at once, and undoing it; trails and comparisons as pages."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from landbridge.parties.models import Membership
from landbridge.registry import actions, comments
from landbridge.registry.models import Change, Record
from landbridge.registry.workflow import State
from tests.cast import Cast, assemble
from tests.web.reading import body_of, read_page, words
from tests.web.working import NEED, draft, published, see, signed_in, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None, searchable: None) -> Cast:
    return assemble()


def listed(page: Any) -> list[str]:
    """The records of a queue in their order."""
    return [href.split("/")[2] for href in page.xpath("//ul[contains(@class, 'work')]//a/@href")]


def overdue(cast: Cast, days: int = 5) -> str:
    record = published(cast.losa)
    day = datetime.now(UTC).date() - timedelta(days=days)
    Record.objects.filter(pk=record).update(confirm_by=day)
    return record


def all_at_once(client: Client, queue: str, do: str, note: str = "", more: list[str] | None = None) -> Any:
    page = see(client, f"/review?queue={queue}&all=1")
    form = page.xpath("//form[starts-with(@action, '/review/at-once')]")[0]
    ticks = form.xpath(".//input[@name='tick']/@value") + (more or [])
    sent = {"tick": ticks, "do": do, "note": note, "batch": form.xpath(".//input[@name='batch']/@value")[0]}
    return client.post(form.get("action"), sent)


def test_a_queue_holds_what_the_person_decides_and_nothing_else(cast: Cast) -> None:
    first, second = submitted(cast.losa), submitted(cast.henri)
    submitted(cast.malia, "navakavu")
    draft(cast.losa)
    page = see(signed_in(cast.losa), "/review")
    assert listed(page) == [second, first]
    assert page.xpath("//nav[@class='tabs']//a[@aria-current]")[0].text_content().split() == [
        "Waits", "for", "a", "decision", "2",
    ]  # fmt: skip
    assert len(listed(see(signed_in(cast.henri), "/review"))) == 3
    assert not listed(see(signed_in(cast.priya), "/review"))


def test_a_queue_is_filtered_by_format_party_and_language(cast: Cast) -> None:
    need = submitted(cast.losa)
    offer = submitted(cast.malia, "navakavu", format="offer")
    french = submitted(cast.losa, language="fr")
    henri = signed_in(cast.henri)
    assert listed(see(henri, "/review?type=offer")) == [offer]
    assert listed(see(henri, "/review?party=FJI&language=en")) == [need]
    assert listed(see(henri, "/review?language=fr")) == [french]
    assert "Nothing here fits the filter" in words(see(henri, "/review?type=event"))
    for odd in ("type=%00", "party=%00", "after=%00", "after=9999-12-31T23:59:59%2B00:00~x", "queue=x", "after=~"):
        see(henri, f"/review?{odd}")


def test_a_long_queue_is_read_page_by_page_and_nothing_is_lost_or_shown_twice(cast: Cast) -> None:
    made = {submitted(cast.losa) for _ in range(35)}
    losa = signed_in(cast.losa)
    first = see(losa, "/review")
    later = first.xpath("//nav[@class='pages']//a/@href")
    assert len(listed(first)) == 30
    second = listed(see(losa, f"/review{later[-1]}"))
    assert set(listed(first)) | set(second) == made
    assert len(second) == 5


def test_what_came_back_and_what_was_said_waits_for_its_author(cast: Cast) -> None:
    record = submitted(cast.priya, "reef-institute", format="offer")
    comments.add(actor=cast.henri.actor, reader=cast.henri.reader, record_id=record, text="For whom?", field="title")
    actions.return_(actor=cast.henri.actor, record_id=record)
    priya = signed_in(cast.priya)
    assert listed(see(priya, "/review?queue=returned")) == [record]
    assert listed(see(priya, "/review?queue=comments")) == [record]
    thread = comments.threads(actions.latest(record, cast.priya.reader), cast.priya.reader)["title"][0]
    comments.add(
        actor=cast.priya.actor, reader=cast.priya.reader, record_id=record, text="For all", answers=thread.first.id
    )
    assert not listed(see(priya, "/review?queue=comments"))


def test_experts_wait_for_those_who_vet(cast: Cast) -> None:
    expert = submitted(cast.malia, "navakavu", format="expert")
    page = see(signed_in(cast.henri), "/review?queue=experts")
    assert page.xpath("//ul[@class='work']//a/@href") == [f"/roster/experts/{expert}"]
    assert not see(signed_in(cast.losa), "/review?queue=experts").xpath("//a[@href='/review?queue=experts']")


def test_many_are_published_at_once_and_taken_back_with_one_press(cast: Cast) -> None:
    records = [submitted(cast.losa) for _ in range(3)]
    losa = signed_in(cast.losa)
    answer = all_at_once(losa, "decide", "publish", "All checked")
    page = see(losa, answer.headers["Location"])
    assert "Published: 3 records" in words(page, "//h1")
    assert Record.objects.filter(state=State.PUBLISHED).count() == 3
    actions.revise(actor=cast.henri.actor, record_id=records[0], data={**NEED, "summary": "More."}, language="en")
    again = see(losa, answer.headers["Location"])
    assert "2 can still be undone" in words(again)
    undoing = again.xpath("//input[@name='undoing']/@value")[0]
    undone = losa.post(f"{answer.headers['Location']}/undo", {"undoing": undoing})
    page = see(losa, undone.headers["Location"])
    assert "1 was left alone" in words(page)
    assert "Somebody changed it meanwhile" in words(page)
    assert Record.objects.filter(state=State.SUBMITTED).count() == 2
    assert losa.post(f"{answer.headers['Location']}/undo", {"undoing": undoing}).status_code == 302
    assert Record.objects.filter(state=State.SUBMITTED).count() == 2


def test_one_that_cannot_be_published_does_not_keep_the_others(cast: Cast) -> None:
    fine = submitted(cast.losa)
    unsafe = submitted(cast.losa, format="technology", data={**NEED, "traditional_knowledge": True})
    foreign = draft(cast.malia, "navakavu")
    losa = signed_in(cast.losa)
    newest = Change.objects.latest("serial").serial
    answer = all_at_once(losa, "decide", "publish", more=[f"{foreign}:{newest}", f"nowhere:{newest}", "odd", ":", "x:"])
    page = see(losa, answer.headers["Location"])
    assert "names no consent" in words(page)
    assert words(page).count("There is no such record for you") == 3
    assert Record.objects.get(pk=fine).state == State.PUBLISHED
    assert Record.objects.get(pk=unsafe).state == State.SUBMITTED
    assert Record.objects.get(pk=foreign).state == State.DRAFT


def test_a_second_press_of_the_same_button_does_nothing_more(cast: Cast) -> None:
    record = submitted(cast.losa)
    losa = signed_in(cast.losa)
    page = see(losa, "/review")
    sent = {
        "tick": page.xpath("//input[@name='tick']/@value"), "do": "publish",
        "batch": page.xpath("//input[@name='batch']/@value")[0],
    }  # fmt: skip
    first, second = (losa.post("/review/at-once", sent) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Change.objects.filter(record_id=record, verb="publish").count() == 1


def test_what_changed_after_the_page_was_made_is_left_alone(cast: Cast) -> None:
    record = submitted(cast.losa)
    losa = signed_in(cast.losa)
    page = see(losa, "/review")
    actions.withdraw(actor=cast.henri.actor, record_id=record)
    actions.submit(actor=cast.losa.actor, record_id=record)
    sent = {"tick": page.xpath("//input[@name='tick']/@value"), "do": "publish", "batch": "0" * 32}
    assert "Somebody changed it meanwhile" in words(see(losa, losa.post("/review/at-once", sent).headers["Location"]))
    assert Record.objects.get(pk=record).state == State.SUBMITTED


def test_what_was_typed_and_ticked_comes_back(cast: Cast) -> None:
    record = submitted(cast.losa)
    losa = signed_in(cast.losa)
    sent = {"tick": [f"{record}:1"], "do": "return", "batch": "0" * 32, "note": ""}
    page = read_page(losa.post("/review/at-once?queue=decide", sent), 422)
    assert page.xpath("//input[@name='tick'][@checked]")
    page = read_page(losa.post("/review/at-once?queue=decide", {**sent, "tick": [], "note": "Budget"}), 422)
    assert page.xpath("//textarea[@name='note']")[0].text == "Budget"
    assert losa.post("/review/at-once", {**sent, "do": "x"}).status_code == 400
    too_many = {**sent, "note": "n", "tick": [f"r{at}:1" for at in range(201)]}
    assert "At most 200" in words(read_page(losa.post("/review/at-once", too_many), 422))


def test_the_batch_of_somebody_else_is_nobodys_business(cast: Cast) -> None:
    submitted(cast.losa)
    losa, henri = signed_in(cast.losa), signed_in(cast.henri)
    where = all_at_once(losa, "decide", "publish").headers["Location"]
    see(henri, where, 404)
    assert henri.post(f"{where}/undo", {"undoing": "1" * 32}).status_code == 404
    for odd in ("x", "0" * 32, "%00"):
        see(losa, f"/review/batch/{odd}", 404)


def test_overdue_records_are_confirmed_together_and_it_is_taken_back(cast: Cast) -> None:
    record = overdue(cast)
    before = Record.objects.get(pk=record).confirmed_on
    losa = signed_in(cast.losa)
    where = all_at_once(losa, "overdue", "confirm").headers["Location"]
    assert Record.objects.get(pk=record).confirm_by > datetime.now(UTC).date()
    losa.post(f"{where}/undo", {"undoing": "2" * 32})
    assert Record.objects.get(pk=record).confirmed_on == before


def test_a_trail_tells_who_did_what_for_whom_and_until_when(cast: Cast) -> None:
    until = datetime.now(UTC).date() + timedelta(days=10)
    role = {"account": cast.sven.account, "party_id": "FJI", "role": "publishing_authority", "until": until}
    Membership.objects.create(**role, granted_by=cast.losa.account)
    record = submitted(cast.losa)
    actions.publish(actor=cast.sven.actor, record_id=record, said=actions.Said("=cmd()"))
    losa = signed_in(cast.losa)
    told = words(see(losa, f"/records/{record}/work"), "//section[@id='trail']")
    assert "on behalf of Fiji, until" in told
    assert "on behalf of Fiji, until" in words(see(losa, f"/people/{cast.sven.account.pk}/trail"))
    rows = list(csv.DictReader(io.StringIO(body_of(losa.get(f"/records/{record}/trail.csv")).removeprefix("\ufeff"))))
    assert [row["verb"] for row in rows] == ["publish", "submit", "draft"]
    assert rows[0]["note"] == "'=cmd()"
    assert rows[0]["until"] == until.isoformat()
    assert rows[1]["until"] == ""


def test_the_trail_of_a_person_is_for_themselves_and_for_those_who_answer_for_the_records(cast: Cast) -> None:
    record = submitted(cast.losa)
    own = submitted(cast.malia, "navakavu")
    actions.return_(actor=cast.henri.actor, record_id=record)
    actions.return_(actor=cast.henri.actor, record_id=own)
    pk = cast.henri.account.pk
    assert words(see(signed_in(cast.henri), "/account/trail")).count("Returned for changes") == 2
    seen = see(signed_in(cast.losa), f"/people/{pk}/trail")
    assert words(seen).count("Returned for changes") == 1
    for client in (signed_in(cast.priya), signed_in(cast.sven)):
        see(client, f"/people/{pk}/trail", 404)
        assert client.get(f"/people/{pk}/trail.csv").status_code == 404
    see(signed_in(cast.losa), "/people/999999/trail", 404)


def test_two_revisions_are_laid_beside_each_other_word_by_word(cast: Cast, visitor: Client) -> None:
    told = {**NEED, "places": ["FJI", "TON"], "title": {"en": "Restore mangroves", "zh": "恢复红树林"}}
    record = published(cast.losa, data=told)
    later = {**told, "summary": "Seedlings, and tools to plant.", "places": ["FJI", "WSM"]}
    later["title"] = {"en": "Restore mangroves", "zh": "恢复珊瑚林"}
    actions.revise(actor=cast.losa.actor, record_id=record, data=later, language="en")
    losa = signed_in(cast.losa)
    page = see(losa, f"/records/{record}/compare")
    assert [one.text_content() for one in page.xpath("//del")] == ["红树", "people who can", "Tonga"]
    assert [one.text_content() for one in page.xpath("//ins")] == ["珊瑚", "tools to", "Samoa"]
    see(visitor, f"/records/{record}/compare?from=1&to=2", 404)
    assert "These two say the same" in words(see(visitor, f"/records/{record}/compare"))
    for odd in ("?from=x", "?to=99999999999999999999", "?from=3", "?to=-1"):
        assert losa.get(f"/records/{record}/compare{odd}").status_code in (200, 404)


@pytest.mark.parametrize("count", [1, 30])
def test_queues_ask_twelve_times_at_most(cast: Cast, django_assert_max_num_queries: Any, count: int) -> None:
    for _ in range(count):
        record = submitted(cast.losa)
        comments.add(actor=cast.henri.actor, reader=cast.henri.reader, record_id=record, text="Hm")
        overdue(cast)
    for client, queues in (
        (signed_in(cast.losa), ("decide", "returned", "comments", "overdue")), (signed_in(cast.henri), ("experts",)),
    ):  # fmt: skip
        for queue in queues:
            with django_assert_max_num_queries(12):
                page = see(client, f"/review?queue={queue}")
            if queue in ("decide", "overdue", "comments"):
                assert len(listed(page)) == count
    losa = signed_in(cast.losa)
    where = all_at_once(losa, "decide", "publish").headers["Location"]
    for address in (where, "/account/trail", f"/records/{record}/compare"):
        with django_assert_max_num_queries(12):
            answer = losa.get(address, headers={"accept-encoding": "gzip"})
        assert answer.status_code == 200
        assert len(answer.content) < 60_000


def test_a_form_of_another_site_does_nothing(cast: Cast) -> None:
    record = submitted(cast.losa)
    client = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    client.force_login(cast.losa.account)
    newest = Change.objects.latest("serial").serial
    sent = {"do": "publish", "tick": f"{record}:{newest}", "batch": "0" * 32, "undoing": "1" * 32, "after": newest}
    for address in (f"/records/{record}/work", "/review/at-once", f"/review/batch/{'0' * 32}/undo", "/desk/confirm"):
        assert client.post(address, sent, headers={"origin": "https://elsewhere.example"}).status_code == 403
    assert Record.objects.get(pk=record).state == State.SUBMITTED


def test_another_language_may_be_chosen_on_every_page(cast: Cast) -> None:
    losa = signed_in(cast.losa)
    for address, leads in (
        ("/review/at-once?queue=overdue&lang=fr", "/review?queue=overdue&lang=fr"), ("/desk/confirm?lang=fr", "/desk"),
        (f"/review/batch/{'0' * 32}/undo", f"/review/batch/{'0' * 32}"),
    ):  # fmt: skip
        assert losa.get(address).headers["Location"] == leads


def test_whoever_acts_for_a_party_for_a_time_is_told_until_when(cast: Cast) -> None:
    until = datetime.now(UTC).date() + timedelta(days=10)
    role = {"account": cast.sven.account, "party_id": "FJI", "role": "publishing_authority", "until": until}
    Membership.objects.create(**role)
    record = submitted(cast.losa)
    assert "You act on behalf of Fiji until" in words(see(signed_in(cast.sven), f"/records/{record}/work"))
    assert "on behalf" not in words(see(signed_in(cast.losa), f"/records/{record}/work"))
