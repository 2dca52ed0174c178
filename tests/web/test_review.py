"""Review as people see it: the page of a record for those who work on it, its remarks, and what is done there."""

from typing import Any

import pytest
from django.test import Client

from landbridge.parties.models import Membership
from landbridge.registry import actions, comments
from landbridge.registry.models import Change, Comment, Endorsement, Record
from landbridge.registry.workflow import State
from landbridge.web.views.work import DO
from tests.cast import Cast, assemble
from tests.web.reading import body_of, read_page, words
from tests.web.working import NEED, draft, press, published, see, signed_in, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None, searchable: None) -> Cast:
    return assemble()


def said(page: Any) -> str:
    return words(page, "//div[@role='alert']")


def offered(page: Any) -> set[str]:
    return set(page.xpath("//form[@id='work']//button/@value"))


def test_a_strangers_eyes_find_nothing_to_work_on(cast: Cast) -> None:
    record = draft(cast.losa)
    for person in (cast.priya, cast.malia, cast.sven):
        client = signed_in(person)
        see(client, f"/records/{record}/work", 404)
        see(client, f"/records/{record}/compare", 404)
        assert client.get(f"/records/{record}/trail.csv").status_code == 404
        assert client.post(f"/records/{record}/work", {"do": "publish"}).status_code == 404
    assert Record.objects.get(pk=record).state == State.DRAFT


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(cast: Cast, visitor: Client) -> None:
    record = published(cast.losa)
    for address in (f"/records/{record}/work", "/review", "/desk", "/account/trail"):
        assert visitor.get(address).headers["Location"].startswith("/account/login/?next=%2F")


def test_what_a_visitor_typed_is_held_when_the_session_has_ended(cast: Cast, visitor: Client) -> None:
    answer = visitor.post(f"/records/{published(cast.losa)}/work", {"do": "comment", "on:": "Half an hour of thought"})
    assert "Half an hour of thought" in body_of(answer)


def test_everybody_is_offered_what_their_role_allows_and_nothing_else(cast: Cast) -> None:
    record = submitted(cast.henri)
    assert {"publish", "return", "withdraw"} <= offered(see(signed_in(cast.losa), f"/records/{record}/work"))
    helping = offered(see(signed_in(cast.henri), f"/records/{record}/work"))
    assert "return" in helping
    assert "publish" not in helping


def test_a_focal_point_publishes_what_waits(cast: Cast) -> None:
    record = submitted(cast.henri)
    losa = signed_in(cast.losa)
    answer = press(losa, record, "publish", note="Checked with the ministry.")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/records/{record}/work")
    assert Record.objects.get(pk=record).state == State.PUBLISHED
    assert Change.objects.get(record_id=record, verb="publish").note == "Checked with the ministry."
    assert "Checked with the ministry." in words(see(losa, f"/records/{record}/work"), "//section[@id='trail']")


def test_publishing_ones_own_words_is_said_plainly(cast: Cast) -> None:
    own, others = draft(cast.losa), submitted(cast.henri)
    losa = signed_in(cast.losa)
    sentence = "publish it without a second pair of eyes"
    assert sentence in words(see(losa, f"/records/{own}/work"))
    assert sentence not in words(see(losa, f"/records/{others}/work"))


def test_a_record_is_returned_with_a_remark_on_one_answer(cast: Cast) -> None:
    record = submitted(cast.losa)
    losa = signed_in(cast.losa)
    answer = press(losa, record, "return", **{"on:summary": "Which seedlings?", "on:": "Nearly there."})
    assert answer.status_code == 302
    assert Record.objects.get(pk=record).state == State.RETURNED
    page = see(losa, f"/records/{record}/work")
    assert "Which seedlings?" in words(page, "//div[@id='a-summary']")
    assert "Nearly there." in words(page, "//section[@id='a-']")


def test_whoever_writes_on_reads_first_why_it_came_back(cast: Cast) -> None:
    Membership.objects.create(account=cast.sven.account, party_id="FJI", role="contributor")
    record = submitted(cast.losa)
    actions.return_(actor=cast.losa.actor, record_id=record, said=actions.Said("The budget is missing."))
    page = see(signed_in(cast.sven), f"/records/{record}/work")
    assert "The budget is missing." in words(page, "//section[@aria-labelledby='h-now']")
    assert not page.xpath("//section[@id='trail']")


def test_nothing_is_returned_without_a_word_on_what_should_change(cast: Cast) -> None:
    record = submitted(cast.losa)
    answer = press(signed_in(cast.losa), record, "return")
    assert answer.status_code == 422
    assert Record.objects.get(pk=record).state == State.SUBMITTED


def test_remarks_are_answered_settled_and_opened_again(cast: Cast) -> None:
    record = submitted(cast.henri)
    losa = signed_in(cast.losa)
    press(losa, record, "comment", **{"on:title": "Too long?"})
    thread = Comment.objects.get()
    press(signed_in(cast.henri), record, "comment", **{f"reply:{thread.pk}": "It is the official name."})
    press(losa, record, f"settle:{thread.pk}")
    page = see(losa, f"/records/{record}/work")
    assert "Settled" in words(page, f"//div[@id='c{thread.pk}']")
    assert "It is the official name." in words(page, f"//div[@id='c{thread.pk}']")
    press(losa, record, f"reopen:{thread.pk}")
    assert Comment.objects.get(pk=thread.pk).settled_at is None


def test_a_remark_that_is_too_long_comes_back_as_it_was_typed_and_nothing_is_done(cast: Cast) -> None:
    record = submitted(cast.henri)
    text = "word " * 1000
    answer = press(signed_in(cast.losa), record, "publish", note="Fine", **{"on:title": text})
    page = read_page(answer, 422)
    assert page.xpath("//textarea[@name='on:title']")[0].text.strip() == text.strip()
    assert page.xpath("//textarea[@name='note']")[0].text == "Fine"
    assert Record.objects.get(pk=record).state == State.SUBMITTED
    assert not Comment.objects.exists()


def test_the_same_remark_sent_twice_is_kept_once(cast: Cast) -> None:
    record = submitted(cast.losa)
    for _ in range(2):
        press(signed_in(cast.losa), record, "comment", **{"on:": "Once."})
    assert Comment.objects.count() == 1


def seen(client: Client, record: str) -> str:
    """The newest change that somebody's page of a record knows of."""
    return str(see(client, f"/records/{record}/work").xpath("//input[@name='after']/@value")[0])


def test_the_second_of_two_reviewers_is_told_who_was_faster_and_keeps_the_note(cast: Cast) -> None:
    Membership.objects.create(account=cast.sven.account, party_id="FJI", role="publishing_authority")
    record = submitted(cast.henri)
    sven = signed_in(cast.sven)
    after = seen(sven, record)
    press(signed_in(cast.losa), record, "publish")
    answer = sven.post(f"/records/{record}/work", {"do": "return", "after": after, "note": "The budget is missing."})
    page = read_page(answer, 409)
    assert "losa" in said(page)
    assert "Published" in said(page)
    assert page.xpath("//textarea[@name='note']")[0].text == "The budget is missing."
    assert Record.objects.get(pk=record).state == State.PUBLISHED


def test_whoever_does_not_see_the_record_any_more_gets_their_words_back(cast: Cast) -> None:
    record = submitted(cast.losa)
    henri = signed_in(cast.henri)
    after = seen(henri, record)
    press(signed_in(cast.losa), record, "return", note="Budget?")
    typed = {"do": "return", "after": after, "note": "The budget is missing.", "on:title": "Too long"}
    for address in (record, "never-was"):
        page = read_page(henri.post(f"/records/{address}/work", typed), 404)
        assert [one.text for one in page.xpath("//pre")] == ["The budget is missing.", "Too long"]
    assert not Comment.objects.exists()


def test_a_note_is_kept_whole_or_comes_back(cast: Cast) -> None:
    record = submitted(cast.losa)
    losa = signed_in(cast.losa)
    page = read_page(press(losa, record, "return", note="x" * 2001), 422)
    assert page.xpath("//textarea[@name='note']")[0].text == "x" * 2001
    press(losa, record, "return", note="One\r\n\x00two" + " " * 3000)
    assert Change.objects.get(verb="return").note == "One\ntwo"


def test_nobody_publishes_a_revision_that_they_have_not_seen(cast: Cast) -> None:
    record = submitted(cast.henri)
    losa = signed_in(cast.losa)
    after = seen(losa, record)
    actions.withdraw(actor=cast.losa.actor, record_id=record)
    actions.revise(actor=cast.losa.actor, record_id=record, data={**NEED, "summary": "Quite another."}, language="en")
    actions.submit(actor=cast.losa.actor, record_id=record)
    answer = losa.post(f"/records/{record}/work", {"do": "publish", "after": after, "note": "Seen"})
    page = read_page(answer, 409)
    assert "Submitted for review" in said(page)
    assert page.xpath("//textarea[@name='note']")[0].text == "Seen"
    assert Record.objects.get(pk=record).state == State.SUBMITTED


@pytest.mark.parametrize("do", [*DO, "endorse:FJI", "endorse:\x00", "unendorse:FJI", "settle:1", "settle:x", "x", ""])
def test_no_button_breaks_in_any_state(cast: Cast, do: str) -> None:
    clients = [signed_in(person) for person in (cast.losa, cast.priya)]
    for record, after in ((draft(cast.losa), ""), (submitted(cast.losa), "9" * 30), (published(cast.losa), "x")):
        for client in clients:
            status = client.post(f"/records/{record}/work", {"do": do, "after": after}).status_code
            assert status in (302, 403, 404, 409, 422), (do, status)


def test_a_practice_without_consent_is_not_shown_and_the_page_says_which_answer_is_missing(cast: Cast) -> None:
    told = {"title": "Reef closure", "summary": "By the village.", "traditional_knowledge": True}
    record = draft(cast.malia, "navakavu", format="technology", data=told)
    answer = press(signed_in(cast.malia), record, "publish", note="Ready")
    page = read_page(answer, 422)
    assert "Reference of free, prior and informed consent" in said(page)
    assert page.xpath("//textarea[@name='note']")[0].text == "Ready"


def test_a_focal_point_endorses_the_record_of_an_institute(cast: Cast, visitor: Client) -> None:
    record = published(cast.malia, "navakavu", format="offer")
    losa = signed_in(cast.losa)
    page = see(losa, f"/records/{record}/work")
    assert not page.xpath("//section[@id='answers']")
    assert "publish" not in offered(page)
    press(losa, record, "endorse:FJI", note="Of national importance")
    assert Endorsement.objects.get().note == "Of national importance"
    shown = see(visitor, f"/records/{record}")
    assert "Endorsed by Fiji on" in words(shown)
    assert "Of national importance" not in words(shown)
    told = visitor.get(f"/records/{record}.json").json()["endorsements"]
    assert [(one["party"], one["revision"]) for one in told] == [("FJI", 1)]
    press(losa, record, "unendorse:FJI")
    assert "Endorsed by" not in words(see(visitor, f"/records/{record}"))


def test_only_those_who_may_work_on_a_record_find_the_way_there(cast: Cast, visitor: Client) -> None:
    record = published(cast.malia, "navakavu")
    way = f"//a[@href='/records/{record}/work']"
    assert see(signed_in(cast.malia), f"/records/{record}").xpath(way)
    assert see(signed_in(cast.losa), f"/records/{record}").xpath(way)
    for client in (visitor, signed_in(cast.sven), signed_in(cast.priya)):
        assert not see(client, f"/records/{record}").xpath(way)


def test_what_a_community_withholds_is_not_spoken_of_before_others(cast: Cast) -> None:
    told = {**NEED, "description": "<p>Where the eels are.</p>", "withheld": ["description"]}
    record = submitted(cast.malia, "navakavu", data=told)
    press(signed_in(cast.malia), record, "comment", **{"on:description": "Name the pool of the eels?"})
    assert "pool of the eels" in body_of(signed_in(cast.malia).get(f"/records/{record}/work"))
    assert "eels" not in body_of(signed_in(cast.henri).get(f"/records/{record}/work"))
    answer = press(signed_in(cast.henri), record, "comment", **{"on:description": "What is it?"})
    assert answer.status_code == 422
    with pytest.raises(comments.Unknown):
        comments.settle(actor=cast.henri.actor, reader=cast.henri.reader, comment_id=Comment.objects.get().pk)


def test_texts_that_people_wrote_cannot_act(cast: Cast) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
    record = submitted(cast.losa, data={"title": hostile, "summary": hostile})
    losa = signed_in(cast.losa)
    press(losa, record, "return", note=hostile, **{"on:title": hostile, "on:": hostile})
    for address in (f"/records/{record}/work", "/desk", "/review?queue=returned", f"/records/{record}/compare"):
        text = body_of(losa.get(address))
        assert "<script>alert" not in text
        assert "<img" not in text


@pytest.mark.parametrize("language", ["en", "ar", "es", "fr", "ru", "zh"])
def test_every_page_opens_in_every_language(cast: Cast, language: str) -> None:
    record = published(cast.losa, data={**NEED, "places": ["FJI"], "support_types": ["training"]})
    actions.revise(actor=cast.losa.actor, record_id=record, data={**NEED, "places": ["TON"]}, language="en")
    losa = signed_in(cast.losa, language)
    press(losa, record, "comment", **{"on:places": "Why Tonga?"})
    for address in (
        f"/records/{record}/work", f"/records/{record}/compare?from=1&to=2", f"/records/{record}/history",
        "/review", "/review?queue=comments",
        "/review?queue=returned", "/review?queue=overdue", "/desk", "/account/trail",
    ):  # fmt: skip
        page = see(losa, address)
        assert page.get("lang") == language
        assert "%(" not in words(page)


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_of_a_record_asks_twelve_times_at_most(
    cast: Cast, django_assert_max_num_queries: Any, count: int
) -> None:
    related = [{"record": published(cast.losa)} for _ in range(3)]
    record = submitted(cast.losa, data={**NEED, "related": related})
    for at in range(count):
        comments.add(actor=cast.losa.actor, reader=cast.losa.reader, record_id=record, text=f"Remark {at}")
        actions.return_(actor=cast.losa.actor, record_id=record)
        actions.submit(actor=cast.losa.actor, record_id=record)
    losa, henri = signed_in(cast.losa), signed_in(cast.henri)
    for client in (losa, henri):
        with django_assert_max_num_queries(12):
            page = see(client, f"/records/{record}/work")
        assert f"Remark {count - 1}" in words(page)
    assert len(losa.get(f"/records/{record}/work", headers={"accept-encoding": "gzip"}).content) < 60_000


def test_the_help_desk_confirms_what_it_cannot_write_on(cast: Cast) -> None:
    record = published(cast.losa)
    henri = signed_in(cast.henri)
    page = see(henri, f"/records/{record}/work")
    assert "confirm" in offered(page)
    assert "retire" not in offered(page)
    assert not page.xpath("//section[@id='answers']")
    assert see(henri, f"/records/{record}").xpath(f"//a[@href='/records/{record}/work']")
    press(henri, record, "confirm")
    assert Record.objects.get(pk=record).confirmed_on is not None


def test_a_remark_without_a_place_comes_back_with_the_record_as_a_whole(cast: Cast) -> None:
    record = submitted(cast.losa)
    answer = press(
        signed_in(cast.losa), record, "comment", **{"on:no_such": "First", "reply:77": "Second", "on:": "Ok"}
    )
    page = read_page(answer, 422)
    assert page.xpath("//textarea[@name='on:']")[0].text == "First\n\nSecond"
    assert Comment.objects.get().text == "Ok"
